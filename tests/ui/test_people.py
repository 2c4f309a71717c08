"""People and keys over a real sample office: what is shown, what is written, what is refused."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication
from pytestqt.modeltest import ModelTester
from pytestqt.qtbot import QtBot

from sanzhi_desktop.application import review
from sanzhi_desktop.application.work import KeyDesk, Work
from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.people import PeopleFault, Role
from sanzhi_desktop.persistence.open import open_embedded
from sanzhi_desktop.ui.people.certificate_dialogs import (
    IssueDialog,
    OwnFileDialog,
    RevokeDialog,
    TokenDialog,
)
from sanzhi_desktop.ui.people.office_dialogs import MakeRootDialog, OutsideRootDialog, SealDialog
from sanzhi_desktop.ui.people.person_dialogs import PasswordDialog, PersonDialog, RecusalDialog
from sanzhi_desktop.ui.people.roles_dialog import RolesDialog
from sanzhi_desktop.ui.screens.people import PeopleScreen
from tests.ui.hands import control, press, say, type_keys
from tests.ui.office import Furnished
from tests.ui.seat import PASSPHRASE, Seat, nameless, seat, type_chinese

ADMIN, LEAD, REVIEWER, UNQUALIFIED = "guanli_01", "guzhang_01", "shenhe_01", "shenhe_02"


@pytest.fixture
def admin(office: Furnished, work: Work, qtbot: QtBot) -> Iterator[Seat]:
    with seat(qtbot, office, ADMIN, work) as taken:
        yield taken


def row_of(page: Any, person_id: str) -> int:
    model = page.model
    return next(n for n in range(model.rowCount()) if model.row(n).person_id == person_id)


def choose(page: Any, person_id: str) -> None:
    page.table.setCurrentIndex(page.model.index(row_of(page, person_id), 0))


def state_of(page: Any, person_id: str) -> str:
    model = page.model
    last = model.columnCount() - 1
    return str(model.index(row_of(page, person_id), last).data())


def put(dialog: Any, **values: str) -> None:
    dialog.form.put(values)


def fault(dialog: Any, key: str) -> str:
    return str(dialog.form.fields[key].fault.text())


# ----- the register


def test_unqualified_reviewer_is_marked(admin: Seat) -> None:
    screen = admin.sit(PeopleScreen)
    assert "未登记法律职业资格" in state_of(screen.people, UNQUALIFIED)
    assert state_of(screen.people, REVIEWER) == "正常"
    assert "吴样六" in screen.banner.label.text()


def test_expiry_is_warned_of_and_told(admin: Seat) -> None:
    screen = admin.sit(PeopleScreen)
    admin.now = datetime(2029, 9, 1, 2, tzinfo=UTC)
    screen.shown()
    admin.idle()
    last = admin.sql("select not_after from certificate where person_id = ?", REVIEWER)[0][0]
    days = (datetime.fromisoformat(last).date() - admin.now.date()).days
    assert state_of(screen.people, REVIEWER) == f"签名证书 {days} 天后到期"
    admin.now = datetime(2030, 1, 2, 2, tzinfo=UTC)
    screen.shown()
    admin.idle()
    assert state_of(screen.people, REVIEWER) == "没有可用的签名证书"
    assert state_of(screen.people, "chengban_01") == "执法证已于 2029-12-31 到期"
    state = screen.certificates.model.index(0, 1).data()
    assert state.startswith("已于 2029-09-")


def test_somebody_is_registered_by_keyboard_alone(admin: Seat, qtbot: QtBot) -> None:
    screen = admin.sit(PeopleScreen)
    screen.activateWindow()
    qtbot.waitUntil(screen.isActiveWindow)
    control("n")
    dialog = admin.dialog(PersonDialog, screen)
    qtbot.waitUntil(dialog.isActiveWindow)
    type_keys("shenhe_03")
    for text in ("龙䶮㛃", "法规股"):
        press(Qt.Key.Key_Tab)
        say(text)
    for text in ("", "", "A20260001", "2026.3.1"):
        press(Qt.Key.Key_Tab)
        type_keys(text)
    control("s")
    admin.idle()
    stored = admin.sql(
        "select name, unit, legal_qualification, first_review_on, active from person"
        " where person_id = 'shenhe_03'"
    )
    assert stored == [("龙䶮㛃", "法规股", "A20260001", "2026-03-01", 1)]
    qtbot.waitUntil(lambda: "shenhe_03" in [p.person_id for p in screen.people.model.loaded])


def test_refusals_stand_beneath_their_field_and_nothing_typed_is_lost(admin: Seat) -> None:
    screen = admin.sit(PeopleScreen)
    screen.people.add.click()
    dialog = admin.dialog(PersonDialog, screen)
    put(dialog, person_id="Wrong Code", name="某人", certificate_valid_to="三月一日")
    dialog.submit()
    assert "日期认不出来" in fault(dialog, "certificate_valid_to")
    put(dialog, certificate_valid_to="")
    dialog.submit()
    admin.idle()
    assert "小写字母开头" in fault(dialog, "person_id")
    assert dialog.form.values()["name"] == "某人"
    put(dialog, person_id=REVIEWER)
    dialog.submit()
    admin.idle()
    assert "已被使用" in fault(dialog, "person_id")
    assert dialog.isVisible()
    dialog.reject()


def test_the_last_administrator_cannot_be_switched_off(admin: Seat) -> None:
    screen = admin.sit(PeopleScreen)
    choose(screen.people, ADMIN)
    screen.people.edit.click()
    dialog = admin.dialog(PersonDialog, screen)
    dialog.form.fields["active"].editor.setChecked(False)
    dialog.submit()
    admin.idle()
    assert "管理员" in fault(dialog, "active")
    assert admin.sql("select active from person where person_id = ?", ADMIN) == [(1,)]
    dialog.reject()


def test_acting_role_needs_its_basis_document(admin: Seat) -> None:
    screen = admin.sit(PeopleScreen)
    choose(screen.people, REVIEWER)
    screen.people.roles.click()
    dialog = admin.dialog(RolesDialog, screen)
    line = next(one for one in dialog.lines if one.role is Role.HEAD)
    line.box.setChecked(True)
    line.first.setText("2026-09-01")
    line.last.setText("x")
    dialog.submit()
    assert "日期认不出来" in dialog.refusal.label.text()
    line.last.setText("2026-12-31")
    dialog.submit()
    admin.idle()
    assert "依据文件" in dialog.refusal.label.text()
    type_chinese(line.basis, "示应急党〔2026〕3号")
    dialog.submit()
    admin.idle()
    stored = admin.sql(
        "select role, valid_from, valid_to, basis from person_role"
        " where person_id = ? order by role",
        REVIEWER,
    )
    assert stored == [
        ("head", "2026-09-01", "2026-12-31", "示应急党〔2026〕3号"),
        ("reviewer", None, None, ""),
    ]


def test_password_is_reset_and_opens_the_account(admin: Seat) -> None:
    screen = admin.sit(PeopleScreen)
    choose(screen.people, REVIEWER)
    screen.people.password.click()
    dialog = admin.dialog(PasswordDialog, screen)
    put(dialog, password="short", again="short")
    dialog.submit()
    assert "至少" in fault(dialog, "password")
    put(dialog, password="correct horse", again="correct house")
    dialog.submit()
    assert "不一样" in fault(dialog, "again")
    put(dialog, again="correct horse")
    dialog.submit()
    admin.idle()
    opened = open_embedded(admin.furnished.folder / "sample.db", clock=lambda: admin.now)
    assert opened.accounts is not None
    assert opened.accounts.log_in(REVIEWER, "correct horse").person_id == REVIEWER
    opened.close()


def test_recusal_keeps_a_reviewer_from_being_assigned(
    office: Furnished, work: Work, qtbot: QtBot
) -> None:
    with seat(qtbot, office, LEAD, work) as lead:
        screen = lead.sit(PeopleScreen)
        case = lead.desk.session.reader.case(lead.furnished.cases["accepted"])
        screen.recusals.add.click()
        dialog = lead.dialog(RecusalDialog, screen)
        put(dialog, person_id=REVIEWER)
        dialog.form.fields["from"].set_text("case")
        dialog._show_range()
        assert dialog.form.fields["unit"].editor.isHidden()
        dialog.form.fields["case_id"].set_text(case.case_id)
        dialog.submit()
        assert fault(dialog, "reason")
        type_chinese(dialog.form.fields["reason"].editor, "与当事人有亲属关系")
        dialog.submit()
        lead.idle()

        def why() -> Code | None:
            found = review.candidates(lead.desk.session, case)
            return next(f for p, f in found if p.person_id == REVIEWER)

        assert why() is PeopleFault.RECUSED
        qtbot.waitUntil(lambda: screen.recusals.model.rowCount() == 1)
        screen.recusals.end.click()
        lead.idle()
        assert why() is None
        listed = {p.person_id for p, _ in review.candidates(lead.desk.session, case)}
        assert listed == {
            p.person_id for p in lead.desk.session.reader.people().values() if p.active
        }


# ----- keys


def test_root_certificate_seal_and_person_from_nothing(admin: Seat, tmp_path: Path) -> None:
    """The administrator makes a root, issues a key; OpenSSL reads both, only the owner may."""
    screen = admin.sit(PeopleScreen)
    screen.roots.make.click()
    dialog = admin.dialog(MakeRootDialog, screen)
    root = tmp_path / "根 证书.p12"
    put(dialog, name="示例根", secret="a root of trust", again="a root of trust", target=str(root))
    dialog.submit()
    admin.idle()
    assert not root.stat().st_mode & 0o077
    screen.certificates.issue.click()
    issue = admin.dialog(IssueDialog, screen)
    own = tmp_path / "王样八.p12"
    put(
        issue,
        person_id="juzhang_01",
        ca=str(root),
        ca_secret="a wrong one",
        secret="for my eyes",
        again="for my eyes",
        target=str(own),
    )
    issue.submit()
    admin.idle()
    assert "口令不正确" in fault(issue, "ca_secret")
    assert not own.exists()
    put(issue, ca_secret="a root of trust")
    issue.submit()
    admin.idle()
    read = subprocess.run(
        [
            "openssl",
            "pkcs12",
            "-in",
            str(own),
            "-passin",
            "pass:for my eyes",
            "-nokeys",
            "-clcerts",
        ],
        capture_output=True,
        check=True,
    )
    marked = subprocess.run(
        ["openssl", "x509", "-noout", "-fingerprint", "-sha256"],
        input=read.stdout,
        capture_output=True,
        check=True,
    )
    mark = marked.stdout.decode().split("=")[1].strip().replace(":", "").lower()
    stored = admin.sql("select fingerprint, source from certificate where person_id='juzhang_01'")
    assert (mark, "office_ca") in stored


def test_a_key_file_is_never_overwritten(admin: Seat, tmp_path: Path) -> None:
    screen = admin.sit(PeopleScreen)
    kept = tmp_path / "kept.p12"
    kept.write_bytes(b"somebody's only key")
    screen.roots.make.click()
    dialog = admin.dialog(MakeRootDialog, screen)
    put(dialog, name="根", secret="a root of trust", again="a root of trust", target=str(kept))
    dialog.submit()
    admin.idle()
    assert "不能覆盖" in fault(dialog, "target")
    assert kept.read_bytes() == b"somebody's only key"
    assert len(admin.sql("select 1 from root_certificate")) == 1
    dialog.reject()


def test_certificates_of_an_unknown_root_are_not_issued(admin: Seat, tmp_path: Path) -> None:
    made = admin.desk.work.keys.make_ca(
        name="别的根", organisation="别处", passphrase="a root of trust", now=admin.now
    )
    strange, target = tmp_path / "strange.p12", tmp_path / "target.p12"
    strange.write_bytes(made.p12)
    screen = admin.sit(PeopleScreen)
    screen.certificates.issue.click()
    dialog = admin.dialog(IssueDialog, screen)
    good = {"ca_secret": "a root of trust", "secret": "for my eyes", "again": "for my eyes"}
    put(dialog, ca=str(strange), target=str(target), **good)
    dialog.submit()
    admin.idle()
    assert "没有登记为本单位的信任根" in fault(dialog, "ca")
    put(dialog, ca=str(admin.key_file(REVIEWER)), ca_secret=PASSPHRASE)
    dialog.submit()
    admin.idle()
    assert "不是单位的发证证书" in fault(dialog, "ca")
    assert not target.exists()
    dialog.reject()


def test_own_file_is_registered_by_its_owner_only(
    office: Furnished, work: Work, tmp_path: Path, qtbot: QtBot
) -> None:
    with seat(qtbot, office, REVIEWER, work) as mine:
        screen = mine.sit(PeopleScreen)
        assert [p.person_id for p in screen.people.model.loaded] == [REVIEWER]
        assert screen.tabs.count() == 2
        hidden = (screen.people.add, screen.people.roles, screen.certificates.issue)
        assert not any(made.isVisibleTo(screen) for made in hidden)
        admin = mine.entry.log_in(ADMIN, "")
        fresh = mine.desk.work.keys.issue(
            mine.desk.work.keys.make_ca(
                name="外部根", organisation="外部", passphrase="a root of trust", now=mine.now
            ).p12,
            ca_passphrase="a root of trust",
            name=admin.reader.people()[REVIEWER].name,
            organisation="外部",
            person_id=REVIEWER,
            passphrase="for my eyes",
            now=mine.now,
        )
        file = tmp_path / "own.p12"
        file.write_bytes(fresh.p12)
        screen.certificates.own.click()
        dialog = mine.dialog(OwnFileDialog, screen)
        put(dialog, file=str(mine.key_file(UNQUALIFIED)), secret=PASSPHRASE)
        dialog.submit()
        mine.idle()
        assert "吴样六" in fault(dialog, "file")
        put(dialog, file=str(file), secret="not this")
        dialog.submit()
        mine.idle()
        assert "口令不正确" in fault(dialog, "secret")
        put(dialog, secret="for my eyes")
        dialog.submit()
        mine.idle()
        stored = mine.sql("select source from certificate where person_id = ?", REVIEWER)
        assert sorted(stored) == [("office_ca",), ("p12",)]
        rows = screen.certificates.model
        qtbot.waitUntil(lambda: rows.rowCount() == 2)
        issuers = {rows.index(n, 5).data() for n in range(2)}
        assert "外部根（未登记）" in issuers


def test_revoked_certificate_stays_and_is_told(admin: Seat) -> None:
    screen = admin.sit(PeopleScreen)
    choose(screen.certificates, REVIEWER)
    screen.certificates.revoke.click()
    dialog = admin.dialog(RevokeDialog, screen)
    dialog.submit()
    assert fault(dialog, "reason")
    type_chinese(dialog.form.fields["reason"].editor, "密码泄露")
    dialog.submit()
    admin.idle()
    stored = admin.sql(
        "select revoked, revoked_reason from certificate where person_id = ?", REVIEWER
    )
    assert stored == [(1, "密码泄露")]
    assert state_of(screen.people, REVIEWER) == "没有可用的签名证书"
    screen.certificates.issue.click()  # offers the one who is left without
    issue = admin.dialog(IssueDialog, screen)
    assert issue.form.values()["person_id"] == REVIEWER
    issue.reject()


class TokenKeys:
    """A key desk with one token plugged in, and everything else real."""

    def __init__(self, real: KeyDesk) -> None:
        self.real = real
        self.found: list[Any] = []

    def token_certificates(self, driver: Path) -> list[Any]:
        if driver.name != "driver.so":
            return list(self.real.token_certificates(driver))
        return self.found

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)


def test_token_certificate_is_listed_chosen_registered(
    office: Furnished, work: Work, tmp_path: Path, qtbot: QtBot
) -> None:
    keys = TokenKeys(work.keys)
    with seat(qtbot, office, REVIEWER, replace(work, keys=keys)) as mine:
        made = keys.inspect(mine.key_file(REVIEWER).read_bytes(), passphrase=PASSPHRASE)
        screen = mine.sit(PeopleScreen)
        screen.certificates.token.click()
        dialog = mine.dialog(TokenDialog, screen)
        dialog.submit()
        assert "读取证书" in fault(dialog, "driver")
        put(dialog, driver=str(tmp_path / "missing.so"))
        dialog.look.click()
        mine.idle()
        assert "驱动" in fault(dialog, "driver")
        put(dialog, driver=str(tmp_path / "driver.so"))
        dialog.look.click()
        mine.idle()
        assert "没有读到" in fault(dialog, "driver")
        issuer = keys.make_ca(name="卡根", organisation="卡", passphrase=PASSPHRASE, now=mine.now)
        card = keys.issue(
            issuer.p12,
            ca_passphrase=PASSPHRASE,
            name="周样五",
            organisation="卡",
            person_id=REVIEWER,
            passphrase=PASSPHRASE,
            now=mine.now,
        )
        keys.found = [("UKEY-1", card.certificate)]
        dialog.look.click()
        mine.idle()
        assert dialog.model.index(0, 1).data() == "周样五"
        dialog.submit()
        mine.idle()
        stored = mine.sql("select pem from certificate where source = 'pkcs11'")
        assert [keys.read_certificate(pem.encode()) for (pem,) in stored] == [card.certificate]
        assert made.certificate.fingerprint != card.certificate.fingerprint
        assert mine.settings.token_driver.endswith("driver.so")


# ----- seal and roots


def drawn_seal(path: Path, size: int) -> Path:
    image = QImage(size, size, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setPen(QColor("#cc0000"))
    painter.setBrush(QColor("#cc0000"))
    painter.drawEllipse(10, 10, size - 20, size - 20)
    painter.end()
    assert image.save(str(path))
    return path


def test_seal_is_previewed_and_stored_without_its_paper(admin: Seat, tmp_path: Path) -> None:
    screen = admin.sit(PeopleScreen)
    before = admin.sql("select image from seal")
    screen.seal.change.click()
    dialog = admin.dialog(SealDialog, screen)
    put(dialog, file=str(drawn_seal(tmp_path / "small.png", 90)))
    admin.idle()
    assert "太小" in fault(dialog, "file")
    dialog.submit()
    admin.idle()
    assert admin.sql("select image from seal") == before
    put(dialog, file=str(drawn_seal(tmp_path / "seal.png", 600)), name="示例专用章")
    put(dialog, custodian=ADMIN)
    admin.idle()
    assert not dialog.picture.pixmap().isNull()
    dialog.submit()
    admin.idle()
    (image, name, custodian, media) = admin.sql("select image, name, custodian, media from seal")[0]
    assert (name, custodian, media) == ("示例专用章", ADMIN, "image/png")
    stored = QImage.fromData(image)
    assert stored.pixelColor(0, 0).alpha() == 0  # the white paper is gone
    assert stored.pixelColor(stored.width() // 2, stored.height() // 2).alpha() == 255


def test_outside_root_is_shown_before_it_is_trusted(admin: Seat, tmp_path: Path) -> None:
    made = admin.desk.work.keys.make_ca(
        name="某市电子认证", organisation="某市", passphrase="a root of trust", now=admin.now
    )
    file = tmp_path / "root.pem"
    file.write_text(made.pem)
    screen = admin.sit(PeopleScreen)
    screen.roots.outside.click()
    dialog = admin.dialog(OutsideRootDialog, screen)
    put(dialog, file=str(admin.key_file(REVIEWER)))
    admin.idle()
    assert "无法识别" in fault(dialog, "file")
    put(dialog, file=str(file))
    admin.idle()
    shown = dialog.facts.text().replace(" ", "")
    assert made.certificate.fingerprint in shown
    assert dialog.form.values()["name"] == "某市电子认证"
    dialog.submit()
    admin.idle()
    assert len(admin.sql("select 1 from root_certificate")) == 2
    exported = tmp_path / "out.pem"
    root = next(r for r in screen.register.roots if r.certificate.name == "某市电子认证")
    screen.roots.export_to(root, str(exported))
    admin.idle()
    assert exported.read_text() == root.pem


# ----- everybody can use it


def test_every_widget_has_a_name_and_no_window_flashes_up(admin: Seat) -> None:
    seen: set[str] = set()
    screen = admin.sit(PeopleScreen)
    seen |= {type(w).__name__ for w in QApplication.topLevelWidgets() if w.isVisible()}
    assert seen == {"PeopleScreen"}
    assert nameless(screen) == []
    register = screen.register
    person = register.people[REVIEWER]
    for dialog in (
        PersonDialog(admin.desk, register, screen, person=person),
        RolesDialog(admin.desk, register, screen, person=person),
        PasswordDialog(admin.desk, register, screen, person=person),
        RecusalDialog(admin.desk, register, screen, person=person),
        OwnFileDialog(admin.desk, register, screen),
        TokenDialog(admin.desk, register, screen),
        IssueDialog(admin.desk, register, screen),
        RevokeDialog(admin.desk, register, screen, row=register.certificates[0]),
        MakeRootDialog(admin.desk, register, screen),
        OutsideRootDialog(admin.desk, register, screen),
        SealDialog(admin.desk, register, screen, seal=register.seals[0]),
    ):
        dialog.open()
        admin.idle()
        assert nameless(dialog) == [], type(dialog).__name__
        assert dialog.focusWidget() is not None
        dialog.reject()


def test_models_keep_qts_contract(admin: Seat, qtmodeltester: ModelTester) -> None:
    screen = admin.sit(PeopleScreen)
    for page in (screen.people, screen.certificates, screen.recusals, screen.roots):
        qtmodeltester.check(page.model, force_py=True)  # type: ignore[no-untyped-call]
