"""不属于审核范围: the answer "no review is needed", signed by a person and kept with its grounds.

Two ways lead here: the review body returns a submission, or the undertaking unit's head confirms
for a matter that was only registered that it need not be submitted at all.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sanzhi_desktop.application import assess, stepping
from sanzhi_desktop.application.commands import Changed
from sanzhi_desktop.application.confirmation import BY_PASSWORD, Confirmed
from sanzhi_desktop.application.papers import StoredPaper
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.work import SheetPress
from sanzhi_desktop.domain.case import Case, CaseFault, Submission
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.papers import ExaminedLine, ReturnPaper
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.domain.scope_examined import Examined, examined
from sanzhi_desktop.domain.workdays import local_date
from sanzhi_desktop.domain.workflow import Action


class ScopeFault(Code):
    """Why a matter cannot be confirmed as needing no review."""

    REVIEW_NEEDED = "scope.review_needed"


@dataclass(frozen=True, slots=True)
class Letter:
    """What the signed paper says beside the case: who signs, in which office, with what mark."""

    office: str
    signer: str
    mark: str = ""
    confirmed_by: str = BY_PASSWORD


def examined_of(submission: Submission, profile: Profile) -> tuple[Examined, ...]:
    """Every criterion of the rules with what the submission says of it."""
    return examined(profile, assess.scope_case(submission))


def return_outside_scope(
    session: Session,
    sheets: SheetPress,
    profile: Profile,
    *,
    case_id: str,
    seen_version: int,
    reason: str,
    letter: Letter,
    confirmed: Confirmed,
    command_id: str = "",
) -> Changed:
    """Returns a submission that is not within the scope of review; the letter says criterion by
    criterion why. What the form claims and the signer denies stands there as both."""
    case = session.reader.case(case_id)
    at = session.gateway.now()
    letter = replace(letter, confirmed_by=confirmed.by)
    paper = paper_of(case, profile, letter, reason=reason, at=at)
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.RETURN,
        reason=reason,
        payload=_payload(
            session, sheets, case=case, profile=profile, confirmed=confirmed, paper=paper
        ),
        command_id=command_id,
    )


def confirm_not_needed(
    session: Session,
    sheets: SheetPress,
    profile: Profile,
    *,
    case_id: str,
    seen_version: int,
    reason: str,
    letter: Letter,
    confirmed: Confirmed,
    command_id: str = "",
) -> Changed:
    """The undertaking unit's head confirms for a registered matter that it needs no review.

    Raises DomainError: name or unit missing, or the rules do demand a review (REVIEW_NEEDED).
    """
    case = session.reader.case(case_id)
    check_not_needed(case.submission, profile)
    letter = replace(letter, confirmed_by=confirmed.by)
    paper = replace(
        paper_of(case, profile, letter, reason=reason, at=session.gateway.now()),
        letter="not_needed",
    )
    return stepping.send(
        session,
        case_id=case_id,
        seen_version=seen_version,
        action=Action.NOT_NEEDED,
        reason=reason,
        payload=_payload(
            session, sheets, case=case, profile=profile, confirmed=confirmed, paper=paper
        ),
        command_id=command_id,
    )


def check_not_needed(submission: Submission, profile: Profile) -> None:
    """Raises DomainError when the matter has no name or unit, or has to be reviewed."""
    for name in ("name", "unit"):
        if not str(getattr(submission, name)).strip():
            raise DomainError(CaseFault.FIELD_MISSING, field=name)
    answer = assess.scope_of(submission, profile)
    if answer.needs_review:
        first = answer.because[0]
        raise DomainError(
            ScopeFault.REVIEW_NEEDED, criterion=first.name, source=first.source.cited()
        )


def paper_of(
    case: Case, profile: Profile, letter: Letter, *, reason: str, at: datetime
) -> ReturnPaper:
    """The paper as it will be stored."""
    submission = case.submission
    answer = assess.scope_of(submission, profile)
    day: date = local_date(at)
    return ReturnPaper(
        office=letter.office,
        addressee=submission.unit,
        case_name=submission.name,
        submitted=local_date(case.received_at) if case.received_at else day,
        reason=reason,
        dated=day,
        mark=letter.mark,
        claimed=answer.needs_review,
        examined=tuple(
            ExaminedLine(one.name, one.source.cited(), one.said, one.fired)
            for one in examined_of(submission, profile)
        ),
        rules=f"{profile.name}（{profile.edition}）",
        decided_by=letter.signer,
        confirmed_by=letter.confirmed_by,
        decided_at=at,
    )


def _payload(
    session: Session,
    sheets: SheetPress,
    *,
    case: Case,
    profile: Profile,
    confirmed: Confirmed,
    paper: ReturnPaper,
) -> Mapping[str, Any]:
    scope = assess.scope_as_json(assess.scope_of(case.submission, profile))
    scope["examined"] = [
        {
            "criterion": one.id,
            "name": one.name,
            "document": one.source.document,
            "article": one.source.article,
            "met": one.fired,
            "finding": one.finding,
        }
        for one in examined_of(case.submission, profile)
    ]
    return {
        "scope": scope,
        "confirmed": confirmed.as_payload(session.actor.person_id),
        "document": StoredPaper(paper.letter, sheets.returned(paper)).as_payload(),
    }
