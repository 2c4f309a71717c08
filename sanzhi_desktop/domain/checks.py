"""What the program can check by itself: pure functions over frozen facts.

Each answers with the checklist's scale and a Chinese explanation, or None when the facts do not
suffice: then a person answers. A computed answer is a proposal on the screen and a rule in a
replay; nothing here reads a profile or a clock, the numbers of the law come in with the facts.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.deadline import DeadlineStrip
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.money import find_amounts
from sanzhi_desktop.domain.opinion import Answer
from sanzhi_desktop.domain.people import PeopleFault, Person, check_handlers, qualified
from sanzhi_desktop.domain.workdays import Calendar, Unit

# Kinds of penalty that the summary procedure allows (行政处罚法 art. 51).
_SUMMARY_KINDS = frozenset({"警告", "罚款"})
# What stands between the two ways to write one amount: 贰万元（¥20000元）, 20000元（大写：贰万元）.
_BESIDE = re.compile(
    r"\s*(?:[(（]\s*(?:大写|小写)?|[,，]?\s*(?:大写|小写|即))\s*[)）]?\s*[:：]?\s*"
)


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What is known when the checklist is answered. None and empty mean: not known.

    `day` is the day of the check. Money in fen. `summary_limit_fen` is the limit for this type of
    party, `hearing_request_days` and `hearing_notice_days` are working days: values of the
    profile. `statutory` is the clock of the whole case. `texts` are named texts whose amounts
    must agree with themselves (name → text).
    """

    day: date
    kind: Kind
    procedure: Procedure
    handlers: tuple[Person, ...] = ()
    reviewer: Person | None = None
    filing_date: date | None = None
    notice_date: date | None = None
    hearing_notice_date: date | None = None
    hearing_date: date | None = None
    received_on: date | None = None
    decision_date: date | None = None
    amount_fen: int = 0
    notice_amount_fen: int | None = None
    penalty_kinds: tuple[str, ...] = ()
    summary_limit_fen: int | None = None
    hearing_request_days: int | None = None
    hearing_notice_days: int | None = None
    statutory: DeadlineStrip | None = None
    calendar: Calendar | None = None
    texts: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Computed:
    """A computed answer with its reason in Chinese. `partial`: only a part of the item was
    checked; a good answer then still wants a person's look, a bad one stands."""

    answer: Answer
    explanation: str
    partial: bool = False


def facts_of(submission: Submission, *, day: date) -> CheckFacts:
    """The facts that stand on the submission; the caller adds people, limits and clocks with
    `dataclasses.replace`."""
    return CheckFacts(
        day=day,
        kind=submission.kind,
        procedure=submission.procedure,
        filing_date=submission.filing_date,
        notice_date=submission.notice_date,
        hearing_date=submission.hearing_date,
        amount_fen=submission.amount_fen,
        penalty_kinds=submission.penalty_kinds,
        texts={"拟作决定": submission.proposed_decision, "基本事实": submission.facts},
    )


def handlers(facts: CheckFacts) -> Computed | None:
    """行政处罚法 art. 42, 行政强制法 arts. 17–18: two or more, certificates valid on the day."""
    if not facts.handlers:
        return None
    count = len({person.person_id for person in facts.handlers})
    try:
        check_handlers(facts.handlers, facts.day)
    except DomainError as error:
        name = error.facts.get("name", "")
        why = {
            PeopleFault.HANDLERS_TOO_FEW: f"承办人员{count}人，少于二人。",
            PeopleFault.HANDLER_NO_CERTIFICATE: f"{name}没有登记执法证号。",
            PeopleFault.HANDLER_CERTIFICATE_EXPIRED: (
                f"{name}的执法证件已于{error.facts.get('date')}到期。"
            ),
        }
        return Computed(Answer.FAILS, why[PeopleFault(error.code)])
    return Computed(Answer.CONFORMS, f"承办人员{count}人，执法证件在{_chinese(facts.day)}有效。")


def reviewer(facts: CheckFacts) -> Computed | None:
    """行政处罚法 art. 58: the reviewer did not handle the case and is qualified."""
    person = facts.reviewer
    if person is None or not facts.handlers:
        return None
    if person.person_id in {h.person_id for h in facts.handlers}:
        return Computed(Answer.FAILS, f"审核人{person.name}是本案承办人员。")
    if not qualified(person):
        return Computed(Answer.FAILS, f"审核人{person.name}没有登记国家统一法律职业资格。")
    return Computed(Answer.CONFORMS, f"审核人{person.name}不是本案承办人员，具备审核资格。")


def summary_limit(facts: CheckFacts) -> Computed | None:
    """行政处罚法 art. 51: a summary penalty is a warning or a fine within the limit."""
    if facts.kind is not Kind.PENALTY:
        return None
    if facts.procedure is not Procedure.SUMMARY:
        return Computed(Answer.CONFORMS, f"本案适用{facts.procedure.chinese}。")
    others = [kind for kind in facts.penalty_kinds if kind not in _SUMMARY_KINDS]
    if others:
        return Computed(Answer.FAILS, f"简易程序只能警告或者罚款，本案拟{'、'.join(others)}。")
    if facts.summary_limit_fen is None:
        return None
    limit, amount = _yuan(facts.summary_limit_fen), _yuan(facts.amount_fen)
    if facts.amount_fen > facts.summary_limit_fen:
        return Computed(Answer.FAILS, f"拟罚款{amount}，超过简易程序限额{limit}。")
    return Computed(Answer.CONFORMS, f"拟罚款{amount}，未超过简易程序限额{limit}。")


def hearing_dates(facts: CheckFacts) -> Computed | None:
    """行政处罚法 arts. 64, 85: no decision before the time to ask for a hearing has run out, the
    hearing announced enough working days before.

    Nothing is claimed over days that are only provisionally counted, nor against a case of
    which it is not known that the party could ask for a hearing at all.
    """
    announced = _announced(facts)
    if announced is not None and announced.answer is Answer.FAILS:
        return announced
    doubtful = facts.hearing_date and facts.hearing_notice_date and announced is None
    calendar, days = facts.calendar, facts.hearing_request_days
    if doubtful or calendar is None or facts.notice_date is None or days is None:
        return None
    asked = calendar.count(facts.notice_date, days, Unit.WORKING_DAY)
    end = facts.decision_date or facts.day
    period = f"告知日{_chinese(facts.notice_date)}，听证申请期至{_chinese(asked.due)}"
    if asked.provisional:
        return None
    if end > asked.due:
        return Computed(Answer.CONFORMS, f"{period}，期限届满后作出决定。")
    # Heard before the time ran out, or no hearing procedure at all: that is for a person.
    if facts.decision_date is None or facts.hearing_date or facts.procedure != Procedure.HEARING:
        return None
    return Computed(Answer.FAILS, f"{period}，决定日{_chinese(end)}在期限届满之前。")


def _announced(facts: CheckFacts) -> Computed | None:
    """Whether the hearing was announced in time; None when that is not known or not certain."""
    told, heard, wanted = facts.hearing_notice_date, facts.hearing_date, facts.hearing_notice_days
    if facts.calendar is None or told is None or heard is None or wanted is None:
        return None
    between = facts.calendar.working_days_between(told, heard)
    words = f"{_chinese(told)}通知、{_chinese(heard)}听证，相隔{between}个工作日"
    certain = facts.calendar.knows(told.year) and facts.calendar.knows(heard.year)
    if not certain or between < wanted:
        return Computed(Answer.FAILS, f"{words}，不足{wanted}个。") if certain else None
    if between - facts.calendar.is_working(heard) < wanted:
        return None  # enough only if the day of the hearing counts: that is for a person
    return Computed(Answer.CONFORMS, f"{words}。")


def hearing_first(facts: CheckFacts) -> Computed | None:
    """行政处罚法 art. 58(2), 市场监管程序规定 art. 50: heard cases are reviewed after the hearing."""
    if facts.hearing_date is None:
        if facts.procedure is Procedure.HEARING:
            return None
        return Computed(Answer.NOT_APPLICABLE, "本案没有举行听证。")
    if facts.received_on is None:
        return None
    heard, received = _chinese(facts.hearing_date), _chinese(facts.received_on)
    if facts.received_on < facts.hearing_date:
        return Computed(Answer.FAILS, f"本轮于{received}送审，早于听证日{heard}。")
    return Computed(Answer.CONFORMS, f"听证日{heard}，本轮于{received}送审。")


def not_heavier(facts: CheckFacts) -> Computed | None:
    """行政处罚法 art. 45: not more than what the party was told."""
    told = facts.notice_amount_fen
    if told is None:
        return None
    words = f"告知金额{_yuan(told)}，拟处罚金额{_yuan(facts.amount_fen)}"
    if facts.amount_fen > told:
        return Computed(Answer.FAILS, f"{words}，高于告知金额，应当重新告知。")
    return Computed(Answer.CONFORMS, f"{words}，没有加重。")


def decision_period(facts: CheckFacts) -> Computed | None:
    """行政处罚法 art. 60: decided within the statutory period, as its clock stands."""
    strip = facts.statutory
    if strip is None or strip.due is None or strip.start is None:
        return None
    end = facts.decision_date or facts.day
    words = f"{_chinese(strip.start)}起算，期限届满日{_chinese(strip.due)}"
    if end > strip.due:
        return Computed(Answer.FAILS, f"{words}，至{_chinese(end)}已超期。")
    return Computed(Answer.CONFORMS, f"{words}，至{_chinese(end)}未超期。")


def date_order(facts: CheckFacts) -> Computed | None:
    """行政处罚法 arts. 44, 54, 64: filing, notice, hearing and decision follow each other."""
    chain = [
        ("立案", facts.filing_date),
        ("告知", facts.notice_date),
        ("听证", facts.hearing_date),
        ("决定", facts.decision_date),
    ]
    known = [(name, day) for name, day in chain if day is not None]
    if len(known) < 2:
        return None
    for (first, earlier), (second, later) in pairwise(known):
        if later < earlier:
            return Computed(
                Answer.FAILS, f"{second}日{_chinese(later)}早于{first}日{_chinese(earlier)}。"
            )
    if facts.notice_date is not None and facts.notice_date == facts.decision_date:
        return Computed(
            Answer.MINOR,
            f"告知与决定同为{_chinese(facts.notice_date)}，请核对当事人放弃陈述申辩的书面材料。",
        )
    order = "，".join(f"{name}{_chinese(day)}" for name, day in known)
    return Computed(Answer.CONFORMS, f"日期先后成立：{order}。", partial=True)


def amounts(facts: CheckFacts) -> Computed | None:
    """行政处罚法 art. 59: an amount in capitals equals the figure in brackets beside it."""
    pairs = 0
    for name, text in (facts.texts or {}).items():
        found = find_amounts(text)
        for left, right in pairwise(found):
            beside = _BESIDE.fullmatch(text[left.end : right.start])
            if left.in_capitals == right.in_capitals or beside is None:
                continue
            pairs += 1
            if left.fen != right.fen:
                return Computed(
                    Answer.FAILS,
                    f"{name}中的金额大小写不一致：{text[left.start : left.end].strip()}与"
                    f"{text[right.start : right.end].strip()}。",
                )
    if not pairs:
        return None
    return Computed(Answer.CONFORMS, f"核对{pairs}处金额，大小写一致。", partial=True)


COMPUTED: Mapping[str, Callable[[CheckFacts], Computed | None]] = {
    check.__name__: check
    for check in (
        handlers,
        reviewer,
        summary_limit,
        hearing_dates,
        hearing_first,
        not_heavier,
        decision_period,
        date_order,
        amounts,
    )
}


def compute(name: str, facts: CheckFacts) -> Computed | None:
    """The computed answer of a check by the name that stands in the item; None without one."""
    return COMPUTED[name](facts) if name else None


def working_days(number: int | None, unit: str) -> int | None:
    """The number when the profile states it in working days, else None: not comparable here."""
    return number if unit == Unit.WORKING_DAY else None


def _chinese(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def _yuan(fen: int) -> str:
    yuan, rest = divmod(fen, 100)
    return f"{yuan}.{rest:02d}元" if rest else f"{yuan}元"
