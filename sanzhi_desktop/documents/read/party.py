"""The party block: who the decision is about, by labels, by prose, by salutation or title."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from sanzhi_desktop.documents.read.heading import TITLE, Span, line_texts
from sanzhi_desktop.documents.read.lexicon import any_of, label_pattern, lexicon
from sanzhi_desktop.documents.read.noise import TONED
from sanzhi_desktop.documents.read.organ import is_organ
from sanzhi_desktop.documents.read.sheet import Sheet
from sanzhi_desktop.documents.read.zone import GROUPS, prose_pattern

_CODE = re.compile(r"[0-9A-Za-z*×＊]{2}(?:[0-9A-Za-z*×＊●○]|[ \-](?=[0-9A-Za-z*×])){10,22}")
_NATURAL = re.compile(r"性别|公民身份号码|身份证|出生|,\s*[男女]\s*,|民族")
_PERSON = re.compile(r"[男女]\s*,|性别|(?:19|20)\d\d年\d{1,2}月(?:\d{1,2}日)?(?:出生|生)")
_CUT = re.compile(
    r"\s*\((?:以下|下称|简称|系|身份证|统一|社会|男|女|性别|个体|经营者|居民|公民|法定|字号|营业|信用|住)[^()]*\)?.*$"
)


# `当事人作为…`, `当事人应当…`: a sentence goes on behind the word, it is no label.
_NO_PARTY = re.compile(
    r"的|在|于|未|因|涉嫌|一案|违|^(?:作为|系|为|是|应|须|必须|可|如|若|不|已|对|自|从|由|将|之|以|经|曾|现|有|无|没|与"
    r"|及|和|或|均|也|都|仍|并|向|到|至|按|被|依|根据|擅自|逾期|陈述|表示|提[供出]|签|认|承认|放弃|收到|拒|主动|积极|能|采)"
)


@dataclass(frozen=True, slots=True)
class Party:
    """What was found; spans refer to the sheet."""

    name: Span | None = None
    number: Span | None = None
    representative: Span | None = None
    address: Span | None = None
    others: tuple[str, ...] = ()
    natural: bool = False


def find_party(sheet: Sheet, zone: int, heading: Span | None) -> Party:
    """The party's block inside the head of the paper."""
    pairs = list(_pairs(sheet, zone))
    name, others = _name(sheet, pairs, zone, heading)
    number = _number(sheet, zone, name)
    natural = bool(_NATURAL.search(sheet.folded[:zone])) and (
        name is None or not re.search(r"(?:公司|店|厂|院|社|部|中心|厅|馆|学校|企业)$", name.text)
    )
    return Party(
        name=name,
        number=number,
        representative=_representative(sheet, pairs, zone, natural=natural),
        address=_address(sheet, pairs, zone, name),
        others=others,
        natural=natural,
    )


@dataclass(frozen=True, slots=True)
class _Pair:
    group: str
    label: str
    value: Span


def _pairs(sheet: Sheet, zone: int) -> Iterator[_Pair]:
    """Label and value inside the zone; a value ends at the next label or at the line's end."""
    text = sheet.folded
    found = list(label_pattern(*GROUPS).finditer(text, 0, zone))
    groups = lexicon().group_of
    for index, match in enumerate(found):
        limit = found[index + 1].start() if index + 1 < len(found) else zone
        start = match.end()
        newline = text.find("\n", start, limit)
        end = limit if newline < 0 else newline
        if not text[start:end].strip() and 0 <= newline < limit - 1:
            below = text.find("\n", newline + 1, limit)
            start, end = newline + 1, limit if below < 0 else below
        label = re.sub(r"\s", "", match["label"] or match["strong"])
        group = groups[label]
        if group in {"address", "party_id"} and _of_representative(text, match.start()):
            group = "other"
        yield _Pair(group, label, _trimmed(sheet, start, end))


def _of_representative(text: str, at: int) -> bool:
    """`法定代表人:某某(身份证号码:…,地址:…)`: what stands in the brackets is the person's."""
    before = text[text.rfind("\n", 0, at) + 1 : at + 1]
    if before.count("(") <= before.count(")"):
        return False
    words = any_of(lexicon().labels["legal_representative"])
    return re.search(rf"(?:{words})[^(]{{0,6}}[:]?[^()]{{1,20}}\([^()]*$", before) is not None


def _trimmed(sheet: Sheet, start: int, end: int) -> Span:
    raw = sheet.folded[start:end]
    unknown = re.search(r"(?<=\S)\s+[\u3400-\u9fff]{2,12}(?:\([^()]*\))?\s*:", raw)
    if unknown is not None:  # a label that the lexicon does not know ends a value too
        raw = raw[: unknown.start()]
    prefix = re.search(
        r"(?:单位|企业|公司|个人|当事人|被处罚人|\(|[一二三四五六七八九十\d]{1,2}[、.])\s*$", raw
    )
    if prefix is not None and re.search(r"[\s,;。]\s*$", raw[: prefix.start()]):
        raw = raw[: prefix.start()]
    lead = len(raw) - len(raw.lstrip(" :,;。"))
    start += lead
    end = start + len(raw[lead:].rstrip(" ,;。、:"))
    return Span(sheet.slice(start, max(start, end)), start, max(start, end))


def garbled(text: str) -> bool:
    """True where a mirror page's pinyin has eaten signs of the value: better none than wrong."""
    return any(sign in TONED for sign in text)


def empty_value(text: str) -> bool:
    """True for 无, /, ×××, ____ and the like: the label stands there, its value does not."""
    tight = re.sub(r"\s", "", text)
    return (
        not tight
        or tight in lexicon().empty
        or re.fullmatch(r"[×xX*＊_＿/\\\-—－.…·□()（）]+", tight) is not None
    )


def _cleaned_name(span: Span) -> Span | None:
    text = _CUT.sub("", span.text.translate({0xFF08: "(", 0xFF09: ")"}))
    text = span.text[: len(text)]
    text = re.split(r"[,，;；。\s](?=\S)|[，,;；。]", text)[0] if _splits(text) else text
    text = text.strip().rstrip("，,;；。、:： ")
    if empty_value(text) or garbled(text) or text in lexicon().not_a_name:
        return None
    if not 2 <= len(text) <= 60:
        return None
    if re.search(r"[\u3400-\u9fff\U00020000-\U0003ffff]|[A-Za-z]{3}|\*{2}", text) is None:
        return None
    if re.search(
        r"[《》〔〕\[\]]|决定书|告知书|查明|违法行为|行政处罚|\d号$"
        r"|事实|证据|^(?:点击|浏览|来源|字体|阅读|字号|作者|编辑)|依据|情况|内容|结果|种类$|日期$|时间$|文号$|名称$|方式$|期限$",
        text,
    ):
        return None
    return Span(text, span.start, span.start + len(text))


def _splits(text: str) -> bool:
    """Whether blanks in a name part it from remarks; 欧阳 某 and foreign names stay whole."""
    return (
        re.search(r"[,，;；。]|\s(?:[男女]|性别|年龄|身份|住|统一|法定|地址|电话)", text)
        is not None
    )


def _name(
    sheet: Sheet, pairs: list[_Pair], zone: int, heading: Span | None
) -> tuple[Span | None, tuple[str, ...]]:
    primary = [p for p in pairs if p.group in {"party_primary", "party_name"}]
    cleaned = [(p, s) for p in primary if (s := _cleaned_name(p.value)) is not None]
    if cleaned:
        first = cleaned[0][1]
        texts = [first.text]
        for pair, span in cleaned[1:]:
            if pair.label == cleaned[0][0].label and span.text not in texts:
                texts.append(span.text)
        return first, tuple(texts[1:])
    for finder in (_prose, _salutation, _introduced, _in_title, _alone):
        found = finder(sheet, zone, heading)
        if found is not None:
            return found, ()
    return None, ()


def _prose(sheet: Sheet, zone: int, heading: Span | None) -> Span | None:
    del heading
    for found in prose_pattern().finditer(sheet.folded, 0, min(zone + 200, len(sheet.text))):
        name = found["name"]
        if _NO_PARTY.search(name) is None:
            return _cleaned_name(Span(sheet.slice(*found.span("name")), *found.span("name")))
    return None


def _salutation(sheet: Sheet, zone: int, heading: Span | None) -> Span | None:
    after = heading.end if heading is not None else 0
    above: Span | None = None
    for start, line in line_texts(sheet):
        if start > zone:
            break
        body = re.sub(r"\([^()]*:[^()]*\)\s*:?\s*$", ":", line.rstrip())
        if body.endswith(":") and (start >= after or heading is None or heading.start > start):
            found = _greeted(sheet, start, body)
            if found is not None and start >= after:
                return found
            above = above or found
    if above is not None:
        return above
    inline = re.compile(
        r"(?:号|书|\n|^|\s)\s*(?P<name>[^\s:,。;《》\[\]]{2,45}):[ \t]*"
        r"(?=你|经|我|本|因|关于|\d{4}\s*年|于\d|根据|\(|[^\s:。,]{2,14}:)"
    )
    for match in inline.finditer(sheet.folded, 0, min(zone + 100, len(sheet.text))):
        span = Span(sheet.slice(*match.span("name")), *match.span("name"))
        if lexicon().group_of.get(match["name"]) is None and not is_organ(match["name"]):
            return _cleaned_name(span)
    return None


def _greeted(sheet: Sheet, start: int, line: str) -> Span | None:
    text = re.sub(r"^\s*(?:致|送达|主送)[:\s]?", "", line)
    start += len(line) - len(text)
    name = text.rstrip().rstrip(":")
    tight = re.sub(r"\s", "", name)
    groups = lexicon().group_of
    plain = re.sub(r"\([^)]*\)|^[-•·*>\[]+", "", tight)
    if (
        not 2 <= len(tight) <= 60
        or plain in groups
        or re.sub(r"^(?:单位|企业|个人)", "", plain) in groups
        or re.search(
            (
                r"[,。;《》:]|如下|以下|下列|证据|查明|^\d|[、.]$|^[一二三四五六七八九十]、|决定$"
                r"|(?:事实|情况|规定|材料|内容|依据|方式|期限|理由)$"
            ),
            tight,
        )
        or TITLE.search(tight)
    ):
        return None
    lead = len(name) - len(name.lstrip())
    span = Span(sheet.slice(start + lead, start + len(name)), start + lead, start + len(name))
    return _cleaned_name(span)


def _introduced(sheet: Sheet, zone: int, heading: Span | None) -> Span | None:
    """`某某公司,法定代表人为:…,地址:…` on a line of its own below title and number."""
    if heading is None:
        return None
    labels = label_pattern("party_id", "legal_representative", "address", "address_second")
    for start, end in sheet.lines:
        if not heading.end <= start <= zone:
            continue
        found = re.compile(r"(?P<name>[^\s,。;:]{4,40}),\s*").match(sheet.folded, start, end)
        if found and (
            labels.match(sheet.folded, found.end()) or _PERSON.match(sheet.folded, found.end())
        ):
            name = Span(sheet.slice(*found.span("name")), *found.span("name"))
            return None if _NO_PARTY.search(name.text) else _cleaned_name(name)
    return None


def _alone(sheet: Sheet, zone: int, heading: Span | None) -> Span | None:
    """A name on a line of its own below the title: above the labels or the narrative."""
    labels = label_pattern("party_id", "legal_representative", "address", "address_second")
    after = heading.end if heading is not None else 0
    lines = [(s, e) for s, e in sheet.lines if after < s and e <= zone]
    for index, (start, end) in enumerate(lines):
        text = sheet.folded[start:end].strip()
        last = index + 1 == len(lines)
        if not last and labels.match(sheet.folded, lines[index + 1][0]) is None:
            continue
        if last and heading is None:
            continue  # a page's furniture, not a paper
        plain = re.fullmatch(r"[\u3400-\u9fff\U00020000-\U0003ffff()·×*某A-Za-z]{2,40}", text)
        if plain and not (last and is_organ(text)) and not TITLE.search(text):
            found = _cleaned_name(Span(sheet.slice(start, end).strip(), start, end))
            if found is not None:
                return found
    return None


def _in_title(sheet: Sheet, zone: int, heading: Span | None) -> Span | None:
    if heading is None:
        return None
    del zone
    after = re.compile(
        r"\s*\((?P<name>[^()\n]{2,40}(?:\([^()]*\)[^()\n]{0,20})?)\)(?![ ]*[\u4e00-\u9fff])"
    )
    found = after.match(sheet.folded, heading.end)
    if found is not None and re.search(r"等\s*\d+\s*[名家]", found["name"]):
        return None
    if found is None:
        begin = sheet.folded.rfind("\n", 0, heading.start) + 1
        about = re.compile(
            r"关于(?:(?:给予|对)|(?=\S*(?:公司|厂|店|合作社|医院|学校|中心|经营部|商行|超市|某|[*×])))"
            r"(?P<name>[^\n。,]{4,40}?)(?:作出|进行|予以|给予|的|违)*$"
        )
        found = about.search(sheet.folded, begin, heading.start)
    if found is None:
        return None
    return _cleaned_name(Span(sheet.slice(*found.span("name")), *found.span("name")))


def _number(sheet: Sheet, zone: int, name: Span | None) -> Span | None:
    """The party's number: labelled, in the head; further down only right behind the name."""
    all_words = lexicon().labels["party_id"]
    own = [word for word in all_words if "信用" in word or "纳税人" in word]
    persons = any_of(lexicon().labels["legal_representative"])
    label = _number_label(own)
    for found in label.finditer(sheet.folded, 0, zone):
        code = _CODE.match(sheet.folded, found.end())
        if code is not None:
            return _code_span(sheet, code)
    for found in _number_label([word for word in all_words if word not in own]).finditer(
        sheet.folded, 0, zone
    ):
        code = _CODE.match(sheet.folded, found.end())
        if code is not None and re.search(persons, sheet.folded[: found.start()]) is None:
            return _code_span(sheet, code)
    if name is None:
        return None
    for mention in re.finditer(re.escape(sheet.folded[name.start : name.end]), sheet.folded):
        near = label.search(sheet.folded, mention.end(), mention.end() + 40)
        between = "?" if near is None else sheet.folded[mention.end() : near.start()]
        if near is not None and re.fullmatch(r"[(,:、\s]*(?:营业执照)?[(,\s]*", between):
            code = _CODE.match(sheet.folded, near.end())
            if code is not None:
                return _code_span(sheet, code)
    return None


def _number_label(words: list[str]) -> re.Pattern[str]:
    return re.compile(rf"(?:{any_of(words)})[^0-9A-Za-z*×\n,。;]{{0,16}}\n?\s*")


def _code_span(sheet: Sheet, code: re.Match[str]) -> Span:
    text = sheet.slice(code.start(), code.end()).strip()
    return Span(re.sub(r"[\s]", "", text), code.start(), code.start() + len(text))


def _representative(sheet: Sheet, pairs: list[_Pair], zone: int, *, natural: bool) -> Span | None:
    for pair in pairs:
        if pair.group == "legal_representative":
            span = _person(pair.value)
            if span is not None:
                return span
    words = any_of(w for w in lexicon().labels["legal_representative"] if w not in {"法人", "业主"})
    loose = re.compile(
        rf"(?:^|(?<=[\s,;。(]))(?:{words})(?:\([^()\n]{{0,16}}\))?(?:为|是|系)?\s*"
        r"(?P<name>[\u3400-\u9fff\U00020000-\U0003ffff·*×xX某]{2,12}?)(?=[,;。)\s]|$)",
        re.MULTILINE,
    )
    for found in loose.finditer(sheet.folded, 0, zone):
        span = _person(Span(sheet.slice(*found.span("name")), *found.span("name")))
        at_start = sheet.folded[found.start() - 1 : found.start()] in {"", "\n"}
        if span is not None and (at_start or not natural):
            return span
    return None


def _person(value: Span) -> Span | None:
    text = re.split(r"[,，;；。、（(]|\s(?=\S{2})|[男女]$", value.text.strip())[0].strip()
    text = re.sub(r"(?<=[\u3400-\u9fff])\s+(?=[\u3400-\u9fff])", "", text)
    if empty_value(text) or not 1 < len(text) <= 40 or text in lexicon().not_a_name:
        return None
    if text in lexicon().group_of or re.search(r"[:：《》]|\d", text):
        return None
    return Span(text, value.start, value.start + len(text))


def _address(sheet: Sheet, pairs: list[_Pair], zone: int, name: Span | None) -> Span | None:
    for group in ("address", "address_second"):
        for pair in pairs:
            if pair.group == group:
                span = _where(pair.value)
                if span is not None:
                    return span
    words = any_of([*lexicon().labels["address"], "现住", "家住", "住"])
    loose = re.compile(
        rf"(?:^|(?<=[\s,;。(]))(?:{words})(?:\([^()\n]{{0,12}}\))?(?:为|是|在|于)?\s*"
        r"(?P<where>[\u3400-\u9fff][^,;。\n]{5,60}?)(?=[,;。\n]|$)",
        re.MULTILINE,
    )
    for found in loose.finditer(sheet.folded, name.start if name else 0, zone):
        span = Span(sheet.slice(*found.span("where")), *found.span("where"))
        checked = _where(span)
        if checked is not None:
            return checked
    return None


def _where(value: Span) -> Span | None:
    text = re.split(
        r"[。；;]|[，,](?=\S{0,4}(?:法定|电话|身份|性别|经营|负责|邮编|邮政|统一|系|联系))",
        value.text,
    )[0]
    text = text.strip().rstrip("，,、 .")
    if text.count(")") + text.count("）") > text.count("(") + text.count("（"):
        text = text.rstrip(")）")
    if (
        empty_value(text)
        or garbled(text)
        or len(re.findall(r"[\u3400-\u9fff]", text)) < 4
        or text[1:2] in ":："
    ):
        return None
    if re.search(r"\d\s*年\s*\d{1,2}\s*月|执法人员|我局|本局|本机关|当事人|发现|》", text):
        return None
    return Span(text, value.start, value.start + len(text))
