"""Asking for passwords on the command line: never an argument, never in a URL, never in a file.

Lives here: where a password comes from. Must not: keeping one.
"""

import getpass
import os
import sys
from typing import TextIO

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import key_store
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import Target

NEW = "SANZHI_NEW_PASSWORD"


def new_password(prompt: str) -> str:
    """A new password, from SANZHI_NEW_PASSWORD or typed twice. Raises DomainError."""
    given = chosen_password()
    if given:
        return given
    if not sys.stdin.isatty():
        raise DomainError(PersistenceFault.PASSWORD_NEEDED, variable=NEW)
    first = getpass.getpass(f"{prompt}：")
    if getpass.getpass("再输入一次：") != first:
        raise DomainError(PersistenceFault.PASSWORDS_DIFFER)
    return first


def chosen_password() -> str:
    """What SANZHI_NEW_PASSWORD says, "" where it says nothing."""
    return os.environ.get(NEW, "")


def terminal() -> TextIO | None:
    """Where a secret may be shown, because nothing keeps it; None where all that is printed goes
    into files or other programs."""
    return next((stream for stream in (sys.stdout, sys.stderr) if stream.isatty()), None)


def _demand_user(where: Target) -> None:
    options = dict(where.options)
    host = where.host or options.get("host", "")
    named = where.user or "service" in options or os.environ.keys() & {"PGUSER", "PGSERVICE"}
    if not named and host and not host.startswith("/"):  # a socket knows who is at this PC
        raise DomainError(PersistenceFault.NO_USER_IN_URL, where=where.shown())


def server_password(where: Target) -> str | None:
    """The log-in password of a server: None when libpq finds it (PGPASSWORD, PGPASSFILE), else
    from the system's key store, else typed.

    Raises DomainError when nobody is named: libpq would log in as whoever runs this PC, and the
    server then speaks of a wrong password.
    """
    _demand_user(where)
    if os.environ.get("PGPASSWORD") or os.environ.get("PGPASSFILE"):
        return None
    kept = key_store.get(key_store.SERVICE, where.shown())
    if kept is not None or not sys.stdin.isatty():
        return kept
    if "sslcert" in dict(where.options):
        asked = "私钥文件的口令，没有口令的直接回车"
    else:
        asked = "数据库密码"
    return getpass.getpass(f"{asked}（{where.shown()}）：")
