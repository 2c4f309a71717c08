"""From the content of a paper to neutral blocks: which sentences stand where.

Builders for the opinion, the forms and letters around it, and the papers of a disagreement.
Fixed phrases are data (`resources/templates/papers.toml`); fonts and pages are unknown here.
"""

from sanzhi_desktop.documents.content.disagreement import disagreement_document
from sanzhi_desktop.documents.content.minutes import minutes_document
from sanzhi_desktop.documents.content.notices import correction_document, return_document
from sanzhi_desktop.documents.content.opinion import opinion_document
from sanzhi_desktop.documents.content.responsibility import responsibility_document
from sanzhi_desktop.documents.content.submission import submission_document

__all__ = [
    "correction_document",
    "disagreement_document",
    "minutes_document",
    "opinion_document",
    "responsibility_document",
    "return_document",
    "submission_document",
]
