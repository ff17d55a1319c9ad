/*
 * What attempts came to, recorded for all subscriptions together: how far the streams are done, what failed, what is
 * done, whom to disable, and the log of attempts, in one transaction. Until it is stored nothing is forgotten; stored twice it does
 * no harm.
 */
#include "flow/push_priv.h"

#include <stdio.h>

#include "base/log.h"

#define RECORD_MAX     256 /* messages in one record */
#define FLUSH_US       20000
#define AGAIN_US       1000000

static db_done_fn on_recorded;
static loop_timer_fn on_flush;

struct record { /* in the record's arena */
	struct db_param streams[PUSH_STREAMS_PARAMS], failed[PUSH_FAILED_PARAMS], done[PUSH_DONE_PARAMS], log[PUSH_LOG_PARAMS];
};

void push_arm_flush(struct push *p)
{
	if (!p->recording && p->flush_timer.place == 0)
		loop_timer_set(p->deps.loop, &p->flush_timer, FLUSH_US, on_flush);
}

static void on_flush(struct loop_timer *t)
{
	push_record(container_of(t, struct push, flush_timer));
}

/* --- the record ------------------------------------------------------------------------------------------------------- */

/* The first of what has ended becomes what is recorded. */
static void take_ended(struct push *p)
{
	struct push_message *m = p->ended_first, *last = NULL;

	p->recording_first = m;
	for (int n = 0; m != NULL && n < RECORD_MAX; n++) {
		m->stage = PUSH_RECORDING;
		last = m;
		m = m->next;
	}
	p->ended_first = m;
	if (m == NULL)
		p->ended_last = NULL;
	if (last != NULL)
		last->next = NULL;
}

void push_record(struct push *p)
{
	struct record *r;

	if (p->recording || (p->ended_first == NULL && p->disabled_count == 0 && !p->store_all))
		return;
	r = arena_zalloc(&p->record_arena, sizeof(*r));
	if (r == NULL)
		return;
	take_ended(p);
	push_put_streams(p, r->streams);
	push_put_failed(p, r->failed);
	push_put_done(p, r->done);
	push_put_log(p, r->log);
	p->store_all = false;
	p->recording = true;
	if (p->record_arena.full) { /* cannot be: a record is bounded; if it is, it goes again */
		on_recorded(&p->record_call, &(struct db_answer){ .outcome = DB_TRY_AGAIN, .detail = "no memory for the record" });
		return;
	}
	db_call_init(&p->record_call);
	db_call_add(&p->record_call, &push_store_streams, r->streams);
	db_call_add(&p->record_call, &push_store_failed, r->failed);
	db_call_add(&p->record_call, &push_store_done, r->done);
	db_call_add(&p->record_call, &push_store_log, r->log);
	db_start(p->deps.db, &p->record_call, on_recorded);
}

static void back_to_ended(struct push *p)
{
	struct push_message *last = NULL;

	for (struct push_message *m = p->recording_first; m != NULL; m = m->next) {
		m->stage = PUSH_ENDED;
		last = m;
	}
	if (last == NULL)
		return;
	last->next = p->ended_first;
	if (p->ended_first == NULL)
		p->ended_last = last;
	p->ended_first = p->recording_first;
}

static void forget_recorded(struct push *p)
{
	struct push_message *m, *next;

	for (m = p->recording_first; m != NULL; m = next) {
		struct push_sub *s = m->sub;

		next = m->next;
		if (push_is_failed(m) && m->stream != NULL)
			s->waiting++;
		else if (push_is_done(m) && !m->is_ping && s->waiting > 0)
			s->waiting--;
		s->ended--;
		push_message_free(m);
	}
}

/* Marks of what was being recorded; not stored, they stand again. */
static void settle_marks(struct push *p, bool good)
{
	for (int i = 0; i < p->sub_count; i++) {
		struct push_sub *s = p->subs[i];

		if (!good && s->disabling && !s->disabled)
			p->disabled_count++;
		s->freed = s->freed || (!good && s->freeing);
		s->disabled = s->disabled || (!good && s->disabling);
		s->freeing = s->disabling = false;
	}
	p->store_all = p->store_all || !good;
}

static void on_recorded(struct db_call *call, const struct db_answer *answer)
{
	struct push *p = container_of(call, struct push, record_call);
	bool good = answer->outcome == DB_DONE;

	p->recording = false;
	push_streams_stored(p, good);
	settle_marks(p, good);
	if (good) {
		forget_recorded(p);
	} else {
		log_event(NULL, LOG_LEVEL_WARNING, "push.not_recorded", "%s %s", db_outcome_name(answer->outcome), answer->detail == NULL ? "" : answer->detail);
		back_to_ended(p);
	}
	p->recording_first = NULL;
	arena_done(&p->record_arena);
	if (p->ended_first != NULL || p->disabled_count > 0 || p->store_all)
		loop_timer_set(p->deps.loop, &p->flush_timer, good ? 0 : AGAIN_US, on_flush);
	p->go_on(p);
}

/* --- whom to disable -------------------------------------------------------------------------------------------------- */

void push_disable(struct push *p, struct push_sub *s, const char *reason)
{
	char id[ID_TEXT_BYTES];

	if (!s->enabled)
		return;
	s->enabled = false;
	s->disabled = true;
	(void)snprintf(s->why, sizeof(s->why), "%s", reason);
	p->disabled_count++;
	p->stats.disabled++;
	id_format(&s->id, id);
	log_event(NULL, LOG_LEVEL_WARNING, "subscription.disabled", "%s: %s", id, reason);
	push_drop_queue(s);
}
