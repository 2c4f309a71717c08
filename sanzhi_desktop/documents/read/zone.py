"""Where the head of a paper (title, number, party block) ends and its narrative begins."""

import re
from functools import cache

from sanzhi_desktop.documents.read.heading import TITLE, line_texts
from sanzhi_desktop.documents.read.lexicon import any_of, label_pattern, lexicon
from sanzhi_desktop.documents.read.sheet import Sheet

GROUPS = (
    "party_primary", "party_name", "party_id", "legal_representative", "address",
    "address_second", "other", "cause", "agency", "document_number", "filing_date",
    "decision_date", "basis", "decision", "violated", "inspection_date", "notice_date",
    "hearing_date",
)  # fmt: skip
_NARRATIVE = re.compile(
    r"^\s*(?:[一二三四]、)?\s*(?:"
    r"(?:本案)?(?:现|经)?(?:依法)?(?:经)?(?:查明|调查|检查|审查|审理|核查)(?![^,。]{0,6}[人象位]\s*:)|经(?:查|依法|我|本|你|对|\d)"
    r"|(?:于)?\d{4}\s*年\s*\d{1,2}\s*月|(?:于)?[一二][〇零○一二三四五六七八九]{3}年"
    r"|(?:关于)?(?:你|当事人|该)(?:\(?(?:单位|公司|店|户|厂|院|校)\)?)?(?![^,。]{0,8}:)(?!的?(?:基本"
    r"|身份)?(?:情况|信息|概况))[^:]{4,}"
    r"|(?:我|本)(?:局|队|委|厅|机关|单位|街道|支队|大队|办)|(?:根据|依据|依照|按照|鉴于)|因(?:你|当事人)|上述|以上"
    r"|(?:主要)?(?:环境)?违法事实|(?:案件|违法)?(?:基本)?(?:事实|情况)(?:及|和|与)?(?:证据)?\s*:?|案件来源|调查经过|证据"
    r"|[^:,。]{4,40}一案|收到)"
)
_STOP_IN_LINE = re.compile(
    r"(?<=[。;])\s*(?:现?经(?:查|依法|本|我|检查|调查)|现?查明|(?:于)?\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日(?!出生|生)"
    r"|(?:你|当事人)[^:]{0,30}(?:一案|行为)|(?:我|本)(?:局|机关|队|委)|因涉嫌|(?:根据|依据))"
)
# What a web page puts round a paper; and a date that stands alone (the page's own clock).
_META = re.compile(
    r"索\s*引\s*号|(?:发布|发文|公开|生成|产生|废止|成文)(?:日期|时间|机构|机关)\s*[::]|信息来源|来源[::]|点击|阅读次数"
    r"|浏览次数|字体[::]|打印本页|信息名称|内容概述"
)
_CARRIED = re.compile(
    r"(?:内容|全文|原文)(?:是|为|如下)?[:。]\s*\n\s*(?:[^\n。]{0,40}\n\s*){0,4}?(?=\S{2,12}:)"
)
_DATE_ONLY = re.compile(r"\s*\d{4}\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日\s*(?:星期.)?\s*$")


def zone_end(sheet: Sheet) -> int:
    """Where the head of the paper ends and the narrative begins.

    A notice that carries a decision in full (公告送达…内容是:) has the party's block further down.
    """
    end = _head_end(sheet, 0)
    primary = label_pattern("party_primary")
    if primary.search(sheet.folded, 0, end) is None:
        carried = _CARRIED.search(sheet.folded, end, end + 800)
        if carried is not None and primary.match(sheet.folded, carried.end()):
            return _head_end(sheet, carried.end())
    return end


def _head_end(sheet: Sheet, begin: int) -> int:
    labels = label_pattern(*GROUPS)
    seen_head = False
    for start, line in line_texts(sheet):
        if start < begin:
            continue
        if _META.match(line.strip()) and len(line) > 60:
            continue
        labelled = labels.search(line)
        stop = _STOP_IN_LINE.search(line)
        if labelled is not None and stop is not None:
            return start + stop.start()
        if labelled is not None and labelled.start() < 12:
            seen_head = True
            continue
        if prose_pattern().match(line) and not _NARRATIVE.match(line):
            if stop is not None:
                return start + stop.start()
            seen_head = True
            continue
        if _META.search(line) or (len(line.strip()) < 24 and _DATE_ONLY.match(line)):
            continue
        if _NARRATIVE.match(line) and TITLE.search(re.sub(r"\s", "", line)[:60]) is None:
            return start
        if len(line) > 60 and labelled is None and (seen_head or "。" in line):
            return start or _first_stop(line)
        seen_head = seen_head or TITLE.search(re.sub(r"\s", "", line)) is not None
    return min(len(sheet.text), 3000)


def _first_stop(line: str) -> int:
    stop = _STOP_IN_LINE.search(line)
    return stop.start() if stop else min(line.find("。") + 1 or 200, 400)


@cache
def prose_pattern() -> re.Pattern[str]:
    """`被处罚人张某,男,…` without a colon."""
    words = any_of(lexicon().labels["party_primary"])
    return re.compile(
        rf"(?:^|(?<=\n)|(?<=。))\s*(?:{words})\s*(?:[一二三12])?\s*"
        r"(?!于\s*\d)(?P<name>[^\s:,。;()《》的\d]{2,40}?)\s*(?=[,(;]|\s[男女住]|\n|$)",
        re.MULTILINE,
    )
