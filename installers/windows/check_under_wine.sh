#!/usr/bin/env bash
# Installs the built setup under wine, lets the program test itself, removes it again.
# Everything happens in build/windows/wine; nothing of wine is shipped. About a minute.
set -euo pipefail
cd "$(dirname "$0")/../.."
setup="$(ls -t dist/Sanzhi-Setup-*.exe | head -1)"
here="$PWD/installers/windows"
work="$PWD/build/windows/wine"
export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEARCH=win64 PYTHONUTF8=1 LC_ALL=C.UTF-8
export WINEDLLOVERRIDES="mscoree,mshtml=;mscms,icuuc,bcryptprimitives=n"
unset DISPLAY WAYLAND_DISPLAY || true

if ! command -v wine >/dev/null || ! command -v x86_64-w64-mingw32-gcc >/dev/null; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get -q update >/dev/null </dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
            wine wine64 gcc-mingw-w64-x86-64 xvfb xauth >/dev/null </dev/null
    else
        echo "需要 wine：sudo apt-get install -y wine wine64 gcc-mingw-w64-x86-64" >&2
        exit 2
    fi
fi

rm -rf "$work"
mkdir -p "$work"
# A console program under wine needs a pipe as its output.
in_wine() {
    wine "$@" </dev/null 2> >(cat >>"$work/wine.log") | cat
    return "${PIPESTATUS[0]}"
}

echo "—— 准备 wine"
wineboot -i </dev/null >>"$work/wine.log" 2>&1
wineserver -w
system="$WINEPREFIX/drive_c/windows/system32"
for shim in icuuc bcryptprimitives mscms; do
    x86_64-w64-mingw32-gcc -shared -O1 -w "-DSHIM_${shim^^}" "$here/wine_shims.c" \
        -o "$system/$shim.dll" -ladvapi32
done

echo "—— 静默安装 $setup"
in_wine "$setup" /S
wineserver -w
installed="$(find "$WINEPREFIX/drive_c/users" -type d -path '*Programs/SanzhiDesktop' | head -1)"
[ -n "$installed" ] || { echo "没有装上" >&2; exit 1; }
[ -f "$installed/uninstall.exe" ]
shortcut="$(find "$WINEPREFIX/drive_c" -name '三制法审.lnk' | head -1)"
[ -n "$shortcut" ] || { echo "没有开始菜单项" >&2; exit 1; }
echo "已装：$(du -sm "$installed" | cut -f1) MB，$(find "$installed" -type f | wc -l) 个文件"

echo "—— 程序自检"
code=0
in_wine "$installed/sanzhi.exe" selftest --qt --json | tee "$work/selftest.json" || code=$?

echo "—— 卸载"
in_wine "$installed/uninstall.exe" /S || true
wineserver -w
left=0
[ ! -e "$installed" ] || left="$(find "$installed" -type f | wc -l)"
[ "$left" = 0 ] || { echo "卸载后还剩 $left 个文件" >&2; code=1; }
[ ! -e "$shortcut" ] || { echo "开始菜单项没有删除" >&2; code=1; }
wineserver -k || true
[ "$code" = 0 ] && echo "安装、自检、卸载均通过"
exit "$code"
