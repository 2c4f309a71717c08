"""Who may act: roles and their periods, qualification, recusal, handlers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import (
    PeopleFault,
    Person,
    Recusal,
    Role,
    RoleGrant,
    check_handlers,
    check_person,
    may_review,
)

DAY = date(2026, 9, 18)


def reviewer(**changes: object) -> Person:
    base: dict[str, object] = {
        "person_id": "shen_1",
        "name": "审核甲",
        "legal_qualification": "A2018",
        "roles": (RoleGrant(Role.REVIEWER),),
    }
    return Person(**{**base, **changes})  # type: ignore[arg-type]


def ask(person: Person, recusals: tuple[Recusal, ...] = ()) -> PeopleFault | None:
    return may_review(
        person,
        handlers=("ban_1", "ban_2"),
        unit="执法一队",
        party="示例公司",
        case_id="c1",
        recusals=recusals,
        day=DAY,
    )


def test_a_qualified_reviewer_may_be_assigned() -> None:
    assert ask(reviewer()) is None


@pytest.mark.parametrize(
    ("person", "fault"),
    [
        (reviewer(active=False), PeopleFault.INACTIVE),
        (reviewer(roles=(RoleGrant(Role.HANDLER),)), PeopleFault.NOT_REVIEWER),
        (
            reviewer(roles=(RoleGrant(Role.REVIEWER, valid_to=date(2026, 9, 17)),)),
            PeopleFault.NOT_REVIEWER,
        ),
        (reviewer(person_id="ban_1"), PeopleFault.HANDLING),
        (reviewer(legal_qualification=""), PeopleFault.UNQUALIFIED),
        (
            reviewer(legal_qualification="", first_review_on=date(2018, 1, 1)),
            PeopleFault.UNQUALIFIED,
        ),
    ],
)
def test_each_bar_has_its_reason(person: Person, fault: PeopleFault) -> None:
    assert ask(person) is fault


def test_who_reviewed_before_2018_goes_on_without_the_examination() -> None:
    assert ask(reviewer(legal_qualification="", first_review_on=date(2017, 12, 31))) is None


@pytest.mark.parametrize(
    "recusal",
    [
        Recusal("shen_1", unit="执法一队", reason="亲属"),
        Recusal("shen_1", party="示例公司", reason="亲属"),
        Recusal("shen_1", case_id="c1", reason="亲属"),
    ],
)
def test_a_recusal_bars_by_unit_party_or_case(recusal: Recusal) -> None:
    assert ask(reviewer(), (recusal,)) is PeopleFault.RECUSED


def test_a_recusal_of_somebody_else_does_not_bar() -> None:
    assert ask(reviewer(), (Recusal("shen_2", unit="执法一队"),)) is None


def handler(code: str, number: str = "HN001", until: date | None = None) -> Person:
    return Person(code, code, enforcement_certificate=number, certificate_valid_to=until)


def test_two_handlers_with_valid_certificates_are_enough() -> None:
    check_handlers([handler("ban_1"), handler("ban_2", until=DAY)], DAY)


@pytest.mark.parametrize(
    ("people", "fault"),
    [
        ([handler("ban_1")], PeopleFault.HANDLERS_TOO_FEW),
        ([handler("ban_1"), handler("ban_1")], PeopleFault.HANDLERS_TOO_FEW),
        ([handler("ban_1"), handler("ban_2", "")], PeopleFault.HANDLER_NO_CERTIFICATE),
        (
            [handler("ban_1"), handler("ban_2", until=date(2026, 9, 17))],
            PeopleFault.HANDLER_CERTIFICATE_EXPIRED,
        ),
    ],
)
def test_handlers_are_refused_for_their_reason(people: list[Person], fault: PeopleFault) -> None:
    with pytest.raises(DomainError) as caught:
        check_handlers(people, DAY)
    assert caught.value.code is fault


@given(st.text(max_size=40))
def test_a_code_is_taken_only_if_a_login_role_can_bear_it(code: str) -> None:
    good = (
        2 <= len(code) <= 32
        and code[0] in "abcdefghijklmnopqrstuvwxyz"
        and set(code) <= set("abcdefghijklmnopqrstuvwxyz0123456789_")
    )
    if good:
        check_person(Person(code, "甲"), {})
    else:
        with pytest.raises(DomainError):
            check_person(Person(code, "甲"), {})


def test_a_code_is_never_used_twice() -> None:
    with pytest.raises(DomainError) as caught:
        check_person(Person("ban_1", "乙"), {"ban_1": Person("ban_1", "甲")})
    assert caught.value.code is PeopleFault.CODE_TAKEN
