/* SPDX-License-Identifier: MIT */
/* The scanf family. */
#include <stdio.h>
#include <wchar.h>

#include "crt/scan.h"

int vscanf(const char *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_NARROW, .file = stdin};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_PLAIN, format, args);
}

int scanf(const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vscanf(format, args);
    va_end(args);
    return result;
}

int vfscanf(FILE *file, const char *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_NARROW, .file = file};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_PLAIN, format, args);
}

int fscanf(FILE *file, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfscanf(file, format, args);
    va_end(args);
    return result;
}

int vsscanf(const char *text, const char *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_NARROW, .units = text};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_PLAIN, format, args);
}

int sscanf(const char *text, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsscanf(text, format, args);
    va_end(args);
    return result;
}

int vscanf_s(const char *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_NARROW, .file = stdin};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_SIZED, format, args);
}

int scanf_s(const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vscanf_s(format, args);
    va_end(args);
    return result;
}

int vfscanf_s(FILE *file, const char *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_NARROW, .file = file};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_SIZED, format, args);
}

int fscanf_s(FILE *file, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfscanf_s(file, format, args);
    va_end(args);
    return result;
}

int vsscanf_s(const char *text, const char *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_NARROW, .units = text};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_SIZED, format, args);
}

int sscanf_s(const char *text, const char *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vsscanf_s(text, format, args);
    va_end(args);
    return result;
}

int vwscanf(const wchar_t *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_WIDE, .file = stdin};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_PLAIN, format, args);
}

int wscanf(const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vwscanf(format, args);
    va_end(args);
    return result;
}

int vfwscanf(FILE *file, const wchar_t *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_WIDE, .file = file};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_PLAIN, format, args);
}

int fwscanf(FILE *file, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vfwscanf(file, format, args);
    va_end(args);
    return result;
}

int vswscanf(const wchar_t *text, const wchar_t *format, va_list args)
{
    struct tsm_crt_source source = {.width = TSM_CRT_WIDE, .units = text};

    return tsm_crt_scan(&source, TSM_CRT_SCAN_PLAIN, format, args);
}

int swscanf(const wchar_t *text, const wchar_t *format, ...)
{
    va_list args;
    int result;

    va_start(args, format);
    result = vswscanf(text, format, args);
    va_end(args);
    return result;
}

int wscanf_s(const wchar_t *format, ...)
{
    struct tsm_crt_source source = {.width = TSM_CRT_WIDE, .file = stdin};
    va_list args;
    int result;

    va_start(args, format);
    result = tsm_crt_scan(&source, TSM_CRT_SCAN_SIZED, format, args);
    va_end(args);
    return result;
}

int fwscanf_s(FILE *file, const wchar_t *format, ...)
{
    struct tsm_crt_source source = {.width = TSM_CRT_WIDE, .file = file};
    va_list args;
    int result;

    va_start(args, format);
    result = tsm_crt_scan(&source, TSM_CRT_SCAN_SIZED, format, args);
    va_end(args);
    return result;
}

int swscanf_s(const wchar_t *text, const wchar_t *format, ...)
{
    struct tsm_crt_source source = {.width = TSM_CRT_WIDE, .units = text};
    va_list args;
    int result;

    va_start(args, format);
    result = tsm_crt_scan(&source, TSM_CRT_SCAN_SIZED, format, args);
    va_end(args);
    return result;
}
