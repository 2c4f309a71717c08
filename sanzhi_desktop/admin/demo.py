"""`sanzhi demo`: the whole job on an embedded database, from a decision to a verified opinion."""

import argparse
import json
import shutil
import sys
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.domain.errors import Code, DomainError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sanzhi_desktop.application.signing import Verdict
    from sanzhi_desktop.application.work import Prefill
    from sanzhi_desktop.compose.journey import Journey
    from sanzhi_desktop.domain.workdays import Calendar

OUTCOMES = ("agree", "correct", "transfer", "dispute")
MARKER = "演示说明.txt"
DEFAULT_INPUT = "penalty.txt"
SAMPLE_DAY = date(2026, 9, 18)  # receipt, when the submission carries no decision date
BEFORE_DECISION = 12  # calendar days between receipt and the decision that was made
LEAST_READ = 1  # of agency, number and party
AGAIN = "new_round"  # the meeting's decision does not open the gate: reviewed again
CLEARED = "cleared"  # by the rules for the kind the meeting's decision opened it
AFTER_LAST = 4  # calendar days between the last date of the papers and receipt


class DemoFault(Code):
    """Why a demonstration cannot be written where it was asked for."""

    NOT_EMPTY = "demo.not_empty"
    NOT_A_FOLDER = "demo.not_a_folder"
    NOT_A_DECISION = "demo.not_a_decision"
    NOT_WRITABLE = "demo.not_writable"


def add(commands: "argparse._SubParsersAction[Any]") -> None:
    """The verb and its options."""
    parser = commands.add_parser(
        "demo", help="用样例单位把一件送审走完：受理、审核、签名、签发、验证"
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="写到哪个文件夹")
    parser.add_argument(
        "--profile", default="shucheng", metavar="ID", help="规则方案，缺省 shucheng"
    )
    parser.add_argument("--input", type=Path, metavar="FILE", help="送审的决定（.txt 或 .docx）")
    parser.add_argument("--outcome", choices=OUTCOMES, default="agree", help="希望的审核意见")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 文档")
    parser.set_defaults(run=run)


@dataclass(slots=True)
class _Log:
    """Prints each step with its time, and keeps them for --json."""

    quiet: bool
    steps: list[dict[str, Any]] = field(default_factory=list)

    @contextmanager
    def step(self, name: str) -> "Iterator[Callable[[str], None]]":
        """One step; the function given takes what it found."""
        begun = time.perf_counter()
        notes: list[str] = []
        yield notes.append
        seconds = time.perf_counter() - begun
        self.steps.append({"step": name, "seconds": round(seconds, 3), "notes": notes})
        self.say(f"{len(self.steps):>2}. {name}　{seconds:.2f} 秒")
        for note in notes:
            self.say(f"      {note}")

    def say(self, line: str) -> None:
        """One line, unless a JSON document goes to standard output."""
        print(line, file=sys.stderr if self.quiet else sys.stdout, flush=True)


def run(args: argparse.Namespace) -> int:
    """Exit 0: the outcome asked for was issued and verifies; 1: another one had to be, or the
    result does not verify; 2: the input cannot be read or the folder not be used."""
    from sanzhi_desktop import compose, resources

    out: Path = args.out
    source: Path = args.input or resources.path("samples", DEFAULT_INPUT)
    log = _Log(args.json)
    work = compose.work(demonstration=True)
    with log.step("读取送审文书") as note:
        prefill = work.reader.read(source)
        note(f"{source.name}：读出 {len(prefill.submission.provenance)} 项")
        for place, sentence in prefill.marks:
            note(f"提示 [{place}] {sentence}")
    _check_decision(prefill, source)
    _clear(out)
    with log.step("建立样例单位、人员和一次性签名证书") as note:
        journey, close = _found(out, args.profile, work, prefill, note)
    try:
        result = _walk(journey, log, prefill, source=source, wanted=args.outcome)
        verdict = _write(out, journey, log, result)
    finally:
        close()
    agreed = result.as_wanted
    if args.json:
        print(json.dumps(_summary(out, log, result, verdict), ensure_ascii=False, indent=2))
    else:
        _conclude(log, out, journey, result, verdict)
    return 0 if verdict.valid and agreed else 1


def _check_decision(prefill: "Prefill", source: Path) -> None:
    """A text that names neither agency, number nor party is no decision to be reviewed."""
    found = prefill.submission
    if sum(map(bool, (found.agency, found.file_number, found.party.name))) < LEAST_READ:
        raise DomainError(DemoFault.NOT_A_DECISION, file=source.name)


def _clear(out: Path) -> None:
    """An earlier demo is replaced, anything else refused."""
    if out.exists() and not out.is_dir():
        raise DomainError(DemoFault.NOT_A_FOLDER, path=str(out))
    try:
        if out.exists():
            content = list(out.iterdir())
            if content and not (out / MARKER).is_file():
                raise DomainError(DemoFault.NOT_EMPTY, path=str(out))
            for entry in content:
                _remove(entry)
        out.mkdir(parents=True, exist_ok=True)
        (out / MARKER).write_text(
            "本文件夹由 sanzhi demo 生成，全部为演示内容；再次运行时会被替换。\n", "utf-8"
        )
    except OSError as error:
        raise DomainError(
            DemoFault.NOT_WRITABLE, path=str(out), reason=error.strerror or ""
        ) from error


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        for inside in entry.rglob("*"):
            inside.chmod(0o700 if inside.is_dir() else 0o600)
        shutil.rmtree(entry)
    else:
        entry.unlink()


def _received(prefill: "Prefill", calendar: "Calendar") -> tuple[datetime, str]:
    """When the replay receives the case, and why then: after everything the papers tell of and
    before the decision was made; a stated sample day when they carry no date at all."""
    found = prefill.submission
    told = (found.filing_date, found.inspection_date, found.notice_date, found.hearing_date)
    decided = prefill.decision_date
    latest = max((d for d in told if d and (decided is None or d <= decided)), default=None)
    if decided is not None:
        day = decided - timedelta(days=BEFORE_DECISION)
        day, why = max(day, latest or day), "不晚于文书的决定日期"
    elif latest is not None:
        day = calendar.next_working(latest + timedelta(days=AFTER_LAST))
        why = "文书没有决定日期，取最后一个日期之后的工作日"
    else:
        day, why = SAMPLE_DAY, "文书没有日期，取样例日期"
    return datetime(day.year, day.month, day.day, 1, 0, tzinfo=UTC), why


def _found(
    out: Path, profile_id: str, work: Any, prefill: "Prefill", note: Callable[[str], None]
) -> "tuple[Journey, Callable[[], None]]":
    from sanzhi_desktop.compose import sample
    from sanzhi_desktop.compose.journey import Journey, ReplayClock
    from sanzhi_desktop.compose.offices import found_sample

    data = sample.office_data()
    profile = sample.sample_profile(profile_id)
    received, why = _received(prefill, work.book.calendar())
    clock = ReplayClock(received - timedelta(days=1))
    opened, keys = found_sample(out / "sanzhi.db", work, profile_id=profile_id, clock=clock)
    (out / "ca.pem").write_text(keys.root.pem, "ascii")
    clock.advance(days=1)
    note(f"规则方案：{profile.name}（{profile.edition}）")
    note(f"演示时钟：{received:%Y-%m-%d} 收到（{why}）")
    journey = Journey(data, keys, work, profile, clock, opened.session)
    return journey, opened.close


@dataclass(frozen=True, slots=True)
class _Result:
    """What the walk gave."""

    issued: Any
    desk: Any
    draft: Any
    as_wanted: bool
    failed: tuple[str, ...]
    papers: dict[str, bytes] = field(default_factory=dict)  # those of a disagreement, by file name
    way: str = ""  # which of the two ways the meeting's decision took


def _walk(
    journey: "Journey", log: _Log, prefill: "Prefill", *, source: Path, wanted: str
) -> _Result:
    with log.step("承办人登记送审表，核对读取的内容") as note:
        submission = journey.complete(prefill)
        journey.register(submission, source)
        note(f"{submission.name}（{submission.kind.chinese}），当事人：{submission.party.name}")
    journey.clock.advance(minutes=20)
    with log.step("承办机构负责人确认送审"):
        journey.confirm()
    journey.clock.advance(hours=1)
    with log.step("内勤核对材料并受理") as note:
        scope = journey.accept()
        for because in scope["because"]:
            note(f"属于审核范围：{because['name']}（{because['document']}{because['article']}）")
        if not scope["because"]:
            note("按送审内容未触发审核情形；承办机构主动送审，予以受理")
    result = _review(journey, log, prefill, wanted=wanted)
    if wanted != "dispute":
        return result
    from sanzhi_desktop.admin.demo_dispute import settle, sheet

    papers, cleared = settle(journey, log)
    if not cleared:
        with log.step("内勤再次受理"):
            journey.accept()
        result = _review(journey, log, prefill, wanted="agree")
    with log.step("生成责任清单，负责人签名"):
        papers["responsibility.pdf"] = sheet(journey)
    return replace(
        result,
        as_wanted=cleared or result.draft.outcome.passes,
        papers=papers,
        way=CLEARED if cleared else AGAIN,
    )


def _review(journey: "Journey", log: _Log, prefill: "Prefill", *, wanted: str) -> _Result:
    """One round: assigned, reviewed, certified, issued."""
    from sanzhi_desktop.application import review
    from sanzhi_desktop.compose.journey import WANTED
    from sanzhi_desktop.domain.opinion import Answer

    journey.clock.advance(hours=1)
    with log.step("分派审核人") as note:
        note(f"审核人：{journey.assign()}")
    journey.clock.next_morning(journey.work.book.calendar())
    with log.step("逐项审核") as note:
        computed = journey.answer(wanted, prefill)
        for item_id, found in computed.items():
            note(f"程序核算 {item_id}：{found.explanation}")
    failed = tuple(i for i, c in computed.items() if c.answer is Answer.FAILS)
    desk, draft = journey.draft(wanted)
    as_wanted = draft.outcome in WANTED[wanted]
    with log.step("起草意见，审核人签名") as note:
        journey.certify(draft)
        note(f"审核意见：{review.outcome_name(desk.profile, draft)}")
    journey.clock.advance(hours=2)
    with log.step("负责人取号、签名、签发") as note:
        issued = journey.issue()
        note(f"文号：{issued.number}")
    return _Result(issued, desk, draft, as_wanted, failed)


def _write(out: Path, journey: "Journey", log: _Log, result: _Result) -> "Verdict":
    from sanzhi_desktop.application import review, signoff
    from sanzhi_desktop.domain.people import Role

    session = journey.session(Role.LEAD)
    current = session.reader.case(journey.case_id).current
    with log.step("写出意见书 PDF 和可编辑副本"):
        (out / "opinion.pdf").write_bytes(result.issued.paper.pdf)
        desk = review.open_desk(session, journey.work.book, case_id=journey.case_id)
        paper = review.paper_of(session, journey.work.book, desk)
        copy = journey.work.press.editable_copy(
            replace(paper, head=journey.office.holder(Role.HEAD).name),
            number=result.issued.number,
            dated=current.dated if current else None,
        )
        (out / "opinion.docx").write_bytes(copy)
        for name, made in result.papers.items():
            (out / name).write_bytes(made)
    with log.step("验证写出的意见书和办理记录") as note:
        pdf = (out / "opinion.pdf").read_bytes()
        stored = session.reader.has_document(result.issued.paper.sha256)
        verdict = journey.work.press.verify(
            pdf,
            record=signoff.record_of(session.reader, sha256=stored.sha256 if stored else None),
        )
        rows = session.reader.verify_rows() or ()
        faults = [*session.reader.verify_chains(), *rows]
        note("签名、内容、登记三者一致" if verdict.valid else "验证没有通过")
        note("办理记录链完整，各表逐行相符" if not faults else f"办理记录有 {len(faults)} 处不符")
    return replace(verdict, valid=verdict.valid and not faults)


def _conclude(
    log: _Log, out: Path, journey: "Journey", result: _Result, verdict: "Verdict"
) -> None:
    log.say("")
    if journey.invented:
        log.say("以下内容送审文书没有，为演示虚构：" + "、".join(dict.fromkeys(journey.invented)))
    if not result.as_wanted:
        log.say(
            f"程序核算的项目 {'、'.join(result.failed)} 不符合，不能出具“同意”的意见，已按规则出具相应意见。"
        )
    if result.way == AGAIN:
        log.say(
            "集体讨论决定不能代替审核通过：案件重新送审，新的“同意”意见才放行（见意见书引用的笔录）。"
        )
    elif result.way == CLEARED:
        log.say("依本单位适用的规则，集体讨论决定放行，没有另行送审。")
    names = ("opinion.pdf", "opinion.docx", *result.papers, "sanzhi.db", "ca.pem")
    log.say(f"结果在 {out}：{'、'.join(names)}")
    log.say(f"自行验证：sanzhi verify {out / 'opinion.pdf'} --trust {out / 'ca.pem'}")
    log.say("验证通过。" if verdict.valid else "验证没有通过。")


def _summary(out: Path, log: _Log, result: _Result, verdict: "Verdict") -> dict[str, Any]:
    return {
        "out": str(out),
        "number": result.issued.number,
        "outcome": result.draft.outcome.value,
        "as_wanted": result.as_wanted,
        "valid": verdict.valid,
        "way": result.way or None,
        "sha256": verdict.sha256,
        "steps": log.steps,
    }
