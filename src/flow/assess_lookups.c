/*
 * What a flight asks departments: before it settles, of what is known; after it is written, for what is not.
 *
 *   matched ──> known? memory, else one trip for the whole part ──> settle, write ──> what is lacking is wanted ──> part over
 *
 * Where no department is connected for questions, and where memory knows all, nothing of this costs a trip. What is wanted is written
 * after the judgement, so that the answer, which may come at once, finds the declaration waiting for it.
 */
#include "flow/assess_priv.h"

static db_done_fn on_known, on_wanted;

static unsigned asked_bits(const struct flight *f)
{
	return lookups_connected(*f->home->flow->deps.rules);
}

/* The keys that memory does not know, each with the place where its standing belongs. False: arena full. */
static bool collect(struct flight *f, int64_t now_us)
{
	const struct lookup_memory *memory = lookups_memory(f->home->flow->lookups);
	size_t room = 0;

	for (int i = 0; i < f->count; i++)
		room += (size_t)f->judged[i].lookup_count;
	f->asked_count = 0;
	if (room == 0)
		return true;
	f->asked_of = arena_alloc(&f->arena, sizeof(*f->asked_of) * room);
	f->wanted_of = arena_alloc(&f->arena, sizeof(*f->wanted_of) * room);
	for (int i = 0; !f->arena.full && i < f->count; i++) {
		struct judged *j = &f->judged[i];

		for (int k = 0; k < j->lookup_count; k++) {
			const struct judged_lookup *one = &j->lookups[k];
			const struct lookup_known *known = lookup_memory_get(memory, one->rule->authority, one->rule->question, one->key, now_us);

			if (known != NULL && judge_lookup_known(j, k, known, now_us))
				continue;
			f->asked_of[f->asked_count] = (struct lookup_asked){ one->rule, one->key, j->id };
			f->wanted_of[f->asked_count++] = (struct lookup_place){ i, k };
		}
	}
	return !f->arena.full;
}

void flight_look_up(struct flight *f)
{
	struct flow *fl = f->home->flow;
	unsigned bits = asked_bits(f);
	int64_t now_us = clock_now_us(fl->deps.clock);
	bool fits = true;

	if (bits == 0) {
		flight_settle(f);
		return;
	}
	for (int i = 0; i < f->count && fits; i++)
		fits = !f->judged[i].found || judge_want_lookups(&f->arena, &f->judged[i], (*fl->deps.rules)->book, bits);
	if (!fits || !collect(f, now_us)) {
		flight_put_off(f, "questions", NULL);
		return;
	}
	if (f->asked_count == 0) {
		flight_settle(f);
		return;
	}
	lookup_store_known(&f->known, &f->arena, f->asked_of, f->asked_count, now_us, &f->call);
	if (f->arena.full)
		flight_put_off(f, "questions", NULL);
	else
		flight_call(f, on_known);
}

/* An answer that cannot be read any more counts as none: it is asked for anew. */
static struct lookup_known read_known(struct flight *f, const struct db_rows *r, int row, enum lookup_question q)
{
	struct lookup_known k = { .is_failing = db_get_int(r, row, LK_FAILING) != 0, .valid_until_us = db_get_time(r, row, LK_VALID_UNTIL),
		                  .shown_until_us = db_get_time(r, row, LK_SHOWN_UNTIL) };
	struct fault fault = { 0 };

	k.has_answer = db_get_id(r, row, LK_ID, &k.id) &&
	               lookup_read(&f->arena, q, db_get_text(r, row, LK_ANSWER), db_get_time(r, row, LK_ASKED_AT), &k.reading, &fault);
	return k;
}

static void on_known(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);
	struct flow *fl = f->home->flow;
	int64_t now_us = clock_now_us(fl->deps.clock);

	f->calling = false;
	if (a->outcome != DB_DONE) {
		flight_put_off(f, "questions", a);
		return;
	}
	for (int row = 0; row < db_row_count(a->results[0]); row++) {
		const struct lookup_place at = f->wanted_of[db_get_int(a->results[0], row, LK_PLACE) - 1];
		const struct judged_lookup *one = &f->judged[at.judged].lookups[at.lookup];
		struct lookup_known known = read_known(f, a->results[0], row, one->rule->question);

		(void)judge_lookup_known(&f->judged[at.judged], at.lookup, &known, now_us);
		lookup_memory_put(lookups_memory(fl->lookups), one->rule->authority, one->rule->question, one->key, &known, now_us);
	}
	if (f->arena.full)
		flight_put_off(f, "questions", NULL);
	else
		flight_settle(f);
}

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
