"""From a sheet to the published fields. Each finder leaves a field empty rather than guess."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sanzhi_desktop.documents.read import citations, dates, heading, party, ruling
from sanzhi_desktop.documents.read.agency import agency
from sanzhi_desktop.documents.read.facts import facts_end
from sanzhi_desktop.documents.read.heading import Span
from sanzhi_desktop.documents.read.lexicon import label_pattern
from sanzhi_desktop.documents.read.model import (
    FIELD_NAMES,
    LIST_FIELDS,
    FieldReading,
    FieldValue,
    Mark,
    ReadMark,
    Ruling,
)
from sanzhi_desktop.documents.read.organ import is_organ
from sanzhi_desktop.documents.read.sheet import Sheet
from sanzhi_desktop.documents.read.zone import zone_end
from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.identifiers import IdCheck, check_party_id, compact_number
from sanzhi_desktop.domain.money import format_yuan

_CAUSES = (
    re.compile(r"涉嫌(?P<cause>[^,。;:\n]{4,60}?)(?:一案|的案件|案(?=[,。立])|的行为)"),
    re.compile(
        r"(?:对|关于)(?:你|当事人)[(]?(?:单位|公司|店|厂|户)?[)]?(?P<cause>[^,。;:\n]{4,60}?)一案"
    ),
    re.compile(r"(?:^|[,。;:\n])(?:关于)?(?P<cause>[^,。;:\n\d]{4,60}?)一案"),
)
# What these decide is no penalty, even where they quote the amount of one.
_WITHOUT_PENALTY = ("行政强制", "行政许可", "行政检查", "不予行政处罚", "行政确认", "行政给付")


@dataclass(frozen=True, slots=True)
class FieldsRead:
    """The filled-in form: every name of FIELD_NAMES, what else was found, and the marks."""

    fields: Mapping[str, FieldReading]
    more: Mapping[str, FieldReading]
    warnings: tuple[Mark, ...]


@dataclass(slots=True)
class _Form:
    """The fields while they are being filled in."""

    sheet: Sheet
    fields: dict[str, FieldReading] = field(default_factory=dict)
    more: dict[str, FieldReading] = field(default_factory=dict)
    warnings: list[Mark] = field(default_factory=list)

    def put(self, name: str, value: FieldValue, span: tuple[int, int], printed: str = "") -> None:
        place = self.sheet.place(span[0])
        target = self.fields if name in FIELD_NAMES else self.more
        target[name] = FieldReading(value, str(place), place, span, printed)

    def put_span(self, name: str, span: Span | None) -> None:
        if span is not None and span.text.strip():
            self.put(name, span.text.strip(), (span.start, span.end))

    def warn(self, name: str, code: Code, **facts: Any) -> None:
        self.warnings.append(Mark(name, code, facts))

    def has(self, name: str) -> bool:
        return name in self.fields

    def text(self, name: str) -> str:
        value = self.fields[name].value if name in self.fields else None
        return value if isinstance(value, str) else ""

    def date(self, name: str) -> date | None:
        value = self.fields[name].value if name in self.fields else None
        return date.fromisoformat(value) if isinstance(value, str) else None


def read_fields(sheet: Sheet) -> FieldsRead:
    """All fields that stand in the sheet, with marks on those that need a look."""
    form = _Form(sheet)
    zone = zone_end(sheet)
    head = heading.title(sheet, zone)
    title_text = head.text if head is not None else ""
    _labelled(form, ("document_number", "agency", "decision_date"))
    number = heading.own_number(sheet, zone, head)
    if number is not None:
        form.put_span("document_number", number)
    kind = heading.kind(title_text, sheet, zone)
    if kind is None and not title_text:
        kind = heading.kind_by_number(form.text("document_number"))
    if kind is not None:
        anchor = head if head is not None else Span(kind, 0, 0)
        form.put("kind", kind, (anchor.start, anchor.end), title_text)
    _party(form, zone, head)
    signed, unfinished = heading.signature_date(sheet, max(zone, head.end if head else 0))
    _dates(form, signed, unfinished)
    _application_date(form, kind)
    anchor_span = None if signed is None else Span("", signed.start, signed.end)
    who = agency(sheet, head, anchor_span)
    if who is not None:
        form.put_span("agency", who)
    elif not form.has("agency"):
        _labelled(form, ("agency_second",))
    _notice_number(form, zone)
    operative = _decision(form, zone, title_text, kind)
    _provisions(form, operative)
    _order(form)
    _unfinished(form)
    _more(form, zone)
    for name in FIELD_NAMES:
        form.fields.setdefault(name, FieldReading(() if name in LIST_FIELDS else None))
    return FieldsRead(form.fields, form.more, tuple(form.warnings))


def _labelled(form: _Form, names: tuple[str, ...]) -> None:
    """Fields that stand behind a label of their own (summary tables of published decisions)."""
    sheet = form.sheet
    for name in names:
        for found in label_pattern(name).finditer(sheet.folded):
            end = sheet.folded.find("\n", found.end())
            if name == "decision_date" and _of_a_page(sheet.folded, found.start(), end):
                continue
            value = sheet.folded[found.end() : end].strip()
            if name.startswith("agency"):
                span = re.match(r"\S+", value)
                if span and is_organ(span.group()):
                    form.put("agency", span.group(), (found.end(), found.end() + span.end()))
                    break
            elif name == "document_number":
                number = heading.number_in(sheet, found.end(), end)
                if number is not None and number.start - found.end() < 4:
                    form.put_span(name, number)
                    break
            elif _put_date(form, name, dates.full_dates(value)[:1], found.end()):
                break


def _of_a_page(text: str, start: int, end: int) -> bool:
    """The label stands in what a web page says about itself, not in the paper."""
    line = text[text.rfind("\n", 0, start) + 1 : end]
    return re.search(r"索\s*引\s*号|发布(?:机构|日期|时间)|主题分类", line) is not None


def _put_date(form: _Form, name: str, found: list[dates.Found], offset: int) -> bool:
    if not found or found[0].value is None:
        return False
    start, end = offset + found[0].start, offset + found[0].end
    form.put(name, found[0].value.isoformat(), (start, end), form.sheet.slice(start, end))
    return True


def _party(form: _Form, zone: int, head: Span | None) -> None:
    found = party.find_party(form.sheet, zone, head)
    form.put_span("party_name", found.name)
    form.put_span("address", found.address)
    form.put_span("legal_representative", found.representative)
    if found.others:
        form.warn("party_name", ReadMark.PARTY_SEVERAL, names="、".join(found.others))
    if found.name is not None:
        rare = [sign for sign in found.name.text if _is_rare(sign)]
        if rare:
            form.warn("party_name", ReadMark.PARTY_RARE, signs="、".join(rare))
        form.put("party_type", _party_type(found), (found.name.start, found.name.end))
    if found.number is not None:
        _party_number(form, found.number)


def _is_rare(sign: str) -> bool:
    """Beyond GB 2312: input methods and fonts of an office PC often lack it."""
    if not ("\u3400" <= sign <= "\u9fff" or sign >= "\U00020000"):
        return False
    try:
        sign.encode("gb2312")
    except UnicodeEncodeError:
        return True
    return False


def _party_type(found: party.Party) -> str:
    number = compact_number(found.number.text) if found.number is not None else ""
    if number.startswith("92"):
        return "individual_business"
    return "natural_person" if found.natural else "organisation"


def _party_number(form: _Form, number: Span) -> None:
    result = check_party_id(number.text)
    span = (number.start, number.end)
    if result is IdCheck.MASKED:
        form.warn("party_id", ReadMark.ID_MASKED, printed=number.text)
        place = form.sheet.place(number.start)
        form.fields["party_id"] = FieldReading(None, str(place), place, span, number.text)
        return
    form.put("party_id", compact_number(number.text), span, number.text)
    if result is IdCheck.CHECK_DIGIT:
        form.warn("party_id", ReadMark.ID_CHECK_DIGIT, printed=number.text)
    elif result is not IdCheck.VALID:
        form.warn("party_id", ReadMark.ID_FORM, printed=number.text, length=len(number.text))


def _dates(form: _Form, signed: dates.Found | None, unfinished: Span | None) -> None:
    sheet = form.sheet
    if signed is not None:
        _put_date(form, "decision_date", [signed], 0)
    elif unfinished is not None and not form.has("decision_date"):
        form.warn("decision_date", ReadMark.DATE_INCOMPLETE, printed=unfinished.text)
    found = dates.all_dates(sheet.folded)
    for item in found:
        if item.value is None:
            printed = sheet.slice(item.start, item.end)
            form.warn("file", ReadMark.DATE_IMPOSSIBLE, printed=printed)
    events = (
        ("filing_date", dates.FILING),
        ("inspection_date", dates.INSPECTION),
        ("notice_date", dates.NOTICE),
        ("hearing_date", dates.HEARING),
    )
    for name, event in events:
        _labelled(form, (name,))
        text = sheet.bare if name != "notice_date" else sheet.folded
        told = None if form.has(name) else next(dates.event_dates(text, event, found), None)
        if told is not None:
            _put_date(form, name, [told[0]], 0)
    if not form.has("inspection_date"):
        record = re.compile(
            r"(?:日|制作的?)[^,。;\n]{0,12}《?[^《》,。;\n]{0,20}现场(?:检查|勘验|勘察)"
        )
        for item in found:
            near = record.match(sheet.folded, item.end - 1)
            if near is not None and item.value is not None:
                _put_date(form, "inspection_date", [item], 0)
                break
    if not form.has("inspection_date"):
        undated = dates.without_year(sheet.bare, dates.INSPECTION) or dates.mangled(
            sheet.bare, dates.INSPECTION
        )
        if undated is not None:
            form.warn("inspection_date", ReadMark.DATE_INCOMPLETE, printed=undated)


def _application_date(form: _Form, kind: str | None) -> None:
    if kind != "行政许可" or form.has("filing_date"):
        return
    found = dates.all_dates(form.sheet.folded)
    told = next(dates.event_dates(form.sheet.bare, dates.APPLICATION, found), None)
    if told is not None:
        _put_date(form, "filing_date", [told[0]], 0)


def _notice_number(form: _Form, zone: int) -> None:
    sheet = form.sheet
    for found in re.finditer(
        r"告知书\s*》?\s*[^\n。;《》]{0,12}?(?=[(\[]?[^\n。;]{0,30}[\[(]\s*(?:19|20)\d\d)",
        sheet.folded,
    ):
        if found.start() < zone:
            continue
        number = heading.number_in(sheet, found.end(), min(found.end() + 60, len(sheet.text)))
        if number is not None and number.start - found.end() <= 4:
            form.put_span("notice_number", number)
            return
    before = re.compile(
        r"(?P<number>[^\s,。;:《》]{1,24}[\[(](?:19"
        r"|20)\d\d[\])][^\s,。;:《》]{1,16}号)\s*《[^《》]{0,20}告知书"
    )
    quoted = before.search(sheet.folded, zone)
    if quoted is not None:
        form.put_span("notice_number", heading.number_in(sheet, *quoted.span("number")))


def _decision(form: _Form, zone: int, title: str, kind: str | None) -> ruling.Operative | None:
    sheet = form.sheet
    operative = None
    for found in label_pattern("decision").finditer(sheet.folded):
        end = sheet.folded.find("\n", found.end())
        operative = ruling.labelled_operative(sheet, found.end(), max(end, found.end()))
        if operative is not None and len(operative.ruling.summary) >= 4:
            break
        operative = None
    operative = operative or ruling.find_operative(sheet, zone, title)
    if operative is None and form.has("decision_date"):  # a text that was not cut short
        operative = ruling.item_by_item(sheet, zone)
    if operative is None:
        if kind == "不予行政处罚":
            at = form.fields["kind"].span or (0, 0)
            form.put("decision", Ruling(kind), at)
        return None
    found_ruling = operative.ruling
    if kind is not None and kind.startswith(_WITHOUT_PENALTY):
        found_ruling = Ruling(found_ruling.summary)
    form.put("decision", found_ruling, (operative.start, operative.end))
    for wrong in operative.mismatches:
        form.warn(
            "decision",
            ReadMark.AMOUNT_MISMATCH,
            figure=format_yuan(wrong.figure_fen),
            capitals=format_yuan(wrong.capitals_fen),
        )
    if operative.fine_sum_fen is not None and operative.ruling.fine_fen is not None:
        form.warn(
            "decision",
            ReadMark.AMOUNT_SUM,
            total=format_yuan(operative.ruling.fine_fen),
            added=format_yuan(operative.fine_sum_fen),
        )
    return operative


def _provisions(form: _Form, operative: ruling.Operative | None) -> None:
    sheet = form.sheet
    end = operative.end if operative is not None else len(sheet.text)
    seizure = form.text("kind").startswith("行政强制")
    for name, label, cited in (
        ("violated_provisions", "violated", citations.violated(sheet, end)),
        ("penalty_basis", "basis", citations.basis(sheet, end, seizure=seizure)),
    ):
        found = cited
        if not found:
            for match in label_pattern(label).finditer(sheet.folded):
                stop = sheet.folded.find("\n", match.end())
                found = found or citations.listed(sheet, match.end(), stop)
        if found:
            texts = tuple(citation.text for citation in found)
            form.put(name, texts, (found[0].start, found[-1].end))


def _order(form: _Form) -> None:
    """Dates that cannot be in this order: told after deciding, heard before being told …"""
    pairs = (
        ("filing_date", "notice_date"),
        ("filing_date", "decision_date"),
        ("inspection_date", "decision_date"),
        ("notice_date", "hearing_date"),
        ("notice_date", "decision_date"),
        ("hearing_date", "decision_date"),
    )
    for earlier, later in pairs:
        first, second = form.date(earlier), form.date(later)
        if first is not None and second is not None and first > second:
            form.warn(
                earlier,
                ReadMark.DATE_ORDER,
                earlier=earlier,
                later=later,
                first=first.isoformat(),
                second=second.isoformat(),
            )


def _unfinished(form: _Form) -> None:
    """The public copy often stops in the middle of a sentence, before the decision."""
    last = form.sheet.folded.rstrip().rpartition("\n")[2]
    if not form.has("decision_date") and len(last) > 30 and last[-1] not in "。;.!?)”》日号章":
        form.warn("file", ReadMark.TRUNCATED)


def _more(form: _Form, zone: int) -> None:
    """案由 and the facts, for intake."""
    sheet = form.sheet
    for found in label_pattern("cause").finditer(sheet.folded):
        end = sheet.folded.find("\n", found.end())
        value = sheet.slice(found.end(), end).strip().rstrip("。")
        if 2 <= len(value) <= 120:
            form.put("cause", value, (found.end(), end))
            break
    else:
        told = next((t for c in _CAUSES if (t := c.search(sheet.folded, zone)) is not None), None)
        if told is not None:
            form.put("cause", sheet.slice(*told.span("cause")), told.span("cause"))
    decision = form.fields.get("decision")
    stop = len(sheet.text)
    if decision is not None and decision.span is not None and decision.span[0] > zone:
        stop = facts_end(sheet, zone, decision.span[0])
    facts = sheet.slice(zone, max(zone, stop)).strip()
    if len(facts) > 20:
        form.put("facts", facts[:4000], (zone, max(zone, stop)))
