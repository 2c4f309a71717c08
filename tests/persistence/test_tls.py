"""The certificate of a server: what is wrong with it is said in words; a good one lets in."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from sanzhi_desktop.application.link import LinkFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.persistence import server, trial
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.places import target
from sanzhi_desktop.resources.sentences import explain
from sanzhi_desktop.settings.servers import Encryption, Server
from tests.persistence.cluster import OWNER, OWNER_PASSWORD
from tests.persistence.tls import NOW, SecureCluster, authority, issue, secure_cluster, tls_binaries

pytestmark = pytest.mark.postgres
HERE = "127.0.0.1"


@pytest.fixture(scope="module")
def secure() -> Iterator[SecureCluster]:
    found = tls_binaries()
    if found is None:
        pytest.skip("no PostgreSQL with OpenSSL: certificates of servers were NOT tested")
    with secure_cluster(found) as started:
        yield started


@pytest.fixture
def known(secure: SecureCluster, tmp_path: Path) -> Server:
    """The server as a PC knows it, with the right root."""
    secure.show(issue(secure.root, HERE, host=HERE))
    root = tmp_path / "根证书.crt"
    root.write_bytes(secure.root.pem)
    return Server("局", ((HERE, secure.port),), "postgres", root_file=str(root))


def asked(known: Server, *, user: str = OWNER, password: str = OWNER_PASSWORD) -> str:
    """Who the server says we are."""
    made = server.engine(target(known.url), user=user, password=password)
    try:
        return server.logged_in(made)
    finally:
        made.dispose()


def refusal(known: Server, *, user: str = OWNER, password: str = OWNER_PASSWORD) -> DomainError:
    with pytest.raises(DomainError) as caught:
        asked(known, user=user, password=password)
    assert "{" not in explain(caught.value)
    return caught.value


def test_a_good_certificate_lets_in(known: Server) -> None:
    assert asked(known) == OWNER


def test_an_expired_certificate(secure: SecureCluster, known: Server) -> None:
    secure.show(issue(secure.root, HERE, host=HERE, days=(-30, -3)))
    error = refusal(known)
    assert error.code is LinkFault.CERTIFICATE_EXPIRED
    ended = (NOW - timedelta(days=3)).astimezone()
    assert f"{ended:%Y-%m-%d}" in explain(error)


def test_a_certificate_of_tomorrow(secure: SecureCluster, known: Server) -> None:
    secure.show(issue(secure.root, HERE, host=HERE, days=(2, 30)))
    assert refusal(known).code is LinkFault.CERTIFICATE_EARLY


def test_a_certificate_of_another_name(secure: SecureCluster, known: Server) -> None:
    secure.show(issue(secure.root, "other.example", host="other.example"))
    error = refusal(known)
    assert error.code is LinkFault.CERTIFICATE_NAME
    assert "other.example" in explain(error)
    assert asked(replace(known, encryption=Encryption.VERIFY_CA)) == OWNER


def test_a_certificate_of_a_stranger(secure: SecureCluster, known: Server) -> None:
    secure.show(issue(authority("Stranger"), HERE, host=HERE))
    assert refusal(known).code is LinkFault.CERTIFICATE_UNTRUSTED
    assert refusal(replace(known, root_file="")).code is LinkFault.CERTIFICATE_UNTRUSTED
    assert asked(replace(known, encryption=Encryption.REQUIRE)) == OWNER


def test_a_root_file_that_is_not_there(known: Server) -> None:
    error = refusal(replace(known, root_file="/nowhere/root.crt"))
    assert error.code is LinkFault.ROOT_MISSING
    assert "/nowhere/root.crt" in explain(error)


def test_a_server_that_wants_tls_and_a_wrong_password(known: Server) -> None:
    error = refusal(replace(known, encryption=Encryption.DISABLE))
    assert error.code is LinkFault.TLS_ONLY
    assert refusal(known, password="wrong").code is PersistenceFault.LOG_IN_REFUSED


def test_a_certificate_of_one_s_own(secure: SecureCluster, known: Server, tmp_path: Path) -> None:
    """Client certificates, as heads may have them: the name in it is the login."""
    made = server.engine(target(known.url), user=OWNER, password=OWNER_PASSWORD)
    with made.begin() as db:
        db.exec_driver_sql("drop role if exists by_certificate")
        db.exec_driver_sql("create role by_certificate login")
    made.dispose()

    def own(common_name: str, root: object = secure.root) -> Server:
        certificate, key = issue(root, common_name)  # type: ignore[arg-type]
        files = (tmp_path / "own.crt", tmp_path / "own.key")
        for file, content in zip(files, (certificate, key), strict=True):
            file.write_bytes(content)
            file.chmod(0o600)
        return replace(known, certificate_file=str(files[0]), key_file=str(files[1]))

    assert asked(own("by_certificate"), user="by_certificate", password="") == "by_certificate"
    wrong: list[tuple[Server, Code]] = [
        (known, LinkFault.CLIENT_CERTIFICATE_WANTED),
        (own("somebody_else"), LinkFault.CLIENT_CERTIFICATE_OTHER),
    ]
    for tried, code in wrong:
        assert refusal(tried, user="by_certificate", password="").code is code
    loose = own("by_certificate")
    Path(loose.key_file).chmod(0o644)
    assert refusal(loose, user="by_certificate", password="").code is LinkFault.CLIENT_CERTIFICATE


def test_trying_a_server_says_how_long_its_certificate_lasts(known: Server) -> None:
    without = trial.answers(target(known.url), user="", password="")
    assert [(a.fault, a.logged_in, a.certificate_days) for a in without] == [(None, False, 29)]
    wrong = trial.answers(target(known.url), user=OWNER, password="wrong")
    assert [a.fault.code for a in wrong if a.fault] == [PersistenceFault.LOG_IN_REFUSED]
