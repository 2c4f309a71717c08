"""The primary is killed and its standby promoted: real servers, real streaming replication."""

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application.commands import Command, new_id
from sanzhi_desktop.application.link import LinkFault, LinkState, passing
from sanzhi_desktop.application.queries import ListQuery
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import FileState
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence import lately, server
from sanzhi_desktop.persistence.blobs.upload_functions import CHUNK
from sanzhi_desktop.persistence.heartbeat import Heartbeat
from sanzhi_desktop.persistence.link import WatchedConnection
from sanzhi_desktop.persistence.open import Opened
from sanzhi_desktop.persistence.places import target
from sanzhi_desktop.resources.sentences import explain
from tests.persistence.cable import Cable, Way, cable
from tests.persistence.cluster import OWNER, OWNER_PASSWORD, Cluster
from tests.persistence.desk import Desk, submission
from tests.persistence.kept import Keeper
from tests.persistence.lines import beating, desk_at, registering, url_of
from tests.persistence.offices import PASSWORD, TEMPLATE
from tests.persistence.standby import Standby, standby_of

pytestmark = [pytest.mark.postgres, pytest.mark.usefixtures("own_server")]


@pytest.fixture
def standby(cluster: Cluster, server_database: str) -> Iterator[Standby]:
    """The standby of one test; the first server is there again afterwards."""
    assert server_database
    with standby_of(cluster) as made:
        yield made
    cluster.again()


@contextmanager
def synchronous(primary: Cluster) -> Iterator[None]:
    """The primary answers a commit only when the standby has it."""
    with primary.connect() as owner:
        owner.execute("alter system set synchronous_standby_names = '*'")
        owner.execute("select pg_reload_conf()")
    try:
        yield
    finally:
        auto = primary.home / "data" / "postgresql.auto.conf"
        kept = [x for x in auto.read_text("utf-8").splitlines() if "synchronous" not in x]
        auto.write_text("\n".join(kept) + "\n", "utf-8")


def registered(where: Cluster, database: str) -> list[tuple[str, int]]:
    """Every case and how many lines its history has."""
    with where.connect(database) as owner:
        return list(
            owner.execute(
                "select case_id, (select count(*) from app.audit a where a.case_id = c.case_id)"
                " from app.case_ c order by case_id"
            )
        )


def test_what_a_desk_sees_of_a_failover(
    cluster: Cluster, standby: Standby, server_database: str
) -> None:
    with cable(standby.port) as line:
        url = url_of(cluster.port, line.port, database=server_database, user="h1")
        with desk_at(url, reconnect=0.1) as opened:
            session, link = opened.session("h1"), beating(opened)
            first = registering(opened.office_id)
            assert session.gateway.send(first).version == 1
            assert link.beat("").state is LinkState.ONLINE
            standby.catch_up(cluster)
            line.cut()
            cluster.halt()
            assert link.beat("").state is LinkState.RECONNECTING
            line.mend()
            # The standby alone: what is there can be read, and nothing written.
            beat = link.beat("")
            assert beat.state is LinkState.READ_ONLY
            assert beat.fault is not None
            assert beat.fault.code is LinkFault.STANDBY
            assert [r.case_id for r in session.reader.worklist(ListQuery())] == [first.case_id]
            second = registering(opened.office_id)
            with pytest.raises(DomainError) as caught:
                session.gateway.send(second)
            assert caught.value.code is LinkFault.READ_ONLY
            assert link.beat("").state is LinkState.READ_ONLY
            standby.promote()
            assert link.beat("").state is LinkState.ONLINE
            answer = session.gateway.send(second)
            assert (answer.version, answer.replayed) == (1, False)
            assert session.gateway.send(second).replayed
    assert registered(standby, server_database) == sorted([(first.case_id, 1), (second.case_id, 1)])


def test_whoever_logs_in_while_only_the_standby_is_there_may_look(
    cluster: Cluster, standby: Standby, server_database: str
) -> None:
    cluster.halt()
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1) as opened:
        assert opened.session("h1").reader.worklist(ListQuery()) == ()
        assert beating(opened).beat("").state is LinkState.READ_ONLY
    # A command of the command line does not wait, and does not take what it did not ask for.
    made = server.engine(target(url), user="h1", password=PASSWORD)
    with pytest.raises(DomainError) as caught:
        server.logged_in(made)
    assert caught.value.code is LinkFault.NO_PRIMARY
    made.dispose()


def test_the_desk_goes_back_to_the_primary(
    cluster: Cluster, standby: Standby, server_database: str
) -> None:
    """Only restarted, not replaced: connections to the standby are not kept."""
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1) as opened:
        session, link = opened.session("h1"), beating(opened)
        cluster.halt()
        assert link.beat("").state is LinkState.READ_ONLY
        assert session.reader.worklist(ListQuery()) == ()
        cluster.again()
        assert link.beat("").state is LinkState.ONLINE
        with opened.engine.connect() as db:
            raw = db.connection.driver_connection
            assert isinstance(raw, WatchedConnection)
            assert not raw.still
            assert raw.info.port == cluster.port
        assert session.gateway.send(registering(opened.office_id)).version == 1


@pytest.mark.parametrize(
    ("wanted", "first", "second"),
    [("any", 0, 0), ("read-write", 0, 0), ("prefer-standby", 1, 1)],
)
def test_which_server_is_taken(
    cluster: Cluster, standby: Standby, server_database: str, wanted: str, first: int, second: int
) -> None:
    ports = (cluster.port, standby.port)
    for order, expected in ((ports, first), (ports[::-1], second if wanted != "any" else 1)):
        url = url_of(*order, database=server_database, user=OWNER, wanted=wanted)
        made = server.engine(target(url), user=OWNER, password=OWNER_PASSWORD)
        with made.connect() as db:
            raw = db.connection.driver_connection
            assert isinstance(raw, WatchedConnection)
            assert raw.info.port == ports[expected]
        made.dispose()


def lost_answer(
    line: Cable, primary: Cluster, standby: Standby, database: str
) -> tuple[bool, list[tuple[str, int]], str]:
    """A save is committed, the primary dies before the answer arrives, the standby takes over.

    Whether the repeat was recognised, what the new primary has, and the case.
    """
    url = url_of(line.port, standby.port, database=database, user="h1")
    with desk_at(url, reconnect=30) as opened:
        gateway = opened.session("h1").gateway
        for _ in range(7):  # until the driver has prepared the call and sizes stay the same
            before = line.carried[Way.DOWN]
            gateway.send(registering(opened.office_id))
        size = line.carried[Way.DOWN] - before

        def fail_over() -> None:
            primary.halt()
            line.drop()
            if not (standby.home / "data" / "postmaster.pid").exists():
                standby.again()
            standby.promote()

        command = registering(opened.office_id)
        line.after(Way.DOWN, size - 30, fail_over)
        answer = gateway.send(command)
        assert not line.waiting
        assert answer.version == 1
        return answer.replayed, registered(standby, database), command.case_id


def test_a_commit_that_reached_the_standby_is_recognised(
    cluster: Cluster, standby: Standby, server_database: str
) -> None:
    with synchronous(cluster), cable(cluster.port) as line:
        replayed, found, case_id = lost_answer(line, cluster, standby, server_database)
    assert replayed
    assert (case_id, 1) in found
    assert len(found) == 8


def test_a_commit_that_the_standby_never_had_is_carried_out_anew(
    cluster: Cluster, standby: Standby, server_database: str, server_desk: Desk
) -> None:
    """Asynchronous replication: the desk sends again, and says what is true on the new server."""
    standby.halt()
    with cable(cluster.port) as line:
        replayed, found, case_id = lost_answer(line, cluster, standby, server_database)
    assert not replayed
    assert (case_id, 1) in found
    assert len(found) == 8  # what was acknowledged before went out again as well


def edit(opened: Opened, case_id: str, version: int, facts: str) -> Command:
    """A change of a submission."""
    payload: dict[str, Any] = {"submission": submission(facts=facts), "materials": []}
    return Command(
        new_id(), opened.office_id, case_id, version, Action.EDIT, payload=payload
    )  # fmt: skip


def fail_over(primary: Cluster, standby: Standby) -> None:
    primary.halt()
    standby.again()
    standby.promote()


def test_what_was_acknowledged_and_lost_goes_out_again(
    cluster: Cluster, standby: Standby, server_database: str
) -> None:
    """已送达 was said, and asynchronous replication made it untrue: the desk makes it true."""
    standby.halt()
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1) as opened:
        session, link = opened.session("h1"), beating(opened)
        link.beat("")
        first = registering(opened.office_id)
        session.gateway.send(first)
        session.gateway.send(edit(opened, first.case_id, 1, "一"))
        session.gateway.send(edit(opened, first.case_id, 2, "二"))
        fail_over(cluster, standby)
        # Whatever comes first, a beat or a save, finds everything as it was.
        assert session.gateway.send(edit(opened, first.case_id, 3, "三")).version == 4
        beat = link.beat("")
        assert (beat.state, beat.fault) == (LinkState.ONLINE, None)
        assert session.reader.case(first.case_id).submission.facts == "三"
        history = [h.action for h in session.reader.history(first.case_id)]
        assert history == ["register", "edit", "edit", "edit"]


FILM = os.urandom(2 * CHUNK + 54321)  # three chunks


def film(folder: Path, content: bytes = FILM) -> Path:
    folder.mkdir(exist_ok=True)
    made = folder / "讯问录像.mp4"
    made.write_bytes(content)
    return made


def with_film(opened: Opened) -> Command:
    """A new case that stands on the film."""
    made = registering(opened.office_id)
    item = {"material_id": "m9", "code": "record", "name": "讯问录像", "pages": None,
            "original": True, "sha256": hashlib.sha256(FILM).hexdigest(), "size": len(FILM),
            "file_name": "讯问录像.mp4"}  # fmt: skip
    return replace(made, payload={**made.payload, "materials": [item]})


def renamed(opened: Opened, command: Command, facts: str) -> Command:
    """A change of a case that stands on the film."""
    materials = command.payload["materials"]
    made = edit(opened, command.case_id, 1, facts)
    return replace(made, payload={**made.payload, "materials": materials})


def test_a_file_that_was_lost_goes_out_again_from_where_it_left_off(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> None:
    source = film(tmp_path / "stick")
    with cable(standby.port) as line:
        url = url_of(cluster.port, line.port, database=server_database, user="h1")
        with desk_at(url, reconnect=0.1) as opened:
            session, link = opened.session("h1"), beating(opened)
            link.beat("")

            def first_two(done: int, total: int) -> None:
                if done == 2 * CHUNK < total:
                    standby.catch_up(cluster)
                    standby.halt()

            sha256, _ = session.files.put(source, progress=first_two)
            command = with_film(opened)
            session.gateway.send(command)
            session.gateway.send(renamed(opened, command, "写在录像以后"))
            fail_over(cluster, standby)
            before = line.carried[Way.UP]
            beat = link.beat("")
            assert (beat.state, beat.fault) == (LinkState.ONLINE, None)
            assert line.carried[Way.UP] - before < CHUNK, "what was there is not sent again"
            assert session.files.state(sha256) is FileState.INTACT
            case = session.reader.case(command.case_id)
            assert (case.version, case.submission.facts) == (2, "写在录像以后")
            assert not session.reader.verify_chains(case_id=command.case_id)


@pytest.mark.parametrize("how", ["gone", "changed"])
def test_a_file_that_cannot_be_read_again_is_asked_for_and_what_stands_on_it_waits(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path, how: str
) -> None:
    source = film(tmp_path / "stick")
    standby.halt()
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1) as opened:
        session, link = opened.session("h1"), beating(opened)
        link.beat("")
        session.files.put(source)
        command, other = with_film(opened), registering(opened.office_id)
        session.gateway.send(command)
        session.gateway.send(renamed(opened, command, "写在录像以后"))
        session.gateway.send(other)
        if how == "gone":
            source.unlink()
        else:
            source.write_bytes(FILM[:-1] + b"!")
        fail_over(cluster, standby)
        for _ in range(2):
            beat = link.beat("")
            assert beat.state is LinkState.ONLINE
            assert beat.fault is not None
            assert beat.fault.code is LinkFault.FILES_LOST
            assert "讯问录像.mp4" in explain(beat.fault)
            assert "2 次保存" in explain(beat.fault)
        assert registered(standby, server_database) == [(other.case_id, 1)]
        with pytest.raises(DomainError):
            session.files.path(hashlib.sha256(FILM).hexdigest())
        session.files.put(film(tmp_path / "wrong", b"another film"))
        beat = link.beat("")
        assert beat.fault is not None, "another file is not the one"
        session.files.put(film(tmp_path / "again"))
        beat = link.beat("")
        assert (beat.state, beat.fault) == (LinkState.ONLINE, None)
        assert session.files.path(hashlib.sha256(FILM).hexdigest()).read_bytes() == FILM
        case = session.reader.case(command.case_id)
        assert (case.version, case.submission.facts) == (2, "写在录像以后")
    assert len(registered(standby, server_database)) == 2


def left_waiting(cluster: Cluster, standby: Standby, url: str, folder: Path) -> tuple[Command, Any]:
    """A desk that was left while two saves of a case waited for a film; as its PC kept them."""
    source, known = film(folder / "stick"), folder / "known.json"
    with desk_at(url, reconnect=0.1, known=known) as opened:
        session, link = opened.session("h1"), beating(opened)
        link.beat("")
        standby.catch_up(cluster)
        standby.halt()
        session.files.put(source)
        command = with_film(opened)
        session.gateway.send(command)
        session.gateway.send(renamed(opened, command, "写在录像以后"))
        assert link.waiting == []
        source.unlink()
        fail_over(cluster, standby)
        beat = link.beat("")
        assert beat.fault is not None
        assert beat.fault.code is LinkFault.FILES_LOST
        return command, json.loads(json.dumps(link.waiting))


def test_what_waits_for_a_file_waits_for_the_next_log_in(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> None:
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    command, kept = left_waiting(cluster, standby, url, tmp_path)
    assert kept[0]["saves"][0]["values"][1] == command.command_id
    with desk_at(url, reconnect=0.1, known=tmp_path / "known.json") as opened:
        session, link = opened.session("h1"), beating(opened)
        link.take_back(kept)
        assert list(link.waiting) == kept, "kept until a server has heard of it"
        link.beat("")
        link.take_back(kept)  # what is known already does not wait twice
        for _ in range(2):
            beat = link.beat("")
            assert beat.fault is not None
            assert beat.fault.code is LinkFault.FILES_LOST, "asked for, and not called missing"
            assert "讯问录像.mp4" in explain(beat.fault)
            assert "2 次保存" in explain(beat.fault)
            assert list(link.waiting) == kept
        session.files.put(film(tmp_path / "again"))
        beat = link.beat("")
        assert (beat.state, beat.fault) == (LinkState.ONLINE, None)
        assert link.waiting == []
        case = session.reader.case(command.case_id)
        assert (case.version, case.submission.facts) == (2, "写在录像以后")
    with desk_at(url, reconnect=0.1, known=tmp_path / "known.json") as opened:
        link = beating(opened)
        link.take_back(kept)  # a PC that broke down before it forgot them
        assert link.beat("").fault is None
        assert link.waiting == []
        assert opened.session("h1").reader.case(command.case_id).version == 2


def test_what_waits_goes_out_at_the_log_in_when_the_file_came_by_another_way(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> None:
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    command, kept = left_waiting(cluster, standby, url, tmp_path)
    with desk_at(url, reconnect=0.1) as opened:  # his own, at another desk
        opened.session("h1").files.put(film(tmp_path / "elsewhere"))
    with desk_at(url, reconnect=0.1, known=tmp_path / "known.json") as opened:
        link = beating(opened)
        link.take_back(kept)
        assert link.beat("").fault is None, "nothing is asked for and nothing is missing"
        assert opened.session("h1").reader.case(command.case_id).version == 2


def test_whoever_logs_in_elsewhere_is_told_that_what_waited_is_missing(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> None:
    """Without what the desk kept: its own PC knows at least when he saved."""
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    command, _ = left_waiting(cluster, standby, url, tmp_path)
    with desk_at(url, reconnect=0.1, known=tmp_path / "known.json") as opened:
        beat = beating(opened).beat("")
        assert beat.fault is not None
        assert beat.fault.code is LinkFault.SAVES_MISSING
        assert "1 次保存" in explain(beat.fault), "one case, by its latest save"
        with pytest.raises(DomainError):
            opened.session("h1").reader.case(command.case_id)


def test_whoever_has_not_got_the_file_any_more_gives_up_and_is_told_what(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> None:
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    _, kept = left_waiting(cluster, standby, url, tmp_path)
    with desk_at(url, reconnect=0.1, known=tmp_path / "known.json") as opened:
        link = beating(opened)
        link.take_back(kept)
        link.beat("")
        link.give_up_waiting()
        beat = link.beat("")
        assert beat.fault is not None
        assert beat.fault.code is LinkFault.WRITES_LOST
        assert "2 次保存" in explain(beat.fault)
        assert link.waiting == []
    with desk_at(url, reconnect=0.1, known=tmp_path / "known.json") as opened:
        assert beating(opened).beat("").fault is None, "it was told once"


def test_what_waits_for_one_server_is_not_sent_to_another(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> None:
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    command, kept = left_waiting(cluster, standby, url, tmp_path)
    kept[0]["system"] = "1234"
    with desk_at(url, reconnect=0.1) as opened:
        session, link = opened.session("h1"), beating(opened)
        session.files.put(film(tmp_path / "again"))
        link.take_back(kept)
        assert link.beat("").fault is None
        assert list(link.waiting) == kept
        with pytest.raises(DomainError):
            session.reader.case(command.case_id)
        kept[0]["saves"][0]["sql"] = "select api.of_another_edition(%s)"
        link.take_back([*kept, {"system": 7}])
        assert link.waiting == []


@pytest.mark.parametrize("room", [lately.MOST, 1_000_000], ids=["kept", "no room"])
def test_a_large_paper_that_was_lost(
    cluster: Cluster,
    standby: Standby,
    server_database: str,
    monkeypatch: pytest.MonkeyPatch,
    room: int,
) -> None:
    """Sent again where there was room to keep it; else its loss is seen and told."""
    monkeypatch.setattr(lately, "MOST", room)
    standby.halt()
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1) as opened:
        session, link = opened.session("h1"), beating(opened)
        link.beat("")
        command = registering(opened.office_id)
        session.gateway.send(command)
        session.gateway.send(edit(opened, command.case_id, 1, "长" * 1_200_000))
        fail_over(cluster, standby)
        beat = link.beat("")
        assert beat.state is LinkState.ONLINE
        if room == lately.MOST and room > 1_000_000:
            assert beat.fault is None
            assert session.reader.case(command.case_id).version == 2
        else:
            assert beat.fault is not None
            assert beat.fault.code is LinkFault.WRITES_LOST
            assert "2 次保存" in explain(beat.fault)


def test_a_desk_that_is_started_after_the_failover_says_what_is_missing(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> None:
    known = tmp_path / "known.json"
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1, known=known) as opened:
        session, link = opened.session("h1"), beating(opened)
        link.beat("")
        first, lost = registering(opened.office_id), registering(opened.office_id)
        session.gateway.send(first)
        standby.catch_up(cluster)
        standby.halt()
        session.gateway.send(edit(opened, first.case_id, 1, "没有过去"))
        session.gateway.send(lost)
    fail_over(cluster, standby)
    with desk_at(url.replace("//h1@", "//h2@"), reconnect=0.1, known=known) as opened:
        assert beating(opened).beat("").fault is None, "somebody else delivered nothing here"
    with desk_at(url, reconnect=0.1, known=known) as opened:
        for _ in range(2):
            beat = beating(opened).beat("")
            assert beat.state is LinkState.ONLINE
            assert beat.fault is not None
            assert beat.fault.code is LinkFault.SAVES_MISSING
            assert "2 次保存" in explain(beat.fault)
    with desk_at(url, reconnect=0.1, known=known) as opened:
        assert beating(opened).beat("").fault is None, "it was told once"


def test_what_was_lost_and_overtaken_is_told(
    cluster: Cluster, standby: Standby, server_database: str
) -> None:
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1) as opened:
        session, link = opened.session("h1"), beating(opened)
        link.beat("")
        first = registering(opened.office_id)
        session.gateway.send(first)
        standby.catch_up(cluster)
        standby.halt()
        session.gateway.send(edit(opened, first.case_id, 1, "这边的"))
        fail_over(cluster, standby)
        with desk_at(url.replace("//h1@", "//h2@"), reconnect=0.1) as other:
            theirs = other.session("h2")
            assert theirs.gateway.send(edit(opened, first.case_id, 1, "那边的")).version == 2
        beat = link.beat("")
        assert beat.state is LinkState.ONLINE
        assert beat.fault is not None
        assert beat.fault.code is LinkFault.WRITES_LOST
        assert "1 次保存" in explain(beat.fault)
        assert session.reader.case(first.case_id).submission.facts == "那边的"


def test_an_old_primary_that_comes_back_is_not_written(
    cluster: Cluster, standby: Standby, server_database: str
) -> None:
    """It stands first among the addresses and takes writes; nobody told it that it was replaced."""
    with cable(standby.port) as line:
        url = url_of(cluster.port, line.port, database=server_database, user="h1")
        with desk_at(url, reconnect=0.1) as opened:
            session, link = opened.session("h1"), beating(opened)
            link.beat("")
            cluster.halt()
            standby.promote()
            assert link.beat("").state is LinkState.ONLINE
            cluster.again()
            line.drop()  # every connection has to be made anew
            command = registering(opened.office_id)
            assert session.gateway.send(command).version == 1
            assert link.beat("").state is LinkState.ONLINE
            line.cut()
            read_only_behind(link, cluster.port)
            line.mend()
            assert link.beat("").state is LinkState.ONLINE
    assert registered(cluster, server_database) == []
    assert registered(standby, server_database) == [(command.case_id, 1)]


def read_only_behind(link: Heartbeat, port: int) -> None:
    """The desk says that this server was replaced, and goes on reading."""
    beat = link.beat("")
    assert beat.state is LinkState.READ_ONLY
    assert beat.fault is not None
    assert beat.fault.code is LinkFault.OVERTAKEN
    assert str(port) in explain(beat.fault)


@pytest.fixture
def replaced(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> tuple[Path, str]:
    """A desk has worked on the primary and, after its standby was promoted, on that one; then the
    old primary came back alone. What the PC knows, and the case of the first save."""
    known = tmp_path / "known.json"
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1, known=known) as opened:
        first = registering(opened.office_id)
        opened.session("h1").gateway.send(first)
        standby.catch_up(cluster)
        cluster.halt()
        standby.promote()
        assert beating(opened).beat("").state is LinkState.ONLINE
        opened.session("h1").gateway.send(edit(opened, first.case_id, 1, "接替以后"))
    cluster.again()
    return known, first.case_id


@pytest.mark.parametrize("alone", [True, False], ids=["one address", "two addresses"])
def test_a_desk_that_is_started_anew_does_not_write_an_old_primary(
    cluster: Cluster,
    standby: Standby,
    server_database: str,
    replaced: tuple[Path, str],
    alone: bool,
) -> None:
    """Nobody told the old primary, and the desk of today was not there; the PC remembers."""
    known, case_id = replaced
    standby.halt()
    ports = (cluster.port,) if alone else (cluster.port, standby.port)
    url = url_of(*ports, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1, known=known) as opened:
        session, link = opened.session("h1"), beating(opened)
        read_only_behind(link, cluster.port)
        assert session.reader.case(case_id).version == 1, "what is there can be read"
        for command in (edit(opened, case_id, 1, "写错地方"), registering(opened.office_id)):
            with pytest.raises(DomainError) as caught:
                session.gateway.send(command)
            assert caught.value.code is LinkFault.READ_ONLY
            assert passing(caught.value), "what was typed stays a draft on this PC"
        with pytest.raises(DomainError) as caught:  # nothing but commands either
            session.gateway.checkpoint(opened.office_id)
        assert caught.value.code is LinkFault.READ_ONLY
        read_only_behind(link, cluster.port)
        standby.again()
        if not alone:
            assert link.beat("").state is LinkState.ONLINE
            assert session.gateway.send(edit(opened, case_id, 2, "写对地方")).version == 3
    assert registered(cluster, server_database) == [(case_id, 1)]
    assert registered(standby, server_database) == [(case_id, 2 if alone else 3)]


def test_one_address_that_leads_back_to_the_old_primary(
    cluster: Cluster, standby: Standby, server_database: str
) -> None:
    """A name or an address that moves with the primary, and one day moves the wrong way."""
    with cable(cluster.port) as line:
        url = url_of(line.port, database=server_database, user="h1")
        with desk_at(url, reconnect=0.1) as opened:
            session, link = opened.session("h1"), beating(opened)
            link.beat("")
            cluster.halt()
            standby.promote()
            line.target = standby.port
            assert link.beat("").state is LinkState.ONLINE
            command = registering(opened.office_id)
            session.gateway.send(command)
            cluster.again()
            line.target = cluster.port
            line.drop()
            read_only_behind(link, line.port)
            with pytest.raises(DomainError) as caught:
                session.gateway.send(edit(opened, command.case_id, 1, "写错地方"))
            assert caught.value.code is LinkFault.READ_ONLY
            line.target = standby.port
            assert link.beat("").state is LinkState.ONLINE, "looked for by every beat"
            assert session.gateway.send(edit(opened, command.case_id, 1, "对")).version == 2
    assert registered(cluster, server_database) == []


def test_a_standby_that_is_promoted_under_the_beat_is_known_at_once(
    cluster: Cluster, standby: Standby, server_database: str, tmp_path: Path
) -> None:
    """The beat's own connection was to the standby and stays; nothing else was connected."""
    known = tmp_path / "known.json"
    url = url_of(standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1, known=known) as opened:
        link = beating(opened)
        assert link.beat("").state is LinkState.READ_ONLY
        standby.promote()
        assert link.beat("").state is LinkState.ONLINE
    old = url_of(cluster.port, database=server_database, user="h1")
    with desk_at(old, reconnect=0.1, known=known) as opened:
        read_only_behind(beating(opened), cluster.port)


def test_an_old_primary_that_is_promoted_past_the_new_one_counts_again(
    cluster: Cluster, standby: Standby, server_database: str, replaced: tuple[Path, str]
) -> None:
    """The way out where the other one is lost: the administrator begins a later timeline."""
    known, case_id = replaced
    standby.halt()
    for _ in range(2):
        cluster.halt()
        (cluster.home / "data" / "standby.signal").touch()
        cluster.again()
        Standby(cluster.port, cluster.bin, cluster.home).promote()
    url = url_of(cluster.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1, known=known) as opened:
        assert beating(opened).beat("").state is LinkState.ONLINE
        assert opened.session("h1").gateway.send(edit(opened, case_id, 1, "续")).version == 2


def test_a_server_with_other_data_is_a_server_like_any_other(
    replaced: tuple[Path, str], shared_server: Keeper
) -> None:
    """A backup restored elsewhere has no promotion behind it, and was never behind anything."""
    known, _ = replaced
    with shared_server.kept():
        other = shared_server.cluster
        with other.connect() as owner:
            owner.execute(f"create database elsewhere template {TEMPLATE} strategy file_copy")
        url = url_of(other.port, database="elsewhere", user="h1")
        with desk_at(url, reconnect=0.1, known=known) as opened:
            beat = beating(opened).beat("")
            assert (beat.state, beat.fault) == (LinkState.ONLINE, None)
            assert opened.session("h1").gateway.send(registering(opened.office_id)).version == 1
        with other.connect() as owner:
            owner.execute("drop database elsewhere with (force)")


def test_a_pc_that_knows_nothing_looks_at_all_addresses(
    cluster: Cluster, standby: Standby, server_database: str, replaced: tuple[Path, str]
) -> None:
    """Both can be written and the old one stands first."""
    _, case_id = replaced
    url = url_of(cluster.port, standby.port, database=server_database, user="h1")
    with desk_at(url, reconnect=0.1) as opened:
        assert beating(opened).beat("").state is LinkState.ONLINE
        assert opened.session("h1").gateway.send(edit(opened, case_id, 2, "续")).version == 3
    assert registered(cluster, server_database) == [(case_id, 1)]


def test_a_restarted_server_hears_nothing_twice(cluster: Cluster, server_database: str) -> None:
    with desk_at(cluster.url(server_database, "h1")) as opened:
        session, link = opened.session("h1"), beating(opened)
        first = registering(opened.office_id)
        session.gateway.send(first)
        cluster.halt()
        cluster.again()
        beat = link.beat("")
        assert (beat.state, beat.fault) == (LinkState.ONLINE, None)
        assert len(session.reader.history(first.case_id)) == 1
