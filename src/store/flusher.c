#include "store/flusher.h"

#include "base/log.h"

static loop_timer_fn on_flush;

static void rest(struct flusher *f)
{
	arena_done(&f->arena);
	f->asking = false;
	if (!f->quiesced)
		loop_timer_set(f->loop, &f->timer, (int64_t)f->every_ms * 1000, on_flush);
	else if (!f->has_failed && f->counting->count > 0)
		loop_timer_set(f->loop, &f->timer, 0, on_flush);
}

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct flusher *f = container_of(call, struct flusher, call);
	bool good = a->outcome == DB_DONE;

	if (!good && !f->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, f->kind->not_written_event, "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	f->has_failed = !good;
	if (a->outcome != DB_TRY_AGAIN)
		f->kind->over(f, f->sending, good);
	rest(f);
}

static void on_flush(struct loop_timer *t)
{
	struct flusher *f = container_of(t, struct flusher, timer);

	if (f->sending->count == 0) {
		struct flush_half *full = f->counting;

		f->counting = f->sending;
		f->sending = full;
	}
	if (f->sending->count == 0) {
		rest(f);
		return;
	}
	f->asking = true;
	f->kind->fill(f, f->sending);
	if (f->arena.full) {
		on_written(&f->call, &(struct db_answer){ .outcome = DB_TRY_AGAIN, .detail = "no memory" });
		return;
	}
	db_call_init(&f->call);
	db_call_add(&f->call, f->kind->stmt, f->params);
	db_start(f->db, &f->call, on_written);
}

void flusher_begin(struct flusher *f, struct flush_half *one, struct flush_half *other, size_t arena_bytes)
{
	f->counting = one;
	f->sending = other;
	arena_init(&f->arena, arena_bytes);
	rest(f);
}

void flusher_quiesce(struct flusher *f)
{
	f->quiesced = true;
	f->has_failed = false;
	if (!f->asking)
		loop_timer_set(f->loop, &f->timer, 0, on_flush);
}

bool flusher_is_idle(const struct flusher *f)
{
	return !f->asking && (f->has_failed || flusher_waiting(f) == 0);
}

int flusher_waiting(const struct flusher *f)
{
	return f->counting->count + f->sending->count;
}

void flusher_end(struct flusher *f)
{
	if (f->counting == NULL)
		return;
	loop_timer_clear(f->loop, &f->timer);
	if (f->asking)
		db_cancel(f->db, &f->call);
	arena_done(&f->arena);
}
