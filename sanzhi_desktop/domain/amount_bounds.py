"""Bounds of an amount as a method writes them: 5万元以上（含本数）不满50万元.

Lives here: reading the words and saying them back. Must not: guessing; what could be meant either
way is refused. “以上、以下”include the figure, “超过、不满、不足”do not (民法典 art. 1259), unless
the text itself says 含 or 不含.
"""

import re
import unicodedata
from dataclasses import dataclass

from sanzhi_desktop.domain import money

_MORE = ("超过", "高于", "大于", "多于")
_AT_LEAST = ("达到", "不低于", "不少于", "满", "达")
_LESS = ("不足", "不满", "低于", "少于", "未满", "未达到", "未达", "小于")
_AT_MOST = ("不超过", "不高于", "不多于", "至多")
_FROM = ("及以上", "或者以上", "以上", "起")
_UP_TO = ("及以下", "或者以下", "以下", "以内")
_EDGE = re.compile(r"^\((不含|含|不包括|包括)(?:本数|本级|该数|.{0,12}?元)?\)")
_FILLER = re.compile(r"^[\s,;、的并且但而且]*$")


@dataclass(frozen=True, slots=True)
class Bounds:
    """A lower and an upper bound in fen; None where there is none. `…_inclusive`: 含本数."""

    lower: int | None = None
    lower_inclusive: bool = True
    upper: int | None = None
    upper_inclusive: bool = False

    def hold(self, fen: int) -> bool:
        """Whether an amount lies within."""
        above = (
            self.lower is None or fen > self.lower or (self.lower_inclusive and fen == self.lower)
        )
        below = (
            self.upper is None or fen < self.upper or (self.upper_inclusive and fen == self.upper)
        )
        return above and below

    def words(self) -> str:
        """The bounds with 含 or 不含本数 said in full, amounts without separators."""
        said = ""
        if self.lower is not None:
            amount = _plain(self.lower)
            said = (
                f"{amount}以上（含本数）" if self.lower_inclusive else f"超过{amount}（不含本数）"
            )
        if self.upper is not None:
            amount = _plain(self.upper)
            said += (
                f"{amount}以下（含本数）" if self.upper_inclusive else f"不满{amount}（不含本数）"
            )
        return said


def _plain(fen: int) -> str:
    return money.format_yuan(fen).replace(",", "")


def parse_bounds(text: str) -> Bounds:
    """Reads one bound or two. Raises ValueError with the words that are not understood: a figure
    without 以上 or 超过, two lower bounds, 超过…（含本数）, a lower bound not below the upper one."""
    rest = unicodedata.normalize("NFKC", text)
    rest = re.sub(r"\s", "", rest)
    lower: tuple[int, bool] | None = None
    upper: tuple[int, bool] | None = None
    while rest:
        amounts = money.find_amounts(rest)
        if not amounts:
            break
        first = amounts[0]
        before, after = rest[: first.start], rest[first.end :]
        is_lower, inclusive, after = _edge(before, after, text)
        if (lower if is_lower else upper) is not None:
            raise ValueError(text)
        if is_lower:
            lower = (first.fen, inclusive)
        else:
            upper = (first.fen, inclusive)
        rest = after
    if not _FILLER.match(rest) or (lower is None and upper is None):
        raise ValueError(rest or text)
    if lower is not None and upper is not None and lower[0] >= upper[0]:
        raise ValueError(text)
    return Bounds(
        *(lower if lower is not None else (None, True)),
        *(upper if upper is not None else (None, False)),
    )


def _edge(before: str, after: str, text: str) -> tuple[bool, bool, str]:
    """Whether the figure between is a lower bound, whether it is included, and what follows."""
    lead, sides = _leading(before)
    if lead and not _FILLER.match(before.removesuffix(lead)):
        raise ValueError(before)
    if not lead and not _FILLER.match(before):
        raise ValueError(before)
    said = _EDGE.match(after)  # 5万元（含）以上
    after = after[said.end() :] if said else after
    for words, lower in ((_FROM, True), (_UP_TO, False)):
        for word in words:
            if after.startswith(word):
                sides.append((lower, True))
                after = after.removeprefix(word)
                break
    if said is None:
        said = _EDGE.match(after)  # 5万元以上（含本数）
        after = after[said.end() :] if said else after
    # “超过五万元以上” is said by some; it cannot be told whether five belongs to it.
    if len(sides) != 1:
        raise ValueError(text)
    lower, inclusive = sides[0]
    if said is not None:
        told = not said[1].startswith("不")
        if told and not inclusive:
            raise ValueError(text)
        inclusive = told
    return lower, inclusive, after


def _leading(before: str) -> tuple[str, list[tuple[bool, bool]]]:
    """The word before the figure that makes it a bound, the longest first."""
    table = (
        *((word, (False, True)) for word in _AT_MOST),
        *((word, (True, True)) for word in _AT_LEAST),
        *((word, (False, False)) for word in _LESS),
        *((word, (True, False)) for word in _MORE),
    )
    found = [(word, side) for word, side in table if before.endswith(word)]
    if not found:
        return "", []
    word, side = max(found, key=lambda one: len(one[0]))
    return word, [side]
