/* SPDX-License-Identifier: MIT */
/*
 * Locals of functions with __try, for gcc
 *
 * Microsoft's compiler keeps what a filter, a handler or a __finally block may look at in memory;
 * gcc does not know that an instruction can lead there. This plugin finds the functions that have a
 * frame of excpt.h and makes each access to their locals, and through pointers, a real one, as if
 * the program had said `volatile`. Such a function is not made a part of another one.
 *
 * transom-cc builds it for the gcc that it calls, once.
 */
#include <cstring>

#include "gcc-plugin.h"
#include "plugin-version.h"

#include "tree.h"

#include "tree-iterator.h"

int plugin_is_GPL_compatible;

static bool is_frame(tree decl)
{
    tree type = TREE_TYPE(decl);
    tree name = TREE_CODE(type) == RECORD_TYPE ? TYPE_NAME(type) : NULL_TREE;

    if (name && TREE_CODE(name) == TYPE_DECL)
        name = DECL_NAME(name);
    return name && !strcmp(IDENTIFIER_POINTER(name), "transom_seh_frame");
}

static bool is_local(tree decl)
{
    return (VAR_P(decl) && !TREE_STATIC(decl) && !DECL_EXTERNAL(decl)) ||
           TREE_CODE(decl) == PARM_DECL;
}

/* The macros' own variables are what they are. */
static bool is_ours(tree decl)
{
    return DECL_NAME(decl) && !strncmp(IDENTIFIER_POINTER(DECL_NAME(decl)), "transom_", 8);
}

static tree find_frame(tree *place, int *, void *)
{
    if (TREE_CODE(*place) == DECL_EXPR && VAR_P(DECL_EXPR_DECL(*place)) &&
        is_frame(DECL_EXPR_DECL(*place)))
        return *place;
    if (TREE_CODE(*place) == BIND_EXPR)
        for (tree decl = BIND_EXPR_VARS(*place); decl; decl = DECL_CHAIN(decl))
            if (VAR_P(decl) && is_frame(decl))
                return decl;
    return NULL_TREE;
}

static bool is_scalar(tree expression)
{
    tree type = TREE_TYPE(expression);

    return INTEGRAL_TYPE_P(type) || SCALAR_FLOAT_TYPE_P(type) || POINTER_TYPE_P(type);
}

static void make_real(tree expression)
{
    TREE_THIS_VOLATILE(expression) = 1;
    TREE_SIDE_EFFECTS(expression) = 1;
}

/* A reference of C++ is bound once and may be known to the compiler. */
static void make_decl_real(tree decl)
{
    if (!is_local(decl) || is_ours(decl) || TREE_CODE(TREE_TYPE(decl)) == REFERENCE_TYPE ||
        (VAR_P(decl) && DECL_HARD_REGISTER(decl)))
        return;
    TREE_ADDRESSABLE(decl) = 1;
    make_real(decl);
}

static tree make_access_real(tree *place, int *, void *)
{
    tree expression = *place;

    switch (TREE_CODE(expression)) {
    case VAR_DECL:
    case PARM_DECL:
        make_decl_real(expression);
        break;
    case COMPONENT_REF:
    case ARRAY_REF:
    case INDIRECT_REF:
    case MEM_REF:
        if (is_scalar(expression) && TREE_CODE(TREE_TYPE(expression)) != REFERENCE_TYPE)
            make_real(expression);
        break;
    default:
        break;
    }
    return NULL_TREE;
}

static void on_function(void *data, void *)
{
    tree function = static_cast<tree>(data);

    if (TREE_CODE(function) != FUNCTION_DECL || !DECL_SAVED_TREE(function) ||
        !walk_tree_without_duplicates(&DECL_SAVED_TREE(function), find_frame, NULL))
        return;
    DECL_UNINLINABLE(function) = 1;
    for (tree decl = DECL_ARGUMENTS(function); decl; decl = DECL_CHAIN(decl))
        make_decl_real(decl);
    walk_tree_without_duplicates(&DECL_SAVED_TREE(function), make_access_real, NULL);
}

int plugin_init(struct plugin_name_args *arguments, struct plugin_gcc_version *version)
{
    if (!plugin_default_version_check(version, &gcc_version))
        return 1;
    register_callback(arguments->base_name, PLUGIN_PRE_GENERICIZE, on_function, NULL);
    return 0;
}
