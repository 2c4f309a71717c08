"""What `sanzhi verify --db` is told of papers: those of a case, and minutes, which are of none."""

from hashlib import sha256
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


def test_an_altered_paper_is_compared_with_what_its_content_was_stored_as(
    embedded_desk: Desk, embedded_path: Path
) -> None:
    """Other bytes that name the same content are not unknown: they are another paper."""
    case_id = disputes.escalated(embedded_desk)
    meeting_id = disputes.decided(embedded_desk, case_id)
    edition = embedded_desk.sessions["se"].reader.dispute(case_id).records[-1]

    def known(content: str) -> str | None:
        digest = sha256(content.encode()).hexdigest()
        return paper_record(str(embedded_path), "0" * 64, content=digest).sha256

    assert known(edition.content) == edition.signed_sha256
    assert known("{}") is None
    first = disputes.certified(embedded_desk, meeting_id)
    assert known("{}") == first
    second = disputes.sign(embedded_desk, meeting_id, "a3")
    assert known("{}") == second
    assert known('{"b":2}') is None
