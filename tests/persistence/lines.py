"""Somebody's connections as his desk has them, for the tests of bad days."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sanzhi_desktop.application.commands import Command, new_id
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.heartbeat import Heartbeat
from sanzhi_desktop.persistence.known_servers import KnownServers
from sanzhi_desktop.persistence.link import Patience
from sanzhi_desktop.persistence.open import Opened, open_shared
from tests.persistence.desk import MATERIALS, submission
from tests.persistence.offices import PASSWORD


@contextmanager
def desk_at(
    url: str, *, reconnect: float = 20, answer: float = 3, known: Path | None = None
) -> Iterator[Opened]:
    """The connections of the person whom the address names; `known` is what his PC remembers."""
    opened = open_shared(
        url,
        files=Path("unused"),
        password=PASSWORD,
        patience=Patience(reconnect=reconnect, answer=answer, known=KnownServers(known)),
    )
    try:
        yield opened
    finally:
        opened.close()


def url_of(
    *ports: int, database: str, user: str, wanted: str = "read-write", seconds: int = 2
) -> str:
    """An address with several servers; the driver waits two seconds for each at the least."""
    hosts = ",".join("127.0.0.1" for _ in ports)
    listed = ",".join(str(port) for port in ports)
    return (
        f"postgresql+psycopg://{user}@/{database}?host={hosts}&port={listed}"
        f"&target_session_attrs={wanted}&connect_timeout={seconds}"
    )


def beating(opened: Opened) -> Heartbeat:
    """The beat of a desk."""
    assert isinstance(opened.link, Heartbeat)
    return opened.link


def registering(office_id: int) -> Command:
    """A new case, as the desk sends it."""
    payload: dict[str, Any] = {
        "submission": submission(),
        "materials": [m for m in MATERIALS if not m["sha256"]],
        "unit": "执法一科",
        "profile_id": "shucheng",
        "profile_edition": "2026-1",
    }
    return Command(new_id(), office_id, new_id(), 0, Action.REGISTER, payload=payload)
