/* SPDX-License-Identifier: MIT */
/* GUID: the 128-bit name of an interface or class. */
#ifndef TRANSOM_GUIDDEF_H
#define TRANSOM_GUIDDEF_H

#include <string.h>

typedef struct _GUID {
    unsigned int Data1;
    unsigned short Data2;
    unsigned short Data3;
    unsigned char Data4[8];
} GUID, *LPGUID;

typedef const GUID *LPCGUID;
typedef GUID IID, *LPIID;
typedef GUID CLSID, *LPCLSID;

#ifdef __cplusplus
#define REFGUID           const GUID &
#define REFIID            const IID &
#define REFCLSID          const CLSID &
#define IsEqualGUID(a, b) (memcmp(&(a), &(b), sizeof(GUID)) == 0)
#else
#define REFGUID           const GUID *
#define REFIID            const IID *
#define REFCLSID          const CLSID *
#define IsEqualGUID(a, b) (memcmp((a), (b), sizeof(GUID)) == 0)
#endif

/* Defines the constant where initguid.h or INITGUID asks for it, declares it elsewhere. */
#ifdef __cplusplus
#define TRANSOM_GUID_LINKAGE extern "C"
#else
#define TRANSOM_GUID_LINKAGE extern
#endif
#ifdef INITGUID
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    TRANSOM_GUID_LINKAGE const GUID name;                            \
    const GUID name __attribute__((weak)) = {l, w1, w2, {b1, b2, b3, b4, b5, b6, b7, b8}}
#else
#define DEFINE_GUID(name, l, w1, w2, b1, b2, b3, b4, b5, b6, b7, b8) \
    TRANSOM_GUID_LINKAGE const GUID name
#endif

#endif
