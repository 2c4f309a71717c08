"""The opinion grown from findings: what was typed stays, what was not follows the answers."""

from dataclasses import replace

import pytest

from sanzhi_desktop.application import drafting
from sanzhi_desktop.application.drafting import Draft, Findings
from sanzhi_desktop.domain.case import AnswerRow, CaseFault
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Answer, Dimension, Outcome
from sanzhi_desktop.resources import checklists, profiles
from sanzhi_desktop.resources.wording import wording

ITEMS = checklists.shipped().applicable(Kind.PENALTY, {"national", "shucheng"})


def findings(*failing: AnswerRow) -> Findings:
    answers = {item.id: AnswerRow(item.id, Answer.CONFORMS) for item in ITEMS}
    answers.update({row.item_id: row for row in failing})
    return Findings(Kind.PENALTY, frozenset({"national", "shucheng"}), ITEMS, answers)


FAILED = AnswerRow("D06", Answer.FAILS, "复印件没有核对人签名。", "第12页")


def grow(draft: Draft, found: Findings, first: int = 1) -> Draft:
    return drafting.grow(draft, findings=found, wording=wording(), first_number=first)


def test_a_clean_checklist_gives_a_clean_opinion() -> None:
    draft = grow(Draft(), findings())
    assert draft.problems == ()
    assert draft.opening == wording().openings[Outcome.AGREE]
    assert str(len(ITEMS)) in draft.reasons
    assert set(draft.dimensions) == set(Dimension)


def test_what_is_not_reviewed_yet_does_not_claim_to_be() -> None:
    nothing = Findings(Kind.PENALTY, frozenset({"national"}), ITEMS, {})
    assert set(grow(Draft(), nothing).dimensions.values()) == {"（尚未审核）"}


def test_a_failed_item_becomes_a_numbered_problem_with_its_article() -> None:
    draft = grow(Draft(outcome=Outcome.CORRECT), findings(FAILED), first=4)
    (problem,) = draft.problems
    assert (problem.number, problem.finding, problem.evidence) == (4, FAILED.note, "第12页")
    assert "第十条" in problem.basis
    assert problem.suggestion
    assert "复印件没有核对人签名" in draft.dimensions[Dimension.EVIDENCE]


def test_agreement_beside_a_failed_item_does_not_claim_that_all_is_well() -> None:
    draft = grow(Draft(outcome=Outcome.AGREE), findings(FAILED))
    assert draft.opening == wording().findings["agree_with_problems"]
    assert len(draft.problems) == 1


def test_what_was_typed_is_not_grown_over() -> None:
    typed = grow(Draft(), findings()).edit(reasons="本人写的理由。")
    assert grow(typed, findings(FAILED)).reasons == "本人写的理由。"
    assert grow(replace(typed, edited=frozenset()), findings()).reasons != "本人写的理由。"


def test_an_edited_problem_keeps_its_words_and_takes_its_new_number() -> None:
    draft = grow(Draft(outcome=Outcome.CORRECT), findings(FAILED))
    edited = replace(
        draft,
        problems=(replace(draft.problems[0], suggestion="重新核对。"),),
        edited=frozenset({"problem.D06"}),
    )
    again = grow(edited, findings(FAILED), first=7).problems[0]
    assert (again.number, again.suggestion) == (7, "重新核对。")


def test_an_edited_problem_has_the_evidence_of_its_answer() -> None:
    draft = grow(Draft(outcome=Outcome.CORRECT), findings(FAILED))
    edited = replace(
        draft,
        problems=(replace(draft.problems[0], evidence="旧的页码", suggestion="重新核对。"),),
        edited=frozenset({"problem.D06"}),
    )
    again = grow(edited, findings(replace(FAILED, evidence="证据卷第30页"))).problems[0]
    assert (again.evidence, again.suggestion) == ("证据卷第30页", "重新核对。")


def test_a_draft_survives_json() -> None:
    draft = grow(Draft(outcome=Outcome.CORRECT), findings(FAILED)).edit(closing="结语。")
    assert drafting.draft_from_json(drafting.draft_to_json(draft)) == draft
    assert drafting.draft_from_json({}) == Draft()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"outcome": Outcome.CHANGE}, CaseFault.OUTCOME_UNKNOWN),
        ({"reasons": " "}, CaseFault.REASONS_MISSING),
        ({"problems": ()}, CaseFault.PROBLEMS_NONE),
        ({"outcome": Outcome.TRANSFER_CRIME}, CaseFault.FIELD_MISSING),
    ],
)
def test_an_incomplete_draft_is_refused(change: dict[str, object], code: CaseFault) -> None:
    draft = grow(Draft(outcome=Outcome.CORRECT), findings(FAILED))
    with pytest.raises(DomainError) as caught:
        drafting.check_draft(
            replace(draft, **change),  # type: ignore[arg-type]
            profile=profiles.shipped("shucheng"),
        )
    assert caught.value.code is code


def test_a_problem_without_evidence_is_refused() -> None:
    draft = grow(Draft(outcome=Outcome.CORRECT), findings(replace(FAILED, evidence="")))
    with pytest.raises(DomainError) as caught:
        drafting.check_draft(draft, profile=profiles.shipped("shucheng"))
    assert caught.value.facts["field"] == "problem.evidence"
