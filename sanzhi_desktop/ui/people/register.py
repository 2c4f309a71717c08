"""The register as the screen shows it: read in one go, with every warning in words. No widgets."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import CertificateRow, RecusalRow, SealRow
from sanzhi_desktop.application.signing import WARN_DAYS, Certificate, KeyFault, Term, expiry
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.dispute import Expert
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person, Role, RoleGrant, qualified
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.ui.names import day, name
from sanzhi_desktop.ui.theme import Tone

# Who signs papers with a key of their own, and so needs a certificate.
SIGNING = frozenset({Role.REVIEWER, Role.HEAD})


@dataclass(frozen=True, slots=True)
class Mark:
    """A warning about a person or a certificate."""

    text: str
    tone: Tone


@dataclass(frozen=True, slots=True)
class Root:
    """A trusted root with what its certificate says."""

    certificate: Certificate
    pem: str


@dataclass(frozen=True, slots=True)
class Register:
    """Everybody, and everything registered about them, on one day."""

    people: Mapping[str, Person]
    certificates: Sequence[CertificateRow]
    recusals: Sequence[RecusalRow]
    seals: Sequence[SealRow]
    roots: Sequence[Root]
    read: Mapping[str, Certificate]  # what registered certificates say, by fingerprint
    units: Sequence[str]
    now: datetime
    experts: Sequence[Expert] = ()

    @property
    def today(self) -> date:
        """The day in Beijing when it was read."""
        return local_date(self.now)

    def name_of(self, person_id: str) -> str:
        """A person's name; the code of one that is unknown."""
        person = self.people.get(person_id)
        return person.name if person else person_id

    def trusted(self, row: CertificateRow) -> bool:
        """Whether a registered root bears the name of the certificate's issuer."""
        found = self.read.get(row.fingerprint)
        return found is not None and any(r.certificate.name == found.issuer for r in self.roots)

    def certificates_of(self, person_id: str) -> tuple[CertificateRow, ...]:
        """All certificates of a person."""
        return tuple(c for c in self.certificates if c.person_id == person_id)


def read_register(session: Session, work: Work) -> Register:
    """In the database lane."""
    reader = session.reader
    people = reader.people()
    certificates = reader.certificates()
    roots = [(pem, _read(work, pem)) for pem in reader.roots()]
    read = {row.fingerprint: _read(work, row.pem) for row in certificates}
    return Register(
        people=people,
        certificates=certificates,
        recusals=reader.recusals(),
        seals=reader.seals(),
        roots=tuple(Root(found, pem) for pem, found in roots if found is not None),
        read={mark: found for mark, found in read.items() if found is not None},
        units=tuple(dict.fromkeys(p.unit for p in people.values() if p.unit)),
        now=session.gateway.now(),
        experts=reader.experts(),
    )


def _read(work: Work, pem: str) -> Certificate | None:
    """None for a certificate that this program cannot use: it must not hide all the others."""
    try:
        return work.keys.read_certificate(pem.encode("ascii"))
    except DomainError:
        return None


def term(row: CertificateRow, today: date) -> Term:
    """Where a registered certificate stands on a day, apart from revocation."""
    return term_of(row.not_before.date(), row.not_after.date(), today)


def term_of(first: date, last: date, today: date) -> Term:
    """Where a period stands on a day; `EXPIRING` from 30 days before its last day."""
    if first > today:
        return Term.NOT_YET
    if last < today:
        return Term.EXPIRED
    return Term.EXPIRING if (last - today).days <= WARN_DAYS else Term.VALID


_TONES = {
    Term.NOT_YET: Tone.WARN,
    Term.VALID: Tone.OK,
    Term.EXPIRING: Tone.WARN,
    Term.EXPIRED: Tone.DANGER,
}


def term_mark(first: date, last: date, today: date) -> Mark:
    """The same in words."""
    found = term_of(first, last, today)
    words = {
        Term.NOT_YET: f"{day(first)} 起有效",
        Term.VALID: "有效",
        Term.EXPIRING: f"{(last - today).days} 天后到期",
        Term.EXPIRED: f"已于 {day(last)} 到期",
    }
    return Mark(words[found], _TONES[found])


def certificate_mark(row: CertificateRow, today: date) -> Mark:
    """The state of a registered certificate; a revoked one is nothing else."""
    if row.revoked:
        return Mark("已注销", Tone.DANGER)
    return term_mark(row.not_before.date(), row.not_after.date(), today)


def usable(row: CertificateRow, today: date) -> bool:
    """Whether a paper can be signed with it today."""
    return not row.revoked and term(row, today) in {Term.VALID, Term.EXPIRING}


def check_own(certificate: Certificate, person: Person, today: date) -> None:
    """Refuses a certificate that this person could not sign with. Raises DomainError."""
    found = expiry(certificate, today).term
    if found is Term.EXPIRED:
        last = certificate.not_after.date().isoformat()
        raise DomainError(KeyFault.EXPIRED, name=certificate.name, date=last)
    if found is Term.NOT_YET:
        first = certificate.not_before.date().isoformat()
        raise DomainError(KeyFault.NOT_YET, name=certificate.name, date=first)
    if not certificate.signs:
        raise DomainError(KeyFault.USAGE, name=certificate.name)
    if certificate.name != person.name:
        raise DomainError(KeyFault.WRONG_PERSON, holder=certificate.name, name=person.name)


def enforcement_mark(person: Person, today: date) -> Mark | None:
    """The state of the enforcement certificate (行政执法证) of somebody who handles cases."""
    handles = person.has(Role.HANDLER, today)
    if not person.enforcement_certificate.strip():
        return Mark("承办人没有登记执法证", Tone.DANGER) if handles else None
    if person.certificate_valid_to is None:
        return None
    found = term_mark(date.min, person.certificate_valid_to, today)
    return None if found.tone is Tone.OK else Mark(f"执法证{found.text}", found.tone)


def marks(person: Person, register: Register) -> tuple[Mark, ...]:
    """Everything that should be noticed about a person, the gravest first."""
    today = register.today
    if not person.active:
        return (Mark("已停用", Tone.NEUTRAL),)
    found = [enforcement_mark(person, today)]
    if person.has(Role.REVIEWER, today) and not qualified(person):
        found.append(Mark("未登记法律职业资格，不能分派审核", Tone.DANGER))
    if any(person.has(role, today) for role in SIGNING):
        found.append(signing_mark(register.certificates_of(person.person_id), today))
    found += [
        Mark(f"{name(g.role)}代理期已满", Tone.WARN)
        for g in person.roles
        if g.valid_to is not None and g.valid_to < today
    ]
    order = [Tone.DANGER, Tone.WARN, Tone.INFO, Tone.OK, Tone.NEUTRAL]
    return tuple(sorted((m for m in found if m is not None), key=lambda m: order.index(m.tone)))


def needs_certificate(person: Person, register: Register) -> bool:
    """Whether somebody signs papers and has nothing to sign with."""
    today = register.today
    signs = any(person.has(role, today) for role in SIGNING)
    rows = register.certificates_of(person.person_id)
    return signs and not any(usable(row, today) for row in rows)


def signing_mark(rows: Sequence[CertificateRow], today: date) -> Mark | None:
    """Whether somebody who signs has a certificate to sign with, and for how long."""
    good = [row for row in rows if usable(row, today)]
    if not good:
        return Mark("没有可用的签名证书", Tone.DANGER)
    latest = max(good, key=lambda row: row.not_after)
    if term(latest, today) is Term.EXPIRING:
        days = (latest.not_after.date() - today).days
        return Mark(f"签名证书 {days} 天后到期", Tone.WARN)
    return None


def grant_words(grant: RoleGrant) -> str:
    """A role with its period and basis."""
    if grant.valid_from is None and grant.valid_to is None:
        return name(grant.role)
    period = f"{day(grant.valid_from) or '…'} 至 {day(grant.valid_to) or '…'}"
    basis = f"，依据：{grant.basis}" if grant.basis else ""
    return f"{name(grant.role)}（{period}{basis}）"


def roles_words(person: Person) -> str:
    """All roles of a person, acting ones marked."""
    return "、".join(
        name(g.role) + ("（代理）" if g.valid_from or g.valid_to else "") for g in person.roles
    )


def warnings(register: Register, *, only: str = "") -> tuple[tuple[Person, Mark], ...]:
    """Who should be looked after, and why; `only`: of one person."""
    found = [
        (person, mark)
        for person in register.people.values()
        if not only or person.person_id == only
        for mark in marks(person, register)
        if mark.tone in {Tone.DANGER, Tone.WARN}
    ]
    return tuple(sorted(found, key=lambda pair: pair[1].tone is not Tone.DANGER))
