"""Dialogs about what belongs to the office: its own root, outside roots, the seal."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import ClassVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter, QPixmap
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from sanzhi_desktop.application import office
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.queries import SealRow
from sanzhi_desktop.application.signing import Certificate, KeyFault
from sanzhi_desktop.application.work import NewKey
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.faults import DeskFault
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.people.certificate_dialogs import P12, remove_later
from sanzhi_desktop.ui.people.dialog import RegisterDialog, passphrase_faults
from sanzhi_desktop.ui.people.faults import RegisterFault
from sanzhi_desktop.ui.people.files import read_small, write_new
from sanzhi_desktop.ui.people.register import Register, Root
from sanzhi_desktop.ui.widgets import PlainLabel

ONLY_SEAL = "seal-1"  # an office signs with one seal: the first that stands there
PREVIEW = 200  # px


class MakeRootDialog(RegisterDialog):
    """The office's own root; its key file stays with the administrator and nowhere else."""

    places: ClassVar[Mapping[str, str]] = {
        KeyFault.NAME_MISSING.value: "name",
        KeyFault.WEAK_PASSPHRASE.value: "secret",
        RegisterFault.FILE_EXISTS.value: "target",
        DeskFault.SAVE_FAILED.value: "target",
    }

    def build(self) -> None:
        self.name_it(
            self.tr("建立本单位发证根证书"),
            self.tr(
                "根证书用来给本单位人员签发签名证书。证书文件和密码由管理员保管，"
                "程序不留底；丢失后只能重新建立。"
            ),
            self.tr("建立(&O)"),
        )
        name = self.tr("{0}签名根证书").format(self.desk.office.name)
        self.form.add("name", self.tr("名称(&N)"), QLineEdit(name))
        self.form.add("organisation", self.tr("单位(&U)"), QLineEdit(self.desk.office.name))
        self.add_secret("secret", self.tr("密码(&P)"), hint=self.tr("至少 8 个字符"))
        self.add_secret("again", self.tr("再输一次(&G)"))
        self.add_file(
            "target", self.tr("存为(&S)"), self.tr(P12), new=self.tr("本单位签名根证书.p12")
        )

    def faults(self) -> dict[str, str]:
        found = {} if self.values["name"].strip() else {"name": self.tr("请填写。")}
        found |= passphrase_faults(
            self.values,
            "secret",
            "again",
            short=self.tr("密码至少 8 个字符。"),
            differ=self.tr("两次输入的密码不一样。"),
        )
        if not self.values["target"].strip():
            found["target"] = self.tr("请选择存到哪里。")
        return found

    def prepare(self) -> Callable[[], NewKey]:
        keys, now, values = self.desk.work.keys, self.register.now, self.values

        def work() -> NewKey:
            made = keys.make_ca(
                name=values["name"].strip(),
                organisation=values["organisation"].strip(),
                passphrase=values["secret"],
                now=now,
            )
            write_new(Path(values["target"].strip()), made.p12, private=True)
            return made

        return work

    def send(self) -> Callable[[], Changed]:
        session, made, name = self.session, self.prepared, self.values["name"].strip()
        return lambda: office.put_root(
            session, fingerprint=made.certificate.fingerprint, pem=made.pem, name=name
        )

    def undo(self) -> None:
        remove_later(self.desk, self.values["target"])


class OutsideRootDialog(RegisterDialog):
    """A root of an outside certificate authority, shown before it is trusted."""

    places: ClassVar[Mapping[str, str]] = {
        KeyFault.CERTIFICATE_UNREADABLE.value: "file",
        KeyFault.UNREADABLE.value: "file",
        KeyFault.SM2.value: "file",
    }

    def build(self) -> None:
        self.name_it(
            self.tr("登记外部根证书"),
            self.tr("使用外部机构签发的证书时，先登记该机构的根证书。请与机构公布的指纹核对。"),
            self.tr("指纹无误，登记(&O)"),
        )
        kinds = self.tr("证书 (*.pem *.crt *.cer)")
        self.file = self.add_file("file", self.tr("根证书文件(&F)"), kinds)
        self.form.add("name", self.tr("名称(&N)"), QLineEdit())
        self.facts = PlainLabel().wrapped().selectable()
        self.body.addWidget(self.facts)
        self.file.textChanged.connect(self._look)

    def faults(self) -> dict[str, str]:
        found = {} if self.values["name"].strip() else {"name": self.tr("请填写。")}
        return found if self.values["file"].strip() else found | {"file": self.tr("请选择文件。")}

    def prepare(self) -> Callable[[], Root]:
        return self._reading(self.values["file"])

    def send(self) -> Callable[[], Changed]:
        session, root, name = self.session, self.prepared, self.values["name"].strip()
        return lambda: office.put_root(
            session, fingerprint=root.certificate.fingerprint, pem=root.pem, name=name
        )

    def _reading(self, file: str) -> Callable[[], Root]:
        keys, path = self.desk.work.keys, Path(file.strip())

        def work() -> Root:
            import ssl

            found = keys.read_certificate(read_small(path))
            return Root(found, ssl.DER_cert_to_PEM_cert(found.der))

        return work

    def _look(self, file: str) -> None:
        self.form.fields["file"].error("")
        self.facts.setText("")
        if file.strip():
            self.desk.jobs.run(
                Lane.DOCUMENTS,
                self,
                self._reading(file),
                done=self._show,
                failed=self._unreadable,
                key="look",
            )

    def _unreadable(self, error: BaseException) -> None:
        self.form.fields["file"].error(self.desk.problems.text(error))

    def _show(self, root: Root) -> None:
        if not self.form.fields["name"].text.strip():
            self.form.fields["name"].set_text(root.certificate.name)
        self.facts.setText(certificate_facts(root.certificate))


def certificate_facts(found: Certificate) -> str:
    """What a certificate says, for comparing it with what its maker publishes."""
    pairs = "".join(found.fingerprint[i : i + 4] + " " for i in range(0, 64, 4)).strip()
    return (
        f"持有人：{found.name}（{found.organisation or '—'}）\n发证机构：{found.issuer}\n"
        f"有效期：{day(found.not_before.date())} 至 {day(found.not_after.date())}\n"
        f"算法：{found.algorithm}\n指纹（SHA-256）：{pairs}"
    )


class SealDialog(RegisterDialog):
    """印章: the image as it will stand on papers, its name, and who keeps it."""

    places: ClassVar[Mapping[str, str]] = {
        fault.value: "file"
        for fault in KeyFault
        if fault.value.startswith("seal.") or fault is KeyFault.UNREADABLE
    }

    def __init__(
        self, desk: Desk, register: Register, parent: QWidget, *, seal: SealRow | None = None
    ) -> None:
        self.seal = seal
        super().__init__(desk, register, parent)

    def build(self) -> None:
        seal = self.seal
        self.name_it(
            self.tr("登记印章") if seal is None else self.tr("更换印章"),
            self.tr("印章图片只用于签发的文书上显示；文书的效力来自签名，不是图片。"),
            self.tr("保存(&O)"),
        )
        kinds = self.tr("图片或 PDF (*.png *.jpg *.jpeg *.pdf)")
        self.file = self.add_file("file", self.tr("印章图片(&F)"), kinds)
        self.form.add("name", self.tr("印章名称(&N)"), QLineEdit(seal.name if seal else ""))
        self.custodian = QComboBox()
        for person in self.register.people.values():
            if person.active or (seal is not None and person.person_id == seal.custodian):
                self.custodian.addItem(f"{person.name}（{person.unit}）", person.person_id)
        if seal is not None:
            self.custodian.setCurrentIndex(max(0, self.custodian.findData(seal.custodian)))
        self.form.add("custodian", self.tr("保管人(&K)"), self.custodian)
        self.picture = SealPicture(self.desk)
        self.body.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignHCenter)
        if seal is not None:
            self.picture.show_seal(seal.image, seal.media)
        self.file.textChanged.connect(self._look)

    def faults(self) -> dict[str, str]:
        found = {} if self.values["name"].strip() else {"name": self.tr("请填写印章名称。")}
        if self.seal is None and not self.values["file"].strip():
            found["file"] = self.tr("请选择印章图片。")
        return found

    def prepare(self) -> Callable[[], tuple[bytes, str]]:
        return self._importing(self.values["file"])

    def send(self) -> Callable[[], Changed]:
        session, values = self.session, self.values
        image, media = self.prepared
        seal_id = self.seal.seal_id if self.seal else ONLY_SEAL
        return lambda: office.put_seal(
            session,
            seal_id=seal_id,
            name=values["name"].strip(),
            custodian=values["custodian"],
            image=image,
            media=media,
        )

    def _importing(self, file: str) -> Callable[[], tuple[bytes, str]]:
        keys, seal, chosen = self.desk.work.keys, self.seal, file.strip()

        def work() -> tuple[bytes, str]:
            if not chosen and seal is not None:
                return seal.image, seal.media
            return keys.import_seal(read_small(Path(chosen)))

        return work

    def _look(self, file: str) -> None:
        self.form.fields["file"].error("")
        self.desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            self._importing(file),
            done=lambda found: self.picture.show_seal(*found),
            failed=lambda error: self.form.fields["file"].error(self.desk.problems.text(error)),
            key="look",
        )


class SealPicture(QLabel):
    """A seal as it will stand on white paper."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk = desk
        self.setFixedSize(PREVIEW + 16, PREVIEW + 16)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAccessibleName(self.tr("印章预览"))

    def show_seal(self, image: bytes, media: str) -> None:
        """Draws it in the document lane."""
        scale = self.devicePixelRatioF()
        self._desk.jobs.run(
            Lane.DOCUMENTS,
            self,
            lambda: draw_seal(image, media, int(PREVIEW * scale)),
            done=self._show,
            key="seal",
        )

    def _show(self, drawn: QImage) -> None:
        pixmap = QPixmap.fromImage(drawn)
        pixmap.setDevicePixelRatio(self.devicePixelRatioF())
        self.setPixmap(pixmap)


def draw_seal(image: bytes, media: str, size: int) -> QImage:
    """In the document lane: the seal on white paper, at most `size` pixels wide and high."""
    if media == "application/pdf":
        from sanzhi_desktop.ui.pdf_view import draw_page, page_sizes

        sizes = page_sizes(image)
        drawn = draw_page(image, 0, size / max(sizes[0].width, sizes[0].height))
    else:
        drawn = QImage.fromData(image).scaled(
            size,
            size,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
    edge = size // 25
    paper = QImage(drawn.width() + 2 * edge, drawn.height() + 2 * edge, QImage.Format.Format_RGB32)
    paper.fill(Qt.GlobalColor.white)
    painter = QPainter(paper)
    painter.drawImage(edge, edge, drawn)
    painter.end()
    return paper
