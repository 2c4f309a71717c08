"""What is asked at the door, and the port behind it.

The desk reaches database, papers and keys only through the use cases and through ports that `app`
fills, so that no screen knows a driver, a file format or a key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.people import Role


@dataclass(frozen=True, slots=True)
class Choice:
    """A person who can be chosen by a click on a sample office."""

    person_id: str
    name: str
    unit: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class Door:
    """What stands at the door before anyone is signed in."""

    office: str
    sample: bool
    place: str  # the database, as the person may know it
    choices: tuple[Choice, ...] = ()


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
    """The way in. Called in the database lane; raises DomainError in words for people."""

    def door(self) -> Door: ...
    def profiles(self) -> Sequence[ProfileChoice]: ...
    def create(self, wanted: FirstRun) -> None: ...
    def log_in(self, person_id: str, password: str) -> Session: ...
    def work(self) -> Work:
        """Rules, papers, keys and reader; heavy, asked after log-in."""
        ...

    def own_key(self, person_id: str) -> OwnKey | None: ...
    def hash_password(self, password: str) -> str: ...
