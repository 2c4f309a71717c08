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
    """A certificate on a token, named by the token's label."""

    token: str
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
    """A person's key on a token (`SigningKey`), found by its certificate; never the PIN."""

    driver: Path
    token: str
    fingerprint: str

    @property
    def label(self) -> str:
        """Which token the person is asked for."""
        return f"UKey {self.token}"

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

        try:
            certificates = _certificates(session)
            own = next((c for c, _ in certificates if c.fingerprint == self.fingerprint), None)
            ids = [key_id for c, key_id in certificates if c is own]
            found = _objects(session, pkcs11.ObjectClass.PRIVATE_KEY, ids[0]) if ids else []
        except pkcs11.PKCS11Error as error:
            raise DomainError(KeyFault.TOKEN_FAILED, detail=type(error).__name__) from error
        if own is None or not found:
            raise DomainError(KeyFault.TOKEN_EMPTY, token=self.token)
        chain = tuple(c.der for c, _ in certificates if c is not own)
        return OpenToken(own, chain, found[0])


def list_certificates(driver: Path) -> tuple[TokenCertificate, ...]:
    """Certificates on all tokens of a driver that may sign, without any PIN.

    Raises DomainError when the driver cannot be loaded. Certificates we cannot use are left out.
    """
    import pkcs11

    found: list[TokenCertificate] = []
    for token in _library(driver).get_tokens():
        try:
            with token.open() as session:
                usable = (c for c, _ in _certificates(session) if c.signs)
                found += [TokenCertificate(token.label.strip(), c) for c in usable]
        except pkcs11.PKCS11Error:
            continue  # an empty or foreign token beside ours
    return tuple(found)


def _certificates(session: "pkcs11.Session") -> list[tuple[Certificate, bytes]]:
    """The certificates that we can read, each with the id that its key shares."""
    import pkcs11

    found = []
    for entry in _objects(session, pkcs11.ObjectClass.CERTIFICATE, None):
        try:
            certificate = read_certificate(bytes(entry[pkcs11.Attribute.VALUE]))
        except DomainError:
            continue  # SM2 and the like beside ours
        found.append((certificate, bytes(entry[pkcs11.Attribute.ID])))
    return found


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
