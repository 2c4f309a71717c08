"""Citations of law: 《…》第×条第×款第（×）项, inherited titles, short names; what is violated and
what the decision rests on. Which law it is and whether it fits is not known here."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sanzhi_desktop.documents.read.sheet import BLANK, Sheet

_N = r"[一二三四五六七八九十百零〇\d]+"
_ARTICLE = rf"第\s*{_N}(?:\.\d+)*\s*条(?:\s*之{_N})?"
_PART = rf"第?\s*[(（]?\s*{_N}\s*[)）]?(?:\s*[、和及至-]\s*第?[(（]?{_N}[)）]?){{0,4}}?\s*[款项目]"
_GAP = (
    rf"(?:\s|\([{BLANK}]*\)|\[[^\]\n]*\]|“[{BLANK}]*”|(?:的|之)?规定"
    rf"|关于[^《》,。;\n第]{{0,40}}的?规定|:(?=\s*“))*"
)
_JOIN = r"(?:、|和|及|与|以及|或者?|并|,|;(?=\s*(?:《|第))|以?及其?)?"
_TITLE = re.compile(r"《[^《》\n]{2,60}(?:《[^《》\n]*》[^《》\n]{0,20})?》")
_NEXT_ARTICLE = re.compile(
    rf"{_GAP}{_JOIN}{_GAP}(?:该(?:法|条例|办法|规定|细则)|同法)?\s*"
    rf"({_ARTICLE}|(?<=[、和及与])\s*{_N}条(?!例))"
)
_NEXT_PART = re.compile(rf"\s*(、|和|及|与|以及|或者?|,)?\s*({_PART})")
_CHAPTER = re.compile(rf"{_GAP}(第\s*{_N}\s*章(?:\s*第\s*{_N}\s*节)?)(?=\s*{_ARTICLE})")
_NUMBERED = r"(?:[(]?\d[)、.]\s*)?"
_NEXT_TITLE = re.compile(rf"{_GAP}{_JOIN}{_GAP}{_NUMBERED}(?=《)")
_NEXT_BASIS = re.compile(
    rf"{_GAP}(?:、|和|及|与|以及|,|;)?(?:并|同时)?(?:参照|对照|结合|依据|根据|依照|按照|按)?{_GAP}{_NUMBERED}(?=《)"
)
_SHORT = re.compile(
    r"(《[^《》\n]{4,60}》)\s*\((?:以?下?简?称)(?:为)?[:\s]*[《“\"]?([^《》“”\""
    r"()]{2,30})[》”\"]?\)"
)

# A law cited as a whole counts when the sentence says so; a text cut behind the title does not.
_WHOLE_LAW = re.compile(r"\s*(?:等|中|之|的)?\s*(?:有关|相关|等)*(?:的)?(?:规定|要求|、|和|及)")
_VIOLATED = re.compile(
    r"(?<!未)(?<!不)(?<!没有)(?<!是否)(?:违反|触犯|违背)了?\s*(?:[^《》。,;:\n]{0,24}(?:修正|修订|施行|公布"
    r"|发布|实施|现行|国家|有关)的?|的是)?\s*(?:[(]?\d[)、.]\s*)?(?=《)"
)
_BASIS = re.compile(
    r"(?:依据|根据|依照|按照|参照|对照|适用|依|按)(?:了|了?国家)?(?:\([^()\n]{0,16}\))?[,:]?\s*(?:[(]?[1一][)、.]\s*)?"
    r"(?:[^《》。,;:\n]{0,24}(?:修正|修订|施行|公布|发布|实施|现行|\d号|制定|印发|下发)的?)?\s*(?=《)"
)
# What the sentence goes on to do. The first of these words decides what the citation is for.
_DECIDES = re.compile(
    r"决定(?!书|[^,。;《]{0,16}送达)|责令|给予|处以|予以(?:行政)?(?:处罚|警告|没收|罚款)"
    r"|作出(?:如下|以下|下列|本)|做出(?:如下|以下|下列)|应当?(?:予以|给予|处|对)|应予"
    r"|催告|(?<!批)准予|不予(?:行政)?(?:处罚|许可)|没收|吊销|暂扣|撤销|处[\d一二三四五六七八九十壹贰叁肆伍陆柒捌玖]"
    r"|处罚如下|处罚款|进行处罚|强制(?:拆除|执行|搬离)|代履行|同意|要求你|并处|罚款|现对|对你|对当事人"
)
# Decides where the paper itself is a seizure; in a penalty it is a measure on the way.
_SEIZES = re.compile(r"查封|扣押|冻结")
_OTHER_USE = re.compile(
    r"查封|扣押|冻结|告知|复议|诉讼|起诉|加处|申请(?:人民)?法院|强制执行的?申请|送达|立案|回避|先行登记|听证|缴纳|缴至|公示|公开|陈述|延长|法制审核"
    r"|采取|抽样|鉴定|检验|检测|移送|认定|属于|构成|不得|责任"
)
# `第三十七条:“……。”` and then a new sentence: the law was only quoted.
_QUOTED_ONLY = re.compile(
    r"\s*(?:\([^()]*\))?\s*[:]?\s*“[^”\n]*。”(?!\s*[,、及和以之的]|\s*(?:有关|相关)?规定)"
)


_FAR = 2000  # signs; no sentence that matters is longer
_REST = re.compile(rf"[^。\n]{{0,{_FAR}}}")


@dataclass(frozen=True, slots=True)
class Citation:
    """One cited provision with its place in the sheet."""

    text: str
    start: int
    end: int


def short_names(sheet: Sheet) -> dict[str, str]:
    """《…》(以下简称《…》): short title → full title, both with their marks."""
    return {f"《{short}》": full for full, short in _SHORT.findall(sheet.folded)}


def _clean(text: str) -> str:
    return re.sub(rf"[\s{BLANK}]", "", text)


def _provisions(
    sheet: Sheet, start: int, names: dict[str, str], following: re.Pattern[str] = _NEXT_TITLE
) -> tuple[list[Citation], int]:
    """The run of citations that begins at `start` (a 《), and where it ends."""
    bare, found, at = sheet.bare, [], start
    while True:
        title = _TITLE.match(bare, at)
        if title is None:
            break
        law = names.get(title.group(), sheet.slice(title.start(), title.end()))
        at = title.end()
        chapter = _CHAPTER.match(bare, at)
        if chapter is not None:
            law, at = law + _clean(sheet.slice(*chapter.span(1))), chapter.end()
        articles = 0
        while (article := _NEXT_ARTICLE.match(bare, at)) is not None:
            begin = article.start(1)
            own = _clean(sheet.slice(*article.span(1)))
            end, text = _parts(sheet, article.end(), own if own[0] == "第" else f"第{own}")
            found.append(Citation(law + text, title.start() if not articles else begin, end))
            law = law.rpartition("》")[0] + "》"  # a chapter belongs to its first article
            articles += 1
            at = end
        if not articles:
            item = re.compile(rf"{_GAP}(第{_N}项|第{_N}章|附件\d?第?{_N}项)").match(bare, at)
            text = _clean(sheet.slice(*item.span(1))) if item else ""
            at = item.end() if item else at
            if item or _WHOLE_LAW.match(bare, at):
                found.append(Citation(law + text, title.start(), at))
        onwards = following.match(bare, at)
        if onwards is None:
            break
        at = onwards.end()
    return found, at


def _parts(sheet: Sheet, at: int, text: str) -> tuple[int, str]:
    """第×款第(×)项、第(×)项 after an article; returns where they end and the joined text."""
    while True:
        skipped = re.compile(rf"(?:\s|\([{BLANK}]+\))*").match(sheet.bare, at)
        position = skipped.end() if skipped else at
        part = _NEXT_PART.match(sheet.bare, position)
        if part is None:
            return at, text
        joiner = "、" if part[1] == "," else part[1] or ""
        text += joiner + _clean(sheet.slice(*part.span(2)))
        at = part.end()


def violated(sheet: Sheet, end: int) -> list[Citation]:
    """Provisions that the finding says were violated, each once, in order."""
    names = short_names(sheet)
    found: list[Citation] = []
    for trigger in _VIOLATED.finditer(sheet.bare, 0, end):
        before = re.split(r"[。;,\n]", sheet.bare[max(0, trigger.start() - 14) : trigger.start()])[
            -1
        ]
        if re.search(r"曾因?|此前|是否|并未|没有|如有|凡|认为(?:其|自己)", before):
            continue
        run, _ = _provisions(sheet, trigger.end(), names)
        found.extend(run)
    return _distinct(found)


def basis(sheet: Sheet, end: int, *, seizure: bool = False) -> list[Citation]:
    """Provisions on which the decision itself rests, each once, in order.

    `seizure`: the paper is a coercive measure, so that to seal or to seize is what it decides.
    """
    names = short_names(sheet)
    found: list[Citation] = []
    covered = 0
    for trigger in _BASIS.finditer(sheet.bare, 0, end):
        if trigger.start() < covered:
            continue  # `依据《…》…、依据《…》…`: inside the run before
        run, stop = _provisions(sheet, trigger.end(), names, _NEXT_BASIS)
        if not run:
            continue
        covered = stop
        stop = _numbered_on(sheet, stop, run, names)
        closed = _QUOTED_ONLY.match(sheet.folded, stop)
        heading = re.match(r"\n?依据:", sheet.folded[max(0, trigger.start() - 1) : trigger.end()])
        sentence_end = closed.end() if closed else sheet.bare.find("。", stop, stop + _FAR)
        undecided = closed is not None or not _DECIDES.search(sheet.bare, stop, sentence_end)
        if undecided and _goes_on(sheet.bare, sentence_end):
            closed, stop = None, sentence_end
        if closed is None and (
            heading or _decides(sheet.bare, stop) or (seizure and _seizes(sheet.bare, stop))
        ):
            articled = [c for c in run if re.search(r"第\S+[条项章]", c.text)]
            found.extend(articled or [c for c in run if not _is_scale(c.text)])
    return _distinct(found)


def _numbered_on(sheet: Sheet, stop: int, run: list[Citation], names: dict[str, str]) -> int:
    """`依据:1.《…》第×条…;\n2.《…》第×条…`: the list goes on in the next lines."""
    item = re.compile(r"[^\n]*\n\s*[(]?\d[)、.]\s*(?=《)")
    if not run or re.search(r"1\s*[)、.]\s*$", sheet.bare[: run[0].start]) is None:
        return stop
    while (further := item.match(sheet.bare, stop)) is not None:
        more, stop = _provisions(sheet, further.end(), names, _NEXT_BASIS)
        run.extend(more)
    return stop


def _goes_on(bare: str, at: int) -> bool:
    """`依照《…》“…。”参照《…》…,决定…`: one ground, put into two sentences."""
    return (
        at >= 0 and re.compile(r"。?\s*(?:并|同时)?(?:参照|结合|对照)").match(bare, at) is not None
    )


def _is_scale(text: str) -> bool:
    return re.search(r"裁量|基准|标准|细则》$|清单", text) is not None


def _decides(bare: str, at: int) -> bool:
    """Whether the rest of the sentence decides; an unfinished last sentence is given credit."""
    at += bare[at : at + 1] == "。"
    rest = _REST.match(bare, at)
    tail = rest.group() if rest else ""
    finished = rest is not None and re.compile(r"\S").search(bare, rest.end()) is not None
    deciding, other = _DECIDES.search(tail), _OTHER_USE.search(tail)
    if deciding is None:
        if other is None and tail.rstrip().endswith((":", "规定")) and finished:
            return _decides_line(bare, at + len(tail))
        procedural = re.search(r"程序[^》]{0,6}》|复议法》|诉讼法》", bare[max(0, at - 60) : at])
        return not (other or procedural or finished or tail.endswith("。"))
    return other is None or deciding.start() < other.start()


def _seizes(bare: str, at: int) -> bool:
    rest = _REST.match(bare, at)
    return rest is not None and _SEIZES.search(rest.group()) is not None


def _decides_line(bare: str, at: int) -> bool:
    following = bare[at : at + 80].lstrip(" \n:。")
    found = _DECIDES.search(following)
    return found is not None and found.start() < 30


def listed(sheet: Sheet, start: int, end: int) -> list[Citation]:
    """Every citation between two offsets (the value of a label such as 处罚依据)."""
    names = short_names(sheet)
    found: list[Citation] = []
    at = start
    while (opening := sheet.bare.find("《", at, end)) >= 0:
        run, at = _provisions(sheet, opening, names)
        at = max(at, opening + 1)
        found.extend(run)
    return _distinct(found)


def _distinct(found: list[Citation]) -> list[Citation]:
    return list(_first_of_each(found))


def _first_of_each(found: list[Citation]) -> Iterator[Citation]:
    seen: set[str] = set()
    for citation in found:
        key = re.sub(r"[()（）、,和及与\s]", "", citation.text)
        if key not in seen:
            seen.add(key)
            yield citation
