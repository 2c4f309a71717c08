"""Wrong command lines are answered in Chinese, whatever argparse says of them."""

import re

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.admin.usage_words import ChineseParser, chinese

WORDS = re.compile(r"\b[a-z]{4,}\b")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nonsense"], "命令不能是'nonsense'，可以是："),
        (["deadline"], "缺少--from"),
        (["deadline", "--from"], "--from后面要写一个值"),
        (["deadline", "--from", "2026-09-18", "--quux"], "不认识的参数：--quux"),
        (["demo", "--out", "x", "--outcome", "maybe"], "--outcome不能是'maybe'"),
        (["profile"], "缺少list|show|check|diff"),
        (["read", "a", "--json=1"], "--json后面不写值，'1'是多余的"),
    ],
)
def test_a_wrong_command_line(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as left:
        main(arguments)
    assert left.value.code == 2
    shown = capsys.readouterr()
    assert shown.out == ""
    assert f"用法有误：{said}" in shown.err
    assert shown.err.startswith("用法：sanzhi")


def parser() -> ChineseParser:
    made = ChineseParser(prog="sanzhi x")
    made.add_argument("--number", type=int)
    made.add_argument("--some", nargs="+")
    made.add_argument("--two", nargs=2)
    made.add_argument("--verbose", action="store_true")
    made.add_argument("--version-of")
    one = made.add_mutually_exclusive_group(required=True)
    one.add_argument("--left", action="store_true")
    one.add_argument("--right", action="store_true")
    return made


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--left", "--right"],
        ["--left", "--number", "x"],
        ["--left", "--some"],
        ["--left", "--two", "1"],
        ["--left", "--ver", "1"],
        ["--left", "--verbose=1"],
        ["--left", "more"],
    ],
)
def test_nothing_english_is_left(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parser().parse_args(arguments)
    (told,) = [line for line in capsys.readouterr().err.splitlines() if "用法有误" in line]
    options = {"number", "some", "verbose", "version", "left", "right", "more"}
    assert set(WORDS.findall(told)) <= options


def test_the_help_has_chinese_headings() -> None:
    text = parser().format_help()
    assert text.startswith("用法：sanzhi x")
    assert "显示这份说明" in text
    for english in ("usage:", "options", "positional", "show this"):
        assert english not in text


def test_what_is_unknown_is_not_hidden() -> None:
    assert chinese("something new of a later Python") == "something new of a later Python"
