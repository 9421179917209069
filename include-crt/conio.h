/* SPDX-License-Identifier: MIT */
/*
 * The console: the terminal of standard input, read key by key. When standard input is no terminal
 * its bytes are the keys.
 */
#ifndef TRANSOM_CRT_CONIO_H
#define TRANSOM_CRT_CONIO_H

#include <transom_crt.h>
#include <stdio.h>

__TRANSOM_CRT_BEGIN

/* Waits for a key; it is not shown. EOF at the end of the input. */
int _getch(void);

/* Waits for a key and shows it. */
int _getche(void);

/* Whether a key waits to be read. */
int _kbhit(void);

/* The next _getch gives this key; one key at a time. */
int _ungetch(int key);

int _putch(int c);
int _cputs(const char *text);
int _cprintf(const char *format, ...);
wint_t _getwch(void);
wint_t _getwche(void);
wint_t _putwch(__transom_wchar c);
int _cputws(const __transom_wchar *text);
int _cwprintf(const __transom_wchar *format, ...);

__TRANSOM_CRT_END

#define getch   _getch
#define getche  _getche
#define kbhit   _kbhit
#define ungetch _ungetch
#define putch   _putch
#define cputs   _cputs
#define cprintf _cprintf

#endif
