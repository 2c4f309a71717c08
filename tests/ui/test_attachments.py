"""Attachments at the desk: on their way in, stopped, found changed, and where they are kept."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application import attachments
from sanzhi_desktop.application.ports import Progress
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import offices
from sanzhi_desktop.domain.case import Material
from sanzhi_desktop.domain.files import MIB, FileState, StoredFile, StoreKind, StoreSettings
from sanzhi_desktop.ui.materials_upload import Uploads
from sanzhi_desktop.ui.people.store_page import StorePage
from sanzhi_desktop.ui.screens.case import CaseScreen
from sanzhi_desktop.ui.screens.people import PeopleScreen
from tests.ui.office import Furnished
from tests.ui.seat import Seat, nameless, seat

ADMIN, HANDLER = "guanli_01", "chengban_01"


@pytest.fixture
def admin(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, ADMIN, work) as taken:
        yield taken


@pytest.fixture
def handler(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, HANDLER, work) as taken:
        yield taken


def stored(office: Furnished, sha256: str) -> Path:
    place = office.folder / f"{offices.SAMPLE_DATABASE}.files" / sha256[:2] / sha256
    place.chmod(0o600)
    return place


def words(screen: CaseScreen) -> str:
    layout = screen._problems
    items = [layout.itemAt(n) for n in range(layout.count())]
    cards = [found for item in items if item is not None and (found := item.widget()) is not None]
    return "".join(label.text() for card in cards for label in card.findChildren(QLabel))


def states(screen: CaseScreen) -> list[str]:
    model = screen.materials.model
    last = model.columnCount() - 1
    return [str(model.index(n, last).data()) for n in range(model.rowCount())]


def test_intact_materials_say_so_and_the_gate_is_open(handler: Seat) -> None:
    screen = handler.sit(CaseScreen, case_id=handler.furnished.cases["passed"])
    assert set(states(screen)) == {"一致"}
    assert not screen.materials.banner.isVisibleTo(screen.materials)
    assert "法制审核已通过" in words(screen)


def test_a_changed_byte_is_marked_and_shuts_the_gate(handler: Seat) -> None:
    case_id = handler.furnished.cases["passed"]
    material = handler.desk.session.reader.case(case_id).materials[0]
    place = stored(handler.furnished, material.sha256)
    place.write_bytes(place.read_bytes() + b" ")
    screen = handler.sit(CaseScreen, case_id=case_id)
    assert "材料已变" in states(screen)
    assert material.name in screen.materials.banner.label.text()
    assert "现在不得作出决定" in words(screen)
    assert "审核通过以后材料已变" in words(screen)
    assert "法制审核已通过" not in words(screen)
    for name in (m.name for m in handler.desk.session.reader.case(case_id).materials[1:]):
        assert f"材料已变：{name}" not in words(screen)


def test_opening_the_case_again_looks_again(handler: Seat) -> None:
    case_id = handler.furnished.cases["passed"]
    screen = handler.sit(CaseScreen, case_id=case_id)
    material = handler.desk.session.reader.case(case_id).materials[0]
    place = stored(handler.furnished, material.sha256)
    place.write_bytes(place.read_bytes() + b" ")
    screen.shown()  # somebody changed another case: nothing is read again for that
    handler.idle()
    assert set(states(screen)) == {"一致"}
    screen.open_case(case_id)
    screen.shown()
    handler.idle()
    assert "材料已变" in states(screen)
    assert "现在不得作出决定" in words(screen)


def test_a_missing_file_is_told_without_shutting_anything(handler: Seat) -> None:
    case_id = handler.furnished.cases["passed"]
    case = handler.desk.session.reader.case(case_id)
    stored(handler.furnished, case.materials[0].sha256).unlink()
    screen = handler.sit(CaseScreen, case_id=case_id)
    assert "找不到" in states(screen)
    assert "请从备份恢复" in screen.materials.banner.label.text()
    assert "法制审核已通过" in words(screen)


def test_once_shut_the_explanation_stays(handler: Seat) -> None:
    case_id = handler.furnished.cases["passed"]
    session = handler.desk.session
    case = session.reader.case(case_id)
    stored(handler.furnished, case.materials[0].sha256).write_bytes(b"something else")
    attachments.shut_gate(session, case, case.materials[:1])
    screen = handler.sit(CaseScreen, case_id=case_id)
    assert f"审核通过以后材料已变：{case.materials[0].name}" in words(screen)
    history = screen._history
    rows = [history.row(n) for n in range(history.rowCount())]
    assert rows[-1] is not None
    assert rows[-1].reason == f"材料已变：{case.materials[0].name}"


class SlowStore:
    """A store that goes on only when the test says so."""

    def __init__(self) -> None:
        self.may = threading.Semaphore(0)
        self.ended = threading.Event()

    def put(self, source: Path, *, progress: Progress | None = None) -> tuple[str, int]:
        assert progress is not None
        try:
            for part in range(1, 5):
                progress(part * MIB, 4 * MIB)
                assert self.may.acquire(timeout=10)
        finally:
            self.ended.set()
        return "a" * 64, 4 * MIB

    def path(self, sha256: str) -> Path:
        raise NotImplementedError(sha256)

    def state(self, sha256: str) -> FileState:
        raise NotImplementedError(sha256)

    def reach(self, settings: StoreSettings) -> None:
        raise NotImplementedError(settings)

    def listing(self) -> tuple[StoredFile, ...]:
        raise NotImplementedError

    def forget(self, file: StoredFile) -> None:
        raise NotImplementedError(file)


@pytest.fixture
def slow(handler: Seat) -> SlowStore:
    made = SlowStore()
    session = handler.desk.session
    handler.desk.session = type(session)(session.gateway, session.reader, made, session.actor)
    return made


@pytest.fixture
def uploads(handler: Seat, qtbot: QtBot, slow: SlowStore) -> Uploads:
    made = Uploads(handler.desk)
    qtbot.addWidget(made)
    return made


def test_a_file_on_its_way_shows_how_far_it_is(
    handler: Seat, qtbot: QtBot, uploads: Uploads, slow: SlowStore
) -> None:
    done: list[Material] = []
    uploads.begin(Path("录像.mp4"), done.append)
    uploads.begin(Path("笔录.docx"), done.append)
    qtbot.waitUntil(lambda: "1.0 / 4.0 MB" in uploads.words.text())
    assert "录像.mp4" in uploads.words.text()
    assert "后面还有 1 个" in uploads.words.text()
    assert uploads.bar.value() == 250
    for _ in range(2):
        slow.may.release()
    qtbot.waitUntil(lambda: uploads.bar.value() == 750)
    for _ in range(6):
        slow.may.release()
    handler.idle()
    assert [m.file_name for m in done] == ["录像.mp4", "笔录.docx"]
    assert not uploads.busy
    assert uploads.isHidden()


def test_what_is_on_its_way_can_be_stopped(
    handler: Seat, qtbot: QtBot, uploads: Uploads, slow: SlowStore
) -> None:
    done: list[Material] = []
    uploads.begin(Path("录像.mp4"), done.append)
    uploads.begin(Path("笔录.docx"), done.append)
    qtbot.waitUntil(lambda: uploads.bar.value() == 250)
    with qtbot.waitSignal(handler.desk.told) as told:
        uploads.stop.click()
    assert "不再重传" in told.args[0]
    slow.may.release()
    handler.idle()
    assert slow.ended.is_set()
    assert done == []
    assert not uploads.busy


# ----- where the office keeps them


def store_page(taken: Seat) -> StorePage:
    screen = taken.sit(PeopleScreen)
    assert isinstance(screen, PeopleScreen)
    screen.tabs.setCurrentWidget(screen.store)
    taken.idle()
    return screen.store


def test_only_the_administrator_sees_the_page(admin: Seat, handler: Seat) -> None:
    assert store_page(admin).isVisible()
    other = handler.sit(PeopleScreen)
    assert other.store not in [other.tabs.widget(n) for n in range(other.tabs.count())]


def test_limits_are_kept_and_stand_in_the_history(admin: Seat) -> None:
    page = store_page(admin)
    assert page.kind.count() == 1
    assert not page.form.fields["endpoint"].editor.isVisible()
    page.form.put({"file_limit": "50", "quota": "2000"})
    page.save.click()
    admin.idle()
    assert admin.desk.session.reader.file_store() == StoreSettings(
        StoreKind.FOLDER, file_limit=50 * MIB, quota=2000 * MIB
    )
    assert admin.desk.session.reader.history("")[-1].action == "set_file_store"


def test_a_limit_that_is_no_number_is_told_at_its_field(admin: Seat) -> None:
    page = store_page(admin)
    page.form.put({"file_limit": "五十"})
    page.save.click()
    admin.idle()
    assert "填得不对" in page.form.fields["file_limit"].fault.text()
    assert admin.desk.session.reader.file_store() == StoreSettings(StoreKind.FOLDER)


def test_an_object_store_needs_an_address_and_a_key(
    admin: Seat, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = store_page(admin)
    page.show_settings(StoreSettings(StoreKind.DATABASE, file_limit=200 * MIB))
    page.form.put({"kind": StoreKind.OBJECTS.value})
    assert page.form.fields["endpoint"].editor.isVisible()
    assert "sanzhi blob key" in page.words.text()
    page.save.click()
    assert "http" in page.form.fields["endpoint"].fault.text()
    page.form.put({"endpoint": "https://k:s@store.example"})
    page.save.click()
    assert "不能写密码" in page.form.fields["endpoint"].fault.text()
    page.form.put({"endpoint": "https://store.example"})
    page.save.click()
    assert page.form.fields["endpoint"].fault.text() == ""
    assert "存储桶" in page.form.fields["bucket"].fault.text()


def test_every_file_is_checked_and_the_damaged_one_named(admin: Seat) -> None:
    page = store_page(admin)
    page.files.check.click()
    admin.idle()
    assert "全部完好" in page.files.told.text()
    assert page.files.table.isHidden()
    case = admin.desk.session.reader.case(admin.furnished.cases["passed"])
    place = stored(admin.furnished, case.materials[0].sha256)
    place.write_bytes(b"something else")
    page.files.check.click()
    admin.idle()
    assert "处有问题" in page.files.told.text()
    shown = [page.files.findings.row(n) for n in range(page.files.findings.rowCount())]
    assert {(f.state, f.use.material) for f in shown if f and f.use.case_id == case.case_id} == {
        (FileState.CHANGED, case.materials[0].name)
    }
    assert page.files.table.isVisible()
    assert nameless(page) == []
