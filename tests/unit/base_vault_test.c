/* Blobs: what was sealed opens again, in its own place only, and not when a bit of it changed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "base/crypto.h"
#include "base/vault.h"
#include "base/vault_words.h"

static const uint8_t one[AEAD_KEY_BYTES] = "the first data key of this test", two[AEAD_KEY_BYTES] = "the second data key of the test";
static const struct id record = { { 1, 2, 3, 4, 5, 6, 0x70, 8, 0x80, 10, 11, 12, 13, 14, 15, 16 } };

struct box {
	struct arena arena;
	struct vault *vault;
};

static int set_up(void **state)
{
	struct box *b = calloc(1, sizeof(*b));

	assert_non_null(b);
	arena_init(&b->arena, (size_t)64 << 20);
	b->vault = vault_new();
	assert_non_null(b->vault);
	assert_true(vault_add(b->vault, 20260301, one));
	assert_true(vault_use(b->vault, 202603));
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct box *b = *state;

	vault_free(b->vault);
	arena_done(&b->arena);
	free(b);
	return 0;
}

static struct text sealed(struct box *b, struct vault_place place, struct text plain)
{
	struct text blob = { NULL, 0 };

	assert_true(vault_seal(b->vault, &b->arena, &place, plain, &blob));
	return blob;
}

static enum fault_code opened(struct box *b, struct vault_place place, struct text blob, struct text *out)
{
	struct fault f = { 0 };
	bool good = vault_open(b->vault, &b->arena, &place, blob, out, &f);

	assert_int_equal(good, f.code == FAULT_NONE);
	return f.code;
}

static struct text copy_of(struct box *b, struct text t)
{
	return text_dup(&b->arena, t);
}

/* McGrew and Viega's GCM test cases 14 and 16 (AES-256). */
static void known_answers(void **state)
{
	static const uint8_t zeros[AEAD_KEY_BYTES];
	uint8_t key[AEAD_KEY_BYTES], nonce[AEAD_NONCE_BYTES], plain[60], bound[20], want[60], tag[AEAD_TAG_BYTES], want_tag[AEAD_TAG_BYTES], out[60];
	struct aead *x = aead_new(zeros);

	(void)state;
	assert_non_null(x);
	assert_true(aead_seal(x, zeros, TEXT(""), (struct text){ (const char *)zeros, 16 }, out, tag));
	assert_int_equal(hex_decode(TEXT("cea7403d4d606b6e074ec5d3baf39d18"), want, 16), 16);
	assert_int_equal(hex_decode(TEXT("d0d1c8a799996bf0265b98b5d48ab919"), want_tag, 16), 16);
	assert_memory_equal(out, want, 16);
	assert_memory_equal(tag, want_tag, 16);
	aead_free(x);

	assert_int_equal(hex_decode(TEXT("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308"), key, 32), 32);
	assert_int_equal(hex_decode(TEXT("cafebabefacedbaddecaf888"), nonce, 12), 12);
	assert_int_equal(hex_decode(TEXT("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a721c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39"),
	                            plain, 60), 60);
	assert_int_equal(hex_decode(TEXT("feedfacedeadbeeffeedfacedeadbeefabaddad2"), bound, 20), 20);
	assert_int_equal(hex_decode(TEXT("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"),
	                            want, 60), 60);
	assert_int_equal(hex_decode(TEXT("76fc6ece0f4e1768cddf8853bb2d551b"), want_tag, 16), 16);
	x = aead_new(key);
	assert_non_null(x);
	assert_true(aead_seal(x, nonce, (struct text){ (const char *)bound, 20 }, (struct text){ (const char *)plain, 60 }, out, tag));
	assert_memory_equal(out, want, 60);
	assert_memory_equal(tag, want_tag, 16);
	assert_true(aead_open(x, nonce, (struct text){ (const char *)bound, 20 }, (struct text){ (const char *)want, 60 }, tag, out));
	assert_memory_equal(out, plain, 60);
	tag[15] ^= 1;
	assert_false(aead_open(x, nonce, (struct text){ (const char *)bound, 20 }, (struct text){ (const char *)want, 60 }, tag, out));
	aead_free(x);
}

static void what_was_sealed_opens(void **state)
{
	static const size_t lengths[] = { 0, 1, 63, 64, 65, 1000, 70000, 5000000 };
	struct box *b = *state;

	for (size_t i = 0; i < COUNTOF(lengths); i++) {
		for (int alike = 0; alike < 2; alike++) {
			char *bytes = malloc(lengths[i] + 1);
			struct text plain = { bytes, lengths[i] }, blob, out;

			assert_non_null(bytes);
			if (alike == 1)
				memset(bytes, 'a', lengths[i]);
			else
				assert_true(crypto_random(bytes, lengths[i]));
			blob = sealed(b, vault_at("filing", &record), plain);
			if (alike == 1 && lengths[i] > 1000)
				assert_true(blob.len < lengths[i] / 50); /* it was shrunk before it was encrypted */
			else
				assert_true(blob.len <= lengths[i] + 33);
			assert_int_equal(opened(b, vault_at("filing", &record), blob, &out), FAULT_NONE);
			assert_true(text_eq(out, plain));
			assert_int_equal(out.at[out.len], '\0');
			free(bytes);
		}
	}
}

/* What is stored needs them for ever. */
static void words_stay_as_they_are(void **state)
{
	struct sha256 is = sha256_of(vault_words()), was;

	(void)state;
	assert_int_equal(hex_decode(TEXT("b874e45c557ebf814466ae225da7dc28fafcd18014a8a5046b4c65b3d30409e9"), was.b, sizeof(was.b)), sizeof(was.b));
	assert_memory_equal(is.b, was.b, sizeof(is.b));
}

static void a_document_is_shrunk_to_what_only_it_says(void **state)
{
	static const char order[] =
		"{\"guid\":\"E2A37A18-F5D6-BD2F-0000-000000000000\",\"sent_at\":\"2026-12-01T07:14:28+08:00\",\"standard\":\"1\",\"kind\":\"order\","
		"\"direction\":\"import\",\"action\":\"add\",\"app_status\":\"2\",\"order_type\":\"I\",\"order_no\":\"TG1\",\"platform_code\":"
		"\"91320500MA1T00013G\",\"goods_value\":\"499.4\",\"freight\":\"14.16\",\"discount\":\"9.32\",\"tax_total\":\"46.73\","
		"\"actual_paid\":\"550.97\",\"currency\":\"142\"}";
	struct box *b = *state;
	struct text plain = { order, sizeof(order) - 1 }, blob = sealed(b, vault_at("filing", &record), plain), out;

	assert_true(blob.len < plain.len * 2 / 3);
	assert_int_equal(opened(b, vault_at("filing", &record), blob, &out), FAULT_NONE);
	assert_true(text_eq(out, plain));
}

static void the_same_is_never_the_same_twice(void **state)
{
	struct box *b = *state;
	struct text x = sealed(b, vault_at("filing", &record), TEXT("320500199001010019")), y = sealed(b, vault_at("filing", &record), TEXT("320500199001010019"));

	assert_int_equal(x.len, y.len);
	assert_memory_not_equal(x.at + 5, y.at + 5, 12); /* nonces */
	assert_memory_not_equal(x.at + 17, y.at + 17, x.len - 17);
	assert_null(memmem(x.at, x.len, "320500", 6));
}

static void every_bit_counts(void **state)
{
	struct box *b = *state;
	char repeated[2000];
	struct text plain = { repeated, sizeof(repeated) }, out, blob;

	for (size_t i = 0; i < sizeof(repeated); i++)
		repeated[i] = "a text that is repeated, "[i % 25];
	blob = sealed(b, vault_at("filing", &record), plain);

	assert_true(blob.len < plain.len + 33); /* format 2 */
	for (size_t bit = 0; bit < 8 * blob.len; bit++) {
		struct text other = copy_of(b, blob);

		((char *)(uintptr_t)other.at)[bit / 8] ^= (char)(1 << bit % 8);
		assert_int_equal(opened(b, vault_at("filing", &record), other, &out), FAULT_DAMAGED);
	}
	for (size_t len = 0; len < blob.len; len++)
		assert_int_equal(opened(b, vault_at("filing", &record), (struct text){ blob.at, len }, &out), FAULT_DAMAGED);
}

static void a_blob_opens_in_its_own_place_only(void **state)
{
	struct box *b = *state;
	struct id other = record;
	struct vault_place place = vault_at("filing", &record);
	struct text blob = sealed(b, place, TEXT("of this filing")), out;

	other.b[15]++;
	assert_int_equal(opened(b, vault_at("filing", &other), blob, &out), FAULT_DAMAGED);
	assert_int_equal(opened(b, vault_at("submission", &record), blob, &out), FAULT_DAMAGED);
	place.part = TEXT("1");
	assert_int_equal(opened(b, place, blob, &out), FAULT_DAMAGED);
	assert_int_equal(opened(b, vault_at("filing", &record), blob, &out), FAULT_NONE);
}

static void keys_by_month(void **state)
{
	struct box *b = *state;
	struct text march, april, out;
	struct vault *later;

	march = sealed(b, vault_at("filing", &record), TEXT("of March"));
	assert_true(vault_add(b->vault, 20260401, two)); /* made ahead */
	assert_memory_equal(sealed(b, vault_at("filing", &record), TEXT("still of March")).at + 1, march.at + 1, 4);
	assert_true(vault_use(b->vault, 202604));
	april = sealed(b, vault_at("filing", &record), TEXT("of April"));
	assert_memory_not_equal(april.at + 1, march.at + 1, 4);
	assert_int_equal(opened(b, vault_at("filing", &record), march, &out), FAULT_NONE);
	assert_true(text_is(out, "of March"));
	assert_true(vault_use(b->vault, 202612)); /* none was made since: the newest goes on */
	assert_memory_equal(sealed(b, vault_at("filing", &record), TEXT("later")).at + 1, april.at + 1, 4);
	later = vault_new();
	assert_non_null(later);
	assert_false(vault_use(later, 202604));
	assert_true(vault_add(later, 20260401, two));
	assert_false(vault_use(later, 202603)); /* of a month to come only */
	assert_true(vault_use(later, 202604));
	vault_free(b->vault);
	b->vault = later;
	assert_int_equal(opened(b, vault_at("filing", &record), march, &out), FAULT_DAMAGED); /* its key is not known here */
	assert_int_equal(opened(b, vault_at("filing", &record), april, &out), FAULT_NONE);
}

static void without_room_nothing_is_sealed(void **state)
{
	struct box *b = *state;
	const struct vault_place place = vault_at("filing", &record);
	struct text blob = sealed(b, place, TEXT("too long for that arena")), out;
	struct fault f = { 0 };
	struct arena small;

	arena_init(&small, 8);
	assert_false(vault_seal(b->vault, &small, &place, TEXT("too long for that arena"), &out));
	arena_done(&small);
	arena_init(&small, 8);
	assert_false(vault_open(b->vault, &small, &place, blob, &out, &f));
	assert_int_equal(f.code, FAULT_BUSY);
	arena_done(&small);
}

static void wrapped_keys(void **state)
{
	uint8_t kek[AEAD_KEY_BYTES], wrapped[VAULT_WRAPPED_BYTES], key[AEAD_KEY_BYTES];
	char name[17], other_name[17];

	(void)state;
	assert_true(vault_read_kek(TEXT("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"), kek));
	assert_false(vault_read_kek(TEXT("000102030405060708090a0b0c0d0e0f"), kek));
	assert_false(vault_read_kek(TEXT("zz0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"), kek));
	assert_true(vault_wrap(kek, 20260301, one, wrapped));
	assert_true(vault_unwrap(kek, 20260301, (struct text){ (const char *)wrapped, sizeof(wrapped) }, key));
	assert_memory_equal(key, one, sizeof(key));
	assert_false(vault_unwrap(kek, 20260401, (struct text){ (const char *)wrapped, sizeof(wrapped) }, key)); /* another number */
	assert_false(vault_unwrap(kek, 20260301, (struct text){ (const char *)wrapped, sizeof(wrapped) - 1 }, key));
	vault_name_kek(kek, name);
	kek[0] ^= 1;
	vault_name_kek(kek, other_name);
	assert_string_not_equal(name, other_name);
	assert_false(vault_unwrap(kek, 20260301, (struct text){ (const char *)wrapped, sizeof(wrapped) }, key));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_answers),
		cmocka_unit_test_setup_teardown(what_was_sealed_opens, set_up, tear_down),
		cmocka_unit_test(words_stay_as_they_are),
		cmocka_unit_test_setup_teardown(a_document_is_shrunk_to_what_only_it_says, set_up, tear_down),
		cmocka_unit_test_setup_teardown(the_same_is_never_the_same_twice, set_up, tear_down),
		cmocka_unit_test_setup_teardown(every_bit_counts, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_blob_opens_in_its_own_place_only, set_up, tear_down),
		cmocka_unit_test_setup_teardown(keys_by_month, set_up, tear_down),
		cmocka_unit_test_setup_teardown(without_room_nothing_is_sealed, set_up, tear_down),
		cmocka_unit_test(wrapped_keys),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
