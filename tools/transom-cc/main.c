/* SPDX-License-Identifier: MIT */
/*
 * transom-cc: compiles a Windows program for Linux
 *
 * Every source is compiled by a call of its own, in C or in C++, with the words that the headers
 * and the kit need; then the objects are looked at and linked. All other words go to the compiler
 * unchanged. TRANSOM_CC names the C compiler (gcc), TRANSOM_CXX the C++ compiler (the one that
 * belongs to it).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "command.h"
#include "guarded.h"
#include "layout.h"
#include "list.h"
#include "objects.h"
#include "options.h"
#include "source.h"

struct driver {
    struct cc_options options;
    struct cc_layout layout;
    char *cc;
    char *cxx;
    bool clang;
    char *folder; /* of temporary objects, or NULL */
};

/* The C++ compiler that goes with a C compiler: clang-14 has clang++-14. */
static char *cxx_of(const char *cc)
{
    static const char *const pairs[][2] = {{"clang", "clang++"}, {"gcc", "g++"}, {"cc", "c++"}};
    const char *name = strrchr(cc, '/');

    name = name ? name + 1 : cc;
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        const char *at = strstr(name, pairs[i][0]);

        if (at) {
            return cc_strf("%.*s%s%s", (int)(at - cc), cc, pairs[i][1], at + strlen(pairs[i][0]));
        }
    }
    return cc_strdup(cc);
}

static void find_compilers(struct driver *driver)
{
    const char *cc = getenv("TRANSOM_CC");
    const char *cxx = getenv("TRANSOM_CXX");

    driver->cc = cc_strdup(cc && *cc ? cc : "gcc");
    driver->cxx = cxx && *cxx ? cc_strdup(cxx) : cxx_of(driver->cc);
    driver->clang = strstr(driver->cc, "clang") != NULL;
}

/* What the sources are given in front of the user's words, which may take it back. */
static void add_language_words(const struct driver *driver, enum cc_language language,
                               struct cc_list *command)
{
    const struct cc_options *options = &driver->options;

    cc_list_add(command, "-D__TRANSOM__=1");
    if (options->win32) {
        cc_list_add(command, "-D_WIN32=1");
        cc_list_add(command, "-DWIN32=1");
        cc_list_add(command, "-D__WIN32__=1");
        cc_list_add(command, "-D_WIN64=1");
    }
    cc_list_add(command, "-pthread");
    if (driver->clang) {
        cc_list_add(command, "-Qunused-arguments");
    }
    if (language == CC_OTHER_LANGUAGE) {
        return;
    }
    /* The dialect that such sources are written in. */
    cc_list_add(command, "-fms-extensions");
    cc_list_add(command, "-fsigned-char");
    cc_list_add(command, "-fno-strict-aliasing");
    cc_list_add(command, "-fwrapv");
    cc_list_add(command, "-Wno-unknown-pragmas");
    cc_list_add(command, "-Wno-main");
    cc_list_add(command, "-Wno-multichar");
    cc_list_add(command, "-Wno-write-strings");
    if (language == CC_C) {
        cc_list_add(command, "-fcommon");
        cc_list_add(command, "-Werror=implicit-int");
        /* MSVC warns of these; newer compilers than its sources refuse them. */
        cc_list_add(command, "-Wno-error=incompatible-pointer-types");
        cc_list_add(command, "-Wno-error=int-conversion");
    }
    if (driver->clang) {
        cc_list_add(command, "-Wno-microsoft");
        cc_list_add(command, "-Wno-ignored-attributes");
        cc_list_add(command, language == CC_C ? "-Wno-main-return-type" : "-Wno-main");
        cc_list_add(command, "-Wno-ignored-pragma-intrinsic");
    }
}

/* What must hold whatever the user says: stands behind the user's words. */
static void add_kit_words(const struct driver *driver, enum cc_language language,
                          struct cc_list *command)
{
    static const char *const formats[] = {
        "printf",    "fprintf", "sprintf", "snprintf", "vprintf", "vfprintf", "vsprintf",
        "vsnprintf", "scanf",   "fscanf",  "sscanf",   "vscanf",  "vfscanf",  "vsscanf",
    };

    cc_list_add(command, "-isystem");
    cc_list_add(command, driver->layout.include_crt);
    cc_list_add(command, "-isystem");
    cc_list_add(command, driver->layout.include);
    if (language == CC_OTHER_LANGUAGE) {
        return;
    }
    if (!driver->options.native_wchar) {
        cc_list_add(command, "-fshort-wchar");
    }
    /* The compiler's checks and its own printf believe in the formats of the system's libc. */
    cc_list_add(command, "-U_FORTIFY_SOURCE");
    cc_list_add(command, "-Wno-format");
    cc_list_add(command, "-Wno-format-security");
    for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
        cc_list_addf(command, "-fno-builtin-%s", formats[i]);
    }
}

static int run(const struct driver *driver, const struct cc_list *command)
{
    if (driver->options.show) {
        cc_command_show(command);
    }
    return driver->options.dry_run ? 0 : cc_command_run(command);
}

/* What one source is compiled with, but for its output and its own name. */
static void add_compilation(const struct driver *driver, const struct cc_argument *source,
                            const char *stage, struct cc_list *command)
{
    const struct cc_options *options = &driver->options;

    cc_list_add(command, source->language == CC_CXX ? driver->cxx : driver->cc);
    add_language_words(driver, source->language, command);
    if (stage) {
        cc_list_add(command, stage);
    }
    for (size_t i = 0; i < options->count; i++) {
        const struct cc_argument *argument = &options->arguments[i];

        if (argument->kind == CC_OPTION || argument->kind == CC_COMPILE_ONLY) {
            cc_list_add(command, argument->text);
        }
    }
    add_kit_words(driver, source->language, command);
}

static void add_source(const struct cc_argument *source, struct cc_list *command)
{
    if (source->x) {
        cc_list_add(command, "-x");
        cc_list_add(command, source->x);
    }
    cc_list_add(command, source->text);
}

/*
 * A look at the file is cheap and nearly always says no. What it finds may stand behind an #if, so
 * that the preprocessor has the last word.
 */
static bool has_void_main(const struct driver *driver, const struct cc_argument *source)
{
    struct cc_list command = {0};
    FILE *file = fopen(source->text, "re");
    pid_t pid;
    bool found;

    if (!file) {
        return false;
    }
    found = cc_source_has_void_main(file);
    fclose(file);
    if (!found || driver->options.side_files || driver->options.dry_run) {
        return found;
    }
    add_compilation(driver, source, "-E", &command);
    cc_list_add(&command, "-P");
    add_source(source, &command);
    file = cc_command_read(&command, &pid);
    found = cc_source_has_void_main(file);
    fclose(file);
    cc_list_deinit(&command);
    /* What the preprocessor refuses is refused again by the compilation, with its words. */
    return cc_command_wait(pid) == 0 && found;
}

/* Where an option asks for no output of its own, the compiler names it after the source. */
static char *default_output(const struct driver *driver, const char *source)
{
    const char *slash = strrchr(source, '/'), *base = slash ? slash + 1 : source;
    const char *dot = strrchr(base, '.');
    int length = dot ? (int)(dot - base) : (int)strlen(base);

    return cc_strf("%.*s.%c", length, base, driver->options.stage == CC_ASSEMBLE ? 's' : 'o');
}

/*
 * Adds what a source with __try needs so that its locals are where filters look for them. Returns
 * the copy that has to be compiled in its place, or NULL.
 */
static char *guard(const struct driver *driver, const struct cc_argument *source,
                   struct cc_list *command)
{
    enum cc_guarded_by by = driver->clang ? CC_GUARDED_BY_CLANG : CC_GUARDED_BY_GCC;
    enum cc_stage stage = driver->options.stage;
    char *plugin, *folder, *slash, *copy;

    if (source->language == CC_OTHER_LANGUAGE || stage == CC_PREPROCESS || stage == CC_CHECK ||
        driver->options.dry_run || !cc_guarded_has_try(source->text)) {
        return NULL;
    }
    plugin = driver->clang
                 ? NULL
                 : cc_guarded_plugin(driver->cc, driver->cxx, driver->layout.plugin_source);
    if (plugin) {
        cc_list_addf(command, "-fplugin=%s", plugin);
        by = CC_GUARDED_BY_PLUGIN;
        free(plugin);
    }
    if (driver->clang) {
        /* They make clang keep a way out of a block in memory that another block uses as well. */
        cc_list_add(command, "-Xclang");
        cc_list_add(command, "-disable-lifetime-markers");
    }
    copy = cc_guarded_copy(source->text, by);
    if (copy) {
        folder = cc_strdup(source->text);
        slash = strrchr(folder, '/');
        if (slash) {
            slash[slash == folder] = '\0';
        }
        cc_list_add(command, "-iquote");
        cc_list_add(command, slash ? folder : ".");
        free(folder);
    }
    return copy;
}

/* Files of dependencies (-MD) must not name a copy. */
static void rename_dependencies(const struct driver *driver, const char *output, const char *copy,
                                const char *source)
{
    const struct cc_options *options = &driver->options;
    const char *dot = strrchr(output, '.'), *slash = strrchr(output, '/');
    int length = dot && (!slash || dot > slash) ? (int)(dot - output) : (int)strlen(output);
    char *path = cc_strf("%.*s.d", length, output);

    for (size_t i = 0; i + 1 < options->count; i++) {
        if (!strcmp(options->arguments[i].text, "-MF")) {
            free(path);
            path = cc_strdup(options->arguments[i + 1].text);
        }
    }
    cc_guarded_rename(path, copy, source);
    free(path);
}

static int compile(const struct driver *driver, const struct cc_argument *source,
                   const char *output)
{
    static const char *const stages[] = {[CC_LINK] = "-c",
                                         [CC_COMPILE] = "-c",
                                         [CC_ASSEMBLE] = "-S",
                                         [CC_PREPROCESS] = "-E",
                                         [CC_CHECK] = NULL};
    struct cc_list command = {0};
    struct cc_argument guarded = *source;
    char *copy, *name = NULL;
    int status;

    add_compilation(driver, source, stages[driver->options.stage], &command);
    if (source->language != CC_OTHER_LANGUAGE && has_void_main(driver, source)) {
        cc_list_add(&command, "-Dmain=transom_void_main");
        cc_list_add(&command, "-Dwmain=transom_void_wmain");
    }
    copy = guard(driver, source, &command);
    if (copy) {
        guarded.text = copy;
        output = output ? output : (name = default_output(driver, source->text));
    }
    if (output) {
        cc_list_add(&command, "-o");
        cc_list_add(&command, output);
    }
    add_source(&guarded, &command);
    status = run(driver, &command);
    cc_list_deinit(&command);
    if (copy) {
        if (driver->options.side_files) {
            rename_dependencies(driver, output, copy, source->text);
        }
        cc_guarded_discard(copy);
    }
    free(name);
    return status;
}

/* Without a link every source stands alone. */
static int compile_all(const struct driver *driver)
{
    const struct cc_options *options = &driver->options;
    int worst = 0;

    if (options->output && options->sources > 1 && options->stage != CC_PREPROCESS) {
        cc_die("-o with -c or -S takes one source");
    }
    for (size_t i = 0; i < options->count; i++) {
        if (options->arguments[i].kind == CC_SOURCE) {
            int status = compile(driver, &options->arguments[i], options->output);

            worst = status ? status : worst;
        }
    }
    return worst;
}

/*
 * The name of an object that is gone after the link. Files that the compiler names after it (-MD,
 * coverage) must survive: then it stands beside the program, named as gcc itself names them.
 */
static char *object_name(const struct driver *driver, size_t number, const char *source)
{
    const struct cc_options *options = &driver->options;
    const char *base = strrchr(source, '/');
    const char *dot;

    base = base ? base + 1 : source;
    dot = strrchr(base, '.');
    if (options->side_files) {
        return cc_strf("%s-%.*s.o", options->output ? options->output : "a",
                       dot ? (int)(dot - base) : (int)strlen(base), base);
    }
    return cc_strf("%s/%zu-%.*s.o", driver->folder ? driver->folder : "", number,
                   dot ? (int)(dot - base) : (int)strlen(base), base);
}

static void make_folder(struct driver *driver)
{
    const char *tmp = getenv("TMPDIR");

    driver->folder = cc_strf("%s/transom-cc-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    if (!mkdtemp(driver->folder)) {
        cc_die("%s cannot be made: %s", driver->folder, strerror(errno));
    }
}

/* nm of the compiler's own tools, so that a cross compiler's objects can be read. */
static char *find_nm(const struct driver *driver)
{
    struct cc_list command = {0};
    char *line = NULL;
    size_t room = 0;
    ssize_t length;
    FILE *output;
    pid_t pid;

    cc_list_add(&command, driver->cc);
    cc_list_add(&command, "-print-prog-name=nm");
    output = cc_command_read(&command, &pid);
    length = getline(&line, &room, output);
    fclose(output);
    cc_command_wait(pid);
    cc_list_deinit(&command);
    if (length <= 1) {
        free(line);
        return cc_strdup("nm");
    }
    line[strcspn(line, "\n")] = '\0';
    return line;
}

static bool is_object_or_archive(const char *path)
{
    const char *dot = strrchr(path, '.');

    return dot && (!strcmp(dot, ".o") || !strcmp(dot, ".obj") || !strcmp(dot, ".a") ||
                   !strcmp(dot, ".lib") || !strcmp(dot, ".lo"));
}

static void look_at_objects(const struct driver *driver, struct cc_objects *objects)
{
    const struct cc_options *options = &driver->options;
    struct cc_list files = {0};
    char *nm = find_nm(driver);

    for (size_t i = 0; i < options->count; i++) {
        const struct cc_argument *argument = &options->arguments[i];

        if (argument->kind == CC_SOURCE && argument->object) {
            cc_list_add(&files, argument->object);
        } else if (argument->kind == CC_INPUT && is_object_or_archive(argument->text)) {
            cc_list_add(&files, argument->text);
        }
    }
    cc_objects_init(objects, nm, &files);
    cc_list_deinit(&files);
    free(nm);
}

static void refuse_wide(const struct driver *driver, const struct cc_objects *objects)
{
    const struct cc_options *options = &driver->options;
    const char *file = objects->wide_file;

    for (size_t i = 0; i < options->count; i++) {
        const struct cc_argument *argument = &options->arguments[i];

        if (argument->object && !strcmp(argument->object, file)) {
            file = argument->text;
        }
    }
    fprintf(stderr,
            "transom-cc: %s uses %s of libstdc++, which was built for a wchar_t of 32 bits;\n"
            "transom-cc: this program has Windows' wchar_t of 16 bits (-fshort-wchar), and each "
            "would misread\n"
            "transom-cc: the other's text. Use std::u16string or WCHAR arrays, or compile and "
            "link everything\n"
            "transom-cc: with --native-wchar (then L\"...\" has 32 bits and TEXT() stays 16).\n",
            file, objects->wide_what);
}

static void add_libraries(const struct driver *driver, const struct cc_objects *objects,
                          struct cc_list *command)
{
    const struct cc_options *options = &driver->options;
    const struct cc_layout *layout = &driver->layout;
    bool system = layout->installed && !strncmp(layout->libtransom, "/usr/lib", 8);

    if (options->relocatable || options->no_libraries) {
        return;
    }
    cc_list_addf(command, "-L%s", layout->libcrt);
    if (strcmp(layout->libcrt, layout->libtransom)) {
        cc_list_addf(command, "-L%s", layout->libtransom);
    }
    if (!system) {
        cc_list_addf(command, "-Wl,-rpath,%s", layout->libcrt);
        if (strcmp(layout->libcrt, layout->libtransom)) {
            cc_list_addf(command, "-Wl,-rpath,%s", layout->libtransom);
        }
    }
    if (!options->shared && !options->no_start && !objects->has_main &&
        (objects->has_entry || options->lto)) {
        cc_list_add(command, "-ltransom-start");
    }
    cc_list_add(command, "-ltransom-crt");
    if (options->is_static) {
        /* Its constructors must be there even if nothing names their files. */
        cc_list_add(command, "-Wl,--whole-archive");
        cc_list_add(command, "-ltransom");
        cc_list_add(command, "-Wl,--no-whole-archive");
    } else {
        /*
         * Also for a program that calls the kit alone: the kit's library does not say where the
         * other one is, the program does, and only for what it needs itself.
         */
        cc_list_add(command, "-Wl,--push-state,--no-as-needed");
        cc_list_add(command, "-ltransom");
        cc_list_add(command, "-Wl,--pop-state");
    }
    cc_list_add(command, "-lm");
}

static int link_program(const struct driver *driver)
{
    const struct cc_options *options = &driver->options;
    struct cc_objects objects = {0};
    struct cc_list command = {0};
    bool cxx = false;
    int status;

    if (!options->dry_run) {
        look_at_objects(driver, &objects);
    }
    if (objects.wide_file && !options->native_wchar && !options->relocatable) {
        refuse_wide(driver, &objects);
        cc_objects_deinit(&objects);
        return 1;
    }
    for (size_t i = 0; i < options->count; i++) {
        cxx |= options->arguments[i].kind == CC_SOURCE && options->arguments[i].language == CC_CXX;
    }
    cc_list_add(&command, cxx || objects.cxx ? driver->cxx : driver->cc);
    cc_list_add(&command, "-pthread");
    if (driver->clang) {
        cc_list_add(&command, "-Qunused-arguments");
    }
    if (options->output) {
        cc_list_add(&command, "-o");
        cc_list_add(&command, options->output);
    }
    for (size_t i = 0; i < options->count; i++) {
        const struct cc_argument *argument = &options->arguments[i];

        if (argument->kind == CC_SOURCE) {
            cc_list_add(&command, argument->object);
        } else if (argument->kind != CC_COMPILE_ONLY) {
            cc_list_add(&command, argument->text);
        }
    }
    add_libraries(driver, &objects, &command);
    status = run(driver, &command);
    cc_list_deinit(&command);
    cc_objects_deinit(&objects);
    return status;
}

static int build_program(struct driver *driver)
{
    struct cc_options *options = &driver->options;
    int worst = 0;

    if (options->sources && !options->side_files && !options->dry_run) {
        make_folder(driver);
    }
    for (size_t i = 0; i < options->count; i++) {
        struct cc_argument *argument = &options->arguments[i];

        if (argument->kind == CC_SOURCE) {
            int status;

            argument->object = object_name(driver, i, argument->text);
            status = compile(driver, argument, argument->object);
            worst = status ? status : worst;
        }
    }
    if (!worst) {
        worst = link_program(driver);
    }
    for (size_t i = 0; i < options->count; i++) {
        if (options->arguments[i].object) {
            unlink(options->arguments[i].object);
        }
    }
    if (driver->folder) {
        rmdir(driver->folder);
    }
    return worst;
}

/* No file is named: --version, -dumpmachine and their like are for the compiler alone. */
static int ask_compiler(const struct driver *driver)
{
    const struct cc_options *options = &driver->options;
    struct cc_list command = {0};
    int status;

    cc_list_add(&command, driver->cc);
    for (size_t i = 0; i < options->count; i++) {
        cc_list_add(&command, options->arguments[i].text);
    }
    status = run(driver, &command);
    cc_list_deinit(&command);
    return status;
}

static void print_help(void)
{
    puts("Usage: transom-cc [options] file...\n"
         "Compiles and links a Windows program (C or C++) for Linux.\n"
         "\n"
         "  --win32         define _WIN32, WIN32 and _WIN64\n"
         "  --native-wchar  keep wchar_t at 32 bits: L\"...\" is then no Windows string,\n"
         "                  TEXT(\"...\") and u\"...\" are\n"
         "  -municode       define UNICODE and _UNICODE\n"
         "\n"
         "All other options go to the compiler.\n"
         "TRANSOM_CC names the C compiler (gcc, clang), TRANSOM_CXX the C++ compiler.");
}

static void stay(int number)
{
    (void)number;
}

int main(int argc, char **argv)
{
    struct driver driver = {0};
    int status;

    cc_options_init(&driver.options, argc, argv);
    if (driver.options.help) {
        print_help();
        cc_options_deinit(&driver.options);
        return 0;
    }
    /* An interrupt ends the compiler; the driver stays to remove its temporary files. */
    signal(SIGINT, stay);
    find_compilers(&driver);
    cc_layout_init(&driver.layout);
    if (!driver.options.sources && !driver.options.inputs) {
        status = ask_compiler(&driver);
    } else if (driver.options.stage == CC_LINK) {
        status = build_program(&driver);
    } else {
        status = compile_all(&driver);
    }
    cc_options_deinit(&driver.options);
    cc_layout_deinit(&driver.layout);
    free(driver.folder);
    free(driver.cc);
    free(driver.cxx);
    return status;
}
