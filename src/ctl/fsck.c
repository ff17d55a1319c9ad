/* fsck, first part: the log itself. Leaves are hashed anew in their order, and everything that stands on them is compared. */
#include "ctl/fsck.h"

#include <stdlib.h>

#include "model/log_leaf.h"

enum { PAGE_LEAVES = 500, PAGE_NODES = PAGE_LEAVES + MERKLE_PEAKS_MAX, KEYS_MAX = 256, PAGE_BYTES = 16 << 20 };

struct walk {
	struct fsck *k;
	struct merkle tree;
	struct arena page;          /* of one page */
	struct checkpoint_row { uint64_t size; struct text note, root, key_id; int64_t at_us; } *checkpoints; /* of one page, in their order */
	int checkpoint_count, next_checkpoint;
	struct db_array levels, places, hashes; /* nodes that the page completes */
	struct checkpoint kept;     /* outside; size 0: none */
	int64_t heads;              /* checkpoints compared */
	bool kept_is_met;
};

/* --- keys and the checkpoint from outside ------------------------------------------------------------------------------------ */

/* Unless keys were given, those by which the database says that it was signed. */
static bool read_keys(struct fsck *k, struct fault *f)
{
	const struct db_rows *r;
	struct trusted_key *keys;

	if (k->trust.key_count > 0)
		return true;
	r = ctl_run(k->c, "select public_key, retired_at from signing_key order by since limit 256", NULL, 0, f);
	keys = arena_alloc(&k->c->arena, KEYS_MAX * sizeof(*keys));
	if (r == NULL || keys == NULL)
		return false;
	for (int row = 0; row < db_row_count(r); row++) {
		struct text key = db_get_text(r, row, 0);

		if (key.len != PUBLIC_KEY_BYTES)
			return fault_set(f, FAULT_RULE_BROKEN, "signing_key: a key has not %d bytes", PUBLIC_KEY_BYTES);
		trusted_key_init(&keys[row], (const uint8_t *)key.at, db_is_null(r, row, 1) ? INT64_MAX : db_get_time(r, row, 1));
	}
	k->trust.keys = keys;
	k->trust.key_count = db_row_count(r);
	return true;
}

static bool meets_kept(struct walk *w, struct fault *f)
{
	struct sha256 root;

	if (w->kept.size == 0 || w->kept.size != w->tree.count)
		return true;
	root = merkle_root(&w->tree);
	w->kept_is_met = true;
	return crypto_equal(&root, &w->kept.root, sizeof(root))
	       || fault_set(f, FAULT_RULE_BROKEN, "the log was written anew: its first %llu leaves are not those of the checkpoint that was kept outside",
	                    (unsigned long long)w->kept.size);
}

/* --- checkpoints -------------------------------------------------------------------------------------------------------------- */

static bool read_checkpoints(struct walk *w, uint64_t to, struct fault *f)
{
	const struct db_param params[] = { db_i64(&w->page, (int64_t)w->tree.count), db_i64(&w->page, (int64_t)to) };
	const struct db_rows *r = ctl_run(w->k->c, "select size, root, note, key_id, at from checkpoint where size > $1::bigint and size <= $2::bigint order by size",
	                                  params, COUNTOF(params), f);

	if (r == NULL)
		return false;
	w->checkpoint_count = db_row_count(r);
	w->next_checkpoint = 0;
	w->checkpoints = arena_alloc(&w->page, sizeof(*w->checkpoints) * (size_t)(w->checkpoint_count + 1));
	for (int row = 0; w->checkpoints != NULL && row < w->checkpoint_count; row++)
		w->checkpoints[row] = (struct checkpoint_row){ (uint64_t)db_get_int(r, row, 0), text_dup(&w->page, db_get_text(r, row, 2)),
			                                       text_dup(&w->page, db_get_text(r, row, 1)), text_dup(&w->page, db_get_text(r, row, 3)),
			                                       db_get_time(r, row, 4) };
	return !w->page.full || fault_set(f, FAULT_SYSTEM, "no memory for the checkpoints of a page");
}

/* As it was stored: one signature, the log's own; cosignatures have rows of their own. */
static bool has_one_line(struct text note)
{
	const char *end = memmem(note.at, note.len, "\n\n", 2);

	return end != NULL && memchr(end + 2, '\n', (size_t)(note.at + note.len - end - 2)) == note.at + note.len - 1;
}

static bool is_signed_as_told(const struct walk *w, const struct checkpoint_row *x)
{
	if (!has_one_line(x->note))
		return false;
	for (int i = 0; i < w->k->trust.key_count; i++)
		if (text_is(x->key_id, w->k->trust.keys[i].id))
			return checkpoint_is_signed(x->note, w->k->trust.keys[i].public_key);
	return false;
}

static bool meets_checkpoint(struct walk *w, struct fault *f)
{
	const struct checkpoint_row *x = &w->checkpoints[w->next_checkpoint];
	struct fault why = { 0 };
	struct checkpoint stated;
	struct sha256 root;

	if (w->next_checkpoint == w->checkpoint_count || x->size != w->tree.count)
		return true;
	root = merkle_root(&w->tree);
	w->next_checkpoint++;
	w->heads++;
	if (!proof_checkpoint(x->note, &w->k->trust, &stated, &why))
		return fault_set(f, FAULT_RULE_BROKEN, "checkpoint of size %llu: %s", (unsigned long long)x->size, why.text);
	if (!is_signed_as_told(w, x) || stated.at_us != x->at_us)
		return fault_set(f, FAULT_RULE_BROKEN, "checkpoint of size %llu: its time or key is not that of its note", (unsigned long long)x->size);
	return (stated.size == x->size && crypto_equal(&root, &stated.root, sizeof(root)) && x->root.len == sizeof(root.b)
	        && memcmp(x->root.at, root.b, sizeof(root.b)) == 0)
	       || fault_set(f, FAULT_RULE_BROKEN, "checkpoint of size %llu: its root is not that of the leaves", (unsigned long long)x->size);
}

/* --- leaves and nodes ----------------------------------------------------------------------------------------------------------- */

enum { COL_SEQ, COL_LEAF, COL_KIND, COL_COVERAGE, COL_MADE, COL_HASHES, COL_COUNT, COL_NODE };

static bool hash_leaf(const struct db_rows *r, int row, struct sha256 *out, struct fault *f)
{
	struct text hashes = db_get_text(r, row, COL_HASHES), node = db_get_text(r, row, COL_NODE);
	long long seq = (long long)db_get_int(r, row, COL_SEQ);
	char at[CLOCK_RFC3339_BYTES];
	struct log_leaf leaf = { .kind = db_get_text(r, row, COL_KIND), .coverage = db_get_int(r, row, COL_COVERAGE), .count = hashes.len / 32 };

	if (db_is_null(r, row, COL_LEAF))
		return fault_set(f, FAULT_RULE_BROKEN, "leaf %lld is missing", seq);
	if (leaf.kind.at == NULL)
		return fault_set(f, FAULT_RULE_BROKEN, "leaf %lld: its coverage %lld is missing", seq, (long long)leaf.coverage);
	if (leaf.count == 0 || hashes.len % 32 != 0 || db_get_int(r, row, COL_COUNT) != (int64_t)leaf.count)
		return fault_set(f, FAULT_RULE_BROKEN, "leaf %lld: its ids and hashes are not as many", seq);
	clock_rfc3339(db_get_time(r, row, COL_MADE), 6, at);
	leaf.at = text_of(at);
	leaf.root = log_records_root((const uint8_t *)hashes.at, leaf.count);
	*out = log_leaf_hash(&leaf);
	return (node.len == sizeof(out->b) && memcmp(node.at, out->b, node.len) == 0)
	       || fault_set(f, FAULT_RULE_BROKEN, "leaf %lld (" TEXT_FMT ", %s) is not what was logged", seq, TEXT_ARG(leaf.kind), at);
}

/* As the appender does. */
static bool add_leaf(struct walk *w, const struct sha256 *leaf, struct fault *f)
{
	uint64_t seq = w->tree.count;
	struct sha256 at = *leaf;

	for (int level = 0, peak = merkle_peak_count(seq); (seq >> level & 1) != 0; level++) {
		at = merkle_node(&w->tree.peaks[--peak], &at);
		db_array_i64(&w->levels, level + 1);
		db_array_i64(&w->places, (int64_t)(seq >> (level + 1)));
		db_array_bytes(&w->hashes, at.b, sizeof(at.b));
	}
	merkle_add(&w->tree, leaf);
	return meets_checkpoint(w, f) && meets_kept(w, f);
}

static int completed(uint64_t from, uint64_t to)
{
	int count = 0;

	for (int level = 1; to >> level > 0; level++)
		count += (int)((to >> level) - (from >> level));
	return count;
}

static bool compare_nodes(struct walk *w, struct fault *f)
{
	const struct db_param params[] = { db_array_end(&w->levels), db_array_end(&w->places), db_array_end(&w->hashes) };
	const struct db_rows *r = ctl_run(w->k->c,
		"select x.level, x.place from unnest($1::smallint[], $2::bigint[], $3::bytea[]) with ordinality as x(level, place, hash, n)"
		" left join tree_node t on t.level = x.level and t.place = x.place where t.hash is distinct from x.hash order by x.n limit 1",
		params, COUNTOF(params), f);

	return r != NULL
	       && (db_row_count(r) == 0
	           || fault_set(f, FAULT_RULE_BROKEN, "node %lld of level %lld is not that of its leaves", (long long)db_get_int(r, 0, 1), (long long)db_get_int(r, 0, 0)));
}

/* Hashes of a page: its rows live until the next statement. */
static bool hash_page(const struct db_rows *r, uint64_t from, struct sha256 *out, struct fault *f)
{
	for (int row = 0; row < db_row_count(r); row++) {
		if (db_get_int(r, row, COL_SEQ) != (int64_t)from + row)
			return fault_set(f, FAULT_RULE_BROKEN, "number %lld of the log is missing", (long long)from + row);
		if (!hash_leaf(r, row, &out[row], f))
			return false;
	}
	return true;
}

static bool walk_page(struct walk *w, bool *more, struct fault *f)
{
	const struct db_param params[] = { db_i64(&w->page, (int64_t)w->tree.count), db_i32(&w->page, PAGE_LEAVES) };
	const struct db_rows *r = ctl_run(w->k->c,
		"select p.seq, l.id, c.kind, l.coverage_id, l.made_at, l.hashes, cardinality(l.ids), t.hash from leaf_place p left join leaf l on l.id = p.leaf_id"
		" left join coverage c on c.id = l.coverage_id left join tree_node t on t.level = 0 and t.place = p.seq"
		" where p.seq >= $1::bigint order by p.seq limit $2::integer", params, COUNTOF(params), f);
	uint64_t from = w->tree.count;
	struct sha256 leaves[PAGE_LEAVES];
	int count = r == NULL ? 0 : db_row_count(r), nodes = completed(from, from + (uint64_t)count);

	*more = count == PAGE_LEAVES;
	if (r == NULL || !hash_page(r, from, leaves, f) || !read_checkpoints(w, from + (uint64_t)count, f))
		return false;
	db_array_begin(&w->levels, &w->page, DB_KIND_I16, nodes, 8 * PAGE_NODES);
	db_array_begin(&w->places, &w->page, DB_KIND_I64, nodes, 12 * PAGE_NODES);
	db_array_begin(&w->hashes, &w->page, DB_KIND_BYTEA, nodes, 36 * PAGE_NODES);
	for (int i = 0; i < count; i++)
		if (!add_leaf(w, &leaves[i], f))
			return false;
	return compare_nodes(w, f);
}

/* --- the end ---------------------------------------------------------------------------------------------------------------------- */

static bool compare_head(struct walk *w, struct fault *f)
{
	uint64_t size = w->tree.count, nodes = size + (uint64_t)completed(0, size);
	const struct db_rows *r = ctl_run(w->k->c,
		"select h.size, h.peaks, (select count(*) from tree_node), coalesce((select max(c.size) from checkpoint c), 0),"
		" (select count(*) from leaf l where not exists (select from leaf_place p where p.leaf_id = l.id)) from tree_head h", NULL, 0, f);
	struct text peaks;

	if (r == NULL)
		return false;
	peaks = db_row_count(r) == 1 ? db_get_text(r, 0, 1) : (struct text){ NULL, 0 };
	if (peaks.at == NULL || db_get_int(r, 0, 0) != (int64_t)size || peaks.len != 32 * (size_t)merkle_peak_count(size)
	    || memcmp(peaks.at, w->tree.peaks, peaks.len) != 0)
		return fault_set(f, FAULT_RULE_BROKEN, "the head is not that of the %llu leaves that are there", (unsigned long long)size);
	if (db_get_int(r, 0, 3) != (int64_t)size)
		return fault_set(f, FAULT_RULE_BROKEN, "the last checkpoint has size %lld, the log %llu leaves", (long long)db_get_int(r, 0, 3), (unsigned long long)size);
	if (db_get_int(r, 0, 2) != (int64_t)nodes)
		return fault_set(f, FAULT_RULE_BROKEN, "there are %lld nodes where %llu leaves have %llu", (long long)db_get_int(r, 0, 2), (unsigned long long)size,
		                 (unsigned long long)nodes);
	if (w->kept.size > 0 && !w->kept_is_met)
		return fault_set(f, FAULT_RULE_BROKEN, "the log is shorter than the checkpoint that was kept outside: %llu leaves of %llu", (unsigned long long)size,
		                 (unsigned long long)w->kept.size);
	fsck_say(w->k, "leaves", (int64_t)size, NULL);
	fsck_say(w->k, "checkpoints", w->heads, w->kept.size > 0 ? "and the one kept outside" : NULL);
	fsck_say(w->k, "leaves not in the log yet", db_get_int(r, 0, 4), NULL);
	return true;
}

bool fsck_log(struct fsck *k, struct fault *f)
{
	struct walk *w = arena_zalloc(&k->c->arena, sizeof(*w));
	bool more = true, good;

	if (w == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory");
	w->k = k;
	if (!read_keys(k, f) || (k->trust.checkpoint.at != NULL && !proof_checkpoint(k->trust.checkpoint, &k->trust, &w->kept, f)))
		return false;
	arena_init(&w->page, PAGE_BYTES);
	for (good = true; good && more; arena_done(&w->page))
		good = walk_page(w, &more, f);
	good = good && compare_head(w, f);
	arena_done(&w->page);
	return good;
}

bool log_fsck(struct ctl *c, struct fault *f)
{
	static const char *const columns[] = { "what", "count", "note" };
	struct fsck k = { .c = c };
	struct db_sync *db;

	if (!ctl_trust(c, &k.trust, f))
		return false;
	db = ctl_db(c, f);
	if (db == NULL || !db_sync_script(db, "begin isolation level repeatable read read only; set local timezone = 'UTC'; set local jit = off", f))
		return false;
	table_begin(&k.report, &c->arena, columns, COUNTOF(columns));
	if (!fsck_log(&k, f) || !fsck_records(&k, f) || !fsck_filings(&k, f) || !fsck_messages(&k, f) || !fsck_witnesses(&k, f) || !db_sync_script(db, "rollback", f))
		return false;
	return table_end(&k.report, c->as_json) || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}
