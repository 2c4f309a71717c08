"""Which materials are asked for, which must be there, and what a party number must be."""

from dataclasses import replace
from datetime import date

import pytest

from sanzhi_desktop.application import intake
from sanzhi_desktop.compose.sample import sample_profile
from sanzhi_desktop.domain.case import CaseFault, Material, Party, PartyType, Submission
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.identifiers import uscc_check_sign
from sanzhi_desktop.domain.kinds import Procedure
from sanzhi_desktop.resources import profiles

GOOD = "91340000MA2RARE00" + uscc_check_sign("91340000MA2RARE00")


def material(code: str, **changes: object) -> Material:
    values: dict[str, object] = {"material_id": code, "code": code, "name": code, "pages": 1}
    return Material(**{**values, **changes})  # type: ignore[arg-type]


def names(submission: Submission, *materials: Material) -> list[str]:
    found = intake.missing_materials(sample_profile("shucheng"), submission, materials)
    return [rule.id for rule in found]


def test_what_is_always_asked_for_must_be_there() -> None:
    assert names(Submission()) == ["draft_decision", "investigation_report", "evidence"]
    given = [material("draft_decision"), material("investigation_report"), material("evidence")]
    assert names(Submission(), *given) == []


def test_a_waived_material_is_not_missing_but_an_empty_line_is() -> None:
    given = [material("draft_decision"), material("investigation_report")]
    assert names(Submission(), *given, material("evidence", pages=None)) == ["evidence"]
    waived = material("evidence", pages=None, waived="本案无须")
    assert names(Submission(), *given, waived) == []


@pytest.mark.parametrize(
    "submission",
    [Submission(procedure=Procedure.HEARING), Submission(hearing_date=date(2026, 9, 1))],
)
def test_a_hearing_asks_for_its_record(submission: Submission) -> None:
    assert "hearing_record" in names(submission)


def test_a_government_decision_brings_the_department_opinion_where_two_bodies_review() -> None:
    two = profiles.shipped("tianxin")
    one = profiles.shipped("shucheng")
    government = Submission(decider="government")
    asked = [rule.id for rule in intake.asked_materials(two, government)]
    assert asked[-1] == intake.DEPARTMENT_OPINION
    assert intake.asked_materials(two, government)[-1].source.quote
    assert intake.DEPARTMENT_OPINION not in [
        rule.id
        for rule in (
            *intake.asked_materials(two, Submission()),
            *intake.asked_materials(one, government),
        )
    ]


def party(number: str, kind: PartyType = PartyType.ORGANISATION, why: str = "") -> Submission:
    return replace(Submission(), party=Party(kind, "甲", number, why))


@pytest.mark.parametrize("number", ["", GOOD])
def test_a_right_number_or_none_passes(number: str) -> None:
    intake.check_party_number(party(number))


def test_a_wrong_check_digit_is_refused_unless_a_reason_is_given() -> None:
    wrong = GOOD[:-1] + ("0" if GOOD[-1] != "0" else "1")
    with pytest.raises(DomainError) as caught:
        intake.check_party_number(party(wrong))
    assert caught.value.code is CaseFault.PARTY_NUMBER_WRONG
    intake.check_party_number(party(wrong, why="公布文书原文如此"))


def test_a_person_has_a_resident_number() -> None:
    with pytest.raises(DomainError):
        intake.check_party_number(party(GOOD, PartyType.PERSON))
