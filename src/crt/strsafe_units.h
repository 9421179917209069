/* SPDX-License-Identifier: MIT */
/*
 * strsafe.h, written once for both widths: the includer defines UNIT, NAME (which puts a name
 * together), WIDTH, GET_LINE_UNIT and LINE_END.
 *
 * The forms with Cb turn bytes into units and call those with Cch. The forms without Ex are those
 * with Ex without flags.
 */

static size_t length_within(const UNIT *s, size_t limit)
{
    size_t n = 0;

    while (n < limit && s[n]) {
        n++;
    }
    return n;
}

/* Fills or empties the buffer after a failure, as the flags say. */
static HRESULT fail(struct target *target, HRESULT result)
{
    UNIT *to = target->to;
    size_t size = target->size;
    DWORD flags = target->flags;

    if (size && to && flags & STRSAFE_FILL_ON_FAILURE) {
        memset(to, (int)(flags & 0xFF), size * sizeof(*to));
        if (flags & 0xFF) {
            to[size - 1] = 0;
        }
        target->at = flags & 0xFF ? size - 1 : 0;
    } else if (size && to &&
               (flags & STRSAFE_NULL_ON_FAILURE ||
                (flags & STRSAFE_NO_TRUNCATION && result == STRSAFE_E_INSUFFICIENT_BUFFER))) {
        to[target->start] = 0;
        target->at = target->start;
        if (flags & STRSAFE_NULL_ON_FAILURE) {
            to[0] = 0;
            target->at = 0;
        }
    }
    return result;
}

/* Puts n units at target->at and an end; what does not fit is cut. */
static HRESULT put(struct target *target, const UNIT *from, size_t n)
{
    UNIT *to = target->to;
    size_t room = target->size - target->at - 1;
    HRESULT result = n > room ? STRSAFE_E_INSUFFICIENT_BUFFER : S_OK;

    n = n > room ? room : n;
    memmove(to + target->at, from, n * sizeof(*to));
    target->at += n;
    to[target->at] = 0;
    if (result != S_OK) {
        return fail(target, result);
    }
    if (target->flags & STRSAFE_FILL_BEHIND_NULL) {
        memset(to + target->at + 1, (int)(target->flags & 0xFF),
               (target->size - target->at - 1) * sizeof(*to));
    }
    return S_OK;
}

static HRESULT begin(struct target *target, UNIT *to, size_t size, DWORD flags)
{
    *target = (struct target){.to = to, .size = size, .flags = flags};
    return !to || !size || size > STRSAFE_MAX_CCH ? STRSAFE_E_INVALID_PARAMETER : S_OK;
}

static void tell(const struct target *target, UNIT **end, size_t *left)
{
    if (end) {
        *end = target->to ? (UNIT *)target->to + target->at : NULL;
    }
    if (left) {
        *left = target->size - target->at;
    }
}

static HRESULT copy(UNIT *to, size_t size, const UNIT *from, size_t n, UNIT **end, size_t *left,
                    DWORD flags)
{
    struct target target;
    HRESULT result = begin(&target, to, size, flags);

    if (result != S_OK) {
        return result;
    }
    if (n > STRSAFE_MAX_CCH || (!from && !(flags & STRSAFE_IGNORE_NULLS))) {
        to[0] = 0;
        result = fail(&target, STRSAFE_E_INVALID_PARAMETER);
    } else {
        result = put(&target, from ? from : (const UNIT[]){0}, from ? length_within(from, n) : 0);
    }
    tell(&target, end, left);
    return result;
}

static HRESULT append(UNIT *to, size_t size, const UNIT *from, size_t n, UNIT **end, size_t *left,
                      DWORD flags)
{
    struct target target;
    HRESULT result = begin(&target, to, size, flags);

    if (result != S_OK) {
        return result;
    }
    target.start = target.at = length_within(to, size);
    if (target.at == size) {
        target.start = target.at = 0;
        return fail(&target, STRSAFE_E_INVALID_PARAMETER);
    }
    if (n > STRSAFE_MAX_CCH || (!from && !(flags & STRSAFE_IGNORE_NULLS))) {
        result = fail(&target, STRSAFE_E_INVALID_PARAMETER);
    } else {
        result = put(&target, from ? from : (const UNIT[]){0}, from ? length_within(from, n) : 0);
    }
    tell(&target, end, left);
    return result;
}

static HRESULT print(UNIT *to, size_t size, UNIT **end, size_t *left, DWORD flags,
                     const UNIT *format, va_list args)
{
    struct tsm_crt_text made;
    struct target target;
    HRESULT result = begin(&target, to, size, flags);

    if (result != S_OK) {
        return result;
    }
    if (!format && flags & STRSAFE_IGNORE_NULLS) {
        result = put(&target, (const UNIT[]){0}, 0);
    } else if (tsm_crt_format(&made, WIDTH, format, args)) {
        result = put(&target, made.units, made.length);
        tsm_crt_text_deinit(&made);
    } else {
        tsm_crt_text_deinit(&made);
        to[0] = 0;
        result = fail(&target, STRSAFE_E_INVALID_PARAMETER);
    }
    tell(&target, end, left);
    return result;
}

HRESULT NAME(StringCchCopy)(UNIT *to, size_t size, const UNIT *from)
{
    return copy(to, size, from, STRSAFE_MAX_CCH, NULL, NULL, 0);
}

HRESULT NAME(StringCbCopy)(UNIT *to, size_t bytes, const UNIT *from)
{
    return copy(to, bytes / sizeof(*to), from, STRSAFE_MAX_CCH, NULL, NULL, 0);
}

HRESULT NAME(StringCchCopyN)(UNIT *to, size_t size, const UNIT *from, size_t count)
{
    return copy(to, size, from, count, NULL, NULL, 0);
}

HRESULT NAME(StringCbCopyN)(UNIT *to, size_t bytes, const UNIT *from, size_t count)
{
    return copy(to, bytes / sizeof(*to), from, count / sizeof(*to), NULL, NULL, 0);
}

HRESULT NAME(StringCchCat)(UNIT *to, size_t size, const UNIT *from)
{
    return append(to, size, from, STRSAFE_MAX_CCH, NULL, NULL, 0);
}

HRESULT NAME(StringCbCat)(UNIT *to, size_t bytes, const UNIT *from)
{
    return append(to, bytes / sizeof(*to), from, STRSAFE_MAX_CCH, NULL, NULL, 0);
}

HRESULT NAME(StringCchCatN)(UNIT *to, size_t size, const UNIT *from, size_t count)
{
    return append(to, size, from, count, NULL, NULL, 0);
}

HRESULT NAME(StringCbCatN)(UNIT *to, size_t bytes, const UNIT *from, size_t count)
{
    return append(to, bytes / sizeof(*to), from, count / sizeof(*to), NULL, NULL, 0);
}

HRESULT NAME(StringCchCopyEx)(UNIT *to, size_t size, const UNIT *from, UNIT **end, size_t *left,
                              DWORD flags)
{
    return copy(to, size, from, STRSAFE_MAX_CCH, end, left, flags);
}

HRESULT NAME(StringCchCatEx)(UNIT *to, size_t size, const UNIT *from, UNIT **end, size_t *left,
                             DWORD flags)
{
    return append(to, size, from, STRSAFE_MAX_CCH, end, left, flags);
}

/* What is left, in bytes. */
static void to_bytes(size_t *left, size_t bytes)
{
    if (left) {
        *left = *left * sizeof(UNIT) + bytes % sizeof(UNIT);
    }
}

HRESULT NAME(StringCbCopyEx)(UNIT *to, size_t bytes, const UNIT *from, UNIT **end, size_t *left,
                             DWORD flags)
{
    HRESULT result = copy(to, bytes / sizeof(*to), from, STRSAFE_MAX_CCH, end, left, flags);

    to_bytes(left, bytes);
    return result;
}

HRESULT NAME(StringCbCatEx)(UNIT *to, size_t bytes, const UNIT *from, UNIT **end, size_t *left,
                            DWORD flags)
{
    HRESULT result = append(to, bytes / sizeof(*to), from, STRSAFE_MAX_CCH, end, left, flags);

    to_bytes(left, bytes);
    return result;
}

HRESULT NAME(StringCchVPrintf)(UNIT *to, size_t size, const UNIT *format, va_list args)
{
    return print(to, size, NULL, NULL, 0, format, args);
}

HRESULT NAME(StringCbVPrintf)(UNIT *to, size_t bytes, const UNIT *format, va_list args)
{
    return print(to, bytes / sizeof(*to), NULL, NULL, 0, format, args);
}

HRESULT NAME(StringCchPrintf)(UNIT *to, size_t size, const UNIT *format, ...)
{
    va_list args;
    HRESULT result;

    va_start(args, format);
    result = print(to, size, NULL, NULL, 0, format, args);
    va_end(args);
    return result;
}

HRESULT NAME(StringCbPrintf)(UNIT *to, size_t bytes, const UNIT *format, ...)
{
    va_list args;
    HRESULT result;

    va_start(args, format);
    result = print(to, bytes / sizeof(*to), NULL, NULL, 0, format, args);
    va_end(args);
    return result;
}

HRESULT NAME(StringCchVPrintfEx)(UNIT *to, size_t size, UNIT **end, size_t *left, DWORD flags,
                                 const UNIT *format, va_list args)
{
    return print(to, size, end, left, flags, format, args);
}

HRESULT NAME(StringCbVPrintfEx)(UNIT *to, size_t bytes, UNIT **end, size_t *left, DWORD flags,
                                const UNIT *format, va_list args)
{
    HRESULT result = print(to, bytes / sizeof(*to), end, left, flags, format, args);

    to_bytes(left, bytes);
    return result;
}

HRESULT NAME(StringCchPrintfEx)(UNIT *to, size_t size, UNIT **end, size_t *left, DWORD flags,
                                const UNIT *format, ...)
{
    va_list args;
    HRESULT result;

    va_start(args, format);
    result = print(to, size, end, left, flags, format, args);
    va_end(args);
    return result;
}

HRESULT NAME(StringCbPrintfEx)(UNIT *to, size_t bytes, UNIT **end, size_t *left, DWORD flags,
                               const UNIT *format, ...)
{
    va_list args;
    HRESULT result;

    va_start(args, format);
    result = NAME(StringCbVPrintfEx)(to, bytes, end, left, flags, format, args);
    va_end(args);
    return result;
}

HRESULT NAME(StringCchLength)(const UNIT *text, size_t size, size_t *length)
{
    size_t n = text && size <= STRSAFE_MAX_CCH ? length_within(text, size) : size;
    bool ended = n < size;

    if (length) {
        *length = ended ? n : 0;
    }
    return ended ? S_OK : STRSAFE_E_INVALID_PARAMETER;
}

HRESULT NAME(StringCbLength)(const UNIT *text, size_t bytes, size_t *length)
{
    HRESULT result = NAME(StringCchLength)(text, bytes / sizeof(*text), length);

    if (length) {
        *length *= sizeof(*text);
    }
    return result;
}

/* A line that is too long is cut, and the rest stays to be read, as on Windows. */
HRESULT NAME(StringCchGets)(UNIT *to, size_t size)
{
    size_t n = 0;
    int unit = LINE_END;

    if (!to || !size || size > STRSAFE_MAX_CCH) {
        return STRSAFE_E_INVALID_PARAMETER;
    }
    flockfile(stdin);
    while (n < size - 1 && (unit = GET_LINE_UNIT(stdin)) != LINE_END && unit != '\n') {
        to[n++] = (UNIT)unit;
    }
    funlockfile(stdin);
    to[n] = 0;
    if (size == 1) {
        return STRSAFE_E_INSUFFICIENT_BUFFER;
    }
    if (!n && unit == LINE_END) {
        return STRSAFE_E_END_OF_FILE;
    }
    return n == size - 1 ? STRSAFE_E_INSUFFICIENT_BUFFER : S_OK;
}

HRESULT NAME(StringCbGets)(UNIT *to, size_t bytes)
{
    return NAME(StringCchGets)(to, bytes / sizeof(*to));
}
