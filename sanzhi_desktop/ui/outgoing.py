"""What a dialog sends: one command under one id for one content, until its answer is known.

The command is noted, and kept on this PC, before it goes out. Where no answer came, nobody knows
whether the database has it: it goes out again as it was, before anything newer, and the database
recognises it by its id. Must not: widgets.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sanzhi_desktop.application.commands import Changed, Command, OfficeAction, OfficeCommand
from sanzhi_desktop.application.link import passing
from sanzhi_desktop.application.ports import Gateway, Session
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.drafts import Drafts
from sanzhi_desktop.ui.faults import DeskFault

REPEATS = 3  # of their own accord, of one command
# Sent on the way to the command that was asked for; whoever repeats the step finds it done.
_ASIDE = frozenset({Action.MATERIALS_CHANGED})


@dataclass(frozen=True, slots=True)
class Sent:
    """A command that went out, and what stood in the dialog then."""

    command: Command | OfficeCommand
    content: Mapping[str, Any]

    def to_json(self) -> dict[str, Any]:
        """For the journal of drafts."""
        return {"command": asdict(self.command), "content": dict(self.content)}

    @classmethod
    def from_json(cls, told: Mapping[str, Any]) -> "Sent":
        """What `to_json` said."""
        parts = dict(told["command"])
        if "case_id" in parts:
            case = Command(**parts | {"action": Action(parts["action"])})
            return cls(case, told["content"])
        parts["action"] = OfficeAction(parts["action"])
        return cls(OfficeCommand(**parts), told["content"])

    def deliver(self, gateway: Gateway) -> Changed:
        """Sends it as it was. Raises DomainError."""
        if isinstance(self.command, Command):
            return gateway.send(self.command)
        return gateway.send_office(self.command)


@dataclass(frozen=True, slots=True)
class _Noting:
    """A gateway that has each command noted before it goes out."""

    inner: Gateway
    note: Callable[[Command | OfficeCommand], None]

    def send(self, command: Command) -> Changed:
        self.note(command)
        return self.inner.send(command)

    def send_office(self, command: OfficeCommand) -> Changed:
        self.note(command)
        return self.inner.send_office(command)

    def checkpoint(self, office_id: int) -> str:
        return self.inner.checkpoint(office_id)

    def now(self) -> datetime:
        return self.inner.now()


class NotedDraft:
    """The form whose command goes out: what the journal holds beside the command."""

    def __init__(self, drafts: Drafts) -> None:
        self._drafts = drafts
        self.form: tuple[str, str, int, Mapping[str, Any]] = ("", "", 0, {})

    def keep(self, sent: Sent) -> None:
        """In the database lane, before it goes out."""
        key, title, version, values = self.form
        whole = {**values, "sent": sent.to_json()}
        self._drafts.keep_now(key, title=title, version=version, values=whole)


class Outgoing:
    """Belongs to one dialog or screen. `unanswered`: sent, and no answer came; `settled`: the last
    one whose answer came late."""

    def __init__(self, session: Session, keep: Callable[[Sent], None]) -> None:
        """`keep` puts what goes out into the journal; called in the database lane."""
        self._gateway = session.gateway
        self._keep = keep
        self._content: Mapping[str, Any] = {}
        self.session = replace(session, gateway=_Noting(session.gateway, self._note))
        self.unanswered: Sent | None = None
        self.settled: Sent | None = None
        self._missed = False  # asked for, and not even sent
        self._repeats = 0

    def carry(
        self, content: Mapping[str, Any], work: Callable[[], Changed]
    ) -> Callable[[], Changed]:
        """The work for the database lane: settles what is unanswered, then sends this content,
        unless it was the same. Raises DomainError(EARLIER_SAVED) when the one before was saved and
        something else stands in the dialog now."""

        def run() -> Changed:
            settled = self.settle()
            if settled is None:
                return self.send(content, work)
            if self.settled is not None and dict(self.settled.content) == dict(content):
                return settled
            raise DomainError(DeskFault.EARLIER_SAVED)

        return run

    def again(self, *, missed: bool = False) -> bool:
        """The server is back: whether what has no answer goes out again by itself, or also what
        did not get so far. A few times only: a command may be what takes the server away."""
        if not (self.unanswered is not None or (missed and self._missed)):
            return False
        self._repeats += 1
        return self._repeats <= REPEATS

    @property
    def goes_again(self) -> bool:
        """Whether what has no answer will still go out by itself."""
        return self.unanswered is not None and self._repeats < REPEATS

    def settle(self) -> Changed | None:
        """Sends again what has no answer; None when there is nothing, or the database refuses it:
        then it was never carried out. Raises DomainError while there still is no answer."""
        before = self.unanswered
        if before is None:
            return None
        try:
            answer = before.deliver(self._gateway)
        except DomainError as error:
            if passing(error):
                raise
            self.unanswered = None
            return None
        self.unanswered, self.settled, self._repeats = None, before, 0
        return answer

    def send(self, content: Mapping[str, Any], work: Callable[[], Changed]) -> Changed:
        """Sends this content. Raises DomainError."""
        self._content = content
        try:
            answer = work()
        except DomainError as error:
            self._missed = passing(error)
            if not passing(error):
                self.unanswered = None
            raise
        self.unanswered, self._missed, self._repeats = None, False, 0
        return answer

    def _note(self, command: Command | OfficeCommand) -> None:
        if command.action not in _ASIDE:
            self.unanswered = Sent(command, self._content)
            self._keep(self.unanswered)
