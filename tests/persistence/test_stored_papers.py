"""What `sanzhi verify --db` is told of papers: those of a case, and minutes, which are of none."""

from pathlib import Path

from sanzhi_desktop.compose import paper_record
from tests.persistence import disputes
from tests.persistence.desk import Desk


def test_stored_papers_of_a_disagreement_are_recognised(
    embedded_desk: Desk, embedded_path: Path
) -> None:
    case_id = disputes.escalated(embedded_desk)
    meeting_id = disputes.held(embedded_desk, case_id)
    minutes = disputes.meeting(embedded_desk, meeting_id).minutes_sha256
    dispute = embedded_desk.sessions["se"].reader.dispute(case_id)
    stored = [edition.signed_sha256 for edition in dispute.records]
    assert stored
    for digest in (minutes, *stored):
        assert paper_record(str(embedded_path), digest).sha256 == digest
    assert paper_record(str(embedded_path), "0" * 64).sha256 is None
