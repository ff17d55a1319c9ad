/* ISO codes for those of customs: the same filing in either form, and nothing is guessed. */
#include "standard_bench.h"
#include "store/codebook_embedded.h"

/* With the real lists. */
static int set_up(void **state)
{
	struct fault f = { 0 };
	struct bench *b;

	bench_setup(state);
	b = *state;
	codebook_free(b->book);
	b->book = codebook_embedded(&f);
	return b->book == NULL;
}

static void read_as_iso(struct bench *b, struct text json)
{
	assert_true(bench_read(b, json));
	message_map_iso(&b->arena, &b->m, b->book, fixture_day(BENCH_DAY));
	message_check(&b->arena, &b->m, b->book, fixture_day(BENCH_DAY));
}

/* The text with each `from` replaced. */
static struct text replaced(struct bench *b, struct text t, const char *from, const char *to)
{
	const char *at = bench_cstr(b, t), *hit;
	struct buf out;

	buf_init(&out, &b->arena, t.len + 256);
	while ((hit = strstr(at, from)) != NULL) {
		buf_put(&out, at, (size_t)(hit - at));
		buf_str(&out, to);
		at = hit + strlen(from);
	}
	buf_str(&out, at);
	assert_false(out.full);
	return buf_as_text(&out);
}

static const char *const pairs[][3] = { /* customs', alpha-3, alpha-2 */
	{ "\"currency\":\"142\"", "\"currency\":\"CNY\"", "\"currency\":\"CNY\"" },
	{ "\"currency\":\"502\"", "\"currency\":\"USD\"", "\"currency\":\"USD\"" },
	{ "\"country_code\":\"609\"", "\"country_code\":\"NZL\"", "\"country_code\":\"NZ\"" },
	{ "\"country_code\":\"116\"", "\"country_code\":\"JPN\"", "\"country_code\":\"JP\"" },
	{ "\"country_code\":\"142\"", "\"country_code\":\"CHN\"", "\"country_code\":\"CN\"" },
	{ "\"country_code\":\"502\"", "\"country_code\":\"USA\"", "\"country_code\":\"US\"" },
	{ "\"trade_country_code\":\"609\"", "\"trade_country_code\":\"NZL\"", "\"trade_country_code\":\"NZ\"" },
	{ "\"freight_currency\":\"502\"", "\"freight_currency\":\"USD\"", "\"freight_currency\":\"USD\"" },
	{ "\"insurance_currency\":\"502\"", "\"insurance_currency\":\"USD\"", "\"insurance_currency\":\"USD\"" },
};

static void same_filing(struct bench *b, enum doc_kind kind, enum direction d)
{
	struct fixture fix;
	struct text json;
	struct sha256 customs, iso;

	fixture_init(&fix);
	json = fixture_json(&b->arena, &fix, kind, d);
	assert_true(bench_read_checked(b, json));
	bench_assert_clean(b);
	(void)bench_canonical(b, b->m.nodes[0].doc, &customs);
	for (int form = 1; form <= 2; form++) {
		struct text other = json;

		for (size_t i = 0; i < COUNTOF(pairs); i++)
			other = replaced(b, other, pairs[i][0], pairs[i][form]);
		read_as_iso(b, other);
		bench_assert_clean(b);
		(void)bench_canonical(b, b->m.nodes[0].doc, &iso);
		assert_memory_equal(&iso, &customs, sizeof(iso));
		if (other.len == json.len && memcmp(other.at, json.at, json.len) == 0)
			continue; /* it has no such field */
		assert_true(bench_read_checked(b, other)); /* letters are not taken unasked */
		assert_non_null(strstr(bench_findings(b, 0), "field.code"));
	}
}

static void the_same_filing_in_either_form(void **state)
{
	bench_each_message(*state, same_filing);
}

static void what_stands_for_none_or_several_is_told_once(void **state)
{
	static const struct { const char *from, *to, *findings, *got, *expected; } cases[] = {
		{ "\"country_code\":\"609\"", "\"country_code\":\"XYZ\"", "field.iso-unknown /lines/0/country_code", "XYZ", "an ISO 3166 code: CHN or CN" },
		{ "\"country_code\":\"609\"", "\"country_code\":\"BES\"", "field.iso-ambiguous /lines/0/country_code", "BES", "409 or 436, without codes=iso" },
		{ "\"country_code\":\"609\"", "\"country_code\":\"609\"", "field.iso-unknown /lines/0/country_code", "609", "an ISO 3166 code: CHN or CN" },
		{ "\"country_code\":\"609\"", "\"country_code\":\"nzl\"", "field.iso-unknown /lines/0/country_code", "nzl", "an ISO 3166 code: CHN or CN" },
		{ "\"country_code\":\"609\"", "\"country_code\":\"SCG\"", "field.iso-unknown /lines/0/country_code", "SCG", "an ISO 3166 code: CHN or CN" },
		{ "\"country_code\":\"609\"", "\"country_code\":\"\"", "field.required /lines/0/country_code", NULL, NULL },
		{ "\"country_code\":\"609\"", "\"country_code\":\"MKD\"", "", NULL, NULL }, /* two rows, one code */
	};
	struct bench *b = *state;
	struct fixture fix;
	struct text json;

	fixture_init(&fix);
	json = fixture_json(&b->arena, &fix, DOC_ORDER, DIR_IMPORT);
	for (size_t i = 1; i < COUNTOF(pairs); i++) /* the first, CNY, too */
		json = replaced(b, json, pairs[i][0], strncmp(pairs[i][0], "\"country_code\":\"609", 19) == 0 ? pairs[i][0] : pairs[i][1]);
	json = replaced(b, json, pairs[0][0], pairs[0][1]);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		const struct findings *found;

		read_as_iso(b, replaced(b, json, cases[i].from, cases[i].to));
		assert_string_equal(bench_findings(b, 0), cases[i].findings);
		found = b->m.nodes[0].findings;
		if (cases[i].got == NULL)
			continue;
		bench_assert_text(b, found->list[0].got, cases[i].got);
		assert_string_equal(found->list[0].expected, cases[i].expected);
	}
	read_as_iso(b, replaced(b, json, "\"currency\":\"CNY\"", "\"currency\":\"EUX\""));
	assert_string_equal(b->m.nodes[0].findings->list[0].expected, "an ISO 4217 code: CNY");
}

#define WITH_BOOK(test) cmocka_unit_test_setup_teardown(test, set_up, bench_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_BOOK(the_same_filing_in_either_form),
		WITH_BOOK(what_stands_for_none_or_several_is_told_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
