"""Keys on tokens (UKey) through PKCS#11: listing what is on them, opening one to sign.

The driver is the vendor's file; the private key never leaves the token and the PIN is asked for
each signing and kept nowhere.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.application.signing import AskSecret, Certificate, KeyFault, OpenKey
from sanzhi_desktop.documents.keys import read_certificate
from sanzhi_desktop.domain.errors import DomainError

if TYPE_CHECKING:
    import pkcs11


@dataclass(frozen=True, slots=True)
class TokenCertificate:
    """A certificate on a token, with what is needed to find its key again."""

    token: str
    key_id: bytes
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class OpenToken:
    """A token's key while its session is open (`OpenKey`)."""

    certificate: Certificate
    chain: tuple[bytes, ...] = field(repr=False)
    _private: Any = field(repr=False)

    def sign(self, data: bytes) -> bytes:
        """Signs on the token; RSA hashes there, EC gets the digest (not every token hashes)."""
        import hashlib

        import pkcs11
        from pkcs11.util.ec import encode_ecdsa_signature

        try:
            if self.certificate.algorithm.startswith("RSA"):
                mechanism = pkcs11.Mechanism.SHA256_RSA_PKCS
                return bytes(self._private.sign(data, mechanism=mechanism))
            digest = hashlib.sha256(data).digest()
            raw = self._private.sign(digest, mechanism=pkcs11.Mechanism.ECDSA)
            return bytes(encode_ecdsa_signature(raw))
        except pkcs11.PKCS11Error as error:
            raise DomainError(KeyFault.TOKEN_FAILED, detail=type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class TokenKey:
    """A person's key on a token (`SigningKey`): driver, token, key id; never the PIN."""

    driver: Path
    token: str
    key_id: bytes = field(repr=False)
    label: str

    @contextmanager
    def unlock(self, ask: AskSecret) -> Iterator[OpenKey]:
        """Finds the token, then asks for the PIN, then opens the key for the context."""
        import pkcs11

        token = _token(self.driver, self.token)
        pin = ask(self.label)
        if pin is None:
            raise DomainError(KeyFault.CANCELLED)
        try:
            session = token.open(user_pin=pin)
        except (pkcs11.PinIncorrect, pkcs11.PinLenRange, pkcs11.PinInvalid) as error:
            raise DomainError(KeyFault.TOKEN_PIN) from error
        except pkcs11.PinLocked as error:
            raise DomainError(KeyFault.TOKEN_LOCKED) from error
        except pkcs11.PKCS11Error as error:
            raise DomainError(KeyFault.TOKEN_FAILED, detail=type(error).__name__) from error
        with session:  # ending it also logs out, so that the next PIN is checked again
            yield self._open(session)

    def _open(self, session: "pkcs11.Session") -> OpenToken:
        import pkcs11

        found = _objects(session, pkcs11.ObjectClass.PRIVATE_KEY, self.key_id)
        certificates = _objects(session, pkcs11.ObjectClass.CERTIFICATE, self.key_id)
        if not found or not certificates:
            raise DomainError(KeyFault.TOKEN_EMPTY, token=self.token)
        others = _objects(session, pkcs11.ObjectClass.CERTIFICATE, None)
        own = read_certificate(_value(certificates[0]))
        chain = tuple(der for der in map(_value, others) if der != own.der)
        return OpenToken(own, chain, found[0])


def token_certificates(driver: Path) -> tuple[TokenCertificate, ...]:
    """Certificates on all tokens of a driver that may sign, without any PIN.

    Raises DomainError when the driver cannot be loaded. Certificates we cannot use are left out.
    """
    import pkcs11

    found = []
    library = _library(driver)
    for token in library.get_tokens():
        try:
            with token.open() as session:
                for entry in _objects(session, pkcs11.ObjectClass.CERTIFICATE, None):
                    if (usable := _usable(entry)) is not None:
                        key_id = bytes(entry[pkcs11.Attribute.ID])
                        found.append(TokenCertificate(token.label.strip(), key_id, usable))
        except pkcs11.PKCS11Error:
            continue  # an empty or foreign token beside ours
    return tuple(found)


def _usable(entry: Any) -> Certificate | None:
    try:
        certificate = read_certificate(_value(entry))
    except DomainError:
        return None  # SM2 and the like; told when somebody chooses that file or token
    return certificate if certificate.signs else None


def _library(driver: Path) -> Any:
    import pkcs11

    if not driver.is_file():
        raise DomainError(KeyFault.TOKEN_DRIVER, driver=str(driver))
    try:
        library = pkcs11.lib(str(driver))
    except (pkcs11.PKCS11Error, RuntimeError, OSError) as error:
        raise DomainError(KeyFault.TOKEN_DRIVER, driver=str(driver)) from error
    library.reinitialize()  # a token plugged in after the first look is seen too
    return library


def _token(driver: Path, label: str) -> "pkcs11.Token":
    library = _library(driver)
    token: pkcs11.Token
    for token in library.get_tokens():
        if token.label.strip() == label:
            return token
    raise DomainError(KeyFault.TOKEN_ABSENT, token=label)


def _objects(
    session: "pkcs11.Session", kind: "pkcs11.ObjectClass", key_id: bytes | None
) -> list[Any]:
    import pkcs11

    wanted: dict[Any, Any] = {pkcs11.Attribute.CLASS: kind}
    if key_id is not None:
        wanted[pkcs11.Attribute.ID] = key_id
    return list(session.get_objects(wanted))


def _value(entry: Any) -> bytes:
    import pkcs11

    return bytes(entry[pkcs11.Attribute.VALUE])
