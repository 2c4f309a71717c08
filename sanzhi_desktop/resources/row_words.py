"""What the check of the rows found, in words that the desk and the command line share."""

from sanzhi_desktop.application.queries import RowFault
from sanzhi_desktop.resources.sentences import name_of, sentence


def row_words(fault: RowFault) -> str:
    """One sentence: which table, how many rows, which columns, the key of the first row."""
    return sentence(
        f"row.{fault.how}",
        table=name_of("table", fault.table),
        rows=fault.rows,
        columns="、".join(fault.columns),
        key="，".join((fault.table, *fault.key)),
        seq=fault.seq,
    )
