"""`sanzhi verify FILE.pdf`: is this a paper of ours, who signed it, and has it been changed?

Prints a verdict; decides nothing itself (`documents.verify`).
"""

import argparse
import errno
import json
import logging
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from sanzhi_desktop.application.signing import (
        Finding,
        SignatureReport,
        Verdict,
    )

OFFICE_TIME = ZoneInfo("Asia/Shanghai")
MAX_FILE, MAX_ROOT = 200_000_000, 1_000_000  # bytes
_REASONS: dict[type[OSError], str] = {
    FileNotFoundError: "文件不存在",
    PermissionError: "没有读取权限",
    IsADirectoryError: "这是一个文件夹",
}
_RECORD = {
    "match": "与数据库留存的原件一致",
    "mismatch": "与数据库留存的原件不一致",
    "absent": "数据库没有留存这份文书",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb."""
    parser = commands.add_parser(
        "verify",
        help="验证已签文书：种类、签名、签名人、签名后有无改动",
        description="离线验证已签文书。退出码：0 有效，1 无效，2 文件缺失或无法读取。",
    )
    parser.add_argument("file", type=Path, metavar="FILE.pdf", help="要验证的文书")
    parser.add_argument(
        "--trust",
        type=Path,
        action="append",
        default=[],
        metavar="CA.pem",
        help="受信任的根证书，可重复；不给出时只认已登记的根证书",
    )
    parser.add_argument("--db", metavar="URL", help="同时与该数据库留存的原件和证书登记核对")
    parser.add_argument("--json", action="store_true", help="输出一个 JSON 文档")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """Exit code 0: valid; 1: not valid; 2: the file or a root certificate cannot be read."""
    # The library reports every broken signature to its log; the verdict says it in our words.
    logging.getLogger("pyhanko").addHandler(logging.NullHandler())
    logging.getLogger("pyhanko_certvalidator").addHandler(logging.NullHandler())
    try:
        pdf = _read(args.file, MAX_FILE)
        roots = _roots(args.trust)
    except OSError as error:
        reason = _REASONS.get(type(error), str(error.strerror))
        print(f"无法读取文件“{error.filename}”：{reason}。请核对后重试。", file=sys.stderr)
        return 2
    verdict = _verdict(pdf, roots, args.db)
    if args.json:
        print(json.dumps(as_json(verdict), ensure_ascii=False, indent=2))
    else:
        print("\n".join(as_text(verdict, compared=args.db is not None)))
    return 0 if verdict.valid else 1


def _read(path: Path, limit: int) -> bytes:
    if path.stat().st_size > limit:
        raise OSError(errno.EFBIG, f"超过 {limit // 1_000_000} MB", str(path))
    return path.read_bytes()


def _roots(given: Sequence[Path]) -> list[bytes]:
    """The given roots, or those that stand in this user's `trust` folder when none is given."""
    from sanzhi_desktop.settings import data_folder

    paths = list(given) or sorted((data_folder() / "trust").glob("*.pem"))
    return [_read(path, MAX_ROOT) for path in paths]


def _verdict(pdf: bytes, roots: Sequence[bytes], url: str | None) -> "Verdict":
    from sanzhi_desktop.documents.verify import verify

    now = datetime.now(UTC)
    verdict = verify(pdf, trust=roots, now=now)
    if url is None:
        return verdict
    from sanzhi_desktop.compose import paper_record

    record = paper_record(
        url,
        verdict.sha256,
        number=verdict.values.get("number", ""),
        content=verdict.content_hash,
    )
    return verify(
        pdf,
        trust=[*roots, *record.roots],
        officers=record.signers,
        stored_sha256=record.sha256,
        now=now,
    )


def as_json(verdict: "Verdict") -> dict[str, Any]:
    """The published shape, with more beside it."""
    return {
        "valid": verdict.valid,
        "document": verdict.document,
        "signatures": [
            {
                "field": report.field,
                "name": report.name,
                "role": report.role,
                "time": _time(report.time),
                "intact": report.intact,
                "trusted": report.trusted,
                "issuer": report.issuer,
                "fingerprint": report.fingerprint,
                "faults": _faults(report.faults),
            }
            for report in verdict.signatures
        ],
        "changes": [_say(finding) for finding in verdict.changes],
        "record": verdict.record.value,
        "missing": list(verdict.missing),
        "faults": _faults(verdict.faults),
        "fields": dict(verdict.values),
        "content": verdict.content_hash,
        "sha256": verdict.sha256,
    }


def _faults(findings: "Sequence[Finding]") -> list[dict[str, str]]:
    return [{"code": found.code.value, "message": _say(found)} for found in findings]


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(OFFICE_TIME).isoformat()


def as_text(verdict: "Verdict", *, compared: bool) -> list[str]:
    """The verdict in lines for a person: the answer first, then who, when and what is wrong."""
    from sanzhi_desktop.application.signing import Finding, VerifyFault

    kind = _name("paper_kind", verdict.document) if verdict.document else "未知文书"
    answer = "有效" if verdict.valid else "无效"
    lines = [f"【{answer}】{kind} {verdict.values.get('number', '')}".rstrip()]
    if date := verdict.values.get("date"):
        lines.append(f"  成文日期：{date}")
    lines += [line for report in verdict.signatures for line in _signature_lines(report)]
    if not verdict.signatures:
        lines.append("  没有签名")
    missing = [Finding(VerifyFault.MISSING, {"field": name}) for name in verdict.missing]
    lines += [f"  × {_say(finding)}" for finding in (*missing, *verdict.faults)]
    lines += [f"  × 签名后的改动：{_say(finding)}" for finding in verdict.changes]
    if compared:
        lines.append(f"  留存：{_RECORD[verdict.record.value]}")
    if verdict.content_hash:
        lines.append(f"  内容摘要：{verdict.content_hash}")
    lines.append(f"  文件摘要：{verdict.sha256}")
    if verdict.valid:
        lines.append("  签名时间以签名人电脑的时钟为准，未经第三方时间戳证明。")
    return lines


def _signature_lines(report: "SignatureReport") -> list[str]:
    when = "时间不明"
    if report.time is not None:
        when = f"{report.time.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M:%S} 北京时间"
    marks = "内容完整" if report.intact else "内容不完整"
    trust = "身份可信" if report.trusted else "身份不可信"
    person = _name("field", report.field)
    head = f"  {person}：{report.name or '姓名不明'}，{when}，{marks}，{trust}"
    return [head, *(f"    × {_say(finding)}" for finding in report.faults)]


def _say(finding: "Finding") -> str:
    from sanzhi_desktop.resources.sentences import sentence

    return sentence(finding.code.value, **_named(finding.facts))


def _named(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: _name("field", str(value)) if key == "field" else value for key, value in facts.items()
    }


def _name(group: str, code: str) -> str:
    from sanzhi_desktop.resources.sentences import name_of

    return name_of(group, code)
