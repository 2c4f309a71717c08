/* Functions that Windows 10 has and Debian's wine 8 lacks, for trying the setup under wine only.
 * Compiled three times, each into a system DLL of the throw-away wine prefix; never shipped. */
#include <stddef.h>
#define EXPORT __declspec(dllexport)

#ifdef SHIM_ICUUC /* Qt6Core asks for converters; 0 means: none, and Qt uses its own */
#define NONE(name) EXPORT void *name(void) { return NULL; }
NONE(ucnv_open) NONE(ucnv_close) NONE(ucnv_clone) NONE(ucnv_safeClone) NONE(ucnv_getName)
NONE(ucnv_getStandardName) NONE(ucnv_getAvailableName) NONE(ucnv_countAvailable)
NONE(ucnv_getMaxCharSize) NONE(ucnv_getMinCharSize) NONE(ucnv_setSubstString)
NONE(ucnv_setSubstChars) NONE(ucnv_setToUCallBack) NONE(ucnv_setFromUCallBack)
NONE(ucnv_toUnicode) NONE(ucnv_fromUnicode) NONE(ucnv_toUChars) NONE(ucnv_fromUChars)
NONE(ucnv_reset) NONE(ucnv_resetToUnicode) NONE(ucnv_resetFromUnicode) NONE(ucnv_countStandards)
NONE(ucnv_getStandard) NONE(ucnv_compareNames) NONE(ucnv_getAlias) NONE(ucnv_countAliases)
NONE(ucnv_toUCountPending) NONE(ucnv_fromUCountPending) NONE(ucnv_getInvalidChars)
EXPORT void UCNV_FROM_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void UCNV_TO_U_CALLBACK_SUBSTITUTE(void) {}
EXPORT void UCNV_FROM_U_CALLBACK_STOP(void) {}
EXPORT void UCNV_TO_U_CALLBACK_STOP(void) {}
#endif

#ifdef SHIM_BCRYPTPRIMITIVES /* the random source of Rust's standard library */
unsigned char __stdcall SystemFunction036(void *buffer, unsigned long length);
EXPORT int __stdcall ProcessPrng(unsigned char *buffer, size_t length) {
    return SystemFunction036(buffer, (unsigned long)length);
}
#endif

#ifdef SHIM_MSCMS /* colour profiles: none */
EXPORT void *__stdcall OpenColorProfileW(void *a, unsigned b, unsigned c, unsigned d) {
    (void)a; (void)b; (void)c; (void)d; return NULL;
}
EXPORT int __stdcall CloseColorProfile(void *a) { (void)a; return 0; }
EXPORT int __stdcall GetColorProfileFromHandle(void *a, void *b, void *c) {
    (void)a; (void)b; (void)c; return 0;
}
EXPORT void *__stdcall WcsCreateIccProfile(void *a, unsigned b) { (void)a; (void)b; return NULL; }
#endif
