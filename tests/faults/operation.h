/* SPDX-License-Identifier: MIT */
/* What nth_call.c runs over and over, with one call after the other failing in it. */
#pragma once

#include <windows.h>

#include <stdbool.h>

struct operation {
    const char *name;      /* a call fails in ... */
    bool (*prepare)(void); /* no call fails in here */
    DWORD (*act)(void);    /* 0, or the error of the call that is tried */
    bool (*is_done)(void); /* after success: it has had its effect */
    void (*clean)(void);   /* after success and failure */
    DWORD expected;        /* what it gives when nothing fails */
    bool is_slow;          /* one way to fail for each call will do */
};

extern const struct operation_list {
    const struct operation *operations;
    unsigned int count;
} pipe_operations, process_operations, wait_operations;

/* A program with this argument lives until its standard input ends. */
#define SLEEPER_ROLE "sleeper"
