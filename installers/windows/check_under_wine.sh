#!/usr/bin/env bash
# Installs the built setup under wine, lets the program test itself, removes it again.
# Everything happens in build/windows/wine; nothing of wine is shipped. About a minute.
set -euo pipefail
cd "$(dirname "$0")/../.."
setup="$(ls -t dist/Sanzhi-Setup-*.exe | head -1)"
. installers/windows/wine.sh
unset DISPLAY WAYLAND_DISPLAY || true
need_wine

echo "—— 准备 wine"
new_prefix

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
in_wine "$installed/sanzhi.exe" --selftest --qt --json | tee "$work/selftest.json" || code=$?

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
