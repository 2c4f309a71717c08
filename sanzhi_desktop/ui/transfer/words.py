"""A transfer in words: its steps in order, what each waits for, who does it, until when."""

from collections.abc import Mapping
from dataclasses import dataclass

from sanzhi_desktop.application.deadlines import CaseClock, ClockKind
from sanzhi_desktop.application.transfer import check_member
from sanzhi_desktop.application.transfer_gate import due
from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.transfer import (
    Transfer,
    TransferDestination,
    TransferEvent,
    TransferStage,
    current,
    why_not_step,
)
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action
from sanzhi_desktop.resources.sentences import explain, sentence
from sanzhi_desktop.ui.case_page import CasePage
from sanzhi_desktop.ui.clocks import words as clock_words
from sanzhi_desktop.ui.names import moment, name, named
from sanzhi_desktop.ui.theme import Tone

ORDER = (
    Action.OPEN_TRANSFER,
    Action.REPORT_TRANSFER,
    Action.DECIDE_TRANSFER,
    Action.PREPARE_TRANSFER,
    Action.ISSUE_TRANSFER,
    Action.DELIVER_TRANSFER,
    Action.RECEIPT_TRANSFER,
    Action.POLICE_ANSWER,
    Action.OBJECT_TRANSFER,
    Action.CLOSE_TRANSFER,
    Action.HAND_OVER,
)
# The rule that each step rests on; its source is shown as the profile quotes it.
_RULES: Mapping[Action, str] = {
    Action.OPEN_TRANSFER: "transfer.team",
    Action.REPORT_TRANSFER: "transfer.approver",
    Action.DECIDE_TRANSFER: "clock.transfer.approve",
    Action.PREPARE_TRANSFER: "transfer.materials",
    Action.ISSUE_TRANSFER: "transfer.materials",
    Action.DELIVER_TRANSFER: "clock.transfer.send",
    Action.RECEIPT_TRANSFER: "clock.transfer.forward",
    Action.POLICE_ANSWER: "clock.transfer.police_decision",
    Action.OBJECT_TRANSFER: "clock.transfer.objection",
    Action.CLOSE_TRANSFER: "transfer.no_substitute",
    Action.HAND_OVER: "clock.transfer.hand_over",
}
_WAITS: Mapping[TransferStage, ClockKind] = {
    TransferStage.REPORTED: ClockKind.TRANSFER_APPROVE,
    TransferStage.APPROVED: ClockKind.TRANSFER_SEND,
    TransferStage.SIGNED: ClockKind.TRANSFER_SEND,
    TransferStage.RECEIVED: ClockKind.TRANSFER_ANSWER,
    TransferStage.FORWARDED: ClockKind.TRANSFER_ANSWER,
    TransferStage.NOT_FILED: ClockKind.TRANSFER_OBJECT,
    TransferStage.OBJECTED: ClockKind.TRANSFER_REPLY,
    TransferStage.UPHELD: ClockKind.TRANSFER_SUPERVISE,
    TransferStage.FILED: ClockKind.TRANSFER_HAND_OVER,
}
_NEXT: Mapping[TransferStage, Action] = {
    TransferStage.OPENED: Action.REPORT_TRANSFER,
    TransferStage.REPORTED: Action.DECIDE_TRANSFER,
    TransferStage.SIGNED: Action.DELIVER_TRANSFER,
    TransferStage.DELIVERED: Action.RECEIPT_TRANSFER,
    TransferStage.RECEIVED: Action.POLICE_ANSWER,
    TransferStage.FORWARDED: Action.POLICE_ANSWER,
    TransferStage.NOT_FILED: Action.OBJECT_TRANSFER,
    TransferStage.OBJECTED: Action.POLICE_ANSWER,
    TransferStage.UPHELD: Action.OBJECT_TRANSFER,
    TransferStage.SUPERVISED: Action.POLICE_ANSWER,
    TransferStage.FILED: Action.HAND_OVER,
}


@dataclass(frozen=True, slots=True)
class StepRow:
    """One line of the list. `reason`: why it cannot be done now by whoever sits here; "" when it
    can. `waits`: it is the step that comes next, whoever does it."""

    action: Action
    event: TransferEvent | None
    waits: bool
    reason: str
    who: str
    basis: str


def next_action(transfer: Transfer | None) -> Action | None:
    """The step that carries the transfer on; None when it has ended."""
    if transfer is None or not transfer.open:
        return Action.OPEN_TRANSFER if transfer is None else None
    if transfer.stage is TransferStage.APPROVED:
        return Action.ISSUE_TRANSFER if transfer.attachments else Action.PREPARE_TRANSFER
    return _NEXT.get(transfer.stage)


def rows(page: CasePage) -> tuple[StepRow, ...]:
    """The steps of the open transfer, else of the latest one, else of one to come."""
    transfer = current(page.case.transfers)
    supervisory = transfer is not None and transfer.destination is TransferDestination.SUPERVISORY
    shown = ORDER[:7] if supervisory else ORDER
    coming = next_action(transfer)
    return tuple(
        StepRow(
            action=action,
            event=_event(transfer, action),
            waits=action is coming,
            reason=reason(page, action),
            who=who(page, action),
            basis=basis(page, action),
        )
        for action in shown
    )


def basis(page: CasePage, action: Action) -> str:
    """The article behind a step, quoted as in the rules of the case."""
    rule = page.profile.rules.get(_RULES[action])
    source = rule.in_force().source if rule is not None else None
    return source.with_quote() if source is not None else ""


def _event(transfer: Transfer | None, action: Action) -> TransferEvent | None:
    return None if transfer is None else transfer.last(action)


def done(row: StepRow, transfer: Transfer | None) -> bool:
    """Whether the step has been taken; preparing leaves no event of its own."""
    if row.action is Action.PREPARE_TRANSFER:
        return transfer is not None and bool(transfer.attachments)
    return row.event is not None


def reason(page: CasePage, action: Action) -> str:
    """Why the step is closed now: first what must come before, then who may do it."""
    transfer = current(page.case.transfers)
    stage = transfer.stage.value if transfer is not None else ""
    fault = why_not_step(transfer, action)
    if fault is not None:
        return explain(DomainError(fault, action=action.value, stage=stage))
    if action is Action.ISSUE_TRANSFER and transfer is not None and not transfer.attachments:
        return sentence("transfer.not_prepared")
    closed = page.why_not(action)
    if closed is not None:
        return (
            sentence(
                closed.value,
                action=name(action),
                state=name(page.case.state),
                reviewer=page.name_of(page.case.reviewer),
            )
            + f"（{who(page, action)}）"
        )
    try:
        check_member(page.actor, transfer, action)
    except DomainError as error:
        return explain(error)
    return ""


def who(page: CasePage, action: Action) -> str:
    """Whose step it is: the roles, and the team by name."""
    roles = next(t.roles for t in TRANSITIONS if t.action is action)
    transfer = current(page.case.transfers)
    parts = []
    for role in Role:
        if role not in roles:
            continue
        if role is Role.HANDLER and transfer is not None and transfer.open:
            parts.append("专案组：" + "、".join(m.name for m in transfer.team))
        else:
            parts.append(name(role))
    return "；".join(parts)


def clock_of(page: CasePage) -> CaseClock | None:
    """The clock that the transfer is under now."""
    transfer = current(page.case.transfers)
    kind = None if transfer is None else _WAITS.get(transfer.stage)
    return next((c for c in page.clocks if c.kind is kind), None)


def headline(page: CasePage) -> tuple[str, Tone]:
    """What is next, who does it and until when, in one sentence."""
    transfer = current(page.case.transfers)
    if transfer is None:
        if due(page.case):
            return (
                "审核认为违法行为涉嫌犯罪：应当立即指定专案组，不得以行政处罚代替移送。",
                Tone.DANGER,
            )
        return "本案没有涉嫌犯罪移送。发现违法行为涉嫌犯罪的，随时指定专案组。", Tone.NEUTRAL
    if not transfer.open:
        return f"第{transfer.no}次移送：{name(transfer.stage)}。", Tone.NEUTRAL
    coming = next_action(transfer)
    clock = clock_of(page)
    until, tone = "", Tone.INFO
    if clock is not None and clock.strip is not None and clock.strip.due is not None:
        until = f"，最迟{clock_words.due(clock)}（{clock_words.state(clock)}）"
        tone = clock_words.tone(clock)
    step = f"下一步：{name(coming)}（{who(page, coming)}）" if coming is not None else ""
    return f"{name(transfer.stage)}。{step}{until}。", Tone.INFO if tone is Tone.OK else tone


def facts(row: StepRow, page: CasePage) -> list[tuple[str, str]]:
    """What was recorded with a step, as label and value."""
    transfer = current(page.case.transfers)
    event = row.event
    found: list[tuple[str, str]] = []
    if transfer is not None and row.action is Action.OPEN_TRANSFER:
        team = "、".join(f"{m.name}（{m.certificate}）" for m in transfer.team)
        found += [("移送至", name(transfer.destination)), ("专案组", team)]
        found += [("更换专案组", _change(e, page)) for e in _changes(transfer)]
    if transfer is not None and row.action is Action.PREPARE_TRANSFER:
        found += [(a.name, _given(a.pages, a.file_name, a.waived)) for a in transfer.attachments]
    if transfer is not None and row.action is Action.ISSUE_TRANSFER and transfer.number:
        found.append(("移送书文号", transfer.number))
    if event is None:
        return found
    if event.choice:
        found.append(("结果", named("transfer_choice", event.choice)))
    found.append(("办理时间", moment(event.at)))
    found.append(("登记", f"{page.name_of(event.recorded_by)}　{moment(event.recorded_at)}"))
    for key, value in event.detail.items():
        if key == "amount_fen" and value:
            found.append(("涉案金额", money.format_yuan(int(value))))
        elif key not in ("amount_fen", "sha256", "file_name") and value:
            found.append((named("field", f"transfer.{key}"), str(value)))
    if event.detail.get("file_name"):
        found.append(("附件", str(event.detail["file_name"])))
    if event.reason:
        found.append(("理由", event.reason))
    found += [("更正前", text) for text in _before(event, page)]
    return found


def _changes(transfer: Transfer) -> list[TransferEvent]:
    return [e for e in transfer.events if e.action is Action.CHANGE_TRANSFER_TEAM]


def _change(event: TransferEvent, page: CasePage) -> str:
    parts = [moment(event.at)]
    for key, words in (("left", "离开"), ("joined", "加入")):
        if event.detail.get(key):
            parts.append(f"{words}：{event.detail[key]}")
    parts.append(f"理由：{event.reason}（{page.name_of(event.recorded_by)}）")
    return "　".join(parts)


def _before(event: TransferEvent, page: CasePage) -> list[str]:
    """What the event said before each correction, and why it was put right."""
    found = []
    texts = [(c.was_at, c.was_reason, c.was_detail) for c in event.corrections]
    after = [*texts, (event.at, event.reason, event.detail)][1:]
    for entry, (at, reason, detail) in zip(event.corrections, after, strict=True):
        parts = []
        if entry.was_at != at:
            parts.append(f"时间 {moment(entry.was_at)}")
        if entry.was_reason != reason:
            parts.append(f"理由 {entry.was_reason or '（空）'}")
        for key, value in entry.was_detail.items():
            if value != detail.get(key):
                label = "涉案金额" if key == "amount_fen" else named("field", f"transfer.{key}")
                shown = money.format_yuan(int(value or 0)) if key == "amount_fen" else str(value)
                parts.append(f"{label} {shown or '（空）'}")
        who_ = f"{page.name_of(entry.made_by)}，{moment(entry.made_at)}"
        found.append(f"{'；'.join(parts)}。更正理由：{entry.why}（{who_}）")
    return found


def _given(pages: int | None, file_name: str, waived: str) -> str:
    if waived:
        return f"不适用：{waived}"
    return "　".join(part for part in (f"{pages}页" if pages else "", file_name) if part)
