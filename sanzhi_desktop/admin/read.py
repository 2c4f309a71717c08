"""`sanzhi read FILE`: what intake reads out of a decision or submission, with its places."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sanzhi_desktop.documents.read.model import FieldReading, Reading


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = commands.add_parser("read", help="读取决定书或送审材料，列出各项内容及其位置")
    parser.add_argument("file", metavar="FILE", help=".docx、.txt 或有文字的 .pdf 文件")
    parser.add_argument("--json", action="store_true", help="在标准输出打印一份 JSON")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Prints the reading. A file that cannot be read raises a DomainError (exit 2)."""
    from sanzhi_desktop.documents.read.submission import as_json, message, read_submission

    reading = read_submission(Path(args.file))
    if args.json:
        print(json.dumps(as_json(reading), ensure_ascii=False, indent=2))
        return 0
    _print(reading)
    for mark in reading.warnings:
        print(f"提示：{message(mark)}", file=sys.stderr)
    return 0


def _print(reading: "Reading") -> None:
    from sanzhi_desktop.documents.read.model import FIELD_NAMES
    from sanzhi_desktop.resources.sentences import sentence

    for name in FIELD_NAMES:
        label = sentence(f"read.field.{name}")
        found = reading.fields[name]
        where = f"　（{found.where}）" if found.where and found.present else ""
        print(f"{label}：{_shown(found)}{where}")


def _shown(found: "FieldReading") -> str:
    from sanzhi_desktop.documents.read.model import Ruling
    from sanzhi_desktop.domain.money import format_yuan

    value = found.value
    if isinstance(value, Ruling):
        parts = [value.summary]
        if value.penalty_kinds:
            parts.append("种类：" + "、".join(value.penalty_kinds))
        if value.fine_fen is not None:
            parts.append("罚款：" + format_yuan(value.fine_fen))
        if value.confiscated_income_fen is not None:
            parts.append("没收违法所得：" + format_yuan(value.confiscated_income_fen))
        return "；".join(parts)
    if isinstance(value, tuple):
        return "、".join(value) or "（未读到）"
    return value or "（未读到）"
