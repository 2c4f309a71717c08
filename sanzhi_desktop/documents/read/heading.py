"""The head and the foot of a paper: title, kind, document number, date of decision."""

import re
from dataclasses import dataclass

from sanzhi_desktop.documents.read.dates import DATE, INCOMPLETE, Found, full_dates
from sanzhi_desktop.documents.read.lexicon import lexicon
from sanzhi_desktop.documents.read.organ import is_organ
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
    rf"(?:{_SUBJECT})[^。;:,\n《》>|]{{0,40}}?{_PAPER}(?![^\s(\[。,;:关]{{0,2}}(?:送达|规定|之日))"
)
_YEAR = r"(?:[\[(]\s*(?:19|20)\d{2}\s*年?\s*[\])]|(?:19|20)\d{2})"
NUMBER = re.compile(
    rf"(?P<prefix>[\u3400-\u9fffA-Za-z\d()\s·]{{1,40}}?)\s*(?P<year>{_YEAR})\s*-?\s*"
    rf"(?P<rest>第?\s*(?:[\u4e00-\u9fff]{{1,10}}\s*[-—第]"
    rf"|[\u4e00-\u9fff]{{1,4}}(?=\d))?[A-Za-z\d][A-Za-z\d\s\-—–_]{{0,24}}?"
    rf"(?:-\d+|之[一二三四五六\d]|\([\u4e00-\u9fff]{{1,4}}\))?\s*号"
    rf"(?:之[一二三四五六\d])?|第\s*[一二三四五六七八九十百零〇]+\s*号)"
)
_SEAL = r"(?:\s*[(\[]?(?:印章|公章|盖章|印|章|电子印章|机关印章|加盖公章)[)\]]?)?"
# A title ends its line, or a number, a bracket, a label or a name follows it.
_AFTER_TITLE = re.compile(
    r"[-—]*(?:$|[(\[【:]|[^。,]{0,24}[\[(](?:19|20)\d\d|(?:编|文|案|字)号|当事人|被处罚|第?\d+号|\S{0,40}$(?<!。))"
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
    mentioned: Span | None = None  # in a sentence: counts when no line is a title
    for start, line in line_texts(sheet):
        if start > body + 200:
            break
        signs, offsets = tight(line)
        found = TITLE.search(signs)
        if found and (start <= body or found.start() < 40) and not _cited(signs, found.start()):
            begin = start + offsets[found.start()]
            span = Span(found.group(), begin, start + offsets[found.end() - 1] + 1)
            if _AFTER_TITLE.match(signs, found.end()):
                return span
            mentioned = mentioned or span
    return mentioned


def tight(line: str) -> tuple[str, list[int]]:
    kept = [(sign, index) for index, sign in enumerate(line) if not sign.isspace()]
    return "".join(sign for sign, _ in kept), [index for _, index in kept]


def _cited(line: str, at: int) -> bool:
    """Another paper's title inside a sentence, not this paper's own."""
    if re.search(r"收到|下达|送达|作出的|出具|制作|[。?!;]", line[max(0, at - 14) : at]):
        return True
    if re.search(r"当前位置|首页.*>|>[^>]*$", line[:at]):
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
        found = number_in(sheet, start, start + min(len(line), 400))
        if found is not None and (_NUMBER_LABEL.match(line) or _alone(line, found, start)):
            return found
    if heading is not None:
        bare = _without_letters(sheet, heading, body)
        if bare is not None:
            return bare
        found = number_in(sheet, heading.start, min(heading.end + 60, len(sheet.text)))
        if found is not None and not _quotes_other_paper(sheet.folded[heading.start : found.start]):
            return found
        return _serial(sheet, heading, body)
    return None


def _without_letters(sheet: Sheet, heading: Span, body: int) -> Span | None:
    """`〔2025〕66号` on a line of its own below the title, or right behind it."""
    number = re.compile(r"[\[(](?:19|20)\d\d[\])]\s*第?\d{1,6}\s*号")
    behind = number.match(sheet.folded, heading.end)
    for start, line in line_texts(sheet):
        alone = number.fullmatch(line.strip())
        if behind is None and alone and heading.end <= start <= body:
            begin = start + len(line) - len(line.lstrip())
            behind = number.match(sheet.folded, begin)
    if behind is None:
        return None
    return Span(re.sub(r"\s", "", sheet.slice(*behind.span())), *behind.span())


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
