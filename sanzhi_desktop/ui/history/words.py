"""Histories and verdicts in words. No widgets, nothing is read or checked here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sanzhi_desktop.application.queries import ChainFault, HistoryRow, RowFault
from sanzhi_desktop.application.signing import Finding, RecordState, SignatureReport, Verdict
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import RoundReason
from sanzhi_desktop.domain.history_tag import TagReport, TagState
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.resources.row_words import row_words
from sanzhi_desktop.resources.sentences import sentence, table
from sanzhi_desktop.ui.names import moment, name, named
from sanzhi_desktop.ui.theme import Tone

# Values that would only fill the screen: certificates, images, texts that stand on the papers.
_HIDDEN = frozenset({"pem", "image", "applied", "opinion", "submission", "argon2", "serial"})
_PEOPLE = frozenset({"reviewer", "person_id", "custodian"})
_HASHES = frozenset({"materials_digest", "certified_sha256", "sha256", "fingerprint"})
_INSTANTS = frozenset({"not_before", "not_after"})


@dataclass(frozen=True, slots=True)
class Told:
    """An answer of a check: one headline with its tone, and the particulars."""

    headline: str
    tone: Tone
    lines: tuple[str, ...] = ()


def what(entry: HistoryRow) -> str:
    """The action of an entry."""
    code = f"action.{entry.action}"
    return sentence(code) if code in table() else entry.action


def particulars(entry: HistoryRow, people: Mapping[str, Person]) -> tuple[tuple[str, str], ...]:
    """What an entry says beside its action, as label and value; unknown fields are left out."""
    found: list[tuple[str, str]] = []
    known = table()
    flat = {**entry.detail, **_nested(entry.detail, "document"), **_nested(entry.detail, "scope")}
    for key, value in flat.items():
        label = known.get(f"detail.{key}")
        if label is None or key in _HIDDEN or value in (None, "", [], {}):
            continue
        found.append((label, _value(key, value, people)))
    return tuple(found)


def _nested(detail: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    inner = detail.get(key)
    return inner if isinstance(inner, Mapping) else {}


def _value(key: str, value: Any, people: Mapping[str, Person]) -> str:
    if key in _PEOPLE:
        person = people.get(str(value))
        return f"{person.name}（{value}）" if person else str(value)
    if key in _HASHES:
        return spaced(str(value))
    if key in _INSTANTS:
        return str(value).replace("T", " ")[:16]
    if isinstance(value, bool):
        return "是" if value else "否"
    if key == "amount_fen":
        return money.format_yuan(int(value))
    if isinstance(value, Mapping):
        return "　".join(str(part) for part in value.values())
    if isinstance(value, list):
        return _many(key, value)
    return _coded(key, str(value))


def spaced(text: str) -> str:
    """A hash in groups of eight, as it is compared by eye and as lines can be broken."""
    return " ".join(text[i : i + 8] for i in range(0, len(text), 8))


def _many(key: str, values: Sequence[Any]) -> str:
    if key == "grants":
        return "、".join(name(Role(g["role"])) for g in values)
    if key in {"answers", "responses", "adoptions", "problems"}:
        return f"{len(values)} 项"
    return "；".join(str(v["name"]) if isinstance(v, Mapping) else str(v) for v in values)


def _coded(key: str, value: str) -> str:
    if key == "kind":
        return Kind(value).chinese if value in tuple(Kind) else named("paper", value)
    if key == "outcome":
        return name(Outcome(value))
    if key == "round_reason":
        return name(RoundReason(value))
    if key == "source":
        return named("certificate_source", value)
    return value


# ----- the chain


def chain_told(faults: Sequence[ChainFault], case_id: str | None) -> Told:
    """The answer of the chain check for one chain, or for all (`None`)."""
    mine = [f for f in faults if case_id is None or f.case_id == case_id]
    if not mine:
        return Told("办理记录完整：每一条都与前一条相接，没有改动、删除或调换。", Tone.OK)
    lines = tuple(
        (f"案件 {fault.case_id or '（单位事务）'}：" if case_id is None else "")
        + sentence(f"chain.{fault.what}", seq=fault.seq)
        for fault in mine
    )
    return Told("办理记录被动过，请保全数据库并报告。", Tone.DANGER, lines)


def rows_told(faults: Sequence[RowFault], case_id: str | None) -> Told:
    """The answer of the check of the rows for one case, or for all (`None`). What belongs to no
    case is told with every one of them, because all stand on it."""
    mine = [f for f in faults if case_id is None or f.case_id in (case_id, "")]
    if not mine:
        return Told(sentence("row.fits"), Tone.OK)
    lines = tuple(f"{_whose(fault.case_id)}：{row_words(fault)}" for fault in mine)
    return Told(sentence("row.differs"), Tone.DANGER, lines[:_ROWS_TOLD])


def tags_told(report: TagReport, case_id: str | None) -> Told:
    """The answer of the tags. What is wrong is told of the whole office, what lacks a tag of the
    chains that were asked for."""
    code = f"tag.{report.state.value}"
    if report.state is TagState.NO_STORE and report.key_id:
        code = "tag.no_store_here"
    entries = sum(one.last - one.first + 1 for one in report.untagged)
    lines = [sentence("tag.late", late=report.late)] if report.late else []
    lines += [
        f"{_whose(fault.case_id)}：" + sentence(f"chain.{fault.what}", seq=fault.seq)
        for fault in report.faults
    ]
    here = [one for one in report.untagged if case_id is None or one.case_id == case_id]
    lines += [
        f"{_whose(one.case_id)}：第 {one.first} 至 {one.last} 条没有防伪标记。"
        for one in here[:_UNTAGGED_TOLD]
    ]
    headline = sentence(code, key=report.key_id, chains=report.chains, entries=entries)
    return Told(headline, _TAG_TONES.get(report.state, Tone.NEUTRAL), tuple(lines))


def _whose(case_id: str) -> str:
    return f"案件 {case_id}" if case_id else "单位事务"


_UNTAGGED_TOLD = 20
_ROWS_TOLD = 50
_TAG_TONES = {
    TagState.VERIFIED: Tone.OK,
    TagState.MISSING: Tone.WARN,
    TagState.WRONG: Tone.DANGER,
}


# ----- a paper


def plain_told(*, same: bool) -> Told:
    """The answer for a paper that nobody signs with a key."""
    if same:
        return Told("内容与存入时一致。这类文书不用证书签名。", Tone.OK)
    return Told("内容与存入时不一致，不能作为依据。", Tone.DANGER)


def verdict_told(verdict: Verdict, *, kind: str) -> Told:
    """The verifier's answer. A paper that only waits for the head is told as waiting."""
    lines = [_signature(report) for report in verdict.signatures]
    lines.append(sentence(f"record.{verdict.record.value}"))
    lines += [_finding(found) for found in (*verdict.faults, *verdict.changes)]
    if verdict.valid:
        values = "，".join(
            verdict.values[key] for key in ("number", "date") if key in verdict.values
        )
        return Told(f"有效：签名齐全，签名后没有改动。{values}", Tone.OK, tuple(lines))
    if _waits(verdict, kind):
        lines.append("尚缺：" + "、".join(_field(field) for field in verdict.missing))
        return Told("审核人签名有效；尚待签发，不能对外使用。", Tone.WARN, tuple(lines))
    lines += [
        sentence("verify.missing", field=_field(field))
        for field in verdict.missing
        if not any(f.code.value == "verify.missing" for f in verdict.faults)
    ]
    return Told("无效：不能作为依据。", Tone.DANGER, tuple(lines))


def _waits(verdict: Verdict, kind: str) -> bool:
    sound = all(s.intact and s.trusted and not s.faults for s in verdict.signatures)
    return (
        kind == "opinion_certified"
        and bool(verdict.signatures)
        and sound
        and verdict.missing == ("Head",)
        and not verdict.changes
        and not verdict.faults
        and verdict.record is RecordState.MATCH
    )


def _signature(report: SignatureReport) -> str:
    good = report.intact and report.trusted and not report.faults
    head = f"{_field(report.field)}{report.name}：" + ("有效" if good else "无效")
    facts = [f"签名时间 {moment(report.time)}（签名电脑的时钟）"] if report.time else []
    if report.issuer:
        facts.append(f"发证机构 {report.issuer}")
    reasons = "".join(_finding(found) for found in report.faults)
    return head + "。" + "，".join(facts) + ("。" if facts else "") + reasons


def _field(field: str) -> str:
    code = f"signature_field.{field}"
    return sentence(code) if code in table() else field


def _finding(found: Finding) -> str:
    facts = {k: _field(v) if k == "field" else v for k, v in found.facts.items()}
    return sentence(found.code.value, **facts)
