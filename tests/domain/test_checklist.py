"""The rules of the checklist on items made for the test."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sanzhi_desktop.domain.case import AnswerRow
from sanzhi_desktop.domain.checklist import (
    Checklist,
    ChecklistFault,
    Citation,
    CitedDocument,
    Item,
    Override,
    permits,
    problems,
    progress,
    review_order,
    ruled_out,
    suggested,
)
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome, Weight

LAW = CitedDocument("法", "《法》", "某法", kinds=frozenset({Kind.PENALTY}))
LOCAL = CitedDocument("地方", "地方规定", "某地规定", layer="place")


def item(code: str, weight: Weight, dimension: Dimension, layers: tuple[str, ...] = ()) -> Item:
    return Item(
        id=code,
        dimension=dimension,
        text=f"{code}符合",
        kinds=frozenset({Kind.PENALTY, Kind.PERMIT}),
        weight=weight,
        basis=(Citation(LAW, ("第一条", "第二条")), Citation(LOCAL)),
        finding=f"{code}不符合",
        suggestion=f"改{code}",
        layers=frozenset(layers),
    )


ITEMS = (
    item("F1", Weight.FORMAL, Dimension.DOCUMENTS),
    item("C1", Weight.VETO, Dimension.PROCEDURE),
    item("D1", Weight.VETO, Dimension.EVIDENCE),
    item("A1", Weight.SERIOUS, Dimension.SUBJECT),
    item("G1", Weight.VETO, Dimension.TRANSFER),
    item("L1", Weight.SERIOUS, Dimension.LAW, ("place",)),
)
LIST = Checklist("1", ITEMS)
HERE = LIST.applicable(Kind.PENALTY, {"place"})
CODES = [i.id for i in HERE]
ALL = tuple(Outcome)


def answers(**given: Answer) -> list[AnswerRow]:
    return [
        AnswerRow(code, given.get(code, Answer.CONFORMS), "问题" if code in given else "", "第3页")
        for code in CODES
    ]


@pytest.mark.parametrize("answer", list(Answer))
@pytest.mark.parametrize(("note", "complete"), [("  ", False), ("未达到追诉标准", True)])
def test_a_reasoned_item_needs_its_reason_whatever_the_answer(
    answer: Answer, note: str, complete: bool
) -> None:
    crime = replace(item("G1", Weight.VETO, Dimension.TRANSFER), reasoned=True)
    assert progress([crime], [AnswerRow("G1", answer, note, "第3页")]).complete is complete
    plain = replace(crime, reasoned=False)
    silent = progress([plain], [AnswerRow("G1", answer, "", "第3页")]).complete
    assert silent is (answer is not Answer.FAILS)


def test_items_by_kind_and_layer_in_printed_order() -> None:
    assert CODES == ["A1", "C1", "D1", "L1", "F1", "G1"]
    assert [i.id for i in LIST.applicable(Kind.PERMIT, set())] == ["A1", "C1", "D1", "F1", "G1"]
    assert LIST.applicable(Kind.FEE, {"place"}) == ()
    assert [i.id for i in review_order(HERE)] == ["C1", "D1", "G1", "A1", "L1", "F1"]


def test_unknown_item() -> None:
    assert LIST.item("C1").weight is Weight.VETO
    with pytest.raises(DomainError) as caught:
        LIST.item("Z9")
    assert caught.value.code is ChecklistFault.UNKNOWN_ITEM


def test_basis_names_what_governs() -> None:
    one = LIST.item("C1")
    assert one.basis_text(Kind.PENALTY, ()) == "《法》第一条、第二条"
    assert one.basis_text(Kind.PENALTY, {"place"}) == "《法》第一条、第二条；地方规定"
    assert one.basis_text(Kind.PERMIT, {"place"}) == "地方规定"
    assert one.basis_text(Kind.PERMIT, ()) == "参照《法》第一条、第二条"


def test_progress_names_what_blocks() -> None:
    begun = progress(HERE, [AnswerRow("D1", Answer.CONFORMS)])
    assert (begun.total, begun.answered) == (6, 1)
    assert begun.unanswered_vetoes == ("C1", "G1")
    assert begun.unanswered == ("A1", "L1", "F1")
    assert not begun.complete
    assert progress(HERE, answers()).complete


@pytest.mark.parametrize(
    ("note", "evidence", "complete"),
    [("问题", "第1页", True), ("  ", "第1页", False), ("问题", "", False), ("", "", False)],
)
def test_a_failure_needs_finding_and_evidence(note: str, evidence: str, complete: bool) -> None:
    rows = [r for r in answers() if r.item_id != "C1"]
    rows.append(AnswerRow("C1", Answer.FAILS, note, evidence))
    found = progress(HERE, rows)
    assert found.complete is complete
    if not complete:
        assert found.incomplete[0].item_id == "C1"
        assert found.incomplete[0].finding == (not note.strip())
        assert found.incomplete[0].evidence == (not evidence.strip())


def test_foreign_and_double_answers_are_refused() -> None:
    for rows, code in (
        ([AnswerRow("X1", Answer.CONFORMS)], ChecklistFault.NOT_APPLICABLE_HERE),
        ([AnswerRow("C1", Answer.CONFORMS)] * 2, ChecklistFault.ANSWERED_TWICE),
    ):
        with pytest.raises(DomainError) as caught:
            progress(HERE, rows)
        assert caught.value.code is code


def test_a_failed_veto_rules_out_agreement_only() -> None:
    rows = answers(C1=Answer.FAILS, A1=Answer.FAILS)
    assert ruled_out(Outcome.AGREE, HERE, rows) == ("C1",)
    assert all(permits(o, HERE, rows) for o in Outcome if o is not Outcome.AGREE)
    assert permits(Outcome.AGREE, HERE, answers(A1=Answer.FAILS, C1=Answer.MINOR))


def test_the_override_needs_a_reason_and_a_second_person() -> None:
    rows = answers(C1=Answer.FAILS)
    assert permits(Outcome.AGREE, HERE, rows, override=Override("理由", "rev", "head"))
    for override, code in (
        (Override(" ", "rev", "head"), ChecklistFault.OVERRIDE_REASON),
        (Override("理由", "rev", ""), ChecklistFault.OVERRIDE_SIGNER),
        (Override("理由", "rev", "rev "), ChecklistFault.OVERRIDE_SIGNER),
    ):
        with pytest.raises(DomainError) as caught:
            permits(Outcome.AGREE, HERE, rows, override=override)
        assert caught.value.code is code


def test_problems_run_on_in_printed_order() -> None:
    rows = answers(G1=Answer.FAILS, A1=Answer.FAILS, D1=Answer.FAILS)
    found = problems(HERE, rows, start=7, kind=Kind.PENALTY, layers={"place"})
    assert [(p.number, p.item_id) for p in found] == [(7, "A1"), (8, "D1"), (9, "G1")]
    assert found[0].finding == "问题"
    assert found[0].basis == "《法》第一条、第二条；地方规定"
    assert found[0].evidence == "第3页"
    assert found[0].suggestion == "改A1"
    bare = [AnswerRow("A1", Answer.FAILS)]
    (default,) = problems(HERE, bare, start=1, kind=Kind.PENALTY, layers={"place"})
    assert default.finding == "A1不符合"


@pytest.mark.parametrize(
    ("failing", "allowed", "expected"),
    [
        ((), ALL, Outcome.AGREE),
        (("C1",), ALL, Outcome.CORRECT),
        (("D1",), ALL, Outcome.SUPPLEMENT),
        (("L1",), ALL, Outcome.CHANGE),
        (("C1", "D1"), ALL, Outcome.SUPPLEMENT),
        (("C1", "G1", "A1"), ALL, Outcome.TRANSFER_CRIME),
        (("D1",), (Outcome.AGREE, Outcome.CORRECT), Outcome.CORRECT),
        (("D1", "G1"), (Outcome.AGREE, Outcome.PROBLEM), Outcome.PROBLEM),
        (("A1",), (Outcome.AGREE, Outcome.CORRECT, Outcome.TRANSFER_ADMIN), Outcome.TRANSFER_ADMIN),
    ],
)
def test_the_conclusion_that_fits(
    failing: tuple[str, ...], allowed: tuple[Outcome, ...], expected: Outcome
) -> None:
    rows = answers(**dict.fromkeys(failing, Answer.FAILS))
    assert suggested(HERE, rows, allowed) is expected


@given(st.dictionaries(st.sampled_from(CODES), st.sampled_from(Answer)))
def test_every_failure_is_exactly_one_problem(given_answers: dict[str, Answer]) -> None:
    rows = [AnswerRow(code, value, "问题", "页") for code, value in given_answers.items()]
    found = problems(HERE, rows, start=1, kind=Kind.PENALTY, layers={"place"})
    assert {p.item_id for p in found} == {c for c, a in given_answers.items() if a is Answer.FAILS}
    assert [p.number for p in found] == list(range(1, len(found) + 1))
    vetoed = any(LIST.item(p.item_id).weight is Weight.VETO for p in found)
    assert permits(Outcome.AGREE, HERE, rows) is not vetoed
    assert progress(HERE, rows).complete is (len(rows) == len(HERE))
    if found:
        assert suggested(HERE, rows, ALL) is not Outcome.AGREE
