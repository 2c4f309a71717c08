"""The opinion's text grown from the findings, and the paper it becomes.

A draft is grown again whenever answers change; what the reviewer has edited stays as edited.
Nothing here writes or renders.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from typing import Any

from sanzhi_desktop.application.wording import Wording
from sanzhi_desktop.domain import checklist
from sanzhi_desktop.domain.case import AnswerRow, Case, CaseFault
from sanzhi_desktop.domain.checklist import Item
from sanzhi_desktop.domain.dispute_papers import MatrixRow
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.fitting import NOTHING, read_as
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import (
    Answer,
    ChecklistLine,
    Dimension,
    DimensionReview,
    EarlierProblem,
    MaterialLine,
    OpinionPaper,
    Outcome,
    Problem,
)
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import local_date

TRANSFERS = (Outcome.TRANSFER_ADMIN, Outcome.TRANSFER_CRIME)


@dataclass(frozen=True, slots=True)
class Draft:
    """The opinion as the reviewer works on it. `edited` names the parts typed by hand."""

    outcome: Outcome = Outcome.AGREE
    opening: str = ""
    reasons: str = ""
    closing: str = ""
    dimensions: Mapping[Dimension, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    transfer_to: str = ""
    override_reason: str = ""  # why 同意 in spite of a failed veto; the head's is the 2nd signature
    same_person_reason: str = ""
    edited: frozenset[str] = frozenset()

    def edit(self, **changes: Any) -> "Draft":
        """The draft with parts typed by hand; they are not grown over again."""
        return replace(self, **changes, edited=self.edited | set(changes))


@dataclass(frozen=True, slots=True)
class Findings:
    """The checklist of one round as answered so far, in printed order."""

    kind: Kind
    layers: frozenset[str]
    items: tuple[Item, ...]
    answers: Mapping[str, AnswerRow]

    def of(self, dimension: Dimension) -> list[tuple[Item, AnswerRow]]:
        """The answered items of one dimension."""
        return [
            (i, self.answers[i.id])
            for i in self.items
            if i.dimension is dimension and i.id in self.answers
        ]


def grow(draft: Draft, *, findings: Findings, wording: Wording, first_number: int) -> Draft:
    """The draft with every part that was not edited grown from the answers."""
    problems = _problems(findings, draft, first_number)
    counted = len(findings.answers)
    grown = {
        "opening": (
            wording.findings["agree_with_problems"]
            if draft.outcome.passes and problems
            else wording.openings[draft.outcome]
        ),
        "reasons": wording.reasons_for(draft.outcome).format(total=counted, problems=len(problems)),
        "closing": wording.closings[draft.outcome].format(
            transfer_to=draft.transfer_to or _transfer_default(draft.outcome, wording)
        ),
    }
    kept: dict[str, Any] = {name: text for name, text in grown.items() if name not in draft.edited}
    dimensions = {
        d: draft.dimensions[d]
        if f"dimension.{d.value}" in draft.edited and d in draft.dimensions
        else _dimension_text(findings.of(d), wording)
        for d in Dimension
        if any(i.dimension is d for i in findings.items)
    }
    return replace(draft, problems=problems, dimensions=dimensions, **kept)


def _transfer_default(outcome: Outcome, wording: Wording) -> str:
    crime = outcome is Outcome.TRANSFER_CRIME
    return wording.paper["transfer_default_crime" if crime else "transfer_default_admin"]


def _problems(desk: "Findings", draft: Draft, first_number: int) -> tuple[Problem, ...]:
    """Each 不符合 as a numbered problem; what was edited of a problem stays with its item. Where
    the evidence stands is said once, in the item's answer."""
    before = {p.item_id: p for p in draft.problems if f"problem.{p.item_id}" in draft.edited}
    grown = checklist.problems(
        desk.items,
        desk.answers.values(),
        start=first_number,
        kind=desk.kind,
        layers=desk.layers,
    )
    return tuple(
        replace(before[p.item_id], number=p.number, evidence=p.evidence)
        if p.item_id in before
        else p
        for p in grown
    )


def _dimension_text(rows: Sequence[tuple[Item, AnswerRow]], wording: Wording) -> str:
    if not rows:
        return wording.findings["pending"]
    counted = [(i, a) for i, a in rows if a.answer is not Answer.NOT_APPLICABLE]
    if not counted:
        return wording.findings["none_apply"]
    if all(a.answer is Answer.CONFORMS for _, a in counted):
        return wording.findings["all_conform"].format(total=len(counted))
    counts = "，".join(
        f"{wording.answers[kind]}{number}项"
        for kind in Answer
        if (number := sum(1 for _, a in rows if a.answer is kind))
    )
    parts = [wording.findings["counted"].format(total=len(rows), counts=counts)]
    for key, kind in (("failing", Answer.FAILS), ("minor", Answer.MINOR)):
        words = "；".join((a.note or i.finding).rstrip("。") for i, a in rows if a.answer is kind)
        if words:
            parts.append(wording.findings[key].format(findings=words) + "。")
    return "".join(parts)


def check_draft(draft: Draft, *, profile: Profile) -> None:
    """What an opinion must hold before it is signed.

    Raises DomainError: an outcome the profile does not know, no reasons, a problem without
    finding, basis or suggestion, an outcome other than 同意 without any problem. 同意 may stand
    beside failed items that are no vetoes: the opinion then lists what is to be improved.
    """
    if draft.outcome not in {rule.code for rule in profile.outcomes()}:
        raise DomainError(CaseFault.OUTCOME_UNKNOWN, outcome=draft.outcome.value)
    if not draft.reasons.strip():
        raise DomainError(CaseFault.REASONS_MISSING)
    for problem in draft.problems:
        for part in ("finding", "basis", "evidence", "suggestion"):
            if not str(getattr(problem, part)).strip():
                raise DomainError(
                    CaseFault.PROBLEM_INCOMPLETE, number=problem.number, field=f"problem.{part}"
                )
    if not draft.outcome.passes and not draft.problems:
        raise DomainError(CaseFault.PROBLEMS_NONE, outcome=draft.outcome.value)
    if draft.outcome in TRANSFERS and not draft.transfer_to.strip():
        raise DomainError(CaseFault.FIELD_MISSING, field="opinion.transfer_to")


def draft_to_json(draft: Draft) -> dict[str, Any]:
    """Plain JSON values; the inverse of `draft_from_json`."""
    plain = asdict(draft)
    plain["dimensions"] = {d.value: text for d, text in draft.dimensions.items()}
    plain["problems"] = [asdict(p) for p in draft.problems]
    plain["edited"] = sorted(draft.edited)
    return plain


def draft_from_json(data: Mapping[str, Any]) -> Draft:
    """A draft from its JSON form; an empty mapping gives an empty draft, and what does not fit is
    as if it had not been written."""
    found = read_as(Draft, data, "opinion", [])
    return Draft() if found is NOTHING else found


@dataclass(frozen=True, slots=True)
class PaperFacts:
    """What the paper needs beside the case and the draft."""

    office: str
    seal_name: str
    reviewer: str
    deadline_basis: str
    mark: str
    audit_root: str
    received: date
    outcome_name: str
    meeting: str = ""  # the minutes that the round rests on, in one sentence
    earlier: tuple[EarlierProblem, ...] = ()
    matrix: tuple[MatrixRow, ...] = ()


def opinion_paper(
    case: Case,
    draft: Draft,
    *,
    findings: Findings,
    wording: Wording,
    facts: PaperFacts,
    round_reason: str,
) -> OpinionPaper:
    """The content of the printed opinion, complete but for number and date."""
    submission = case.submission
    return OpinionPaper(
        office=facts.office,
        addressee=submission.unit,
        title=wording.paper["title"].format(name=submission.name),
        case_name=submission.name,
        kind_name=submission.kind.chinese,
        party=submission.party.name,
        party_number=submission.party.number,
        facts=submission.facts,
        proposed_decision=submission.proposed_decision,
        round=case.round,
        round_reason=round_reason,
        received=facts.received,
        accepted=local_date(case.accepted_at) if case.accepted_at else None,
        materials=tuple(
            MaterialLine(m.name, m.pages, m.sha256) for m in case.materials if not m.waived
        ),
        dimensions=tuple(
            DimensionReview(d, wording.dimensions[d], text) for d, text in draft.dimensions.items()
        ),
        outcome=draft.outcome,
        outcome_name=facts.outcome_name,
        opening=draft.opening,
        reasons=draft.reasons + _override_words(draft, wording) + facts.meeting,
        problems=draft.problems,
        closing=draft.closing,
        reminders=wording.reminders_for(submission.kind),
        deadline_basis=facts.deadline_basis,
        reviewer=facts.reviewer,
        head="",
        seal_name=facts.seal_name,
        checklist=_checklist_lines(findings),
        earlier=facts.earlier,
        matrix=facts.matrix,
        same_person_reason=draft.same_person_reason,
        transfer_to=draft.transfer_to,
        mark=facts.mark,
        audit_root=facts.audit_root,
    )


def _checklist_lines(findings: Findings) -> tuple[ChecklistLine, ...]:
    return tuple(
        ChecklistLine(
            item.id,
            item.dimension,
            f"{item.text}（{item.added}）" if item.added else item.text,
            item.basis_text(findings.kind, findings.layers),
            item.weight,
            row.answer,
            row.note,
            row.evidence,
        )
        for item in findings.items
        if (row := findings.answers.get(item.id)) is not None
    )


def _override_words(draft: Draft, wording: Wording) -> str:
    if not (draft.outcome.passes and draft.override_reason.strip()):
        return ""
    return wording.paper["override"].format(reason=draft.override_reason.strip().rstrip("。"))
