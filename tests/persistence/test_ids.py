"""Ids that clients make are words: they stand in names of files and in lines of text."""

import pytest

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.faults import PersistenceFault
from tests.persistence.desk import MATERIALS, Desk, submission

ODD = ["../../../../tmp/evil", "a|b\n", "a b", "甲", "x" * 65, "a\\b", "a'b", "C:x", "."]


def _register(desk: Desk, case_id: str, material_id: str) -> None:
    desk.send("h1", case_id, Action.REGISTER, seen=0, submission=submission(), unit="执法一科",
              materials=[dict(MATERIALS[0], material_id=material_id, sha256="")],
              profile_id="shucheng", profile_edition="2026-1")  # fmt: skip


@pytest.mark.parametrize("odd", ODD)
def test_an_id_is_one_word(desk: Desk, odd: str) -> None:
    for case_id, material_id in ((odd, "m1"), ("c-1", odd)):
        with pytest.raises(DomainError) as caught:
            _register(desk, case_id, material_id)
        assert caught.value.code is PersistenceFault.REFUSED_BY_TABLE
    _register(desk, "c-1", "M_1")
