"""附件存放: where the office keeps its attachments, how much of them, and whether all are intact."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit

from sanzhi_desktop.application import attachments
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.files import (
    MIB,
    AttachmentFault,
    StoreKind,
    StoreSettings,
    check_settings,
)
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane
from sanzhi_desktop.ui.people.files_check import FilesCheck
from sanzhi_desktop.ui.people.pages import Page
from sanzhi_desktop.ui.people.register import Register
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import (
    Banner,
    Card,
    PlainLabel,
    button,
    column,
    holding,
    row,
    scrolled,
)

# Refusals that belong to one field: shown beneath it.
_PLACES: Mapping[Code, str] = {
    AttachmentFault.LIMIT_WRONG: "file_limit",
    AttachmentFault.ENDPOINT_WRONG: "endpoint",
    AttachmentFault.SECRET_IN_ENDPOINT: "endpoint",
    AttachmentFault.OBJECTS_AWAY: "endpoint",
    AttachmentFault.OBJECTS_REFUSED: "endpoint",
    AttachmentFault.NO_CREDENTIALS: "endpoint",
    AttachmentFault.BUCKET_MISSING: "bucket",
    AttachmentFault.NO_BUCKET: "bucket",
}
_OBJECTS = ("endpoint", "bucket", "region")


class StorePage(Page):
    """The setting above, the check of all files beneath."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.settings: StoreSettings | None = None
        self._cards = column()
        self._build_setting()
        self.files = FilesCheck(desk)
        self._cards.addWidget(self.files)
        self._cards.addStretch(1)
        # A low window scrolls: it must not press the fields into one another.
        self.lines.addWidget(scrolled(holding(self._cards)))

    def _build_setting(self) -> None:
        self.form = Form()
        self.kind = QComboBox()
        self.form.add("kind", self.tr("存放位置(&W)"), self.kind)
        self.form.add(
            "endpoint", self.tr("地址(&A)"), QLineEdit(), hint="https://s3.danwei.example:9000"
        )
        self.form.add("bucket", self.tr("存储桶(&B)"), QLineEdit())
        self.form.add(
            "region", self.tr("区域(&G)"), QLineEdit(), hint=self.tr("自建的对象存储一般不用填")
        )
        self.form.add(
            "file_limit", self.tr("单个文件上限（MB）(&L)"), QLineEdit(), hint=self.tr("不限")
        )
        self.form.add("quota", self.tr("本单位限额（MB）(&Q)"), QLineEdit(), hint=self.tr("不限"))
        self.sm3 = QCheckBox(self.tr("存入时同时保存 SM3 值"))
        self.form.add("sm3", self.tr("国密校验值"), self.sm3)
        self.kind.currentIndexChanged.connect(lambda _: self._show_kind())
        self.words = PlainLabel(role="muted").wrapped()
        self.refusal = Banner()
        self.save = button(self.tr("保存(&S)"), self._save, kind="primary")
        self.probe = button(self.tr("试连(&T)"), self._probe)
        card = Card(self.tr("附件存放"))
        card.setMaximumWidth(860)
        card.body.addWidget(self.form)
        card.body.addWidget(self.words)
        card.body.addWidget(self.refusal)
        card.body.addLayout(row(self.save, self.probe, None))
        self._cards.addWidget(card)

    def fill(self, _register: Register) -> None:
        reader = self.desk.session.reader
        self.desk.jobs.run(
            Lane.DATABASE, self, reader.file_store, done=self.show_settings, key="store"
        )

    def show_settings(self, settings: StoreSettings) -> None:
        """Shows what holds now; what was typed and not saved stays when nothing changed."""
        if settings == self.settings:
            return
        self.settings = settings
        folder = settings.kind is StoreKind.FOLDER
        offered = (
            [(StoreKind.FOLDER, self.tr("本机文件夹（数据库旁边）"))]
            if folder
            else [
                (StoreKind.DATABASE, self.tr("共用数据库里")),
                (StoreKind.OBJECTS, self.tr("对象存储（S3 兼容）")),
            ]
        )
        self.kind.clear()
        for code, text in offered:
            self.kind.addItem(text, code.value)
        self.form.put(
            {
                "kind": settings.kind.value,
                "endpoint": settings.endpoint,
                "bucket": settings.bucket,
                "region": settings.region,
                "file_limit": _megabytes(settings.file_limit),
                "quota": _megabytes(settings.quota),
                "sm3": "1" if settings.sm3 else "",
            }
        )
        self.form.show_row("sm3", on=not folder)
        self._show_kind()

    def _show_kind(self) -> None:
        kind = str(self.kind.currentData() or StoreKind.FOLDER)
        for key in _OBJECTS:
            self.form.show_row(key, on=kind == StoreKind.OBJECTS)
        self.probe.setVisible(kind == StoreKind.OBJECTS)
        self.words.setText(
            {
                StoreKind.FOLDER: self.tr(
                    "单机使用时，附件按内容存在数据库旁边的文件夹里，相同的文件只存一份。"
                ),
                StoreKind.DATABASE: self.tr(
                    "附件分块存在共用数据库里，各台电脑都能读，随数据库一起备份；"
                    "单个文件最大 500 MB。备份会随附件变大。原来在对象存储里的附件留在原处，照常可读，"
                    "请保留那里的存储桶和每台电脑上的访问密钥。"
                ),
                StoreKind.OBJECTS: self.tr(
                    "附件存在单位的对象存储里，适合录像等大文件，需要另行备份。访问密钥不在这里填写，"
                    "在每台电脑上用 sanzhi blob key 存入系统密钥库。原来的附件留在原处，照常可读；"
                    "换了存储桶的，请保留原来的存储桶和密钥。自己把文件搬到了新的存储桶的，用"
                    " sanzhi blob store --moved-from 说明。"
                ),
            }[StoreKind(kind)]
        )

    # ----- the setting

    def _wanted(self) -> StoreSettings:
        """What the form says. Raises DomainError(LIMIT_WRONG) for what is no number."""
        values = self.form.values()
        limits = {}
        for key in ("file_limit", "quota"):
            text = values[key].strip()
            if text and not text.isdecimal():
                raise DomainError(AttachmentFault.LIMIT_WRONG, largest=500)
            limits[key] = int(text or 0) * MIB
        kind = StoreKind(values["kind"] or StoreKind.FOLDER)
        objects = kind is StoreKind.OBJECTS
        wanted = StoreSettings(
            kind,
            endpoint=values["endpoint"].strip().rstrip("/") if objects else "",
            bucket=values["bucket"].strip() if objects else "",
            region=values["region"].strip() if objects else "",
            sm3=bool(values["sm3"]) and kind is not StoreKind.FOLDER,
        )
        wanted = replace(wanted, file_limit=limits["file_limit"], quota=limits["quota"])
        check_settings(wanted)
        return wanted

    def _checked(self) -> StoreSettings | None:
        self._clear()
        try:
            return self._wanted()
        except DomainError as error:
            self.refuse(error)
            return None

    def _save(self) -> None:
        wanted, session = self._checked(), self.desk.session
        if wanted is None:
            return

        def send() -> Changed:
            if wanted.kind is StoreKind.OBJECTS:
                session.files.reach(wanted)
            return attachments.set_store(session, wanted)

        self.desk.jobs.write(self, send, done=lambda _: self._saved(wanted), failed=self.refuse)

    def _saved(self, settings: StoreSettings) -> None:
        self.settings = settings
        self.desk.told.emit(self.tr("附件存放已保存，以后存入的文件按新的设定。"))

    def _probe(self) -> None:
        wanted, files = self._checked(), self.desk.session.files
        if wanted is not None:
            self.desk.jobs.run(
                Lane.DOCUMENTS,
                self,
                lambda: files.reach(wanted),
                done=lambda _: self.refusal.show_text(self.tr("连得上，可以写入和读出。"), Tone.OK),
                failed=self.refuse,
                key="probe",
            )

    def _clear(self) -> None:
        self.form.clear_errors()
        self.refusal.show_text("")

    def refuse(self, error: BaseException) -> None:
        """Shows why not, beneath its field where it has one; what was typed stays."""
        self._clear()
        words = self.desk.problems.text(error)
        place = _PLACES.get(error.code) if isinstance(error, DomainError) else None
        if place is None:
            self.refusal.show_text(words, Tone.DANGER)
        else:
            self.form.fields[place].error(words)
            self.form.fields[place].editor.setFocus()


def _megabytes(size: int) -> str:
    return str(size // MIB) if size else ""
