"""When an item of the catalogue counts as major (数额和处罚种类标准), as people write it.

Lives here: reading and writing the standards of one item. Must not: guessing; what is not
understood whole is refused with the words that were not understood.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.scope import FINE, PENALTY_WORDS

LARGEST_FEN: Final = 10**14  # a million million yuan, as the rule profiles allow

_PARTIES: Final = {
    "person": ("自然人", "个体工商户", "公民", "个人"),
    "organisation": (
        *("法人或者其他组织", "法人或其他组织", "法人、其他组织", "法人和其他组织"),
        *("法人及其他组织", "法人和非法人组织", "企业", "单位", "法人"),
    ),
}
_PARTY_NAMES: Final = {"person": "公民", "organisation": "法人或者其他组织"}
_EDGES: Final = (
    ("不含", False),
    ("超过", False),
    ("高于", False),
    ("大于", False),
    (">", False),
    ("含", True),
    ("达到", True),
    ("不低于", True),
    ("不少于", True),
    ("≥", True),
)
_UPPER: Final = ("以下", "以内", "不超过", "低于", "少于", "小于", "不足", "未达", "≤", "<", "不满")
_NOT_UPPER: Final = ("不低于", "不少于")
_FILLER = re.compile(
    r"^(?:对于|对|处以|处|给予|作出|决定|拟|数额|金额|价值|涉案|合计|累计|本数|达|的|在|以上|或者|"
    r"[\s（）()，,。：:])*$"
)
# A kind of penalty alone, in the office's own words: 吊销安全生产许可证, 撤销教师资格.
_KIND_ALONE = re.compile(r"^(?:给予|处以|处|作出|对)*([\u4e00-\u9fff（）()]{2,40})$")
# Words that stand for an amount nobody has written down: they could never be measured.
_VAGUE = ("数额", "金额", "标准", "较大", "巨大", "以上", "情节", FINE)


class CatalogueFault(Code):
    """What is wrong with a cell, an item or a list of items."""

    MISSING = "catalogue.missing"
    TOO_LONG = "catalogue.too_long"
    TOO_MANY = "catalogue.too_many"
    DUPLICATE_NUMBER = "catalogue.duplicate_number"
    KIND_UNKNOWN = "catalogue.kind_unknown"
    DECIDER_UNKNOWN = "catalogue.decider_unknown"
    LIMIT_UNREADABLE = "catalogue.limit_unreadable"
    LIMIT_WITHOUT_EDGE = "catalogue.limit_without_edge"
    LIMIT_DOWNWARD = "catalogue.limit_downward"
    LIMIT_AMOUNT = "catalogue.limit_amount"
    FORMULA = "catalogue.formula"
    CELL_FAULTY = "catalogue.cell_faulty"
    MERGED = "catalogue.merged"


@dataclass(frozen=True, slots=True)
class Limit:
    """One standard: a kind of penalty, a party type, an amount in fen with or without itself.

    `party`: any | person | organisation. No amount: the kind of penalty alone decides.
    """

    penalty: str = ""
    party: str = "any"
    fen: int | None = None
    inclusive: bool = True


def limit_row(place: int, limit: Limit) -> dict[str, Any]:
    """The standard as a row of the rule profile; amounts in yuan, as written there."""
    row: dict[str, Any] = {"id": f"t{place}"}
    if limit.penalty:
        row["penalty"] = limit.penalty
    if limit.party != "any":
        row["party"] = limit.party
    if limit.fen is not None:
        whole, odd = divmod(limit.fen, money.FEN_PER_YUAN)
        row["yuan"] = Decimal(limit.fen) / money.FEN_PER_YUAN if odd else whole
        row["inclusive"] = limit.inclusive
    return row


def format_limits(limits: tuple[Limit, ...]) -> str:
    """The standards, one on a line; `parse_limits` reads them back."""
    return "\n".join(_format(one) for one in limits)


def _format(limit: Limit) -> str:
    party = _PARTY_NAMES.get(limit.party, "")
    words = f"对{party}" if party else ""
    words += limit.penalty
    if limit.fen is None:
        return words
    amount = money.format_yuan(limit.fen).replace(",", "")
    return f"{words}{amount}以上（{'含' if limit.inclusive else '不含'}本数）"


def parse_limits(text: str) -> tuple[Limit, ...]:
    """The standards of an item: parted by ；, by lines, or by 、 between kinds of penalty.

    Raises DomainError(CatalogueFault): the words that are not understood, an amount that does not
    say 含 or 不含本数 (“以上” includes it, 民法典 art. 1259), an upper limit, a fraction of a fen.
    """
    found: list[Limit] = []
    for clause in re.split(r"[\n；;]", text):
        if clause.strip(" \u3000。，,"):
            found += _clause(clause.strip(" \u3000。，,"))
    return tuple(dict.fromkeys(found))


def _clause(clause: str) -> list[Limit]:
    """One clause; several kinds of penalty without an amount may share it."""
    words = [one for one in PENALTY_WORDS if any(word in clause for word in one[1])]
    if len(words) > 1 and not money.find_amounts(clause):
        head = next((w for party in _PARTIES.values() for w in party if w in clause), "")
        parts = re.split(r"[、，,]|或者", clause)
        return [_one(part if not head or head in part else f"对{head}{part}") for part in parts]
    return [_one(clause)]


def _one(clause: str) -> Limit:
    rest, party = _party(clause)
    fen, rest = _amount(rest, clause)
    if fen is None:
        alone = _KIND_ALONE.match(rest.strip())
        if alone is None or any(word in rest for word in (*_VAGUE, *_UPPER)):
            raise DomainError(CatalogueFault.LIMIT_UNREADABLE, value=clause, words=rest or clause)
        return Limit(alone[1], party)
    rest, penalty = _penalty(rest)
    if any(word in _without(rest, _NOT_UPPER) for word in _UPPER):
        raise DomainError(CatalogueFault.LIMIT_DOWNWARD, value=clause)
    edge = next((found for found in _EDGES if found[0] in rest), None)
    if edge is None and "以上" not in rest:
        raise DomainError(CatalogueFault.LIMIT_WITHOUT_EDGE, value=clause)
    if edge is not None:
        rest = rest.replace(edge[0], "", 1)
    if not _FILLER.match(rest):
        raise DomainError(CatalogueFault.LIMIT_UNREADABLE, value=clause, words=rest.strip())
    return Limit(penalty, party, fen, edge[1] if edge is not None else True)


def _without(text: str, words: tuple[str, ...]) -> str:
    for word in words:
        text = text.replace(word, "")
    return text


def _party(clause: str) -> tuple[str, str]:
    for code, words in _PARTIES.items():
        for word in words:
            if word in clause:
                rest = clause.replace(word, "", 1)
                other = _PARTIES["organisation" if code == "person" else "person"]
                if any(one in rest for one in other):
                    raise DomainError(CatalogueFault.LIMIT_UNREADABLE, value=clause, words=clause)
                return rest, code
    return clause, "any"


def _amount(rest: str, clause: str) -> tuple[int | None, str]:
    amounts = money.find_amounts(rest)
    if not amounts:
        if re.search(r"\d", rest):
            raise DomainError(CatalogueFault.LIMIT_AMOUNT, value=clause)
        return None, rest
    first = amounts[0]
    if len(amounts) > 1 or not 0 < first.fen <= LARGEST_FEN:
        raise DomainError(CatalogueFault.LIMIT_AMOUNT, value=clause)
    return first.fen, rest[: first.start] + rest[first.end :]


def _penalty(rest: str) -> tuple[str, str]:
    """The penalty as the law calls it, cut out of the text."""
    for name, words in PENALTY_WORDS:
        for form in (name, f"没收{words[0]}", *words):
            if form in rest and not form.isascii():
                return rest.replace(form, "", 1), name
    return rest, ""
