"""Which edition of the rules is in force on a day, and which are still to come (待生效).

An edition takes effect when it is published, or on its later effective date; of those that have
taken effect the last one to do so is in force. Running cases keep the one they were taken in under.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime

from sanzhi_desktop.application.queries import EditionRow
from sanzhi_desktop.domain.workdays import SHANGHAI, local_date


def takes_effect(edition: EditionRow) -> datetime:
    """The instant from which new cases fall under it: published, or midnight of its later day."""
    if edition.effective_from is None:
        return edition.published_at
    midnight = datetime.combine(edition.effective_from, datetime.min.time(), SHANGHAI)
    return max(edition.published_at, midnight.astimezone(UTC))


def in_force(
    editions: Iterable[EditionRow], now: datetime, *, last: tuple[str, str] = ("", "")
) -> EditionRow | None:
    """The edition for a case registered now; None when nothing was ever published. `last`: id and
    edition that were switched on last, which settles a tie of the clock."""

    def order(edition: EditionRow) -> tuple[datetime, datetime, bool]:
        is_last = (edition.profile_id, edition.edition) == last
        return takes_effect(edition), edition.published_at, is_last

    return max((e for e in editions if takes_effect(e) <= now), key=order, default=None)


def coming(editions: Iterable[EditionRow], today: date) -> tuple[EditionRow, ...]:
    """The editions whose day has not come, the nearest first; where two begin on one day only the
    one published last will ever be in force, and only that is listed."""
    last: dict[date, EditionRow] = {}
    for edition in sorted(editions, key=lambda e: e.published_at):
        if local_date(takes_effect(edition)) > today and edition.effective_from is not None:
            last[edition.effective_from] = edition
    return tuple(last[day] for day in sorted(last))
