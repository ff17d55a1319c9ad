/*
 * Parameters, into PostgreSQL's binary format. Numbers are big-endian; times are
 * microseconds since 2000; an array is a header, then each element with its length.
 * Statements cast their parameters ($1::int8, $2::text[]), so that the server
 * expects exactly the kind that is sent.
 */
#include <assert.h>
#include <endian.h>
#include <limits.h>
#include <string.h>

#include "io/db_priv.h"

static const struct {
	uint32_t oid;
	int size; /* 0: varies */
} kinds[] = {
	[DB_KIND_I16] = { 21, 2 },
	[DB_KIND_I32] = { 23, 4 },
	[DB_KIND_I64] = { 20, 8 },
	[DB_KIND_BOOL] = { 16, 1 },
	[DB_KIND_TEXT] = { 25, 0 },
	[DB_KIND_BYTEA] = { 17, 0 },
	[DB_KIND_UUID] = { 2950, 16 },
	[DB_KIND_TIME] = { 1184, 8 },
};

static int64_t pg_time(int64_t us)
{
	if (us == INT64_MAX) /* infinity */
		return us;
	return us < INT64_MIN + 1 + DB_EPOCH_US ? INT64_MIN : us - DB_EPOCH_US;
}

/* The last size bytes of v, big-endian, at out. */
static void put_int(char *out, int64_t v, int size)
{
	uint64_t big = htobe64((uint64_t)v);

	memcpy(out, (const char *)&big + (sizeof(big) - (size_t)size), (size_t)size);
}

static struct db_param number(struct arena *a, int64_t v, int size)
{
	char *at = arena_alloc(a, (size_t)size);

	if (at == NULL)
		return db_null();
	put_int(at, v, size);
	return (struct db_param){ at, size };
}

struct db_param db_null(void)
{
	return (struct db_param){ NULL, 0 };
}

struct db_param db_bytes(const void *bytes, size_t len)
{
	assert(len <= INT_MAX);
	return (struct db_param){ bytes, bytes == NULL ? 0 : (int)len };
}

struct db_param db_text(struct text t)
{
	return db_bytes(t.at, t.len);
}

struct db_param db_id(const struct id *id)
{
	return id == NULL ? db_null() : db_bytes(id->b, sizeof(id->b));
}

struct db_param db_i16(struct arena *a, int16_t v)
{
	return number(a, v, 2);
}

struct db_param db_i32(struct arena *a, int32_t v)
{
	return number(a, v, 4);
}

struct db_param db_i64(struct arena *a, int64_t v)
{
	return number(a, v, 8);
}

struct db_param db_bool(struct arena *a, bool v)
{
	return number(a, v, 1);
}

struct db_param db_time(struct arena *a, int64_t us)
{
	return number(a, pg_time(us), 8);
}

/* --- arrays ------------------------------------------------------------------ */

enum { HAS_NULLS_BYTE = 7, LENGTH_BYTES = 4 };

void db_array_begin(struct db_array *x, struct arena *a, enum db_kind kind, int count, size_t expect_bytes)
{
	char head[20] = { 0 };

	assert(count >= 0);
	*x = (struct db_array){ .kind = kind, .want = count };
	put_int(head, count > 0, 4); /* dimensions */
	put_int(head + 8, kinds[kind].oid, 4);
	put_int(head + 12, count, 4);
	put_int(head + 16, 1, 4); /* subscripts start at 1 */
	buf_init(&x->b, a, sizeof(head) + (size_t)count * LENGTH_BYTES + expect_bytes + 1);
	buf_put(&x->b, head, count > 0 ? sizeof(head) : 12);
}

void db_array_i64(struct db_array *x, int64_t v)
{
	int size = kinds[x->kind].size;
	char element[LENGTH_BYTES + 8];

	assert(size > 0 && size <= 8); /* a kind that holds numbers */
	assert(x->kind != DB_KIND_I16 || (v >= INT16_MIN && v <= INT16_MAX));
	assert(x->kind != DB_KIND_I32 || (v >= INT32_MIN && v <= INT32_MAX));
	if (x->kind == DB_KIND_BOOL)
		v = v != 0;
	else if (x->kind == DB_KIND_TIME)
		v = pg_time(v);
	put_int(element, size, LENGTH_BYTES);
	put_int(element + LENGTH_BYTES, v, size);
	buf_put(&x->b, element, LENGTH_BYTES + (size_t)size);
	x->have++;
}

void db_array_time(struct db_array *x, int64_t us)
{
	assert(x->kind == DB_KIND_TIME);
	if (us == INT64_MIN)
		db_array_null(x);
	else
		db_array_i64(x, us);
}

void db_array_bytes(struct db_array *x, const void *bytes, size_t len)
{
	char length[LENGTH_BYTES];

	assert(len <= INT_MAX && (x->kind == DB_KIND_TEXT || x->kind == DB_KIND_BYTEA));
	if (bytes == NULL) {
		db_array_null(x);
		return;
	}
	put_int(length, (int64_t)len, LENGTH_BYTES);
	buf_put(&x->b, length, sizeof(length));
	buf_put(&x->b, bytes, len);
	x->have++;
}

void db_array_text(struct db_array *x, struct text t)
{
	db_array_bytes(x, t.at, t.len);
}

void db_array_id(struct db_array *x, const struct id *id)
{
	char element[LENGTH_BYTES + sizeof(id->b)];

	assert(x->kind == DB_KIND_UUID);
	if (id == NULL) {
		db_array_null(x);
		return;
	}
	put_int(element, sizeof(id->b), LENGTH_BYTES);
	memcpy(element + LENGTH_BYTES, id->b, sizeof(id->b));
	buf_put(&x->b, element, sizeof(element));
	x->have++;
}

void db_array_null(struct db_array *x)
{
	char length[LENGTH_BYTES];

	put_int(length, -1, LENGTH_BYTES);
	buf_put(&x->b, length, sizeof(length));
	if (!x->b.full)
		x->b.at[HAS_NULLS_BYTE] = 1;
	x->have++;
}

struct db_param db_array_end(struct db_array *x)
{
	assert(x->want == x->have);
	if (x->b.full)
		return db_null();
	return db_bytes(x->b.at, x->b.len);
}
