"""Composes the program: fonts, rules, papers, keys and the reader behind their ports.

Imports no window. Everything heavy is imported when it is first used.
"""

import os

from sanzhi_desktop.application.work import Work
from sanzhi_desktop.documents.fonts import FaceSet, bundled_faces, find_faces, system_folders
from sanzhi_desktop.documents.keydesk import Keys
from sanzhi_desktop.documents.prefill import PrefillReader
from sanzhi_desktop.documents.press import Press
from sanzhi_desktop.resources.rulebook import ShippedBook


def work(*, bundled_fonts: bool = False) -> Work:
    """The ports of a running office. `bundled_fonts`: leave this PC's own fonts aside."""
    faces: FaceSet = (
        bundled_faces() if bundled_fonts else find_faces(system_folders(dict(os.environ)))
    )
    press = Press(faces)
    return Work(
        book=ShippedBook(), press=press, sheets=press, keys=Keys(faces), reader=PrefillReader()
    )
