"""The main job carried out on behalf of the sample office's people, step by step.

What a submission lacks is taken from the sample set and said to be invented; what the program
can compute is computed, never invented.
"""

import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.application import assess, intake, review, signoff
from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.application.drafting import Draft
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.review import Desk
from sanzhi_desktop.application.signoff import Issued
from sanzhi_desktop.application.work import Prefill, Work
from sanzhi_desktop.compose.sample import PASSPHRASE, SampleKeys, SampleOffice
from sanzhi_desktop.domain.case import AnswerRow, Handler, Material, PartyType, Submission
from sanzhi_desktop.domain.checklist import Item
from sanzhi_desktop.domain.checks import Computed
from sanzhi_desktop.domain.identifiers import IdCheck, check_party_id, check_resident_id
from sanzhi_desktop.domain.opinion import Answer, Outcome
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.workdays import SHANGHAI, Calendar, local_date

WANTED: Mapping[str, tuple[Outcome, ...]] = {
    "agree": (Outcome.AGREE,),
    "correct": (Outcome.CORRECT, Outcome.PROBLEM),
    "dispute": (Outcome.CORRECT, Outcome.PROBLEM),
    "transfer": (Outcome.TRANSFER_CRIME, Outcome.TRANSFER_ADMIN, Outcome.PROBLEM),
}


# The bundled sample file for each listed material; the filing form stands for any other.
_MATERIALS: Mapping[str, str] = {
    "investigation_report": "06-report.txt",
    "evidence": "05-photo.png",
    "hearing_record": "07-hearing.txt",
    "notice": "04-notice.pdf",
    "process_record": "02-inspection.txt",
    "defence": "03-inquiry.txt",
}

NINE = time(9)


class ReplayClock:
    """A clock that the journey moves itself; the history says that it was replayed."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def advance(self, **span: int) -> None:
        """Moves on by so many minutes, hours or days."""
        self._now += timedelta(**span)

    def next_morning(self, calendar: Calendar) -> None:
        """Moves to nine o'clock of the next working day: nobody reviews at the weekend."""
        day = calendar.next_working(local_date(self._now) + timedelta(days=1))
        self._now = datetime.combine(day, NINE, SHANGHAI).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Journey:
    """One case on its way. `open_as` opens a session for a person of the sample office."""

    office: SampleOffice
    keys: SampleKeys
    work: Work
    profile: Profile
    clock: ReplayClock
    open_as: Callable[[str], Session]
    case_id: str = field(default_factory=new_id)
    invented: list[str] = field(default_factory=list)

    def session(self, role: Role) -> Session:
        """The first holder of a role at work."""
        return self.open_as(self.office.holder(role).person_id)

    def version(self) -> int:
        """The case's version as the next person sees it."""
        return self.session(Role.LEAD).reader.case(self.case_id).version

    # ---------------------------------------------------------------- intake

    def complete(self, prefill: Prefill) -> Submission:
        """The submission with what it lacks invented and every read value confirmed."""
        found = prefill.submission
        handlers = tuple(
            Handler(p.person_id, p.name, p.enforcement_certificate)
            for p in self.office.holders(Role.HANDLER)
        )
        fill: dict[str, Any] = {"handlers": handlers, "unit": self.office.holder(Role.HANDLER).unit}
        self.invented.extend(["承办人", "承办机构"])
        for name, words, value in (
            ("agency", "作出决定的机关", self.office.agency),
            ("facts", "基本事实", "（样例补充）送审文书没有可以读出的事实部分。"),
            ("proposed_decision", "拟作决定", "（样例补充）拟依法作出决定，内容见送审文书。"),
        ):
            if not getattr(found, name):
                fill[name] = value
                self.invented.append(words)
        party = found.party
        if not party.name:
            party = replace(party, name="样例当事人")
            self.invented.append("当事人名称")
        if party.number and not self._number_good(party.type, party.number):
            party = replace(party, number_override="送审文书原文如此（样例）")
            self.invented.append("证件号码校验不符的说明")
        if not found.name:
            fill["name"] = f"{party.name}{found.kind.chinese}案"
            self.invented.append("案由")
        ready = replace(found, party=party, **fill)
        return ready.confirmed(*ready.provenance)

    @staticmethod
    def _number_good(kind: PartyType, number: str) -> bool:
        check = check_resident_id if kind is PartyType.PERSON else check_party_id
        return check(number) is IdCheck.VALID

    def materials(
        self, submission: Submission, source: Path, session: Session
    ) -> tuple[Material, ...]:
        """The submitted file as the draft decision, bundled sample files for the rest."""
        rows = []
        for rule in intake.asked_materials(self.profile, submission):
            if not intake.demanded(rule, submission):
                continue
            own = rule.id == "draft_decision"
            bundled = _MATERIALS.get(rule.id, "01-filing.txt")
            path = source if own else resources.path("samples", "materials", bundled)
            rows.append(self._material(session, path, code=rule.id, name=rule.name))
            if not own:
                self.invented.append(f"材料“{rule.name}”")
        if not any(row.code == "draft_decision" for row in rows):
            rows.insert(0, self._material(session, source, code="", name="拟作决定文书"))
        return tuple(rows)

    @staticmethod
    def _material(session: Session, path: Path, *, code: str, name: str) -> Material:
        sha256, size = session.files.put(path)
        return Material(
            material_id=new_id(),
            code=code,
            name=name,
            pages=1,
            original=False,
            sha256=sha256,
            size=size,
            file_name=path.name,
        )

    def register(self, submission: Submission, source: Path) -> None:
        """The handler enters the submission."""
        handler = self.session(Role.HANDLER)
        intake.register(
            handler,
            submission=submission,
            materials=self.materials(submission, source, handler),
            case_id=self.case_id,
        )

    def confirm(self) -> None:
        """The unit's head declares and submits."""
        intake.confirm(
            self.session(Role.UNIT_HEAD),
            case_id=self.case_id,
            seen_version=self.version(),
            declared=True,
            calendar=self.work.book.calendar(),
            profile=self.profile,
        )

    def accept(self) -> dict[str, Any]:
        """The clerk decides the scope and accepts; the scope answer is returned."""
        clerk = self.session(Role.CLERK)
        case = clerk.reader.case(self.case_id)
        scope = assess.scope_as_json(assess.scope_of(case.submission, self.profile))
        intake.accept(
            clerk,
            case_id=self.case_id,
            seen_version=case.version,
            profile=self.profile,
            calendar=self.work.book.calendar(),
            scope=scope,
        )
        return scope

    # ---------------------------------------------------------------- review

    def assign(self) -> str:
        """The lead assigns the first person who may review."""
        lead = self.session(Role.LEAD)
        case = lead.reader.case(self.case_id)
        person = next(p for p, fault in review.candidates(lead, case) if fault is None)
        review.assign(
            lead,
            self.work.book,
            case_id=self.case_id,
            seen_version=case.version,
            reviewer=person.person_id,
        )
        return person.name

    def reviewer(self) -> Session:
        """The assigned reviewer at work."""
        return self.open_as(self.session(Role.LEAD).reader.case(self.case_id).reviewer)

    def answer(self, wanted: str, prefill: Prefill) -> dict[str, Computed]:
        """Answers every applicable item; what can be computed is, and is returned."""
        session = self.reviewer()
        desk = review.open_desk(session, self.work.book, case_id=self.case_id)
        facts = assess.check_facts(
            desk.case,
            self.profile,
            self.work.book.calendar(),
            people=session.reader.people(),
            now=session.gateway.now(),
            decision_date=prefill.decision_date,
        )
        computed = assess.computed_answers(desk.findings.items, facts)
        planted = self._planted(wanted, {i.id for i in desk.findings.items} - set(computed))
        rows = [
            planted.get(item.id) or self._row(item, computed.get(item.id))
            for item in desk.findings.items
        ]
        review.answer(session, case_id=self.case_id, seen_version=desk.case.version, answers=rows)
        return computed

    def _row(self, item: Item, computed: Computed | None) -> AnswerRow:
        if computed is None:
            reason = "（样例）对照追诉标准核对，未达到标准。" if item.reasoned else ""
            return AnswerRow(item.id, Answer.CONFORMS, reason)
        failed = computed.answer is Answer.FAILS
        return AnswerRow(
            item.id,
            computed.answer,
            computed.explanation,
            "送审表（程序核算）" if failed else "",
        )

    def _planted(self, wanted: str, applicable: set[str]) -> dict[str, AnswerRow]:
        data = tomllib.loads(resources.path("samples", "findings.toml").read_text("utf-8"))
        rows = data.get("correct" if wanted == "dispute" else wanted, {}).get("item", [])
        found = {
            row["id"]: AnswerRow(row["id"], Answer.FAILS, row["note"], row["evidence"])
            for row in rows
            if row["id"] in applicable
        }
        self.invented.extend([f"审核发现 {item_id}" for item_id in found])
        return found

    def draft(self, wanted: str) -> tuple[Desk, Draft]:
        """The grown draft with the conclusion asked for, or the right one if that is ruled out."""
        session = self.reviewer()
        desk = review.open_desk(session, self.work.book, case_id=self.case_id)
        allowed = {rule.code for rule in self.profile.outcomes()}
        outcome = next((o for o in WANTED[wanted] if o in allowed), Outcome.AGREE)
        if outcome.passes and review.ruled_out(desk, outcome):
            outcome = desk.suggested
        transfer = ""
        if wanted == "transfer" or outcome in (Outcome.TRANSFER_ADMIN, Outcome.TRANSFER_CRIME):
            transfer = "有管辖权的公安机关"
        draft = Draft(outcome=outcome, transfer_to=transfer)
        if wanted == "transfer" and outcome is Outcome.PROBLEM:
            words = self.work.book.wording().closings
            both = words[outcome] + words[Outcome.TRANSFER_CRIME].format(transfer_to=transfer)
            draft = draft.edit(closing=both)
        return desk, draft

    def certify(self, draft: Draft) -> StoredPaper:
        """The reviewer signs."""
        session = self.reviewer()
        _, paper = review.certify(
            session,
            self.work.book,
            self.work.press,
            case_id=self.case_id,
            seen_version=self.version(),
            draft=draft,
            key=self.key(session.actor.person_id),
            ask=lambda _label: PASSPHRASE,
        )
        return paper

    # ---------------------------------------------------------------- sign-off

    def issue(self) -> Issued:
        """The head takes the number and signs."""
        session = self.session(Role.HEAD)
        return signoff.issue(
            session,
            self.work.press,
            case_id=self.case_id,
            seen_version=self.version(),
            key=self.key(session.actor.person_id),
            ask=lambda _label: PASSPHRASE,
        )

    def key(self, person_id: str) -> Any:
        """The throw-away key of a sample person."""
        return self.work.keys.key(self.keys.of[person_id].p12, label=person_id)
