/* Which traceparent headers are taken, and that new ids differ. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "api/trace.h"

#define ID     "4bf92f3577b34da6a3ce929d0e0e4736"
#define PARENT "00f067aa0ba902b7"

static const struct {
	const char *header;
	bool taken;
} cases[] = {
	{ "00-" ID "-" PARENT "-01", true },
	{ "00-" ID "-" PARENT "-00", true },
	{ "cc-" ID "-" PARENT "-01", true },
	{ "cc-" ID "-" PARENT "-01-what.comes", true },
	{ "cc-" ID "-" PARENT "-01.what.comes", false },
	{ "00-" ID "-" PARENT "-01-more", false },
	{ "ff-" ID "-" PARENT "-01", false },
	{ "00-00000000000000000000000000000000-" PARENT "-01", false },
	{ "00-" ID "-0000000000000000-01", false },
	{ "00-4BF92F3577B34DA6A3CE929D0E0E4736-" PARENT "-01", false },
	{ "00-" ID "-" PARENT "-0", false },
	{ "00-" ID "-" PARENT "-0g", false },
	{ "00-4bf92f3577b34da6a3ce929d0e0e473x-" PARENT "-01", false },
	{ "00_" ID "-" PARENT "-01", false },
	{ "", false },
	{ NULL, false },
};

static void takes_what_the_standard_allows(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct trace t = { "before" };

		if (trace_parse(text_of(cases[i].header), &t) != cases[i].taken)
			fail_msg("%s", cases[i].header == NULL ? "(absent)" : cases[i].header);
		assert_string_equal(t.id, cases[i].taken ? ID : "before");
	}
}

static void new_ids_differ_and_can_be_read(void **state)
{
	struct id_source ids;
	struct trace a, b, read;
	char header[64] = "00-";

	(void)state;
	id_source_init(&ids);
	trace_new(&a, &ids);
	trace_new(&b, &ids);
	assert_string_not_equal(a.id, b.id);
	memcpy(header + 3, a.id, 32);
	memcpy(header + 35, "-" PARENT "-01", 21);
	assert_true(trace_parse(text_of(header), &read));
	assert_string_equal(read.id, a.id);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_the_standard_allows),
		cmocka_unit_test(new_ids_differ_and_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
