/* What an authority remembers: every message by its id, its attempts, its one effect, and what was and will be said about it. */
#include <stdlib.h>

#include "mock/mock.h"
#include "mock/peek.h"

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

struct mock_message *mock_next(const struct mock_authority *m, const struct mock_message *after)
{
	uint32_t slot = after == NULL ? 0 : slot_of(m, &after->id) + 1;

	if (after != NULL && after->next != NULL)
		return after->next;
	for (; m->slots != NULL && slot <= m->slot_mask; slot++)
		if (m->slots[slot] != NULL)
			return m->slots[slot];
	return NULL;
}

struct mock_message *mock_seen(struct mock_authority *m, const struct id *id)
{
	struct mock_message *msg = mock_find(m, id);
	uint32_t at;

	if (msg != NULL)
		return msg;
	if ((m->slots == NULL || m->messages > m->slot_mask) && !grow(m))
		return NULL;
	msg = arena_zalloc(&m->arena, sizeof(*msg));
	if (msg == NULL)
		return NULL;
	msg->id = *id;
	at = slot_of(m, id);
	msg->next = m->slots[at];
	m->slots[at] = msg;
	m->messages++;
	return msg;
}

static void note(struct mock_authority *m, struct mock_message *msg, enum noted what, struct text body, const char *name)
{
	struct text value = peek_value(body, text_of(name));

	if (value.at != NULL)
		msg->noted[what] = text_dup(&m->arena, value);
}

static void note_customs(struct mock_authority *m, struct mock_message *msg, struct text body)
{
	msg->message_number = peek_message_number(body);
	note(m, msg, NOTED_REFERENCE, body, "preNo");
	note(m, msg, NOTED_INTERNAL_NO, body, "copNo");
	note(m, msg, NOTED_ORDER_NO, body, "orderNo");
	note(m, msg, NOTED_PLATFORM, body, "ebpCode");
	note(m, msg, NOTED_MERCHANT, body, "ebcCode");
	note(m, msg, NOTED_DECLARANT, body, "agentCode");
	note(m, msg, NOTED_CUSTOMS, body, "customsCode");
	note(m, msg, NOTED_INVENTORY_NO, body, "invtNo");
}

static void note_json(struct mock_authority *m, struct mock_message *msg, struct text body)
{
	int64_t number = 0;

	if (!id_parse(peek_value(body, TEXT("declaration_id")), &msg->declaration) || !text_to_i64(peek_value(body, TEXT("version")), &number))
		number = 0;
	msg->version = (int)number;
	if (m->authority == AUTHORITY_POST)
		note(m, msg, NOTED_REFERENCE, body, "waybill_no");
}

void mock_note(struct mock_authority *m, struct mock_message *msg, struct text body, const struct sha256 *digest)
{
	msg->first_us = clock_now_us(&m->home->clock);
	msg->digest = *digest;
	if (m->authority == AUTHORITY_CUS)
		note_customs(m, msg, body);
	else
		note_json(m, msg, body);
	msg->effects = 1; /* what is remembered is never done again */
	m->effects++;
}

struct saying *mock_say(struct mock_authority *m, struct mock_message *msg, const struct saying *what)
{
	struct saying *s = arena_alloc(&m->arena, sizeof(*s)), **tail = &msg->sayings;
	int number = 0;

	for (; *tail != NULL; tail = &(*tail)->next)
		number++;
	if (s == NULL)
		return NULL;
	*s = *what;
	s->number = number;
	s->next = NULL;
	s->status = text_dup(&m->arena, what->status);
	s->info = text_dup(&m->arena, what->info);
	if (what->code.at != NULL)
		s->code = text_dup(&m->arena, what->code);
	if (what->detail.at != NULL)
		s->detail = text_dup(&m->arena, what->detail);
	if (m->arena.full)
		return NULL;
	*tail = s;
	return s;
}

const struct saying *mock_last_said(const struct mock_message *msg, int64_t now_us)
{
	const struct saying *last = NULL;

	for (const struct saying *s = msg->sayings; s != NULL; s = s->next)
		if (s->kind == SAY_RECEIPT && (s->in_reply || s->posted > 0 || s->due_us <= now_us))
			last = s;
	return last;
}

void mock_forget(struct mock_authority *m)
{
	free(m->slots);
	m->slots = NULL;
	m->slot_mask = 0;
	m->messages = m->attempts = m->effects = m->clashes = m->posted = 0;
	arena_done(&m->arena);
}
