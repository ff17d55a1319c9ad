#include "store/key_store.h"

#include <string.h>

#include "base/clock.h"
#include "base/crypto.h"

enum { COL_NUMBER, COL_WRAPPED, COL_KEK };

const struct db_stmt key_store_all = {
	.name = "key_store_all",
	.sql = "select number, wrapped, kek from data_key order by number",
};

static const struct db_stmt make = {
	.name = "key_store_make",
	.sql =
	"with made as ("
	"  insert into data_key (number, wrapped, kek) select $1::integer, $2::bytea, $3::text"
	"  where not exists (select from data_key where kek <> $3::text or number / 100 = $1::integer / 100) on conflict do nothing returning 1)"
	" select nextval('rule_revision') from made",
	.param_count = 3,
	.flags = DB_WRITES,
};

int32_t key_store_month(int64_t now_us)
{
	char day[CLOCK_RFC3339_BYTES];

	clock_rfc3339(now_us, 0, day);
	return (day[0] - '0') * 100000 + (day[1] - '0') * 10000 + (day[2] - '0') * 1000 + (day[3] - '0') * 100 + (day[5] - '0') * 10 + (day[6] - '0');
}

int32_t key_store_month_after(int32_t month)
{
	return month % 100 == 12 ? month + 89 : month + 1;
}

static bool open_row(const uint8_t kek[AEAD_KEY_BYTES], const struct db_rows *rows, int row, uint8_t out[AEAD_KEY_BYTES], struct fault *f)
{
	int32_t number = (int32_t)db_get_int(rows, row, COL_NUMBER);
	char name[17];

	vault_name_kek(kek, name);
	if (!text_is(db_get_text(rows, row, COL_KEK), name))
		return fault_set(f, FAULT_CONFIG, "data key %d is wrapped by key-encryption key " TEXT_FMT "; privacy.key_file holds %s", number,
		                 TEXT_ARG(db_get_text(rows, row, COL_KEK)), name);
	return vault_unwrap(kek, number, db_get_text(rows, row, COL_WRAPPED), out) || fault_set(f, FAULT_CONFIG, "data key %d is damaged", number);
}

bool key_store_take(struct vault *v, const uint8_t kek[AEAD_KEY_BYTES], const struct db_rows *rows, struct fault *f)
{
	for (int row = 0; row < db_row_count(rows); row++) {
		int32_t number = (int32_t)db_get_int(rows, row, COL_NUMBER);
		uint8_t key[AEAD_KEY_BYTES];
		bool good;

		if (vault_has(v, number))
			continue;
		if (!open_row(kek, rows, row, key, f))
			return false;
		good = vault_add(v, number, key);
		explicit_bzero(key, sizeof(key));
		if (!good)
			return fault_set(f, FAULT_SYSTEM, "no memory for data key %d", number);
	}
	return true;
}

static bool draw(struct key_new *k, struct arena *a, const uint8_t kek[AEAD_KEY_BYTES], int32_t month)
{
	int32_t number = month * 100 + 1;
	uint8_t key[AEAD_KEY_BYTES];
	bool good = crypto_random(key, sizeof(key)) && vault_wrap(kek, number, key, k->wrapped);

	explicit_bzero(key, sizeof(key));
	vault_name_kek(kek, k->kek);
	k->params[0] = db_i32(a, number);
	k->params[1] = db_bytes(k->wrapped, sizeof(k->wrapped));
	k->params[2] = db_text(text_of(k->kek));
	return good && !a->full;
}

bool key_store_make(struct key_new *k, struct arena *a, const uint8_t kek[AEAD_KEY_BYTES], int32_t month, struct db_call *call)
{
	if (!draw(k, a, kek, month))
		return false;
	db_call_init(call);
	db_call_add(call, &make, k->params);
	return true;
}

/* --- blocking ------------------------------------------------------------------------------------------------------------- */

static bool open_all(struct db_sync *s, const uint8_t kek[AEAD_KEY_BYTES], struct arena *a, struct key_list *out, struct fault *f)
{
	const struct db_rows *rows = db_sync_run(s, key_store_all.sql, NULL, 0, f);

	if (rows == NULL)
		return false;
	*out = (struct key_list){ arena_alloc(a, sizeof(*out->keys) * (size_t)(db_row_count(rows) + 1)), 0 };
	if (out->keys == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory for the data keys");
	for (int row = 0; row < db_row_count(rows); row++) {
		if (!open_row(kek, rows, row, out->keys[row].key, f))
			return false;
		out->keys[row].number = (int32_t)db_get_int(rows, row, COL_NUMBER);
		out->count++;
	}
	return true;
}

bool key_store_prepare(struct db_sync *s, const uint8_t kek[AEAD_KEY_BYTES], int32_t month, struct arena *a, struct key_list *out, struct fault *f)
{
	struct key_new k;

	if (!open_all(s, kek, a, out, f))
		return false;
	for (int i = 0; i < out->count; i++)
		if (out->keys[i].number / 100 == month)
			return true;
	if (!draw(&k, a, kek, month))
		return fault_set(f, FAULT_SYSTEM, "no data key could be made");
	/* Another may be first, with another key-encryption key: so they are read once more. */
	return db_sync_run(s, make.sql, k.params, make.param_count, f) != NULL && open_all(s, kek, a, out, f);
}

static bool rewrap_rows(struct arena *a, const uint8_t from[AEAD_KEY_BYTES], const uint8_t to[AEAD_KEY_BYTES], const struct db_rows *rows,
                        struct db_param params[2], struct fault *f)
{
	struct db_array numbers, wrapped;
	int count = db_row_count(rows);

	db_array_begin(&numbers, a, DB_KIND_I32, count, 8 * (size_t)count);
	db_array_begin(&wrapped, a, DB_KIND_BYTEA, count, (VAULT_WRAPPED_BYTES + 4) * (size_t)count);
	for (int row = 0; row < count; row++) {
		int32_t number = (int32_t)db_get_int(rows, row, COL_NUMBER);
		uint8_t key[AEAD_KEY_BYTES], fresh[VAULT_WRAPPED_BYTES];
		bool good = open_row(from, rows, row, key, f) && (vault_wrap(to, number, key, fresh) || fault_set(f, FAULT_SYSTEM, "no random numbers"));

		explicit_bzero(key, sizeof(key));
		if (!good)
			return false;
		db_array_i64(&numbers, number);
		db_array_bytes(&wrapped, fresh, sizeof(fresh));
	}
	params[0] = db_array_end(&numbers);
	params[1] = db_array_end(&wrapped);
	return !a->full || fault_set(f, FAULT_SYSTEM, "no memory for the data keys");
}

bool key_store_rewrap(struct db_sync *s, const uint8_t from[AEAD_KEY_BYTES], const uint8_t to[AEAD_KEY_BYTES], int *count, struct fault *f)
{
	char old_name[17], new_name[17];
	const struct db_rows *rows;
	struct db_param params[4];
	struct arena a;
	bool good;

	vault_name_kek(from, old_name);
	vault_name_kek(to, new_name);
	arena_init(&a, 1 << 20);
	params[2] = db_text(text_of(old_name));
	params[3] = db_text(text_of(new_name));
	rows = db_sync_run(s, "select number, wrapped, kek from data_key where kek <> $1::text order by number", params + 3, 1, f); /* done before: again */
	good = rows != NULL && rewrap_rows(&a, from, to, rows, params, f);
	rows = good ? db_sync_run(s,
	                          "with x as (update data_key d set wrapped = x.wrapped, kek = $4::text"
	                          "  from unnest($1::integer[], $2::bytea[]) as x(number, wrapped) where d.number = x.number and d.kek = $3::text returning 1)"
	                          " select count(*)::integer from x", params, 4, f) : NULL;
	if (rows != NULL)
		*count = (int)db_get_int(rows, 0, 0);
	arena_done(&a);
	return rows != NULL;
}
