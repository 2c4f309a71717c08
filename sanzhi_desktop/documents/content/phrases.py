"""The fixed phrases of the papers, read from the templates, and how values are written in them."""

import tomllib
from collections.abc import Mapping
from datetime import date
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.documents.blocks import Face, Paragraph, Run

_NUMERALS = "一二三四五六七八九"


def load_phrases(paper: str, *, file: str = "papers") -> Mapping[str, Any]:
    """The phrases of one paper out of a file of templates: "opinion", "submission" …"""
    text = resources.path("templates", f"{file}.toml").read_text("utf-8")
    section: Mapping[str, Any] = tomllib.loads(text)[paper]
    return section


def chinese_date(day: date) -> str:
    """A date as 公文 writes it: full year, no leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"


def numeral(number: int) -> str:
    """1 to 99 in Chinese numerals, for headings."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else f"{_NUMERALS[tens - 1]}十"
    return head + (_NUMERALS[ones - 1] if ones else "")


def sentence_end(text: str) -> str:
    """The text with a full stop unless it ends with a sign already."""
    text = text.strip()
    return text if not text or text[-1] in "。；：！？…”）》" else f"{text}。"


def paragraphs(text: str, *, label: str = "", keep: bool = False) -> list[Paragraph]:
    """Body paragraphs, one for each line of the text; a label in 楷体 before the first."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    made = []
    for number, line in enumerate(lines):
        runs = (Run(label, Face.KAI), Run(line)) if label and number == 0 else (Run(line),)
        made.append(Paragraph(runs, keep_with_next=keep and number == len(lines) - 1))
    return made
