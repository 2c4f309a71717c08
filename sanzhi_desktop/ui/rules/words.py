"""A rule in words: what the list and the panel show of it. No widgets."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from sanzhi_desktop.application import editions
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.queries import EditionRow
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Rule, Source
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.resources import profiles
from sanzhi_desktop.resources.profiles.compare import MOST_ROWS, value_in_words
from sanzhi_desktop.resources.profiles.schema import schema
from sanzhi_desktop.resources.sentences import sentence


class Standing(StrEnum):
    """Whether anybody speaks."""

    SET = "set"
    OPEN = "open"  # 待定, nothing applies
    DEFAULT = "default"  # 待定, the national default applies meanwhile


@dataclass(frozen=True, slots=True)
class RulesPage:
    """The profile in force, ready to be shown."""

    profile: Profile
    rules: tuple[Rule, ...]
    layer_names: Mapping[str, str]
    coming: tuple[EditionRow, ...] = ()

    def layer(self, rule: Rule) -> str:
        """The name of the plan a rule comes from."""
        return self.layer_names.get(rule.layer, rule.layer)


@dataclass(frozen=True, slots=True)
class Quoted:
    """One thing a rule says, with the place where it stands."""

    text: str
    source: Source


def read_rules(session: Session, work: Work) -> RulesPage:
    """In the database lane: the edition that new cases are given."""
    office = session.reader.office()
    applied = session.reader.profile_applied(office.profile_id, office.profile_edition)
    profile = work.book.applied(applied) if applied else work.book.profile(office.profile_id)
    names = {head.id: head.name for head in profiles.heads()} | {profile.id: profile.name}
    # A kept profile has its keys in the order of the alphabet; the key table has one of its own.
    ordered = sorted(profile.rules.values(), key=lambda rule: schema().place(rule.key))
    today = local_date(session.gateway.now())
    coming = editions.coming(session.reader.editions(), today)
    return RulesPage(profile, tuple(ordered), names, coming)


def coming_words(edition: EditionRow, *, editing: bool = False) -> str:
    """That an edition is published and its day has not come."""
    code = "ruleset.coming_editing" if editing else "ruleset.coming"
    begins = edition.effective_from.isoformat() if edition.effective_from else ""
    return sentence(code, edition=edition.edition, date=begins)


def standing(rule: Rule) -> Standing:
    """Set, open, or open with a default."""
    if not rule.open:
        return Standing.SET
    return Standing.DEFAULT if rule.default is not None else Standing.OPEN


def value(rule: Rule) -> str:
    """What applies, in one line; an open rule says so first."""
    which = standing(rule)
    if which is Standing.SET:
        return value_in_words(rule)
    if which is Standing.DEFAULT and rule.default is not None:
        return f"待定（暂按缺省：{value_in_words(rule.default)}）"
    return "待定"


def rows(rule: Rule) -> tuple[Quoted, ...]:
    """The rows of a list rule, each with its own quote; none for a single value."""
    found = rule.in_force()
    if not isinstance(found.value, list) or len(found.value) > MOST_ROWS:
        return ()
    return tuple(
        Quoted(
            value_in_words(replace(found, value=[row], unit="", open=False)),
            found.row_source(row) if isinstance(row, Mapping) else Source(""),
        )
        for row in found.value
    )


def area(key: str) -> str:
    """The first part of a key: what the rules are grouped by."""
    return key.split(".", maxsplit=1)[0]


def area_name(code: str) -> str:
    """The Chinese name of a group of rules."""
    return sentence(f"rule_area.{code}")


def matches(rule: Rule, words: str) -> bool:
    """Whether every word stands somewhere in the rule: title, key, value, source or quote."""
    sources = [s for s in (rule.source, rule.in_force().source, *rule.also) if s is not None]
    text = " ".join(
        [rule.key, rule.title, value(rule), rule.note, rule.why]
        + [part for s in sources for part in (s.document, s.article, s.quote)]
        + [q.source.quote for q in rows(rule)]
    ).casefold()
    return all(word in text for word in words.casefold().split())


def citation(rule: Rule) -> str:
    """The rule with its source and quote, for a letter or a note."""
    found = rule.in_force()
    lines = [f"{rule.title}：{value(rule)}"]
    if found.source is not None:
        lines.append(f"依据：{found.source.cited()}")
    lines += [f"“{quote}”" for quote in quotes(rule)]
    return "\n".join(lines)


def quotes(rule: Rule) -> tuple[str, ...]:
    """The quoted phrases of a rule and of its rows, in order, each once."""
    found = rule.in_force()
    sources = [s for s in (found.source, *found.also) if s is not None]
    sources += [q.source for q in rows(rule)]
    return tuple(dict.fromkeys(s.quote for s in sources if s.quote))
