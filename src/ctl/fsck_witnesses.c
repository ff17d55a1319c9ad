/* fsck, last part: cosignatures fit their checkpoints and the keys that their witnesses are registered with. */
#include "ctl/fsck.h"

enum { PAGE = 500 };

static bool fits(const struct db_rows *r, int row, struct fault *f)
{
	struct text note = db_get_text(r, row, 2), key = db_get_text(r, row, 5);
	long long size = (long long)db_get_int(r, row, 0);
	struct fault why = { 0 };
	int64_t at_s;

	if (note.at == NULL || key.len != PUBLIC_KEY_BYTES)
		return fault_set(f, FAULT_RULE_BROKEN, "cosignature of checkpoint %lld: its checkpoint or witness is missing", size);
	return (checkpoint_cosignature(note, db_get_text(r, row, 3), db_get_text(r, row, 4), (const uint8_t *)key.at, &at_s, &why)
	        && at_s * US_PER_S == db_get_time(r, row, 6))
	       || fault_set(f, FAULT_RULE_BROKEN, "cosignature of checkpoint %lld by " TEXT_FMT " does not fit it", size, TEXT_ARG(db_get_text(r, row, 4)));
}

bool fsck_witnesses(struct fsck *k, struct fault *f)
{
	int64_t size = 0, witness = 0, count = 0;
	int rows;

	do {
		const struct db_param params[] = { db_i64(&k->c->arena, size), db_i64(&k->c->arena, witness), db_i32(&k->c->arena, PAGE) };
		const struct db_rows *r = ctl_run(k->c,
			"select s.size, s.witness_id, c.note, s.line, w.name, w.public_key, s.signed_at from cosignature s left join checkpoint c on c.size = s.size"
			" left join witness w on w.id = s.witness_id where (s.size, s.witness_id) > ($1::bigint, $2::bigint)"
			" order by s.size, s.witness_id limit $3::integer", params, COUNTOF(params), f);

		if (r == NULL)
			return false;
		rows = db_row_count(r);
		for (int row = 0; row < rows; row++, count++) {
			if (!fits(r, row, f))
				return false;
			size = db_get_int(r, row, 0);
			witness = db_get_int(r, row, 1);
		}
	} while (rows == PAGE);
	fsck_say(k, "cosignatures", count, NULL);
	return true;
}
