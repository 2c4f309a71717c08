/* Starts the program with the interpreter that lies beside this file.
 * Built twice: sanzhi.exe (console, for the command line) and sanzhi-desk.exe (-DDESK, no console).
 * No Python is linked in; only the DLL in our own folder is loaded. */
#define WIN32_LEAN_AND_MEAN
#include <stdio.h>
#include <stdlib.h>
#include <wchar.h>
#include <windows.h>

typedef int (*PyMain)(int, wchar_t **);

static int fail(const wchar_t *text) {
#ifdef DESK
    MessageBoxW(NULL, text, L"三制法审", MB_ICONERROR | MB_OK);
#else
    fwprintf(stderr, L"%ls\n", text);
#endif
    return 2;
}

static int start(int count, wchar_t **words) {
    wchar_t here[32768], library[32768];
    DWORD length = GetModuleFileNameW(NULL, here, 32767);
    if (length == 0 || length >= 32767) return fail(L"程序路径过长。");
    wcscpy(library, here);
    wchar_t *slash = wcsrchr(library, L'\\');
    if (slash == NULL) return fail(L"找不到程序所在文件夹。");
    wcscpy(slash + 1, L"python311.dll");

    HMODULE python = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    if (python == NULL) return fail(L"程序文件不完整（缺少 python311.dll），请重新安装。");
    PyMain run = (PyMain)(void *)GetProcAddress(python, "Py_Main");
    if (run == NULL) return fail(L"程序文件不完整，请重新安装。");

    /* exe -X utf8 -m sanzhi_desktop, then the words as given */
    wchar_t **all = calloc((size_t)count + 6, sizeof *all);
    if (all == NULL) return fail(L"内存不足。");
    int n = 0;
    all[n++] = here;
    all[n++] = L"-X";
    all[n++] = L"utf8";
    all[n++] = L"-m";
    all[n++] = L"sanzhi_desktop";
    for (int i = 1; i < count; i++) all[n++] = words[i];
    return run(n, all);
}

#ifdef DESK
int WINAPI wWinMain(HINSTANCE a, HINSTANCE b, LPWSTR c, int d) {
    (void)a; (void)b; (void)c; (void)d;
    return start(__argc, __wargv);
}
#else
int wmain(int count, wchar_t **words) { return start(count, words); }
#endif
