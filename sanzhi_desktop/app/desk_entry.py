"""All the places of this PC behind one entry: its own database and the servers it knows.

Lives here: choosing among them. Must not: logging in (`entries`).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sanzhi_desktop.app.entries import EmbeddedEntry
from sanzhi_desktop.app.server_entry import ServerEntry

if TYPE_CHECKING:
    from sanzhi_desktop.application.commands import Changed
    from sanzhi_desktop.application.keeping import Keeper
    from sanzhi_desktop.application.ports import Session
    from sanzhi_desktop.application.work import Work
    from sanzhi_desktop.settings.servers import Server, ServerList
    from sanzhi_desktop.ui.door import (
        Door,
        DraftKey,
        FirstRun,
        OwnKey,
        ProfileChoice,
        Remembering,
        Trial,
    )


class DeskEntry:
    """The entry of an ordinary desk. Called in a lane; one place is in front."""

    def __init__(self, database: Path, *, servers: "ServerList", chosen: str) -> None:
        """`chosen` is the place of the last log-in: "" or a server's name."""
        self._database = database
        self._servers = servers
        self._chosen = chosen
        self._local = EmbeddedEntry(database)
        self._front: EmbeddedEntry = self._local
        self._settled = False

    def _entry(self, name: str) -> EmbeddedEntry:
        server = self._servers.named(name) if name else None
        if server is None:
            return self._local
        return ServerEntry(server.url, server.name, files=self._files(), server=server)

    def _files(self) -> Path:
        return self._database.with_name("files")

    def door(self) -> "Door":
        """The place in front; a first look puts the last one there, if it still exists."""
        from dataclasses import replace

        from sanzhi_desktop.domain.errors import DomainError
        from sanzhi_desktop.resources.sentences import explain
        from sanzhi_desktop.ui.door import LOCAL, Door, Place

        names = [s.name for s in self._servers.all()]
        local = self._database.exists()
        if self._chosen not in names and not (local and self._chosen == LOCAL):
            self._chosen = LOCAL if local or not names else names[0]
            self._settled = False
        if not self._settled:
            self._front, self._settled = self._entry(self._chosen), True
        places = [Place(LOCAL, "本机")] if local else []
        places += [Place(name, name) for name in names]
        try:
            door = self._front.door()
        except DomainError as error:  # this place is shut; the others are not
            if not names:
                raise
            door = Door("", sample=False, place="", fault=explain(error))
        return replace(door, places=tuple(places), chosen=self._chosen)

    def choose(self, place: str) -> "Door":
        """Puts another place in front; also after its settings changed."""
        self._front.leave()
        self._chosen, self._settled = place, False
        return self.door()

    def profiles(self) -> "Sequence[ProfileChoice]":
        """The shipped profiles."""
        return self._local.profiles()

    def create(self, wanted: "FirstRun") -> None:
        """The first run on this PC."""
        self._local.create(wanted)
        self._chosen, self._front, self._settled = "", self._local, True

    def log_in(self, person_id: str, password: str) -> "Session":
        """Logs in at the place in front."""
        return self._front.log_in(person_id, password)

    def leave(self) -> None:
        """Closes what the log-in opened."""
        self._front.leave()

    def notices(self) -> "Sequence[str]":
        """What the last log-in brought to light."""
        return self._front.notices()

    def remembering(self, person_id: str) -> "Remembering":
        """What the key store does for this person at the place in front."""
        return self._front.remembering(person_id)

    def remember(self, person_id: str, password: str) -> bool:
        """Keeps or forgets the password of the place in front."""
        return self._front.remember(person_id, password)

    def draft_key(self, person_id: str, password: str) -> "DraftKey":
        """Whose drafts, and what seals them."""
        return self._front.draft_key(person_id, password)

    def try_server(self, server: "Server", person_id: str, password: str) -> "Sequence[Trial]":
        """Tries each address of a server."""
        return self._local.try_server(server, person_id, password)

    def work(self) -> "Work":
        """Rules, papers, keys, reader: made once for all places."""
        return self._local.work()

    def own_key(self, person_id: str) -> "OwnKey | None":
        """Nothing is known beforehand."""
        return self._front.own_key(person_id)

    def set_password(
        self, session: "Session", *, person_id: str, password: str, old: str | None
    ) -> "Changed":
        """A new password at the place in front."""
        return self._front.set_password(session, person_id=person_id, password=password, old=old)

    def keeper(self) -> "Keeper | None":
        """Backups of the place that was chosen."""
        return self._front.keeper()
