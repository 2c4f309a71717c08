"""argparse in Chinese: headings, the help option, and what is wrong with a command line.

Must not: knowing any verb.
"""

import argparse
import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn

_TYPES = {"int": "整数", "float": "数字", "Path": "路径", "_day": "日期，请写成 2026-09-18 的形式"}
_NAMED = r"argument (?P<name>.+?): "
_FAULTS: tuple[tuple[str, Callable[[re.Match[str]], str]], ...] = (
    (r"the following arguments are required: (?P<rest>.+)", lambda m: f"缺少{m['rest']}"),
    (r"unrecognized arguments: (?P<rest>.+)", lambda m: f"不认识的参数：{m['rest']}"),
    (
        _NAMED + r"invalid choice: (?P<value>.+?) \(choose from (?P<rest>.+)\)",
        lambda m: f"{_short(m['name'])}不能是{m['value']}，可以是：{m['rest']}",
    ),
    (
        _NAMED + r"invalid (?P<type>\w+) value: (?P<value>.+)",
        lambda m: f"{m['name']}后面的{m['value']}不是{_TYPES.get(m['type'], '正确的值')}",
    ),
    (_NAMED + r"expected one argument", lambda m: f"{m['name']}后面要写一个值"),
    (_NAMED + r"expected at least one argument", lambda m: f"{m['name']}后面至少写一个值"),
    (_NAMED + r"expected at most one argument", lambda m: f"{m['name']}后面最多写一个值"),
    (
        _NAMED + r"expected (?P<number>\d+) arguments?",
        lambda m: f"{m['name']}后面要写{m['number']}个值",
    ),
    (
        _NAMED + r"not allowed with argument (?P<other>.+)",
        lambda m: f"{m['name']}不能和{m['other']}一起写",
    ),
    (
        _NAMED + r"ignored explicit argument (?P<value>.+)",
        lambda m: f"{m['name']}后面不写值，{m['value']}是多余的",
    ),
    (
        r"one of the arguments (?P<rest>.+) is required",
        lambda m: f"{'、'.join(m['rest'].split())}要写其中一个",
    ),
    (
        r"ambiguous option: (?P<name>.+?) could match (?P<rest>.+)",
        lambda m: f"{m['name']}不明确，可能是：{m['rest']}",
    ),
)


def _short(name: str) -> str:
    return "命令" if name in ("verb", "命令") else name


def chinese(message: str) -> str:
    """What argparse says of a wrong command line; anything unknown stays as it is."""
    for pattern, words in _FAULTS:
        found = re.fullmatch(pattern, message)
        if found is not None:
            return words(found)
    return message


class _Formatter(argparse.HelpFormatter):
    """用法 before the usage line."""

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class ChineseParser(argparse.ArgumentParser):
    """argparse with Chinese headings; wrong usage exits 2 with a sentence."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**({"formatter_class": _Formatter} | given | {"add_help": False}))
        self._positionals.title = "参数"
        self._optionals.title = "选项"
        self.add_argument("-h", "--help", action="help", help="显示这份说明")

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        verb = " ".join(self.prog.split()[1:])
        help_ = " ".join(part for part in ("sanzhi", verb, "--help") if part)
        self.exit(2, f"用法有误：{chinese(message)}。\n运行 {help_} 查看说明。\n")
