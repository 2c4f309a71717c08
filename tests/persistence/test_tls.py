"""The certificate of a server: what is wrong with it is said in words; a good one lets in."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from sanzhi_desktop.application.link import LinkFault, passing
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


@pytest.fixture
def holder(known: Server) -> str:
    """A login that shows a certificate and has no password."""
    made = server.engine(target(known.url), user=OWNER, password=OWNER_PASSWORD)
    with made.begin() as db:
        db.exec_driver_sql("drop role if exists by_certificate")
        db.exec_driver_sql("create role by_certificate login")
    made.dispose()
    return "by_certificate"


@pytest.fixture
def own(known: Server, tmp_path: Path) -> Callable[[tuple[bytes, bytes]], Server]:
    """The server as somebody knows it who logs in with this certificate and key."""

    def shown(pair: tuple[bytes, bytes]) -> Server:
        files = (tmp_path / "own.crt", tmp_path / "own.key")
        for file, content in zip(files, pair, strict=True):
            file.write_bytes(content)
            file.chmod(0o600)
        return replace(known, certificate_file=str(files[0]), key_file=str(files[1]))

    return shown


Own = Callable[[tuple[bytes, bytes]], Server]


def test_a_certificate_of_one_s_own(
    secure: SecureCluster, known: Server, holder: str, own: Own
) -> None:
    """Client certificates, as heads may have them: the name in it is the login."""
    good = issue(secure.root, holder)
    assert asked(own(good), user=holder, password="") == holder
    wrong: list[tuple[Server, Code]] = [
        (known, LinkFault.CLIENT_CERTIFICATE_WANTED),
        (own(issue(secure.root, "somebody_else")), LinkFault.CLIENT_CERTIFICATE_OTHER),
    ]
    for tried, code in wrong:
        assert refusal(tried, user=holder, password="").code is code
    loose = own(good)
    Path(loose.key_file).chmod(0o644)
    assert refusal(loose, user=holder, password="").code is LinkFault.CLIENT_CERTIFICATE


@pytest.mark.parametrize(
    ("days", "code", "shown"),
    [
        ((-30, -2), LinkFault.CLIENT_CERTIFICATE_EXPIRED, -2),
        ((2, 30), LinkFault.CLIENT_CERTIFICATE_EARLY, 2),
    ],
)
def test_the_days_of_a_certificate_of_one_s_own(
    secure: SecureCluster, holder: str, own: Own, days: tuple[int, int], code: Code, shown: int
) -> None:
    """A person has to do something about it: nothing that passes, and nothing of the network."""
    error = refusal(own(issue(secure.root, holder, days=days)), user=holder, password="")
    assert error.code is code
    assert f"{(NOW + timedelta(days=shown)).astimezone():%Y-%m-%d}" in explain(error)
    assert not passing(error)


def test_a_certificate_of_one_s_own_from_a_stranger(holder: str, own: Own) -> None:
    error = refusal(own(issue(authority("Stranger"), holder)), user=holder, password="")
    assert error.code is LinkFault.CLIENT_CERTIFICATE_UNTRUSTED
    assert not passing(error)


def test_a_key_with_a_passphrase_is_opened_by_what_was_typed(
    secure: SecureCluster, holder: str, own: Own
) -> None:
    """OpenSSL would ask for it on a terminal, in English; a desk has none and would stand still."""
    certificate, key = issue(secure.root, holder)
    sealed = serialization.load_pem_private_key(key, None).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(b"open sesame"),
    )
    mine = own((certificate, sealed))
    assert asked(mine, user=holder, password="open sesame") == holder
    for typed in ("", "sesame"):
        error = refusal(mine, user=holder, password=typed)
        assert error.code is LinkFault.CLIENT_KEY_PASSPHRASE
        assert mine.key_file in explain(error)


def test_trying_a_server_says_how_long_its_certificate_lasts(known: Server) -> None:
    without = trial.answers(target(known.url), user="", password="")
    assert [(a.fault, a.logged_in, a.certificate_days) for a in without] == [(None, False, 29)]
    wrong = trial.answers(target(known.url), user=OWNER, password="wrong")
    assert [a.fault.code for a in wrong if a.fault] == [PersistenceFault.LOG_IN_REFUSED]


def test_trying_a_server_with_a_certificate_and_nobody_s_name(
    secure: SecureCluster, holder: str, own: Own
) -> None:
    mine = own(issue(secure.root, holder))
    (nobody,) = trial.answers(target(mine.url), user="", password="")
    assert (nobody.fault, nobody.logged_in) == (None, False)
    (other,) = trial.answers(target(mine.url), user="somebody", password="")
    assert other.fault is not None
