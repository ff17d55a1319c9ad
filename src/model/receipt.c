/*
 * Receipts of one batch under one signature.
 *
 *     add: core ──┐
 *     add: core ──┼─► seal: salts ─► leaves ─► root ─► signature ─► receipt i = core i + path i + the rest
 *     add: core ──┘
 *
 * Verification is strict: a receipt is read with the one form that is written here, and the seal that
 * was read is written again and compared, so that no byte of it can be another. It says nothing about whether
 * the filing was stored: a receipt leaves the house only after its commit.
 */
#include "model/receipt.h"

#include <assert.h>

#include "base/clock.h"
#include "model/merkle.h"

enum { SALT_BYTES = 16, DEPTH_MAX = 24, KEY_ID_BYTES = 8, CORE_BYTES = 640, SEAL_BYTES = 320, HASH_TEXT_BYTES = 46 };

static const char signed_title[] = "tongguan receipt batch v1\n";
enum { SIGNED_BYTES = sizeof(signed_title) - 1 + 32 + 8 };

struct leaf {
	struct text core;
	struct text receipt;
	uint8_t salt[SALT_BYTES];
};

struct receipt_batch {
	struct arena *arena;
	struct leaf *leaves;
	int count, room;
	struct sha256 *nodes[DEPTH_MAX + 1]; /* by level, leaves first */
	int level_size[DEPTH_MAX + 1];
	int depth;                           /* the level of the root */
	uint8_t signature[SIGNATURE_BYTES];
};

struct seal { /* what follows the core */
	struct text salt;
	int64_t index, size;
	struct sha256 path[DEPTH_MAX];
	int path_count;
	struct sha256 root;
	struct text key_id;
	uint8_t signature[SIGNATURE_BYTES];
};

struct receipt_batch *receipt_batch_new(struct arena *a, int count)
{
	struct receipt_batch *b = arena_zalloc(a, sizeof(*b));

	assert(count > 0 && count <= 1 << DEPTH_MAX);
	if (b == NULL)
		return NULL;
	b->arena = a;
	b->room = count;
	b->leaves = arena_zalloc(a, sizeof(*b->leaves) * (size_t)count);
	return b->leaves == NULL ? NULL : b;
}

static void put_id(struct buf *b, const char *name, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	buf_str(b, name);
	if (id_is_null(id)) {
		buf_str(b, "null");
		return;
	}
	id_format(id, text);
	buf_char(b, '"');
	buf_str(b, text);
	buf_char(b, '"');
}

static void put_core(struct buf *b, const struct receipt_core *core)
{
	char at[CLOCK_RFC3339_BYTES];

	clock_rfc3339(core->received_us, 6, at);
	put_id(b, "{\"id\":", &core->id);
	buf_str(b, ",\"kind\":\"");
	buf_str(b, doc_kind_name(core->kind));
	buf_str(b, "\",\"direction\":\"");
	buf_str(b, direction_name(core->direction));
	buf_str(b, "\",\"action\":\"");
	buf_str(b, action_name(core->action));
	buf_str(b, "\",\"business_key\":");
	buf_json(b, core->business_key);
	buf_str(b, ",\"revision\":");
	buf_i64(b, core->revision);
	put_id(b, ",\"declaration_id\":", &core->declaration);
	buf_str(b, ",\"filer\":");
	buf_json(b, core->filer);
	buf_str(b, ",\"received_at\":\"");
	buf_str(b, at);
	buf_str(b, "\",\"message_sha256\":\"");
	buf_hex(b, core->message_sha256.b, sizeof(core->message_sha256.b));
	buf_str(b, "\",\"document_sha256\":\"");
	buf_hex(b, core->document_sha256.b, sizeof(core->document_sha256.b));
	buf_str(b, "\"}");
}

bool receipt_batch_add(struct receipt_batch *b, const struct receipt_core *core)
{
	struct buf out;

	assert(b->count < b->room);
	buf_init(&out, b->arena, CORE_BYTES);
	put_core(&out, core);
	if (out.full)
		return false;
	b->leaves[b->count++].core = buf_as_text(&out);
	return true;
}

void receipt_batch_add_statement(struct receipt_batch *b, struct text core)
{
	assert(b->count < b->room && text_starts(core, "{\"statement\":\"") && core.at[core.len - 1] == '}');
	b->leaves[b->count++].core = core;
}

static struct text bytes_of(const void *at, size_t len)
{
	return (struct text){ at, len };
}

static struct sha256 leaf_hash(struct text salt, struct text core, struct text rest)
{
	const struct text parts[] = { salt, core, rest };

	return merkle_leaf(parts, COUNTOF(parts));
}

/* Level by level; a last one without a neighbour moves up as it is, which gives the tree of RFC 6962. */
static bool grow_tree(struct receipt_batch *b)
{
	int level = 0;

	b->level_size[0] = b->count;
	b->nodes[0] = arena_alloc(b->arena, sizeof(struct sha256) * (size_t)b->count);
	if (b->nodes[0] == NULL)
		return false;
	for (int i = 0; i < b->count; i++) {
		const struct leaf *leaf = &b->leaves[i];

		b->nodes[0][i] = leaf_hash(bytes_of(leaf->salt, SALT_BYTES), leaf->core, TEXT(""));
	}
	for (; b->level_size[level] > 1; level++) {
		const struct sha256 *below = b->nodes[level];
		int size = b->level_size[level], up = (size + 1) / 2;

		b->nodes[level + 1] = arena_alloc(b->arena, sizeof(struct sha256) * (size_t)up);
		if (b->nodes[level + 1] == NULL)
			return false;
		for (int i = 0; i < up; i++)
			b->nodes[level + 1][i] = 2 * i + 1 < size ? merkle_node(&below[2 * i], &below[2 * i + 1]) : below[2 * i];
		b->level_size[level + 1] = up;
	}
	b->depth = level;
	return true;
}

static void signed_bytes(const struct sha256 *root, int64_t size, uint8_t out[SIGNED_BYTES])
{
	uint8_t *p = out + sizeof(signed_title) - 1;

	memcpy(out, signed_title, sizeof(signed_title) - 1);
	memcpy(p, root->b, sizeof(root->b));
	for (int i = 0; i < 8; i++)
		p[32 + i] = (uint8_t)((uint64_t)size >> (56 - 8 * i));
}

static void put_bytes(struct buf *b, const char *before, const void *bytes, size_t len)
{
	buf_str(b, before);
	buf_char(b, '"');
	buf_base64url(b, bytes, len);
	buf_char(b, '"');
}

static void put_seal(struct buf *b, const struct seal *s)
{
	put_bytes(b, ",\"seal\":{\"salt\":", s->salt.at, s->salt.len);
	buf_str(b, ",\"index\":");
	buf_i64(b, s->index);
	buf_str(b, ",\"size\":");
	buf_i64(b, s->size);
	buf_str(b, ",\"path\":[");
	for (int i = 0; i < s->path_count; i++)
		put_bytes(b, i == 0 ? "" : ",", s->path[i].b, sizeof(s->path[i].b));
	put_bytes(b, "],\"root\":", s->root.b, sizeof(s->root.b));
	buf_str(b, ",\"key_id\":\"");
	buf_text(b, s->key_id);
	put_bytes(b, "\",\"signature\":", s->signature, SIGNATURE_BYTES);
	buf_str(b, "}}");
}

static void fill_path(const struct receipt_batch *b, int index, struct seal *s)
{
	s->index = index;
	s->path_count = 0;
	for (int level = 0; level < b->depth; level++, index /= 2) {
		if ((index ^ 1) < b->level_size[level])
			s->path[s->path_count++] = b->nodes[level][index ^ 1];
	}
}

static bool put_receipts(struct receipt_batch *b, const struct signer *s)
{
	struct seal seal = { .size = b->count, .root = receipt_batch_root(b), .key_id = text_of(signer_key_id(s)) };

	memcpy(seal.signature, b->signature, SIGNATURE_BYTES);
	for (int i = 0; i < b->count; i++) {
		struct leaf *leaf = &b->leaves[i];
		struct buf out;

		seal.salt = bytes_of(leaf->salt, SALT_BYTES);
		fill_path(b, i, &seal);
		buf_init(&out, b->arena, leaf->core.len + SEAL_BYTES + (size_t)seal.path_count * HASH_TEXT_BYTES);
		buf_put(&out, leaf->core.at, leaf->core.len - 1); /* its closing brace follows the seal */
		put_seal(&out, &seal);
		if (out.full)
			return false;
		leaf->receipt = buf_as_text(&out);
	}
	return true;
}

bool receipt_batch_seal(struct receipt_batch *b, struct signer *s)
{
	uint8_t message[SIGNED_BYTES];
	uint8_t *salts = arena_alloc(b->arena, (size_t)b->count * SALT_BYTES);
	struct sha256 root;

	assert(b->count > 0);
	if (salts == NULL || !crypto_random(salts, (size_t)b->count * SALT_BYTES))
		return false;
	for (int i = 0; i < b->count; i++)
		memcpy(b->leaves[i].salt, salts + (size_t)i * SALT_BYTES, SALT_BYTES);
	if (!grow_tree(b))
		return false;
	root = receipt_batch_root(b);
	signed_bytes(&root, b->count, message);
	return signer_sign(s, bytes_of(message, sizeof(message)), b->signature) && put_receipts(b, s);
}

struct text receipt_batch_get(const struct receipt_batch *b, int i)
{
	assert(i >= 0 && i < b->count);
	return b->leaves[i].receipt;
}

struct sha256 receipt_batch_root(const struct receipt_batch *b)
{
	assert(b->nodes[b->depth] != NULL);
	return b->nodes[b->depth][0];
}

void receipt_batch_signature(const struct receipt_batch *b, uint8_t out[SIGNATURE_BYTES])
{
	memcpy(out, b->signature, SIGNATURE_BYTES);
}

/* The same seen from outside: the seal is read piece by piece, nothing skipped. */

static bool take(struct text *in, const char *piece)
{
	size_t len = strlen(piece);

	if (!text_starts(*in, piece))
		return false;
	in->at += len;
	in->len -= len;
	return true;
}

static bool take_word(struct text *in, struct text *out)
{
	const char *end = memchr(in->at, '"', in->len);

	if (end == NULL)
		return false;
	*out = bytes_of(in->at, (size_t)(end - in->at));
	in->at += out->len;
	in->len -= out->len;
	return take(in, "\"");
}

static bool take_bytes(struct text *in, const char *before, void *out, size_t len)
{
	struct text word;

	return take(in, before) && take_word(in, &word) && base64_decode(word, out, len) == (long)len;
}

static bool take_number(struct text *in, const char *before, int64_t *out)
{
	struct text digits;

	if (!take(in, before))
		return false;
	digits = bytes_of(in->at, 0);
	while (in->len > 0 && in->at[0] >= '0' && in->at[0] <= '9') {
		digits.len++;
		in->at++;
		in->len--;
	}
	return digits.len > 0 && digits.len <= 9 && text_to_i64(digits, out);
}

static bool take_path(struct text *in, struct seal *s)
{
	if (!take(in, ",\"path\":["))
		return false;
	for (s->path_count = 0; !take(in, "]"); s->path_count++) {
		if (s->path_count == DEPTH_MAX)
			return false;
		if (!take_bytes(in, s->path_count == 0 ? "\"" : ",\"", s->path[s->path_count].b, sizeof(s->path[0].b)))
			return false;
	}
	return true;
}

static bool read_seal(struct text in, struct seal *s, uint8_t salt[SALT_BYTES])
{
	s->salt = bytes_of(salt, SALT_BYTES);
	return take_bytes(&in, ",\"seal\":{\"salt\":\"", salt, SALT_BYTES) && take_number(&in, ",\"index\":", &s->index) &&
	       take_number(&in, ",\"size\":", &s->size) && take_path(&in, s) &&
	       take_bytes(&in, ",\"root\":\"", s->root.b, sizeof(s->root.b)) && take(&in, ",\"key_id\":\"") &&
	       take_word(&in, &s->key_id) && take_bytes(&in, ",\"signature\":\"", s->signature, SIGNATURE_BYTES) &&
	       take(&in, "}}") && in.len == 0;
}

/* Where the seal begins: no text value can hold its mark, whose quotes would be escaped there. */
static size_t find_seal(struct text receipt)
{
	static const char mark[] = ",\"seal\":{";

	for (size_t i = 0; i + sizeof(mark) - 1 <= receipt.len; i++) {
		if (memcmp(receipt.at + i, mark, sizeof(mark) - 1) == 0)
			return i;
	}
	return 0;
}

/* From leaf to root as in RFC 6962; last is the rightmost node of the level. */
static bool path_leads_to_root(const struct seal *s, struct sha256 at)
{
	int64_t index = s->index, last = s->size - 1;
	int used = 0;

	if (s->size < 1 || index > last)
		return false;
	for (; last > 0; index /= 2, last /= 2) {
		if (index == last && index % 2 == 0)
			continue; /* no neighbour on this level */
		if (used == s->path_count)
			return false;
		at = index % 2 == 1 ? merkle_node(&s->path[used], &at) : merkle_node(&at, &s->path[used]);
		used++;
	}
	return used == s->path_count && memcmp(at.b, s->root.b, sizeof(at.b)) == 0;
}

static bool names_key(struct arena *a, const struct seal *s, const uint8_t public_key[PUBLIC_KEY_BYTES])
{
	struct sha256 digest = sha256_of(bytes_of(public_key, PUBLIC_KEY_BYTES));
	struct buf id;

	buf_init(&id, a, 2 * KEY_ID_BYTES + 1);
	buf_hex(&id, digest.b, KEY_ID_BYTES);
	return !id.full && text_eq(buf_as_text(&id), s->key_id);
}

/* Is the seal written exactly as we write it? Rules out a second form of the same bytes. */
static bool is_our_form(struct arena *a, const struct seal *s, struct text written)
{
	struct buf again;

	buf_init(&again, a, written.len + 1);
	put_seal(&again, s);
	return !again.full && text_eq(buf_as_text(&again), written);
}

bool receipt_verify(struct arena *a, struct text receipt, const uint8_t public_key[PUBLIC_KEY_BYTES], struct fault *f)
{
	size_t core_len = find_seal(receipt);
	struct text core = bytes_of(receipt.at, core_len), rest = bytes_of(receipt.at + core_len, receipt.len - core_len);
	uint8_t salt[SALT_BYTES], message[SIGNED_BYTES];
	struct seal s;

	if (core_len == 0 || !read_seal(rest, &s, salt))
		return fault_set(f, FAULT_BAD_REQUEST, "form: this is not a receipt with its seal");
	if (!is_our_form(a, &s, rest))
		return a->full ? fault_set(f, FAULT_BUSY, "out of memory") :
		                 fault_set(f, FAULT_BAD_REQUEST, "form: the seal is not written as it was issued");
	if (!names_key(a, &s, public_key))
		return fault_set(f, FAULT_RULE_BROKEN, "key: the receipt was signed with another key");
	signed_bytes(&s.root, s.size, message);
	if (!signature_verify(public_key, bytes_of(message, sizeof(message)), s.signature))
		return fault_set(f, FAULT_RULE_BROKEN, "signature: it does not fit root and size");
	if (!path_leads_to_root(&s, leaf_hash(s.salt, core, TEXT("}"))))
		return fault_set(f, FAULT_RULE_BROKEN, "path: the receipt's content does not lead to the signed root");
	return true;
}
