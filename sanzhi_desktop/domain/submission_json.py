"""A submission as plain JSON: as a command carries it and as both databases keep it.

Lives here: both directions, and what of it does not fit. Must not: what a submission must say
(`domain.case.check_submission`).
"""

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from sanzhi_desktop.domain.case import Submission
from sanzhi_desktop.domain.fitting import NOTHING, read_as


def _plain(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_plain(v) for v in value]
    if isinstance(value, dict):
        return {k: _plain(v) for k, v in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return value


def submission_to_json(submission: Submission) -> dict[str, Any]:
    """Plain JSON values; the inverse of `submission_from_json`."""
    plain: dict[str, Any] = _plain(submission)
    return plain


def submission_from_json(data: Any) -> Submission:
    """A submission from its JSON form. Unknown keys are ignored: an old case outlives a field.
    What does not fit is read as if it had not been said."""
    found = read_as(Submission, data, "submission", [])
    return Submission() if found is NOTHING else found


def misfits(data: Mapping[str, Any]) -> tuple[str, ...]:
    """The places of the JSON form that are no part of a submission, like submission.party.name."""
    wrong: list[str] = []
    read_as(Submission, data, "submission", wrong)
    return tuple(wrong)
