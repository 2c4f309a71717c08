# Sourced by the checks under wine: a throw-away prefix in build/windows/wine, nothing shipped.
here="$PWD/installers/windows"
work="$PWD/build/windows/wine"
export WINEPREFIX="$work/prefix" WINEDEBUG=-all WINEARCH=win64 PYTHONUTF8=1 LC_ALL=C.UTF-8
export WINEDLLOVERRIDES="mscoree,mshtml=;mscms,icuuc,bcryptprimitives=n"

need_wine() {
    if command -v wine >/dev/null && command -v x86_64-w64-mingw32-gcc >/dev/null; then
        return
    fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        apt-get -q update >/dev/null </dev/null
        DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
            wine wine64 gcc-mingw-w64-x86-64 xvfb xauth >/dev/null </dev/null
    else
        echo "需要 wine：sudo apt-get install -y wine wine64 gcc-mingw-w64-x86-64" >&2
        exit 2
    fi
}

# A console program under wine needs a pipe as its output.
in_wine() {
    wine "$@" </dev/null 2> >(cat >>"$work/wine.log") | cat
    return "${PIPESTATUS[0]}"
}

new_prefix() {
    rm -rf "$work"
    mkdir -p "$work"
    wineboot -i </dev/null >>"$work/wine.log" 2>&1
    wineserver -w
    local shim system="$WINEPREFIX/drive_c/windows/system32"
    for shim in icuuc bcryptprimitives mscms; do
        x86_64-w64-mingw32-gcc -shared -O1 -w "-DSHIM_${shim^^}" "$here/wine_shims.c" \
            -o "$system/$shim.dll" -ladvapi32
    done
}
