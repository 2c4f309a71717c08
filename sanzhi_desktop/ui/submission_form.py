"""The submission (送审表) as a form: what the program read is marked until a person confirms it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QVBoxLayout, QWidget

from sanzhi_desktop.domain import identifiers, money
from sanzhi_desktop.domain.case import Party, PartyType, Provenance, Submission
from sanzhi_desktop.domain.case_period import sectors
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.identifiers import IdCheck
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.profile import Criterion, Profile
from sanzhi_desktop.ui.forms import Editor, Field, Form, combo, lines, parse_day, parse_yuan
from sanzhi_desktop.ui.names import named
from sanzhi_desktop.ui.widgets import Card

_DATES = (
    "filing_date",
    "inspection_date",
    "notice_date",
    "hearing_date",
    "period_ends_on",
)
_LISTS = ("violated_provisions", "penalty_basis")
_TEXTS = (
    "catalogue_item",
    "name",
    "file_number",
    "agency",
    "unit",
    "notice_number",
    "facts",
    "proposed_decision",
    "discretion_basis",
    "discretion_tier",
    "defence",
    "hearing",
    "coercion",
)
_PARTY_TEXTS = ("name", "number", "number_override", "legal_representative", "address", "phone")
# label keys (&) where they help; the other fields are reached by Tab
_MNEMONICS = {
    "name": "N",
    "party.name": "P",
    "party.number": "I",
    "facts": "F",
    "proposed_decision": "D",
    "amount_fen": "A",
    "kind": "K",
    "unit": "U",
}


def _deciders() -> QComboBox:
    """Who makes the decision: that settles how many bodies review it."""
    box = QComboBox()
    for code in ("department", "government", "authorised"):
        box.addItem(named("decider", code), code)
    return box


def _fill_sectors(box: QComboBox, profile: Profile, kind: Kind, base: Submission) -> None:
    """The choices for one kind; what was chosen stays, also where the rules no longer have it."""
    kept = str(box.currentData() or "") or base.sector
    known = sectors(profile, kind)
    box.blockSignals(True)
    box.clear()
    if not known or known[0].code:
        box.addItem(named("sector", "general"), "")
    for sector in known:
        box.addItem(sector.name, sector.code)
    if kept and box.findData(kept) < 0 and kind is base.kind:
        box.addItem(named("sector", "other").format(code=kept), kept)
    box.setCurrentIndex(max(0, box.findData(kept)))
    box.blockSignals(False)


def _number_fault(text: str, *, person: bool) -> str:
    """Why a party's number is none; nothing when it is good."""
    check = identifiers.check_resident_id(text) if person else identifiers.check_party_id(text)
    if check is IdCheck.VALID:
        return ""
    what = named("id_check", check.value).rstrip("。")
    return f"{what}。请核对；文书确实如此的，在下一栏写明照录的理由。"


class SubmissionForm(QWidget):
    """All fields. `changed` and `confirmed` carry the field's key."""

    changed = Signal(str)
    confirmed = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.fields: dict[str, Field] = {}
        self._base = Submission()
        self._criteria: dict[str, QCheckBox] = {}
        self._lines = QVBoxLayout(self)
        self._lines.setContentsMargins(0, 0, 4, 0)
        self._lines.setSpacing(10)
        self._build()
        self._lines.addStretch(1)

    def _build(self) -> None:
        self._card(
            self.tr("事项"),
            ("name", QLineEdit()),
            ("kind", combo(Kind)),
            ("procedure", combo(Procedure)),
            ("catalogue_item", QLineEdit()),
            ("file_number", QLineEdit()),
            ("agency", QLineEdit()),
            ("decider", _deciders()),
            ("unit", QLineEdit()),
        )
        self._card(
            self.tr("当事人"),
            ("party.type", combo(PartyType)),
            ("party.name", QLineEdit()),
            ("party.number", QLineEdit()),
            ("party.number_override", QLineEdit()),
            ("party.legal_representative", QLineEdit()),
            ("party.address", QLineEdit()),
            ("party.phone", QLineEdit()),
        )
        self._card(
            self.tr("办理经过"),
            *((key, QLineEdit()) for key in ("filing_date", "inspection_date", "notice_number")),
            *((key, QLineEdit()) for key in ("notice_date", "hearing_date", "period_ends_on")),
            ("sector", QComboBox()),
            ("defence", lines(2)),
            ("hearing", lines(2)),
            ("coercion", lines(2)),
        )
        self._card(
            self.tr("事实、依据和拟作决定"),
            ("facts", lines(6)),
            ("violated_provisions", lines(2)),
            ("penalty_basis", lines(2)),
            ("proposed_decision", lines(3)),
            ("penalty_kinds", QLineEdit()),
            ("amount_fen", QLineEdit()),
            ("discretion_basis", QLineEdit()),
            ("discretion_tier", QLineEdit()),
        )
        self._criteria_card = Card(self.tr("重大情形"))
        self._lines.addWidget(self._criteria_card)
        self._criteria_card.hide()
        for key in _DATES:
            self._hint(key, self.tr("例如 2026-09-18"))
        for key in _LISTS:
            self._hint(key, self.tr("一行一条，例如：《×××法》第×条第×款"))
        self._hint("penalty_kinds", self.tr("用顿号分开，例如：罚款、没收违法所得"))
        self._hint("amount_fen", self.tr("单位：元，没有金额的不填"))
        self._hint("party.number", self.tr("统一社会信用代码或者公民身份号码"))
        self.fields["party.number_override"].set_text("")
        self._show_override()

    def _card(self, title: str, *rows: tuple[str, Editor]) -> None:
        card = Card(title)
        form = Form()
        for key, editor in rows:
            letter = f"(&{_MNEMONICS[key]})" if key in _MNEMONICS else ""
            self.fields[key] = form.add(key, f"{named('field', key)}{letter}", editor)
        form.changed.connect(self._on_changed)
        form.confirmed.connect(self.confirmed)
        card.body.addWidget(form)
        self._lines.addWidget(card)

    def _hint(self, key: str, text: str) -> None:
        editor = self.fields[key].editor
        if not isinstance(editor, QComboBox | QCheckBox):
            editor.setPlaceholderText(text)

    def show_criteria(self, criteria: tuple[Criterion, ...]) -> None:
        """The profile's own list of what makes a decision major."""
        if not criteria or self._criteria:
            return
        for criterion in criteria:
            box = QCheckBox(criterion.name)
            box.setToolTip(criterion.source.cited().replace("<", "‹"))
            box.toggled.connect(lambda _: self.changed.emit("criteria"))
            self._criteria[criterion.id] = box
            self._criteria_card.body.addWidget(box)
        self._criteria_card.show()
        self._tick()

    def show_sectors(self, profile: Profile) -> None:
        """Whose rule sets the period of the case: the general one and the sectors' own, for the
        kind of enforcement that stands in the form."""
        box = self.fields["sector"].editor
        if isinstance(box, QComboBox):
            kind = Kind(self.fields["kind"].text)
            _fill_sectors(box, profile, kind, self._base)

    def _tick(self) -> None:
        for code, box in self._criteria.items():
            box.blockSignals(True)
            box.setChecked(code in self._base.criteria)
            box.blockSignals(False)

    # ----- values

    def show_submission(self, submission: Submission) -> None:
        """Fills the form; where a value was read is shown beside it."""
        self._base = submission
        for key, text in texts_of(submission).items():
            self.fields[key].set_text(text)
        self._show_marks()
        self._tick()
        self.check_all()

    def _show_marks(self) -> None:
        for key, field in self.fields.items():
            mark = self._base.provenance.get(key)
            field.provenance(mark.where if mark else "", confirmed=bool(mark and mark.confirmed))

    def submission(self) -> Submission:
        """What stands in the form. Raises DomainError for a date or an amount nobody can read."""
        values = {key: field.text.strip() for key, field in self.fields.items()}
        found: dict[str, Any] = {key: values[key] for key in _TEXTS}
        for key in _DATES:
            found[key] = self._day(key)
        for key in _LISTS:
            found[key] = tuple(t.strip() for t in values[key].splitlines() if t.strip())
        kinds = values["penalty_kinds"].replace("，", "、").replace(",", "、").split("、")
        found["penalty_kinds"] = tuple(k.strip() for k in kinds if k.strip())
        found["amount_fen"] = self._amount()
        party = Party(
            type=PartyType(values["party.type"]),
            **{key: values[f"party.{key}"] for key in _PARTY_TEXTS},
        )
        read = replace(
            self._base,
            kind=Kind(values["kind"]),
            procedure=Procedure(values["procedure"]),
            decider=values["decider"],
            sector=values["sector"],
            party=party,
            criteria=tuple(c for c, box in self._criteria.items() if box.isChecked())
            if self._criteria
            else self._base.criteria,
            **found,
        )
        done = [k for k, f in self.fields.items() if k in read.provenance and not f.open]
        return read.confirmed(*done)

    def texts(self) -> dict[str, str]:
        """Everything as typed, readable or not: what a local draft keeps."""
        kept = {key: field.text for key, field in self.fields.items()}
        kept["criteria"] = "\n".join(c for c, box in self._criteria.items() if box.isChecked())
        read = self._base.provenance
        kept["confirmed"] = "\n".join(k for k in read if self._settled(k))
        kept["read"] = json.dumps({k: p.where for k, p in read.items()}, ensure_ascii=False)
        return kept

    def _settled(self, key: str) -> bool:
        field = self.fields.get(key)
        return self._base.provenance[key].confirmed if field is None else not field.open

    def restore(self, texts: Mapping[str, str]) -> None:
        """Takes over what a local draft kept; what nobody had confirmed waits as it did before."""
        for key, field in self.fields.items():
            if key in texts:
                field.set_text(texts[key])
        self._base = replace(self._base, provenance=_read_of(texts))
        self._show_marks()
        ticked = set(texts.get("criteria", "").splitlines())
        self._base = replace(self._base, criteria=tuple(ticked))
        self._tick()
        self.check_all()

    def unconfirmed(self) -> list[str]:
        """Fields that still wait for a person, in the order of the form."""
        return [key for key, field in self.fields.items() if field.open]

    def next_unconfirmed(self) -> bool:
        """Puts the cursor into the next field that waits; whether there was one."""
        waiting = self.unconfirmed()
        if not waiting:
            return False
        keys = list(self.fields)
        here = next((n for n, k in enumerate(keys) if self.fields[k].editor.hasFocus()), -1)
        after = [k for k in waiting if keys.index(k) > here] or waiting
        self.fields[after[0]].editor.setFocus()
        return True

    # ----- checks while typing

    def check_all(self) -> None:
        """Shows what is wrong with what stands there."""
        for key in ("party.number", "amount_fen", *_DATES):
            self._check(key)

    def _on_changed(self, key: str) -> None:
        if key in self._base.provenance:
            kept = {k: p for k, p in self._base.provenance.items() if k != key}
            self._base = replace(self._base, provenance=kept)
        self._check(key)
        if key in {"party.type", "party.number_override"}:
            self._check("party.number")
        self.changed.emit(key)

    def _check(self, key: str) -> None:
        field = self.fields.get(key)
        if field is None:
            return
        if key == "party.number":
            self._check_number(field)
        elif key == "amount_fen":
            _show_fault(self._amount, field)
        elif key in _DATES:
            _show_fault(lambda: self._day(key), field)

    def _check_number(self, field: Field) -> None:
        text = field.text.strip()
        override = self.fields["party.number_override"].text.strip()
        person = self.fields["party.type"].text == PartyType.PERSON.value
        fault = _number_fault(text, person=person) if text and not override else ""
        field.error(fault)
        self._show_override()

    def _show_override(self) -> None:
        """The reason is asked for only where a number is wrong or a reason stands already."""
        field = self.fields["party.number_override"]
        wanted = bool(self.fields["party.number"].fault.text() or field.text.strip())
        form = field.parent()
        if isinstance(form, Form):
            form.show_row(field.key, on=wanted)

    def _day(self, key: str) -> date | None:
        return parse_day(self.fields[key].text)

    def _amount(self) -> int:
        return parse_yuan(self.fields["amount_fen"].text)


def _show_fault(read: Callable[[], object], field: Field) -> None:
    from sanzhi_desktop.resources.sentences import explain

    try:
        read()
    except DomainError as error:
        field.error(explain(error))
    else:
        field.error("")


def _read_of(texts: Mapping[str, str]) -> dict[str, Provenance]:
    """Where the values of a local draft were read, and which of them a person had confirmed."""
    confirmed = set(texts.get("confirmed", "").splitlines())
    places = json.loads(texts.get("read", "{}"))
    return {k: Provenance(where, confirmed=k in confirmed) for k, where in places.items()}


def texts_of(submission: Submission) -> dict[str, str]:
    """The submission as the texts of its fields."""
    found = {key: str(getattr(submission, key)) for key in _TEXTS}
    for key in _DATES:
        value = getattr(submission, key)
        found[key] = value.isoformat() if value else ""
    for key in _LISTS:
        found[key] = "\n".join(getattr(submission, key))
    found["penalty_kinds"] = "、".join(submission.penalty_kinds)
    amount = submission.amount_fen
    found["amount_fen"] = str(money.yuan_number(amount)) if amount else ""
    found["kind"] = submission.kind.value
    found["procedure"] = submission.procedure.value
    found["decider"] = submission.decider
    found["sector"] = submission.sector
    party = submission.party
    found["party.type"] = party.type.value
    for key in _PARTY_TEXTS:
        found[f"party.{key}"] = str(getattr(party, key))
    return found
