/* SPDX-License-Identifier: MIT */
#include "api/api.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf.h"
#include "process/command_line.h"
#include "process/inherit.h"

#define STD_FIRST STD_INPUT_HANDLE /* -10, then -11, -12 */

HANDLE WINAPI GetStdHandle(DWORD nStdHandle)
{
    DWORD index = STD_FIRST - nStdHandle;

    if (index > 2) {
        tsm_set_last_error(ERROR_INVALID_HANDLE);
        return INVALID_HANDLE_VALUE;
    }
    return tsm_std_handle_get(index);
}

BOOL WINAPI SetStdHandle(DWORD nStdHandle, HANDLE hHandle)
{
    DWORD index = STD_FIRST - nStdHandle;

    if (index > 2)
        return tsm_return(STATUS_INVALID_HANDLE);
    tsm_std_handle_set(index, hHandle);
    return TRUE;
}

/* ---- the command line ---- */

static pthread_once_t line_once = PTHREAD_ONCE_INIT;
static char *line_narrow;
static char16_t *line_wide;

static void line_make(void)
{
    FILE *file = fopen("/proc/self/cmdline", "re");
    char *text = NULL, *argv[4096];
    size_t size = 0;
    ssize_t length = file ? getdelim(&text, &size, EOF, file) : -1;
    int argc = 0;

    for (char *at = text; length > 0 && at < text + length && argc < 4096; at += strlen(at) + 1)
        argv[argc++] = at;
    line_narrow = tsm_command_line_join(argv, argc);
    line_wide = line_narrow ? tsm_utf16_new(line_narrow) : NULL;
    free(text);
    if (file)
        fclose(file);
}

LPSTR WINAPI GetCommandLineA(void)
{
    pthread_once(&line_once, line_make);
    return line_narrow;
}

LPWSTR WINAPI GetCommandLineW(void)
{
    pthread_once(&line_once, line_make);
    return (LPWSTR)line_wide;
}

/* ---- strings out, the Windows way: the size needed if it does not fit ---- */

static DWORD deliver_narrow(const char *text, LPSTR buffer, DWORD capacity)
{
    size_t length = strlen(text);

    if (length + 1 > capacity)
        return (DWORD)length + 1;
    memcpy(buffer, text, length + 1);
    return (DWORD)length;
}

static DWORD deliver_wide(const char *text, LPWSTR buffer, DWORD capacity)
{
    size_t size = strlen(text);
    size_t length = tsm_utf16_from_utf8(text, size, NULL, 0, NULL);

    if (length + 1 > capacity)
        return (DWORD)length + 1;
    tsm_utf16_from_utf8(text, size, (char16_t *)buffer, capacity, NULL);
    buffer[length] = 0;
    return (DWORD)length;
}

static const char *variable(const char *name)
{
    const char *value = name ? getenv(name) : NULL;

    if (!value)
        tsm_set_last_error(ERROR_ENVVAR_NOT_FOUND);
    return value;
}

DWORD WINAPI GetEnvironmentVariableA(LPCSTR lpName, LPSTR lpBuffer, DWORD nSize)
{
    const char *value = variable(lpName);

    return value ? deliver_narrow(value, lpBuffer, nSize) : 0;
}

DWORD WINAPI GetEnvironmentVariableW(LPCWSTR lpName, LPWSTR lpBuffer, DWORD nSize)
{
    char *name = lpName ? tsm_utf8_new((const char16_t *)lpName) : NULL;
    const char *value = variable(name);

    free(name);
    return value ? deliver_wide(value, lpBuffer, nSize) : 0;
}

BOOL WINAPI SetEnvironmentVariableA(LPCSTR lpName, LPCSTR lpValue)
{
    if (!lpName || !*lpName || strchr(lpName, '='))
        return tsm_return(STATUS_INVALID_PARAMETER);
    if (!lpValue)
        return unsetenv(lpName) == 0;
    return tsm_return(setenv(lpName, lpValue, 1) == 0 ? STATUS_SUCCESS : STATUS_NO_MEMORY);
}

BOOL WINAPI SetEnvironmentVariableW(LPCWSTR lpName, LPCWSTR lpValue)
{
    char *name = lpName ? tsm_utf8_new((const char16_t *)lpName) : NULL;
    char *value = lpValue ? tsm_utf8_new((const char16_t *)lpValue) : NULL;
    BOOL result = SetEnvironmentVariableA(name, value);

    free(name);
    free(value);
    return result;
}

LPCH WINAPI GetEnvironmentStringsA(void)
{
    size_t size = 1;
    char *block, *at;

    for (char **entry = environ; *entry; entry++)
        size += strlen(*entry) + 1;
    block = at = malloc(size + 1);
    if (!block)
        return NULL;
    for (char **entry = environ; *entry; entry++)
        at = stpcpy(at, *entry) + 1;
    at[0] = 0;
    if (at == block)
        at[1] = 0;
    return block;
}

LPWCH WINAPI GetEnvironmentStringsW(void)
{
    size_t units = 2, used = 0;
    char16_t *block;

    for (char **entry = environ; *entry; entry++)
        units += strlen(*entry) + 1;
    block = calloc(units, sizeof(char16_t));
    for (char **entry = environ; block && *entry; entry++)
        used += tsm_utf16_from_utf8(*entry, strlen(*entry), block + used, units - used, NULL) + 1;
    return (LPWCH)block;
}

BOOL WINAPI FreeEnvironmentStringsA(LPCH penv)
{
    free(penv);
    return TRUE;
}

BOOL WINAPI FreeEnvironmentStringsW(LPWCH penv)
{
    free(penv);
    return TRUE;
}

DWORD WINAPI GetCurrentDirectoryA(DWORD nBufferLength, LPSTR lpBuffer)
{
    char *path = getcwd(NULL, 0);
    DWORD result = path ? deliver_narrow(path, lpBuffer, nBufferLength) : 0;

    free(path);
    return result;
}

DWORD WINAPI GetCurrentDirectoryW(DWORD nBufferLength, LPWSTR lpBuffer)
{
    char *path = getcwd(NULL, 0);
    DWORD result = path ? deliver_wide(path, lpBuffer, nBufferLength) : 0;

    free(path);
    return result;
}

BOOL WINAPI SetCurrentDirectoryA(LPCSTR lpPathName)
{
    return tsm_return(lpPathName && chdir(lpPathName) == 0 ? STATUS_SUCCESS
                                                           : STATUS_OBJECT_NAME_NOT_FOUND);
}

BOOL WINAPI SetCurrentDirectoryW(LPCWSTR lpPathName)
{
    char *path = lpPathName ? tsm_utf8_new((const char16_t *)lpPathName) : NULL;
    BOOL result = SetCurrentDirectoryA(path);

    free(path);
    return result;
}

/* ---- the program's file ---- */

/* Windows: what does not fit is cut, and the last error says so. */
static bool own_path(char *path, size_t size, HMODULE module)
{
    ssize_t length = module ? -1 : readlink("/proc/self/exe", path, size - 1);

    if (length < 0) {
        tsm_set_last_error(ERROR_MOD_NOT_FOUND);
        return false;
    }
    path[length] = 0;
    return true;
}

DWORD WINAPI GetModuleFileNameA(HMODULE hModule, LPSTR lpFilename, DWORD nSize)
{
    char path[4096];

    if (!own_path(path, sizeof(path), hModule) || nSize == 0)
        return 0;
    if (deliver_narrow(path, lpFilename, nSize) < nSize)
        return (DWORD)strlen(path);
    memcpy(lpFilename, path, nSize - 1);
    lpFilename[nSize - 1] = 0;
    tsm_set_last_error(ERROR_INSUFFICIENT_BUFFER);
    return nSize;
}

DWORD WINAPI GetModuleFileNameW(HMODULE hModule, LPWSTR lpFilename, DWORD nSize)
{
    char path[4096];
    DWORD length;

    if (!own_path(path, sizeof(path), hModule) || nSize == 0)
        return 0;
    length = deliver_wide(path, lpFilename, nSize);
    if (length < nSize)
        return length;
    tsm_utf16_from_utf8(path, strlen(path), (char16_t *)lpFilename, nSize - 1, NULL);
    lpFilename[nSize - 1] = 0;
    tsm_set_last_error(ERROR_INSUFFICIENT_BUFFER);
    return nSize;
}
