"""`sanzhi user add | role | disable | password | list`: people and their roles.

On the embedded database whoever can write the file may do this; the history names the
administrator on whose behalf it was done and that it came from the command line. On a server the
log-in decides, and the person's login role is made as well.
"""

import argparse
import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.admin.db import add_db, opened
from sanzhi_desktop.admin.passwords import new_password
from sanzhi_desktop.application.commands import OfficeAction, OfficeCommand, new_id
from sanzhi_desktop.application.office import check_grants, with_acting, without_acting
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import PeopleFault, Person, Role, RoleGrant, check_person
from sanzhi_desktop.persistence.faults import PersistenceFault

if TYPE_CHECKING:
    from sanzhi_desktop.application.ports import Session
    from sanzhi_desktop.persistence.open import Opened


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb `user`."""
    verb = commands.add_parser("user", help="人员和角色")
    parts = verb.add_subparsers(dest="part", metavar="动作", required=True)
    new = parts.add_parser("add", help="登记人员")
    new.add_argument("--name", required=True, metavar="NAME", help="姓名")
    new.add_argument("--role", required=True, metavar="ROLE[,ROLE…]", help=_role_help())
    new.add_argument("--unit", default="", metavar="UNIT", help="所在机构")
    new.add_argument("--certificate", default="", metavar="NO", help="行政执法证号")
    new.add_argument("--certificate-to", type=_day, metavar="DATE", help="执法证有效期至")
    new.add_argument("--qualification", default="", metavar="NO", help="法律职业资格证书号")
    new.add_argument("--first-review", type=_day, metavar="DATE", help="初次从事法制审核的日期")
    new.set_defaults(run=_add)
    role = parts.add_parser("role", help="改变角色；写明期限时为代理，追加在原有角色之后")
    role.add_argument("--role", required=True, metavar="ROLE[,ROLE…]", help=_role_help())
    role.add_argument("--from", dest="start", type=_day, metavar="DATE", help="自，例如 2026-12-01")
    role.add_argument(
        "--to",
        dest="end",
        type=_day,
        metavar="DATE",
        help="至，例如 2026-12-31；写明的须有依据文件",
    )
    role.add_argument(
        "--basis", default="", metavar="TEXT", help="代理的依据文件，例如 清城管〔2026〕41号"
    )
    change = role.add_mutually_exclusive_group()
    change.add_argument(
        "--replace", action="store_true", help="更正：代替该角色尚未期满的代理期限，其余角色不动"
    )
    change.add_argument(
        "--withdraw", action="store_true", help="撤销该角色尚未期满的代理期限，其余角色不动"
    )
    role.set_defaults(run=_role)
    disable = parts.add_parser("disable", help="停用人员；代码永不再用")
    disable.set_defaults(run=_disable)
    password = parts.add_parser("password", help="重设密码")
    password.set_defaults(run=_password)
    for part in (new, role, disable, password):
        part.add_argument("code", metavar="CODE", help="人员代码：小写字母开头，字母、数字、下划线")
    listed = parts.add_parser("list", help="人员名册")
    listed.add_argument("--json", action="store_true", help="输出 JSON")
    listed.set_defaults(run=_list)
    for part in (new, role, disable, password, listed):
        add_db(part)
        part.add_argument("--office", metavar="CODE", help="单位代码，默认第一个单位")


def _role_help() -> str:
    return "角色，写代码或者名称：" + "、".join(_named(role) for role in Role)


def _named(role: Role) -> str:
    from sanzhi_desktop.resources.sentences import sentence

    return f"{role.value} {sentence(f'role.{role.value}')}"


def _words(roles: Sequence[Role]) -> str:
    from sanzhi_desktop.resources.sentences import sentence

    return "、".join(sentence(f"role.{role.value}") for role in dict.fromkeys(roles))


def _day(text: str) -> date:
    return date.fromisoformat(text)


def _roles(text: str) -> tuple[Role, ...]:
    from sanzhi_desktop.resources.sentences import sentence

    wanted = [part.strip() for part in text.replace("，", ",").split(",") if part.strip()]
    known = {role.value: role for role in Role}
    known |= {sentence(f"role.{role.value}"): role for role in Role}
    wrong = [part for part in wanted if part not in known]
    if wrong or not wanted:
        listed = "、".join(_named(role) for role in Role)
        raise DomainError(PersistenceFault.NO_SUCH_ROLE, role="、".join(wrong), roles=listed)
    return tuple(dict.fromkeys(known[part] for part in wanted))


def administrator(database: "Opened") -> "Session":
    """The session in which people are changed. Raises DomainError when there is none."""
    if not database.embedded:
        return database.session("")
    today = database.today()
    people = database.reader().people()
    admin = next((p for p in people.values() if p.has(Role.ADMIN, today)), None)
    if admin is None:
        raise DomainError(PersistenceFault.LAST_ADMIN)
    return database.session(admin.person_id)


def _send(session: "Session", action: OfficeAction, payload: Mapping[str, Any]) -> None:
    told = {**payload, "via": "command_line"}
    session.gateway.send_office(OfficeCommand(new_id(), session.actor.office_id, action, told))


def _person_payload(person: Person) -> dict[str, Any]:
    return {
        "person_id": person.person_id,
        "name": person.name,
        "unit": person.unit,
        "enforcement_certificate": person.enforcement_certificate,
        "certificate_valid_to": _iso(person.certificate_valid_to),
        "legal_qualification": person.legal_qualification,
        "first_review_on": _iso(person.first_review_on),
        "active": person.active,
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


def _grants_payload(code: str, grants: Sequence[RoleGrant]) -> dict[str, Any]:
    return {
        "person_id": code,
        "grants": [
            {
                "role": grant.role.value,
                "valid_from": _iso(grant.valid_from),
                "valid_to": _iso(grant.valid_to),
                "basis": grant.basis,
            }
            for grant in grants
        ],
    }


def _set_password(database: "Opened", session: "Session", code: str, password: str) -> None:
    from sanzhi_desktop.persistence.accounts import hash_password

    if database.embedded:
        argon2 = hash_password(password)
        _send(session, OfficeAction.SET_PASSWORD, {"person_id": code, "argon2": argon2})
        return
    from sanzhi_desktop.persistence import logins

    logins.set_password(database.engine, database.office_id, code, password)


def _by_dba(database: "Opened") -> bool:
    from sanzhi_desktop.persistence import logins

    return not database.embedded and logins.made_by_dba(database.engine)


def _admit(database: "Opened", session: "Session", code: str) -> None:
    """Gives a log-in that the server's administrator made its rights to read; its password stays
    as it is, for the one handed in here is not used before PostgreSQL 16."""
    import secrets

    _set_password(database, session, code, secrets.token_urlsafe(24))


def _checked_password(person: Person) -> str:
    """A new password that will be taken: one that is refused must leave nothing behind."""
    from sanzhi_desktop.persistence import logins

    password = new_password(f"{person.name}（{person.person_id}）的新密码")
    logins.check(password)
    return password


def _unfinished(known: Person | None, wanted: Person) -> bool:
    """Whether an earlier attempt registered this very person and stopped before his roles."""
    return known is not None and not known.roles and known == wanted


def _add(args: argparse.Namespace) -> int:
    roles = _roles(args.role)
    person = Person(
        person_id=args.code,
        name=args.name.strip(),
        unit=args.unit.strip(),
        enforcement_certificate=args.certificate.strip(),
        certificate_valid_to=args.certificate_to,
        legal_qualification=args.qualification.strip(),
        first_review_on=args.first_review,
    )
    database = opened(args)
    try:
        session = administrator(database)
        people = session.reader.people()
        check_person(person, {} if _unfinished(people.get(args.code), person) else people)
        by_dba = _by_dba(database)
        if not database.embedded:
            from sanzhi_desktop.persistence import logins

            heads = person.unit if Role.UNIT_HEAD in roles else ""
            logins.demand_free(database.engine, database.office_id, args.code, heads=heads)
        password = "" if by_dba else _checked_password(person)
        _send(session, OfficeAction.PUT_PERSON, _person_payload(person))
        grants = [RoleGrant(role) for role in roles]
        _send(session, OfficeAction.SET_ROLES, _grants_payload(args.code, grants))
        if by_dba:
            _admit(database, session, args.code)
        else:
            _set_password(database, session, args.code, password)
    finally:
        database.close()
    print(f"已登记 {args.code} {person.name}：{_words(roles)}")
    if by_dba:
        print("密码由数据库管理员设置，这里没有改动。")
    return 0


def _known(session: "Session", code: str) -> Person:
    person = session.reader.people().get(code)
    if person is None:
        raise DomainError(PersistenceFault.NO_SUCH_PERSON, person=code)
    return person


def _role(args: argparse.Namespace) -> int:
    roles = _roles(args.role)
    database = opened(args)
    try:
        session = administrator(database)
        person = _known(session, args.code)
        given = [RoleGrant(role, args.start, args.end, args.basis.strip()) for role in roles]
        check_grants(given)
        today = database.today()
        if args.withdraw:
            grants = without_acting(person.roles, roles, today=today)
        elif args.replace and not given[0].acting:
            raise DomainError(PeopleFault.ACTING_END, role=roles[0].value)
        elif given[0].acting:
            grants = with_acting(person.roles, given, today=today, instead=args.replace)
        else:
            grants = given
        _send(session, OfficeAction.SET_ROLES, _grants_payload(args.code, grants))
    finally:
        database.close()
    print(f"{args.code} {person.name} 的角色：{'、'.join(_grant_words(g) for g in grants)}")
    return 0


def _grant_words(grant: RoleGrant) -> str:
    if grant.valid_from is None and grant.valid_to is None:
        return _words([grant.role])
    period = f"{_iso(grant.valid_from) or ''}至{_iso(grant.valid_to) or ''}"
    return f"{_words([grant.role])}（{'，'.join(p for p in (period, grant.basis) if p)}）"


def _disable(args: argparse.Namespace) -> int:
    from dataclasses import replace

    database = opened(args)
    try:
        session = administrator(database)
        person = _known(session, args.code)
        _send(session, OfficeAction.PUT_PERSON, _person_payload(replace(person, active=False)))
        by_dba = _by_dba(database)
    finally:
        database.close()
    print(f"已停用 {args.code} {person.name}；该代码不再使用。")
    if by_dba:
        print(
            "他已经看不到、也办不了任何案件。登录名由数据库管理员关闭："
            f"ALTER ROLE {args.code} NOLOGIN;"
        )
    return 0


def _password(args: argparse.Namespace) -> int:
    database = opened(args)
    try:
        session = administrator(database)
        person = _known(session, args.code)
        if not person.active:
            raise DomainError(PersistenceFault.PERSON_DISABLED, person=args.code, name=person.name)
        if _by_dba(database):
            _admit(database, session, args.code)
            raise DomainError(PersistenceFault.PASSWORD_BY_DBA, person=args.code)
        _set_password(database, session, args.code, _checked_password(person))
    finally:
        database.close()
    print(f"已重设 {args.code} {person.name} 的密码。")
    return 0


def _list(args: argparse.Namespace) -> int:
    database = opened(args)
    try:
        people = database.reader().people()
        today = database.today()
    finally:
        database.close()
    if args.json:
        print(json.dumps({"people": [_shown(p, today) for p in people.values()]},
                         ensure_ascii=False))  # fmt: skip
        return 0
    for person in people.values():
        state = "" if person.active else "（已停用）"
        held = "、".join(_in_view(person, today))
        print(f"{person.person_id}\t{person.name}{state}\t{person.unit}\t{held}")
    return 0


def _in_view(person: Person, today: date) -> list[str]:
    """What a person holds today or is to hold; acting roles with their period."""
    grants = [g for g in person.roles if person.active and not g.ended(today)]
    return list(dict.fromkeys(_grant_words(grant) for grant in grants))


def _shown(person: Person, today: date) -> dict[str, Any]:
    return {
        "code": person.person_id,
        "name": person.name,
        "unit": person.unit,
        "active": person.active,
        "roles": list(
            dict.fromkeys(g.role.value for g in person.roles if person.active and g.holds_on(today))
        ),
        "grants": _grants_payload(person.person_id, person.roles)["grants"],
    }
