"""Who may read the rows of a table, by its columns; and the tables that differ from the rule.

Lives here: the kinds of sight and the exceptions. Must not: SQL (that is `rights`), or
anything heavy, because the effects of every command look here.

A table with a `case_id` carries a `readers` column: the people of the case. Whoever adds a table
says nothing and gets the right kind; only an exception stands here, with its reason.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum


class Sight(StrEnum):
    """Who may read a table's rows on a server."""

    CASE = "case"  # the people of the case, and those who see every case of the office
    OFFICE = "office"  # every member of the office
    HISTORY = "history"  # auditors; the people of a case are told of it by `api.history`
    NOBODY = "nobody"  # nobody; only the functions look there


EXCEPTIONS: Mapping[str, Sight] = {
    "audit": Sight.HISTORY,
    "checkpoint_leaf": Sight.HISTORY,  # names every case and how far its history had come
    "account": Sight.NOBODY,  # hashes of passwords
    "presence": Sight.NOBODY,  # `api.beat` tells it to those who see the case
    "history_tag": Sight.NOBODY,  # of one PC; empty on a server
    "history_seal": Sight.NOBODY,
    "blob": Sight.NOBODY,  # a hash is learnt from a material that one may see, nowhere else
    "blob_proof": Sight.NOBODY,
    "blob_chunk": Sight.NOBODY,  # `api.get_chunk` hands it to those who see the case
    "recusal": Sight.OFFICE,  # whoever assigns must see them before there is a reviewer
    "irregularity": Sight.OFFICE,  # 应审未审: there is no case whose people could be named
}


def sight(table: str, columns: Iterable[str]) -> Sight:
    """The kind of a table with these columns."""
    return EXCEPTIONS.get(table, Sight.CASE if "case_id" in columns else Sight.OFFICE)
