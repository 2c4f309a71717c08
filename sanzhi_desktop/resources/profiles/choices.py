"""What a person may write for a code or a figure of the key table, in the words of the documents.

Lives here: the words, and an amount in words as figures. Must not: faults (`values`).
"""

from collections.abc import Mapping
from typing import Any

from sanzhi_desktop.domain.amount_bounds import parse_bounds

# What a person may write for the codes of the table and for units of money, shares and counts.
CHOICE_WORDS: Mapping[str, tuple[str, ...]] = {
    "receipt": ("收到", "收到之日"),
    "acceptance": ("受理", "受理之日"),
    "any": ("不分",),
    "person": ("公民", "个人", "自然人"),
    "organisation": ("法人或者其他组织", "单位"),
    "department": ("部门",),
    "authorised": ("授权组织",),
    "government": ("人民政府", "政府"),
    "SUBJECT": ("主体", "执法主体"),
    "POWERS": ("权限", "执法权限", "管辖"),
    "PROCEDURE": ("程序", "执法程序"),
    "EVIDENCE": ("事实证据", "事实和证据", "证据"),
    "LAW": ("法律适用", "适用法律"),
    "DISCRETION": ("裁量", "自由裁量"),
    "DOCUMENTS": ("文书与权利", "执法文书", "文书"),
    "TRANSFER": ("移送", "涉嫌犯罪移送"),
    "VETO": ("否决项", "否决"),
    "SERIOUS": ("重要项", "重要"),
    "FORMAL": ("规范项", "规范", "形式项"),
    "always": ("都要", "都适用"),
}


def figures(written: str) -> dict[str, Any]:
    """The fields of a threshold that an amount in words (5万元以上不满50万元) stands for.

    Raises ValueError with the words that are not understood.
    """
    bounds = parse_bounds(written)
    made: dict[str, Any] = {}
    if bounds.lower is not None:
        made |= {"yuan": _yuan(bounds.lower), "inclusive": bounds.lower_inclusive}
    if bounds.upper is not None:
        made |= {"below": _yuan(bounds.upper), "below_inclusive": bounds.upper_inclusive}
    return made


def _yuan(fen: int) -> int | str:
    whole, odd = divmod(fen, 100)
    return f"{whole}.{odd:02d}" if odd else whole
