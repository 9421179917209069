/* SPDX-License-Identifier: MIT */
/*
 * Names that stand for the wide functions with _UNICODE and for the narrow ones without. Those of
 * conio.h and io.h need these headers as well.
 */
#ifndef TRANSOM_CRT_TCHAR_H
#define TRANSOM_CRT_TCHAR_H

#include <ctype.h>

#include <transom_crt.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>
#include <wctype.h>

#ifdef _UNICODE

#if __SIZEOF_WCHAR_T__ == 2
#define __T(text) L##text
#else
#define __T(text) u##text
#endif
typedef __transom_wchar _TCHAR;
typedef __transom_wchar _TSCHAR;
typedef __transom_wchar _TUCHAR;
typedef __transom_wchar _TXCHAR;
typedef wint_t _TINT;
#define _TEOF     ((wint_t)0xFFFF)
#define _tmain    wmain
#define _tWinMain wWinMain

#define _tprintf      __TRANSOM_WIDE(wprintf)
#define _tprintf_s    wprintf_s
#define _ftprintf     __TRANSOM_WIDE(fwprintf)
#define _ftprintf_s   fwprintf_s
#define _stprintf     _swprintf
#define _stprintf_s   swprintf_s
#define _sntprintf    _snwprintf
#define _sntprintf_s  _snwprintf_s
#define _sctprintf    _scwprintf
#define _vtprintf     __TRANSOM_WIDE(vwprintf)
#define _vtprintf_s   vwprintf_s
#define _vftprintf    __TRANSOM_WIDE(vfwprintf)
#define _vftprintf_s  vfwprintf_s
#define _vstprintf    _vswprintf
#define _vstprintf_s  vswprintf_s
#define _vsntprintf   _vsnwprintf
#define _vsntprintf_s _vsnwprintf_s
#define _vsctprintf   _vscwprintf
#define _tscanf       __TRANSOM_WIDE(wscanf)
#define _tscanf_s     wscanf_s
#define _ftscanf      __TRANSOM_WIDE(fwscanf)
#define _ftscanf_s    fwscanf_s
#define _stscanf      __TRANSOM_WIDE(swscanf)
#define _stscanf_s    swscanf_s
#define _fgettc       __TRANSOM_WIDE(fgetwc)
#define _gettc        __TRANSOM_WIDE(getwc)
#define _gettchar     __TRANSOM_WIDE(getwchar)
#define _fputtc       __TRANSOM_WIDE(fputwc)
#define _puttc        __TRANSOM_WIDE(putwc)
#define _puttchar     __TRANSOM_WIDE(putwchar)
#define _ungettc      __TRANSOM_WIDE(ungetwc)
#define _fgetts       __TRANSOM_WIDE(fgetws)
#define _fputts       __TRANSOM_WIDE(fputws)
#define _getts        _getws
#define _getts_s      _getws_s
#define _putts        _putws
#define _tfopen       _wfopen
#define _tfopen_s     _wfopen_s
#define _tfsopen      _wfsopen
#define _tfreopen     _wfreopen
#define _tfdopen      _wfdopen
#define _tpopen       _wpopen
#define _tremove      _wremove
#define _trename      _wrename
#define _tunlink      _wunlink
#define _taccess      _waccess
#define _tperror      _wperror
#define _tsystem      _wsystem
#define _tgetenv      _wgetenv
#define _tputenv      _wputenv
#define _tsetlocale   _wsetlocale
#define _gettch       _getwch
#define _gettche      _getwche
#define _puttch       _putwch
#define _cputts       _cputws
#define _tcprintf     _cwprintf

#define _tcslen    __TRANSOM_WIDE(wcslen)
#define _tcsclen   __TRANSOM_WIDE(wcslen)
#define _tcsnlen   __TRANSOM_WIDE(wcsnlen)
#define _tcscpy    __TRANSOM_WIDE(wcscpy)
#define _tcscpy_s  wcscpy_s
#define _tcsncpy   __TRANSOM_WIDE(wcsncpy)
#define _tcsncpy_s wcsncpy_s
#define _tcscat    __TRANSOM_WIDE(wcscat)
#define _tcscat_s  wcscat_s
#define _tcsncat   __TRANSOM_WIDE(wcsncat)
#define _tcsncat_s wcsncat_s
#define _tcscmp    __TRANSOM_WIDE(wcscmp)
#define _tcsncmp   __TRANSOM_WIDE(wcsncmp)
#define _tcsccmp   __TRANSOM_WIDE(wcscmp)
#define _tcsicmp   _wcsicmp
#define _tcsnicmp  _wcsnicmp
#define _tcsncicmp _wcsnicmp
#define _tcscoll   __TRANSOM_WIDE(wcscoll)
#define _tcsicoll  _wcsicoll
#define _tcschr    __TRANSOM_WIDE(wcschr)
#define _tcsrchr   __TRANSOM_WIDE(wcsrchr)
#define _tcsstr    __TRANSOM_WIDE(wcsstr)
#define _tcspbrk   __TRANSOM_WIDE(wcspbrk)
#define _tcsspn    __TRANSOM_WIDE(wcsspn)
#define _tcscspn   __TRANSOM_WIDE(wcscspn)
#define _tcstok    _wcstok
#define _tcstok_s  wcstok_s
#define _tcsdup    _wcsdup
#define _tcslwr    _wcslwr
#define _tcslwr_s  _wcslwr_s
#define _tcsupr    _wcsupr
#define _tcsupr_s  _wcsupr_s
#define _tcsrev    _wcsrev
#define _tcsset    _wcsset
#define _tmemcpy   __TRANSOM_WIDE(wmemcpy)
#define _tmemmove  __TRANSOM_WIDE(wmemmove)

#define _ttoi      _wtoi
#define _tstoi     _wtoi
#define _ttol      _wtol
#define _tstol     _wtol
#define _ttoi64    _wtoi64
#define _tstoi64   _wtoi64
#define _tstof     _wtof
#define _ttof      _wtof
#define _tcstol    __TRANSOM_WIDE(wcstol)
#define _tcstoul   __TRANSOM_WIDE(wcstoul)
#define _tcstoi64  _wcstoi64
#define _tcstoui64 _wcstoui64
#define _tcstod    __TRANSOM_WIDE(wcstod)
#define _itot      _itow
#define _itot_s    _itow_s
#define _ltot      _ltow
#define _ltot_s    _ltow_s
#define _ultot     _ultow
#define _ultot_s   _ultow_s
#define _i64tot    _i64tow
#define _ui64tot   _ui64tow

#define _istalpha  iswalpha
#define _istalnum  iswalnum
#define _istcntrl  iswcntrl
#define _istdigit  iswdigit
#define _istgraph  iswgraph
#define _istlower  iswlower
#define _istprint  iswprint
#define _istpunct  iswpunct
#define _istspace  iswspace
#define _istupper  iswupper
#define _istxdigit iswxdigit
#define _totlower  towlower
#define _totupper  towupper
#define _tcsftime  __TRANSOM_WIDE(wcsftime)

#else

#define __T(text) text
typedef char _TCHAR;
typedef signed char _TSCHAR;
typedef unsigned char _TUCHAR;
typedef char _TXCHAR;
typedef int _TINT;
#define _TEOF     EOF
#define _tmain    main
#define _tWinMain WinMain

#define _tprintf      printf
#define _tprintf_s    printf_s
#define _ftprintf     fprintf
#define _ftprintf_s   fprintf_s
#define _stprintf     sprintf
#define _stprintf_s   sprintf_s
#define _sntprintf    _snprintf
#define _sntprintf_s  _snprintf_s
#define _sctprintf    _scprintf
#define _vtprintf     vprintf
#define _vtprintf_s   vprintf_s
#define _vftprintf    vfprintf
#define _vftprintf_s  vfprintf_s
#define _vstprintf    vsprintf
#define _vstprintf_s  vsprintf_s
#define _vsntprintf   _vsnprintf
#define _vsntprintf_s _vsnprintf_s
#define _vsctprintf   _vscprintf
#define _tscanf       scanf
#define _tscanf_s     scanf_s
#define _ftscanf      fscanf
#define _ftscanf_s    fscanf_s
#define _stscanf      sscanf
#define _stscanf_s    sscanf_s
#define _fgettc       fgetc
#define _gettc        getc
#define _gettchar     getchar
#define _fputtc       fputc
#define _puttc        putc
#define _puttchar     putchar
#define _ungettc      ungetc
#define _fgetts       fgets
#define _fputts       fputs
#define _getts        gets
#define _getts_s      gets_s
#define _putts        puts
#define _tfopen       fopen
#define _tfopen_s     fopen_s
#define _tfsopen      _fsopen
#define _tfreopen     freopen
#define _tfdopen      _fdopen
#define _tpopen       _popen
#define _tremove      remove
#define _trename      rename
#define _tunlink      _unlink
#define _taccess      _access
#define _tperror      perror
#define _tsystem      system
#define _tgetenv      getenv
#define _tputenv      _putenv
#define _tsetlocale   setlocale
#define _gettch       _getch
#define _gettche      _getche
#define _puttch       _putch
#define _cputts       _cputs
#define _tcprintf     _cprintf

#define _tcslen    strlen
#define _tcsclen   strlen
#define _tcsnlen   strnlen
#define _tcscpy    strcpy
#define _tcscpy_s  strcpy_s
#define _tcsncpy   strncpy
#define _tcsncpy_s strncpy_s
#define _tcscat    strcat
#define _tcscat_s  strcat_s
#define _tcsncat   strncat
#define _tcsncat_s strncat_s
#define _tcscmp    strcmp
#define _tcsncmp   strncmp
#define _tcsccmp   strcmp
#define _tcsicmp   _stricmp
#define _tcsnicmp  _strnicmp
#define _tcsncicmp _strnicmp
#define _tcscoll   strcoll
#define _tcsicoll  _stricoll
#define _tcschr    strchr
#define _tcsrchr   strrchr
#define _tcsstr    strstr
#define _tcspbrk   strpbrk
#define _tcsspn    strspn
#define _tcscspn   strcspn
#define _tcstok    strtok
#define _tcstok_s  strtok_s
#define _tcsdup    _strdup
#define _tcslwr    _strlwr
#define _tcslwr_s  _strlwr_s
#define _tcsupr    _strupr
#define _tcsupr_s  _strupr_s
#define _tcsrev    _strrev
#define _tcsset    _strset
#define _tmemcpy   memcpy
#define _tmemmove  memmove

#define _ttoi      atoi
#define _tstoi     atoi
#define _ttol      atol
#define _tstol     atol
#define _ttoi64    _atoi64
#define _tstoi64   _atoi64
#define _tstof     atof
#define _ttof      atof
#define _tcstol    strtol
#define _tcstoul   strtoul
#define _tcstoi64  _strtoi64
#define _tcstoui64 _strtoui64
#define _tcstod    strtod
#define _itot      _itoa
#define _itot_s    _itoa_s
#define _ltot      _ltoa
#define _ltot_s    _ltoa_s
#define _ultot     _ultoa
#define _ultot_s   _ultoa_s
#define _i64tot    _i64toa
#define _ui64tot   _ui64toa

#define _istalpha  isalpha
#define _istalnum  isalnum
#define _istcntrl  iscntrl
#define _istdigit  isdigit
#define _istgraph  isgraph
#define _istlower  islower
#define _istprint  isprint
#define _istpunct  ispunct
#define _istspace  isspace
#define _istupper  isupper
#define _istxdigit isxdigit
#define _totlower  tolower
#define _totupper  toupper
#define _tcsftime  strftime

#endif

/* The SDK has these two names as well, chosen by UNICODE; its choice stands. */
#if !defined(TRANSOM_WINNT_H) && !defined(_TCHAR_DEFINED)
#define _TCHAR_DEFINED
#if defined(UNICODE) == defined(_UNICODE)
typedef _TCHAR TCHAR, *PTCHAR;
#endif
#endif

#define _T(text)    __T(text)
#define _TEXT(text) __T(text)

/* One character on, one back: no character takes more than one unit. */
#define _tcsinc(s)        ((s) + 1)
#define _tcsdec(start, s) ((s) > (start) ? (s)-1 : NULL)
#define _tcsnextc(s)      ((unsigned int)*(s))
#define _tclen(s)         ((size_t)1)
#define _tccpy(to, from)  ((void)(*(to) = *(from)))
#define _tccmp(a, b)      ((int)*(a) - (int)*(b))

#endif
