"""The gate (未经法制审核或者审核未通过的，不得作出决定): open or shut, and by which source.

Lives here: the decision from a profile's rules, statute on top. Must not: holding the gate, which
is the database's; this explains it and lets buttons tell why they are disabled.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sanzhi_desktop.domain.errors import Code
from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Rule, Source


class GateCode(Code):
    """What the gate says, as the key of its sentence."""

    NOT_REVIEWED = "gate.not_reviewed"
    MATERIALS_CHANGED = "gate.materials_changed"
    COUNTERSIGN = "gate.countersign"
    PASSED = "gate.passed"
    FAILED = "gate.failed"
    FAILED_STATUTE = "gate.failed_statute"
    DISPUTE_NO_SUBSTITUTE = "gate.dispute_no_substitute"
    DISPUTE_DECIDED = "gate.dispute_decided"
    REPASS = "gate.repass"
    DISPUTE_POSSIBLE = "gate.dispute_possible"
    TRANSFER_DUE = "gate.transfer_due"
    TRANSFER_UNSENT = "gate.transfer_unsent"
    TRANSFER_OPEN = "gate.transfer_open"


@dataclass(frozen=True, slots=True)
class GateReason:
    """One sentence of the answer with the source that it rests on."""

    code: GateCode
    source: Source | None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GateAnswer:
    """Whether a decision may be made, and why; the first reason is the decisive one."""

    open: bool
    why: tuple[GateReason, ...]

    @property
    def sources(self) -> tuple[Source, ...]:
        """The sources named, the strictest first."""
        return tuple(reason.source for reason in self.why if reason.source is not None)


def gate(
    profile: Profile,
    kind: Kind,
    *,
    reviewed: bool,
    passed: bool,
    dispute_decided: bool = False,
    countersigned: bool = False,
    changed: str = "",
) -> GateAnswer:
    """Opens on a passing review, or on a decided dispute where the rules for the kind allow it.

    `reviewed`: an opinion was issued on these materials; `passed`: its outcome was 同意;
    `dispute_decided`: the meeting decided for the undertaking unit; `countersigned`: somebody
    signed the decision's 会签栏, which never counts as a review; `changed`: names of materials that
    are no longer what the opinion signed.
    """
    if not reviewed:
        return _not_reviewed(profile, kind, countersigned)
    if changed:
        rule = profile.for_kind("gate.requires_review", kind)
        again = profile.for_kind("gate.repass_required", kind)
        return GateAnswer(
            False,
            (
                _reason(GateCode.MATERIALS_CHANGED, rule, names=changed),
                _reason(GateCode.REPASS, again),
            ),
        )
    if passed:
        rule = profile.for_kind("gate.requires_review", kind)
        return GateAnswer(True, (_reason(GateCode.PASSED, rule),))
    clears = profile.for_kind("gate.dispute_clears", kind)
    if dispute_decided and clears.value is True:
        meeting = profile.rule("meeting.name").in_force()
        facts = {"meeting": meeting.value}
        return GateAnswer(True, (_reason(GateCode.DISPUTE_DECIDED, clears, **facts),))
    return GateAnswer(False, _failed(profile, kind, clears, dispute_decided))


def _not_reviewed(profile: Profile, kind: Kind, countersigned: bool) -> GateAnswer:
    rule = profile.for_kind("gate.requires_review", kind)
    reasons = [_reason(GateCode.NOT_REVIEWED, rule)]
    if countersigned:
        ban = profile.rule("countersign.substitutes").in_force()
        reasons.append(_reason(GateCode.COUNTERSIGN, ban))
    return GateAnswer(False, tuple(reasons))


def _failed(
    profile: Profile, kind: Kind, clears: Rule, dispute_decided: bool
) -> tuple[GateReason, ...]:
    reasons: list[GateReason] = []
    blocks = profile.for_kind("gate.fail_blocks", kind)
    general = profile.rule("gate.fail_blocks").in_force()
    if blocks.value is True and general.value is not True:
        weaker = general.source.cited() if general.source else ""
        reasons.append(_reason(GateCode.FAILED_STATUTE, blocks, weaker=weaker))
    elif blocks.value is True:
        reasons.append(_reason(GateCode.FAILED, blocks))
    if dispute_decided:
        reasons.append(_reason(GateCode.DISPUTE_NO_SUBSTITUTE, clears))
    reasons.append(_reason(GateCode.REPASS, profile.for_kind("gate.repass_required", kind)))
    if not dispute_decided and clears.value is True:
        reasons.append(_reason(GateCode.DISPUTE_POSSIBLE, clears))
    return tuple(reasons)


def _reason(code: GateCode, rule: Rule, **facts: Any) -> GateReason:
    source = rule.source
    cited = {
        "cited": source.cited() if source else rule.title,
        "quote": source.quote if source else "",
    }
    return GateReason(code, source, cited | facts)
