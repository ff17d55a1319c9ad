/* A step asks; what is done stands in the database. */
#include "flow/follow_up.h"

#include "base/json.h"
#include "store/filing_document.h"

enum { PIECE = 1000, STRANGERS = 100 }; /* bills, events and returns looked at in one go; inventories read */

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

/* $1 how many, $2 behind which: bills that do not say whose they are, with their inventories, encrypted; null where none was filed yet. */
static const struct db_stmt strangers = {
	.name = "tax_bills_strangers",
	.sql =
	"select b.id, b.tax_no, i.id, i.document"
	" from (select * from tax_bill b where b.asks_parties and b.id > $2::uuid order by b.id limit $1::integer) b"
	" left join lateral tax_bill_inventory(b.declaration_id) i on true order by b.id",
	.param_count = 2,
};
enum { STRANGER_BILL, STRANGER_TAX_NO, STRANGER_INVENTORY, STRANGER_DOCUMENT };

static const struct db_stmt name_parties = {
	.name = "tax_bills_name",
	.sql =
	"update tax_bill b set asks_parties = false, declarant_code = coalesce(b.declarant_code, x.declarant), merchant_code = coalesce(b.merchant_code, x.merchant)"
	" from unnest($1::text[], $2::text[], $3::text[]) as x(tax_no, declarant, merchant) where b.tax_no = x.tax_no",
	.param_count = 3,
	.flags = DB_WRITES,
};

struct follow_up {
	struct follower base;
	struct id batches[2]; /* of the changes that tell it */
	struct id place;      /* behind which stranger the next step looks: those without an inventory go on asking, and hold up nobody */
	struct db_param params[2][3], some[2], named[3];
	bool more;
};

static void on_named(struct db_call *call, const struct db_answer *a)
{
	struct follow_up *u = container_of(call, struct follow_up, base.call);

	if (follower_is_good(&u->base, a))
		follower_rest(&u->base, u->more);
}

/* NULL: it cannot be read; its bill stays without them. */
static const struct json *open_inventory(struct follow_up *u, const struct db_rows *rows, int row)
{
	struct fault f = { 0 };
	struct text document;

	return filing_document_open(u->base.deps.vault, &u->base.arena, rows, row, STRANGER_INVENTORY, STRANGER_DOCUMENT, &document)
	               ? json_parse(&u->base.arena, document, &f) : NULL;
}

static int with_inventory(const struct db_rows *rows)
{
	int count = 0;

	for (int row = 0; row < db_row_count(rows); row++)
		count += !db_is_null(rows, row, STRANGER_INVENTORY);
	return count;
}

static void name_strangers(struct follow_up *u, const struct db_rows *rows, int count)
{
	struct db_array x[3];

	for (int i = 0; i < 3; i++)
		db_array_begin(&x[i], &u->base.arena, DB_KIND_TEXT, count, 40 * (size_t)count);
	for (int row = 0; row < db_row_count(rows); row++) {
		const struct json *inventory;

		if (db_is_null(rows, row, STRANGER_INVENTORY))
			continue;
		inventory = open_inventory(u, rows, row);
		db_array_text(&x[0], db_get_text(rows, row, STRANGER_TAX_NO));
		db_array_text(&x[1], json_text(json_member(inventory, "declarant_code")));
		db_array_text(&x[2], json_text(json_member(inventory, "merchant_code")));
	}
	for (int i = 0; i < 3; i++)
		u->named[i] = db_array_end(&x[i]);
	follower_ask(&u->base, &name_parties, u->named, on_named);
}

/* Where the next step goes on: behind the last of a full piece, else from the beginning. */
static void move_place(struct follow_up *u, const struct db_rows *rows)
{
	int count = db_row_count(rows);

	memset(&u->place, 0, sizeof(u->place));
	if (count == STRANGERS)
		(void)db_get_id(rows, count - 1, STRANGER_BILL, &u->place);
}

static void on_asked(struct db_call *call, const struct db_answer *a)
{
	struct follow_up *u = container_of(call, struct follow_up, base.call);
	const struct db_rows *bound, *unnamed;
	int nameable;

	if (!follower_is_good(&u->base, a))
		return;
	bound = a->results[0];
	unnamed = a->results[2];
	nameable = with_inventory(unnamed);
	u->more = (db_row_count(bound) == 1 && db_get_int(bound, 0, COL_MORE) != 0) || db_get_int(a->results[1], 0, 0) == PIECE
	          || (db_row_count(unnamed) == STRANGERS && nameable > 0);
	move_place(u, unnamed);
	if (nameable > 0)
		name_strangers(u, unnamed, nameable);
	else
		follower_rest(&u->base, u->more);
}

static void begin(struct follower *f)
{
	struct follow_up *u = container_of(f, struct follow_up, base);
	int64_t now_us = clock_now_us(f->deps.clock);

	for (int i = 0; i < 2; i++) {
		u->batches[i] = id_new(f->deps.ids, now_us, (int16_t)(id_random(f->deps.ids) % ID_BUCKETS));
		u->params[i][0] = db_i32(&f->arena, PIECE);
		u->params[i][1] = db_time(&f->arena, now_us);
		u->params[i][2] = db_id(&u->batches[i]);
	}
	u->some[0] = db_i32(&f->arena, STRANGERS);
	u->some[1] = db_id(&u->place);
	db_call_init(&f->call);
	db_call_add(&f->call, &bind, u->params[0]);
	db_call_add(&f->call, &lapse, u->params[1]);
	db_call_add(&f->call, &strangers, u->some);
	follower_send(f, on_asked);
}

const struct follower_kind follow_up_kind = {
	.what = "what comes after release",
	.put_off_event = "follow_up.put_off",
	.bytes = sizeof(struct follow_up),
	.step_bytes = (size_t)64 << 20, /* bounded in fact by the inventories that are read */
	.begin = begin,
};
