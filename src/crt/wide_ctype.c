/* SPDX-License-Identifier: MIT */
/*
 * Classes and cases of 16-bit characters
 *
 * Windows: they do not need setlocale. The tables are those of the system's C.UTF-8; without that
 *          locale only ASCII is known.
 */
#include <wctype.h>

#include <locale.h>
#include <pthread.h>

static locale_t tables;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void load(void)
{
    tables = newlocale(LC_CTYPE_MASK, "C.UTF-8", (locale_t)0);
    if (!tables) {
        tables = newlocale(LC_CTYPE_MASK, "C", (locale_t)0);
    }
}

static locale_t unicode(void)
{
    pthread_once(&once, load);
    return tables;
}

/* 0xFFFF is WEOF here. */
#define CLASS(name)                                  \
    int name(wint_t c)                               \
    {                                                \
        return c < 0xFFFF && name##_l(c, unicode()); \
    }

CLASS(iswalpha)
CLASS(iswalnum)
CLASS(iswblank)
CLASS(iswcntrl)
CLASS(iswdigit)
CLASS(iswgraph)
CLASS(iswlower)
CLASS(iswprint)
CLASS(iswpunct)
CLASS(iswspace)
CLASS(iswupper)
CLASS(iswxdigit)

wint_t towlower(wint_t c)
{
    if (c < 0x80) {
        return c >= 'A' && c <= 'Z' ? c + 32 : c;
    }
    return c < 0xFFFF ? towlower_l(c, unicode()) : c;
}

wint_t towupper(wint_t c)
{
    if (c < 0x80) {
        return c >= 'a' && c <= 'z' ? c - 32 : c;
    }
    return c < 0xFFFF ? towupper_l(c, unicode()) : c;
}
