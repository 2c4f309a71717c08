"""A transfer by its use cases on a real office: the letter signed, recorded, and verified."""

import hashlib
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sanzhi_desktop import compose, resources
from sanzhi_desktop.admin.main import main
from sanzhi_desktop.application import office, transfer, transfer_letter
from sanzhi_desktop.application.ports import Session
from sanzhi_desktop.application.signing import KeyFault
from sanzhi_desktop.application.transfer import PoliceAnswer, Report, Step
from sanzhi_desktop.compose import offices, sample, transferring
from sanzhi_desktop.compose.journey import Journey, ReplayClock
from sanzhi_desktop.domain.case import CaseFault
from sanzhi_desktop.domain.errors import Code, DomainError
from sanzhi_desktop.domain.people import PeopleFault, Recusal, Role
from sanzhi_desktop.domain.transfer import (
    Attachment,
    Transfer,
    TransferChoice,
    TransferFault,
    TransferStage,
    current,
)
from sanzhi_desktop.domain.workflow import Action
from tests.documents.signed_papers import needs

START = datetime(2026, 9, 18, 1, 0, tzinfo=UTC)
GIVEN = (
    Attachment("investigation_report", "调查报告", pages=12),
    Attachment("goods_list", "清单", pages=2),
    Attachment("expert_findings", "鉴定意见", waived="本案没有"),
    Attachment("other", "其他", waived="本案没有"),
)


@dataclass
class Bench:
    """One case of the sample office with a transfer under way."""

    journey: Journey
    folder: Path
    root: str

    def who(self, role: Role) -> Session:
        self.journey.clock.advance(minutes=1)
        return self.journey.session(role)

    @property
    def now(self) -> Transfer:
        case = self.who(Role.LEAD).reader.case(self.journey.case_id)
        found = current(case.transfers)
        assert found is not None
        return found

    def step(self) -> Step:
        return Step(self.journey.case_id, self.journey.version(), self.journey.clock())

    def approve(self) -> None:
        chief = self.who(Role.AGENCY_HEAD)
        transfer.decide(chief, self.step(), approved=True)

    def prepare(self) -> None:
        handler = self.who(Role.HANDLER)
        transfer.prepare(handler, self.step(), profile=self.journey.profile, attachments=GIVEN)

    def issue(self, **changes: Any) -> transfer_letter.Letter:
        head = self.who(Role.HEAD)
        person = head.actor.person_id
        key = self.journey.work.keys.key(self.journey.keys.of[person].p12, label=person)
        given: dict[str, Any] = {
            "case_id": self.journey.case_id,
            "seen_version": self.journey.version(),
            "profile": self.journey.profile,
            "addressee": "示例县公安局",
            "key": key,
            "ask": lambda _label: sample.PASSPHRASE,
        }
        return transfer_letter.issue(head, self.journey.work.letters, **(given | changes))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    work = compose.work(bundled_fonts=True)
    clock = ReplayClock(START)
    opened, keys = offices.found_sample(
        tmp_path / "office.db", work, profile_id="shucheng", clock=clock
    )
    (tmp_path / "ca.pem").write_text(keys.root.pem, "ascii")
    journey = Journey(
        sample.office_data(), keys, work, sample.sample_profile("shucheng"), clock, opened.session
    )
    source = resources.path("samples", "transfer.txt")
    journey.register(journey.complete(work.reader.read(source)), source)
    journey.confirm()
    transferring.begin(journey)
    yield Bench(journey, tmp_path, keys.root.pem)
    opened.close()


def refused(code: Code, call: Any) -> DomainError:
    with pytest.raises(DomainError) as caught:
        call()
    assert caught.value.code is code, caught.value
    return caught.value


def test_the_letter_is_what_was_recorded(bench: Bench, capsys: Any) -> None:
    bench.approve()
    bench.prepare()
    letter = bench.issue()
    assert letter.number == bench.now.number == "示应急法审移〔2026〕1号"
    assert letter.verdict.valid
    stored = bench.who(Role.LEAD).reader.document(bench.now.letter_sha256)
    assert stored == letter.paper.pdf
    file = bench.folder / "letter.pdf"
    file.write_bytes(stored)
    asked = ["verify", str(file), "--trust", str(bench.folder / "ca.pem")]
    capsys.readouterr()
    assert main([*asked, "--db", f"sqlite:///{bench.folder / 'office.db'}", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert (shown["document"], shown["record"]) == ("transfer", "match")
    assert [(s["field"], s["role"]) for s in shown["signatures"]] == [("Head", "head")]
    assert main(asked) == 0
    assert "【有效】涉嫌犯罪案件移送书 示应急法审移〔2026〕1号" in capsys.readouterr().out
    file.write_bytes(stored.replace(b"/Type /Catalog", b"/Type /Catalag", 1))
    assert main([*asked, "--db", f"sqlite:///{bench.folder / 'office.db'}"]) == 1


@needs("pdfsig", "poppler-utils")
def test_poppler_says_the_same(bench: Bench) -> None:
    bench.approve()
    bench.prepare()
    file = bench.folder / "letter.pdf"
    file.write_bytes(bench.issue().paper.pdf)
    said = subprocess.run(
        ["pdfsig", "-nocert", str(file)], capture_output=True, text=True, check=True
    ).stdout
    assert said.count("Signature is Valid.") == 1


def test_a_wrong_passphrase_keeps_the_number(bench: Bench) -> None:
    bench.approve()
    bench.prepare()
    refused(KeyFault.PASSPHRASE, lambda: bench.issue(ask=lambda _label: "不对的口令"))
    assert bench.now.number == "示应急法审移〔2026〕1号"
    assert bench.now.stage is TransferStage.APPROVED
    assert bench.issue().number == "示应急法审移〔2026〕1号"


def test_nothing_is_signed_too_early_or_for_nobody(bench: Bench) -> None:
    refused(TransferFault.STEP, bench.issue)
    bench.approve()
    refused(TransferFault.NOT_PREPARED, bench.issue)
    bench.prepare()
    refused(CaseFault.FIELD_MISSING, lambda: bench.issue(addressee="  "))
    refused(CaseFault.STALE, lambda: bench.issue(seen_version=1))
    assert bench.now.number == "", "no number was taken by a refusal"


def test_somebody_elses_key_records_nothing(bench: Bench) -> None:
    bench.approve()
    bench.prepare()
    other = next(p for p in bench.journey.keys.of if p != bench.who(Role.HEAD).actor.person_id)
    key = bench.journey.work.keys.key(bench.journey.keys.of[other].p12, label=other)
    refused(KeyFault.WRONG_PERSON, lambda: bench.issue(key=key))
    assert bench.now.stage is TransferStage.APPROVED


def test_a_recused_head_does_not_sign(bench: Bench) -> None:
    bench.approve()
    bench.prepare()
    head = bench.who(Role.HEAD).actor.person_id
    recusal = Recusal(head, case_id=bench.journey.case_id, reason="近亲属")
    office.add_recusal(bench.who(Role.ADMIN), recusal=recusal)
    refused(PeopleFault.RECUSED, bench.issue)


def test_attachments_are_checked_by_the_rules(bench: Bench) -> None:
    profile = bench.journey.profile
    handler = bench.who(Role.HANDLER)

    def give(*given: Attachment) -> Any:
        return lambda: transfer.prepare(handler, bench.step(), profile=profile, attachments=given)

    error = refused(TransferFault.ATTACHMENT_MISSING, give(*GIVEN[:1]))
    assert error.facts["name"] == "涉案物品清单"
    excused = replace(GIVEN[1], pages=None, waived="没有")
    refused(TransferFault.ATTACHMENT_NOT_WAIVED, give(GIVEN[0], excused, *GIVEN[2:]))
    refused(
        TransferFault.NOT_IN_TEAM,
        lambda: transfer.check_member(
            replace(handler.actor, person_id="x"), bench.now, Action.PREPARE_TRANSFER
        ),
    )


def test_empty_fields_are_named(bench: Bench) -> None:
    session = bench.who(Role.HANDLER)
    content = Report(facts="事实", offence=" ", circumstances="情节", reported_to="某局长")
    error = refused(
        CaseFault.FIELD_MISSING,
        lambda: transfer.report(session, bench.step(), content=content),
    )
    assert error.facts["field"] == "transfer.offence"
    answer = PoliceAnswer(choice=TransferChoice.NOT_FILED, number="示公〔2026〕1号")
    error = refused(
        CaseFault.FIELD_MISSING,
        lambda: transfer.police_answer(session, bench.step(), answer=answer, reason=""),
    )
    assert error.facts["field"] == "transfer.reason"


def test_the_hash_of_a_stored_letter_is_its_own(bench: Bench) -> None:
    bench.approve()
    bench.prepare()
    letter = bench.issue()
    assert hashlib.sha256(letter.paper.pdf).hexdigest() == bench.now.letter_sha256
