"""Finds the program's data files and turns codes into Chinese sentences.

Rules, checklists, calendars, wording, fonts and icons are data in the top-level `resources/`
folder; this package alone knows where that folder is, from source or from an installed program.
"""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2] / "resources"


def path(*parts: str) -> Path:
    """The path of one shipped data file, e.g. `path("profiles", "national.toml")`."""
    return ROOT.joinpath(*parts)
