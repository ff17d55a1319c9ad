/*
 * What departments have answered about the goods and licences of a flight, before it settles.
 *
 *   matched ──> known? memory, else one trip for the whole part ──> weighed (assess_risk.c) ──> settle, write ──> what is lacking is wanted
 *
 * Where no department is connected for questions, and where memory knows all, nothing of this costs a trip.
 */
#include "flow/assess_priv.h"

static db_done_fn on_known;

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
		flight_weigh(f);
		return;
	}
	for (int i = 0; i < f->count && fits; i++)
		fits = !f->judged[i].found || judge_want_lookups(&f->arena, &f->judged[i], (*fl->deps.rules)->book, bits);
	if (!fits || !collect(f, now_us)) {
		flight_put_off(f, "questions", NULL);
		return;
	}
	if (f->asked_count == 0) {
		flight_weigh(f);
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
		flight_weigh(f);
}
