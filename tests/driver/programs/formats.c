/* SPDX-License-Identifier: MIT */
/* Formats as programs for Windows use them. The text is the same with UNICODE and without. */
#include <windows.h>
#include <tchar.h>
#include <stdio.h>
#include <strsafe.h>

typedef struct { DWORD a, b, c; } TRIPLE;

int _tmain(void)
{
    DWORD dw = 4000000000U;
    LONG l = -5;
    ULONG ul = 0xFFFFFFFFUL;
    SIZE_T cb = 12;
    LARGE_INTEGER li;
    ULONGLONG ull = 18446744073709551615ULL;
    TRIPLE t = { 1, 2, 3 };
    char szNarrow[] = "narrow";
    WCHAR szWide[] = L"wide";
    TCHAR sz[64], *pEnd;
    int n, i;
    char c;
    short s = -1;

    _tprintf(_T("%d %u %ld %lu %lx %#lX %08lX %o\n"), dw, dw, dw, dw, dw, dw, dw, (DWORD)8);
    _tprintf(_T("%ld %li %lu %Iu %Id %lx\n"), l, l, ul, cb, (SSIZE_T)-1, ul);
    li.QuadPart = -1234567890123LL;
    _tprintf(_T("%I64d %lld %I64u %I64x %I32u\n"), li.QuadPart, li.QuadPart, ull, ull, dw);
    _tprintf(_T("%hs %ls %hS %lS %s|%10s|%-10s|%.2s\n"), szNarrow, szWide, szNarrow, szWide,
             _T("own"), _T("right"), _T("left"), _T("cut"));
    printf("%s %S %c %C %hc %lc\n", szNarrow, szWide, 'a', L'b', 'c', L'd');
    wprintf(L"%s %S %c %C %hc %lc\n", szWide, szNarrow, L'a', 'b', 'c', L'd');
    _tprintf(_T("%hd %hu %hx %5.1f %e %g %c%%\n"), s, s, s, 2.25, 12345.678, 0.0001, _T('x'));
    _tprintf(_T("%p %s\n"), (void *)0x1234, (LPTSTR)NULL);

    n = _stscanf(_T("ff 10 -3"), _T("%lx %lu %ld"), &t.a, &t.c, &l);
    _tprintf(_T("%d %lu %lu %lu %ld\n"), n, t.a, t.b, t.c, l);
    t.a = t.b = t.c = 7;
    _stscanf(_T("deadbeef"), _T("%lx"), &t.b);
    _tprintf(_T("%lx %lx %lx\n"), t.a, t.b, t.c);
    n = _stscanf(_T("x 18446744073709551615 word"), _T("%hc %I64u %s"), &c, &ull, sz);
    _tprintf(_T("%d %hc %I64u %s\n"), n, c, ull, sz);
    n = _stscanf_s(_T("alpha beta"), _T("%s %s"), sz, (unsigned)_countof(sz), sz + 32, 8);
    _tprintf(_T("%d %s %s\n"), n, sz, sz + 32);

    _stprintf(sz, _T("%s-%lu"), _T("text"), dw);
    _tprintf(_T("%s %d\n"), sz, (int)_tcslen(sz));
    i = _sntprintf(sz, 4, _T("%s"), _T("too long"));
    _tprintf(_T("%d %.4s\n"), i, sz);
    i = _stprintf_s(sz, _countof(sz), _T("%d"), 42);
    _tprintf(_T("%d %s\n"), i, sz);
    _tprintf(_T("%lu %lx "), _tcstoul(_T("4294967295"), &pEnd, 10), _tcstoul(_T("0xff"), NULL, 0));
    _tprintf(_T("%ld "), _tcstol(_T("-12abc"), &pEnd, 10));
    _tprintf(_T("%s\n"), pEnd);
    _tprintf(_T("%08lX "), StringCchCopy(sz, 3, _T("abc")));
    _tprintf(_T("%08lX "), StringCchPrintf(sz, _countof(sz), _T("%s %d"), _T("n"), 5));
    _tprintf(_T("%d\n"), _ttoi(sz + 2));
    wsprintf(sz, TEXT("%lu %s %x %c %05d"), dw, TEXT("s"), 255, TEXT('c'), 42);
    _tprintf(_T("%s\n"), sz);
    return 0;
}
