"""The office: its people, roles, recusals, certificates, seal and rule profile."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from sanzhi_desktop.application.commands import (
    Changed,
    OfficeAction,
    OfficeCommand,
    new_id,
)
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.signing import Certificate
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault, Person, Recusal, Role, RoleGrant, check_person
from sanzhi_desktop.domain.workflow import WorkflowFault


def _send(session: Session, action: OfficeAction, payload: Mapping[str, Any]) -> Changed:
    return session.gateway.send_office(
        OfficeCommand(
            command_id=new_id(),
            office_id=session.actor.office_id,
            action=action,
            payload=dict(payload),
        )
    )


def _only(session: Session, *roles: Role) -> None:
    """Office commands are for a few roles; the database demands the same."""
    if not session.actor.roles & set(roles):
        raise DomainError(WorkflowFault.NOT_YOUR_ROLE, action="office")


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def put_person(session: Session, *, person: Person, new: bool) -> Changed:
    """Adds a person or changes the register entry; the code itself never changes."""
    _only(session, Role.ADMIN)
    existing = session.reader.people()
    check_person(person, existing if new else {})
    if not new and person.person_id not in existing:
        raise DomainError(PeopleFault.UNKNOWN, person=person.person_id)
    return _send(
        session,
        OfficeAction.PUT_PERSON,
        {
            "person_id": person.person_id,
            "name": person.name.strip(),
            "unit": person.unit.strip(),
            "enforcement_certificate": person.enforcement_certificate.strip(),
            "certificate_valid_to": _iso(person.certificate_valid_to),
            "legal_qualification": person.legal_qualification.strip(),
            "first_review_on": _iso(person.first_review_on),
            "active": person.active,
        },
    )


def check_grants(grants: Sequence[RoleGrant]) -> None:
    """An acting period needs its basis document, an end, and that not before its beginning. Raises
    DomainError."""
    for grant in grants:
        if grant.valid_from is not None and grant.valid_to is None:
            raise DomainError(PeopleFault.ACTING_END, role=grant.role.value)
        if grant.valid_to is not None and not grant.basis.strip():
            raise DomainError(PeopleFault.ACTING_BASIS, role=grant.role.value)
        if grant.valid_from and grant.valid_to and grant.valid_to < grant.valid_from:
            raise DomainError(PeopleFault.ACTING_PERIOD, role=grant.role.value)


def with_acting(
    held: Sequence[RoleGrant], given: Sequence[RoleGrant], *, today: date, instead: bool
) -> list[RoleGrant]:
    """The roles held and acting periods beside them; `instead` puts right what was entered wrongly:
    they take the place of the periods of the same roles that have not ended. Raises DomainError
    where two periods of a role would share days: nobody could say which one counts."""
    roles = {grant.role for grant in given}
    kept = [
        grant
        for grant in held
        if not (instead and grant.role in roles and grant.acting and not grant.ended(today))
    ]
    for new in given:
        other = next((g for g in kept if g.meets(new) and g != new), None)
        if other is not None:
            facts = {"since": _iso(other.valid_from) or "", "until": _iso(other.valid_to) or ""}
            raise DomainError(PeopleFault.ACTING_OVERLAPS, role=new.role.value, **facts)
    return list(dict.fromkeys([*kept, *given]))


def without_acting(
    held: Sequence[RoleGrant], roles: Sequence[Role], *, today: date
) -> list[RoleGrant]:
    """The roles held without the acting periods of some: a coming one goes, one that runs ended
    yesterday, for it was in force until then. Raises DomainError when there is none."""
    found: list[RoleGrant] = []
    yesterday = today - timedelta(days=1)
    for grant in held:
        if grant.role not in roles or not grant.acting or grant.ended(today):
            found.append(grant)
        elif grant.valid_from is None or grant.valid_from < today:
            found.append(replace(grant, valid_to=yesterday))
    if found == list(held):
        raise DomainError(PeopleFault.NOT_ACTING, role=roles[0].value)
    return found


def set_roles(session: Session, *, person_id: str, grants: Sequence[RoleGrant]) -> Changed:
    """Replaces a person's roles; an acting period needs its basis document."""
    _only(session, Role.ADMIN)
    check_grants(grants)
    return _send(
        session,
        OfficeAction.SET_ROLES,
        {
            "person_id": person_id,
            "grants": [
                {
                    "role": g.role.value,
                    "valid_from": _iso(g.valid_from),
                    "valid_to": _iso(g.valid_to),
                    "basis": g.basis.strip(),
                }
                for g in grants
            ],
        },
    )


def set_password(session: Session, *, person_id: str, argon2: str) -> Changed:
    """Stores the hash of an embedded account's new password: one's own, or any as administrator."""
    if person_id != session.actor.person_id:
        _only(session, Role.ADMIN)
    return _send(session, OfficeAction.SET_PASSWORD, {"person_id": person_id, "argon2": argon2})


def add_recusal(session: Session, *, recusal: Recusal) -> Changed:
    """Registers a recusal (行政处罚法 art. 43) from a unit, a party or one case; everybody may
    declare his own."""
    if recusal.person_id != session.actor.person_id:
        _only(session, Role.ADMIN, Role.CLERK, Role.LEAD)
    if not (recusal.unit or recusal.party or recusal.case_id):
        raise DomainError(PeopleFault.RECUSAL_FROM_NOTHING)
    if not recusal.reason.strip():
        raise DomainError(WorkflowFault.REASON_MISSING, action="add_recusal")
    return _send(
        session,
        OfficeAction.ADD_RECUSAL,
        {
            "recusal_id": new_id(),
            "person_id": recusal.person_id,
            "unit": recusal.unit,
            "party": recusal.party,
            "case_id": recusal.case_id,
            "reason": recusal.reason.strip(),
        },
    )


def drop_recusal(session: Session, *, recusal_id: str) -> Changed:
    """Ends a recusal; the history keeps it."""
    _only(session, Role.ADMIN, Role.LEAD)
    return _send(session, OfficeAction.DROP_RECUSAL, {"recusal_id": recusal_id})


def put_certificate(
    session: Session, *, person_id: str, certificate: Certificate, pem: str, source: str
) -> Changed:
    """Registers a person's signing certificate. `source`: p12 | pkcs11 | office_ca.

    People register their own; certificates of the office's CA come from the administrator.
    """
    if person_id != session.actor.person_id:
        _only(session, Role.ADMIN)
    return _send(
        session,
        OfficeAction.PUT_CERTIFICATE,
        {
            "fingerprint": certificate.fingerprint,
            "person_id": person_id,
            "source": source,
            "pem": pem,
            "serial": certificate.serial,
            "not_before": certificate.not_before.isoformat(),
            "not_after": certificate.not_after.isoformat(),
        },
    )


def revoke_certificate(session: Session, *, fingerprint: str, reason: str) -> Changed:
    """Marks a certificate as revoked: lost token, left office."""
    _only(session, Role.ADMIN)
    if not reason.strip():
        raise DomainError(WorkflowFault.REASON_MISSING, action="revoke_certificate")
    return _send(
        session,
        OfficeAction.REVOKE_CERTIFICATE,
        {"fingerprint": fingerprint, "reason": reason.strip()},
    )


def put_root(session: Session, *, fingerprint: str, pem: str, name: str) -> Changed:
    """Adds a trusted root: the office's own CA or an outside one."""
    _only(session, Role.ADMIN)
    return _send(
        session, OfficeAction.PUT_ROOT, {"fingerprint": fingerprint, "pem": pem, "name": name}
    )


def put_seal(
    session: Session, *, seal_id: str, name: str, custodian: str, image: bytes, media: str
) -> Changed:
    """Stores the seal image with its custodian (印章保管人)."""
    _only(session, Role.ADMIN)
    return _send(
        session,
        OfficeAction.PUT_SEAL,
        {
            "seal_id": seal_id,
            "name": name,
            "custodian": custodian,
            "image": base64.b64encode(image).decode("ascii"),
            "media": media,
        },
    )


def publish_profile(
    session: Session,
    *,
    profile_id: str,
    edition: str,
    applied: Mapping[str, Any],
    effective_from: date,
) -> Changed:
    """Publishes a profile edition; running cases keep the one they were reviewed under."""
    _only(session, Role.ADMIN)
    return _send(
        session,
        OfficeAction.PUBLISH_PROFILE,
        {
            "profile_id": profile_id,
            "edition": edition,
            "applied": dict(applied),
            "effective_from": effective_from.isoformat(),
        },
    )


def void_number(session: Session, *, series: str, year: int, no: int, reason: str) -> Changed:
    """作废: a reserved 文号 that will not be used; it stays with its reason, never given again."""
    _only(session, Role.HEAD, Role.LEAD)
    if not reason.strip():
        raise DomainError(WorkflowFault.REASON_MISSING, action=OfficeAction.VOID_NUMBER.value)
    return _send(
        session,
        OfficeAction.VOID_NUMBER,
        {"series": series, "year": year, "no": no, "reason": reason.strip()},
    )
