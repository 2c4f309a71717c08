/* Stands in for the python.exe that python.org's Windows Python puts into a virtual environment:
 * reads `home` from pyvenv.cfg and starts the real one. For trying the set-up under wine only,
 * where the embeddable Python lacks it; never shipped. */
#include <stdio.h>
#include <wchar.h>
#include <windows.h>

int wmain(void) {
    static wchar_t self[4096], file[4096], line[4096], home[4096], real[4096];
    GetModuleFileNameW(NULL, self, 4095);
    wcscpy(file, self);
    *wcsrchr(file, L'\\') = 0;
    *wcsrchr(file, L'\\') = 0;
    wcscat(file, L"\\pyvenv.cfg");
    FILE *settings = _wfopen(file, L"r, ccs=UTF-8");
    if (settings == NULL) return 106;
    while (fgetws(line, 4095, settings) != NULL) {
        if (wcsncmp(line, L"home = ", 7) == 0) {
            wcscpy(home, line + 7);
            home[wcscspn(home, L"\r\n")] = 0;
        }
    }
    fclose(settings);
    swprintf(real, 4095, L"%ls\\python.exe", home);
    SetEnvironmentVariableW(L"__PYVENV_LAUNCHER__", self);
    STARTUPINFOW start;
    PROCESS_INFORMATION process;
    DWORD code = 1;
    GetStartupInfoW(&start);
    if (!CreateProcessW(real, GetCommandLineW(), NULL, NULL, TRUE, 0, NULL, NULL, &start, &process))
        return 101;
    WaitForSingleObject(process.hProcess, INFINITE);
    GetExitCodeProcess(process.hProcess, &code);
    return (int)code;
}
