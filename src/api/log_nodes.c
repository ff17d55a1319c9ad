#include "api/log_nodes.h"

#include "store/query.h"

enum { COL_LEVEL, COL_PLACE, COL_HASH };

bool log_nodes_init(struct log_nodes *n, struct req *r, int proofs)
{
	*n = (struct log_nodes){ .r = r, .room = (proofs + 1) * MERKLE_PATH_MAX };
	n->wanted = arena_alloc(r->arena, sizeof(*n->wanted) * (size_t)n->room);
	return n->wanted != NULL;
}

bool log_nodes_want(void *arg, struct merkle_at at, struct sha256 *out)
{
	struct log_nodes *n = arg;

	if (n->count == n->room)
		return false;
	n->wanted[n->count++] = at;
	*out = (struct sha256){ { 0 } };
	return true;
}

enum step log_nodes_await(struct log_nodes *n, db_step_fn *then)
{
	struct db_param *p = arena_alloc(n->r->arena, 2 * sizeof(*p));
	struct db_array levels, places;

	db_array_begin(&levels, n->r->arena, DB_KIND_I16, n->count, 8 * (size_t)n->count);
	db_array_begin(&places, n->r->arena, DB_KIND_I64, n->count, 12 * (size_t)n->count);
	for (int i = 0; i < n->count; i++) {
		db_array_i64(&levels, n->wanted[i].level);
		db_array_i64(&places, (int64_t)n->wanted[i].place);
	}
	if (p == NULL || n->r->arena->full)
		return reply_fault(n->r, FAULT_BUSY, "the request is larger than its memory");
	p[0] = db_array_end(&levels);
	p[1] = db_array_end(&places);
	db_call_init(&n->r->call);
	db_call_add(&n->r->call, query("log_nodes"), p);
	return await_db(n->r, then);
}

static int order(const struct db_rows *rows, int row, struct merkle_at at)
{
	int64_t level = db_get_int(rows, row, COL_LEVEL), place = db_get_int(rows, row, COL_PLACE);

	if (level != at.level)
		return level < at.level ? -1 : 1;
	return place < (int64_t)at.place ? -1 : place > (int64_t)at.place;
}

bool log_nodes_have(void *arg, struct merkle_at at, struct sha256 *out)
{
	const struct log_nodes *n = arg;
	int low = 0, high = db_row_count(n->rows);

	while (low < high) {
		int middle = low + (high - low) / 2, o = order(n->rows, middle, at);

		if (o == 0) {
			struct text hash = db_get_text(n->rows, middle, COL_HASH);

			if (hash.len != sizeof(out->b))
				return false;
			memcpy(out->b, hash.at, sizeof(out->b));
			return true;
		}
		*(o < 0 ? &low : &high) = o < 0 ? middle + 1 : middle;
	}
	return false;
}

void log_nodes_put_path(struct buf *b, const struct merkle_path *p)
{
	buf_char(b, '[');
	for (int i = 0; i < p->count; i++) {
		buf_str(b, i == 0 ? "\"" : ",\"");
		buf_base64url(b, p->hashes[i].b, sizeof(p->hashes[i].b));
		buf_char(b, '"');
	}
	buf_char(b, ']');
}
