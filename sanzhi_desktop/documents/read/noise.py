"""Cleans the text of mirror pages: traditional signs, pinyin residues, lost blanks.

A name keeps its rare or traditional signs when the rest of the document is simplified: 億 in a
company's name is its name. Only a text that is traditional as a whole is converted.
"""

import re
from functools import cache
from typing import Any

TONED = "àáǎāèéěēìíǐīòóǒōùúǔūǖǘǚǜüêńňǹḿ"
_HAN = r"\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_RESIDUE = re.compile(rf"(?<=[{_HAN}])[(（]([a-zɡ{TONED}]{{1,6}})[)）]")
_NEUTRAL = frozenset({"de", "le", "zhe", "men", "zi", "ma", "ba", "ne", "ge", "me", "tou"})
_INVISIBLE = dict.fromkeys(
    [0xAD, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2060, 0x2065), 0xFEFF]
)
_BLANKS = dict.fromkeys([0xA0, 0x3000, *range(0x2000, 0x200B), 0x202F, 0x205F], " ")
_WIDE_LETTERS = {
    code: code - 0xFEE0
    for code in (*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B))
}
_BLANKS_BY_CODE = {**_BLANKS, 0x0B: " ", 0x0C: " "}
_ALWAYS = {**_INVISIBLE, **_BLANKS_BY_CODE, **_WIDE_LETTERS}
_MIN_RESIDUES = 3
_TRADITIONAL_SHARE = 0.06


class Cleaner:
    """Decides once for a document what noise it has, then cleans its pieces one by one."""

    def __init__(self, whole: str) -> None:
        sample = whole[:40_000]
        toned = sum(1 for found in _RESIDUE.finditer(sample) if any(s in TONED for s in found[1]))
        self.residues = toned >= _MIN_RESIDUES
        self.traditional = _traditional_share(sample) >= _TRADITIONAL_SHARE
        self._questions = self.residues or (sample.count("?") > 6 and "？" not in sample)

    @property
    def noisy(self) -> bool:
        return self.residues or self.traditional

    def clean(self, text: str) -> str:
        """One piece without what the document's noise left in it."""
        text = text.translate(_ALWAYS)
        if self.residues:
            text = _RESIDUE.sub(lambda m: "" if _is_residue(m[1]) else m[0], text)
        if self.noisy and self._questions:
            text = re.sub(r"\?+", " ", text)
        elif re.fullmatch(r"[?？\s]+", text):
            return ""
        return _simplify(text) if self.traditional else text


def _is_residue(syllable: str) -> bool:
    return syllable in _NEUTRAL or any(sign in TONED for sign in syllable)


def _traditional_share(text: str) -> float:
    """Share of traditional-only signs; those that simplified texts use too do not count."""
    han = re.findall(f"[{_HAN}]", text)
    if len(han) < 20:
        return 0.0
    distinct = sorted(set(han) - set("乾著藉麽夥徵後於瞭濛鍾"))
    turned = str(_converter().convert(" ".join(distinct))).split(" ")
    only = {a for a, b in zip(distinct, turned, strict=True) if a != b}
    return sum(1 for sign in han if sign in only) / len(han)


@cache
def _converter() -> Any:
    from opencc import OpenCC

    return OpenCC("t2s")


def _simplify(text: str) -> str:
    return str(_converter().convert(text))
