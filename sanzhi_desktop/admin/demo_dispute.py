"""`sanzhi demo --outcome dispute`: the disagreement between the first opinion and the gate.

Lives here: the order of the steps and what is said of each. Must not: what people say and decide
in it (`compose.disputing`).
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sanzhi_desktop.compose.journey import Journey


def settle(journey: "Journey", log: Any) -> tuple[dict[str, bytes], bool]:
    """From the objection to the meeting's result: the signed papers by file name, and whether the
    result opened the gate by itself. Otherwise the case is submitted again."""
    from sanzhi_desktop.compose.disputing import Disagreement, SampleMeeting

    way, meeting = Disagreement(journey), SampleMeeting(journey)
    papers: dict[str, bytes] = {}
    journey.clock.advance(hours=2)
    with log.step("承办机构提出异议，审核人逐项答复") as note:
        way.object(note)
    with log.step("协商沟通") as note:
        way.consult(note)
    with log.step("双方意见对照表：定稿，承办人、审核人签名"):
        papers["disagreement.pdf"] = way.record()
    with log.step("承办机构负责人提请集体讨论"):
        way.escalate()
    with log.step("集体讨论：点名、汇报、发言、表决、决定") as note:
        meeting_id = meeting.meet(note)
    with log.step("集体讨论笔录：记录人制作，出席人员逐人签名，主持人最后签名"):
        papers["minutes.pdf"] = meeting.minute(meeting_id)
    with log.step("登记集体讨论结果") as note:
        cleared = way.conclude(meeting_id)
        note("依规则放行" if cleared else "不能代替审核通过，再次送审")
    if not cleared:
        with log.step("承办机构逐条答复，再次送审"):
            way.again()
    return papers, cleared


def sheet(journey: "Journey") -> bytes:
    """责任清单 of the case as it stands, signed by the head."""
    from sanzhi_desktop.compose.disputing import Disagreement

    journey.clock.advance(minutes=30)
    return Disagreement(journey).sheet()
