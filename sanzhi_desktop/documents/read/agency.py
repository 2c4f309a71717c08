"""Who decides (作出决定的机关): before the title, at the foot, or where the narrative names itself."""

import re

from sanzhi_desktop.documents.read.heading import TITLE, Span, line_texts, tight
from sanzhi_desktop.documents.read.organ import ORGAN, is_organ
from sanzhi_desktop.documents.read.sheet import Sheet


def agency(sheet: Sheet, heading: Span | None, signed: Span | None) -> Span | None:
    """Who decides: before the title, at the foot, or where the narrative names itself."""
    for title_span in [] if heading is None else [heading, *_repeated(sheet, heading)]:
        found = _before_title(sheet, title_span)
        if found is not None:
            return found
    if signed is not None:
        found = _at_foot(sheet, signed)
        if found is not None:
            return found
    return _in_narrative(sheet)


def _repeated(sheet: Sheet, heading: Span) -> list[Span]:
    """The title again further down: a web page's headline stands above the paper."""
    spans = []
    for start, line in line_texts(sheet):
        if heading.end < start < heading.end + 400:
            signs, offsets = tight(line)
            found = TITLE.search(signs)
            if found and found.start() < 40 and "。" not in signs[: found.end()]:
                begin = start + offsets[found.start()]
                spans.append(Span(found.group(), begin, start + offsets[found.end() - 1] + 1))
    return spans


def _organ_span(sheet: Sheet, start: int, end: int) -> Span | None:
    raw = sheet.folded[start:end]
    text = re.sub(r"\s|\((?:印章|公章|盖章|印|章)\)|\[(?:印章|公章|盖章)\]|关于$|文件$", "", raw)
    if not is_organ(text):
        return None
    lead = len(raw) - len(raw.lstrip())
    return Span(re.sub(r"\s", "", text), start + lead, end)


def _before_title(sheet: Sheet, heading: Span) -> Span | None:
    lines = sheet.lines
    index = next((i for i, (s, e) in enumerate(lines) if s <= heading.start <= e), 0)
    own = sheet.folded[lines[index][0] : heading.start]
    about = re.search(r"关于|\(|\[|对", own)
    end = lines[index][0] + about.start() if about else heading.start
    found = _organ_span(sheet, lines[index][0], end)
    for above in range(index - 1, max(index - 4, -1), -1):
        if found is not None:
            break
        start, end = lines[above]
        words = sheet.folded[start:end].split()
        found = _organ_span(sheet, start, end)
        if found is None and len(words) == 2:
            found = _organ_span(sheet, start, start + sheet.folded[start:end].index(" "))
    return found


def _at_foot(sheet: Sheet, signed: Span) -> Span | None:
    lines = sheet.lines
    index = next((i for i, (s, e) in enumerate(lines) if s <= signed.start <= e), len(lines) - 1)
    start = max(lines[index][0], sheet.folded.rfind("。", 0, signed.start) + 1)
    found = _organ_span(sheet, start, signed.start)
    if found is not None:
        return found
    for above in range(index - 1, max(index - 3, -1), -1):
        start, end = lines[above]
        found = _organ_span(sheet, max(start, sheet.folded.rfind("。", 0, end) + 1), end)
        if found is not None:
            return found
    if index + 1 < len(lines):
        return _organ_span(sheet, *lines[index + 1])
    return None


_SELF = (
    re.compile(
        (
            rf"(?:(?<=[,。;:\n是])|^)\s*({ORGAN})\s*\((?:以下)?(?:简称|称)?[“\s]*(?:我|本)(?:局|机关|委|厅"
            rf"|队|单位|支队|大队)[”\s]*\)"
        ),
        re.MULTILINE,
    ),
    re.compile(rf"(?:我局|本机关|本局|我委|本委|我队|我厅)\(({ORGAN})\)"),
    re.compile(
        (
            rf"(?:(?<=[,。;:\n日分时])|^)\s*({ORGAN})(?:的?\s*[\d一二两三四五六]?\s*[名位]?)(?:行政)?执法(?:人员"
            rf"|检查人员)"
        ),
        re.MULTILINE,
    ),
    re.compile(
        rf"(?:到|前往|至)\s*({ORGAN})(?:的)?(?:财务|计财|规财|法规|法制|办公室|罚款|[一二三四五六七八九\d]楼|窗口|开具|领取"
        rf"|服务窗口)"
    ),
    re.compile(
        rf"(?:(?<=[,。;:\n])|^)\s*({ORGAN})(?:依法)?(?:决定|作出(?:如下|以下)|对你[^。,]{{0,20}}立案)",
        re.MULTILINE,
    ),
    re.compile(rf"一案,(?:现已)?经({ORGAN})(?:依法)?(?:立案)?(?:调查|审查)(?!并移送|后移送)"),
    re.compile(
        (
            rf"(?:(?<=[,。;:\n])|^)\s*({ORGAN})(?:已|依法)*于[^,。;\n]{{6,14}}(?:依法)?向(?:你"
            rf"|当事人)[^,。;\n]{{0,8}}送达"
        ),
        re.MULTILINE,
    ),
)


def _in_narrative(sheet: Sheet) -> Span | None:
    for pattern in _SELF:
        for found in pattern.finditer(sheet.folded):
            joint = re.match(r".*(?:联合|会同|协同)", found[1])
            begin = found.start(1) + (joint.end() if joint else 0)
            if is_organ(sheet.folded[begin : found.end(1)]):
                return Span(sheet.slice(begin, found.end(1)), begin, found.end(1))
    return None
