/* A step: leaves as rows in their order; their hashes and the nodes that they complete as arrays; one statement writes it all. */
#include "flow/appender.h"


#include "base/killpoint.h"
#include "base/log.h"
#include "model/checkpoint.h"
#include "model/log_leaf.h"

enum { READ_PARAMS = 1, WRITE_PARAMS = 14, KEY_PARAMS = 3 };

/* The key that signs here is known from its first use on; its row enters the log as any other. */
static const struct db_stmt key_stmt = {
	.name = "log_key",
	.sql = "insert into signing_key (key_id, public_key, since) values ($1::text, $2::bytea, $3::timestamptz) on conflict do nothing",
	.param_count = KEY_PARAMS,
	.flags = DB_WRITES,
};

static const struct db_stmt read_stmt = {
	.name = "log_pending",
	.sql = "select size, peaks, upto, system, moved, more, leaf_id, kind, coverage_id, made_at, hashes from log_pending($1::integer)",
	.param_count = READ_PARAMS,
};
enum { COL_SIZE, COL_PEAKS, COL_UPTO, COL_SYSTEM, COL_MOVED, COL_MORE, COL_LEAF, COL_KIND, COL_COVERAGE, COL_MADE, COL_HASHES };

/* $1 the size that was read, $2 to $5 the new head; $6 leaves; $7 $8 $9 nodes; $10 to $14 the checkpoint */
static const struct db_stmt write_stmt = {
	.name = "log_append",
	.sql =
	"with g as ("
	"  update tree_head set size = $2::bigint, peaks = $3::bytea, horizon = $4::bigint::text::xid8, system = $5::bigint"
	"  where size = $1::bigint returning size),"
	" p as ("
	"  insert into leaf_place (seq, leaf_id) select $1::bigint + x.place - 1, x.id from unnest($6::bigint[]) with ordinality as x(id, place)"
	"  where exists (select from g)),"
	" n as ("
	"  insert into tree_node (level, place, hash) select * from unnest($7::smallint[], $8::bigint[], $9::bytea[]) where exists (select from g)),"
	" c as ("
	"  insert into checkpoint (size, root, at, key_id, note) select $10::bigint, $11::bytea, $12::timestamptz, $13::text, $14::text"
	"  where exists (select from g))"
	" select size from g",
	.param_count = WRITE_PARAMS,
	.flags = DB_WRITES,
};

struct appender {
	struct follower base;
	struct db_param key[KEY_PARAMS], read[READ_PARAMS], write[WRITE_PARAMS];
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct merkle tree;   /* with the leaves of the step under way */
	struct merkle known;  /* the newest head that this daemon has signed */
	bool has_diverged, more, is_key_known;
};

/* --- writing ------------------------------------------------------------------------------------------------------ */

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct appender *p = container_of(call, struct appender, base.call);
	bool was_ours;

	if (!follower_is_good(&p->base, a))
		return;
	was_ours = db_row_count(a->results[0]) == 1; /* else another daemon was first, and goes on */
	if (was_ours)
		p->known = p->tree;
	follower_rest(&p->base, was_ours && p->more);
}

static bool sign_head(struct appender *p)
{
	const struct checkpoint c = {
		.origin = text_of(p->base.deps.log_origin), .size = p->tree.count, .root = merkle_root(&p->tree), .at_us = clock_now_us(p->base.deps.clock),
	};
	struct sha256 *root = arena_copy(&p->base.arena, &c.root, sizeof(c.root));
	struct buf note;

	buf_init(&note, &p->base.arena, 512);
	if (root == NULL || !checkpoint_sign(&note, &c, p->base.deps.signer))
		return false;
	p->write[9] = db_i64(&p->base.arena, (int64_t)c.size);
	p->write[10] = db_bytes(root->b, sizeof(root->b));
	p->write[11] = db_time(&p->base.arena, c.at_us);
	p->write[12] = db_text(text_of(signer_key_id(p->base.deps.signer)));
	p->write[13] = db_text(buf_as_text(&note));
	return true;
}

struct nodes { /* as columns */
	struct db_array levels, places, hashes;
};

static void put_node(struct nodes *n, int level, uint64_t place, const struct sha256 *hash)
{
	db_array_i64(&n->levels, level);
	db_array_i64(&n->places, (int64_t)place);
	db_array_bytes(&n->hashes, hash->b, sizeof(hash->b));
}

static struct sha256 leaf_hash(const struct db_rows *rows, int row)
{
	struct text hashes = db_get_text(rows, row, COL_HASHES);
	char at[CLOCK_RFC3339_BYTES];
	struct log_leaf leaf = { .kind = db_get_text(rows, row, COL_KIND), .coverage = db_get_int(rows, row, COL_COVERAGE), .count = hashes.len / 32 };

	clock_rfc3339(db_get_time(rows, row, COL_MADE), 6, at);
	leaf.at = text_of(at);
	leaf.root = log_records_root((const uint8_t *)hashes.at, leaf.count);
	return log_leaf_hash(&leaf);
}

/* A leaf completes as many perfect subtrees as its number has ones at the end; the tree's last peak is the largest of them. */
static void add_leaf(struct appender *p, struct nodes *n, const struct db_rows *rows, int row)
{
	struct sha256 at = leaf_hash(rows, row);
	uint64_t seq = p->tree.count;
	int peak = merkle_peak_count(seq);

	put_node(n, 0, seq, &at);
	for (int level = 0; (seq >> level & 1) != 0; level++) {
		at = merkle_node(&p->tree.peaks[--peak], &at);
		put_node(n, level + 1, seq >> (level + 1), &at);
	}
	p->tree.count++;
	p->tree.peaks[peak] = at;
}

/* Of leaves 0..n-1: each subtree of two of a level below. */
static int nodes_completed(uint64_t from, uint64_t to)
{
	int count = 0;

	for (int level = 0; to >> level > 0; level++)
		count += (int)((to >> level) - (from >> level));
	return count;
}

static void grow(struct appender *p, const struct db_rows *rows)
{
	int count = db_row_count(rows), all = nodes_completed(p->tree.count, p->tree.count + (uint64_t)count);
	struct db_array leaves;
	struct nodes n;

	db_array_begin(&leaves, &p->base.arena, DB_KIND_I64, count, 12 * (size_t)count);
	db_array_begin(&n.levels, &p->base.arena, DB_KIND_I16, all, 8 * (size_t)all);
	db_array_begin(&n.places, &p->base.arena, DB_KIND_I64, all, 12 * (size_t)all);
	db_array_begin(&n.hashes, &p->base.arena, DB_KIND_BYTEA, all, 36 * (size_t)all);
	for (int row = 0; row < count; row++) {
		db_array_i64(&leaves, db_get_int(rows, row, COL_LEAF));
		add_leaf(p, &n, rows, row);
	}
	p->write[5] = db_array_end(&leaves);
	p->write[6] = db_array_end(&n.levels);
	p->write[7] = db_array_end(&n.places);
	p->write[8] = db_array_end(&n.hashes);
}

static void write_step(struct appender *p, const struct db_rows *rows)
{
	p->write[0] = db_i64(&p->base.arena, (int64_t)p->tree.count);
	grow(p, rows);
	p->write[1] = db_i64(&p->base.arena, (int64_t)p->tree.count);
	p->write[2] = db_bytes(p->tree.peaks, sizeof(p->tree.peaks[0]) * (size_t)merkle_peak_count(p->tree.count));
	p->write[3] = db_i64(&p->base.arena, db_get_int(rows, 0, COL_UPTO));
	p->write[4] = db_i64(&p->base.arena, db_get_int(rows, 0, COL_SYSTEM));
	p->more = db_get_int(rows, 0, COL_MORE) != 0;
	if (!sign_head(p)) {
		follower_put_off(&p->base, "signing", "no memory");
		return;
	}
	killpoint(KILLPOINT_LOG_READ);
	follower_ask(&p->base, &write_stmt, p->write, on_written);
}

/* --- reading ------------------------------------------------------------------------------------------------------ */

/* False: the stored head is behind what was signed, or another of the same size. */
static bool read_head(struct appender *p, const struct db_rows *rows)
{
	struct text peaks = db_get_text(rows, 0, COL_PEAKS);
	struct merkle m = { .count = (uint64_t)db_get_int(rows, 0, COL_SIZE) };

	if (peaks.len != 32 * (size_t)merkle_peak_count(m.count) || peaks.len > sizeof(m.peaks))
		return false;
	memcpy(m.peaks, peaks.at, peaks.len);
	if (m.count < p->known.count || (m.count == p->known.count && memcmp(m.peaks, p->known.peaks, peaks.len) != 0))
		return false;
	p->tree = m;
	return true;
}

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct appender *p = container_of(call, struct appender, base.call);
	const struct db_rows *rows;
	bool diverged;

	if (!follower_is_good(&p->base, a))
		return;
	p->is_key_known = true;
	rows = a->results[a->count - 1];
	if (db_row_count(rows) == 0) {
		follower_rest(&p->base, false);
		return;
	}
	diverged = !read_head(p, rows);
	if (diverged && !p->has_diverged)
		log_event(NULL, LOG_LEVEL_ERROR, "log.diverged", "the log's head in the database is not one that follows the head of size %llu, which was signed here; "
		          "nothing is appended until this daemon starts anew", (unsigned long long)p->known.count);
	p->has_diverged = diverged;
	if (diverged) {
		follower_rest(&p->base, false);
		return;
	}
	if (db_get_int(rows, 0, COL_MOVED) != 0)
		log_event(NULL, LOG_LEVEL_WARNING, "log.moved", "the database has transaction numbers of another cluster; the log goes on from %llu",
		          (unsigned long long)p->tree.count);
	write_step(p, rows);
}

static void begin(struct follower *f)
{
	struct appender *p = container_of(f, struct appender, base);

	db_call_init(&f->call);
	if (!p->is_key_known) {
		signer_public(f->deps.signer, p->public_key);
		p->key[0] = db_text(text_of(signer_key_id(f->deps.signer)));
		p->key[1] = db_bytes(p->public_key, sizeof(p->public_key));
		p->key[2] = db_time(&f->arena, clock_now_us(f->deps.clock));
		db_call_add(&f->call, &key_stmt, p->key);
	}
	p->read[0] = db_i32(&f->arena, f->conf.batch);
	db_call_add(&f->call, &read_stmt, p->read);
	follower_send(f, on_read);
}

const struct follower_kind appender_kind = {
	.what = "the log",
	.put_off_event = "log.put_off",
	.bytes = sizeof(struct appender),
	.step_bytes = (size_t)64 << 20,
	.begin = begin,
};
