/* What an authority remembers: every message by its id, its attempts and its one effect. */
#include <stdlib.h>

#include "mock/mock.h"

#define SLOTS_FIRST 4096u

static uint32_t slot_of(const struct mock_authority *m, const struct id *id)
{
	uint32_t at;

	memcpy(&at, id->b + 10, sizeof(at));
	return at & m->slot_mask;
}

struct mock_message *mock_find(const struct mock_authority *m, const struct id *id)
{
	if (m->slots == NULL)
		return NULL;
	for (struct mock_message *x = m->slots[slot_of(m, id)]; x != NULL; x = x->next)
		if (id_eq(&x->id, id))
			return x;
	return NULL;
}

static bool grow(struct mock_authority *m)
{
	uint32_t old_size = m->slots == NULL ? 0 : m->slot_mask + 1, size = old_size == 0 ? SLOTS_FIRST : old_size * 4;
	struct mock_message **old = m->slots, **slots = calloc(size, sizeof(struct mock_message *));

	if (slots == NULL)
		return false;
	m->slots = slots;
	m->slot_mask = size - 1;
	for (uint32_t i = 0; i < old_size; i++)
		for (struct mock_message *x = old[i], *next; x != NULL; x = next) {
			uint32_t at = slot_of(m, &x->id);

			next = x->next;
			x->next = slots[at];
			slots[at] = x;
		}
	free(old);
	return true;
}

/* The value between two marks of a document that the gateway wrote; good enough for a simulator. */
static struct text between(struct text body, const char *open, char close)
{
	size_t length = strlen(open);
	const char *at = memmem(body.at, body.len, open, length), *end;

	if (at == NULL)
		return (struct text){ NULL, 0 };
	at += length;
	end = memchr(at, close, (size_t)(body.at + body.len - at));
	return end == NULL ? (struct text){ NULL, 0 } : (struct text){ at, (size_t)(end - at) };
}

static void note_customs(struct mock_authority *m, struct mock_message *msg, struct text body)
{
	struct arena *a = &m->arena;

	msg->reference = text_dup(a, between(body, "preNo>", '<'));
	msg->internal_no = text_dup(a, between(body, "copNo>", '<'));
	msg->order_no = text_dup(a, between(body, "orderNo>", '<'));
	msg->platform = text_dup(a, between(body, "ebpCode>", '<'));
	msg->merchant = text_dup(a, between(body, "ebcCode>", '<'));
	msg->declarant = text_dup(a, between(body, "agentCode>", '<'));
	msg->is_cancellation = memmem(body.at, body.len, "InvtCancel>", 11) != NULL;
	msg->direction = memmem(body.at, body.len, msg->is_cancellation ? "CEB605" : "CEB603", 6) != NULL ? DIR_EXPORT : DIR_IMPORT;
}

static void note_json(struct mock_message *msg, struct text body)
{
	struct text version = between(body, "\"version\":", ',');
	int64_t number = 0;

	if (!id_parse(between(body, "\"declaration_id\":\"", '"'), &msg->declaration) || !text_to_i64(version, &number))
		number = 0;
	msg->version = (int)number;
}

struct mock_message *mock_remember(struct mock_authority *m, const struct id *id, struct text body, const struct sha256 *digest)
{
	struct mock_message *msg;
	uint32_t at;

	if ((m->slots == NULL || m->messages > m->slot_mask) && !grow(m))
		return NULL;
	msg = arena_zalloc(&m->arena, sizeof(*msg));
	if (msg == NULL)
		return NULL;
	msg->id = *id;
	msg->first_us = clock_now_us(&m->home->clock);
	msg->digest = *digest;
	if (m->authority == AUTHORITY_CUS)
		note_customs(m, msg, body);
	else
		note_json(msg, body);
	at = slot_of(m, id);
	msg->next = m->slots[at];
	m->slots[at] = msg;
	m->messages++;
	return msg;
}

void mock_forget(struct mock_authority *m)
{
	free(m->slots);
	m->slots = NULL;
	m->slot_mask = 0;
	m->messages = m->attempts = m->effects = m->clashes = m->posted = 0;
	arena_done(&m->arena);
}
