"""The operative part (主文): where it begins and ends, its items, kinds and amounts."""

import re
from dataclasses import dataclass, field
from itertools import pairwise

from sanzhi_desktop.documents.read.lexicon import lexicon
from sanzhi_desktop.documents.read.model import Ruling
from sanzhi_desktop.documents.read.sheet import BLANK, Sheet
from sanzhi_desktop.domain.money import Amount, find_amounts

_VERBS = (
    r"(?:对|给予|处(?!罚(?!款)|理)|不予|免予|责令|没收|吊销|暂扣|(?<!批)准予|同意|撤销|查封|扣押|冻结|从轻|减轻|从重|免除|予以|依法|强制|将|拆除|"
    r"维持|代履行|解除|限制|核发|注销|加处|驳回|征收|拘留|向你|警告|罚款|于\d|自\d|由|当场|在\d|科处|,)"
)
_LIST = re.compile(
    r"(?:作出|做出|决定|给予|处以|予以|处)[^。;\n《》]{0,36}?(?:如下|(?<![元倍年月日亩吨米万千百%])以下|下列)[^。:;\n]{0,20}?[:。,\n]"
    r"|(?:处罚|决定|处理|处罚决定|处理决定)如下\s*[:。,\n]?|(?<!处罚)决定\s*:\s*\n"
)
_DIRECT = re.compile(
    rf"(?<!处罚)(?<!许可)(?<!处理)(?<!书)决定(?!书|的|机关|之|前|后|送达|如不服)[:,]?\s*(?={_VERBS})"
)
_ORDER = re.compile(
    r"(?:现|特|应当?|我局|本机关|本局|我委|我办|规定|,|。|^)\s*(?:依法)?(?=(?:责令|催告|(?<!批)准予|同意|给予)(?:你|当事人|申请人|其|该|被))"
    r"|(?<=规定)[,:]\s*(?=责令|催告|(?<!批)准予|给予)|向你[^,。;\n]{0,8}催告\s*[,:]|催告(?:如下|事项)\s*[:,]",
    re.MULTILINE,
)
# `作出如下处罚。经本机关查明…`: announced, but the facts come first.
_FACTS_FIRST = re.compile(
    r"(?:[(]?[一二三四五\d][)、.]+\s*)?(?:现?经[^,。]{0,8}(?:查明|调查|审理)|现?查明|(?:主要)?违法(?:事实|行为)|案件(?:来源|事实))"
)
# Only where nothing else was found: `…第三条,科处罚款人民币3万元。`, `对某某作出撤销登记的行政处罚。`
_PLAIN = re.compile(
    r"(?:条|项|(?<!罚)款|规定)(?:的?规定)?[,]?\s*(?=(?:科处|处以?|给予|对[^,。;]{2,40}处以?)(?:[^,。;]{0,12}罚款|警告))"
    r"(?![^,。;]{0,60}(?:以上|以下|[一二三四五六七八九十\d]倍))"
    r"|(?:本机关|我局|本局|我委|本单位|我厅|我关|我会)(?:依法)?"
    r"(?=(?:对[^,。;]{2,40})?(?:作出|给予|处以)[^,。;]{2,24}(?:处罚|罚款)[。;])"
)
_ITEM_DECIDES = re.compile(
    r"(?:对(?:你|当事人)|你(?:单位|公司|店|院|户)|当事人)[^。]{0,120}处(?:以)?罚款(?:人民币)?[\d,.]+\s*元"
    r"(?!\s*(?:以上|以下|至|-))"
)
_SECTION = re.compile(
    r"^\s*[一二三四五六七八]、\s*(?:行政)?处罚(?:决定|内容)(?:如下)?\s*:?\s*\n", re.MULTILINE
)
_NOT_NOW = re.compile(
    r"告知|拟(?!定)|曾|此前|原|已于|已被|申请|经[^,。]{0,10}(?:讨论|批准)[^,。]{0,4}$|建议|不服|可以|有权|应当$"
    r"|《[^》]*$|(?:下达|送达|作出|发出|下发|制作|出具)[^。]{0,4}《"
)
_PREPARES = re.compile(
    r"\s*[,:]?\s*(?:对[^,。]{0,30})?(?:予以|依法)*(?:立案|延长|延期|组织|采取|先行登记|受理|书"
    r"|向你(?:单位)?(?:公司)?送达|举行|中止|回避|终止调查)"
)
_ADVICE = re.compile(r"审批|审核表|送审|告知书|建议|呈批|调查(?:终结)?报告|送审函")
_END = re.compile(
    r"(?:(?<=[。;,\n])|^)\s*(?:[一二三四五六七八九十]{1,2}、|[(]?\d{1,2}[)、.])?\s*(?:"
    r"(?:处罚(?:决定)?的)?(?:履行|执行)(?:方式|期限)|权利告知|救济途径|(?:自|在|于|限)(?:你"
    r"|当事人)?[^,。;]{0,10}?(?:收|接)到(?:本|之日)|逾期|到期不"
    r"|(?:你|当事人|你单位|你公司|被处罚人|申请人|你\(单位\)|你户)?[^,。;\n]{0,6}?(?:如|若)(?:对|不服|果)|不服本"
    r"|对本(?:处罚)?决定不服|本决定|本处罚|本《|改正(?:违法行为)?的?(?:具体)?形式|拒不改正|申请复议|本行政处罚"
    r"|(?:请)?(?:你|当事人|被处罚人)[^,。;]{0,10}?(?:应当?|须|必须|可以?(?:在|自|于)|可自|请|持|有权"
    r"|到[^,。]{0,20}缴)|请(?:你|于|在|自|到|持)"
    r"|(?:依据|根据|依照|按照)《(?:中华人民共和国)?行政(?:处罚法|复议法|诉讼法"
    r"|强制法)》[^,。]{0,40}(?:规定,)?\s*(?:当事人|你|逾期|应|如|自|到期|每日)"
    r"|(?:上述|以上|所有)?罚没?款(?:限|应|缴|于|请|自|必须)|缴款|缴纳(?:方式|期限|罚款)|(?:上述|以上)款项|限(?:你"
    r"|当事人)[^。;]{0,40}(?:缴|送达之日)|联系人|联系电话"
    r"|附[:件]|收款|开户|账号|户名|特此"
    r"|复议(?:和|及|或)?诉讼|申请行政复议|\((?:印章|公章|盖章)\))"
)
_ITEM_MARK = re.compile(
    r"^\s*(?:[(]?(?:[一二三四五六七八九十]{1,2}|\d{1,2})[)]?[、.)::]|[(](?:[一二三四五六七八九十]{1,2}|\d{1,2})[)]"
    r"|[①②③④⑤⑥⑦⑧⑨])\s*"
)
_INLINE_ITEM = re.compile(
    r"(?<=[;。,:])\s*(?=(?:[(][一二三四五六七八九十\d]{1,2}[)]|\d{1,2}[、.](?!\d)|[①②③④⑤⑥⑦⑧⑨]))"
)
_ROLES = re.compile(
    r"(?P<none>罚没款|加处罚款|退回|退还|返还|追缴|补缴|加收|滞纳金|货值(?:金额)?|成本|保证金|赔偿|医疗保障基金|医保基金|损失|价值"
    r"|评估|工程(?:造价|合同价款|价款)|销售(?:额|款|收入)|"
    r"应缴|应纳|税款|(?<!没收)(?<!没收当事人)(?:违法|非法)(?:经营)?所得(?=[\d¥人一二三四五六七八九十壹贰叁肆伍陆柒捌玖]))"
    rf"|(?P<fine>(?<!免予)(?<!不予)罚款|罚金|处以?(?=[\s{BLANK}()人民币¥]*$))"
    r"|(?P<income>没收[^,;。\n]{0,20}?(?:违法|非法)[^,;。\n]{0,4}?(?:所得|收入))"
)
_AFTER_FINE = re.compile(
    r"\s*(?:\([^()]*\))?\s*[整正]?\s*(?:\([^()]*\))?\s*(?:的|之)?(?:行政|经济)?(?:罚款|罚金)"
)
_BASE = re.compile(
    r"\s*[整正]?\s*(?:\([^()]*\))?\s*(?:的)?\s*(?:[\d.一二三四五六七八九十两]+\s*倍"
    r"|\d+(?:\.\d+)?\s*%|百分之|以上|以下|至|-|—)"
)
_PAIR = re.compile(rf"[\s()\[\]{BLANK}:,即计写大小人民币¥￥为合]*")
_SUBSTANCE = re.compile(
    r"罚|没收|责令|警告|吊销|暂扣|不予|(?<!批)准予|撤销|查封|扣押|冻结|催告|拆除|拘留|强制|许可|通报|降低|限制|停止|停产|停业"
    r"|征收|同意|维持|退还|退回|驳回|终结|解除|注销|关闭|改正|恢复|搬离|腾空|登记|批准|延续|变更|代履行|收缴|销毁|支付|补缴|赔偿"
)
_TOTAL_ITEM = re.compile(
    r"^\s*[(]?(?:以上|上述|前述|两项|三项|各项|综上)?[^,;。]{0,8}?(?:合计|共计|总计|累计)"
)
_TOTAL = re.compile(r"合计|共计|总计|累计|共处|合并|共处以|总额|两项共|以上共")


@dataclass(frozen=True, slots=True)
class Mismatch:
    """One amount written twice with two values (offsets of the first in the sheet)."""

    figure_fen: int
    capitals_fen: int
    offset: int


@dataclass(frozen=True, slots=True)
class Operative:
    """The ruling with its place and what does not add up."""

    ruling: Ruling
    start: int
    end: int
    mismatches: tuple[Mismatch, ...] = ()
    fine_sum_fen: int | None = None  # of the items, when a stated total differs


def find_operative(sheet: Sheet, body: int, title: str) -> Operative | None:
    """The operative part behind the narrative, or None when the text stops before it."""
    start = _begin(sheet, body, advice=bool(_ADVICE.search(title)))
    if start is None:
        return None
    end = _finish(sheet, start)
    return _understood(sheet, start, end)


def labelled_operative(sheet: Sheet, start: int, end: int) -> Operative | None:
    """The value of a label such as 处罚内容."""
    return _understood(sheet, start, end)


def item_by_item(sheet: Sheet, body: int) -> Operative | None:
    """A paper without an operative part that decides under each of its findings: the sum of all.

    `…对你单位超量开药的行为,责令改正,处罚款1000元。` once for every finding.
    """
    items = [
        found.span()
        for found in re.compile(r"[^。\n]+").finditer(sheet.bare, body)
        if _ITEM_DECIDES.search(found.group()) and not _NOT_NOW.search(found.group())
    ]
    if not items:
        return None
    return _of_items(sheet, items)


def _begin(sheet: Sheet, body: int, *, advice: bool) -> int | None:
    bare = sheet.bare
    for pattern in (_LIST, _DIRECT, _ORDER, _SECTION, _PLAIN):
        for found in pattern.finditer(bare, body):
            opening = max(bare.rfind(mark, 0, found.start()) for mark in "。;\n") + 1
            before = bare[max(opening, found.start() - 200) : found.start()]
            if not advice and _NOT_NOW.search(before + found.group()):
                continue
            if _PREPARES.match(bare, found.end()) or _told(bare, opening, found.start()):
                continue
            rest = bare[found.end() : found.end() + 60].strip(f" \n:。,{BLANK}")
            if re.search(r"(?:如下|以下|下列)(?:行政)?(?:处罚|处理)?(?:决定)?$", rest):
                continue  # the text was cut before the decision itself
            if len(rest) >= 4 and _FACTS_FIRST.match(rest) is None:
                return found.end()
    return None


def _told(bare: str, opening: int, at: int) -> bool:
    """Inside what was told to the party beforehand (告知书), not the decision itself."""
    clause = bare[opening:at]
    return re.search(r"告知书|告知(?:了)?(?:你|当事人)", clause) is not None and "现" not in clause


def _finish(sheet: Sheet, start: int) -> int:
    found = _END.search(sheet.bare, start + 2)
    end = found.start() if found else len(sheet.bare.rstrip())
    signature = re.search(
        (
            r"\n[^\n。;]{4,30}(?:局|委员会|厅|府|处|队|中心)\s*(?:\([^()]*\)\s*)?\n?\s*(?:(?:19"
            r"|20)\d\d\s*年|二[〇○零OＯ])"
        ),
        sheet.bare[start:end],
    )
    return start + signature.start() if signature else end


def _items(sheet: Sheet, start: int, end: int) -> list[tuple[int, int]]:
    """Sentences and numbered items of the operative part."""
    bare = sheet.bare
    cuts = {start, end}
    for mark in re.finditer(r"[。;\n]", bare[start:end]):
        cuts.add(start + mark.end())
    for mark in _INLINE_ITEM.finditer(bare, start, end):
        cuts.add(mark.end())
    ordered = sorted(cuts)
    return [(a, b) for a, b in pairwise(ordered) if sheet.folded[a:b].strip(" \n。;,:")]


def _summary(sheet: Sheet, items: list[tuple[int, int]]) -> str:
    parts = []
    for start, end in items:
        text = sheet.bare[start:end].replace(BLANK, "").replace("()", "")
        text = sheet.slice(start, end) if "“" in text else text
        text = _ITEM_MARK.sub("", text.strip()).strip(" \n。;；,:：")
        if len(text) >= 8 or _SUBSTANCE.search(text):
            parts.append(text[:160])
    return "；".join(parts)[:600]


def _understood(sheet: Sheet, start: int, end: int) -> Operative | None:
    return _of_items(sheet, _items(sheet, start, end))


def _of_items(sheet: Sheet, items: list[tuple[int, int]]) -> Operative | None:
    summary = _summary(sheet, items)
    if _SUBSTANCE.search(summary) is None:
        return None
    sums = _Sums()
    for begin, stop in items:
        _amounts(sheet, begin, stop, sums)
    fines = sums.fines
    stated = _total(fines)
    added = sum(fen for fen, total in fines if not total)
    ruling = Ruling(
        summary=summary,
        penalty_kinds=_kinds("\n".join(sheet.bare[a:b] for a, b in items)),
        fine_fen=stated,
        confiscated_income_fen=_total(sums.incomes),
    )
    differs = bool(fines) and any(t for _, t in fines) and added not in (0, stated)
    span = items[0][0], items[-1][1]
    return Operative(ruling, *span, tuple(sums.mismatches), added if differs else None)


def _kinds(text: str) -> tuple[str, ...]:
    text = re.sub(r"(?:不再|不予|免予|免于|不)(?:给予)?(?:行政处罚|罚款)", "", text)
    return tuple(entry.name for entry in lexicon().penalties if entry.pattern.search(text))


def _total(amounts: list[tuple[int, bool]]) -> int | None:
    if not amounts:
        return None
    totals = [fen for fen, total in amounts if total]
    if totals:
        return totals[-1]
    return sum(fen for fen, _ in amounts)


def _view(sheet: Sheet, start: int, end: int) -> str:
    """Folded text of an item; quoted law blanked, remarks in brackets kept (they hold amounts)."""
    signs = list(sheet.folded[start:end])
    for quote in re.finditer(r"“[^”]*”", "".join(signs)):
        if "元" in quote.group():
            signs[quote.start() + 1 : quote.end() - 1] = BLANK * (len(quote.group()) - 2)
    return "".join(signs)


@dataclass(slots=True)
class _Sums:
    """Amounts by what they are, each with whether it is stated as a total."""

    fines: list[tuple[int, bool]] = field(default_factory=list)
    incomes: list[tuple[int, bool]] = field(default_factory=list)
    mismatches: list[Mismatch] = field(default_factory=list)


def _amounts(sheet: Sheet, start: int, end: int, sums: _Sums) -> None:
    text = _view(sheet, start, end)
    before_end = 0
    last: Amount | None = None
    totals = _TOTAL_ITEM.search(_ITEM_MARK.sub("", text)) is not None
    for amount in find_amounts(text):
        between = text[before_end : amount.start]
        if last is not None and _PAIR.fullmatch(between) and last.in_capitals != amount.in_capitals:
            if last.fen != amount.fen:
                figure, words = (last, amount) if amount.in_capitals else (amount, last)
                sums.mismatches.append(Mismatch(figure.fen, words.fen, start + last.start))
            before_end, last = amount.end, None
            continue
        role = _role(between, text[amount.end :])
        summed = totals or _TOTAL.search(between) is not None
        if role == "fine":
            sums.fines.append((amount.fen, bool(sums.fines) and summed))
        elif role == "income":
            sums.incomes.append((amount.fen, bool(sums.incomes) and summed))
        before_end, last = amount.end, amount


def _role(between: str, after: str) -> str:
    """What an amount is, by the nearest words before it and the words right behind it."""
    if _BASE.match(after):
        return ""
    if _AFTER_FINE.match(after):
        return "fine"
    role = ""
    for found in _ROLES.finditer(between):
        role = found.lastgroup or ""
    return role if role in {"fine", "income"} else ""
