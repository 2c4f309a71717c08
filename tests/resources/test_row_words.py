"""Every table that is compared with the history has a name that an officer knows."""

from sanzhi_desktop.application.queries import RowFault
from sanzhi_desktop.persistence import row_check, tables
from sanzhi_desktop.resources import sentences
from sanzhi_desktop.resources.row_words import row_words


def test_every_table_that_is_compared_has_a_name() -> None:
    compared = {f"table.{t.name}" for t in tables.metadata.sorted_tables}
    compared -= {f"table.{name}" for name in row_check.NOT_COMPARED}
    assert {code for code in sentences.table() if code.startswith("table.")} == compared


def test_a_fault_is_said_with_table_rows_and_columns() -> None:
    fault = RowFault("c", "decision", "changed", ("amount_fen", "content"), ("c",), rows=1)
    assert row_words(fault) == (
        "执法决定有 1 行与办理记录写下的不同：amount_fen、content（decision，c）。"
    )
    assert row_words(RowFault("", "office", "deleted")) == (
        "单位少了 1 行，办理记录里写过（office）。"
    )
    assert "第 7 条" in row_words(RowFault("c", "audit", "impossible", seq=7))
