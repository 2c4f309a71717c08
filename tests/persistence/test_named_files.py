"""Every file that an office names is known, wherever its hash stands, and asked for by whatever
keeps, copies or checks files."""

import hashlib
import json
import shutil
import sqlite3
from collections.abc import Mapping
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application.attachments import check_office
from sanzhi_desktop.application.commands import OfficeAction, new_id
from sanzhi_desktop.domain.files import FileState
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.named_files import in_entry
from sanzhi_desktop.persistence.open import files_folder
from sanzhi_desktop.persistence.tables import metadata
from tests.persistence.blobs.test_store import material
from tests.persistence.cluster import Cluster
from tests.persistence.desk import ADMIN, FILE, Desk
from tests.persistence.disputes import EXPERT
from tests.persistence.keeping.test_export import PASSWORD, bare
from tests.persistence.test_transfer import ATTACHMENTS, Moving

BETTER = b"the material of the second round"
SAID, ADVICE, OBJECTION, TOLD = b"said", b"an expert's advice", b"an objection's", b"a receipt"
FIRST, SECOND = b"of the letter", b"of the letter, once more"
EVERYTHING = (FILE, BETTER, SAID, ADVICE, OBJECTION, TOLD, FIRST, SECOND)
BY = {ADVICE: "r1", SAID: "uh", TOLD: "h2"}  # who names a file has sent it
PAST = {FILE, FIRST}  # what only the history names


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def named(content: bytes, **more: Any) -> dict[str, Any]:
    return {"sha256": digest(content), "name": content.decode(), "size": len(content), **more}


def worked(desk: Desk, folder: Path) -> str:
    """A case whose files stand in every place where one may be named."""
    for content in EVERYTHING:
        (folder / "file").write_bytes(content)
        desk.sessions[BY.get(content, "h1")].files.put(folder / "file")
    case_id = desk.responding()
    desk.office("se", OfficeAction.PUT_EXPERT, **EXPERT)
    ask: dict[str, Any] = {"request_id": "q1", "expert_id": "e1", "question": "问题"}
    desk.send("r1", case_id, Action.ASK_EXPERT, materials=[{"material_id": "m1"}], **ask)
    desk.send("r1", case_id, Action.EXPERT_ANSWER, request_id="q1", answer="答复",
              files=[named(ADVICE)])  # fmt: skip
    points = [{"number": 1, "reasons": "理由", "basis": "", "evidence": ""}]
    desk.send("h1", case_id, Action.OBJECT, points=points, files=[named(OBJECTION, number=1)])
    talk, entry = new_id(), new_id()
    desk.send("h1", case_id, Action.OPEN_CONSULTATION, consultation_id=talk,
              points=[{"number": 1}])  # fmt: skip
    desk.send("uh", case_id, Action.SAY, consultation_id=talk, entry_id=entry, number=1,
              text="意见", files=[named(SAID)])  # fmt: skip
    moving = Moving(desk, case_id).through(
        (Action.REPORT_TRANSFER, ""), (Action.DECIDE_TRANSFER, "approved")
    )
    for content in (FIRST, SECOND):
        attached: list[Any] = deepcopy(ATTACHMENTS)
        attached[0]["sha256"] = digest(content)
        moving.take(Action.PREPARE_TRANSFER, attachments=attached)
    for action in (Action.RESERVE_TRANSFER, Action.ISSUE_TRANSFER, Action.DELIVER_TRANSFER):
        moving.take(action)
    moving.take(Action.RECEIPT_TRANSFER,
                detail={"signed_by": "某", "sha256": digest(TOLD), "file_name": "回执"})  # fmt: skip
    return case_id


def replaced(desk: Desk, folder: Path) -> str:
    """The same, and the material that the first round was signed on stands in no row any more."""
    case_id = worked(desk, folder)
    desk.send("h1", case_id, Action.EDIT, materials=[material(BETTER)])
    return case_id


def test_every_place_where_a_file_is_named_is_known(desk: Desk, tmp_path: Path) -> None:
    case_id = replaced(desk, tmp_path)
    uses = desk.sessions[ADMIN].reader.files_used()
    told = {use.sha256: (use.case_id, use.now) for use in uses}
    assert told == {digest(c): (case_id, c not in PAST) for c in EVERYTHING}
    assert len(uses) == len(EVERYTHING), "each of a case once"
    assert {use.case for use in uses} == {desk.case(case_id).submission.name}
    names = {use.sha256: use.material for use in uses}
    assert names[digest(FILE)] != ""
    assert names[digest(OBJECTION)] == OBJECTION.decode()


def test_a_lost_file_is_told_wherever_it_was_named(embedded_desk: Desk, tmp_path: Path) -> None:
    replaced(embedded_desk, tmp_path)
    admin = embedded_desk.sessions[ADMIN]
    assert check_office(admin).sound
    for file in admin.files.listing():
        admin.files.forget(file)
    report = check_office(admin)
    assert {f.use.sha256 for f in report.findings} == {digest(c) for c in EVERYTHING}
    assert {f.state for f in report.findings} == {FileState.MISSING}


def test_the_check_of_one_pc_sees_what_an_earlier_round_was_signed_on(
    embedded_desk: Desk, embedded_path: Path, tmp_path: Path, capsys: Any
) -> None:
    case_id = replaced(embedded_desk, tmp_path)
    check = ["blob", "check", "--db", str(embedded_path)]
    assert main(check) == 0
    (place,) = files_folder(embedded_path).glob(f"*/{digest(FILE)}")
    place.chmod(0o644)
    place.write_bytes(b"something else")
    capsys.readouterr()
    assert main(check) == 1
    assert f"案件 {case_id}" in (said := capsys.readouterr().err)
    assert "以前的材料“" in said
    assert "材料已变" in said
    assert main([*check, "--json"]) == 1
    (fault,) = json.loads(capsys.readouterr().out)["faults"]
    assert (fault["sha256"], fault["state"], fault["now"]) == (digest(FILE), "changed", False)


def exported(arguments: list[str], out: Path, capsys: Any) -> dict[str, Any]:
    main(["export", *arguments, "--to", str(out), "--json"])
    told: dict[str, Any] = json.loads(capsys.readouterr().out)
    return told


def kept(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (out / "files").glob("*/*")}


WHOLE: Mapping[str, bytes] = {digest(content): content for content in EVERYTHING}


@pytest.mark.postgres
def test_a_servers_export_has_every_file(
    cluster: Cluster, server_desk: Desk, server_database: str, tmp_path: Path, capsys: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    replaced(server_desk, tmp_path)
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    out = tmp_path / "out"
    whole = ["--db", cluster.url(server_database, "au")]
    # Without the history it would be no archive: an administrator does not read it.
    admin = cluster.url(server_database, ADMIN)
    assert main(["export", "--db", admin, "--to", str(out)]) == 2
    assert not out.exists()
    capsys.readouterr()
    told = exported(whole, out, capsys)
    assert (told["missing"], kept(out)) == ([], WHOLE)
    assert bare(out)[0] == 0
    lost = digest(FILE)
    with cluster.connect(server_database) as owner:
        owner.execute("set session_replication_role = replica")  # past the walls
        owner.execute("delete from app.blob_chunk where sha256 = %s", (lost,))
    told = exported(whole, tmp_path / "again", capsys)
    assert told["missing"] == [lost]


def test_an_export_without_one_of_them_is_not_whole(
    embedded_desk: Desk, embedded_path: Path, tmp_path: Path, capsys: Any
) -> None:
    case_id = replaced(embedded_desk, tmp_path)
    whole = tmp_path / "whole"
    assert exported(["--db", str(embedded_path)], whole, capsys)["missing"] == []
    assert (kept(whole), bare(whole)[0]) == (WHOLE, 0)
    manifest = json.loads((whole / "manifest.json").read_text("utf-8"))
    for sha256 in WHOLE:  # as if the program had never heard of that file
        name = f"files/{sha256[:2]}/{sha256}"
        (whole / name).unlink()
        told = manifest | {"files": {k: v for k, v in manifest["files"].items() if k != name}}
        (whole / "manifest.json").write_text(json.dumps(told), "utf-8")
        code, said = bare(whole)
        assert code == 1
        assert f"缺少附件 {sha256} {case_id}" in said
        (whole / name).write_bytes(WHOLE[sha256])
    files = embedded_desk.sessions[ADMIN].files
    for file in files.listing():
        files.forget(file)
    told = exported(["--db", str(embedded_path)], tmp_path / "none", capsys)
    assert told["missing"] == sorted(WHOLE)


@pytest.mark.parametrize("lost", [FILE, FIRST, OBJECTION, TOLD])
def test_a_backup_without_one_of_them_is_not_good(
    embedded_desk: Desk, embedded_path: Path, tmp_path: Path, capsys: Any, lost: bytes
) -> None:
    replaced(embedded_desk, tmp_path)
    there = ["backup", "--db", str(embedded_path), "--to", str(tmp_path / "kept"), "--json"]
    assert main(there) == 0
    capsys.readouterr()
    for place in files_folder(embedded_path).glob(f"*/{digest(lost)}"):
        place.unlink()
    shutil.rmtree(tmp_path / "kept")  # what a folder has already, it keeps
    assert main(there) == 1
    shown = capsys.readouterr()
    assert digest(lost) in shown.out + shown.err


def test_every_column_that_holds_a_hash_is_a_paper_or_a_named_file() -> None:
    """A further table with files must say so in `named_files`, in `api.file_uses`, in verify.py."""
    holding = {f"{t.name}.{c.name}" for t in metadata.sorted_tables for c in t.c
               if "sha256" in c.name}  # fmt: skip
    files = {"material.sha256", "dispute_file.sha256", "expert_material.sha256"}
    books = {name for name in holding if name.startswith("blob")}
    papers = {
        "document.sha256", "minutes.sha256", "dispute_result.minutes_sha256",
        "meeting.minutes_sha256", "round.certified_sha256", "round.issued_sha256",
        "transfer.letter_sha256", "record_edition.content_sha256",
        "record_edition.prepared_sha256", "record_edition.certified_sha256",
        "record_edition.signed_sha256",
    }  # fmt: skip
    assert holding == files | books | papers


def test_an_entry_that_nobody_can_read_loses_no_evidence() -> None:
    deep = "[" * 200_000
    entry = '{"action":"edit","payload":{"materials":[{"sha256":"' + "a" * 64 + '"}],"x":' + deep
    entry += "]" * 200_000 + '},"reason":""}'
    assert [sha256 for sha256, _ in in_entry(entry)] == ["a" * 64]
    assert list(in_entry(entry.replace('"edit"', '"answer"'))) == []
    assert list(in_entry("no JSON")) == []
    odd: list[Any] = [None, 1, [], {}, {"sha256": 3}, {"sha256": "A" * 64}, {"sha256": "b" * 64}]
    for materials in (odd, "text", None, {"sha256": "c" * 64}):
        text = json.dumps({"action": "register", "payload": {"materials": materials}})
        assert [s for s, _ in in_entry(text)] == (["b" * 64] if materials is odd else [])


@pytest.mark.postgres
def test_nor_does_a_server_lose_it(cluster: Cluster, server_database: str) -> None:
    """An office that came from one PC may bring text that is JSON there and none to the server."""
    deep = "[" * 60_000 + "]" * 60_000
    with cluster.connect(server_database) as owner:
        for odd in (r'"\u0000"', deep, "1"):
            text = '{"action":"edit","payload":{"materials":[{"sha256":"' + "a" * 64
            text += '","name":"甲"}],"x":' + odd + '},"reason":""}'
            for action, found in (("edit", ["a" * 64]), ("answer", [])):
                entry = text.replace('"edit"', f'"{action}"')
                rows = owner.execute("select sha256 from app.files_in(%s)", (entry,)).fetchall()
                assert [row[0] for row in rows] == found, odd[:10]
                assert [sha256 for sha256, _ in in_entry(entry)] == found


def test_the_file_of_one_pc_says_the_same_without_the_program(
    embedded_desk: Desk, embedded_path: Path, tmp_path: Path
) -> None:
    """The history, read with nothing but sqlite3 and json, names what was replaced."""
    replaced(embedded_desk, tmp_path)
    with closing(sqlite3.connect(embedded_path)) as db:
        rows = {sha256 for (sha256,) in db.execute("select sha256 from material")}
        entries = [json.loads(e) for (e,) in db.execute("select entry from audit")]
    told = {m.get("sha256") for e in entries for m in e["payload"].get("materials", ())}
    assert digest(FILE) in told - rows
