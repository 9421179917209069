/* SPDX-License-Identifier: MIT */
/* The oldest Windows that a program wants: project wizards include this. Nothing to choose. */
#ifndef TRANSOM_CRT_TARGETVER_H
#define TRANSOM_CRT_TARGETVER_H

#endif
