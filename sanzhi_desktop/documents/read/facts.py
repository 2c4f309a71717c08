"""Where the facts (认定的事实) end: before the sentence that decides, not in the middle of it.

Lives here: that one boundary. Must not: finding the decision itself (`ruling`).
"""

import re

from sanzhi_desktop.documents.read.sheet import Sheet

_CLAUSE = r"(?:(?<=[。;,:\n])|^)\s*"
_LEADS = r"(?:(?:为此|据此|综上(?:所述)?|因此),)?(?:现|故|特|应)?"
# `依据《…法》第九十九条的规定,我局决定…`: the law that the decision rests on opens it.
_BASIS = re.compile(
    _CLAUSE + r"(?:(?:根据|依据|鉴于)(?:以上|上述)[^,。]{0,8},)?" + _LEADS + r"(?:本机关|[本我]\w)?"
    r"(?:依据|根据|依照|按照|参照)[^,。;\n《]{0,24}《",
    re.MULTILINE,
)
_DECIDES = re.compile(
    _CLAUSE + _LEADS + r"(?:经[^,。]{2,16},)?(?:本机关|[本我](?:局|委|厅|会|关|办|单位|大队|支队))?"
    r"现?(?:依法)?(?:决定|责令|给予|作出(?:如下|以下)|对[^,。;]{2,40}(?:作出|给予|处罚如下))",
    re.MULTILINE,
)
_FINDS = re.compile(r"发现|查明|查实|经查|调查|检查")
_TITLE = re.compile(r"《[^》]*》")
# A heading or a label that stands alone, and the law under a label of its own.
_HEADING = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,2}、[^,。]{0,24}|(?:行政|拟)?(?:处罚|处理)?(?:决定|意见|内容)(?:如下)?:?"
    r"|(?:拟)?(?:行政)?处罚依据:[^\n]*|现)"
)


def facts_end(sheet: Sheet, begin: int, decided: int) -> int:
    """The end of the facts that begin at `begin`, where the text of the decision begins at
    `decided` (offsets in the sheet)."""
    bare = sheet.bare
    end = _stripped(bare, begin, decided)
    opening = max(begin, *(bare.rfind(mark, begin, end) + 1 for mark in "。\n"))
    end = _stripped(bare, begin, _cut(bare, opening, end))
    while True:
        line = max(begin, bare.rfind("\n", begin, end) + 1)
        if line >= end or _HEADING.fullmatch(bare, line, end) is None:
            return end
        end = _stripped(bare, begin, line)


def _cut(bare: str, opening: int, end: int) -> int:
    """Where the announcing sentence turns from what was found to what is decided."""
    for found in _BASIS.finditer(bare, opening, end):
        if _FINDS.search(_TITLE.sub("", bare[found.end() - 1 : end])) is None:
            return found.start()
    decides = _DECIDES.search(bare, opening, end)
    return decides.start() if decides is not None else end


def _stripped(bare: str, begin: int, end: int) -> int:
    return begin + len(bare[begin:end].rstrip(" \t\n,;:、"))
