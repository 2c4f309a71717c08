"""A cut cable, a line that leads nowhere, an answer that is lost half-way, a PC that slept."""

import random
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from sanzhi_desktop.application.commands import Changed, Command, new_id
from sanzhi_desktop.application.link import LinkFault, LinkState, passing
from sanzhi_desktop.application.queries import ListQuery
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.arrival import refusal
from sanzhi_desktop.persistence.heartbeat import ASLEEP
from sanzhi_desktop.resources.sentences import explain
from tests.persistence.cable import Cable, Way, cable
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk, submission
from tests.persistence.lines import beating, desk_at, registering, url_of

pytestmark = pytest.mark.postgres


@pytest.fixture
def line(cluster: Cluster) -> Iterator[Cable]:
    with cable(cluster.port) as made:
        yield made


def timed(call: Any) -> tuple[float, Any]:
    began = time.monotonic()
    try:
        found = call()
    except DomainError as error:
        found = error
    return time.monotonic() - began, found


def test_a_cut_cable_is_noticed_and_mended(
    line: Cable, server_database: str, server_desk: Desk
) -> None:
    url = url_of(line.port, database=server_database, user="h1")
    with desk_at(url, answer=1, reconnect=0.2) as opened:
        session, link = opened.session("h1"), beating(opened)
        assert link.beat("").state is LinkState.ONLINE
        line.cut()
        took, beat = timed(lambda: link.beat(""))
        assert beat.state is LinkState.RECONNECTING
        assert beat.fault.code is LinkFault.SILENT
        assert took < 4.5  # a second without an answer, two to find that nobody lets us in
        took, error = timed(lambda: session.reader.worklist(ListQuery()))
        assert isinstance(error, DomainError)
        assert passing(error)
        assert took < 6.5  # tried twice
        # Whoever comes after it has been away for long enough waits for one attempt alone.
        took, error = timed(lambda: session.gateway.send(registering(opened.office_id)))
        assert passing(error)
        assert took < 3
        line.mend()
        assert link.beat("").state is LinkState.ONLINE
        assert session.reader.worklist(ListQuery()) == ()
        assert session.gateway.send(registering(opened.office_id)).version == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("No route to host", LinkFault.UNREACHABLE),
        ("Network is unreachable", LinkFault.UNREACHABLE),
        ("Unknown error (0x00002743/10051)", LinkFault.UNREACHABLE),
        ("timeout expired", LinkFault.SILENT),
    ],
)
def test_a_pc_without_a_network_is_told_so(words: str, code: LinkFault) -> None:
    said = f'connection failed: connection to server at "10.77.0.1", port 5432 failed: {words}'
    error = refusal(said, {"host": "db.example.gov.cn"})
    assert error.code is code
    assert passing(error)
    assert "10.77.0.1" in explain(error)


def size_of(line: Cable, call: Any) -> dict[Way, int]:
    """How many bytes go each way for a call."""
    before = dict(line.carried)
    call()
    return {way: line.carried[way] - before[way] for way in Way}


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_read_whose_answer_stops_half_way_is_given_up(
    line: Cable, server_database: str, server_desk: Desk, part: float
) -> None:
    case_id = server_desk.register()
    url = url_of(line.port, database=server_database, user="ld")
    with desk_at(url, answer=0.7, reconnect=0.1) as opened:
        reader = opened.session("ld").reader
        reader.case(case_id)
        size = size_of(line, lambda: reader.case(case_id))
        line.after(Way.DOWN, int(size[Way.DOWN] * part), line.freeze)
        took, error = timed(lambda: reader.case(case_id))
        assert not line.waiting
        assert isinstance(error, DomainError)
        assert passing(error)
        assert 0.7 <= took < 4
        assert reader.case(case_id).case_id == case_id


@pytest.mark.parametrize("way", list(Way))
def test_a_save_on_a_line_that_dies_is_carried_out_once(
    line: Cable, server_database: str, server_desk: Desk, way: Way
) -> None:
    """The question may have arrived or not: the same command goes out again on a new line."""
    url = url_of(line.port, database=server_database, user="h1")
    with desk_at(url, answer=0.7) as opened:
        gateway = opened.session("h1").gateway
        gateway.send(registering(opened.office_id))
        size = size_of(line, lambda: gateway.send(registering(opened.office_id)))
        command = registering(opened.office_id)
        line.after(way, size[way] - 10, line.freeze)
        answer = gateway.send(command)
        assert not line.waiting
        # Without its last bytes the question is none; without those of the answer all is done.
        assert (answer.version, answer.replayed) == (1, way is Way.DOWN)
    history = server_desk.sessions["ld"].reader.history(command.case_id)
    assert [h.action for h in history] == ["register"]


def test_a_desk_that_is_cut_off_in_a_save_holds_nothing(
    line: Cable, server_database: str, server_desk: Desk
) -> None:
    """The others must not wait for a session whose desk is gone."""
    case_id = server_desk.register()
    url = url_of(line.port, database=server_database, user="h1")
    with desk_at(url, answer=30) as opened:
        session = opened.session("h1")
        stuck: list[Any] = []

        def edit(session: Any) -> Command:
            return Command(
                new_id(), opened.office_id, case_id, session.reader.case(case_id).version,
                Action.EDIT, payload={"submission": submission(), "materials": []},
            )  # fmt: skip

        session.gateway.send(edit(session))  # the first one also asks who the server is
        command = edit(session)
        size = size_of(line, lambda: session.gateway.send(command))
        command = edit(session)
        line.after(Way.DOWN, size[Way.DOWN] - 30, line.cut)
        worker = threading.Thread(
            target=lambda: stuck.append(timed(lambda: session.gateway.send(command)))
        )
        worker.start()
        try:
            worker.join(0.5)
            assert worker.is_alive()
            other = server_desk.sessions["h2"]
            took, answer = timed(lambda: other.gateway.send(edit(other)))
            assert isinstance(answer, Changed)
            assert took < 2
        finally:
            opened.close()
            worker.join(20)
        assert passing(stuck[0][1])  # the window was closed: nobody waits any more


def test_a_slow_answer_is_no_frozen_line(line: Cable, server_database: str) -> None:
    """Bytes that keep coming keep a line alive beyond its patience, whatever a beat says."""
    url = url_of(line.port, database=server_database, user="ld")
    with desk_at(url, answer=0.6) as opened, opened.engine.connect() as db:
        slowly = "select repeat('x', 9000), pg_sleep(0.2) from generate_series(1, 6)"
        took, rows = timed(lambda: db.exec_driver_sql(slowly).fetchall())
        assert len(rows) == 6
        assert took > 1.2


def test_a_pc_that_slept_comes_back_at_once(
    cluster: Cluster, line: Cable, server_database: str, server_desk: Desk
) -> None:
    """The clock of time-outs stood still, the sessions ended meanwhile, nobody was told."""
    case_id = server_desk.reviewing()
    url = url_of(line.port, database=server_database, user="r1")
    with (
        desk_at(url, answer=30) as opened,
        desk_at(cluster.url(server_database, "ld")) as other,
    ):
        link, reader = beating(opened), opened.session("r1").reader
        wall = [1000.0]
        object.__setattr__(link, "wall", lambda: wall[0])
        beating(other).beat(case_id)
        assert link.beat(case_id).present == ("ld",)
        assert beating(other).beat(case_id).present == ("r1",)
        line.freeze()
        with cluster.connect() as owner:
            for pid in cluster.backends("r1"):
                owner.execute("select pg_terminate_backend(%s, 5000)", (pid,))
        with cluster.connect(server_database) as owner:
            owner.execute("update app.presence set seen_at = seen_at - interval '1 hour'")
        assert beating(other).beat(case_id).present == ()
        wall[0] += 3600
        assert wall[0] - 1000 > ASLEEP
        took, beat = timed(lambda: link.beat(case_id))
        assert beat.state is LinkState.ONLINE
        assert beat.present == ("ld",)
        assert took < 2  # no time-out was waited for
        took, case = timed(lambda: reader.case(case_id))
        assert case.case_id == case_id
        assert took < 2
        assert beating(other).beat(case_id).present == ("r1",)


def test_sessions_end_at_any_byte_of_a_save(
    cluster: Cluster, line: Cable, server_database: str, server_desk: Desk
) -> None:
    """The session is terminated at any byte of the question or the answer."""
    dice = random.Random(20260922)
    url = url_of(line.port, database=server_database, user="h1")
    with desk_at(url) as opened, cluster.connect() as owner:
        gateway = opened.session("h1").gateway
        gateway.send(registering(opened.office_id))
        size = size_of(line, lambda: gateway.send(registering(opened.office_id)))

        def end() -> None:
            owner.execute(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity where usename = 'h1'"
            )
            line.drop()

        believed: dict[str, Command] = {}
        replayed = 0
        for _ in range(40):
            way = dice.choice(list(Way))
            line.after(way, dice.randrange(size[way]), end)
            command = registering(opened.office_id)
            answer = gateway.send(command)
            assert answer.version == 1
            replayed += answer.replayed
            believed[command.case_id] = command
        line.forget()
        assert 4 <= replayed <= 36
    reader = server_desk.sessions["ld"].reader
    for case_id in believed:
        assert [h.action for h in reader.history(case_id)] == ["register"]
    with cluster.connect(server_database) as db:
        assert db.execute("select count(*) from app.case_").fetchone() == (42,)
