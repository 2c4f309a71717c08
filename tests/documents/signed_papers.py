"""A made-up office whose people sign a small opinion, step by step, for tests of signing.

Everything is made once per process: keys, pages and the three stages of the paper.
"""

import io
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from typing import Any

import pytest

from sanzhi_desktop.application.signing import OpenKey, RegisteredSigner, SignatureField
from sanzhi_desktop.documents import fields
from sanzhi_desktop.documents.blocks import (
    Addressee,
    Document,
    LaidOut,
    NumberLine,
    Paragraph,
    Run,
    SignatureBlock,
    Signer,
    Title,
)
from sanzhi_desktop.documents.fonts import FaceSet, bundled_faces
from sanzhi_desktop.documents.keys import P12Key, open_p12
from sanzhi_desktop.documents.looks import SealLook, TextLook
from sanzhi_desktop.documents.office_ca import Algorithm, ca_pem, issue, make_ca
from sanzhi_desktop.documents.pdfa import prepare
from sanzhi_desktop.documents.seal import SealImage, make_seal
from sanzhi_desktop.documents.signing import Signing, parts_of, sign
from sanzhi_desktop.documents.typeset import lay_out

CHINA = timezone(timedelta(hours=8))
NOW = datetime(2026, 9, 24, 10, 30, tzinfo=CHINA)
LATER = datetime(2026, 9, 24, 16, 5, tzinfo=CHINA)
PASSPHRASE = "纸上得来终觉浅 2026"
REVIEWER, HEAD, OUTSIDER = "林知远", "苏明哲", "顾北辰"
NUMBER, DATE = "示法审〔2026〕7号", "2026年9月24日"
CONTENT = "5f" * 32
OPINION = (
    SignatureField("Reviewer", "reviewer", "sig:Reviewer"),
    SignatureField("Head", "head", "sig:Head", with_qr=True),
)


def needs(tool: str, package: str) -> pytest.MarkDecorator:
    """For a test that asks another program: says loudly what was not asked."""
    reason = f"NOT TESTED against {tool}: install {package}"
    return pytest.mark.skipif(shutil.which(tool) is None, reason=reason)


@dataclass(frozen=True, slots=True)
class Office:
    """A root with the keys it issued."""

    root: bytes  # P12
    pem: bytes
    keys: dict[str, bytes]  # name → P12

    def key(self, name: str) -> P12Key:
        """The person's key as it is used."""
        return P12Key(self.keys[name], f"{name}的证书")

    def open(self, name: str) -> AbstractContextManager[OpenKey]:
        """The person's key, unlocked."""
        return self.key(name).unlock(lambda _label: PASSPHRASE)

    def signer(self, name: str, *roles: str, revoked: bool = False) -> RegisteredSigner:
        """The person as the register holds them."""
        fingerprint = open_p12(self.keys[name], PASSPHRASE).certificate.fingerprint
        return RegisteredSigner(fingerprint, name, frozenset(roles), revoked=revoked)

    @property
    def register(self) -> tuple[RegisteredSigner, ...]:
        """Everybody in their right role."""
        return (self.signer(REVIEWER, "reviewer"), self.signer(HEAD, "head", "reviewer"))


def make_office(name: str = "示例市示例局根证书") -> Office:
    """An office with its own root; every call makes new keys for the same names."""
    made = datetime(2026, 1, 5, tzinfo=UTC)
    root = make_ca(
        name, "示例市示例局", passphrase=PASSPHRASE, now=made, algorithm=Algorithm.EC_P256
    )
    keys = {
        person: issue(
            root,
            PASSPHRASE,
            name=person,
            organisation="示例市示例局",
            person_id=f"p_{number}",
            passphrase=PASSPHRASE,
            now=made,
            algorithm=Algorithm.EC_P256,
        )
        for number, person in enumerate((REVIEWER, HEAD, OUTSIDER))
    }
    return Office(root, ca_pem(root, PASSPHRASE), keys)


@cache
def office() -> Office:
    """The office of most tests."""
    return make_office()


@cache
def faces() -> FaceSet:
    """The committed fonts."""
    return bundled_faces()


@cache
def seal() -> SealImage:
    """The seal of the made-up office."""
    return make_seal("示例市示例局", faces=faces(), note="样例")


@cache
def laid_out() -> LaidOut:
    """Two pages: text, then the signatures."""
    sentence = "经审核，本案主体合法、程序正当、证据充分、适用法律准确、裁量适当。"
    document = Document(
        kind="opinion",
        title="关于示例案的法制审核意见书",
        author="示例市示例局",
        blocks=(
            Title("关于示例案的法制审核意见书"),
            NumberLine(),
            Addressee("示例市示例局第一中队"),
            *(Paragraph((Run(sentence * 3),)) for _ in range(5)),
            SignatureBlock(
                (
                    Signer("审核人", REVIEWER, "sig:Reviewer"),
                    Signer("签发人", "", "signer"),
                ),
                "示例市示例局法制审核机构",
                seal_place="sig:Head",
                qr=True,
            ),
        ),
        mark="样例",
    )
    return lay_out(document, faces())


@cache
def prepared() -> bytes:
    """PDF/A-2b with empty fields."""
    return prepare(laid_out(), kind="opinion", required_fields=OPINION, content_hash=CONTENT)


@cache
def certified() -> bytes:
    """Signed by the reviewer."""
    return certify(prepared())


@cache
def filled() -> bytes:
    """With number, date and the signer's printed name."""
    return fill(certified())


@cache
def approved() -> bytes:
    """Signed by the head: the finished opinion."""
    return approve(filled())


def fill(pdf: bytes, **others: str) -> bytes:
    """Any paper with number, date and printed name, or other values for them."""
    values = {"number": NUMBER, "date": DATE, "signer": HEAD} | others
    return fields.fill(pdf, values, faces=faces())


def certify(pdf: bytes, *, who: Office | None = None, name: str = REVIEWER) -> bytes:
    """Any paper with the reviewer's signature."""
    look = TextLook((name, "2026-09-24 10:30"), faces())
    with (who or office()).open(name) as key:
        return sign(pdf, key, Signing("Reviewer", name, "法制审核", NOW), look)


def approve(pdf: bytes, *, who: Office | None = None, name: str = HEAD) -> bytes:
    """Any paper with the head's signature."""
    with (who or office()).open(name) as key:
        return approve_with(pdf, key, seal(), name=name)


def approve_with(pdf: bytes, key: OpenKey, image: SealImage | None, *, name: str = HEAD) -> bytes:
    """Any paper with a seal and a signature by an open key in the head's place."""
    look = SealLook(parts_of(pdf, "Head"), image, f"{NUMBER}\n{CONTENT}")
    return sign(pdf, key, Signing("Head", name, "签发", LATER), look)


def update(pdf: bytes, change: Callable[[Any], None]) -> bytes:
    """The paper with a further revision, made the way an attacker would."""
    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    writer: Any = IncrementalPdfFileWriter(io.BytesIO(pdf))
    change(writer)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
