"""From a reading to a prefilled submission: every value with the place it was read at."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from sanzhi_desktop.application.work import Prefill
from sanzhi_desktop.documents.read.model import FieldReading, Reading
from sanzhi_desktop.domain.case import Party, PartyType, Provenance, Submission
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.kinds import Kind, Procedure, parse_kind
from sanzhi_desktop.resources.sentences import sentence

# field of the submission ← field of the reading, for plain texts and dates
_TEXTS = {
    "agency": "agency",
    "file_number": "document_number",
    "notice_number": "notice_number",
}
_DATES = ("filing_date", "inspection_date", "notice_date", "hearing_date")
_LISTS = ("violated_provisions", "penalty_basis")
_PARTY = {
    "name": "party_name",
    "number": "party_id",
    "legal_representative": "legal_representative",
    "address": "address",
}
# where a mark of the reader belongs on the submission
_FIELD_OF_MARK = {
    **{read: ours for ours, read in _TEXTS.items()},
    **{read: f"party.{ours}" for ours, read in _PARTY.items()},
    "decision": "proposed_decision",
}


# the reader's words for the party's type
_PARTY_TYPES = {
    "natural_person": PartyType.PERSON,
    "individual_business": PartyType.SOLE_TRADER,
    "organisation": PartyType.ORGANISATION,
}


class PrefillReader:
    """`SubmissionReader` over `documents.read`."""

    def read(self, path: Path) -> Prefill:
        """Reads one file into a submission; nothing is guessed, everything is marked."""
        from sanzhi_desktop.documents.read.submission import read_submission

        return prefill(read_submission(path))


def prefill(reading: Reading) -> Prefill:
    """The submission as far as it could be read."""
    values: dict[str, Any] = {}
    places: dict[str, Provenance] = {}

    def take(ours: str, found: FieldReading, convert: Callable[[Any], Any] = lambda v: v) -> None:
        if found.present:
            values[ours] = convert(found.value)
            places[ours] = Provenance(found.where)

    for ours, name in _TEXTS.items():
        take(ours, reading.fields[name])
    for name in _DATES:
        take(name, reading.fields[name], date.fromisoformat)
    for name in _LISTS:
        take(name, reading.fields[name])
    for ours, name in (("name", "cause"), ("facts", "facts")):
        if name in reading.more:
            take(ours, reading.more[name])
    party, party_places = _party(reading)
    places.update(party_places)
    submission = replace(Submission(**values), party=party, kind=_kind(reading, places))
    submission = _with_ruling(submission, reading, places)
    if submission.hearing_date is not None:
        submission = replace(submission, procedure=Procedure.HEARING)
        places["procedure"] = Provenance(reading.fields["hearing_date"].where)
    decided = reading.text_of("decision_date")
    return Prefill(
        submission=replace(submission, provenance=places),
        marks=tuple(
            (_FIELD_OF_MARK.get(w.field, w.field), sentence(w.code.value, **w.facts))
            for w in reading.warnings
        ),
        text=reading.text,
        decision_date=date.fromisoformat(decided) if decided else None,
    )


def _party(reading: Reading) -> tuple[Party, dict[str, Provenance]]:
    values: dict[str, Any] = {}
    places: dict[str, Provenance] = {}
    for ours, name in _PARTY.items():
        found = reading.fields[name]
        if found.present:
            values[ours] = found.value
            places[f"party.{ours}"] = Provenance(found.where)
    found_type = reading.more.get("party_type")
    if found_type is not None and found_type.present:
        values["type"] = _PARTY_TYPES[str(found_type.value)]
        places["party.type"] = Provenance(found_type.where)
    return Party(**values), places


def _kind(reading: Reading, places: dict[str, Provenance]) -> Kind:
    found = reading.fields["kind"]
    if not found.present:
        return Kind.PENALTY
    try:
        kind = parse_kind(str(found.value))
    except DomainError:
        return Kind.OTHER
    places["kind"] = Provenance(found.where)
    return kind


def _with_ruling(
    submission: Submission, reading: Reading, places: dict[str, Provenance]
) -> Submission:
    ruling = reading.ruling
    if ruling is None:
        return submission
    where = Provenance(reading.fields["decision"].where)
    places["proposed_decision"] = where
    if ruling.penalty_kinds:
        places["penalty_kinds"] = where
    amount = (ruling.fine_fen or 0) + (ruling.confiscated_income_fen or 0)
    if amount:
        places["amount_fen"] = where
    return replace(
        submission,
        proposed_decision=ruling.summary,
        penalty_kinds=ruling.penalty_kinds,
        amount_fen=amount,
    )
