"""The way into a server's database, as a port of the desk.

Lives here: logging in there, and what seals drafts. Must not: windows, or choosing among servers
(`desk_entry`).
"""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sanzhi_desktop.app.entries import EmbeddedEntry

if TYPE_CHECKING:
    from sanzhi_desktop.application.commands import Changed
    from sanzhi_desktop.application.keeping import Keeper
    from sanzhi_desktop.application.ports import Session
    from sanzhi_desktop.persistence.open import Opened
    from sanzhi_desktop.settings.servers import Server
    from sanzhi_desktop.ui.door import Door, DraftKey, Remembering

KNOWN = "servers-known.json"  # beside the drafts: how far each server had come


class ServerEntry(EmbeddedEntry):
    """The way into a server's database. Each log-in has its own connections."""

    def __init__(
        self,
        url: str,
        title: str,
        *,
        files: Path,
        server: "Server | None" = None,
        clock: Callable[[], datetime] | None = None,
    ) -> None:
        super().__init__(files)
        self._url = url
        self._title = title
        self._files = files
        self._server = server
        self._clock = clock
        self._secret = ""  # what opens drafts: the password that the server took
        self._before: list[Opened] = []  # of earlier log-ins: checking a password is one as well

    def door(self) -> "Door":
        """The server's name and addresses; what stands in it is told after log-in."""
        from sanzhi_desktop.persistence.places import target
        from sanzhi_desktop.ui.door import Door

        shown = self._server.shown if self._server else target(self._url).shown()
        return Door(self._title, sample=False, place=shown)

    def log_in(self, person_id: str, password: str) -> "Session":
        """Logs in on the server. Raises DomainError, each reason in its own words."""
        from sanzhi_desktop.persistence.known_servers import KnownServers
        from sanzhi_desktop.persistence.link import Patience
        from sanzhi_desktop.persistence.open import open_shared
        from sanzhi_desktop.settings.servers import Server

        code = person_id.strip().lower()
        waits = self._server or Server("", ())
        opened = open_shared(
            self._url,
            files=self._files,
            user=code,
            password=password or self._kept(code),
            office=waits.office or None,
            patience=Patience(
                reconnect=waits.wait_seconds,
                answer=waits.answer_seconds,
                known=KnownServers(self._files.with_name(KNOWN)),
            ),
        )
        try:
            session = opened.session(code)
            self._notices = self._told(opened)
            self._secret = self._proved(opened, password)
        except BaseException:
            opened.close()
            raise
        if self._opened is not None:
            self._before.append(self._opened)
        self._opened = opened
        return session

    def _proved(self, opened: "Opened", typed: str) -> str:
        """The password that the server took, wherever it came from, or what opened the key of a
        certificate; "" where nothing secret was asked for."""
        from sanzhi_desktop.persistence import own_certificate, server
        from sanzhi_desktop.persistence.places import target

        taken = server.password_taken(opened.engine)
        sealed = own_certificate.sealed(dict(target(self._url).options))
        return taken or (typed if sealed else "")

    def _told(self, opened: "Opened") -> tuple[str, ...]:
        from sanzhi_desktop.resources.sentences import explain, sentence

        apart = opened.clock_note(self._clock() if self._clock is not None else None)
        told = [sentence(code) for code in opened.notes]
        return tuple(told + ([explain(apart)] if apart is not None else []))

    def leave(self) -> None:
        """Closes the connections of whoever was signed in."""
        if self._opened is not None:
            self._before.append(self._opened)
            self._opened = None
        while self._before:
            self._before.pop().close()

    def keeper(self) -> "Keeper | None":
        """A server is kept by whoever runs it, with `sanzhi backup`."""
        return None

    def _name(self, person_id: str) -> str:
        from dataclasses import replace

        from sanzhi_desktop.persistence.places import target

        return replace(target(self._url), user=person_id.strip().lower()).shown()

    def _kept(self, person_id: str) -> str | None:
        from sanzhi_desktop.persistence import key_store

        return key_store.get(key_store.SERVICE, self._name(person_id))

    def remembering(self, person_id: str) -> "Remembering":
        """What the system's key store can do and does for this person."""
        from sanzhi_desktop.persistence import key_store
        from sanzhi_desktop.ui.door import Remembering

        possible = key_store.usable()
        return Remembering(possible, possible and self._kept(person_id) is not None)

    def remember(self, person_id: str, password: str) -> bool:
        """Only a real store of the system ever gets a password."""
        from sanzhi_desktop.persistence import key_store

        if password:
            return key_store.put(key_store.SERVICE, self._name(person_id), password)
        key_store.forget(key_store.SERVICE, self._name(person_id))
        return True

    def set_password(
        self, session: "Session", *, person_id: str, password: str, old: str | None
    ) -> "Changed":
        """One's own is set as oneself, over a connection that the old one opened; anybody's by an
        administrator; both through the office's function, which writes it into the history."""
        from sanzhi_desktop.application.commands import Changed
        from sanzhi_desktop.domain.errors import DomainError
        from sanzhi_desktop.persistence import logins
        from sanzhi_desktop.persistence.faults import PersistenceFault

        opened = self._opened
        if person_id == session.actor.person_id:
            self._set_own(session.actor.office_id, person_id, password, old or "")
        elif opened is not None:
            logins.demand_free(opened.engine, opened.office_id, person_id)
            logins.set_password(opened.engine, opened.office_id, person_id, password)
            if logins.made_by_dba(opened.engine):
                raise DomainError(PersistenceFault.PASSWORD_BY_DBA, person=person_id)
        return Changed(kinds=frozenset({"people"}))

    def _set_own(self, office_id: int, person_id: str, password: str, old: str) -> None:
        from sanzhi_desktop.domain.errors import DomainError
        from sanzhi_desktop.persistence import logins, server
        from sanzhi_desktop.persistence.faults import PersistenceFault
        from sanzhi_desktop.persistence.heartbeat import Heartbeat
        from sanzhi_desktop.persistence.places import target

        if not old:  # libpq would look for one elsewhere
            raise DomainError(PersistenceFault.LOG_IN_REFUSED)
        alone = server.engine(target(self._url), user=person_id, password=old, most=1)
        try:
            if not server.password_taken(alone):  # nobody looked at the old one
                raise DomainError(PersistenceFault.PASSWORD_NOT_ASKED)
            logins.set_own_password(alone, office_id, person_id, password)
        finally:
            alone.dispose()
        for opened in (self._opened, *self._before):
            if opened is not None and isinstance(opened.link, Heartbeat):
                opened.link.go_on_with(password)
        if self._kept(person_id) is not None:
            self.remember(person_id, password)

    def draft_key(self, person_id: str, password: str) -> "DraftKey":
        """Drafts of a server's office are not those of this PC's office. Whoever shows a
        certificate types nothing: then a secret of the system's key store seals, or nothing."""
        from sanzhi_desktop.persistence import key_store
        from sanzhi_desktop.persistence.places import target
        from sanzhi_desktop.ui.door import DraftKey

        code = person_id.strip().lower()
        office = self._opened.office_id if self._opened is not None else 0
        who = f"{code}@{target(self._url).database}/{office}"
        secret = self._secret if self._opened is not None else password
        secret = secret or key_store.random_secret(self._name(code)) or ""
        return DraftKey(who, secret, sealed=bool(secret))
