"""The table of a transfer: nothing is skipped, every way ends; teams, attachments, times."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.people import PeopleFault, Person
from sanzhi_desktop.domain.transfer import (
    LETTER,
    STEPS,
    TRANSFER_ACTIONS,
    Attachment,
    AttachmentRule,
    TeamMember,
    Transfer,
    TransferDestination,
    TransferEvent,
    TransferFault,
    TransferStage,
    check_attachments,
    check_step,
    check_team,
    current,
    rows_for,
    why_not_step,
)
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action, State

NOW = datetime(2026, 9, 18, 6, tzinfo=UTC)
TODAY = date(2026, 9, 18)
TEAM = (TeamMember("h1", "甲", "Z1"), TeamMember("h2", "乙", "Z2"))


def transfer(
    stage: TransferStage,
    *,
    destination: TransferDestination = TransferDestination.POLICE,
    at: datetime = NOW - timedelta(days=1),
) -> Transfer:
    event = TransferEvent(1, Action.OPEN_TRANSFER, "", at, NOW, "h1")
    return Transfer(1, stage, destination, TEAM, (event,))


def refused(code: Code, call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()
    assert caught.value.code is code
    return caught.value


def test_every_stage_is_reached_and_left_or_an_end() -> None:
    assert {row.target for row in STEPS} == set(TransferStage)
    left = {row.stage for row in STEPS if row.stage is not None and row.target is not row.stage}
    assert left == {s for s in TransferStage if not s.ended}


def test_from_every_stage_an_end_can_be_reached() -> None:
    ending = {s for s in TransferStage if s.ended}
    while more := {r.stage for r in STEPS if r.target in ending and r.stage} - ending:
        ending |= more
    assert ending == set(TransferStage)


def test_the_case_stays_where_it_is() -> None:
    rows = [t for t in TRANSITIONS if t.action in TRANSFER_ACTIONS]
    assert {t.action for t in rows} == set(TRANSFER_ACTIONS)
    assert all(t.source is t.target for t in rows)
    assert {t.source for t in rows} == set(State) - {State.DRAFT}


@given(stage=st.sampled_from(TransferStage), action=st.sampled_from(TRANSFER_ACTIONS))
def test_a_step_is_open_exactly_where_the_table_says(stage: TransferStage, action: Action) -> None:
    here = transfer(stage)
    listed = [r for r in STEPS if r.action is action and r.stage is (None if stage.ended else stage)
              and r.destination != TransferDestination.SUPERVISORY]  # fmt: skip
    assert list(rows_for(here, action)) == listed
    assert (why_not_step(here, action) is None) == bool(listed)
    for choice in ("", "approved", "filed", "nonsense"):
        takes = [r for r in listed if r.choice == choice]
        if takes:
            assert check_step(here, action, choice=choice, at=NOW, now=NOW) == takes[0]
        else:
            with pytest.raises(DomainError):
                check_step(here, action, choice=choice, at=NOW, now=NOW)


@pytest.mark.parametrize(
    ("stage", "action", "fault"),
    [
        (TransferStage.OPENED, Action.OPEN_TRANSFER, TransferFault.OPEN_ALREADY),
        (TransferStage.REPORTED, Action.DELIVER_TRANSFER, TransferFault.STEP),
        (TransferStage.SIGNED, Action.RECEIPT_TRANSFER, TransferFault.STEP),
        (TransferStage.DONE, Action.HAND_OVER, TransferFault.NOT_OPEN),
        (None, Action.REPORT_TRANSFER, TransferFault.NOT_OPEN),
    ],
)
def test_delivery_before_approval_and_the_like(
    stage: TransferStage | None, action: Action, fault: TransferFault
) -> None:
    here = transfer(stage) if stage else None
    assert why_not_step(here, action) is fault
    refused(fault, lambda: check_step(here, action, choice="", at=NOW, now=NOW))


@given(minutes=st.integers(-3000, 3000))
def test_a_time_is_neither_to_come_nor_before_the_last_step(minutes: int) -> None:
    here = transfer(TransferStage.OPENED)
    at = NOW + timedelta(minutes=minutes)

    def take() -> object:
        return check_step(here, Action.REPORT_TRANSFER, choice="", at=at, now=NOW)

    if minutes > 0:
        refused(TransferFault.IN_FUTURE, take)
    elif minutes < -24 * 60:
        refused(TransferFault.TIME_ORDER, take)
    else:
        take()


def test_preparing_has_no_moment_that_later_steps_must_follow() -> None:
    early = NOW - timedelta(days=3)
    here = transfer(TransferStage.OPENED)
    row = check_step(here, Action.PREPARE_TRANSFER, choice="", at=early, now=NOW)
    assert not row.moves


def person(code: str, **more: Any) -> Person:
    return Person(code, f"人{code}", **({"enforcement_certificate": f"Z{code}"} | more))


def test_a_team_of_two_officers() -> None:
    made = check_team([person("a"), person("b")], recused=(), least=2, day=TODAY)
    assert [m.certificate for m in made] == ["Za", "Zb"]


@pytest.mark.parametrize(
    ("second", "recused", "fault"),
    [
        (person("a"), (), TransferFault.TEAM_TOO_FEW),  # the same one twice
        (person("b"), ("b",), PeopleFault.RECUSED),
        (person("b", active=False), (), PeopleFault.INACTIVE),
        (person("b", enforcement_certificate=" "), (), PeopleFault.HANDLER_NO_CERTIFICATE),
        (
            person("b", certificate_valid_to=date(2026, 9, 17)),
            (),
            PeopleFault.HANDLER_CERTIFICATE_EXPIRED,
        ),
    ],
)
def test_teams_that_cannot_be(second: Person, recused: tuple[str, ...], fault: Code) -> None:
    refused(fault, lambda: check_team([person("a"), second], recused=recused, least=2, day=TODAY))


def test_a_certificate_holds_on_its_last_day() -> None:
    last = person("b", certificate_valid_to=TODAY)
    assert len(check_team([person("a"), last], recused=(), least=2, day=TODAY)) == 2


RULES = (
    AttachmentRule(LETTER, "移送书"),
    AttachmentRule("report", "调查报告"),
    AttachmentRule("goods", "物品清单"),
    AttachmentRule("findings", "检验报告", if_any=True),
)


def test_attachments_in_the_order_of_the_rules_without_the_letter() -> None:
    given_ = [
        Attachment("findings", "检验报告", waived="不需要"),
        Attachment("goods", "物品清单", sha256="a" * 64),
        Attachment("report", "调查报告", pages=3),
    ]
    assert [a.code for a in check_attachments(RULES, given_)] == ["report", "goods", "findings"]


@given(
    st.fixed_dictionaries(
        {
            code: st.tuples(
                st.sampled_from([None, 0, 3]),
                st.sampled_from(["", "a" * 64]),
                st.sampled_from(["", " ", "没有"]),
            )
            for code in ("report", "goods", "findings")
        }
    )
)
def test_each_is_there_or_excused_where_the_law_allows(rows: dict[str, Any]) -> None:
    given_ = [Attachment(c, c, pages=p, sha256=s, waived=w) for c, (p, s, w) in rows.items()]
    there = {c: bool(p) or bool(s) for c, (p, s, _) in rows.items()}
    fits = there["report"] and there["goods"]
    fits = fits and (there["findings"] or bool(rows["findings"][2].strip()))
    if fits:
        assert len(check_attachments(RULES, given_)) == 3
    else:
        with pytest.raises(DomainError) as caught:
            check_attachments(RULES, given_)
        assert caught.value.code in (
            TransferFault.ATTACHMENT_MISSING,
            TransferFault.ATTACHMENT_NOT_WAIVED,
        )


def test_the_open_one_is_the_current_one() -> None:
    ended, opened = transfer(TransferStage.REFUSED), transfer(TransferStage.OPENED)
    assert current(()) is None
    assert current((ended,)) is ended
    assert current((ended, opened)) is opened
