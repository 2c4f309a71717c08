"""The catalogue at the desk: in from Excel, out to Excel, changed, filed, published, in force."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import load_workbook
from PySide6.QtWidgets import QLineEdit
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application.intake import asked_materials
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.documents.sheets.catalogue import CatalogueWorkbooks
from sanzhi_desktop.domain import catalogue
from sanzhi_desktop.domain.audit import read_printed
from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.catalogue import CatalogueItem
from sanzhi_desktop.domain.catalogue_words import Limit
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.ui.catalogue.edition_dialog import EditionDialog
from sanzhi_desktop.ui.catalogue.focus import ReviewFocus
from sanzhi_desktop.ui.catalogue.item_dialog import ItemDialog
from sanzhi_desktop.ui.intake_body import IntakeBody
from sanzhi_desktop.ui.intake_page import IntakePage
from sanzhi_desktop.ui.rules.flaws import FaultsDialog
from sanzhi_desktop.ui.rules.publish import PublishDialog
from sanzhi_desktop.ui.rules.workbench import read_own
from sanzhi_desktop.ui.screens.catalogue import CatalogueScreen
from tests.ui.office import Furnished
from tests.ui.seat import Seat, nameless, seat

ITEMS = (
    CatalogueItem(
        "1",
        Kind.PENALTY,
        "对违反安全生产规定的处罚",
        "《中华人民共和国安全生产法》",
        (Limit("罚款", "person", 10_000_50),),
        "department",
        "县级",
        ("申请表", "检查记录（如有）"),
        "裁量是否适当",
    ),
    CatalogueItem("2", Kind.PERMIT, "危险化学品经营许可"),
)


@pytest.fixture
def admin(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, "guanli_01", work) as taken:
        yield taken


@pytest.fixture
def screen(admin: Seat) -> CatalogueScreen:
    made = admin.sit(CatalogueScreen)
    assert isinstance(made, CatalogueScreen)
    return made


@pytest.fixture
def filled(admin: Seat, screen: CatalogueScreen, tmp_path: Path) -> CatalogueScreen:
    """The catalogue of `ITEMS`, imported and not yet published."""
    CatalogueWorkbooks().write(tmp_path / "in.xlsx", ITEMS, office="样例")
    screen.exchange.read_file(tmp_path / "in.xlsx")
    admin.idle()
    return screen


def test_the_preview_says_which_items_came_went_and_changed(
    admin: Seat, filled: CatalogueScreen
) -> None:
    publish(admin, filled, "2026-5")
    new = CatalogueItem("9", Kind.PENALTY, "新的处罚")
    altered = replace(ITEMS[0], thresholds=(Limit("罚款", "any", 20_000_00),))
    filled._take((altered, new))
    admin.idle()
    filled.publish.click()
    dialog = admin.dialog(PublishDialog, filled)
    told = dialog.running.whole.text()
    assert "新增：9 新的处罚" in told
    assert "删去：2 危险化学品经营许可" in told
    assert "修改：1 对违反安全生产规定的处罚（对公民罚款10000.50元以上（含本数）） → 1 " in told
    assert "罚款20000元以上（含本数）" in told


def publish(admin: Seat, screen: CatalogueScreen, edition: str) -> None:
    screen.publish.click()
    dialog = admin.dialog(PublishDialog, screen)
    dialog.form.put({"edition": edition, "from": "2026-09-18"})
    dialog.ok.click()
    admin.idle()


def in_force(admin: Seat) -> catalogue.Catalogue:
    page = read_own(admin.desk.session, admin.desk.work)
    return catalogue.catalogue_of(page.running)


def test_an_office_without_catalogue_is_told_how_to_begin(screen: CatalogueScreen) -> None:
    assert screen.model.rowCount() == 0
    assert "还没有目录清单" in screen.standing.text()
    assert not screen.export.isEnabled()
    assert screen.blank.isVisible()


def test_a_sheet_is_imported_published_and_exported_again(
    admin: Seat, filled: CatalogueScreen, tmp_path: Path
) -> None:
    assert filled.items == ITEMS
    assert filled.unpublished.isVisible()
    assert in_force(admin).items == ()
    publish(admin, filled, "2026-5")
    assert in_force(admin).items == ITEMS
    assert not filled.unpublished.isVisible()
    filled.exchange.write_file(tmp_path / "out.xlsx", filled.items, "样例单位")
    admin.idle()
    sheet = load_workbook(tmp_path / "out.xlsx").active
    assert sheet is not None
    *numbers, foot = [cell.value for cell in sheet["A"][3:]]
    assert numbers == ["1", "2"]
    printed = read_printed(str(foot))
    assert printed is not None
    kept = admin.desk.session.reader.checkpoint("")
    assert kept is not None
    assert (printed.n, printed.begin) == (kept.n, kept.root[:32])
    assert sheet["E4"].value == "对公民罚款10000.50元以上（含本数）"


def test_a_published_item_decides_what_has_to_be_handed_in(
    admin: Seat, filled: CatalogueScreen
) -> None:
    publish(admin, filled, "2026-5")
    profile = read_own(admin.desk.session, admin.desk.work).running
    case = Submission(catalogue_item="1")
    assert [m.name for m in asked_materials(profile, case)] == ["申请表", "检查记录"]
    found = catalogue.item_of(profile, case)
    assert found is not None
    assert found.focus == "裁量是否适当"


def test_a_running_case_keeps_its_edition(
    admin: Seat, filled: CatalogueScreen, office: Furnished
) -> None:
    reader = admin.desk.session.reader
    case = reader.case(office.cases["reviewing"])
    publish(admin, filled, "2026-5")
    again = reader.case(office.cases["reviewing"])
    assert (again.profile_id, again.profile_edition) == (case.profile_id, case.profile_edition)
    kept = admin.desk.work.book.applied(
        reader.profile_applied(again.profile_id, again.profile_edition)
    )
    assert catalogue.catalogue_of(kept).items == ()


def test_a_faulty_sheet_is_listed_by_row_and_column_and_not_taken(
    admin: Seat, screen: CatalogueScreen, tmp_path: Path
) -> None:
    path = tmp_path / "in.xlsx"
    CatalogueWorkbooks().write(path, ITEMS, office="样例")
    book = load_workbook(path)
    sheet = book.active
    assert sheet is not None
    sheet["B4"], sheet["A5"], sheet["E5"] = "行政调解", "1", "罚款5万元"
    book.save(path)
    screen.exchange.read_file(path)
    dialog = admin.dialog(FaultsDialog, screen)
    told = [(fault.place, fault.what) for fault in dialog.model.loaded]
    assert told == [("第 4 行 B 列", "执法类别"), ("第 5 行 E 列", "数额和处罚种类标准")]
    assert "行政调解" in dialog.model.loaded[0].reason
    assert screen.items == ()
    assert not screen.bench.dirty


def test_an_item_is_added_changed_and_deleted(admin: Seat, filled: CatalogueScreen) -> None:
    filled.add.click()
    dialog = admin.dialog(ItemDialog, filled)
    dialog.form.put({"number": "2", "name": "吊销类处罚", "thresholds": "罚款5万元"})
    dialog.ok.click()
    assert "含不含本数" in dialog.form.fields["thresholds"].fault.text()
    dialog.form.put({"thresholds": "吊销许可证件"})
    dialog.ok.click()
    assert "已经有了" in dialog.form.fields["number"].fault.text()
    dialog.form.put({"number": "3"})
    dialog.ok.click()
    admin.idle()
    assert [item.number for item in filled.items] == ["1", "2", "3"]
    filled.table.setCurrentIndex(filled.model.index(0, 0))
    filled.change.click()
    dialog = admin.dialog(ItemDialog, filled)
    assert dialog.form.values()["decider"] == "department"
    dialog.form.put({"focus": "证据是否充分"})
    dialog.ok.click()
    admin.idle()
    assert filled.items[0].focus == "证据是否充分"
    assert filled.items[0].thresholds == ITEMS[0].thresholds
    filled.drop.click()
    admin.idle()
    assert [item.number for item in filled.items] == ["2", "3"]


def test_publication_and_filing_are_recorded(admin: Seat, filled: CatalogueScreen) -> None:
    filled.edition.click()
    dialog = admin.dialog(EditionDialog, filled)
    dialog.ok.click()
    assert dialog.form.fields["edition"].fault.text()
    dialog.form.put({"edition": "2026年版", "published": "2026-09-01", "place": "门户网站"})
    dialog.ok.click()
    admin.idle()
    publish(admin, filled, "2026-5")
    filled.edition.click()
    dialog = admin.dialog(EditionDialog, filled)
    dialog.form.put({"filed_with": "县司法局", "filed": "2026-09-10", "receipt": "备〔2026〕3号"})
    dialog.ok.click()
    admin.idle()
    publish(admin, filled, "2026-6")
    (edition,) = in_force(admin).editions
    assert (edition.place, edition.filed_with, edition.receipt) == (
        "门户网站",
        "县司法局",
        "备〔2026〕3号",
    )
    assert "2026-09-10报县司法局备案（回执 备〔2026〕3号）" in filled.standing.text()


def test_everybody_looks_it_up_and_only_administrators_change_it(
    furnished: Furnished, work: Work, qtbot: QtBot
) -> None:
    with seat(qtbot, furnished, "shenhe_01", work) as reviewer:
        screen = reviewer.sit(CatalogueScreen)
        for made in (screen.add, screen.change, screen.bring_in, screen.publish, screen.edition):
            assert not made.isVisible()
        assert screen.export.isVisible()


def test_search_and_names(filled: CatalogueScreen, admin: Seat, qtmodeltester: ModelTester) -> None:
    qtmodeltester.check(filled.model, force_py=True)  # type: ignore[no-untyped-call]
    filled.search.setText("安全生产法")
    assert [item.number for item in filled.model.loaded] == ["1"]
    filled.search.setText("")
    filled.kind.setCurrentIndex(filled.kind.findData("permit"))
    assert [item.number for item in filled.model.loaded] == ["2"]
    assert nameless(filled) == []
    filled.add.click()
    assert nameless(admin.dialog(ItemDialog, filled)) == []


def test_intake_starts_from_the_catalogue_item(
    admin: Seat, filled: CatalogueScreen, office: Furnished, work: Work, qtbot: QtBot
) -> None:
    """Words find the item; the choice brings its number, kind, decider and material list."""
    publish(admin, filled, "2026-5")
    profile = read_own(admin.desk.session, work).running
    body = IntakeBody(admin.desk)
    qtbot.addWidget(body)
    page = IntakePage(None, profile, {}, date(2026, 9, 18), Submission(name="某案"))
    body.show_page(page)
    body.show()
    editor = body.form.fields["catalogue_item"].editor
    assert isinstance(editor, QLineEdit)
    picker = editor.completer()
    picker.setCompletionPrefix("经营")
    index = picker.completionModel().index(0, 0)
    assert index.data() == "2 危险化学品经营许可"
    editor.setText(picker.pathFromIndex(index))
    picker.activated.emit(picker.pathFromIndex(index))
    begun = body.submission()
    assert (begun.catalogue_item, begun.kind, begun.name) == ("2", Kind.PERMIT, "某案")
    editor.setText("1")
    picker.activated.emit("1")
    assert body.submission().kind is Kind.PENALTY
    assert [rule.name for rule in body.materials._rules] == ["申请表", "检查记录"]


def test_the_reviewer_is_shown_what_to_look_at(
    admin: Seat, filled: CatalogueScreen, work: Work
) -> None:
    publish(admin, filled, "2026-5")
    profile = read_own(admin.desk.session, work).running
    shown = ReviewFocus(filled)
    shown.show_focus(profile, Submission(catalogue_item="1"))
    assert shown.isVisible()
    assert shown.label.text().endswith("：裁量是否适当")
    shown.show_focus(profile, Submission(catalogue_item="2"))
    assert not shown.isVisible()
