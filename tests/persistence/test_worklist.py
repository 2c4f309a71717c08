"""Lists of an office with many cases begin without sorting them."""

import pytest

from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action, State
from sanzhi_desktop.persistence import worklist
from sanzhi_desktop.persistence.reader import DatabaseReader
from tests.persistence.desk import Desk


@pytest.mark.parametrize("scope", [ListScope.ALL, ListScope.OPEN, ListScope.DONE])
@pytest.mark.parametrize("order", ["due", "received", "name", "party"])
def test_the_order_comes_from_an_index(embedded_desk: Desk, scope: ListScope, order: str) -> None:
    reader = embedded_desk.sessions["ld"].reader
    assert isinstance(reader, DatabaseReader)
    query = worklist.rows(
        ListQuery(scope=scope, order=order), embedded_desk.sessions["ld"].actor, unit=""
    )
    with reader.engine.connect() as db:
        text = str(query.compile(db.engine, compile_kwargs={"literal_binds": True}))
        plan = " / ".join(row[3] for row in db.exec_driver_sql(f"explain query plan {text}"))
    assert "TEMP B-TREE" not in plan, plan
    assert "USING INDEX ix_case__" in plan, plan


def test_every_open_state_waits_for_somebody() -> None:
    """A case that stands in nobody's list would be forgotten."""
    awaited = {t.source for t in TRANSITIONS if t.action in worklist.AWAITED}
    assert awaited == (set(State) - set(worklist.CLOSED)) | {State.CORRECTION}
    roles = {
        source: {role for t in TRANSITIONS if t.source is source for role in t.roles}
        for source in State
    }
    assert Role.HEAD in roles[State.SIGNING]


def test_lists_in_every_order(desk: Desk) -> None:
    made = {
        "甲": desk.accepted(name="张案"),
        "乙": desk.accepted(name="李案"),
        "丙": desk.register(name="阿案"),
    }
    desk.send(
        "ld", made["乙"], Action.EXTEND, reason="疑难", number=2, unit="working_days",
        approver="hd", due_on="2026-09-22",
    )  # fmt: skip
    reader = desk.sessions["ld"].reader

    def names(order: str, *, descending: bool = False) -> list[str]:
        query = ListQuery(scope=ListScope.ALL, order=order, descending=descending)
        return [row.name for row in reader.worklist(query)]

    assert names("due") == ["李案", "张案", "阿案"]
    assert names("due", descending=True) == ["张案", "李案", "阿案"], "without a date: last"
    assert names("name") == ["阿案", "李案", "张案"], "by pinyin"
    assert names("name", descending=True) == ["张案", "李案", "阿案"]
    assert names("received") == ["张案", "李案", "阿案"]
    page = ListQuery(scope=ListScope.ALL, order="name", limit=1, offset=1)
    assert [row.name for row in reader.worklist(page)] == ["李案"]
