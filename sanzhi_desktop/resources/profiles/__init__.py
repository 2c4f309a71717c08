"""Rule profiles from files: reading, checking, resolving and comparing them.

Lives here: the way from an id, a file or an office's own layer to a resolved profile. Must not:
what the rules mean (`domain.profile`, `domain.scope`, `domain.gate`).
"""

import errno
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from sanzhi_desktop import resources
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.profile import Document, Profile, ProfileFault
from sanzhi_desktop.resources.profiles.checks import Layer, check_layer
from sanzhi_desktop.resources.profiles.faults import FileFault, Flaw
from sanzhi_desktop.resources.profiles.layers import resolve as resolve_layers
from sanzhi_desktop.resources.profiles.parse import RawProfile, parse_profile, read_profile
from sanzhi_desktop.resources.profiles.references import check_references

NATIONAL = "national"
DEEPEST = 8  # layers in one chain
MOST_NEIGHBOURS = 200  # files of a folder that are looked into for the id of a layer below
HEAD_BYTES = 2000
# Why the system did not give a file, in Chinese.
REASONS = {
    errno.ENOENT: "文件不存在",
    errno.EISDIR: "这是文件夹",
    errno.EACCES: "没有读取的权限",
    errno.EPERM: "没有读取的权限",
}


@dataclass(frozen=True, slots=True)
class Head:
    """What a list of profiles shows."""

    id: str
    name: str
    edition: str
    extends: str


def shipped_ids() -> tuple[str, ...]:
    """Ids of the shipped profiles, the national layer first."""
    names = {file.stem for file in resources.path("profiles").glob("*.toml")} - {"keys"}
    return (NATIONAL, *sorted(names - {NATIONAL}))


def heads() -> tuple[Head, ...]:
    """The shipped profiles for a list."""
    found = []
    for profile_id in shipped_ids():
        layer = _shipped_chain(profile_id)[-1]
        found.append(Head(layer.id, layer.name, layer.edition, layer.extends))
    return tuple(found)


@cache
def shipped(profile_id: str) -> Profile:
    """A shipped profile, resolved. Raises DomainError(ProfileFault.UNKNOWN_PROFILE)."""
    return resolve_layers(_shipped_chain(profile_id))


def with_office(
    profile_id: str,
    office: str | Path | Mapping[str, Any],
    *,
    imported: Sequence[str] = (),
) -> Profile:
    """A shipped profile with an office's own layer on top: a TOML file, TOML text or its tables.

    `imported`: the files of a jurisdiction that is not shipped, the lowest first; the office's
    layer stands on the last of them. Raises DomainError(ProfileFault.REFUSED) with the first
    fault; nothing else changes.
    """
    if isinstance(office, Path):
        raw = _read(office)
    elif isinstance(office, str):
        raw = parse_profile(office, f"{profile_id}.office.toml")
    else:
        raw = RawProfile(f"{profile_id}.office.toml", "", office)
    chain = _imported_chain(tuple(imported)) if imported else _shipped_chain(profile_id)
    profile, flaws = _over(raw, chain)
    if profile is None:
        raise refused(flaws)
    return profile


def check_file(path: Path) -> tuple[Flaw, ...]:
    """All faults of a profile file, none when it may be used. Raises DomainError: unreadable."""
    return load_file(path)[1]


def load_file(path: Path) -> tuple[Profile | None, tuple[Flaw, ...]]:
    """A profile from a file, with the layers it extends, or its faults."""
    raw = _read(path)
    if isinstance(raw, Flaw):
        return None, (raw,)
    chain, flaws = _chain_below(raw, path.parent)
    if flaws:
        return None, flaws
    return _over(raw, chain)


def texts_of_chain(path: Path) -> tuple[str, ...]:
    """The texts of a checked file and of the files beside it that it extends, the lowest first.

    Raises DomainError: unreadable, or refused with its first fault.
    """
    raw = _read(path)
    if isinstance(raw, Flaw):
        raise refused((raw,))
    waiting, _, flaws = _beside_and_below(raw, path.parent)
    if flaws:
        raise refused(flaws)
    return (*(one.text for one in reversed(waiting)), raw.text)


def imported(texts: Sequence[str]) -> Profile:
    """The profile of files that are not shipped, the lowest first, over what that one extends.

    Raises DomainError(ProfileFault.REFUSED).
    """
    return resolve_layers(_imported_chain(tuple(texts)))


@lru_cache(maxsize=4)
def _imported_chain(texts: tuple[str, ...]) -> tuple[Layer, ...]:
    chain: tuple[Layer, ...] = ()
    for place, text in enumerate(texts):
        raw = parse_profile(text, "imported.toml")
        if isinstance(raw, Flaw):
            raise refused((raw,))
        if place == 0:
            chain = _shipped_chain(str(raw.data.get("extends", "")))
        layer, flaws = _checked(raw, chain)
        if layer is None:
            raise refused(flaws)
        chain = (*chain, layer)
    return chain


def load(name: str) -> Profile:
    """A profile by its id, or by the path of a file that ends in .toml.

    Raises DomainError: unknown id, unreadable file, or refused with its first fault.
    """
    if not name.endswith(".toml"):
        return shipped(name)
    profile, flaws = load_file(Path(name))
    if profile is None:
        raise refused(flaws)
    return profile


def refused(flaws: tuple[Flaw, ...]) -> DomainError:
    """The error for a refused file."""
    first = flaws[0]
    return DomainError(
        ProfileFault.REFUSED,
        file=first.file,
        count=len(flaws),
        line=first.line,
        reason=first.reason,
        remedy=first.remedy,
    )


def _read(path: Path) -> RawProfile | Flaw:
    try:
        return read_profile(path)
    except OSError as error:
        reason = REASONS.get(error.errno or 0, error.strerror or "无法打开")
        raise DomainError(ProfileFault.NOT_READABLE, file=str(path), reason=reason) from error


@cache
def _shipped_chain(profile_id: str) -> tuple[Layer, ...]:
    if profile_id not in shipped_ids():
        known = "、".join(shipped_ids())
        raise DomainError(ProfileFault.UNKNOWN_PROFILE, profile=profile_id, known=known)
    path = resources.path("profiles", f"{profile_id}.toml")
    raw = _read(path)
    if isinstance(raw, Flaw):
        raise refused((raw,))
    below = raw.data.get("extends")
    chain = _shipped_chain(below) if below else ()
    layer, flaws = _checked(raw, chain)
    if layer is None:
        raise refused(flaws)
    return (*chain, layer)


def _checked(raw: RawProfile, chain: tuple[Layer, ...]) -> tuple[Layer | None, tuple[Flaw, ...]]:
    inherited: Mapping[str, Document] = chain[-1].documents if chain else {}
    layer, flaws = check_layer(raw, inherited)
    if layer is None:
        return None, flaws
    dangling = check_references(raw, layer, chain)
    return (None, dangling) if dangling else (layer, ())


def _over(
    raw: RawProfile | Flaw, chain: tuple[Layer, ...]
) -> tuple[Profile | None, tuple[Flaw, ...]]:
    if isinstance(raw, Flaw):
        return None, (raw,)
    layer, flaws = _checked(raw, chain)
    if layer is None:
        return None, flaws
    return resolve_layers((*chain, layer)), ()


def _chain_below(raw: RawProfile, folder: Path) -> tuple[tuple[Layer, ...], tuple[Flaw, ...]]:
    """The layers a file extends: beside it in its folder first, then the shipped ones."""
    waiting, chain, flaws = _beside_and_below(raw, folder)
    if flaws:
        return (), flaws
    for beside_raw in reversed(waiting):
        layer, flaws = _checked(beside_raw, chain)
        if layer is None:
            return (), flaws
        chain = (*chain, layer)
    return chain, ()


def _beside_and_below(
    raw: RawProfile, folder: Path
) -> tuple[list[RawProfile], tuple[Layer, ...], tuple[Flaw, ...]]:
    """The files beside it that it extends, the highest first; the shipped chain; a fault."""
    waiting: list[RawProfile] = []
    seen = [raw.id]
    current = raw
    chain: tuple[Layer, ...] = ()
    while below := current.data.get("extends"):
        if not isinstance(below, str):
            break
        if below in seen or len(seen) > DEEPEST:
            circle = " → ".join((*seen, below))
            line = raw.line("extends")
            facts = {"chain": circle}
            return [], (), (Flaw(FileFault.EXTENDS_CYCLE, raw.file, line, "extends", facts),)
        seen.append(below)
        beside = None if below in shipped_ids() else _beside(folder, below)
        if beside is not None:
            found = _read(beside)
            if isinstance(found, Flaw):
                return [], (), (found,)
            waiting.append(found)
            current = found
            continue
        if below not in shipped_ids():
            facts = {"extends": below, "allowed": "、".join(shipped_ids())}
            line = current.line("extends")
            unknown = Flaw(FileFault.EXTENDS_UNKNOWN, current.file, line, "extends", facts)
            return [], (), (unknown,)
        chain = _shipped_chain(below)
        break
    return waiting, chain, ()


def _beside(folder: Path, profile_id: str) -> Path | None:
    """The file of a folder that holds a profile: by its name, else by the id it begins with."""
    named = folder / f"{profile_id}.toml"
    if named.is_file():
        return named
    head = re.compile(rf"""^\s*id\s*=\s*["']{re.escape(profile_id)}["']""", re.MULTILINE)
    for file in sorted(folder.glob("*.toml"))[:MOST_NEIGHBOURS]:
        try:
            with file.open("rb") as source:
                begin = source.read(HEAD_BYTES).decode("utf-8", "replace")
        except OSError:
            continue
        if head.search(begin):
            return file
    return None


def resolve_texts(texts: Sequence[str]) -> Profile:
    """Parses, checks and resolves the texts of a whole chain, the lowest layer first.

    Raises DomainError(ProfileFault.REFUSED).
    """
    chain: tuple[Layer, ...] = ()
    for text in texts:
        raw = parse_profile(text, "profile.toml")
        layer, flaws = (None, (raw,)) if isinstance(raw, Flaw) else _checked(raw, chain)
        if layer is None:
            raise refused(flaws)
        chain = (*chain, layer)
    return resolve_layers(chain)
