"""文号登记: every series with its gaps, and the register as a paper.

Lives here: finding what a series lacks, narrowing the list, filling the paper. Must not: taking or
voiding a number (`application.signoff`, `application.transfer_letter`, `application.office`).
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime

from sanzhi_desktop.application.checkpoint_line import checkpoint_line
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import CounterRow, NumberKind, NumberRow, NumberStatus
from sanzhi_desktop.application.rulebook import RuleBook
from sanzhi_desktop.domain.papers import NumbersPaper
from sanzhi_desktop.domain.workdays import SHANGHAI, local_date

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def with_gaps(rows: Iterable[NumberRow], counters: Iterable[CounterRow]) -> tuple[NumberRow, ...]:
    """The register, the newest year first, each series downward; a number that the counter gave
    and that no row holds stands there as missing. Only for whoever sees every case: to others a
    number of a case they may not see would look like a gap."""
    found = {(r.series, r.year, r.no): r for r in rows}
    made = list(found.values())
    kinds = {r.series: r.kind for r in found.values()}
    for counter in counters:
        made += [
            _missing(counter, no, kinds.get(counter.series, NumberKind.OPINION))
            for no in range(1, counter.last_no + 1)
            if (counter.series, counter.year, no) not in found
        ]
    return tuple(sorted(made, key=lambda r: (-r.year, r.series, -r.no)))


def _missing(counter: CounterRow, no: int, kind: NumberKind) -> NumberRow:
    return NumberRow(
        series=counter.series,
        year=counter.year,
        no=no,
        label=f"{counter.series}〔{counter.year}〕{no}号",
        case_id="",
        case_name="",
        round=0,
        status=NumberStatus.MISSING,
        reserved_by="",
        reserved_at=_LONG_AGO,
        void_reason="",
        kind=kind,
    )


def register(session: Session) -> tuple[NumberRow, ...]:
    """Every number of the office with the gaps."""
    return with_gaps(session.reader.numbers(), session.reader.counters())


def narrowed(
    rows: Sequence[NumberRow],
    *,
    series: str = "",
    year: int = 0,
    status: NumberStatus | None = None,
) -> tuple[NumberRow, ...]:
    """The rows of one series, one year, one status; empty means all."""
    return tuple(
        r
        for r in rows
        if (not series or r.series == series)
        and (not year or r.year == year)
        and (status is None or r.status is status)
    )


def numbers_paper(
    session: Session,
    book: RuleBook,
    rows: Sequence[NumberRow],
    *,
    scope: str,
    words: Callable[[NumberRow], tuple[str, str, str]],
) -> NumbersPaper:
    """The list as shown, with the checkpoint of this moment. `words` says kind, status and note
    of a row. In the database lane."""
    office = session.reader.office()
    return NumbersPaper(
        office=office.name,
        scope=scope,
        dated=local_date(session.gateway.now()),
        rows=tuple((r.label, *_cells(r, words)) for r in rows),
        mark=book.wording().marks["sample"] if office.sample else "",
        checkpoint=checkpoint_line(session),
    )


def _cells(row: NumberRow, words: Callable[[NumberRow], tuple[str, str, str]]) -> tuple[str, ...]:
    kind, status, note = words(row)
    return (kind, status, row.case_name, taken(row), note)


def taken(row: NumberRow) -> str:
    """When a number was taken, to the minute; "" for a missing one."""
    if row.status is NumberStatus.MISSING:
        return ""
    return f"{row.reserved_at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}"


def years(rows: Iterable[NumberRow]) -> tuple[int, ...]:
    """The years of the register, the newest first."""
    return tuple(sorted({r.year for r in rows}, reverse=True))
