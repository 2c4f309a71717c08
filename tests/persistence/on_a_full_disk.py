"""Run as a program on a small disk of its own: fills it to the last byte and says, one line each,
what the desk and the command line make of it.

Used by `test_full_disk`.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from sanzhi_desktop.app.entries import EmbeddedEntry
from sanzhi_desktop.application import office
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence.founding import NewOffice
from sanzhi_desktop.persistence.open import create_embedded, open_embedded
from sanzhi_desktop.ui.desk import open_desk
from sanzhi_desktop.ui.drafts import open_journal

PASSWORD = "adminpass1"
ADMIN = Person("admin", "管理员")


def _told(what: str, do: Callable[[], object]) -> None:
    try:
        do()
    except DomainError as error:
        print(what, error.code.value)
    else:
        print(what, "done")


def _fill(ballast: Path) -> None:
    with ballast.open("wb", 0) as file:
        for size in (65536, 512, 1):
            try:
                while True:
                    file.write(bytes(size))
            except OSError:
                continue


def main(disk: Path) -> None:
    """Every door that a person meets when nothing fits on the disk any more."""
    ballast, database, drafts = disk / "ballast", disk / "a.db", disk / "drafts.db"
    opened = create_embedded(database, NewOffice(), admin=ADMIN, password=PASSWORD)
    session = opened.session("admin")
    journal = open_journal(drafts, "admin", PASSWORD)
    _fill(ballast)
    person = Person("p_01", "某" * 5000)
    _told("save", lambda: office.put_person(session, person=person, new=True))
    _told("keep", lambda: journal.put("k", title="t", version=1, values={"a": "x" * 200_000}))
    ballast.unlink()
    journal.put("k", title="t", version=1, values={"a": "typed"})
    journal.close()
    opened.close()
    _fill(ballast)
    _told("drafts", lambda: open_journal(drafts, "admin", PASSWORD))
    _told("new-drafts", lambda: open_journal(disk / "other.db", "admin", PASSWORD))
    _told("desk", lambda: open_desk(EmbeddedEntry(database), drafts, "admin", PASSWORD))
    _told("people", lambda: open_embedded(database).reader().people())
    _told("found", lambda: create_embedded(disk / "b.db", NewOffice(), admin=ADMIN))
    print("left", (disk / "b.db").exists())
    ballast.unlink()
    kept = open_journal(drafts, "admin", PASSWORD)
    print("typed", kept.all()[0].values["a"])
    kept.close()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
