/*
 * Group commit.
 *
 *   submit ──> waiting ──> flight ──sent──> answered ──> settle each candidate, and its twins with it
 *                                              │
 *                                              ├─ bad data, too large: the halves fly again, one after the other
 *                                              ├─ certainly not stored: the same flight again, after a pause
 *                                              └─ unknown: the same bytes and ids again, until give_up
 *
 * A flight is one batch with its receipts: built once, sent as often as need be. Of several candidates with one key
 * the first one flies; its twins wait for what becomes of it: the same content is a repeat. Changes and deletions,
 * and additions that met other content, go to the slow lane (revision.c).
 */
#include "store/intake.h"

#include <assert.h>
#include <stdlib.h>

#include "store/intake_flight_priv.h"

#define FLIGHT_BYTES ((size_t)256 << 20) /* bounded in fact by waiting_limit and the body limit */

static loop_task_fn on_soon;
static void flush(struct intake *i);

/* --- queue -------------------------------------------------------------------------------------------------- */

static void on_soon(struct loop_task *t)
{
	flush(container_of(t, struct intake, soon));
}

static void on_company(struct loop_timer *t)
{
	flush(container_of(t, struct intake, company));
}

static void on_room(void *arg)
{
	flush(arg);
}

struct intake *intake_new(const struct intake_conf *conf, const struct intake_deps *deps, struct fault *f)
{
	struct intake *i = calloc(1, sizeof(*i));

	if (i == NULL || (i->lane = revision_lane_new(conf, deps)) == NULL) {
		free(i);
		(void)fault_set(f, FAULT_SYSTEM, "no memory for intake");
		return NULL;
	}
	assert(conf->batch_limit >= 1 && conf->batch_limit <= INTAKE_BATCH_MAX);
	assert(conf->flights >= INTAKE_OVERLAP && conf->flights <= INTAKE_FLIGHTS_MAX && conf->company >= 1);
	i->conf = *conf;
	i->conf.company = conf->company < conf->batch_limit ? conf->company : conf->batch_limit;
	i->deps = *deps;
	i->tail = &i->head;
	i->on_soon = on_soon;
	i->left_us = -(int64_t)conf->beat_us; /* the first one need not wait */
	for (int k = 0; k < conf->flights; k++) {
		i->flights[k].home = i;
		arena_init(&i->flights[k].receipts, FLIGHT_BYTES);
		arena_init(&i->flights[k].arena, FLIGHT_BYTES);
	}
	db_on_room(deps->db, on_room, i);
	return i;
}

void intake_free(struct intake *i)
{
	if (i == NULL)
		return;
	db_on_room(i->deps.db, NULL, NULL);
	loop_soon_cancel(i->deps.loop, &i->soon);
	loop_timer_clear(i->deps.loop, &i->company);
	for (int k = 0; k < i->conf.flights; k++) {
		struct intake_flight *fl = &i->flights[k];

		if (fl->busy && fl->pause.place == 0)
			db_cancel(i->deps.db, &fl->call);
		loop_timer_clear(i->deps.loop, &fl->pause);
		arena_done(&fl->receipts);
		arena_done(&fl->arena);
	}
	revision_lane_free(i->lane);
	free(i);
}

static bool has_company(const struct intake *i)
{
	return i->waiting >= i->conf.company;
}

bool intake_submit(struct intake *i, struct intake_submission *s, intake_done_fn *on_done)
{
	int64_t now_us = clock_now_us(i->deps.clock);

	assert(s->candidate_count >= 1 && s->candidate_count <= NODES_MAX);
	if (i->waiting + s->candidate_count > i->conf.waiting_limit)
		return false;
	s->on_done = on_done;
	s->home = i;
	s->next = NULL;
	s->pending = s->candidate_count;
	s->submitted_us = loop_now_us(i->deps.loop);
	s->id = id_new(i->deps.ids, now_us, (int16_t)(s->body_sha256.b[0] % ID_BUCKETS));
	for (int k = 0; k < s->candidate_count; k++) {
		struct candidate *c = &s->candidates[k];

		c->of = s;
		c->outcome = INTAKE_PENDING;
		c->rule = RULE_COUNT;
		c->revision = 1;
		c->id = id_new(i->deps.ids, now_us, id_bucket(&c->key));
		c->first_id = (struct id){ { 0 } };
		c->receipt = (struct text){ NULL, 0 };
		c->twin = NULL;
	}
	*i->tail = s;
	i->tail = &s->next;
	i->waiting += s->candidate_count;
	if (i->conf.flush_us == 0 || has_company(i))
		loop_soon(i->deps.loop, &i->soon, on_soon);
	else if (i->company.place == 0)
		loop_timer_set(i->deps.loop, &i->company, i->conf.flush_us, on_company);
	return true;
}

/* --- flush ------------------------------------------------------------------------------------------------------ */

static int in_flight(const struct intake *i)
{
	int n = 0;

	for (int k = 0; k < i->conf.flights; k++)
		n += i->flights[k].busy ? i->flights[k].count : 0;
	return n;
}

/* Each flight takes its share of all that is on its way, so that they take turns. */
static int share(const struct intake *i)
{
	int n = (i->waiting + in_flight(i) + INTAKE_OVERLAP - 1) / INTAKE_OVERLAP;

	if (n < i->conf.company)
		n = i->conf.company;
	return n < i->conf.batch_limit ? n : i->conf.batch_limit;
}

/* Those that have taken so long that nobody waits for them do not count. */
static bool may_fly(const struct intake *i)
{
	int64_t stuck_before_us = loop_now_us(i->deps.loop) - DB_STUCK_US;
	int flying = 0;

	for (int k = 0; k < i->conf.flights; k++)
		flying += i->flights[k].busy && i->flights[k].left_us > stuck_before_us;
	return flying < INTAKE_OVERLAP;
}

static void gather_submissions(struct intake *i, struct intake_flight *fl)
{
	int limit = share(i);

	while (i->head != NULL && fl->count < limit) {
		struct intake_submission *s = i->head;
		int count = s->candidate_count; /* s may be gone with its last candidate */

		i->head = s->next;
		if (i->head == NULL)
			i->tail = &i->head;
		i->waiting -= count;
		for (int k = 0; k < count; k++) {
			struct candidate *c = &s->candidates[k];

			if (c->action == ACTION_ADD && c->kind != DOC_CANCELLATION && !return_is_read_first(c))
				fl->list[fl->count++] = c;
			else
				intake_revise(i, c);
		}
	}
}

static int by_key(const struct candidate *x, const struct candidate *y)
{
	int16_t a = id_bucket(&x->key), b = id_bucket(&y->key);

	return a != b ? (a < b ? -1 : 1) : id_cmp(&x->key, &y->key);
}

static int by_key_for_sort(const void *a, const void *b)
{
	const struct candidate *x = *(struct candidate *const *)a, *y = *(struct candidate *const *)b;
	int order = by_key(x, y);

	return order != 0 ? order : id_cmp(&x->id, &y->id);
}

/* Equal keys: the one that came first stands first. */
static void sort_by_key(struct candidate **list, int count)
{
	qsort(list, (size_t)count, sizeof(list[0]), by_key_for_sort);
}

static bool same_key(const struct candidate *a, const struct candidate *b)
{
	return by_key(a, b) == 0;
}

/* Sorted by key: equal keys stand side by side; all but the first are tied to it. */
static void tie_twins(struct intake_flight *fl)
{
	struct candidate **end = NULL;
	int kept = 0;

	for (int k = 0; k < fl->count; k++) {
		struct candidate *c = fl->list[k];

		if (kept > 0 && same_key(fl->list[kept - 1], c))
			*end = c;
		else
			fl->list[kept++] = c;
		end = &c->twin;
	}
	fl->count = kept;
}

static bool load_flight(struct intake *i, struct intake_flight *fl)
{
	fl->count = 0;
	gather_submissions(i, fl);
	sort_by_key(fl->list, fl->count);
	tie_twins(fl);
	return fl->count > 0;
}

static void flush(struct intake *i)
{
	int64_t early_us = i->left_us + i->conf.beat_us - loop_now_us(i->deps.loop);

	loop_timer_clear(i->deps.loop, &i->company);
	if (early_us > 0 && !has_company(i)) {
		if (i->head != NULL)
			loop_timer_set(i->deps.loop, &i->company, early_us, on_company);
		return;
	}
	for (int k = 0; k < i->conf.flights && i->head != NULL && may_fly(i); k++) {
		struct intake_flight *fl = &i->flights[k];

		if (fl->busy || !load_flight(i, fl))
			continue;
		i->left_us = fl->left_us = loop_now_us(i->deps.loop);
		intake_fly(fl);
	}
	if (i->head != NULL) /* else the next one leaves when one returns */
		loop_timer_set(i->deps.loop, &i->company, DB_STUCK_US, on_company);
}

bool intake_is_calm(const struct intake *i)
{
	return i->waiting < i->conf.waiting_limit / 2;
}

bool intake_is_busy(const struct intake *i)
{
	return loop_now_us(i->deps.loop) < i->busy_until_us;
}

bool intake_idle(const struct intake *i)
{
	for (int k = 0; k < i->conf.flights; k++)
		if (i->flights[k].busy)
			return false;
	return i->head == NULL && revision_waiting(i->lane) == 0;
}

void intake_stats_get(const struct intake *i, struct intake_stats *out)
{
	*out = i->stats;
	out->waiting = i->waiting;
	out->in_flight = in_flight(i);
}
