"""复审: offered where a step of the rules knows it, and taken by another reviewer."""

import pytest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application import aftermath
from sanzhi_desktop.domain.case import RoundReason
from sanzhi_desktop.domain.profile import DisputeStep, Profile
from sanzhi_desktop.domain.workflow import State
from tests.ui.conftest import Enter
from tests.ui.dispute_room import HANDLER, UNIT, Room, object_to
from tests.ui.office import Furnished


def asking(room: Room) -> list[QPushButton]:
    return [b for b in room.page().findChildren(QPushButton) if b.text() == "申请复审"]


def test_a_review_of_the_review_is_asked_for(
    qtbot: QtBot, enter: Enter, office: Furnished, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = Room(qtbot, enter, office.cases["responding"])
    room.sit(UNIT)
    assert not asking(room)  # the founding document knows no such step
    shipped = Profile.dispute_route

    def with_recheck(profile: Profile) -> tuple[DisputeStep, ...]:
        known = shipped(profile)
        return (*known, DisputeStep("recheck", "申请复审", "", False, known[0].source))

    monkeypatch.setattr(Profile, "dispute_route", with_recheck)
    (button,) = asking(room)
    assert not button.isEnabled()
    assert "异议" in button.toolTip()
    numbers = object_to(room)
    session = room.shell.desk.session
    aftermath.respond(
        session,
        case_id=room.case_id,
        seen_version=room.case().version,
        responses=[(n, "见异议") for n in numbers],
    )
    assert session.actor.person_id == HANDLER
    before = room.case().round
    room.sit(UNIT)
    (button,) = asking(room)
    assert button.isEnabled(), button.toolTip()
    button.click()
    dialog = room.dialog(room.shell.front)
    assert "真实性" in room.done(dialog)
    dialog.declared.setChecked(True)
    assert room.done(dialog) == ""
    case = room.case()
    assert (case.state, case.round) == (State.SUBMITTED, before + 1)
    assert case.current is not None
    assert case.current.reason is RoundReason.REVIEW_OF_REVIEW
