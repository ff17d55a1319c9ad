/*
 * GET /v1/filings/{id}/proof, /v1/declarations/{id}/evidence: records with everything that proves them to be in the log, for
 * whoever holds the public key and nothing else (tongguanctl verify, docs/EVIDENCE.md).
 *
 *   reads in one call ──> their rows, copied ──> which nodes their paths need ──> one read ──> the answer
 *
 * All stand against one checkpoint. What was written after it has no proof yet: it is told as pending. A bundle about a declaration is
 * sealed as receipts are, so that nobody can leave out a part of it.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "api/log_nodes.h"
#include "model/checkpoint.h"
#include "model/log_leaf.h"
#include "model/receipt.h"
#include "store/query.h"

enum { ROW_HEAD, ROW_PART, ROW_RECEIPT, ROW_RECORD, ROW_SHOWS, ROW_KIND, ROW_COVERAGE, ROW_MADE, ROW_HASHES, ROW_SEQ };
enum { PROOF_READS = 2, EVIDENCE_READS = 3 };

struct item {
	struct text head, receipt, record, kind; /* head: a JSON object that the item begins with */
	char at[CLOCK_RFC3339_BYTES];
	int64_t coverage;
	struct merkle_leaves leaf; /* its records */
	uint64_t place, seq;       /* in the leaf, in the log */
	struct sha256 hash;
	bool is_filing, shows, is_logged, is_as_logged;
};

struct evidence {
	struct req *r;
	struct text note, about; /* about: of a bundle, a JSON object */
	struct checkpoint head;
	struct item *items;
	int count;
	struct log_nodes nodes;
	struct buf b;
};

static db_step_fn proof_read, proof_found, evidence_read, evidence_found;

/* --- reading -------------------------------------------------------------------------------------------------------------- */

static enum step start(struct req *r, const char *const *names, int count, db_step_fn *then)
{
	struct args *q = args_new(r), *none = args_new(r);
	struct evidence *e = arena_zalloc(r->arena, sizeof(*e));

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_null(none);
	if (e == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	e->r = r;
	r->own = e;
	db_call_init(&r->call);
	for (int i = 0; i < count; i++)
		db_call_add(&r->call, query(names[i]), q->p);
	db_call_add(&r->call, query("log_checkpoint"), none->p);
	return await_db(r, then);
}

/* Where the record stands in its leaf: the hashes say. */
static void find_place(struct item *x)
{
	x->hash = log_record_hash(x->record);
	for (x->place = 0; x->place < x->leaf.count && !x->is_as_logged; x->place++)
		x->is_as_logged = memcmp(x->leaf.hashes + 32 * x->place, x->hash.b, sizeof(x->hash.b)) == 0;
	x->place -= x->is_as_logged;
}

static void read_item(struct evidence *e, struct item *x, const struct db_rows *rows, int row)
{
	struct arena *a = e->r->arena;
	struct text hashes = text_dup(a, db_get_text(rows, row, ROW_HASHES));
	int64_t seq = db_is_null(rows, row, ROW_SEQ) ? -1 : db_get_int(rows, row, ROW_SEQ);

	x->head = text_dup(a, db_get_text(rows, row, ROW_HEAD));
	x->is_filing = text_is(db_get_text(rows, row, ROW_PART), "filing");
	if (!db_is_null(rows, row, ROW_RECEIPT))
		x->receipt = text_dup(a, db_get_text(rows, row, ROW_RECEIPT));
	if (db_is_null(rows, row, ROW_RECORD)) /* no leaf: it was written before the log covered its table, or beside it */
		return;
	x->record = text_dup(a, db_get_text(rows, row, ROW_RECORD));
	x->shows = db_get_int(rows, row, ROW_SHOWS) != 0;
	x->kind = text_dup(a, db_get_text(rows, row, ROW_KIND));
	x->coverage = db_get_int(rows, row, ROW_COVERAGE);
	clock_rfc3339(db_get_time(rows, row, ROW_MADE), 6, x->at);
	x->leaf = (struct merkle_leaves){ (const uint8_t *)hashes.at, hashes.len / 32 };
	x->seq = (uint64_t)seq;
	x->is_logged = seq >= 0 && x->seq < e->head.size;
	if (!a->full)
		find_place(x);
}

static bool take_paths(struct evidence *e, const struct item *x, merkle_look_fn *look, struct merkle_path *in_leaf, struct merkle_path *in_log)
{
	struct merkle_leaves leaf = x->leaf;

	return merkle_inclusion(x->place, leaf.count, merkle_look_leaves, &leaf, in_leaf) && merkle_inclusion(x->seq, e->head.size, look, &e->nodes, in_log);
}

static bool is_provable(const struct item *x)
{
	return x->is_logged && x->is_as_logged;
}

/* Copies what was read, then asks for the nodes. */
static enum step read_all(struct evidence *e, const struct db_rows *rows, const struct db_rows *notes, db_step_fn *then)
{
	struct req *r = e->r;
	struct merkle_path a, b;
	struct fault f = { 0 };

	e->count = db_row_count(rows);
	e->items = arena_zalloc(r->arena, sizeof(*e->items) * (size_t)(e->count + 1));
	if (db_row_count(notes) > 0) {
		e->note = text_dup(r->arena, db_get_text(notes, 0, 0));
		if (!r->arena->full && !checkpoint_read(e->note, &e->head, &f))
			return reply_fault(r, FAULT_BUG, "the latest checkpoint cannot be read");
	}
	for (int i = 0; e->items != NULL && i < e->count; i++)
		read_item(e, &e->items[i], rows, i);
	if (r->arena->full || !log_nodes_init(&e->nodes, r, e->count))
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	for (int i = 0; i < e->count; i++)
		if (is_provable(&e->items[i]) && !take_paths(e, &e->items[i], log_nodes_want, &a, &b))
			return reply_fault(r, FAULT_BUG, "");
	return log_nodes_await(&e->nodes, then);
}

/* --- words ---------------------------------------------------------------------------------------------------------------- */

static void put_place(struct buf *b, const char *name, uint64_t index, uint64_t size, const struct merkle_path *p)
{
	buf_printf(b, ",\"%s\":{\"index\":%llu,\"size\":%llu,\"path\":", name, (unsigned long long)index, (unsigned long long)size);
	log_nodes_put_path(b, p);
	buf_char(b, '}');
}

/* The proof as a member; null with a word that says why there is none. False: the tree's nodes are not all there. */
static bool put_proof(struct evidence *e, const struct item *x)
{
	struct merkle_path in_leaf, in_log;
	struct buf *b = &e->b;

	if (!is_provable(x)) {
		buf_printf(b, ",\"logged\":\"%s\",\"proof\":null", x->is_as_logged ? "pending" : "differs");
		return true;
	}
	if (!take_paths(e, x, log_nodes_have, &in_leaf, &in_log))
		return false;
	buf_str(b, ",\"logged\":\"yes\",\"proof\":{\"record\":");
	buf_json(b, x->shows ? x->record : (struct text){ NULL, 0 });
	buf_str(b, ",\"record_hash\":\"");
	buf_hex(b, x->hash.b, sizeof(x->hash.b));
	buf_str(b, "\",\"kind\":");
	buf_json(b, x->kind);
	buf_printf(b, ",\"coverage\":%lld,\"at\":\"%s\"", (long long)x->coverage, x->at);
	put_place(b, "leaf", x->place, x->leaf.count, &in_leaf);
	put_place(b, "log", x->seq, e->head.size, &in_log);
	buf_char(b, '}');
	return true;
}

/* Members of an object that the database made, without its braces. */
static void put_members(struct buf *b, struct text object)
{
	buf_put(b, object.at + 1, object.len - 2);
}

/* A receipt goes as text: its bytes are what is signed. */
static bool put_item(struct evidence *e, const struct item *x)
{
	put_members(&e->b, x->head);
	if (x->is_filing) {
		buf_str(&e->b, ",\"receipt\":");
		buf_json(&e->b, x->receipt);
	}
	return put_proof(e, x);
}

static void put_note(struct evidence *e)
{
	buf_str(&e->b, ",\"checkpoint\":");
	buf_json(&e->b, e->note);
}

static enum step reply_broken(struct req *r)
{
	return reply_fault(r, FAULT_BUG, "the log's tree is damaged; the operator finds where with tongguanctl fsck");
}

/* --- one filing ------------------------------------------------------------------------------------------------------------ */

enum step filings_proof(struct req *r)
{
	static const char *const names[] = { "filing_proof" };

	return start(r, names, PROOF_READS - 1, proof_read);
}

static enum step proof_read(struct req *r, const struct db_answer *a)
{
	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return read_all(r->own, a->results[0], a->results[PROOF_READS - 1], proof_found);
}

static enum step proof_found(struct req *r, const struct db_answer *a)
{
	struct evidence *e = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	e->nodes.rows = a->results[0];
	buf_init(&e->b, r->arena, 8192);
	buf_str(&e->b, "{\"proof_of\":\"filing\",");
	if (!put_item(e, &e->items[0]))
		return reply_broken(r);
	put_note(e);
	buf_char(&e->b, '}');
	return reply_json(r, 200, &e->b);
}

/* --- a declaration ----------------------------------------------------------------------------------------------------------- */

enum step declarations_evidence(struct req *r)
{
	static const char *const names[] = { "evidence_declaration", "evidence_records" };

	return start(r, names, EVIDENCE_READS - 1, evidence_read);
}

static enum step evidence_read(struct req *r, const struct db_answer *a)
{
	struct evidence *e = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	e->about = text_dup(r->arena, db_get_text(a->results[0], 0, 0));
	return read_all(e, a->results[1], a->results[EVIDENCE_READS - 1], evidence_found);
}

static bool put_items(struct evidence *e, const char *name, bool filings)
{
	bool is_first = true;

	buf_printf(&e->b, ",\"%s\":[", name);
	for (int i = 0; i < e->count; i++) {
		if (e->items[i].is_filing != filings)
			continue;
		buf_str(&e->b, is_first ? "{" : ",{");
		if (!put_item(e, &e->items[i]))
			return false;
		buf_char(&e->b, '}');
		is_first = false;
	}
	buf_char(&e->b, ']');
	return true;
}

static bool put_bundle(struct evidence *e)
{
	char at[CLOCK_RFC3339_BYTES];

	clock_rfc3339(e->r->now_us, 6, at);
	buf_init(&e->b, e->r->arena, 65536);
	buf_printf(&e->b, "{\"statement\":\"evidence\",\"issued_at\":\"%s\",", at);
	put_members(&e->b, e->about);
	if (!put_items(e, "filings", true) || !put_items(e, "records", false))
		return false;
	put_note(e);
	buf_char(&e->b, '}');
	return true;
}

static enum step evidence_found(struct req *r, const struct db_answer *a)
{
	struct receipt_batch *batch = receipt_batch_new(r->arena, 1);
	struct evidence *e = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	e->nodes.rows = a->results[0];
	if (!put_bundle(e))
		return reply_broken(r);
	if (batch == NULL || e->b.full)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	receipt_batch_add_statement(batch, buf_as_text(&e->b));
	if (!receipt_batch_seal(batch, r->api->deps.signer))
		return reply_fault(r, FAULT_BUSY, "the statement could not be signed now");
	return reply_kept(r, 200, "application/json", receipt_batch_get(batch, 0));
}
