"""Whether the clocks agree by which a person works: this PC's, the server's, the history's.

Lives here: what counts as apart. Must not: reading a clock of a server; whoever asks has done it.
"""

from datetime import UTC, datetime, timedelta

from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.errors import DomainError

APART = timedelta(minutes=5)
WRONG = timedelta(days=1)


def server_clock(there: datetime, here: datetime | None = None) -> DomainError | None:
    """What to say of a server's time beside this PC's (now, unless `here` says otherwise); None
    where they agree. Raises DomainError where they are a day apart: one of them is wrong, and
    deadlines and signatures with it."""
    here = here or datetime.now(UTC)
    apart = abs(there - here)
    shown = f"{there.astimezone():%Y-%m-%d %H:%M}"
    if apart >= WRONG:
        facts = {"server": shown, "here": f"{here.astimezone():%Y-%m-%d %H:%M}"}
        raise DomainError(LinkFault.CLOCK_WRONG, days=round(apart / WRONG), **facts)
    if apart >= APART:
        minutes = round(apart / timedelta(minutes=1))
        return DomainError(LinkFault.CLOCK_APART, minutes=minutes, server=shown)
    return None


def history_clock(last: datetime | None, here: datetime | None = None) -> DomainError | None:
    """The same for a database on this PC, where nobody else has a clock: its history must not lie
    ahead. It is told and stops nobody: which of the two times was wrong, only a person knows."""
    here = here or datetime.now(UTC)
    if last is None or last - here < APART:
        return None
    facts = {"last": f"{last.astimezone():%Y-%m-%d %H:%M}"}
    facts["here"] = f"{here.astimezone():%Y-%m-%d %H:%M}"
    return DomainError(LinkFault.CLOCK_BEHIND, **facts)
