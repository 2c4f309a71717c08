"""A desk for tests: people with every role and short ways to bring a case to a state.

All names and numbers are invented. The commands are exactly those that a use case would send.
"""

import base64
import hashlib
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from sanzhi_desktop.application.commands import (
    Changed,
    Command,
    OfficeAction,
    OfficeCommand,
    new_id,
)
from sanzhi_desktop.application.ports import Gateway, Session
from sanzhi_desktop.application.review import materials_digest
from sanzhi_desktop.domain.case import (
    Case,
    CaseFault,
    Handler,
    Party,
    PartyType,
    ProblemRow,
    Submission,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.submission_json import submission_to_json
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import tables
from sanzhi_desktop.persistence.reader import DatabaseReader
from sanzhi_desktop.persistence.snapshot import reading

PEOPLE: dict[str, tuple[str, tuple[Role, ...]]] = {
    "h1": ("甲承办", (Role.HANDLER,)),
    "h2": ("乙承办", (Role.HANDLER,)),
    "uh": ("丙机构", (Role.UNIT_HEAD,)),
    "ck": ("丁内勤", (Role.CLERK,)),
    "ld": ("戊分派", (Role.LEAD,)),
    "r1": ("己审核", (Role.REVIEWER,)),
    "r2": ("庚审核", (Role.REVIEWER,)),
    "hd": ("辛签发", (Role.HEAD,)),
    "rh": ("壬兼任", (Role.REVIEWER, Role.HEAD)),
    "au": ("癸审计", (Role.AUDITOR,)),
    "se": ("子秘书", (Role.SECRETARY,)),
    "a1": ("丑局长", (Role.AGENCY_HEAD,)),
    "a2": ("寅副局", (Role.AGENCY_HEAD,)),
    "a3": ("卯副局", (Role.AGENCY_HEAD,)),
    "ah": ("子负责", (Role.AGENCY_HEAD,)),
}
ADMIN = "adm"
ALL = (ADMIN, *PEOPLE)
START = datetime(2026, 9, 28, 1, 30, tzinfo=UTC)


@dataclass
class Ticking:
    """A clock that moves one minute with every look at it."""

    at: datetime = START
    step: timedelta = timedelta(minutes=1)

    def __call__(self) -> datetime:
        self.at += self.step
        return self.at


def paper(text: str) -> dict[str, str]:
    """A stored paper; of what is inside the database asks only that it is a PDF."""
    content = f"%PDF-1.7 {text}".encode()
    return {
        "sha256": hashlib.sha256(content).hexdigest(),
        "pdf": base64.b64encode(content).decode("ascii"),
    }


def submission(**changes: Any) -> dict[str, Any]:
    """A submission of an invented case, as JSON."""
    made = Submission(
        name="某某公司未按规定处置废物案",
        file_number="示环立〔2026〕7号",
        agency="示例市生态环境局",
        unit="执法一科",
        party=Party(
            type=PartyType.ORGANISATION, name="示例甲有限公司", number="91110000MA01TEST0X"
        ),
        filing_date=date(2026, 8, 3),
        facts="事实",
        proposed_decision="罚款",
        amount_fen=1_200_000_00,
        handlers=(Handler("h1", "甲承办", "Z-1"), Handler("h2", "乙承办", "Z-2")),
    )
    return submission_to_json(made) | changes


FILE = b"%PDF-1.7 the approval of filing"  # the bytes of the first material, in every store
MATERIALS: list[dict[str, object]] = [
    {
        "material_id": "m1",
        "code": "filing",
        "name": "立案审批表",
        "pages": 2,
        "original": True,
        "sha256": hashlib.sha256(FILE).hexdigest(),
        "size": len(FILE),
        "file_name": "立案.pdf",
    },
    {
        "material_id": "m2",
        "code": "record",
        "name": "询问笔录",
        "pages": None,
        "original": False,
        "sha256": "",
        "size": 0,
        "file_name": "",
    },
]


def problem(number: int, **changes: Any) -> dict[str, Any]:
    """A numbered problem."""
    return {
        "number": number,
        "item_id": "C11",
        "dimension": "PROCEDURE",
        "finding": f"问题{number}",
        "basis": "行政处罚法第五十四条",
        "evidence": "第3页",
        "suggestion": "补正",
    } | changes


class Sessions(dict[str, Session]):
    """Everybody's session, opened when he first does something."""

    def __init__(self, opener: Callable[[str], Session]) -> None:
        super().__init__()
        self.opener = opener
        self.opening = threading.Lock()  # one desk for each person, also where threads are many

    def __missing__(self, who: str) -> Session:
        with self.opening:
            if who not in self.keys():
                self[who] = self.opener(who)
        return self[who]


@dataclass
class Desk:
    """Sessions of everybody on one office, and the cases made through them."""

    office_id: int
    sessions: dict[str, Session]
    papers: dict[str, str] = field(default_factory=dict)
    stored: bool = False  # whether the first material's file is in the store

    def gateway(self, who: str) -> Gateway:
        return self.sessions[who].gateway

    def case(self, case_id: str) -> Case:
        return self.sessions["ld"].reader.case(case_id)

    def version(self, case_id: str, who: str = "ld") -> int:
        """The version that somebody sees there now; a whole case is not read for it.

        Raises DomainError(CaseFault.NOT_FOUND), as reading the case does.
        """
        reader = self.sessions[who].reader
        assert isinstance(reader, DatabaseReader)
        case, head = tables.case_.c, tables.audit_head.c
        same = (head.office_id == case.office_id) & (head.case_id == case.case_id)
        query = (
            sa.select(sa.func.coalesce(head.version, case.version))
            .select_from(tables.case_.outerjoin(tables.audit_head, same))
            .where(case.office_id == reader.office_id, case.case_id == case_id)
        )
        with reading(reader.engine) as db:
            found = db.execute(query).scalar_one_or_none()
        if found is None:
            raise DomainError(CaseFault.NOT_FOUND)
        return int(found)

    def send(
        self,
        who: str,
        case_id: str,
        action: Action,
        *,
        reason: str = "",
        seen: int | None = None,
        command_id: str | None = None,
        **payload: Any,
    ) -> Changed:
        """One command on the version that stands there now, unless told otherwise."""
        version = self.version(case_id) if seen is None else seen
        return self.gateway(who).send(
            Command(
                command_id=command_id or new_id(),
                office_id=self.office_id,
                case_id=case_id,
                seen_version=version,
                action=action,
                reason=reason,
                payload=payload,
            )
        )

    def office(self, who: str, action: OfficeAction, **payload: Any) -> Changed:
        return self.gateway(who).send_office(
            OfficeCommand(new_id(), self.office_id, action, payload)
        )

    def register(self, case_id: str = "", who: str = "h1", **changes: Any) -> str:
        case_id = case_id or new_id()
        self.store_file()
        self.send(
            who,
            case_id,
            Action.REGISTER,
            seen=0,
            submission=submission(**changes),
            materials=MATERIALS,
            unit="执法一科",
            profile_id="shucheng",
            profile_edition="2026-1",
        )
        return case_id

    def store_file(self) -> None:
        """A material may only name a file that is in the store."""
        if not self.stored:
            with tempfile.TemporaryDirectory() as folder:
                source = Path(folder) / "file"
                source.write_bytes(FILE)
                self.sessions["h1"].files.put(source)
            self.stored = True

    def confirmed(self, **changes: Any) -> str:
        case_id = self.register(**changes)
        self.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="first")
        return case_id

    def accepted(self, **changes: Any) -> str:
        case_id = self.confirmed(**changes)
        self.send("ck", case_id, Action.ACCEPT, scope={"needs_review": True}, due_on="2026-09-24")
        return case_id

    def reviewing(self, reviewer: str = "r1", **changes: Any) -> str:
        case_id = self.accepted(**changes)
        self.send("ld", case_id, Action.ASSIGN, reviewer=reviewer)
        return case_id

    def certify(
        self,
        case_id: str,
        *,
        who: str = "r1",
        outcome: str = "AGREE",
        problems: Any = (),
        **opinion: str,
    ) -> str:
        made = paper(f"certified {case_id} {self.version(case_id)}")
        self.send(
            who,
            case_id,
            Action.CERTIFY,
            opinion={"opening": "经审核", "reasons": "理由"} | opinion,
            outcome=outcome,
            problems=list(problems),
            earlier=[
                {"number": p.number, "solved": True, "note": ""} for p in self.earlier(case_id)
            ],
            materials_digest=materials_digest(self.case(case_id)),
            document=made | {"kind": "opinion_certified"},
        )
        self.papers[case_id] = made["sha256"]
        return made["sha256"]

    def earlier(self, case_id: str) -> list[ProblemRow]:
        """The problems of rounds before the running one."""
        case = self.case(case_id)
        return [p for p in case.problems if p.round < case.round]

    def signing(self, outcome: str = "AGREE", problems: Any = (), **changes: Any) -> str:
        case_id = self.reviewing(**changes)
        self.certify(case_id, outcome=outcome, problems=problems)
        return case_id

    def reserve(self, case_id: str, who: str = "hd") -> str:
        return self.send(who, case_id, Action.RESERVE, year=2026, dated="2026-09-22").number

    def issue(
        self,
        case_id: str,
        *,
        who: str = "hd",
        action: Action = Action.ISSUE_PASS,
        certified: str | None = None,
    ) -> Changed:
        return self.send(
            who,
            case_id,
            action,
            document=paper(f"issued {case_id} {self.version(case_id)}") | {"kind": "opinion"},
            certified_sha256=self.papers[case_id] if certified is None else certified,
        )

    def passed(self, **changes: Any) -> str:
        case_id = self.signing(**changes)
        self.reserve(case_id)
        self.issue(case_id)
        return case_id

    def responding(self, problems: Any = None, **changes: Any) -> str:
        problems = [problem(1), problem(2)] if problems is None else problems
        case_id = self.signing(outcome="PROBLEM", problems=problems, **changes)
        self.reserve(case_id)
        self.issue(case_id, action=Action.ISSUE_RETURN)
        return case_id

    def decide(self, case_id: str, *, who: str = "h1", **changes: Any) -> Changed:
        facts: dict[str, Any] = {
            "number": "示环罚〔2026〕3号",
            "decided_on": "2026-09-28",
            "content": "罚款",
            "kind": "penalty",
            "party_name": "示例甲有限公司",
            "party_number": "91110000MA01TEST0X",
            "amount_fen": 1_200_000_00,
        }
        return self.send(who, case_id, Action.REGISTER_DECISION, **(facts | changes))

    def decided(self) -> str:
        case_id = self.passed()
        self.decide(case_id)
        return case_id


def put_people(admin: Gateway, office_id: int) -> None:
    """Registers everybody through commands, as the administrator."""
    for code, (name, roles) in PEOPLE.items():
        for action, payload in (
            (
                OfficeAction.PUT_PERSON,
                {
                    "person_id": code,
                    "name": name,
                    "unit": "执法一科" if code in ("h1", "h2", "uh") else "法制科",
                    "enforcement_certificate": f"Z-{code}",
                    "legal_qualification": f"A{code}",
                    "active": True,
                },
            ),
            (
                OfficeAction.SET_ROLES,
                {"person_id": code, "grants": [{"role": r.value} for r in roles]},
            ),
        ):
            admin.send_office(OfficeCommand(new_id(), office_id, action, payload))
