"""`sanzhi restore`: puts a backup where there is nothing yet, and checks it there."""

import argparse
import sys
from pathlib import Path

from sanzhi_desktop.admin.backup import add_tools, files_words, say, server_at
from sanzhi_desktop.persistence.places import target


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds the verb `restore`."""
    verb = commands.add_parser("restore", help="把备份恢复到一个新的文件或者空的数据库")
    verb.add_argument("file", type=Path, metavar="FILE", help="备份文件（.db 或 .dump）")
    verb.add_argument("--db", required=True, metavar="URL", help="恢复到哪里；不会覆盖已有内容")
    add_tools(verb)
    verb.set_defaults(run=_restore)


def _restore(args: argparse.Namespace) -> int:
    from sanzhi_desktop.persistence.keeping import backup

    where = target(args.db)
    if where.path is not None:
        manifest = backup.restore_embedded(args.file, where.path, report=say)
    else:
        manifest, logins = backup.restore_server(server_at(where, args), args.file, report=say)
        if logins:
            print(
                f"服务器上新建了登录 {'、'.join(logins)}，备份里没有密码，现在都还不能登录。"
                "请超级用户先给管理员设置密码（ALTER ROLE 管理员代码 LOGIN PASSWORD '…'），"
                "再由管理员用 sanzhi user password 逐个重设；PostgreSQL 15 上全部由超级用户设置。",
                file=sys.stderr,
            )
    cases = sum(office.cases for office in manifest.offices)
    names = "、".join(office.name for office in manifest.offices)
    print(f"已恢复到 {where.shown()}：{names}，案件 {cases} 件，{files_words(manifest)}。")
    if manifest.why_not:
        print(f"注意：这份备份没有通过验证，恢复出来的内容也是这样：{manifest.why_not}。"
              "只用来查看，不要在上面继续办案。", file=sys.stderr)  # fmt: skip
        return 1
    print("恢复后已逐项核对：结构、历史记录、行数和附件都与备份时一致。")
    return 0
