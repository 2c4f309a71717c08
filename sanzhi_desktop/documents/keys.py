"""Certificates and soft keys: reading a certificate, opening a person's P12 file to sign.

Passphrases come in through a callback at the moment of signing and are kept nowhere. Tokens stand
in `tokens`, issuing in `office_ca`.
"""

import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from sanzhi_desktop.application.signing import AskSecret, Certificate, KeyFault, OpenKey
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

MAX_P12 = 1 << 20  # bytes; real ones have a few thousand
MIN_RSA = 2048
_AROUND_A_NAME = re.compile(r"[\s0-9@_\-#,，/:：()（）]+")
SM2_CURVE = "1.2.156.10197.1.301"


def read_certificate(data: bytes) -> Certificate:
    """What a certificate (PEM or DER) says. Raises DomainError when it is none or needs SM2."""
    return read_certificates(data)[0]


def read_certificates(data: bytes) -> list[Certificate]:
    """All certificates of a PEM file, or the one of a DER file; never an empty list."""
    from cryptography import x509

    try:
        if b"-----BEGIN" in data:
            parsed = x509.load_pem_x509_certificates(data)
        else:
            parsed = [x509.load_der_x509_certificate(data)]
    except ValueError as error:
        raise DomainError(KeyFault.CERTIFICATE_UNREADABLE) from error
    return [describe(certificate) for certificate in parsed]


def describe(parsed: "x509.Certificate") -> Certificate:
    """The certificate as a plain record. Raises DomainError for keys we cannot use."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.x509.oid import NameOID

    def first(name: x509.Name, oid: x509.ObjectIdentifier) -> str:
        found = name.get_attributes_for_oid(oid)
        return str(found[0].value) if found else ""

    try:
        usage = parsed.extensions.get_extension_for_class(x509.KeyUsage).value
        signs = usage.digital_signature or usage.content_commitment
    except x509.ExtensionNotFound:
        signs = True  # RFC 5280: without the extension the key is not restricted
    issuer = first(parsed.issuer, NameOID.COMMON_NAME) or parsed.issuer.rfc4514_string()
    return Certificate(
        name=first(parsed.subject, NameOID.COMMON_NAME),
        organisation=first(parsed.subject, NameOID.ORGANIZATION_NAME),
        issuer=issuer,
        serial=f"{parsed.serial_number:x}",
        fingerprint=parsed.fingerprint(hashes.SHA256()).hex(),
        not_before=parsed.not_valid_before_utc,
        not_after=parsed.not_valid_after_utc,
        algorithm=_algorithm(parsed),
        signs=signs,
        der=parsed.public_bytes(serialization.Encoding.DER),
    )


def _algorithm(parsed: "x509.Certificate") -> str:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    try:
        public = parsed.public_key()
    except (UnsupportedAlgorithm, ValueError) as error:
        raise _unsupported(error) from error
    if isinstance(public, rsa.RSAPublicKey):
        if public.key_size < MIN_RSA:
            raise DomainError(KeyFault.ALGORITHM, algorithm=f"RSA-{public.key_size}")
        return f"RSA-{public.key_size}"
    if isinstance(public, ec.EllipticCurvePublicKey):
        return f"EC-{public.key_size}"
    raise DomainError(KeyFault.ALGORITHM, algorithm=type(public).__name__)


def _unsupported(error: Exception) -> DomainError:
    if SM2_CURVE in str(error):
        return DomainError(KeyFault.SM2)
    return DomainError(KeyFault.ALGORITHM, algorithm=str(error))


def is_named(certificate: Certificate, name: str) -> bool:
    """Whether a certificate is made out to a name, alone or as a whole part of its subject.

    Public authorities write numbers around it: 051@张三@Z1101@2, 张三 1101…, 张三_2.
    """
    wanted = unicodedata.normalize("NFC", name.strip())
    subject = unicodedata.normalize("NFC", certificate.name)
    return bool(wanted) and wanted in {subject, *_AROUND_A_NAME.split(subject)}


def check_usable(certificate: Certificate, at: datetime) -> None:
    """Refuse to sign with a certificate outside its term or not made for signing.

    Raises DomainError naming the date or the usage, before anything is written.
    """
    if at < certificate.not_before:
        raise DomainError(
            KeyFault.NOT_YET, name=certificate.name, date=certificate.not_before.date().isoformat()
        )
    if at > certificate.not_after:
        raise DomainError(
            KeyFault.EXPIRED, name=certificate.name, date=certificate.not_after.date().isoformat()
        )
    if not certificate.signs:
        raise DomainError(KeyFault.USAGE, name=certificate.name)


@dataclass(frozen=True, slots=True)
class SoftKey:
    """An unlocked private key in memory (`OpenKey`)."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    _private: "PrivateKeyTypes" = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """Signs with SHA-256 in the key's own scheme."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

        private = self._private
        if isinstance(private, rsa.RSAPrivateKey):
            return private.sign(data, padding.PKCS1v15(), hashes.SHA256())
        if isinstance(private, ec.EllipticCurvePrivateKey):
            return private.sign(data, ec.ECDSA(hashes.SHA256()))
        raise DomainError(KeyFault.ALGORITHM, algorithm=self.certificate.algorithm)


@dataclass(frozen=True, slots=True)
class P12Key:
    """A person's key in a P12 file (`SigningKey`); the file's bytes, never its passphrase."""

    data: bytes = field(repr=False)
    label: str

    @contextmanager
    def unlock(self, ask: AskSecret) -> Iterator[OpenKey]:
        """Asks once and opens the key for the length of the context."""
        passphrase = ask(self.label)
        if passphrase is None:
            raise DomainError(KeyFault.CANCELLED)
        yield open_p12(self.data, passphrase)


def open_p12(data: bytes, passphrase: str) -> SoftKey:
    """The key and certificates of a P12. Raises DomainError: wrong passphrase, no key, SM2 …"""
    from cryptography.hazmat.primitives import serialization

    bundle = load_p12(data, passphrase)
    if bundle.key is None or bundle.cert is None:
        raise DomainError(KeyFault.NO_KEY)
    certificate = describe(bundle.cert.certificate)
    chain = tuple(
        extra.certificate.public_bytes(serialization.Encoding.DER)
        for extra in bundle.additional_certs
    )
    return SoftKey(certificate, chain, bundle.key)


def load_p12(data: bytes, passphrase: str) -> "PKCS12KeyAndCertificates":
    """The parsed P12. A wrong passphrase and a damaged file are told apart by the outer frame."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import pkcs12

    if not data or len(data) > MAX_P12 or not _looks_like_p12(data):
        raise DomainError(KeyFault.UNREADABLE)
    try:
        return pkcs12.load_pkcs12(data, passphrase.encode())
    except UnsupportedAlgorithm as error:
        raise _unsupported(error) from error
    except ValueError as error:
        # Every P12 that can be read at all carries a MAC over its content: a failure behind an
        # intact frame is the passphrase.
        raise DomainError(KeyFault.PASSPHRASE) from error


def _looks_like_p12(data: bytes) -> bool:
    from asn1crypto import pkcs12

    try:
        frame = pkcs12.Pfx.load(data, strict=True)
        return frame["version"].native == "v3" and bool(frame["mac_data"].native)
    except (ValueError, TypeError, KeyError):
        return False
