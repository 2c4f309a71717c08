"""The office's own certificate authority: makes its root, issues certificates to its people.

The root's key is an encrypted P12 that the administrator keeps; nothing here stores it. Real
offices take RSA-3072 or EC; throw-away samples take EC because such keys are made at once.
"""

import unicodedata
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from sanzhi_desktop.application.signing import KeyFault
from sanzhi_desktop.documents.keys import load_p12
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    SignatureKey = EllipticCurvePrivateKey | RSAPrivateKey

MIN_PASSPHRASE = 8  # characters
PERSON_YEARS = 3
CA_YEARS = 15


class Algorithm(StrEnum):
    """Keys that can be made."""

    EC_P256 = "EC-256"
    RSA_3072 = "RSA-3072"


def make_ca(
    name: str,
    organisation: str,
    *,
    passphrase: str,
    now: datetime,
    algorithm: Algorithm,
    years: int = CA_YEARS,
) -> bytes:
    """A new root with its key as an encrypted P12. Raises DomainError: name, weak passphrase."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    _check(name, passphrase)
    private = _new_key(algorithm)
    subject = _name(name, organisation)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))  # other PCs' clocks may run behind
        .not_valid_after(_years_later(now, years))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(issuing=True), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False
        )
    )
    return _pack(name, private, builder.sign(private, hashes.SHA256()), None, passphrase)


def ca_pem(ca: bytes, passphrase: str) -> bytes:
    """The root's certificate as PEM: what verifiers are given, without the key."""
    from cryptography.hazmat.primitives import serialization

    return _ca_parts(ca, passphrase)[1].public_bytes(serialization.Encoding.PEM)


def issue(
    ca: bytes,
    ca_passphrase: str,
    *,
    name: str,
    organisation: str,
    person_id: str,
    passphrase: str,
    now: datetime,
    algorithm: Algorithm,
    years: int = PERSON_YEARS,
) -> bytes:
    """A person's certificate and new key as an encrypted P12; ends no later than the root.

    Raises DomainError: wrong passphrase of the root, root expired, name missing, weak passphrase.
    """
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes

    _check(name, passphrase)
    root_key, root = _ca_parts(ca, ca_passphrase)
    if now > root.not_valid_after_utc:
        day = root.not_valid_after_utc.date().isoformat()
        raise DomainError(KeyFault.EXPIRED, name=root.subject.rfc4514_string(), date=day)
    private = _new_key(algorithm)
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name, organisation, person_id))
        .issuer_name(root.subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(max(now - timedelta(minutes=5), root.not_valid_before_utc))
        .not_valid_after(min(_years_later(now, years), root.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(issuing=False), critical=True)
        .add_extension(
            x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()),
            critical=False,
        )
    )
    return _pack(name, private, builder.sign(root_key, hashes.SHA256()), root, passphrase)


def _check(name: str, passphrase: str) -> None:
    if not name.strip():
        raise DomainError(KeyFault.NAME_MISSING)
    if len(passphrase) < MIN_PASSPHRASE:
        raise DomainError(KeyFault.WEAK_PASSPHRASE, least=MIN_PASSPHRASE)


def _new_key(algorithm: Algorithm) -> "SignatureKey":
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if algorithm is Algorithm.EC_P256:
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(public_exponent=65537, key_size=3072)


def _name(name: str, organisation: str, person_id: str = "") -> "x509.Name":
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    # X.520 bounds a common name and an organisation at 64 characters.
    clean = [unicodedata.normalize("NFC", part.strip())[:64] for part in (name, organisation)]
    parts = [x509.NameAttribute(NameOID.COUNTRY_NAME, "CN")]
    if clean[1]:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, clean[1]))
    if person_id:
        parts.append(x509.NameAttribute(NameOID.USER_ID, person_id))
    parts.append(x509.NameAttribute(NameOID.COMMON_NAME, clean[0]))
    return x509.Name(parts)


def _usage(*, issuing: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=not issuing,
        content_commitment=not issuing,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=issuing,
        crl_sign=issuing,
        encipher_only=False,
        decipher_only=False,
    )


def _years_later(moment: datetime, years: int) -> datetime:
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:  # 29 February
        return moment.replace(year=moment.year + years, day=28)


def _pack(
    name: str,
    private: "SignatureKey",
    certificate: "x509.Certificate",
    root: "x509.Certificate | None",
    passphrase: str,
) -> bytes:
    from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

    return pkcs12.serialize_key_and_certificates(
        name.strip().encode(),
        private,
        certificate,
        None if root is None else [root],
        BestAvailableEncryption(passphrase.encode()),
    )


def _ca_parts(ca: bytes, passphrase: str) -> "tuple[SignatureKey, x509.Certificate]":
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    bundle = load_p12(ca, passphrase)
    if bundle.cert is None or not isinstance(
        bundle.key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    ):
        raise DomainError(KeyFault.NO_KEY)
    root = bundle.cert.certificate
    try:
        constraints = root.extensions.get_extension_for_class(x509.BasicConstraints).value
    except x509.ExtensionNotFound as error:
        raise DomainError(KeyFault.NOT_CA) from error
    if not constraints.ca:
        raise DomainError(KeyFault.NOT_CA)
    return bundle.key, root
