; The Windows setup: for the present user, no administrator needed. Silent with /S.
; Called by build.py with /DVERSION, /DTREE, /DOUT, /DICON.
Target amd64-unicode
Unicode true
!ifdef QUICK
    SetCompressor zlib
!else
    SetCompressor /SOLID lzma
!endif
ManifestDPIAware true
!include "MUI2.nsh"
!include "FileFunc.nsh"

!define KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\SanzhiDesktop"
Name "三制法审"
OutFile "${OUT}"
RequestExecutionLevel user
InstallDir "$LOCALAPPDATA\Programs\SanzhiDesktop"
InstallDirRegKey HKCU "${KEY}" "InstallLocation"
BrandingText "三制法审 ${VERSION}"
VIProductVersion "${VERSION}.0"
VIAddVersionKey /LANG=2052 "ProductName" "三制法审"
VIAddVersionKey /LANG=2052 "FileDescription" "三制法审 安装程序"
VIAddVersionKey /LANG=2052 "FileVersion" "${VERSION}"
VIAddVersionKey /LANG=2052 "LegalCopyright" "Apache-2.0"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_ABORTWARNING
!define MUI_FINISHPAGE_RUN "$INSTDIR\sanzhi-desk.exe"
!define MUI_FINISHPAGE_RUN_TEXT "打开三制法审"
!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "${TREE}\LICENSE.txt"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"

Section "install"
    ; Only our own folders are emptied: an older version leaves no stale module behind.
    RMDir /r "$INSTDIR\app"
    RMDir /r "$INSTDIR\Lib"
    SetOutPath "$INSTDIR"
    File /r "${TREE}\*.*"
    WriteUninstaller "$INSTDIR\uninstall.exe"
    CreateDirectory "$SMPROGRAMS\三制法审"
    CreateShortcut "$SMPROGRAMS\三制法审\三制法审.lnk" "$INSTDIR\sanzhi-desk.exe"
    CreateShortcut "$SMPROGRAMS\三制法审\卸载.lnk" "$INSTDIR\uninstall.exe"
    WriteRegStr HKCU "${KEY}" "DisplayName" "三制法审"
    WriteRegStr HKCU "${KEY}" "DisplayVersion" "${VERSION}"
    WriteRegStr HKCU "${KEY}" "DisplayIcon" "$INSTDIR\sanzhi-desk.exe"
    WriteRegStr HKCU "${KEY}" "InstallLocation" "$INSTDIR"
    WriteRegStr HKCU "${KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
    WriteRegStr HKCU "${KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
    WriteRegDWORD HKCU "${KEY}" "NoModify" 1
    WriteRegDWORD HKCU "${KEY}" "NoRepair" 1
    ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
    WriteRegDWORD HKCU "${KEY}" "EstimatedSize" "$0"
SectionEnd

Section "Uninstall"
    ; What people made (data, drafts, settings) lies elsewhere and stays.
    RMDir /r "$INSTDIR\app"
    RMDir /r "$INSTDIR\Lib"
    Delete "$INSTDIR\*.dll"
    Delete "$INSTDIR\*.pyd"
    Delete "$INSTDIR\*.exe"
    Delete "$INSTDIR\*.txt"
    Delete "$INSTDIR\*.cat"
    Delete "$INSTDIR\python311.zip"
    Delete "$INSTDIR\python311._pth"
    RMDir "$INSTDIR"
    RMDir /r "$SMPROGRAMS\三制法审"
    DeleteRegKey HKCU "${KEY}"
SectionEnd
