/* Slices, UTF-8, the growing buffer, escapes, hex and base64. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/text.h"

#define T(literal) { "" literal, sizeof(literal) - 1 }

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void slices(void **state)
{
	struct text absent = { NULL, 0 }, copy;

	(void)state;
	assert_true(text_eq(TEXT("a"), TEXT("a")));
	assert_false(text_eq(TEXT("a"), TEXT("ab")));
	assert_true(text_eq(absent, TEXT("")));
	assert_true(text_eq_nocase(TEXT("Content-Type"), TEXT("cONTENT-tYPE")));
	assert_false(text_eq_nocase(TEXT("a"), TEXT("b")));
	assert_false(text_eq_nocase(TEXT("@"), TEXT("`"))); /* 0x20 apart, but no letters */
	assert_true(text_starts(TEXT("Bearer x"), "Bearer "));
	assert_false(text_starts(TEXT("Bear"), "Bearer "));
	assert_true(text_starts(absent, ""));
	assert_true(text_eq(text_trim(TEXT(" \t\r\n a b \v\f")), TEXT("a b")));
	assert_int_equal(text_trim(TEXT("  \n ")).len, 0);
	assert_int_equal(text_trim(absent).len, 0);
	copy = text_dup(&arena, (struct text){ "abcdef", 3 });
	assert_string_equal(copy.at, "abc");
	assert_non_null(text_dup(&arena, TEXT("")).at);
	assert_null(text_dup(&arena, absent).at);
	assert_false(arena.full);
}

static void parts(void **state)
{
	struct text rest = TEXT("a,,bc,"), part;

	(void)state;
	assert_true(text_next(&rest, ',', &part) && text_is(part, "a"));
	assert_true(text_next(&rest, ',', &part) && part.len == 0);
	assert_true(text_next(&rest, ',', &part) && text_is(part, "bc"));
	assert_false(text_next(&rest, ',', &part));
	rest = (struct text){ NULL, 0 };
	assert_false(text_next(&rest, ',', &part));
	assert_true(text_has_nocase(TEXT("Hong Kong"), TEXT("gK")) == false);
	assert_true(text_has_nocase(TEXT("Hong Kong"), TEXT("g k")));
	assert_true(text_has_nocase(TEXT("Hong Kong"), TEXT("KONG")));
	assert_false(text_has_nocase(TEXT("Hong Kong"), TEXT("kongs")));
	assert_true(text_has_nocase(TEXT("香港"), TEXT("港")));
	assert_true(text_has_nocase((struct text){ NULL, 0 }, TEXT("")));
}

static void whole_numbers(void **state)
{
	static const struct {
		const char *text;
		bool good;
		int64_t n;
	} cases[] = {
		{ "0", true, 0 }, { "-0", true, 0 }, { "007", true, 7 }, { "42", true, 42 }, { "-42", true, -42 },
		{ "9223372036854775807", true, INT64_MAX }, { "-9223372036854775808", true, INT64_MIN },
		{ "9223372036854775808", false, 0 }, { "-9223372036854775809", false, 0 },
		{ "99999999999999999999999", false, 0 }, { "", false, 0 }, { "-", false, 0 }, { "+1", false, 0 },
		{ " 1", false, 0 }, { "1 ", false, 0 }, { "1.0", false, 0 }, { "1e3", false, 0 }, { "--1", false, 0 },
		{ "0x10", false, 0 }, { "１", false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		int64_t n = 99;

		print_message("i64 \"%s\"\n", cases[i].text);
		assert_int_equal(text_to_i64(text_of(cases[i].text), &n), cases[i].good);
		assert_true(n == (cases[i].good ? cases[i].n : 99));
	}
	assert_false(text_to_i64((struct text){ NULL, 0 }, &(int64_t){ 0 }));
}

static void utf8(void **state)
{
	static const struct {
		struct text text;
		long length;
	} cases[] = {
		{ T(""), 0 }, { T("abc"), 3 }, { T("通关"), 2 }, { T("12345678通12345678"), 17 }, { T("a\0b"), 3 },
		{ T("\x7F"), 1 }, { T("\xC2\x80"), 1 }, { T("\xDF\xBF"), 1 }, { T("\xE0\xA0\x80"), 1 },
		{ T("\xEF\xBF\xBF"), 1 }, { T("\xF0\x90\x80\x80"), 1 }, { T("\xF4\x8F\xBF\xBF"), 1 },
		{ T("\xED\x9F\xBF\xEE\x80\x80"), 2 }, /* right beside the surrogates */
		{ T("𠮷野家"), 3 },
		{ T("\xC0\x80"), -1 }, { T("\xC1\xBF"), -1 }, { T("\xE0\x9F\xBF"), -1 }, { T("\xF0\x8F\xBF\xBF"), -1 }, /* overlong */
		{ T("\xED\xA0\x80"), -1 }, { T("\xED\xBF\xBF"), -1 }, /* surrogates */
		{ T("\xF4\x90\x80\x80"), -1 }, { T("\xF5\x80\x80\x80"), -1 }, { T("\xFF"), -1 }, { T("\xFE"), -1 },
		{ T("\x80"), -1 }, { T("\xC2"), -1 }, { T("\xE9\x80"), -1 }, { T("\xF0\x9F\x98"), -1 }, /* lone, cut */
		{ T("\xE9\x80" "a"), -1 }, { T("\xC2\xC2\x80"), -1 }, { T("12345678\x80"), -1 }, { T("1234567\xE9\x80"), -1 },
		{ T("\xCD\xA8\xB9\xD8"), -1 }, /* GBK */
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		/* a heap copy of exact size, so that a sanitizer sees a read beyond it */
		char *copy = malloc(cases[i].text.len + 1);

		assert_non_null(copy);
		copy = realloc(copy, cases[i].text.len > 0 ? cases[i].text.len : 1);
		memcpy(copy, cases[i].text.at, cases[i].text.len);
		print_message("utf8 case %zu\n", i);
		assert_int_equal(text_utf8_length((struct text){ copy, cases[i].text.len }), cases[i].length);
		free(copy);
	}
}

static void buffer_grows_and_keeps(void **state)
{
	struct buf b, other;

	(void)state;
	buf_init(&b, &arena, 0);
	assert_string_equal(b.at, "");
	buf_init(&other, &arena, 10);
	for (int i = 0; i < 20000; i++) {
		buf_i64(&b, i);
		buf_char(&b, ',');
		if (i % 1000 == 0) /* somebody else allocates in between */
			buf_str(&other, "0123456789012345678901234567890123456789");
	}
	assert_false(b.full);
	assert_int_equal(b.len, 10 * 2 + 90 * 3 + 900 * 4 + 9000 * 5 + 10000 * 6);
	assert_int_equal(strlen(b.at), b.len);
	assert_memory_equal(b.at, "0,1,2,3,", 8);
	assert_memory_equal(b.at + b.len - 12, "19998,19999,", 12);
	assert_int_equal(other.len, 800);
	assert_int_equal(strspn(other.at, "0123456789"), 800);
}

static void buffer_numbers_and_formats(void **state)
{
	struct buf b;
	char long_word[301];

	(void)state;
	memset(long_word, 'w', 300);
	long_word[300] = '\0';
	buf_init(&b, &arena, 0);
	buf_i64(&b, INT64_MIN);
	buf_i64(&b, INT64_MAX);
	buf_i64(&b, 0);
	buf_i64(&b, -7);
	assert_string_equal(b.at, "-922337203685477580892233720368547758070-7");
	buf_init(&b, &arena, 0);
	buf_printf(&b, "%s", "");
	buf_printf(&b, "%d-%s-%d", 1, long_word, 2);
	assert_int_equal(b.len, 304);
	assert_memory_equal(b.at, "1-w", 3);
	assert_string_equal(b.at + 301, "w-2");
	buf_put(&b, NULL, 0);
	buf_text(&b, (struct text){ NULL, 0 });
	assert_int_equal(b.len, 304);
	assert_true(text_eq(buf_as_text(&b), (struct text){ b.at, 304 }));
}

static void full_buffer_stops(void **state)
{
	struct arena small;
	struct buf b;
	size_t len;

	(void)state;
	arena_init(&small, 1000);
	buf_init(&b, &small, 0);
	while (!b.full)
		buf_char(&b, 'x');
	assert_true(small.full);
	assert_true(b.len >= 990 && b.len < 1000); /* the limit is used up, not half of it */
	len = b.len;
	assert_int_equal(strlen(b.at), len);
	buf_printf(&b, "%d", 1);
	buf_json(&b, TEXT("a"));
	buf_xml(&b, TEXT("<"));
	buf_hex(&b, "a", 1);
	buf_base64(&b, "a", 1);
	buf_base64url(&b, "a", 1);
	buf_i64(&b, 1);
	assert_int_equal(b.len, len);
	arena_done(&small);

	arena_init(&small, 10);
	buf_init(&b, &small, 100); /* full from the start */
	assert_true(b.full);
	buf_str(&b, "x");
	buf_printf(&b, "x");
	buf_json(&b, TEXT("x"));
	assert_int_equal(b.len, 0);
	arena_done(&small);

	arena_init(&small, 1000);
	buf_init(&b, &small, 0);
	buf_printf(&b, "%2000d", 1);
	assert_true(b.full);
	assert_string_equal(b.at, "");
	arena_done(&small);

	arena_init(&small, 10000);
	buf_init(&b, &small, 0);
	assert_non_null(arena_alloc(&small, 3000)); /* stands behind the buf: growing needs an allocation */
	arena_fail_nth(1);
	buf_printf(&b, "%3000d", 1);
	assert_true(b.full);
	arena_fail_nth(0);
	arena_done(&small);
}

static void escapes(void **state)
{
	static const struct {
		struct text in;
		const char *json, *xml;
	} cases[] = {
		{ T(""), "\"\"", "" },
		{ T("plain 通关 text"), "\"plain 通关 text\"", "plain 通关 text" },
		{ T("say \"hi\" \\ /"), "\"say \\\"hi\\\" \\\\ /\"", "say &quot;hi&quot; \\ /" },
		{ T("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"", "\xEF\xBF\xBD\xEF\xBF\xBD&#10;&#13;&#9;" },
		{ T("\x01\x1f\x7f"), "\"\\u0001\\u001f\x7f\"", "\xEF\xBF\xBD\xEF\xBF\xBD\x7f" },
		{ T("a\0b"), "\"a\\u0000b\"", "a\xEF\xBF\xBD" "b" },
		{ T("<a href='x'>&amp;</a>"), "\"<a href='x'>&amp;</a>\"", "&lt;a href=&#39;x&#39;&gt;&amp;amp;&lt;/a&gt;" },
		{ T("\"\"\"\""), "\"\\\"\\\"\\\"\\\"\"", "&quot;&quot;&quot;&quot;" },
		{ T("😀&"), "\"😀&\"", "😀&amp;" },
		{ T("]]>"), "\"]]>\"", "]]&gt;" },
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		buf_init(&b, &arena, 0);
		buf_json(&b, cases[i].in);
		assert_string_equal(b.at, cases[i].json);
		buf_init(&b, &arena, 0);
		buf_xml(&b, cases[i].in);
		assert_string_equal(b.at, cases[i].xml);
	}
	buf_init(&b, &arena, 0);
	buf_json(&b, (struct text){ NULL, 0 });
	buf_xml(&b, (struct text){ NULL, 0 });
	assert_string_equal(b.at, "null");
}

/* As C14N 1.0 has text nodes. */
static void escapes_of_element_content(void **state)
{
	static const struct { struct text in; const char *out; } cases[] = {
		{ T(""), "" }, { T("a \"b\" 'c'"), "a \"b\" 'c'" }, { T("<&>"), "&lt;&amp;&gt;" }, { T("a\tb\nc\rd"), "a\tb\nc&#xD;d" },
		{ T("\x01\x7f"), "\xEF\xBF\xBD\x7f" }, { T("通关]]>"), "通关]]&gt;" },
	};
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		buf_init(&b, &arena, 0);
		buf_xml_text(&b, cases[i].in);
		assert_string_equal(b.at, cases[i].out);
	}
}

static void hex(void **state)
{
	static const struct {
		const char *in;
		long len;
	} bad[] = { { "a", -1 }, { "0g", -1 }, { "abc", -1 }, { " a", -1 }, { "0x", -1 }, { "0001020304", -1 } };
	unsigned char out[4];
	struct buf b;

	(void)state;
	buf_init(&b, &arena, 0);
	buf_hex(&b, "\x00\x0f\xf0\xff", 4);
	assert_string_equal(b.at, "000ff0ff");
	assert_int_equal(hex_decode(TEXT("000ff0FF"), out, 4), 4);
	assert_memory_equal(out, "\x00\x0f\xf0\xff", 4);
	assert_int_equal(hex_decode(TEXT(""), out, 0), 0);
	for (size_t i = 0; i < COUNTOF(bad); i++)
		assert_int_equal(hex_decode(text_of(bad[i].in), out, 4), bad[i].len);
}

static void base64(void **state)
{
	static const struct {
		struct text bytes;
		const char *padded, *url;
	} cases[] = {
		{ T(""), "", "" }, { T("f"), "Zg==", "Zg" }, { T("fo"), "Zm8=", "Zm8" }, { T("foo"), "Zm9v", "Zm9v" },
		{ T("foob"), "Zm9vYg==", "Zm9vYg" }, { T("fooba"), "Zm9vYmE=", "Zm9vYmE" }, { T("foobar"), "Zm9vYmFy", "Zm9vYmFy" },
		{ T("\xfb\xff\xfe"), "+//+", "-__-" }, { T("\xff"), "/w==", "_w" }, { T("\0\0"), "AAA=", "AAA" },
	};
	static const char *const bad[] = { "A", "Zg=", "Zg===", "=", "====", "Z===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n",
		                           "Zg==Zg==", "Z*==", "通关", "AAAAAAAAAAAAAAAA" };
	unsigned char out[8];
	struct buf b;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		long len = (long)cases[i].bytes.len;

		buf_init(&b, &arena, 0);
		buf_base64url(&b, cases[i].bytes.at, cases[i].bytes.len);
		assert_string_equal(b.at, cases[i].url);
		assert_int_equal(b.len, strlen(b.at));
		buf_init(&b, &arena, 0);
		buf_base64(&b, cases[i].bytes.at, cases[i].bytes.len);
		assert_string_equal(b.at, cases[i].padded);
		assert_int_equal(b.len, strlen(b.at));
		assert_int_equal(base64_decode(text_of(cases[i].padded), out, (size_t)len), len);
		assert_memory_equal(out, cases[i].bytes.at, cases[i].bytes.len);
		assert_int_equal(base64_decode(text_of(cases[i].url), out, (size_t)len), len);
		assert_memory_equal(out, cases[i].bytes.at, cases[i].bytes.len);
		if (len > 0)
			assert_int_equal(base64_decode(text_of(cases[i].padded), out, (size_t)len - 1), -1);
	}
	for (size_t i = 0; i < COUNTOF(bad); i++) {
		print_message("base64 \"%s\"\n", bad[i]);
		assert_int_equal(base64_decode(text_of(bad[i]), out, sizeof(out)), -1);
	}
}

static void base64_round_trip_of_all_lengths(void **state)
{
	unsigned char in[100], out[100];
	struct buf b;

	(void)state;
	for (size_t i = 0; i < sizeof(in); i++)
		in[i] = (unsigned char)(i * 37 + 11);
	for (size_t len = 0; len <= sizeof(in); len++) {
		buf_init(&b, &arena, 0);
		buf_base64url(&b, in, len);
		assert_int_equal(base64_decode(buf_as_text(&b), out, len), (long)len);
		assert_memory_equal(in, out, len);
	}
}

static void among(void **state)
{
	(void)state;
	assert_true(text_is_among(TEXT("a bc d"), ' ', TEXT("bc")) && text_is_among(TEXT("a"), ',', TEXT("a")));
	assert_false(text_is_among(TEXT("a bc d"), ' ', TEXT("b")) || text_is_among(TEXT(""), ' ', TEXT("b")) || text_is_among(TEXT("a,b"), ' ', TEXT("b")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(slices, begin, end),
		cmocka_unit_test(parts),
		cmocka_unit_test(among),
		cmocka_unit_test(whole_numbers),
		cmocka_unit_test(utf8),
		cmocka_unit_test_setup_teardown(buffer_grows_and_keeps, begin, end),
		cmocka_unit_test_setup_teardown(buffer_numbers_and_formats, begin, end),
		cmocka_unit_test(full_buffer_stops),
		cmocka_unit_test_setup_teardown(escapes, begin, end),
		cmocka_unit_test_setup_teardown(escapes_of_element_content, begin, end),
		cmocka_unit_test_setup_teardown(hex, begin, end),
		cmocka_unit_test_setup_teardown(base64, begin, end),
		cmocka_unit_test_setup_teardown(base64_round_trip_of_all_lengths, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
