"""Money as integer fen (分): reading figures and Chinese capitals, writing both.

Nothing here knows what an amount is for. Floats never appear; a fraction of a fen is refused.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

FEN_PER_YUAN: Final = 100
_DIGITS: Final = {
    **{sign: value for value, sign in enumerate("零一二三四五六七八九")},
    **{sign: value for value, sign in enumerate("〇壹贰叁肆伍陆柒捌玖")},
    "○": 0, "两": 2, "貳": 2, "弍": 2, "弐": 2, "叄": 3, "參": 3, "陸": 6, "兩": 2,
    "幺": 1, "弌": 1,
}  # fmt: skip
_SMALL_UNITS: Final = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG_UNITS: Final = {"亿": 10**8, "億": 10**8, "万": 10**4, "萬": 10**4}
_CAPITAL_DIGITS: Final = "零壹贰叁肆伍陆柒捌玖"
_WIDE: Final = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

CHINESE_NUMBER: Final = "[零〇○一二三四五六七八九十百千万亿两壹贰貳叁叄肆伍陆陸柒捌玖拾佰仟萬億]"
_PLAIN: Final = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
AMOUNT: Final = (
    r"(?:人民币|RMB|CNY|[¥￥])?\s*"
    rf"(?:(?P<figure>{_PLAIN})\s*(?P<scale>[千百]?[万亿]|[千百])?\s*"
    rf"(?:(?<=万)(?P<rest>\d+)(?P<rest_scale>千|百)?\s*)?(?:元|圆)"
    r"(?:\s*(?P<jiao>\d)角)?(?:\s*(?P<fen>\d)分)?"
    rf"|(?P<capitals>{CHINESE_NUMBER}+)\s*(?:元|圆|块)"
    rf"(?:(?P<cjiao>{CHINESE_NUMBER}{{1,2}})角)?(?:(?P<cfen>{CHINESE_NUMBER}{{1,2}})分)?"
    r"|[¥￥]\s*(?P<bare>" + _PLAIN + r"))\s*[整正]?"
)
_AMOUNT_PATTERN = re.compile(AMOUNT)
_SCALES: Final = {
    "": 1, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8,
    "百万": 10**6, "千万": 10**7, "百亿": 10**10, "千亿": 10**11,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Amount:
    """One amount as it stands in a text; offsets count characters of that text."""

    fen: int
    start: int
    end: int
    in_capitals: bool


def chinese_number(text: str) -> int:
    """The value of a Chinese number (三十二, 叁拾贰万捌仟, 二〇二五). Raises ValueError."""
    if not text or any(
        s not in _DIGITS and s not in _SMALL_UNITS and s not in _BIG_UNITS for s in text
    ):
        raise ValueError(text)
    if all(sign in _DIGITS for sign in text):
        return int("".join(str(_DIGITS[sign]) for sign in text))
    for big, size in _BIG_UNITS.items():  # 亿 before 万: 壹仟万亿 is (壹仟万) × 亿
        head, unit, tail = text.rpartition(big)
        if unit:
            return chinese_number(head or "一") * size + (chinese_number(tail) if tail else 0)
    total = 0
    digit: int | None = None
    for sign in text:
        if sign in _DIGITS:
            digit = _DIGITS[sign]
        else:
            total += (digit or 1) * _SMALL_UNITS[sign]
            digit = None
    return total + (digit or 0)


def find_amounts(text: str) -> list[Amount]:
    """All amounts with a currency unit in a text, left to right; full-width signs are folded.

    A rate (15元/平方米, 每平方米100元) is not an amount; neither is a bare number.
    """
    folded = text.translate(_WIDE)
    found: list[Amount] = []
    for match in _AMOUNT_PATTERN.finditer(folded):
        if re.match(r"\s*(/|每)", folded[match.end() :]) or re.search(
            r"每(?:一)?[\u4e00-\u9fff]{1,4}$", folded[max(0, match.start() - 8) : match.start()]
        ):
            continue
        try:
            fen = _fen_of(match)
        except ValueError:
            continue
        found.append(Amount(fen, match.start(), match.end(), match["capitals"] is not None))
    return found


def parse_amount(text: str) -> int:
    """Fen of a text that is one amount and nothing else. Raises ValueError."""
    match = _AMOUNT_PATTERN.fullmatch(text.strip().translate(_WIDE))
    if match is None:
        raise ValueError(text)
    return _fen_of(match)


def _fen_of(match: re.Match[str]) -> int:
    if match["bare"]:
        return _to_fen(Decimal(match["bare"].replace(",", "")))
    if match["capitals"]:
        yuan = chinese_number(match["capitals"])
        jiao = chinese_number(match["cjiao"].lstrip("零〇") or "零") if match["cjiao"] else 0
        fen = chinese_number(match["cfen"].lstrip("零〇") or "零") if match["cfen"] else 0
        return yuan * FEN_PER_YUAN + jiao * 10 + fen
    value = Decimal(match["figure"].replace(",", "")) * _SCALES[match["scale"] or ""]
    if match["rest"]:
        value += int(match["rest"]) * _SCALES[match["rest_scale"] or ""]
    return _to_fen(value) + int(match["jiao"] or 0) * 10 + int(match["fen"] or 0)


def _to_fen(yuan: Decimal) -> int:
    fen = yuan * FEN_PER_YUAN
    if fen != fen.to_integral_value():
        raise ValueError(f"{yuan} is finer than one fen")
    return int(fen)


def format_yuan(fen: int) -> str:
    """328890.5 元 is written 328,890.50元; whole yuan without decimals."""
    sign, rest = ("-" if fen < 0 else ""), abs(fen)
    yuan, odd = divmod(rest, FEN_PER_YUAN)
    return f"{sign}{yuan:,}.{odd:02d}元" if odd else f"{sign}{yuan:,}元"


def yuan_number(fen: int) -> int | float:
    """The amount in yuan as a JSON number: an int when whole, else with at most two decimals."""
    return fen // FEN_PER_YUAN if fen % FEN_PER_YUAN == 0 else fen / FEN_PER_YUAN


def capitals(fen: int) -> str:
    """Chinese capitals by 《支付结算办法》 appendix 1: 叁拾贰万捌仟捌佰玖拾元整. 0 ≤ fen < 10¹⁸."""
    if not 0 <= fen < 10**18:
        raise ValueError(fen)
    yuan, odd = divmod(fen, FEN_PER_YUAN)
    jiao, cent = divmod(odd, 10)
    head = _capital_integer(yuan) + "元" if yuan else ""
    if not odd:
        return (head or "零元") + "整"
    tail = f"{_CAPITAL_DIGITS[jiao]}角" if jiao else ("零" if yuan else "")
    return head + tail + (f"{_CAPITAL_DIGITS[cent]}分" if cent else "整")


def _capital_integer(value: int) -> str:
    for unit, size in (("亿", 10**8), ("万", 10**4)):
        high, low = divmod(value, size)
        if high:
            zero = "零" if 0 < low < size // 10 else ""
            return _capital_integer(high) + unit + (zero + _capital_integer(low) if low else "")
    return _capital_section(value)


def _capital_section(section: int) -> str:
    out = ""
    gap = False
    for unit, size in (("仟", 1000), ("佰", 100), ("拾", 10), ("", 1)):
        digit = section // size % 10
        if digit:
            out += ("零" if gap and out else "") + _CAPITAL_DIGITS[digit] + unit
            gap = False
        else:
            gap = True
    return out
