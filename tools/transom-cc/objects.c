/* SPDX-License-Identifier: MIT */
#include "objects.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "command.h"

static bool is_entry(const char *name)
{
    static const char *const plain[] = {"wmain", "WinMain", "wWinMain", "transom_void_main",
                                        "transom_void_wmain"};
    static const char *const mangled[] = {"_Z5wmain", "_Z7WinMain", "_Z8wWinMain",
                                          "_Z17transom_void_main", "_Z18transom_void_wmain"};

    for (size_t i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
        if (!strcmp(name, plain[i])) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof(mangled) / sizeof(mangled[0]); i++) {
        if (!strncmp(name, mangled[i], strlen(mangled[i]))) {
            return true;
        }
    }
    return false;
}

/*
 * Templates over wchar_t that were compiled into the C++ library. A string view is header only and
 * works with either size.
 */
static const char *wide_use(const char *name)
{
    static const struct {
        const char *part;
        const char *what;
    } parts[] = {
        {"St5wcout", "std::wcout"},
        {"St4wcin", "std::wcin"},
        {"St5wcerr", "std::wcerr"},
        {"St5wclog", "std::wclog"},
        {"basic_stringIw", "std::wstring"},
        {"NSbIwSt11", "std::wstring"},
        {"basic_ostreamIw", "std::wostream"},
        {"basic_istreamIw", "std::wistream"},
        {"5ctypeIwE", "std::ctype<wchar_t>"},
        {"7codecvtIwc", "std::codecvt<wchar_t>"},
        {"7collateIwE", "std::collate<wchar_t>"},
        {"8numpunctIwE", "std::numpunct<wchar_t>"},
    };

    if (strncmp(name, "_Z", 2)) {
        return NULL;
    }
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strstr(name, parts[i].part)) {
            return parts[i].what;
        }
    }
    if (!strstr(name, "basic_string_view") &&
        (strstr(name, "IwSt11char_traitsIwE") || strstr(name, "IwNS_11char_traitsIwE"))) {
        return "wide streams or strings";
    }
    return NULL;
}

static void take_symbol(struct cc_objects *objects, const char *file, const char *name, char type)
{
    bool defined = !strchr("Uwv", type);
    const char *what;

    if (defined) {
        objects->has_main |= !strcmp(name, "main");
        objects->has_entry |= is_entry(name);
    } else {
        objects->cxx |= !strncmp(name, "__gxx_personality", 17) || !strncmp(name, "_ZSt", 4) ||
                        !strncmp(name, "_ZNSt", 5) || !strncmp(name, "_ZNKSt", 6) ||
                        !strncmp(name, "_ZTV", 4) || !strncmp(name, "_Zn", 3) ||
                        !strncmp(name, "_Zd", 3) || !strncmp(name, "__cxa_", 6);
    }
    what = objects->wide_file ? NULL : wide_use(name);
    if (what) {
        objects->wide_file = cc_strdup(file);
        objects->wide_what = cc_strdup(what);
    }
}

void cc_objects_init(struct cc_objects *objects, const char *nm, const struct cc_list *files)
{
    struct cc_list command = {0};
    char *line = NULL;
    size_t room = 0;
    FILE *output;
    pid_t pid;

    *objects = (struct cc_objects){0};
    if (!files->count) {
        return;
    }
    cc_list_add(&command, nm);
    cc_list_add(&command, "-A");
    cc_list_add(&command, "-P");
    cc_list_add_all(&command, files);
    output = cc_command_read(&command, &pid);
    /* One line a symbol: "file: name type value size", "archive[member]: name type ...". */
    while (getline(&line, &room, output) > 0) {
        char *name = strstr(line, ": ");
        char *type;

        if (!name) {
            continue;
        }
        *name = '\0';
        name += 2;
        type = strchr(name, ' ');
        if (!type) {
            continue;
        }
        *type++ = '\0';
        take_symbol(objects, line, name, *type);
    }
    free(line);
    fclose(output);
    cc_command_wait(pid);
    cc_list_deinit(&command);
}

void cc_objects_deinit(struct cc_objects *objects)
{
    free(objects->wide_file);
    free(objects->wide_what);
    *objects = (struct cc_objects){0};
}
