"""撤回、催办、加签: steps around a case that sign nothing and, but for 撤回, move nothing."""

from collections.abc import Callable, Sequence
from datetime import date
from functools import partial

from PySide6.QtWidgets import QComboBox, QLineEdit

from sanzhi_desktop.application import office_life
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.domain.office_life import SecondOpinion
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.domain.workflow import Action
from sanzhi_desktop.ui.forms import lines, parse_day, text_of
from sanzhi_desktop.ui.names import day
from sanzhi_desktop.ui.steps.base import StepDialog
from sanzhi_desktop.ui.widgets import Card, PlainLabel


class StepBackStep(StepDialog):
    """撤回: what was sent comes back to where it was sent from."""

    def build(self) -> None:
        opinion = office_life.step_back_of(self.case) is Action.RECALL_OPINION
        self.name_it(
            self.tr("撤回报签") if opinion else self.tr("撤回送审"),
            self.tr("签发人还没有打开。撤回后可以修改，您的签名随之失效，修改后重新签名报签。")
            if opinion
            else self.tr("法制审核机构还没有打开。撤回后可以修改，再次确认送审时重新起算期限。"),
            self.tr("撤回(&O)"),
        )
        self.beware()

    def work(self) -> Callable[[], Changed]:
        session, case = self.session, self.case
        action = office_life.step_back_of(case) or Action.RECALL
        return lambda: office_life.step_back(
            session, case_id=case.case_id, seen_version=case.version, action=action
        )


class _ToSomebody(StepDialog):
    """A line to a colleague, with the day until which it is asked for."""

    def add_fields(self, whom: str, text: str) -> None:
        """Person, text and day."""
        self.person = QComboBox()
        self.form.add("person_id", whom, self.person)
        self.form.add("text", text, lines(3))
        self.form.add(
            "until",
            self.tr("请于何时前办理(&D)"),
            QLineEdit(),
            hint=self.tr("可以留空；如 2026-09-24"),
        )
        self.read(self.session.reader.people, lambda people: self._fill(people.values()))

    def _fill(self, people: Sequence[Person]) -> None:
        handlers = {h.person_id for h in self.case.submission.handlers}
        wanted = self.first_choice()
        for person in people:
            if not person.active or person.person_id == self.desk.session.actor.person_id:
                continue
            if person.person_id in handlers and not self.handlers_too():
                continue
            unit = f"（{person.unit}）" if person.unit else ""
            self.person.addItem(f"{person.name}{unit}", person.person_id)
        self.person.setCurrentIndex(max(0, self.person.findData(wanted)))

    def first_choice(self) -> str:
        """Who is most likely meant."""
        return self.case.reviewer

    def handlers_too(self) -> bool:
        """Whether the case's handlers may be chosen."""
        return True

    def until(self) -> date | None:
        """The day typed. Raises DomainError for what is no day."""
        return parse_day(self.form.fields["until"].text)


class RemindStep(_ToSomebody):
    """催办."""

    def build(self) -> None:
        self.name_it(
            self.tr("催办"),
            self.tr("对方会在本案和工作台看到催办。催办记入办理记录，不改变案件的办理环节。"),
            self.tr("发出催办(&O)"),
        )
        self.add_fields(self.tr("催办对象(&P)"), self.tr("内容(&T)"))

    def work(self) -> Callable[[], Changed]:
        session, case, person = self.session, self.case, text_of(self.person)
        text, until = self.form.fields["text"].text, self.until()
        return lambda: office_life.remind(
            session,
            case_id=case.case_id,
            seen_version=case.version,
            person_id=person,
            text=text,
            until=until,
        )


class AskOpinionStep(_ToSomebody):
    """加签."""

    def build(self) -> None:
        self.name_it(
            self.tr("加签（征求意见）"),
            self.tr(
                "请一位同事就本案发表意见。案件不移动，意见只供审核人和签发人参考，"
                "不代替审核，也不代替任何人的签名。"
            ),
            self.tr("征求意见(&O)"),
        )
        self.add_fields(self.tr("征求意见的人(&P)"), self.tr("内容(&T)"))

    def first_choice(self) -> str:
        return ""

    def handlers_too(self) -> bool:
        return False

    def work(self) -> Callable[[], Changed]:
        session, case, person = self.session, self.case, text_of(self.person)
        text, until = self.form.fields["text"].text, self.until()
        return lambda: office_life.ask_opinion(
            session,
            case_id=case.case_id,
            seen_version=case.version,
            person_id=person,
            question=text,
            until=until,
        )


class GiveOpinionStep(StepDialog):
    """答复加签."""

    def build(self) -> None:
        self.name_it(
            self.tr("答复加签"),
            self.tr("您的意见供审核人和签发人参考，不代替审核和签名。"),
            self.tr("发表意见(&O)"),
        )
        asked = self._asked()
        if asked is not None:
            card = Card(self.tr("征求的意见"))
            card.body.addWidget(PlainLabel(asked.question).wrapped())
            if asked.until:
                words = self.tr("请于 {0} 前答复").format(day(asked.until))
                card.body.addWidget(PlainLabel(words, role="muted"))
            self.body.insertWidget(0, card)
        self.form.add("text", self.tr("意见(&T)"), lines(5))

    def _asked(self) -> SecondOpinion | None:
        me = self.desk.session.actor.person_id
        return next((s for s in self.case.second_opinions if s.open_for(me)), None)

    def work(self) -> Callable[[], Changed]:
        session, case, asked = self.session, self.case, self._asked()
        return partial(
            office_life.give_opinion,
            session,
            case_id=case.case_id,
            seen_version=case.version,
            request_id=asked.request_id if asked else "",
            opinion=self.form.fields["text"].text,
        )
