"""The head and the foot of a paper: title, kind, document number, agency, date of decision."""

import re
from dataclasses import dataclass

from sanzhi_desktop.documents.read.dates import DATE, INCOMPLETE, Found, full_dates
from sanzhi_desktop.documents.read.lexicon import lexicon
from sanzhi_desktop.documents.read.sheet import Sheet

_PAPER = (
    r"(?:决定书|通知书|告知书|告知单|通知单|催告书|指令书|意见书|认定书|裁决书|批准书|建议书|批复|公告|决定"
    r"|通告|审批表|送审表|审核表|呈批表|报告|送审函|审查表)"
)
_SUBJECT = (
    r"(?:不予|免予|准予|当场|简易程序|普通程序)?(?:行政)?(?:处罚|许可|强制|检查|征收|征用|裁决|确认|给付|奖励|处理)"
    r"|责令|责改|查封|扣押|冻结|催告|代履行|限期|取水|停止违法|准予|不予|加处|撤销|强制|整改|现场处理|当场|环境影响|建设工程|排污|重大"
)
TITLE = re.compile(
    rf"(?:{_SUBJECT})[^。;:,\n《》]{{0,40}}?{_PAPER}(?![^\s(\[。,;:关]{{0,2}}(?:送达|规定|之日))"
)
_ORGAN = (
    r"[\u3400-\u9fff\U00020000-\U0003ffff·()、]{2,40}?"
    r"(?:局|委员会|管委会|厅|政府|办事处|支队|总队|大队|中队|分局|派出所|海关|税务所|办公室|管理处|管理所|执法队|监管所|监督所|保护区管理站"
    r"|监察队|卫生院|中心|水务部|部|院|署|站|社)"
)
_ORGAN_ONLY = re.compile(rf"{_ORGAN}")
_NUMBER_PREFIX = (
    r"(?:\([\u3400-\u9fffA-Za-z]{1,8}\)\s*)?[\u3400-\u9fffA-Za-z\d·﹒]{0,24}?"
    r"(?:\([\u3400-\u9fff\d]{1,10}\)[\u3400-\u9fffA-Za-z]{0,12})?"
    r"(?:\([\u3400-\u9fff]{1,10}\)[\u3400-\u9fff]{0,8})?"
)
_YEAR = r"(?:[\[(]\s*(?:19|20)\d{2}\s*年?\s*[\])]|(?:19|20)\d{2})"
NUMBER = re.compile(
    rf"(?P<prefix>[\u3400-\u9fffA-Za-z\d()\s·]{{1,40}}?)\s*(?P<year>{_YEAR})\s*-?\s*"
    rf"(?P<rest>第?\s*(?:[\u4e00-\u9fff]{{1,10}}\s*[-—第]"
    rf"|[\u4e00-\u9fff]{{1,4}}(?=\d))?[A-Za-z\d][A-Za-z\d\s\-—–_]{{0,24}}?"
    rf"(?:-\d+|之[一二三四五六\d])?\s*号(?:之[一二三四五六\d])?|第\s*[一二三四五六七八九十百零〇]+\s*号)"
)
_SEAL = r"(?:\s*[(\[]?(?:印章|公章|盖章|印|章|电子印章|机关印章|加盖公章)[)\]]?)?"
_BODY = re.compile(r"。|^\s*(?:经查|现查明|查明|\d{4}年\d+月\d+日)|,[^,\n]{6,},", re.MULTILINE)
_NO_NAME = re.compile(
    r"^(?:我|本|你|该|此|其|某|经|由|被|向|对|在|至|到|因|以|及|和|与|据|各|上级|人民)|(?:决定|处罚|法律|规定|检查|违反|一案"
    r"|当事人|现场)"
)


# What the body of a paper without a title does.
_DOES = (
    (
        re.compile(r"催告(?:你|当事人|如下|通知)|现(?:依法)?(?:向你[^。]{0,8})?催告"),
        "行政强制(催告)",
    ),
    (
        re.compile(
            r"(?:决定|同意|现)[^。;\n]{0,24}(?:准予|不予)[^。;\n]{0,20}许可|准予[^。;,\n]{0,16}许可"
        ),
        "行政许可",
    ),
    (re.compile(r"决定[^。\n]{0,20}不予(?:行政)?处罚"), "不予行政处罚"),
    (
        re.compile(r"处罚决定|决定[^。\n]{0,30}(?:处罚|罚款)|给予[^。\n]{0,20}处罚"),
        "行政处罚",
    ),
    (re.compile(r"(?:现|决定)[^。\n]{0,20}责令|规定,\s*责令"), "责令改正"),
    (re.compile(r"决定[^。\n]{0,20}行政处理"), "行政处理"),
)


@dataclass(frozen=True, slots=True)
class Span:
    """Text between two offsets of the sheet."""

    text: str
    start: int
    end: int


def line_texts(sheet: Sheet) -> list[tuple[int, str]]:
    """Folded lines with the offset of their first sign."""
    return [(start, sheet.folded[start:end]) for start, end in sheet.lines]


def title(sheet: Sheet, body: int) -> Span | None:
    """The title phrase (行政处罚决定书 …) in the head of the paper; words may be spaced out."""
    for start, line in line_texts(sheet):
        if start > body + 200:
            return None
        tight, offsets = _tight(line)
        found = TITLE.search(tight)
        if found and (start <= body or found.start() < 40) and not _cited(tight, found.start()):
            begin = start + offsets[found.start()]
            return Span(found.group(), begin, start + offsets[found.end() - 1] + 1)
    return None


def _tight(line: str) -> tuple[str, list[int]]:
    kept = [(sign, index) for index, sign in enumerate(line) if not sign.isspace()]
    return "".join(sign for sign, _ in kept), [index for _, index in kept]


def _cited(line: str, at: int) -> bool:
    """Another paper's title inside a sentence, not this paper's own."""
    if re.search(r"收到|下达|送达|作出的|出具|制作|[。?!;]", line[max(0, at - 14) : at]):
        return True
    return "《" in line[max(0, at - 30) : at] and "》" not in line[max(0, at - 30) : at]


def kind(title_text: str, sheet: Sheet, body: int) -> str | None:
    """The kind of decision: by the title, without one by what the body does."""
    for entry in lexicon().kinds:
        if entry.pattern.search(title_text):
            return entry.name
    if title_text:
        return None
    if re.search(r"责令改正违法行为", sheet.folded[: max(body, 60)]):
        return "责令改正"
    for pattern, name in _DOES:
        if pattern.search(sheet.bare, body):
            return name
    told = re.compile(r"行政处罚(?:事先|听证|先行)?(?:\(听证\))?告知书").search(sheet.folded, body)
    return "行政处罚" if told else None


def kind_by_number(number: str) -> str | None:
    """The letters of the number say the kind when a title is lacking: ×环罚决字, ×责改字."""
    if re.search(r"责改|责令|改正", number):
        return "责令改正"
    return "行政处罚" if re.search(r"(?<!不)罚", number) else None


def number_in(sheet: Sheet, start: int, end: int) -> Span | None:
    """The first document number between two offsets."""
    at = start
    while (found := NUMBER.search(sheet.folded, at, end)) is not None:
        begin = _number_start(sheet.folded, found.start(), found.start("year"))
        if begin < found.start("year"):
            text = re.sub(r"\s", "", sheet.slice(begin, found.end()))
            return Span(text, begin, found.end())
        at = found.end("year")
    return None


def _number_start(text: str, start: int, year: int) -> int:
    """Where the number's own letters begin: after the title, a label, a mark or an open bracket."""
    prefix = text[start:year]
    begin = start
    for cut in re.finditer(
        (
            r"(?:决定书|通知书|告知书|催告书|公告|指令书|决定(?=\s)|文号|编号|案号|字号|作出的?|送达|发出|下达|出具|书)了?\s*|\n"
            r"|\s{2,}|(?<=[局委厅府队处院])\s"
        ),
        prefix,
    ):
        begin = start + cut.end()
    depth = 0
    for index in range(year - 1, begin - 1, -1):
        sign = text[index]
        depth += (sign == ")") - (sign == "(")
        if depth < 0:
            begin = index + 1
            break
    while begin < year and text[begin] in " )\t\n":
        begin += 1
    own = text[begin:year].strip()
    return begin if re.search(r"[\u3400-\u9fff]", own) else year


_NUMBER_LABEL = re.compile(
    r"^\s*\(?(?:文\s*书\s*)?(?:文\s*件\s*)?(?:决定书)?(?:编\s*号|文\s*号|案\s*号|字\s*号)\)?\s*:"
)


def own_number(sheet: Sheet, body: int, heading: Span | None) -> Span | None:
    """The paper's own number: in its head, never one that the narrative quotes."""
    for start, line in line_texts(sheet):
        if start > body:
            break
        if _quotes_other_paper(line):
            continue
        found = number_in(sheet, start, start + len(line))
        if found is not None and (_NUMBER_LABEL.match(line) or _alone(line, found, start)):
            return found
    if heading is not None:
        found = number_in(sheet, heading.start, min(heading.end + 60, len(sheet.text)))
        if found is not None and not _quotes_other_paper(sheet.folded[heading.start : found.start]):
            return found
        return _serial(sheet, heading, body)
    return None


def _serial(sheet: Sheet, heading: Span, body: int) -> Span | None:
    """A labelled number without agency and year, on a line of its own right below the title."""
    for start, line in line_texts(sheet):
        label = _NUMBER_LABEL.match(line)
        if label is not None and heading.end <= start <= min(heading.end + 60, body):
            number = re.compile(r"[A-Za-z]{0,6}\d[\dA-Za-z\-]{7,24}").fullmatch(
                line[label.end() :].strip()
            )
            if number is not None:
                end = start + len(line.rstrip())
                return Span(number.group(), end - len(number.group()), end)
    return None


def _quotes_other_paper(line: str) -> bool:
    return (
        re.search(r"《[^《》\n]{0,80}》\s*\(|作出的|送达|我局|本机关|你单位|已生效", line)
        is not None
    )


def _alone(line: str, found: Span, start: int) -> bool:
    rest = line[: found.start - start] + line[found.end - start :]
    rest = re.sub(r"\s", "", rest)
    return (
        len(rest) <= 4
        or TITLE.search(rest) is not None
        or re.search(rf"(?:书|告|局|编号:|文号:|案号:|号:|府|会|厅|队|处)\W*$|^\W*{_PAPER}", rest)
        is not None
    )


def is_organ(text: str) -> bool:
    """True for a full name of an agency: its last sign says organ, its first is no pronoun."""
    text = re.sub(r"\s", "", text)
    if re.search(r"联合|会同|协同|帮扶|\(第", text):
        return False
    return (
        4 <= len(text) <= 45
        and _ORGAN_ONLY.fullmatch(text) is not None
        and _NO_NAME.search(text) is None
        and re.match(r"^[省市区县州]", text) is None
        and re.match(r"^(?:公司|企业)|.*(?:公司|商店|医院|学校)", text) is None
    )


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
            tight, offsets = _tight(line)
            found = TITLE.search(tight)
            if found and found.start() < 40 and "。" not in tight[: found.end()]:
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
            rf"(?:(?<=[,。;:\n是])|^)\s*({_ORGAN})\s*\((?:以下)?(?:简称|称)?[“\s]*(?:我|本)(?:局|机关|委|厅"
            rf"|队|单位|支队|大队)[”\s]*\)"
        ),
        re.MULTILINE,
    ),
    re.compile(rf"(?:我局|本机关|本局|我委|本委|我队|我厅)\(({_ORGAN})\)"),
    re.compile(
        (
            rf"(?:(?<=[,。;:\n日分时])|^)\s*({_ORGAN})(?:的?\s*[\d一二两三四五六]?\s*[名位]?)(?:行政)?执法(?:人员"
            rf"|检查人员)"
        ),
        re.MULTILINE,
    ),
    re.compile(
        rf"(?:到|前往|至)\s*({_ORGAN})(?:的)?(?:财务|计财|规财|法规|法制|办公室|罚款|[一二三四五六七八九\d]楼|窗口|开具|领取"
        rf"|服务窗口)"
    ),
    re.compile(
        rf"(?:(?<=[,。;:\n])|^)\s*({_ORGAN})(?:依法)?(?:决定|作出(?:如下|以下)|对你[^。,]{{0,20}}立案)",
        re.MULTILINE,
    ),
    re.compile(rf"一案,(?:现已)?经({_ORGAN})(?:依法)?(?:立案)?(?:调查|审查)"),
    re.compile(
        (
            rf"(?:(?<=[,。;:\n])|^)\s*({_ORGAN})(?:已|依法)*于[^,。;\n]{{6,14}}(?:依法)?向(?:你"
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


def signature_date(sheet: Sheet, body: int) -> tuple[Found | None, Span | None]:
    """The date at the foot (落款), and an incomplete one when that is all there is."""
    lines = line_texts(sheet)
    unfinished: Span | None = None
    for start, line in reversed(lines[-40:]):
        if start + len(line) <= body:
            break
        stripped = line.strip()
        if re.search(
            r"发布|打印|来源|浏览|送达日期|签收|接收|更新|访问|收件|上传|公开日期", stripped
        ):
            continue
        found = _closing_date(line)
        if found is not None:
            return Found(found.value, start + found.start, start + found.end), unfinished
        if len(stripped) <= 40 and unfinished is None:
            part = INCOMPLETE.search(stripped)
            if part and part.end() == len(stripped) and DATE.search(stripped) is None:
                unfinished = Span(stripped, start, start + len(line))
    return None, unfinished


def _closing_date(line: str) -> Found | None:
    dates = full_dates(line)
    if not dates or dates[-1].value is None:
        return None
    last = dates[-1]
    if re.fullmatch(rf"[\s)。]*{_SEAL}\s*", line[last.end :]) is None or "年" not in line:
        return None
    before = line[: last.start]
    head = re.sub(r"\(?(?:印章|公章|盖章|机关印章|印|章)\)?", "", before).strip(" :([")
    head = head.rpartition("。")[2].strip()
    if not head or is_organ(head) or re.fullmatch(r"(?:签发|落款|成文)?日期", head):
        return last
    return last if before[-1:].isspace() and len(head) < 60 and "。" not in head else None
