"""Lists of an office with many cases begin without sorting them."""

import pytest

from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import TRANSITIONS, Action, State
from sanzhi_desktop.persistence import finding, worklist
from sanzhi_desktop.persistence.folding import fold
from sanzhi_desktop.persistence.reader import DatabaseReader
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk, submission


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


@pytest.mark.parametrize(
    "text",
    [
        "未按规定处置",
        "废",
        "示例甲有限公司",
        "甲有限",
        "示例甲 废物",  # words apart, in any of the fields
        "９１１１００００ＭＡ０１ＴＥＳＴ０Ｘ",
        "ma01test",
        "示环立[2026]7号",
        "示环立（2026）7号",
        " 示环立 2026 7号 ",
        "《某某公司》",
        "mou mou gong si",
        "mou mou g",
    ],
)
def test_a_case_is_found_however_it_is_written(desk: Desk, text: str) -> None:
    case_id = desk.register()
    reader = desk.sessions["h1"].reader
    query = ListQuery(scope=ListScope.ALL, text=text)
    assert [row.case_id for row in reader.worklist(query)] == [case_id]
    assert list(reader.worklist_keys(query)) == [case_id]


@pytest.mark.parametrize(
    "text", ["丙有限", "2025", "x%_9", "号7", "示例甲|91", "gong si", "8 废物"]
)
def test_what_is_not_there_is_not_found(desk: Desk, text: str) -> None:
    desk.register()
    reader = desk.sessions["h1"].reader
    query = ListQuery(scope=ListScope.ALL, text=text)
    assert not reader.worklist(query)
    assert not reader.worklist_keys(query)


def test_a_case_is_found_by_its_numbers_after_it_was_edited(desk: Desk) -> None:
    case_id = desk.responding()
    reader = desk.sessions["h1"].reader

    def found(text: str) -> list[str]:
        return [row.case_id for row in reader.worklist(ListQuery(ListScope.ALL, text=text))]

    number = desk.case(case_id).rounds[-1].number
    assert number == "示法审〔2026〕1号"
    assert found("示法审(2026)1号") == found("审20261") == [case_id]
    desk.send("h1", case_id, Action.EDIT, submission=submission(name="改后的案由"))
    assert found("示法审【2026】1号") == found("改后的案由") == [case_id]
    assert found("处置废物") == []


def test_a_case_is_found_by_the_number_of_its_decision(desk: Desk) -> None:
    case_id = desk.decided()
    decision = desk.case(case_id).decision
    assert decision is not None
    typed = decision.number.replace("〔", "[").replace("〕", "]").replace("号", " 号")
    for scope in (ListScope.ALL, ListScope.DONE):
        lines = desk.sessions["ck"].reader.worklist(ListQuery(scope=scope, text=typed))
        assert [row.case_id for row in lines] == [case_id]


@pytest.mark.postgres
def test_nobody_finds_what_he_may_not_see(server_desk: Desk) -> None:
    case_id = server_desk.reviewing("r1")
    for who, seen in (("r1", [case_id]), ("ld", [case_id]), ("r2", []), ("uh", [case_id])):
        reader = server_desk.sessions[who].reader
        assert isinstance(reader, DatabaseReader)
        every = [state.value for state in State]
        with reader.engine.connect() as db:
            for office, wanted in ((7, seen), (8, [])):
                for order in finding.ORDERS:
                    told = finding.on_server(
                        db, office, "示例甲", states=every, order=order, most=9
                    )
                    assert told == wanted, (who, order)
            assert finding.on_server(db, 7, "甲", states=every, order="1; --", most=9) == []


@pytest.mark.parametrize("most", [0, 1, 5000])
def test_many_and_few_are_found_alike(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """Through the index, along the list, and at a glance: the same cases in the same order."""
    made = [desk.register(name=f"{name}某公司案") for name in ("丁", "甲", "丙", "乙")]
    desk.register(name="别的事")
    monkeypatch.setattr(finding, "MOST", most)
    monkeypatch.setattr(finding, "GLANCE", max(1, most))
    reader = desk.sessions["ld"].reader
    for limit in (1, 2, 200):
        query = ListQuery(scope=ListScope.ALL, text="某公司", order="name", limit=limit)
        lines = [row.case_id for row in reader.worklist(query)]
        wanted = [made[2], made[0], made[1], made[3]]  # bing, ding, jia, yi
        assert lines == wanted[:limit]
        assert list(reader.worklist_keys(query)) == wanted


@pytest.mark.postgres
def test_both_databases_fold_alike(cluster: Cluster, server_database: str) -> None:
    blocks = ((1, 0x250), (0x2000, 0x2070), (0x3000, 0x3040), (0xFF00, 0xFFF0), (0x4E00, 0x4E40))
    every = "".join(chr(code) for first, end in blocks for code in range(first, end)) + "😀"
    with cluster.connect(server_database) as owner:
        assert owner.execute("select app.fold(%s)", (every,)).fetchone() == (fold(every),)


def test_lines_by_their_ids(desk: Desk) -> None:
    first, second = desk.register(name="一案"), desk.accepted(name="二案")
    reader = desk.sessions["ld"].reader
    lines = reader.worklist_rows([second, "no such case", first])
    assert [row and row.name for row in lines] == ["二案", None, "一案"]
    assert lines[0] == next(
        row for row in reader.worklist(ListQuery(ListScope.ALL)) if row.case_id == second
    )
    assert reader.worklist_rows([]) == ()


def test_the_names_of_the_orders_are_the_orders(desk: Desk) -> None:
    """A search on a server sorts by itself: as every list does."""
    for name in ("丙案", "甲案", "乙案"):
        desk.accepted(name=name)
    desk.register(name="丁案")
    reader = desk.sessions["ld"].reader
    for order in ("due", "received", "name", "party"):
        for descending in (False, True):
            listed = ListQuery(ListScope.ALL, order=order, descending=descending)
            searched = ListQuery(ListScope.ALL, text="案", order=order, descending=descending)
            assert reader.worklist(searched) == reader.worklist(listed)
            assert list(reader.worklist_keys(searched)) == list(reader.worklist_keys(listed))
    by_state = ListQuery(ListScope.OPEN, text="案", states=(State.DRAFT,))
    assert [row.name for row in reader.worklist(by_state)] == ["丁案"]
    assert not reader.worklist(ListQuery(ListScope.DONE, text="案"))
    mine = desk.sessions["ld"].reader.worklist(ListQuery(ListScope.MINE, text="甲案"))
    assert [row.name for row in mine] == ["甲案"]
