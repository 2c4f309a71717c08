"""The key desk: keys, certificates and seals behind the port of `application.work`."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sanzhi_desktop.application.signing import Certificate, SigningKey
from sanzhi_desktop.application.work import NewKey
from sanzhi_desktop.documents import keys, office_ca, seal, tokens
from sanzhi_desktop.documents.fonts import FaceSet
from sanzhi_desktop.documents.office_ca import Algorithm


class Keys:
    """`KeyDesk`: nothing is kept between calls, least of all a secret."""

    def __init__(self, faces: FaceSet) -> None:
        self._faces = faces

    def key(self, p12: bytes, *, label: str) -> SigningKey:
        """A key out of a P12 file."""
        return keys.P12Key(p12, label)

    def inspect(self, p12: bytes, *, passphrase: str) -> NewKey:
        """Certificate of an own P12."""
        return _new_key(p12, passphrase)

    def read_certificate(self, data: bytes) -> Certificate:
        """A certificate alone."""
        return keys.read_certificate(data)

    def token_certificates(self, driver: Path) -> Sequence[tuple[str, Certificate]]:
        """Signing certificates on connected tokens."""
        return [(found.token, found.certificate) for found in tokens.list_certificates(driver)]

    def token_key(self, driver: Path, *, token: str, fingerprint: str) -> SigningKey:
        """A key on a token."""
        return tokens.TokenKey(driver, token, fingerprint)

    def make_ca(self, *, name: str, organisation: str, passphrase: str, now: datetime) -> NewKey:
        """The office's root."""
        made = office_ca.make_ca(
            name, organisation, passphrase=passphrase, now=now, algorithm=Algorithm.EC_P256
        )
        return _new_key(made, passphrase)

    def issue(
        self,
        ca: bytes,
        *,
        ca_passphrase: str,
        name: str,
        organisation: str,
        person_id: str,
        passphrase: str,
        now: datetime,
    ) -> NewKey:
        """A person's key from the office's root."""
        made = office_ca.issue(
            ca,
            ca_passphrase,
            name=name,
            organisation=organisation,
            person_id=person_id,
            passphrase=passphrase,
            now=now,
            algorithm=Algorithm.EC_P256,
        )
        return _new_key(made, passphrase)

    def make_seal(self, name: str, *, note: str = "") -> tuple[bytes, str]:
        """A drawn seal for a sample office."""
        made = seal.make_seal(name, faces=self._faces, note=note)
        return made.data, made.media

    def import_seal(self, data: bytes) -> tuple[bytes, str]:
        """The office's seal image, checked and cleaned."""
        made = seal.import_seal(data)
        return made.data, made.media


def _new_key(p12: bytes, passphrase: str) -> NewKey:
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import Encoding

    certificate = keys.open_p12(p12, passphrase).certificate
    pem = x509.load_der_x509_certificate(certificate.der).public_bytes(Encoding.PEM)
    return NewKey(certificate, pem.decode("ascii"), p12)
