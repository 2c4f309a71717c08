"""A person's own certificate for logging in: its dates, and the passphrase of its key.

Lives here: the two files as libpq will read them. Must not: connecting, or asking for a passphrase;
OpenSSL would ask in English on a terminal that nobody looks at.
"""

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.url_options import own_folder

_HEAD = 4096  # bytes of a PEM file that tell whether it is sealed
_SEALED = b"ENCRYPTED"  # both "BEGIN ENCRYPTED PRIVATE KEY" and "Proc-Type: 4,ENCRYPTED"


def sealed(named: Mapping[str, Any]) -> bool:
    """Whether the key that would be used opens with a passphrase alone."""
    file = str(named.get("sslkey") or own_folder() / "postgresql.key")
    try:
        with Path(file).open("rb") as key:
            return _SEALED in key.read(_HEAD)
    except (OSError, ValueError):  # also a key in a token, which has no file
        return False


def unlocked(named: Mapping[str, Any]) -> dict[str, Any]:
    """What to connect with: a sealed key is opened by what was typed as password, so that nobody
    else asks. Raises DomainError when nothing was typed."""
    found = dict(named)
    if str(named.get("sslmode")) == "disable" or "sslpassword" in found or not sealed(named):
        return found
    passphrase = named.get("password") or os.environ.get("PGPASSWORD")
    if not passphrase:
        file = str(named.get("sslkey") or own_folder() / "postgresql.key")
        raise DomainError(LinkFault.CLIENT_KEY_PASSPHRASE, file=file)
    return found | {"sslpassword": passphrase}


def worn(named: Mapping[str, Any]) -> DomainError | None:
    """What is wrong with the dates of one's own certificate; None when nothing is, or there is
    none."""
    from cryptography import x509

    file = Path(str(named.get("sslcert") or own_folder() / "postgresql.crt"))
    try:
        found = x509.load_pem_x509_certificate(file.read_bytes())
    except (OSError, ValueError):
        return None
    now = datetime.now(UTC)
    if found.not_valid_after_utc < now:
        until = f"{found.not_valid_after_utc.astimezone():%Y-%m-%d}"
        return DomainError(LinkFault.CLIENT_CERTIFICATE_EXPIRED, until=until, file=str(file))
    if found.not_valid_before_utc > now:
        since = f"{found.not_valid_before_utc.astimezone():%Y-%m-%d}"
        return DomainError(LinkFault.CLIENT_CERTIFICATE_EARLY, since=since, file=str(file))
    return None
