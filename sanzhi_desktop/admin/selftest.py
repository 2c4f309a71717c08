"""`sanzhi selftest`: does this installation work here? Asked by installers, CI and support.

Loads every library, opens a database, reads fonts and rules, then does the whole job once in a
temporary folder and verifies the signed opinion. Qt is touched only when asked (`--qt`).
"""

import argparse
import contextlib
import importlib
import io
import json
import os
import platform
import sqlite3
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sanzhi_desktop import __version__, resources
from sanzhi_desktop.domain.errors import DomainError

# By import name: whatever the packages of an installer may have left out shows up here.
LIBRARIES = (
    "sqlalchemy", "sqlalchemy.orm", "alembic.command", "psycopg", "reportlab.pdfgen.canvas",
    "pikepdf", "pyhanko.sign.signers", "pyhanko.sign.validation", "pkcs11", "cryptography.x509",
    "segno", "docx", "argon2", "keyring", "platformdirs", "pypdfium2", "pypinyin", "opencc",
    "openpyxl", "lxml.etree", "PIL.Image",
)  # fmt: skip
_QT = ("PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets", "PySide6.QtPrintSupport",
       "PySide6.QtSvg", "PySide6.QtNetwork")  # fmt: skip
# A step fails in whatever way the missing piece makes it fail; each is a finding, not a crash.
_FAILURES = (
    ArithmeticError, AssertionError, AttributeError, DomainError, ImportError, LookupError,
    OSError, RuntimeError, sqlite3.Error, SystemExit, TypeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One thing tried: whether it worked, how long it took, what was seen."""

    name: str
    ok: bool
    seconds: float
    detail: str


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Adds `selftest`."""
    parser = commands.add_parser("selftest", help="检查本机安装是否完整可用")
    parser.add_argument("--qt", action="store_true", help="同时检查窗口部分（不显示窗口）")
    parser.add_argument("--json", action="store_true", help="以 JSON 输出")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    """0 when every step worked, 1 when one did not."""
    steps = [
        _try("程序库", _libraries),
        _try("时区", _time_zone),
        _try("数据库", _database),
        _try("规则与字体", _data_files),
        _try("全流程演示", _whole_job),
    ]
    if args.qt:
        steps.append(_try("窗口", _windows))
    working = all(step.ok for step in steps)
    if args.json:
        report = {
            "ok": working,
            "version": __version__,
            "python": platform.python_version(),
            "system": platform.platform(),
            "steps": [asdict(step) for step in steps],
        }
        print(json.dumps(report, ensure_ascii=False, indent=2))
    else:
        for step in steps:
            print(
                f"{'通过' if step.ok else '失败'}  {step.name}（{step.seconds:.1f} 秒）{step.detail}"
            )
        print(
            "本机安装完整可用。"
            if working
            else "本机安装不完整，请重新安装；仍失败时把以上内容交给维护人员。"
        )
    return 0 if working else 1


def _try(name: str, action: Callable[[], str]) -> Step:
    start = time.monotonic()
    try:
        detail, ok = action(), True
    except _FAILURES as error:
        detail, ok = f"{type(error).__name__}: {error}", False
    return Step(name, ok, round(time.monotonic() - start, 2), detail)


def _libraries() -> str:
    for name in LIBRARIES:
        importlib.import_module(name)
    return f"{len(LIBRARIES)} 个"


def _time_zone() -> str:
    """Windows has no zone data of its own; the tzdata package must have come along."""
    try:
        noon = datetime(2026, 9, 18, 12, tzinfo=ZoneInfo("Asia/Shanghai"))
    except ZoneInfoNotFoundError as error:
        raise RuntimeError("缺少时区数据 tzdata") from error
    if noon.strftime("%z") != "+0800":
        raise RuntimeError(f"北京时间的时差为 {noon:%z}，应为 +0800")
    return noon.strftime("%Y-%m-%d %H:%M %z")


def _database() -> str:
    """What the embedded database needs of SQLite, in a path with Chinese characters."""
    with tempfile.TemporaryDirectory(prefix="三制自检-") as folder:
        connection = sqlite3.connect(Path(folder, "自检.db"))
        try:
            mode = connection.execute("PRAGMA journal_mode=WAL").fetchone()[0]
            connection.executescript(
                "CREATE TABLE t (id INTEGER PRIMARY KEY, n TEXT) STRICT;"
                "CREATE VIRTUAL TABLE f USING fts5(n);"
                "CREATE TRIGGER no_change BEFORE UPDATE ON t"
                " BEGIN SELECT raise(ABORT, 'no change'); END;"
                "INSERT INTO t (n) VALUES ('案件'); INSERT INTO f VALUES ('案件');"
            )
            try:
                connection.execute("UPDATE t SET n = 'x'")
            except sqlite3.IntegrityError:
                return f"SQLite {sqlite3.sqlite_version}，{mode}"
        finally:
            connection.close()
    raise RuntimeError("触发器没有生效")


def _data_files() -> str:
    counts = {
        kind: sum(1 for file in resources.path(kind).iterdir() if file.suffix in endings)
        for kind, endings in {
            "profiles": {".toml"},
            "calendars": {".json"},
            "sentences": {".toml"},
            "fonts": {".ttf", ".xz"},
        }.items()
    }
    empty = [kind for kind, count in counts.items() if not count]
    if empty:
        raise RuntimeError(f"缺少数据文件：{'、'.join(empty)}")
    return "，".join(f"{kind} {count}" for kind, count in counts.items())


def _whole_job() -> str:
    """The demonstration and, on its own, the verification of the opinion it signed."""
    from sanzhi_desktop.admin.main import main

    with tempfile.TemporaryDirectory(prefix="三制自检-", ignore_cleanup_errors=True) as folder:
        out = Path(folder, "demo")
        said = io.StringIO()
        with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            code = main(["demo", "--out", str(out)])
        if code != 0:
            raise RuntimeError(f"演示以 {code} 结束：{said.getvalue().strip()[-500:]}")
        opinion, roots = out / "opinion.pdf", out / "ca.pem"
        with contextlib.redirect_stdout(io.StringIO()) as answer:
            code = main(["verify", str(opinion), "--trust", str(roots), "--json"])
        found = json.loads(answer.getvalue())
        if code != 0 or not found["valid"]:
            raise RuntimeError(f"签名验证未通过：{answer.getvalue()[:500]}")
        size = opinion.stat().st_size
    return f"意见书 {size // 1024} KB，{len(found['signatures'])} 个签名有效"


def _windows() -> str:
    """Draws one Chinese word off screen. Loaded by name: the command line must not depend on Qt."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    loaded = {name: importlib.import_module(name) for name in _QT}
    gui, widgets = loaded["PySide6.QtGui"], loaded["PySide6.QtWidgets"]
    application = widgets.QApplication.instance() or widgets.QApplication([])
    # By its bytes: off screen, Windows has no fonts and takes no path with Chinese folders.
    face = resources.path("fonts", "SanzhiHei.ttf").read_bytes()
    database = gui.QFontDatabase
    families = database.applicationFontFamilies(database.addApplicationFontFromData(face))
    if not families:
        raise RuntimeError("随附字体 SanzhiHei.ttf 不能载入")
    drawn = set()
    for word in ("法制审核", "执法决定", "　　　　"):
        label = widgets.QLabel(word)
        label.setFont(gui.QFont(families[0], 20))
        label.resize(200, 60)
        drawn.add(bytes(label.grab().toImage().constBits()))
    if len(drawn) != 3:
        raise RuntimeError("不能画出汉字：没有可用的中文字体")
    return f"Qt {loaded['PySide6.QtCore'].qVersion()}，{application.platformName()}"
