/* SPDX-License-Identifier: MIT */
/*
 * A mailslot and a writer of another user: who may write, and whose name it is. It takes root to become
 * somebody else.
 */
#include "../stress/stress.h"

#define OTHER_UID 54321
#define SLOT_NAME "\\\\.\\mailslot\\other_user"
#define STRANGER  OTHER_UID, OTHER_UID, OTHER_UID

static HANDLE slot_make(bool is_for_all)
{
    SECURITY_DESCRIPTOR everybody;
    SECURITY_ATTRIBUTES attributes = {sizeof(attributes), is_for_all ? &everybody : NULL, FALSE};
    HANDLE slot;

    EXPECT(InitializeSecurityDescriptor(&everybody, SECURITY_DESCRIPTOR_REVISION));
    EXPECT(SetSecurityDescriptorDacl(&everybody, TRUE, NULL, FALSE));
    slot = CreateMailslotA(SLOT_NAME, 0, 5000, &attributes);
    EXPECT(slot != INVALID_HANDLE_VALUE);
    return slot;
}

/* ---- the stranger, by role ---- */

static int stranger(const char *role)
{
    HANDLE handle;
    DWORD count;

    if (setresgid(STRANGER) < 0 || setresuid(STRANGER) < 0)
        return 2;
    if (strcmp(role, "creates") == 0) {
        handle = CreateMailslotA(SLOT_NAME, 0, 0, NULL);
        return handle == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ALREADY_EXISTS ? 0 : 3;
    }
    handle = CreateFileA(SLOT_NAME, GENERIC_WRITE, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    if (strcmp(role, "denied") == 0)
        return handle == INVALID_HANDLE_VALUE && GetLastError() == ERROR_ACCESS_DENIED ? 0 : 4;
    for (DWORD i = 0; i < 1000; i++)
        if (!WriteFile(handle, &i, sizeof(i), &count, NULL))
            return 5;
    return 0;
}

static int run(const char *role)
{
    return reap(start_role(-1, role, "", ""));
}

static void a_stranger_writes_to_a_slot_for_everybody(void)
{
    HANDLE slot = slot_make(true);
    DWORD number, count;

    EXPECT(run("writes") == 0);
    for (DWORD i = 0; i < 1000; i++) {
        EXPECT(ReadFile(slot, &number, sizeof(number), &count, NULL));
        EXPECT(count == sizeof(number) && number == i);
    }
    EXPECT(CloseHandle(slot));
}

static void a_stranger_may_not_write_to_other_slots(void)
{
    HANDLE slot = slot_make(false);

    EXPECT(run("denied") == 0);
    EXPECT(CloseHandle(slot));
}

static void a_stranger_cannot_have_a_name_that_is_taken(void)
{
    HANDLE slot = slot_make(true);

    EXPECT(run("creates") == 0);
    EXPECT(CloseHandle(slot));
}

int main(int argc, char **argv)
{
    if (argc > 1)
        return stranger(argv[1]);
    printf("1..3\n");
    fflush(stdout);
    if (geteuid() != 0) {
        for (int i = 1; i <= 3; i++)
            printf("ok %d # SKIP it takes root to become somebody else\n", i);
        return 0;
    }
    runtime_dir_make();
    /* For all users, as the administrator makes it. */
    EXPECT(chmod(stress_dir, 01777) == 0);
    alarm(60);
    test_case("a_stranger_writes_to_a_slot_for_everybody",
              a_stranger_writes_to_a_slot_for_everybody);
    test_case("a_stranger_may_not_write_to_other_slots", a_stranger_may_not_write_to_other_slots);
    test_case("a_stranger_cannot_have_a_name_that_is_taken",
              a_stranger_cannot_have_a_name_that_is_taken);
    folder_empty(AT_FDCWD, stress_dir, 0);
    rmdir(stress_dir);
    return 0;
}
