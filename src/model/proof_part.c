/* The parts of proofs: keys, paths, a record's way into the log, a receipt, a checkpoint. */
#include "model/log_leaf.h"
#include "model/proof.h"
#include "model/receipt.h"

#include "base/clock.h"

#define SIZE_LIMIT (INT64_C(1) << (MERKLE_PEAKS_MAX - 1))

/* --- keys ----------------------------------------------------------------------------------------------------------------- */

void trusted_key_init(struct trusted_key *k, const uint8_t public_key[PUBLIC_KEY_BYTES], int64_t retired_us)
{
	static const char digits[] = "0123456789abcdef";
	struct sha256 h = sha256_of((struct text){ (const char *)public_key, PUBLIC_KEY_BYTES });

	memcpy(k->public_key, public_key, PUBLIC_KEY_BYTES);
	for (int i = 0; i < 8; i++) {
		k->id[2 * i] = digits[h.b[i] >> 4];
		k->id[2 * i + 1] = digits[h.b[i] & 15];
	}
	k->id[16] = '\0';
	k->retired_us = retired_us;
}

static bool read_key(const struct json *j, uint8_t out[PUBLIC_KEY_BYTES], struct fault *f)
{
	struct text hex = json_text(json_member(j, "public_key"));

	return (hex.at != NULL && hex_decode(hex, out, PUBLIC_KEY_BYTES) == PUBLIC_KEY_BYTES)
	       || fault_set(f, FAULT_BAD_REQUEST, "the file of keys: a public_key is %d bytes in hex", PUBLIC_KEY_BYTES);
}

static bool read_trusted(const struct json *j, struct trusted_key *out, struct fault *f)
{
	struct text retired = json_text(json_member(j, "retired_at"));
	uint8_t key[PUBLIC_KEY_BYTES];
	int64_t retired_us = INT64_MAX;

	if (!read_key(j, key, f))
		return false;
	if (retired.at != NULL && !clock_parse_rfc3339(retired, &retired_us))
		return fault_set(f, FAULT_BAD_REQUEST, "the file of keys: retired_at is no time");
	trusted_key_init(out, key, retired_us);
	return true;
}

static bool read_witness(const struct json *j, struct trusted_witness *out, struct fault *f)
{
	out->name = json_text(json_member(j, "name"));
	if (!checkpoint_name_is_good(out->name))
		return fault_set(f, FAULT_BAD_REQUEST, "the file of keys: a witness has no good name");
	return read_key(j, out->public_key, f);
}

bool trust_read(struct arena *a, struct text keys, struct trust *out, struct fault *f)
{
	const struct json *all = json_parse(a, keys, f), *items = json_member(all, "items"), *witnesses = json_member(all, "witnesses");
	struct trusted_key *k = arena_alloc(a, sizeof(*k) * (json_length(items) + 1));
	struct trusted_witness *w = arena_alloc(a, sizeof(*w) * (json_length(witnesses) + 1));

	if (all == NULL)
		return false;
	if (!json_is_array(items) || k == NULL || w == NULL)
		return fault_set(f, FAULT_BAD_REQUEST, "the file of keys is the answer of GET /v1/audit/keys");
	for (size_t i = 0; i < json_length(items); i++)
		if (!read_trusted(json_item(items, i), &k[i], f))
			return false;
	for (size_t i = 0; i < json_length(witnesses); i++)
		if (!read_witness(json_item(witnesses, i), &w[i], f))
			return false;
	out->keys = k;
	out->key_count = (int)json_length(items);
	out->witnesses = w;
	out->witness_count = (int)json_length(witnesses);
	return true;
}

/* --- signatures ------------------------------------------------------------------------------------------------------------ */

static bool was_in_use(const struct trusted_key *k, int64_t at_us, struct fault *f)
{
	return at_us <= k->retired_us || fault_set(f, FAULT_RULE_BROKEN, "it was signed with key %s after that was retired", k->id);
}

bool proof_receipt(struct arena *a, struct text receipt, const struct trust *t, struct fault *f)
{
	const struct json *all = json_parse(a, receipt, f);
	struct text id = json_text(json_member(json_member(all, "seal"), "key_id")), at = json_text(json_member(all, "received_at"));
	int64_t at_us;

	if (all == NULL)
		return false;
	if (at.at == NULL)
		at = json_text(json_member(all, "issued_at"));
	if (at.at == NULL || !clock_parse_rfc3339(at, &at_us))
		return fault_set(f, FAULT_RULE_BROKEN, "it does not say when it was made");
	for (int i = 0; i < t->key_count; i++)
		if (text_is(id, t->keys[i].id))
			return receipt_verify(a, receipt, t->keys[i].public_key, f) && was_in_use(&t->keys[i], at_us, f);
	return fault_set(f, FAULT_RULE_BROKEN, "it names key " TEXT_FMT ", which is not among those given", TEXT_ARG(id.len <= 64 ? id : TEXT("?")));
}

bool proof_checkpoint(struct text note, const struct trust *t, struct checkpoint *out, struct fault *f)
{
	if (note.at == NULL)
		return fault_set(f, FAULT_RULE_BROKEN, "there is no checkpoint");
	if (!checkpoint_read(note, out, f))
		return false;
	for (int i = 0; i < t->key_count; i++)
		if (checkpoint_is_signed(note, t->keys[i].public_key))
			return was_in_use(&t->keys[i], out->at_us, f);
	return fault_set(f, FAULT_RULE_BROKEN, "the checkpoint is signed with none of the keys given");
}

/* --- paths ----------------------------------------------------------------------------------------------------------------- */

bool proof_path(const struct json *path, struct merkle_path *out)
{
	size_t count = json_length(path);

	if (!json_is_array(path) || count > MERKLE_PATH_MAX)
		return false;
	for (size_t i = 0; i < count; i++) {
		struct text t = json_text(json_item(path, i));

		if (t.at == NULL || base64_decode(t, out->hashes[i].b, sizeof(out->hashes[i].b)) != (long)sizeof(out->hashes[i].b))
			return false;
	}
	out->count = (int)count;
	return true;
}

struct place {
	int64_t index, size;
	struct merkle_path path;
};

static bool read_place(const struct json *j, struct place *out)
{
	return json_i64(json_member(j, "index"), &out->index) && json_i64(json_member(j, "size"), &out->size) && out->index >= 0 && out->index < out->size
	       && out->size <= SIZE_LIMIT && proof_path(json_member(j, "path"), &out->path);
}

/* One line of the leaf's bytes: what could pass for two is not read. */
static bool is_line(struct text t)
{
	return t.at != NULL && memchr(t.at, '\n', t.len) == NULL;
}

/* Where the text is there, it is what counts, and the hash beside it must be its own. */
static bool read_hash(const struct json *proof, struct text record, struct sha256 *out)
{
	struct text hex = json_text(json_member(proof, "record_hash"));
	struct sha256 own;

	if (hex.at == NULL || hex_decode(hex, out->b, sizeof(out->b)) != (long)sizeof(out->b))
		return false;
	own = record.at == NULL ? *out : log_record_hash(record);
	return crypto_equal(&own, out, sizeof(own));
}

bool proof_record(const struct json *proof, const struct checkpoint *head, struct text *record, struct fault *f)
{
	struct log_leaf leaf = { .kind = json_text(json_member(proof, "kind")), .at = json_text(json_member(proof, "at")) };
	struct place in_leaf, in_log;
	struct sha256 at, root;

	*record = json_text(json_member(proof, "record"));
	if (!is_line(leaf.kind) || !is_line(leaf.at) || !json_i64(json_member(proof, "coverage"), &leaf.coverage) || !read_hash(proof, *record, &at)
	    || !read_place(json_member(proof, "leaf"), &in_leaf) || !read_place(json_member(proof, "log"), &in_log))
		return fault_set(f, FAULT_BAD_REQUEST, "the proof of a record has not all of its members, or one that cannot be read");
	leaf.count = (uint64_t)in_leaf.size;
	if (!merkle_path_root((uint64_t)in_leaf.index, leaf.count, &at, &in_leaf.path, &leaf.root))
		return fault_set(f, FAULT_RULE_BROKEN, "the record's path does not fit its place in the leaf");
	at = log_leaf_hash(&leaf);
	if (!merkle_path_root((uint64_t)in_log.index, (uint64_t)in_log.size, &at, &in_log.path, &root))
		return fault_set(f, FAULT_RULE_BROKEN, "the leaf's path does not fit its place in the log");
	if ((uint64_t)in_log.size != head->size || !crypto_equal(&root, &head->root, sizeof(root)))
		return fault_set(f, FAULT_RULE_BROKEN, "the path does not lead to the checkpoint's root");
	return true;
}
