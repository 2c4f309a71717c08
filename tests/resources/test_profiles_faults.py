"""Every way in which a profile file can be wrong is refused with line, key, reason and remedy."""

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import ProfileFault, profile_from_json
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.profiles.faults import FileFault, Flaw
from sanzhi_desktop.resources.profiles.parse import LARGEST, RawProfile, line_map, parse_profile

HEAD = """\
id = "here"
name = "某县"
edition = "2026-01-01"
extends = "national"

[documents."某政办〔2026〕1号"]
title = "某县办法"
rank = "normative"

"""
SOURCE = 'document = "某政办〔2026〕1号"\narticle = "第一条"\nquote = "原文"\n'


def check(tmp_path: Path, body: str, *, head: str = HEAD) -> tuple[Flaw, ...]:
    file = tmp_path / "here.toml"
    file.write_text(head + body, "utf-8")
    return profiles.check_file(file)


def only(flaws: tuple[Flaw, ...]) -> Flaw:
    assert len(flaws) == 1, [(f.code, f.line, f.key, f.reason) for f in flaws]
    flaw = flaws[0]
    assert flaw.reason
    assert flaw.remedy
    assert "…" not in flaw.reason.replace("{ … }", ""), flaw.reason
    return flaw


def rule(key: str, *lines: str) -> str:
    return f'[rules."{key}"]\n' + "".join(f"{line}\n" for line in lines) + SOURCE


# code, what is written under the head, and what has to stand in the line that is named
WRONG = {
    "a limit of minus one": (
        FileFault.NOT_POSITIVE,
        rule("review.limit", "value = -1", 'unit = "working_day"'),
        "value = -1",
    ),
    "a limit of zero": (
        FileFault.NOT_POSITIVE,
        rule("review.limit", "value = 0", 'unit = "working_day"'),
        "value = 0",
    ),
    "a limit of ten thousand days": (
        FileFault.TOO_MUCH,
        rule("review.limit", "value = 10000", 'unit = "working_day"'),
        "value = 10000",
    ),
    "half a day": (
        FileFault.WRONG_TYPE,
        rule("review.limit", "value = 2.5", 'unit = "working_day"'),
        "value = 2.5",
    ),
    "a limit in words": (
        FileFault.WRONG_TYPE,
        rule("review.limit", 'value = "五日"', 'unit = "working_day"'),
        "五日",
    ),
    "true for a limit": (
        FileFault.WRONG_TYPE,
        rule("review.limit", "value = true", 'unit = "working_day"'),
        "value = true",
    ),
    "no unit": (FileFault.UNIT_MISSING, rule("review.limit", "value = 5"), "review.limit"),
    "an unknown unit": (
        FileFault.UNIT_WRONG,
        rule("review.limit", "value = 5", 'unit = "week"'),
        'unit = "week"',
    ),
    "a number beside promptly": (
        FileFault.UNIT_WRONG,
        rule("publicity.retract", "value = 5", 'unit = "promptly"'),
        "promptly",
    ),
    "a unit without a number": (
        FileFault.NO_VALUE,
        rule("review.limit", 'unit = "working_day"'),
        "review.limit",
    ),
    "a ratio without unit": (FileFault.UNIT_MISSING, rule("staff.ratio", "value = 5"), "staff"),
    "a ratio over a hundred": (
        FileFault.TOO_MUCH,
        rule("staff.ratio", "value = 101", 'unit = "percent"'),
        "value = 101",
    ),
    "an unknown key": (
        FileFault.UNKNOWN_KEY,
        rule("review.limits", "value = 5", 'unit = "working_day"'),
        "review.limits",
    ),
    "an unknown field": (
        FileFault.UNKNOWN_FIELD,
        rule("review.limit", "value = 5", 'unit = "working_day"', 'untit = "x"'),
        "untit",
    ),
    "no value at all": (FileFault.NO_VALUE, rule("review.limit", "soft = true"), "review.limit"),
    "value and open": (
        FileFault.VALUE_AND_OPEN,
        rule("review.limit", "value = 5", 'unit = "working_day"', "open = true"),
        "review.limit",
    ),
    "no document": (
        FileFault.NO_DOCUMENT,
        '[rules."outcome.reasons_required"]\nvalue = true\n',
        "outcome.reasons_required",
    ),
    "a quote that names no document": (
        FileFault.QUOTE_WITHOUT_DOCUMENT,
        '[rules."outcome.reasons_required"]\nvalue = true\nquote = "并说明理由"\n',
        "outcome.reasons_required",
    ),
    "a document that is not listed": (
        FileFault.DOCUMENT_UNKNOWN,
        '[rules."outcome.reasons_required"]\nvalue = true\ndocument = "他文"\nquote = "并"\n',
        "他文",
    ),
    "a source without its phrase": (
        FileFault.SOURCE_INCOMPLETE,
        rule("outcome.reasons_required", "value = true").replace('quote = "原文"\n', ""),
        "outcome.reasons_required",
    ),
    "a flag in words": (
        FileFault.WRONG_TYPE,
        rule("outcome.reasons_required", 'value = "是"'),
        'value = "是"',
    ),
    "an unknown start": (
        FileFault.BAD_CHOICE,
        rule("review.start", 'value = "sometime"'),
        "sometime",
    ),
    "an unknown outcome": (
        FileFault.BAD_CHOICE,
        rule(
            "outcomes",
            "value = [",
            '  { code = "AGREE", name = "同意" },',
            '  { code = "MAYBE", name = "再说" },',
            "]",
        ),
        "MAYBE",
    ),
    "nothing passes": (
        FileFault.NOTHING_PASSES,
        rule("outcomes", 'value = [{ code = "PROBLEM", name = "存在问题" }]'),
        "value = [",
    ),
    "an outcome twice": (
        FileFault.DUPLICATE_ID,
        rule(
            "outcomes",
            "value = [",
            '  { code = "AGREE", name = "同意" },',
            '  { code = "AGREE", name = "通过" },',
            "]",
        ),
        "通过",
    ),
    "a threshold of half a fen": (
        FileFault.FRACTION_OF_FEN,
        rule(
            "scope.thresholds",
            'value = [{ id = "a", kind = "行政处罚", yuan = 10000.005, inclusive = true }]',
        ),
        "10000.005",
    ),
    "a threshold below zero": (
        FileFault.NOT_POSITIVE,
        rule(
            "scope.thresholds",
            'value = [{ id = "a", kind = "penalty", yuan = -1, inclusive = true }]',
        ),
        "yuan = -1",
    ),
    "a threshold neither 含 nor 不含": (
        FileFault.NEEDS_INCLUSIVE,
        rule("scope.thresholds", 'value = [{ id = "a", kind = "penalty", yuan = 10000 }]'),
        "yuan = 10000",
    ),
    "含本数 of an amount that is forgotten": (
        FileFault.MISSING_FIELD,
        rule("scope.thresholds", 'value = [{ id = "a", kind = "penalty", inclusive = true }]'),
        "inclusive = true",
    ),
    "a superior instead of nobody": (
        FileFault.MISSING_FIELD,
        rule("scope.thresholds", 'value = [{ id = "a", kind = "penalty", instead = true }]'),
        "instead = true",
    ),
    "a start nobody knows": (
        FileFault.BAD_CHOICE,
        rule("correction.limit", "value = 3", 'unit = "working_day"', 'start = "某日"'),
        'start = "某日"',
    ),
    "a period before nothing": (
        FileFault.BAD_CHOICE,
        rule("correction.limit", "value = 3", 'unit = "working_day"', 'before = "随便"'),
        'before = "随便"',
    ),
    "a review that starts with the filing": (
        FileFault.BAD_CHOICE,
        rule("review.limit", "value = 3", 'unit = "working_day"', 'start = "立案"'),
        'start = "立案"',
    ),
    "a start said twice": (
        FileFault.SAID_TWICE,
        rule("review.start", 'value = "receipt"')
        + rule("review.limit", "value = 3", 'unit = "working_day"', 'start = "受理"'),
        'start = "受理"',
    ),
    "an extension of minus three after another": (
        FileFault.NOT_POSITIVE,
        rule(
            "clock.penalty.decision",
            "value = 90",
            'unit = "calendar_day"',
            'extension = { value = 30, unit = "日", then = { value = -3, unit = "日" } }',
        ),
        "value = -3",
    ),
    "a control character": (
        FileFault.CONTROL_CHARACTER,
        rule("meeting.name", 'value = "局长\\u0000办公会"'),
        "局长",
    ),
    "a key without quotation marks": (
        FileFault.KEY_UNQUOTED,
        "[rules.review.limit]\nvalue = 3\n",
        "[rules.review.limit]",
    ),
    "an unknown kind": (
        FileFault.BAD_CHOICE,
        rule("scope.thresholds", 'value = [{ id = "a", kind = "行政调解" }]'),
        "行政调解",
    ),
    "a row without its id": (
        FileFault.MISSING_FIELD,
        rule("materials", 'value = [{ name = "证据" }]'),
        "证据",
    ),
    "an empty list": (FileFault.EMPTY, rule("publicity.content", "value = []"), "value = []"),
    "a list of numbers": (
        FileFault.WRONG_TYPE,
        rule("publicity.content", "value = [1]"),
        "value = [1]",
    ),
    "the thirtieth of February": (
        FileFault.BAD_DATE,
        rule("report.annual", 'value = "02-30"'),
        "02-30",
    ),
    "a stage that ends before it begins": (
        FileFault.DATES_REVERSED,
        rule("stages", 'value = [{ id = "a", name = "甲", from = 2026-02-01, to = 2026-01-01 }]'),
        "2026-02-01",
    ),
    "an unknown cause of suspension": (
        FileFault.BAD_CHOICE,
        rule("review.suspend", 'value = [{ id = "holiday", name = "放假" }]'),
        "放假",
    ),
    "a criterion that is not there": (
        FileFault.DANGLING,
        rule("scope.statute", 'value = [{ id = "a", name = "甲", needs = ["nowhere"] }]'),
        "nowhere",
    ),
    "a default that is not there": (
        FileFault.NO_DEFAULT,
        rule("review.limit", "accept = true"),
        "review.limit",
    ),
    "an extension without number": (
        FileFault.NO_VALUE,
        rule(
            "clock.permit.decision",
            "value = 20",
            'unit = "working_day"',
            'extension = { approver = "负责人" }',
        ),
        "extension",
    ),
    "a misspelt source beside": (
        FileFault.UNKNOWN_FIELD,
        rule(
            "outcome.reasons_required",
            "value = true",
            'also = [{ document = "某政办〔2026〕1号", artikel = "一", article = "一", quote = "二" }]',
        ),
        "artikel",
    ),
    "an extension without unit": (
        FileFault.UNIT_MISSING,
        rule(
            "clock.permit.decision",
            "value = 20",
            'unit = "working_day"',
            "extension = { value = 10 }",
        ),
        "extension",
    ),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_wrong_rule_is_refused_at_its_line(case: str, tmp_path: Path) -> None:
    code, body, marked = WRONG[case]
    flaw = only(check(tmp_path, body))
    assert flaw.code is code
    assert marked in (HEAD + body).splitlines()[flaw.line - 1]
    assert flaw.key in body or flaw.key == "outcomes"
    assert set(flaw.as_dict()) >= {"file", "line", "key", "reason", "remedy"}


@pytest.mark.parametrize(
    ("body", "line", "word"),
    [
        ("edition2 = “一”\n", 10, "英文双引号"),
        ('note = "甲\n', 10, "引号没有成对"),
        ("note = [1, 2\n", 10, "方括号没有成对"),
        ("note\n", 10, "等号"),
        ('note = "甲" 乙\n', 10, "多写了内容"),
        ("[rules.outcomes]\n[rules.outcomes]\n", 11, "写了两次"),
        ("键 = 1\n", 10, "键名"),
        ("note = { a = 1,\n b = 2 }\n", 10, "花括号里不能换行"),
        ("note = { a = 1\n }\n", 10, "花括号里换了行"),
    ],
)
def test_a_slip_of_syntax_is_told_in_chinese(
    body: str, line: int, word: str, tmp_path: Path
) -> None:
    flaw = only(check(tmp_path, body))
    assert flaw.line == line
    assert word in flaw.reason + flaw.remedy
    assert not any("a" <= letter <= "z" for letter in flaw.reason.replace("TOML", ""))


def test_a_key_without_quotation_marks_is_recognised(tmp_path: Path) -> None:
    body = "[rules.review.limit]\nvalue = 5\n" + SOURCE
    flaw = only(check(tmp_path, body))
    assert flaw.code is FileFault.KEY_UNQUOTED
    assert '[rules."review.limit"]' in flaw.remedy


def test_a_near_miss_is_guessed(tmp_path: Path) -> None:
    body = rule("reveiw.limit", "value = 5", 'unit = "working_day"')
    assert "review.limit" in only(check(tmp_path, body)).reason + only(check(tmp_path, body)).remedy


@pytest.mark.parametrize(
    ("head", "code", "line"),
    [
        (HEAD.replace('id = "here"\n', ""), FileFault.MISSING_FIELD, 1),
        (HEAD.replace('"here"', '"Hier!"'), FileFault.BAD_ID, 1),
        (
            HEAD.replace('extends = "national"', 'extends = "atlantis"'),
            FileFault.EXTENDS_UNKNOWN,
            4,
        ),
        (HEAD.replace('extends = "national"', 'extends = "here"'), FileFault.EXTENDS_CYCLE, 4),
        (HEAD.replace('extends = "national"\n', ""), FileFault.MISSING_FIELD, 1),
        (
            HEAD.replace("\n[doc", "effective_from = 2026-02-01\neffective_to = 2026-01-31\n[doc"),
            FileFault.DATES_REVERSED,
            6,
        ),
        (HEAD.replace("\n[doc", 'effective_from = "2026-02-31"\n[doc'), FileFault.BAD_DATE, 5),
        (HEAD.replace("\n[doc", "effective_from = 2026-02-30\n[doc"), FileFault.BAD_DATE, 5),
        (HEAD.replace('"normative"', '"holy"'), FileFault.BAD_CHOICE, 8),
        (HEAD.replace("\n[doc", 'colour = "red"\n[doc'), FileFault.UNKNOWN_FIELD, 5),
        (HEAD.replace("edition", "name"), FileFault.DUPLICATE_KEY, 3),
        (HEAD.replace('"某县"', "某县"), FileFault.NOT_TOML, 2),
    ],
)
def test_a_wrong_head_is_refused(head: str, code: FileFault, line: int, tmp_path: Path) -> None:
    flaw = check(tmp_path, "", head=head)[0]
    assert (flaw.code, flaw.line) == (code, line)
    assert flaw.key


@pytest.mark.parametrize(
    ("content", "line", "key"),
    [
        ((HEAD + '[rules."review.limit"]\nvalue = 5个\n').encode(), 11, "review.limit"),
        (HEAD.replace('"某县"', "“某县”").encode(), 2, "name"),
        (HEAD.encode("gbk"), 2, "（整个文件）"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, 1, "（整个文件）"),
        (HEAD.encode() + b"#" * 10_000_000, 1, "（整个文件）"),
        (HEAD.encode() + b"effective = " + b"1" * 5000, 10, "（整个文件）"),
    ],
    ids=["a number", "a head", "another encoding", "depth", "ten megabytes", "digits"],
)
def test_a_file_that_is_no_profile_names_line_and_key(
    content: bytes, line: int, key: str, tmp_path: Path
) -> None:
    file = tmp_path / "here.toml"
    file.write_bytes(content)
    flaw = only(profiles.check_file(file))
    assert (flaw.line, flaw.key) == (line, key)


def test_a_circle_of_two_files_is_refused(tmp_path: Path) -> None:
    for name, other in (("here", "there"), ("there", "here")):
        text = HEAD.replace('"here"', f'"{name}"').replace('"national"', f'"{other}"')
        (tmp_path / f"{name}.toml").write_text(text, "utf-8")
    flaw = only(profiles.check_file(tmp_path / "here.toml"))
    assert flaw.code is FileFault.EXTENDS_CYCLE
    assert flaw.line == 4
    assert "here → there → here" in flaw.reason


def test_a_circle_is_seen_whatever_the_files_are_called(tmp_path: Path) -> None:
    for name, other in (("here", "there"), ("there", "here")):
        text = HEAD.replace('"here"', f'"{name}"').replace('"national"', f'"{other}"')
        (tmp_path / f"方案-{name}.toml").write_text(text, "utf-8")
    flaw = only(profiles.check_file(tmp_path / "方案-here.toml"))
    assert flaw.code is FileFault.EXTENDS_CYCLE


def test_a_file_may_extend_one_beside_it(tmp_path: Path) -> None:
    below = HEAD.replace('"here"', '"county"') + rule(
        "review.limit", "value = 7", 'unit = "working_day"'
    )
    (tmp_path / "county.toml").write_text(below, "utf-8")
    top = tmp_path / "bureau.toml"
    top.write_text(HEAD.replace('"here"', '"bureau"').replace('"national"', '"county"'), "utf-8")
    profile = profiles.load(str(top))
    assert profile.layers == ("national", "county", "bureau")
    assert profile.value("review.limit") == 7


def test_a_faulty_file_below_is_the_one_named(tmp_path: Path) -> None:
    below = HEAD.replace('"here"', '"county"') + rule("review.limit", "value = 7")
    (tmp_path / "county.toml").write_text(below, "utf-8")
    top = tmp_path / "bureau.toml"
    top.write_text(HEAD.replace('"here"', '"bureau"').replace('"national"', '"county"'), "utf-8")
    assert only(profiles.check_file(top)).file.endswith("county.toml")


def test_all_faults_are_told_at_once(tmp_path: Path) -> None:
    body = rule("review.limit", "value = -1", 'unit = "working_day"') + rule(
        "nonsense", "value = 1"
    )
    assert {flaw.code for flaw in check(tmp_path, body)} == {
        FileFault.NOT_POSITIVE,
        FileFault.UNKNOWN_KEY,
    }


def test_ten_megabytes_are_refused_before_they_are_read(tmp_path: Path) -> None:
    file = tmp_path / "huge.toml"
    with file.open("wb") as sink:
        sink.truncate(10 * LARGEST)
    flaw = only(profiles.check_file(file))
    assert flaw.code is FileFault.TOO_LARGE
    assert "10000000" in flaw.reason


def test_a_file_full_of_faults_is_answered_at_once(tmp_path: Path) -> None:
    body = "".join(f'[rules."review.limit{n}"]\nvalue = 1\n' for n in range(3000))
    flaws = check(tmp_path, body)
    assert len(flaws) == 3000
    assert "review.limit" in flaws[0].remedy
    assert flaws[-1].line == 10 + 2 * 2999


def test_another_encoding_is_named(tmp_path: Path) -> None:
    file = tmp_path / "gbk.toml"
    file.write_bytes('id = "某县"'.encode("gbk"))
    assert only(profiles.check_file(file)).code is FileFault.NOT_UTF8


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    file = tmp_path / "here.toml"
    file.write_bytes(b"\xef\xbb\xbf" + HEAD.encode())
    assert profiles.check_file(file) == ()


def test_deep_nesting_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    assert only(check(tmp_path, "x = " + "[" * 20_000)).code is FileFault.NOT_TOML


def test_a_missing_file_is_unreadable(tmp_path: Path) -> None:
    with pytest.raises(DomainError) as caught:
        profiles.check_file(tmp_path / "nowhere.toml")
    assert caught.value.code is ProfileFault.NOT_READABLE


def test_a_refused_office_layer_leaves_the_running_profile_alone() -> None:
    before = profiles.shipped("shucheng").applied()
    text = HEAD.replace('"national"', '"shucheng"') + rule(
        "review.limit", "value = -1", 'unit = "working_day"'
    )
    with pytest.raises(DomainError) as caught:
        profiles.with_office("shucheng", text)
    assert caught.value.code is ProfileFault.REFUSED
    assert caught.value.facts["line"] == 11
    assert profiles.shipped("shucheng").applied() == before


@pytest.mark.parametrize(
    ("base", "key", "value", "named"),
    [
        ("shucheng", "gate.fail_blocks.penalty", "false", "行政处罚法"),
        ("zhengzhou", "gate.fail_blocks.penalty", "false", "行政处罚法"),
        ("shucheng", "gate.fail_blocks", "false", "舒应急〔2019〕85号"),
        ("haimen", "gate.dispute_clears", "true", "海门市"),
        ("zhengzhou", "gate.requires_review", "false", "郑政办〔2019〕49号"),
        ("yueyanglou", "countersign.substitutes", "true", "岳阳楼区"),
    ],
)
def test_no_office_releases_itself_from_the_gate(
    base: str, key: str, value: str, named: str
) -> None:
    text = HEAD.replace('"normative"', '"office"').replace('"national"', f'"{base}"')
    rule_text = f'[rules."{key}"]\nvalue = {value}\ndocument = "某政办〔2026〕1号"\n'
    with pytest.raises(DomainError) as caught:
        profiles.with_office(base, text + rule_text)
    assert named in str(caught.value.facts["reason"])


def test_an_office_may_close_a_gate_that_its_plan_leaves_open() -> None:
    text = HEAD.replace('"normative"', '"office"')
    rule_text = '[rules."gate.fail_blocks"]\nvalue = true\ndocument = "某政办〔2026〕1号"\n'
    assert profiles.with_office("zhengzhou", text + rule_text).value("gate.fail_blocks") is True


KEYS = st.sampled_from(["review.limit", "staff.ratio", "outcomes", "tasks", "gate.fail_blocks"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.dates(),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(
    key=KEYS,
    table=st.dictionaries(
        st.sampled_from(
            [
                "value",
                "unit",
                "open",
                "document",
                "quote",
                "also",
                "counting",
                "extension",
                "to",
                "note",
            ]
        ),
        VALUES,
        max_size=5,
    ),
)
def test_no_table_makes_the_check_crash(key: str, table: dict[str, object]) -> None:
    office = {
        "id": "office",
        "name": "某局",
        "edition": "1",
        "extends": "shucheng",
        "documents": {"甲": {"title": "甲", "rank": "office"}},
        "rules": {key: table},
    }
    with suppress(DomainError):
        profile = profiles.with_office("shucheng", office)
        assert profile_from_json(profile.applied()) == profile


def test_lines_are_found_through_strings_comments_and_arrays() -> None:
    text = (
        '# [rules."review.limit"]\n'
        'id = """a\n[not]\n"""\n'
        '[rules."a.b"]  # note\n'
        "value = [\n"
        "    # first\n"
        '    { id = "x", yuan = 1 },\n'
        "\n"
        '    { id = "y = [", list = [1, 2] },\n'
        "]\n"
        "[[tables]]\n"
        "k = 1\n"
    )
    lines = line_map(text)
    assert lines[("id",)] == 2
    assert lines[("rules", "a.b")] == 5
    assert lines[("rules", "a.b", "value")] == 6
    assert lines[("rules", "a.b", "value", 0)] == 8
    assert lines[("rules", "a.b", "value", 1)] == 10
    assert lines[("tables", 0, "k")] == 13


@pytest.mark.parametrize("name", ["national", "tianxin", "zhengzhou"])
def test_every_key_of_a_shipped_file_has_its_line(name: str) -> None:
    from sanzhi_desktop import resources

    text = resources.path("profiles", f"{name}.toml").read_text("utf-8")
    raw = parse_profile(text, name)
    assert isinstance(raw, RawProfile)
    written = text.splitlines()
    for key, table in raw.data["rules"].items():
        assert key in written[raw.line("rules", key) - 1]
        for field in table:
            assert written[raw.line("rules", key, field) - 1].startswith(f"{field} = ")
