"""A changed byte shuts the gate, on both databases, and only another round opens it again."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.application import aftermath, attachments, intake, stepping
from sanzhi_desktop.application.aftermath import DecisionMade
from sanzhi_desktop.application.assess import gate_of
from sanzhi_desktop.domain.case import Case, CaseFault, RoundReason
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import AttachmentFault, FileState
from sanzhi_desktop.domain.gate import GateCode
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import Action, State, WorkflowFault
from sanzhi_desktop.persistence.faults import PersistenceFault
from sanzhi_desktop.persistence.files import FolderStore
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.sentences import sentence
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, MATERIALS, Desk

SHA256 = str(MATERIALS[0]["sha256"])
DECISION = DecisionMade(
    number="示环罚〔2026〕3号",
    decided_on=date(2026, 9, 28),
    content="罚款",
    kind=Kind.PENALTY,
    party_name="示例甲有限公司",
    party_number="91110000MA01TEST0X",
    amount_fen=1_200_000_00,
)
Damage = Callable[[str], None]  # change | remove | restore


@pytest.fixture
def damage(request: pytest.FixtureRequest, desk: Desk) -> Damage:
    """What somebody with every right over the storage does: behind the program's back."""
    files = desk.sessions["h1"].files
    if isinstance(files, FolderStore):
        return _in_folder(files)
    cluster: Cluster = request.getfixturevalue("cluster")
    return _in_database(cluster, request.getfixturevalue("server_database"))


def _in_folder(files: FolderStore) -> Damage:
    place: Path = files.root / SHA256[:2] / SHA256
    kept: list[bytes] = []

    def act(what: str) -> None:
        if place.exists():
            place.chmod(0o600)
        if what == "restore":
            place.write_bytes(kept[0])
            return
        kept[:] = kept or [place.read_bytes()]
        if what == "change":
            place.write_bytes(kept[0][:-1] + b"X")
        else:
            place.unlink()

    return act


def _in_database(cluster: Cluster, name: str) -> Damage:
    kept: list[Any] = []

    def act(what: str) -> None:
        with cluster.connect(name) as owner:
            owner.execute("set session_replication_role = replica")
            chunk = owner.execute(
                "select office_id, sha256, n, data from app.blob_chunk where sha256 = %s", (SHA256,)
            ).fetchone()
            kept[:] = kept or [chunk]
            owner.execute("delete from app.blob_chunk where sha256 = %s", (SHA256,))
            owner.execute(
                "update app.blob set complete = %s where sha256 = %s",
                (int(what != "remove"), SHA256),
            )
            if what == "remove":
                return
            data = kept[0][3] if what == "restore" else kept[0][3][:-1] + b"X"
            owner.execute(
                "insert into app.blob_chunk values (%s, %s, %s, %s)", (*kept[0][:3], data)
            )

    return act


@pytest.fixture(autouse=True)
def later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The tests' decision is dated; the two databases' clocks are not the same."""
    monkeypatch.setattr(stepping, "today", lambda _session: date(2026, 12, 1))


def test_nothing_is_in_the_way_of_intact_materials(desk: Desk) -> None:
    case_id = desk.passed()
    attachments.demand_intact(desk.sessions["h1"], desk.case(case_id))
    done = aftermath.register_decision(
        desk.sessions["h1"],
        case_id=case_id,
        seen_version=desk.version(case_id),
        decision=DECISION,
    )
    assert done.state is State.DECIDED


def _decide(desk: Desk, case_id: str) -> DomainError:
    with pytest.raises(DomainError) as refused:
        aftermath.register_decision(
            desk.sessions["h1"],
            case_id=case_id,
            seen_version=desk.version(case_id),
            decision=DECISION,
        )
    return refused.value


def test_a_changed_byte_shuts_the_gate_for_good(desk: Desk, damage: Damage) -> None:
    case_id = desk.passed()
    damage("change")
    refused = _decide(desk, case_id)
    assert (refused.code, refused.facts) == (AttachmentFault.CHANGED, {"names": "立案审批表"})
    case = desk.case(case_id)
    assert case.state is State.RESPONDING
    assert case.clearance is not None
    assert not case.clearance.open
    assert case.decision is None
    last = desk.sessions["ld"].reader.history(case_id)[-1]
    assert (last.action, last.actor) == ("materials_changed", "h1")
    assert last.reason == "材料已变：立案审批表"
    assert last.detail["materials"] == ["m1"]
    _explained(case)
    damage("restore")  # the same bytes again, but the clearance is closed
    with pytest.raises(DomainError) as shut:
        desk.decide(case_id)
    assert shut.value.code in {WorkflowFault.NO_TRANSITION, CaseFault.GATE_SHUT}
    assert intake.next_round_reason(desk.sessions["uh"], case) is RoundReason.MATERIALS_CHANGED
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="materials_changed")
    assert desk.case(case_id).state is State.SUBMITTED


def _explained(case: Case) -> None:
    answer = gate_of(case, profiles.shipped("shucheng"))
    assert not answer.open
    assert answer.why[0].code is GateCode.MATERIALS_CHANGED
    words = sentence(answer.why[0].code.value, **answer.why[0].facts)
    assert "立案审批表" in words
    assert "未经法制审核" in words


def test_the_database_itself_refuses_while_a_byte_differs(desk: Desk, damage: Damage) -> None:
    case_id = desk.passed()
    damage("change")
    with pytest.raises(DomainError) as refused:
        desk.decide(case_id)  # the bare command, without the use case's own look
    assert (refused.value.code, refused.value.facts) == (
        AttachmentFault.CHANGED,
        {"names": "立案审批表"},
    )
    assert desk.case(case_id).decision is None
    damage("restore")
    assert desk.decide(case_id).state is State.DECIDED, "nothing was decided on anything else"


def test_a_missing_file_waits_and_closes_nothing(desk: Desk, damage: Damage) -> None:
    case_id = desk.passed()
    damage("remove")
    assert _decide(desk, case_id).code is AttachmentFault.MISSING
    with pytest.raises(DomainError) as refused:
        desk.decide(case_id)
    assert refused.value.code is AttachmentFault.MISSING
    clearance = desk.case(case_id).clearance
    assert clearance is not None
    assert clearance.open
    damage("restore")
    assert desk.decide(case_id).state is State.DECIDED


def test_nobody_shuts_the_gate_over_intact_files(desk: Desk) -> None:
    case_id = desk.passed()
    with pytest.raises(DomainError) as refused:
        attachments.shut_gate(
            desk.sessions["ck"],
            desk.case(case_id),
            desk.case(case_id).materials[:1],
        )
    assert refused.value.code is AttachmentFault.INTACT


def test_shutting_is_for_people_of_the_office_with_a_part_in_the_case(desk: Desk) -> None:
    case_id = desk.passed()
    assert Role.AUDITOR in desk.sessions["au"].actor.roles
    with pytest.raises(DomainError) as refused:
        desk.send("au", case_id, Action.MATERIALS_CHANGED, reason="材料已变：某某")
    assert refused.value.code is WorkflowFault.NOT_YOUR_ROLE


def test_the_office_check_names_case_and_material(desk: Desk, damage: Damage) -> None:
    case_id = desk.passed()
    seen: list[tuple[int, int]] = []
    report = attachments.check_office(desk.sessions[ADMIN], seen=lambda *at: seen.append(at))
    assert report.sound
    assert (report.checked, report.findings, report.unreferenced) == (1, (), ())
    assert seen == [(1, 1)]
    damage("change")
    report = attachments.check_office(desk.sessions[ADMIN])
    assert not report.sound
    (found,) = report.findings
    assert found.state is FileState.CHANGED
    assert (found.use.case_id, found.use.case) == (case_id, "某某公司未按规定处置废物案")
    assert found.use.material == "立案审批表"
    damage("remove")
    (found,) = attachments.check_office(desk.sessions[ADMIN]).findings
    assert found.state is FileState.MISSING


@pytest.mark.postgres
def test_the_office_check_is_not_for_everybody(server_desk: Desk) -> None:
    server_desk.passed()
    attachments.check_office(server_desk.sessions["au"])
    for who in ("h1", "r1", "hd"):
        with pytest.raises(DomainError) as refused:
            attachments.check_office(server_desk.sessions[who])
        assert refused.value.code is PersistenceFault.NOT_ALLOWED, who


def test_what_no_case_names_is_told_apart(desk: Desk, tmp_path: Path) -> None:
    desk.passed()
    extra = tmp_path / "extra"
    extra.write_bytes(b"nobody's")
    sha256, size = desk.sessions["h1"].files.put(extra)
    report = attachments.check_office(desk.sessions[ADMIN])
    assert report.sound
    assert [(f.sha256, f.size) for f in report.unreferenced] == [(sha256, size)]
