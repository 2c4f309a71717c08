"""The office's own rules: what a founding document leaves open is set here, with its source.

A change is made on the office's own layer, previewed clause by clause against the founding
document, and published as a new edition. Running cases keep the edition they were taken in.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from sanzhi_desktop.application import office, stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.ports import Reader, Session
from sanzhi_desktop.application.rulebook import RuleBook, RuleChange
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.profile import Profile

OWN_LAYER = "own_layer"  # where the applied profile keeps the office's own tables
FOUNDING = "founding"  # and the id of the profile they stand on
IMPORTED = "imported"  # the files of a jurisdiction that was brought in, when it is not shipped
_DATES = ("date", "effective")
FURTHEST = timedelta(days=5 * 365)  # a later day is a slip of the keyboard


class RulesetFault(Code):
    """Why the office's own rules cannot be published."""

    SOURCE_MISSING = "ruleset.source_missing"
    EDITION_TAKEN = "ruleset.edition_taken"
    EDITION_MISSING = "ruleset.edition_missing"
    TOO_FAR = "ruleset.too_far"
    NOTHING_CHANGED = "ruleset.nothing_changed"


@dataclass(frozen=True, slots=True)
class OwnRules:
    """The office's own layer over a shipped profile, being worked on."""

    founding: str
    name: str
    documents: Mapping[str, Mapping[str, Any]]
    rules: Mapping[str, Mapping[str, Any]]
    imported: tuple[str, ...] = ()  # files between shipped and own layer, the lowest first

    def set(self, key: str, rule: Mapping[str, Any]) -> "OwnRules":
        """The layer with one rule set: value, unit, document, article, quote, as in FORMAT.md.

        Raises DomainError(SOURCE_MISSING): a rule without a source cannot explain itself.
        """
        if not str(rule.get("document", "")).strip():
            raise DomainError(RulesetFault.SOURCE_MISSING, key=key)
        return replace(self, rules={**self.rules, key: dict(rule)})

    def drop(self, key: str) -> "OwnRules":
        """The layer without one rule: the founding document speaks again."""
        return replace(self, rules={k: v for k, v in self.rules.items() if k != key})

    def cite(self, document: str, about: Mapping[str, Any]) -> "OwnRules":
        """The layer with a document of the office that its rules name as source."""
        return replace(self, documents={**self.documents, document: dict(about)})

    def tables(self, *, edition: str, effective_from: date | None) -> dict[str, Any]:
        """The layer as the tables of a profile file."""
        made: dict[str, Any] = {
            "id": f"{self.founding}_office",
            "name": self.name,
            "edition": edition,
            "extends": self.founding,
            "documents": {k: dict(v) for k, v in self.documents.items()},
            "rules": {k: dict(v) for k, v in self.rules.items()},
        }
        if effective_from is not None:
            made["effective_from"] = effective_from
        return made


def current(reader: Reader) -> OwnRules:
    """The office's own layer as it is in force; empty under a shipped profile."""
    here = reader.office()
    return of_edition(reader, here.profile_id, here.profile_edition)


def of_edition(reader: Reader, profile_id: str, edition: str) -> OwnRules:
    """The office's own layer of one published edition, also of one that is still to come."""
    here = reader.office()
    applied = reader.profile_applied(profile_id, edition)
    kept = applied.get(OWN_LAYER)
    if not isinstance(kept, Mapping):
        return OwnRules(str(applied.get("id", profile_id)), here.name, {}, {})
    documents = {name: _dated(about) for name, about in kept["documents"].items()}
    rules = {key: _exact(rule) for key, rule in kept["rules"].items()}
    return OwnRules(
        str(applied[FOUNDING]),
        str(kept["name"]),
        documents,
        rules,
        tuple(str(text) for text in kept.get(IMPORTED, ())),
    )


def _dated(about: Mapping[str, Any]) -> dict[str, Any]:
    """A document of the layer with its dates as dates, as a file would hold them."""
    days = {name: date.fromisoformat(about[name]) for name in _DATES if name in about}
    return {**about, **days}


def _exact(kept: Any) -> Any:
    """Numbers with a point as decimals, as a file would hold them: an amount stays exact."""
    if isinstance(kept, float):
        return Decimal(str(kept))
    if isinstance(kept, Mapping):
        return {name: _exact(value) for name, value in kept.items()}
    if isinstance(kept, (list, tuple)):
        return [_exact(value) for value in kept]
    return kept


@dataclass(frozen=True, slots=True)
class Preview:
    """What publishing would give: the profile, and how it differs from two others."""

    profile: Profile
    from_founding: Sequence[RuleChange]
    from_running: Sequence[RuleChange]


def preview(
    book: RuleBook, reader: Reader, own: OwnRules, *, edition: str, effective_from: date | None
) -> Preview:
    """The profile as it would be, clause by clause against the founding document and against the
    running edition. Raises DomainError with the first fault; nothing is changed."""
    tables = own.tables(edition=edition, effective_from=effective_from)
    made = book.with_office(own.founding, tables, imported=own.imported)
    here = reader.office()
    running = book.applied(reader.profile_applied(here.profile_id, here.profile_edition))
    return Preview(
        made,
        book.changes(founding(book, own), made),
        book.changes(running, made),
    )


def founding(book: RuleBook, own: OwnRules) -> Profile:
    """The founding document that the office's own rules stand on, shipped or brought in."""
    return book.imported(own.imported) if own.imported else book.profile(own.founding)


def adopt(own: OwnRules, profile: Profile, texts: Sequence[str]) -> OwnRules:
    """The office's rules on another jurisdiction's file instead; what it set itself stays."""
    return replace(own, founding=profile.id, imported=tuple(texts))


def publish(
    session: Session, book: RuleBook, own: OwnRules, *, edition: str, effective_from: date
) -> Changed:
    """Publishes a new edition, in force at once or from a later day (待生效): from then on new
    cases fall under it. Raises DomainError: no edition, one that exists, no change, a day that is
    further off than anybody plans."""
    if not edition.strip():
        raise DomainError(RulesetFault.EDITION_MISSING)
    today = stepping.today(session)
    if effective_from > today + FURTHEST:
        raise DomainError(
            RulesetFault.TOO_FAR, date=effective_from.isoformat(), years=FURTHEST.days // 365
        )
    made = preview(book, session.reader, own, edition=edition, effective_from=effective_from)
    if not made.from_running:
        raise DomainError(RulesetFault.NOTHING_CHANGED)
    taken = {(e.profile_id, e.edition) for e in session.reader.editions()}
    if (made.profile.id, edition) in taken:
        raise DomainError(RulesetFault.EDITION_TAKEN, edition=edition)
    return office.publish_profile(
        session,
        profile_id=made.profile.id,
        edition=edition,
        applied=as_applied(made.profile, own),
        effective_from=effective_from,
    )


def as_applied(profile: Profile, own: OwnRules) -> dict[str, Any]:
    """The profile as an office keeps it, with its own layer beside it to be worked on again."""
    applied: dict[str, Any] = json.loads(profile.applied())
    layer = own.tables(edition=profile.edition, effective_from=profile.effective_from)
    applied[FOUNDING] = own.founding
    applied[OWN_LAYER] = json.loads(json.dumps(layer, ensure_ascii=False, default=_plain))
    if own.imported:
        applied[OWN_LAYER][IMPORTED] = list(own.imported)
    return applied


def _plain(value: Any) -> Any:
    # A JSON number keeps an amount of fifteen digits; `_exact` takes its decimals back.
    return float(value) if isinstance(value, Decimal) else str(value)
