/*
 * What became of an attempt, and when the next one is due.
 *
 *     waiting ──► due ──► sent          every failed attempt leads back to due with a later date,
 *                  └────► dead          until the policy's attempts are used up or the message itself is refused
 *
 *     breaker: closed ──failures in a row──► open ──pause──► one probe ──reached──► closed, a few at once, then more
 *                                             ▲                  └──failed again──► open
 *
 * Knows neither HTTP nor clock: the caller says what came back and what time it is.
 */
#include "model/delivery.h"

#include <assert.h>
#include <limits.h>
#include <stdio.h>

enum { RAMP_FIRST = 2, RAMP_LAST = 10000 };

static const char *const state_names[DELIVERY_STATE_COUNT] = {
#define X(id, name) [DELIVERY_##id] = name,
	DELIVERY_STATES(X)
#undef X
};

const char *delivery_state_name(enum delivery_state s)
{
	assert(s < DELIVERY_STATE_COUNT);
	return state_names[s];
}

bool delivery_state_by_name(struct text t, enum delivery_state *out)
{
	for (int i = 0; i < DELIVERY_STATE_COUNT; i++) {
		if (text_is(t, state_names[i])) {
			*out = (enum delivery_state)i;
			return true;
		}
	}
	return false;
}

struct id delivery_message_id(const struct id *declaration, enum authority a, int version)
{
	char number[16];
	int len = snprintf(number, sizeof(number), "%d", version);
	struct text parts[] = {
		{ (const char *)declaration->b, sizeof(declaration->b) },
		text_of(authority_code(a)),
		{ number, (size_t)len },
	};

	return id_of_key_in(id_bucket(declaration), 'M', parts, COUNTOF(parts));
}

enum delivery_fate delivery_judge(const struct delivery_policy *p, int http_status, int attempts)
{
	/* First row that holds the status. What no row holds is tried again: a wrong address or a proxy in
	 * between says nothing about the message. */
	static const struct {
		int low, high;
		enum delivery_fate fate;
	} table[] = {
		{ 200, 299, FATE_SENT },
		{ 400, 400, FATE_DEAD },
		{ 404, 404, FATE_DEAD },
		{ 409, 410, FATE_DEAD },
		{ 413, 413, FATE_DEAD },
		{ 415, 415, FATE_DEAD },
		{ 422, 422, FATE_DEAD },
	};

	for (size_t i = 0; i < COUNTOF(table); i++) {
		if (http_status >= table[i].low && http_status <= table[i].high)
			return table[i].fate;
	}
	return attempts >= p->attempts_max ? FATE_DEAD : FATE_AGAIN;
}

int64_t delivery_wait_us(const struct delivery_policy *p, int attempts, int retry_after_s, uint64_t random)
{
	int64_t wait_us = p->first_wait_us, jitter_us;

	for (int i = 1; i < attempts && wait_us < p->longest_wait_us; i++)
		wait_us *= 2;
	if (wait_us > p->longest_wait_us)
		wait_us = p->longest_wait_us;
	jitter_us = (int64_t)(random % ((uint64_t)wait_us / 4 + 1));
	if (wait_us < (int64_t)retry_after_s * 1000000)
		wait_us = (int64_t)retry_after_s * 1000000;
	return wait_us + jitter_us; /* jitter on top of what was asked for: peers must not line up there either */
}

bool breaker_admits(struct breaker *b, int in_flight, int64_t now_us)
{
	if (b->open_until_us == 0)
		return b->ramp == 0 || in_flight < b->ramp;
	if (b->probing || now_us < b->open_until_us)
		return false;
	b->probing = true;
	return true;
}

static void recover(struct breaker *b)
{
	bool was_open = b->open_until_us != 0;

	b->failures = 0;
	b->open_until_us = 0;
	b->probing = false;
	if (was_open)
		b->ramp = RAMP_FIRST;
	else if (b->ramp > 0 && ++b->ramp > RAMP_LAST)
		b->ramp = 0;
}

void breaker_record(struct breaker *b, const struct delivery_policy *p, bool reached, int64_t now_us)
{
	if (reached) {
		recover(b);
		return;
	}
	if (b->failures < INT_MAX)
		b->failures++;
	if (b->ramp > 1)
		b->ramp /= 2;
	/* Attempts that were under way when it opened fail later: they do not lengthen the pause. */
	if (b->open_until_us != 0 && !b->probing)
		return;
	if (b->probing || b->failures >= p->breaker_failures) {
		b->open_until_us = now_us + p->breaker_us;
		b->probing = false;
	}
}

void breaker_ease(struct breaker *b)
{
	if (b->open_until_us == 0)
		b->ramp = RAMP_FIRST;
}
