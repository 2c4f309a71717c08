"""Cases as a paged list asks for them, for every screen that lists cases.

Lives here: the source. Must not: columns or widgets.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sanzhi_desktop.application.ports import Reader
from sanzhi_desktop.application.queries import CaseRow, ListQuery


@dataclass(frozen=True, slots=True)
class CaseSource:
    """A work list: its keys are the cases' ids. Two of the same query are the same list."""

    reader: Reader
    query: ListQuery

    def first(self, limit: int) -> Sequence[CaseRow]:
        """The first lines."""
        return self.reader.worklist(replace(self.query, limit=limit, offset=0))

    def keys(self) -> Sequence[str]:
        """Every id, in order."""
        return self.reader.worklist_keys(self.query)

    def rows(self, keys: Sequence[str]) -> Sequence[CaseRow | None]:
        """The lines of some ids, as they stand now."""
        return self.reader.worklist_rows(keys) if keys else ()

    def key(self, row: CaseRow) -> str:
        """What a line is known by."""
        return row.case_id
