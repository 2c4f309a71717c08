"""A rule profile (规则方案) as applied: every rule with value, unit, source and what it overrode.

Lives here: the profile, the accessors other parts ask, and the canonical JSON a case keeps. Must
not: reading TOML, knowing the shipped profiles or resolving layers (`resources.profiles`), and
any value of any jurisdiction.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.opinion import Outcome
from sanzhi_desktop.domain.rule import (
    Duration,
    Rule,
    Source,
    as_duration,
    is_stricter,
    rule_as_dict,
    rule_from_dict,
)


class ProfileFault(Code):
    """A question to a profile that it cannot answer."""

    UNKNOWN_RULE = "profile.unknown_rule"
    UNKNOWN_PROFILE = "profile.unknown_profile"
    REFUSED = "profile.refused"
    NOT_READABLE = "profile.not_readable"
    APPLIED_BROKEN = "profile.applied_broken"


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """One conclusion the office may reach, with the profile's own word for it."""

    code: Outcome
    name: str


@dataclass(frozen=True, slots=True)
class Criterion:
    """One circumstance that makes a decision major (重大情形)."""

    id: str
    name: str
    source: Source


@dataclass(frozen=True, slots=True)
class MaterialRule:
    """A material to be submitted. `when`: always | if_any | hearing | assessment."""

    id: str
    name: str
    when: str
    source: Source


@dataclass(frozen=True, slots=True)
class DisputeStep:
    """One step of the way a disagreement takes (意见不一致)."""

    id: str
    name: str
    body: str
    both_opinions: bool
    source: Source


@dataclass(frozen=True, slots=True)
class Document:
    """A document that rules are taken from. `rank` decides what a lower layer may relax."""

    name: str
    title: str
    rank: str
    issuer: str = ""
    date: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A resolved profile: an edition with all its rules, national layer included."""

    id: str
    name: str
    edition: str
    rules: Mapping[str, Rule]
    layers: tuple[str, ...] = ()
    documents: Mapping[str, Document] = field(default_factory=dict)
    effective_from: date | None = None
    effective_to: date | None = None

    def rule(self, key: str) -> Rule:
        """The rule of a key. Raises DomainError(ProfileFault.UNKNOWN_RULE)."""
        found = self.rules.get(key)
        if found is None:
            raise DomainError(ProfileFault.UNKNOWN_RULE, key=key, profile=self.id)
        return found

    def value(self, key: str) -> Any:
        """The value in force (the national default of an open rule), else None."""
        return self.rule(key).in_force().value

    def for_kind(self, key: str, kind: Kind | str) -> Rule:
        """The rule of a key for one kind of enforcement: `key.<kind>` beside `key`.

        Within one document the special rule answers, and so it does where the general one is but a
        default or a document that a lower layer may relax; else between layers the stricter wins.
        """
        general = self.rule(key).in_force()
        special = self.rules.get(f"{key}.{Kind(kind).value}")
        if special is None or not special.in_force().answers:
            return general
        special = special.in_force()
        if general.layer == special.layer or self.rule(key).open:
            return special
        if not general.binding and self._above(special, general):
            return special
        return general if is_stricter(general, special) else special

    def _above(self, one: Rule, other: Rule) -> bool:
        """Whether a rule comes from a layer over that of the other."""
        known = one.layer in self.layers and other.layer in self.layers
        return known and self.layers.index(one.layer) > self.layers.index(other.layer)

    def duration(self, key: str, kind: Kind | str | None = None) -> Duration | None:
        """The period of a key with its day rule, for a kind of enforcement where one is named;
        None when it is open without a default."""
        rule = self.rule(key).in_force() if kind is None else self.for_kind(key, kind)
        return as_duration(rule) if rule.answers else None

    def review_limit(self, kind: Kind | str | None = None) -> Duration | None:
        """How long a review may take (审核期限); None: the office has not set it."""
        return self.duration("review.limit", kind)

    def review_start(self, kind: Kind | str | None = None) -> str:
        """`receipt` or `acceptance`; receipt unless a rule says otherwise (the stricter)."""
        key = "review.start"
        found = self.value(key) if kind is None else self.for_kind(key, kind).value
        return str(found or "receipt")

    def outcomes(self) -> tuple[OutcomeRule, ...]:
        """The conclusions the office may reach, in the order of its document."""
        found: list[OutcomeRule] = []
        for row in self.rows("outcomes"):
            found.append(OutcomeRule(Outcome(row["code"]), row["name"]))
            if row.get("also_code"):
                found.append(OutcomeRule(Outcome(row["also_code"]), row["name"]))
        return tuple(found)

    def criteria(self) -> tuple[Criterion, ...]:
        """The circumstances that call for a review, with their sources."""
        rule = self.rule("scope.criteria").in_force()
        return tuple(
            Criterion(row["id"], row["name"], rule.row_source(row))
            for row in self.rows("scope.criteria")
        )

    def materials(self, kind: Kind | str) -> tuple[MaterialRule, ...]:
        """What has to be submitted for a kind of enforcement; empty while the rule is open."""
        rule = self.rule("materials").in_force()
        code = Kind(kind).value
        return tuple(
            MaterialRule(row["id"], row["name"], row.get("when", "always"), rule.row_source(row))
            for row in self.rows("materials")
            if code in (row.get("kinds") or (code,))
        )

    def dispute_route(self) -> tuple[DisputeStep, ...]:
        """The steps for a disagreement; empty while the rule is open."""
        rule = self.rule("dispute.route").in_force()
        return tuple(
            DisputeStep(
                row["id"],
                row["name"],
                row.get("body", ""),
                bool(row.get("both_opinions", False)),
                rule.row_source(row),
            )
            for row in self.rows("dispute.route")
        )

    def rows(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """The rows of a list rule in force; none when it is open without a default."""
        return tuple(self.value(key) or ())

    def open_keys(self) -> tuple[str, ...]:
        """What the office still has to set or to accept, in the order of the key table."""
        return tuple(key for key, rule in self.rules.items() if rule.open)

    def in_effect(self, day: date) -> bool:
        """Whether the edition is in force on a day."""
        return (self.effective_from is None or self.effective_from <= day) and (
            self.effective_to is None or day <= self.effective_to
        )

    def as_dict(self, keys: Iterable[str] | None = None) -> dict[str, Any]:
        """The public JSON shape; with `keys`, only those rules."""
        wanted = self.rules if keys is None else {key: self.rule(key) for key in keys}
        return {
            "id": self.id,
            "name": self.name,
            "edition": self.edition,
            "layers": list(self.layers),
            "effective_from": self.effective_from.isoformat() if self.effective_from else None,
            "effective_to": self.effective_to.isoformat() if self.effective_to else None,
            "rules": {key: rule_as_dict(rule) for key, rule in wanted.items()},
        }

    def applied(self) -> str:
        """Canonical JSON of the profile as applied: equal profiles give equal bytes."""
        whole = self.as_dict()
        whole["documents"] = {
            name: {"title": d.title, "rank": d.rank, "issuer": d.issuer, "date": d.date}
            for name, d in self.documents.items()
        }
        return json.dumps(whole, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def profile_from_json(text: str) -> Profile:
    """The profile a case kept (`Profile.applied`).

    Raises DomainError(ProfileFault.APPLIED_BROKEN) when the text is not such a record.
    """
    try:
        kept = json.loads(text)
        return Profile(
            id=kept["id"],
            name=kept["name"],
            edition=kept["edition"],
            layers=tuple(kept["layers"]),
            effective_from=_day(kept["effective_from"]),
            effective_to=_day(kept["effective_to"]),
            rules={key: rule_from_dict(key, found) for key, found in kept["rules"].items()},
            documents={
                name: Document(name, d["title"], d["rank"], d["issuer"], d["date"])
                for name, d in kept["documents"].items()
            },
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DomainError(ProfileFault.APPLIED_BROKEN, reason=str(error)) from error


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
