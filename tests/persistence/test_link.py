"""Bad days of a server's connections: restarts, frozen lines, lost answers, a standby."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from sanzhi_desktop.application.link import LinkFault, LinkState, passing
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence.open import Opened
from tests.persistence.cluster import Cluster
from tests.persistence.desk import Desk
from tests.persistence.lines import desk_at, registering
from tests.persistence.offices import PASSWORD

pytestmark = pytest.mark.postgres


@contextmanager
def desk_of(
    cluster: Cluster, database: str, who: str, *, reconnect: float = 20, answer: float = 3
) -> Iterator[Opened]:
    """Somebody's connections as his desk has them."""
    with desk_at(cluster.url(database, who), reconnect=reconnect, answer=answer) as opened:
        yield opened


def test_terminated_sessions_are_made_anew_unseen(cluster: Cluster, server_database: str) -> None:
    with desk_of(cluster, server_database, "h1") as opened:
        session = opened.session("h1")
        session.gateway.now()
        pids = cluster.backends("h1")
        with cluster.connect() as owner:
            for pid in pids:
                owner.execute("select pg_terminate_backend(%s)", (pid,))
        answer = session.gateway.send(registering(opened.office_id))
        assert (answer.version, answer.replayed) == (1, False)


@pytest.mark.usefixtures("own_server")
def test_a_save_waits_for_a_server_that_restarts(cluster: Cluster, server_database: str) -> None:
    with desk_of(cluster, server_database, "h1") as opened:
        session = opened.session("h1")
        assert opened.link is not None
        assert opened.link.beat("").state is LinkState.ONLINE
        cluster.halt()
        try:
            beat = opened.link.beat("")
            assert beat.state is LinkState.RECONNECTING
            assert beat.fault is not None
            assert passing(beat.fault)
            later = threading.Timer(0.7, cluster.again)
            later.start()
            answer = session.gateway.send(registering(opened.office_id))
            later.join()
        except BaseException:
            cluster.again()
            raise
        assert answer.version == 1
        assert opened.link.beat("").state is LinkState.ONLINE


@pytest.mark.usefixtures("own_server")
def test_patience_ends_with_a_sentence(cluster: Cluster, server_database: str) -> None:
    with desk_of(cluster, server_database, "h1", reconnect=0.4) as opened:
        session = opened.session("h1")
        cluster.halt()
        try:
            began = time.monotonic()
            with pytest.raises(DomainError) as caught:
                session.gateway.send(registering(opened.office_id))
            assert time.monotonic() - began < 5
            assert caught.value.code is LinkFault.REFUSED
            assert passing(caught.value)
        finally:
            cluster.again()


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
def test_a_frozen_line_is_given_up(cluster: Cluster, server_database: str) -> None:
    """The other side's kernel still acknowledges, so that no TCP time-out fires."""
    with desk_of(cluster, server_database, "h1", answer=1) as opened:
        session = opened.session("h1")
        assert opened.link is not None
        opened.link.beat("")
        frozen = cluster.backends("h1")
        assert len(frozen) >= 2
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        try:
            began = time.monotonic()
            answer = session.gateway.send(registering(opened.office_id))
            beat = opened.link.beat("")
            took = time.monotonic() - began
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        assert answer.version == 1
        assert beat.state is LinkState.ONLINE
        assert 1 <= took < 8


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGSTOP")
def test_the_beat_frees_who_waits_on_a_frozen_line(cluster: Cluster, server_database: str) -> None:
    with desk_of(cluster, server_database, "h1", answer=30) as opened:
        session = opened.session("h1")
        assert opened.link is not None
        opened.link.beat("")
        opened.link.pulse_patience.answer = 1.0
        frozen = cluster.backends("h1")
        for pid in frozen:
            os.kill(pid, signal.SIGSTOP)
        done: list[float] = []
        began = time.monotonic()

        def ask() -> None:
            session.gateway.now()
            done.append(time.monotonic() - began)

        worker = threading.Thread(target=ask)
        try:
            worker.start()
            opened.link.beat("")
            worker.join(10)
        finally:
            for pid in frozen:
                os.kill(pid, signal.SIGCONT)
        worker.join(30)
        assert done
        assert done[0] < 10


def test_a_read_only_server_says_so(cluster: Cluster, server_database: str) -> None:
    with cluster.connect() as owner:
        owner.execute(f"alter database {server_database} set default_transaction_read_only = on")
    with desk_of(cluster, server_database, "h1") as opened:
        session = opened.session("h1")
        assert opened.link is not None
        beat = opened.link.beat("")
        assert beat.state is LinkState.READ_ONLY
        assert beat.fault is not None
        assert beat.fault.code is LinkFault.STANDBY
        with pytest.raises(DomainError) as caught:
            session.gateway.send(registering(opened.office_id))
        assert caught.value.code is LinkFault.READ_ONLY


def test_a_database_that_was_upgraded_meanwhile_says_so(
    cluster: Cluster, server_database: str
) -> None:
    with desk_of(cluster, server_database, "h1") as opened:
        assert opened.link is not None
        with cluster.connect(server_database) as owner:
            owner.execute("update app.schema_revision set version_num = '0999'")
        beat = opened.link.beat("")
        assert beat.state is LinkState.READ_ONLY
        assert beat.fault is not None
        assert (beat.fault.code, beat.fault.facts["found"]) == (LinkFault.REVISION_MOVED, "0999")


def test_who_else_has_the_case_open(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing()
    with (
        desk_of(cluster, server_database, "ld") as one,
        desk_of(cluster, server_database, "r1") as two,
        desk_of(cluster, server_database, "r2") as stranger,
    ):
        links = [opened.link for opened in (one, two, stranger)]
        lead, reviewer, other = (link for link in links if link is not None)
        assert lead.beat(case_id).present == ()
        assert reviewer.beat(case_id).present == ("ld",)
        assert lead.beat(case_id).present == ("r1",)
        # Whoever does not see the case neither learns of the others nor is shown to them.
        assert other.beat(case_id).present == ()
        assert lead.beat(case_id).present == ("r1",)
        reviewer.beat("")
        assert lead.beat(case_id).present == ()
    with cluster.connect(server_database) as owner:
        left = owner.execute("select count(*) from app.presence").fetchone()
        assert left == (0,), "whoever leaves the desk is not shown for another minute"
        owner.execute(
            "insert into app.presence (office_id, case_id, person_id, seen_at)"
            " select 7, case_id, 'ld', now() - interval '61 seconds' from app.case_"
        )
    with desk_of(cluster, server_database, "r1") as two:
        assert two.link is not None
        assert two.link.beat(case_id).present == ()


DYING = """import sys
from pathlib import Path
from sanzhi_desktop.persistence.link import Patience
from sanzhi_desktop.persistence.open import open_shared
opened = open_shared(sys.argv[1], files=Path("unused"), password=sys.argv[2],
                     patience=Patience(reconnect=1, answer=3))
opened.link.beat(sys.argv[3])
print("there", flush=True)
sys.stdin.read()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_a_desk_that_dies_is_gone_with_its_session(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    """Not after the minute that a hint lasts: the server knows that the session has ended."""
    case_id = server_desk.reviewing()
    url = cluster.url(server_database, "r1")
    dying = subprocess.Popen(
        [sys.executable, "-c", DYING, url, PASSWORD, case_id],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert dying.stdout is not None
    assert dying.stdout.readline() == "there\n"
    with desk_of(cluster, server_database, "ld") as one, cluster.connect() as owner:
        assert one.link is not None
        assert one.link.beat(case_id).present == ("r1",)
        pids = cluster.backends("r1")
        dying.kill()
        dying.communicate(timeout=20)
        gone = "select count(*) from pg_stat_activity, pg_sleep(0.01) where pid = any(%s)"
        while owner.execute(gone, (pids,)).fetchone() != (0,):
            pass
        assert one.link.beat(case_id).present == ()
        # Somebody who comes again at once is there again at once, though his old row is not old.
        with desk_of(cluster, server_database, "r1") as two:
            assert two.link is not None
            assert two.link.beat(case_id).present == ("ld",)
            assert one.link.beat(case_id).present == ("r1",)
            # At two desks: while either of them is there, he is.
            with desk_of(cluster, server_database, "r1") as three:
                assert three.link is not None
                three.link.beat(case_id)
                three.link.close()
            assert one.link.beat(case_id).present == ("r1",)


def test_a_number_that_another_session_got_since_is_nobody(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    case_id = server_desk.reviewing()
    with (
        desk_of(cluster, server_database, "ld") as one,
        desk_of(cluster, server_database, "r1") as two,
        cluster.connect(server_database) as owner,
    ):
        assert one.link is not None
        assert two.link is not None
        two.link.beat(case_id)
        assert one.link.beat(case_id).present == ("r1",)
        owner.execute("update app.presence set since = since - interval '1 second'")
        assert one.link.beat(case_id).present == ()
        # Where the owner may not see when a session began, the hint lasts its minute.
        owner.execute("update app.presence set since = null")
        assert one.link.beat(case_id).present == ("r1",)


def test_news_moves_with_every_command_and_with_nothing_else(
    cluster: Cluster, server_database: str, server_desk: Desk
) -> None:
    with desk_of(cluster, server_database, "ld") as opened:
        assert opened.link is not None
        case_id = server_desk.register()
        seen = [opened.link.beat("").news]
        seen.append(opened.link.beat(case_id).news)
        assert seen[0] == seen[1]
        server_desk.register()
        seen.append(opened.link.beat("").news)
        assert seen[2] != seen[1]


def test_nobody_reads_or_forges_presence(cluster: Cluster, server_database: str) -> None:
    with cluster.connect(server_database, "h1", PASSWORD) as officer:
        for statement in (
            "select * from app.presence",
            "insert into app.presence values (7, 'c', 'hd', now())",
            "delete from app.presence",
            "update app.presence set pid = pg_backend_pid()",
            "select pid, since from app.presence",
            "select app.at_desk(1, now())",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                officer.execute(statement)
        told = officer.execute("select api.beat(99, 'x', '')").fetchone()
        assert told is not None
        assert (told[0]["news"], told[0]["present"]) == (0, [])
