"""`sanzhi deadline` as the public command: shapes, exit codes, and what it says."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.admin.main import main

NOTICE = """类别,节日,开始,结束
年份,2027,,
文号,测试〔2026〕1号,,
成文日期,2026-11-10,,
放假,元旦,2027-01-01,2027-01-03
上班,元旦,2027-01-09,
"""


def ask(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    code = main(["deadline", *arguments])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, Any]]:
    code, out, _ = ask(capsys, *arguments, "--json")
    shown = json.loads(out)
    assert isinstance(shown, dict)
    return code, shown


def test_working_days(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = answer(capsys, "--working-days", "5", "--from", "2026-09-18")
    assert code == 0
    assert shown["due"] == "2026-09-24"
    assert shown["due_at"] is None
    assert shown["open"] is False
    assert shown["provisional"] is False
    assert shown["calendar"] == "2024.1+2025.1+2026.1"
    assert shown["notices"] == ["国办发明电〔2025〕7号"]
    assert [(d["date"], d["counted"], d["reason"]) for d in shown["days"]] == [
        ("2026-09-19", False, "周末"),
        ("2026-09-20", True, "调休上班"),
        ("2026-09-21", True, "工作日"),
        ("2026-09-22", True, "工作日"),
        ("2026-09-23", True, "工作日"),
        ("2026-09-24", True, "工作日"),
    ]


def test_a_rule_with_its_source(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = answer(
        capsys, "--profile", "shucheng", "--rule", "review.limit", "--from", "2026-09-18"
    )
    assert (code, shown["due"]) == (0, "2026-09-24")
    assert shown["rule"]["key"] == "review.limit"
    assert shown["rule"]["source"]["document"] == "舒应急〔2019〕85号"
    assert [w["code"] for w in shown["warnings"]] == ["clock.soft"]


def test_an_open_rule(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("--profile", "national", "--rule", "review.limit", "--from", "2026-09-18")
    code, shown = answer(capsys, *arguments)
    assert code == 1
    assert (shown["due"], shown["open"], shown["days"]) == (None, True, [])
    code, out, _ = ask(capsys, *arguments)
    assert code == 1
    assert "由本单位设定" in out


def test_a_rule_without_number(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = answer(
        capsys, "--profile", "national", "--rule", "publicity.correct", "--from", "2026-09-18"
    )
    assert (code, shown["due"], shown["open"]) == (1, None, False)
    assert shown["warnings"][0]["code"] == "deadline.promptly"


def test_hours(capsys: pytest.CaptureFixture[str]) -> None:
    rule = ("--profile", "national", "--rule", "clock.transfer.send", "--from")
    code, shown = answer(capsys, *rule, "2026-09-30T14:30")
    assert (code, shown["due"], shown["due_at"]) == (0, "2026-10-01", "2026-10-01T14:30:00+08:00")
    _, shown = answer(capsys, *rule, "2026-09-30T20:00:00Z")
    assert shown["due_at"] == "2026-10-02T04:00:00+08:00"
    _, shown = answer(capsys, *rule, "2026-09-30")
    assert shown["due_at"] == "2026-10-01T00:00:00+08:00"
    assert [w["code"] for w in shown["warnings"]] == ["deadline.hours_from_midnight"]


def test_ninety_days_and_the_sector_that_rolls(capsys: pytest.CaptureFixture[str]) -> None:
    for rule, due in (
        ("clock.penalty.decision", "2026-10-01"),
        ("clock.penalty.decision.market", "2026-10-08"),
    ):
        code, shown = answer(
            capsys, "--profile", "national", "--rule", rule, "--from", "2026-07-03"
        )
        assert (code, shown["due"]) == (0, due)
        assert sum(d["counted"] for d in shown["days"]) == 90


def test_counted_back_from_the_hearing(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = answer(
        capsys, "--profile", "national", "--rule", "clock.hearing.notice", "--from", "2026-10-20"
    )
    assert (code, shown["due"], shown["before"]) == (0, "2026-10-09", "hearing")


def test_an_unannounced_year_and_its_notice(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    code, shown = answer(capsys, "--working-days", "5", "--from", "2026-12-29")
    assert (code, shown["due"], shown["provisional"]) == (0, "2027-01-05", True)
    assert shown["warnings"][0]["code"] == "clock.provisional"
    file = tmp_path / "2027.csv"
    file.write_text(NOTICE, "utf-8")
    arguments = ("--working-days", "5", "--from", "2026-12-29", "--calendar", str(file))
    code, shown = answer(capsys, *arguments)
    assert (code, shown["due"], shown["provisional"]) == (0, "2027-01-06", False)
    assert shown["calendar"].endswith("+2027.1")


def test_a_past_year_without_data(capsys: pytest.CaptureFixture[str]) -> None:
    _, shown = answer(capsys, "--working-days", "5", "--from", "2021-05-06")
    assert shown["provisional"] is True


def test_read_by_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = ask(capsys, "--working-days", "10", "--from", "2026-09-18")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == "期限：10个工作日"
    assert lines[1] == "起算：2026-09-18 星期五，当日不计入"
    assert "  2026-09-25 星期五    —  中秋节" in lines
    assert lines[-2] == "届满：2026-10-09 星期五"
    assert "国办发明电〔2025〕7号" in lines[-1]
    _, out, _ = ask(capsys, "--working-days", "1", "--from", "2027-01-04")
    assert "工作日（暂定）" in out
    assert "尚未公布" in out


@pytest.mark.parametrize(
    "text",
    [
        "2026-09-18",
        "2026/9/18",
        "2026年9月18日",
        "２０２６-０９-１８",
        "2026-09-18T09:30",
        "2026-09-18 9:30",
    ],
)
def test_dates_as_people_write_them(capsys: pytest.CaptureFixture[str], text: str) -> None:
    assert answer(capsys, "--working-days", "5", "--from", text)[1]["due"] == "2026-09-24"


FROM = ("--from", "2026-09-18")
RULE = ("--profile", "national", "--rule")
REFUSED = [
    (("--working-days", "5", "--from", "2026-02-30"), "2026-02-30"),
    (("--working-days", "5", "--from", "昨天"), "昨天"),
    (("--working-days", "5", "--from", "2026-09-18T25:00"), "25:00"),
    (("--working-days", "5", "--from", "2026-09-18x"), "2026-09-18x"),
    (("--working-days", "5", "--from", ""), "无法识别"),
    (("--working-days", "5", "--from", "0001-01-01"), "1950"),
    (("--working-days", "5", "--from", "9999-12-31"), "2200"),
    (("--working-days", "5", "--from", "0001-01-01T00:00+23:59"), "0001"),
    (("--working-days", "0", *FROM), "1至2600"),
    (("--working-days", "-3", *FROM), "1至2600"),
    (("--working-days", "999999999", *FROM), "1至2600"),
    (("--working-days", "9" * 5000, *FROM), "不是整数"),
    (("--working-days", "5.5", *FROM), "不是整数"),
    (("--working-days", "五", *FROM), "不是整数"),
    ((*RULE, "no.such", *FROM), "no.such"),
    ((*RULE, "gate.requires_review", *FROM), "不是期限"),
    (("--profile", "nowhere", "--rule", "review.limit", *FROM), "nowhere"),
    (("--profile", "national", *FROM), "同时给出"),
    (("--rule", "review.limit", *FROM), "同时给出"),
    ((*RULE, "review.limit", "--working-days", "5", *FROM), "不能与"),
    (FROM, "同时给出"),
    (("--working-days", "5", *FROM, "--calendar", "/nonexistent.json"), "nonexistent.json"),
]


@pytest.mark.parametrize(("arguments", "words"), REFUSED, ids=lambda v: str(v)[-30:])
def test_bad_input_is_named(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], words: str
) -> None:
    code, out, err = ask(capsys, *arguments, "--json")
    assert (code, out) == (2, "")
    assert words in err
    assert "Traceback" not in err
    assert "…" not in err or len(arguments[1]) > 40


def test_without_a_start_the_usage_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["deadline", "--working-days", "5"])
    assert caught.value.code == 2
    assert "--from" in capsys.readouterr().err


def test_every_period_of_every_shipped_profile(capsys: pytest.CaptureFixture[str]) -> None:
    from sanzhi_desktop.resources import profiles
    from sanzhi_desktop.resources.profiles.schema import schema

    periods = [key for key, spec in schema().keys.items() if spec.type == "duration"]
    for name in profiles.shipped_ids():
        profile = profiles.shipped(name)
        for key in periods:
            if key not in profile.rules:
                continue
            code, shown = answer(capsys, "--profile", name, "--rule", key, *FROM)
            assert code == (0 if shown["due"] else 1), key
            if shown["due"]:
                assert date.fromisoformat(shown["due"]) != date(2026, 9, 18), key
            else:
                assert shown["open"] == profile.rule(key).open, key


ELSEWHERE = """id = "elsewhere"
name = "他处"
edition = "1"
extends = "national"
[documents."办法"]
title = "办法"
rank = "rule"
[rules."review.limit"]
value = 7
unit = "working_day"
extension = { value = 3, unit = "working_day", approver = "分管负责人" }
document = "办法"
article = "第一条"
quote = "七个工作日，可以延长三个工作日"
[rules."clock.penalty.decision"]
value = 90
unit = "calendar_day"
rolls = true
extension = { value = 30, unit = "日", approver = "甲", then = { value = 60, unit = "日" } }
document = "办法"
article = "第二条"
quote = "九十日，可以延长三十日，还可以延长六十日"
[rules."clock.permit.decision"]
value = 5
unit = "working_day"
extension = { value = 15, unit = "calendar_day", approver = "负责人" }
document = "办法"
article = "第三条"
quote = "五日，可以延长十五日"
"""


@pytest.mark.parametrize(
    ("rule", "start", "times", "due", "counted"),
    [
        ("review.limit", "2026-09-28", None, "2026-10-13", 7),
        ("review.limit", "2026-09-28", "1", "2026-10-16", 10),  # 10-10 is a make-up day
        ("clock.penalty.decision", "2026-07-03", None, "2026-10-08", 90),
        # 30 days run from 10-01, the 90th day, not from the day it would have rolled to
        ("clock.penalty.decision", "2026-07-03", "1", "2026-11-02", 120),
        ("clock.penalty.decision", "2026-07-03", "2", "2026-12-30", 180),
        ("clock.permit.decision", "2026-09-25", "1", "2026-10-24", 20),
    ],
)
def test_extended_once_and_twice(
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    rule: str,
    start: str,
    times: str | None,
    due: str,
    counted: int,
) -> None:
    file = tmp_path / "elsewhere.toml"
    file.write_text(ELSEWHERE, "utf-8")
    more = ("--extended", times) if times else ()
    asked = ("--profile", str(file), "--rule", rule, "--from", start, *more)
    code, shown = answer(capsys, *asked)
    assert (code, shown["due"]) == (0, due)
    assert sum(day["counted"] for day in shown["days"]) == counted
    assert len(shown["extensions"]) == int(times or 0)
    days = [date.fromisoformat(day["date"]) for day in shown["days"]]
    assert [(b - a).days for a, b in pairwise(days)] == [1] * (len(days) - 1)


@pytest.mark.parametrize(
    ("rule", "times"),
    [("review.limit", "2"), ("clock.penalty.decision", "3"), ("clock.hearing.notice", "1")],
)
def test_no_more_extensions_than_the_rule_has(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, rule: str, times: str
) -> None:
    file = tmp_path / "elsewhere.toml"
    file.write_text(ELSEWHERE, "utf-8")
    asked = ("--profile", str(file), "--rule", rule, "--from", "2026-09-25", "--extended", times)
    code, out, err = ask(capsys, *asked)
    assert (code, out) == (2, "")
    assert "延长" in err


@pytest.mark.parametrize("times", ["0", "-1", "x", "1.5"])
def test_a_number_of_extensions_that_is_none(
    capsys: pytest.CaptureFixture[str], times: str
) -> None:
    asked = ("--profile", "national", "--rule", "clock.permit.decision", "--from", "2026-09-25")
    code, out, _ = ask(capsys, *asked, f"--extended={times}")
    assert (code, out) == (2, "")
