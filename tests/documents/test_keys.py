"""Keys and certificates: made, opened, refused; secrets leave no trace."""

import logging
import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    load_pem_private_key,
    pkcs12,
)

from sanzhi_desktop.application.signing import Expiry, KeyFault, Term, expiry
from sanzhi_desktop.documents.keys import (
    P12Key,
    is_named,
    open_p12,
    read_certificate,
    read_certificates,
)
from sanzhi_desktop.documents.office_ca import Algorithm, ca_pem, issue, make_ca
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain
from tests.documents import signed_papers as papers
from tests.documents.signed_papers import PASSPHRASE

MADE = datetime(2026, 1, 5, tzinfo=UTC)
P12 = papers.office().keys[papers.REVIEWER]


def _code(action: Callable[[], object]) -> KeyFault:
    with pytest.raises(DomainError) as caught:
        action()
    assert isinstance(caught.value.code, KeyFault)
    assert "…" not in explain(caught.value)  # every fact of the sentence is there
    return caught.value.code


def _tool(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False)


@cache
def _rsa_person() -> bytes:
    return issue(
        papers.office().root,
        PASSPHRASE,
        name="周某",
        organisation="示例市示例局",
        person_id="zhou_1",
        passphrase=PASSPHRASE,
        now=MADE,
        algorithm=Algorithm.RSA_3072,
    )


@pytest.mark.parametrize("p12", [lambda: P12, _rsa_person], ids=["ec", "rsa"])
def test_what_a_key_signs_its_certificate_verifies(p12: Callable[[], bytes]) -> None:
    key = open_p12(p12(), PASSPHRASE)
    signature = key.sign(b"content")
    public = x509.load_der_x509_certificate(key.certificate.der).public_key()
    if isinstance(public, ec.EllipticCurvePublicKey):
        public.verify(signature, b"content", ec.ECDSA(hashes.SHA256()))
    else:
        assert isinstance(public, rsa.RSAPublicKey)
        assert public.key_size == 3072
        public.verify(signature, b"content", padding.PKCS1v15(), hashes.SHA256())


@papers.needs("openssl", "openssl")
def test_openssl_accepts_the_chain_for_signing(tmp_path: Path) -> None:
    person = tmp_path / "person.pem"
    root = tmp_path / "root.pem"
    certificate = open_p12(P12, PASSPHRASE).certificate
    person.write_bytes(x509.load_der_x509_certificate(certificate.der).public_bytes(Encoding.PEM))
    root.write_bytes(papers.office().pem)
    stamp = str(int(papers.NOW.timestamp()))
    done = _tool(
        "openssl", "verify", "-x509_strict", "-attime", stamp, "-CAfile", str(root), str(person)
    )
    assert done.returncode == 0, done.stderr
    said = _tool("openssl", "x509", "-in", str(person), "-noout", "-ext", "keyUsage").stdout
    assert "Digital Signature, Non Repudiation" in said


def test_a_certificate_tells_whose_it_is() -> None:
    certificate = open_p12(P12, PASSPHRASE).certificate
    assert certificate.name == papers.REVIEWER
    assert certificate.organisation == "示例市示例局"
    assert certificate.issuer == "示例市示例局根证书"
    assert certificate.algorithm == "EC-256"
    assert certificate.signs
    assert certificate.not_after == datetime(2029, 1, 5, tzinfo=UTC)
    assert len(certificate.fingerprint) == 64
    assert read_certificate(certificate.der) == certificate
    assert not read_certificate(papers.office().pem).signs


def test_a_person_never_outlives_the_root() -> None:
    root = make_ca(
        "短期根", "示例局", passphrase=PASSPHRASE, now=MADE, algorithm=Algorithm.EC_P256, years=1
    )
    person = _issue(root, now=MADE + timedelta(days=200))
    end = read_certificate(ca_pem(root, PASSPHRASE)).not_after
    assert open_p12(person, PASSPHRASE).certificate.not_after == end
    assert _code(lambda: _issue(root, now=MADE + timedelta(days=400))) is KeyFault.EXPIRED


def _issue(root: bytes, *, now: datetime, name: str = "周某", secret: str = PASSPHRASE) -> bytes:
    return issue(
        root,
        PASSPHRASE,
        name=name,
        organisation="示例局",
        person_id="zhou_1",
        passphrase=secret,
        now=now,
        algorithm=Algorithm.EC_P256,
    )


def test_a_year_that_has_no_such_day() -> None:
    leap = datetime(2028, 2, 29, tzinfo=UTC)
    person = _issue(papers.office().root, now=leap)
    assert open_p12(person, PASSPHRASE).certificate.not_after == datetime(2031, 2, 28, tzinfo=UTC)


def test_only_a_root_issues() -> None:
    assert _code(lambda: _issue(P12, now=MADE)) is KeyFault.NOT_CA


def test_names_and_passphrases_are_demanded() -> None:
    root = papers.office().root
    assert _code(lambda: _issue(root, now=MADE, name=" ")) is KeyFault.NAME_MISSING
    assert _code(lambda: _issue(root, now=MADE, secret="1234567")) is KeyFault.WEAK_PASSPHRASE


def test_a_wrong_passphrase_says_so_and_costs_nothing(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    wrong = "不是这个口令 9876"
    asked: list[str] = []

    def ask(label: str) -> str:
        asked.append(label)
        return wrong

    with pytest.raises(DomainError) as caught, P12Key(P12, "林知远的证书").unlock(ask):
        pytest.fail("opened with a wrong passphrase")
    assert caught.value.code is KeyFault.PASSPHRASE
    assert asked == ["林知远的证书"]
    assert wrong not in caplog.text + repr(caught.value) + str(caught.value.facts)
    assert open_p12(P12, PASSPHRASE).certificate.name == papers.REVIEWER


def test_cancelling_is_no_error_of_the_key() -> None:
    def opened() -> None:
        with P12Key(P12, "x").unlock(lambda _label: None):
            pytest.fail("opened without a passphrase")

    assert _code(opened) is KeyFault.CANCELLED


def test_no_secret_shows_in_what_is_printed() -> None:
    key = P12Key(P12, "x")
    with key.unlock(lambda _label: PASSPHRASE) as opened:
        shown = repr(key) + repr(opened) + str(opened)
    assert PASSPHRASE not in shown
    assert "PrivateKey" not in shown
    private = pkcs12.load_pkcs12(P12, PASSPHRASE.encode()).key
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    number = private.private_numbers().private_value
    assert str(number) not in shown
    assert f"{number:x}" not in shown
    assert not re.search(r"\bb['\"]", shown)  # bytes; a serial number may well end in b


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"junk",
        P12[:-1],
        P12[: len(P12) // 2],
        P12 + b"x",
        b"\x30\x03\x02\x01\x03",
        bytes(2 << 20),
    ],
    ids=["empty", "junk", "cut", "half", "longer", "frame", "huge"],
)
def test_a_damaged_file_is_told_from_a_wrong_passphrase(data: bytes) -> None:
    assert _code(lambda: open_p12(data, PASSPHRASE)) is KeyFault.UNREADABLE


def test_a_p12_without_a_key() -> None:
    bundle = pkcs12.load_pkcs12(P12, PASSPHRASE.encode())
    assert bundle.cert is not None
    lock = BestAvailableEncryption(PASSPHRASE.encode())
    alone = pkcs12.serialize_key_and_certificates(None, None, bundle.cert.certificate, None, lock)
    assert _code(lambda: open_p12(alone, PASSPHRASE)) is KeyFault.NO_KEY


def _openssl_p12(folder: Path, *make_key: str, usage: str = "digitalSignature") -> bytes:
    key, certificate, bundle = (str(folder / name) for name in ("k.pem", "c.pem", "b.p12"))
    assert _tool("openssl", *make_key, "-out", key).returncode == 0
    digest = "-sm3" if "SM2" in make_key else "-sha256"
    subject = ("-subj", "/CN=Test", "-addext", f"keyUsage=critical,{usage}", "-days", "30")
    made = _tool(
        "openssl", "req", "-new", "-x509", "-key", key, digest, *subject, "-out", certificate
    )
    assert made.returncode == 0, made.stderr
    packed = _tool(
        "openssl", "pkcs12", "-export", "-inkey", key, "-in", certificate,
        "-passout", "pass:throwaway", "-out", bundle,
    )  # fmt: skip
    assert packed.returncode == 0, packed.stderr
    return Path(bundle).read_bytes()


@papers.needs("openssl", "openssl")
def test_sm2_is_refused_honestly(tmp_path: Path) -> None:
    p12 = _openssl_p12(tmp_path, "genpkey", "-algorithm", "SM2")
    assert _code(lambda: open_p12(p12, "throwaway")) is KeyFault.SM2
    certificate = (tmp_path / "c.pem").read_bytes()
    assert _code(lambda: read_certificate(certificate)) is KeyFault.SM2


@papers.needs("openssl", "openssl")
@pytest.mark.parametrize(
    "make_key",
    [
        ("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"),
        ("genpkey", "-algorithm", "ED25519"),
    ],
    ids=["short-rsa", "ed25519"],
)
def test_other_algorithms_are_named(make_key: tuple[str, ...], tmp_path: Path) -> None:
    p12 = _openssl_p12(tmp_path, *make_key)
    assert _code(lambda: open_p12(p12, "throwaway")) is KeyFault.ALGORITHM


@papers.needs("openssl", "openssl")
def test_a_foreign_p12_works_and_its_usage_is_read(tmp_path: Path) -> None:
    curve = ("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384")
    key = open_p12(_openssl_p12(tmp_path, *curve), "throwaway")
    assert (key.certificate.algorithm, key.certificate.signs) == ("EC-384", True)
    other = _openssl_p12(tmp_path, *curve, usage="keyEncipherment")
    assert not open_p12(other, "throwaway").certificate.signs
    load_pem_private_key((tmp_path / "k.pem").read_bytes(), None)


@pytest.mark.parametrize(
    ("subject", "name", "named"),
    [
        ("张三", "张三", True),
        ("051@张三@Z110101@2", "张三", True),
        ("张三 3412231980", "张三", True),
        ("张三（法制审核）", "张三", True),
        ("买买提·艾力", "买买提·艾力", True),
        ("张三丰", "张三", False),
        ("李张三", "张三", False),
        ("张三", "张", False),
        ("张三", "", False),
        ("", "", False),
    ],
)
def test_authorities_write_numbers_around_names(subject: str, name: str, named: bool) -> None:
    certificate = replace(open_p12(P12, PASSPHRASE).certificate, name=subject)
    assert is_named(certificate, name) is named


def test_several_certificates_in_one_file() -> None:
    other = papers.make_office().pem
    found = read_certificates(papers.office().pem + b"\n" + other)
    assert len({certificate.fingerprint for certificate in found}) == 2
    for junk in (b"", b"junk", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"):
        assert _code(lambda junk=junk: read_certificates(junk)) is (  # type: ignore[misc]
            KeyFault.CERTIFICATE_UNREADABLE
        )


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 1, 3), Expiry(Term.NOT_YET, 1098)),
        (date(2028, 12, 5), Expiry(Term.VALID, 31)),
        (date(2028, 12, 6), Expiry(Term.EXPIRING, 30)),
        (date(2029, 1, 5), Expiry(Term.EXPIRING, 0)),
        (date(2029, 1, 6), Expiry(Term.EXPIRED, -1)),
    ],
)
def test_expiry_is_warned_of_thirty_days_before(today: date, expected: Expiry) -> None:
    assert expiry(open_p12(P12, PASSPHRASE).certificate, today) == expected
