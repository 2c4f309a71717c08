"""What the program is made of: version, libraries and fonts with their licences. No widgets."""

from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from sanzhi_desktop import __version__, resources

PACKAGE = "sanzhi-desktop"
OWN_LICENCE = "Apache-2.0"
_SHORT = 60


@dataclass(frozen=True, slots=True)
class Part:
    """A library or a font: name, version, licence in short, and where the full texts stand."""

    name: str
    version: str
    licence: str
    texts: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class About:
    """Everything the last page of the preferences shows."""

    version: str
    parts: tuple[Part, ...]


def read_about() -> About:
    """Reads the installed packages' own metadata; takes a moment, so never in the GUI thread."""
    parts = [_own(), *_fonts(), *_libraries()]
    return About(__version__, tuple(parts))


def licence_text(part: Part) -> str:
    """The licence texts of a part, one after the other; the short name where none is at hand."""
    texts = [_text(path) for path in part.texts]
    return "\n\n".join(text for text in texts if text) or part.licence


def _own() -> Part:
    beside = resources.ROOT.parent / "LICENSE"
    texts = (beside,) if beside.is_file() else _files(PACKAGE)
    return Part("三制法审（本程序）", __version__, OWN_LICENCE, texts)


def _fonts() -> list[Part]:
    folder = resources.path("fonts")
    ofl, gpl = folder / "LICENSE-OFL-1.1.txt", folder / "LICENSE-GPL-3.txt"
    read_me = folder / "README.md"
    return [
        Part("随附字体：宋、黑、楷、小标宋", "", "SIL OFL 1.1", (ofl,)),
        Part("随附字体：仿宋（Fandol）", "", "GPL-3.0（带字体例外）", (read_me, gpl)),
    ]


def _libraries() -> list[Part]:
    try:
        wanted = metadata.requires(PACKAGE) or []
    except metadata.PackageNotFoundError:  # run from an unpacked tree without metadata
        return []
    names = sorted({_bare(line) for line in wanted}, key=str.lower)
    return [part for name in names if (part := _library(name)) is not None]


def _bare(requirement: str) -> str:
    for place, letter in enumerate(requirement):
        if not (letter.isalnum() or letter in "-_."):
            return requirement[:place]
    return requirement


def _library(name: str) -> Part | None:
    try:
        found = metadata.metadata(name)
    except metadata.PackageNotFoundError:  # only needed on another system
        return None
    stated = found.get_all("License-Expression") or []
    if not stated:
        marks = [c for c in found.get_all("Classifier") or [] if c.startswith("License ::")]
        stated = [marks[0].rsplit(" :: ", 1)[-1]] if marks else found.get_all("License") or []
    licence = stated[0] if stated else ""
    short = licence.strip().splitlines()[0][:_SHORT] if licence.strip() else "—"
    return Part(found["Name"], metadata.version(name), short, _files(name))


def _files(name: str) -> tuple[Path, ...]:
    try:
        listed = metadata.files(name) or []
    except metadata.PackageNotFoundError:
        return ()
    found = [
        Path(str(file.locate()))
        for file in listed
        if ".dist-info" in str(file) and "licen" in str(file).lower()
    ]
    return tuple(path for path in found if path.is_file())


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""
