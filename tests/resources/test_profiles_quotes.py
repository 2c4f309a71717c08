"""Every quote stands word for word in the document it names, under the heading it names.

`founding/` holds the five public plans, people's names taken out, and the articles of statutes
and rules that are cited.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop import resources

FOUNDING = Path(__file__).parent / "founding"
NUMERALS = "一二三四五六七八九十"
# How deep a heading stands, by its number.
LEVELS = (
    re.compile(rf"[{NUMERALS}]+、"),
    re.compile(rf"[（(][{NUMERALS}]+[)）]"),
    re.compile(r"\d+ ?[.．]"),
    re.compile(r"[（(]\d+[)）]"),
)
PLANS = {
    "天政办发〔2019〕9号": "tianxin",
    "舒应急〔2019〕85号": "shucheng",
    "郑政办〔2019〕49号": "zhengzhou",
}
# The two statutes of remedies, cited by one well-known phrase each, are not among the texts.
NOT_AT_HAND = {"行政复议法", "行政诉讼法"}
FILES = ("national", "hunan", "tianxin", "shucheng", "zhengzhou", "yueyanglou", "haimen")
EXAMPLES = ("examples/medicare", "examples/market")


@cache
def statutes() -> Mapping[str, str]:
    parts = (FOUNDING / "statutes.txt").read_text("utf-8").split("# ")
    return {title: text for title, _, text in (part.partition("\n") for part in parts if part)}


@cache
def document(name: str) -> str:
    if name in statutes():
        return statutes()[name]
    if name in PLANS:
        return (FOUNDING / f"{PLANS[name]}.txt").read_text("utf-8")
    if name.startswith("岳阳楼区"):
        return (FOUNDING / "yueyanglou.txt").read_text("utf-8")
    notice, _, plan = (FOUNDING / "haimen.txt").read_text("utf-8").partition("（此件公开发布）")
    return plan if name.startswith("海门市") else notice


def section(text: str, article: str) -> str | None:
    """The part of a document under a heading, or under a path of headings; None: not there."""
    if article.startswith("第"):
        head = re.match(r"第[一二三四五六七八九十百]+条", article)
        found = head and re.search(rf"^{head[0]} .*?(?=^第|\Z)", text, re.MULTILINE | re.DOTALL)
        return found[0] if found else None
    begin, end = 0, len(text)
    for heading in article.split("　"):
        depth = next((n for n, level in enumerate(LEVELS) if level.match(heading)), None)
        pattern = re.compile(
            ("^[ \t]*" if depth is not None else "") + re.escape(heading), re.MULTILINE
        )
        found = pattern.search(text, begin, end)
        if found is None:
            return None
        begin = found.start()
        if depth is not None:
            peers = "|".join(level.pattern for level in LEVELS[: depth + 1])
            follower = re.compile(rf"^[ \t]*(?:{peers}|附件)", re.MULTILINE).search(
                text, found.end(), end
            )
            end = follower.start() if follower else end
    return text[begin:end]


def citations(file: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    data = tomllib.loads(resources.path("profiles", f"{file}.toml").read_text("utf-8"))
    for key, table in data["rules"].items():
        own = {name: table[name] for name in ("document", "article", "quote") if name in table}
        if own:
            yield key, own
        for other in (*table.get("also", ()), *filter(None, [table.get("counting")])):
            yield key, other
        rows = table.get("value")
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, dict) and "quote" in row:
                yield key, own | row


@pytest.mark.parametrize("file", [*FILES, *EXAMPLES])
def test_every_quote_stands_where_it_says(file: str) -> None:
    wrong = []
    count = 0
    for key, cited in citations(file):
        if cited["document"] in NOT_AT_HAND:
            continue
        count += 1
        under = section(document(cited["document"]), cited["article"])
        if under is None or cited["quote"] not in under:
            wrong.append((key, cited["article"], cited["quote"]))
    assert count > 5
    assert not wrong


@pytest.mark.parametrize(
    ("name", "article", "quote", "stands"),
    [
        (
            "舒应急〔2019〕85号",
            "二、主要任务　（三）全面推行重大执法决定法制审核制度　4.明确审核流程。",
            "原则上在5个工作日之内",
            True,
        ),
        (
            "舒应急〔2019〕85号",
            "二、主要任务　（三）全面推行重大执法决定法制审核制度　2.明确审核范围。",
            "原则上在5个工作日之内",
            False,
        ),
        (
            "舒应急〔2019〕85号",
            "二、主要任务　（三）全面推行重大执法决定法制审核制度　4.明确审核流程。",
            "原则上在7个工作日之内",
            False,
        ),
        ("行政处罚法", "第五十八条第一款第二项", "经过听证程序的", True),
        ("行政处罚法", "第六十条", "经过听证程序的", False),
    ],
)
def test_the_check_itself_tells_right_from_wrong(
    name: str, article: str, quote: str, stands: bool
) -> None:
    under = section(document(name), article)
    assert under is not None
    assert (quote in under) is stands


def test_a_heading_that_is_not_there_is_seen() -> None:
    assert section(document("行政处罚法"), "第二百条") is None
    assert section(document("郑政办〔2019〕49号"), "九、没有这一部分") is None
