/* A step asks for numbers; what numbering is stands in the database. */
#include "flow/sequencer.h"

#include "base/log.h"

static const struct db_stmt advance = {
	.name = "feed_advance",
	.sql = "select given, watermark, more, moved from feed_advance($1::integer)",
	.param_count = 1,
	.flags = DB_WRITES,
};
enum { COL_GIVEN, COL_WATERMARK, COL_MORE, COL_MOVED };

struct sequencer {
	struct follower base;
	struct db_param params[1];
};

static void on_advanced(struct db_call *call, const struct db_answer *a)
{
	struct sequencer *s = container_of(call, struct sequencer, base.call);
	const struct db_rows *rows;

	if (!follower_is_good(&s->base, a))
		return;
	rows = a->results[0];
	if (db_row_count(rows) == 0) { /* another daemon is at it */
		follower_rest(&s->base, false);
		return;
	}
	if (db_get_int(rows, 0, COL_MOVED) != 0)
		log_event(NULL, LOG_LEVEL_WARNING, "feed.moved", "the database has transaction numbers of another cluster; numbers go on from %lld",
		          (long long)db_get_int(rows, 0, COL_WATERMARK));
	follower_rest(&s->base, db_get_int(rows, 0, COL_MORE) != 0);
}

static void begin(struct follower *f)
{
	struct sequencer *s = container_of(f, struct sequencer, base);

	s->params[0] = db_i32(&f->arena, f->conf.batch);
	follower_ask(f, &advance, s->params, on_advanced);
}

const struct follower_kind sequencer_kind = {
	.what = "the feed's numbers",
	.put_off_event = "feed.put_off",
	.bytes = sizeof(struct sequencer),
	.step_bytes = 4096,
	.begin = begin,
};
