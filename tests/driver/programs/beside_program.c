/* SPDX-License-Identifier: MIT */
/* Loads the library twice: exceptions go from the one into the other and through it. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <windows.h>

static void write_nowhere(void)
{
    *(volatile int *)32 = 1;
}

static void *find(void *library, const char *name)
{
    void *found = dlsym(library, name);

    if (!found)
        printf("%s\n", dlerror());
    return found;
}

static void use(const char *path)
{
    void *library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    int (*handles)(void), (*blocks)(void);
    void (*passes)(void (*)(void), DWORD);
    DWORD code = 0;

    if (!library) {
        printf("%s\n", dlerror());
        return;
    }
    *(void **)&handles = find(library, "library_handles");
    *(void **)&passes = find(library, "library_passes");
    *(void **)&blocks = find(library, "library_blocks");
    printf("%d", handles());
    __try {
        passes(NULL, 0xE0000007);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        code = GetExceptionCode();
    }
    printf(" %x", code);
    __try {
        passes(write_nowhere, 0);
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        code = GetExceptionCode();
    }
    printf(" %x %d\n", code, blocks());
    dlclose(library);
}

int main(int argc, char **argv)
{
    use(argv[1]);
    use(argv[1]);
    __try {
        write_nowhere();
    } __except (EXCEPTION_EXECUTE_HANDLER) {
        puts("handled");
    }
    return 0;
}
