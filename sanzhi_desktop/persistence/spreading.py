"""The functions of a server as a database needs them that is spread over several servers (Citus).

Lives here: what is said differently there, made from the text of the functions themselves. Must
not: rules, or anything one server would do otherwise; both texts do the same, and a test runs the
same commands through both. What is refused there, and where its source says so, is in
`sql/citus/README.md`; a test asks every statement.
"""

import re
from collections.abc import Iterator

from sanzhi_desktop.persistence.revision import ACROSS, SQL
from sanzhi_desktop.persistence.rights import SHUT
from sanzhi_desktop.persistence.tables import metadata

_FUNCTION = re.compile(
    r"^(create function [^$]*?)(language (?:sql|plpgsql)\b[^$]*?as )\$\$(.*?)\$\$;",
    re.DOTALL | re.MULTILINE,
)
# The planner there must see the office's number before it knows which server to ask.
_ONE_SERVER = " set plan_cache_mode = 'force_generic_plan'"
_INDEX = re.compile(r"^create index .*?;\n*", re.DOTALL | re.MULTILINE)
_READS = re.compile(rf"\b(?:from|join)\s+(?:{'|'.join(metadata.tables)})\b")
_INSERT = re.compile(r"(?<=\s)insert into (\w+) \(([\w\s,]+)\)\s*values\s*\(", re.IGNORECASE)
_TOKEN = re.compile(r"'(?:[^']|'')*'|[(),]")
_SUBQUERY = re.compile(r"\(\s*select\b", re.IGNORECASE)
_DECLARE = re.compile(r"^declare\s", re.MULTILINE)
_BEGIN = re.compile(r"^begin$", re.MULTILINE)

# What is made anew is everybody's at first.
_SHUT = f"{SHUT}\n"


def spread(functions: str) -> str:
    """CREATE FUNCTION of everything, for several servers."""
    text = _INDEX.sub("", functions)
    return _FUNCTION.sub(lambda found: _one(found[1], found[2], found[3]), text)


def indexes(functions: str) -> tuple[str, ...]:
    """CREATE INDEX of what stands among the functions, because it needs them."""
    return tuple(found.strip() for found in _INDEX.findall(functions))


def gathered() -> str:
    """What makes the functions and walls of one server out of those of several, in a database
    that was spread and stands on one server again."""
    functions, across = (
        (SQL / "postgresql" / name).read_text("utf-8") for name in ("functions.sql", ACROSS)
    )
    text = f"set local search_path = app;\n\n{functions}\n{across}\n{_SHUT}"
    text = re.sub(r"^create function ", "create or replace function ", text, flags=re.MULTILINE)
    return re.sub(r"^create index ", "create index if not exists ", text, flags=re.MULTILINE)


def _one(head: str, manner: str, body: str) -> str:
    manner = manner.replace(_ONE_SERVER, "")
    if manner.startswith("language sql") and _READS.search(body):
        # of an SQL function no parameter is known when its statement is planned
        manner = manner.replace("language sql", "language plpgsql", 1)
        body = f"\nbegin\n  return ({body.strip()});\nend "
    body, taken = _taken_first(body)
    if taken:
        declared = "".join(f"{name} {kind}; " for name, kind in taken)
        found = _DECLARE.search(body) or _BEGIN.search(body)
        if found is None:
            raise ValueError(head)
        word = "" if found[0].startswith("declare") else "declare "
        place = found.end() if not word else found.start()
        body = f"{body[:place]}{word}{declared.rstrip()}\n{'  ' if not word else ''}{body[place:]}"
    return f"{head.replace('create function', 'create or replace function', 1)}{manner}$${body}$$;"


def _taken_first(body: str) -> tuple[str, list[tuple[str, str]]]:
    """Values of an INSERT that look into tables are taken before it, into variables: no subquery
    may stand in VALUES there."""
    taken: list[tuple[str, str]] = []
    made, done = "", 0
    for insert in _INSERT.finditer(body):
        columns = [name.strip() for name in insert[2].split(",")]
        values, end = _values(body, insert.end())
        before = ""
        for place, (column, value) in enumerate(zip(columns, values, strict=True)):
            if _SUBQUERY.search(value):
                name = f"v_taken{len(taken) + 1}"
                taken.append((name, f"app.{insert[1]}.{column}%type"))
                before += f"{name} := {value};\n  "
                values[place] = name
        if before:
            made += f"{body[done : insert.start()]}{before}{insert[0]}{', '.join(values)})"
            done = end
    return made + body[done:], taken


def _values(text: str, start: int) -> tuple[list[str], int]:
    """The values between the brackets, and where what follows the bracket begins."""
    values: list[str] = []
    for place, token in _outside(text, start):
        values.append(text[start:place].strip())
        start = place + 1
        if token == ")":
            return values, start
    raise ValueError(text)


def _outside(text: str, start: int) -> Iterator[tuple[int, str]]:
    """The commas between values and the bracket that ends them."""
    depth = 0
    for token in _TOKEN.finditer(text, start):
        if token[0] == "(":
            depth += 1
        elif token[0] == ")" and depth:
            depth -= 1
        elif token[0] in (",", ")") and not depth:
            yield token.start(), token[0]
