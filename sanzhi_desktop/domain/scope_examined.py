"""The scope answer criterion by criterion: what was examined, what it rests on, what was found.

Lives here: the list that a person signs when a matter is said to be within or outside the review.
Must not: deciding (`domain.scope` does), how the list is printed.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from sanzhi_desktop.domain import money
from sanzhi_desktop.domain.case import PartyType
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Rule, Source
from sanzhi_desktop.domain.scope import (
    BY_LAW,
    CATALOGUE,
    ScopeCase,
    decide_scope,
    threshold_name,
)

_PARTIES = {
    PartyType.PERSON: "公民",
    PartyType.SOLE_TRADER: "个体工商户",
    PartyType.ORGANISATION: "法人或者其他组织",
}
_KINDS = "kinds"


@dataclass(frozen=True, slots=True)
class Examined:
    """One criterion: whether the case meets it, and by what fact. `id` as in `Because`."""

    id: str
    name: str
    source: Source
    fired: bool
    finding: str

    @property
    def said(self) -> str:
        """The finding as it is printed; the kind of enforcement alone decides nothing."""
        if self.id == _KINDS:
            return self.finding
        return f"{'符合' if self.fired else '不符合'}：{self.finding}"


def examined(profile: Profile, case: ScopeCase) -> tuple[Examined, ...]:
    """Every criterion that the rules hold for the kind of the case, in the order of the rules.

    Some line fires exactly when `decide_scope` says that a review is needed.
    """
    fired = {
        (one.criterion, one.source.document): one for one in decide_scope(profile, case).because
    }
    lines: dict[tuple[str, str], Examined] = {}
    for one in _candidates(profile, case):
        key = (one.id, one.source.document)
        hit = fired.get(key)
        if key in lines:
            continue
        finding = _found(one, case) if hit is not None else one.finding
        lines[key] = Examined(one.id, hit.name if hit else one.name, one.source, hit is not None,
                              finding)  # fmt: skip
    for key, hit in fired.items():
        lines.setdefault(key, Examined(hit.criterion, hit.name, hit.source, True, "具有该情形"))
    return tuple(lines.values())


def _candidates(profile: Profile, case: ScopeCase) -> Iterator[Examined]:
    """What could fire, with the finding for when it does not."""
    yield from _kind_line(profile, case)
    for criterion in profile.criteria():
        yield Examined(criterion.id, criterion.name, criterion.source, False, "没有该情形")
    extras = profile.rule("scope.extra").in_force()
    for row in profile.rows("scope.extra"):
        if not row.get("kinds") or case.kind.value in row["kinds"]:
            source = extras.row_source(row)
            yield Examined(row["id"], row["name"], source, False, _extra_finding(row, case))
    thresholds = profile.rule("scope.thresholds").in_force()
    for row in profile.rows("scope.thresholds"):
        if row["kind"] == case.kind.value:
            source = thresholds.row_source(row)
            measured = f"未达到：{_measure(case)}"
            yield Examined(row["id"], threshold_name(row), source, False, measured)
    yield from _catalogue_line(profile, case)
    statute = profile.rule("scope.statute").in_force()
    for row in profile.rows("scope.statute"):
        if not row.get("kinds") or case.kind.value in row["kinds"]:
            source = statute.row_source(row)
            yield Examined(row["id"], row["name"], source, False, "没有该情形")
    by_law = profile.rule("scope.by_law").in_force()
    if by_law.value is True and by_law.source is not None:
        yield Examined(BY_LAW, by_law.title, by_law.source, False, "没有另行规定的情形")


def _kind_line(profile: Profile, case: ScopeCase) -> Iterator[Examined]:
    """Never fires by itself: a kind within the rules still needs one of the criteria."""
    rule = profile.rule("scope.kinds").in_force()
    if rule.source is None:
        return
    within = case.kind.value in (rule.value or ())
    names = "、".join(Kind(code).chinese for code in rule.value or ())
    here = f"本事项是{case.kind.chinese}"
    finding = f"{here}，在其中；应当审核的情形见以下各项" if within else f"{here}，不在其中"
    yield Examined(_KINDS, f"纳入审核的执法类别：{names}", rule.source, False, finding)


def _catalogue_line(profile: Profile, case: ScopeCase) -> Iterator[Examined]:
    rule: Rule = profile.rule("catalogue.items").in_force()
    if rule.source is None or not rule.value:
        rule = profile.rule("catalogue.required").in_force()
    if rule.source is None:
        return
    named = case.catalogue_item.strip()
    finding = f"未达到事项“{named}”的标准：{_measure(case)}" if named else "不是目录清单事项"
    name = "属于本机关重大执法决定法制审核目录清单事项"
    yield Examined(CATALOGUE, name, rule.source, False, finding)


def _extra_finding(row: object, case: ScopeCase) -> str:
    procedure = case.procedure or Procedure.ORDINARY
    listed = row.get("procedures") if isinstance(row, dict) else None
    return f"没有该情形（本案适用{procedure.chinese}）" if listed else "没有该情形"


def _measure(case: ScopeCase) -> str:
    """Party, penalties and amount as they were stated."""
    parts = [_PARTIES[case.party_type]] if case.party_type is not None else []
    parts += case.penalty_kinds
    if case.amount_fen is not None:
        parts.append(money.format_yuan(case.amount_fen))
    return "，".join(parts) or "没有填写金额和处罚种类"


def _found(one: Examined, case: ScopeCase) -> str:
    return f"达到：{_measure(case)}" if one.finding.startswith("未达到") else "具有该情形"
