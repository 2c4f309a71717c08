"""A server with TLS for the tests, and the certificates it shows: good, expired, of another name.

Lives here: throw-away keys and a cluster of PostgreSQL binaries that were built with OpenSSL; the
pinned wheel was not, so that without the system's PostgreSQL these tests are skipped by name.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.persistence.cluster import NOBODY, OWNER, OWNER_PASSWORD, _free_port, _runs_as

NOW = datetime.now(UTC)
_RULES = """\
local   all all trust
hostssl all by_certificate 127.0.0.1/32 cert
hostssl all all 127.0.0.1/32 scram-sha-256
"""


def tls_binaries() -> Path | None:
    """The folder of a PostgreSQL that was built with OpenSSL, or None."""
    for found in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True):
        tool = found / "pg_config"
        if tool.exists() and (found / "initdb").exists():
            told = subprocess.run(
                [tool, "--configure"], capture_output=True, text=True, check=False
            )
            if "openssl" in told.stdout:
                return found
    return None


@dataclass(frozen=True)
class Authority:
    """A certificate authority made for one test run."""

    name: x509.Name
    key: ec.EllipticCurvePrivateKey
    pem: bytes


def authority(common_name: str) -> Authority:
    """A new root."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(common_name)
    made = (
        _builder(name, name, key, NOW - timedelta(days=400), NOW + timedelta(days=400))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return Authority(name, key, made.public_bytes(serialization.Encoding.PEM))


def issue(
    root: Authority, common_name: str, *, host: str = "", days: tuple[int, int] = (-10, 30)
) -> tuple[bytes, bytes]:
    """Certificate and key as PEM; valid from and until so many days from now."""
    key = ec.generate_private_key(ec.SECP256R1())
    since, until = (NOW + timedelta(days=d) for d in days)
    made = _builder(_name(common_name), root.name, key, since, until)
    if host:
        alternative: x509.GeneralName = (
            x509.IPAddress(ip_address(host)) if host[0].isdigit() else x509.DNSName(host)
        )
        made = made.add_extension(x509.SubjectAlternativeName([alternative]), critical=False)
    signed = made.sign(root.key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    return signed.public_bytes(serialization.Encoding.PEM), private


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, common_name)])


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    since: datetime,
    until: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(since)
        .not_valid_after(until)
    )


@dataclass(frozen=True)
class SecureCluster:
    """A running server that lets nobody in without TLS."""

    port: int
    bin: Path
    home: Path
    root: Authority

    def show(self, certificate: tuple[bytes, bytes]) -> None:
        """Puts another certificate in front."""
        self._place(certificate)
        self._run("pg_ctl", "reload")

    def _place(self, certificate: tuple[bytes, bytes]) -> None:
        for name, content in zip(("server.crt", "server.key"), certificate, strict=True):
            file = self.home / "data" / name
            file.write_bytes(content)
            file.chmod(0o600)
            if _runs_as():
                os.chown(file, NOBODY, NOBODY)

    def _run(self, tool: str, *arguments: str) -> None:
        call: list[Any] = [self.bin / tool, "-D", self.home / "data", *arguments]
        subprocess.run(call, cwd=self.home, stdout=subprocess.DEVNULL, check=True, **_runs_as())


@contextmanager
def secure_cluster(found: Path) -> Iterator[SecureCluster]:
    """Starts a server in a temporary folder and stops it at the end."""
    assert sys.platform != "win32"
    home = Path(tempfile.mkdtemp(prefix="sztls"))
    (home / "pw").write_text(OWNER_PASSWORD, "utf-8")
    if _runs_as():
        for path in (home, home / "pw"):
            os.chown(path, NOBODY, NOBODY)
    made = SecureCluster(_free_port(), found, home, authority("Test Root"))
    try:
        made._run("initdb", "-U", OWNER, "-A", "scram-sha-256", f"--pwfile={home / 'pw'}",
                  "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        (home / "data" / "pg_hba.conf").write_text(_RULES, "utf-8")
        (home / "data" / "root.crt").write_bytes(made.root.pem)
        made._place(issue(made.root, "127.0.0.1", host="127.0.0.1"))
        made._run(
            "pg_ctl", "-w", "-l", str(home / "log"), "-o",
            f"-p {made.port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={home}"
            " -c fsync=off -c ssl=on -c ssl_ca_file=root.crt", "start",
        )  # fmt: skip
        try:
            yield made
        finally:
            made._run("pg_ctl", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
