"""The tables as a server has them: what may be compared there before row security is asked.

Lives here: which columns an index of a server may hold as they are, what stands there instead of
content, and of which columns a server keeps no statistics. Must not: a table, or who reads it.

Row security hides rows, not work. A condition over an index is asked before the policy, and the
order of an index is walked through hidden rows as well; EXPLAIN ANALYZE counts them, plain EXPLAIN
estimates them out of statistics. So what a case says stands in no index of a server that a member
can use, and in no statistics. Ids, states, days and counts stand there: what can be learnt in this
way is how many rows there are, never what they say. Conditions without an index are asked after
the policy, because that is one cheap function (`rights.READS`).
"""

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from sanzhi_desktop.persistence.case_tables import CLEARED
from sanzhi_desktop.persistence.columns import SIGHT
from sanzhi_desktop.persistence.sights import Sight
from sanzhi_desktop.persistence.tables import metadata

LISTED = "listed"  # in a column's info: the columns that it stands for
_ID = "made by the client at random, says nothing by itself"
_CODE = "one of a few codes that the program knows"
# Text that may stand in an index as it is, with the reason. Numbers of things, flags, days and
# moments may as well; money and sizes may not.
PLAIN: Mapping[str, str] = {
    **dict.fromkeys(
        ("case_id", "command_id", "material_id", "clearance_id", "meeting_id", "owner_id",
         "expert_id", "request_id", "reminder_id", "consultation_id", "entry_id",
         "irregularity_id", "recusal_id", "seal_id", "chain"),
        _ID,
    ),
    **dict.fromkeys(("state", "item_state", "stage", "origin", "status", "complete"), _CODE),
    "item_id": "the number of an item of the checklist; its answer stands in no index",
    "person_id": "a log-in, which the server tells anybody who is connected",
    "series": "the word before the numbers, printed on every paper",
    "label": "series, year and number in one, which are the key",
    "profile_id": "names a published rule book",
    "edition": "names an edition of a published rule book or arrangement",
    "fingerprint": "of a certificate, which is on every paper it signed",
    "unit.name": "the name of a unit, which is no secret",
}  # fmt: skip
_COUNTED = (sa.Integer, sa.Date)

# Content in a key stands there as one list, which a trigger fills (`wall_sql`): of lists no
# comparison is asked before the policy, unlike of text. Each is the last column of a key whose
# others say already which row it is, so that its order tells nothing either. A column that the
# server generates would do on one server; a dump of a spread database would lose its place.
_AS_ONE: Mapping[tuple[str, ...], str] = {
    CLEARED: "cleared",
    ("outcome", *CLEARED): "cleared_as",
    ("sha256",): "paper",
}

# The functions find content by an index all the same: over this, which a member may not call, so
# that no condition and no order of his can use the index. In plpgsql, because a function of one
# statement would be put into the index as that statement.
KEPT = """create function app.kept(p_text text) returns text
language plpgsql immutable parallel safe as $$
begin
  return p_text;
end $$;"""


def plain(column: sa.Column[object]) -> bool:
    """Whether an index of a server may hold the column as it is."""
    if column.name in PLAIN or str(column) in PLAIN:
        return True
    kind = column.type
    counted = isinstance(kind, _COUNTED) and not isinstance(kind, sa.BigInteger)
    return counted or kind.__class__.__name__ == "Instant"


def server_metadata() -> sa.MetaData:
    """The tables with what a server has instead of content in keys."""
    made = sa.MetaData(naming_convention=metadata.naming_convention)
    for table in metadata.sorted_tables:
        table.to_metadata(made)
    for table in made.tables.values():
        if table.info.get(SIGHT) is not Sight.NOBODY:
            _instead(table)
    for table in made.tables.values():
        for key in sorted(table.foreign_key_constraints, key=lambda k: str(k.name)):
            _lead(table, key, made)
        # Copies have no order of their own, and the files are compared.
        for one in sorted(table.constraints, key=lambda c: (type(c).__name__, str(c.name))):
            sa.util.set_creation_order(one)
    return made


def _instead(table: sa.Table) -> None:
    """No index over content, and keys over it as one value."""
    for index in list(table.indexes):
        if not all(plain(c) for c in index.columns):
            table.indexes.discard(index)
    for key in sorted(table.constraints, key=lambda k: str(k.name)):
        if not isinstance(key, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)):
            continue
        hidden = tuple(c.name for c in key.columns if not plain(c))
        if not hidden:
            continue
        shown = [c.name for c in key.columns if plain(c)]
        name = _one_value(table, hidden)
        table.constraints.discard(key)
        for column in key.columns:
            column.primary_key = False
        table.append_constraint(type(key)(*shown, name, name=str(key.name)))


def _one_value(table: sa.Table, hidden: tuple[str, ...]) -> str:
    """The column that holds these as one. Raises KeyError for a key nobody has thought about."""
    name = _AS_ONE[hidden]
    if name not in table.c:
        table.append_column(
            sa.Column(name, sa.ARRAY(sa.Text), nullable=False, info={LISTED: hidden})
        )
    return name


def lists() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Every list that stands for content: table, column, and the columns it is made of."""
    for table in server_metadata().sorted_tables:
        for column in table.columns:
            if LISTED in column.info:
                yield table.name, column.name, column.info[LISTED]


def _lead(table: sa.Table, key: sa.ForeignKeyConstraint, made: sa.MetaData) -> None:
    """A foreign key over content is one over the value that stands for it."""
    pairs = [(e.parent.name, e.target_fullname.split(".")[1]) for e in key.elements]
    aim = made.tables[key.elements[0].target_fullname.split(".")[0]]
    hidden = [(own, other) for own, other in pairs if not plain(aim.c[other])]
    if not hidden or aim.info.get(SIGHT) is Sight.NOBODY:
        return
    name = _one_value(table, tuple(own for own, _ in hidden))
    shown = [pair for pair in pairs if pair not in hidden]
    table.constraints.discard(key)
    for own, _ in pairs:
        column = table.c[own]
        column.foreign_keys = {f for f in column.foreign_keys if f.constraint is not key}
    table.append_constraint(
        sa.ForeignKeyConstraint(
            [*(own for own, _ in shown), name],
            [f"{aim.name}.{other}" for _, other in shown] + [f"{aim.name}.{name}"],
            name=key.name,
        )
    )


def without_statistics(tables: sa.MetaData) -> Iterator[tuple[str, str]]:
    """Tables and columns of which a server keeps no statistics: all that stand plain in no index,
    except where nobody reads the table anyway."""
    for table in tables.sorted_tables:
        if table.info.get(SIGHT, Sight.NOBODY) is Sight.NOBODY:
            continue
        keys = (k for k in table.constraints
                if isinstance(k, (sa.UniqueConstraint, sa.PrimaryKeyConstraint)))  # fmt: skip
        held = {c.name for one in (*keys, *table.indexes) for c in one.columns if plain(c)}
        yield from ((table.name, c.name) for c in table.columns if c.name not in held)


def statistics(tables: sa.MetaData) -> str:
    """ALTER TABLE of everything in `without_statistics`."""
    found: dict[str, list[str]] = {}
    for table, column in without_statistics(tables):
        found.setdefault(table, []).append(f"alter column {column} set statistics 0")
    return "\n".join(f"alter table app.{t}\n  {f',{chr(10)}  '.join(each)};"
                     for t, each in found.items()) + "\n"  # fmt: skip
