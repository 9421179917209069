/* SPDX-License-Identifier: MIT */
/* What programs without windows use of the window system's library: text and message boxes. */
#ifndef TRANSOM_WINUSER_H
#define TRANSOM_WINUSER_H

#include <stdarg.h>

#include <windef.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Buttons, sign, preset button and manner of a message box. */
#define MB_OK                   0x00000000
#define MB_OKCANCEL             0x00000001
#define MB_ABORTRETRYIGNORE     0x00000002
#define MB_YESNOCANCEL          0x00000003
#define MB_YESNO                0x00000004
#define MB_RETRYCANCEL          0x00000005
#define MB_CANCELTRYCONTINUE    0x00000006
#define MB_ICONHAND             0x00000010
#define MB_ICONQUESTION         0x00000020
#define MB_ICONEXCLAMATION      0x00000030
#define MB_ICONASTERISK         0x00000040
#define MB_ICONWARNING          MB_ICONEXCLAMATION
#define MB_ICONERROR            MB_ICONHAND
#define MB_ICONSTOP             MB_ICONHAND
#define MB_ICONINFORMATION      MB_ICONASTERISK
#define MB_DEFBUTTON1           0x00000000
#define MB_DEFBUTTON2           0x00000100
#define MB_DEFBUTTON3           0x00000200
#define MB_DEFBUTTON4           0x00000300
#define MB_APPLMODAL            0x00000000
#define MB_SYSTEMMODAL          0x00001000
#define MB_TASKMODAL            0x00002000
#define MB_SETFOREGROUND        0x00010000
#define MB_TOPMOST              0x00040000
#define MB_SERVICE_NOTIFICATION 0x00200000

#define IDOK       1
#define IDCANCEL   2
#define IDABORT    3
#define IDRETRY    4
#define IDIGNORE   5
#define IDYES      6
#define IDNO       7
#define IDTRYAGAIN 10
#define IDCONTINUE 11

/*
 * Shows a text on standard error and says which button was chosen. When standard input and error
 * are a terminal the user is asked, else the preset button is taken; 0 for buttons that do not
 * exist. The window and the manner mean nothing. libtransom-crt has it. SDK: MessageBoxW.
 */
WINBASEAPI int WINAPI MessageBoxA(HWND hWnd, LPCSTR lpText, LPCSTR lpCaption, UINT uType);
WINBASEAPI int WINAPI MessageBoxW(HWND hWnd, LPCWSTR lpText, LPCWSTR lpCaption, UINT uType);
#ifdef UNICODE
#define MessageBox MessageBoxW
#else
#define MessageBox MessageBoxA
#endif

/* How the window of a program that is started shall look: it has none. */
#define SW_HIDE            0
#define SW_SHOWNORMAL      1
#define SW_NORMAL          1
#define SW_SHOWMINIMIZED   2
#define SW_SHOWMAXIMIZED   3
#define SW_MAXIMIZE        3
#define SW_SHOWNOACTIVATE  4
#define SW_SHOW            5
#define SW_MINIMIZE        6
#define SW_SHOWMINNOACTIVE 7
#define SW_SHOWNA          8
#define SW_RESTORE         9
#define SW_SHOWDEFAULT     10
#define SW_FORCEMINIMIZE   11

/*
 * Changes the case of a text in its place and returns it; of one character that stands in the place
 * of the pointer. The text keeps its length. libtransom-crt has it. SDK: CharUpperW.
 */
WINBASEAPI LPSTR WINAPI CharUpperA(LPSTR lpsz);
WINBASEAPI LPWSTR WINAPI CharUpperW(LPWSTR lpsz);

/* The same with small letters. libtransom-crt has it. SDK: CharLowerW. */
WINBASEAPI LPSTR WINAPI CharLowerA(LPSTR lpsz);
WINBASEAPI LPWSTR WINAPI CharLowerW(LPWSTR lpsz);
#ifdef UNICODE
#define CharUpper CharUpperW
#define CharLower CharLowerW
#else
#define CharUpper CharUpperA
#define CharLower CharLowerA
#endif

/*
 * CharUpper for so many characters, zeros included; returns their number. libtransom-crt has it.
 * SDK: CharUpperBuffW.
 */
WINBASEAPI DWORD WINAPI CharUpperBuffA(LPSTR lpsz, DWORD cchLength);
WINBASEAPI DWORD WINAPI CharUpperBuffW(LPWSTR lpsz, DWORD cchLength);

/* The same with small letters. libtransom-crt has it. SDK: CharLowerBuffW. */
WINBASEAPI DWORD WINAPI CharLowerBuffA(LPSTR lpsz, DWORD cchLength);
WINBASEAPI DWORD WINAPI CharLowerBuffW(LPWSTR lpsz, DWORD cchLength);
#ifdef UNICODE
#define CharUpperBuff CharUpperBuffW
#define CharLowerBuff CharLowerBuffW
#else
#define CharUpperBuff CharUpperBuffA
#define CharLowerBuff CharLowerBuffA
#endif

/* The next character; at the end of the text, the end. libtransom-crt has it. SDK: CharNextW. */
WINBASEAPI LPSTR WINAPI CharNextA(LPCSTR lpsz);
WINBASEAPI LPWSTR WINAPI CharNextW(LPCWSTR lpsz);

/* The one before; at the beginning, the beginning. libtransom-crt has it. SDK: CharPrevW. */
WINBASEAPI LPSTR WINAPI CharPrevA(LPCSTR lpszStart, LPCSTR lpszCurrent);
WINBASEAPI LPWSTR WINAPI CharPrevW(LPCWSTR lpszStart, LPCWSTR lpszCurrent);
#ifdef UNICODE
#define CharNext CharNextW
#define CharPrev CharPrevW
#else
#define CharNext CharNextA
#define CharPrev CharPrevA
#endif

/*
 * Formats into a buffer of 1024 characters and returns the length; 1024 when the text was cut. The
 * formats are printf's. libtransom-crt has it. SDK: wvsprintfW.
 */
WINBASEAPI int WINAPI wvsprintfA(LPSTR text, LPCSTR format, va_list arglist);
WINBASEAPI int WINAPI wvsprintfW(LPWSTR text, LPCWSTR format, va_list arglist);
#ifdef UNICODE
#define wvsprintf wvsprintfW
#else
#define wvsprintf wvsprintfA
#endif

/* wvsprintf with the arguments themselves. libtransom-crt has it. SDK: wsprintfW. */
WINBASEAPI int WINAPIV wsprintfA(LPSTR text, LPCSTR format, ...);
WINBASEAPI int WINAPIV wsprintfW(LPWSTR text, LPCWSTR format, ...);
#ifdef UNICODE
#define wsprintf wsprintfW
#else
#define wsprintf wsprintfA
#endif

#ifdef __cplusplus
}
#endif

#endif
