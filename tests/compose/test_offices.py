"""The sample office of the desk: every stage has a case, and half-made ones are never opened."""

from pathlib import Path

from sanzhi_desktop import compose
from sanzhi_desktop.application.queries import ListQuery, ListScope
from sanzhi_desktop.application.signoff import record_of
from sanzhi_desktop.compose.offices import SAMPLE_DATABASE, open_sample, sample_key
from sanzhi_desktop.domain.transfer import TransferStage
from sanzhi_desktop.domain.workflow import State


def test_the_sample_office_has_work_for_everybody(tmp_path: Path) -> None:
    work = compose.work(bundled_fonts=True)
    (tmp_path / f"{SAMPLE_DATABASE}.new").write_bytes(b"left over from a power cut")
    for name in (f"{SAMPLE_DATABASE}.new.files", f"{SAMPLE_DATABASE}.files"):
        left = tmp_path / name / "ab" / "old"
        left.parent.mkdir(parents=True)
        left.write_bytes(b"and between the two last steps")
        left.chmod(0o444)
    opened = open_sample(tmp_path, work)
    reader = opened.session("guzhang_01").reader
    cases = reader.worklist(ListQuery(scope=ListScope.ALL))
    assert {c.state for c in cases} == {
        State.DRAFT,
        State.SUBMITTED,
        State.ACCEPTED,
        State.REVIEWING,
        State.SIGNING,
        State.RESPONDING,
        State.PASSED,
    }
    assert reader.office().sample
    assert not list(tmp_path.rglob("old"))
    assert sorted(p.name for p in tmp_path.glob(f"{SAMPLE_DATABASE}*") if "-" not in p.name) == [
        SAMPLE_DATABASE, f"{SAMPLE_DATABASE}.files",
    ]  # fmt: skip
    assert reader.verify_chains() == ()
    passed = reader.case(next(c.case_id for c in cases if c.state is State.PASSED))
    assert passed.current is not None
    pdf = reader.document(passed.current.issued_sha256)
    record = record_of(reader, sha256=passed.current.issued_sha256)
    assert work.press.verify(pdf, record=record).valid
    assert sample_key(tmp_path, "guzhang_01").is_file()
    moving = [t for c in cases for t in reader.case(c.case_id).transfers]
    assert [t.stage for t in moving] == [TransferStage.REPORTED], "one waits for its approval"
    assert len(moving[0].team) == 2
    opened.close()
    again = open_sample(tmp_path, work)
    assert len(again.session("guzhang_01").reader.worklist(ListQuery(scope=ListScope.ALL))) == len(
        cases
    )
    again.close()
