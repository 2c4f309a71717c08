"""Fills the papers of a disagreement from the record: 对照表 and 集体讨论笔录.

Lives here: which stored value stands where. Must not: laying out, signing, or any rule. The annex
and 责任清单 are filled in `application.responsibility`.
"""

from collections.abc import Iterable, Mapping, Sequence

from sanzhi_desktop.application import minutes_corrections as corrections
from sanzhi_desktop.application.meetings import profile_here
from sanzhi_desktop.application.minutes_corrections import CHOICE_NAMES
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.rulebook import RuleBook, profile_of
from sanzhi_desktop.domain.case import Case, ProblemRow, Round
from sanzhi_desktop.domain.checklist import Checklist
from sanzhi_desktop.domain.dispute import (
    Agreement,
    ConsultedPoint,
    Dispute,
    DisputeFault,
    ExpertRequest,
    ObjectionPoint,
    RuledPoint,
    Ruling,
    Stance,
)
from sanzhi_desktop.domain.dispute_papers import (
    Absence,
    Ballot,
    CitedRule,
    DecidedPoint,
    DisagreementPaper,
    DisputedCase,
    DisputedPoint,
    GateEffect,
    Guest,
    MeetingCase,
    Member,
    MinutesPaper,
    ReviewerView,
    Signatory,
    Statement,
    UnitView,
)
from sanzhi_desktop.domain.dispute_rules import clears, permits, yielded
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.meeting import AgendaItem, Choice, ItemState, Meeting, MeetingMember
from sanzhi_desktop.domain.meeting_rules import minority, outside
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import local_date

STANCE_NAMES: Mapping[Stance, str] = {
    Stance.MAINTAINED: "维持审核意见",
    Stance.ACCEPTED: "接受异议",
}
RULING_NAMES: Mapping[Ruling, str] = {
    Ruling.UPHOLD: "维持审核意见",
    Ruling.ADOPT: "采纳承办意见",
    Ruling.OTHER: "其他",
}


def rules_of(session: Session, book: RuleBook, case: Case) -> Profile:
    """The profile edition that a case is reviewed under."""
    applied = session.reader.profile_applied(case.profile_id, case.profile_edition)
    return profile_of(book, case, applied)


def mark(session: Session, book: RuleBook) -> str:
    """What every page of a sample office's papers bears."""
    return book.wording().marks["sample"] if session.reader.office().sample else ""


def disputed_case(session: Session, case: Case, round_: Round, profile: Profile) -> DisputedCase:
    """The head of every paper, with the opinion of one round."""
    submission = round_.submission or case.submission
    people = session.reader.people()
    reviewer = people.get(round_.reviewer)
    names = {rule.code: rule.name for rule in profile.outcomes()}
    return DisputedCase(
        case_name=submission.name,
        file_number=submission.file_number,
        kind_name=submission.kind.chinese,
        party=submission.party.name,
        unit=submission.unit,
        handlers=tuple(h.name for h in submission.handlers),
        review_body=session.reader.office().name,
        reviewer=reviewer.name if reviewer else round_.reviewer,
        facts=submission.facts,
        proposed_decision=submission.proposed_decision,
        opinion_number=round_.number,
        opinion_dated=round_.dated,
        outcome_name=names.get(round_.outcome, "") if round_.outcome else "",
    )


def _round(case: Case, number: int) -> Round:
    found = next((r for r in case.rounds if r.round == number), None)
    if found is None or found.issued_at is None:
        raise DomainError(DisputeFault.NO_OBJECTION)
    return found


def disagreement_paper(
    session: Session, book: RuleBook, case: Case, *, handler: str
) -> DisagreementPaper:
    """双方意见对照表 of the running round. Raises DomainError: no objection, not replied to."""
    dispute = session.reader.dispute(case.case_id)
    objection = dispute.objection(case.round)
    if objection is None:
        raise DomainError(DisputeFault.NO_OBJECTION)
    if objection.replied_at is None:
        raise DomainError(DisputeFault.NOT_REPLIED)
    profile = rules_of(session, book, case)
    round_ = _round(case, case.round)
    people = session.reader.people()
    route = profile.dispute_route()
    raised = {p.number: p for p in objection.points}
    newest = dispute.record(case.round)
    return DisagreementPaper(
        case=disputed_case(session, case, round_, profile),
        edition=newest.edition + 1 if newest else 1,
        frozen_on=local_date(session.gateway.now()),
        route=tuple(CitedRule(step.name, step.source.cited()) for step in route),
        meeting_name=str(profile.value("meeting.name") or ""),
        points=tuple(
            _point(problem, raised.get(problem.number), dispute, book.checklist(), people)
            for problem in case.problems
            if problem.round == case.round
        ),
        handler=Signatory(people[handler].name, "承办人", Role.HANDLER.value),
        reviewer=Signatory(people[case.reviewer].name, "审核人", Role.REVIEWER.value),
        expert_advice=advice(dispute.requests, case.round),
        mark=mark(session, book),
    )


def _item(checklist: Checklist, problem: ProblemRow) -> str:
    return next((i.text for i in checklist.items if i.id == problem.item_id), problem.finding)


def _point(
    problem: ProblemRow,
    raised: ObjectionPoint | None,
    dispute: Dispute,
    checklist: Checklist,
    people: Mapping[str, Person],
) -> DisputedPoint:
    agreed = dispute.agreed(problem.round).get(problem.number)
    settled = agreed is not None and agreed.agreement is not Agreement.OPEN
    accepted = raised is not None and raised.stance is Stance.ACCEPTED
    return DisputedPoint(
        number=problem.number,
        item_id=problem.item_id,
        item=_item(checklist, problem),
        article=problem.basis,
        review=ReviewerView(problem.finding, problem.basis, problem.evidence, problem.suggestion),
        objection=UnitView(raised.reasons, raised.basis, raised.evidence) if raised else None,
        reply=raised.reply if raised else "",
        reply_name=STANCE_NAMES[raised.stance] if raised and raised.stance else "",
        consultation=_consultation(problem, dispute, people),
        agreed=_agreed(agreed) if settled and agreed else "",
        remaining=_remaining(agreed) if raised and not settled and not accepted else "",
    )


def _agreed(point: ConsultedPoint) -> str:
    who = "承办机构按审核意见处理" if point.agreement is Agreement.UNIT_ACTS else "接受承办机构意见"
    return f"{who}：{point.note}"


def _remaining(point: ConsultedPoint | None) -> str:
    if point is None:
        return "双方意见不一致。"
    return f"经协商未达成一致。{point.note}".strip()


def _consultation(problem: ProblemRow, dispute: Dispute, people: Mapping[str, Person]) -> str:
    entries = [
        e
        for c in dispute.consultations
        if c.round == problem.round
        for e in c.entries
        if e.number == problem.number
    ]
    return "\n".join(
        f"{local_date(e.at):%Y-%m-%d} {_name(people, e.author)}：{e.text}"
        for e in sorted(entries, key=lambda e: e.at)
    )


def _name(people: Mapping[str, Person], code: str) -> str:
    return people[code].name if code in people else code


def advice(requests: Iterable[ExpertRequest], round_: int) -> tuple[str, ...]:
    """The expert advice of a round in one line each."""
    return tuple(
        f"{r.expert_name}（{local_date(r.answered_at):%Y-%m-%d}）：{r.answer}"
        for r in requests
        if r.round == round_ and r.answered_at is not None
    )


# ------------------------------------------------------------------ 集体讨论笔录


def minutes_paper(session: Session, book: RuleBook, meeting: Meeting) -> MinutesPaper:
    """The minutes as the record has them, before any signature."""
    profile = profile_here(session, book)
    people = session.reader.people()
    chair = next(m for m in meeting.members if m.person_id == meeting.chair)
    items = [i for i in meeting.items if i.state is ItemState.CLOSED]
    cases = {i.case_id: session.reader.case(i.case_id) for i in items}
    guests = dict.fromkeys(r.person_id for i in items for r in i.reports)
    rule = profile.rule("meeting.name").in_force()
    agency = next((c.submission.agency for c in cases.values() if c.submission.agency), "")
    if meeting.opened_at is None or meeting.closed_at is None:
        raise ValueError("minutes of a meeting that was not held")
    return MinutesPaper(
        agency=agency or session.reader.office().name,
        meeting_name=meeting.name,
        meeting_rule=CitedRule(
            rule.source.quote if rule.source else rule.title,
            rule.source.cited() if rule.source else "本单位议事规则",
        ),
        began=meeting.opened_at,
        ended=meeting.closed_at,
        place=meeting.place,
        chair=_member(chair),
        recorder=Signatory(people[meeting.recorder].name, "记录人", Role.SECRETARY.value),
        members=tuple(_member(m) for m in meeting.present if m.person_id != meeting.chair),
        absent=tuple(
            Absence(m.name, m.post, m.absence_reason) for m in meeting.members if not m.present
        ),
        guests=tuple(_guest(people, code, cases.values()) for code in guests),
        entitled=len(meeting.members),
        quorum=meeting.quorum,
        quorum_rule=meeting.quorum_rule,
        items=tuple(
            _meeting_case(session, book, meeting, item, cases[item.case_id]) for item in items
        ),
        corrections=corrections.of_roll(meeting, people),
        dropped=tuple(
            f"{i.case_name}：{i.dropped_because}"
            for i in meeting.items
            if i.state is ItemState.DROPPED
        ),
        mark=mark(session, book),
    )


def _member(member: MeetingMember) -> Member:
    return Member(
        Signatory(member.name, member.post, Role.AGENCY_HEAD.value),
        acting_basis=member.basis,
        acting_from=member.valid_from if member.basis else None,
        acting_to=member.valid_to if member.basis else None,
    )


def _guest(people: Mapping[str, Person], code: str, cases: Iterable[Case]) -> Guest:
    handles = any(code in {h.person_id for h in c.submission.handlers} for c in cases)
    return Guest(_name(people, code), "承办人" if handles else "审核人")


def _meeting_case(
    session: Session, book: RuleBook, meeting: Meeting, item: AgendaItem, case: Case
) -> MeetingCase:
    dispute = session.reader.dispute(case.case_id)
    profile = rules_of(session, book, case)
    people = session.reader.people()
    posts = {m.person_id: (m.name, m.post) for m in meeting.members}
    record = dispute.record(item.round)
    out = {r.person_id: r.reason for r in item.recusals}
    effect, source = gate_effect(case, dispute, item, profile)
    return MeetingCase(
        case=disputed_case(session, case, _round(case, item.round), profile),
        record=(
            f"双方意见对照表第{record.edition}版（{local_date(record.frozen_at):%Y-%m-%d}定稿）"
            if record
            else ""
        ),
        reporters=tuple(
            _guest(people, code, [case])
            for code in dict.fromkeys(r.person_id for r in item.reports)
        ),
        report="\n".join(f"{_name(people, r.person_id)}：{r.text}" for r in item.reports),
        recused=tuple(
            Absence(*posts[code], out.get(code, "本案承办人，不参加表决"))
            for code in sorted(outside(item))
            if code in posts
        ),
        statements=tuple(Statement(*posts[s.person_id], s.text) for s in item.speeches),
        points=tuple(
            _decided(case, dispute, item, ruled, posts=posts, checklist=book.checklist())
            for ruled in item.rulings
        ),
        minority=tuple(Statement(*posts[s.person_id], s.text) for s in minority(item)),
        effect=effect,
        effect_source=source,
        expert_advice=advice(dispute.requests, item.round),
        corrections=corrections.of_item(item, people),
    )


def _decided(
    case: Case,
    dispute: Dispute,
    item: AgendaItem,
    ruled: RuledPoint,
    *,
    posts: Mapping[str, tuple[str, str]],
    checklist: Checklist,
) -> DecidedPoint:
    problem = next(p for p in case.problems if p.number == ruled.number)
    objection = dispute.objection(item.round)
    raised = (
        next((p for p in objection.points if p.number == ruled.number), None) if objection else None
    )
    ballots: Sequence[tuple[Choice, tuple[str, ...]]] = [
        (
            choice,
            tuple(
                posts[v.person_id][0]
                for v in item.votes
                if v.number == ruled.number and v.choice is choice
            ),
        )
        for choice in Choice
    ]
    words = [ruled.content.strip()]
    if ruled.against_votes.strip():
        words.append(f"决定与表决多数不一致的理由：{ruled.against_votes.strip()}")
    return DecidedPoint(
        number=ruled.number,
        subject=_item(checklist, problem),
        review=problem.finding,
        unit=raised.reasons if raised else "",
        ballots=tuple(Ballot(CHOICE_NAMES[c], names) for c, names in ballots if names),
        decision_name=RULING_NAMES[ruled.ruling],
        decision="\n".join(w for w in words if w),
    )


def gate_effect(
    case: Case, dispute: Dispute, item: AgendaItem, profile: Profile
) -> tuple[GateEffect, str]:
    """What the rulings on a case do to its gate, and the rule that says so."""
    kind = case.submission.kind
    rule = profile.for_kind("gate.dispute_clears", kind)
    cited = rule.source.cited() if rule.source else ""
    again = profile.for_kind("gate.repass_required", kind).source
    if all(r.ruling is Ruling.UPHOLD for r in item.rulings):
        return GateEffect.UPHELD, again.cited() if again else cited
    if kind is Kind.PENALTY:
        return GateEffect.PENALTY, cited
    lets = permits(
        item.rulings,
        problems=[p.number for p in case.problems if p.round == item.round],
        given_up=yielded(dispute, item.round),
    )
    if clears(kind, profile_clears=rule.value is True, result_permits=lets):
        return GateEffect.CLEARS, cited
    return GateEffect.AGAIN, again.cited() if again else cited
