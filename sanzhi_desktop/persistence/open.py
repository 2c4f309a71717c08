"""The way in: make a database, open a session on it. What `compose` and the command line call.

Lives here: choosing between SQLite and PostgreSQL and handing out the ports. Must not: SQL.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sanzhi_desktop.application.ports import Accounts, FileStore, Gateway, Session
from sanzhi_desktop.application.tagging import Tagging
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person, Role
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import target
from sanzhi_desktop.persistence.writes import SHANGHAI
from sanzhi_desktop.settings import data_folder

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from sanzhi_desktop.persistence.founding import NewOffice
    from sanzhi_desktop.persistence.heartbeat import Heartbeat
    from sanzhi_desktop.persistence.late_tags import LateTags
    from sanzhi_desktop.persistence.link import Patience
    from sanzhi_desktop.persistence.reader import DatabaseReader
    from sanzhi_desktop.persistence.tags import Begun

Clock = Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Opened:
    """A database that passed its checks. Close it when the program ends."""

    engine: "Engine"
    office_id: int
    files: Path  # folder of the attachments of an embedded database
    accounts: Accounts | None  # None on a server, which checks its own log-ins
    clock: Clock | None = None
    notes: tuple[str, ...] = ()  # codes of sentences that whoever opens it should be shown
    link: "Heartbeat | None" = None  # a desk's way to its server
    late: "LateTags | None" = None  # of an embedded database: entries that lack their tag

    @property
    def embedded(self) -> bool:
        """Whether this is the one-PC database."""
        return self.accounts is not None

    def session(self, person_id: str) -> Session:
        """A session of one person. Raises DomainError when he is unknown or disabled.

        On the embedded database the caller has logged him in (`accounts.log_in`) or is a marked
        sample office; on a server the person is who logged in, whatever is asked here.
        """
        from sanzhi_desktop.persistence.reader import DatabaseReader

        gateway: Gateway
        files: FileStore
        tagging: Tagging | None = None
        if self.embedded:
            from sanzhi_desktop.persistence.files import FolderStore
            from sanzhi_desktop.persistence.late_tags import DeskTags, LateTags
            from sanzhi_desktop.persistence.sqlite_gateway import SqliteGateway

            files = FolderStore(self.files, self.reader().file_store)
            late = self.late or LateTags()
            made = SqliteGateway(self.engine, person_id, self.clock, files, late)
            tagging = DeskTags(made.late, self.engine, self.office_id, person_id, made.now)
            gateway = made
        else:
            from sanzhi_desktop.persistence.blobs.again import NotedFiles
            from sanzhi_desktop.persistence.blobs.choose import server_files
            from sanzhi_desktop.persistence.postgresql_gateway import PostgresqlGateway
            from sanzhi_desktop.persistence.server import logged_in

            person_id = logged_in(self.engine)
            gateway = PostgresqlGateway(self.engine, self.link.lately if self.link else None)
            stored = server_files(self.engine, self.office_id, self.reader().file_store)
            files = NotedFiles(stored, self.link.lately) if self.link is not None else stored
        reader = DatabaseReader(self.engine, self.office_id, person_id, self.clock)
        return Session(
            gateway=gateway, reader=reader, files=files, actor=reader.actor(), link=self.link,
            tagging=tagging,
        )  # fmt: skip

    def today(self) -> date:
        """The day in the office, by this PC's clock or the replayed one."""
        moment = self.clock() if self.clock is not None else datetime.now(UTC)
        return moment.astimezone(SHANGHAI).date()

    def clock_note(self, here: datetime | None = None) -> DomainError | None:
        """What to say of this PC's clock (or `here`) beside the server's, or, on this PC, beside
        the history. Raises DomainError where a server's is a day apart."""
        import sqlalchemy as sa

        from sanzhi_desktop.application.clocks import history_clock, server_clock
        from sanzhi_desktop.persistence.snapshot import reading
        from sanzhi_desktop.persistence.tables import audit

        asked = sa.select(sa.func.clock_timestamp(type_=sa.DateTime(timezone=True)))
        if self.embedded:
            asked = sa.select(sa.func.max(audit.c.at)).where(audit.c.office_id == self.office_id)
        with reading(self.engine) as db:
            found = db.execute(asked).scalar_one()
        now = here or (self.clock() if self.clock is not None else None)
        return history_clock(found, now) if self.embedded else server_clock(found, now)

    def reader(self) -> "DatabaseReader":
        """Reading without anybody at work: what checks of papers and histories need."""
        from sanzhi_desktop.persistence.reader import DatabaseReader

        return DatabaseReader(self.engine, self.office_id, "", self.clock)

    def begin_tags(self) -> "Begun | None":
        """A new office: its history carries keyed tags from the beginning, where this PC has a key
        store; None where it has not."""
        from sanzhi_desktop.persistence import history_key, key_store, tags

        people = self.reader().people().values()
        admin = next((p for p in people if p.has(Role.ADMIN, self.today())), None)
        path = self.engine.url.database
        if not self.embedded or admin is None or path is None or not key_store.usable():
            return None
        history_key.forget_place(Path(path), self.office_id)
        now = self.clock() if self.clock is not None else datetime.now(UTC)
        wish = tags.Wish(admin.person_id, now, "", "founding")
        try:
            return tags.begin(self.engine, self.office_id, wish)
        except DomainError as error:
            if error.code is PersistenceFault.NO_KEY_STORE:  # it is there and takes nothing
                return None
            raise

    def close(self) -> None:
        """Gives the connections back."""
        if self.link is not None:
            self.link.close()
            self.link.dispose()
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
    import sqlalchemy as sa

    from sanzhi_desktop.persistence.accounts import hash_password
    from sanzhi_desktop.persistence.errors import named_by_engine
    from sanzhi_desktop.persistence.founding import found

    argon2 = hash_password(password) if password is not None else ""
    embedded.create_file(path)
    engine = embedded.engine(path)
    now = clock() if clock is not None else datetime.now(UTC)
    try:
        with engine.begin() as db:
            found(db, office, admin=admin, argon2=argon2, now=now)
    except sa.exc.DBAPIError as error:
        engine.dispose()
        embedded.remove_file(path)
        raise named_by_engine(error) from error
    except BaseException:
        engine.dispose()
        embedded.remove_file(path)
        raise
    engine.dispose()
    return open_embedded(path, clock=clock)


def create_shared(
    url: str,
    office: "NewOffice",
    *,
    admin: Person,
    password: str,
    user: str = "",
    owner_password: str | None = None,
    beside: bool = False,
) -> int:
    """Builds the tables in an empty database of a server, which is made where it is missing,
    founds the first office and makes its administrator's login; returns the office's number. The
    log-in of `url` must be a superuser: what it makes belongs to an owner that nobody can be,
    itself included. With `beside` an office of another code is founded beside those that are there.

    Raises DomainError; a database that was made for it is then taken away again.
    """
    from sanzhi_desktop.persistence import logins, server
    from sanzhi_desktop.persistence.founding import found, number_for

    where = target(url)
    logins.check(password)
    server.look_before(where, user=user, password=owner_password)
    made = server.make_database(where, user=user, password=owner_password)
    engine = server.engine(where, user=user, password=owner_password)
    try:
        with server.as_owner(engine) as db:
            server.build(db, beside=office.code if beside else "")
            number = number_for(db, office.code)
            server.make_office_roles(db, number)
            now = datetime.now(UTC)
            found(db, office, admin=admin, argon2="", now=now, number=number)
            logins.make_first(db, number, admin.person_id, password)
    except BaseException:
        engine.dispose()
        if made:
            server.drop_database(where, user=user, password=owner_password)
        raise
    engine.dispose()
    return number


def open_embedded(path: Path, *, office: str | None = None, clock: Clock | None = None) -> Opened:
    """Opens an existing file after the start-up check; `office` is a code, else the first one.

    Raises DomainError.
    """
    from sanzhi_desktop.persistence.accounts import LocalAccounts
    from sanzhi_desktop.persistence.late_tags import LateTags

    engine = embedded.engine(path)
    embedded.check(path)
    number = _office_number(engine, office)
    accounts = LocalAccounts(engine, number, clock)
    return Opened(engine, number, files_folder(path), accounts, clock, late=LateTags())


def _office_number(engine: "Engine", code: str | None, *, person_id: str = "") -> int:
    """The office of that code; without one the first in which the person works, else the first."""
    import sqlalchemy as sa

    from sanzhi_desktop.persistence.snapshot import reading
    from sanzhi_desktop.persistence.tables import office, person

    # A join, not EXISTS in the order: over several servers this is asked of all of them.
    here = sa.and_(
        person.c.office_id == office.c.office_id,
        person.c.person_id == person_id,
        person.c.active == 1,
    )
    query = (
        sa.select(office.c.office_id)
        .select_from(office.outerjoin(person, here))
        .order_by(sa.case((person.c.person_id.is_(None), 1), else_=0), office.c.office_id)
        .limit(1)
    )
    with reading(engine) as db:
        asked = query if code is None else query.where(office.c.code == code)
        number = db.execute(asked).scalar_one_or_none()
    if number is not None:
        return int(number)
    if code is None:
        raise DomainError(PersistenceFault.NOT_INITIALISED, found="", expected="", where="")
    raise DomainError(PersistenceFault.NO_SUCH_OFFICE, office=code)


def open_shared(
    url: str,
    *,
    files: Path,
    user: str = "",
    password: str | None = None,
    office: str | None = None,
    patience: "Patience | None" = None,
) -> Opened:
    """Opens a server's database as the person who logs in, after the start-up check.

    `files` is the local folder of attachments. Without a password libpq looks at PGPASSWORD and
    PGPASSFILE. A desk gives its `patience`: it waits out short breaks and gets a `link`. Raises
    DomainError.
    """
    from sanzhi_desktop.persistence import logins, server

    where = target(url)
    engine = server.engine(where, user=user, password=password, patience=patience)
    try:
        notes = server.check(engine, where)
        number = _office_number(engine, office, person_id=server.logged_in(engine))
        logins.enter(engine, number)
    except DomainError:
        engine.dispose()
        raise
    link: Heartbeat | None = None
    if patience is not None:
        from sanzhi_desktop.persistence.heartbeat import desk_link

        link = desk_link(where, user, password, office_id=number, patience=patience)
    return Opened(engine, number, files, None, notes=notes, link=link)


def open_database(
    name: str | Path,
    *,
    files: Path | None = None,
    user: str = "",
    password: str | None = None,
    office: str | None = None,
    clock: Clock | None = None,
) -> Opened:
    """Opens whatever `--db` names; `clock` counts for an embedded database only.

    Raises DomainError.
    """
    where = target(name)
    if where.path is not None:
        return open_embedded(where.path, office=office, clock=clock)
    folder = files or data_folder() / "files"
    return open_shared(str(name), files=folder, user=user, password=password, office=office)
