"""The way in: make a database, open a session on it. What `compose` and the command line call.

Lives here: choosing between SQLite and PostgreSQL and handing out the ports. Must not: SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sanzhi_desktop.application.ports import Accounts, Reader, Session
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import target

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sanzhi_desktop.persistence.founding import NewOffice

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that passed its checks. Close it when the program ends."""

    engine: "Engine"
    office_id: int
    accounts: Accounts | None  # None on a server, which checks its own log-ins
    path: Path | None = None
    clock: Clock | None = None

    def session(self, person_id: str) -> Session:
        """A session of one person. Raises DomainError when he is unknown or disabled.

        On the embedded database the caller has logged him in (`accounts.log_in`) or is a marked
        sample office; on a server the person is who logged in, whatever is asked here.
        """
        from sanzhi_desktop.persistence.files import FolderStore
        from sanzhi_desktop.persistence.reader import DatabaseReader
        from sanzhi_desktop.persistence.sqlite_gateway import SqliteGateway

        reader = DatabaseReader(self.engine, self.office_id, person_id, self.clock)
        if self.path is None:
            raise DomainError(PersistenceFault.BAD_URL, url="")
        return Session(
            gateway=SqliteGateway(self.engine, person_id, self.clock),
            reader=reader,
            files=FolderStore(files_folder(self.path)),
            actor=reader.actor(),
        )

    def reader(self) -> Reader:
        """Reading without anybody at work: what checks of papers and histories need."""
        from sanzhi_desktop.persistence.reader import DatabaseReader

        return DatabaseReader(self.engine, self.office_id, "", self.clock)

    def close(self) -> None:
        """Gives the connections back."""
        self.engine.dispose()


def files_folder(path: Path) -> Path:
    """Where the attachments of an embedded database stand."""
    return path.with_name(path.name + ".files")


def create_embedded(
    path: Path,
    office: "NewOffice",
    *,
    admin: Person,
    password: str | None = None,
    clock: Clock | None = None,
) -> Opened:
    """Makes the database file with one office and its administrator, and opens it.

    `admin.roles` may name more roles; ADMIN alone when empty. Without a password nobody can log in
    (sample offices choose people by a click). Raises DomainError.
    """
    from sanzhi_desktop.persistence.accounts import hash_password
    from sanzhi_desktop.persistence.founding import found

    argon2 = hash_password(password) if password is not None else ""
    embedded.create_file(path)
    engine = embedded.engine(path)
    now = clock() if clock is not None else datetime.now(UTC)
    with engine.begin() as db:
        found(db, office, admin=admin, argon2=argon2, now=now)
    engine.dispose()
    return open_embedded(path, clock=clock)


def open_embedded(
    path: Path, *, office_id: int | None = None, clock: Clock | None = None
) -> Opened:
    """Opens an existing file after the start-up check. Raises DomainError."""
    from sanzhi_desktop.persistence.accounts import LocalAccounts

    engine = embedded.engine(path)
    embedded.check(path)
    number = office_id if office_id is not None else _first_office(engine)
    return Opened(engine, number, LocalAccounts(engine, number, clock), path, clock)


def _first_office(engine: "Engine") -> int:
    import sqlalchemy as sa

    from sanzhi_desktop.persistence.reader import reading
    from sanzhi_desktop.persistence.tables import office

    with reading(engine) as db:
        first = db.execute(sa.select(sa.func.min(office.c.office_id))).scalar_one_or_none()
    if first is None:
        raise DomainError(PersistenceFault.NOT_INITIALISED, found="", expected="", where="")
    return int(first)


def open_database(
    name: str | Path, *, user: str = "", password: str | None = None, clock: Clock | None = None
) -> Opened:
    """Opens whatever `--db` names. Raises DomainError."""
    where = target(name)
    if where.path is not None:
        return open_embedded(where.path, clock=clock)
    raise DomainError(PersistenceFault.BAD_URL, url=where.shown())
