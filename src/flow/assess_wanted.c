/*
 * What a flight asks departments, once it is written: that which its judgements lacked.
 *
 *   settle, write ──> what is lacking is wanted ──> part over
 *
 * What is wanted is written after the judgement, so that the answer, which may come at once, finds the declaration waiting for it.
 */
#include "flow/assess_priv.h"

static db_done_fn on_wanted;

/* Of the declarations that were written as they were judged. */
static int gather_wanted(struct flight *f, struct lookup_asked *out)
{
	int count = 0;

	for (int i = 0; i < f->count; i++)
		if (f->settled[i] && f->judged[i].found)
			count += judge_asked(&f->judged[i], out + count, &f->arena);
	return count;
}

void flight_want(struct flight *f)
{
	struct flow *fl = f->home->flow;
	int64_t now_us = clock_now_us(fl->deps.clock);
	size_t room = 0;
	struct lookup_asked *asked;
	struct id *ids;
	int count;

	for (int i = 0; i < f->count; i++)
		room += f->judged[i].attested_by != NULL || f->judged[i].lookup_count > 0 ? (size_t)f->judged[i].lookup_count + 1 : 0;
	if (room == 0) {
		flight_part_over(f);
		return;
	}
	asked = arena_alloc(&f->arena, sizeof(*asked) * room);
	ids = arena_alloc(&f->arena, sizeof(*ids) * room);
	count = asked == NULL || ids == NULL ? 0 : gather_wanted(f, asked);
	if (count == 0 && !f->arena.full) {
		flight_part_over(f);
		return;
	}
	for (int i = 0; i < count; i++)
		ids[i] = id_new(fl->deps.ids, now_us, (int16_t)(id_random(fl->deps.ids) % ID_BUCKETS));
	if (!f->arena.full)
		lookup_store_want(&f->want, &f->arena, asked, ids, count, now_us, &f->call);
	if (f->arena.full)
		flight_put_off(f, "questions", NULL);
	else
		flight_call(f, on_wanted);
}

static void on_wanted(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);

	f->calling = false;
	if (a->outcome != DB_DONE) { /* judged once more: the same follows, and is wanted again */
		flight_put_off(f, "questions", a);
		return;
	}
	lookups_kick(f->home->flow->lookups);
	flight_part_over(f);
}
