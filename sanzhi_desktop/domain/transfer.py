"""Transfer of a suspected crime (涉嫌犯罪案件移送): its steps beside the state of the case.

Lives here: the table of steps, what a transfer holds, and what must be true of its special team
and of its attachments. Numbers of days and people are rules (`clock.transfer.*`, `transfer.*`).
Must not: the state of the case, which a transfer leaves as it is; who may act (`domain.workflow`).

The articles named are those of 《行政执法机关移送涉嫌犯罪案件的规定》(2020).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.people import PeopleFault, Person
from sanzhi_desktop.domain.workflow import Action

# The checklist item that asks whether the facts reach the threshold of a crime (art. 3).
CRIME_ITEM = "G01"
LETTER = "transfer_letter"  # the attachment that the program itself makes (移送书)


class TransferFault(Code):
    """Why a step of a transfer cannot be taken."""

    OPEN_ALREADY = "transfer.open_already"
    NOT_OPEN = "transfer.not_open"
    STEP = "transfer.step"
    TEAM_TOO_FEW = "transfer.team_too_few"
    NOT_IN_TEAM = "transfer.not_in_team"
    APPROVER_IN_TEAM = "transfer.approver_in_team"
    REASON_MISSING = "transfer.reason_missing"
    TIME_ORDER = "transfer.time_order"
    IN_FUTURE = "transfer.in_future"
    ATTACHMENT_MISSING = "transfer.attachment_missing"
    ATTACHMENT_NOT_WAIVED = "transfer.attachment_not_waived"
    NOT_PREPARED = "transfer.not_prepared"
    NUMBER_FIRST = "transfer.number_first"
    NO_SUBSTITUTE = "transfer.no_substitute"
    LETTER_NOT_VERIFIED = "transfer.letter_not_verified"
    TEAM_SAME = "transfer.team_same"
    NOT_CORRECTABLE = "transfer.not_correctable"
    DECIDER_CORRECTS = "transfer.decider_corrects"
    NOTHING_CORRECTED = "transfer.nothing_corrected"
    CORRECTION_ORDER = "transfer.correction_order"


class TransferStage(StrEnum):
    """Where a transfer stands."""

    OPENED = "opened"  # 已指定专案组，待核实报告
    REPORTED = "reported"  # 已报告，待正职负责人审批
    APPROVED = "approved"  # 已批准，待出具移送书
    REFUSED = "refused"  # 不批准移送，理由已记录
    SIGNED = "signed"  # 移送书已签发，待送达
    DELIVERED = "delivered"  # 已送达，待签回执
    RECEIVED = "received"  # 已签回执，待立案答复
    FORWARDED = "forwarded"  # 公安机关已转送有管辖权的机关
    FILED = "filed"  # 已立案，待移交物品和材料
    NOT_FILED = "not_filed"  # 不予立案
    OBJECTED = "objected"  # 已提请复议
    UPHELD = "upheld"  # 复议仍不予立案
    SUPERVISED = "supervised"  # 已建议检察机关立案监督
    DONE = "done"  # 移送办结
    CLOSED = "closed"  # 未立案，依法另行处理

    @property
    def ended(self) -> bool:
        """Nothing more can happen in this transfer."""
        return self in _ENDED

    @property
    def sent(self) -> bool:
        """The case has reached the organ it goes to (or ended without that)."""
        return self not in _BEFORE_DELIVERY


_ENDED = (TransferStage.REFUSED, TransferStage.DONE, TransferStage.CLOSED)
_BEFORE_DELIVERY = (
    TransferStage.OPENED,
    TransferStage.REPORTED,
    TransferStage.APPROVED,
    TransferStage.SIGNED,
)


class TransferDestination(StrEnum):
    """Where the case goes."""

    POLICE = "police"  # 同级公安机关
    SUPERVISORY = "supervisory"  # 监察机关：职务犯罪线索（第十九条）


class TransferChoice(StrEnum):
    """What was decided or answered in a step that has more than one end."""

    APPROVED = "approved"  # 批准移送
    REFUSED = "refused"  # 不批准移送
    FILED = "filed"  # 立案
    NOT_FILED = "not_filed"  # 不予立案
    FORWARDED = "forwarded"  # 不属于本机关管辖，已转送
    RECONSIDER = "reconsider"  # 提请复议
    SUPERVISE = "supervise"  # 建议检察机关立案监督


@dataclass(frozen=True, slots=True)
class TransferStep:
    """One row: at `stage` (None: no transfer is open), `action` with `choice` leads to `target`.
    `destination`: only for transfers that go there. `moves`: the step has a moment of its own that
    the next one may not precede."""

    stage: TransferStage | None
    action: Action
    target: TransferStage
    choice: str = ""
    destination: str = ""
    moves: bool = True


_T, _A, _C, _D = TransferStage, Action, TransferChoice, TransferDestination

STEPS: tuple[TransferStep, ...] = (
    TransferStep(None, _A.OPEN_TRANSFER, _T.OPENED),
    TransferStep(_T.OPENED, _A.REPORT_TRANSFER, _T.REPORTED),
    TransferStep(_T.REPORTED, _A.DECIDE_TRANSFER, _T.APPROVED, _C.APPROVED),
    TransferStep(_T.REPORTED, _A.DECIDE_TRANSFER, _T.REFUSED, _C.REFUSED),
    *(
        TransferStep(stage, _A.PREPARE_TRANSFER, stage, moves=False)
        for stage in (_T.OPENED, _T.REPORTED, _T.APPROVED)
    ),
    TransferStep(_T.APPROVED, _A.RESERVE_TRANSFER, _T.APPROVED, moves=False),
    TransferStep(_T.APPROVED, _A.ISSUE_TRANSFER, _T.SIGNED),
    TransferStep(_T.SIGNED, _A.DELIVER_TRANSFER, _T.DELIVERED),
    TransferStep(_T.DELIVERED, _A.RECEIPT_TRANSFER, _T.RECEIVED, destination=_D.POLICE),
    TransferStep(_T.DELIVERED, _A.RECEIPT_TRANSFER, _T.DONE, destination=_D.SUPERVISORY),
    *(
        TransferStep(stage, _A.POLICE_ANSWER, target, choice)
        for stage in (_T.RECEIVED, _T.FORWARDED)
        for choice, target in (
            (_C.FILED, _T.FILED),
            (_C.NOT_FILED, _T.NOT_FILED),
            (_C.FORWARDED, _T.FORWARDED),
        )
    ),
    TransferStep(_T.OBJECTED, _A.POLICE_ANSWER, _T.FILED, _C.FILED),
    TransferStep(_T.OBJECTED, _A.POLICE_ANSWER, _T.UPHELD, _C.NOT_FILED),
    TransferStep(_T.SUPERVISED, _A.POLICE_ANSWER, _T.FILED, _C.FILED),
    TransferStep(_T.SUPERVISED, _A.POLICE_ANSWER, _T.CLOSED, _C.NOT_FILED),
    TransferStep(_T.NOT_FILED, _A.OBJECT_TRANSFER, _T.OBJECTED, _C.RECONSIDER),
    TransferStep(_T.NOT_FILED, _A.OBJECT_TRANSFER, _T.SUPERVISED, _C.SUPERVISE),
    TransferStep(_T.UPHELD, _A.OBJECT_TRANSFER, _T.SUPERVISED, _C.SUPERVISE),
    TransferStep(_T.NOT_FILED, _A.CLOSE_TRANSFER, _T.CLOSED),
    TransferStep(_T.UPHELD, _A.CLOSE_TRANSFER, _T.CLOSED),
    TransferStep(_T.FILED, _A.HAND_OVER, _T.DONE),
)

TRANSFER_ACTIONS: tuple[Action, ...] = tuple(dict.fromkeys(row.action for row in STEPS))


@dataclass(frozen=True, slots=True)
class TeamMember:
    """One officer of the special team (专案组)."""

    person_id: str
    name: str
    certificate: str


@dataclass(frozen=True, slots=True)
class Attachment:
    """One of the attachments (art. 6): its pages or file, or why there is none."""

    code: str
    name: str
    pages: int | None = None
    sha256: str = ""
    file_name: str = ""
    waived: str = ""  # 不适用的理由

    @property
    def given(self) -> bool:
        """Handed in, as a file or counted in pages."""
        return bool(self.sha256) or bool(self.pages)


@dataclass(frozen=True, slots=True)
class AttachmentRule:
    """What the rules ask for. `if_any`: may be left out with a reason (“有关”“其他”)."""

    code: str
    name: str
    if_any: bool = False


@dataclass(frozen=True, slots=True)
class EventCorrection:
    """An event put right (更正): what it said before, why, by whom; what it says now is the event
    itself, or the next correction."""

    was_at: datetime
    was_reason: str
    was_detail: Mapping[str, Any]
    why: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class TransferEvent:
    """What happened: `at` is the moment of the event itself, to the minute, as stated by who
    recorded it; `recorded_at` is the database's. With corrections it says what counts."""

    seq: int
    action: Action
    choice: str
    at: datetime
    recorded_at: datetime
    recorded_by: str
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)
    corrections: tuple[EventCorrection, ...] = ()


@dataclass(frozen=True, slots=True)
class Transfer:
    """One transfer of a case; a later one may follow when it has ended. `former`: who was in the
    team and left it."""

    no: int
    stage: TransferStage
    destination: TransferDestination
    team: tuple[TeamMember, ...]
    events: tuple[TransferEvent, ...]
    attachments: tuple[Attachment, ...] = ()
    number: str = ""
    dated: date | None = None
    letter_sha256: str = ""
    former: tuple[TeamMember, ...] = ()

    @property
    def open(self) -> bool:
        """Whether something remains to be done."""
        return not self.stage.ended

    def last(self, action: Action, *choices: str) -> TransferEvent | None:
        """The latest event of a step, if it has happened."""
        return next(
            (
                e
                for e in reversed(self.events)
                if e.action is action and (not choices or e.choice in choices)
            ),
            None,
        )

    def told(self, action: Action, key: str) -> str:
        """A text stated with the latest event of a step; "" before it."""
        event = self.last(action)
        return "" if event is None else str(event.detail.get(key) or "")

    @property
    def last_at(self) -> datetime | None:
        """The moment that the next step may not precede."""
        moving = [e.at for e in self.events if e.action not in _STILL]
        return max(moving, default=None)


_STILL = frozenset((*(row.action for row in STEPS if not row.moves), Action.CHANGE_TRANSFER_TEAM))


def current(transfers: Sequence[Transfer]) -> Transfer | None:
    """The open transfer, else the latest one; None when there never was one."""
    return next((t for t in transfers if t.open), transfers[-1] if transfers else None)


def rows_for(transfer: Transfer | None, action: Action) -> tuple[TransferStep, ...]:
    """The rows open for an action now: one per choice."""
    stage = transfer.stage if transfer is not None and transfer.open else None
    return tuple(
        row
        for row in STEPS
        if row.stage is stage
        and row.action is action
        and row.destination in ("", transfer.destination if transfer is not None else "")
    )


def why_not_step(transfer: Transfer | None, action: Action) -> TransferFault | None:
    """The reason why a step is not open now, whoever asks; None when it is."""
    if rows_for(transfer, action):
        return None
    if action is Action.OPEN_TRANSFER:
        return TransferFault.OPEN_ALREADY
    if transfer is None or not transfer.open:
        return TransferFault.NOT_OPEN
    return TransferFault.STEP


def check_step(
    transfer: Transfer | None, action: Action, *, choice: str, at: datetime, now: datetime
) -> TransferStep:
    """The row taken. Raises DomainError(TransferFault): not open now, in the future, before the
    step that precedes it."""
    fault = why_not_step(transfer, action)
    row = next((r for r in rows_for(transfer, action) if r.choice == choice), None)
    if fault is not None or row is None:
        stage = transfer.stage.value if transfer is not None else ""
        raise DomainError(fault or TransferFault.STEP, action=action.value, stage=stage)
    if at > now:
        raise DomainError(TransferFault.IN_FUTURE)
    before = transfer.last_at if transfer is not None and transfer.open else None
    if row.moves and before is not None and at < before:
        raise DomainError(TransferFault.TIME_ORDER)
    return row


def check_team(
    team: Iterable[Person], *, recused: Iterable[str], least: int, day: date
) -> tuple[TeamMember, ...]:
    """The special team: `least` or more officers of the register, none of them recused (art. 5).

    Raises DomainError with the first fault.
    """
    people = {person.person_id: person for person in team}
    if len(people) < least:
        raise DomainError(TransferFault.TEAM_TOO_FEW, count=len(people), least=least)
    kept_out = set(recused)
    for person in people.values():
        until = person.certificate_valid_to
        if not person.active:
            raise DomainError(PeopleFault.INACTIVE, name=person.name)
        if not person.enforcement_certificate.strip():
            raise DomainError(PeopleFault.HANDLER_NO_CERTIFICATE, name=person.name)
        if until is not None and until < day:
            raise DomainError(
                PeopleFault.HANDLER_CERTIFICATE_EXPIRED, name=person.name, date=until.isoformat()
            )
        if person.person_id in kept_out:
            raise DomainError(PeopleFault.RECUSED, name=person.name)
    return tuple(
        TeamMember(p.person_id, p.name, p.enforcement_certificate) for p in people.values()
    )


def check_attachments(
    rules: Sequence[AttachmentRule], attachments: Iterable[Attachment]
) -> tuple[Attachment, ...]:
    """The attachments in the order of the rules (art. 6), the letter itself left out.

    Raises DomainError: one that is neither there nor excused, an excuse where the rules allow none.
    """
    found = {a.code: a for a in attachments}
    kept = []
    for rule in rules:
        if rule.code == LETTER:
            continue
        given = found.get(rule.code)
        excuse = given.waived.strip() if given is not None else ""
        if given is None or not (given.given or excuse):
            raise DomainError(TransferFault.ATTACHMENT_MISSING, name=rule.name)
        if not given.given and not rule.if_any:
            raise DomainError(TransferFault.ATTACHMENT_NOT_WAIVED, name=rule.name)
        kept.append(given)
    return tuple(kept)
