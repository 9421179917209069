/* SPDX-License-Identifier: MIT */
/*
 * Console: keys of the terminal
 *
 * Keys are read from descriptor 0, past stdio, and past what ReadConsole has kept of a line. The
 * terminal is in single-key mode during a call only, and a program that exits meanwhile leaves it as it
 * was. Windows: Ctrl+C and Ctrl+Z are keys to who waits for one; Ctrl+Break is not.
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
static struct termios before; /* while keys are read */
static volatile bool is_key_mode;

enum purpose { TO_READ, TO_LOOK };

static void key_mode(enum purpose purpose)
{
    struct termios raw;

    if (tcgetattr(STDIN_FILENO, &before)) {
        return;
    }
    raw = before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    if (purpose == TO_READ) {
        raw.c_cc[VINTR] = raw.c_cc[VSUSP] = _POSIX_VDISABLE;
    }
    is_key_mode = !tcsetattr(STDIN_FILENO, TCSANOW, &raw);
}

/* Also when the program exits in the middle of it. */
__attribute__((destructor)) static void line_mode(void)
{
    if (is_key_mode) {
        tcsetattr(STDIN_FILENO, TCSANOW, &before);
    }
    is_key_mode = false;
}

static int read_key(void)
{
    unsigned char key;
    ssize_t n;
    bool terminal;

    fflush(stdout);
    key_mode(TO_READ);
    terminal = is_key_mode;
    do {
        n = read(STDIN_FILENO, &key, 1);
    } while (n < 0 && errno == EINTR);
    line_mode();
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
    int n;

    pthread_mutex_lock(&lock);
    if (pushed != EOF) {
        pthread_mutex_unlock(&lock);
        return 1;
    }
    fflush(stdout);
    key_mode(TO_LOOK);
    n = poll(&input, 1, 0);
    line_mode();
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
