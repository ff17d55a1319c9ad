/*
 * The part of a batch that is under way: how it ends, and how it is begun anew where nothing was written.
 */
#include "base/log.h"
#include "flow/assess_priv.h"

#define PAUSE_US 30000

static struct loop *loop_of(const struct flight *f)
{
	return f->home->flow->deps.loop;
}

int by_bucket_and_id(const void *x, const void *y)
{
	const struct id *a = x, *b = y;
	int16_t ba = id_bucket(a), bb = id_bucket(b);

	return ba != bb ? (ba < bb ? -1 : 1) : id_cmp(a, b);
}

void flight_answers_done(struct inbox_item *item, enum inbox_outcome outcome)
{
	while (item != NULL) {
		struct inbox_item *next = item->next;

		item->outcome = outcome;
		item->is_first = true;
		item->on_done(item);
		item = next;
	}
}

/* Answers of what did not succeed are answered to that they are not stored: their messages go again. */
static void land_part(struct flight *f)
{
	for (int i = 0; i < f->count; i++) {
		flight_answers_done(f->answers[i], f->settled[i] ? INBOX_STORED : INBOX_TRY_AGAIN);
		f->answers[i] = NULL;
		hand_land(f->home->hand, &f->ids[i], f->settled[i], loop_now_us(loop_of(f)));
	}
	f->ids += f->count;
	f->settled += f->count;
	f->answers += f->count;
	f->count = f->total - (int)(f->ids - f->batch);
}

/* What is left of the batch is next, unless we stop. */
void flight_part_over(struct flight *f)
{
	struct assess *s = f->home;

	land_part(f);
	if (f->count > 0 && !s->flow->quiescing) {
		f->begin(f);
		return;
	}
	land_part(f);
	f->busy = false;
	arena_done(&f->arena);
	s->turn(s);
}

void flight_call(struct flight *f, db_done_fn *then)
{
	f->calling = true;
	db_start(f->home->flow->deps.db, &f->call, then);
}

static void on_pause(struct loop_timer *t)
{
	struct flight *f = container_of(t, struct flight, pause);

	f->begin(f);
}

/* Nothing was lost: the rows are as they were. Once more after a pause; while stopping, left to whoever comes next.
 * What cannot be written or held must not take the others with it: by halves, until it stands alone and is left.
 */
void flight_put_off(struct flight *f, const char *what, const struct db_answer *a)
{
	struct flow *fl = f->home->flow;
	bool has_culprit = a == NULL || a->outcome == DB_BAD_DATA || a->outcome == DB_CONFLICT;

	log_event(NULL, a != NULL && a->outcome == DB_BROKEN ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "assess.put_off", "%s of %d: %s %s %s", what, f->count,
	          a == NULL ? "no memory" : db_outcome_name(a->outcome), a == NULL ? "" : a->sqlstate, a == NULL || a->detail == NULL ? "" : a->detail);
	if (!fl->quiescing && has_culprit && f->count > 1) {
		f->count = (f->count + 1) / 2;
		f->begin(f);
	} else if (fl->quiescing || has_culprit || a->outcome == DB_BROKEN) {
		flight_part_over(f);
	} else {
		loop_timer_set(fl->deps.loop, &f->pause, PAUSE_US + (int64_t)(id_random(fl->deps.ids) % PAUSE_US), on_pause);
	}
}
