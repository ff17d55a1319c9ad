/* When to ask; what is done stands in the database. */
#include "flow/follow_up.h"

#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"

enum { PIECE = 1000, STRANGERS = 100, PRICES = 200 }; /* bills, events and returns looked at in one go; inventories read; events that prices are learnt from */

static const struct db_stmt bind = {
	.name = "tax_bills_bind",
	.sql = "select bound, more from tax_bills_bind($1::integer, $2::timestamptz, $3::uuid)",
	.param_count = 3,
	.flags = DB_WRITES,
};
enum { COL_BOUND, COL_MORE };

static const struct db_stmt lapse = {
	.name = "goods_returns_lapse",
	.sql = "select goods_returns_lapse($1::integer, $2::timestamptz, $3::uuid)",
	.param_count = 3,
	.flags = DB_WRITES,
};

static const struct db_stmt learn_prices = {
	.name = "risk_prices_learn",
	.sql = "select risk_prices_learn($1::integer)",
	.param_count = 1,
	.flags = DB_WRITES,
};

/* Bills that do not say whose they are: their inventories, encrypted. */
static const struct db_stmt strangers = {
	.name = "tax_bills_strangers",
	.sql =
	"select b.tax_no, i.id, i.document from (select * from tax_bill b where b.asks_parties order by b.tax_no limit $1::integer) b"
	" cross join lateral tax_bill_inventory(b.declaration_id) i",
	.param_count = 1,
};
enum { STRANGER_TAX_NO, STRANGER_INVENTORY, STRANGER_DOCUMENT };

static const struct db_stmt name_parties = {
	.name = "tax_bills_name",
	.sql =
	"update tax_bill b set asks_parties = false, declarant_code = coalesce(b.declarant_code, x.declarant), merchant_code = coalesce(b.merchant_code, x.merchant)"
	" from unnest($1::text[], $2::text[], $3::text[]) as x(tax_no, declarant, merchant) where b.tax_no = x.tax_no",
	.param_count = 3,
	.flags = DB_WRITES,
};

struct follow_up {
	struct follow_up_deps deps;
	struct loop_timer sweep;
	struct db_call call;
	struct arena arena;
	struct id batches[2]; /* of the changes that tell it */
	struct db_param params[2][3], limit[1], prices[1], named[3];
	int64_t pause_us; /* after this step */
	bool asking, quiesced, has_failed; /* has_failed: the last one; told once */
};

static loop_timer_fn on_sweep;

static void rest(struct follow_up *u, int64_t for_us)
{
	if (!u->quiesced)
		loop_timer_set(u->deps.loop, &u->sweep, for_us, on_sweep);
}

static void step_over(struct follow_up *u)
{
	u->asking = false;
	arena_done(&u->arena);
	rest(u, u->pause_us);
}

static void note(struct follow_up *u, const struct db_answer *a)
{
	if (a->outcome != DB_DONE && !u->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "follow_up.put_off", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	u->has_failed = a->outcome != DB_DONE;
}

static void on_named(struct db_call *call, const struct db_answer *a)
{
	struct follow_up *u = container_of(call, struct follow_up, call);

	note(u, a);
	step_over(u);
}

/* NULL: it cannot be read; its bill stays without them. */
static const struct json *open_inventory(struct follow_up *u, const struct db_rows *rows, int row)
{
	char text[ID_TEXT_BYTES];
	struct vault_place place;
	struct fault f = { 0 };
	struct text document;
	struct id id;

	if (!db_get_id(rows, row, STRANGER_INVENTORY, &id))
		return NULL;
	place = vault_at("filing", &id);
	if (vault_open(u->deps.vault, &u->arena, &place, db_get_text(rows, row, STRANGER_DOCUMENT), &document, &f))
		return json_parse(&u->arena, document, &f);
	id_format(&id, text);
	log_event(&(struct log_ids){ .filing = text }, LOG_LEVEL_ERROR, "record.damaged", "%s", f.text);
	return NULL;
}

static void name_strangers(struct follow_up *u, const struct db_rows *rows)
{
	int count = db_row_count(rows);
	struct db_array x[3];

	for (int i = 0; i < 3; i++)
		db_array_begin(&x[i], &u->arena, DB_KIND_TEXT, count, 40 * (size_t)count);
	for (int row = 0; row < count; row++) {
		const struct json *inventory = open_inventory(u, rows, row);

		db_array_text(&x[0], db_get_text(rows, row, STRANGER_TAX_NO));
		db_array_text(&x[1], json_text(json_member(inventory, "declarant_code")));
		db_array_text(&x[2], json_text(json_member(inventory, "merchant_code")));
	}
	for (int i = 0; i < 3; i++)
		u->named[i] = db_array_end(&x[i]);
	if (u->arena.full) {
		step_over(u);
		return;
	}
	db_call_init(&u->call);
	db_call_add(&u->call, &name_parties, u->named);
	db_start(u->deps.db, &u->call, on_named);
}

static void on_asked(struct db_call *call, const struct db_answer *a)
{
	struct follow_up *u = container_of(call, struct follow_up, call);
	bool more = false;

	note(u, a);
	if (a->outcome == DB_DONE) {
		bool bills_left = db_row_count(a->results[0]) == 1 && db_get_int(a->results[0], 0, COL_MORE) != 0;

		more = bills_left || db_get_int(a->results[1], 0, 0) == PIECE || db_row_count(a->results[2]) == STRANGERS;
	}
	u->pause_us = more ? 0 : (int64_t)u->deps.sweep_ms * 1000;
	if (a->outcome == DB_DONE && db_row_count(a->results[2]) > 0)
		name_strangers(u, a->results[2]);
	else
		step_over(u);
}

static void on_sweep(struct loop_timer *t)
{
	struct follow_up *u = container_of(t, struct follow_up, sweep);
	int64_t now_us = clock_now_us(u->deps.clock);

	for (int i = 0; i < 2; i++) {
		u->batches[i] = id_new(u->deps.ids, now_us, (int16_t)(id_random(u->deps.ids) % ID_BUCKETS));
		u->params[i][0] = db_i32(&u->arena, PIECE);
		u->params[i][1] = db_time(&u->arena, now_us);
		u->params[i][2] = db_id(&u->batches[i]);
	}
	u->limit[0] = db_i32(&u->arena, STRANGERS);
	u->prices[0] = db_i32(&u->arena, PRICES);
	if (u->arena.full) {
		arena_done(&u->arena);
		rest(u, (int64_t)u->deps.sweep_ms * 1000);
		return;
	}
	u->asking = true;
	db_call_init(&u->call);
	db_call_add(&u->call, &bind, u->params[0]);
	db_call_add(&u->call, &lapse, u->params[1]);
	db_call_add(&u->call, &strangers, u->limit);
	db_call_add(&u->call, &learn_prices, u->prices);
	db_start(u->deps.db, &u->call, on_asked);
}

struct follow_up *follow_up_new(const struct follow_up_deps *deps, struct fault *f)
{
	struct follow_up *u = calloc(1, sizeof(*u));

	if (u == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for what comes after release");
		return NULL;
	}
	u->deps = *deps;
	arena_init(&u->arena, (size_t)64 << 20); /* bounded in fact by the inventories that are read */
	rest(u, 0);
	return u;
}

void follow_up_quiesce(struct follow_up *u)
{
	u->quiesced = true;
	loop_timer_clear(u->deps.loop, &u->sweep);
}

bool follow_up_idle(const struct follow_up *u)
{
	return !u->asking;
}

void follow_up_free(struct follow_up *u)
{
	if (u == NULL)
		return;
	loop_timer_clear(u->deps.loop, &u->sweep);
	if (u->asking)
		db_cancel(u->deps.db, &u->call);
	arena_done(&u->arena);
	free(u);
}
