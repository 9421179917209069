/* SPDX-License-Identifier: MIT */
/*
 * Console: keys of the terminal
 *
 * Keys are read from descriptor 0, past stdio. The terminal is in single-key mode during a call
 * only, so that a program that dies leaves it as it was.
 */
#include <conio.h>

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdbool.h>
#include <termios.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int pushed = EOF;

static bool key_mode(struct termios *before)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, before)) {
        return false;
    }
    raw = *before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    return !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

static int read_key(void)
{
    struct termios before;
    unsigned char key;
    ssize_t n;
    bool terminal;

    fflush(stdout);
    terminal = key_mode(&before);
    do {
        n = read(STDIN_FILENO, &key, 1);
    } while (n < 0 && errno == EINTR);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    if (n != 1) {
        return EOF;
    }
    return terminal && key == '\n' ? '\r' : key; /* Enter is a carriage return there */
}

int _getch(void)
{
    int key;

    pthread_mutex_lock(&lock);
    key = pushed;
    pushed = EOF;
    if (key == EOF) {
        key = read_key();
    }
    pthread_mutex_unlock(&lock);
    return key;
}

int _getche(void)
{
    int key = _getch();

    if (key != EOF) {
        _putch(key);
    }
    return key;
}

int _ungetch(int key)
{
    int result = EOF;

    pthread_mutex_lock(&lock);
    if (pushed == EOF) {
        pushed = result = key;
    }
    pthread_mutex_unlock(&lock);
    return result;
}

int _kbhit(void)
{
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    struct termios before;
    bool terminal;
    int n;

    pthread_mutex_lock(&lock);
    if (pushed != EOF) {
        pthread_mutex_unlock(&lock);
        return 1;
    }
    fflush(stdout);
    terminal = key_mode(&before);
    n = poll(&input, 1, 0);
    if (terminal) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    pthread_mutex_unlock(&lock);
    return n > 0;
}

int _putch(int c)
{
    int result = putchar(c);

    fflush(stdout);
    return result;
}

int _cputs(const char *text)
{
    int result = fputs(text, stdout) == EOF ? EOF : 0;

    fflush(stdout);
    return result;
}

int _cprintf(const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vprintf(format, args);
    va_end(args);
    fflush(stdout);
    return result;
}

/* Keys beyond ASCII come as several bytes of UTF-8. */
wint_t _getwch(void)
{
    int c = _getch();
    int more = c >= 0xF0 ? 3 : c >= 0xE0 ? 2 : c >= 0xC2 ? 1 : 0;
    unsigned long code;

    if (c == EOF) {
        return WEOF;
    }
    code = (unsigned long)(more ? c & (0x3F >> more) : c);
    while (more--) {
        code = code << 6 | ((unsigned)_getch() & 0x3F);
    }
    return code < 0xFFFF ? (wint_t)code : 0xFFFD;
}

wint_t _getwche(void)
{
    wint_t key = _getwch();

    if (key != WEOF) {
        _putwch((wchar_t)key);
    }
    return key;
}

wint_t _putwch(wchar_t c)
{
    wint_t result = putwchar(c);

    fflush(stdout);
    return result;
}

int _cputws(const wchar_t *text)
{
    int result = fputws(text, stdout);

    fflush(stdout);
    return result;
}

int _cwprintf(const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vwprintf(format, args);
    va_end(args);
    fflush(stdout);
    return result;
}
