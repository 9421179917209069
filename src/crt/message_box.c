/* SPDX-License-Identifier: MIT */
/*
 * Message boxes of programs that have no windows
 *
 * The text goes to standard error. Buttons are chosen by their first letter, or by enter for the
 * preset one; without a terminal nobody can be asked and the preset one is taken.
 */
#include <winuser.h>
#include <winerror.h>
#include <errhandlingapi.h>

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "crt/utf.h"

#define BUTTONS_MAX 3
#define TYPE_MASK   0x0Fu
#define PRESET(t)   ((t) >> 8 & 3u)

struct button {
    int id;
    const char *name; /* its first letter chooses it: continuing is not cancelling */
};

static const struct button boxes[][BUTTONS_MAX] = {
    [MB_OK] = {{IDOK, "OK"}},
    [MB_OKCANCEL] = {{IDOK, "OK"}, {IDCANCEL, "Cancel"}},
    [MB_ABORTRETRYIGNORE] = {{IDABORT, "Abort"}, {IDRETRY, "Retry"}, {IDIGNORE, "Ignore"}},
    [MB_YESNOCANCEL] = {{IDYES, "Yes"}, {IDNO, "No"}, {IDCANCEL, "Cancel"}},
    [MB_YESNO] = {{IDYES, "Yes"}, {IDNO, "No"}},
    [MB_RETRYCANCEL] = {{IDRETRY, "Retry"}, {IDCANCEL, "Cancel"}},
    [MB_CANCELTRYCONTINUE] = {{IDCANCEL, "Cancel"},
                              {IDTRYAGAIN, "Try Again"},
                              {IDCONTINUE, "Go on"}},
};

/* The number of the button chosen, or -1 at the end of the input. */
static int ask(const struct button *buttons, int preset)
{
    char line[64];

    for (;;) {
        for (int i = 0; i < BUTTONS_MAX && buttons[i].id; i++) {
            fprintf(stderr, "%s%c:%s%s", i ? "  " : "", buttons[i].name[0], buttons[i].name,
                    i == preset ? " (enter)" : "");
        }
        fputs(" ? ", stderr);
        if (!fgets(line, sizeof(line), stdin)) {
            return -1;
        }
        if (line[0] == '\n') {
            return preset;
        }
        for (int i = 0; i < BUTTONS_MAX && buttons[i].id; i++) {
            if (toupper((unsigned char)line[0]) == buttons[i].name[0]) {
                return i;
            }
        }
    }
}

int MessageBoxA(HWND window, LPCSTR text, LPCSTR caption, UINT type)
{
    const struct button *buttons;
    int preset = (int)PRESET(type);
    int chosen;

    (void)window;
    if ((type & TYPE_MASK) >= sizeof(boxes) / sizeof(boxes[0])) {
        SetLastError(ERROR_INVALID_PARAMETER);
        return 0;
    }
    buttons = boxes[type & TYPE_MASK];
    if (preset >= BUTTONS_MAX || !buttons[preset].id) {
        preset = 0;
    }
    fflush(stdout);
    fprintf(stderr, "%s: %s\n", caption ? caption : "Error", text ? text : "");
    chosen = isatty(STDIN_FILENO) && isatty(STDERR_FILENO) ? ask(buttons, preset) : preset;
    return buttons[chosen < 0 ? preset : chosen].id;
}

int MessageBoxW(HWND window, LPCWSTR text, LPCWSTR caption, UINT type)
{
    char *narrow_text = text ? tsm_crt_utf_narrow(text, tsm_crt_utf_length16(text), NULL) : NULL;
    char *narrow_caption =
        caption ? tsm_crt_utf_narrow(caption, tsm_crt_utf_length16(caption), NULL) : NULL;
    int result = 0;

    if ((text && !narrow_text) || (caption && !narrow_caption)) {
        SetLastError(ERROR_NOT_ENOUGH_MEMORY);
    } else {
        result = MessageBoxA(window, narrow_text, narrow_caption, type);
    }
    free(narrow_text);
    free(narrow_caption);
    return result;
}
