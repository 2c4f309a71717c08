"""问题处理表: each problem through all rounds, what the unit did, whether the reviewer found it
solved, what the meeting decided. Nothing falls out between rounds.

Lives here: working the marks out of the checklist and laying the rows side by side. Must not:
printing; the other papers of a disagreement.
"""

from collections.abc import Mapping

from sanzhi_desktop.application.dispute_papers import RULING_NAMES
from sanzhi_desktop.domain.case import AnswerRow, Case
from sanzhi_desktop.domain.dispute import Dispute
from sanzhi_desktop.domain.dispute_papers import MatrixRow, RoundTreatment
from sanzhi_desktop.domain.opinion import Answer, EarlierProblem, ProblemMark

_NOT_ASKED = "本轮审核表没有该项目，视为未解决"


def marks_of(case: Case, answers: Mapping[str, AnswerRow]) -> tuple[ProblemMark, ...]:
    """Every problem of an earlier round as the running review found it: solved when its own check
    item is answered otherwise than 不符合. The reviewer's note on the item goes along."""
    found = []
    for problem in case.problems:
        if problem.round >= case.round:
            continue
        row = answers.get(problem.item_id)
        solved = row is not None and row.answer is not Answer.FAILS
        note = row.note if row is not None else _NOT_ASKED
        found.append(ProblemMark(case.round, problem.number, solved, note))
    return tuple(found)


def earlier_problems(case: Case, marks: tuple[ProblemMark, ...]) -> tuple[EarlierProblem, ...]:
    """The problems of earlier rounds as the opinion prints them."""
    solved = {m.number: m.solved for m in marks if m.round == case.round}
    return tuple(
        EarlierProblem(p.round, p.number, p.finding, p.response, solved.get(p.number))
        for p in case.problems
        if p.round < case.round
    )


def matrix_rows(
    case: Case, dispute: Dispute, marks: tuple[ProblemMark, ...]
) -> tuple[MatrixRow, ...]:
    """Every problem of an earlier round with what became of it since. `marks`: those of the
    running review, which stand nowhere yet."""
    known = {(m.round, m.number): m for m in (*case.marks, *marks)}
    return tuple(
        MatrixRow(
            number=p.number,
            item_id=p.item_id,
            raised_in=p.round,
            finding=p.finding,
            treatments=tuple(
                _treatment(round_.round, p.response, known.get((round_.round, p.number)))
                for round_ in case.rounds
                if p.round < round_.round <= case.round
            ),
            meeting=ruled(dispute, p.round, p.number),
        )
        for p in case.problems
        if p.round < case.round
    )


def _treatment(round_: int, response: str, mark: ProblemMark | None) -> RoundTreatment:
    return RoundTreatment(
        round=round_,
        action=response,
        accepted=mark.solved if mark else None,
        note=mark.note if mark else "",
    )


def ruled(dispute: Dispute, round_: int, number: int) -> str:
    """What the meeting decided on a problem, in words; "" when none did."""
    result = dispute.result(round_)
    point = next((p for p in result.points if p.number == number), None) if result else None
    if result is None or point is None:
        return ""
    words = f"{result.meeting_name}（{result.held_on:%Y-%m-%d}）：{RULING_NAMES[point.ruling]}"
    return f"{words}。{point.content}" if point.content else words
