/* SPDX-License-Identifier: MIT */
/*
 * Lowering
 *
 * The macro __finally ends with a loop, so that break and continue in its block would be that
 * loop's. What no macro can do is done to the text: they become jumps to places behind the
 * construct, where the same words stand and belong to whatever is around it:
 *
 *     { __try { ... } __finally { ... goto transom_break_1; ... } if (0) { transom_break_1: break; } }
 *
 * For that the source is read as a sequence of statements. Directives are no part of it; where the
 * branches of an #if open or close braces, the first one counts. What looks like a call before a
 * block is a loop of somebody's own, and takes what stands in it.
 */
#include "lowering.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "list.h"
#include "source.h"

#define DEPTH_MAX  1000u /* of statements in one another, and of #if */
#define BRANCH_MAX 64u

/* A __finally block, and what leaves it. */
struct block {
    unsigned int number;
    bool has_break, has_continue;
};

/* The outermost __finally block that each of the words would leave; NULL for none. */
struct context {
    struct block *on_break, *on_continue;
};

/* In the place of so many bytes there comes a text. */
struct edit {
    size_t at, length;
    char *text;
};

struct reader {
    const char *text; /* without comments, strings and directives */
    size_t at;
    unsigned int blocks, depth;
    bool is_lost;
    struct edit *edits;
    size_t count, room;
};

static void add_edit(struct reader *reader, size_t at, size_t length, char *text)
{
    if (reader->count == reader->room) {
        reader->room = reader->room ? 2 * reader->room : 16;
        reader->edits = realloc(reader->edits, reader->room * sizeof(*reader->edits));
        if (!reader->edits) {
            cc_die("out of memory");
        }
    }
    reader->edits[reader->count++] = (struct edit){at, length, text};
}

/* ---- directives ---- */

static void blank(char *begin, const char *end)
{
    for (; begin < end; begin++) {
        *begin = *begin == '\n' ? '\n' : ' ';
    }
}

static int braces_between(const char *begin, const char *end)
{
    int open = 0;

    for (; begin < end; begin++) {
        open += (*begin == '{') - (*begin == '}');
    }
    return open;
}

/* A branch behind the first one goes if it opens or closes braces: the first has done so. */
struct branch {
    char *begin;
    bool is_first;
};

static void end_branch(struct branch *branch, char *end)
{
    if (!branch->is_first && braces_between(branch->begin, end) != 0) {
        blank(branch->begin, end);
    }
    branch->is_first = false;
    branch->begin = end;
}

static bool begins_with(const char *text, const char *word)
{
    return strncmp(text, word, strlen(word)) == 0;
}

static void blank_directives(char *text)
{
    struct branch branches[BRANCH_MAX];
    size_t depth = 0;
    char *line = text;

    while (*line) {
        char *word = line + strspn(line, " \t"), *end = line;

        if (*word != '#') {
            end += strcspn(line, "\n");
            line = end + (*end == '\n');
            continue;
        }
        while (*end && *end != '\n') {
            end += end[0] == '\\' && end[1] == '\n' ? 2 : 1;
        }
        word += 1 + strspn(word + 1, " \t");
        if (begins_with(word, "if")) {
            blank(line, end);
            if (depth < BRANCH_MAX) {
                branches[depth] = (struct branch){end, true};
            }
            depth++;
        } else if (begins_with(word, "el") || begins_with(word, "endif")) {
            bool is_end = begins_with(word, "endif");

            blank(line, end);
            if (depth > 0 && depth <= BRANCH_MAX) {
                end_branch(&branches[depth - 1], end);
            }
            depth -= is_end && depth > 0;
        } else {
            blank(line, end);
        }
        line = end + (*end == '\n');
    }
}

/* ---- words ---- */

static bool is_word_char(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$';
}

/* The next character that is no blank; '\0' at the end. */
static char peek(struct reader *reader)
{
    while (isspace((unsigned char)reader->text[reader->at])) {
        reader->at++;
    }
    return reader->text[reader->at];
}

static size_t word_length(const struct reader *reader)
{
    size_t length = 0;

    while (is_word_char(reader->text[reader->at + length])) {
        length++;
    }
    return length;
}

static bool is_at(struct reader *reader, const char *word)
{
    return peek(reader) == *word && word_length(reader) == strlen(word) &&
           begins_with(reader->text + reader->at, word);
}

static bool take(struct reader *reader, const char *word)
{
    bool is_there = is_at(reader, word);

    reader->at += is_there ? strlen(word) : 0;
    return is_there;
}

static bool take_char(struct reader *reader, char c)
{
    bool is_there = peek(reader) == c;

    reader->at += is_there;
    return is_there;
}

/* ---- statements ---- */

static const struct context nowhere;

static void read_statement(struct reader *reader, const struct context *context);

static void read_block(struct reader *reader, const struct context *context)
{
    while (!reader->is_lost && peek(reader) != '}' && peek(reader)) {
        read_statement(reader, context);
    }
    reader->is_lost |= !take_char(reader, '}');
}

/* What is in parentheses; a block there is another function's. */
static void read_parentheses(struct reader *reader)
{
    int depth = 0;

    do {
        char c = peek(reader);

        if (!c || c == '}') {
            reader->is_lost = true;
            return;
        }
        reader->at++;
        depth += (c == '(') - (c == ')');
        if (c == '{') {
            read_block(reader, &nowhere);
        }
    } while (depth > 0 && !reader->is_lost);
}

static void read_jump(struct reader *reader, struct block *block, const char *word)
{
    if (block) {
        bool is_break = *word == 'b';

        *(is_break ? &block->has_break : &block->has_continue) = true;
        add_edit(reader, reader->at, strlen(word),
                 cc_strf("goto transom_%s_%u", word, block->number));
    }
    reader->at += strlen(word);
    reader->is_lost |= !take_char(reader, ';');
}

static void read_try(struct reader *reader, const struct context *context, size_t begin)
{
    struct block block = {0};
    struct context inner = *context;

    read_statement(reader, context);
    if (take(reader, "__except")) {
        read_parentheses(reader);
        read_statement(reader, context);
        return;
    }
    if (!take(reader, "__finally")) {
        return;
    }
    block.number = ++reader->blocks;
    inner.on_break = inner.on_break ? inner.on_break : &block;
    inner.on_continue = inner.on_continue ? inner.on_continue : &block;
    read_statement(reader, &inner);
    if (block.has_break || block.has_continue) {
        add_edit(reader, begin, 0, cc_strdup("{ "));
    }
    if (block.has_break) {
        add_edit(reader, reader->at, 0,
                 cc_strf(" if (0) { transom_break_%u: break; }", block.number));
    }
    if (block.has_continue) {
        add_edit(reader, reader->at, 0,
                 cc_strf(" if (0) { transom_continue_%u: continue; }", block.number));
    }
    if (block.has_break || block.has_continue) {
        add_edit(reader, reader->at, 0, cc_strdup(" }"));
    }
}

static bool read_controlled(struct reader *reader, const struct context *context)
{
    struct context inner = *context;
    size_t begin;

    peek(reader);
    begin = reader->at;
    if (take(reader, "for") || take(reader, "while")) {
        read_parentheses(reader);
        read_statement(reader, &nowhere);
    } else if (take(reader, "switch")) {
        read_parentheses(reader);
        inner.on_break = NULL;
        read_statement(reader, &inner);
    } else if (take(reader, "do")) {
        read_statement(reader, &nowhere);
        reader->is_lost |= !take(reader, "while");
        read_parentheses(reader);
        take_char(reader, ';');
    } else if (take(reader, "if")) {
        take(reader, "constexpr");
        read_parentheses(reader);
        read_statement(reader, context);
        if (take(reader, "else")) {
            read_statement(reader, context);
        }
    } else if (take(reader, "try")) {
        read_statement(reader, context);
        while (take(reader, "catch")) {
            read_parentheses(reader);
            read_statement(reader, context);
        }
    } else if (take(reader, "__try")) {
        read_try(reader, context, begin);
    } else if (is_at(reader, "break")) {
        read_jump(reader, context->on_break, "break");
    } else if (is_at(reader, "continue")) {
        read_jump(reader, context->on_continue, "continue");
    } else {
        return false;
    }
    return true;
}

/* Up to its semicolon, or to the statement that a label or a loop of a macro's leads to. */
static void read_other(struct reader *reader, const struct context *context)
{
    char last = '\0';

    while (!reader->is_lost) {
        char c = peek(reader);

        if (!c || c == '}') {
            return;
        }
        if (is_word_char(c)) {
            if (last && read_controlled(reader, last == ')' ? &nowhere : context)) {
                return;
            }
            reader->at += word_length(reader);
            last = 'w';
        } else if (c == '(') {
            read_parentheses(reader);
            last = ')';
        } else if (c == '{') {
            reader->at++;
            read_block(reader, last == ')' || last == 'w' ? &nowhere : context);
            if (last == ':') {
                return;
            }
            last = '}';
        } else {
            reader->at++;
            if (c == ';') {
                return;
            }
            last = c;
        }
    }
}

static void read_statement(struct reader *reader, const struct context *context)
{
    if (++reader->depth > DEPTH_MAX) {
        reader->is_lost = true;
    } else if (take_char(reader, '{')) {
        read_block(reader, context);
    } else if (!read_controlled(reader, context)) {
        read_other(reader, context);
    }
    reader->depth--;
}

/* ---- the text ---- */

static char *edited(struct reader *reader, const char *source)
{
    size_t length = strlen(source), done = 0, room;
    char *result = NULL;
    FILE *out;

    /* They are in order but for the openings of constructs. */
    for (size_t i = 1; i < reader->count; i++) {
        for (size_t j = i; j > 0 && reader->edits[j - 1].at > reader->edits[j].at; j--) {
            struct edit later = reader->edits[j - 1];

            reader->edits[j - 1] = reader->edits[j];
            reader->edits[j] = later;
        }
    }
    out = open_memstream(&result, &room);
    if (!out) {
        cc_die("out of memory");
    }
    for (size_t i = 0; i < reader->count; i++) {
        const struct edit *edit = &reader->edits[i];

        fwrite(source + done, 1, edit->at - done, out);
        fputs(edit->text, out);
        done = edit->at + edit->length;
    }
    fwrite(source + done, 1, length - done, out);
    if (fclose(out)) {
        cc_die("out of memory");
    }
    return result;
}

char *cc_lowering_apply(const char *source)
{
    char *text = cc_strdup(source), *result = NULL;
    struct reader reader = {.text = text};

    cc_source_blank(text);
    blank_directives(text);
    while (!reader.is_lost && peek(&reader)) {
        if (!take_char(&reader, '}')) { /* one too many, by an #if */
            read_statement(&reader, &nowhere);
        }
    }
    if (!reader.is_lost && reader.count > 0) {
        result = edited(&reader, source);
    }
    for (size_t i = 0; i < reader.count; i++) {
        free(reader.edits[i].text);
    }
    free(reader.edits);
    free(text);
    return result;
}
