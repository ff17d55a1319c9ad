/*
 * Values to PostgreSQL and back, in binary, through the blocking client.
 * Needs a database: TONGGUAN_TEST_PG is its connection string; without one everything is skipped.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"
#include "io/db.h"

#define ARENA_BYTES (8u << 20)

static const char *conninfo(void)
{
	const char *text = getenv("TONGGUAN_TEST_PG");

	return text != NULL && text[0] != '\0' ? text : NULL;
}

struct bench {
	struct arena arena;
	struct db_sync *sync;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fault f = { 0 };

	assert_non_null(b);
	arena_init(&b->arena, ARENA_BYTES);
	*state = b;
	if (conninfo() == NULL)
		return 0;
	b->sync = db_sync_open(conninfo(), NULL, &f);
	if (b->sync == NULL)
		print_error("%s\n", f.text);
	return b->sync == NULL;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	db_sync_close(b->sync);
	arena_done(&b->arena);
	free(b);
	return 0;
}

static struct bench *bench_of(void **state)
{
	if (conninfo() == NULL) {
		print_message("TONGGUAN_TEST_PG is not set: no database to test against\n");
		skip();
	}
	return *state;
}

static const struct db_rows *run(struct bench *b, const char *sql, const struct db_param *params, int count)
{
	struct fault f = { 0 };
	const struct db_rows *rows = db_sync_run(b->sync, sql, params, count, &f);

	if (rows == NULL)
		print_error("%s: %s\n", sql, f.text);
	assert_non_null(rows);
	return rows;
}

static const struct id an_id = { { 1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 255 } };
#define A_TIME INT64_C(1772417472345678) /* 2026-03-02T10:11:12.345678+08:00 */

static void test_single_values(void **state)
{
	struct bench *b = bench_of(state);
	const struct db_param params[] = {
		db_i16(&b->arena, INT16_MIN), db_i32(&b->arena, INT32_MIN), db_i64(&b->arena, INT64_MAX), db_bool(&b->arena, true),
		db_time(&b->arena, A_TIME), db_text(TEXT("通关 \"x\"")), db_bytes("\0\xff", 2), db_id(&an_id), db_null(), db_text((struct text){ NULL, 0 }),
	};
	const struct db_rows *r = run(b,
	                              "select $1::int2, $2::int4, $3::int8, $4::bool, $5::timestamptz, $6::text, $7::bytea, $8::uuid,"
	                              " $9::int8, $10::text, ($5::timestamptz at time zone 'Asia/Shanghai')::text, $6::text = '通关 \"x\"',"
	                              " '\"y\"'::jsonb, '{}'::json, ''::text, $2::int4 = -2147483648",
	                              params, COUNTOF(params));
	struct id id;

	assert_int_equal(db_row_count(r), 1);
	assert_true(db_get_int(r, 0, 0) == INT16_MIN);
	assert_true(db_get_int(r, 0, 1) == INT32_MIN);
	assert_true(db_get_int(r, 0, 2) == INT64_MAX);
	assert_true(db_get_int(r, 0, 3) == 1);
	assert_true(db_get_time(r, 0, 4) == A_TIME);
	assert_true(text_is(db_get_text(r, 0, 5), "通关 \"x\""));
	assert_true(text_eq(db_get_text(r, 0, 6), (struct text){ "\0\xff", 2 }));
	assert_true(db_get_id(r, 0, 7, &id));
	assert_memory_equal(&id, &an_id, sizeof(id));
	assert_true(db_is_null(r, 0, 8) && db_get_int(r, 0, 8) == 0 && db_get_time(r, 0, 8) == INT64_MIN);
	assert_null(db_get_text(r, 0, 9).at);
	assert_true(text_is(db_get_text(r, 0, 10), "2026-03-02 10:11:12.345678"));
	assert_true(db_get_int(r, 0, 11) == 1);
	assert_true(text_is(db_get_text(r, 0, 12), "\"y\"")); /* jsonb without its version byte */
	assert_true(text_is(db_get_text(r, 0, 13), "{}"));
	assert_true(db_get_text(r, 0, 14).at != NULL && db_get_text(r, 0, 14).len == 0);
	assert_true(db_get_int(r, 0, 15) == 1);
}

static void test_times_at_the_edge(void **state)
{
	static const int64_t times[] = { 0, -1, INT64_C(946684800000000), INT64_C(4102444800000000), INT64_MAX, INT64_C(-62135596800000000) };
	struct bench *b = bench_of(state);

	for (size_t i = 0; i < COUNTOF(times); i++) {
		const struct db_param p = db_time(&b->arena, times[i]);
		const struct db_rows *r = run(b, "select $1::timestamptz, isfinite($1::timestamptz)", &p, 1);

		assert_true(db_get_time(r, 0, 0) == times[i]);
		assert_int_equal(db_get_int(r, 0, 1), times[i] != INT64_MAX);
	}
}

static const struct { enum db_kind kind; const char *type; } numbers[] = {
	{ DB_KIND_I16, "int2" }, { DB_KIND_I32, "int4" }, { DB_KIND_I64, "int8" }, { DB_KIND_BOOL, "bool" }, { DB_KIND_TIME, "timestamptz" },
};

static void test_number_arrays(void **state)
{
	static const int64_t values[] = { 0, 1, 32767 };
	struct bench *b = bench_of(state);

	for (size_t k = 0; k < COUNTOF(numbers); k++) {
		bool is_bool = numbers[k].kind == DB_KIND_BOOL, is_time = numbers[k].kind == DB_KIND_TIME;
		struct db_array x;
		struct db_param p;
		const struct db_rows *r;
		char sql[200];

		db_array_begin(&x, &b->arena, numbers[k].kind, 4, 32);
		db_array_i64(&x, values[0]);
		db_array_i64(&x, values[1]);
		db_array_null(&x);
		db_array_i64(&x, values[2]);
		p = db_array_end(&x);
		(void)snprintf(sql, sizeof(sql), "select v from unnest($1::%s[]) with ordinality as t(v, n) order by n", numbers[k].type);
		r = run(b, sql, &p, 1);
		assert_int_equal(db_row_count(r), 4);
		assert_true(db_is_null(r, 2, 0));
		for (int i = 0; i < 3; i++) {
			int64_t got = is_time ? db_get_time(r, i < 2 ? i : 3, 0) : db_get_int(r, i < 2 ? i : 3, 0);

			assert_true(got == (is_bool ? values[i] != 0 : values[i]));
		}
	}
}

static void test_byte_arrays(void **state)
{
	struct bench *b = bench_of(state);
	struct db_array text, bytes, ids;
	struct db_param params[3];
	const struct db_rows *r;
	struct id id;

	db_array_begin(&text, &b->arena, DB_KIND_TEXT, 3, 4); /* expects too little: it grows */
	db_array_begin(&bytes, &b->arena, DB_KIND_BYTEA, 3, 100);
	db_array_begin(&ids, &b->arena, DB_KIND_UUID, 3, 48);
	db_array_text(&text, TEXT("a, \"{b}\" \\ 申报"));
	db_array_text(&text, TEXT(""));
	db_array_text(&text, (struct text){ NULL, 0 });
	db_array_bytes(&bytes, "\0\1\2", 3);
	db_array_bytes(&bytes, NULL, 0);
	db_array_bytes(&bytes, "", 0);
	db_array_id(&ids, NULL);
	db_array_id(&ids, &an_id);
	db_array_id(&ids, &an_id);
	params[0] = db_array_end(&text);
	params[1] = db_array_end(&bytes);
	params[2] = db_array_end(&ids);
	r = run(b, "select t, y, u, $3::uuid[] from unnest($1::text[], $2::bytea[], $3::uuid[]) with ordinality as x(t, y, u, n) order by n", params, 3);
	assert_int_equal(db_row_count(r), 3);
	assert_true(text_is(db_get_text(r, 0, 0), "a, \"{b}\" \\ 申报"));
	assert_true(db_get_text(r, 1, 0).at != NULL && db_get_text(r, 1, 0).len == 0);
	assert_true(db_is_null(r, 2, 0));
	assert_true(text_eq(db_get_text(r, 0, 1), (struct text){ "\0\1\2", 3 }));
	assert_true(db_is_null(r, 1, 1) && !db_is_null(r, 2, 1));
	assert_false(db_get_id(r, 0, 2, &id));
	assert_true(db_get_id(r, 1, 2, &id) && id_eq(&id, &an_id));
}

static void test_id_arrays_come_back(void **state)
{
	struct bench *b = bench_of(state);
	struct id out[4];
	struct db_array ids;
	struct db_param p;
	const struct db_rows *r;

	db_array_begin(&ids, &b->arena, DB_KIND_UUID, 3, 48);
	db_array_id(&ids, &an_id);
	db_array_null(&ids);
	db_array_id(&ids, &an_id);
	p = db_array_end(&ids);
	r = run(b, "select $1::uuid[], null::uuid[], '{}'::uuid[]", &p, 1);
	assert_int_equal(db_get_id_array(r, 0, 0, out, 4), 3);
	assert_true(id_eq(&out[0], &an_id) && id_is_null(&out[1]) && id_eq(&out[2], &an_id));
	assert_int_equal(db_get_id_array(r, 0, 0, out, 2), 2);
	assert_int_equal(db_get_id_array(r, 0, 1, out, 4), 0);
	assert_int_equal(db_get_id_array(r, 0, 2, out, 4), 0);
}

static void test_empty_and_large_arrays(void **state)
{
	enum { MANY = 20000 };
	struct bench *b = bench_of(state);
	struct db_array none, many;
	struct db_param params[2];
	const struct db_rows *r;

	db_array_begin(&none, &b->arena, DB_KIND_TEXT, 0, 0);
	db_array_begin(&many, &b->arena, DB_KIND_I64, MANY, MANY * 8);
	for (int i = 0; i < MANY; i++)
		db_array_i64(&many, i);
	params[0] = db_array_end(&none);
	params[1] = db_array_end(&many);
	r = run(b, "select cardinality($1::text[]), cardinality($2::int8[]), (select sum(v)::int8 from unnest($2::int8[]) v)", params, 2);
	assert_int_equal(db_get_int(r, 0, 0), 0);
	assert_int_equal(db_get_int(r, 0, 1), MANY);
	assert_true(db_get_int(r, 0, 2) == (int64_t)MANY * (MANY - 1) / 2);
}

/* The arena says so once; the parameters are null, not half filled. */
static void test_full_arena(void **state)
{
	struct arena small;
	struct db_array x;

	(void)state;
	arena_init(&small, 64);
	db_array_begin(&x, &small, DB_KIND_TEXT, 2, 16);
	db_array_text(&x, TEXT("0123456789012345678901234567890123456789"));
	db_array_null(&x);
	assert_null(db_array_end(&x).bytes);
	assert_true(small.full);
	arena_done(&small);
	arena_init(&small, 1);
	assert_null(db_i64(&small, 1).bytes);
	assert_true(small.full);
	arena_done(&small);
}

static void test_sync_faults(void **state)
{
	static const struct { const char *sql; enum fault_code code; } cases[] = {
		{ "select 1 from no_such_table", FAULT_BUG },
		{ "select 'x'::text::int4", FAULT_BAD_REQUEST },
		{ "do $$ begin raise sqlstate '40001'; end $$", FAULT_STORE_DOWN },
		{ "insert into io_db_value values (1), (1)", FAULT_STATE_CONFLICT },
	};
	struct bench *b = bench_of(state);
	struct fault f = { 0 };
	const struct db_rows *r;

	assert_true(db_sync_script(b->sync, "create temp table io_db_value (k int primary key); insert into io_db_value values (7)", &f));
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		f = (struct fault){ 0 };
		assert_null(db_sync_run(b->sync, cases[i].sql, NULL, 0, &f));
		assert_int_equal(f.code, cases[i].code);
		assert_true(f.text[0] != '\0' && strchr(f.text, '\n') == NULL);
	}
	f = (struct fault){ 0 };
	assert_false(db_sync_script(b->sync, "insert into io_db_value values (8); select nonsense", &f)); /* all or nothing */
	r = run(b, "select count(*) from io_db_value", NULL, 0);
	assert_int_equal(db_get_int(r, 0, 0), 1);
	r = run(b, "update io_db_value set k = k + 1", NULL, 0);
	assert_int_equal(db_affected(r), 1);
	f = (struct fault){ 0 };
	assert_null(db_sync_open("host=/nonexistent dbname=x", "secret", &f));
	assert_int_equal(f.code, FAULT_STORE_DOWN);
	assert_null(strstr(f.text, "secret"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_single_values),
		cmocka_unit_test(test_times_at_the_edge),
		cmocka_unit_test(test_number_arrays),
		cmocka_unit_test(test_byte_arrays),
		cmocka_unit_test(test_id_arrays_come_back),
		cmocka_unit_test(test_empty_and_large_arrays),
		cmocka_unit_test(test_full_arena),
		cmocka_unit_test(test_sync_faults),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
