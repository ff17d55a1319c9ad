/* Files as a whole: which kind it is, and what must fit together in it. */
#include "model/proof.h"

#include "base/clock.h"

struct verifying {
	struct arena *a;
	const struct trust *t;
	struct buf *said;
	struct checkpoint head;
	int proved, pending;
	struct fault *f;
};

static void say_head(struct verifying *v, const struct checkpoint *c)
{
	char at[CLOCK_RFC3339_BYTES];

	buf_printf(v->said, "checkpoint " TEXT_FMT ", size %llu", TEXT_ARG(c->origin), (unsigned long long)c->size);
	if (c->at_us != INT64_MIN) {
		clock_rfc3339(c->at_us, 0, at);
		buf_printf(v->said, ", %s", at);
	}
	buf_char(v->said, '\n');
}

/* Of those lines that are witnesses' we know. */
static void say_witnesses(struct verifying *v, struct text note)
{
	struct text rest = note, line;
	struct fault no = { 0 };
	int64_t at_s;

	while (text_next(&rest, '\n', &line))
		for (int i = 0; i < v->t->witness_count; i++) {
			const struct trusted_witness *w = &v->t->witnesses[i];
			char at[CLOCK_RFC3339_BYTES];

			if (!checkpoint_cosignature(note, line, w->name, w->public_key, &at_s, &no))
				continue;
			clock_rfc3339(at_s * US_PER_S, 0, at);
			buf_printf(v->said, "witnessed by " TEXT_FMT ", %s\n", TEXT_ARG(w->name), at);
		}
}

static bool same_head(const struct checkpoint *a, const struct checkpoint *b)
{
	return a->size == b->size && crypto_equal(&a->root, &b->root, sizeof(a->root)) && text_eq(a->origin, b->origin);
}

/* What was kept outside says the same of the same size; of another size only a proof of consistency tells. */
static bool agrees_outside(struct verifying *v, const struct checkpoint *a, const struct checkpoint *b)
{
	struct checkpoint kept;

	if (v->t->checkpoint.at == NULL)
		return true;
	if (!proof_checkpoint(v->t->checkpoint, v->t, &kept, v->f))
		return false;
	if (same_head(&kept, a) || same_head(&kept, b))
		return true;
	if (kept.size == a->size || kept.size == b->size)
		return fault_set(v->f, FAULT_RULE_BROKEN, "two heads of size %llu are signed: the log was written anew since the checkpoint that was kept",
		                 (unsigned long long)kept.size);
	return fault_set(v->f, FAULT_BAD_REQUEST, "the checkpoint that was kept has size %llu, this one %llu: verify GET /v1/audit/consistency between them first",
	                 (unsigned long long)kept.size, (unsigned long long)a->size);
}

static bool take_head(struct verifying *v, const struct json *note)
{
	struct text t = json_text(note);

	if (!proof_checkpoint(t, v->t, &v->head, v->f) || !agrees_outside(v, &v->head, &v->head))
		return false;
	say_head(v, &v->head);
	say_witnesses(v, t);
	return true;
}

/* --- filings ---------------------------------------------------------------------------------------------------------------- */

/* The record that was logged is of the batch that signed the receipt. */
static bool is_seal_of(struct verifying *v, struct text record, const struct json *receipt)
{
	const struct json *logged = json_parse(v->a, record, v->f), *seal = json_member(receipt, "seal");
	struct text hex = json_text(json_member(logged, "root")), root = json_text(json_member(seal, "root"));
	int64_t logged_size, size;
	struct sha256 x, y;

	return (logged != NULL && text_is(json_text(json_member(logged, "table")), "seal") && hex.at != NULL && root.at != NULL
	        && hex_decode(hex, x.b, sizeof(x.b)) == (long)sizeof(x.b) && base64_decode(root, y.b, sizeof(y.b)) == (long)sizeof(y.b)
	        && crypto_equal(&x, &y, sizeof(x)) && json_i64(json_member(logged, "size"), &logged_size)
	        && json_i64(json_member(seal, "size"), &size) && size == logged_size)
	       || fault_set(v->f, FAULT_RULE_BROKEN, "the record in the log is not that of the receipt's batch");
}

struct comparing {
	const struct json *receipt;
	bool same;
};

static bool compare_member(void *arg, struct text name, const struct json *value)
{
	static const char *const members[] = { "id", "kind", "direction", "action", "business_key", "revision", "received_at", "message_sha256", "document_sha256" };
	struct comparing *c = arg;
	int64_t x, y;

	for (size_t i = 0; i < COUNTOF(members) && c->same; i++) {
		const struct json *other = json_member(c->receipt, members[i]);

		if (text_is(name, members[i]))
			c->same = json_i64(value, &x) ? json_i64(other, &y) && x == y : text_eq(json_text(value), json_text(other));
	}
	return c->same;
}

/* What is said beside the receipt is what the receipt says. */
static bool is_receipt_of(struct verifying *v, const struct json *item, const struct json *receipt)
{
	struct comparing c = { .receipt = receipt, .same = json_text(json_member(item, "id")).at != NULL };

	json_each(item, compare_member, &c);
	return c.same || fault_set(v->f, FAULT_RULE_BROKEN, "the receipt is of another filing");
}

/* False as well when it is told that a record is not what was logged. */
static bool is_logged(struct verifying *v, const struct json *item, bool *proved)
{
	struct text logged = json_text(json_member(item, "logged"));

	*proved = text_is(logged, "yes");
	v->proved += *proved;
	v->pending += !*proved;
	return *proved || text_is(logged, "pending")
	       || fault_set(v->f, FAULT_RULE_BROKEN, "a record is not what was logged of it: " TEXT_FMT, TEXT_ARG(json_text(json_member(item, "id"))));
}

static bool verify_filing(struct verifying *v, const struct json *item)
{
	struct text text = json_text(json_member(item, "receipt")), record;
	const struct json *receipt = NULL;
	bool proved;

	if (text.at != NULL) {
		receipt = json_parse(v->a, text, v->f);
		if (receipt == NULL || !proof_receipt(v->a, text, v->t, v->f) || !is_receipt_of(v, item, receipt))
			return false;
	}
	if (!is_logged(v, item, &proved))
		return false;
	if (!proved)
		return true;
	return proof_record(json_member(item, "proof"), &v->head, &record, v->f) && (receipt == NULL || is_seal_of(v, record, receipt));
}

static bool verify_record(struct verifying *v, const struct json *item)
{
	struct text record;
	const struct json *said;
	bool proved;

	if (!is_logged(v, item, &proved) || (proved && !proof_record(json_member(item, "proof"), &v->head, &record, v->f)))
		return false;
	if (!proved || record.at == NULL)
		return true;
	said = json_parse(v->a, record, v->f);
	return said != NULL
	       && ((text_eq(json_text(json_member(said, "id")), json_text(json_member(item, "id")))
	            && text_eq(json_text(json_member(said, "table")), json_text(json_member(item, "table"))))
	           || fault_set(v->f, FAULT_RULE_BROKEN, "the proof is of another record"));
}

static bool verify_all(struct verifying *v, const struct json *items, bool (*verify)(struct verifying *v, const struct json *item))
{
	if (!json_is_array(items))
		return fault_set(v->f, FAULT_BAD_REQUEST, "the bundle has no filings or no records");
	for (size_t i = 0; i < json_length(items); i++)
		if (!verify(v, json_item(items, i)))
			return false;
	return true;
}

/* --- files ------------------------------------------------------------------------------------------------------------------ */

static bool verify_filing_proof(struct verifying *v, const struct json *all)
{
	if (json_text(json_member(all, "receipt")).at == NULL)
		return fault_set(v->f, FAULT_BAD_REQUEST, "the proof of a filing has no receipt");
	if (!take_head(v, json_member(all, "checkpoint")) || !verify_filing(v, all))
		return false;
	return v->proved > 0 || fault_set(v->f, FAULT_RULE_BROKEN, "the receipt is genuine, but the checkpoint is older: ask for the proof again");
}

static bool verify_bundle(struct verifying *v, struct text file, const struct json *all)
{
	if (!proof_receipt(v->a, file, v->t, v->f) || !take_head(v, json_member(all, "checkpoint"))
	    || !verify_all(v, json_member(all, "filings"), verify_filing) || !verify_all(v, json_member(all, "records"), verify_record))
		return false;
	buf_printf(v->said, "%d records in the log, %d newer than the checkpoint\n", v->proved, v->pending);
	return true;
}

static bool verify_consistency(struct verifying *v, const struct json *all)
{
	struct checkpoint from, to;
	struct merkle_path path;

	if (!proof_checkpoint(json_text(json_member(all, "from_checkpoint")), v->t, &from, v->f)
	    || !proof_checkpoint(json_text(json_member(all, "to_checkpoint")), v->t, &to, v->f) || !agrees_outside(v, &from, &to))
		return false;
	if (!text_eq(from.origin, to.origin) || !proof_path(json_member(all, "path"), &path)
	    || !merkle_is_consistent(from.size, &from.root, to.size, &to.root, &path))
		return fault_set(v->f, FAULT_RULE_BROKEN, "the log of the older checkpoint is not the beginning of the newer one's");
	say_head(v, &from);
	say_head(v, &to);
	buf_str(v->said, "the first is the beginning of the second\n");
	return true;
}

static bool verify_inclusion(struct verifying *v, const struct json *all)
{
	struct text hex = json_text(json_member(all, "leaf_hash"));
	struct merkle_path path;
	struct sha256 leaf, root;
	int64_t index;

	if (hex.at == NULL || hex_decode(hex, leaf.b, sizeof(leaf.b)) != (long)sizeof(leaf.b) || !json_i64(json_member(all, "leaf"), &index) || index < 0
	    || !proof_path(json_member(all, "path"), &path))
		return fault_set(v->f, FAULT_BAD_REQUEST, "the proof has not all of its members, or one that cannot be read");
	if (json_text(json_member(all, "checkpoint")).at == NULL)
		return fault_set(v->f, FAULT_BAD_REQUEST, "there is no checkpoint of that size: ask for the size of one");
	if (!take_head(v, json_member(all, "checkpoint")))
		return false;
	if (!merkle_path_root((uint64_t)index, v->head.size, &leaf, &path, &root) || !crypto_equal(&root, &v->head.root, sizeof(root)))
		return fault_set(v->f, FAULT_RULE_BROKEN, "the path does not lead from that leaf to the checkpoint's root");
	return true;
}

static bool verify_note(struct verifying *v, struct text note)
{
	if (!proof_checkpoint(note, v->t, &v->head, v->f) || !agrees_outside(v, &v->head, &v->head))
		return false;
	say_head(v, &v->head);
	say_witnesses(v, note);
	return true;
}

bool proof_verify(struct arena *a, struct text file, const struct trust *t, struct buf *said, struct fault *f)
{
	struct verifying v = { .a = a, .t = t, .said = said, .f = f };
	const struct json *all;

	if (file.len == 0 || file.at[0] != '{')
		return verify_note(&v, file);
	all = json_parse(a, file, f);
	if (all == NULL)
		return false;
	if (text_is(json_text(json_member(all, "proof_of")), "filing"))
		return verify_filing_proof(&v, all);
	if (text_is(json_text(json_member(all, "proof")), "inclusion"))
		return verify_inclusion(&v, all);
	if (text_is(json_text(json_member(all, "proof")), "consistency"))
		return verify_consistency(&v, all);
	if (text_is(json_text(json_member(all, "statement")), "evidence"))
		return verify_bundle(&v, file, all);
	return proof_receipt(a, file, t, f);
}
