"""People and keys: the register, certificates, recusals, seal and trusted roots.

An administrator sees and changes everything; the lead keeps recusals; everybody else sees the own
entry and registers the own certificate.
"""

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QTabWidget

from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.desk import Desk
from sanzhi_desktop.ui.people.expert_page import ExpertsPage
from sanzhi_desktop.ui.people.key_pages import CertificatesPage, RootsPage, SealPage
from sanzhi_desktop.ui.people.pages import Page, PeoplePage, RecusalsPage
from sanzhi_desktop.ui.people.register import Register, read_register, warnings
from sanzhi_desktop.ui.people.store_page import StorePage
from sanzhi_desktop.ui.screen import Screen
from sanzhi_desktop.ui.theme import Tone
from sanzhi_desktop.ui.widgets import Banner

MOST_WARNINGS = 3
_KEEP_EXPERTS = frozenset({Role.LEAD, Role.HEAD, Role.SECRETARY, Role.ADMIN})


class PeopleScreen(Screen):
    """The pages that the person's roles open."""

    kinds = frozenset({"people", "keys", "files"})

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.register: Register | None = None
        self.people = PeoplePage(desk)
        self.certificates = CertificatesPage(desk)
        self.recusals = RecusalsPage(desk)
        self.experts = ExpertsPage(desk)
        self.seal = SealPage(desk)
        self.roots = RootsPage(desk)
        self.store = StorePage(desk)
        admin = Role.ADMIN in desk.roles
        wanted: list[tuple[Page, str, bool]] = [
            (self.people, self.tr("人员") if admin else self.tr("我的登记"), True),
            (self.certificates, self.tr("签名证书"), True),
            (self.recusals, self.tr("回避"), admin or Role.LEAD in desk.roles),
            (self.experts, self.tr("专家"), bool(desk.roles & _KEEP_EXPERTS)),
            (self.seal, self.tr("印章"), admin),
            (self.roots, self.tr("信任根"), admin),
            (self.store, self.tr("附件存放"), admin),
        ]
        self.pages = [page for page, _, on in wanted if on]
        self.banner = Banner()
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.setAccessibleName(self.tr("人员与证书的页签"))
        for page, text, on in wanted:
            if on:
                self.tabs.addTab(page, text)
            else:
                page.setParent(self)
                page.hide()
        self.root.addWidget(self.heading(self.tr("人员与证书")))
        self.root.addWidget(self.banner)
        self.root.addWidget(self.tabs, 1)
        for keys, step in (("Ctrl+Tab", 1), ("Ctrl+Shift+Tab", -1)):
            turn = QShortcut(QKeySequence(keys), self)
            turn.activated.connect(lambda by=step: self._turn(by))
        find = QShortcut(QKeySequence.StandardKey.Find, self)
        find.activated.connect(self._find)
        again = QShortcut(QKeySequence.StandardKey.Refresh, self)
        again.activated.connect(self.shown)

    def title(self) -> str:
        return self.tr("人员与证书")

    def shown(self) -> None:
        session, work = self.desk.session, self.desk.work
        self.read(lambda: read_register(session, work), self.show_register, key="register")

    def show_register(self, register: Register) -> None:
        """Fills all pages and says who should be looked after."""
        first = self.register is None
        self.register = register
        for page in self.pages:
            page.show_register(register)
        only = "" if Role.ADMIN in self.desk.roles else self.desk.session.actor.person_id
        found = warnings(register, only=only)
        words = "；".join(f"{person.name}：{mark.text}" for person, mark in found[:MOST_WARNINGS])
        if len(found) > MOST_WARNINGS:
            words += self.tr("；另有 {0} 项，见“状态”").format(len(found) - MOST_WARNINGS)
        self.banner.show_text(words, Tone.WARN)
        if first and self.isVisible() and self.tabs.currentWidget() is self.people:
            self.people.table.setFocus()

    def _turn(self, by: int) -> None:
        self.tabs.setCurrentIndex((self.tabs.currentIndex() + by) % self.tabs.count())

    def _find(self) -> None:
        if self.people.search.isVisibleTo(self.people):
            self.tabs.setCurrentWidget(self.people)
            self.people.search.setFocus()
            self.people.search.selectAll()
