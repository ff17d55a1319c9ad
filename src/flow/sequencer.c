/* When to ask for numbers; what numbering is stands in the database. */
#include "flow/sequencer.h"

#include <stdlib.h>

#include "base/log.h"

static const struct db_stmt advance = {
	.name = "feed_advance",
	.sql = "select given, watermark, more, moved from feed_advance($1::integer)",
	.param_count = 1,
	.flags = DB_WRITES,
};
enum { COL_GIVEN, COL_WATERMARK, COL_MORE, COL_MOVED };

struct sequencer {
	struct sequencer_conf conf;
	struct loop *loop;
	struct db *db;
	struct loop_timer sweep;
	struct db_call call;
	struct db_param params[1];
	struct arena arena; /* of the parameter, made once */
	bool asking, quiesced, has_failed; /* has_failed: the last one; told once */
};

static loop_timer_fn on_sweep;

static void rest(struct sequencer *s, int64_t for_us)
{
	if (!s->quiesced)
		loop_timer_set(s->loop, &s->sweep, for_us, on_sweep);
}

static void on_advanced(struct db_call *call, const struct db_answer *a)
{
	struct sequencer *s = container_of(call, struct sequencer, call);
	bool more = false;

	s->asking = false;
	if (a->outcome != DB_DONE && !s->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "feed.put_off", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	s->has_failed = a->outcome != DB_DONE;
	if (a->outcome == DB_DONE && db_row_count(a->results[0]) == 1) { /* none: another daemon is at it */
		more = db_get_int(a->results[0], 0, COL_MORE) != 0;
		if (db_get_int(a->results[0], 0, COL_MOVED) != 0)
			log_event(NULL, LOG_LEVEL_WARNING, "feed.moved", "the database has transaction numbers of another cluster; numbers go on from %lld",
			          (long long)db_get_int(a->results[0], 0, COL_WATERMARK));
	}
	rest(s, more ? 0 : (int64_t)s->conf.sweep_ms * 1000);
}

static void on_sweep(struct loop_timer *t)
{
	struct sequencer *s = container_of(t, struct sequencer, sweep);

	s->asking = true;
	db_call_init(&s->call);
	db_call_add(&s->call, &advance, s->params);
	db_start(s->db, &s->call, on_advanced);
}

struct sequencer *sequencer_new(const struct sequencer_conf *conf, struct loop *loop, struct db *db, struct fault *f)
{
	struct sequencer *s = calloc(1, sizeof(*s));

	if (s == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the feed's numbers");
		return NULL;
	}
	s->conf = *conf;
	s->loop = loop;
	s->db = db;
	arena_init(&s->arena, 256);
	s->params[0] = db_i32(&s->arena, conf->batch);
	if (s->arena.full) {
		arena_done(&s->arena);
		free(s);
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the feed's numbers");
		return NULL;
	}
	rest(s, 0);
	return s;
}

void sequencer_quiesce(struct sequencer *s)
{
	s->quiesced = true;
	loop_timer_clear(s->loop, &s->sweep);
}

bool sequencer_idle(const struct sequencer *s)
{
	return !s->asking;
}

void sequencer_free(struct sequencer *s)
{
	if (s == NULL)
		return;
	loop_timer_clear(s->loop, &s->sweep);
	if (s->asking)
		db_cancel(s->db, &s->call);
	arena_done(&s->arena);
	free(s);
}
