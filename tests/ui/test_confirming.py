"""The password again, where it stands for a signature; a sample office has none."""

from types import SimpleNamespace
from typing import Any, cast

import pytest
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.confirmation import (
    BY_SAMPLE,
    ConfirmationFault,
    Confirmed,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.ui.confirming import FIELD, add_password, confirming
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form


class Door:
    """Knows one password; everything else is what the log-in says."""

    def __init__(self, trouble: PersistenceFault = PersistenceFault.LOG_IN_REFUSED) -> None:
        self.trouble = trouble

    def log_in(self, person_id: str, password: str) -> object:
        if (person_id, password) != ("uh", "right password"):
            raise DomainError(self.trouble)
        return object()


def seated(door: Door, *, sample: bool) -> Desk:
    made: Any = SimpleNamespace(
        office=SimpleNamespace(sample=sample),
        session=SimpleNamespace(actor=SimpleNamespace(person_id="uh")),
        entry=door,
    )
    return cast("Desk", made)


def form_of(qtbot: QtBot, desk: Desk, typed: str) -> Form:
    form = Form()
    qtbot.addWidget(form)
    add_password(form, desk, "再次输入本人密码(&P)")
    if FIELD in form.fields:
        form.put({FIELD: typed})
    return form


def refusal(call: Any) -> Any:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value.code


def test_the_right_password_confirms(qtbot: QtBot) -> None:
    desk = seated(Door(), sample=False)
    assert confirming(form_of(qtbot, desk, "right password"), desk)() == Confirmed("uh")


def test_no_password_and_a_wrong_one_are_refused(qtbot: QtBot) -> None:
    desk = seated(Door(), sample=False)
    empty, wrong = form_of(qtbot, desk, ""), form_of(qtbot, desk, "wrong")
    assert refusal(lambda: confirming(empty, desk)) is ConfirmationFault.MISSING
    assert refusal(confirming(wrong, desk)) is ConfirmationFault.REFUSED


def test_a_server_that_is_away_is_not_called_a_wrong_password(qtbot: QtBot) -> None:
    desk = seated(Door(PersistenceFault.AWAY), sample=False)
    assert refusal(confirming(form_of(qtbot, desk, "x"), desk)) is PersistenceFault.AWAY


def test_a_sample_office_has_no_password_and_says_so(qtbot: QtBot) -> None:
    desk = seated(Door(), sample=True)
    form = form_of(qtbot, desk, "")
    assert FIELD not in form.fields
    assert confirming(form, desk)() == Confirmed("uh", BY_SAMPLE)


def test_nobody_confirms_for_somebody_else() -> None:
    assert refusal(lambda: Confirmed("uh").as_payload("ck")) is ConfirmationFault.REFUSED
    assert Confirmed("uh").as_payload("uh") == {"by": "password"}
