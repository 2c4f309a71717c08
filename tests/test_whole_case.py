"""The whole job on a real database file: from a submission to a verified opinion, and after."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from sanzhi_desktop import compose, resources
from sanzhi_desktop.application import aftermath, assess, intake, review, signoff
from sanzhi_desktop.application.aftermath import AdoptionNote, DecisionMade
from sanzhi_desktop.application.signing import KeyFault
from sanzhi_desktop.application.work import Work
from sanzhi_desktop.compose import sample
from sanzhi_desktop.compose.journey import Journey, ReplayClock
from sanzhi_desktop.compose.offices import found_sample
from sanzhi_desktop.compose.sample import SampleKeys
from sanzhi_desktop.domain.case import Adoption, CaseFault, RoundReason
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.gate import GateCode
from sanzhi_desktop.domain.people import Role
from sanzhi_desktop.domain.workflow import State, WorkflowFault
from sanzhi_desktop.persistence.open import open_embedded

SOURCE = resources.path("samples", "penalty.txt")
START = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def work() -> Work:
    return compose.work(bundled_fonts=True)


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory, work: Work) -> tuple[Path, SampleKeys]:
    """A sample office on file, founded once: making keys is the slow part."""
    path = tmp_path_factory.mktemp("office") / "office.db"
    clock = ReplayClock(START - timedelta(days=1))
    opened, keys = found_sample(path, work, profile_id="shucheng", clock=clock)
    opened.close()
    return path, keys


@pytest.fixture
def journey(tmp_path: Path, work: Work, founded: tuple[Path, SampleKeys]) -> Iterator[Journey]:
    template, keys = founded
    path = tmp_path / "office.db"
    shutil.copy(template, path)
    clock = ReplayClock(START)
    opened = open_embedded(path, clock=clock)
    profile = sample.sample_profile("shucheng")
    made = Journey(sample.office_data(), keys, work, profile, clock, opened.session)
    prefill = work.reader.read(SOURCE)
    made.register(made.complete(prefill), SOURCE)
    yield made
    opened.close()


def to_review(journey: Journey) -> None:
    journey.confirm()
    journey.accept()
    journey.assign()


def to_opinion(journey: Journey, wanted: str = "agree") -> signoff.Issued:
    to_review(journey)
    journey.answer(wanted, journey.work.reader.read(SOURCE))
    _, draft = journey.draft(wanted)
    journey.certify(draft)
    return journey.issue()


def refused(call: Callable[[], object]) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()
    return caught.value


def made(journey: Journey, **changes: object) -> DecisionMade:
    submission = journey.session(Role.HANDLER).reader.case(journey.case_id).submission
    decision = DecisionMade(
        number="示应急罚〔2026〕9号",
        decided_on=date(2026, 9, 22),
        content="罚款",
        kind=submission.kind,
        party_name=submission.party.name,
        party_number=submission.party.number,
        amount_fen=submission.amount_fen,
    )
    return replace(decision, **changes)  # type: ignore[arg-type]


def test_from_submission_to_a_decision_with_adoption(journey: Journey) -> None:
    issued = to_opinion(journey)
    assert issued.verdict is not None
    assert issued.verdict.valid
    handler = journey.session(Role.HANDLER)
    case = handler.reader.case(journey.case_id)
    assert case.state is State.PASSED
    assert case.clearance is not None
    assert case.clearance.open
    journey.clock.advance(days=5)
    aftermath.register_decision(
        handler, case_id=case.case_id, seen_version=case.version, decision=made(journey)
    )
    case = handler.reader.case(journey.case_id)
    assert case.state is State.DECIDED
    assert case.decision is not None
    assert case.decision.number == "示应急罚〔2026〕9号"
    assert handler.reader.verify_chains() == ()


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"amount_fen": 1}, CaseFault.DIFFERS_FROM_CLEARED),
        ({"party_name": "别的公司"}, CaseFault.DIFFERS_FROM_CLEARED),
        ({"decided_on": date(2026, 9, 17)}, CaseFault.DATE_ORDER),
        ({"number": " "}, CaseFault.FIELD_MISSING),
    ],
)
def test_a_decision_other_than_the_cleared_one_is_refused(
    journey: Journey, changes: dict[str, object], code: CaseFault
) -> None:
    to_opinion(journey)
    journey.clock.advance(days=5)
    error = refused(
        lambda: aftermath.register_decision(
            journey.session(Role.HANDLER),
            case_id=journey.case_id,
            seen_version=journey.version(),
            decision=made(journey, **changes),
        )
    )
    assert error.code is code


def test_the_gate_is_shut_before_and_after_a_failed_review(journey: Journey) -> None:
    to_review(journey)
    shut = refused(
        lambda: aftermath.register_decision(
            journey.session(Role.HANDLER),
            case_id=journey.case_id,
            seen_version=journey.version(),
            decision=made(journey),
        )
    )
    assert shut.code is CaseFault.GATE_SHUT


def test_problems_run_through_the_rounds(journey: Journey) -> None:
    to_opinion(journey, "correct")
    handler = journey.session(Role.HANDLER)
    first = handler.reader.case(journey.case_id)
    assert first.state is State.RESPONDING
    assert [p.number for p in first.problems] == list(range(1, len(first.problems) + 1))
    unanswered = refused(journey.confirm)
    assert unanswered.code is CaseFault.RESPONSE_MISSING
    aftermath.respond(
        handler,
        case_id=journey.case_id,
        seen_version=first.version,
        responses=[(p.number, f"已处理第{p.number}个问题。") for p in first.problems],
    )
    journey.confirm()
    again = handler.reader.case(journey.case_id)
    assert (again.round, again.current and again.current.reason) == (2, RoundReason.AGAIN)
    journey.accept()
    journey.assign()
    journey.answer("correct", journey.work.reader.read(SOURCE))
    desk, draft = journey.draft("correct")
    assert desk.draft.problems[0].number == len(first.problems) + 1
    paper = review.paper_of(journey.reviewer(), journey.work.book, desk)
    assert [e.answer for e in paper.earlier] == [
        f"已处理第{p.number}个问题。" for p in first.problems
    ]
    journey.certify(draft)
    assert journey.issue().number.endswith("2号")


def test_a_wrong_passphrase_costs_nothing(journey: Journey) -> None:
    to_review(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    session = journey.reviewer()
    before = session.reader.case(journey.case_id)
    error = refused(
        lambda: review.certify(
            session,
            journey.work.book,
            journey.work.press,
            case_id=journey.case_id,
            seen_version=before.version,
            draft=draft,
            key=journey.work.keys.key(journey.keys.of[session.actor.person_id].p12, label="x"),
            ask=lambda _: "不对的口令",
        )
    )
    assert error.code is KeyFault.PASSPHRASE
    assert session.reader.case(journey.case_id) == before


def test_the_number_survives_a_wrong_passphrase_of_the_head(journey: Journey) -> None:
    to_review(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    journey.certify(draft)
    head = journey.session(Role.HEAD)
    key = journey.work.keys.key(journey.keys.of[head.actor.person_id].p12, label="x")
    refused(
        lambda: signoff.issue(
            head,
            journey.work.press,
            case_id=journey.case_id,
            seen_version=journey.version(),
            key=key,
            ask=lambda _: "不对的口令",
        )
    )
    case = head.reader.case(journey.case_id)
    assert case.state is State.SIGNING
    assert case.current is not None
    reserved = case.current.number
    assert reserved
    assert journey.issue().number == reserved


def test_unfinished_checklists_and_ruled_out_outcomes_are_refused(journey: Journey) -> None:
    to_review(journey)
    _, draft = journey.draft("agree")
    assert refused(lambda: journey.certify(draft)).code is CaseFault.ANSWERS_INCOMPLETE


def test_the_head_sends_back_and_the_reviewer_signs_again(journey: Journey) -> None:
    to_review(journey)
    journey.answer("agree", journey.work.reader.read(SOURCE))
    _, draft = journey.draft("agree")
    journey.certify(draft)
    head = journey.session(Role.HEAD)
    blank = refused(
        lambda: signoff.send_back(
            head, case_id=journey.case_id, seen_version=journey.version(), reason=" "
        )
    )
    assert blank.code is WorkflowFault.REASON_MISSING
    signoff.send_back(
        head, case_id=journey.case_id, seen_version=journey.version(), reason="理由写得不够"
    )
    case = head.reader.case(journey.case_id)
    assert case.state is State.REVIEWING
    assert case.current is not None
    assert case.current.sent_back == "理由写得不够"
    journey.certify(draft)
    assert journey.issue().verdict


def test_a_new_round_shuts_the_gate_again(journey: Journey) -> None:
    to_opinion(journey)
    handler = journey.session(Role.HANDLER)
    aftermath.new_round(
        handler,
        case_id=journey.case_id,
        seen_version=journey.version(),
        round_reason=RoundReason.AFTER_HEARING,
        reason="举行听证后再次送审",
    )
    case = handler.reader.case(journey.case_id)
    assert case.state is State.RESPONDING
    assert case.clearance is None or not case.clearance.open


def test_a_correction_stops_the_clock_and_material_is_demanded(journey: Journey) -> None:
    clerk = journey.session(Role.CLERK)
    handler = journey.session(Role.HANDLER)
    case = handler.reader.case(journey.case_id)
    intake.edit(
        handler,
        case_id=journey.case_id,
        seen_version=case.version,
        submission=case.submission,
        materials=case.materials[:1],
    )
    journey.confirm()
    missing = refused(journey.accept)
    assert missing.code is CaseFault.MATERIALS_MISSING
    intake.ask_correction(
        clerk,
        case_id=journey.case_id,
        seen_version=journey.version(),
        reason="材料不齐",
        missing=["证据材料"],
        profile=journey.profile,
        calendar=journey.work.book.calendar(),
    )
    stopped = clerk.reader.case(journey.case_id)
    assert (stopped.state, stopped.clock[-1].event) == (State.CORRECTION, "suspend")
    intake.edit(
        handler,
        case_id=journey.case_id,
        seen_version=stopped.version,
        submission=stopped.submission,
        materials=case.materials,
    )
    journey.clock.advance(days=3)
    journey.confirm()
    assert clerk.reader.case(journey.case_id).clock[-1].event == "resume"
    journey.accept()


def test_adoption_is_stated_per_problem_over_all_rounds(journey: Journey) -> None:
    test_problems_run_through_the_rounds(journey)
    handler = journey.session(Role.HANDLER)
    case = handler.reader.case(journey.case_id)
    aftermath.respond(
        handler,
        case_id=journey.case_id,
        seen_version=case.version,
        responses=[(p.number, "已处理。") for p in case.problems if p.round == case.round],
    )
    to_opinion(journey)
    journey.clock.advance(days=5)
    aftermath.register_decision(
        handler,
        case_id=journey.case_id,
        seen_version=journey.version(),
        decision=made(journey, decided_on=date(2026, 9, 23)),
    )
    case = handler.reader.case(journey.case_id)
    notes = [AdoptionNote(p.number, Adoption.FULL) for p in case.problems]
    error = refused(
        lambda: aftermath.adopt(
            handler,
            case_id=journey.case_id,
            seen_version=case.version,
            adoptions=[AdoptionNote(1, Adoption.NOT)],
        )
    )
    assert error.code is CaseFault.ADOPTION_REASON
    aftermath.adopt(handler, case_id=journey.case_id, seen_version=case.version, adoptions=notes)
    after = handler.reader.case(journey.case_id)
    assert {p.adoption for p in after.problems} == {Adoption.FULL}


def test_every_step_leaves_a_line_in_the_history(journey: Journey) -> None:
    to_opinion(journey)
    reader = journey.session(Role.AUDITOR).reader
    actions = [row.action for row in reader.history(journey.case_id)]
    assert actions == [
        "register",
        "confirm",
        "accept",
        "assign",
        "answer",
        "certify",
        "reserve",
        "issue_pass",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("outcome", "code"),
    [("agree", "AGREE"), ("correct", "CORRECT"), ("transfer", "TRANSFER_CRIME")],
)
def test_the_demo_from_the_command_line(tmp_path: Path, outcome: str, code: str) -> None:
    out = tmp_path / "demo"
    command = [sys.executable, "-m", "sanzhi_desktop", "demo", "--out", str(out)]
    done = subprocess.run(
        [*command, "--outcome", outcome, "--json"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert f'"outcome": "{code}"' in done.stdout
    for name in ("opinion.pdf", "opinion.docx", "sanzhi.db", "ca.pem"):
        assert (out / name).stat().st_size > 0
    verify = [sys.executable, "-m", "sanzhi_desktop", "verify", str(out / "opinion.pdf")]
    trusted = subprocess.run([*verify, "--trust", str(out / "ca.pem")], check=False)
    untrusted = subprocess.run(verify, check=False, capture_output=True)
    assert (trusted.returncode, untrusted.returncode) == (0, 1)


PAPERS = {
    "disagreement": ("record", ["Handler", "Reviewer"]),
    "minutes": ("minutes", ["Recorder", "Member1", "Member2", "Chair"]),
    "responsibility": ("responsibility", ["Head"]),
    "opinion": ("opinion", ["Reviewer", "Head"]),
}


@pytest.mark.slow
def test_the_demo_of_a_disagreement_leaves_four_papers_that_verify(tmp_path: Path) -> None:
    out = tmp_path / "demo"
    sanzhi = [sys.executable, "-m", "sanzhi_desktop"]
    done = subprocess.run(
        [*sanzhi, "demo", "--out", str(out), "--outcome", "dispute", "--profile", "zhengzhou",
         "--json"],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    # 行政处罚法第五十八条: for a penalty the meeting is followed by a round of its own.
    assert (said["way"], said["outcome"], said["number"][-2:]) == ("new_round", "AGREE", "2号")
    for name, (kind, fields) in PAPERS.items():
        verify = [*sanzhi, "verify", str(out / f"{name}.pdf"), "--trust", str(out / "ca.pem")]
        recorded = [*verify, "--db", f"sqlite:///{out / 'sanzhi.db'}", "--json"]
        checked = subprocess.run(recorded, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout
        found = json.loads(checked.stdout)
        assert (found["document"], found["record"]) == (kind, "match")
        assert [s["field"] for s in found["signatures"]] == fields
    text = subprocess.run(
        ["pdftotext", "-raw", str(out / "opinion.pdf"), "-"],
        capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    plain = "".join(text.split())
    assert "行政执法机关负责人集体讨论" in plain
    assert "集体讨论笔录附卷" in plain
    assert "问题处理表" in plain


def test_a_folder_with_other_content_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("x")
    done = subprocess.run(
        [sys.executable, "-m", "sanzhi_desktop", "demo", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (tmp_path / "mine.txt").read_text() == "x"


def test_the_gate_explains_itself_along_the_way(journey: Journey) -> None:
    reader = journey.session(Role.HANDLER).reader

    def says() -> tuple[bool, str]:
        answer = assess.gate_of(reader.case(journey.case_id), journey.profile)
        return answer.open, answer.why[0].code

    assert says() == (False, GateCode.NOT_REVIEWED)
    to_opinion(journey, "correct")
    open_now, why = says()
    assert not open_now
    assert why in (GateCode.FAILED, GateCode.FAILED_STATUTE)


def test_the_gate_is_open_after_a_pass(journey: Journey) -> None:
    to_opinion(journey)
    case = journey.session(Role.HANDLER).reader.case(journey.case_id)
    answer = assess.gate_of(case, journey.profile)
    assert (answer.open, answer.why[0].code) == (True, GateCode.PASSED)


def test_a_text_that_is_no_decision_is_not_signed(tmp_path: Path) -> None:
    greeting = tmp_path / "greeting.txt"
    greeting.write_text("你好，今天天气很好。", "utf-8")
    command = [sys.executable, "-m", "sanzhi_desktop", "demo", "--out", str(tmp_path / "demo")]
    done = subprocess.run(
        [*command, "--input", str(greeting)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "不像一件行政执法决定" in done.stderr
    assert not (tmp_path / "demo" / "opinion.pdf").exists()
