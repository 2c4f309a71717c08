"""Codes and their Chinese sentences: every code has one, none is left over, facts fit."""

import ast
import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from string import Formatter

from tests.sources import PACKAGE, ROOT, modules, named, nodes, production


@cache
def everything_imported() -> None:
    import importlib

    for name in modules(*(place.stem for place in PACKAGE.iterdir() if place.stem[0] != "_")):
        importlib.import_module(name)


@cache
def codes() -> dict[str, type[StrEnum]]:
    """Every member of every Code subclass in the program, with its class."""
    from sanzhi_desktop.domain.errors import Code

    everything_imported()
    return {member.value: area for area in _descendants(Code) for member in area}


@cache
def vocabularies() -> dict[str, set[str]]:
    """Every other StrEnum of the program by its name in sentences: PartyType → party_type."""
    from sanzhi_desktop.domain.errors import Code

    everything_imported()
    return {
        re.sub(r"(?<!^)(?=[A-Z])", "_", kind.__name__).lower(): {member.value for member in kind}
        for kind in _descendants(StrEnum)
        if kind.__module__.startswith("sanzhi_desktop.") and not issubclass(kind, Code)
    }


def _descendants(area: type[StrEnum]) -> Iterator[type[StrEnum]]:
    for child in area.__subclasses__():
        yield child
        yield from _descendants(child)


@cache
def sentences() -> dict[str, str]:
    merged: dict[str, str] = {}
    for file in (ROOT / "resources" / "sentences").glob("*.toml"):
        for code, text in tomllib.loads(file.read_text("utf-8")).items():
            assert code not in merged, f"{code} stands twice, again in {file.name}"
            merged[code] = text
    return merged


def test_every_code_has_its_sentence() -> None:
    missing = [f"{area.__name__}: {code}" for code, area in codes().items()
               if code not in sentences()]  # fmt: skip
    assert codes()
    assert not missing, "\n".join(missing)


def test_every_sentence_of_a_refusal_has_its_code() -> None:
    """A sentence that begins like the codes of an area, and is none of them, is never shown."""
    areas = {code.rpartition(".")[0] for code in codes()}
    written = "".join(file.read_text("utf-8") for file in production())
    unused = [
        code
        for code, text in sentences().items()
        if code.rpartition(".")[0] in areas and code not in codes() and text.endswith("。")
    ]
    assert not [code for code in unused if f'"{code}"' not in written]


def test_a_vocabulary_is_named_whole_or_not_at_all() -> None:
    """Where some members of an enumeration have Chinese names, all have."""
    labels: dict[str, set[str]] = {}
    for code in sentences():
        area, _, value = code.rpartition(".")
        if area in vocabularies() and code not in codes():
            labels.setdefault(area, set()).add(value)
    nameless = [f"{area}: {sorted(vocabularies()[area] - values)}"
                for area, values in labels.items() if vocabularies()[area] - values]  # fmt: skip
    assert labels
    assert not nameless


def test_sentences_are_chinese_and_refusals_are_whole_sentences() -> None:
    """A state has a name; a refusal names the field, the reason and the next step."""
    nameless = [code for code, text in sentences().items() if not re.search("[一-鿿]", text)]
    refusals = {code for code, area in codes().items() if area.__name__.endswith("Fault")}
    endings = ("。", "！", "？", "。）", "}")  # a fact may bring its own full stop
    cut = [c for c in sorted(refusals & set(sentences())) if not sentences()[c].endswith(endings)]
    assert not nameless
    assert not cut


def test_errors_carry_the_facts_that_their_sentences_name() -> None:
    """`DomainError(XxxFault.MEMBER, fact=…)` against `{fact}`: a gap would be shown as “…”."""
    classes = {area.__name__: area for area in codes().values()}
    gaps = []
    for file in PACKAGE.rglob("*.py"):
        for call in nodes(file, ast.Call):
            if not (isinstance(call.func, ast.Name) and call.func.id == "DomainError"):
                continue
            given = {keyword.arg for keyword in call.keywords}
            code = call.args[0] if call.args else None
            if None in given or not isinstance(code, ast.Attribute):
                continue
            area = classes.get(ast.unparse(code.value))
            if area is None or not hasattr(area, code.attr):
                continue
            text = sentences().get(getattr(area, code.attr).value, "")
            wanted = {re.split(r"[.\[]", name)[0] for _, name, _, _ in Formatter().parse(text)
                      if name}  # fmt: skip
            if wanted - given:
                gaps.append(f"{named(file)}:{call.lineno} lacks {sorted(wanted - given)}")
    assert not gaps, "\n".join(gaps)
