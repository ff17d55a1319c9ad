/*
 * Results, out of PostgreSQL's binary format. Reading a column as a kind it does
 * not have is a bug of ours (the statement stands beside its reader) and asserts.
 */
#include <assert.h>
#include <endian.h>
#include <stdlib.h>
#include <string.h>

#include "io/db_priv.h"

#define JSONB_OID 3802u

static uint16_t get16(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return be16toh(v);
}

static uint32_t get32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return be32toh(v);
}

static uint64_t get64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return be64toh(v);
}

int db_row_count(const struct db_rows *r)
{
	return PQntuples(r->result);
}

/* FNV-1a over each value's length and bytes. */
uint64_t db_rows_mark(const struct db_rows *r)
{
	const uint64_t prime = UINT64_C(0x100000001b3);
	int rows = PQntuples(r->result), cols = PQnfields(r->result);
	uint64_t mark = UINT64_C(0xcbf29ce484222325);

	for (int i = 0; i < rows * cols; i++) {
		int row = i / cols, col = i % cols, len = PQgetisnull(r->result, row, col) ? -1 : PQgetlength(r->result, row, col);
		const char *at = PQgetvalue(r->result, row, col);

		mark = (mark ^ (uint32_t)len) * prime;
		for (int k = 0; k < len; k++)
			mark = (mark ^ (unsigned char)at[k]) * prime;
	}
	return mark;
}

bool db_is_null(const struct db_rows *r, int row, int col)
{
	assert(row >= 0 && row < PQntuples(r->result) && col >= 0 && col < PQnfields(r->result));
	return PQgetisnull(r->result, row, col) != 0;
}

struct text db_get_text(const struct db_rows *r, int row, int col)
{
	struct text t = { NULL, 0 };

	if (db_is_null(r, row, col))
		return t;
	t.at = PQgetvalue(r->result, row, col);
	t.len = (size_t)PQgetlength(r->result, row, col);
	if (PQftype(r->result, col) == JSONB_OID && t.len > 0) { /* its text follows a version byte */
		t.at++;
		t.len--;
	}
	return t;
}

int64_t db_get_int(const struct db_rows *r, int row, int col)
{
	const char *p;
	int size;

	if (db_is_null(r, row, col))
		return 0;
	p = PQgetvalue(r->result, row, col);
	size = PQgetlength(r->result, row, col);
	assert(size == 1 || size == 2 || size == 4 || size == 8);
	switch (size) {
	case 1:
		return *p != 0;
	case 2:
		return (int16_t)get16(p);
	case 4:
		return (int32_t)get32(p);
	default:
		return (int64_t)get64(p);
	}
}

bool db_get_id(const struct db_rows *r, int row, int col, struct id *out)
{
	if (db_is_null(r, row, col))
		return false;
	assert(PQgetlength(r->result, row, col) == (int)sizeof(out->b));
	memcpy(out->b, PQgetvalue(r->result, row, col), sizeof(out->b));
	return true;
}

int64_t db_get_time(const struct db_rows *r, int row, int col)
{
	int64_t us;

	if (db_is_null(r, row, col))
		return INT64_MIN;
	assert(PQgetlength(r->result, row, col) == (int)sizeof(us));
	us = (int64_t)get64(PQgetvalue(r->result, row, col));
	if (us == INT64_MAX || us > INT64_MAX - DB_EPOCH_US) /* infinity */
		return INT64_MAX;
	return us == INT64_MIN ? INT64_MIN + 1 : us + DB_EPOCH_US;
}

enum { HEAD_BYTES = 12, DIMENSION_BYTES = 8, LENGTH_BYTES = 4, ID_BYTES = 16 }; /* of an array */

int db_get_array_count(const struct db_rows *r, int row, int col)
{
	const char *p;
	int len;

	if (db_is_null(r, row, col))
		return 0;
	p = PQgetvalue(r->result, row, col);
	len = PQgetlength(r->result, row, col);
	assert(len >= HEAD_BYTES);
	if (get32(p) == 0)
		return 0;
	assert(get32(p) == 1 && len >= HEAD_BYTES + DIMENSION_BYTES);
	return (int)get32(p + HEAD_BYTES);
}

int db_get_id_array(const struct db_rows *r, int row, int col, struct id *out, int max)
{
	int count = db_get_array_count(r, row, col), have = 0;
	const char *p, *end;

	if (count == 0)
		return 0;
	p = PQgetvalue(r->result, row, col) + HEAD_BYTES + DIMENSION_BYTES;
	end = PQgetvalue(r->result, row, col) + PQgetlength(r->result, row, col);
	for (; have < count && have < max; have++) {
		bool is_null;

		assert(end - p >= LENGTH_BYTES);
		is_null = get32(p) == UINT32_MAX;
		assert(is_null || (get32(p) == ID_BYTES && end - p >= LENGTH_BYTES + ID_BYTES));
		p += LENGTH_BYTES;
		out[have] = (struct id){ { 0 } };
		if (is_null)
			continue;
		memcpy(out[have].b, p, ID_BYTES);
		p += ID_BYTES;
	}
	return have;
}

long db_affected(const struct db_rows *r)
{
	return strtol(PQcmdTuples(r->result), NULL, 10);
}
