"""Keys of public authorities: a chain with an intermediate, a decorated name, P12 by OpenSSL."""

import subprocess
from datetime import timedelta
from functools import cache
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from sanzhi_desktop.application.signing import RegisteredSigner, VerifyFault
from sanzhi_desktop.documents.keys import open_p12
from sanzhi_desktop.documents.verify import verify
from tests.documents import signed_papers as papers

SUBJECT = f"051@{papers.HEAD}@Z340100@2"
Pair = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def _make(subject: str, issuer: Pair | None, *, path_length: int | None) -> Pair:
    """A certificate as such authorities make them; a path length makes it one that issues."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)])
    issues = path_length is not None
    signer, parent = (key, name) if issuer is None else (issuer[0], issuer[1].subject)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(parent)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(papers.NOW - timedelta(days=100))
        .not_valid_after(papers.NOW + timedelta(days=265))
        .add_extension(x509.BasicConstraints(ca=issues, path_length=path_length), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=not issues,
                content_commitment=False,  # many authorities leave it out
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=issues,
                crl_sign=issues,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(signer, hashes.SHA256())
    )
    return key, certificate


@cache
def _chain() -> tuple[bytes, bytes, bytes]:
    """Root (PEM), the person's P12 with the intermediate, and one without it."""
    root = _make("示例省数字证书根", None, path_length=1)
    middle = _make("示例省数字证书运营", root, path_length=0)
    key, person = _make(SUBJECT, middle, path_length=None)
    lock = BestAvailableEncryption(papers.PASSPHRASE.encode())
    whole, bare = (
        pkcs12.serialize_key_and_certificates(b"x", key, person, extra, lock)
        for extra in ([middle[1], root[1]], None)
    )
    return root[1].public_bytes(Encoding.PEM), whole, bare


def _approved(p12: bytes) -> bytes:
    return papers.approve_with(papers.filled(), open_p12(p12, papers.PASSPHRASE), papers.seal())


def test_the_root_is_trusted_through_the_intermediate_in_the_file() -> None:
    root, whole, _ = _chain()
    verdict = verify(_approved(whole), trust=[papers.office().pem, root])
    assert verdict.valid, verdict
    assert verdict.signatures[1].name == papers.HEAD
    assert verdict.signatures[1].issuer == "示例省数字证书运营"


def test_the_register_knows_the_person_by_the_certificate() -> None:
    root, whole, _ = _chain()
    certificate = open_p12(whole, papers.PASSPHRASE).certificate
    head = RegisteredSigner(certificate.fingerprint, papers.HEAD, frozenset({"head"}))
    officers = [papers.office().register[0], head]
    trust = [papers.office().pem, root]
    assert verify(_approved(whole), trust=trust, officers=officers).valid
    verdict = verify(_approved(whole), trust=trust, officers=papers.office().register)
    assert [f.code for f in verdict.signatures[1].faults] == [VerifyFault.NOT_REGISTERED]


def test_without_the_intermediate_the_chain_is_not_there() -> None:
    root, _, bare = _chain()
    verdict = verify(_approved(bare), trust=[papers.office().pem, root])
    assert [f.code for f in verdict.signatures[1].faults] == [VerifyFault.UNTRUSTED]


def test_the_intermediate_may_stand_among_the_roots() -> None:
    """Offices that were never given the root of their authority trust its issuer."""
    _, whole, bare = _chain()
    bundle = pkcs12.load_pkcs12(whole, papers.PASSPHRASE.encode())
    middle = bundle.additional_certs[0].certificate.public_bytes(Encoding.DER)
    assert verify(_approved(bare), trust=[papers.office().pem, middle]).valid


@papers.needs("openssl", "openssl")
def test_openssl_opens_our_p12_with_its_passphrase_alone(tmp_path: Path) -> None:
    secret = "throwaway-2026"
    file = tmp_path / "person.p12"
    file.write_bytes(_reissued(secret))
    for attempt, right in ((secret, True), ("throwaway-2027", False)):
        done = subprocess.run(
            [
                "openssl",
                "pkcs12",
                "-in",
                str(file),
                "-passin",
                f"pass:{attempt}",
                "-noout",
                "-info",
            ],
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode == 0) is right
        if right:
            assert "AES-256-CBC" in done.stderr


def _reissued(secret: str) -> bytes:
    from sanzhi_desktop.documents.office_ca import Algorithm, issue

    return issue(
        papers.office().root,
        papers.PASSPHRASE,
        name=papers.HEAD,
        organisation="示例市示例局",
        person_id="su_1",
        passphrase=secret,
        now=papers.NOW,
        algorithm=Algorithm.EC_P256,
    )
