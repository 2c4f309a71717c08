"""Rounds, dates and people at their edges, on a real database file: what goes wrong in use."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from sanzhi_desktop.application import aftermath, intake, office, review, signoff, stepping
from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.application.rulebook import review_rule
from sanzhi_desktop.compose.journey import Journey
from sanzhi_desktop.compose.sample import PASSPHRASE
from sanzhi_desktop.domain.case import CaseFault, Handler, RoundReason
from sanzhi_desktop.domain.files import AttachmentFault
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.people import PeopleFault, Recusal, Role, RoleGrant
from sanzhi_desktop.domain.workflow import State
from tests import test_whole_case as whole
from tests.test_whole_case import SOURCE, made, refused, to_opinion, to_review

work = whole.work
founded = whole.founded
journey = whole.journey


def to_signing(journey: Journey) -> None:
    to_review(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    journey.certify(draft)


def reserve(journey: Journey) -> str:
    head = journey.session(Role.HEAD)
    case = head.reader.case(journey.case_id)
    return signoff.reserve(head, case_id=case.case_id, seen_version=case.version).number


def due_agrees(journey: Journey) -> date | None:
    """The list's due date, which must be the strip's."""
    session = journey.session(Role.LEAD)
    case = session.reader.case(journey.case_id)
    strip = stepping.review_strip(
        case,
        review_rule(journey.profile, case.submission.kind),
        journey.work.book.calendar(),
        now=session.gateway.now(),
    )
    row = session.reader.worklist(ListQuery(scope=ListScope.ALL))[0]
    assert row.due_on == (strip.due if strip else None), case.state
    return row.due_on


def test_an_opinion_bears_the_day_it_was_signed(journey: Journey) -> None:
    to_signing(journey)
    number = reserve(journey)
    journey.clock.advance(days=3)
    issued = journey.issue()
    assert issued.number == number
    case = journey.session(Role.HEAD).reader.case(journey.case_id)
    assert case.current is not None
    assert case.current.dated == date(2026, 9, 21)
    assert issued.verdict is not None
    assert issued.verdict.values["date"] == "2026年9月21日"


def test_a_number_kept_over_the_new_year_is_replaced(journey: Journey) -> None:
    to_signing(journey)
    assert "2026" in reserve(journey)
    journey.clock.advance(days=110)
    assert "2027" in journey.issue().number


def test_a_quarter_past_ten_in_utc_is_the_next_day_here(journey: Journey) -> None:
    journey.clock.advance(hours=15, minutes=15)
    assert journey.session(Role.HEAD).gateway.now() == datetime(2026, 9, 18, 16, 15, tzinfo=UTC)
    to_signing(journey)
    journey.issue()
    case = journey.session(Role.HEAD).reader.case(journey.case_id)
    assert case.current is not None
    assert case.current.dated == date(2026, 9, 19)
    desk = review.open_desk(journey.reviewer(), journey.work.book, case_id=journey.case_id)
    paper = review.paper_of(journey.reviewer(), journey.work.book, desk)
    assert (paper.received, paper.accepted) == (date(2026, 9, 19), date(2026, 9, 19))


def _qualify_another(journey: Journey) -> None:
    """A second reviewer of the sample office takes the examination."""
    admin = journey.session(Role.ADMIN)
    person = journey.office.holders(Role.REVIEWER)[1]
    office.put_person(admin, person=replace(person, legal_qualification="样A20260002"), new=False)


@pytest.mark.parametrize("reason", [RoundReason.MATERIALS_CHANGED, RoundReason.REVIEW_OF_REVIEW])
def test_the_next_round_says_why_it_was_opened(journey: Journey, reason: RoundReason) -> None:
    to_opinion(journey)
    first = journey.reviewer().actor.person_id
    _qualify_another(journey)
    handler = journey.session(Role.HANDLER)
    aftermath.new_round(
        handler,
        case_id=journey.case_id,
        seen_version=journey.version(),
        round_reason=reason,
        reason="情况有变",
    )
    case = handler.reader.case(journey.case_id)
    intake.edit(
        handler,
        case_id=journey.case_id,
        seen_version=case.version,
        submission=replace(case.submission, amount_fen=case.submission.amount_fen + 100),
        materials=case.materials,
    )
    journey.confirm()
    after = handler.reader.case(journey.case_id)
    assert after.current is not None
    assert (after.round, after.current.reason) == (2, reason)
    # A correction inside the round leaves its reason; the gate follows the new amount.
    clerk = journey.session(Role.CLERK)
    intake.ask_correction(
        clerk,
        case_id=journey.case_id,
        seen_version=journey.version(),
        reason="材料不齐",
        missing=["证据材料"],
        profile=journey.profile,
        calendar=journey.work.book.calendar(),
    )
    to_opinion(journey)
    again = handler.reader.case(journey.case_id)
    assert again.current is not None
    assert (again.state, again.round, again.current.reason) == (State.PASSED, 2, reason)
    # 复审 goes to another reviewer, any other round may go to the same.
    assert (again.reviewer == first) is (reason is not RoundReason.REVIEW_OF_REVIEW)
    journey.clock.advance(days=5)
    old = made(journey, amount_fen=case.submission.amount_fen)
    error = refused(
        lambda: aftermath.register_decision(
            handler, case_id=journey.case_id, seen_version=again.version, decision=old
        )
    )
    assert error.code is CaseFault.DIFFERS_FROM_CLEARED
    aftermath.register_decision(
        handler, case_id=journey.case_id, seen_version=again.version, decision=made(journey)
    )


def test_the_due_date_of_the_list_is_the_strips_at_every_step(journey: Journey) -> None:
    assert due_agrees(journey) is None
    journey.confirm()
    assert due_agrees(journey) == date(2026, 9, 24)
    clerk = journey.session(Role.CLERK)
    journey.clock.advance(days=1)
    intake.ask_correction(
        clerk,
        case_id=journey.case_id,
        seen_version=journey.version(),
        reason="材料不齐",
        missing=["证据材料"],
        profile=journey.profile,
        calendar=journey.work.book.calendar(),
    )
    due_agrees(journey)
    journey.clock.advance(days=3)
    journey.confirm()
    due_agrees(journey)
    case = clerk.reader.case(journey.case_id)
    intake.accept(
        clerk,
        case_id=journey.case_id,
        seen_version=case.version,
        profile=journey.profile,
        calendar=journey.work.book.calendar(),
        scope={},
        received_on=date(2026, 9, 16),
    )
    due_agrees(journey)
    journey.assign()
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    journey.certify(draft)
    due_agrees(journey)
    journey.issue()
    due_agrees(journey)


def test_a_save_repeated_after_a_lost_answer_is_done_once(journey: Journey) -> None:
    handler = journey.session(Role.HANDLER)
    case = handler.reader.case(journey.case_id)
    command = new_id()

    def save() -> bool:
        return intake.edit(
            handler,
            case_id=journey.case_id,
            seen_version=case.version,
            submission=case.submission,
            materials=case.materials,
            command_id=command,
        ).replayed

    assert (save(), save()) == (False, True)
    assert handler.reader.case(journey.case_id).version == case.version + 1
    command = new_id()
    assert refused(save).code is CaseFault.STALE


@pytest.mark.parametrize("gone", [True, False])
def test_a_material_changed_on_the_disk_stops_the_signature(journey: Journey, gone: bool) -> None:
    to_review(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    session = journey.reviewer()
    case = session.reader.case(journey.case_id)
    file = session.files.path(case.materials[0].sha256)
    file.chmod(0o644)
    if gone:
        file.unlink()
    else:
        file.write_bytes(b"something else")
    error = refused(lambda: journey.certify(draft))
    assert error.code is (AttachmentFault.MISSING if gone else AttachmentFault.CHANGED)
    assert session.reader.case(journey.case_id).state is State.REVIEWING


def test_a_handler_outside_the_register_is_refused(journey: Journey) -> None:
    handler = journey.session(Role.HANDLER)
    case = handler.reader.case(journey.case_id)
    stranger = Handler("", "外来人员", "Z-99")
    intake.edit(
        handler,
        case_id=journey.case_id,
        seen_version=case.version,
        submission=replace(case.submission, handlers=(*case.submission.handlers, stranger)),
        materials=case.materials,
    )
    assert refused(journey.confirm).code is PeopleFault.UNKNOWN


def one_person_office(journey: Journey) -> str:
    """The head reviews too: the lead assigns the head."""
    head = journey.office.holder(Role.HEAD).person_id
    grants = [RoleGrant(r) for r in (Role.HEAD, Role.REVIEWER, Role.LEAD)]
    admin = journey.session(Role.ADMIN)
    office.set_roles(admin, person_id=head, grants=grants)
    person = replace(admin.reader.people()[head], legal_qualification="A-1")
    office.put_person(admin, person=person, new=False)
    journey.confirm()
    journey.accept()
    lead = journey.open_as(head)
    review.assign(
        lead,
        journey.work.book,
        case_id=journey.case_id,
        seen_version=journey.version(),
        reviewer=head,
    )
    return head


def test_an_office_of_one_signs_with_the_reason_printed(journey: Journey) -> None:
    one_person_office(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    journey.certify(draft)
    assert refused(journey.issue).code is CaseFault.SAME_PERSON_REASON
    head = journey.session(Role.HEAD)
    signoff.send_back(
        head, case_id=journey.case_id, seen_version=journey.version(), reason="写明理由"
    )
    reason = "本机构在编审核人员仅一名"
    journey.certify(draft.edit(same_person_reason=reason))
    desk = review.open_desk(head, journey.work.book, case_id=journey.case_id)
    assert review.paper_of(head, journey.work.book, desk).same_person_reason == reason
    issued = journey.issue()
    assert issued.verdict is not None
    assert issued.verdict.valid
    current = head.reader.case(journey.case_id).current
    assert current is not None
    assert (current.signer, current.same_person_reason) == (head.actor.person_id, reason)


def test_a_reason_for_one_person_is_not_printed_when_two_sign(journey: Journey) -> None:
    to_review(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    journey.certify(draft.edit(same_person_reason="仅一人"))
    assert refused(journey.issue).code is CaseFault.SAME_PERSON_OTHER


def test_an_override_that_nothing_needs_any_more_is_not_printed(journey: Journey) -> None:
    to_review(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    desk, draft = journey.draft("agree")
    assert not review.ruled_out(desk, Outcome.AGREE)
    stale = draft.edit(override_reason="先前的否决项另有依据")
    edited = desk.with_draft(stale, journey.work.book.wording())
    paper = review.paper_of(journey.reviewer(), journey.work.book, edited)
    assert "先前的否决项" not in paper.reasons
    journey.certify(stale)
    current = journey.session(Role.HEAD).reader.case(journey.case_id).current
    assert current is not None
    assert current.opinion["override_reason"] == ""


def test_a_recusal_after_the_assignment_is_seen_before_the_passphrase(journey: Journey) -> None:
    to_review(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    session = journey.reviewer()
    party = session.reader.case(journey.case_id).submission.party.name
    me = session.actor.person_id
    # Everybody may declare his own reason to step back (自行回避).
    office.add_recusal(session, recusal=Recusal(me, party=party, reason="近亲属"))
    asked: list[str] = []

    def ask(label: str) -> str:
        asked.append(label)
        return PASSPHRASE

    error = refused(
        lambda: review.certify(
            session,
            journey.work.book,
            journey.work.press,
            case_id=journey.case_id,
            seen_version=journey.version(),
            draft=draft,
            key=journey.work.keys.key(journey.keys.of[me].p12, label=me),
            ask=ask,
        )
    )
    assert (error.code, asked) == (PeopleFault.RECUSED, [])


def test_a_withdrawn_case_voids_its_number_and_ends(journey: Journey) -> None:
    to_signing(journey)
    first = reserve(journey)
    unit_head = journey.session(Role.UNIT_HEAD)
    intake.withdraw(
        unit_head, case_id=journey.case_id, seen_version=journey.version(), reason="撤案"
    )
    case = unit_head.reader.case(journey.case_id)
    assert case.current is not None
    assert (case.state, case.current.number) == (State.WITHDRAWN, "")
    assert unit_head.reader.issued_under(first) is None


def test_an_irregularity_cannot_lie_in_the_future(journey: Journey) -> None:
    error = refused(
        lambda: aftermath.record_irregularity(
            journey.session(Role.CLERK),
            agency="示例局",
            decision_number="示罚〔2026〕1号",
            decided_on=date(2026, 9, 19),
            content="罚款",
            note="",
        )
    )
    assert error.code is CaseFault.IN_FUTURE


def test_the_key_of_a_namesake_does_not_sign(journey: Journey) -> None:
    to_review(journey)
    reviewer = journey.reviewer().actor
    admin = journey.session(Role.ADMIN)
    twin = replace(
        admin.reader.people()[reviewer.person_id], person_id="twin_1", active=True, roles=()
    )
    office.put_person(admin, person=twin, new=True)
    office.set_roles(admin, person_id="twin_1", grants=[RoleGrant(Role.REVIEWER)])
    lead = journey.session(Role.LEAD)
    review.assign(
        lead,
        journey.work.book,
        case_id=journey.case_id,
        seen_version=journey.version(),
        reviewer="twin_1",
        reason="转办",
    )
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    review.certify(
        journey.reviewer(),
        journey.work.book,
        journey.work.press,
        case_id=journey.case_id,
        seen_version=journey.version(),
        draft=draft,
        key=journey.work.keys.key(journey.keys.of[reviewer.person_id].p12, label="x"),
        ask=lambda _: PASSPHRASE,
    )
    error = refused(journey.issue)
    assert error.code is CaseFault.NOT_VERIFIED
    assert journey.session(Role.HEAD).reader.case(journey.case_id).state is State.SIGNING
