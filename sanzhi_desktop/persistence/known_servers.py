"""What this PC knows of the servers it has worked on: how far each had come when it was last seen.

Every promotion of a standby begins a new timeline of the same data. A server that is behind the
timeline a desk has seen was replaced, and whatever is written there is missing where everybody else
works; so the desk has to know it also after it was started anew. What it delivered last is kept
too: a server that took over, or was set up from an older copy, may never have had it.

Lives here: the file, beside the journal of drafts. No secret is in it: numbers of servers, cases
and versions. Must not: asking a server (`arrival`, `heartbeat`). A file that cannot be read counts
as empty and one that cannot be written is kept in memory: neither may stop the work.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import Any

MOST = 50  # heads that are kept per person and server, the latest
LONGEST = 20  # servers; a PC that tries out many forgets the first


@dataclass(frozen=True, slots=True)
class Identity:
    """Whose data a server has, and how many promotions are behind it. `system` is "" where the
    server does not tell."""

    system: str
    timeline: int


@dataclass(frozen=True, slots=True)
class Delivered:
    """The version at which a save of this desk left a case."""

    case_id: str
    version: int
    at: datetime
    new: bool  # the save began the case: whoever began it sees it always


class KnownServers:
    """Belongs to one PC; used by every connection of a desk, from several threads."""

    def __init__(self, file: Path | None = None) -> None:
        """Without a file it lasts as long as the desk."""
        self._file = file
        self._lock = Lock()
        self._known: dict[str, dict[str, Any]] | None = None

    def see(self, found: Identity) -> int:
        """Notes a server that can be written. Returns the timeline it is behind, 0 when it is
        not behind what was seen before."""
        with self._lock:
            server = self._server(found.system)
            later = int(server["timeline"])
            if found.timeline > later:
                server["timeline"] = found.timeline
                self._write()
            return later if found.timeline < later else 0

    def delivered(self, system: str, who: str, save: Delivered) -> None:
        """Notes what the server has acknowledged; `who` names office and person."""
        with self._lock:
            heads = self._server(system)["heads"].setdefault(who, {})
            before = heads.pop(save.case_id, None)
            new = save.new or bool(before and before["new"])
            heads[save.case_id] = {
                "version": save.version, "at": save.at.isoformat(), "new": new,
            }  # fmt: skip
            for case_id in list(heads)[:-MOST]:
                del heads[case_id]
            self._write()

    def missing(
        self, system: str, who: str, ask: Callable[[Sequence[str]], Mapping[str, int]]
    ) -> tuple[Delivered, ...]:
        """What was delivered and is not there. `ask` tells the versions of the cases that the
        person sees; a case that he no longer sees says nothing, unless he began it."""
        with self._lock:
            heads = dict(self._server(system)["heads"].get(who, {}))
        if not heads:
            return ()
        there = ask(tuple(heads))
        return tuple(
            Delivered(case_id, told["version"], datetime.fromisoformat(told["at"]), told["new"])
            for case_id, told in heads.items()
            if (told["new"] if case_id not in there else there[case_id] < told["version"])
        )

    def forget(self, system: str, who: str, told: Sequence[Delivered]) -> None:
        """The person was told that these are missing: once is enough."""
        with self._lock:
            heads = self._server(system)["heads"].get(who, {})
            for one in told:
                heads.pop(one.case_id, None)
            self._write()

    def _server(self, system: str) -> dict[str, Any]:
        if self._known is None:
            self._known = self._read()
        if system not in self._known:
            self._known[system] = {"timeline": 0, "heads": {}}
            while len(self._known) > LONGEST:
                del self._known[next(iter(self._known))]
        self._known[system]["seen"] = f"{datetime.now(UTC):%Y-%m-%d}"
        return self._known[system]

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            told = json.loads(self._file.read_text("utf-8")) if self._file is not None else {}
            return {
                str(system): {
                    "timeline": int(one["timeline"]),
                    "heads": {
                        str(who): {
                            str(case_id): {
                                "version": int(head["version"]),
                                "at": datetime.fromisoformat(head["at"]).isoformat(),
                                "new": bool(head["new"]),
                            }
                            for case_id, head in heads.items()
                        }
                        for who, heads in one["heads"].items()
                    },
                }
                for system, one in told["servers"].items()
            }
        except (OSError, ValueError, KeyError, TypeError, AttributeError):
            return {}

    def _write(self) -> None:
        if self._file is None or self._known is None:
            return
        told = {name: one for name, one in self._known.items() if name}
        unfinished = self._file.with_suffix(".new")
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            unfinished.write_text(json.dumps({"servers": told}, indent=1), "utf-8")
            unfinished.replace(self._file)
        except OSError:
            return
