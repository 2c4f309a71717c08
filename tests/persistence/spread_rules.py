"""What a distributed PostgreSQL (Citus) refuses, asked of every statement the functions contain.

The statements are cut out of the functions, and PostgreSQL itself parses each of them (as the body
of an SQL function whose arguments are the function's variables). The rules then look at the parse
tree, with the volatility of functions as the catalogue has it. The rules are those of Citus 12 and
13; each names where Citus' own source says it. Must not: stand for a run on a real cluster.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

Tree = Any  # a Node, a list of trees, or an atom
# Each server has a clock and sessions of its own; asked within a statement over tables they are
# those of the server that holds the row.
HERE = ("clock_timestamp", "statement_timestamp", "transaction_timestamp", "now", "timeofday",
        "pg_backend_pid", "pg_stat_get_activity", "current_setting", "set_config",
        "current_database", "current_schema", "inet_client_addr", "pg_is_in_recovery",
        "txid_current", "pg_current_xact_id", "pg_postmaster_start_time", "version")  # fmt: skip


@dataclass(frozen=True)
class Node:
    """One node of PostgreSQL's parse tree as it is printed."""

    kind: str
    fields: Mapping[str, Tree] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Tree:
        return self.fields.get(name)

    def number(self, name: str) -> int:
        return int(self.fields.get(name) or 0)


def read(text: str) -> Tree:
    """The tree that PostgreSQL printed (`pg_node_tree`)."""
    tokens = re.findall(r"\\.(?:\\.|[^\s(){}])*|[(){}]|(?:\\.|[^\s(){}])+", text)
    place = 0

    def value() -> Tree:
        nonlocal place
        token = tokens[place]
        place += 1
        if token == "(":
            found = []
            while tokens[place] != ")":
                found.append(value())
            place += 1
            return found
        if token != "{":
            return token
        kind, fields = tokens[place], {}
        place += 1
        while tokens[place] != "}":
            name = tokens[place][1:]
            place += 1
            parts: list[Tree] = []
            while tokens[place] != "}" and not re.match(r":[a-zA-Z]", tokens[place]):
                parts.append(value())
            fields[name] = parts[0] if len(parts) == 1 else parts
        place += 1
        return Node(kind, fields)

    return value()


def walk(tree: Tree) -> Iterator[Node]:
    """Every node of a tree, itself first."""
    if isinstance(tree, list):
        for part in tree:
            yield from walk(part)
    elif isinstance(tree, Node):
        yield tree
        for part in tree.fields.values():
            yield from walk(part)


@dataclass(frozen=True)
class Catalogue:
    """What the rules must know of functions and types, by oid."""

    volatility: Mapping[int, str]
    names: Mapping[int, str]  # functions of app and api
    rows: frozenset[int]  # composite types and arrays of them
    output: Mapping[int, int]  # the function that writes a type as text
    input: Mapping[int, int]
    offices: Mapping[int, int]  # tables of app: the number of their office column
    own: frozenset[int]  # the server's own tables and views


@dataclass(frozen=True)
class Statement:
    """One statement of a function."""

    function: str
    text: str
    query: Node


_TYPE = ("vartype", "paramtype", "consttype", "funcresulttype", "opresulttype", "resulttype",
         "coalescetype", "casetype", "array_typeid", "aggtype", "minmaxtype")  # fmt: skip
_CALLS = ("funcid", "opfuncid", "aggfnoid", "winfnoid")
_LITERAL = re.compile(r"'(?:[^']|'')*'")


def _strength(node: Node, known: Catalogue) -> str:
    """i, s or v: how much the node itself (not what is in it) changes from call to call."""
    found = [known.volatility[node.number(name)] for name in _CALLS if node.number(name)]
    if node.kind in {"SQLVALUEFUNCTION", "NEXTVALUEEXPR"}:
        found.append("s")
    if node.kind == "COERCEVIAIO":
        found.append(known.volatility[known.input[node.number("resulttype")]])
        given = [node["arg"].number(name) for name in _TYPE if node["arg"].number(name)]
        found.extend(known.volatility[known.output[kind]] for kind in given[:1])
    return max(found, key="isv".index, default="i")


def _mutable(tree: Tree, known: Catalogue) -> bool:
    return any(_strength(node, known) != "i" for node in walk(tree))


def _stable_over_a_column(tree: Tree, known: Catalogue) -> bool:
    return any(
        _strength(node, known) == "s" and any(part.kind == "VAR" for part in walk(node))
        for node in walk(tree)
    )


def _choice_over_mutable(tree: Tree, known: Catalogue) -> bool:
    return any(
        node.kind in {"COALESCE", "COALESCEEXPR", "CASE", "CASEEXPR"} and _mutable(node, known)
        for node in walk(tree)
    )


def tables(query: Tree, known: Catalogue) -> list[Node]:
    """The tables of app that a statement touches, at any depth."""
    return [node for node in walk(query) if node.kind in {"RANGETBLENTRY", "RTE"}
            and node.number("relid") in known.offices]  # fmt: skip


def refused(statement: Statement, known: Catalogue, reads: frozenset[str]) -> list[str]:
    """The rules a statement breaks; `reads`: functions that touch tables themselves."""
    query = statement.query
    if not tables(query, known):
        return _call(query, known)
    found = [name for name, broken in _shape(query, known).items() if broken]
    for node in walk(query):
        if node.kind == "QUERY":
            found.extend(name for name, broken in _values(node, known).items() if broken)
            found.extend(_without_office(node, known))
        if node.kind == "FUNCEXPR" and known.names.get(node.number("funcid")) in reads:
            found.append(f"nested: {known.names[node.number('funcid')]}")
    return sorted(set(found))


def _call(query: Node, known: Catalogue) -> list[str]:
    """A call and nothing else is looked at for sending it on; before 13.1 that ended the server
    when a part of an argument was empty, as it is in CASE without a value and in a subscript.

    contain_param_walker, function_call_delegation.c; mended by #7554.
    """
    targets = query["targetList"] if isinstance(query["targetList"], list) else []
    call = targets[0]["expr"] if len(targets) == 1 else None
    if not isinstance(call, Node) or call.kind != "FUNCEXPR":
        return []
    empty = {"CASE", "CASEEXPR", "SUBSCRIPTINGREF"} & {n.kind for n in walk(call["args"])}
    return ["empty part in a call"] if empty and known.names.get(call.number("funcid")) else []


def _shape(query: Node, known: Catalogue) -> Mapping[str, bool]:
    writes = query.number("commandType") in {2, 4}
    inserts = query.number("commandType") == 3
    selects = any(r.number("rtekind") == 1 for r in query["rtable"] or () if isinstance(r, Node))
    conflict = query["onConflict"]
    clauses = [query["targetList"], query["jointree"]]
    return {
        # ModifyPartialQuerySupported, multi_router_planner.c
        "insert with a subquery": inserts and not selects and query["hasSubLinks"] == "true",
        "insert with a CTE": inserts and isinstance(query["cteList"], list),
        # SingleShardUpdateDeleteSupported, the same file
        "volatile in update": writes and any(_strength(n, known) == "v" for n in walk(query)),
        # MasterIrreducibleExpression, the same file
        "stable over a column in update": writes and _stable_over_a_column(clauses, known),
        "stable in case or coalesce of update": writes and _choice_over_mutable(clauses, known),
        "mutable in returning": query["returningList"] != "<>"
        and _mutable(query["returningList"], known),
        # ErrorIfOnConflictNotSupported, the same file
        "mutable in on conflict": isinstance(conflict, Node)
        and _mutable([conflict["onConflictSet"], conflict["onConflictWhere"]], known),
        # the server's own lists stand on every server, and each says something else
        "joined with the server's own lists": any(
            node.number("relid") in known.own for node in walk(query)
        ),
        "writing CTE": any(
            node.kind == "COMMONTABLEEXPR" and node["ctequery"].number("commandType") != 1
            for node in walk(query)
        ),
    }


def _values(query: Node, known: Catalogue) -> Mapping[str, bool]:
    inside = set()  # of a composite variable only one field is sent
    for node in walk(query):
        if node.kind == "ONCONFLICTEXPR":
            inside |= {id(part) for part in walk(node["exclRelTlist"])}
        if node.kind == "FIELDSELECT":
            inside |= {id(part) for part in walk(node["arg"])}
    return {
        # evaluated where the shard is, on a connection of the owner: notes of a run on Citus 13.2
        "log-in, clock or session inside a statement": any(
            node.kind == "SQLVALUEFUNCTION" or known.names.get(node.number("funcid")) in HERE
            for node in walk(query)
        ),
        # the row type of a shard is another type than the table's
        "row as a value": any(
            id(node) not in inside
            and (
                (
                    node.kind in {"PARAM", "FUNCEXPR", "ROWEXPR", "AGGREF"}
                    and any(node.number(name) in known.rows for name in (*_TYPE, "row_typeid"))
                )
                or (node.kind == "VAR" and node["varattno"] == "0")
            )
            for node in walk(query)
        ),
    }


def _without_office(query: Node, known: Catalogue) -> Iterator[str]:
    """Every table must be held to one office, else a statement goes to all shards."""
    entries = query["rtable"] if isinstance(query["rtable"], list) else []
    conflict = query["onConflict"]
    into = query.number("resultRelation") if query.number("commandType") == 3 else 0
    held = set()
    for node in _required(query["jointree"]):
        sides = node["args"] if node.kind == "OPEXPR" else []
        for one, other in ((0, 1), (1, 0)):
            if (
                len(sides) == 2
                and sides[one].kind == "VAR"
                and not sides[one].number("varlevelsup")
            ):
                entry = entries[sides[one].number("varno") - 1]
                column = known.offices.get(entry.number("relid"))
                if column == sides[one].number("varattno") and _names_office(sides[other]):
                    held.add(sides[one].number("varno"))
    for number, entry in enumerate(entries, 1):
        if entry.number("relid") in known.offices and entry.number("rtekind") == 0:
            if isinstance(conflict, Node) and number == conflict.number("exclRelIndex"):
                continue  # the row that was not inserted
            if number == into:
                first = [t for t in query["targetList"] if t["resname"] == "office_id"]
                if len(first) != 1 or not _names_office(first[0]["expr"]):
                    yield "insert without the office"
            elif number not in held:
                yield "table without the office"


def _names_office(tree: Node) -> bool:
    return tree.kind in {"PARAM", "VAR"} or (
        tree.kind == "RELABELTYPE" and _names_office(tree["arg"])
    )


def _required(tree: Tree) -> Iterator[Node]:
    """The conditions that every row must meet."""
    if isinstance(tree, list):
        for part in tree:
            yield from _required(part)
    elif isinstance(tree, Node):
        if tree.kind in {"BOOLEXPR", "BOOL"}:
            if tree["boolop"] == "and":
                yield from _required(tree["args"])
        elif tree.kind in {"FROMEXPR", "JOINEXPR"}:
            for name in ("fromlist", "larg", "rarg", "quals"):
                yield from _required(tree[name])
        else:
            yield tree


# -- the statements of a function ---------------------------------------------------------------

_SPLIT = re.compile(r"\b[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|--[^\n]*|\(|\)|;"
                    r"|\bcase\b|\bend\b|\bthen\b|\bloop\b|\belse\b|"
                    r"\bbegin\b", re.IGNORECASE)  # fmt: skip
_INTO = re.compile(r"\s+into\s+(?:strict\s+)?(?:[\w.]+(?:\s*,\s*[\w.]+)*)(?=\s|$)", re.IGNORECASE)
_SKIP = re.compile(r"^(begin|end\b.*|else|exit.*|continue.*|null|return( next)?|raise.*|execute.*"
                   r"|loop|exception\s+when\s+\w+(\s+or\s+\w+)*)?$",
                   re.IGNORECASE | re.DOTALL)  # fmt: skip


def parts(body: str) -> Iterator[str]:
    """The pieces of a PL/pgSQL body between its own words and semicolons."""
    depth = cases = start = 0
    body = re.sub(r"^\s*#\w+ \w+\s*$", "", body, flags=re.MULTILINE)
    body = _SPLIT.sub(lambda m: "" if m[0].startswith("--") else m[0], body)
    for found in _SPLIT.finditer(body):
        word, ahead = found[0].lower(), body[start : found.start()].strip()
        if word in "()":
            depth += 1 if word == "(" else -1
        elif depth or "'" in word:
            continue
        elif word == "case":
            # at the beginning it is PL/pgSQL's own, else a part of an expression
            if ahead and ahead.lower() != "end":
                cases += 1
        elif word == "end":
            if cases:
                cases -= 1
        elif not cases or word == ";":
            yield body[start : found.start()].strip()
            start = found.end()
    yield body[start:].strip()


def statements(body: str) -> Iterator[str]:
    """The SQL statements and expressions of a PL/pgSQL body, each as a SELECT or as it is."""
    for part in parts(body):
        text = re.sub(r"^(declare|begin|loop)\s+", "", part, flags=re.IGNORECASE)
        if _SKIP.match(text):
            continue
        head = re.match(r"(?:els)?if\s+|when\s+|while\s+|case\s+", text, re.IGNORECASE)
        if head:
            rest = text[head.end() :]
            rest = (
                re.sub(r"^\w+\s+when\s+", "", rest) if head[0].lower().startswith("case") else rest
            )
            yield f"select ({rest})"
            continue
        if made := re.match(r"for\s+[\w\s,]+?\s+in\s+(.*)", text, re.IGNORECASE | re.DOTALL):
            yield (
                made[1]
                if made[1].lower().startswith("select")
                else (f"select {', '.join(made[1].split('..'))}")
            )
        elif made := re.match(
            r"foreach\s+\w+(?:\s+slice\s+\d+)?\s+in\s+array\s+(.*)", text, re.IGNORECASE | re.DOTALL
        ):
            yield f"select ({made[1]})"
        elif made := re.match(r"perform\s+(.*)", text, re.IGNORECASE | re.DOTALL):
            yield f"select {made[1]}"
        elif made := re.match(r"return query\s+(.*)", text, re.IGNORECASE | re.DOTALL):
            yield made[1]
        elif made := re.match(r"return\s+(.*)", text, re.IGNORECASE | re.DOTALL):
            yield f"select ({made[1]})"
        elif re.match(r"(select|insert|update|delete|with)\b", text, re.IGNORECASE):
            yield _without_into(text)
        elif made := re.match(r"[\w.]+(?:\s+(?:constant\s+)?[\w.]+(?:\[\]|%type)?)?"
                              r"\s*:=\s*(.*)", text,
                              re.IGNORECASE | re.DOTALL):  # fmt: skip
            yield f"select ({made[1]})"
        elif not re.match(r"\w+\s+[\w.]+(\[\]|%type)?$", text):  # a variable without a value
            yield text  # PostgreSQL will say what it is


def _without_into(text: str) -> str:
    """`select … into a, b` and `returning … into b` without their targets."""
    if text.lower().startswith("insert"):
        head, word, rest = text.partition("returning")
        return head + word + _INTO.sub(" ", rest)
    return _INTO.sub(" ", text, count=1)


def variables(body: str) -> dict[str, str]:
    """The variables a body declares, with their types."""
    declared = re.search(r"\bdeclare\b(.*?)\bbegin\b", body, re.IGNORECASE | re.DOTALL)
    found = {"found": "boolean"}
    for made in re.finditer(r"\bfor\s+(\w+)\s+in\s+[\w(]+\s*\.\.", body, re.IGNORECASE):
        found[made[1]] = "integer"
    if declared:
        text = _LITERAL.sub("''", re.sub(r"--[^\n]*", "", declared[1]))
        for made in re.finditer(r"(?:^|;)\s*(\w+)\s+(?:constant\s+)?([\w.]+(?:%type|\[\])?)", text):
            found[made[1]] = made[2]
    return found
