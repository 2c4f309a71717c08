"""Lays profiles over each other: the stricter of statute and profile wins and says why.

Lives here: from checked layers to one `domain.profile.Profile`. Must not: reading files, judging
their form. Order of layers: national first, the office's own last.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sanzhi_desktop.domain.kinds import Kind
from sanzhi_desktop.domain.profile import Document, Profile
from sanzhi_desktop.domain.rule import Rule, Source, is_stricter
from sanzhi_desktop.resources.profiles.checks import Layer
from sanzhi_desktop.resources.profiles.schema import BINDING, KeySpec, schema
from sanzhi_desktop.resources.sentences import sentence

_KINDS = frozenset(kind.value for kind in Kind)
_OWN_FIELDS = frozenset(
    {
        *("value", "unit", "open", "soft", "fallback", "accept", "note", "document", "article"),
        *("quote", "also"),
    }
)


def resolve(layers: Sequence[Layer]) -> Profile:
    """One profile out of a chain of checked layers; the last one gives its name and edition."""
    top = layers[-1]
    rules: dict[str, Rule] = {}
    special = _said_by_kind(layers)
    for key, spec in schema().keys.items():
        rules[key] = _resolve_key(spec, layers)
        for own in special.get(key, ()):
            rules[own.key] = _resolve_key(own, layers)
    for key in rules:
        _explain_special(rules, key)
    return Profile(
        id=top.id,
        name=top.name,
        edition=top.edition,
        rules=rules,
        layers=tuple(layer.id for layer in layers),
        documents=top.documents,
        effective_from=top.effective_from,
        effective_to=top.effective_to,
    )


def _said_by_kind(layers: Sequence[Layer]) -> Mapping[str, Sequence[KeySpec]]:
    """The keys of one kind of enforcement that some layer says, by the general key, in the order
    of the kinds."""
    known = schema().keys
    said = {key for layer in layers for key in layer.rules if key not in known}
    found: dict[str, list[KeySpec]] = {}
    for kind in Kind if said else ():
        for key in sorted(said):
            spec = schema().spec(key)
            if spec is not None and key.endswith(f".{kind.value}"):
                found.setdefault(key.removesuffix(f".{kind.value}"), []).append(spec)
    return found


def _explain_special(rules: dict[str, Rule], key: str) -> None:
    """A statute's rule for one kind says so when the plan's general one is weaker."""
    general_key, _, kind = key.rpartition(".")
    if kind not in _KINDS or general_key not in rules:
        return
    special, general = rules[key], rules[general_key].in_force()
    if special.why or not (special.answers and general.answers):
        return
    if special.binding and not general.binding and is_stricter(special, general):
        why = _why("rules.why.standing_stricter", special, general)
        rules[key] = replace(special, why=why)


def _resolve_key(spec: KeySpec, layers: Sequence[Layer]) -> Rule:
    standing: Rule | None = None
    fallback: Rule | None = None
    for layer in layers:
        table = layer.rules.get(spec.key)
        if table is None:
            continue
        spoken = _rule(spec, table, layer)
        if table.get("fallback"):
            fallback = spoken
        if table.get("accept"):
            standing = _accepted(spoken, fallback, standing)
        else:
            standing = spoken if standing is None else _meet(spec, standing, spoken)
    if standing is None:
        return Rule(spec.key, spec.title, open=True, stricter=spec.stricter)
    top = layers[-1].id
    if fallback is not None and fallback.layer != top and standing.layer == fallback.layer:
        return Rule(spec.key, spec.title, open=True, stricter=spec.stricter, default=fallback)
    if standing.open and fallback is not None and fallback.layer != standing.layer:
        return replace(standing, default=fallback)
    return standing


def _meet(spec: KeySpec, standing: Rule, spoken: Rule) -> Rule:
    """A rule already standing and what the next layer says on the same key."""
    if spoken.open:
        if standing.open or "fallback" in standing.attributes:
            return spoken
        heard = (*standing.overridden, spoken) if spoken.source else standing.overridden
        return replace(standing, overridden=heard)
    if not standing.answers:
        return spoken
    if not (standing.binding or spec.floor):
        return replace(spoken, overridden=_lost(spoken, standing))
    special = spoken.source is not None and _rank(spoken) in standing.attributes.get(
        "yields_to", ()
    )
    if is_stricter(standing, spoken) and not special:
        return replace(
            standing,
            overridden=(*standing.overridden, spoken),
            why=_why("rules.why.standing_stricter", standing, spoken),
        )
    if is_stricter(spoken, standing):
        why = _why("rules.why.spoken_stricter", spoken, standing)
    elif special and is_stricter(standing, spoken):
        why = _why("rules.why.special", spoken, standing)
    elif spoken.value == standing.value and spoken.unit == standing.unit:
        also = (*spoken.also, standing.source) if standing.source else spoken.also
        return replace(spoken, also=also, binding=standing.binding or spoken.binding)
    else:
        why = ""
    return replace(spoken, overridden=_lost(spoken, standing), why=why)


def _lost(winner: Rule, loser: Rule) -> tuple[Rule, ...]:
    """The rule that lost is kept beside the winner when it said something else."""
    same = loser.value == winner.value and loser.unit == winner.unit
    return loser.overridden if same else (*loser.overridden, replace(loser, overridden=()))


def _accepted(spoken: Rule, fallback: Rule | None, standing: Rule | None) -> Rule:
    """The office takes the national default: its value, on the office's own decision."""
    default = fallback or standing
    if default is None or not default.answers:
        return spoken
    also = (default.source,) if default.source else ()
    return replace(
        default,
        source=spoken.source,
        also=(*spoken.also, *also),
        layer=spoken.layer,
        note=spoken.note or default.note,
    )


def _why(code: str, winner: Rule, loser: Rule) -> str:
    first = winner.source.cited() if winner.source else winner.layer
    second = loser.source.cited() if loser.source else loser.layer
    return sentence(code, winner=first, loser=second)


def _rank(rule: Rule) -> str:
    return str(rule.attributes.get("rank", ""))


def _rule(spec: KeySpec, table: Mapping[str, Any], layer: Layer) -> Rule:
    document = table.get("document")
    rank = _document_rank(layer.documents, document)
    attributes = {name: value for name, value in table.items() if name not in _OWN_FIELDS}
    if rank:
        attributes["rank"] = rank
    if table.get("fallback"):
        attributes["fallback"] = True
    return Rule(
        key=spec.key,
        title=spec.title,
        value=table.get("value"),
        unit=table.get("unit", ""),
        open=bool(table.get("open", False)),
        soft=bool(table.get("soft", False)),
        source=_source(table) if document else None,
        also=tuple(_source(one) for one in table.get("also", ())),
        layer=layer.id,
        note=table.get("note", ""),
        stricter=spec.stricter,
        binding=rank in BINDING,
        attributes=attributes,
    )


def _document_rank(documents: Mapping[str, Document], name: Any) -> str:
    return documents[name].rank if name in documents else ""


def _source(table: Mapping[str, Any]) -> Source:
    return Source(table["document"], table.get("article", ""), table.get("quote", ""))
