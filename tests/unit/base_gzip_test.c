/* Inflating: members, limits, damage, and what a bomb may cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>
#include <zlib.h>

#include "base/gzip.h"

enum { LIMIT = 100000, ARENA_BYTES = 1 << 20 };

struct packed {
	uint8_t b[65536];
	size_t len;
};

static void pack(struct packed *p, const void *bytes, size_t len)
{
	z_stream z = { 0 };

	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (z_const Bytef *)bytes;
	z.avail_in = (uInt)len;
	z.next_out = p->b + p->len;
	z.avail_out = (uInt)(sizeof(p->b) - p->len);
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	p->len = sizeof(p->b) - z.avail_out;
	assert_int_equal(deflateEnd(&z), Z_OK);
}

static struct text packed_text(const struct packed *p)
{
	return (struct text){ (const char *)p->b, p->len };
}

static enum fault_code inflate_code(struct text in, size_t limit)
{
	struct arena a;
	struct fault f = { 0 };
	struct text out = TEXT("untouched");

	arena_init(&a, ARENA_BYTES);
	if (gzip_inflate(&a, in, limit, &out, &f))
		assert_int_equal(f.code, FAULT_NONE);
	else
		assert_true(text_is(out, "untouched"));
	arena_done(&a);
	return f.code;
}

static void assert_inflates(struct text in, struct text expected)
{
	struct arena a;
	struct fault f = { 0 };
	struct text out;

	arena_init(&a, ARENA_BYTES);
	assert_true(gzip_inflate(&a, in, LIMIT, &out, &f));
	assert_int_equal(out.len, expected.len);
	assert_memory_equal(out.at, expected.at, expected.len);
	arena_done(&a);
}

static void members_follow_each_other(void **state)
{
	struct packed p = { .len = 0 };

	(void)state;
	pack(&p, "one,", 4);
	assert_inflates(packed_text(&p), TEXT("one,"));
	pack(&p, "", 0);
	pack(&p, "two", 3);
	assert_inflates(packed_text(&p), TEXT("one,two"));
}

static void output_grows_as_it_must(void **state)
{
	static char text[LIMIT];
	struct packed p = { .len = 0 };

	(void)state;
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i / 7 % 26);
	pack(&p, text, sizeof(text));
	assert_true(p.len * 4 < sizeof(text)); /* the first guess is too small */
	assert_inflates(packed_text(&p), (struct text){ text, sizeof(text) });
}

static void limit_is_exact(void **state)
{
	static char text[LIMIT];
	struct packed p = { .len = 0 }, two = { .len = 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	pack(&p, text, 5000);
	assert_int_equal(inflate_code(packed_text(&p), 5000), FAULT_NONE);
	assert_int_equal(inflate_code(packed_text(&p), 4999), FAULT_TOO_LARGE);
	assert_int_equal(inflate_code(packed_text(&p), 0), FAULT_TOO_LARGE);
	pack(&two, text, 3000); /* members count together */
	pack(&two, text, 3000);
	assert_int_equal(inflate_code(packed_text(&two), 6000), FAULT_NONE);
	assert_int_equal(inflate_code(packed_text(&two), 5999), FAULT_TOO_LARGE);
}

static void bomb_costs_no_more_than_the_limit(void **state)
{
	static char zeros[8 << 20];
	struct packed p = { .len = 0 };
	struct arena a;
	struct fault f = { 0 };
	struct text out;

	(void)state;
	pack(&p, zeros, sizeof(zeros));
	arena_init(&a, ARENA_BYTES);
	assert_false(gzip_inflate(&a, packed_text(&p), LIMIT, &out, &f));
	assert_int_equal(f.code, FAULT_TOO_LARGE);
	assert_true(a.used <= 3 * (LIMIT + 64));
	arena_done(&a);
}

static void every_cut_is_refused(void **state)
{
	struct packed p = { .len = 0 };
	size_t first;

	(void)state;
	pack(&p, "a text of some length", 21);
	first = p.len;
	pack(&p, "and one more", 12);
	for (size_t len = 0; len < p.len; len++)
		assert_int_equal(inflate_code((struct text){ (const char *)p.b, len }, LIMIT), len == first ? FAULT_NONE : FAULT_BAD_REQUEST);
	assert_int_equal(inflate_code((struct text){ NULL, 0 }, LIMIT), FAULT_BAD_REQUEST);
}

static void damage_and_strangers_are_refused(void **state)
{
	struct packed p = { .len = 0 }, zlib_form = { .len = sizeof(zlib_form.b) };
	uLongf zlib_len = sizeof(zlib_form.b);

	(void)state;
	pack(&p, "a text of some length", 21);
	p.b[p.len - 6] ^= 1; /* in the CRC */
	assert_int_equal(inflate_code(packed_text(&p), LIMIT), FAULT_BAD_REQUEST);
	p.b[p.len - 6] ^= 1;
	p.b[p.len - 1] ^= 1; /* in the length */
	assert_int_equal(inflate_code(packed_text(&p), LIMIT), FAULT_BAD_REQUEST);
	p.b[p.len - 1] ^= 1;
	assert_int_equal(inflate_code(packed_text(&p), LIMIT), FAULT_NONE);
	p.b[p.len++] = '\0'; /* even padding is garbage */
	assert_int_equal(inflate_code(packed_text(&p), LIMIT), FAULT_BAD_REQUEST);
	assert_int_equal(inflate_code(TEXT("{\"not\":\"gzip\"}"), LIMIT), FAULT_BAD_REQUEST);
	assert_int_equal(compress(zlib_form.b, &zlib_len, (const Bytef *)"abc", 3), Z_OK);
	assert_int_equal(inflate_code((struct text){ (char *)zlib_form.b, zlib_len }, LIMIT), FAULT_BAD_REQUEST);
}

static void full_arena_is_said(void **state)
{
	static char text[LIMIT];
	struct packed p = { .len = 0 };
	struct arena a;
	struct fault f = { 0 };
	struct text out;

	(void)state;
	pack(&p, text, sizeof(text));
	arena_init(&a, 4096);
	assert_false(gzip_inflate(&a, packed_text(&p), LIMIT, &out, &f));
	assert_int_equal(f.code, FAULT_BUSY);
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_follow_each_other), cmocka_unit_test(output_grows_as_it_must),
		cmocka_unit_test(limit_is_exact),            cmocka_unit_test(bomb_costs_no_more_than_the_limit),
		cmocka_unit_test(every_cut_is_refused),      cmocka_unit_test(damage_and_strangers_are_refused),
		cmocka_unit_test(full_arena_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
