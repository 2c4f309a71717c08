"""The card that looks at every file of the office: how far it is, and what it found."""

from PySide6.QtWidgets import QProgressBar, QWidget

from sanzhi_desktop.application import attachments
from sanzhi_desktop.application.attachments import FileFinding, FilesReport
from sanzhi_desktop.domain.files import FileState, mib
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.jobs import Lane, Task
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Card, PlainLabel, button, row


class FilesCheck(Card):
    """A button, a bar while it runs, and the damaged files with their cases."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__("", parent)
        self.desk = desk
        self._task: Task | None = None
        self.body.addWidget(PlainLabel(self.tr("附件核对"), role="heading"))
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
                Column("material", self.tr("材料"), self._material, 200),
                Column("state", self.tr("情况"), self._state, 100, tone=lambda _: Tone.DANGER),
                Column("sha256", self.tr("SHA-256"), lambda f: f.use.sha256, 300),
            ],
            self,
        )
        self.table.use(self.findings)
        self.table.setMinimumHeight(self.fontMetrics().height() * 12)
        self.body.addLayout(row(self.check, self.stop, self.bar, None))
        self.body.addWidget(self.told)
        self.body.addWidget(self.table)
        for part in (self.stop, self.bar, self.table):
            part.hide()

    def _material(self, finding: FileFinding) -> str:
        """A file that no row names any more is still what an earlier round was signed on."""
        name = finding.use.material
        return name if finding.use.now else self.tr("{0}（以前的材料）").format(name)

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
                self.tr("另有 {0} 个文件现在没有案件使用，以前轮次的材料予以保留。").format(
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
