"""Signed papers of a disagreement, made once per process: everybody has a key of one office."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from functools import cache

from sanzhi_desktop.application.signing import OpenKey, RegisteredSigner
from sanzhi_desktop.application.work import DisputePaper
from sanzhi_desktop.documents.keys import P12Key
from sanzhi_desktop.documents.office_ca import Algorithm, issue
from sanzhi_desktop.documents.paper_desk import PaperDesk
from sanzhi_desktop.domain.dispute_papers import (
    DisagreementPaper,
    MinutesPaper,
    ResponsibilityPaper,
    Signatory,
    minutes_signatories,
    record_signatories,
    responsibility_signatories,
)
from tests.documents import dispute_samples as samples
from tests.documents import signed_papers as papers

SIGNED_AT = datetime(2026, 9, 24, 9, 0, tzinfo=UTC)  # as the other signed papers
OUTSIDER = Signatory("顾北辰", "法律顾问", "reviewer")


@cache
def desk() -> PaperDesk:
    """The desk over the committed fonts."""
    return PaperDesk(papers.faces())


@cache
def key_of(name: str) -> P12Key:
    """A person's key, issued by the office of the other tests."""
    made = issue(
        papers.office().root,
        papers.PASSPHRASE,
        name=name,
        organisation="示例市示例局",
        person_id=f"p_{sum(map(ord, name))}",
        passphrase=papers.PASSPHRASE,
        now=datetime(2026, 1, 5, tzinfo=UTC),
        algorithm=Algorithm.EC_P256,
    )
    return P12Key(made, f"{name}的证书")


def secret(_label: str) -> str:
    """What everybody types."""
    return papers.PASSPHRASE


def opened(name: str) -> AbstractContextManager[OpenKey]:
    """A person's key, unlocked."""
    return key_of(name).unlock(secret)


def registered(who: Signatory) -> RegisteredSigner:
    """The person as the register holds them."""
    with opened(who.name) as key:
        return RegisteredSigner(key.certificate.fingerprint, who.name, frozenset({who.role}))


def p12(name: str) -> bytes:
    """The bytes of a person's key file."""
    return key_of(name).data


def sign(pdf: bytes, field: str, name: str, *, minute: int = 0) -> bytes:
    """One signature at the desk."""
    return desk().sign(
        pdf,
        field=field,
        key=key_of(name),
        ask=secret,
        name=name,
        at=SIGNED_AT + timedelta(minutes=minute),
        reason="集体讨论",
    )


def sign_all(pdf: bytes, signers: Sequence[tuple[str, Signatory]]) -> bytes:
    """All signatures in the given order."""
    for minute, (field, who) in enumerate(signers):
        pdf = sign(pdf, field, who.name, minute=minute)
    return pdf


def signatories(paper: DisputePaper) -> tuple[tuple[str, Signatory], ...]:
    """Field and signer of any of the papers."""
    match paper:
        case MinutesPaper():
            return minutes_signatories(paper)
        case DisagreementPaper():
            return record_signatories(paper)
        case ResponsibilityPaper():
            return responsibility_signatories(paper)


@cache
def prepared() -> bytes:
    """Minutes of a chair with two members, that nobody has signed."""
    return desk().prepare(samples.minutes(2))


@cache
def certified() -> bytes:
    """Minutes with the recorder's signature alone."""
    return sign(prepared(), "Recorder", samples.RECORDER.name)


@cache
def waiting_for_chair() -> bytes:
    """Minutes that only the chair has not signed."""
    return sign_all(certified(), signatories(samples.minutes(2))[1:-1])


@cache
def complete() -> bytes:
    """Minutes that everybody signed."""
    return sign(waiting_for_chair(), "Chair", samples.CHAIR.name, minute=9)


@cache
def record() -> bytes:
    """The two-sided record, signed by both."""
    paper = samples.record()
    return sign_all(desk().prepare(paper), signatories(paper))


@cache
def responsibility() -> bytes:
    """The sheet, signed by the head."""
    paper = samples.responsibility()
    return sign_all(desk().prepare(paper), signatories(paper))
