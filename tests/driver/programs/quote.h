/* SPDX-License-Identifier: MIT */
#ifndef _QUOTE_H_
#define _QUOTE_H_

#define QUOTE_PIPE TEXT("\\\\.\\pipe\\quotes\\v1")
#define QUOTE_MAGIC 0x51554F54L

#pragma pack(push, 1)
typedef struct tagQUOTE_REQUEST
{
    DWORD dwMagic;
    TCHAR szSymbol[9];
} QUOTE_REQUEST, *PQUOTE_REQUEST, FAR *LPQUOTE_REQUEST;

typedef struct tagQUOTE_REPLY
{
    DWORD     dwMagic;
    DWORD     dwStatus;
    DWORD     dwRequest;
    ULONGLONG ullVolume;
    double    dPrice;
    TCHAR     szSymbol[9];
} QUOTE_REPLY, *PQUOTE_REPLY;
#pragma pack(pop)

#endif // _QUOTE_H_
