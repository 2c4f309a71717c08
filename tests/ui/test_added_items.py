"""Items an office added are asked in cases of that edition, marked, and printed with their mark."""

from datetime import date

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from sanzhi_desktop import resources
from sanzhi_desktop.application import review, ruleset
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import sample
from sanzhi_desktop.compose.journey import Journey, ReplayClock
from sanzhi_desktop.compose.sample import SampleKeys
from sanzhi_desktop.domain.case import AnswerRow
from sanzhi_desktop.domain.opinion import Answer
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.ui.screens.review import ReviewScreen
from tests.ui.office import Furnished
from tests.ui.seat import seat

PEOPLE = sample.office_data()
TEXT = "现场照片注明拍摄时间、地点和拍摄人"


def test_an_added_item_is_asked_and_marked(qtbot: QtBot, office: Furnished, work: Work) -> None:
    admin = PEOPLE.holder(Role.ADMIN).person_id
    with seat(qtbot, office, admin, work) as taken:
        opened = taken.entry._open()
        session = opened.session(admin)
        own = ruleset.current(session.reader).set(
            "checklist.items",
            {
                "value": [
                    {
                        "id": "photo",
                        "dimension": "EVIDENCE",
                        "text": TEXT,
                        "weight": "VETO",
                        "finding": "照片没有注明。",
                    }
                ],
                "document": "样例单位审核要点〔2026〕2号",
            },
        )
        own = own.cite("样例单位审核要点〔2026〕2号", {"title": "审核要点", "rank": "office"})
        ruleset.publish(session, work.book, own, edition="2026-02", effective_from=date(2026, 9, 1))
        here = session.reader.office()
        profile = work.book.applied(session.reader.profile_applied(here.profile_id, "2026-02"))
        nobody = SampleKeys(None, {})  # type: ignore[arg-type]  # nobody signs here
        made = Journey(PEOPLE, nobody, work, profile, ReplayClock(taken.now), opened.session)
        source = resources.path("samples", "penalty.txt")
        prefill = work.reader.read(source)
        made.register(made.complete(prefill), source)
        made.confirm()
        made.accept()
        made.assign()
        reviewer = made.reviewer()
        desk = review.open_desk(reviewer, work.book, case_id=made.case_id)
        assert "增01" in {item.id for item in desk.findings.items}
        older = review.open_desk(
            opened.session(reviewer.actor.person_id), work.book, case_id=office.cases["reviewing"]
        )
        assert "增01" not in {item.id for item in older.findings.items}
        made.answer("agree", prefill)
        review.answer(
            reviewer,
            case_id=made.case_id,
            seen_version=reviewer.reader.case(made.case_id).version,
            answers=[AnswerRow("增01", Answer.FAILS, "照片没有注明。", "证据卷第3页")],
        )
        desk = review.open_desk(reviewer, work.book, case_id=made.case_id)
        assert not desk.suggested.passes  # it is a veto like any other
        person, case_id = reviewer.actor.person_id, made.case_id
    with seat(qtbot, office, person, work) as taken:
        screen = taken.sit(ReviewScreen, case_id=case_id)
        shown = [
            screen.table.checklist.index(row, 1).data(Qt.ItemDataRole.DisplayRole)
            for row in range(screen.table.checklist.rowCount())
        ]
        assert f"增01 【本单位增加】{TEXT}" in shown
        lines = screen.table.checklist.lines  # refusals name items by the numbers shown here
        asked = [(one.item.id, text) for one, text in zip(lines, shown, strict=True) if one.item]
        assert len(asked) > 80
        assert all(text.startswith(f"{number} ") for number, text in asked)
        screen.table.go_to(screen.table.checklist.place_of("增01"))
        assert "【本单位增加】" in screen.item.text.text()
        assert "样例单位审核要点〔2026〕2号" in screen.item.basis.text()
