"""One rule of a profile: value, unit, source, what it overrode, and which of two is the stricter.

Lives here: the frozen values and their JSON shape. Must not: what a key means (`domain.profile`)
or where rules are read from (`resources.profiles`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanzhi_desktop.domain.workdays import Unit

# Written instead of a number of days; the value is then null.
PROMPTLY = "promptly"  # 及时
UNSPECIFIED = "unspecified"  # 可以延长，未定期限

# Rough length in days, only to tell which of two periods in different units is the shorter.
_DAYS = {
    Unit.HOUR: 1 / 24,
    Unit.CALENDAR_DAY: 1.0,
    Unit.WORKING_DAY: 7 / 5,
    Unit.MONTH: 30.0,
    Unit.YEAR: 365.0,
}


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: document, article (heading) and the phrase quoted word for word."""

    document: str
    article: str = ""
    quote: str = ""

    def cited(self) -> str:
        """Document and article as they are printed, without the quote."""
        numbered = "〔" in self.document or self.document.startswith("《")
        name = self.document if numbered else f"《{self.document}》"
        where = self.article.replace("　", "").rstrip("。")
        return name + where if where.startswith("第") or not where else f"{name}“{where}”"

    def with_quote(self) -> str:
        """As cited, followed by the phrase where there is one (an office's own may have none)."""
        return f"{self.cited()}“{self.quote}”" if self.quote else self.cited()


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule of a resolved profile.

    `open`: nobody speaks, the office must set it or accept `default`. `layer` is the id of the
    profile the value comes from; `why` says in Chinese why a stricter rule of another layer won;
    `overridden` are the rules that lost. `attributes` are the further fields of the rule, e.g.
    approver, start, rolls.
    """

    key: str
    title: str
    value: Any = None
    unit: str = ""
    open: bool = False
    soft: bool = False
    source: Source | None = None
    also: tuple[Source, ...] = ()
    layer: str = ""
    note: str = ""
    why: str = ""
    stricter: str = ""
    binding: bool = False
    attributes: Mapping[str, Any] = field(default_factory=dict)
    default: "Rule | None" = None
    overridden: tuple["Rule", ...] = ()

    @property
    def answers(self) -> bool:
        """Whether the rule says anything (及时 says something, without a number)."""
        return not self.open and (self.value is not None or bool(self.unit))

    def in_force(self) -> "Rule":
        """The rule itself, or the national default when it is open and has one."""
        return self.default if self.open and self.default is not None else self

    def row_source(self, row: Mapping[str, Any]) -> Source:
        """The source of one row of a list rule; what the row leaves out stands in the rule."""
        base = self.source or Source("")
        return Source(
            str(row.get("document", base.document)),
            str(row.get("article", base.article)),
            str(row.get("quote", base.quote)),
        )


@dataclass(frozen=True, slots=True)
class Duration:
    """A period as the deadline arithmetic takes it; `value` None means 及时 or no stated length."""

    key: str
    value: int | None
    unit: str
    soft: bool = False
    rolls: bool = False
    start: str = ""
    before: str = ""
    approver: str = ""
    extension: "Duration | None" = None
    excludes: tuple[str, ...] = ()
    source: Source | None = None
    counting: Source | None = None


def is_stricter(left: Rule, right: Rule) -> bool:
    """Whether `left` asks more than `right`, by the direction its key declares.

    A stated number of days is stricter than 及时, which no one can count.
    """
    direction = left.stricter or right.stricter
    if direction == "true":
        return left.value is True and right.value is not True
    if direction == "false":
        return left.value is False and right.value is not False
    if direction not in ("less", "more"):
        return False
    mine, other = _length(left), _length(right)
    if mine is None or other is None:
        return mine is not None and other is None
    return mine < other if direction == "less" else mine > other


def _length(rule: Rule) -> float | None:
    if not isinstance(rule.value, (int, float)) or isinstance(rule.value, bool):
        return None
    unit = next((unit for unit in Unit if unit.value == rule.unit), None)
    return rule.value * _DAYS[unit] if unit else float(rule.value)


def as_duration(rule: Rule) -> Duration:
    """A duration rule as the arithmetic takes it."""
    more = rule.attributes
    extension = more.get("extension")
    counting = more.get("counting")
    return Duration(
        key=rule.key,
        value=rule.value,
        unit=rule.unit,
        soft=rule.soft,
        rolls=bool(more.get("rolls", False)),
        start=str(more.get("start", "")),
        before=str(more.get("before", "")),
        approver=str(more.get("approver", "")),
        extension=_extension(rule, extension) if extension else None,
        excludes=tuple(more.get("excludes", ())),
        source=rule.source,
        counting=Source(**counting) if counting else None,
    )


def _extension(rule: Rule, table: Mapping[str, Any]) -> Duration:
    """One extension of a period, with the one that may follow it."""
    then = table.get("then")
    return Duration(
        key=rule.key,
        value=table.get("value"),
        unit=table["unit"],
        approver=table.get("approver", ""),
        extension=_extension(rule, then) if then else None,
        source=rule.source,
    )


def rule_as_dict(rule: Rule) -> dict[str, Any]:
    """A rule in the public JSON shape; further fields follow the published ones."""
    shown: dict[str, Any] = {
        "value": rule.value,
        "unit": rule.unit or None,
        "open": rule.open,
        "source": _source_as_dict(rule.source),
        "title": rule.title,
        "layer": rule.layer,
        "soft": rule.soft,
    }
    optional: dict[str, Any] = {
        "note": rule.note,
        "why": rule.why,
        "stricter": rule.stricter,
        "binding": rule.binding,
        "also": [_source_as_dict(source) for source in rule.also],
        "default": rule_as_dict(rule.default) if rule.default else None,
        "overridden": [rule_as_dict(lost) for lost in rule.overridden],
    }
    shown.update({name: value for name, value in optional.items() if value})
    shown.update({name: value for name, value in rule.attributes.items() if name not in shown})
    return shown


def _source_as_dict(source: Source | None) -> dict[str, str] | None:
    if source is None:
        return None
    return {"document": source.document, "article": source.article, "quote": source.quote}


_RULE_FIELDS = frozenset(
    (
        *("value", "unit", "open", "source", "title", "layer", "soft", "note", "why", "stricter"),
        *("binding", "also", "default", "overridden"),
    )
)


def rule_from_dict(key: str, found: Mapping[str, Any]) -> Rule:
    """The inverse of `rule_as_dict`. Raises KeyError or TypeError on anything else."""
    source = found["source"]
    default = found.get("default")
    return Rule(
        key=key,
        title=found["title"],
        value=found["value"],
        unit=found["unit"] or "",
        open=found["open"],
        soft=found["soft"],
        source=Source(**source) if source else None,
        also=tuple(Source(**other) for other in found.get("also", ())),
        layer=found["layer"],
        note=found.get("note", ""),
        why=found.get("why", ""),
        stricter=found.get("stricter", ""),
        binding=found.get("binding", False),
        attributes={name: value for name, value in found.items() if name not in _RULE_FIELDS},
        default=rule_from_dict(key, default) if default else None,
        overridden=tuple(rule_from_dict(key, lost) for lost in found.get("overridden", ())),
    )
