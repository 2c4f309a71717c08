"""The office's own rules: set, compared, published; running cases keep theirs."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from sanzhi_desktop import resources
from sanzhi_desktop.application import editions, ruleset
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.ruleset import OwnRules, RulesetFault
from sanzhi_desktop.compose.offices import new_office
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.people import Person
from sanzhi_desktop.persistence.open import create_embedded
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.rulebook import ShippedBook

BOOK = ShippedBook()
DOCUMENT = "样例法审〔2026〕1号"
ABOUT = {
    "title": "法制审核细则",
    "rank": "normative",
    "issuer": "样例单位",
    "date": date(2026, 1, 5),
}
LIMIT = {
    "value": 7,
    "unit": "working_day",
    "document": DOCUMENT,
    "article": "第五条",
    "quote": "自收到之日起七个工作日内完成审核",
}
HOW = {"article": "第六条", "quote": "罚款一万元以上的，应当审核"}


@pytest.fixture
def admin(tmp_path: Path) -> Iterator[Session]:
    opened = create_embedded(
        tmp_path / "office.db",
        new_office(profiles.shipped("zhengzhou"), code="1", name="甲", series="甲"),
        admin=Person("guanli_01", "管理员"),
        clock=lambda: datetime(2026, 9, 18, 1, tzinfo=UTC),
    )
    yield opened.session("guanli_01")
    opened.close()


def own(admin: Session) -> OwnRules:
    return ruleset.current(admin.reader).cite(DOCUMENT, ABOUT).set("review.limit", LIMIT)


def publish(admin: Session, rules: OwnRules, edition: str = "2026-1") -> None:
    ruleset.publish(admin, BOOK, rules, edition=edition, effective_from=date(2026, 9, 18))


def test_an_open_limit_is_set_with_its_source_and_shown_against_the_founding_document(
    admin: Session,
) -> None:
    made = ruleset.preview(
        BOOK, admin.reader, own(admin), edition="2026-1", effective_from=date(2026, 9, 18)
    )
    (change,) = made.from_founding
    assert (change.key, change.left.open, change.right.value) == ("review.limit", True, 7)
    assert change.right.source is not None
    assert change.right.source.document == DOCUMENT


def test_a_published_edition_becomes_the_offices_and_can_be_worked_on_again(
    admin: Session,
) -> None:
    publish(admin, own(admin))
    office = admin.reader.office()
    assert (office.profile_id, office.profile_edition) == ("zhengzhou_office", "2026-1")
    again = ruleset.current(admin.reader)
    assert again == own_again(again)
    publish(admin, again.set("review.limit", {**LIMIT, "value": 5}), "2026-2")
    applied = admin.reader.profile_applied("zhengzhou_office", "2026-2")
    assert BOOK.applied(applied).rule("review.limit").value == 5
    old = admin.reader.profile_applied("zhengzhou_office", "2026-1")
    assert BOOK.applied(old).rule("review.limit").value == 7


def own_again(rules: OwnRules) -> OwnRules:
    return OwnRules("zhengzhou", rules.name, {DOCUMENT: ABOUT}, {"review.limit": LIMIT})


def refused(call: object) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()  # type: ignore[operator]
    return caught.value


def test_faults_are_refused_and_the_running_edition_stays(admin: Session) -> None:
    rules = own(admin)
    assert refused(lambda: rules.set("review.limit", {"value": 1})).code is (
        RulesetFault.SOURCE_MISSING
    )
    assert refused(lambda: publish(admin, rules, " ")).code is RulesetFault.EDITION_MISSING
    unchanged = ruleset.current(admin.reader)
    assert refused(lambda: publish(admin, unchanged)).code is RulesetFault.NOTHING_CHANGED
    refused(lambda: publish(admin, rules.set("review.limit", {**LIMIT, "value": -1})))
    refused(lambda: publish(admin, rules.set("no.such.rule", LIMIT)))
    assert admin.reader.office().profile_id == "zhengzhou"


def test_an_edition_of_a_later_day_waits_for_it(tmp_path: Path) -> None:
    """Kept, listed as coming, in force from midnight of its day in Beijing; running cases keep
    theirs, and of two for one day the one published last counts."""
    clock = [datetime(2026, 9, 18, 1, tzinfo=UTC)]
    opened = create_embedded(
        tmp_path / "office.db",
        new_office(profiles.shipped("zhengzhou"), code="1", name="甲", series="甲"),
        admin=Person("guanli_01", "管理员"),
        clock=lambda: clock[0],
    )
    admin = opened.session("guanli_01")
    first = admin.reader.office().profile_edition
    day = date(2026, 10, 1)

    def later(edition: str, number: int) -> None:
        rules = own(admin).set("review.limit", {**LIMIT, "value": number})
        ruleset.publish(admin, BOOK, rules, edition=edition, effective_from=day)
        clock[0] += timedelta(minutes=1)

    later("2026-10", 7)
    assert admin.reader.office().profile_edition == first
    (waiting,) = editions.coming(admin.reader.editions(), date(2026, 9, 18))
    assert (waiting.edition, waiting.effective_from) == ("2026-10", day)
    later("2026-10-2", 6)
    (waiting,) = editions.coming(admin.reader.editions(), date(2026, 9, 18))
    assert waiting.edition == "2026-10-2"
    assert ruleset.of_edition(admin.reader, "zhengzhou_office", "2026-10-2").rules["review.limit"][
        "value"
    ] == 6  # fmt: skip
    clock[0] = datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
    assert admin.reader.office().profile_edition == first
    clock[0] = datetime(2026, 9, 30, 16, tzinfo=UTC)
    assert admin.reader.office().profile_edition == "2026-10-2"
    assert editions.coming(admin.reader.editions(), date(2026, 10, 1)) == ()
    publish_now = own(admin).set("review.limit", {**LIMIT, "value": 4})
    ruleset.publish(admin, BOOK, publish_now, edition="2026-10-3", effective_from=day)
    assert admin.reader.office().profile_edition == "2026-10-3"
    opened.close()


def test_a_day_beyond_all_planning_is_a_slip(admin: Session) -> None:
    rules = own(admin)
    error = refused(
        lambda: ruleset.publish(
            admin, BOOK, rules, edition="2026-1", effective_from=date(2062, 9, 19)
        )
    )
    assert error.code is RulesetFault.TOO_FAR


def test_an_edition_that_was_ever_published_is_not_published_again(admin: Session) -> None:
    publish(admin, own(admin))
    publish(admin, own(admin).set("review.limit", {**LIMIT, "value": 6}), "2026-2")
    again = own(admin).set("review.limit", {**LIMIT, "value": 5})
    assert refused(lambda: publish(admin, again)).code is RulesetFault.EDITION_TAKEN


def test_dropping_a_rule_lets_the_founding_document_speak_again(admin: Session) -> None:
    rules = own(admin)
    assert rules.drop("review.limit").rules == {}


def test_an_amount_with_cents_can_be_worked_on_again(admin: Session) -> None:
    """A list of thresholds kept by the database comes back as exact as a file would give it."""
    rows = [
        {"id": "fine", "kind": "penalty", "penalty": "罚款", "yuan": yuan, "inclusive": True}
        for yuan in (Decimal("10000.01"),)
    ]
    publish(admin, own(admin).set("scope.thresholds", {"value": rows, "document": DOCUMENT} | HOW))
    again = ruleset.current(admin.reader)
    assert again.rules["scope.thresholds"]["value"] == rows
    publish(admin, again.set("review.limit", {**LIMIT, "value": 5}), "2026-2")
    applied = BOOK.applied(admin.reader.profile_applied("zhengzhou_office", "2026-2"))
    assert applied.rule("scope.thresholds").value[0]["yuan"] == "10000.01"


def test_another_jurisdictions_file_becomes_the_founding_document(
    admin: Session, tmp_path: Path
) -> None:
    """Brought in with the file it extends; the office's own rules stay on top of it, edition after
    edition, without the files."""
    county = resources.path("profiles", "examples", "shilixian.toml").read_text("utf-8")
    (tmp_path / "shilixian.toml").write_text(county, "utf-8")
    town = (
        'id = "shilizhen"\nname = "示例镇"\nedition = "1"\nextends = "shilixian"\n'
        '[documents."示镇发〔2026〕1号"]\ntitle = "细则"\nrank = "normative"\n'
        '[rules."review.start"]\nvalue = "acceptance"\ndocument = "示镇发〔2026〕1号"\n'
        'article = "第二条"\nquote = "自受理之日起"\n'
    )
    (tmp_path / "town.toml").write_text(town, "utf-8")
    texts = profiles.texts_of_chain(tmp_path / "town.toml")
    assert texts == (county, town)
    brought = BOOK.imported(texts)
    mine = own(admin).set("review.limit", {**LIMIT, "value": 5})
    publish(admin, ruleset.adopt(mine, brought, texts))
    (tmp_path / "shilixian.toml").unlink()
    again = ruleset.current(admin.reader)
    assert (again.founding, again.imported) == ("shilizhen", texts)
    made = ruleset.preview(
        BOOK, admin.reader, again.drop("review.limit"), edition="2", effective_from=None
    )
    assert made.profile.layers == ("national", "shilixian", "shilizhen", "shilizhen_office")
    assert made.profile.value("review.start") == "acceptance"
    assert [c.key for c in made.from_running] == ["review.limit"]
    assert made.from_founding == ()
