/* Structured fields: what RFC 9651 shows, and what lies at the edges of its grammar; each is written again in its one form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "standard/structured_field.h"

struct vector {
	char form;               /* i item, l list, d dictionary */
	const char *field, *out; /* out NULL: refused */
};

static const struct vector vectors[] = {
	/* numbers */
	{ 'i', "42", "42" }, { 'i', "-0", "0" }, { 'i', "00042", "42" }, { 'i', "  42  ", "42" }, { 'i', "999999999999999", "999999999999999" },
	{ 'i', "-999999999999999", "-999999999999999" }, { 'i', "1000000000000000", NULL }, { 'i', "--1", NULL }, { 'i', "-", NULL }, { 'i', "4.", NULL },
	{ 'i', "4.5", "4.5" }, { 'i', "-4.50", "-4.5" }, { 'i', "0.005", "0.005" }, { 'i', "1.0", "1.0" }, { 'i', "123456789012.123", "123456789012.123" },
	{ 'i', "1234567890123.1", NULL }, { 'i', "1.2345", NULL }, { 'i', "1.5.4", NULL }, { 'i', ".5", NULL }, { 'i', "+1", NULL }, { 'i', "1 2", NULL },
	{ 'i', "", NULL }, { 'i', "\t42", NULL }, { 'i', "42\n", NULL },
	/* strings and tokens */
	{ 'i', "\"hello world\"", "\"hello world\"" }, { 'i', "\"\"", "\"\"" }, { 'i', "\"a\\\\b\\\"c\"", "\"a\\\\b\\\"c\"" }, { 'i', "\"a\\bc\"", NULL },
	{ 'i', "\"open", NULL }, { 'i', "\"x\\\"", NULL }, { 'i', "\"\x7f\"", NULL }, { 'i', "\"\xc3\xbc\"", NULL }, { 'i', "\"tab\t\"", NULL }, { 'i', "'x'", NULL },
	{ 'i', "foo123/456", "foo123/456" }, { 'i', "*a:b~c", "*a:b~c" }, { 'i', "a,b", NULL }, { 'i', "f\xc3\xbc", NULL },
	/* bytes, booleans, dates, display strings */
	{ 'i', ":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:", ":cHJldGVuZCB0aGlzIGlzIGJpbmFyeSBjb250ZW50Lg==:" }, { 'i', "::", "::" },
	{ 'i', ":aGVsbG8:", ":aGVsbG8=:" }, { 'i', ":_-Ah:", NULL }, { 'i', ":aGVsbG8=", NULL }, { 'i', ":aG VsbG8=:", NULL }, { 'i', ":", NULL },
	{ 'i', "?1", "?1" }, { 'i', "?0", "?0" }, { 'i', "?2", NULL }, { 'i', "?", NULL }, { 'i', "?T", NULL },
	{ 'i', "@1659578233", "@1659578233" }, { 'i', "@-1", "@-1" }, { 'i', "@1.5", NULL }, { 'i', "@", NULL },
	{ 'i', "%\"This is intended for display to %c3%bcsers.\"", "%\"This is intended for display to %c3%bcsers.\"" }, { 'i', "%\"a\"", "%\"a\"" },
	{ 'i', "%\"%C3%BC\"", NULL }, { 'i', "%\"%c3\"", NULL }, { 'i', "%\"%zz\"", NULL }, { 'i', "%\"%2", NULL }, { 'i', "%x", NULL }, { 'i', "%", NULL },
	/* parameters */
	{ 'i', "5; foo=bar", "5;foo=bar" }, { 'i', "a;b;c=?1;d=?0", "a;b;c;d=?0" }, { 'i', "1;a=1;b=2;a=3", "1;a=3;b=2" }, { 'i', "1;A=1", NULL },
	{ 'i', "1;a =1", NULL }, { 'i', "1;a= 1", NULL }, { 'i', "1;", NULL }, { 'i', "1 ;a", NULL }, { 'i', "1;\ta", NULL }, { 'i', "1;*a=1", "1;*a=1" },
	/* lists */
	{ 'l', "sugar, tea, rum", "sugar, tea, rum" }, { 'l', "", "" }, { 'l', "a ,\tb", "a, b" }, { 'l', "a,", NULL }, { 'l', ",a", NULL }, { 'l', "a,,b", NULL },
	{ 'l', "(\"foo\" \"bar\"), (\"baz\"), ()", "(\"foo\" \"bar\"), (\"baz\"), ()" }, { 'l', "( 1  2 );x", "(1 2);x" }, { 'l', "(1\t2)", NULL }, { 'l', "(1,2)", NULL },
	{ 'l', "(1 2", NULL }, { 'l', "(a b)c", NULL }, { 'l', "(a\"b\")", NULL }, { 'l', "((1))", NULL }, { 'l', "1 2", NULL },
	{ 'l', "(\"foo\"; a=1;b=2);lvl=5, (\"bar\" \"baz\");lvl=1", "(\"foo\";a=1;b=2);lvl=5, (\"bar\" \"baz\");lvl=1" },
	/* dictionaries */
	{ 'd', "en=\"Applepie\", da=:w4ZibGV0w6ZydGU=:", "en=\"Applepie\", da=:w4ZibGV0w6ZydGU=:" }, { 'd', "a=?0, b, c; foo=bar", "a=?0, b, c;foo=bar" },
	{ 'd', "rating=1.5, feelings=(joy sadness)", "rating=1.5, feelings=(joy sadness)" }, { 'd', "a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid", "a=(1 2), b=3, c=4;aa=bb, d=(5 6);valid" },
	{ 'd', "a=1,b=2,a=3", "a=3, b=2" }, { 'd', "", "" }, { 'd', "a=1,", NULL }, { 'd', "a=1 b=2", NULL }, { 'd', "a=", NULL }, { 'd', "=1", NULL }, { 'd', "1a=1", NULL },
	{ 'd', "a =1", NULL }, { 'd', "A=1", NULL }, { 'd', "a=1;", NULL }, { 'd', "a, b=(", NULL },
};

static bool read_and_write(struct arena *a, const struct vector *v, struct buf *out)
{
	struct text field = text_dup(a, text_of(v->field));
	struct sf_member item;
	struct sf_list list;

	buf_init(out, a, 64);
	if (v->form == 'i') {
		if (!sf_read_item(a, field, &item))
			return false;
		sf_put_member(out, &item);
		return true;
	}
	if (!(v->form == 'l' ? sf_read_list(a, field, &list) : sf_read_dictionary(a, field, &list)))
		return false;
	for (int i = 0; i < list.count; i++) {
		const struct sf_member *m = &list.list[i];

		buf_str(out, i == 0 ? "" : ", ");
		buf_text(out, m->key);
		if (v->form == 'd' && !m->is_inner && m->bare.kind == SF_BOOLEAN && m->bare.number != 0) {
			sf_put_params(out, &m->params);
			continue;
		}
		if (v->form == 'd')
			buf_char(out, '=');
		sf_put_member(out, m);
	}
	return true;
}

static void fields_are_read_and_written(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct arena a;
		struct buf out;
		bool good;

		arena_init(&a, 1 << 16);
		good = read_and_write(&a, v, &out);
		if (good != (v->out != NULL) || (good && strcmp(out.at, v->out) != 0))
			fail_msg("%c %s: %s, not %s", v->form, v->field, good ? out.at : "refused", v->out == NULL ? "refused" : v->out);
		arena_done(&a);
	}
}

static void long_ones_have_an_end(void **state)
{
	struct sf_list list;
	struct arena a;
	struct buf b;

	(void)state;
	arena_init(&a, 1 << 20);
	buf_init(&b, &a, 8192);
	for (int i = 0; i < 1024; i++)
		buf_str(&b, i == 0 ? "a" : ",a");
	assert_true(sf_read_list(&a, buf_as_text(&b), &list));
	assert_int_equal(list.count, 1024);
	buf_str(&b, ",a");
	assert_false(sf_read_list(&a, buf_as_text(&b), &list));
	arena_done(&a);
	arena_init(&a, 64); /* no memory is a refusal, too */
	assert_false(sf_read_list(&a, TEXT("a, b, c, d, e, f, g, h"), &list));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fields_are_read_and_written),
		cmocka_unit_test(long_ones_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
