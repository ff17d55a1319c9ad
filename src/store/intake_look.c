/*
 * What stands under the keys of what was not written.
 *
 *   look  what stands under each key now: a later statement sees what others committed.
 *   trim  beside it: the messages of what lost its race leave the row of the batch.
 */
#include <assert.h>
#include <string.h>

#include "store/intake_priv.h"

static const struct db_stmt look = {
	.name = "intake_look",
	.sql =
	"select c.place, k.filing_id, k.doc_sha256,"
	"  case when k.filing_id = any($3::uuid[]) then null else receipt_of(k.seal_id, k.receipt_from, k.receipt_len) end"
	" from unnest($1::smallint[], $2::uuid[]) with ordinality as c(bucket, key_id, place)"
	" cross join lateral (select * from filing_key f where f.bucket = c.bucket and f.key_id = c.key_id offset 0) k order by c.place, k.revision",
	.param_count = INTAKE_LOOK_PARAMS,
};
enum { LOOK_PLACE, LOOK_FILING, LOOK_DIGEST, LOOK_RECEIPT };

/* The messages of a batch once more, with zeros in the place of those that lost. */
static const struct db_stmt trim = {
	.name = "intake_trim",
	.sql = "update submission set body = $3::bytea where bucket = $1::smallint and id = $2::uuid",
	.param_count = INTAKE_TRIM_PARAMS,
	.flags = DB_WRITES,
};

bool intake_look_call(struct intake_write *w, struct arena *a, struct db_call *call)
{
	struct db_array buckets, keys, own;
	int n = 0;

	w->asked = arena_alloc(a, sizeof(*w->asked) * (size_t)w->count);
	for (int i = 0; w->asked != NULL && i < w->count; i++)
		if (w->list[i]->outcome == INTAKE_PENDING)
			w->asked[n++] = w->list[i];
	w->asked_count = n;
	db_array_begin(&buckets, a, DB_KIND_I16, n, 8 * (size_t)n);
	db_array_begin(&keys, a, DB_KIND_UUID, n, 24 * (size_t)n);
	db_array_begin(&own, a, DB_KIND_UUID, n, 24 * (size_t)n);
	for (int i = 0; i < n; i++) {
		db_array_i64(&buckets, id_bucket(&w->asked[i]->key));
		db_array_id(&keys, &w->asked[i]->key);
		db_array_id(&own, &w->asked[i]->id);
	}
	w->look[0] = db_array_end(&buckets);
	w->look[1] = db_array_end(&keys);
	w->look[2] = db_array_end(&own);
	db_call_init(call);
	db_call_add(call, &look, w->look);
	if (intake_trim_params(w, a))
		db_call_add(call, &trim, w->trim);
	return !a->full;
}

static void settle_candidate(struct candidate *c, const struct db_rows *r, int row)
{
	struct id filing;
	struct text digest = db_get_text(r, row, LOOK_DIGEST);

	if (c->outcome != INTAKE_PENDING || !db_get_id(r, row, LOOK_FILING, &filing))
		return;
	if (id_eq(&filing, &c->id)) { /* ours, from a try whose outcome was unknown */
		c->outcome = INTAKE_STORED;
		return;
	}
	if (id_is_null(&c->first_id))
		c->first_id = filing;
	if (digest.len == sizeof(c->doc_sha256.b) && memcmp(digest.at, c->doc_sha256.b, digest.len) == 0) {
		c->outcome = INTAKE_REPEAT;
		c->first_id = filing;
		c->receipt = db_get_text(r, row, LOOK_RECEIPT);
	}
}

void intake_look_read(struct intake_write *w, const struct db_answer *a)
{
	const struct db_rows *r = a->results[0];

	for (int row = 0; row < db_row_count(r); row++) {
		int64_t place = db_get_int(r, row, LOOK_PLACE);

		assert(place >= 1 && place <= w->asked_count);
		settle_candidate(w->asked[place - 1], r, row);
	}
}
