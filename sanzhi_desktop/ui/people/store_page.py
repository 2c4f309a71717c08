"""附件存放: where the office keeps its attachments, how much of them, and whether all are intact."""

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtWidgets import QCheckBox, QComboBox, QLineEdit, QProgressBar

from sanzhi_desktop.application import attachments
from sanzhi_desktop.application.attachments import FileFinding, FilesReport
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.files import (
    MIB,
    FileFault,
    FileState,
    StoreKind,
    StoreSettings,
    check_settings,
    mib,
)
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane, Task
from sanzhi_desktop.ui.people.pages import Page
from sanzhi_desktop.ui.people.register import Register
from sanzhi_desktop.ui.tables import Column, RowModel, Table
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
    FileFault.LIMIT_WRONG: "file_limit",
    FileFault.ENDPOINT_WRONG: "endpoint",
    FileFault.SECRET_IN_ENDPOINT: "endpoint",
    FileFault.OBJECTS_AWAY: "endpoint",
    FileFault.OBJECTS_REFUSED: "endpoint",
    FileFault.NO_CREDENTIALS: "endpoint",
    FileFault.BUCKET_MISSING: "bucket",
    FileFault.NO_BUCKET: "bucket",
}
_OBJECTS = ("endpoint", "bucket", "region")


class StorePage(Page):
    """The setting above, the check of all files beneath."""

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.settings: StoreSettings | None = None
        self._task: Task | None = None
        self._cards = column()
        self._build_setting()
        self._build_check()
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

    def _build_check(self) -> None:
        self.check = button(self.tr("核对全部附件(&J)"), self.check_all, icon="check")
        self.stop = button(self.tr("停止核对(&X)"), self._stop, kind="small")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedHeight(10)
        self.bar.setAccessibleName(self.tr("核对附件的进度"))
        self.told = PlainLabel(
            self.tr("逐个读出保存的文件，与登记的校验值比较。附件多时需要几分钟。"), role="muted"
        ).wrapped()
        self.table = Table(self.tr("有问题的附件"))
        self.findings: RowModel[FileFinding] = RowModel(
            [
                Column("case", self.tr("案件"), lambda f: f.use.case, 300),
                Column("material", self.tr("材料"), lambda f: f.use.material, 200),
                Column("state", self.tr("情况"), self._state, 100, tone=lambda _: Tone.DANGER),
                Column("sha256", self.tr("SHA-256"), lambda f: f.use.sha256, 300),
            ],
            self,
        )
        self.table.use(self.findings)
        self.table.setMinimumHeight(self.fontMetrics().height() * 12)
        card = Card(self.tr("附件核对"))
        card.body.addLayout(row(self.check, self.stop, self.bar, None))
        card.body.addWidget(self.told)
        card.body.addWidget(self.table)
        self._cards.addWidget(card)
        for part in (self.stop, self.bar, self.table):
            part.hide()

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
                    "单个文件最大 500 MB。备份会随附件变大。"
                ),
                StoreKind.OBJECTS: self.tr(
                    "附件存在单位的对象存储里，适合录像等大文件，需要另行备份。访问密钥不在这里填写，"
                    "在每台电脑上用 sanzhi blob key 存入系统密钥库。原来的附件留在原处，照常可读。"
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
                raise DomainError(FileFault.LIMIT_WRONG, largest=500)
            limits[key] = int(text or 0) * MIB
        kind = StoreKind(values["kind"] or StoreKind.FOLDER)
        objects = kind is StoreKind.OBJECTS
        wanted = StoreSettings(
            kind,
            endpoint=values["endpoint"].strip().rstrip("/") if objects else "",
            bucket=values["bucket"].strip() if objects else "",
            region=values["region"].strip() if objects else "",
            sm3=bool(values["sm3"]),
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

    # ----- the check

    def check_all(self) -> None:
        """Looks at every file of the office, off the GUI thread."""
        session = self.desk.session
        self._task = self.desk.jobs.run_task(
            Lane.DOCUMENTS,
            self,
            lambda task: attachments.check_office(session, seen=task.report),
            done=self.show_report,
            failed=self._check_failed,
            progress=self._show_progress,
            key="check",
        )
        self._running(on=True)
        self.told.setText(self.tr("正在核对…"))

    def _running(self, *, on: bool) -> None:
        self.check.setEnabled(not on)
        self.stop.setVisible(on)
        self.bar.setVisible(on)
        self.bar.setRange(0, 0)

    def _show_progress(self, done: int, total: int, _text: str) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.told.setText(self.tr("正在核对第 {0} 个，共 {1} 个…").format(done, total))

    def _stop(self) -> None:
        if self._task is not None:
            self._task.cancel()
        self._running(on=False)
        self.told.setText(self.tr("已停止，没有核对完。"))

    def _check_failed(self, error: BaseException) -> None:
        self._running(on=False)
        self.told.setText(self.tr("没有核对完：{0}").format(self.desk.problems.text(error)))

    def show_report(self, report: FilesReport) -> None:
        """What was found."""
        self._running(on=False)
        self.findings.replace(report.findings)
        self.table.setVisible(not report.sound)
        parts = [
            self.tr("核对附件 {0} 个，共存 {1} MB。").format(report.checked, mib(report.size)),
            self.tr("全部完好。")
            if report.sound
            else self.tr(
                "{0} 处有问题：材料已变的案件不得作出决定，请从备份恢复文件，或者通知承办人重新提交。"
            ).format(len(report.findings)),
        ]
        if report.unreferenced:
            parts.append(
                self.tr("另有 {0} 个文件现在没有案件使用，可能是以前轮次的材料，予以保留。").format(
                    len(report.unreferenced)
                )
            )
        if report.unfinished:
            parts.append(self.tr("另有 {0} 个文件没有传完。").format(len(report.unfinished)))
        self.told.setText("".join(parts))

    def _state(self, finding: FileFinding) -> str:
        return {
            FileState.CHANGED: self.tr("材料已变"),
            FileState.MISSING: self.tr("找不到"),
            FileState.INTACT: "",
        }[finding.state]


def _megabytes(size: int) -> str:
    return str(size // MIB) if size else ""
