"""The submission form as it would print now, in a dialog over the screen that asks for it."""

from collections.abc import Iterable

from sanzhi_desktop.domain.case import Case, Material, Submission
from sanzhi_desktop.domain.profile import Profile
from sanzhi_desktop.ui.intake_page import submission_paper
from sanzhi_desktop.ui.paper_dialog import PaperDialog
from sanzhi_desktop.ui.screen import Screen


def preview_submission(
    screen: Screen,
    *,
    submission: Submission,
    materials: Iterable[Material],
    case: Case | None,
    profile: Profile,
) -> None:
    """Lays the form out in the database lane and shows it."""
    desk, given = screen.desk, tuple(materials)
    session, work = desk.session, desk.work
    screen.read(
        lambda: submission_paper(
            work, session, submission=submission, materials=given, case=case, profile=profile
        ),
        lambda pdf: PaperDialog(desk, pdf, screen.tr("送审表.pdf"), screen).open(),
        key="paper",
    )
