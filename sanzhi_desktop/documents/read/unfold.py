"""Gives a text its lines back when a web page or a copy left them all in one.

The blanks that were line ends are told from other blanks by what stands around them: labels,
titles, numbers, the usual beginnings of a paragraph. Sentences are never cut inside.
"""

import re
from collections.abc import Iterator
from functools import cache

from sanzhi_desktop.documents.read.lexicon import any_of, lexicon

MIN_LENGTH = 160  # shorter lines are lines
_BEGINS = re.compile(
    r"(?:[一二三四五六七八九十]{1,2}、|[(（][一二三四五六七八九十\d]{1,2}[)）]|\d{1,2}[.、](?!\d)"
    r"|经(?:依法)?(?:查|审查|调查|本|我)|现查明|查明|你(?:[(（]?单位[)）]?|公司|户|厂|店|于)|(?:我|本)(?:局|机关|委|单位|队|大队)"
    r"|(?:现)?(?:依据|根据|依照)|(?:上述|以上|该)(?:事实|行为|违法)|(?:如)?不服|逾期|当事人"
    r"|(?:于)?(?:19|20)\d\d\s*年\s*\d{1,2}\s*月|[二][〇○零OＯ][一二三四五六七八九〇○零]{2}年"
    r"|特此|履行方式|证据|附[:：])"
)
_STANDS_ALONE = re.compile(
    r"[^，。；,;]{2,50}(?:决定书|通知书|告知书|催告书|公告|决定|局|委员会|政府|办事处|大队|支队|厅"
    r"|[\d一二三四五六七八九十]号|[〕\])）]\d+号|[:：])|(?:[（(]?(?:印章|盖章|公章)[)）]?)"
    r"|(?:(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日)"
)
_SPACED_TITLE = re.compile(r"(?<![^\s])(?:[\u4e00-\u9fff]\s+){3,}[\u4e00-\u9fff](?![^\s])")


@cache
def _label() -> re.Pattern[str]:
    words = any_of(word for group in lexicon().labels.values() for word in group)
    return re.compile(rf"(?:{words})\s*(?:[(（][^()（）]{{0,24}}[)）])?\s*[:：]")


def unfolded(text: str) -> list[str]:
    """The lines of a long line; a short one is returned as it is."""
    if len(text) < MIN_LENGTH or "\t" in text or re.search(r"\S\s*[|｜│]\s*\S", text):
        return [text]
    tight = _SPACED_TITLE.sub(lambda m: re.sub(r"\s", "", m.group()), text)
    return list(_lines(tight.split()))


def _lines(tokens: list[str]) -> Iterator[str]:
    line = ""
    for index, token in enumerate(tokens):
        rest = " ".join(tokens[index : index + 3])
        if line and _breaks(line, token, rest):
            yield line
            line = token
        else:
            line = f"{line} {token}" if line else token
    if line:
        yield line


def _breaks(line: str, token: str, rest: str) -> bool:
    if line[-1] in "。；;":
        return True
    if line[-1] in "，,、（(《“于在自从至到的和及与或由对将按为":
        return False
    if _label().match(rest):
        return True
    last = line.rsplit(" ", 1)[-1]
    return (
        _BEGINS.match(token) is not None
        or _STANDS_ALONE.fullmatch(token) is not None
        or (_STANDS_ALONE.fullmatch(last) is not None and not _label().match(line))
    )
