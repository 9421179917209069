/* SPDX-License-Identifier: MIT */
/* Both ends of a message pipe with little room, in this process, under a name that nobody else has. */
#pragma once

#include "support.h"

#include "pipe/pipe_client.h"
#include "pipe/pipe_server.h"

struct pair {
    struct tsm_pipe_end *server, *client;
};

static inline struct pair pair_new(void)
{
    static int number;
    const struct tsm_rendezvous_request request = {
        .params = {.is_message_type = true,
                   .direction = 3,
                   .max_instances = 1,
                   .out_quota = 100,
                   .in_quota = 100,
                   .timeout_ms = 50},
    };
    char text[64];
    char16_t path[64];
    struct tsm_file *client;
    struct tsm_name name;
    struct pair pair;
    uint32_t granted;
    int length = snprintf(text, sizeof(text), "\\\\.\\pipe\\unit %d %d", (int)getpid(), ++number);

    for (int i = 0; i <= length; i++)
        path[i] = (char16_t)text[i];
    assert_status(tsm_name_parse_pipe(path, &name), STATUS_SUCCESS);
    assert_status(tsm_pipe_server_create(&name, &request, true, false, &pair.server),
                  STATUS_SUCCESS);
    assert_status(tsm_pipe_client_open(path, GENERIC_READ | GENERIC_WRITE, &client, &granted),
                  STATUS_SUCCESS);
    pair.client = tsm_pipe_end_from(client);
    return pair;
}

static inline void end_unref(struct tsm_pipe_end *end)
{
    tsm_object_unref(&end->file.object);
}

static inline void pair_free(struct pair *pair)
{
    end_unref(pair->client);
    end_unref(pair->server);
}
