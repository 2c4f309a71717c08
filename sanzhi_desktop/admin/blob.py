"""`sanzhi blob check | store | key`: attachments checked, where they are kept, with which key."""

import argparse
import getpass
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sanzhi_desktop.admin.db import add_db, opened
from sanzhi_desktop.admin.user import administrator
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.domain.files import (
    MIB,
    AttachmentFault,
    FileState,
    StoreKind,
    StoreSettings,
    check_settings,
    mib,
)

if TYPE_CHECKING:
    from sanzhi_desktop.application.attachments import FilesReport
    from sanzhi_desktop.application.ports import Session

_STATES = {
    FileState.CHANGED: "材料已变：保存的内容与登记的校验值不一致",
    FileState.MISSING: "找不到保存的文件",
}
_KINDS = {
    StoreKind.FOLDER: "本机文件夹",
    StoreKind.DATABASE: "共用数据库",
    StoreKind.OBJECTS: "对象存储",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb `blob`."""
    verb = commands.add_parser("blob", help="附件：核对、存放位置、对象存储的访问密钥")
    parts = verb.add_subparsers(dest="part", metavar="动作", required=True)
    check = parts.add_parser("check", help="逐个核对附件的内容与登记的校验值")
    check.add_argument("--sm3", action="store_true", help="同时列出每个完好文件的 SM3 值")
    check.add_argument(
        "--shut-gate", action="store_true", help="材料已变而尚未作出决定的案件，关闭放行并记入历史"
    )
    check.add_argument(
        "--free", action="store_true", help="清理从未被任何案件使用的附件和没有传完的文件，记入历史"
    )
    check.add_argument(
        "--older-than", type=int, default=30, metavar="天", help="只清理存入超过这些天的，默认 30"
    )
    check.set_defaults(run=_check)
    store = parts.add_parser("store", help="显示或者设定附件存放的位置、上限和限额")
    where = store.add_mutually_exclusive_group()
    where.add_argument("--database", action="store_true", help="存在共用数据库里")
    where.add_argument("--objects", metavar="URL", help="存在对象存储里，例如 https://s3.local")
    store.add_argument("--bucket", help="存储桶")
    store.add_argument(
        "--moved-from",
        nargs=2,
        metavar=("URL", "存储桶"),
        help="原来那个存储桶里的文件已经搬到这次设定的位置，以后到这里读",
    )
    store.add_argument("--region", help="区域，多数自建的对象存储不用填")
    store.add_argument("--file-limit", type=int, metavar="MB", help="单个文件上限")
    store.add_argument("--quota", type=int, metavar="MB", help="本单位附件限额，0 为不限")
    store.add_argument("--sm3", choices=("on", "off"), help="是否同时保存 SM3 值")
    store.set_defaults(run=_store)
    key = parts.add_parser("key", help="把对象存储的访问密钥存入本机的系统密钥库")
    key.add_argument("--objects", metavar="URL", help="对象存储的地址，默认是本单位设定的")
    key.add_argument("--bucket", help="存储桶，默认是本单位设定的")
    key.set_defaults(run=_key)
    for part in (check, store, key):
        add_db(part)
    for part in (check, store):
        part.add_argument("--json", action="store_true", help="输出 JSON")


def _check(args: argparse.Namespace) -> int:
    from sanzhi_desktop.application import attachments

    database = opened(args)
    try:
        session = administrator(database)
        report = attachments.check_office(session, seen=_progress if sys.stderr.isatty() else None)
        shut = attachments.shut_gates(session, report) if args.shut_gate else ()
        told = _told(report) | {"gates_shut": list(shut), "freed": []}
        if args.free:
            freed = attachments.free_unused(
                session, report, older=timedelta(days=max(1, args.older_than))
            )
            told["freed"] = [{"sha256": file.sha256, "size": file.size} for file in freed]
        if args.sm3:
            told["sm3"] = _sm3(session, report)
    finally:
        database.close()
    if args.json:
        print(json.dumps(told, ensure_ascii=False))
    else:
        _say(report, told)
    return 0 if report.sound else 1


def _progress(done: int, total: int) -> None:
    print(f"\r核对 {done}/{total}", end="" if done < total else "\n", file=sys.stderr)


def _told(report: "FilesReport") -> dict[str, Any]:
    return {
        "sound": report.sound,
        "checked": report.checked,
        "size": report.size,
        "faults": [
            {
                "state": finding.state.value,
                "sha256": finding.use.sha256,
                "case_id": finding.use.case_id,
                "case": finding.use.case,
                "material": finding.use.material,
                "now": finding.use.now,  # else an earlier round stood on it
                "message": _STATES[finding.state],
            }
            for finding in report.findings
        ],
        "unreferenced": [
            {"sha256": file.sha256, "size": file.size} for file in report.unreferenced
        ],
        "unfinished": [{"sha256": file.sha256, "size": file.size} for file in report.unfinished],
    }


def _sm3(session: "Session", report: "FilesReport") -> dict[str, str]:
    from sanzhi_desktop.persistence.blobs.digests import digests

    bad = {finding.use.sha256 for finding in report.findings}
    used = dict.fromkeys(use.sha256 for use in session.reader.files_used())
    return {
        sha256: digests(session.files.path(sha256), sm3=True)[1]
        for sha256 in used
        if sha256 not in bad
    }


def _say(report: "FilesReport", told: Mapping[str, Any]) -> None:
    for fault in told["faults"]:
        print(
            f"案件 {fault['case_id']} {fault['case']}，{'' if fault['now'] else '以前的'}材料"
            f"“{fault['material']}”：{fault['message']}（SHA-256 {fault['sha256']}）。",
            file=sys.stderr,
        )
    for case_id in told["gates_shut"]:
        print(f"案件 {case_id}：已关闭放行，需要重新送审。", file=sys.stderr)
    for sha256, sm3 in told.get("sm3", {}).items():
        print(f"{sha256}  SM3 {sm3}")
    print(f"核对附件 {report.checked} 个，共存 {mib(report.size)} MB。")
    if report.unreferenced:
        print(
            f"另有 {len(report.unreferenced)} 个文件现在没有案件使用：以前轮次的材料予以保留，"
            "从未使用的可以用 --free 清理。"
        )
    if report.unfinished:
        print(f"另有 {len(report.unfinished)} 个文件没有传完，重新选择该文件即可接着传。")
    if told["freed"]:
        size = sum(file["size"] for file in told["freed"])
        print(f"已清理从未使用的文件 {len(told['freed'])} 个，腾出 {mib(size)} MB，已记入办理记录。")
    print("附件完好。" if report.sound else "附件有问题：请从备份恢复，或者通知承办人重新提交。")


def _store(args: argparse.Namespace) -> int:
    from sanzhi_desktop.application import attachments

    database = opened(args)
    try:
        session = administrator(database)
        now = session.reader.file_store()
        wanted = _wanted(args, now)
        moved = _moved_from(args, wanted)
        if wanted != now or moved is not None:
            if wanted.kind is StoreKind.OBJECTS:
                from sanzhi_desktop.domain.files import check_settings
                from sanzhi_desktop.persistence.blobs.choose import probe

                check_settings(wanted)
                probe(wanted, session.actor.office_id)
            attachments.set_store(session, wanted, moved_from=moved)
            now = session.reader.file_store()
        elsewhere = _elsewhere(session, now)
    finally:
        database.close()
    if args.json:
        print(json.dumps(_as_json(now) | {"elsewhere": elsewhere}, ensure_ascii=False))
        return 0
    place = f"{now.endpoint}/{now.bucket}" if now.kind is StoreKind.OBJECTS else ""
    print(f"附件存放：{_KINDS[now.kind]} {place}".rstrip())
    print(f"单个文件上限：{f'{mib(now.file_limit)} MB' if now.file_limit else '不限'}")
    print(f"本单位限额：{f'{mib(now.quota)} MB' if now.quota else '不限'}")
    print(f"SM3 值：{'同时保存' if now.sm3 else '需要时计算'}")
    for told in elsewhere:
        print(
            f"原来的附件 {told['files']} 个仍在 {told['endpoint']}/{told['bucket']}，照常可读；"
            "请保留那个存储桶和它的访问密钥。"
        )
    return 0


def _moved_from(args: argparse.Namespace, wanted: StoreSettings) -> StoreSettings | None:
    if args.moved_from is None:
        return None
    if wanted.kind is not StoreKind.OBJECTS:
        raise DomainError(AttachmentFault.NOT_OBJECTS)
    endpoint, bucket = args.moved_from
    return StoreSettings(StoreKind.OBJECTS, endpoint.rstrip("/"), bucket)


def _elsewhere(session: "Session", now: StoreSettings) -> list[dict[str, Any]]:
    """The object stores that keep files of earlier settings, with how many."""
    found: dict[tuple[str, str], int] = {}
    for file in session.files.listing():
        place = (file.endpoint, file.bucket)
        if file.place is StoreKind.OBJECTS and place != (now.endpoint, now.bucket):
            found[place] = found.get(place, 0) + 1
    return [
        {"endpoint": endpoint, "bucket": bucket, "files": files}
        for (endpoint, bucket), files in sorted(found.items())
    ]


def _wanted(args: argparse.Namespace, now: StoreSettings) -> StoreSettings:
    wanted = now
    if args.database:
        wanted = replace(wanted, kind=StoreKind.DATABASE, endpoint="", bucket="", region="")
    if args.objects is not None:
        wanted = replace(wanted, kind=StoreKind.OBJECTS, endpoint=args.objects.rstrip("/"))
    given: dict[str, Any] = {
        "bucket": args.bucket,
        "region": args.region,
        "file_limit": None if args.file_limit is None else args.file_limit * MIB,
        "quota": None if args.quota is None else args.quota * MIB,
        "sm3": None if args.sm3 is None else args.sm3 == "on",
    }
    return replace(wanted, **{name: value for name, value in given.items() if value is not None})


def _as_json(settings: StoreSettings) -> dict[str, Any]:
    return {
        "kind": settings.kind.value,
        "endpoint": settings.endpoint,
        "bucket": settings.bucket,
        "region": settings.region,
        "file_limit": settings.file_limit,
        "quota": settings.quota,
        "sm3": settings.sm3,
    }


def _key(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence.blobs import choose, credentials

    database = opened(args)
    try:
        reader = database.reader()
        settings, office_id = reader.file_store(), database.office_id
    finally:
        database.close()
    if args.objects is not None:
        settings = replace(
            settings,
            kind=StoreKind.OBJECTS,
            endpoint=args.objects.rstrip("/"),
            bucket=args.bucket or "",
        )
    if settings.kind is not StoreKind.OBJECTS:
        raise DomainError(AttachmentFault.NOT_OBJECTS)
    check_settings(settings)
    if not sys.stdin.isatty() and not os.environ.get(credentials.SECRET):
        raise DomainError(
            AttachmentFault.NO_CREDENTIALS,
            key_id=credentials.KEY_ID,
            secret=credentials.SECRET,
            endpoint=settings.endpoint,
            bucket=settings.bucket,
        )
    key_id = os.environ.get(credentials.KEY_ID) or input("访问密钥 ID：")
    secret = os.environ.get(credentials.SECRET) or getpass.getpass("访问密钥：")
    given = credentials.Credentials(key_id, secret)
    choose.probe(settings, office_id, given)
    credentials.keep(settings.endpoint, settings.bucket, given)
    print("访问密钥可用，已存入本机的系统密钥库。")
    return 0
