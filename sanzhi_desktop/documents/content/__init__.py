"""From the content of a paper to neutral blocks: which sentences stand where.

Builders for the opinion, the submission form, the correction notice and the return letter.
Fixed phrases are data (`resources/templates/papers.toml`); fonts and pages are unknown here.
"""

from sanzhi_desktop.documents.content.notices import correction_document, return_document
from sanzhi_desktop.documents.content.opinion import opinion_document
from sanzhi_desktop.documents.content.submission import submission_document

__all__ = ["correction_document", "opinion_document", "return_document", "submission_document"]
