"""核对导出的档案：只要 Python 3.9 以上，不要本程序，不要联网。

    python verify.py [文件夹] [印在文书上的检查点]

核对每个文件的 SHA-256，办理记录的每一条链，检查点，文书和附件，案件的状态。
不核对其余各表是不是照办理记录写的：那要有本程序，在原来的数据库上做。
退出码 0：完整；1：有不符之处。
"""

import hashlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

START = "0" * 64
Row = dict[str, Any]


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def file_sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as read:
        for block in iter(lambda: read.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def said(entry: str) -> Row:
    """记录的内容；数字再长、嵌套再深也读得出状态和版本（那时不读明细）。"""
    try:
        found: Any = json.loads(entry, parse_int=lambda n: int(n) if len(n) < 4000 else float(n))
    except RecursionError:
        short = re.sub(r'"payload": ?.*, ?"(version|reason)"', r'"payload": {}, "\1"', entry)
        try:
            found = json.loads(short)
        except RecursionError:
            found = {}
    return found if isinstance(found, dict) else {}


def rows(folder: Path, table: str) -> Iterator[Row]:
    path = folder / "tables" / (table + ".jsonl")
    if not path.is_file():
        return
    with path.open(encoding="utf-8") as read:
        for line in read:
            yield json.loads(line)


def check_files(folder: Path, manifest: Row) -> Iterator[str]:
    """清单里的每个文件都在，内容不变；没有清单外的文件。"""
    for name, told in manifest["files"].items():
        path = folder / name
        if not path.is_file():
            yield "缺少文件 " + name
        elif path.stat().st_size != told["size"] or file_sha256(path) != told["sha256"]:
            yield "文件内容已变 " + name
    known = set(manifest["files"]) | {"manifest.json"}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_file() and name not in known and "__pycache__" not in name:
            yield "清单外的文件 " + name
    for name in manifest.get("missing", []):
        yield "导出时就缺少的附件 " + name


def check_manifest(folder: Path, manifest: Row) -> Iterator[str]:
    """清单说的单位和检查点，就是数据表里的；单位的代码和名称还与办理记录的第一条一致。"""
    office = manifest["office"]
    kept = [[row["office_id"], row["code"], row["name"]] for row in rows(folder, "office")]
    if kept != [[office["office_id"], office["code"], office["name"]]]:
        yield "清单里的单位与数据表不符"
    for row in rows(folder, "audit"):
        if row["case_id"] == "" and row["seq"] == 1:
            told = said(row["entry"]).get("payload") or {}
            if [told.get("code"), told.get("name")] != [office["code"], office["name"]]:
                yield "清单里的单位与办理记录的第一条不符"
    last = max(rows(folder, "checkpoint"), key=lambda row: row["n"], default={"root": START})
    if manifest["root"] != last["root"]:
        yield "清单里的检查点不是最后一个检查点"


def check_chains(folder: Path) -> Iterator[str]:
    """每一条的校验值 = SHA-256(前一条的校验值 + 本条文字)；第一条之前是 64 个 0。"""
    ends: dict[str, tuple[int, str]] = {}
    last: dict[str, str] = {}
    states: dict[tuple[str, int], str] = {}
    wrong: dict[str, int] = {}
    entries = sorted(rows(folder, "audit"), key=lambda row: (row["case_id"], row["seq"]))
    for row in entries:
        case, seq = row["case_id"], row["seq"]
        before_seq, before = ends.get(case, (0, START))
        made = sha256((before + row["entry"]).encode("utf-8"))
        if case not in wrong and (seq != before_seq + 1 or made != row["hash"]):
            wrong[case] = seq
        ends[case] = (seq, row["hash"])
        last[case] = row["entry"]
        if case not in wrong:
            told = said(row["entry"])
            states[case, told.get("version", 0)] = told.get("state", "")
    for case, seq in sorted(wrong.items()):
        yield f"办理记录断裂：{case or '单位'} 第 {seq} 条"
    heads = {row["case_id"]: (row["seq"], row["hash"]) for row in rows(folder, "audit_head")}
    for case in sorted(set(heads) ^ set(ends)):
        yield "办理记录缺失：" + (case or "单位")
    for case in sorted(set(heads) & set(ends)):
        if heads[case] != ends[case]:
            yield "链尾与记录不符：" + (case or "单位")
    for row in rows(folder, "case_"):
        # 查收也留下记录，但不改版本；有的办理只动意见和审核表，案件本行停在较早的版本。
        case, state = row["case_id"], row["state"]
        if case in wrong:
            continue
        ended = said(last.get(case, "{}")).get("state")
        if ended != state or states.get((case, row["version"])) != state:
            yield "案件状态与办理记录不符：" + case


def beijing(moment: str) -> str:
    at = datetime.fromisoformat(moment[:19]) + timedelta(hours=8)  # 原文是世界时
    return at.strftime("%Y-%m-%d %H:%M 北京时间")


def merkle(leaves: Iterable[str]) -> bytes:
    level = [hashlib.sha256(b"\0" + leaf.encode("utf-8")).digest() for leaf in leaves]
    while len(level) > 1:
        pairs = [
            hashlib.sha256(b"\1" + level[n] + level[n + 1]).digest()
            for n in range(0, len(level) - 1, 2)
        ]
        level = pairs + level[len(level) - len(level) % 2 :]
    return level[0] if level else hashlib.sha256(b"").digest()


def check_roots(folder: Path, wanted: str) -> Iterator[str]:
    """检查点 = SHA-256(2 + 前一检查点 + 变动各链链尾的 Merkle 根)；链尾与办理记录一致。"""
    hashes = {(row["case_id"], row["seq"]): row["hash"] for row in rows(folder, "audit")}
    leaves: dict[int, list[tuple[str, int, str]]] = {}
    for row in rows(folder, "checkpoint_leaf"):
        leaves.setdefault(row["n"], []).append((row["chain"], row["seq"], row["hash"]))
    before, roots = START, {START}
    for place, row in enumerate(sorted(rows(folder, "checkpoint"), key=lambda r: r["n"]), start=1):
        mine = sorted(leaves.get(row["n"], []))
        told = merkle(f"{case}|{seq}|{digest}" for case, seq, digest in mine)
        made = sha256(b"\2" + bytes.fromhex(before) + told)
        if row["n"] != place or row["previous"] != before or row["root"] != made:
            yield f"第 {place} 个检查点与链尾不符"
        for case, seq, digest in mine:
            if hashes.get((case, seq)) != digest:
                yield (f"办理记录被改写：{case or '单位'} 第 {seq} 条，与第 {place} 个检查点不符")
        before = row["root"]
        roots.add(before)
    if wanted and wanted not in roots:
        yield "没有这个检查点：办理记录被改写过，或者这个检查点不是本单位的"


# 哪些办理把附件写进以后会被替换的行：那时的附件只在办理记录里还有。
REPLACED = {"register": "materials", "edit": "materials", "prepare_transfer": "attachments"}
NAMED = re.compile('"sha256": ?"([0-9a-f]{64})"')


def named_files(folder: Path) -> dict[str, str]:
    """本单位用到过的每个附件的 SHA-256，和用到它的案件、材料；以前轮次的也在内。"""
    found: dict[str, str] = {}
    for table in ("material", "dispute_file", "expert_material"):
        for row in rows(folder, table):
            if row["sha256"]:
                found.setdefault(row["sha256"], f"{row['case_id']} {row['name']}")
    for table, column in (("transfer", "attachments"), ("transfer_event", "detail")):
        for row in rows(folder, table):
            for digest in NAMED.findall(row[column]):
                found.setdefault(digest, f"{row['case_id']} 移送材料")
    for row in rows(folder, "audit"):
        if row["case_id"]:
            for digest, name in entry_files(row["entry"]):
                found.setdefault(digest, f"{row['case_id']} {name}".rstrip())
    return found


def entry_files(entry: str) -> Iterator[tuple[str, str]]:
    """一条办理记录写进以后会被替换的行的附件。"""
    told = said(entry) if '"sha256"' in entry else {}
    place = REPLACED.get(told.get("action", ""))
    payload = told.get("payload")
    if place is None:
        return
    if not payload:  # 嵌套太深，读不了明细
        yield from ((digest, "") for digest in NAMED.findall(entry))
    listed = payload.get(place) if isinstance(payload, dict) else None
    for one in listed if isinstance(listed, list) else ():
        digest = one.get("sha256") if isinstance(one, dict) else None
        if isinstance(digest, str) and re.fullmatch("[0-9a-f]{64}", digest):
            yield digest, str(one.get("name") or "")


def check_papers(folder: Path) -> Iterator[str]:
    """登记的文书和附件都在。"""
    for row in rows(folder, "document"):
        if not (folder / "papers" / (row["sha256"] + ".pdf")).is_file():
            yield "缺少文书 " + row["sha256"]
    for digest, where in named_files(folder).items():
        if not (folder / "files" / digest[:2] / digest).is_file():
            yield "缺少附件 " + digest + " " + where
    for path in sorted((folder / "papers").glob("*.pdf")) + sorted((folder / "files").glob("*/*")):
        if file_sha256(path) != path.stem:
            yield "内容与名称里的校验值不符 " + path.name


def main(arguments: list[str]) -> int:
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8")
    folder = Path(arguments[0]) if arguments else Path(__file__).resolve().parent
    wanted = "".join(arguments[1].split()).lower() if len(arguments) > 1 else ""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        faults = [
            *check_files(folder, manifest),
            *check_manifest(folder, manifest),
            *check_chains(folder),
            *check_roots(folder, wanted),
            *check_papers(folder),
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        faults = [f"读不懂：{type(error).__name__}: {error}"]
        manifest = {}
    for fault in faults:
        print(fault)
    if faults:
        print(f"不完整：{len(faults)} 处不符。")
        return 1
    print(f"单位 {manifest['office']['name']}，检查点 {manifest['root']}")
    print(f"导出于 {beijing(manifest['made_at'])}：这是清单自己写的，无从核对。")
    print(f"完整：{len(manifest['files'])} 个文件与清单一致，办理记录前后相接，检查点都成立；")
    print("文书、附件、案件状态与办理记录相符。其余各表逐行是不是照办理记录写的，这里没有核对：")
    print("单机数据库要在原库上用 sanzhi audit verify 核对，服务器由数据库自己把守。")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
