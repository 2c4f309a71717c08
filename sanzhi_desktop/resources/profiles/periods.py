"""What a period says beside its number: from when, before what, how it is extended.

Lives here: the words for it, their checks, and the parts of the review limit that have keys of
their own. Must not: the number and its unit (`values`), what a clock does with them.
"""

from collections.abc import Mapping
from typing import Any, Final

from sanzhi_desktop.application.rulebook import CAUSES as CAUSE_NAMES
from sanzhi_desktop.resources.profiles import values
from sanzhi_desktop.resources.profiles.faults import FileFault
from sanzhi_desktop.resources.profiles.schema import SOURCE_FIELDS
from sanzhi_desktop.resources.profiles.values import Place

# From when a period runs (起算), code → words; the words may be written instead.
STARTS: Final[Mapping[str, str]] = {
    "receipt": "收到",
    "acceptance": "受理",
    "filing": "立案",
    "decision": "作出决定",
    "notice": "告知",
    "service": "送达",
    "announcement": "宣告",
    "request": "申请",
    "approval": "批准",
    "report": "报告",
    "registration": "登记保存",
    "measure": "实施措施",
    "objection": "提出异议",
    "objection_reply": "答复异议",
    "refusal_notice": "接到不予立案通知",
    "filing_notice": "接到立案通知",
    "remedies_expired": "救济期限届满",
    "demand_service": "催告书送达",
    "seal_end": "查封扣押期满",
    "freeze_end": "冻结期满",
    "decision_end": "决定期满",
    "act_end": "行为终了",
    "opening": "启动",
    "change": "变动",
    "revocation": "撤销",
    "closing": "调查终结",
}
BEFORES: Final[Mapping[str, str]] = {
    "hearing": "听证",
    "performance": "代履行",
    "decision": "作出决定",
    "expiry": "期限届满",
}
MOST_EXTENSIONS: Final = 3
LIMIT: Final = "review.limit"


def event(place: Place, found: Any, name: str, *steps: str | int) -> Any:
    """The code of a start or of what a period lies before, written as code or in Chinese."""
    words = STARTS if name == "start" else BEFORES
    code = next((c for c, word in words.items() if found in (word, f"{word}之日")), found)
    return values.choice(place, code, tuple(words), *steps, told=_told(words))


def _told(words: Mapping[str, str]) -> str:
    return "、".join(f"{code}（{word}）" for code, word in words.items())


def extension(place: Place, found: Any, *steps: str | int, deep: int = 1) -> Any:
    """How a period may be extended, and with `then` by how much once more."""
    if not isinstance(found, dict):
        place.wrong_type("表格 { value, unit, approver }", found, *steps)
        return found
    kept = values.with_unit(found)
    values.duration(place, kept, *steps)
    if "value" not in kept and "unit" not in kept:
        place.fault(FileFault.NO_VALUE, *steps)
    for name in kept:
        if name == "approver":
            values.text(place, kept[name], *steps, name)
        elif name == "then" and deep < MOST_EXTENSIONS:
            kept[name] = extension(place, kept[name], *steps, name, deep=deep + 1)
        elif name not in ("value", "unit"):
            allowed = "value、unit、approver、then"
            place.fault(FileFault.UNKNOWN_FIELD, *steps, name, allowed=allowed)
    return kept


def with_own_keys(place: Place, rules: dict[str, Mapping[str, Any]]) -> None:
    """Gives start, extension and pauses of the review limit the keys they are read from; those
    of a limit for one kind of enforcement keys for that kind.

    A lawyer may write them in one paragraph with the limit, as the article does; said twice and
    not alike they are refused.
    """
    for key in [key for key in rules if key == LIMIT or key.startswith(f"{LIMIT}.")]:
        _apart(place, rules, key)


def _apart(place: Place, rules: dict[str, Mapping[str, Any]], key: str) -> None:
    limit, kind = rules[key], key.removeprefix(LIMIT)
    source = {name: limit[name] for name in SOURCE_FIELDS if name in limit}
    parts: dict[str, tuple[str, dict[str, Any]]] = {}
    if "start" in limit:
        parts["start"] = (f"review.start{kind}", {"value": limit["start"]})
    if "extension" in limit:
        more = dict(limit["extension"])
        then = more.pop("then", None)
        more |= {"extension": then} if then else {}
        parts["extension"] = (f"review.extension{kind}", more)
    if "excludes" in limit:
        rows = [{"id": one, "name": CAUSE_NAMES.get(one, one)} for one in limit["excludes"]]
        parts["excludes"] = (f"review.suspend{kind}", {"value": rows})
    if "start" in limit and limit["start"] not in ("receipt", "acceptance"):
        allowed = _told({code: STARTS[code] for code in ("receipt", "acceptance")})
        value = limit["start"]
        place.fault(FileFault.BAD_CHOICE, "rules", key, "start", value=value, allowed=allowed)
    for field, (own, table) in parts.items():
        if own not in rules:
            rules[own] = table | source
        elif not _alike(rules[own], table):
            place.fault(FileFault.SAID_TWICE, "rules", key, field, other=own)
    if parts:
        rules[key] = {name: found for name, found in limit.items() if name not in parts}


def _alike(standing: Mapping[str, Any], inline: Mapping[str, Any]) -> bool:
    mine, other = standing.get("value"), inline.get("value")
    if isinstance(mine, list) and isinstance(other, list):
        return [row["id"] for row in mine] == [row["id"] for row in other]
    return mine == other and standing.get("unit") == inline.get("unit")
