"""Dates in Chinese papers: finding them, and which event each belongs to."""

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from sanzhi_desktop.domain.money import chinese_number

_NUMERAL = "〇零○ＯOoО0一二三四五六七八九"
_DAY = r"\d{1,2}|[一二三四五六七八九十廿卅]{1,3}"
_YEAR = rf"(?:19|20)\d\d|[一二][{_NUMERAL}]{{3}}"
DATE = re.compile(
    rf"(?P<year>{_YEAR})\s*年\s*(?P<month>{_DAY})\s*月\s*(?P<day>{_DAY})\s*日"
    r"|(?<![\d.])(?P<nyear>(?:19|20)\d\d)(?P<sep>[-./])(?P<nmonth>\d{1,2})"
    r"(?P=sep)(?P<nday>\d{1,2})(?![\d.])"
)
_RELATIVE = re.compile(
    rf"(?:(?<=同年)|(?<=当年)|(?<=本年)|(?<![年\d]))(?P<month>{_DAY})\s*月\s*(?P<day>{_DAY})\s*日"
    r"|(?P<today>当日|同日|当天)"
)
INCOMPLETE = re.compile(
    rf"(?:{_YEAR}|[xX×*_＿\s]{{0,6}})\s*年[\s\dxX×*_＿]{{0,6}}月[\s\dxX×*_＿]{{0,6}}日?"
)


# Dates that stand behind these belong to goods, papers or people, not to the procedure.
_OF_A_THING = re.compile(
    r"(?:生产|有效|成立|出生|保质|注册|登记|发证|签发|打印|发布|入库|批号)(?:日期|时间|期至?|于)?[:\s]{0,2}$"
)


@dataclass(frozen=True, slots=True)
class Found:
    """A date in a text. `value` is None when there is no such day (2月30日)."""

    value: date | None
    start: int
    end: int


def _number(text: str) -> int:
    text = re.sub("[ＯOoО○]", "〇", text)
    if text.isdigit() and text.isascii():
        return int(text)
    return chinese_number(text.replace("0", "〇").replace("廿", "二十").replace("卅", "三十"))


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _of_a_thing(text: str, at: int) -> bool:
    return _OF_A_THING.search(text, max(0, at - 12), at) is not None


def full_dates(text: str) -> list[Found]:
    """Complete dates in order, in figures or in Chinese numerals."""
    found = []
    for match in DATE.finditer(text):
        parts = [match["year"] or match["nyear"], match["month"] or match["nmonth"]]
        parts.append(match["day"] or match["nday"])
        try:
            year, month, day = (_number(part) for part in parts)
        except ValueError:
            continue
        found.append(Found(_made(year, month, day), match.start(), match.end()))
    return found


def all_dates(text: str) -> list[Found]:
    """Complete dates and those that lean on the one before (同年8月4日, 8月4日, 当日)."""
    found = full_dates(text)
    taken = [(item.start, item.end) for item in found]
    starts = [item.start for item in found]
    leaning: list[Found] = []
    for match in _RELATIVE.finditer(text):
        near = bisect.bisect_right(starts, match.end())
        if any(s < match.end() and match.start() < e for s, e in taken[max(0, near - 2) : near]):
            continue
        upto = bisect.bisect_right(starts, match.start())
        before = [
            i for i in found[max(0, upto - 6) : upto] if i.value and not _of_a_thing(text, i.start)
        ]
        if not before or before[-1].value is None:
            continue
        last = before[-1].value
        if match["today"]:
            nearer = [i for i in leaning if i.end <= match.start() and i.start > before[-1].start]
            value = nearer[-1].value if nearer else last
        else:
            try:
                value = _made(last.year, _number(match["month"]), _number(match["day"]))
            except ValueError:
                continue
        leaning.append(Found(value, match.start(), match.end()))
    return sorted([*found, *leaning], key=lambda item: item.start)


@dataclass(frozen=True, slots=True)
class Event:
    """How an event is told: its words, words that rule it out, how near its date must stand."""

    words: re.Pattern[str]
    unless: re.Pattern[str] | None = None
    before: int = 90  # signs between the date and the word
    commas: int = 4  # and the clauses between them
    after: int = 0  # signs between the word and a date that follows


FILING = Event(
    re.compile(r"立案|(?<=案)(?:进行)?了?调查|受理(?!范围|机关|之日|通知)|予以登记立案"),
    re.compile(
        r"不予立案|申请立案|未立案|被立案|撤销立案|立案标准|建议立案|立案条件|不予受理|未受理"
        r"|受理[^,。]{0,4}(?:投诉|举报)|(?:投诉|举报)[^,。]{0,4}受理|移送[^,。]{0,6}受理"
    ),
    before=80,
    commas=2,
    after=14,
)
INSPECTION = Event(
    re.compile(
        r"(?<!复)(?<!《现场)(?<!《)(?<!、现场)(?:检查"
        r"(?!站|员|院|局|中队|大队|支队|证|通知|笔录|记录|报告|表)|巡查|抽查|勘验(?!笔录)|勘察(?!笔录)"
        r"|现场核查|现场检测|现场检验|现场查[获扣]|监督抽检|抽样|查获|稽查时|巡逻|排查|突击|稽查(?!局|人员|大队|支队|总队|中队|队|科|处)"
        r"|到[^,。;\n]{1,16}(?:调查|核查)|执法人员[^,。;\n]{0,30}发现|(?<!案)进行了?(?:现场|执法)?调查(?!询问|取证|处理)[,。]?)"
    ),
    re.compile(r"复查|复检|接受检查|自查|检查院|整改后|重新检查|再次检查|消防检查合格"),
    before=170,
    commas=5,
)
# Permits have no 立案; their clock starts with the application.
APPLICATION = Event(
    re.compile(r"收到[^,。;\n]{0,30}(?:申请|材料|申报)|提出[^,。;\n]{0,30}申请"), before=30
)
HEARING = Event(
    re.compile(
        r"(?:举行|召开|组织|公开|进行|主持|开展)了?(?:[^,;。\n]{0,16})听证|听证会(?:上|召开|举行|如期)|听证于"
    ),
    re.compile(
        r"(?:未|没有|放弃|不|要求|申请|有权)[^,;。\n]{0,10}听证(?!会?上)|听证告知|听证权利|听证通知|听证申请"
    ),
    before=50,
    after=12,
)
NOTICE = Event(
    re.compile(
        r"(?:处罚|听证|事先|预先|权利|处理|许可|陈述申辩)[^,;。\n《》]{0,10}告知书?|告知书|拟(?:作出|给予|处以|处罚)"
        r"|告知(?:了)?(?:你|当事人|其|该)"
    ),
    re.compile(r"告知单|询问通知|权利义务告知书|信用修复"),
)
_SENTENCE = re.compile(r"[^。;\n]+")


def sentences(text: str) -> Iterator[tuple[int, str]]:
    """Sentences with their offsets."""
    for match in _SENTENCE.finditer(text):
        yield match.start(), match.group()


def event_dates(text: str, event: Event, dates: list[Found]) -> Iterator[tuple[Found, int]]:
    """Dates of an event, each with the offset of the word that told it, in text order."""
    starts = [d.start for d in dates]
    for offset, sentence in sentences(text):
        first = bisect.bisect_left(starts, offset)
        own = dates[first : bisect.bisect_left(starts, offset + len(sentence))]
        if not own:
            continue
        for word in event.words.finditer(sentence):
            around = sentence[max(0, word.start() - 8) : word.end() + 8]
            if event.unless is not None and event.unless.search(around):
                continue
            at = offset + word.start()
            before = [
                d
                for d in own
                if d.end <= at <= d.end + event.before
                and text.count(",", d.end, at) <= event.commas
            ]
            before = [d for d in before if not _describes(text, d, own)]
            before = [d for d in before if not _of_a_thing(text, d.start)]
            ending = offset + word.end()
            after = [
                d
                for d in own
                if 0 <= d.start - at <= event.after
                and re.fullmatch(
                    r"(?:日期|时间|会|登记|调查)?[:\s为是于在]*", text[ending : d.start]
                )
            ]
            chosen = before[-1:] or after[:1]
            if chosen and chosen[0].value is not None:
                yield _range_start(text, chosen[0], own), at


def without_year(text: str, event: Event) -> str | None:
    """A date of the event that is printed without a year and leans on none, as it stands there."""
    for _, sentence in sentences(text):
        for word in event.words.finditer(sentence):
            found = re.search(
                rf"(?<![年\d])(?:{_DAY})\s*月\s*(?:{_DAY})\s*日(?=[^,。;]{{0,40}}$)",
                sentence[max(0, word.start() - 60) : word.start()],
            )
            if found is not None:
                return found.group()
    return None


# `20251111900-1115`: a copy lost 年, 月, 日; the digits cannot be told apart again.
_MANGLED = re.compile(r"(?:(?<=[,:、(])|^)\s*(?:19|20)\d{5,14}(?:[-—]\d{3,4})?(?=日?[,我本执])")


def mangled(text: str, event: Event) -> str | None:
    """A run of digits that was the date of the event, as it stands there."""
    for _, sentence in sentences(text):
        found = _MANGLED.search(sentence)
        if found is not None and event.words.search(sentence, found.end()) is not None:
            return found.group().strip()
    return None


_TO = re.compile(r"\s*(?:\d{1,2}时\d{0,2}分?)?\s*(?:至|到|—|-)\s*")


def _describes(text: str, found: Found, dates: list[Found]) -> bool:
    """`2022年12月31日的涉税情况`: the date belongs to the noun behind it, not to the verb."""
    last = next(
        (d for d in dates if d.start >= found.end and _TO.fullmatch(text[found.end : d.start])),
        found,
    )
    return re.match(r"的|起|以来|以前|之前|至今|前后", text[last.end : last.end + 2]) is not None


def _range_start(text: str, found: Found, dates: list[Found]) -> Found:
    """Of `于2023年11月1日至2024年7月20日` the first day."""
    for other in dates:
        if other.value is not None and _TO.fullmatch(text[other.end : found.start]):
            return other
    return found
