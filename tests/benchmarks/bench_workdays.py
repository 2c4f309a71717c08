"""100 000 due dates over ten years against a bare loop over the same calendar data."""

import gc
import time
from collections.abc import Callable
from datetime import date, timedelta

import pytest

from sanzhi_desktop.domain.workdays import make_calendar
from sanzhi_desktop.resources.calendars import shipped

COUNT = 100_000
LIMIT = 3.0


def _seconds(run: Callable[[], object]) -> float:
    gc.collect()
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


@pytest.mark.benchmark
def test_due_dates_against_a_bare_loop() -> None:
    data = shipped()
    first = date(2020, 1, 1)
    starts = [first + timedelta(days=n % 3653) for n in range(COUNT)]
    # The bare loop: one pass over the days, two look-ups and one comparison each, which any
    # counting must at least do once per due date.
    off, makeup = data.off, data.makeup

    def bare() -> int:
        worked = 0
        for day in starts:
            worked += day in makeup or (day.weekday() < 5 and day not in off)
        return worked

    def ours() -> list[date]:
        due = make_calendar(data.arrangements).due  # cold: the year tables are built inside
        return [due(day, 5) for day in starts]

    assert ours()[:2] == [date(2020, 1, 8), date(2020, 1, 9)]  # an unannounced year: weekends only
    pairs = [(_seconds(ours), _seconds(bare)) for _ in range(5)]
    ratio = min(a for a, _ in pairs) / min(b for _, b in pairs)
    print(f"due dates / bare loop: {ratio:.2f} (limit {LIMIT})")
    assert ratio <= LIMIT
