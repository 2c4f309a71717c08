"""People of an office, their roles, and who may not act on a case.

Pure rules: whether somebody is logged in, and how, is the business of the outer layers.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sanzhi_desktop.domain.errors import Code, DomainError


class Role(StrEnum):
    """Roles in one office. One person may hold several where separation of duties allows."""

    CLERK = "clerk"  # 内勤
    HANDLER = "handler"  # 承办人
    UNIT_HEAD = "unit_head"  # 承办机构负责人, signs the submission
    REVIEWER = "reviewer"  # 审核人
    LEAD = "lead"  # 审核机构分派人, sees all, assigns
    HEAD = "head"  # 法制审核机构负责人, signs opinions
    AGENCY_HEAD = "agency_head"  # 行政机关负责人
    SECRETARY = "secretary"  # 会议秘书
    AUDITOR = "auditor"
    ADMIN = "admin"


class PeopleFault(Code):
    """Why somebody cannot act or be registered."""

    HANDLING = "people.handling"
    RECUSED = "people.recused"
    UNQUALIFIED = "people.unqualified"
    NOT_REVIEWER = "people.not_reviewer"
    INACTIVE = "people.inactive"
    SAME_AS_REVIEWER = "people.same_as_reviewer"
    HANDLERS_TOO_FEW = "people.handlers_too_few"
    HANDLER_NO_CERTIFICATE = "people.handler_no_certificate"
    HANDLER_CERTIFICATE_EXPIRED = "people.handler_certificate_expired"
    BAD_CODE = "people.bad_code"
    NAME_MISSING = "people.name_missing"
    CODE_TAKEN = "people.code_taken"
    UNKNOWN = "people.unknown"
    ACTING_BASIS = "people.acting_basis"
    ACTING_PERIOD = "people.acting_period"
    ACTING_END = "people.acting_end"
    ACTING_OVERLAPS = "people.acting_overlaps"
    NOT_ACTING = "people.not_acting"
    RECUSAL_FROM_NOTHING = "people.recusal_from_nothing"


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """A role held, for a period when acting (代理) with its basis document."""

    role: Role
    valid_from: date | None = None
    valid_to: date | None = None
    basis: str = ""

    @property
    def acting(self) -> bool:
        """Whether it is held for a period."""
        return self.valid_from is not None or self.valid_to is not None

    def ended(self, day: date) -> bool:
        """Whether its last day lies before a day."""
        return self.valid_to is not None and self.valid_to < day

    def meets(self, other: "RoleGrant") -> bool:
        """Whether both are periods of one role that share a day."""
        return (
            self.role is other.role
            and self.acting
            and other.acting
            and not (other.valid_from and self.ended(other.valid_from))
            and not (self.valid_from and other.ended(self.valid_from))
        )

    def holds_on(self, day: date) -> bool:
        """Whether the grant is in force on a day; open ends are unlimited."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_to is None or day <= self.valid_to
        )


@dataclass(frozen=True, slots=True)
class Recusal:
    """A person recused (回避) from a unit's cases, from a party's, or from one case."""

    person_id: str
    unit: str = ""
    party: str = ""
    case_id: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """One person of the register. `person_id` is an immutable code, never reused."""

    person_id: str
    name: str
    unit: str = ""
    enforcement_certificate: str = ""  # 行政执法证号
    certificate_valid_to: date | None = None
    legal_qualification: str = ""  # 国家统一法律职业资格证书号
    first_review_on: date | None = None  # 初次从事法制审核的日期
    active: bool = True
    roles: tuple[RoleGrant, ...] = ()

    def has(self, role: Role, day: date) -> bool:
        """Whether the person holds a role on a day."""
        return self.active and any(g.role is role and g.holds_on(day) for g in self.roles)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who is acting now: the identity the database knows, never what a client claims."""

    person_id: str
    name: str
    office_id: int
    roles: frozenset[Role]


# 行政处罚法 (2021) in force 2021-07-15; its predecessor's revision of 2018-01-01 first demanded
# the qualification from people who take up review for the first time (art. 38 then, art. 58 now).
QUALIFICATION_SINCE = date(2018, 1, 1)


def qualified(person: Person) -> bool:
    """行政处罚法 art. 58: first-time reviewers must hold the national legal qualification.

    People who reviewed before the demand existed go on without it; somebody without a recorded
    first date counts as first-time.
    """
    if person.legal_qualification.strip():
        return True
    return person.first_review_on is not None and person.first_review_on < QUALIFICATION_SINCE


def may_review(
    person: Person,
    *,
    handlers: Iterable[str],
    unit: str,
    party: str,
    case_id: str,
    recusals: Iterable[Recusal],
    day: date,
) -> PeopleFault | None:
    """The reason why a person cannot be assigned to review a case, or None.

    行政处罚法 arts. 43 (recusal) and 58 (qualification); design: handlers never review.
    """
    if not person.active:
        return PeopleFault.INACTIVE
    if not person.has(Role.REVIEWER, day):
        return PeopleFault.NOT_REVIEWER
    if person.person_id in set(handlers):
        return PeopleFault.HANDLING
    if is_recused(person.person_id, unit=unit, party=party, case_id=case_id, recusals=recusals):
        return PeopleFault.RECUSED
    if not qualified(person):
        return PeopleFault.UNQUALIFIED
    return None


def is_recused(
    person_id: str, *, unit: str, party: str, case_id: str, recusals: Iterable[Recusal]
) -> bool:
    """Whether a recusal covers this case."""
    return any(
        r.person_id == person_id
        and (
            (r.case_id and r.case_id == case_id)
            or (r.party and r.party == party)
            or (r.unit and r.unit == unit)
        )
        for r in recusals
    )


def check_handlers(handlers: Iterable[Person], day: date) -> None:
    """At least two handlers with valid enforcement certificates (行政处罚法 art. 42).

    Raises DomainError with the first fault.
    """
    people = list(handlers)
    if len({p.person_id for p in people}) < 2:
        raise DomainError(PeopleFault.HANDLERS_TOO_FEW, count=len(people))
    for person in people:
        if not person.enforcement_certificate.strip():
            raise DomainError(PeopleFault.HANDLER_NO_CERTIFICATE, name=person.name)
        if person.certificate_valid_to is not None and person.certificate_valid_to < day:
            raise DomainError(
                PeopleFault.HANDLER_CERTIFICATE_EXPIRED,
                name=person.name,
                date=person.certificate_valid_to.isoformat(),
            )


def check_person(person: Person, existing: Mapping[str, Person]) -> None:
    """Refuse a register entry that could not be used. Raises DomainError naming the field."""
    code = person.person_id
    if not (2 <= len(code) <= 32 and code[0].isalpha() and code == code.lower()) or not all(
        c.isascii() and (c.isalnum() or c == "_") for c in code
    ):
        raise DomainError(PeopleFault.BAD_CODE, person=code)
    if not person.name.strip():
        raise DomainError(PeopleFault.NAME_MISSING, person=code)
    if code in existing:
        raise DomainError(PeopleFault.CODE_TAKEN, person=code)
