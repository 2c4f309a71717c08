"""办理期限: which statutory period governs a case, and how far its rule lets it be extended.

Lives here: the choice among the general rule and a sector's own, and the steps of extension a
rule names, one after the other. Must not: counting days (`domain.deadline`), any statute's number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sanzhi_desktop.domain.case import ClockEvent, Submission
from sanzhi_desktop.domain.clock import EXTEND, EXTEND_CASE, RESUME, SUSPEND, DeadlineRule
from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Duration, Rule, as_duration
from sanzhi_desktop.domain.workdays import Unit


class CasePeriodFault(Code):
    """Why the period of handling a case cannot be extended, or not so."""

    NO_RULE = "case_period.no_rule"
    NOT_FILED = "case_period.not_filed"
    NOT_PROVIDED = "case_period.not_provided"
    USED_UP = "case_period.used_up"
    TOO_LONG = "case_period.too_long"
    OTHER_UNIT = "case_period.other_unit"
    DECIDED = "case_period.decided"
    INCOMPLETE = "case_period.incomplete"


@dataclass(frozen=True, slots=True)
class Sector:
    """A sector whose own rule stands in the place of the general period. `code` "" is general."""

    code: str
    rule: Rule

    @property
    def name(self) -> str:
        """The governing document, as an officer tells the sectors apart."""
        source = self.rule.source
        return source.cited() if source else self.rule.title


@dataclass(frozen=True, slots=True)
class ExtensionStep:
    """One extension that a rule provides for. `number` None: it states no length."""

    number: int | None
    unit: Unit | None
    approver: str
    quote: str
    source: str


def period_key(kind: Kind, sector: str = "") -> str:
    """The key of the period, e.g. clock.penalty.decision.market."""
    general = f"clock.{kind.value}.decision"
    return f"{general}.{sector}" if sector else general


def sectors(profile: Profile, kind: Kind) -> tuple[Sector, ...]:
    """The general rule first, then every sector that has a rule of its own in the profile."""
    general = period_key(kind)
    found = []
    for key, rule in profile.rules.items():
        code = key.removeprefix(general).removeprefix(".")
        special = key.startswith(f"{general}.") and "." not in code
        if (key == general or special) and rule.in_force().answers:
            found.append(Sector("" if key == general else code, rule.in_force()))
    return tuple(sorted(found, key=lambda sector: sector.code != ""))


# Acts that begin with an application; all others begin by the agency's own motion (依职权).
_FALLBACK = {Kind.PERMIT: "clock.fallback.on_application"}


def period_rule(profile: Profile, submission: Submission) -> Rule | None:
    """The rule that governs this case: its sector's, else the general one, else what a local rule
    of procedure says where nobody else does (湖南省行政程序规定 art. 81); None while open."""
    for key in (
        period_key(submission.kind, submission.sector),
        period_key(submission.kind),
        _FALLBACK.get(submission.kind, "clock.fallback.ex_officio"),
    ):
        rule = profile.rules.get(key)
        if rule is not None and rule.in_force().answers:
            return rule.in_force()
    return None


def period_words(profile: Profile, submission: Submission) -> str:
    """The document and article that set the period of this case; nothing while no rule does."""
    rule = period_rule(profile, submission)
    return rule.source.cited() if rule is not None and rule.source is not None else ""


def period_events(events: Sequence[ClockEvent], rule: DeadlineRule) -> list[ClockEvent]:
    """Of the events of a case those that move its period: the suspensions that the rule names and
    the extensions that were approved."""
    named = [e for e in events if e.event in (SUSPEND, RESUME) and e.cause in rule.causes]
    approved = [replace(e, event=EXTEND) for e in events if e.event == EXTEND_CASE]
    return named + approved


def extension_steps(profile: Profile, rule: Rule) -> tuple[ExtensionStep, ...]:
    """The extensions of a period in their order; the last one is open where the rule leaves the
    length to a collective discussion (`further`)."""
    cited = rule.source.cited() if rule.source else rule.title
    quote = rule.source.quote if rule.source else ""
    steps: list[ExtensionStep] = []
    step: Duration | None = as_duration(rule).extension
    if step is None:
        beside = profile.rules.get(f"{rule.key}_extension")
        if beside is not None and beside.in_force().answers:
            own = beside.in_force()
            step = as_duration(own)
            quote = own.source.quote if own.source else quote
    while step is not None:
        unit = Unit(step.unit) if step.value is not None else None
        steps.append(ExtensionStep(step.value, unit, step.approver, quote, cited))
        step = step.extension
    further = str(rule.attributes.get("further", "") or "")
    if further and len(steps) > 1:
        steps[1] = replace(steps[1], quote=further)
    elif further:
        steps.append(ExtensionStep(None, None, "", further, cited))
    return tuple(steps)
