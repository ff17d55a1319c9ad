/* Faults: the first reason is kept, texts are cut at whole characters, every kind is complete. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/text.h"

static void first_reason_wins(void **state)
{
	struct fault f = { 0 };

	(void)state;
	assert_false(fault_set(&f, FAULT_BAD_JSON, "line %d", 3));
	assert_false(fault_set(&f, FAULT_BUG, "later"));
	assert_int_equal(f.code, FAULT_BAD_JSON);
	assert_string_equal(f.text, "line 3");
}

static void long_texts_end_at_a_character(void **state)
{
	static const char *const pieces[] = { "a", "é", "通", "😀" };

	(void)state;
	for (size_t i = 0; i < COUNTOF(pieces); i++)
		for (size_t shift = 0; shift < 4; shift++) {
			char text[400];
			struct fault f = { 0 };
			size_t len = shift, piece = strlen(pieces[i]);

			memset(text, 'x', shift);
			for (; len + piece < sizeof(text); len += piece)
				memcpy(text + len, pieces[i], piece);
			text[len] = '\0';
			(void)fault_set(&f, FAULT_SYSTEM, "%s", text);
			assert_true(text_utf8_length(text_of(f.text)) > 0);
			assert_true(strlen(f.text) >= sizeof(f.text) - 4);
			assert_memory_equal(f.text, text, strlen(f.text));
		}
}

static void every_kind_is_complete(void **state)
{
	(void)state;
	for (int i = 0; i < FAULT_COUNT; i++) {
		enum fault_code code = (enum fault_code)i;

		assert_true(strlen(fault_slug(code)) > 0);
		assert_true(fault_http_status(code) >= 200 && fault_http_status(code) < 600);
		assert_true(strlen(fault_title(code, false)) > 0);
		assert_true(text_utf8_length(text_of(fault_title(code, true))) > 0);
		for (int k = 0; k < i; k++)
			assert_string_not_equal(fault_slug(code), fault_slug((enum fault_code)k));
	}
	assert_string_equal(fault_slug(FAULT_KEY_CONFLICT), "key-conflict");
	assert_int_equal(fault_http_status(FAULT_KEY_CONFLICT), 409);
	assert_true(fault_may_retry(FAULT_BUSY));
	assert_false(fault_may_retry(FAULT_RULE_BROKEN));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_reason_wins),
		cmocka_unit_test(long_texts_end_at_a_character),
		cmocka_unit_test(every_kind_is_complete),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
