"""Whether a decision has to be reviewed (是否属于审核范围), by whom, and because of what.

Lives here: the decision from a profile's criteria, thresholds and extras, and the reading of a
case written by people or scripts. Must not: any amount, list or name of a jurisdiction.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sanzhi_desktop.domain.amount_bounds import Bounds
from sanzhi_desktop.domain.case import PartyType
from sanzhi_desktop.domain.kinds import Kind, Procedure
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.rule import Source

HEARING = "hearing"
BY_LAW = "by_law"
CATALOGUE = "catalogue"
FINE = "罚款"

# What people write for a penalty, by the words that tell it; the first entry that fits names it.
# 行政处罚法 art. 9; longer words stand before the shorter ones they contain.
PENALTY_WORDS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("通报批评", ("通报批评", "criticism")),
    ("警告", ("警告", "warning")),
    (FINE, (FINE, "fine")),
    ("没收违法所得", ("违法所得", "confiscate_income", "confiscated_income")),
    ("没收非法财物", ("非法财物", "违法财物", "confiscate_goods")),
    ("暂扣许可证件", ("暂扣", "suspend_licence")),
    ("降低资质等级", ("降低资质", "downgrade")),
    ("吊销许可证件", ("吊销", "revoke_licence", "revocation")),
    ("限制开展生产经营活动", ("限制开展生产经营", "restrict_business")),
    ("责令停产停业", ("停产停业", "停产", "停业", "halt_business")),
    ("责令关闭", ("关闭", "close")),
    ("限制从业", ("限制从业", "禁止从业", "bar_from_trade")),
    ("行政拘留", ("拘留", "detention")),
)


@dataclass(frozen=True, slots=True)
class ScopeCase:
    """What the scope is decided on. `None` and empty mean not stated."""

    kind: Kind
    procedure: Procedure | None = None
    decider: str = "department"  # department | government | authorised
    party_type: PartyType | None = None
    amount_fen: int | None = None
    penalty_kinds: tuple[str, ...] = ()
    hearing: bool = False
    criteria: tuple[str, ...] = ()
    catalogue_item: str = ""


@dataclass(frozen=True, slots=True)
class Because:
    """One criterion that fired."""

    criterion: str
    name: str
    source: Source


@dataclass(frozen=True, slots=True)
class ScopeAnswer:
    """The answer; `reviewers` in the order in which they review, empty when none has to."""

    needs_review: bool
    reviewers: tuple[str, ...]
    because: tuple[Because, ...]


def penalty_name(text: str) -> str:
    """The statute's word for a kind of penalty; what it does not know stays as written."""
    folded = text.strip().lower()
    for name, words in PENALTY_WORDS:
        if any(word in folded for word in words):
            return name
    return text.strip()


def decide_scope(profile: Profile, case: ScopeCase) -> ScopeAnswer:
    """Applies the profile's criteria, its extras and thresholds, and the statute's own list."""
    because: list[Because] = []
    reviewers: list[str] = []
    own = True
    if case.kind.value in (profile.value("scope.kinds") or ()):
        because += _criteria(profile, case)
        because += _extras(profile, case)
        for found, row in _thresholds(profile, case):
            because.append(found)
            reviewers += row.get("reviewers", ())
            own = own and not row.get("instead", False)
    because += _catalogue(profile, case)
    because += _statute(profile, case)
    if not because:
        return ScopeAnswer(False, (), ())
    first = _own_reviewers(profile, case) if own else ()
    return ScopeAnswer(True, _in_order((*first, *reviewers)), _once(because))


def _in_order(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))


def _once(found: list[Because]) -> tuple[Because, ...]:
    return tuple({(one.criterion, one.source.document): one for one in found}.values())


def stated(case: ScopeCase) -> frozenset[str]:
    """The criteria stated for the case; a hearing states its own."""
    heard = case.hearing or case.procedure is Procedure.HEARING
    return frozenset(case.criteria) | ({HEARING} if heard else set())


def _criteria(profile: Profile, case: ScopeCase) -> list[Because]:
    named = stated(case)
    return [Because(one.id, one.name, one.source) for one in profile.criteria() if one.id in named]


def _extras(profile: Profile, case: ScopeCase) -> list[Because]:
    rule = profile.rule("scope.extra").in_force()
    found = []
    for row in profile.rows("scope.extra"):
        fires = {
            "always": True,
            "judged": row["id"] in case.criteria,
            "catalogue": bool(_catalogue(profile, case)),
        }[row["when"]]
        if fires and _kind_fits(row, case) and _procedure_fits(row, case):
            found.append(Because(row["id"], row["name"], rule.row_source(row)))
    return found


def _kind_fits(row: Mapping[str, Any], case: ScopeCase) -> bool:
    return not row.get("kinds") or case.kind.value in row["kinds"]


def _procedure_fits(row: Mapping[str, Any], case: ScopeCase) -> bool:
    """A procedure that is not stated counts as the ordinary one: 简易程序 has to be said.

    A hearing is held within the ordinary procedure (行政处罚法 art. 65: decided by art. 57).
    """
    if not row.get("procedures"):
        return True
    fitting = {case.procedure or Procedure.ORDINARY}
    if Procedure.HEARING in fitting:
        fitting.add(Procedure.ORDINARY)
    return not fitting.isdisjoint(row["procedures"])


def _thresholds(profile: Profile, case: ScopeCase) -> list[tuple[Because, Mapping[str, Any]]]:
    rule = profile.rule("scope.thresholds").in_force()
    rows = [row for row in profile.rows("scope.thresholds") if row["kind"] == case.kind.value]
    return [
        (Because(row["id"], threshold_name(row), rule.row_source(row)), row)
        for row in rows
        if _party_fits(row, case) and _penalty_fits(row, case) and _amount_fits(row, case)
    ]


def _party_fits(row: Mapping[str, Any], case: ScopeCase) -> bool:
    """A sole trader is measured as a person, by the lower amount; a party not stated as both."""
    party = row.get("party", "any")
    if party == "any" or case.party_type is None:
        return True
    is_person = case.party_type is not PartyType.ORGANISATION
    return bool(party == ("person" if is_person else "organisation"))


def _penalty_fits(row: Mapping[str, Any], case: ScopeCase) -> bool:
    if "penalty" not in row:
        return True
    wanted = penalty_name(row["penalty"])
    named = {penalty_name(one) for one in case.penalty_kinds}
    return wanted in named or (not named and wanted == FINE and bool(case.amount_fen))


def _amount_fits(row: Mapping[str, Any], case: ScopeCase) -> bool:
    bounds = bounds_of(row)
    if bounds is None:
        return True
    return case.amount_fen is not None and bounds.hold(case.amount_fen)


def bounds_of(row: Mapping[str, Any]) -> Bounds | None:
    """The amounts between which a threshold is met; None when it names none."""
    if "yuan" not in row and "below" not in row:
        return None
    return Bounds(
        yuan_to_fen(row["yuan"]) if "yuan" in row else None,
        bool(row.get("inclusive", True)),
        yuan_to_fen(row["below"]) if "below" in row else None,
        bool(row.get("below_inclusive", False)),
    )


def yuan_to_fen(yuan: int | str) -> int:
    """Yuan as a profile keeps them, in whole fen."""
    return int(Decimal(str(yuan)) * 100)


def threshold_name(row: Mapping[str, Any]) -> str:
    """The threshold in words: its own name, or party, penalty and amount with 含/不含本数."""
    if row.get("name"):
        return str(row["name"])
    party = {"person": "对公民", "organisation": "对法人或者其他组织"}.get(row.get("party", ""), "")
    name = f"{party}{row.get('penalty', '')}"
    bounds = bounds_of(row)
    if bounds is not None:
        name += bounds.words()
    return name or Kind(row["kind"]).chinese


def catalogue_row(profile: Profile, named: str) -> Mapping[str, Any] | None:
    """The item of the office's own catalogue that a case names, by number or by name."""
    wanted = named.strip()
    rows = profile.rows("catalogue.items") if wanted else ()
    by_number = (row for row in rows if row["number"] == wanted)
    return next(by_number, next((row for row in rows if row["name"] == wanted), None))


def _catalogue(profile: Profile, case: ScopeCase) -> list[Because]:
    """An item that is named; where the office's catalogue gives it thresholds, one must be met.

    An item the catalogue does not hold, one of another kind, and a case that states neither amount
    nor penalty count as within: what cannot be measured is not released.
    """
    if not case.catalogue_item:
        return []
    name = f"属于本机关重大执法决定法制审核目录清单事项（{case.catalogue_item}）"
    row = catalogue_row(profile, case.catalogue_item)
    if row is None:
        rule = profile.rule("catalogue.required").in_force()
        return [Because(CATALOGUE, name, rule.source)] if rule.source is not None else []
    source = profile.rule("catalogue.items").in_force().row_source(row)
    name = f"属于本机关重大执法决定法制审核目录清单事项（{row['number']} {row['name']}）"
    thresholds = row.get("thresholds", ())
    measured = case.amount_fen is not None or case.penalty_kinds
    if not thresholds or not measured or row["kind"] != case.kind.value:
        return [Because(CATALOGUE, name, source)]
    met = [
        threshold_name({"kind": row["kind"], **one})
        for one in thresholds
        if _party_fits(one, case) and _penalty_fits(one, case) and _amount_fits(one, case)
    ]
    return [Because(CATALOGUE, f"{name}：{'；'.join(met)}", source)] if met else []


def _statute(profile: Profile, case: ScopeCase) -> list[Because]:
    """The statute's list, and 法律、法规另有规定 when the case states it."""
    named = stated(case)
    rule = profile.rule("scope.statute").in_force()
    found = [
        Because(row["id"], row["name"], rule.row_source(row))
        for row in profile.rows("scope.statute")
        if _kind_fits(row, case) and named.issuperset(row["needs"])
    ]
    by_law = profile.rule("scope.by_law").in_force()
    if BY_LAW in named and by_law.value is True and by_law.source is not None:
        found.append(Because(BY_LAW, by_law.title, by_law.source))
    return found


def _own_reviewers(profile: Profile, case: ScopeCase) -> tuple[str, ...]:
    """Who reviews what this body decides. A document that names nobody for it leaves standing
    what the layer below says: a decision that needs a review always has a reviewer."""
    rule = profile.rule("reviewer.tiers").in_force()
    for standing in (rule, *reversed(rule.overridden)):
        for row in standing.value or ():
            if row["decider"] == case.decider:
                return tuple(row["bodies"])
    return ()
