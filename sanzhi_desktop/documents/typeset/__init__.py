"""Sets a `Document` on the character grid of official papers and draws it as PDF.

`lay_out` is the one entry. Content, signing and PDF/A live elsewhere in `documents`.
"""

from sanzhi_desktop.documents.typeset.compose import lay_out

__all__ = ["lay_out"]
