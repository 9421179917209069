/* SPDX-License-Identifier: MIT */
/* Microsoft's additions to stdlib.h that concern the environment and random numbers. */
#include <stdlib.h>

#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "crt/export.h"

/* An empty value removes the variable, as on Windows. */
errno_t _putenv_s(const char *name, const char *value)
{
    if (!name || !value || !*name || strchr(name, '=')) {
        return tsm_crt_error(EINVAL);
    }
    return (*value ? setenv(name, value, 1) : unsetenv(name)) ? errno : 0;
}

int _putenv(const char *setting)
{
    const char *equals = setting ? strchr(setting, '=') : NULL;
    char *name;
    errno_t error;

    if (!equals) {
        errno = EINVAL;
        return -1;
    }
    name = strndup(setting, (size_t)(equals - setting));
    error = name ? _putenv_s(name, equals + 1) : ENOMEM;
    free(name);
    return error ? -1 : 0;
}

errno_t getenv_s(size_t *length, char *text, rsize_t size, const char *name)
{
    const char *value;

    if (!length || !name || (!text && size)) {
        return tsm_crt_error(EINVAL);
    }
    if (text && size) {
        text[0] = '\0';
    }
    value = getenv(name);
    *length = value ? strlen(value) + 1 : 0;
    if (!value || !size) {
        return 0;
    }
    if (*length > size) {
        return tsm_crt_error(ERANGE);
    }
    memcpy(text, value, *length);
    return 0;
}

errno_t _dupenv_s(char **text, size_t *size, const char *name)
{
    const char *value;

    if (!text || !name) {
        return tsm_crt_error(EINVAL);
    }
    value = getenv(name);
    *text = value ? strdup(value) : NULL;
    if (size) {
        *size = *text ? strlen(*text) + 1 : 0;
    }
    return value && !*text ? tsm_crt_error(ENOMEM) : 0;
}

errno_t rand_s(unsigned int *value)
{
    if (!value) {
        return tsm_crt_error(EINVAL);
    }
    return getrandom(value, sizeof(*value), 0) == (ssize_t)sizeof(*value) ? 0 : errno;
}

void _sleep(unsigned long milliseconds)
{
    struct timespec left = {(time_t)(milliseconds / 1000), (long)(milliseconds % 1000) * 1000000};

    while (nanosleep(&left, &left) && errno == EINTR) {}
}
