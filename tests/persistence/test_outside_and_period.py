"""On both databases: a matter that needs no review, a return, an extension of the case's period."""

from collections.abc import Callable
from functools import partial
from string import Formatter
from typing import Any

import pytest

from sanzhi_desktop.application.confirmation import ConfirmationFault
from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.case_period import CasePeriodFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.workflow import Action, State, WorkflowFault
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.resources.sentences import table
from tests.persistence.desk import Desk, paper

CHECKS_READERS = True  # after every command on the server

BY_PASSWORD = {"by": "password"}
SCOPE = {"needs_review": False, "reviewers": [], "because": [], "examined": []}


def refused(code: Code, call: Callable[[], Any]) -> None:
    with pytest.raises(DomainError) as caught:
        call()
    assert caught.value.code is code, caught.value
    needed = {name for _, name, _, _ in Formatter().parse(table()[code.value]) if name}
    assert needed <= set(caught.value.facts)


def answer(desk: Desk, who: str, case_id: str, action: Action, **more: Any) -> None:
    given: dict[str, Any] = {"document": paper(case_id), "confirmed": BY_PASSWORD}
    given |= {"scope": SCOPE} | more
    desk.send(who, case_id, action, reason="理由", **given)


@pytest.mark.parametrize(
    ("action", "who", "ends", "kind"),
    [
        (Action.NOT_NEEDED, "uh", State.NOT_NEEDED, "not_needed"),
        (Action.RETURN, "ck", State.RETURNED, "return"),
    ],
)
def test_the_answer_is_confirmed_and_kept_with_its_paper(
    desk: Desk, action: Action, who: str, ends: State, kind: str
) -> None:
    case_id = desk.register() if action is Action.NOT_NEEDED else desk.confirmed()
    refused(ConfirmationFault.MISSING, lambda: answer(desk, who, case_id, action, confirmed={}))
    refused(
        ConfirmationFault.MISSING,
        lambda: answer(desk, who, case_id, action, confirmed={"by": "sample"}),
    )
    refused(
        PersistenceFault.DOCUMENT_MISSING,
        lambda: answer(desk, who, case_id, action, document=None),
    )
    wrong = paper(case_id) | {"sha256": "0" * 64}
    refused(
        PersistenceFault.DIGEST_MISMATCH,
        lambda: answer(desk, who, case_id, action, document=wrong),
    )
    refused(WorkflowFault.NOT_YOUR_ROLE, lambda: answer(desk, "h1", case_id, action))
    answer(desk, who, case_id, action)
    assert desk.case(case_id).state is ends
    reader = desk.sessions["ld"].reader
    (stored,) = reader.documents(case_id)
    assert (stored.kind, stored.sha256) == (kind, paper(case_id)["sha256"])
    entry = reader.history(case_id)[-1]
    assert (entry.action, entry.reason) == (action.value, "理由")
    assert entry.detail["confirmed"] == BY_PASSWORD
    assert entry.detail["scope"]["examined"] == []
    done = {row.case_id for row in reader.worklist(ListQuery(scope=ListScope.DONE))}
    assert case_id in done
    for after in (Action.CONFIRM, Action.EDIT, Action.REGISTER_DECISION, Action.ACCEPT):
        refused(WorkflowFault.NO_TRANSITION, partial(desk.send, "uh", case_id, after))


PERIOD: dict[str, Any] = {
    "number": 30,
    "unit": "calendar_day",
    "approver": "局长",
    "approved_on": "2026-09-01",
    "paper": "审批表〔2026〕3号",
}


def extend(desk: Desk, case_id: str, who: str = "h1", **more: Any) -> None:
    desk.send(who, case_id, Action.EXTEND_CASE, reason="案情复杂", **(PERIOD | more))


def test_an_extension_of_the_period_is_recorded_and_disturbs_nobody(desk: Desk) -> None:
    case_id = desk.reviewing()
    before = desk.case(case_id)
    extend(desk, case_id, document=paper("scan"))
    after = desk.case(case_id)
    assert (after.version, after.state) == (before.version, before.state)
    event = after.clock[-1]
    assert (event.event, event.number, event.unit, event.approver, event.cause, event.reason) == (
        "extend_case", 30, "calendar_day", "局长", "审批表〔2026〕3号", "案情复杂",
    )  # fmt: skip
    assert event.at.isoformat() == "2026-08-31T16:00:00+00:00"
    assert desk.sessions["ld"].reader.documents(case_id)[-1].kind == "case_extension"
    # the reviewer, who was typing meanwhile, saves under the version he saw
    desk.send(
        *("r1", case_id, Action.ANSWER),
        seen=before.version,
        answers=[{"item_id": "A01", "answer": "CONFORMS"}],
    )
    extend(desk, case_id, approved_on="2026-09-02")
    assert [e.event for e in desk.case(case_id).clock].count("extend_case") == 2


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"number": 0}, CasePeriodFault.INCOMPLETE),
        ({"approver": "  "}, CasePeriodFault.INCOMPLETE),
        ({"paper": ""}, CasePeriodFault.INCOMPLETE),
        ({"approved_on": ""}, CasePeriodFault.INCOMPLETE),
        ({"approved_on": "2999-01-01"}, CaseFault.IN_FUTURE),
        ({"approved_on": "yesterday"}, PersistenceFault.BAD_PAYLOAD),
    ],
)
def test_what_the_tables_refuse(desk: Desk, more: dict[str, Any], code: Code) -> None:
    case_id = desk.reviewing()
    refused(code, lambda: extend(desk, case_id, **more))
    refused(WorkflowFault.NOT_YOUR_ROLE, lambda: extend(desk, case_id, "r1"))
    assert all(e.event != "extend_case" for e in desk.case(case_id).clock)
