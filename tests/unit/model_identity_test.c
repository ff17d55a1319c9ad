/* What is stored for a person's identity, and told of a payer: keyed hashes, each under a key of its own. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/identity.h"

static void the_hash_carries_its_keys_version(void **state)
{
	const struct identity_key one = { 1, TEXT("the first secret of this test") }, two = { 2, TEXT("the second secret of this test") };
	struct identity_hash a = identity_hash(&one, TEXT("320500190001010019"), TEXT("李小明")), b = identity_hash(&two, TEXT("320500190001010019"), TEXT("李小明"));
	struct identity_hash again = identity_hash(&one, TEXT("320500190001010019"), TEXT("李小明"));
	struct text bytes = identity_hash_bytes(&a);

	(void)state;
	assert_int_equal(bytes.len, 33);
	assert_int_equal(bytes.at[0], 1);
	assert_int_equal(identity_hash_bytes(&b).at[0], 2);
	assert_true(text_eq(bytes, identity_hash_bytes(&again)));
	assert_memory_not_equal(a.digest.b, b.digest.b, sizeof(a.digest.b));
}

static void number_and_name_are_kept_apart(void **state)
{
	const struct identity_key key = { 1, TEXT("the first secret of this test") };
	struct identity_hash a = identity_hash(&key, TEXT("12"), TEXT("3")), b = identity_hash(&key, TEXT("1"), TEXT("23"));

	(void)state;
	assert_memory_not_equal(a.digest.b, b.digest.b, sizeof(a.digest.b));
}

/* As Python's hmac computes it. */
static void a_payers_pseudonym(void **state)
{
	struct sha256 h = identity_pseudonym(TEXT("a secret of its own"), TEXT("320500190001010019"));
	uint8_t want[32];

	(void)state;
	assert_int_equal(hex_decode(TEXT("72da84910f5158e396c6c1baf7babbd2f59b099cfab12099e8b16661ce2ba446"), want, sizeof(want)), sizeof(want));
	assert_memory_equal(h.b, want, sizeof(want));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_carries_its_keys_version),
		cmocka_unit_test(number_and_name_are_kept_apart),
		cmocka_unit_test(a_payers_pseudonym),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
