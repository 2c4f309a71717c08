"""What is asked at the door, and the port behind it.

The desk reaches database, papers and keys only through the use cases and through ports that `app`
fills, so that no screen knows a driver, a file format or a key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.keeping import Keeper
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.settings.servers import Server


@dataclass(frozen=True, slots=True)
class Choice:
    """A person who can be chosen by a click on a sample office."""

    person_id: str
    name: str
    unit: str
    roles: tuple[Role, ...]


LOCAL = ""  # the key of the database on this PC, among places


@dataclass(frozen=True, slots=True)
class Place:
    """A database one may log in to: this PC's own, or a server's."""

    key: str
    title: str


@dataclass(frozen=True, slots=True)
class Door:
    """What stands at the door before anyone is signed in."""

    office: str
    sample: bool
    place: str  # the database, as the person may know it
    choices: tuple[Choice, ...] = ()
    places: tuple[Place, ...] = ()
    chosen: str = LOCAL  # key of the place in front
    fault: str = ""  # why the place in front cannot be entered, if that is known already


@dataclass(frozen=True, slots=True)
class Remembering:
    """Whether the system's key store may keep this person's password, and whether it does."""

    possible: bool = False
    kept: bool = False


@dataclass(frozen=True, slots=True)
class Trial:
    """What one address of a server said when it was tried."""

    address: str
    good: bool
    words: str


@dataclass(frozen=True, slots=True)
class DraftKey:
    """Whose drafts a log-in opens, and what seals them. `sealed` False: nothing secret does."""

    person: str
    secret: str = field(repr=False)
    sealed: bool = True


@dataclass(frozen=True, slots=True)
class ProfileChoice:
    """A rule profile the office may choose."""

    profile_id: str
    name: str
    edition: str


@dataclass(frozen=True, slots=True)
class FirstRun:
    """What the first-run wizard asks."""

    office_code: str
    office_name: str
    series: str
    profile_id: str
    admin_id: str
    admin_name: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class OwnKey:
    """A key file that is known beforehand: on a sample office, where its passphrase is public."""

    file: Path
    passphrase: str = field(repr=False, default="")


class Entry(Protocol):
    """The way in. Called in a lane, never in the GUI thread; raises DomainError in words for
    people."""

    def door(self) -> Door: ...
    def choose(self, place: str) -> Door:
        """Puts another place in front."""
        ...

    def profiles(self) -> Sequence[ProfileChoice]: ...
    def create(self, wanted: FirstRun) -> None: ...
    def log_in(self, person_id: str, password: str) -> Session:
        """The session; an empty password means the remembered one. Slow on a distant server."""
        ...

    def leave(self) -> None:
        """Nobody is signed in any more: connections under his name are closed."""
        ...

    def notices(self) -> Sequence[str]:
        """What whoever has just logged in should know: a clock that is wrong, an old server."""
        ...

    def remembering(self, person_id: str) -> Remembering: ...
    def remember(self, person_id: str, password: str) -> bool:
        """Gives the password to the system's key store, or takes it out when empty."""
        ...

    def draft_key(self, person_id: str, password: str) -> DraftKey: ...
    def try_server(self, server: Server, person_id: str, password: str) -> Sequence[Trial]: ...
    def work(self) -> Work:
        """Rules, papers, keys and reader; heavy, asked after log-in."""
        ...

    def own_key(self, person_id: str) -> OwnKey | None: ...
    def set_password(
        self, session: Session, *, person_id: str, password: str, old: str | None
    ) -> Changed:
        """A new password, slow on purpose: one's own against the old one (None where nobody has
        one), anybody's as administrator."""
        ...

    def keeper(self) -> Keeper | None:
        """Backups of this database; None on a server, whose own administrator keeps it."""
        ...
