/* SPDX-License-Identifier: MIT */
#include "../os/runtime.h"

#include "channel/channel_pool.h"
#include "channel/claim.h"
#include "channel/rendezvous.h"

static struct tsm_name name_of(const char16_t *text)
{
    struct tsm_name name;

    assert_status(tsm_name_parse_pipe(text, &name), STATUS_SUCCESS);
    return name;
}

static const struct tsm_rendezvous_request request = {
    .params = {.is_message_type = true,
               .direction = 3,
               .max_instances = 255,
               .out_quota = 4096,
               .in_quota = 4096,
               .timeout_ms = 50},
};

struct instance {
    struct tsm_rendezvous rendezvous;
    struct tsm_listener *listener;
};

static struct instance instance_new(const struct tsm_name *name)
{
    struct instance instance;

    assert_status(tsm_rendezvous_create(name, &request, &instance.rendezvous, &instance.listener),
                  STATUS_SUCCESS);
    return instance;
}

static void instance_end(struct instance *instance)
{
    tsm_rendezvous_stop(&instance->rendezvous, instance->listener);
    tsm_rendezvous_close(&instance->rendezvous);
}

static struct tsm_channel *claim(const struct tsm_name *name)
{
    struct tsm_channel *client = NULL;
    struct tsm_pipe_params params;

    assert_status(tsm_claim_connect(name, 3, &params, &client), STATUS_SUCCESS);
    return client;
}

static NTSTATUS claim_status(const struct tsm_name *name)
{
    struct tsm_channel *client = NULL;
    struct tsm_pipe_params params;
    NTSTATUS status = tsm_claim_connect(name, 3, &params, &client);

    if (NT_SUCCESS(status))
        tsm_channel_close(client, TSM_SIDE_CLOSED);
    return status;
}

static struct tsm_channel *accept_client(struct instance *instance)
{
    struct tsm_channel *server = NULL;
    uint32_t access = 0;

    assert_status(
        tsm_rendezvous_accept(&instance->rendezvous, instance->listener, &server, &access),
        STATUS_SUCCESS);
    assert_int_equal(access, 3);
    tsm_rendezvous_stop(&instance->rendezvous, instance->listener);
    instance->listener = NULL;
    return server;
}

static bool is_published(const struct instance *instance)
{
    struct tsm_name_entry *entries = NULL;
    uint32_t count = 0;

    assert_status(tsm_name_folder_list(&instance->rendezvous.folder, "L", &entries, &count),
                  STATUS_SUCCESS);
    free(entries);
    return count > 0;
}

/* Another process has the listener, and the client that was accepted, too. */
static struct tsm_listener *listener_of_another(const struct instance *instance)
{
    const struct tsm_listener *listener = instance->listener;
    struct tsm_listener *other = NULL;
    int accepted = listener->accepted >= 0 ? dup(listener->accepted) : -1;

    assert_status(tsm_listener_from_holder(dup(listener->socket), accepted, listener->file,
                                           listener->entry, listener->hello_deadline, &other),
                  STATUS_SUCCESS);
    return other;
}

static void a_process_that_dies_with_the_hello_leaves_the_client_to_another(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\left to another");
    struct instance instance = instance_new(&name);
    struct tsm_channel *client = claim(&name), *dead = NULL, *server = NULL;
    struct tsm_listener *other;
    uint32_t access = 0;

    assert_status(tsm_unix_accept(instance.listener->socket, &instance.listener->accepted),
                  STATUS_SUCCESS);
    instance.listener->hello_deadline = tsm_deadline_in_ms(5000);
    instance.listener->is_shared = true;
    other = listener_of_another(&instance);
    assert_status(tsm_rendezvous_accept(&instance.rendezvous, instance.listener, &dead, &access),
                  STATUS_SUCCESS);
    tsm_channel_drop(dead);
    assert_status(tsm_rendezvous_accept(&instance.rendezvous, other, &server, &access),
                  STATUS_SUCCESS);
    assert_int_equal(access, 3);
    assert_true(tsm_unix_skip(server->socket));
    assert_int_equal(tsm_channel_peer_state(server), TSM_SIDE_OPEN);
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    assert_int_equal(tsm_channel_peer_state(server), TSM_SIDE_CLOSED);
    tsm_channel_close(server, TSM_SIDE_CLOSED);
    tsm_listener_unref(other);
    instance_end(&instance);
}

/* Who is there, by the channel of its own client. */
static void expect_turn(struct instance *instance, struct tsm_channel *client)
{
    struct tsm_channel *server = accept_client(instance);

    tsm_channel_close(client, TSM_SIDE_CLOSED);
    tsm_channel_close(server, TSM_SIDE_CLOSED);
}

static void of_very_many_the_one_that_has_waited_longest_is_next(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\unit claim many");
    struct instance instances[80];

    for (int i = 0; i < 80; i++)
        instances[i] = instance_new(&name);
    for (int i = 0; i < 80; i++) {
        if (i == 3 || i == 50) { /* it does not wait any more: one of those seen, and one later */
            instance_end(&instances[i + 1]);
            instances[i + 1] = instance_new(&name);
        }
        if (i == 4 || i == 51)
            continue;
        expect_turn(&instances[i], claim(&name));
    }
    expect_turn(&instances[4], claim(&name));
    expect_turn(&instances[51], claim(&name));
    assert_status(claim_status(&name), STATUS_PIPE_NOT_AVAILABLE);
    for (int i = 0; i < 80; i++)
        tsm_rendezvous_close(&instances[i].rendezvous);
    assert_status(claim_status(&name), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void a_listener_is_kept_from_client_to_client(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\kept");
    struct instance instance = instance_new(&name);
    const struct tsm_listener *first = instance.listener;

    for (int i = 0; i < 3; i++) {
        struct tsm_channel *client = claim(&name), *server;

        assert_false(is_published(&instance));
        server = accept_client(&instance);
        assert_int_equal(server->header->admission, TSM_ADMISSION_GRANTED);
        assert_status(claim_status(&name), STATUS_PIPE_NOT_AVAILABLE);
        tsm_channel_close(client, TSM_SIDE_CLOSED);
        tsm_channel_close(server, TSM_SIDE_DISCONNECTED);
        assert_status(claim_status(&name), STATUS_PIPE_NOT_AVAILABLE);
        assert_status(tsm_rendezvous_listen(&instance.rendezvous, &instance.listener),
                      STATUS_SUCCESS);
        assert_ptr_equal(instance.listener, first);
    }
    instance_end(&instance);
    assert_status(claim_status(&name), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void stopping_turns_away_who_waits(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\stopped");
    struct instance instance = instance_new(&name);
    struct tsm_channel *client = claim(&name);

    tsm_rendezvous_stop(&instance.rendezvous, instance.listener);
    assert_true(tsm_unix_wait_readable(client->socket, tsm_deadline_in_ms(1000)));
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    assert_status(tsm_rendezvous_listen(&instance.rendezvous, &instance.listener), STATUS_SUCCESS);
    client = claim(&name);
    tsm_channel_close(accept_client(&instance), TSM_SIDE_CLOSED);
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    instance_end(&instance);
}

static void a_listener_that_is_polled_is_made_anew(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\polled");
    struct instance instance = instance_new(&name);
    struct tsm_listener *polled = tsm_listener_ref(instance.listener);

    tsm_rendezvous_stop(&instance.rendezvous, instance.listener);
    assert_true(tsm_unix_wait_readable(tsm_listener_poll_fd(polled), tsm_deadline_in_ms(1000)));
    assert_status(tsm_rendezvous_listen(&instance.rendezvous, &instance.listener), STATUS_SUCCESS);
    assert_ptr_not_equal(instance.listener, polled);
    tsm_listener_unref(polled);
    instance_end(&instance);
}

/* A client that found the listener earlier and connects when the place has become free: by hand,
 * with the hello of one that is in time. */
static struct tsm_channel *latecomer(const struct instance *instance)
{
    const uint32_t quota[2] = {4096, 4096};
    struct tsm_pipe_hello hello = {.protocol = TSM_PIPE_PROTOCOL, .access = 3};
    uint8_t record[TSM_PIPE_HELLO_SIZE];
    char file[TSM_ENTRY_TEXT + 20];
    struct tsm_channel *client = NULL;
    struct tsm_unix_peer peer;
    int socket = -1;

    tsm_name_entry_file('S', 0, "", file);
    memcpy(file, instance->rendezvous.kept->file, sizeof(file));
    assert_status(tsm_unix_connect(instance->rendezvous.folder.fd, file, &socket), STATUS_SUCCESS);
    assert_status(tsm_unix_peer(socket, &peer), STATUS_SUCCESS);
    assert_status(tsm_channel_new(socket, &peer, quota, &client), STATUS_SUCCESS);
    tsm_pipe_hello_encode(&hello, record);
    assert_status(tsm_unix_send(socket, record, sizeof(record), client->memfd), STATUS_SUCCESS);
    return client;
}

static void a_latecomer_is_the_next_client_if_it_still_waits(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\late");
    struct instance instance = instance_new(&name);
    struct tsm_channel *client = claim(&name), *server = accept_client(&instance), *late;

    late = latecomer(&instance);
    assert_int_equal(late->header->admission, TSM_ADMISSION_OPEN);
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    tsm_channel_close(server, TSM_SIDE_DISCONNECTED);
    assert_status(tsm_rendezvous_listen(&instance.rendezvous, &instance.listener), STATUS_SUCCESS);
    server = accept_client(&instance);
    assert_int_equal(late->header->admission, TSM_ADMISSION_GRANTED);
    assert_false(tsm_channel_decide(late, TSM_ADMISSION_WITHDRAWN));
    tsm_channel_close(late, TSM_SIDE_CLOSED);
    tsm_channel_close(server, TSM_SIDE_CLOSED);
    instance_end(&instance);
}

static void a_latecomer_that_has_given_up_was_no_client(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\gone");
    struct instance instance = instance_new(&name);
    struct tsm_channel *client = claim(&name), *server = accept_client(&instance), *late;
    uint32_t access;

    late = latecomer(&instance);
    assert_true(tsm_channel_decide(late, TSM_ADMISSION_WITHDRAWN));
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    tsm_channel_close(server, TSM_SIDE_DISCONNECTED);
    assert_status(tsm_rendezvous_listen(&instance.rendezvous, &instance.listener), STATUS_SUCCESS);
    assert_status(claim_status(&name), STATUS_PIPE_NOT_AVAILABLE);
    assert_status(tsm_rendezvous_accept(&instance.rendezvous, instance.listener, &server, &access),
                  STATUS_PIPE_BROKEN);
    tsm_channel_close(late, TSM_SIDE_CLOSED);
    tsm_rendezvous_stop(&instance.rendezvous, instance.listener);
    assert_status(tsm_rendezvous_listen(&instance.rendezvous, &instance.listener), STATUS_SUCCESS);
    client = claim(&name);
    tsm_channel_close(accept_client(&instance), TSM_SIDE_CLOSED);
    tsm_channel_close(client, TSM_SIDE_CLOSED);
    instance_end(&instance);
}

/* Takes the file away as soon as somebody has connected; then the client cannot be sure. */
static void *take_files_away(void *argument)
{
    struct instance *instance = argument;

    tsm_unix_wait_readable(instance->listener->socket, tsm_deadline_in_ms(10000));
    tsm_name_entry_remove(&instance->rendezvous.folder, instance->listener->entry);
    return NULL;
}

static void a_client_that_was_too_late_asks_and_gets_no_answer(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\asks");
    struct instance instance = instance_new(&name);
    bool was_late = false;

    for (int i = 0; i < 2000 && !was_late; i++) {
        pthread_t thread = support_thread(take_files_away, &instance);
        int64_t begin;
        NTSTATUS status;

        support_sleep_ms(1); /* it waits by now */
        begin = tsm_monotonic_ns();
        status = claim_status(&name);
        was_late = status == STATUS_PIPE_NOT_AVAILABLE;
        if (!was_late)
            assert_status(status, STATUS_SUCCESS);
        else
            assert_true(tsm_monotonic_ns() - begin >= 100 * 1000000);
        pthread_join(thread, NULL);
        tsm_rendezvous_stop(&instance.rendezvous, instance.listener);
        assert_status(tsm_rendezvous_listen(&instance.rendezvous, &instance.listener),
                      STATUS_SUCCESS);
    }
    if (!was_late)
        print_message("# nobody was ever too late here\n");
    instance_end(&instance);
}

static void *listen_soon(void *argument)
{
    struct instance *instance = argument;

    support_sleep_ms(20);
    assert_status(tsm_rendezvous_listen(&instance->rendezvous, &instance->listener),
                  STATUS_SUCCESS);
    return NULL;
}

static void waiting_ends_when_somebody_listens(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\waits");
    struct instance instance = instance_new(&name);
    pthread_t thread;

    assert_status(tsm_claim_wait(&name, 1), STATUS_SUCCESS);
    tsm_rendezvous_stop(&instance.rendezvous, instance.listener);
    instance.listener = NULL;
    assert_status(tsm_claim_wait(&name, 30), STATUS_IO_TIMEOUT);
    thread = support_thread(listen_soon, &instance);
    assert_status(tsm_claim_wait(&name, 10000), STATUS_SUCCESS);
    pthread_join(thread, NULL);
    instance_end(&instance);
    assert_status(tsm_claim_wait(&name, 10), STATUS_OBJECT_NAME_NOT_FOUND);
}

static void *close_soon(void *argument)
{
    support_sleep_ms(20);
    tsm_rendezvous_close(&((struct instance *)argument)->rendezvous);
    return NULL;
}

static void *come_soon(void *argument)
{
    struct instance *instance = argument;

    listen_soon(instance);
    assert_status(tsm_name_entry_set_mode(&instance->rendezvous.folder,
                                          instance->rendezvous.life_sign_file, TSM_LIFE_SIGN_MODE),
                  STATUS_SUCCESS);
    return NULL;
}

/* An instance between its life sign and its listener. */
static struct instance instance_passing(const struct tsm_name *name)
{
    struct instance instance = instance_new(name);

    tsm_rendezvous_retire(&instance.rendezvous);
    tsm_rendezvous_stop(&instance.rendezvous, instance.listener);
    instance.listener = NULL;
    return instance;
}

static void an_instance_that_is_just_coming_or_going_is_not_busy(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\comes and goes");
    struct instance instance = instance_passing(&name);
    pthread_t thread = support_thread(come_soon, &instance);

    assert_status(claim_status(&name), STATUS_SUCCESS);
    pthread_join(thread, NULL);
    instance_end(&instance);

    instance = instance_passing(&name);
    thread = support_thread(close_soon, &instance);
    assert_status(claim_status(&name), STATUS_OBJECT_NAME_NOT_FOUND);
    pthread_join(thread, NULL);

    /* Who stands still there is not waited for. */
    instance = instance_passing(&name);
    assert_status(claim_status(&name), STATUS_PIPE_NOT_AVAILABLE);
    instance_end(&instance);
}

/* The folder that this process remembers is another one now. */
static void a_name_that_was_given_up_and_taken_again_is_found(void **state)
{
    struct tsm_name name = name_of(u"\\\\.\\pipe\\again");

    for (int i = 0; i < 3; i++) {
        struct instance instance = instance_new(&name);
        struct tsm_channel *client = claim(&name);

        tsm_channel_close(accept_client(&instance), TSM_SIDE_CLOSED);
        tsm_channel_close(client, TSM_SIDE_CLOSED);
        instance_end(&instance);
        assert_status(claim_status(&name), STATUS_OBJECT_NAME_NOT_FOUND);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_listener_is_kept_from_client_to_client),
        TEST(of_very_many_the_one_that_has_waited_longest_is_next),
        TEST(stopping_turns_away_who_waits),
        TEST(a_listener_that_is_polled_is_made_anew),
        TEST(a_latecomer_is_the_next_client_if_it_still_waits),
        TEST(a_latecomer_that_has_given_up_was_no_client),
        TEST(a_client_that_was_too_late_asks_and_gets_no_answer),
        TEST(a_process_that_dies_with_the_hello_leaves_the_client_to_another),
        TEST(waiting_ends_when_somebody_listens),
        TEST(an_instance_that_is_just_coming_or_going_is_not_busy),
        TEST(a_name_that_was_given_up_and_taken_again_is_found),
    };

    return cmocka_run_group_tests(tests, runtime_begin, runtime_end);
}
