"""Copying and checking the embedded database: SQLite's own backup, in one snapshot.

Lives here: the copy, the scratch database, what it must show. Must not: folders and rotation.
"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from sanzhi_desktop.application.keeping import KeepingFault, Report
from sanzhi_desktop.domain.errors import DomainError
from sanzhi_desktop.persistence import engine as embedded
from sanzhi_desktop.persistence.errors import named
from sanzhi_desktop.persistence.keeping import survey as counting
from sanzhi_desktop.persistence.keeping.attachments import missing
from sanzhi_desktop.persistence.keeping.survey import Survey, survey
from sanzhi_desktop.persistence.named_files import Ask, named_files
from sanzhi_desktop.persistence.places import refuse_unsafe

_PAGES = 1000


def take(source: Path, part: Path, *, report: Report) -> Survey:
    """Copies the database as it stands now, while others work, and says what it held then.

    Never copy the file alone: what was written last may still stand in its log. Raises DomainError.
    """
    try:
        with (
            closing(_reading(source)) as db,
            closing(sqlite3.connect(part, isolation_level=None)) as copy,
        ):
            db.execute("begin")  # one snapshot for the counting and the copy
            held = survey(lambda sql: db.execute(sql).fetchall())
            db.backup(copy, pages=_PAGES, progress=lambda _, left, all_: report(
                all_ - left, all_, "复制数据库"))  # fmt: skip
            copy.execute("pragma journal_mode = delete")  # one file alone is the copy
            return held
    except sqlite3.Error as error:
        raise named(error, path=str(source)) from error


def _reading(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(
        f"{path.absolute().as_uri()}?mode=ro",
        uri=True,
        isolation_level=None,
        timeout=embedded.BUSY_SECONDS,
    )


def office_code(database: Path) -> str:
    """Of the one office in a file; "" when there is none. Raises DomainError."""
    try:
        with closing(_reading(database)) as db:
            row = db.execute("select code from office order by office_id").fetchone()
    except sqlite3.Error as error:
        raise named(error, path=str(database)) from error
    return str(row[0]) if row else ""


def refuse_taken(target: Path) -> None:
    """Raises DomainError where a database stands already, or where none may stand."""
    refuse_unsafe(target)
    if target.exists() and target.stat().st_size:
        raise DomainError(KeepingFault.TARGET_NOT_EMPTY, where=str(target))


def restore(copy: Path, target: Path, *, report: Report) -> None:
    """Puts a copy where there is no database yet. Raises DomainError."""
    refuse_taken(target)
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        with (
            closing(_reading(copy)) as db,
            closing(sqlite3.connect(target, isolation_level=None)) as made,
        ):
            db.backup(made, pages=_PAGES, progress=lambda _, left, all_: report(
                all_ - left, all_, "恢复数据库"))  # fmt: skip
            made.execute("pragma journal_mode = wal")
    except sqlite3.Error as error:
        embedded.remove_file(target)
        raise named(error, path=str(target)) from error
    except BaseException:
        embedded.remove_file(target)
        raise


def in_folder(ask: Ask) -> list[str]:
    """The attachments that must stand in the folder beside the database: every file that one of
    its offices names, today or in its history, and that is not kept in another way."""
    kept = {tuple(row) for row in ask(
        "select office_id, sha256 from blob where complete = 1 and place <> 'folder'")}  # fmt: skip
    return sorted({
        use.sha256
        for office_id, in list(ask("select office_id from office"))
        for use in named_files(ask, office_id)
        if (office_id, use.sha256) not in kept
    })  # fmt: skip


def fault(database: Path, wanted: Survey, files: Sequence[str]) -> str:
    """Opens a restored database and looks at everything in it; a sentence, or "" when it is good.

    Raises DomainError when it cannot be opened at all.
    """
    embedded.check(database)  # revision, and every table and trigger is as shipped
    try:
        with closing(_reading(database)) as db:
            said = db.execute("pragma integrity_check").fetchone()[0]
            if said != "ok":
                return f"数据库文件有损坏：{said}"
            loose = db.execute("pragma foreign_key_check").fetchone()
            if loose:
                return f"数据表 {loose[0]} 有一行没有对应的上级记录"
            found = survey(lambda sql: db.execute(sql).fetchall())
            lost = missing(in_folder(db.execute), files)
    except sqlite3.Error as error:
        raise named(error, path=str(database)) from error
    made = embedded.engine(database)
    try:
        breaks = counting.broken(made, [one.office_id for one in found.offices])
    finally:
        made.dispose()
    if breaks:
        where = breaks[0].case_id or "单位"
        return f"历史记录有 {len(breaks)} 处断裂，第一处在案件 {where}"
    if lost:
        return f"有 {len(lost)} 个附件缺失或者内容已变，例如 {lost[0]}"
    return counting.differences(wanted, found)
