/*
 * /v1/audit: the log for everybody. Checkpoints as text that other tools read; proofs by numbers of leaves and sizes of trees, which tell
 * nobody what is in a leaf; the keys.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "api/log_nodes.h"
#include "store/query.h"

#define SIZE_MAX_ (INT64_C(1) << (MERKLE_PEAKS_MAX - 1))

struct audit { /* a proof that is being made */
	struct log_nodes nodes;
	uint64_t leaf, from, to;
	struct text notes[2];
};
enum { HEAD_SIZE, HEAD_FROM, HEAD_TO, HEAD_FROM_NOTE, HEAD_TO_NOTE };

static db_step_fn checkpoint_found, proof_head, proof_made, consistency_head, consistency_made;

/* A number of at least `least`; absent: -1 where that is allowed. */
static bool read_number(struct req *r, const char *name, int64_t least, bool is_needed, int64_t *out, struct fault *f)
{
	struct text t = httpd_query(r->http, name);

	*out = -1;
	if (t.at == NULL)
		return !is_needed || fault_set(f, FAULT_BAD_REQUEST, "%s is needed: a number of at least %lld", name, (long long)least);
	if (!text_to_i64(t, out) || *out < least || *out > SIZE_MAX_)
		return fault_set(f, FAULT_BAD_REQUEST, "%s is a number of at least %lld", name, (long long)least);
	return true;
}

static void args_size(struct args *q, int64_t size)
{
	if (size < 0)
		args_null(q);
	else
		args_i64(q, size);
}

/* --- checkpoints and keys ---------------------------------------------------------------------------------------------- */

enum step audit_checkpoint(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int64_t size;

	if (!read_number(r, "size", 1, false, &size, &f))
		return reply_problem(r, &f);
	args_size(q, size);
	return args_await_query(r, q, "log_checkpoint", checkpoint_found);
}

static enum step checkpoint_found(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "there is no checkpoint of that size");
	return reply_bytes(r, 200, "text/plain; charset=utf-8", db_get_text(a->results[0], 0, 0));
}

enum step audit_keys(struct req *r)
{
	struct args *q = args_new(r);

	args_text(q, text_of(r->api->conf.log_origin));
	return args_await_query(r, q, "log_keys", reply_row);
}

/* --- proofs ------------------------------------------------------------------------------------------------------------- */

/* Both sizes, as far as the log is; the row of log_heads. */
static enum step read_heads(struct req *r, int64_t from, int64_t to, db_step_fn *then)
{
	struct args *q = args_new(r);

	args_size(q, from);
	args_size(q, to);
	return args_await_query(r, q, "log_heads", then);
}

static bool take_heads(struct req *r, const struct db_answer *a, struct fault *f)
{
	const struct db_rows *rows = a->results[0];
	struct audit *x = r->own;
	int64_t size = db_get_int(rows, 0, HEAD_SIZE);

	x->from = (uint64_t)db_get_int(rows, 0, HEAD_FROM);
	x->to = (uint64_t)db_get_int(rows, 0, HEAD_TO);
	if (x->to == 0 || x->from == 0)
		return fault_set(f, FAULT_NOT_FOUND, "the log has no checkpoint yet");
	if (x->from > x->to)
		return fault_set(f, FAULT_BAD_REQUEST, "from is at most to");
	if (x->to > (uint64_t)size)
		return fault_set(f, FAULT_NOT_FOUND, "the log has %lld leaves", (long long)size);
	for (int i = 0; i < 2; i++) {
		struct text note = db_get_text(rows, 0, HEAD_FROM_NOTE + i);

		x->notes[i] = note.at == NULL ? note : text_dup(r->arena, note);
	}
	return log_nodes_init(&x->nodes, r, 2) || fault_set(f, FAULT_BUSY, "the request is larger than its memory");
}

static void put_hash(struct buf *b, const char *name, const struct sha256 *h)
{
	buf_printf(b, ",\"%s\":\"", name);
	buf_hex(b, h->b, sizeof(h->b));
	buf_char(b, '"');
}

static struct audit *audit_new(struct req *r)
{
	struct audit *x = arena_zalloc(r->arena, sizeof(*x));

	r->own = x;
	return x;
}

enum step audit_proof(struct req *r)
{
	struct audit *x = audit_new(r);
	struct fault f = { 0 };
	int64_t leaf, size;

	if (x == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_number(r, "leaf", 0, true, &leaf, &f) || !read_number(r, "size", 1, false, &size, &f))
		return reply_problem(r, &f);
	x->leaf = (uint64_t)leaf;
	return read_heads(r, size, size, proof_head);
}

static bool make_proof(struct audit *x, merkle_look_fn *look, struct merkle_path *path, struct sha256 *root, struct sha256 *leaf)
{
	return merkle_inclusion(x->leaf, x->to, look, &x->nodes, path) && merkle_root_of(x->to, look, &x->nodes, root)
	       && look(&x->nodes, (struct merkle_at){ 0, x->leaf }, leaf);
}

static enum step proof_head(struct req *r, const struct db_answer *a)
{
	struct audit *x = r->own;
	struct fault f = { 0 };
	struct merkle_path path;
	struct sha256 root, leaf;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (!take_heads(r, a, &f))
		return reply_problem(r, &f);
	if (x->leaf >= x->to)
		return reply_fault(r, FAULT_NOT_FOUND, "a tree of that size has no such leaf; they are counted from 0");
	if (!make_proof(x, log_nodes_want, &path, &root, &leaf))
		return reply_fault(r, FAULT_BUG, "");
	return log_nodes_await(&x->nodes, proof_made);
}

/* Nodes that ought to be there are not: somebody has been at the tables. tongguanctl fsck finds where. */
static enum step reply_broken(struct req *r)
{
	return reply_fault(r, FAULT_BUG, "the log's tree is damaged; the operator finds where with tongguanctl fsck");
}

static enum step proof_made(struct req *r, const struct db_answer *a)
{
	struct audit *x = r->own;
	struct merkle_path path;
	struct sha256 root, leaf;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	x->nodes.rows = a->results[0];
	if (!make_proof(x, log_nodes_have, &path, &root, &leaf))
		return reply_broken(r);
	buf_init(&b, r->arena, 4096);
	buf_printf(&b, "{\"proof\":\"inclusion\",\"leaf\":%llu,\"size\":%llu", (unsigned long long)x->leaf, (unsigned long long)x->to);
	put_hash(&b, "leaf_hash", &leaf);
	put_hash(&b, "root", &root);
	buf_str(&b, ",\"path\":");
	log_nodes_put_path(&b, &path);
	buf_str(&b, ",\"checkpoint\":");
	buf_json(&b, x->notes[1]);
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}

enum step audit_consistency(struct req *r)
{
	struct fault f = { 0 };
	int64_t from, to;

	if (audit_new(r) == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_number(r, "from", 1, true, &from, &f) || !read_number(r, "to", 1, false, &to, &f))
		return reply_problem(r, &f);
	return read_heads(r, from, to, consistency_head);
}

static bool make_consistency(struct audit *x, merkle_look_fn *look, struct merkle_path *path, struct sha256 roots[2])
{
	return merkle_consistency(x->from, x->to, look, &x->nodes, path) && merkle_root_of(x->from, look, &x->nodes, &roots[0])
	       && merkle_root_of(x->to, look, &x->nodes, &roots[1]);
}

static enum step consistency_head(struct req *r, const struct db_answer *a)
{
	struct audit *x = r->own;
	struct fault f = { 0 };
	struct merkle_path path;
	struct sha256 roots[2];

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (!take_heads(r, a, &f))
		return reply_problem(r, &f);
	if (!make_consistency(x, log_nodes_want, &path, roots))
		return reply_fault(r, FAULT_BUG, "");
	return log_nodes_await(&x->nodes, consistency_made);
}

static enum step consistency_made(struct req *r, const struct db_answer *a)
{
	struct audit *x = r->own;
	struct merkle_path path;
	struct sha256 roots[2];
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	x->nodes.rows = a->results[0];
	if (!make_consistency(x, log_nodes_have, &path, roots))
		return reply_broken(r);
	buf_init(&b, r->arena, 4096);
	buf_printf(&b, "{\"proof\":\"consistency\",\"from\":%llu,\"to\":%llu", (unsigned long long)x->from, (unsigned long long)x->to);
	put_hash(&b, "from_root", &roots[0]);
	put_hash(&b, "to_root", &roots[1]);
	buf_str(&b, ",\"path\":");
	log_nodes_put_path(&b, &path);
	buf_str(&b, ",\"from_checkpoint\":");
	buf_json(&b, x->notes[0]);
	buf_str(&b, ",\"to_checkpoint\":");
	buf_json(&b, x->notes[1]);
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}
