"""Review: assigning, answering the checklist, drafting the opinion and certifying it."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from sanzhi_desktop.application import drafting, stepping
from sanzhi_desktop.application.attachments import demand_intact
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.drafting import Draft, Findings, PaperFacts
from sanzhi_desktop.application.papers import StoredPaper, digest
from sanzhi_desktop.application.ports import OpinionPress, Session
from sanzhi_desktop.application.problem_matrix import earlier_problems, marks_of, matrix_rows
from sanzhi_desktop.application.rulebook import (
    RuleBook,
    office_calendar,
    profile_of,
    review_rule,
)
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.application.wording import Wording
from sanzhi_desktop.domain import checklist
from sanzhi_desktop.domain.case import AnswerRow, Case, CaseFault, RoundReason
from sanzhi_desktop.domain.checklist import Item, Progress
from sanzhi_desktop.domain.checklist_additions import additions
from sanzhi_desktop.domain.deadline_words import basis_paragraph
from sanzhi_desktop.domain.dispute import Dispute, DisputeFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.opinion import OpinionPaper, Outcome, Weight
from sanzhi_desktop.domain.people import PeopleFault, Person, Recusal, is_recused, may_review
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action, State

ROUND_NAMES: Mapping[RoundReason, str] = {
    RoundReason.FIRST: "首次送审",
    RoundReason.AGAIN: "处理后再次送审",
    RoundReason.AFTER_HEARING: "听证后送审",
    RoundReason.MATERIALS_CHANGED: "材料或者拟作决定变化后送审",
    RoundReason.REVIEW_OF_REVIEW: "复审",
    RoundReason.SECOND_TIER: "政府决定的第二层审核",
    RoundReason.AFTER_MEETING: "集体讨论后再次送审",
}


def candidates(session: Session, case: Case) -> Sequence[tuple[Person, Code | None]]:
    """Everybody who works here, with the reason why he cannot be assigned, or None; open ones
    first."""
    recusals = [
        Recusal(r.person_id, r.unit, r.party, r.case_id, r.reason)
        for r in session.reader.recusals()
    ]
    before = _reviewed_before(case)
    rows: list[tuple[Person, Code | None]] = []
    for person in (p for p in session.reader.people().values() if p.active):
        fault: Code | None = may_review(
            person,
            handlers=[h.person_id for h in case.submission.handlers],
            unit=case.submission.unit,
            party=case.submission.party.name,
            case_id=case.case_id,
            recusals=recusals,
            day=stepping.today(session),
        )
        if fault is None and person.person_id == before:
            fault = DisputeFault.SAME_REVIEWER
        rows.append((person, fault))
    return sorted(rows, key=lambda row: (row[1] is not None, row[0].person_id))


def _reviewed_before(case: Case) -> str:
    """Who reviewed the round that a 复审 looks at again; "" in any other round."""
    current = case.current
    if current is None or current.reason is not RoundReason.REVIEW_OF_REVIEW:
        return ""
    return next((r.reviewer for r in case.rounds if r.round == case.round - 1), "")


def assign(
    session: Session,
    book: RuleBook,
    *,
    case_id: str,
    seen_version: int,
    reviewer: str,
    reason: str = "",
    command_id: str = "",
) -> Changed:
    """Assigns, or reassigns with a reason. Raises DomainError with why a person cannot review.

    The items that the review is to answer go with it: the database then knows, from somebody else
    than the reviewer, what an opinion may not leave open.
    """
    case = session.reader.case(case_id)
    for person, fault in candidates(session, case):
        if person.person_id == reviewer and fault is not None:
            raise DomainError(fault, name=person.name)
    _, _, items = asked(session, book, case)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.REASSIGN if case.state is State.REVIEWING else Action.ASSIGN,
        reason=reason,
        payload={
            "reviewer": reviewer,
            "items": [item.id for item in items],
            "vetoes": [item.id for item in items if item.weight is Weight.VETO],
        },
        command_id=command_id,
    )


def answer(
    session: Session,
    *,
    case_id: str,
    seen_version: int,
    answers: Sequence[AnswerRow],
    command_id: str = "",
) -> Changed:
    """Saves answers; several in one call is the cheap way."""
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.ANSWER,
        payload={"answers": [asdict(a) for a in answers]},
        command_id=command_id,
    )


def save_draft(
    session: Session, *, case_id: str, seen_version: int, draft: Draft, command_id: str = ""
) -> Changed:
    """Saves the opinion's draft as it stands, complete or not."""
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.DRAFT_OPINION,
        payload={"opinion": drafting.draft_to_json(draft)},
        command_id=command_id,
    )


@dataclass(frozen=True, slots=True)
class Desk:
    """A case on the reviewer's desk: its rules, the answered checklist and the grown draft."""

    case: Case
    profile: Profile
    findings: Findings
    draft: Draft

    @property
    def progress(self) -> Progress:
        """How far the checklist is, and what still blocks the opinion."""
        return checklist.progress(self.findings.items, self.findings.answers.values())

    @property
    def suggested(self) -> Outcome:
        """The conclusion that fits the answers, out of the profile's own."""
        allowed = [rule.code for rule in self.profile.outcomes()]
        return checklist.suggested(self.findings.items, self.findings.answers.values(), allowed)

    def with_draft(self, draft: Draft, wording: Wording) -> "Desk":
        """The desk with an edited draft, grown again where it was not edited."""
        grown = drafting.grow(
            draft, findings=self.findings, wording=wording, first_number=next_number(self.case)
        )
        return replace(self, draft=grown)


def asked(
    session: Session, book: RuleBook, case: Case
) -> tuple[Profile, frozenset[str], tuple[Item, ...]]:
    """The rules of a case, their layers, and the items that its review answers, as printed."""
    profile = profile_of(
        book, case, session.reader.profile_applied(case.profile_id, case.profile_edition)
    )
    layers = frozenset({*profile.layers, profile.id})
    every = (*book.checklist().items, *additions(profile, case.submission))
    return profile, layers, checklist.applicable(every, case.submission.kind, layers)


def open_desk(session: Session, book: RuleBook, *, case_id: str) -> Desk:
    """Everything the review screen shows, under the profile edition the case was taken in."""
    case = session.reader.case(case_id)
    profile, layers, items = asked(session, book, case)
    kind = case.submission.kind
    answers = {a.item_id: a for a in case.answers}
    current = case.current
    draft = drafting.draft_from_json(current.opinion if current else {})
    desk = Desk(case, profile, Findings(kind, layers, items, answers), draft)
    if not draft.edited and "outcome" not in (current.opinion if current else {}):
        draft = replace(draft, outcome=desk.suggested)
    return desk.with_draft(draft, book.wording())


def next_number(case: Case) -> int:
    """The first problem number of this round: numbers run on and are never reused."""
    return max((p.number for p in case.problems if p.round < case.round), default=0) + 1


def check_ready(desk: Desk) -> None:
    """Raises DomainError while the opinion cannot be signed: open items, a failed veto beside
    同意 without a written reason, an incomplete problem."""
    progress = desk.progress
    if not progress.complete:
        bare = [i.item_id for i in progress.incomplete]
        open_items = [*progress.unanswered_vetoes, *progress.unanswered]
        fault = CaseFault.ANSWERS_INCOMPLETE if open_items else CaseFault.ANSWERS_UNEXPLAINED
        open_items = open_items or bare
        raise DomainError(fault, count=len(open_items), items="、".join(open_items[:8]))
    vetoes = ruled_out(desk, desk.draft.outcome)
    if vetoes and not desk.draft.override_reason.strip():
        raise DomainError(
            CaseFault.OUTCOME_RULED_OUT,
            items="、".join(vetoes),
            outcome=outcome_name(desk.profile, desk.draft),
        )
    drafting.check_draft(desk.draft, profile=desk.profile)


def ruled_out(desk: Desk, outcome: Outcome) -> tuple[str, ...]:
    """The failed vetoes that rule an outcome out; empty when it is open."""
    return checklist.ruled_out(outcome, desk.findings.items, desk.findings.answers.values())


def outcome_name(profile: Profile, draft: Draft) -> str:
    """The profile's own word for the draft's outcome."""
    return next((r.name for r in profile.outcomes() if r.code is draft.outcome), "")


def settled(desk: Desk) -> Desk:
    """The desk without a reason for an override that nothing needs any more."""
    if ruled_out(desk, desk.draft.outcome):
        return desk
    return replace(desk, draft=replace(desk.draft, override_reason=""))


def paper_of(session: Session, book: RuleBook, desk: Desk, *, audit_root: str = "") -> OpinionPaper:
    """The opinion as it will print, before number and date. Without a checkpoint that was kept for
    it, it shows the one that would be kept now: enough for looking at it."""
    desk = settled(desk)
    case = desk.case
    office = session.reader.office()
    wording = book.wording()
    rule = review_rule(desk.profile, desk.case.submission.kind)
    calendar = office_calendar(book, session.reader)
    strip = stepping.review_strip(case, rule, calendar, now=session.gateway.now())
    people = session.reader.people()
    current = case.current
    dispute = session.reader.dispute(case.case_id)
    marks = marks_of(case, desk.findings.answers)
    return drafting.opinion_paper(
        case,
        desk.draft,
        findings=desk.findings,
        wording=wording,
        facts=PaperFacts(
            office=office.name,
            seal_name=office.name,
            reviewer=people[case.reviewer].name,
            deadline_basis=basis_paragraph(strip) if strip else wording.paper["deadline_open"],
            mark=wording.marks["sample"] if office.sample else "",
            audit_root=audit_root or session.reader.chain_root(),
            received=local_date(case.received_at or session.gateway.now()),
            outcome_name=outcome_name(desk.profile, desk.draft),
            meeting=_minutes_cited(dispute, case, wording),
            earlier=earlier_problems(case, marks),
            matrix=matrix_rows(case, dispute, marks),
        ),
        round_reason=ROUND_NAMES[current.reason if current else RoundReason.FIRST],
    )


def _minutes_cited(dispute: Dispute, case: Case, wording: Wording) -> str:
    """The meeting on which a round after it rests, as the opinion cites its minutes."""
    result = dispute.result(case.round - 1)
    if result is None:
        return ""
    day = f"{result.held_on.year}年{result.held_on.month}月{result.held_on.day}日"
    return wording.paper["after_meeting"].format(meeting=result.meeting_name, date=day)


def check_recusal(session: Session, case: Case) -> None:
    """Raises DomainError(RECUSED) when who is at work has a recusal that covers the case, also
    one registered after the assignment (行政处罚法 art. 43)."""
    submission, me = case.submission, session.actor
    recusals = [
        Recusal(r.person_id, r.unit, r.party, r.case_id, r.reason)
        for r in session.reader.recusals()
    ]
    if is_recused(
        me.person_id,
        unit=submission.unit,
        party=submission.party.name,
        case_id=case.case_id,
        recusals=recusals,
    ):
        raise DomainError(PeopleFault.RECUSED, name=me.name)


def materials_digest(case: Case) -> str:
    """What the opinion stands on: kind, party, amount and the digests of all materials."""
    submission = case.submission
    return digest(
        {
            "kind": submission.kind.value,
            "party": [submission.party.name, submission.party.number],
            "amount_fen": submission.amount_fen,
            "decision": submission.proposed_decision,
            "materials": sorted((m.name, m.sha256) for m in case.materials),
        }
    )


def certify(
    session: Session,
    book: RuleBook,
    press: OpinionPress,
    *,
    case_id: str,
    seen_version: int,
    draft: Draft,
    key: SigningKey,
    ask: AskSecret,
) -> tuple[Changed, StoredPaper]:
    """The reviewer signs: the paper is laid out, certified, and sent to the head with it.

    Raises DomainError before anything is written: not ready, stale, recused, a material's file
    missing or changed, wrong passphrase.
    """
    desk = open_desk(session, book, case_id=case_id)
    if desk.case.version != seen_version:
        raise DomainError(CaseFault.STALE, seen=seen_version, current=desk.case.version)
    check_recusal(session, desk.case)
    desk = settled(desk.with_draft(draft, book.wording()))
    check_ready(desk)
    demand_intact(session, desk.case)
    root = session.gateway.checkpoint(session.actor.office_id)
    paper = paper_of(session, book, desk, audit_root=root)
    certified = press.certify(
        press.lay_out(paper),
        key=key,
        ask=ask,
        name=session.actor.name,
        at=session.gateway.now(),
    )
    stored = StoredPaper("opinion_certified", certified)
    changed = stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.CERTIFY,
        payload={
            "opinion": drafting.draft_to_json(desk.draft),
            "outcome": desk.draft.outcome.value,
            "problems": [asdict(p) for p in desk.draft.problems],
            "earlier": [
                {"number": m.number, "solved": m.solved, "note": m.note}
                for m in marks_of(desk.case, desk.findings.answers)
            ],
            "materials_digest": materials_digest(desk.case),
            "audit_root": paper.audit_root,  # kept, so that the printed root can be found again
            "document": stored.as_payload(),
        },
    )
    return changed, stored
