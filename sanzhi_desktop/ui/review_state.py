"""The reviewer's work between two saves: what was answered and typed, and what is not yet sent.

No widget and no lane: the review screen shows this and sends what it says is pending.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sanzhi_desktop.application import assess, draft_merge, drafting
from sanzhi_desktop.application.drafting import Draft
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.review import Desk as ReviewDesk
from sanzhi_desktop.application.review import open_desk
from sanzhi_desktop.application.rulebook import office_calendar
from sanzhi_desktop.application.wording import Wording
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.case import AnswerRow
from sanzhi_desktop.domain.checklist import Item
from sanzhi_desktop.domain.checks import Computed
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome, Weight
from sanzhi_desktop.ui.conflict import Difference, compare
from sanzhi_desktop.ui.names import name


class ReviewState:
    """One round under review."""

    def __init__(
        self, desk: ReviewDesk, wording: Wording, computed: Mapping[str, Computed]
    ) -> None:
        self.desk = desk
        self.wording = wording
        self.computed = computed
        self.version = desk.case.version
        self.touched: set[str] = set()  # items answered and not yet sent
        self.draft_touched = False
        self.saved = self.texts()  # as the database has it, for the comparison of three

    @property
    def draft(self) -> Draft:
        """The opinion as it stands."""
        return self.desk.draft

    @property
    def items(self) -> tuple[Item, ...]:
        """All items of the case, in printed order."""
        return self.desk.findings.items

    def row(self, item_id: str) -> AnswerRow | None:
        """The answer to an item."""
        return self.desk.findings.answers.get(item_id)

    def answer(self, item_id: str, answer: Answer) -> None:
        """Answers an item; a failure starts with the item's default finding as its note."""
        before = self.row(item_id)
        note = before.note if before else ""
        item = next(i for i in self.items if i.id == item_id)
        if answer is Answer.FAILS and not note.strip():
            note = item.finding
        elif answer is not Answer.FAILS and note == item.finding:
            note = ""
        self._put(AnswerRow(item_id, answer, note, before.evidence if before else ""))

    def remark(self, item_id: str, *, note: str, evidence: str) -> None:
        """Note and evidence reference of an answered item."""
        before = self.row(item_id)
        if before is not None and (before.note, before.evidence) != (note, evidence):
            self._put(replace(before, note=note, evidence=evidence))

    def take_computed(self) -> int:
        """Answers every open item that the program could decide alone; how many."""
        taken = 0
        for item in self.items:
            found = self.computed.get(item.id)
            if found is not None and not found.partial and self.row(item.id) is None:
                self._put(AnswerRow(item.id, found.answer, found.explanation, ""))
                taken += 1
        return taken

    def _put(self, row: AnswerRow) -> None:
        findings = self.desk.findings
        answers = {**findings.answers, row.item_id: row}
        self.touched.add(row.item_id)
        self.desk = replace(self.desk, findings=replace(findings, answers=answers))
        self._grow(self.draft)

    def _grow(self, draft: Draft) -> None:
        if "outcome" not in draft.edited:
            draft = replace(draft, outcome=self.desk.suggested)
        self.desk = self.desk.with_draft(draft, self.wording)

    # ----- the opinion

    def choose_outcome(self, outcome: Outcome) -> None:
        """The reviewer's own conclusion; it no longer follows the answers."""
        self._edit(self.draft.edit(outcome=outcome))

    def write(self, part: str, text: str) -> None:
        """A part of the opinion typed by hand: opening, reasons, closing, transfer_to …"""
        if getattr(self.draft, part) != text:
            self._edit(self.draft.edit(**{part: text}))

    def write_dimension(self, dimension: Dimension, text: str) -> None:
        """The paragraph of one dimension typed by hand."""
        if self.draft.dimensions.get(dimension) == text:
            return
        self._edit(
            replace(
                self.draft,
                dimensions={**self.draft.dimensions, dimension: text},
                edited=self.draft.edited | {f"dimension.{dimension.value}"},
            )
        )

    def write_problem(self, item_id: str, **parts: str) -> None:
        """Finding, basis or suggestion of one problem typed by hand. `evidence` is the item's own,
        wherever it is typed: the check and the paper read one and the same."""
        evidence, given = parts.pop("evidence", None), self.row(item_id)
        if evidence is not None and given is not None:
            self.remark(item_id, note=given.note, evidence=evidence)
        changes: dict[str, Any] = dict(parts)
        problems = [
            replace(p, **changes) if p.item_id == item_id else p for p in self.draft.problems
        ]
        if tuple(problems) != self.draft.problems:
            self._edit(
                replace(
                    self.draft,
                    problems=tuple(problems),
                    edited=self.draft.edited | {f"problem.{item_id}"},
                )
            )

    def grow_again(self, part: str) -> None:
        """Takes a typed part back: it follows the answers again."""
        self.draft_touched = True
        self._grow(replace(self.draft, edited=self.draft.edited - {part}))

    def _edit(self, draft: Draft) -> None:
        self.draft_touched = True
        self._grow(draft)

    # ----- what is not yet sent

    def pending_answers(self) -> list[AnswerRow]:
        """Answers to send with the next save."""
        return [self.desk.findings.answers[i] for i in sorted(self.touched)]

    def failed_vetoes(self) -> list[Item]:
        """Vetoes at 不符合: they rule 同意 out."""
        return [
            i
            for i in self.items
            if i.weight is Weight.VETO
            and (row := self.row(i.id)) is not None
            and row.answer is Answer.FAILS
        ]

    def to_values(self) -> dict[str, Any]:
        """What the local draft keeps: everything not yet sent, and the opinion as typed."""
        return {
            "answers": [
                [r.item_id, r.answer.value, r.note, r.evidence] for r in self.pending_answers()
            ],
            "draft": drafting.draft_to_json(self.draft) if self.draft_touched else {},
        }

    def restore(self, values: Mapping[str, Any]) -> None:
        """Takes over what a local draft kept; items that no longer apply are left out."""
        known = {item.id for item in self.items}
        for item_id, answer, note, evidence in values.get("answers", ()):
            if item_id in known:
                self._put(AnswerRow(item_id, Answer(answer), note, evidence))
        if values.get("draft"):
            self._edit(drafting.draft_from_json(values["draft"]))

    # ----- somebody else was first

    def rebase(self, newer: "ReviewState") -> list[Difference]:
        """Goes on from what somebody else saved, keeping what was typed here; returns where a
        person has to hear of it, with the keys that `take` knows."""
        base, mine, theirs = self.saved, self.texts(), newer.texts()
        touched = {f"{_ITEM}{i}" for i in self.touched}
        if self.draft_touched:
            touched |= self.draft.edited
        labels = {key: _label(key) for key in (*mine, *theirs) if key in touched}
        found = [
            d
            for d in compare(base, mine, theirs, labels)
            # Untouched here: it is simply what stands there now.
            if d.asked
        ]
        before, values = self.draft, self.to_values()
        changed = [k for k in before.edited if mine.get(k) != base.get(k)]
        self.desk, self.version, self.computed = newer.desk, newer.version, newer.computed
        self.saved = newer.saved
        self.touched.clear()
        draft_touched, self.draft_touched = self.draft_touched, False
        self.restore({"answers": values["answers"]})
        if draft_touched:
            draft = self.draft
            for key in sorted(changed):
                draft = draft_merge.with_part(draft, key, before)
            self._edit(draft)
        return found

    def take(self, newer: "ReviewState", keys: Iterable[str]) -> None:
        """Takes these answers and parts of the opinion from the other side."""
        draft = self.draft
        for key in keys:
            if key.startswith(_ITEM):
                theirs = newer.row(key.removeprefix(_ITEM))
                if theirs is not None:
                    self._put(theirs)
                    self.touched.discard(theirs.item_id)
            else:
                draft = draft_merge.with_part(draft, key, newer.draft)
        if self.draft_touched:
            self._edit(draft)

    def delivered(self, answers: Iterable[AnswerRow], draft: Draft | None) -> None:
        """The database has these: from now on they are what others may have changed."""
        self.saved |= {f"{_ITEM}{a.item_id}": _words(a) for a in answers}
        if draft is not None:
            self.saved |= draft_merge.parts(draft)

    def texts(self) -> dict[str, str]:
        """Answers and opinion as words, part by part."""
        answers = {f"{_ITEM}{i}": _words(row) for i, row in self.desk.findings.answers.items()}
        return answers | draft_merge.parts(self.draft)


_ITEM = "item."
_PARTS = {
    "outcome": "审核结论",
    "opening": "开头",
    "reasons": "审核理由",
    "closing": "结尾",
    "transfer_to": "拟移送机关",
    "override_reason": "否决项不符合仍同意的理由",
    "same_person_reason": "审核与签发同一人的理由",
}


def _label(key: str) -> str:
    if key.startswith(_ITEM):
        return key.removeprefix(_ITEM)
    if key.startswith(draft_merge.DIMENSION):
        return name(Dimension(key.removeprefix(draft_merge.DIMENSION)))
    if key.startswith(draft_merge.PROBLEM):
        return f"问题（{key.removeprefix(draft_merge.PROBLEM)}）"
    return _PARTS.get(key, key)


def _words(row: AnswerRow) -> str:
    return "；".join(t for t in (name(row.answer), row.note, row.evidence) if t)


def read_state(session: Session, work: Work, case_id: str) -> ReviewState:
    """In the database lane: everything the review screen shows."""
    desk = open_desk(session, work.book, case_id=case_id)
    facts = assess.check_facts(
        desk.case,
        desk.profile,
        office_calendar(work.book, session.reader),
        people=session.reader.people(),
        now=session.gateway.now(),
    )
    computed = assess.computed_answers(desk.findings.items, facts)
    return ReviewState(desk, work.book.wording(), computed)
