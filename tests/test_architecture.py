"""The rules of the code itself: who may import whom, sizes, forbidden constructs and words.

What a linter can say is ruff's; here stands what it cannot.
"""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.sources import PACKAGE, ROOT, modules, named, nodes, production, python, tracked, tree

FILE_LINES, FUNCTION_LINES, CLASS_LINES, COLUMNS = 400, 60, 250, 100

# Where a failure of any kind must become a plain answer; the number of such places is part of it.
BROAD_EXCEPTS = {
    "sanzhi_desktop/ui/jobs.py": 1,  # the job lane
    "sanzhi_desktop/ui/errors.py": 1,  # the excepthook must not fail itself
    "sanzhi_desktop/documents/verify.py": 2,  # whatever fails: the file, or that signature, is bad
    "sanzhi_desktop/documents/read/submission.py": 1,  # whatever a file holds
    "sanzhi_desktop/admin/main.py": 1,  # outermost frame of the command line
}
HEAVY = ("pyhanko", "reportlab", "docx", "openpyxl", "alembic", "pikepdf", "pypdfium2", "lxml")
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}


# ------------------------------------------------------------------ import contracts


def lint_imports(folder: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = "from importlinter.cli import lint_imports_command as c; c()"
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo", *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_import_contracts_hold() -> None:
    found = lint_imports(ROOT)
    assert found.returncode == 0, found.stdout
    assert "0 broken" in found.stdout


VIOLATIONS = {
    "domain asks resources": ("layers", {"domain/planted.py": "import sanzhi_desktop.resources"}),
    "application asks persistence": (
        "layers",
        {"application/planted.py": "import sanzhi_desktop.persistence"},
    ),
    "ui asks persistence": ("layers", {"ui/planted.py": "import sanzhi_desktop.persistence"}),
    "documents asks ui": ("layers", {"documents/planted.py": "import sanzhi_desktop.ui"}),
    "a module without a place": ("layers", {"utilities.py": "VALUE = 1"}),
    "domain asks a library": ("stdlib", {"domain/planted.py": "def f() -> None: import keyring"}),
    "a use case asks the engine": ("stdlib", {"application/planted.py": "import sqlalchemy"}),
    "the command line asks Qt": ("qt", {"admin/planted.py": "import PySide6.QtCore"}),
    "the command line asks ui": ("qt", {"admin/planted.py": "import sanzhi_desktop.ui"}),
    "documents asks Qt": ("qt", {"documents/planted.py": "def f() -> None: import PySide6"}),
    "two modules ask each other": (
        "cycles",
        {
            "domain/planted.py": "import sanzhi_desktop.domain.implanted",
            "domain/implanted.py": "import sanzhi_desktop.domain.planted",
        },
    ),
}


@pytest.fixture(scope="module")
def copied_package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("planted")
    skipped = shutil.ignore_patterns("__pycache__", "*.sql")
    shutil.copytree(PACKAGE, folder / "sanzhi_desktop", ignore=skipped)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize("violation", VIOLATIONS)
def test_each_contract_breaks_when_it_is_violated(copied_package: Path, violation: str) -> None:
    contract, planted = VIOLATIONS[violation]
    files = {copied_package / "sanzhi_desktop" / name: text for name, text in planted.items()}
    try:
        for file, text in files.items():
            file.write_text(f"{text}\n", "utf-8")
        found = lint_imports(copied_package, "--contract", contract)
    finally:
        for file in files:
            file.unlink()
    assert found.returncode == 1, f"{violation}: nobody noticed\n{found.stdout}{found.stderr}"
    assert re.search("planted|utilities", found.stdout), found.stdout
    assert "1 broken" in found.stdout


@pytest.mark.parametrize("layer", ["domain", "application"])
def test_inner_layers_import_the_standard_library_alone(layer: str) -> None:
    allowed = sys.stdlib_module_names | {"sanzhi_desktop"}
    strangers = [
        f"{named(file)}:{node.lineno} {name}"
        for file in (PACKAGE / layer).rglob("*.py")
        for node in nodes(file, ast.Import, ast.ImportFrom)
        for name in _imported(node)
        if name.split(".")[0] not in allowed
    ]
    assert not strangers


def _imported(node: ast.Import | ast.ImportFrom) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names]


# ------------------------------------------------------------------ sizes and constructs


def test_files_functions_and_classes_stay_small() -> None:
    large = [
        f"{named(file)}: {count} lines"
        for file in production()
        if (count := len(file.read_text("utf-8").splitlines())) > FILE_LINES
    ]
    for file in production():
        for node in nodes(file, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            count = (node.end_lineno or node.lineno) - node.lineno + 1
            limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
            if count > limit:
                large.append(f"{named(file)}:{node.lineno} {node.name}: {count} lines")
    assert not large, "\n".join(large)


def test_lines_have_at_most_100_characters() -> None:
    """Characters, not columns: a Chinese sentence is not twice as long for being Chinese."""
    files = [*production(), *(ROOT / "tests").rglob("*.py")]
    long = [
        f"{named(file)}:{number}"
        for file in files
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if len(line) > COLUMNS
    ]
    assert not long, "\n".join(long)


def _is_broad(node: ast.AST) -> bool:
    """Catches everything and keeps it; a handler that ends in a bare `raise` passes it on."""
    broad = {"Exception", "BaseException"}
    if isinstance(node, ast.ExceptHandler):
        if isinstance(node.body[-1], ast.Raise) and node.body[-1].exc is None:
            return False
        kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
        return any(
            kind is None or (isinstance(kind, ast.Name) and kind.id in broad) for kind in kinds
        )
    return (
        isinstance(node, ast.Call)
        and ast.unparse(node.func).split(".")[-1] == "suppress"
        and any(isinstance(kind, ast.Name) and kind.id in broad for kind in node.args)
    )


def test_everything_is_caught_only_where_agreed() -> None:
    found = {
        named(file): count
        for file in production()
        if (count := sum(_is_broad(node) for node in ast.walk(tree(file))))
    }
    surplus = {name: n for name, n in found.items() if n > BROAD_EXCEPTS.get(name, 0)}
    assert not surplus


def test_no_global_statement() -> None:
    assert not [named(file) for file in production() for _ in nodes(file, ast.Global)]


def test_tests_wait_for_conditions_never_for_time() -> None:
    waits = {"qtbot.wait", "time.sleep", "sleep", "QTest.qWait", "QTest.qSleep"}
    waiting = [
        f"{named(file)}:{node.lineno}"
        for file in (ROOT / "tests").rglob("*.py")
        for node in nodes(file, ast.Call)
        if ast.unparse(node.func) in waits
    ]
    assert not waiting


def test_names_of_modules_say_something() -> None:
    assert not [named(file) for file in production() if {file.stem, file.parent.name} & VAGUE]


def test_every_module_says_what_lives_in_it() -> None:
    silent = [
        named(file)
        for file in production()
        if tree(file).body and not ast.get_docstring(tree(file))
    ]
    assert not silent


def test_dataclasses_are_frozen_and_slotted() -> None:
    """A private one (leading underscore) may gather what its module is reading, and be mutable."""
    loose = []
    for file in production():
        for node in nodes(file, ast.ClassDef):
            for mark in map(ast.unparse, node.decorator_list):
                wanted = ["slots=True", *(["frozen=True"] if node.name[0] != "_" else [])]
                is_one = re.match(r"(dataclasses\.)?dataclass\b", mark)
                if is_one and not all(word in mark for word in wanted):
                    loose.append(f"{named(file)}:{node.lineno} {node.name}")
    assert not loose


# ------------------------------------------------------------------ nothing happens at import


@pytest.mark.parametrize(
    ("packages", "forbidden"),
    [
        (("admin", "__main__"), (*HEAVY, "PySide6", "sanzhi_desktop.ui")),
        (("compose", "settings"), (*HEAVY, "PySide6", "sanzhi_desktop.ui")),
        (("app", "ui"), HEAVY),
        (("domain", "application"), (*HEAVY, "PySide6", "sqlalchemy", "psycopg")),
    ],
    ids=lambda value: value[0],
)
def test_heavy_libraries_are_not_loaded_at_import(
    packages: tuple[str, ...], forbidden: tuple[str, ...]
) -> None:
    """They cost up to 1.4 s together: before the first paint nobody may ask for them."""
    names = modules(*packages)
    loaded = python(
        "import importlib, sys\n"
        f"for name in {names!r}:\n"
        "    before = set(sys.modules)\n"
        "    importlib.import_module(name)\n"
        f"    for heavy in {forbidden!r}:\n"
        "        if heavy in sys.modules and heavy not in before: print(name, 'loads', heavy)\n"
    )
    assert loaded.returncode == 0, loaded.stderr
    assert not loaded.stdout


def test_importing_opens_no_data_no_database_and_no_socket() -> None:
    inner = modules("domain", "application", "resources", "persistence", "documents", "admin")
    happened = python(
        "import importlib, sys\n"
        "active = True\n"
        "def hook(event, args):\n"
        "    if not active: return\n"
        "    if event in ('sqlite3.connect', 'socket.connect', 'subprocess.Popen'): print(event)\n"
        "    name = str(args[0]) if event == 'open' and args else ''\n"
        f"    if name.startswith({str(ROOT)!r}) and not name.endswith(('.py', '.pyc')) \\\n"
        "            and '.venv' not in name and '__pycache__' not in name: print('open', name)\n"
        "sys.addaudithook(hook)\n"
        f"for name in {inner!r}: importlib.import_module(name)\n"
        "active = False\n"
    )
    assert happened.returncode == 0, happened.stderr
    assert not happened.stdout


# ------------------------------------------------------------------ libraries, data and words


def test_qt_keeps_the_reference_count_of_none() -> None:
    """PySide6 6.12.0 lost one reference a call on Python 3.11 and aborted after some thousand."""
    from PySide6.QtWidgets import QApplication, QLabel

    application = QApplication.instance() or QApplication([])
    label = QLabel()
    label.setText("热身")
    before = sys.getrefcount(None)
    for number in range(100):
        label.setText(str(number))
    assert abs(sys.getrefcount(None) - before) < 50
    assert application is not None


def test_data_files_parse() -> None:
    for file in tracked():
        if file.suffix == ".toml":
            tomllib.loads(file.read_text("utf-8"))
        elif file.suffix == ".json":
            json.loads(file.read_text("utf-8"))


def test_tree_speaks_of_the_product_only() -> None:
    """Paths of one machine, and whose hands typed, have no place in a product."""
    words = ["/work" + "/main", "/work" + "/shared", "/root" + "/", "/tmp" + "/brief",
             "/opt" + "/pypi", "clau" + "de", "anthro" + "pic", "chat" + "gpt"]  # fmt: skip
    pattern = re.compile("|".join(words).encode(), re.IGNORECASE)
    readable = (file for file in tracked() if file.stat().st_size < 2_000_000)
    assert not [named(file) for file in readable if pattern.search(file.read_bytes())]


def test_times_are_formatted_with_ascii_patterns() -> None:
    """On Windows `strftime("%Y年")` raises: the C library knows no such character in its locale."""
    broken = []
    for file in production():
        for node in nodes(file, ast.Call, ast.FormattedValue):
            pattern = ""
            if isinstance(node, ast.FormattedValue):
                pattern = ast.unparse(node.format_spec) if node.format_spec else ""
            elif ast.unparse(node.func).endswith((".strftime", ".strptime")):
                pattern = " ".join(ast.unparse(argument) for argument in node.args)
            if "%" in pattern and not pattern.isascii():
                broken.append(f"{named(file)}:{node.lineno}")
    assert not broken, "\n".join(broken)
