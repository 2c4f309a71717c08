"""The facts end where the decision begins: with what was found, not in the middle of a sentence."""

import re
from pathlib import Path

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.documents.read.submission import read_submission

DECISIONS = sorted((Path(__file__).parent / "decisions").glob("*.txt"))
SAMPLES = sorted(p for p in resources.path("samples").iterdir() if p.suffix in {".txt", ".docx"})
_RUNS_ON = re.compile(r"(?:决定|如下|以下[^。]{0,8}处罚|处罚依据|[,，、:：;；]|^现)$", re.MULTILINE)
HEAD = "行政处罚决定书\n示市监罚〔2026〕7号\n当事人：示例食品有限公司\n"
FOUND = "经查明，2026年5月6日，你公司销售标签不合格的糕点12盒，货值金额360元。"


def facts_of(path: Path) -> str:
    return read_submission(path).text_of("facts")


@pytest.mark.parametrize("path", [*SAMPLES, *DECISIONS], ids=lambda p: p.name)
def test_no_facts_run_on_into_the_decision(path: Path) -> None:
    reading = read_submission(path)
    facts = reading.more["facts"].value if "facts" in reading.more else None
    if not isinstance(facts, str):
        return
    assert facts in reading.text, "the paper's own words, without a change"
    if reading.ruling is not None:
        last = facts.rpartition("\n")[2]
        assert _RUNS_ON.search(last) is None, last


@pytest.mark.parametrize(
    ("announced", "ends"),
    [
        (("\n依据《中华人民共和国食品安全法》第一百二十五条第一款第（二）项的规定，决定对你公司作出"
         "如下行政处罚：\n1.罚款5000元。\n"), ""),
        (("\n你公司的行为违反了《中华人民共和国食品安全法》第七十一条的规定，依据《中华人民共和国"
         "食品安全法》第一百二十五条的规定，我局决定对你公司作出如下行政处罚：\n1.罚款5000元。\n"),
         "\n你公司的行为违反了《中华人民共和国食品安全法》第七十一条的规定"),
        (("\n根据以上事实，依据《中华人民共和国食品安全法》第一百二十五条的规定，经集体讨论，我局决定"
         "对你公司罚款5000元。\n"), ""),
        ("\n本局决定对你公司作出如下行政处罚：\n罚款5000元。\n", ""),
        (("\n四、处罚决定\n依据《中华人民共和国食品安全法》第一百二十五条的规定，决定处罚如下：\n"
         "罚款5000元。\n"), ""),
    ],
)  # fmt: skip
def test_where_the_decision_begins(announced: str, ends: str, tmp_path: Path) -> None:
    paper = tmp_path / "decision.txt"
    paper.write_text(f"{HEAD}{FOUND}{announced}2026年6月1日\n", "utf-8")
    assert facts_of(paper) == FOUND + ends


def test_one_sentence_that_finds_and_decides_keeps_what_it_found(tmp_path: Path) -> None:
    """The law is named before the finding: cutting there would leave no facts."""
    paper = tmp_path / "decision.txt"
    told = "根据《消防监督检查规定》，我局于2026年5月6日对你公司检查，发现疏散通道被砖墙封堵"
    paper.write_text(
        f"{HEAD}{told}，依据《中华人民共和国消防法》第六十条的规定，决定对你公司作出如下行政处罚："
        "\n罚款5000元。\n2026年6月1日\n", "utf-8",
    )  # fmt: skip
    assert facts_of(paper) == told
