/* The verifier of proofs, evidence and checkpoints: what is genuine passes, and no byte of it may be another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "base/clock.h"
#include "proof_bench.h"

static int set_up(void **state)
{
	struct proof_bench *b = malloc(sizeof(*b));

	assert_non_null(b);
	proof_bench_init(b);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	proof_bench_done(*state);
	free(*state);
	return 0;
}

static bool verifies(struct proof_bench *b, struct text file, const struct trust *t, struct fault *f)
{
	struct arena scratch;
	struct buf said;
	bool good;

	(void)b;
	*f = (struct fault){ 0 };
	arena_init(&scratch, 1 << 20);
	buf_init(&said, &scratch, 256);
	good = proof_verify(&scratch, file, t, &said, f);
	arena_done(&scratch);
	assert_int_equal(good, f->code == FAULT_NONE);
	return good;
}

static void what_is_genuine_passes(void **state)
{
	struct proof_bench *b = *state;
	const struct text files[] = { b->receipt, b->proof, b->bundle, b->consistency, b->inclusion, b->note, b->older_note };
	struct fault f;

	for (size_t i = 0; i < COUNTOF(files); i++)
		if (!verifies(b, files[i], &b->trust, &f))
			fail_msg("file %zu: %s", i, f.text);
}

static void no_byte_can_be_another(void **state)
{
	struct proof_bench *b = *state;
	const struct text files[] = { b->proof, b->bundle, b->consistency, b->inclusion, b->note };
	struct fault f;

	for (size_t k = 0; k < COUNTOF(files); k++) {
		char *copy = arena_copy(&b->arena, files[k].at, files[k].len);

		assert_non_null(copy);
		for (size_t i = 0; i < files[k].len; i++) {
			copy[i] ^= 1;
			if (verifies(b, (struct text){ copy, files[k].len }, &b->trust, &f))
				fail_msg("file %zu: byte %zu does not count", k, i);
			copy[i] ^= 1;
			if (i > 0 && verifies(b, (struct text){ copy, i }, &b->trust, &f))
				fail_msg("file %zu: its first %zu bytes are enough", k, i);
		}
	}
}

static void what_stands_beside_a_receipt_is_what_it_says(void **state)
{
	static const char head[] = "{\"proof_of\":\"filing\",";
	static const struct { const char *member; bool good; } cases[] = {
		{ "\"kind\":\"order\",", true }, { "\"kind\":\"payment\",", false }, { "\"revision\":1,", true }, { "\"revision\":2,", false },
		{ "\"business_key\":\"P/O-2\",", false }, { "\"document_sha256\":null,", false },
	};
	struct proof_bench *b = *state;
	struct fault f;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct buf file;

		buf_init(&file, &b->arena, 4096);
		buf_str(&file, head);
		buf_str(&file, cases[i].member);
		buf_put(&file, b->proof.at + sizeof(head) - 1, b->proof.len - sizeof(head) + 1);
		if (verifies(b, buf_as_text(&file), &b->trust, &f) != cases[i].good)
			fail_msg("%s: %s", cases[i].member, f.text);
	}
}

static void another_key_and_a_retired_one(void **state)
{
	struct proof_bench *b = *state;
	struct trusted_key other = b->key;
	struct trust t = { .keys = &other, .key_count = 1 };
	const struct text files[] = { b->receipt, b->proof, b->bundle, b->consistency, b->inclusion, b->note };
	struct fault f;

	other.retired_us = INT64_C(1772416800000000);
	for (size_t i = 0; i < COUNTOF(files); i++) {
		assert_false(verifies(b, files[i], &t, &f));
		assert_non_null(strstr(f.text, "retired"));
	}
	other.public_key[3] ^= 1;
	trusted_key_init(&other, other.public_key, INT64_MAX);
	for (size_t i = 0; i < COUNTOF(files); i++)
		assert_false(verifies(b, files[i], &t, &f));
}

static void a_checkpoint_kept_outside(void **state)
{
	struct proof_bench *b = *state;
	struct trust t = b->trust;
	struct checkpoint c = { .origin = TEXT("test/log"), .size = BENCH_LEAVES, .at_us = 1 };
	struct fault f;
	struct buf forged;

	t.checkpoint = b->note;
	assert_true(verifies(b, b->proof, &t, &f) && verifies(b, b->consistency, &t, &f));
	t.checkpoint = b->older_note;
	assert_true(verifies(b, b->consistency, &t, &f));
	assert_false(verifies(b, b->proof, &t, &f));
	assert_non_null(strstr(f.text, "consistency"));

	buf_init(&forged, &b->arena, 512); /* the key's holder signs another history of the same size */
	assert_true(checkpoint_sign(&forged, &c, b->signer));
	t.checkpoint = buf_as_text(&forged);
	assert_false(verifies(b, b->proof, &t, &f));
	assert_non_null(strstr(f.text, "written anew"));
	assert_false(verifies(b, b->consistency, &t, &f));
}

static void keys_are_read_from_what_is_served(void **state)
{
	struct proof_bench *b = *state;
	struct trust t = { 0 };
	struct fault f = { 0 };
	struct buf keys;

	buf_init(&keys, &b->arena, 512);
	buf_str(&keys, "{\"origin\":\"test/log\",\"items\":[{\"public_key\":\"");
	buf_hex(&keys, b->key.public_key, sizeof(b->key.public_key));
	buf_str(&keys, "\",\"retired_at\":null}],\"witnesses\":[]}");
	assert_true(trust_read(&b->arena, buf_as_text(&keys), &t, &f));
	assert_int_equal(t.key_count, 1);
	assert_true(verifies(b, b->bundle, &t, &f));
	assert_false(trust_read(&b->arena, TEXT("{\"items\":[{\"public_key\":\"00\"}]}"), &t, &f));
	f = (struct fault){ 0 };
	assert_false(trust_read(&b->arena, TEXT("{\"items\":{}}"), &t, &f));
}

/* --- notes ---------------------------------------------------------------------------------------------------------- */

static void a_note_has_the_known_form(void **state)
{
	struct proof_bench *b = *state;
	struct checkpoint c;
	struct fault f = { 0 };

	assert_true(text_starts(b->note, "test/log\n11\n"));
	assert_true(checkpoint_read(b->note, &c, &f));
	assert_int_equal(c.size, BENCH_LEAVES);
	assert_true(c.at_us == INT64_C(1772416801000000));
}

static void notes_that_are_none(void **state)
{
	static const char *const notes[] = {
		"", "\n", "test/log\n11\n", "test/log\n11\nAAAA\n\n", "te st\n11\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"test/log\n-1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n", "test/log\n01\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"test/log\n9999999999999999999\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n",
		"test/log\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\ntime yesterday\n\n",
	};
	struct checkpoint c;

	(void)state;
	for (size_t i = 0; i < COUNTOF(notes); i++)
		assert_false(checkpoint_read(text_of(notes[i]), &c, &(struct fault){ 0 }));
	assert_true(checkpoint_read(TEXT("test/log\n0\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\nsomething else\n\n"), &c, &(struct fault){ 0 }));
	assert_int_equal(c.size, 0);
	assert_true(c.at_us == INT64_MIN);
}

/* What a witness would send: made here with the log's own key under another name. */
static struct text cosigned(struct proof_bench *b, struct text name, int64_t at_s)
{
	size_t body_len = (size_t)((const char *)memmem(b->note.at, b->note.len, "\n\n", 2) - b->note.at) + 1;
	const char mark[] = { '\n', 4 };
	const struct text named[] = { name, { mark, 2 }, { (const char *)b->key.public_key, PUBLIC_KEY_BYTES } };
	struct sha256 h = sha256_of_parts(named, COUNTOF(named));
	uint8_t bytes[4 + 8 + SIGNATURE_BYTES];
	struct buf message, line;

	memcpy(bytes, h.b, 4);
	for (int i = 0; i < 8; i++)
		bytes[4 + i] = (uint8_t)((uint64_t)at_s >> (56 - 8 * i));
	buf_init(&message, &b->arena, 1024);
	buf_printf(&message, "cosignature/v1\ntime %lld\n", (long long)at_s);
	buf_put(&message, b->note.at, body_len);
	assert_true(signer_sign(b->signer, buf_as_text(&message), bytes + 12));
	buf_init(&line, &b->arena, 256);
	buf_str(&line, "\xe2\x80\x94 ");
	buf_text(&line, name);
	buf_char(&line, ' ');
	buf_base64(&line, bytes, sizeof(bytes));
	return buf_as_text(&line);
}

static void witnesses_cosign(void **state)
{
	struct proof_bench *b = *state;
	struct text line = cosigned(b, TEXT("witness.example"), 1772416900);
	char *copy = arena_copy(&b->arena, line.at, line.len);
	struct fault f = { 0 };
	int64_t at_s;

	assert_true(checkpoint_cosignature(b->note, line, TEXT("witness.example"), b->key.public_key, &at_s, &f));
	assert_true(at_s == 1772416900);
	assert_false(checkpoint_cosignature(b->older_note, line, TEXT("witness.example"), b->key.public_key, &at_s, &f));
	assert_int_equal(f.code, FAULT_RULE_BROKEN);
	assert_false(checkpoint_cosignature(b->note, line, TEXT("another"), b->key.public_key, &at_s, &f));
	for (size_t i = 0; i < line.len; i++) {
		copy[i] ^= 1;
		assert_false(checkpoint_cosignature(b->note, (struct text){ copy, line.len }, TEXT("witness.example"), b->key.public_key, &at_s, &f));
		copy[i] ^= 1;
	}
	assert_false(checkpoint_is_signed((struct text){ b->note.at, b->note.len - 1 }, b->key.public_key)); /* a line ends with its line feed */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_is_genuine_passes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_byte_can_be_another, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_stands_beside_a_receipt_is_what_it_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(another_key_and_a_retired_one, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_checkpoint_kept_outside, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_are_read_from_what_is_served, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_note_has_the_known_form, set_up, tear_down),
		cmocka_unit_test_setup_teardown(notes_that_are_none, set_up, tear_down),
		cmocka_unit_test_setup_teardown(witnesses_cosign, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
