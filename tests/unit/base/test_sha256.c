/* SPDX-License-Identifier: MIT */
#include "support.h"

#include "base/sha256.h"

static void assert_sha256(const void *data, size_t length, const char *expected)
{
    uint8_t hash[32];
    char text[65];

    tsm_sha256(data, length, hash);
    for (int i = 0; i < 32; i++)
        snprintf(text + 2 * i, 3, "%02x", hash[i]);
    assert_string_equal(text, expected);
}

/* The examples of FIPS 180-4. */
static void the_standards_examples_come_out(void **state)
{
    assert_sha256("", 0, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    assert_sha256("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
                  "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

static void a_million_letters_come_out(void **state)
{
    char *letters = malloc(1000000);

    assert_non_null(letters);
    memset(letters, 'a', 1000000);
    assert_sha256(letters, 1000000,
                  "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
    free(letters);
}

/* Lengths around the ends of a block, where the padding changes. */
static void every_length_near_a_block_comes_out(void **state)
{
    static const struct {
        size_t length;
        const char *hash;
    } cases[] = {
        {1, "2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881"},
        {54, "45f316e10b2c99abf374b22bda893cf3300d77263f1e272349ed414680522952"},
        {55, "d5e285683cd4efc02d021a5c62014694958901005d6f71e89e0989fac77e4072"},
        {56, "04c26261370ee7541549d16dee320c723e3fd14671e66a099afe0a377c16888e"},
        {57, "ae14a2563ccf969d99aca69ce6bb74981f734bbf9f655f73b8f06db68cab5217"},
        {63, "75220b47218278e656f2013bb8f0c455a25eaf01e86c64924e9d48d89776d6f2"},
        {64, "7ce100971f64e7001e8fe5a51973ecdfe1ced42befe7ee8d5fd6219506b5393c"},
        {65, "9537c5fdf120482f7d58d25e9ed583f52c02b4e304ea814db1633ad565aed7e9"},
        {119, "000b48d4edf0fa7bee3c6236ecd2785baa5db4eeb8bb54341b029e0d9fa5fb0c"},
        {120, "13f05a0b594787f5ecd315edc96141bd3243203d1b7d4f0836f37308b276ba98"},
        {127, "70156a14adbabf98cff3a71c7084b417abf057a8efd27329ca36b7202c87d81f"},
        {128, "24da1b81d0b16df6428eee73c69fcb2a93c76bc6df706f0c6670fe6bfe800464"},
        {129, "0ec9eb33e74510bcdd1f2ea55206e82f21649c5c2becbf2b433eb475b34c01bd"},
    };
    char letters[129];

    memset(letters, 'x', sizeof(letters));
    for (size_t i = 0; i < TSM_COUNT_OF(cases); i++)
        assert_sha256(letters, cases[i].length, cases[i].hash);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(the_standards_examples_come_out),
        TEST(a_million_letters_come_out),
        TEST(every_length_near_a_block_comes_out),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
