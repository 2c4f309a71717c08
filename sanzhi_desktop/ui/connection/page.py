"""The one place where servers are set up: the list, the form, and a button that tries them."""

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.resources.sentences import explain, sentence
from sanzhi_desktop.settings.servers import Server, ServerFault, ServerList
from sanzhi_desktop.ui.connection.asking import Question
from sanzhi_desktop.ui.connection.form import ServerForm
from sanzhi_desktop.ui.connection.trial_card import TrialCard
from sanzhi_desktop.ui.door import Entry
from sanzhi_desktop.ui.jobs import Jobs
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner, PlainLabel, button, row, scrolled


class ConnectionPage(QWidget):
    """Belongs to a dialog or a tab. `saved` names the server that was kept."""

    saved = Signal(str)

    def __init__(self, servers: ServerList, jobs: Jobs, entry: Entry, *, person: str = "") -> None:
        super().__init__()
        self._servers = servers
        self._shown = Server("", ())
        self._editing = ""  # name under which the shown server is kept; "" for a new one
        outer = QHBoxLayout(self)
        outer.setContentsMargins(0, 8, 0, 0)
        outer.setSpacing(16)
        outer.addLayout(self._build_list())
        right = QVBoxLayout()
        right.setSpacing(10)
        self.note = PlainLabel(role="muted").wrapped()
        right.addWidget(self.note)
        self.say_first("")
        self.banner = Banner()
        right.addWidget(self.banner)
        self.form = ServerForm()
        inner = QWidget()
        lines = QVBoxLayout(inner)
        lines.setContentsMargins(0, 0, 8, 0)
        self.trial = TrialCard(self.tr("测试连接"), self.form, jobs, entry, person=person)
        lines.addWidget(self.trial)
        lines.addWidget(self.form)
        self.area = scrolled(inner)
        right.addWidget(self.area, 1)
        right.addLayout(self._build_foot())
        outer.addLayout(right, 1)
        self.refresh()

    def _build_list(self) -> QVBoxLayout:
        lines = QVBoxLayout()
        self.list = QListWidget()
        self.list.setAccessibleName(self.tr("服务器清单"))
        self.list.setFixedWidth(190)
        self.list.currentItemChanged.connect(self._choose)
        self.add = button(
            self.tr("新增(&A)"), lambda: self.leave_form(self.begin_new), kind="small"
        )
        self.drop = button(self.tr("删除(&X)…"), self._ask_to_drop, kind="small")
        lines.addWidget(self.list, 1)
        lines.addLayout(row(self.add, self.drop, None))
        return lines

    def _build_foot(self) -> QHBoxLayout:
        self.save = button(self.tr("保存(&S)"), self.keep, kind="primary")
        return row(None, self.save)

    def say_first(self, words: str) -> None:
        """What stands over the form, before what is always said there."""
        self.note.setText(words + self.tr("这里只记住服务器的位置和证书文件，不记密码。"))

    def refresh(self, choose: str = "") -> None:
        """Reads the list again and shows one of it, or a new one when it is empty."""
        try:
            known = self._servers.all()
        except DomainError as error:
            self.banner.show_text(explain(error), Tone.DANGER)
            known = ()
        self.list.blockSignals(True)
        self.list.clear()
        for server in known:
            item = QListWidgetItem(server.name)
            item.setData(Qt.ItemDataRole.UserRole, server)
            item.setToolTip(server.shown)
            self.list.addItem(item)
        names = [server.name for server in known]
        self.list.setCurrentRow(names.index(choose) if choose in names else 0 if names else -1)
        self.list.blockSignals(False)
        if names:
            self._show_chosen()
        else:
            self.begin_new()

    def _chosen(self) -> Server | None:
        found = [item.data(Qt.ItemDataRole.UserRole) for item in self.list.selectedItems()]
        return found[0] if found and isinstance(found[0], Server) else None

    def _choose(self, item: QListWidgetItem | None, before: QListWidgetItem | None) -> None:
        """Another one of the list; what was typed and not saved is asked about first. Saving reads
        the list anew, so the line is found again by its name."""
        if not self.dirty or item is None:
            self._show_chosen()
            return
        wanted = item.text()
        self._mark(before)
        self.leave_form(lambda: self.refresh(wanted))

    def _mark(self, item: QListWidgetItem | None) -> None:
        self.list.blockSignals(True)
        self.list.setCurrentRow(-1 if item is None else self.list.row(item))
        self.list.blockSignals(False)

    @property
    def dirty(self) -> bool:
        """Whether the form says something else than when it was filled."""
        return self.form.server() != self._shown

    def _fill(self, server: Server) -> None:
        self.form.show_server(server)
        self._shown = self.form.server()

    def leave_form(self, then: Callable[[], object]) -> None:
        """Goes on with `then`, after asking what becomes of edits that were not saved."""
        if not self.dirty:
            then()
            return
        words = self.tr("对服务器“{0}”的修改还没有保存。").format(self.form.server().name.strip())
        asked = Question(self.window(), self.tr("修改没有保存"), words)
        asked.offer(self.tr("不保存(&D)"), lambda: self._give_up(then))
        asked.offer(self.tr("继续填写(&N)"), None)
        asked.offer(self.tr("保存(&S)"), lambda: self.keep() and then(), kind="primary")
        asked.open()

    def _give_up(self, then: Callable[[], object]) -> None:
        self._shown = self.form.server()
        then()

    def _show_chosen(self) -> None:
        server = self._chosen()
        if server is not None:
            self._editing = server.name
            self._fill(server)
            self.trial.forget()
        self.drop.setEnabled(server is not None)

    def begin_new(self) -> None:
        """An empty form."""
        self.list.blockSignals(True)
        self.list.setCurrentRow(-1)
        self.list.blockSignals(False)
        self._editing = ""
        self._fill(Server("", ()))
        self.trial.forget()
        self.drop.setEnabled(False)
        self.form.where.fields["name"].editor.setFocus()

    def begin_at(self, place: str, name: str) -> None:
        """A new server at the place an office was moved to (host:port/database); one that is
        known already is shown instead."""
        where, _, database = place.partition("/")
        host, _, port = where.rpartition(":")
        if not host or not port.isdecimal():
            return
        address = (host, int(port))
        known = [self.list.item(n).data(Qt.ItemDataRole.UserRole) for n in range(self.list.count())]
        for at, server in enumerate(known):
            if (
                isinstance(server, Server)
                and server.database == database
                and (address in server.hosts)
            ):
                self.list.setCurrentRow(at)
                return
        self.begin_new()
        self._fill(Server(name, (address,), database=database))

    def keep(self) -> bool:
        """Saves what the form says; whether it could be saved."""
        server = self.form.server()
        faults = server.faults()
        self.form.show_faults(faults)
        if faults:
            return False
        try:
            self._servers.keep(server, instead_of=self._editing)
        except DomainError as error:
            if error.code is ServerFault.NAME_TAKEN:
                self.form.show_faults({"name": ServerFault.NAME_TAKEN})
                self.form.where.fields["name"].error(explain(error))
            else:
                self.banner.show_text(explain(error), Tone.DANGER)
            return False
        self.banner.show_text(sentence("server.kept", name=server.name), Tone.OK)
        self.refresh(server.name)
        self.saved.emit(server.name)
        return True

    def _ask_to_drop(self) -> None:
        server = self._chosen()
        if server is None:
            return
        words = self.tr(
            "把服务器“{0}”（{1}）从这台电脑的清单里删除？数据库和其中的案件不受影响；"
            "以后再用，要重新填写地址和证书。"
        )
        asked = Question(
            self.window(), self.tr("删除服务器"), words.format(server.name, server.shown)
        )
        asked.offer(self.tr("删除(&D)"), lambda: self._drop(server.name), kind="danger")
        asked.offer(self.tr("不删除(&N)"), None, kind="primary")
        asked.open()

    def _drop(self, name: str) -> None:
        try:
            self._servers.drop(name)
        except DomainError as error:
            self.banner.show_text(explain(error), Tone.DANGER)
            return
        self.refresh()
