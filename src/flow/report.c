#include "flow/report.h"

#include <stdlib.h>

#include "base/log.h"
#include "store/dispatcher_store.h"

#define SOON_US     20000
#define LIVE_LEAST_S 15
#define ARENA_BYTES ((size_t)1 << 20)

struct report {
	struct flow *flow;
	report_look_fn *look;
	const void *lanes;
	struct arena arena;
	struct dispatcher_tell tell;
	struct db_call call;
	struct loop_timer timer;
	bool telling, again;
	int sharers;
};

static db_done_fn on_told;
static loop_timer_fn on_time;

static int64_t or_none(int64_t us)
{
	return us == 0 ? INT64_MIN : us;
}

static bool describe(struct report *r, enum authority a, struct dispatcher_row *out)
{
	struct tally_sum *lately = arena_alloc(&r->arena, sizeof(*lately));
	struct lane_look look;
	enum gate_state state;

	if (!r->look(r->lanes, a, &look) || lately == NULL)
		return false;
	state = gate_state(look.gate, &look.view);
	tally_sum(&look.gate->tally, look.view.now_us, lately);
	*out = (struct dispatcher_row){
		.authority = a, .state = gate_state_name(state), .in_flight = look.view.in_flight, .queued = look.queued, .lately = lately,
		.until_us = gate_until_us(look.gate, &look.view), .failing_since_us = or_none(look.gate->failing_since_us),
		.closed_since_us = or_none(look.gate->closed_since_us), .reached_us = or_none(look.gate->reached_us),
		.failures = look.gate->failures, .evidence = text_of(look.gate->evidence),
		.is_away = state == GATE_CLOSED || state == GATE_PROBING,
	};
	return true;
}

static int live_s(const struct report *r)
{
	int by_pace = r->flow->conf.report_ms * 4 / 1000;

	return by_pace > LIVE_LEAST_S ? by_pace : LIVE_LEAST_S;
}

static void tell(struct report *r)
{
	struct dispatcher_row *rows;
	int count = 0;

	arena_done(&r->arena);
	rows = arena_alloc(&r->arena, sizeof(*rows) * AUTHORITY_COUNT);
	for (int a = 0; rows != NULL && a < AUTHORITY_COUNT; a++)
		count += describe(r, (enum authority)a, &rows[count]);
	if (rows == NULL)
		return;
	dispatcher_store_tell(&r->tell, &r->arena, rows, count, live_s(r), clock_now_us(r->flow->deps.clock), &r->call);
	if (r->arena.full)
		return;
	r->telling = true;
	db_start(r->flow->deps.db, &r->call, on_told);
}

static void on_time(struct loop_timer *t)
{
	struct report *r = container_of(t, struct report, timer);

	loop_timer_set(r->flow->deps.loop, &r->timer, (int64_t)r->flow->conf.report_ms * 1000, on_time);
	if (!r->telling)
		tell(r);
	else
		r->again = true;
}

static void log_each(struct text codes, const char *words)
{
	struct text code;
	enum authority a;

	while (text_next(&codes, ',', &code))
		if (authority_by_code(code, &a))
			log_event(&(struct log_ids){ .authority = authority_code(a) }, LOG_LEVEL_WARNING, "authority.outage", "%s", words);
}

static void on_told(struct db_call *call, const struct db_answer *a)
{
	struct report *r = container_of(call, struct report, call);

	r->telling = false;
	if (a->outcome == DB_DONE && db_row_count(a->results[0]) == 1) {
		r->sharers = (int)db_get_int(a->results[0], 0, DISPATCHER_WORKERS);
		log_each(db_get_text(a->results[0], 0, DISPATCHER_BEGAN), "begins: it is recorded, with what its failures were");
		log_each(db_get_text(a->results[0], 0, DISPATCHER_ENDED), "is over");
	}
	if (r->again)
		report_soon(r);
	r->again = false;
}

void report_soon(struct report *r)
{
	struct loop *loop = r->flow->deps.loop;

	if (r->timer.place == 0 || r->timer.due_us > loop_now_us(loop) + SOON_US)
		loop_timer_set(loop, &r->timer, SOON_US, on_time);
}

int report_sharers(const struct report *r)
{
	return r->sharers;
}

struct report *report_new(struct flow *fl, report_look_fn *look, const void *lanes)
{
	struct report *r = calloc(1, sizeof(*r));

	if (r == NULL)
		return NULL;
	r->flow = fl;
	r->look = look;
	r->lanes = lanes;
	arena_init(&r->arena, ARENA_BYTES);
	for (int i = 0; i < 2; i++)
		memcpy(r->tell.worker.b + 8 * i, &(uint64_t){ id_random(fl->deps.ids) }, 8);
	loop_timer_set(fl->deps.loop, &r->timer, 0, on_time);
	return r;
}

void report_free(struct report *r)
{
	if (r == NULL)
		return;
	loop_timer_clear(r->flow->deps.loop, &r->timer);
	if (r->telling)
		db_cancel(r->flow->deps.db, &r->call);
	arena_done(&r->arena);
	free(r);
}
