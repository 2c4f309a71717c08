"""Short ways through a disagreement for tests, by exactly the commands that a use case sends."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sanzhi_desktop.application.commands import OfficeAction, new_id
from sanzhi_desktop.domain.meeting import Meeting
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action
from tests.persistence.desk import Desk, paper

MEMBERS = [
    {"person_id": "a1", "post": "局长"},
    {"person_id": "a2", "post": "副局长"},
    {"person_id": "a3", "post": "副局长"},
]


def sent(desk: Desk, who: str, name: str) -> dict[str, Any]:
    """A small file that somebody has sent, as a step names it."""
    with TemporaryDirectory() as folder:
        source = Path(folder) / name
        source.write_bytes(f"%PDF-1.7 {name}".encode())
        sha256, size = desk.sessions[who].files.put(source)
    return {"sha256": sha256, "name": name, "size": size}


def held_on(desk: Desk) -> str:
    """The database's own day."""
    return local_date(desk.gateway("se").now()).isoformat()


def day_before(desk: Desk) -> str:
    """The day before the database's own."""
    return (local_date(desk.gateway("se").now()) - timedelta(days=1)).isoformat()


def objected(desk: Desk, numbers: Sequence[int] = (1, 2), **changes: Any) -> str:
    case_id = desk.responding(**changes)
    desk.send(
        "h1",
        case_id,
        Action.OBJECT,
        points=[
            {"number": n, "reasons": f"不同意{n}", "basis": "行政处罚法第三十三条", "evidence": ""}
            for n in numbers
        ],
        files=[{"number": numbers[0], **sent(desk, "h1", "说明.pdf")}],
    )
    return case_id


def replied(
    desk: Desk, numbers: Sequence[int] = (1, 2), accepted: Sequence[int] = (), **changes: Any
) -> str:
    case_id = objected(desk, numbers, **changes)
    desk.send(
        "r1",
        case_id,
        Action.REPLY_OBJECTION,
        points=[
            {
                "number": n,
                "stance": "accepted" if n in accepted else "maintained",
                "reply": f"答复{n}",
            }
            for n in numbers
        ],
    )
    return case_id


def consulted(desk: Desk, case_id: str, results: dict[int, str]) -> str:
    """A whole consultation: opened by the unit, proposed by the reviewer, confirmed."""
    consultation = new_id()
    desk.send(
        "h1",
        case_id,
        Action.OPEN_CONSULTATION,
        consultation_id=consultation,
        points=[{"number": n} for n in results],
    )
    desk.send(
        "uh",
        case_id,
        Action.SAY,
        consultation_id=consultation,
        entry_id=new_id(),
        number=next(iter(results)),
        text="承办机构的意见",
        files=[],
    )
    desk.send(
        "r1",
        case_id,
        Action.PROPOSE_RESULT,
        consultation_id=consultation,
        points=[{"number": n, "agreement": a, "note": f"结果{n}"} for n, a in results.items()],
    )
    if set(results.values()) != {"open"}:
        desk.send("h2", case_id, Action.CLOSE_CONSULTATION, consultation_id=consultation)
    return consultation


def signed_record(desk: Desk, case_id: str) -> None:
    made = [paper(f"{stage} {case_id} {desk.version(case_id)}") for stage in ("p", "c", "s")]
    desk.send("h1", case_id, Action.FREEZE_RECORD, content='{"a":1}', document=made[0])
    seen = made[0]["sha256"]
    desk.send("h1", case_id, Action.CERTIFY_RECORD, seen_sha256=seen, document=made[1])
    seen = made[1]["sha256"]
    desk.send("r1", case_id, Action.SIGN_RECORD, seen_sha256=seen, document=made[2])


def escalated(
    desk: Desk,
    numbers: Sequence[int] = (1, 2),
    accepted: Sequence[int] = (),
    results: dict[int, str] | None = None,
    **changes: Any,
) -> str:
    case_id = replied(desk, numbers, accepted, **changes)
    if results:
        consulted(desk, case_id, results)
    signed_record(desk, case_id)
    settled = {n for n, a in (results or {}).items() if a != "open"} | set(accepted)
    points = [{"number": n} for n in numbers if n not in settled]
    desk.send("uh", case_id, Action.ESCALATE, reason="协商未达成一致", points=points)
    return case_id


def meeting(desk: Desk, meeting_id: str) -> Meeting:
    return desk.sessions["se"].reader.meeting(meeting_id)


def act(desk: Desk, meeting_id: str, action: OfficeAction, who: str = "se", **payload: Any) -> None:
    """One command on the version of the meeting that stands there now, unless told otherwise."""
    version = payload.pop("seen", None)
    if version is None:
        version = meeting(desk, meeting_id).version
    desk.office(who, action, meeting_id=meeting_id, seen_version=version, **payload)


def plan(desk: Desk, meeting_id: str = "", **changes: Any) -> str:
    meeting_id = meeting_id or new_id()
    facts: dict[str, Any] = {
        "name": "局长办公会",
        "place": "三楼会议室",
        "held_on": held_on(desk),
        "begins": "09:30",
        "chair": "a1",
        "recorder": "se",
        "members": MEMBERS,
        "seen": 0,
    }
    act(desk, meeting_id, OfficeAction.PUT_MEETING, **(facts | changes))
    return meeting_id


def roll(**absent: str) -> list[dict[str, str]]:
    return [
        {
            "person_id": m["person_id"],
            "attendance": "absent" if m["person_id"] in absent else "present",
            "reason": absent.get(m["person_id"], ""),
        }
        for m in MEMBERS
    ]


def opened(desk: Desk, case_id: str, *, recusals: Any = (), **absent: str) -> str:
    meeting_id = plan(desk)
    act(desk, meeting_id, OfficeAction.PUT_AGENDA, items=[{"case_id": case_id}])
    act(
        desk,
        meeting_id,
        OfficeAction.OPEN_MEETING,
        quorum=2,
        quorum_rule="成员过半数出席",
        members=roll(**absent),
        recusals=list(recusals),
    )
    return meeting_id


def speak(desk: Desk, meeting_id: str, case_id: str, who: str, kind: str = "opinion") -> None:
    act(
        desk,
        meeting_id,
        OfficeAction.SPEAK,
        case_id=case_id,
        person_id=who,
        kind=kind,
        text=f"{who}的意见",
    )


def discussed(desk: Desk, meeting_id: str, case_id: str, speakers: Sequence[str]) -> None:
    """Reported by a handler, spoken by these in order."""
    speak(desk, meeting_id, case_id, "h1", "report")
    for who in speakers:
        speak(desk, meeting_id, case_id, who)


def votes(choices: dict[str, str], numbers: Sequence[int]) -> list[dict[str, Any]]:
    return [
        {"number": n, "person_id": who, "choice": choice}
        for n in numbers
        for who, choice in choices.items()
    ]


def rulings(choice: str, numbers: Sequence[int], **more: Any) -> list[dict[str, Any]]:
    return [{"number": n, "ruling": choice, "content": "", "against_votes": ""} | more
            for n in numbers]  # fmt: skip


def decided(
    desk: Desk, case_id: str, choice: str = "adopt", numbers: Sequence[int] = (1, 2)
) -> str:
    meeting_id = opened(desk, case_id)
    discussed(desk, meeting_id, case_id, ("a3", "a2", "a1"))
    cast = votes({"a1": choice, "a2": choice, "a3": "abstain"}, numbers)
    act(desk, meeting_id, OfficeAction.VOTE, case_id=case_id, votes=cast)
    act(
        desk,
        meeting_id,
        OfficeAction.CLOSE_ITEM,
        case_id=case_id,
        rulings=rulings(choice, numbers),
    )
    act(desk, meeting_id, OfficeAction.CLOSE_MEETING)
    return meeting_id


def certified(desk: Desk, meeting_id: str) -> str:
    made = paper(f"minutes {meeting_id}")
    act(desk, meeting_id, OfficeAction.CERTIFY_MINUTES, content="{}", document=made)
    return made["sha256"]


def sign(desk: Desk, meeting_id: str, who: str, seen: str = "") -> str:
    seen = seen or meeting(desk, meeting_id).minutes_sha256
    made = paper(f"{seen} and {who}")
    desk.office(
        who,
        OfficeAction.SIGN_MINUTES,
        meeting_id=meeting_id,
        person_id=who,
        seen_sha256=seen,
        document=made,
    )
    return made["sha256"]


def held(desk: Desk, case_id: str, choice: str = "adopt", numbers: Sequence[int] = (1, 2)) -> str:
    """A whole meeting with its minutes signed by everybody."""
    meeting_id = decided(desk, case_id, choice, numbers)
    certified(desk, meeting_id)
    for who in ("a3", "a2", "a1"):
        sign(desk, meeting_id, who)
    return meeting_id


EXPERT: dict[str, Any] = {
    "expert_id": "e1",
    "name": "某律师",
    "kind": "adviser",
    "speciality": "行政法",
    "unit": "某律师事务所",
    "person_id": "",
    "valid_from": "2026-01-01",
    "valid_to": "2027-12-31",
    "conflicts": "\n乙公司\n",
    "active": True,
}


def corrected(desk: Desk, meeting_id: str, case_id: str) -> None:
    """A vote, an attendance and the reason of a recusal put right, and the first two back again."""
    for choice in ("abstain", "adopt"):
        cast = votes({"a2": choice}, (1,))
        act(desk, meeting_id, OfficeAction.CORRECT_VOTE, case_id=case_id, votes=cast, reason="记错")
    called = {"case_id": case_id, "person_id": "a3", "recused": True, "reason": "配偶"}
    for attendance, why, recusals in (("absent", "请假", [called]), ("present", "", [])):
        member = {"person_id": "a3", "attendance": attendance, "reason": why}
        act(
            desk,
            meeting_id,
            OfficeAction.CORRECT_ROLL,
            members=[member],
            recusals=recusals,
            reason="核对签到表",
        )


def everything(desk: Desk) -> str:
    """A case that left a row in every table of a disagreement, now in its second round."""
    case_id = desk.responding()
    desk.office("se", OfficeAction.PUT_EXPERT, **EXPERT)
    ask: dict[str, Any] = {"request_id": "q1", "expert_id": "e1", "question": "问题"}
    desk.send("r1", case_id, Action.ASK_EXPERT, materials=[{"material_id": "m1"}], **ask)
    desk.send("hd", case_id, Action.ALLOW_LATE, reason="补充取证")
    points = [{"number": n, "reasons": "理由", "basis": "", "evidence": ""} for n in (1, 2)]
    files = [{"number": 1, **sent(desk, "h1", "说明.pdf")}]
    desk.send("h1", case_id, Action.OBJECT, points=points, files=files)
    answers = [{"number": n, "stance": "maintained", "reply": "维持"} for n in (1, 2)]
    desk.send("r1", case_id, Action.REPLY_OBJECTION, points=answers)
    consulted(desk, case_id, {1: "open", 2: "open"})
    signed_record(desk, case_id)
    numbers = [{"number": n} for n in (1, 2)]
    desk.send("uh", case_id, Action.ESCALATE, reason="未一致", points=numbers)
    recusal = {"case_id": case_id, "person_id": "a3", "reason": "近亲属"}
    meeting_id = opened(desk, case_id, recusals=[recusal])
    discussed(desk, meeting_id, case_id, ("a2", "a1"))
    cast = votes({"a1": "adopt", "a2": "adopt"}, (1, 2))
    act(desk, meeting_id, OfficeAction.VOTE, case_id=case_id, votes=cast)
    corrected(desk, meeting_id, case_id)
    made = rulings("adopt", (1, 2))
    act(desk, meeting_id, OfficeAction.CLOSE_ITEM, case_id=case_id, rulings=made)
    act(desk, meeting_id, OfficeAction.CLOSE_MEETING)
    certified(desk, meeting_id)
    for who in ("a3", "a2", "a1"):
        sign(desk, meeting_id, who)
    desk.send("se", case_id, Action.DISCUSS, meeting_id=meeting_id)
    responses = [{"number": n, "response": "已处理"} for n in (1, 2)]
    desk.send("h1", case_id, Action.RESPOND, responses=responses)
    desk.send("uh", case_id, Action.CONFIRM, declared=True, round_reason="after_meeting")
    desk.send("ck", case_id, Action.ACCEPT)
    desk.send("ld", case_id, Action.ASSIGN, reviewer="r2")
    desk.certify(case_id, who="r2")
    return case_id
