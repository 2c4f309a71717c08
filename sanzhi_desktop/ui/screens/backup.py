"""备份: copies of this PC's database, each restored and checked before it is called good."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import (
    QFileDialog,
    QLineEdit,
    QProgressBar,
    QStackedWidget,
    QWidget,
)

from sanzhi_desktop.application.keeping import BackupRow, ExportRow, Keeper
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.forms import Form
from sanzhi_desktop.ui.jobs import Lane, Task
from sanzhi_desktop.ui.names import moment
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.tables import Column, RowModel, Table
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import (
    Banner,
    EmptyState,
    PlainLabel,
    button,
    holding,
    reveal,
    row,
)

T = TypeVar("T")
KEEP = 30
OLD = timedelta(days=7)


class BackupScreen(Screen):
    """Makes a backup now, shows which ones are good, and where they go."""

    kinds = frozenset()

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.keeper: Keeper | None = None
        self._running: Task | None = None
        self.now = button(
            self.tr("立即备份(&B)"), self._start, kind="primary", icon="save", shortcut="Ctrl+B"
        )
        self.now.setEnabled(False)
        self.stop = button(self.tr("停止(&T)"), self._stop)
        self.export = button(
            self.tr("导出全部数据(&E)…"),
            self._choose_export,
            tip=self.tr("JSON 和原始文件，附只需 Python 的核对程序，不用本程序也能读"),
        )
        self.export.setEnabled(False)
        self.banner = Banner()
        self.form = Form()
        self.folder = QLineEdit(str(desk.settings.backups))
        self.folder.setReadOnly(True)
        self.choose = button(self.tr("更改…(&P)"), self._choose, kind="small")
        self.form.add("folder", self.tr("备份到"), self.folder, beside=self.choose)
        words = self.tr(
            "请选另一个磁盘或者移动硬盘。每次备份都试恢复一遍，核对结构、办理记录、行数和附件，"
            "全部一致才算“已验证”。保留最近 {0} 份已验证的，没有通过验证的不会挤掉它们。"
        ).format(KEEP)
        self.words = PlainLabel(words, role="muted").wrapped()
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("备份进度"))
        self.doing = PlainLabel(role="muted")
        self.progress = holding(row(self.doing, self.bar))
        self.body = QStackedWidget()
        self.body.addWidget(self._build_table())
        self.empty = EmptyState("save")
        self.body.addWidget(self.empty)
        for part in (self.stop, self.progress):
            reveal(part, on=False)
        self.root.addLayout(
            row(self.heading(self.tr("备份")), None, self.stop, self.export, self.now)
        )
        for widget in (self.banner, self.form, self.words, self.progress):
            self.root.addWidget(widget)
        self.root.addWidget(self.body, 1)

    def _build_table(self) -> QWidget:
        self.table = Table(self.tr("备份列表"))
        self.model: RowModel[BackupRow] = RowModel(
            [
                Column("at", self.tr("时间"), lambda b: moment(b.made_at), 146),
                Column(
                    "good",
                    self.tr("状态"),
                    lambda b: self.tr("已验证") if b.good else self.tr("未通过"),
                    80,
                    tone=lambda b: Tone.OK if b.good else Tone.DANGER,
                ),
                Column("cases", self.tr("案件"), lambda b: str(b.cases), 60, right=True),
                Column("files", self.tr("附件"), lambda b: str(b.files), 60, right=True),
                Column("size", self.tr("大小"), _size, 90, right=True),
                Column(
                    "file",
                    self.tr("文件或者未通过的原因"),
                    lambda b: b.path.name if b.good else b.why,
                    420,
                    tip=lambda b: str(b.path) if b.good else f"{b.why}\n{b.path}",
                ),
            ],
            self,
        )
        self.table.use(self.model)
        return self.table

    def title(self) -> str:
        return self.tr("备份")

    def shown(self) -> None:
        self.read(self.desk.entry.keeper, self._know, key="keeper")

    def _know(self, keeper: Keeper | None) -> None:
        self.keeper = keeper
        for part in (self.form, self.words, self.now, self.export):
            reveal(part, on=keeper is not None)
        if keeper is None:
            self.empty.say(
                self.tr("这个单位的数据在服务器上"),
                self.tr("由服务器的管理员定期运行 sanzhi backup 备份，请向他了解最近一次备份。"),
            )
            self.body.setCurrentWidget(self.empty)
            return
        self.now.setEnabled(self._running is None)
        self.export.setEnabled(self._running is None)
        self._list()

    # ----- the list

    def _list(self) -> None:
        keeper, folder = self.keeper, self.desk.settings.backups
        gateway = self.desk.session.gateway  # of this PC: asking its clock waits for nobody
        if keeper is not None:
            self.desk.jobs.run(
                Lane.LOCAL,
                self,
                lambda: (keeper.backups(folder), gateway.now()),
                done=self._show,
                key="list",
            )

    def _show(self, found: tuple[Sequence[BackupRow], datetime]) -> None:
        rows, now = found
        self.model.replace(rows)
        if not rows:
            self.empty.say(
                self.tr("这个文件夹里还没有这个数据库的备份"),
                self.tr("按“立即备份”做第一份。做备份时可以照常办案。"),
            )
        self.body.setCurrentWidget(self.table if rows else self.empty)
        self._remind(rows, now)

    def _remind(self, rows: Sequence[BackupRow], now: datetime) -> None:
        good = next((one for one in rows if one.good), None)
        if good is None:
            words = self.tr("还没有一份已验证的备份。磁盘损坏时，这里的案件无法找回。")
            self.banner.show_text(words, Tone.WARN)
        elif now - good.made_at > OLD:
            words = self.tr("最近一份已验证的备份是 {0} 的，请再做一份。")
            self.banner.show_text(words.format(moment(good.made_at)), Tone.WARN)
        else:
            self.banner.show_text("")

    # ----- making one

    def _start(self) -> None:
        keeper, folder = self.keeper, self.desk.settings.backups
        if keeper is not None:
            self._run(lambda task: keeper.backup(folder, keep=KEEP, report=task.report), self._done)

    def _run(self, work: Callable[[Task], T], done: Callable[[T], None]) -> None:
        """One thing at a time. Documents wait meanwhile; reading and saving cases goes on."""
        if self._running is not None:
            return
        self._run_shown(on=True)
        self._told(0, 0, self.tr("准备"))
        self._running = self.desk.jobs.run_task(
            Lane.DOCUMENTS,
            self,
            work,
            done=done,
            failed=self._failed,
            progress=self._told,
        )

    def _told(self, step: int, total: int, text: str) -> None:
        self.doing.setText(text)
        self.bar.setRange(0, total)
        self.bar.setValue(step)

    def _run_shown(self, *, on: bool) -> None:
        for part in (self.stop, self.progress):
            reveal(part, on=on)
        self.now.setEnabled(not on)
        self.export.setEnabled(not on)
        self.choose.setEnabled(not on)
        if on:
            self.stop.setFocus()

    def _end(self) -> None:
        self._running = None
        self._run_shown(on=False)
        self.now.setFocus()
        self._list()

    def _done(self, made: BackupRow) -> None:
        self._end()
        if made.good:
            self.desk.told.emit(self.tr("已备份并验证：{0}").format(made.path.name))
        else:
            self.desk.told.emit(self.tr("备份没有通过验证，请看列表里的原因。"))

    def _failed(self, error: BaseException) -> None:
        self._end()
        self.form.fields["folder"].error(self.desk.problems.text(error))

    def _stop(self) -> None:
        if self._running is not None:
            self._running.cancel()
            self._end()
            self.desk.told.emit(self.tr("已停止，没有留下做了一半的内容。"))

    # ----- the open export

    def _choose_export(self) -> None:
        dialog = QFileDialog(self, self.tr("导出到"), str(self.desk.settings.papers))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.export_to)
        dialog.open()

    def export_to(self, folder: str) -> None:
        """Writes the open export into a new folder inside the chosen one."""
        keeper = self.keeper
        if keeper is not None:
            place = Path(folder)
            self._run(lambda task: keeper.export(place, report=task.report), self._exported)

    def _exported(self, made: ExportRow) -> None:
        self._end()
        if made.missing:
            words = self.tr("已导出到 {0}，但有 {1} 个附件缺失或者内容已变。")
            self.banner.show_text(words.format(made.path, len(made.missing)), Tone.WARN)
        else:
            words = self.tr("已导出 {0} 行、文书 {1} 份、附件 {2} 个到 {3}")
            told = words.format(made.rows, made.papers, made.files, made.path)
            self.desk.told.emit(told)

    # ----- where they go

    def _choose(self) -> None:
        dialog = QFileDialog(self, self.tr("备份到"), self.folder.text())
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.keep_folder)
        dialog.open()

    def keep_folder(self, folder: str) -> None:
        """Where backups go from now on."""
        if not Path(folder).is_dir():
            self.form.fields["folder"].error(self.tr("没有这个文件夹，请另选。"))
            return
        self.form.fields["folder"].error("")
        self.desk.settings.backups = Path(folder)
        self.folder.setText(folder)
        self._list()


def _size(made: BackupRow) -> str:
    mega = made.size / 1_000_000
    return f"{mega:,.1f} MB"
