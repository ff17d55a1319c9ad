/* Receipts: every size of batch verifies offline, and no byte of one can be changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/json.h"
#include "model/receipt.h"

enum { BATCH_MAX = 70 };

struct bench {
	char dir[64], path[96], other_path[96];
	struct signer *signer, *other;
	uint8_t key[PUBLIC_KEY_BYTES], other_key[PUBLIC_KEY_BYTES];
	struct arena arena;
};

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fault f = { 0 };

	assert_non_null(b);
	snprintf(b->dir, sizeof(b->dir), "/tmp/receipt_test.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	snprintf(b->path, sizeof(b->path), "%s/one.pem", b->dir);
	snprintf(b->other_path, sizeof(b->other_path), "%s/two.pem", b->dir);
	assert_true(signer_create(b->path, &f) && signer_create(b->other_path, &f));
	b->signer = signer_load(b->path, &f);
	b->other = signer_load(b->other_path, &f);
	assert_non_null(b->signer);
	assert_non_null(b->other);
	signer_public(b->signer, b->key);
	signer_public(b->other, b->other_key);
	arena_init(&b->arena, 8 << 20);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	arena_done(&b->arena);
	signer_free(b->signer);
	signer_free(b->other);
	unlink(b->path);
	unlink(b->other_path);
	rmdir(b->dir);
	free(b);
	return 0;
}

static struct receipt_core core_of(int i)
{
	struct text key[] = { TEXT("platform"), { "0123456789", (size_t)(i % 10 + 1) } };
	struct receipt_core core = {
		.kind = (enum doc_kind)(i % DOC_KIND_COUNT),
		.direction = i % 2 == 0 ? DIR_IMPORT : DIR_EXPORT,
		.action = ACTION_ADD,
		.business_key = TEXT("平台/\"A\\1\""),
		.filer = TEXT("91330100MA2T000237"),
		.revision = i + 1,
		.received_us = INT64_C(1772416800123456) + i,
	};

	core.id = id_of_key('T', key, 2);
	core.id.b[15] = (uint8_t)i;
	if (i % 3 != 0)
		core.declaration = id_of_key('D', key, 2);
	memset(core.message_sha256.b, i, sizeof(core.message_sha256.b));
	memset(core.document_sha256.b, 255 - i, sizeof(core.document_sha256.b));
	return core;
}

static struct receipt_batch *sealed(struct bench *b, int count)
{
	struct receipt_batch *batch = receipt_batch_new(&b->arena, count);

	assert_non_null(batch);
	for (int i = 0; i < count; i++) {
		struct receipt_core core = core_of(i);

		assert_true(receipt_batch_add(batch, &core));
	}
	assert_true(receipt_batch_seal(batch, b->signer));
	return batch;
}

static bool verifies(struct text receipt, const uint8_t *key, struct fault *f)
{
	struct arena scratch;
	bool ok;

	arena_init(&scratch, 1 << 16);
	*f = (struct fault){ 0 };
	ok = receipt_verify(&scratch, receipt, key, f);
	arena_done(&scratch);
	assert_int_equal(ok, f->code == FAULT_NONE);
	return ok;
}

static void every_size_of_batch_verifies(void **state)
{
	struct bench *b = *state;
	struct fault f;

	for (int count = 1; count <= BATCH_MAX; count++) {
		struct receipt_batch *batch = sealed(b, count);

		for (int i = 0; i < count; i++) {
			struct text receipt = receipt_batch_get(batch, i);

			if (!verifies(receipt, b->key, &f))
				fail_msg("%d of %d: %s", i, count, f.text);
		}
		arena_done(&b->arena);
	}
}

static void a_receipt_says_what_was_filed(void **state)
{
	struct bench *b = *state;
	struct receipt_batch *batch = sealed(b, 4);
	struct fault f = { 0 };
	const struct json *r = json_parse(&b->arena, receipt_batch_get(batch, 3), &f), *seal;
	struct receipt_core core = core_of(3);
	struct sha256 root;
	char id[ID_TEXT_BYTES];
	int64_t n;

	assert_non_null(r);
	id_format(&core.id, id);
	assert_true(text_is(json_text(json_member(r, "id")), id));
	assert_true(text_is(json_text(json_member(r, "kind")), doc_kind_name(core.kind)));
	assert_true(text_is(json_text(json_member(r, "direction")), "export"));
	assert_true(text_is(json_text(json_member(r, "action")), "add"));
	assert_true(text_eq(json_text(json_member(r, "business_key")), core.business_key));
	assert_true(json_i64(json_member(r, "revision"), &n) && n == 4);
	assert_true(json_is_null(json_member(r, "declaration_id")));
	assert_true(text_eq(json_text(json_member(r, "filer")), core.filer));
	assert_true(text_is(json_text(json_member(r, "received_at")), "2026-03-02T10:00:00.123459+08:00"));
	assert_int_equal(json_text(json_member(r, "message_sha256")).len, 64);
	assert_int_equal(json_text(json_member(r, "document_sha256")).len, 64);
	seal = json_member(r, "seal");
	assert_true(json_i64(json_member(seal, "index"), &n) && n == 3);
	assert_true(json_i64(json_member(seal, "size"), &n) && n == 4);
	assert_int_equal(json_length(json_member(seal, "path")), 2);
	assert_true(text_is(json_text(json_member(seal, "key_id")), signer_key_id(b->signer)));
	assert_int_equal(base64_decode(json_text(json_member(seal, "root")), root.b, sizeof(root.b)), 32);
	assert_true(crypto_equal(root.b, receipt_batch_root(batch).b, 32));
}

/* The tree is that of RFC 6962: computed here from its recursive definition. */
static struct sha256 tree_hash(const struct sha256 *leaves, int count)
{
	struct sha256 left, right;
	struct text parts[3] = { { "\1", 1 } };
	int half = 1;

	if (count == 1)
		return leaves[0];
	while (half * 2 < count)
		half *= 2;
	left = tree_hash(leaves, half);
	right = tree_hash(leaves + half, count - half);
	parts[1] = (struct text){ (const char *)left.b, 32 };
	parts[2] = (struct text){ (const char *)right.b, 32 };
	return sha256_of_parts(parts, 3);
}

static void the_tree_is_the_known_one(void **state)
{
	struct bench *b = *state;

	for (int count = 1; count <= BATCH_MAX; count++) {
		struct receipt_batch *batch = sealed(b, count);
		struct sha256 leaves[BATCH_MAX], root;

		for (int i = 0; i < count; i++) {
			struct fault f = { 0 };
			struct text receipt = receipt_batch_get(batch, i);
			const struct json *r = json_parse(&b->arena, receipt, &f);
			const char *seal = strstr(receipt.at, ",\"seal\":");
			uint8_t salt[16];
			struct text parts[] = { { "\0", 1 }, { (const char *)salt, 16 }, { receipt.at, (size_t)(seal - receipt.at) },
				TEXT("}") };

			assert_int_equal(base64_decode(json_text(json_member(json_member(r, "seal"), "salt")), salt, 16), 16);
			leaves[i] = sha256_of_parts(parts, 4);
		}
		root = tree_hash(leaves, count);
		assert_true(crypto_equal(root.b, receipt_batch_root(batch).b, 32));
		arena_done(&b->arena);
	}
}

static void no_byte_can_be_changed(void **state)
{
	struct bench *b = *state;
	static const int sizes[] = { 1, 2, 5 };
	struct fault f;

	for (size_t s = 0; s < COUNTOF(sizes); s++) {
		struct receipt_batch *batch = sealed(b, sizes[s]);
		struct text receipt = receipt_batch_get(batch, sizes[s] - 1);
		char *copy = arena_copy(&b->arena, receipt.at, receipt.len);

		assert_non_null(copy);
		for (size_t i = 0; i < receipt.len; i++) {
			for (int bit = 0; bit < 8; bit++) {
				copy[i] = (char)(receipt.at[i] ^ (1 << bit));
				if (verifies((struct text){ copy, receipt.len }, b->key, &f))
					fail_msg("size %d: byte %zu, bit %d: %s", sizes[s], i, bit, copy);
			}
			copy[i] = receipt.at[i];
		}
		for (size_t len = 0; len < receipt.len; len++) /* cut off */
			assert_false(verifies((struct text){ copy, len }, b->key, &f));
		for (size_t i = 0; i < receipt.len; i++) { /* a byte left out */
			memcpy(copy, receipt.at, i);
			memcpy(copy + i, receipt.at + i + 1, receipt.len - i - 1);
			assert_false(verifies((struct text){ copy, receipt.len - 1 }, b->key, &f));
		}
		memcpy(copy, receipt.at, receipt.len);
		assert_true(verifies((struct text){ copy, receipt.len }, b->key, &f));
	}
}

static const char *replaced(struct bench *b, struct text receipt, const char *from, const char *to)
{
	const char *at = strstr(receipt.at, from);
	struct buf out;

	assert_non_null(at);
	buf_init(&out, &b->arena, receipt.len + 64);
	buf_put(&out, receipt.at, (size_t)(at - receipt.at));
	buf_str(&out, to);
	buf_str(&out, at + strlen(from));
	assert_false(out.full);
	return out.at;
}

static void other_forms_are_refused(void **state)
{
	struct bench *b = *state;
	static const struct {
		const char *from, *to;
	} cases[] = {
		{ "\"index\":2", "\"index\":02" },
		{ "\"index\":2", "\"index\":3" },
		{ "\"index\":2", "\"index\":6" },
		{ "\"index\":2", "\"index\":-2" },
		{ "\"index\":2", "\"index\":2.0" },
		{ "\"index\":2", "\"index\":99999999999999999999" },
		{ "\"size\":5", "\"size\":6" },
		{ "\"size\":5", "\"size\":0" },
		{ "\"path\":[", "\"path\":[ " },
		{ "\"path\":[", "\"path\":[\"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\"," },
		{ ",\"seal\":{", ",\"seal\":{}{" },
		{ "}}", "}} " },
		{ "}}", "},\"x\":1}" },
		{ "{\"id\"", " {\"id\"" },
		{ "\"revision\":3", "\"revision\":4" },
		{ "\"key_id\":\"", "\"key_id\":\"00" },
	};
	struct receipt_batch *batch = sealed(b, 5);
	struct text receipt = receipt_batch_get(batch, 2);
	struct fault f;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		if (verifies(text_of(replaced(b, receipt, cases[i].from, cases[i].to)), b->key, &f))
			fail_msg("case %zu", i);
	}
	assert_false(verifies(TEXT(""), b->key, &f));
	assert_false(verifies((struct text){ NULL, 0 }, b->key, &f));
	assert_false(verifies(TEXT(",\"seal\":{\"salt\":\""), b->key, &f));
}

static void the_fault_names_the_step(void **state)
{
	struct bench *b = *state;
	struct receipt_batch *one = sealed(b, 3), *two;
	struct text receipt = receipt_batch_get(one, 1);
	const char *mixed, *seal;
	struct fault f;
	struct buf out;

	assert_false(verifies(receipt, b->other_key, &f));
	assert_non_null(strstr(f.text, "key:"));
	assert_false(verifies(text_of(replaced(b, receipt, "\"revision\":2", "\"revision\":9")), b->key, &f));
	assert_non_null(strstr(f.text, "path:"));
	assert_false(verifies(text_of(replaced(b, receipt, "\"size\":3", "\"size\":4")), b->key, &f));
	assert_non_null(strstr(f.text, "signature:"));
	assert_false(verifies(text_of(replaced(b, receipt, "\"salt\":", "\"sALT\":")), b->key, &f));
	assert_non_null(strstr(f.text, "form:"));

	/* the seal of another filing: root and signature fit each other, the path does not lead there */
	two = sealed(b, 4);
	seal = strstr(receipt_batch_get(two, 2).at, ",\"seal\":");
	buf_init(&out, &b->arena, 2048);
	buf_put(&out, receipt.at, (size_t)(strstr(receipt.at, ",\"seal\":") - receipt.at));
	buf_str(&out, seal);
	mixed = out.at;
	assert_false(verifies(text_of(mixed), b->key, &f));
	assert_non_null(strstr(f.text, "path:"));
}

static void salts_hide_and_signatures_are_given_out(void **state)
{
	struct bench *b = *state;
	struct receipt_batch *one = sealed(b, 2), *two = sealed(b, 2);
	uint8_t signature[SIGNATURE_BYTES], other[SIGNATURE_BYTES];

	assert_false(crypto_equal(receipt_batch_root(one).b, receipt_batch_root(two).b, 32));
	receipt_batch_signature(one, signature);
	receipt_batch_signature(two, other);
	assert_false(crypto_equal(signature, other, SIGNATURE_BYTES));
}

static void a_full_arena_is_told(void **state)
{
	struct bench *b = *state;
	int sealed_at_last = 0;

	for (size_t limit = 64; limit < 64 << 10 && sealed_at_last < 3; limit += 64) {
		struct arena small;
		struct receipt_batch *batch;
		bool ok = true;

		arena_init(&small, limit);
		batch = receipt_batch_new(&small, 3);
		for (int i = 0; batch != NULL && ok && i < 3; i++) {
			struct receipt_core core = core_of(i);

			ok = receipt_batch_add(batch, &core);
		}
		if (batch != NULL && ok && receipt_batch_seal(batch, b->signer))
			sealed_at_last++;
		else
			assert_true(small.full);
		arena_done(&small);
	}
	assert_int_equal(sealed_at_last, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_size_of_batch_verifies),
		cmocka_unit_test(a_receipt_says_what_was_filed),
		cmocka_unit_test(the_tree_is_the_known_one),
		cmocka_unit_test(no_byte_can_be_changed),
		cmocka_unit_test(other_forms_are_refused),
		cmocka_unit_test(the_fault_names_the_step),
		cmocka_unit_test(salts_hide_and_signatures_are_given_out),
		cmocka_unit_test(a_full_arena_is_told),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
