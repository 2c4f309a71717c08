"""The ways in, as ports of the desk: the database of this PC, and a sample office.

Lives here: which place a person chose, and what he should be told on entering. Must not: windows.
"""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sanzhi_desktop.application.commands import Changed
    from sanzhi_desktop.application.keeping import Keeper
    from sanzhi_desktop.application.ports import Session
    from sanzhi_desktop.application.work import Work
    from sanzhi_desktop.persistence.open import Opened
    from sanzhi_desktop.settings.servers import Server
    from sanzhi_desktop.ui.door import (
        Door,
        DraftKey,
        FirstRun,
        OwnKey,
        ProfileChoice,
        Remembering,
        Trial,
    )


class EmbeddedEntry:
    """The way into the database of this PC. Everything runs in the database lane."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._opened: Opened | None = None
        self._work: Work | None = None
        self._notices: tuple[str, ...] = ()

    def _open(self) -> "Opened":
        if self._opened is None:
            from sanzhi_desktop.persistence.open import open_embedded

            self._opened = open_embedded(self._database)
        return self._opened

    def door(self) -> "Door":
        """The office as it stands in the database."""
        from sanzhi_desktop.ui.door import Door

        office = self._open().reader().office()
        fault = ""
        if office.moved_to:  # what was left behind may be looked at
            from sanzhi_desktop.application.keeping import KeepingFault
            from sanzhi_desktop.resources.sentences import sentence

            code = KeepingFault.MOVED_ELSEWHERE.value
            fault = sentence(code, office=office.name, where=office.moved_to)
        return Door(office.name, office.sample, str(self._database), fault=fault)

    def choose(self, _place: str) -> "Door":
        """There is this place alone."""
        return self.door()

    def profiles(self) -> "Sequence[ProfileChoice]":
        """The shipped profiles."""
        from sanzhi_desktop.ui.door import ProfileChoice

        book = self.work().book
        found = [(book.profile(profile_id), name) for profile_id, name in book.profiles()]
        return [ProfileChoice(profile.id, name, profile.edition) for profile, name in found]

    def create(self, wanted: "FirstRun") -> None:
        """The first run."""
        from sanzhi_desktop.compose import offices
        from sanzhi_desktop.domain.people import Person, check_person

        admin = Person(wanted.admin_id, wanted.admin_name)
        check_person(admin, {})
        self._opened = offices.create_office(
            self._database,
            code=wanted.office_code,
            name=wanted.office_name,
            series=wanted.series,
            profile_id=wanted.profile_id,
            admin=admin,
            password=wanted.password,
        )

    def log_in(self, person_id: str, password: str) -> "Session":
        """Checks the password; the session of the person."""
        from sanzhi_desktop.resources.sentences import explain

        opened = self._open()
        if opened.accounts is not None:
            opened.accounts.log_in(person_id, password)
        session = opened.session(person_id)
        apart = opened.clock_note()
        self._notices = (explain(apart),) if apart is not None else ()
        return session

    def leave(self) -> None:
        """The file stays open: it is nobody's own."""

    def notices(self) -> "Sequence[str]":
        """What the last log-in brought to light."""
        return self._notices

    def remembering(self, _person_id: str) -> "Remembering":
        """The password of this PC's database is never remembered."""
        from sanzhi_desktop.ui.door import Remembering

        return Remembering()

    def remember(self, _person_id: str, _password: str) -> bool:
        """See `remembering`."""
        return False

    def draft_key(self, person_id: str, password: str) -> "DraftKey":
        """Drafts are sealed under the log-in password."""
        from sanzhi_desktop.ui.door import DraftKey

        return DraftKey(person_id, password)

    def try_server(self, server: "Server", person_id: str, password: str) -> "Sequence[Trial]":
        """Tries each address of a server."""
        return try_server(server, person_id, password)

    def work(self) -> "Work":
        """Rules, papers, keys, reader: made once."""
        if self._work is None:
            from sanzhi_desktop import compose

            self._work = compose.work()
        return self._work

    def own_key(self, _person_id: str) -> "OwnKey | None":
        """The person chooses his own key; nothing is known beforehand."""
        return None

    def set_password(
        self, session: "Session", *, person_id: str, password: str, old: str | None
    ) -> "Changed":
        """The argon2 hash of a new password; one's own only against the old one."""
        from sanzhi_desktop.application import office
        from sanzhi_desktop.persistence.accounts import hash_password

        accounts = self._open().accounts
        if old is not None and accounts is not None:
            accounts.log_in(person_id, old)
        return office.set_password(session, person_id=person_id, argon2=hash_password(password))

    def keeper(self) -> "Keeper | None":
        """Backups of the file that is open."""
        from sanzhi_desktop.persistence.keeping.backup import EmbeddedKeeper

        opened = self._open()
        return EmbeddedKeeper(Path(opened.engine.url.database or ""), opened.clock)


class SampleEntry(EmbeddedEntry):
    """The way into the sample office: people are chosen by a click."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._folder = folder

    def _open(self) -> "Opened":
        if self._opened is None:
            from sanzhi_desktop.compose import offices

            self._opened = offices.open_sample(self._folder, self.work())
        return self._opened

    def door(self) -> "Door":
        """The sample office and its people, in the order of the work."""
        from sanzhi_desktop.domain.people import Role
        from sanzhi_desktop.ui.door import Choice, Door

        reader = self._open().reader()
        order = {role: number for number, role in enumerate(Role)}
        choices = [
            Choice(p.person_id, p.name, p.unit, tuple(g.role for g in p.roles))
            for p in reader.people().values()
            if p.active and p.roles
        ]
        choices.sort(key=lambda c: (min(order[r] for r in c.roles), c.person_id))
        office = reader.office()
        return Door(office.name, office.sample, "", tuple(choices))

    def log_in(self, person_id: str, _password: str) -> "Session":
        """Whoever was clicked."""
        return self._open().session(person_id)

    def draft_key(self, person_id: str, _password: str) -> "DraftKey":
        """Nobody types a password here: a secret of the system's key store seals, or nothing."""
        from sanzhi_desktop.persistence import key_store
        from sanzhi_desktop.ui.door import DraftKey

        secret = key_store.random_secret(str(self._folder))
        return DraftKey(person_id, secret or "", sealed=secret is not None)

    def own_key(self, person_id: str) -> "OwnKey | None":
        """The throw-away key of a sample person; its passphrase is public on purpose."""
        from sanzhi_desktop.compose import offices, sample
        from sanzhi_desktop.ui.door import OwnKey

        file = offices.sample_key(self._folder, person_id)
        return OwnKey(file, sample.PASSPHRASE) if file.exists() else None


def try_server(server: "Server", person_id: str, password: str) -> "Sequence[Trial]":
    """Tries each address of a server and says in words what it answered."""
    from sanzhi_desktop.persistence.places import target
    from sanzhi_desktop.persistence.trial import Answer, answers
    from sanzhi_desktop.resources.sentences import explain, sentence
    from sanzhi_desktop.ui.door import Trial

    def words(answer: Answer) -> str:
        parts = []
        if answer.fault is not None:
            parts.append(explain(answer.fault))
        else:
            parts.append(sentence("trial.logged_in" if answer.logged_in else "trial.reached"))
        if answer.certificate_days is not None and answer.certificate_days >= 0:
            parts.append(sentence("trial.certificate", days=answer.certificate_days))
        return "".join(parts)

    found = answers(target(server.url), user=person_id.strip().lower(), password=password)
    return [Trial(f"{a.host}:{a.port}", a.fault is None, words(a)) for a in found]
