"""What the papers of a disagreement say and how they stand on their pages."""

import io
import os
from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import combinations
from pathlib import Path

import docx
import pypdfium2
import pytest
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from sanzhi_desktop.documents.blocks import Document, LaidOut, Place
from sanzhi_desktop.documents.content import (
    disagreement_document,
    minutes_document,
    opinion_document,
    responsibility_document,
)
from sanzhi_desktop.documents.docx import write_docx
from sanzhi_desktop.documents.fonts import bundled_faces
from sanzhi_desktop.documents.typeset import lay_out
from sanzhi_desktop.documents.typeset.geometry import Sheet, load_sheet
from sanzhi_desktop.domain.dispute_papers import (
    GateEffect,
    Member,
    MinutesPaper,
    RoundTreatment,
    Signatory,
    UnitView,
)
from tests.documents import dispute_samples as samples
from tests.documents.pages import Char, chars, squeezed
from tests.documents.sample_papers import correcting

FACES = bundled_faces()
GOLDEN = Path(__file__).parent / "golden"
WIDE = load_sheet(form=True, wide=True)
DOCUMENTS = {
    "record": disagreement_document(samples.record()),
    "minutes": minutes_document(samples.minutes(3, 2)),
    "responsibility": responsibility_document(samples.responsibility()),
}


def laid(document: Document) -> LaidOut:
    return lay_out(document, FACES)


def said(document: Document) -> str:
    """All that stands in the type area, in drawing order: no page numbers, no marks."""
    sheet = load_sheet(document.form, wide=document.wide)
    low, high = sheet.base - sheet.text_height, sheet.base
    return squeezed(
        "".join(
            char.text
            for page in chars(laid(document).pdf)
            for char in page
            if low - 1 < char.y < high
        )
    )


def lines(page: list[Char]) -> list[str]:
    """Every line of a page, top down, cells of one height side by side."""
    found: dict[int, list[Char]] = {}
    for char in page:
        found.setdefault(round(char.y), []).append(char)
    return [
        "".join(char.text for char in sorted(found[y], key=lambda char: char.x))
        for y in sorted(found, reverse=True)
    ]


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_pages_look_as_they_were_approved(name: str) -> None:
    """Line by line; made with the bundled fonts. A wanted change is a new golden file, written
    with SANZHI_GOLDEN=1 and looked at before it is kept."""
    pages = chars(laid(DOCUMENTS[name]).pdf)
    text = "\n".join(line for page in pages for line in [*lines(page), "\f"])
    golden = GOLDEN / f"dispute-{name}.txt"
    if os.environ.get("SANZHI_GOLDEN"):
        golden.write_text(text + "\n", "utf-8")
    assert text == golden.read_text("utf-8").rstrip("\n")


# --- both opinions side by side


def test_the_record_says_everything_of_both_sides() -> None:
    paper = samples.record()
    found = said(disagreement_document(paper))
    case = paper.case
    wanted = [case.case_name, case.file_number, case.party, case.facts, case.proposed_decision,
              case.opinion_number, case.outcome_name, *case.handlers, case.reviewer,
              paper.meeting_name, "2026年11月25日（第1版）", *paper.expert_advice]  # fmt: skip
    for rule in paper.route:
        wanted += [rule.text, rule.source]
    for point in paper.points:
        review, unit = point.review, point.objection
        wanted += [point.item_id, point.item, point.article, review.finding, review.basis]
        wanted += [review.evidence, review.suggestion, point.reply_name, point.reply]
        wanted += [point.consultation, point.agreed, point.remaining]
        wanted += [unit.reasons, unit.basis, unit.evidence] if unit else ["对本问题没有异议"]
    for text in wanted:
        assert squeezed(text) in found, text


def test_the_two_sides_stand_beside_each_other() -> None:
    (page,) = [
        page for page in chars(laid(DOCUMENTS["record"]).pdf)
        if "变更后未重新告知当事人" in squeezed("".join(char.text for char in page))
    ]  # fmt: skip
    text = "".join(char.text for char in page)
    left, right = (
        page[text.index("《行政处罚事先告知书》")],
        page[text.index("变更后的罚款数额低于")],
    )
    assert left.y == pytest.approx(right.y)
    assert left.x < WIDE.width / 2 < right.x + 40


def test_the_result_counts_what_remains() -> None:
    found = said(DOCUMENTS["record"])
    assert "共3个问题：承办机构提出异议2个" in found
    assert "没有异议2个，仍有分歧1个（问题3）。" in found
    settled = tuple(replace(point, remaining="") for point in samples.points())
    found = said(disagreement_document(replace(samples.record(), points=settled)))
    assert "没有异议3个，仍有分歧0个。" in found


def test_each_problem_stands_whole_on_a_page_in_type_for_a_projector() -> None:
    pages = chars(laid(DOCUMENTS["record"]).pdf)
    for point in samples.points():
        title = f"问题{point.number}"
        at = [page for page in pages if any(line == title for line in lines(page))]
        assert len(at) == 1
        text = squeezed("".join(char.text for char in at[0]))
        for part in (point.review.finding, point.review.suggestion, point.remaining):
            assert squeezed(part) in text
        assert min(char.size for char in at[0] if char.size != 12) >= 14  # 12: the mark


def test_a_problem_longer_than_a_page_runs_on_and_loses_nothing() -> None:
    long = "承办机构认为审核意见所依据的事实认定与在案证据不符，理由逐条说明如下；" * 40
    first = samples.points()[0]
    point = replace(first, objection=UnitView(long, "《行政处罚法》第五十四条"))
    document = disagreement_document(replace(samples.record(), points=(point,)))
    laid_out = laid(document)
    column = squeezed(_column(laid_out, WIDE)).replace("承办机构意见", "")  # again on each page
    assert squeezed(long) in column
    continued = [lines(page)[:2] for page in chars(laid_out.pdf)[2:4]]
    assert [head for head, _ in continued] == ["演示文书，不具有法律效力"] * 2
    assert [head for _, head in continued] == ["事项审核机构意见承办机构意见"] * 2
    assert said(document).count("意见和理由") == 4  # once on each page the row reaches
    _demand_inside(laid_out, WIDE)


def _column(laid_out: LaidOut, sheet: Sheet) -> str:
    """What stands in the right half of all pages, line by line."""
    middle = sheet.left + sheet.text_width * 6.5 / 11.5
    return "".join(
        line
        for page in chars(laid_out.pdf)
        for line in lines([char for char in page if char.x >= middle and char.size == 16])
    )


def test_a_settled_problem_says_so_without_words_of_its_own() -> None:
    point = replace(samples.points()[1], agreed="")
    found = said(disagreement_document(replace(samples.record(), points=(point,))))
    assert "本问题双方已达成一致" in found


def test_the_sheet_lies_across_in_pdf_and_word() -> None:
    laid_out = laid(DOCUMENTS["record"])
    assert laid_out.places["sig:Handler"].right <= WIDE.width
    section = docx.Document(io.BytesIO(write_docx(DOCUMENTS["record"]))).sections[0]
    assert section.orientation is WD_ORIENT.LANDSCAPE
    assert section.page_width is not None
    assert section.page_height is not None
    assert section.page_width > section.page_height


# --- the minutes


def test_the_minutes_say_who_met_and_what_was_said_in_order() -> None:
    paper = samples.minutes(3)
    found = said(minutes_document(paper))
    item = paper.items[0]
    wanted = ["局长办公会集体讨论笔录", paper.number, "2026年11月27日9时00分至10时40分", paper.place,
              "主持人：苏明哲（局长）", "记录人：林知远（办公室文秘）", paper.meeting_rule.source,
              "代理依据：南人任〔2026〕12号，代理期间2026年10月1日至2026年12月31日",
              "施某（副局长），在市委党校学习", "应到6人，实到4人", "应有4人以上出席",
              "孔某（副局长），系当事人法定代表人的近亲属", item.report, item.record,
              "维持审核意见1票：赵某甲", "弃权1票：钱某乙", *item.expert_advice,
              "其他：承办机构于2026年12月1日前"]  # fmt: skip
    wanted += [statement.text for statement in (*item.statements, *item.minority)]
    for point in item.points:
        wanted += [point.review, point.unit, point.decision_name]
    for text in wanted:
        assert squeezed(text) in found, text
    spoken = [
        found.index(squeezed(f"{who.name}（{who.post}）：{who.text}")) for who in item.statements
    ]
    assert spoken == sorted(spoken)
    assert item.statements[-1].name == paper.chair.name


@pytest.mark.parametrize(
    ("effect", "wanted"),
    [
        (GateEffect.PENALTY, "集体讨论决定不能代替法制审核"),
        (GateEffect.UPHELD, "会议维持审核意见"),
        (GateEffect.AGAIN, "仍应再次报送法制审核"),
        (GateEffect.CLEARS, "可以按照本决定作出执法决定"),
    ],
)
def test_the_minutes_say_what_the_decision_does_to_the_gate(
    effect: GateEffect, wanted: str
) -> None:
    paper = samples.minutes(2)
    item = replace(paper.items[0], effect=effect, effect_source="某规定第九条")
    found = said(minutes_document(replace(paper, items=(item,))))
    assert wanted in found
    assert "依据：某规定第九条。" in found


def test_the_meeting_is_named_as_the_profile_names_it() -> None:
    paper = replace(samples.minutes(2), meeting_name="行政执法机关负责人集体讨论")
    assert minutes_document(paper).title == "行政执法机关负责人集体讨论笔录"
    assert minutes_document(samples.minutes(2)).title == "局长办公会集体讨论笔录"


def test_nobody_absent_no_number_no_minority() -> None:
    paper = samples.minutes(2)
    item = replace(paper.items[0], minority=(), recused=())
    bare = replace(paper, number="", absent=(), guests=(), items=(item,))
    found = said(minutes_document(bare))
    for text in ("缺席人员：无。", "列席人员：无。", "回避：无。", "（四）保留的不同意见无。"):
        assert text in found
    assert "南法议" not in found


def test_a_meeting_over_midnight_says_both_days() -> None:
    paper = replace(samples.minutes(2), ended=datetime(2026, 11, 27, 16, 5, tzinfo=UTC))
    assert "2026年11月27日9时00分至2026年11月28日0时05分" in said(minutes_document(paper))


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (date(2026, 1, 1), None, "自2026年1月1日起代理"),
        (None, date(2026, 12, 31), "代理至2026年12月31日"),
    ],
)
def test_open_ended_acting_periods(start: date | None, end: date | None, wanted: str) -> None:
    paper = samples.minutes(2)
    acting = Member(paper.members[0].signatory, "某文", start, end)
    changed = replace(paper, members=(acting, paper.members[1]))
    assert wanted in said(minutes_document(changed))


@settings(max_examples=12, deadline=None)
@given(members=st.integers(1, 30), items=st.integers(1, 2), long=st.booleans())
def test_places_to_sign_never_touch_text_or_each_other(
    members: int, items: int, long: bool
) -> None:
    paper = samples.minutes(members, items)
    if long:
        last = paper.members[-1]
        who = Signatory(
            "买买提·阿卜杜热西提·艾力", "党委委员、副局长兼某某管理办公室主任", "agency_head"
        )
        paper = replace(paper, members=(*paper.members[:-1], replace(last, signatory=who)))
    _demand_places(paper)


def _demand_places(paper: MinutesPaper) -> None:
    laid_out = laid(minutes_document(paper))
    places = {k: place for k, place in laid_out.places.items() if k.startswith("sig:")}
    assert len(places) == len(paper.members) + 2
    for left, right in combinations(places.values(), 2):
        assert not _overlap(left, right)
    pages = chars(laid_out.pdf)
    for place in places.values():
        assert not [char for char in pages[place.page] if _inside(char, place)]
        assert place.right - place.left > 100
    _demand_inside(laid_out, load_sheet(form=False))


def _overlap(left: Place, right: Place) -> bool:
    return (
        left.page == right.page
        and left.left < right.right
        and right.left < left.right
        and left.bottom < right.top
        and right.bottom < left.top
    )


def _inside(char: Char, place: Place) -> bool:
    return place.left < char.x < place.right and place.bottom < char.y < place.top


def _demand_inside(laid_out: LaidOut, sheet: Sheet) -> None:
    """Text stands in the type area; only the page number and the mark stand outside."""
    low, high = sheet.base - sheet.text_height, sheet.base
    for page in chars(laid_out.pdf):
        for char in page:
            if char.size in (14.0, 12.0) and not low < char.y < high:
                continue
            # An opening bracket that begins a line hangs its blank half out.
            assert sheet.left - char.size / 2 < char.x < sheet.right, char
            assert low - 1 < char.y < high, char


def test_few_people_sign_on_one_page_below_the_words_they_sign() -> None:
    laid_out = laid(minutes_document(samples.minutes(5)))
    pages = {place.page for key, place in laid_out.places.items() if key.startswith("sig:")}
    (page,) = pages
    assert any("以上笔录经宣读（阅看）" in line for line in lines(chars(laid_out.pdf)[page]))


def test_every_page_of_signatures_names_the_minutes() -> None:
    laid_out = laid(minutes_document(samples.minutes(30)))
    pages = {place.page for key, place in laid_out.places.items() if key.startswith("sig:")}
    assert len(pages) > 1
    for page in pages:
        assert "局长办公会集体讨论笔录（南法议〔2026〕4号）签名栏" in lines(
            chars(laid_out.pdf)[page]
        )


# --- the matrix and the sheet


def test_the_final_opinion_carries_the_matrix_as_its_last_annex() -> None:
    paper = replace(correcting(), matrix=samples.matrix())
    found = said(opinion_document(paper))
    assert "3.问题处理表" in found
    last = found[found.index("附件3问题处理表") :]
    assert "共3个问题，已经处理到位1个，由会议决定1个，尚未处理到位1个。" in last
    for row in samples.matrix():
        assert squeezed(f"问题{row.number}（{row.item_id}，第{row.raised_in}轮提出）") in last
        for text in (row.finding, row.meeting, *(t.action for t in row.treatments)):
            assert squeezed(text) in last, text
    for text in ("第2轮提出异议", "卷宗第96页", "尚未处理到位：仍应重新告知。", "尚未报送处理情况"):
        assert text in last


def test_an_opinion_without_matrix_has_no_such_annex() -> None:
    assert "问题处理表" not in said(opinion_document(correcting()))


def test_a_problem_accepted_late_counts_as_settled() -> None:
    row = samples.matrix()[1]
    late = replace(row, treatments=(*row.treatments, RoundTreatment(4, "已重新告知", "", True)))
    found = said(opinion_document(replace(correcting(), matrix=(late,))))
    assert "共1个问题，已经处理到位1个，由会议决定0个，尚未处理到位0个。" in found


def test_the_sheet_says_who_answers_for_what_on_one_page() -> None:
    paper = samples.responsibility()
    assert laid(DOCUMENTS["responsibility"]).pages == 1
    found = said(DOCUMENTS["responsibility"])
    wanted = [paper.number, *paper.punishable, paper.punishable_source, paper.chain_head, "李某"]
    for part in paper.parts:
        wanted += [part.title, part.body, *part.people, *part.duties, part.source]
        for act in part.acts:
            wanted += [act.name, act.act]
    wanted += ["2026-11-16 09:05", "2026-11-27 11:05", "适用的规定没有写明"]
    for text in wanted:
        assert squeezed(text) in found, text


def test_a_long_log_runs_over_pages_and_keeps_its_place_to_sign() -> None:
    paper = samples.responsibility()
    act = paper.parts[0].acts[0]
    long = replace(paper.parts[0], acts=tuple(replace(act, act=f"行为{n}") for n in range(120)))
    laid_out = laid(responsibility_document(replace(paper, parts=(long, *paper.parts[1:]))))
    assert laid_out.pages > 1
    assert laid_out.places["sig:Head"].page == laid_out.pages - 1
    found = squeezed("".join(char.text for page in chars(laid_out.pdf) for char in page))
    assert all(f"行为{n}" in found for n in range(120))
    _demand_inside(laid_out, load_sheet(form=True))


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_copy_has_the_same_characters_as_the_paper(name: str) -> None:
    body = docx.Document(io.BytesIO(write_docx(DOCUMENTS[name]))).element.body
    copy = "".join(node.text or "" for node in body.iter(qn("w:t")))
    assert squeezed(copy) == said(DOCUMENTS[name])


def test_a_case_without_a_two_sided_record_cites_none() -> None:
    paper = samples.minutes(2)
    item = replace(paper.items[0], record="", reporters=(), report="")
    found = said(minutes_document(replace(paper, items=(item,))))
    assert "双方意见：" not in found
    assert "汇报人：" not in found


def test_lines_of_tables_in_the_copy_do_not_stretch_to_those_of_the_page() -> None:
    """Else a problem that one page holds in the paper needs two in the copy."""
    body = docx.Document(io.BytesIO(write_docx(DOCUMENTS["record"]))).element.body
    cells = [node for cell in body.iter(qn("w:tc")) for node in cell.iter(qn("w:pPr"))]
    assert cells
    assert all(node.find(qn("w:snapToGrid")) is not None for node in cells)
    bound = [node for node in cells if node.find(qn("w:keepNext")) is not None]
    assert bound


@pytest.mark.parametrize("times", [1, 6, 16, 60])
def test_no_page_of_the_record_holds_only_what_spilled_over(times: int) -> None:
    """The case stands on the first page in smaller type, or what follows fills the page that it
    reached."""
    facts = "执法人员检查时发现当事人未按规定对安全设备进行经常性维护、保养，现场记录在卷。"
    paper = samples.record()
    paper = replace(paper, case=replace(paper.case, facts=facts * times))
    document = pypdfium2.PdfDocument(laid(disagreement_document(paper)).pdf)
    lengths = [len(page.get_textpage().get_text_range()) for page in document]
    assert min(lengths[:-1]) > 150, lengths
    begins = [
        n
        for n, page in enumerate(document, 1)
        if "二、逐项对照" in page.get_textpage().get_text_range()
    ]
    assert times == 60 or begins == [2]
