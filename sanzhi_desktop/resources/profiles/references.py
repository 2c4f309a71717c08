"""References of a checked layer into the layers below it: nothing may point at what is not there.

Lives here: criteria that a statute needs, defaults that are accepted, floors that may not be
lowered. Must not: the form of one file (`checks`).
"""

from collections.abc import Sequence

from sanzhi_desktop.resources.profiles.checks import Layer
from sanzhi_desktop.resources.profiles.faults import FileFault, Flaw
from sanzhi_desktop.resources.profiles.parse import RawProfile
from sanzhi_desktop.resources.profiles.schema import schema
from sanzhi_desktop.resources.profiles.values import Place

BY_LAW = "by_law"  # 法律、法规规定应当进行法制审核的其他情形: stated on the case, no criterion of its own


def check_references(raw: RawProfile, layer: Layer, below: Sequence[Layer]) -> tuple[Flaw, ...]:
    """All dangling references of one layer."""
    place = Place(raw)
    _criteria(place, layer, below)
    _defaults(place, layer, below)
    _floors(place, layer, below)
    return tuple(place.flaws)


def _criteria(place: Place, layer: Layer, below: Sequence[Layer]) -> None:
    known = {BY_LAW}
    for one in (*below, layer):
        rows = one.rules.get("scope.criteria", {}).get("value") or ()
        known.update(row["id"] for row in rows)
    for index, row in enumerate(layer.rules.get("scope.statute", {}).get("value") or ()):
        for need in row["needs"]:
            if need not in known:
                place.fault(
                    FileFault.DANGLING,
                    *("rules", "scope.statute", "value", index),
                    value=need,
                    what="情形",
                    hint="请先在 scope.criteria 里列出，或者改正编号。",
                )


def _defaults(place: Place, layer: Layer, below: Sequence[Layer]) -> None:
    for key, table in layer.rules.items():
        if table.get("accept") and not any("value" in one.rules.get(key, {}) for one in below):
            place.fault(FileFault.NO_DEFAULT, "rules", key)


def _floors(place: Place, layer: Layer, below: Sequence[Layer]) -> None:
    """A plan that is weaker than the statute is shown as such; an office's own decision that
    lowers the gate is refused, because no office may release itself."""
    for key, table in layer.rules.items():
        spec = schema().spec(key)
        if spec is None:
            continue
        cited = layer.documents.get(str(table.get("document")))
        own = cited is not None and cited.rank == "office"
        if not (own and (spec.floor or spec.office_floor)) or "value" not in table:
            continue
        strict = spec.stricter == "true"
        said = [one.rules[key] for one in below if "value" in one.rules.get(key, {})]
        # The nearest document is the one that binds the office; a floor is never left.
        binding = said[::-1] if spec.floor else said[-1:]
        for standing in binding:
            if standing["value"] is strict and table["value"] is not strict:
                place.fault(
                    FileFault.BELOW_FLOOR,
                    *("rules", key),
                    statute=standing["document"],
                    quote=standing["quote"],
                )
                break
