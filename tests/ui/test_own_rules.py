"""The office's own rules at the desk: set with their source, previewed, published, brought in."""

import tomllib
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop import resources
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.checklist_additions import additions
from sanzhi_desktop.domain.kinds import Kind, parse_kind, parse_procedure
from sanzhi_desktop.domain.rule import Source
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.profiles.schema import schema
from sanzhi_desktop.resources.profiles.write import as_toml
from sanzhi_desktop.ui.rules import words
from sanzhi_desktop.ui.rules.edit import OwnRulesDialog
from sanzhi_desktop.ui.rules.flaws import FaultsDialog
from sanzhi_desktop.ui.rules.publish import PublishDialog
from sanzhi_desktop.ui.rules.rule_dialog import RuleDialog
from sanzhi_desktop.ui.rules.value_editor import ValueEditor
from sanzhi_desktop.ui.rules.workbench import WORKING, from_toml
from sanzhi_desktop.ui.screens.catalogue import CatalogueScreen
from sanzhi_desktop.ui.screens.rules import RulesScreen
from tests.ui.office import Furnished
from tests.ui.seat import Seat, nameless, seat

SOURCE = ("document", "article", "quote")
DAY = date(2026, 9, 1)
KEY = "dispute.negotiation_limit"
DOCUMENT = "样例单位党组会议纪要〔2026〕8号"


@pytest.fixture
def admin(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, "guanli_01", work) as taken:
        yield taken


@pytest.fixture
def screen(admin: Seat) -> RulesScreen:
    made = admin.sit(RulesScreen)
    assert isinstance(made, RulesScreen)
    return made


@pytest.fixture
def dialog(admin: Seat, screen: RulesScreen) -> OwnRulesDialog:
    screen.edit.click()
    found = admin.dialog(OwnRulesDialog, screen)
    assert isinstance(found, OwnRulesDialog)
    return found


def choose(dialog: OwnRulesDialog, key: str) -> None:
    dialog.which.setCurrentIndex(dialog.which.findData("all"))
    place = next(n for n, rule in enumerate(dialog.model.loaded) if rule.key == key)
    dialog.table.setCurrentIndex(dialog.model.index(place, 0))


def open_rule(admin: Seat, dialog: OwnRulesDialog, key: str) -> RuleDialog:
    choose(dialog, key)
    dialog.set_rule.click()
    found = admin.dialog(RuleDialog, dialog)
    assert isinstance(found, RuleDialog)
    return found


def cite(rule: RuleDialog) -> None:
    rule.source.put({"document": DOCUMENT, "title": "会议纪要", "rank": "office"})
    rule.source._show_about()


def publish(admin: Seat, dialog: OwnRulesDialog, edition: str) -> None:
    dialog.publish.click()
    found = admin.dialog(PublishDialog, dialog)
    found.form.put({"edition": edition, "from": "2026-09-18"})
    found.ok.click()
    admin.idle()
    admin.qtbot.waitUntil(lambda: not dialog.bench.dirty)


def test_only_administrators_have_the_way_in(
    furnished: Furnished, work: Work, qtbot: QtBot
) -> None:
    with seat(qtbot, furnished, "shenhe_01", work) as reviewer:
        assert not reviewer.sit(RulesScreen).edit.isVisible()


def test_an_open_rule_is_set_previewed_and_published(
    admin: Seat, dialog: OwnRulesDialog, screen: RulesScreen
) -> None:
    rule = open_rule(admin, dialog, KEY)
    rule.value.form.put({"value": "3", "unit": "working_day", "approver": "分管负责人"})
    cite(rule)
    rule.ok.click()
    admin.idle()
    assert dialog.bench.dirty
    assert dialog.unpublished.isVisible()
    before = admin.desk.session.reader.office().profile_edition
    assert before != "2026-2"  # nothing counts yet
    dialog.publish.click()
    shown = admin.dialog(PublishDialog, dialog)
    (change,) = shown.running.model.loaded
    assert (change.key, change.left.open, change.right.value) == (KEY, True, 3)
    founding = {change.key: change for change in shown.founding.model.loaded}
    assert set(founding) == set(dialog.bench.own.rules)
    assert founding[KEY].left.open
    shown.form.put({"edition": "2026-2", "from": "2062-09-21"})
    shown.ok.click()
    admin.idle()
    assert "2062-09-21" in shown.refusal.label.text()
    shown.form.put({"from": "2026-09-18"})
    shown.ok.click()
    admin.idle()
    admin.qtbot.waitUntil(lambda: not dialog.bench.dirty)
    office = admin.desk.session.reader.office()
    assert (office.profile_id, office.profile_edition) == ("shucheng_office", "2026-2")
    assert screen.page is not None
    made = screen.page.profile.rule(KEY)
    assert made.source is not None
    assert (made.value, made.unit, made.source.document) == (3, "working_day", DOCUMENT)
    assert made.attributes["approver"] == "分管负责人"


def test_a_rule_without_source_or_with_a_wrong_value_is_refused_in_place(
    admin: Seat, dialog: OwnRulesDialog
) -> None:
    rule = open_rule(admin, dialog, "review.limit")
    rule.source.document.setEditText("")
    rule.ok.click()
    assert "依据文件" in rule.source.fields["document"].fault.text()
    cite(rule)
    rule.value.form.put({"value": "五"})
    rule.ok.click()
    assert "不是数字" in rule.refusal.label.text()
    rule.value.form.put({"value": "-1"})
    rule.ok.click()
    admin.idle()
    assert rule.refusal.isVisible()
    assert "-1" in rule.refusal.label.text()
    assert not dialog.bench.dirty


def test_the_gate_cannot_be_opened_by_the_offices_own_decision(
    admin: Seat, dialog: OwnRulesDialog
) -> None:
    rule = open_rule(admin, dialog, "gate.fail_blocks.penalty")
    rule.value.form.put({"value": "false"})
    cite(rule)
    rule.ok.click()
    admin.idle()
    assert rule.refusal.isVisible()
    assert not dialog.bench.dirty


def test_the_national_default_is_accepted_on_the_offices_decision(
    admin: Seat, dialog: OwnRulesDialog
) -> None:
    open_with_default = next(
        rule for rule in dialog.model.loaded if rule.open and rule.default is not None
    )
    choose(dialog, open_with_default.key)
    dialog.accept_default.click()
    rule = admin.dialog(RuleDialog, dialog)
    cite(rule)
    rule.ok.click()
    admin.idle()
    assert dialog.bench.profile is not None
    made = dialog.bench.profile.rule(open_with_default.key)
    assert not made.open
    assert open_with_default.default is not None
    assert made.value == open_with_default.default.value


def test_thresholds_are_edited_row_by_row_and_taken_back(
    admin: Seat, dialog: OwnRulesDialog
) -> None:
    rule = open_rule(admin, dialog, "scope.thresholds")
    editor = rule.value.rows
    assert editor is not None
    editor.show_rows(
        [{"id": "", "kind": "penalty", "penalty": "罚款", "yuan": "10000.50", "inclusive": True}]
    )
    cite(rule)
    rule.ok.click()
    admin.idle()
    own = dialog.bench.own.rules["scope.thresholds"]["value"]
    assert own == [
        {
            "id": "own_1",
            "kind": "penalty",
            "penalty": "罚款",
            "yuan": Decimal("10000.50"),
            "inclusive": True,
        }
    ]
    choose(dialog, "scope.thresholds")
    dialog.take_back.click()
    admin.idle()
    assert "scope.thresholds" not in dialog.bench.own.rules


def test_a_row_that_lacks_a_field_is_told_by_row_and_field(
    admin: Seat, dialog: OwnRulesDialog
) -> None:
    rule = open_rule(admin, dialog, "materials")
    assert rule.value.rows is not None
    rule.value.rows.show_rows([{"name": "证据材料"}, {"when": "hearing"}])
    cite(rule)
    rule.ok.click()
    assert "第 2 行" in rule.refusal.label.text()
    assert "名称" in rule.refusal.label.text()


@pytest.mark.parametrize("base", ["national", "zhengzhou", "yueyanglou", "haimen"])
def test_every_rule_survives_its_editor(qtbot: QtBot, base: str) -> None:
    """What the shipped profiles say is what the editor gives back, key by key."""
    for key, rule in profiles.shipped(base).rules.items():
        found = rule.in_force()
        if not found.answers or key.startswith("catalogue."):
            continue
        editor = ValueEditor(schema().keys[key])
        qtbot.addWidget(editor)
        editor.show_rule(rule)
        made = editor.table()
        value: Any = made.get("value")
        wanted = found.value
        if editor.rows is not None:
            sources = [found.row_source(row) for row in found.value]
            assert [Source(*(row.get(k, "") for k in SOURCE)) for row in value] == sources, key
            names = editor.rows.fields
            value = [{k: v for k, v in row.items() if k in names} for row in value]
            wanted = [{k: _code(k, v) for k, v in r.items() if k in names} for r in found.value]
        assert (value, made.get("unit", "")) == (wanted, found.unit), key


def _code(name: str, value: object) -> object:
    """Kinds and procedures as codes: the profiles may write either."""
    parse = {"kinds": parse_kind, "procedures": parse_procedure}.get(name)
    return [parse(one).value for one in value] if parse and isinstance(value, list) else value


def test_a_changed_row_loses_the_source_it_was_taken_from(
    admin: Seat, dialog: OwnRulesDialog
) -> None:
    """The founding document never said what the office now says; untouched rows keep theirs."""
    rule = open_rule(admin, dialog, "scope.criteria")
    assert rule.value.rows is not None
    first = rule.value.rows.table.item(0, 1)
    assert first is not None
    first.setText("涉及本单位认定的重大事项")
    cite(rule)
    rule.ok.click()
    admin.idle()
    assert dialog.bench.profile is not None
    changed, untouched, *_ = dialog.bench.profile.criteria()
    assert changed.source.document == DOCUMENT
    assert changed.source.quote == ""
    assert untouched.source.document != DOCUMENT
    assert untouched.source.quote


def test_a_jurisdiction_is_brought_in_and_published(
    admin: Seat, dialog: OwnRulesDialog, tmp_path: Path
) -> None:
    source = Path(resources.path("profiles", "examples", "shilixian.toml"))
    file = tmp_path / "某县.toml"
    file.write_text(source.read_text("utf-8"), "utf-8")
    dialog.read_file(file)
    admin.idle()
    assert dialog.bench.own.founding == "shilixian"
    publish(admin, dialog, "2026-3")
    file.unlink()
    assert admin.desk.session.reader.office().profile_id == "shilixian_office"
    assert dialog.bench.page is not None
    assert dialog.bench.page.running.layers[-2:] == ("shilixian", "shilixian_office")


def test_a_faulty_file_is_listed_fault_by_fault(
    admin: Seat, dialog: OwnRulesDialog, tmp_path: Path
) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(
        'id = "bad"\nname = "甲"\nedition = "1"\nextends = "national"\n'
        '[rules."review.limit"]\nvalue = -1\nunit = "working_day"\nquote = "五日"\n'
        '[rules."no.such"]\nvalue = 1\n',
        "utf-8",
    )
    dialog.read_file(file)
    shown = admin.dialog(FaultsDialog, dialog)
    found = [(fault.place, fault.what) for fault in shown.model.loaded]
    assert found == [
        ("第 6 行", "法制审核期限"),
        ("第 5 行", "法制审核期限"),
        ("第 9 行", "no.such"),
    ]
    assert all(fault.reason and fault.remedy for fault in shown.model.loaded)
    assert not dialog.bench.dirty


def test_the_own_layer_is_exported_as_a_file_that_passes_the_check(
    admin: Seat, dialog: OwnRulesDialog, tmp_path: Path
) -> None:
    rule = open_rule(admin, dialog, "review.start")
    rule.value.form.put({"value": "acceptance"})
    cite(rule)
    rule.ok.click()
    admin.idle()
    file = tmp_path / "own.toml"
    dialog.write_file(file)
    admin.idle()
    assert profiles.check_file(file) == ()
    kept = tomllib.loads(file.read_text("utf-8"))
    assert kept["rules"]["review.start"]["value"] == "acceptance"
    assert kept["extends"] == "shucheng"


def test_everything_is_told_to_a_screen_reader(
    admin: Seat, dialog: OwnRulesDialog, qtmodeltester: ModelTester
) -> None:
    qtmodeltester.check(dialog.model, force_py=True)  # type: ignore[no-untyped-call]
    assert nameless(dialog) == []
    for key in ("review.limit", "scope.thresholds", "coverage.kinds"):
        rule = open_rule(admin, dialog, key)
        assert nameless(rule) == []
        rule.reject()


def test_what_is_being_worked_on_survives_as_a_draft(dialog: OwnRulesDialog) -> None:
    """The text a local draft keeps gives the same layer back, amounts and dates exact."""
    rows = [{"id": "a", "kind": "penalty", "yuan": Decimal("0.50"), "inclusive": False}]
    own = (
        dialog.bench.own.cite("甲〔2026〕1号", {"title": "甲", "rank": "office", "date": DAY})
        .set("scope.thresholds", {"value": rows, "document": "甲〔2026〕1号"})
        .set("review.limit", {"value": 5, "unit": "working_day", "document": "甲〔2026〕1号"})
    )
    kept = as_toml(own.tables(edition=WORKING, effective_from=None))
    assert from_toml(kept, own.imported) == own
    assert from_toml("id = ", ()) is None


def test_the_bench_is_one_for_all_screens_of_the_desk(admin: Seat, dialog: OwnRulesDialog) -> None:
    rule = open_rule(admin, dialog, KEY)
    rule.value.form.put({"value": "3"})
    cite(rule)
    rule.ok.click()
    admin.idle()
    catalogue = admin.sit(CatalogueScreen)
    assert catalogue.publish.isEnabled()
    assert catalogue.standing.text()
    catalogue.discard.click()
    assert not dialog.bench.dirty
    assert not dialog.unpublished.isVisible()


def test_a_new_document_does_not_take_the_title_of_another(
    admin: Seat, dialog: OwnRulesDialog
) -> None:
    rule = open_rule(admin, dialog, KEY)
    assert rule.source.values()["title"]
    rule.source.document.setEditText(DOCUMENT)
    assert rule.source.values()["title"] == ""
    assert rule.source.values()["rank"] == "office"


def test_an_edition_of_a_later_day_waits_and_then_takes_effect(
    admin: Seat, dialog: OwnRulesDialog, screen: RulesScreen
) -> None:
    rule = open_rule(admin, dialog, KEY)
    rule.value.form.put({"value": "3", "unit": "working_day", "approver": "分管负责人"})
    cite(rule)
    rule.ok.click()
    admin.idle()
    before = admin.desk.session.reader.office().profile_edition
    dialog.publish.click()
    shown = admin.dialog(PublishDialog, dialog)
    shown.form.put({"edition": "2027-1", "from": "2027-01-01"})
    told: list[str] = []
    admin.desk.told.connect(told.append)
    shown.ok.click()
    admin.idle()
    admin.qtbot.waitUntil(lambda: not dialog.bench.dirty)
    assert told[-1] == "新版本已发布，自 2027-01-01 起施行（待生效）。"
    assert admin.desk.session.reader.office().profile_edition == before
    admin.idle()
    assert "待生效：版本 2027-1，自 2027-01-01 起施行" in screen.coming.label.text()
    assert "以待生效版本为底稿" in dialog.coming.label.text()
    assert KEY not in dialog.bench.own.rules
    dialog.from_coming.click()
    admin.idle()
    assert KEY in dialog.bench.own.rules
    dialog.bench.discard()
    admin.now = datetime(2026, 12, 31, 17, tzinfo=UTC)  # one o'clock of New Year in Beijing
    assert admin.desk.session.reader.office().profile_edition == "2027-1"
    screen.shown()
    admin.idle()
    assert "版本 2027-1" in screen.edition.text()
    assert not screen.coming.isVisible()


def test_a_rule_of_one_kind_is_set_beside_the_general_one(
    admin: Seat, dialog: OwnRulesDialog
) -> None:
    dialog.which.setCurrentIndex(dialog.which.findData("all"))
    place = next(n for n, r in enumerate(dialog.model.loaded) if r.key == "review.limit")
    dialog.table.setCurrentIndex(dialog.model.index(place, 0))
    assert dialog.by_kind.isEnabled()
    dialog.set_for_kind("review.limit", Kind.PERMIT)
    rule = admin.dialog(RuleDialog, dialog)
    assert rule.windowTitle().endswith("法制审核期限（行政许可）")
    rule.value.form.put({"value": "8", "unit": "working_day"})
    cite(rule)
    rule.ok.click()
    admin.idle()
    profile = dialog.bench.profile
    assert profile is not None
    limits = [profile.review_limit(kind) for kind in (Kind.PENALTY, Kind.PERMIT)]
    assert [limit.value for limit in limits if limit] == [5, 8]
    shown = next(r for r in dialog.model.loaded if r.key == "review.limit.permit")
    assert shown.title == "法制审核期限（行政许可）"
    staff = next(n for n, r in enumerate(dialog.model.loaded) if r.key == "staff.ratio")
    dialog.table.setCurrentIndex(dialog.model.index(staff, 0))
    assert not dialog.by_kind.isEnabled()


def test_an_item_is_added_to_the_checklist(admin: Seat, dialog: OwnRulesDialog) -> None:
    rule = open_rule(admin, dialog, "checklist.items")
    rows: Any = rule.value.rows
    rows.add_row()
    cells = {"text": "现场照片注明拍摄时间", "finding": "照片没有注明时间"}
    for code, text in cells.items():
        rows.table.item(0, list(rows.fields).index(code)).setText(text)
    for code, value in (("dimension", "EVIDENCE"), ("weight", "SERIOUS")):
        box = rows.table.cellWidget(0, list(rows.fields).index(code))
        box.setCurrentIndex(box.findData(value))
    cite(rule)
    rule.ok.click()
    admin.idle()
    profile = dialog.bench.profile
    assert profile is not None
    (item,) = additions(profile, Submission())
    assert (item.id, item.text, item.added) == ("增01", cells["text"], "本单位增加")
    shown = next(r for r in dialog.model.loaded if r.key == "checklist.items")
    assert words.value(shown) == "现场照片注明拍摄时间（重要项）"
