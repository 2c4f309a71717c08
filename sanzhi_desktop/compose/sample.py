"""The sample office: invented people, throw-away keys, a drawn seal, 样例 on everything.

Serves `sanzhi demo` and the desk's `--sample`. The passphrase of its keys is public on purpose:
such a key proves nothing and its certificates are trusted nowhere else.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.application import office
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.ruleset import OwnRules
from sanzhi_desktop.application.work import NewKey, Work
from sanzhi_desktop.domain.people import Person, Role, RoleGrant
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.resources import profiles

PASSPHRASE = "样例口令-sample-only"
SAMPLE_EDITION = "2026-01"
ROOT_NAME = "样例根证书（仅供演示）"


@dataclass(frozen=True, slots=True)
class SampleOffice:
    """What `office.toml` holds."""

    code: str
    name: str
    series: str
    agency: str
    seal: str
    people: tuple[Person, ...]

    def holder(self, role: Role) -> Person:
        """The first person with a role."""
        return next(p for p in self.people if any(g.role is role for g in p.roles))

    def holders(self, role: Role) -> tuple[Person, ...]:
        """Everybody with a role."""
        return tuple(p for p in self.people if any(g.role is role for g in p.roles))


@dataclass(frozen=True, slots=True)
class SampleKeys:
    """The throw-away keys by person and the root that issued them."""

    root: NewKey
    of: Mapping[str, NewKey] = field(repr=False)


def office_data() -> SampleOffice:
    """The sample office as shipped."""
    data = tomllib.loads(resources.path("samples", "office.toml").read_text("utf-8"))
    return SampleOffice(
        **{k: data["office"][k] for k in ("code", "name", "series", "agency", "seal")},
        people=tuple(_person(row) for row in data["person"]),
    )


def _person(row: Mapping[str, Any]) -> Person:
    return Person(
        person_id=row["id"],
        name=row["name"],
        unit=row["unit"],
        enforcement_certificate=row.get("enforcement_certificate", ""),
        certificate_valid_to=row.get("certificate_valid_to"),
        legal_qualification=row.get("legal_qualification", ""),
        first_review_on=row.get("first_review_on"),
        roles=tuple(RoleGrant(Role(role)) for role in row["roles"]),
    )


def sample_rules(profile_id: str) -> OwnRules:
    """The sample office's own rules over a profile: they fill what it leaves open, with their
    invented source; what the profile itself says stays."""
    base = profiles.shipped(profile_id)
    own = tomllib.loads(resources.path("samples", "office_rules.toml").read_text("utf-8"))
    filling = {key: rule for key, rule in own["rules"].items() if base.rule(key).open}
    return OwnRules(profile_id, f"{base.name}（样例单位）", own["documents"], filling)


def sample_profile(profile_id: str) -> Profile:
    """A profile with the sample office's own rules on top."""
    own = sample_rules(profile_id)
    return profiles.with_office(profile_id, own.tables(edition=SAMPLE_EDITION, effective_from=None))


def furnish(admin: Session, work: Work, *, sample: SampleOffice) -> SampleKeys:
    """Registers people, roles, keys and seal of the sample office as its administrator."""
    now = admin.gateway.now()
    existing = admin.reader.people()
    for person in sample.people:
        office.put_person(admin, person=person, new=person.person_id not in existing)
        office.set_roles(admin, person_id=person.person_id, grants=person.roles)
    image, media = work.keys.make_seal(sample.seal, note="样例")
    office.put_seal(
        admin,
        seal_id="seal-1",
        name=sample.seal,
        custodian=sample.holder(Role.CLERK).person_id,
        image=image,
        media=media,
    )
    return make_keys(admin, work, sample=sample, now=now)


def make_keys(admin: Session, work: Work, *, sample: SampleOffice, now: datetime) -> SampleKeys:
    """A root and one key for everybody who signs; all registered."""
    root = work.keys.make_ca(
        name=ROOT_NAME, organisation=sample.agency, passphrase=PASSPHRASE, now=now
    )
    office.put_root(admin, fingerprint=root.certificate.fingerprint, pem=root.pem, name=ROOT_NAME)
    issued: dict[str, NewKey] = {}
    signers = {p.person_id: p for role in _SIGNING for p in sample.holders(role)}
    for person in signers.values():
        made = work.keys.issue(
            root.p12,
            ca_passphrase=PASSPHRASE,
            name=person.name,
            organisation=sample.agency,
            person_id=person.person_id,
            passphrase=PASSPHRASE,
            now=now,
        )
        office.put_certificate(
            admin,
            person_id=person.person_id,
            certificate=made.certificate,
            pem=made.pem,
            source="office_ca",
        )
        issued[person.person_id] = made
    return SampleKeys(root, issued)


_SIGNING = (Role.REVIEWER, Role.HEAD, Role.HANDLER, Role.AGENCY_HEAD, Role.SECRETARY)
