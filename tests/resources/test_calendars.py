"""Reading notices: the shipped years, documented JSON and CSV, and files with faults."""

import json
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop import resources
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workdays import Arrangement
from sanzhi_desktop.resources import calendars
from sanzhi_desktop.resources.calendars import CalendarFault, parse, read, shipped, to_json
from sanzhi_desktop.resources.sentences import explain

CSV = """类别,节日,开始,结束
年份,2027,,
文号,测试〔2026〕1号,,
成文日期,2026/11/10,,
放假,元旦,2027-01-01,2027-01-03
上班,元旦,2026-12-27,
放假,春节,2027/2/5,2027/2/11
上班,春节,2027/2/14,
"""


def document(**changes: object) -> str:
    data: dict[str, object] = {
        "format": "sanzhi-calendar/1",
        "year": 2027,
        "notice": {"number": "测试〔2026〕1号", "issued": "2026-11-10"},
        "holidays": [
            {"name": "元旦", "from": "2027-01-01", "to": "2027-01-03", "makeup": ["2026-12-27"]},
            {"name": "春节", "from": "2027-02-05", "to": "2027-02-11", "makeup": ["2027-02-14"]},
        ],
    }
    data.update(changes)
    return json.dumps(
        {k: v for k, v in data.items() if v is not None}, ensure_ascii=False, indent=1
    )


def holiday(**entry: object) -> str:
    return document(holidays=[{"name": "元旦", "from": "2027-01-01", **entry}])


def test_shipped_years_name_their_notices() -> None:
    known = {a.year: (a.number, a.issued) for a in shipped().arrangements}
    assert known == {
        2024: ("国办发明电〔2023〕7号", date(2023, 10, 25)),
        2025: ("国办发明电〔2024〕12号", date(2024, 11, 12)),
        2026: ("国办发明电〔2025〕7号", date(2025, 11, 4)),
    }


@pytest.mark.parametrize(("year", "off", "makeup"), [(2024, 28, 8), (2025, 28, 5), (2026, 33, 6)])
def test_shipped_years_are_complete(year: int, off: int, makeup: int) -> None:
    found = next(a for a in shipped().arrangements if a.year == year)
    assert (len(found.off), len(found.makeup)) == (off, makeup)


@pytest.mark.parametrize("year", [2024, 2025, 2026])
def test_the_library_agrees(year: int) -> None:
    ours = next(a for a in shipped().arrangements if a.year == year)
    theirs = calendars.from_library(year)
    assert set(theirs.off) == set(ours.off)
    assert set(theirs.makeup) == set(ours.makeup)
    assert all(theirs.off[day] in ours.off[day] for day in ours.off)
    assert parse(to_json(theirs), file="x.json") == theirs


def test_the_library_without_the_year() -> None:
    with pytest.raises(DomainError) as caught:
        calendars.from_library(1999)
    assert caught.value.code is CalendarFault.LIBRARY


@pytest.mark.parametrize("arrangement", shipped().arrangements, ids=lambda a: str(a.year))
def test_written_and_read_back(arrangement: Arrangement) -> None:
    assert parse(to_json(arrangement), file="x.json") == arrangement


def test_json_and_csv_say_the_same() -> None:
    from_csv = parse(CSV, file="a.csv")
    assert from_csv == parse(document(), file="a.json")
    assert from_csv.makeup == {date(2026, 12, 27): "元旦", date(2027, 2, 14): "春节"}
    assert len(from_csv.off) == 10


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_csv_as_office_programs_save_it(tmp_path: Path, encoding: str) -> None:
    file = tmp_path / "安排.csv"
    file.write_bytes(CSV.replace("\n", "\r\n").encode(encoding))
    assert read(file) == parse(CSV, file="a.csv")


def test_open_data_is_read_too() -> None:
    text = json.dumps(
        {
            "year": 2027,
            "papers": ["https://www.gov.cn/x.htm"],
            "days": [
                {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
                {"name": "元旦", "date": "2027-01-09", "isOffDay": False},
            ],
        }
    )
    found = parse(text, file="2027.json")
    assert found.off == {date(2027, 1, 1): "元旦"}
    assert found.makeup == {date(2027, 1, 9): "元旦"}
    assert found.number == "https://www.gov.cn/x.htm"


def test_the_example_in_the_format_page_works() -> None:
    page = (resources.path("calendars") / "FORMAT.md").read_text("utf-8")
    in_json = page.split("```json\n")[1].split("```")[0]
    in_csv = page.split("```csv\n")[1].split("```")[0]
    one, other = parse(in_json, file="a"), parse(in_csv, file="b")
    assert one.off == other.off
    assert one.makeup == other.makeup == {date(2026, 1, 4): "元旦"}


FAULTS = [
    ("{", CalendarFault.SYNTAX, 1),
    ('{\n "year": 2027,\n "format" 1}', CalendarFault.SYNTAX, 3),
    ("[1]", CalendarFault.SYNTAX, 1),
    ("[" * 100_000, CalendarFault.SYNTAX, 1),
    ("", CalendarFault.SYNTAX, 1),
    ("日期,节日\n", CalendarFault.SYNTAX, 1),
    (document(format="other"), CalendarFault.BAD_VALUE, 2),
    (document(year=None), CalendarFault.MISSING, 1),
    (document(year=27), CalendarFault.BAD_VALUE, 3),
    (document(years=2027), CalendarFault.UNKNOWN_FIELD, 26),
    (document(notice=None), CalendarFault.MISSING, 1),
    (document(notice={"number": "1"}), CalendarFault.MISSING, 1),
    (document(notice={"number": "1", "issued": "下周"}), CalendarFault.BAD_DATE, 6),
    (document(holidays=None), CalendarFault.MISSING, 1),
    (document(holidays=[]), CalendarFault.EMPTY, None),
    (holiday(name=""), CalendarFault.MISSING, 9),
    (holiday(**{"from": "2027-02-30"}), CalendarFault.BAD_DATE, 11),
    (holiday(to="2026-12-31"), CalendarFault.REVERSED, 11),
    (holiday(to="2028-01-02"), CalendarFault.OUTSIDE_YEAR, 11),
    (holiday(**{"from": "2026-11-30"}), CalendarFault.OUTSIDE_YEAR, 11),
    (holiday(makeup=["2027-01-05"]), CalendarFault.MAKEUP_WEEKDAY, 13),
    (holiday(makeup=["2027-01-01"]), CalendarFault.TWICE, 11),
    (holiday(makeup="2027-01-09"), CalendarFault.BAD_VALUE, 12),
    (holiday(rest="x"), CalendarFault.UNKNOWN_FIELD, 12),
    (document(holidays=["元旦"]), CalendarFault.SYNTAX, 9),
    (CSV.replace("放假,春节", "休息,春节"), CalendarFault.UNKNOWN_FIELD, 7),
    (CSV.replace("2027/2/5", "二月五日"), CalendarFault.BAD_DATE, 7),
    (CSV.replace("2027/2/5", ""), CalendarFault.MISSING, 7),
    (CSV.replace("放假,元旦", "放假,"), CalendarFault.MISSING, 5),
    (CSV.replace("文号,测试〔2026〕1号,,\n", ""), CalendarFault.MISSING, 1),
    (CSV + "上班,春节,2027/2/6,\n", CalendarFault.TWICE, 9),
    (CSV + "放假,清明节,2027/4/5,2227/4/7\n", CalendarFault.OUTSIDE_YEAR, 9),
    (CSV + '放假,"清明', CalendarFault.SYNTAX, 1),
]


@pytest.mark.parametrize(("text", "code", "line"), FAULTS, ids=lambda v: str(v)[-24:])
def test_faults_name_line_and_reason(text: str, code: CalendarFault, line: int | None) -> None:
    with pytest.raises(DomainError) as caught:
        parse(text, file="a.json")
    assert caught.value.code is code
    assert caught.value.facts["file"] == "a.json"
    assert caught.value.facts.get("line") == line
    sentence = explain(caught.value)
    assert "a.json" in sentence
    assert "…" not in sentence.replace("{…}", "")  # a fact that the sentence names is missing


def test_files_that_are_no_notice(tmp_path: Path) -> None:
    cases = {
        "missing.json": (None, CalendarFault.UNREADABLE),
        "binary.csv": (b"\xff\xfe\x81\x00\x80", CalendarFault.ENCODING),
        "huge.json": (b" " * (calendars.SIZE_LIMIT + 1), CalendarFault.TOO_LARGE),
    }
    for name, (content, code) in cases.items():
        if content is not None:
            (tmp_path / name).write_bytes(content)
        with pytest.raises(DomainError) as caught:
            read(tmp_path / name)
        assert caught.value.code is code
    with pytest.raises(DomainError) as caught:
        read(tmp_path)
    assert caught.value.code is CalendarFault.UNREADABLE


JUNK: st.SearchStrategy[object] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.dates().map(str),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=8,
)


def refusal(text: str) -> str:
    """The sentence by which a text is refused; empty when it is taken. Nothing else may raise."""
    try:
        parse(text, file="a.json")
    except DomainError as error:
        return explain(error)
    return ""


@given(
    st.sampled_from(["year", "edition", "notice", "holidays", "days", "papers"]),
    JUNK,
    st.booleans(),
)
def test_junk_in_any_place_is_refused_in_words(key: str, junk: object, bare: bool) -> None:
    text = json.dumps({key: junk, "year": 2027}) if bare else document(**{key: junk})
    sentence = refusal(text)
    assert not bare or "放假安排文件“a.json”" in sentence


@given(st.dictionaries(st.sampled_from(["name", "from", "to", "makeup"]), JUNK, max_size=4))
def test_junk_in_a_holiday_is_refused_in_words(entry: dict[str, object]) -> None:
    sentence = refusal(holiday(**entry))
    if not isinstance(entry.get("name", "元旦"), str) or not isinstance(
        entry.get("makeup", []), list
    ):
        assert "name" in sentence or "makeup" in sentence or "from" in sentence
    assert not sentence or "a.json" in sentence


@given(st.text(max_size=200))
def test_any_text_is_refused_in_words(text: str) -> None:
    assert refusal(text)
    refusal(CSV + text)
    assert refusal(CSV.replace("2027/2/5", text.replace(",", ""))) or text.strip()[:4] == "2027"
