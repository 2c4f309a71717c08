"""Reads a profile's TOML and finds the line of anything in it.

Lives here: size limit, encoding, syntax, and the line map, which is built only when a fault has
to name a line. Must not: the meaning of any key.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import Any

from sanzhi_desktop.resources.profiles.faults import FileFault, Flaw

WHOLE_FILE = "（整个文件）"  # the key of a fault that lies in no single one
LARGEST = 1_000_000  # bytes; the longest shipped profile has about 60 000

Steps = tuple[str | int, ...]

_PLACE = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
# What the parser says, in words an officer can act on; the first beginning that fits.
_DETAILS = (
    ("Invalid value", "等号右边的写法不对，文字要加英文双引号"),
    ("Expected '='", "键的后面缺少等号"),
    ("Invalid statement", "键名的写法不对，含有点或者汉字的键名要加英文双引号"),
    (
        "Invalid initial character for a key",
        "键名的写法不对，含有点或者汉字的键名要加英文双引号；花括号里不能换行",
    ),
    ("Expected newline or end", "一行里多写了内容，或者用了中文引号"),
    ("Unclosed array", "方括号没有成对"),
    ("Unclosed inline table", "花括号没有成对，或者在花括号里换了行"),
    ("Unterminated string", "引号没有成对"),
    ("Illegal character", "引号没有成对，或者含有看不见的字符"),
    ("Unescaped", "文字里的反斜杠要写两个"),
    ("Expected ']'", "方括号没有成对"),
    ("Duplicate inline table key", "花括号里同一个字段写了两次"),
    ("Cannot", "同一个键或者同一张表写了两次"),
)
_LONG = re.compile(r"\d{4000}")
_HEADER = re.compile(r"\s*\[{1,2}(.+?)\]{1,2}\s*(?:#.*)?$")
_PART = re.compile(r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(?:\.|$|(?==))""")
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*|\n|[\[\]{},=]',
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class RawProfile:
    """A parsed file: its tables as TOML gave them, numbers with a point as Decimal."""

    file: str
    text: str
    data: Mapping[str, Any]

    @property
    def id(self) -> str:
        """The profile's id, empty when the file has none."""
        found = self.data.get("id")
        return found if isinstance(found, str) else ""

    def line(self, *steps: str | int) -> int:
        """Line of a path, or of its nearest parent that stands in the text; 1 otherwise."""
        lines = line_map(self.text)
        while steps:
            if steps in lines:
                return lines[steps]
            steps = steps[:-1]
        return 1


def read_profile(path: Path) -> RawProfile | Flaw:
    """Reads and parses a file; a file that is no TOML comes back as the one flaw it has.

    Raises OSError when the file cannot be opened.
    """
    file = str(path)
    size = path.stat().st_size
    if size > LARGEST:
        facts = {"size": size, "largest": LARGEST}
        return Flaw(FileFault.TOO_LARGE, file, key=WHOLE_FILE, facts=facts)
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return Flaw(FileFault.NOT_UTF8, file, line, WHOLE_FILE, {"offset": error.start})
    return parse_profile(text, file)


def parse_profile(text: str, file: str) -> RawProfile | Flaw:
    """Parses the text of a profile."""
    try:
        return RawProfile(file, text, tomllib.loads(text, parse_float=Decimal))
    except tomllib.TOMLDecodeError as error:
        return _syntax(str(error), text, file)
    except RecursionError:
        facts = {"detail": "括号套得太多层"}
        return Flaw(FileFault.NOT_TOML, file, key=WHOLE_FILE, facts=facts)
    except ValueError:  # a number of thousands of digits
        facts = {"detail": "数字太长"}
        return Flaw(FileFault.NOT_TOML, file, _long_number(text), WHOLE_FILE, facts)


def _syntax(said: str, text: str, file: str) -> Flaw:
    place = _PLACE.search(said)
    line = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
    detail = _PLACE.sub("", said).strip()
    words = next((words for start, words in _DETAILS if detail.startswith(start)), detail)
    twice = detail.startswith(("Cannot", "Duplicate"))
    code = FileFault.DUPLICATE_KEY if twice else FileFault.NOT_TOML
    key = _key_at(text, line)
    if detail.startswith("Invalid date"):
        name, _, value = text.split("\n")[line - 1].partition("=")
        facts = {"field": name.strip(), "value": value.strip()}
        return Flaw(FileFault.BAD_DATE, file, line, key, facts)
    return Flaw(code, file, line, key, {"detail": words})


def _long_number(text: str) -> int:
    return 1 + next((n for n, row in enumerate(text.split("\n")) if _LONG.search(row)), 0)


def _key_at(text: str, line: int) -> str:
    """The rule or field in whose lines the parser stopped, as well as a broken file tells."""
    rows = text.split("\n")[:line]
    tables = (header for row in reversed(rows) if (header := _HEADER.match(row)))
    table = next((_path(header[1]) for header in tables), ())
    if table[:1] == ("rules",) and len(table) > 1:
        return ".".join(table[1:])
    field = next((row.partition("=")[0].strip() for row in reversed(rows) if "=" in row), "")
    return ".".join((*table, field)) if field else WHOLE_FILE


@lru_cache(maxsize=8)
def line_map(text: str) -> dict[Steps, int]:
    """Line of every table header, key and array row, by its path."""
    lines: dict[Steps, int] = {}
    table: Steps = ()
    rows: dict[Steps, int] = {}
    for number, statement in _statements(text):
        header = _HEADER.fullmatch(statement.partition("\n")[0])
        if header and "=" not in statement.partition("]")[0]:
            table = _path(header[1])
            if statement.lstrip().startswith("[["):
                rows[table] = rows.get(table, -1) + 1
                table = (*table, rows[table])
            lines.setdefault(table, number)
            continue
        name, equals, value = statement.partition("=")
        if not equals:
            continue
        path = (*table, *_path(name))
        lines.setdefault(path, number)
        if value.lstrip().startswith("["):
            for index, offset in enumerate(_array_rows(value)):
                lines[*path, index] = number + offset
    return lines


def _path(text: str) -> tuple[str, ...]:
    return tuple(a or b or c for a, b, c in _PART.findall(text))


def _statements(text: str) -> Iterator[tuple[int, str]]:
    """Each statement with its first line; a value may run over several lines."""
    depth, start, line, first = 0, 0, 1, 1
    for token in _TOKEN.finditer(text):
        word = token[0]
        if word == "\n":
            if depth <= 0:
                if text[start : token.start()].strip():
                    yield first, text[start : token.start()]
                depth, start, first = 0, token.end(), line + 1
            line += 1
        elif word in "[{":
            depth += 1
        elif word in "]}":
            depth -= 1
        else:
            line += word.count("\n")
    if text[start:].strip():
        yield first, text[start:]


def _array_rows(value: str) -> Iterator[int]:
    """Line offset of each element of an array, counted from the line its value begins on."""
    depth, line, fresh = 0, 0, False
    last = 0
    for token in _TOKEN.finditer(value):
        word = token[0]
        if fresh and depth == 1 and word not in "\n]," and not word.startswith("#"):
            yield line
            fresh = False
        if word == "\n":
            line += 1
        elif word in "[{":
            depth += 1
            fresh = fresh or depth == 1
        elif word in "]}":
            depth -= 1
        elif word == "," and depth == 1:
            if fresh and value[last : token.start()].strip():
                yield line
            fresh = True
        else:
            line += word.count("\n")
        last = token.end()
