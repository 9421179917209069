/* SPDX-License-Identifier: MIT */
/*
 * Copies into buffers of known size, written once for both widths: the includer defines UNIT and
 * the names.
 *
 * Windows: by default a buffer that is too small ends the program there. Here the call reports it,
 *          as it does there when an invalid parameter handler returns.
 */

static size_t length_within(const UNIT *s, size_t limit)
{
    size_t n = 0;

    while (n < limit && s[n]) {
        n++;
    }
    return n;
}

/* Puts at most n units at a place in the buffer. */
static errno_t put(UNIT *to, rsize_t size, rsize_t at, const UNIT *from, rsize_t n)
{
    size_t length = length_within(from, n);
    size_t room = size - at;
    errno_t result = 0;

    if (length >= room) {
        if (n != _TRUNCATE) {
            to[0] = 0;
            return tsm_crt_error(ERANGE);
        }
        length = room - 1;
        result = STRUNCATE;
    }
    memmove(to + at, from, length * sizeof(*to));
    to[at + length] = 0;
    return result;
}

static errno_t copy(UNIT *to, rsize_t size, const UNIT *from, rsize_t n)
{
    if (!to || !size) {
        return tsm_crt_error(EINVAL);
    }
    if (!from) {
        to[0] = 0;
        return n ? tsm_crt_error(EINVAL) : 0;
    }
    return put(to, size, 0, from, n);
}

static errno_t append(UNIT *to, rsize_t size, const UNIT *from, rsize_t n)
{
    size_t at;

    if (!to || !size) {
        return tsm_crt_error(EINVAL);
    }
    at = length_within(to, size);
    if (!from || at == size) {
        to[0] = 0;
        return tsm_crt_error(EINVAL);
    }
    return put(to, size, at, from, n);
}

errno_t COPY(UNIT *to, rsize_t size, const UNIT *from)
{
    return copy(to, size, from, SIZE_MAX - 1);
}

errno_t COPY_N(UNIT *to, rsize_t size, const UNIT *from, rsize_t n)
{
    return copy(to, size, from, n);
}

errno_t APPEND(UNIT *to, rsize_t size, const UNIT *from)
{
    return append(to, size, from, SIZE_MAX - 1);
}

errno_t APPEND_N(UNIT *to, rsize_t size, const UNIT *from, rsize_t n)
{
    return append(to, size, from, n);
}

errno_t LOWER(UNIT *s, size_t size)
{
    if (!s || length_within(s, size) == size) {
        return tsm_crt_error(EINVAL);
    }
    LOWER_PLAIN(s);
    return 0;
}

errno_t UPPER(UNIT *s, size_t size)
{
    if (!s || length_within(s, size) == size) {
        return tsm_crt_error(EINVAL);
    }
    UPPER_PLAIN(s);
    return 0;
}

/* A buffer that is too small is cleared, as Windows does. */
static errno_t copy_block(UNIT *to, rsize_t size, const UNIT *from, rsize_t n)
{
    if (!n) {
        return 0;
    }
    if (!to) {
        return tsm_crt_error(EINVAL);
    }
    if (!from || size < n) {
        memset(to, 0, size * sizeof(*to));
        return tsm_crt_error(from ? ERANGE : EINVAL);
    }
    memmove(to, from, n * sizeof(*to));
    return 0;
}
