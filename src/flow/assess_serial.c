/*
 * The serials of preNo numbers: drawn from the database by the thousand, kept as a stack.
 */
#include "flow/assess_priv.h"

#define SERIAL_LOW 400

static db_done_fn on_serial;

void assess_ask_serials(struct assess *s)
{
	if (s->serial_asked || s->serial_count >= SERIAL_LOW)
		return;
	s->serial_asked = true;
	db_call_init(&s->serial_call);
	db_call_add(&s->serial_call, &assess_store_serial, NULL);
	db_start(s->flow->deps.db, &s->serial_call, on_serial);
}

static void on_serial(struct db_call *c, const struct db_answer *a)
{
	struct assess *s = container_of(c, struct assess, serial_call);

	s->serial_asked = false;
	if (a->outcome != DB_DONE)
		return; /* the next sweep asks again */
	for (uint32_t i = 0, first = (uint32_t)db_get_int(a->results[0], 0, 0); i < SERIAL_BLOCK; i++)
		s->serials[s->serial_count++] = first + SERIAL_BLOCK - 1 - i; /* a stack: the lowest on top */
	s->turn(s);
}

bool assess_next_serial(void *arg, uint32_t *serial)
{
	struct assess *s = arg;

	if (s->serial_count == 0)
		return false;
	*serial = s->serials[--s->serial_count];
	return true;
}
