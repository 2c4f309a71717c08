"""What of the Windows wheels the program does not need: names only, no building here.

The self-test and a start under wine show whether too much was taken away.
"""

import shutil
from pathlib import Path

QT_MODULES = ("Core", "Gui", "Widgets", "Network", "PrintSupport", "Svg")
QT_PLUGINS = {
    "platforms": ("qwindows", "qoffscreen"),
    "styles": ("qmodernwindowsstyle",),
    "imageformats": ("qjpeg", "qico", "qsvg", "qgif", "qwebp"),
    "iconengines": ("qsvgicon",),
    "tls": (),
}
QT_TRANSLATIONS = ("qtbase_zh_CN.qm",)
# Folders inside site-packages that are never imported at run time.
NEVER_IMPORTED = ("tests", "test", "testing_data", "__pycache__")
SUFFIXES = (".pyi", ".pxd", ".pyx", ".h", ".hpp", ".lib", ".c", ".cpp")


def trim(site: Path) -> None:
    """Takes away what is not needed below `site` (Lib/site-packages)."""
    _trim_qt(site / "PySide6")
    for folder in sorted(site.rglob("*"), reverse=True):
        if folder.is_dir() and folder.name in NEVER_IMPORTED:
            shutil.rmtree(folder)
    for file in list(site.rglob("*")):
        if file.is_file() and file.suffix in SUFFIXES:
            file.unlink()


def _trim_qt(qt: Path) -> None:
    for entry in list(qt.iterdir()):
        if entry.is_dir() and entry.name not in {"plugins", "translations", "support"}:
            shutil.rmtree(entry)
        elif entry.is_file() and not _is_needed(entry):
            entry.unlink()
    for kind in list((qt / "plugins").iterdir()):
        wanted = QT_PLUGINS.get(kind.name, ())
        for file in list(kind.iterdir()):
            if file.stem not in wanted:
                shutil.rmtree(file) if file.is_dir() else file.unlink()
        if not any(kind.iterdir()):
            kind.rmdir()
    for file in list((qt / "translations").iterdir()):
        if file.name not in QT_TRANSLATIONS:
            file.unlink()


def _is_needed(file: Path) -> bool:
    if file.suffix == ".dll":
        runtime = file.name.lower().startswith(("msvcp", "vcruntime", "concrt"))
        known = {f"Qt6{name}.dll" for name in QT_MODULES} | {"pyside6.abi3.dll"}
        return runtime or file.name in known
    if file.suffix == ".pyd":
        return file.name in {f"Qt{name}.pyd" for name in QT_MODULES}
    return file.suffix == ".py"
