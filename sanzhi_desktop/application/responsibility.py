"""责任清单, filled from the record and the history, in the profile's own words.

Lives here: which act of the history grounds whose responsibility. Must not: laying out; the other
papers of a disagreement (`application.dispute_papers`).
"""

from collections.abc import Mapping, Sequence

from sanzhi_desktop.application import stepping
from sanzhi_desktop.application.checkpoint_line import checkpoint_line
from sanzhi_desktop.application.dispute_papers import (
    disputed_case,
    mark,
    rules_of,
)
from sanzhi_desktop.application.dispute_record import Signed, demand_owner, demand_valid
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import HistoryRow
from sanzhi_desktop.application.rulebook import RuleBook
from sanzhi_desktop.application.signing import AskSecret, SigningKey
from sanzhi_desktop.application.signoff import record_of
from sanzhi_desktop.application.work import SignedPapers
from sanzhi_desktop.domain.case import Case, CaseFault, Round
from sanzhi_desktop.domain.dispute_papers import (
    ResponsibilityPaper,
    ResponsibleAct,
    ResponsiblePart,
    Signatory,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action

# Which acts of the history show who answered for what, in the words of the sheet.
_UNIT_ACTS: Mapping[str, str] = {
    Action.REGISTER.value: "登记送审",
    Action.CONFIRM.value: "确认送审，对材料的真实性、准确性、完整性负责",
    Action.RESPOND.value: "逐条答复审核问题",
    Action.OBJECT.value: "提出书面异议",
    Action.CERTIFY_RECORD.value: "签署双方意见对照表",
    Action.ESCALATE.value: "提请集体讨论",
}
_REVIEW_ACTS: Mapping[str, str] = {
    Action.ACCEPT.value: "受理",
    Action.ASSIGN.value: "分派审核人",
    Action.REASSIGN.value: "转办",
    Action.CERTIFY.value: "出具审核意见并签名",
    Action.REPLY_OBJECTION.value: "答复异议",
    Action.SIGN_RECORD.value: "签署双方意见对照表",
    Action.ISSUE_PASS.value: "签发审核意见（同意）",
    Action.ISSUE_RETURN.value: "签发审核意见",
}
_DECISION_ACTS: Mapping[str, str] = {
    Action.DISCUSS.value: "登记集体讨论结果",
    Action.DISCUSS_CLEAR.value: "登记集体讨论结果",
    Action.REGISTER_DECISION.value: "登记所作决定",
}


def _acts(history: Sequence[HistoryRow], words: Mapping[str, str]) -> tuple[ResponsibleAct, ...]:
    return tuple(
        ResponsibleAct(row.at, row.actor_name, words[row.action])
        for row in history
        if row.action in words
    )


def _part(
    profile: Profile,
    key: str,
    *,
    title: str,
    body: str,
    people: Sequence[str],
    acts: tuple[ResponsibleAct, ...],
) -> ResponsiblePart:
    rule = profile.rule(key).in_force()
    value = rule.value
    duties = (value,) if isinstance(value, str) else tuple(value or ())
    return ResponsiblePart(
        title=title,
        body=body,
        people=tuple(dict.fromkeys(people)),
        duties=duties,
        source=rule.source.cited() if rule.source and duties else "",
        acts=acts,
    )


def responsibility_paper(session: Session, book: RuleBook, *, case_id: str) -> ResponsibilityPaper:
    """责任清单 of a case, as far as its history goes. Raises DomainError before an opinion."""
    case = session.reader.case(case_id)
    issued = [r for r in case.rounds if r.issued_at is not None]
    if not issued:
        raise DomainError(CaseFault.NUMBER_NOT_RESERVED)
    profile = rules_of(session, book, case)
    history = session.reader.history(case_id)
    head = session.reader.people()[issued[-1].signer]
    punishable = profile.rule("responsibility.punishable").in_force()
    return ResponsibilityPaper(
        office=session.reader.office().name,
        case=disputed_case(session, case, issued[-1], profile),
        parts=(
            _unit_part(session, case, profile, history),
            _review_part(session, issued, profile, history),
            _decision_part(session, case, profile, history),
        ),
        punishable=tuple(punishable.value or ()),
        punishable_source=punishable.source.cited() if punishable.source else "",
        made_on=local_date(session.gateway.now()),
        head=Signatory(head.name, "法制审核机构负责人", Role.HEAD.value),
        chain_head=history[-1].hash if history else "",
        mark=mark(session, book),
        checkpoint=checkpoint_line(session),
    )


History = Sequence[HistoryRow]


def _unit_part(session: Session, case: Case, profile: Profile, history: History) -> ResponsiblePart:
    people = session.reader.people()
    heads = [r.submitted_by for r in case.rounds if r.submitted_by]
    return _part(
        profile,
        "responsibility.unit",
        title="承办机构",
        body=case.submission.unit,
        people=[
            *(f"{h.name}（承办人）" for h in case.submission.handlers),
            *(f"{_name(people, code)}（承办机构负责人）" for code in heads),
        ],
        acts=_acts(history, _UNIT_ACTS),
    )


def _review_part(
    session: Session, issued: Sequence[Round], profile: Profile, history: History
) -> ResponsiblePart:
    people = session.reader.people()
    return _part(
        profile,
        "responsibility.review_body",
        title="法制审核机构",
        body=session.reader.office().name,
        people=[
            *(f"{_name(people, r.reviewer)}（审核人）" for r in issued),
            *(f"{_name(people, r.signer)}（审核机构负责人）" for r in issued),
        ],
        acts=_acts(history, _REVIEW_ACTS),
    )


def _decision_part(
    session: Session, case: Case, profile: Profile, history: History
) -> ResponsiblePart:
    results = session.reader.dispute(case.case_id).results
    sat = [act for result in results for act in _meeting(session, result.meeting_id)]
    return _part(
        profile,
        "responsibility.agency_head",
        title="行政机关负责人",
        body=case.submission.agency or session.reader.office().name,
        people=[act.name for act in sat],
        acts=tuple(sorted((*sat, *_acts(history, _DECISION_ACTS)), key=lambda act: act.at)),
    )


def _meeting(session: Session, meeting_id: str) -> tuple[ResponsibleAct, ...]:
    """Each member who took part, at the moment of his signature on the minutes."""
    meeting = session.reader.meeting(meeting_id)
    return tuple(
        ResponsibleAct(m.signed_at, f"{m.name}（{m.post}）", f"参加{meeting.name}，签署笔录")
        for m in meeting.present
        if m.signed_at is not None
    )


def _name(people: Mapping[str, Person], code: str) -> str:
    return people[code].name if code in people else code


def sign_sheet(
    session: Session,
    book: RuleBook,
    papers: SignedPapers,
    *,
    case_id: str,
    seen_version: int,
    key: SigningKey,
    ask: AskSecret,
) -> Signed:
    """责任清单 signed by the head who signed the last opinion, and kept with the case.

    Raises DomainError: somebody else's place to sign, a paper that does not verify.
    """
    content = responsibility_paper(session, book, case_id=case_id)
    signed = papers.sign(
        papers.prepare(content),
        field="Head",
        key=key,
        ask=ask,
        name=session.actor.name,
        at=session.gateway.now(),
        reason="责任清单",
    )
    verdict = papers.verify(signed, record=record_of(session.reader, sha256=None))
    demand_valid(verdict)
    demand_owner(session.reader, verdict, "Head", session)
    stored = StoredPaper("responsibility", signed)
    changed = stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.KEEP_SHEET,
        payload={"document": stored.as_payload()},
    )
    return Signed(changed, stored)
