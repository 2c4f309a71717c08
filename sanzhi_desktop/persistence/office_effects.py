"""What each command on the office itself writes, and which roles may send it.

Lives here: people, keys, rules, irregularities and voided numbers, in the language of `writes`.
Must not: anything about the steps of a case (`case_effects`).
"""

from collections.abc import Mapping

from sanzhi_desktop.application.commands import OfficeAction
from sanzhi_desktop.domain.people import PeopleFault, Role
from sanzhi_desktop.domain.workflow import WorkflowFault
from sanzhi_desktop.persistence import (
    discussion_effects,
    meeting_effects,
    minutes_effects,
    roll_effects,
)
from sanzhi_desktop.persistence.blob_effects import FREE_FILES, SET_FILE_STORE
from sanzhi_desktop.persistence.effect_parts import insert
from sanzhi_desktop.persistence.expert_effects import PUT_EXPERT
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.writes import Each, Effect, Refuse, Run

# Who may send which; `OWN` actions are open to everybody for his own person_id as well.
OFFICE_ROLES: Mapping[OfficeAction, frozenset[Role]] = {
    OfficeAction.PUT_PERSON: frozenset({Role.ADMIN}),
    OfficeAction.SET_ROLES: frozenset({Role.ADMIN}),
    OfficeAction.SET_PASSWORD: frozenset({Role.ADMIN}),
    OfficeAction.ADD_RECUSAL: frozenset({Role.ADMIN, Role.CLERK, Role.LEAD}),
    OfficeAction.DROP_RECUSAL: frozenset({Role.ADMIN, Role.LEAD}),
    OfficeAction.PUT_CERTIFICATE: frozenset({Role.ADMIN}),
    OfficeAction.REVOKE_CERTIFICATE: frozenset({Role.ADMIN}),
    OfficeAction.PUT_SEAL: frozenset({Role.ADMIN}),
    OfficeAction.PUT_ROOT: frozenset({Role.ADMIN}),
    OfficeAction.PUBLISH_PROFILE: frozenset({Role.ADMIN}),
    OfficeAction.PUBLISH_CALENDAR: frozenset({Role.ADMIN}),
    OfficeAction.RECORD_IRREGULARITY: frozenset(
        {Role.CLERK, Role.REVIEWER, Role.LEAD, Role.HEAD, Role.AUDITOR}
    ),
    OfficeAction.SET_FILE_STORE: frozenset({Role.ADMIN}),
    OfficeAction.FREE_FILES: frozenset({Role.ADMIN}),
    OfficeAction.VOID_NUMBER: frozenset({Role.HEAD, Role.LEAD}),
    OfficeAction.PUT_EXPERT: frozenset({Role.LEAD, Role.HEAD, Role.SECRETARY, Role.ADMIN}),
    **{
        action: frozenset({Role.SECRETARY})
        for action in (
            *meeting_effects.EFFECTS,
            *roll_effects.EFFECTS,
            *discussion_effects.EFFECTS,
        )
    },
    # The recorder and the members are named by the meeting itself; the effects ask for them.
    **{action: frozenset(Role) for action in minutes_effects.EFFECTS},
}
OWN: frozenset[OfficeAction] = frozenset(
    {
        OfficeAction.SET_PASSWORD,
        OfficeAction.ADD_RECUSAL,
        OfficeAction.PUT_CERTIFICATE,
        # A member signs also when his acting period is over: the effects then say why he may not.
        OfficeAction.SIGN_MINUTES,
    }
)
# On a shared database the server keeps the passwords.
EMBEDDED_ONLY: frozenset[OfficeAction] = frozenset({OfficeAction.SET_PASSWORD})

_OFFICE = "office_id = {office}"
_PERSON = f"{_OFFICE} and person_id = {{p.person_id}}"
_KNOWN = Refuse(
    f"not exists (select 1 from person where {_PERSON})",
    PersistenceFault.NO_SUCH_PERSON,
    {"person": "{p.person_id}"},
)
_LAST_ADMIN = Refuse(
    "not exists (select 1 from person p join person_role r"
    " on r.office_id = p.office_id and r.person_id = p.person_id"
    f" where p.office_id = {{office}} and p.active = 1 and r.role = '{Role.ADMIN.value}'"
    " and (r.valid_from is null or r.valid_from <= {today})"
    " and (r.valid_to is null or r.valid_to >= {today}))",
    PersistenceFault.LAST_ADMIN,
)


def _put(table: str, key: tuple[str, ...], values: Mapping[str, str]) -> Run:
    """Insert, or write over the row with the same key."""
    rest = ", ".join(f"{c} = excluded.{c}" for c in values if c not in key)
    return insert(
        table, values, after=f"on conflict (office_id, {', '.join(key)}) do update set {rest}"
    )


_PUT_PERSON = Effect(
    steps=(
        # Whoever left keeps his name and his code: else the history would name another person.
        Refuse(
            f"exists (select 1 from person where {_PERSON} and active = 0 and name <> {{p.name}})",
            PeopleFault.CODE_TAKEN,
            {"person": "{p.person_id}"},
        ),
        _put(
            "person",
            ("person_id",),
            {
                "person_id": "{p.person_id}",
                "name": "{p.name}",
                "sort_key": "{p.sort_key}",
                "unit": "{p.unit}",
                "enforcement_certificate": "{p.enforcement_certificate}",
                "certificate_valid_to": "{p.certificate_valid_to|date}",
                "legal_qualification": "{p.legal_qualification}",
                "first_review_on": "{p.first_review_on|date}",
                "active": "{p.active|flag_on}",
            },
        ),
        Run(
            "insert into unit (office_id, name) values ({office}, {p.unit})"
            " on conflict (office_id, name) do nothing",
            when="{p.unit} <> ''",
        ),
        _LAST_ADMIN,
    ),
    kinds=frozenset({"people"}),
)

_SET_ROLES = Effect(
    steps=(
        _KNOWN,
        Run(f"delete from person_role where {_PERSON}"),
        Each(
            "grants",
            (
                Refuse(
                    "{i.valid_to|date} is not null and trim({i.basis}) = ''",
                    PeopleFault.ACTING_BASIS,
                    {"role": "{i.role}"},
                ),
                Refuse(
                    "{i.valid_to|date} < {i.valid_from|date}",
                    PeopleFault.ACTING_PERIOD,
                    {"role": "{i.role}"},
                ),
                insert(
                    "person_role",
                    {
                        "person_id": "{p.person_id}",
                        "seq": "{index}",
                        "role": "{i.role}",
                        "valid_from": "{i.valid_from|date}",
                        "valid_to": "{i.valid_to|date}",
                        "basis": "{i.basis}",
                    },
                ),
            ),
        ),
        _LAST_ADMIN,
    ),
    kinds=frozenset({"people"}),
)

_SET_PASSWORD = Effect(
    steps=(
        _KNOWN,
        _put(
            "account",
            ("person_id",),
            {"person_id": "{p.person_id}", "argon2": "{p.argon2}", "changed_at": "{now}"},
        ),
    ),
    kinds=frozenset({"people"}),
)

_ADD_RECUSAL = Effect(
    steps=(
        _KNOWN,
        insert(
            "recusal",
            {
                "recusal_id": "{p.recusal_id}",
                "person_id": "{p.person_id}",
                "unit": "{p.unit}",
                "party": "{p.party}",
                "case_id": "{p.case_id}",
                "reason": "{p.reason}",
            },
        ),
    ),
    kinds=frozenset({"people"}),
)


def _missing(table: str, condition: str) -> Refuse:
    return Refuse(
        f"not exists (select 1 from {table} where {_OFFICE} and {condition})",
        PersistenceFault.NO_SUCH_ROW,
    )


_DROP_RECUSAL = Effect(
    steps=(
        _missing("recusal", "recusal_id = {p.recusal_id}"),
        Run(f"delete from recusal where {_OFFICE} and recusal_id = {{p.recusal_id}}"),
    ),
    kinds=frozenset({"people"}),
)

_PUT_CERTIFICATE = Effect(
    steps=(
        _KNOWN,
        insert(
            "certificate",
            {
                "fingerprint": "{p.fingerprint}",
                "person_id": "{p.person_id}",
                "source": "{p.source}",
                "pem": "{p.pem}",
                "serial": "{p.serial}",
                "not_before": "{p.not_before|instant}",
                "not_after": "{p.not_after|instant}",
            },
            # The same certificate again changes nothing: above all it does not lift a revocation.
            when=f"not exists (select 1 from certificate where {_OFFICE}"
            " and fingerprint = {p.fingerprint})",
        ),
    ),
    kinds=frozenset({"keys"}),
)

_REVOKE = Effect(
    steps=(
        _missing("certificate", "fingerprint = {p.fingerprint}"),
        Run(
            "update certificate set revoked = 1, revoked_reason = {p.reason}"
            f" where {_OFFICE} and fingerprint = {{p.fingerprint}}"
        ),
    ),
    kinds=frozenset({"keys"}),
)

_PUT_SEAL = Effect(
    steps=(
        _put(
            "seal",
            ("seal_id",),
            {
                "seal_id": "{p.seal_id}",
                "name": "{p.name}",
                "custodian": "{p.custodian}",
                "image": "{p.image|bytes}",
                "media": "{p.media}",
            },
        ),
    ),
    kinds=frozenset({"keys"}),
)

_PUT_ROOT = Effect(
    steps=(
        _put(
            "root_certificate",
            ("fingerprint",),
            {"fingerprint": "{p.fingerprint}", "pem": "{p.pem}", "name": "{p.name}"},
        ),
    ),
    kinds=frozenset({"keys"}),
)

_PUBLISH_PROFILE = Effect(
    steps=(
        insert(
            "profile_edition",
            {
                "profile_id": "{p.profile_id}",
                "edition": "{p.edition}",
                "applied": "{p.applied|json}",
                "effective_from": "{p.effective_from|date}",
                "published_by": "{me}",
                "published_at": "{now}",
                "clears": "{p.clears}",
            },
        ),
        Run(
            "update office set profile_id = {p.profile_id}, profile_edition = {p.edition}"
            f" where {_OFFICE}",
            when="coalesce({p.effective_from|date}, {today}) <= {today}",
        ),
    ),
    kinds=frozenset({"profile"}),
)

_PUBLISH_CALENDAR = Effect(
    steps=(
        Refuse(
            f"exists (select 1 from calendar where {_OFFICE}"
            " and year = {p.year|int} and edition = {p.edition})",
            PersistenceFault.CALENDAR_EDITION_TAKEN,
            {"year": "{p.year|int}", "edition": "{p.edition}"},
        ),
        insert(
            "calendar",
            {
                "year": "{p.year|int}",
                "edition": "{p.edition}",
                "number": "{p.number}",
                "arrangement": "{p.arrangement}",
                "published_by": "{me}",
                "published_at": "{now}",
            },
        ),
    ),
    kinds=frozenset({"calendar", "case"}),
)

_RECORD_IRREGULARITY = Effect(
    steps=(
        insert(
            "irregularity",
            {
                "irregularity_id": "{p.irregularity_id}",
                "case_id": "{p.case_id}",
                "agency": "{p.agency}",
                "decision_number": "{p.decision_number}",
                "decided_on": "{p.decided_on|date}",
                "content": "{p.content}",
                "note": "{p.note}",
                "recorded_by": "{me}",
                "recorded_at": "{now}",
            },
        ),
    ),
    kinds=frozenset({"irregularities"}),
)

_NUMBER = "series = {p.series} and year = {p.year|int} and no = {p.no|int}"
_VOID_NUMBER = Effect(
    steps=(
        Refuse(
            "trim({p.reason}) = ''",
            WorkflowFault.REASON_MISSING,
            {"action": f"'{OfficeAction.VOID_NUMBER.value}'"},
        ),
        Refuse(
            f"not exists (select 1 from number where {_OFFICE} and {_NUMBER}"
            " and status = 'reserved')",
            PersistenceFault.NUMBER_NOT_VOIDABLE,
            {"series": "{p.series}", "year": "{p.year|int}", "no": "{p.no|int}"},
        ),
        Run(
            "update round set number = '', dated = null where office_id = {office} and issued = 0"
            " and number = (select label from number where office_id = {office}"
            f" and {_NUMBER})"
        ),
        Run(
            "update number set status = 'void', void_reason = {p.reason}, voided_at = {now}"
            f" where {_OFFICE} and {_NUMBER}"
        ),
    ),
    kinds=frozenset({"case", "numbers"}),
)

OFFICE_EFFECTS: Mapping[OfficeAction, Effect] = {
    OfficeAction.PUT_PERSON: _PUT_PERSON,
    OfficeAction.SET_ROLES: _SET_ROLES,
    OfficeAction.SET_PASSWORD: _SET_PASSWORD,
    OfficeAction.ADD_RECUSAL: _ADD_RECUSAL,
    OfficeAction.DROP_RECUSAL: _DROP_RECUSAL,
    OfficeAction.PUT_CERTIFICATE: _PUT_CERTIFICATE,
    OfficeAction.REVOKE_CERTIFICATE: _REVOKE,
    OfficeAction.PUT_SEAL: _PUT_SEAL,
    OfficeAction.PUT_ROOT: _PUT_ROOT,
    OfficeAction.PUBLISH_PROFILE: _PUBLISH_PROFILE,
    OfficeAction.PUBLISH_CALENDAR: _PUBLISH_CALENDAR,
    OfficeAction.RECORD_IRREGULARITY: _RECORD_IRREGULARITY,
    OfficeAction.SET_FILE_STORE: SET_FILE_STORE,
    OfficeAction.FREE_FILES: FREE_FILES,
    OfficeAction.VOID_NUMBER: _VOID_NUMBER,
    OfficeAction.PUT_EXPERT: PUT_EXPERT,
    **meeting_effects.EFFECTS,
    **roll_effects.EFFECTS,
    **discussion_effects.EFFECTS,
    **minutes_effects.EFFECTS,
}
