"""The deadline strip on paper: every day of it, with what the calendar says."""

import io
from datetime import UTC, date, datetime

import pypdfium2
import pytest

from sanzhi_desktop.documents.content.strip import strip_document
from sanzhi_desktop.documents.fonts import bundled_faces
from sanzhi_desktop.documents.press import Press
from sanzhi_desktop.domain.case import ClockEvent
from sanzhi_desktop.domain.clock import DeadlineRule, DeadlineStrip
from sanzhi_desktop.domain.deadline import compute
from sanzhi_desktop.domain.papers import StripPaper
from sanzhi_desktop.domain.workdays import Unit
from sanzhi_desktop.resources import calendars

RULE = DeadlineRule(
    "review.limit",
    "审核期限",
    5,
    Unit.WORKING_DAY,
    "舒应急〔2019〕85号二、（三）4",
    soft=True,
    causes={"correction": "补正期间"},
)


def at(month: int, day: int) -> datetime:
    return datetime(2026, month, day, 2, tzinfo=UTC)


def strip(
    *more: ClockEvent, rule: DeadlineRule = RULE, start: datetime | None = None
) -> DeadlineStrip:
    events = [ClockEvent(1, 1, rule.start, start or at(9, 18)), *more]
    return compute(rule, events, calendar=calendars.shipped(), now=at(9, 21))


def paper(made: DeadlineStrip, **more: object) -> StripPaper:
    return StripPaper(
        "示例市司法局",
        "示例甲有限公司未按规定处置废物案",
        "示环立〔2026〕7号",
        made.rule.name,
        "计时中",
        made,
        dated=date(2026, 9, 21),
        **more,  # type: ignore[arg-type]
    )


def printed(made: StripPaper) -> str:
    data = Press(bundled_faces()).strip(made)
    document = pypdfium2.PdfDocument(io.BytesIO(data))
    pages = [page.get_textpage().get_text_bounded() for page in document]
    return "".join("".join(pages).split())


def test_every_day_stands_on_the_paper_with_its_reason() -> None:
    pause = (
        ClockEvent(1, 2, "suspend", at(9, 21), cause="correction"),
        ClockEvent(1, 3, "resume", at(9, 23), cause="correction"),
    )
    made = strip(*pause)
    found = printed(paper(made, notes=("该期限为倡导性期限。",)))
    assert "审核期限推算表" in found
    assert "示环立〔2026〕7号" in found
    assert "舒应急〔2019〕85号二、（三）4" in found
    assert "国办发明电〔2025〕7号" in found
    assert "该期限为倡导性期限。" in found
    assert "2026-09-18五不计入起算日，当日不计入" in found
    assert "2026-09-20日1计入调休上班" in found
    assert "2026-09-21一不计入补正期间" in found
    assert "2026-09-26六不计入中秋节" in found
    for step in made.days:
        assert step.date.isoformat() in found
    assert made.due is not None
    assert f"2026年{made.due.month}月{made.due.day}日" in found


def test_ninety_days_run_over_pages_and_keep_their_heading() -> None:
    rule = DeadlineRule(
        "clock.penalty.decision", "办理期限", 90, Unit.CALENDAR_DAY, "《行政处罚法》第六十条"
    )
    document = pypdfium2.PdfDocument(
        io.BytesIO(Press(bundled_faces()).strip(paper(strip(rule=rule))))
    )
    assert len(document) > 1
    text = "".join(document[1].get_textpage().get_text_bounded().split())
    assert "日期星期序是否计入事由" in text


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (strip(start=at(12, 29)), "2027-01-01五3计入工作日（暂定）"),
        (
            strip(ClockEvent(1, 2, "suspend", at(9, 21), cause="correction")),
            "中止期间，届满日待定",
        ),
        (compute(RULE, [], calendar=calendars.shipped(), now=at(9, 21)), "尚未起算"),
    ],
)
def test_what_is_not_certain_is_said(made: DeadlineStrip, expected: str) -> None:
    assert expected in printed(paper(made))


def test_days_counted_back_need_no_day_zero_before_them() -> None:
    calendar = calendars.shipped()
    counted = calendar.count_back(date(2026, 10, 20), 7, Unit.WORKING_DAY)
    rule = DeadlineRule(
        "clock.hearing.notice", "听证通知期限", 7, Unit.WORKING_DAY, "《行政处罚法》第六十四条",
        start="before_hearing",
    )  # fmt: skip
    made = DeadlineStrip(
        rule, strip().state, calendar.edition, counted.start, counted.due, days=counted.days
    )
    found = printed(paper(made))
    assert "自举行听证之日2026年10月20日向前推算" in found
    assert f"最迟应在2026年10月{counted.due.day}日办理" in found
    assert "2026-10-20" not in found


def test_the_document_is_a_form_with_its_own_kind() -> None:
    document = strip_document(paper(strip(), mark="样例"))
    assert (document.kind, document.form, document.mark) == ("strip", True, "样例")
