"""A hash is no key: naming another case's file opens it to nobody, and only who sends all of its
bytes has it as well. Announcing files takes nothing from others."""

import hashlib
import os
from typing import Any

import psycopg
import pytest
from psycopg.types.json import Jsonb

from sanzhi_desktop.application.commands import new_id
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import MIB, AttachmentFault
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.persistence.blobs.upload_functions import ANNOUNCED, CHUNK
from tests.persistence.attacks.conftest import Attacked
from tests.persistence.desk import MATERIALS, submission

pytestmark = [pytest.mark.postgres, pytest.mark.xdist_group("attacks")]

SECRET = os.urandom(2 * CHUNK + 5)  # of a case that h9 does not see
SHA256 = hashlib.sha256(SECRET).hexdigest()
UNKNOWN = hashlib.sha256(b"a file that nobody ever stored").hexdigest()
PARTS = [SECRET[at : at + CHUNK] for at in range(0, len(SECRET), CHUNK)]
UNIT = "执法九科"


def call(attacked: Attacked, who: str, function: str, *values: Any) -> Any:
    marks = ", ".join(["%s"] * (len(values) + 1))
    asked = f"select api.{function}({marks})".encode()
    row = attacked.as_(who).execute(asked, (7, *values)).fetchone()
    assert row is not None
    return row[0]


def put(attacked: Attacked, who: str, sha256: str, n: int, data: bytes) -> None:
    digest = hashlib.sha256(data).hexdigest()
    call(attacked, who, "put_chunk", sha256, n, data, digest)


def upload(attacked: Attacked, who: str, data: bytes) -> str:
    sha256 = hashlib.sha256(data).hexdigest()
    call(attacked, who, "begin_file", sha256, len(data))
    for n, at in enumerate(range(0, len(data), CHUNK)):
        put(attacked, who, sha256, n, data[at : at + CHUNK])
    assert call(attacked, who, "complete_file", sha256, "") is True
    return sha256


def material(sha256: str) -> list[dict[str, object]]:
    return [dict(MATERIALS[0], sha256=sha256)]


def register(attacked: Attacked, who: str, unit: str, sha256: str) -> str:
    case_id = new_id()
    handlers = [{"person_id": who, "name": f"人{who}", "certificate": "Z"}]
    attacked.desk.send(who, case_id, Action.REGISTER, seen=0, materials=material(sha256),
                       submission=submission(unit=unit, handlers=handlers), unit=unit,
                       profile_id="shucheng", profile_edition="2026-1")  # fmt: skip
    return case_id


@pytest.fixture(scope="module", autouse=True)
def secret(attacked: Attacked) -> None:
    upload(attacked, "h1", SECRET)
    register(attacked, "h1", "执法一科", SHA256)
    assert call(attacked, "h1", "get_chunk", SHA256, 2) == PARTS[2]
    assert call(attacked, "h9", "get_chunk", SHA256, 2) is None


NAMING = {
    "a material": (Action.EDIT, {"materials": material("%"), "submission": submission(unit=UNIT)}),
    "an objection": (Action.OBJECT, {"points": [{"number": 1, "files": [{"sha256": "%"}]}]}),
    "a remark": (Action.SAY, {"files": [{"sha256": "%", "name": "x", "size": 1}]}),
    "what a transfer is sent with": (Action.PREPARE_TRANSFER, {"attachments": [{"sha256": "%"}]}),
    "an event, deep inside": (Action.OPEN_TRANSFER, {"detail": {"a": [{"b": {"sha256": "%"}}]}}),
}


def _filled(part: Any, sha256: str) -> Any:
    if isinstance(part, dict):
        return {key: _filled(one, sha256) for key, one in part.items()}
    if isinstance(part, list):
        return [_filled(one, sha256) for one in part]
    return sha256 if part == "%" else part


@pytest.mark.parametrize("sha256", [SHA256, UNKNOWN], ids=["another's", "nobody's"])
def test_a_new_case_names_no_file_that_its_handler_could_not_read(
    attacked: Attacked, sha256: str
) -> None:
    with pytest.raises(DomainError) as caught:
        register(attacked, "h9", UNIT, sha256)
    assert caught.value.code is AttachmentFault.NOT_STORED
    assert caught.value.facts == {"name": MATERIALS[0]["name"]}
    assert call(attacked, "h9", "get_chunk", SHA256, 0) is None


@pytest.mark.parametrize("what", NAMING)
def test_no_later_step_names_one_either(attacked: Attacked, what: str) -> None:
    """Asked of the function inside the step, whatever else would refuse the step."""
    action, payload = NAMING[what]
    owner = attacked.owner()
    body = owner.execute(
        "select prosrc from pg_proc where oid = %s::regproc", (f"app.do_{action.value}",)
    ).fetchone()
    assert body
    first = body[0].split("begin", 1)[1].strip()
    assert first.startswith("perform app.demand_readable(p_office, p_payload, v_me);")
    for sha256 in (SHA256, UNKNOWN):
        ask = "select app.demand_readable(7, %s, %s)"
        told = Jsonb(_filled(payload, sha256))
        with pytest.raises(psycopg.Error) as caught:
            owner.execute(ask, (told, "h9"))
        assert caught.value.diag.message_primary == AttachmentFault.NOT_STORED
    owner.execute("select app.demand_readable(7, %s, 'h1')",
                  (Jsonb(_filled(payload, SHA256)),))  # fmt: skip


def test_who_knows_the_hash_alone_is_answered_as_if_it_were_not_there(attacked: Attacked) -> None:
    wrong = [bytes(len(part)) for part in PARTS]
    answers = []
    for sha256 in (SHA256, UNKNOWN):
        begun = call(attacked, "h9", "begin_file", sha256, len(SECRET))
        told = [(begun["complete"], begun["have"])]
        told.append(call(attacked, "h9", "complete_file", sha256, ""))
        call(attacked, "h9", "begin_file", sha256, len(SECRET))
        for n, part in enumerate(wrong):
            put(attacked, "h9", sha256, n, part)
        told.append(call(attacked, "h9", "complete_file", sha256, ""))
        told.append(call(attacked, "h9", "file_info", sha256))
        told.append(call(attacked, "h9", "get_chunk", sha256, 0))
        answers.append(told)
    assert answers[0] == answers[1] == [(0, []), False, False, None, None]
    assert call(attacked, "h1", "get_chunk", SHA256, 0) == PARTS[0], "what is stored is untouched"


def test_who_sends_every_byte_has_the_file_as_well_and_it_stands_once(attacked: Attacked) -> None:
    call(attacked, "h9", "begin_file", SHA256, len(SECRET))
    put(attacked, "h9", SHA256, 0, PARTS[0])
    put(attacked, "h9", SHA256, 1, bytes(CHUNK))  # guessed
    put(attacked, "h9", SHA256, 2, PARTS[2])
    begun = call(attacked, "h9", "begin_file", SHA256, len(SECRET))
    assert begun["have"] == [0, 2], "what he has sent he does not send again"
    assert call(attacked, "h9", "get_chunk", SHA256, 1) is None
    put(attacked, "h9", SHA256, 1, PARTS[1])
    assert call(attacked, "h9", "complete_file", SHA256, "") is True
    assert call(attacked, "h9", "begin_file", SHA256, len(SECRET))["complete"] == 1
    assert call(attacked, "h9", "get_chunk", SHA256, 1) == PARTS[1]
    register(attacked, "h9", UNIT, SHA256)
    ask = "select count(*), sum(octet_length(data)) from app.blob_chunk where sha256 = %s"
    assert attacked.owner().execute(ask, (SHA256,)).fetchone() == (3, len(SECRET))


def test_anothers_unfinished_upload_is_not_finished_without_the_bytes(attacked: Attacked) -> None:
    data = os.urandom(CHUNK + 1)
    sha256 = hashlib.sha256(data).hexdigest()
    call(attacked, "h1", "begin_file", sha256, len(data))
    put(attacked, "h1", sha256, 0, data[:CHUNK])
    put(attacked, "h1", sha256, 1, data[CHUNK:])
    assert call(attacked, "h9", "begin_file", sha256, len(data))["have"] == []
    assert call(attacked, "h9", "complete_file", sha256, "") is False
    assert call(attacked, "h9", "get_chunk", sha256, 0) is None
    assert call(attacked, "h1", "begin_file", sha256, len(data))["have"] == [0, 1]
    assert call(attacked, "h1", "complete_file", sha256, "") is True


def test_announced_files_take_no_room(attacked: Attacked) -> None:
    owner = attacked.owner()
    limit, quota = owner.execute(
        "select file_limit, quota from app.file_store where office_id = 7"
    ).fetchone() or (0, 0)
    assert quota
    for n in range(quota // limit + 3):
        invented = hashlib.sha256(f"invented {n}".encode()).hexdigest()
        call(attacked, "h9", "begin_file", invented, limit)
    ask = "select count(*) from app.blob where stored_by = 'h9' and complete = 0"
    assert owner.execute(ask).fetchone() == (ANNOUNCED,)
    upload(attacked, "h1", b"a small file of somebody else")
    big = hashlib.sha256(b"a large one").hexdigest()
    assert call(attacked, "h1", "begin_file", big, limit)["complete"] == 0


def test_what_arrives_is_counted_whoever_announced_it(attacked: Attacked) -> None:
    owner = attacked.owner()
    row = owner.execute("select quota, app.file_used(7) from app.file_store"
                        " where office_id = 7").fetchone()  # fmt: skip
    assert row
    quota, used = row
    owner.execute("update app.file_store set quota = %s where office_id = 7", (used + 5 * MIB,))
    first, second = os.urandom(CHUNK), os.urandom(CHUNK)
    for data in (first, second):  # each has room, both have not
        call(attacked, "h1", "begin_file", hashlib.sha256(data).hexdigest(), CHUNK)
    put(attacked, "h1", hashlib.sha256(first).hexdigest(), 0, first)
    with pytest.raises(psycopg.Error) as caught:
        put(attacked, "h1", hashlib.sha256(second).hexdigest(), 0, second)
    assert caught.value.diag.message_primary == AttachmentFault.QUOTA
    owner.execute("update app.file_store set quota = %s where office_id = 7", (quota,))
