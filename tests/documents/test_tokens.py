"""Keys on tokens, with SoftHSM2 standing in for a UKey."""

import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application.signing import KeyFault
from sanzhi_desktop.documents import fields, tokens
from sanzhi_desktop.documents.keys import load_p12
from sanzhi_desktop.documents.verify import verify
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain
from tests.documents import dispute_samples as samples
from tests.documents import signed_disputes as disputes
from tests.documents import signed_papers as papers

PIN = "20260924"
UTILITY = shutil.which("softhsm2-util")


def _find_driver() -> Path | None:
    """The driver that came with the utility, wherever the package was put."""
    if UTILITY is None:
        return None
    library = Path(UTILITY).resolve().parents[1]
    patterns = ("lib*/softhsm/libsofthsm2.so", "lib*/*/softhsm/libsofthsm2.so")
    return next((path for pattern in patterns for path in sorted(library.glob(pattern))), None)


DRIVER = _find_driver()
pytestmark = pytest.mark.skipif(
    DRIVER is None,
    reason="NOT TESTED: signing with a token; install softhsm2 (apt-get install softhsm2)",
)


@pytest.fixture(scope="module")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A driver with one token that holds the head's key and certificate."""
    assert DRIVER is not None
    home = tmp_path_factory.mktemp("token")
    (home / "tokens").mkdir()
    (home / "softhsm2.conf").write_text(
        f"directories.tokendir = {home / 'tokens'}\nobjectstore.backend = file\nlog.level = ERROR\n"
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOFTHSM2_CONF", str(home / "softhsm2.conf"))
        words = f"--init-token --free --label ukey --pin {PIN} --so-pin 87654321".split()
        subprocess.run(
            [str(UTILITY), "--module", str(DRIVER), *words], check=True, capture_output=True
        )
        store(DRIVER, papers.office().keys[papers.HEAD], papers.PASSPHRASE)
        yield DRIVER


def store(driver: Path, p12: bytes, passphrase: str) -> None:
    """Puts key and certificate of a P12 on the token."""
    import pkcs11
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
    from pkcs11.util.ec import decode_ec_private_key
    from pkcs11.util.x509 import decode_x509_certificate

    bundle = load_p12(p12, passphrase)
    assert bundle.key is not None
    assert bundle.cert is not None
    common: dict[Any, Any] = {pkcs11.Attribute.ID: b"\x07", pkcs11.Attribute.TOKEN: True}
    key: dict[Any, Any] = decode_ec_private_key(
        bundle.key.private_bytes(Encoding.DER, PrivateFormat.TraditionalOpenSSL, NoEncryption())
    )
    certificate: dict[Any, Any] = decode_x509_certificate(
        bundle.cert.certificate.public_bytes(Encoding.DER)
    )
    library = pkcs11.lib(str(driver))
    library.reinitialize()
    token = next(t for t in library.get_tokens() if t.label.strip() == "ukey")
    with token.open(user_pin=PIN, rw=True) as session:
        session.create_object(key | common | {pkcs11.Attribute.SIGN: True})
        session.create_object(certificate | common)


def _key(driver: Path) -> tokens.TokenKey:
    (found,) = tokens.list_certificates(driver)
    return tokens.TokenKey(driver, found.token, found.certificate.fingerprint)


def _code(action: Callable[[], object]) -> KeyFault:
    with pytest.raises(DomainError) as caught:
        action()
    assert isinstance(caught.value.code, KeyFault)
    assert "…" not in explain(caught.value)  # every fact of the sentence is there
    return caught.value.code


def test_certificates_are_listed_without_a_pin(driver: Path) -> None:
    (found,) = tokens.list_certificates(driver)
    assert (found.token, found.certificate.name) == ("ukey", papers.HEAD)


def test_the_head_signs_with_a_token(driver: Path) -> None:
    asked: list[str] = []

    def ask(label: str) -> str:
        asked.append(label)
        return PIN

    with _key(driver).unlock(ask) as key:
        done = papers.approve_with(papers.filled(), key, papers.seal())
    assert asked == ["UKey ukey"]
    verdict = verify(done, trust=[papers.office().pem], officers=papers.office().register)
    assert verdict.valid, verdict


def test_a_wrong_pin_is_told_and_the_next_one_is_asked_again(driver: Path) -> None:
    def sign(pin: str | None) -> bytes:
        with _key(driver).unlock(lambda _label: pin) as key:
            return key.sign(b"content")

    assert _code(lambda: sign("00000000")) is KeyFault.TOKEN_PIN
    assert sign(PIN)
    assert _code(lambda: sign("00000000")) is KeyFault.TOKEN_PIN  # a good PIN is not remembered
    assert _code(lambda: sign(None)) is KeyFault.CANCELLED
    assert sign(PIN)


def test_missing_tokens_keys_and_drivers_are_named(driver: Path, tmp_path: Path) -> None:
    def unlock(key: tokens.TokenKey) -> None:
        with key.unlock(lambda _label: PIN):
            pytest.fail("opened")

    assert _code(lambda: unlock(tokens.TokenKey(driver, "none", "00"))) is KeyFault.TOKEN_ABSENT
    assert _code(lambda: unlock(tokens.TokenKey(driver, "ukey", "00"))) is KeyFault.TOKEN_EMPTY
    broken = tmp_path / "driver.so"
    broken.write_bytes(b"no library")
    for path in (broken, tmp_path / "absent.so"):
        found = _code(lambda path=path: tokens.list_certificates(path))  # type: ignore[misc]
        assert found is KeyFault.TOKEN_DRIVER


def test_no_pin_is_shown_or_kept(driver: Path) -> None:
    key = _key(driver)
    with key.unlock(lambda _label: PIN) as opened:
        shown = repr(key) + repr(opened)
    assert PIN not in shown
    assert fields.read_mark(fields.appending(papers.filled()).root).kind == "opinion"


def test_the_chair_signs_the_minutes_with_a_token(driver: Path) -> None:
    assert samples.CHAIR.name == papers.HEAD  # whose key the token holds
    ((_, certificate),) = [
        (found.token, found.certificate) for found in tokens.list_certificates(driver)
    ]
    done = disputes.desk().sign(
        disputes.waiting_for_chair(),
        field="Chair",
        key=tokens.TokenKey(driver, "ukey", certificate.fingerprint),
        ask=lambda _label: PIN,
        name=samples.CHAIR.name,
        at=disputes.SIGNED_AT,
        reason="确认笔录",
    )
    verdict = verify(done, trust=[papers.office().pem])
    assert verdict.valid, verdict
    assert verdict.signatures[-1].fingerprint == certificate.fingerprint
