"""What the papers say and where, read back from the laid-out PDF."""

import io
from dataclasses import replace
from pathlib import Path

import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sanzhi_desktop.documents.blocks import (
    Document,
    Face,
    Heading,
    LaidOut,
    Paragraph,
    Run,
    SignatureBlock,
    Table,
)
from sanzhi_desktop.documents.content import (
    correction_document,
    opinion_document,
    return_document,
    submission_document,
)
from sanzhi_desktop.documents.content.phrases import chinese_date, numeral, sentence_end
from sanzhi_desktop.documents.fonts import FontFault, bundled_faces, clean
from sanzhi_desktop.documents.pdfa import to_pdfa
from sanzhi_desktop.documents.typeset import lay_out
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.opinion import OpinionPaper, Outcome
from tests.documents.pages import chars, rows, squeezed, whole
from tests.documents.sample_papers import (
    CASE,
    agreeing,
    correcting,
    correction,
    returning,
    submission,
)

FACES = bundled_faces()
GOLDEN = Path(__file__).parent / "golden"


def laid(paper: OpinionPaper) -> LaidOut:
    return lay_out(opinion_document(paper), FACES)


def headings(document: Document) -> list[str]:
    return [block.text for block in document.blocks if isinstance(block, Heading)]


def paragraph_texts(document: Document) -> list[str]:
    return [
        "".join(item.text for item in block.content if isinstance(item, Run))
        for block in document.blocks
        if isinstance(block, Paragraph)
    ]


def test_agreement_has_its_parts_in_order_and_all_places() -> None:
    document = opinion_document(agreeing())
    top = [text for text in headings(document) if "、" in text[:2]]
    assert top == ["一、送审事项", "二、审核情况", "三、审核结论", "四、提示事项"]
    assert len(headings(document)) == 4 + 8
    places = lay_out(document, FACES).places
    assert set(places) == {"number", "date", "sig:Reviewer", "sig:Head", "qr"}
    assert places["number"].page == 0


def test_number_and_date_are_empty_for_the_fields_and_text_in_the_copy() -> None:
    plain = whole(laid(agreeing()).pdf)
    assert "法审〔" not in plain
    copy = opinion_document(agreeing(), number="南法审〔2026〕37号", dated="2026年11月21日")
    laid_out = lay_out(copy, FACES)
    assert "南法审〔2026〕37号" in whole(laid_out.pdf)
    assert "number" not in laid_out.places
    assert "date" not in laid_out.places


def test_everything_of_the_paper_is_printed() -> None:
    paper = correcting()
    found = squeezed(whole(laid(paper).pdf))
    wanted = [paper.title, paper.addressee, paper.facts, paper.proposed_decision, paper.party,
              paper.party_number, paper.closing, paper.deadline_basis, paper.reviewer,
              paper.seal_name, paper.same_person_reason, paper.opening,
              *paper.reminders]  # fmt: skip
    for problem in paper.problems:
        wanted += [problem.finding, problem.basis, problem.evidence, problem.suggestion]
        wanted.append(f"问题{problem.number}（")
    for earlier in paper.earlier:
        wanted += [earlier.finding, earlier.answer]
    for review in paper.dimensions:
        wanted += [review.title, review.text]
    for material in paper.materials:
        wanted += [material.name, material.sha256]
    for line in paper.checklist:
        wanted += [line.item_id, line.text, line.basis, line.note]
    for text in wanted:
        assert squeezed(text) in found, text


def test_the_earlier_round_says_what_became_of_each_problem() -> None:
    texts = paragraph_texts(opinion_document(correcting()))
    assert any("已由负责人补签" in text and "已经处理" in text for text in texts)
    assert any("重新询问" in text and "尚未处理到位" in text for text in texts)


def test_an_opening_with_a_colon_stands_before_what_it_announces() -> None:
    texts = paragraph_texts(opinion_document(correcting()))
    at = texts.index(correcting().opening)
    assert texts[at + 1].startswith("问题3（执法程序）：")
    bare = replace(correcting(), problems=(), outcome=Outcome.NO_PENALTY, opening="理由如下：")
    texts = paragraph_texts(opinion_document(bare))
    assert texts[texts.index("理由如下：") + 1] == bare.reasons


def test_a_transfer_names_the_organ_in_the_conclusion() -> None:
    paper = replace(agreeing(), outcome=Outcome.TRANSFER_CRIME, transfer_to="某市公安局")
    assert any("拟移送某市公安局" in text for text in paragraph_texts(opinion_document(paper)))


def test_same_person_is_printed_only_with_its_reason() -> None:
    assert not any("同一人" in text for text in paragraph_texts(opinion_document(agreeing())))
    texts = paragraph_texts(opinion_document(correcting()))
    assert any("同一人，理由：" in text for text in texts)


def test_a_head_not_yet_known_leaves_the_place_for_the_name() -> None:
    assert "signer" in laid(correcting()).places
    assert "签发人：李某" in whole(laid(agreeing()).pdf)


@pytest.mark.parametrize(
    ("paper", "label"),
    [
        (replace(agreeing(), materials=()), "附件：重大"),
        (replace(agreeing(), checklist=()), "附件：送审"),
        (agreeing(), "附件：1. "),
    ],
)
def test_attachments_are_listed_before_the_signature(paper: OpinionPaper, label: str) -> None:
    document = opinion_document(paper)
    end = next(n for n, block in enumerate(document.blocks) if isinstance(block, SignatureBlock))
    before = Document("", "", "", document.blocks[:end])
    assert any(text.startswith(label) for text in paragraph_texts(before))


def test_an_opinion_without_annexes_lists_none() -> None:
    document = opinion_document(replace(agreeing(), materials=(), checklist=()))
    assert not any(text.startswith("附件") for text in paragraph_texts(document))


def test_checklist_rows_stand_below_their_dimension() -> None:
    paper = correcting()
    table = [b for b in opinion_document(paper).blocks if isinstance(b, Table)][-1]
    groups = [row for row in table.rows if len(row) == 1]
    assert len(groups) == len({line.dimension for line in paper.checklist})
    assert len(table.rows) == len(groups) + len(paper.checklist)


def test_the_body_pages_look_as_they_were_approved() -> None:
    """Line by line; made with the bundled fonts. A wanted change is a new golden file."""
    laid_out = lay_out(opinion_document(replace(correcting(), mark="样例")), FACES)
    body = chars(laid_out.pdf)[: laid_out.places["sig:Head"].page + 1]
    text = "\n".join(
        line for page in body for line in [*rows(page, size=22), *rows(page, size=16), "\f"]
    )
    assert text == (GOLDEN / "opinion-correct.txt").read_text("utf-8").rstrip("\n")


def test_the_submission_form_holds_every_field() -> None:
    paper = submission()
    laid_out = lay_out(submission_document(paper), FACES)
    found = squeezed(whole(laid_out.pdf))
    case = paper.submission
    for text in (case.name, case.file_number, case.agency, case.unit, case.facts, case.defence,
                 case.catalogue_item, case.party.name, case.party.number, case.party.address,
                 case.party.legal_representative, case.proposed_decision, case.discretion_tier,
                 "122,624元", "NC0123456", "NC0123457", "2026年12月1日", paper.number,
                 *case.violated_provisions, *case.penalty_basis, *paper.criteria,
                 *(material.name for material in paper.materials),
                 "当事人未申请听证", "真实、准确、完整", paper.unit_opinion, paper.unit_head):  # fmt: skip
        assert squeezed(text) in found, text
    assert "sig:UnitHead" in laid_out.places
    assert laid_out.pages == 2


def test_an_empty_submission_form_can_be_printed_as_well() -> None:
    paper = submission()
    bare = replace(paper, submission=type(paper.submission)(), materials=(), criteria=())
    assert lay_out(submission_document(bare), FACES).pages >= 1


def test_the_correction_notice_says_what_until_when_and_what_the_clock_does() -> None:
    found = squeezed(whole(lay_out(correction_document(correction()), FACES).pdf))
    for text in ("1.建设工程造价鉴定意见书：缺鉴定人签名页。", "2.听证告知书送达回证。",
                 "2026年11月20日前", "审核期限自收到齐全的补正材料之日起计算", "签收人：",
                 "不得作出该项决定"):  # fmt: skip
        assert text in found
    own = replace(correction(), clock_note="补正期间不计入审核期限。")
    found = squeezed(whole(lay_out(correction_document(own), FACES).pdf))
    assert "补正期间不计入审核期限。" in found
    assert "退回送审材料" not in found
    open_period = replace(correction(), due=None)
    assert "尽快补正" in squeezed(whole(lay_out(correction_document(open_period), FACES).pdf))


def test_the_return_letter_says_why() -> None:
    laid_out = lay_out(return_document(returning()), FACES)
    found = squeezed(whole(laid_out.pdf))
    for text in ("不属于本机构法制审核范围", "罚款50元", "目录清单", "南法退〔2026〕3号",
                 "2026年11月18日"):  # fmt: skip
        assert text in found
    assert "number" not in laid_out.places


def test_dates_numerals_and_stops() -> None:
    assert chinese_date(agreeing().received) == "2026年11月16日"
    assert [numeral(n) for n in (1, 9, 10, 11, 20, 42)] == [
        "一",
        "九",
        "十",
        "十一",
        "二十",
        "四十二",
    ]
    assert sentence_end("同意") == "同意。"
    assert sentence_end("同意。") == "同意。"
    assert sentence_end("《办法》") == "《办法》"
    assert sentence_end(" ") == ""


def test_party_text_is_taken_as_text() -> None:
    paper = replace(agreeing(), party="<b>某&公司</b>\\n(x)")
    assert "<b>某&公司</b>\\n(x)" in squeezed(whole(laid(paper).pdf))
    assert CASE in whole(laid(paper).pdf)


ANY_TEXT = st.text(
    alphabet=st.one_of(
        st.sampled_from("审核案，。（）《》—…a1 \n\t　①㎡䶮龍"),
        st.characters(min_codepoint=0x20, max_codepoint=0x9FFF),
        st.characters(min_codepoint=0xE000, max_codepoint=0x2CFFF),
    ),
    max_size=120,
)


@settings(max_examples=40)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_text_is_printed_or_refused_by_name(first: str, second: str, third: str) -> None:
    paper = replace(
        agreeing(), title=f"题{first}", facts=second, reasons=third, seal_name=f"局{first[:30]}",
        materials=(), checklist=agreeing().checklist[:2],
    )  # fmt: skip
    used = {(char, Face.TITLE) for char in clean(first)}
    used |= {(char, Face.BODY) for char in clean(first[:30] + second + third)}
    printable = all(FACES.printer(char, role) for char, role in used if char != "\n")
    if printable:
        laid_out = laid(paper)
        assert laid_out.pages >= 3
        assert set(laid_out.places) == {"number", "date", "sig:Reviewer", "sig:Head", "qr"}
        return
    with pytest.raises(DomainError) as caught:
        laid(paper)
    assert caught.value.code is FontFault.NO_GLYPH
    assert caught.value.facts["character"] in first + second + third


def test_half_a_character_is_refused_like_any_other() -> None:
    with pytest.raises(DomainError) as caught:
        laid(replace(agreeing(), facts="当事人\ud83d某"))
    assert caught.value.code is FontFault.NO_GLYPH


def test_papers_become_pdf_a() -> None:
    plain = lay_out(opinion_document(replace(agreeing(), checklist=())), FACES).pdf
    converted = to_pdfa(plain)
    with pikepdf.open(io.BytesIO(converted)) as pdf:
        assert pdf.open_metadata().pdfa_status == "2B"
    assert whole(converted) == whole(plain)
