"""Compares two resolved profiles clause by clause, and puts a rule's value into words.

Lives here: what counts as a difference and how a value reads. Must not: printing.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, parse_kind
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import PROMPTLY, UNSPECIFIED, Rule, rule_as_dict
from sanzhi_desktop.domain.scope import threshold_name
from sanzhi_desktop.domain.workdays import Unit
from sanzhi_desktop.resources.profiles.schema import schema

_WORDS = {
    PROMPTLY: "及时",
    UNSPECIFIED: "可以延长，未定期限",
    "percent": "%",
    "yuan": "元",
    "person": "人",
    "round": "轮",
    "receipt": "收到送审材料之日",
    "acceptance": "受理之日",
}
_WEIGHTS = {"VETO": "否决项", "SERIOUS": "重要项", "FORMAL": "规范项"}
_ROW_NAMES = ("name", "posts", "bodies", "penalty", "id")
MOST_ROWS = 60  # a catalogue may have thousands of items; nobody reads them in one line


@dataclass(frozen=True, slots=True)
class Change:
    """A rule that two profiles hold differently."""

    key: str
    left: Rule
    right: Rule

    def as_dict(self) -> dict[str, Any]:
        """The public JSON shape: both rules whole, value, unit, open and source among them."""
        return {
            "key": self.key,
            "left": rule_as_dict(self.left),
            "right": rule_as_dict(self.right),
        }


def changes(left: Profile, right: Profile) -> tuple[Change, ...]:
    """The rules that differ in what they say, in the order of the key table.

    Quotes, sources and notes alone are no difference: two plans may say the same in other words.
    """
    keys = sorted({*left.rules, *right.rules}, key=schema().place)
    pairs = ((key, _held(left, right, key), _held(right, left, key)) for key in keys)
    return tuple(
        Change(key, mine, other)
        for key, mine, other in pairs
        if _substance(mine) != _substance(other)
    )


def _held(profile: Profile, beside: Profile, key: str) -> Rule:
    """The rule of a key; a key of one kind that only the other profile says counts as open."""
    found = profile.rules.get(key)
    return found if found is not None else Rule(key, beside.rule(key).title, open=True)


def _substance(rule: Rule) -> Any:
    more = {
        name: value
        for name, value in rule.attributes.items()
        if name not in ("rank", "fallback", "counting", "yields_to")
    }
    return rule.open, _bare(rule.value), rule.unit, rule.soft, more


def _bare(value: Any) -> Any:
    """A value without the quotes its rows carry."""
    if isinstance(value, list):
        return [_bare(one) for one in value]
    if isinstance(value, Mapping):
        return {k: v for k, v in value.items() if k not in ("document", "article", "quote")}
    return value


def value_in_words(rule: Rule) -> str:
    """The value of a rule as an officer would say it."""
    if rule.open:
        return "未规定"
    if rule.value is None:
        return _WORDS.get(rule.unit, rule.unit)
    if isinstance(rule.value, bool):
        return "是" if rule.value else "否"
    if isinstance(rule.value, list):
        return _rows(rule.value)
    unit = next((one.chinese for one in Unit if one.value == rule.unit), _WORDS.get(rule.unit, ""))
    soft = "原则上" if rule.soft else ""
    value = _WORDS.get(str(rule.value), str(rule.value))
    words = f"{soft}{value}{unit}"
    return words + _extensions(rule.attributes.get("extension"))


def _extensions(table: Mapping[str, Any] | None) -> str:
    """How the period may be extended, one extension after the other."""
    if not table:
        return ""
    unit = next((one.chinese for one in Unit if one.value == table["unit"]), "")
    number = f"{table['value']}{unit}" if table.get("value") else "（未定期限）"
    return f"，经{table.get('approver', '')}批准可以延长{number}{_extensions(table.get('then'))}"


def _rows(found: list[Any]) -> str:
    words = "；".join(dict.fromkeys(_row(one) for one in found[:MOST_ROWS]))
    return words if len(found) <= MOST_ROWS else f"共 {len(found)} 项：{words}……"


def _row(row: Any) -> str:
    if not isinstance(row, Mapping):
        try:
            return parse_kind(row).chinese if row in tuple(Kind) else str(row)
        except DomainError:
            return str(row)
    for mark, words in _SHAPES:
        if mark in row:
            return words(row)
    head = row.get("role", "")
    for name in _ROW_NAMES:
        if name in row:
            found = row[name]
            said = "、".join(found) if isinstance(found, list) else str(found)
            return f"{head}：{said}" if head else said
    return str(dict(row))


def _threshold(row: Mapping[str, Any]) -> str:
    words = threshold_name(row)
    if row.get("reviewers"):
        words += f"，{'由' if row.get('instead') else '并报'}{'、'.join(row['reviewers'])}审核"
    return words


def _checklist_item(row: Mapping[str, Any]) -> str:
    return f"{row['text']}（{_WEIGHTS.get(row['weight'], row['weight'])}）"


def _catalogue_edition(row: Mapping[str, Any]) -> str:
    words = str(row["edition"])
    if row.get("published"):
        words += f"，{row['published']}公布"
    if row.get("filed"):
        words += f"，{row['filed']}报{row.get('filed_with', '')}备案"
    return words


def _numbered(row: Mapping[str, Any]) -> str:
    """A task, or an item of the catalogue with its thresholds."""
    if "deadline" in row:
        return f"{row['number']}.{row['name']}（{row['deadline']}）"
    met = [threshold_name({"kind": row["kind"], **one}) for one in row.get("thresholds", ())]
    return f"{row['number']} {row['name']}" + (f"（{'；'.join(met)}）" if met else "")


# A field that only rows of one kind have, and how such a row reads.
_SHAPES: tuple[tuple[str, Callable[[Mapping[str, Any]], str]], ...] = (
    ("bodies", lambda row: "，然后".join(row["bodies"])),
    ("edition", _catalogue_edition),
    ("number", _numbered),
    ("kind", _threshold),
    ("dimension", _checklist_item),
)


def changed_rows(change: Change) -> tuple[list[str], list[str], list[str]]:
    """The rows of a list rule that came, went and changed, in words; rows are the same by their
    first field. Empty for a rule that is no list on both sides."""
    left, right = (_by_identity(rule) for rule in (change.left, change.right))
    came = [_row(row) for mark, row in right.items() if mark not in left]
    went = [_row(row) for mark, row in left.items() if mark not in right]
    kept = [mark for mark in left if mark in right and _bare([left[mark]]) != _bare([right[mark]])]
    altered = [
        _row(right[mark])
        if _row(left[mark]) == _row(right[mark])
        else f"{_row(left[mark])} → {_row(right[mark])}"
        for mark in kept
    ]
    return came, went, altered


def _by_identity(rule: Rule) -> dict[str, Mapping[str, Any]]:
    rows = rule.in_force().value
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        return {}
    names = ("id", "number", "code", "edition", "decider", "name")
    return {str(next((row[n] for n in names if n in row), row)): row for row in rows}
