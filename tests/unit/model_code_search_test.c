/* Codes by day, beginning, name, ISO code; page by page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "fixture.h"
#include "model/code_search.h"

static void add(struct codebook *c, const char *code, const char *zh, const char *en, const char *iso, const char *from, const char *to)
{
	const struct code_row row = {
		.list = CODES_COUNTRY,
		.code = text_of(code),
		.name_zh = text_of(zh),
		.name_en = text_of(en),
		.iso = text_of(iso),
		.valid_from = fixture_day(from),
		.valid_to = to == NULL ? INT32_MAX : fixture_day(to),
	};

	assert_true(codebook_add_code(c, &row));
}

static int set_up(void **state)
{
	struct codebook *c = codebook_new(1 << 16);

	add(c, "110", "香港", "Hong Kong", "HKG HK", "2018-06-01", NULL);
	add(c, "143", "台湾", NULL, "TWN TW", "2018-06-01", NULL);
	add(c, "354", "前南马其顿", "Former Yugoslav", "MKD MK", "2018-06-01", "2019-02-11");
	add(c, "354", "北马其顿", "North Macedonia", "MKD MK", "2019-02-12", NULL);
	add(c, "409", "博内尔", "Bonaire", "BES BQ", "2018-06-01", NULL);
	add(c, "436", "萨巴", "Saba", "BES BQ", "2018-06-01", NULL);
	assert_true(codebook_seal(c));
	*state = c;
	return 0;
}

static int tear_down(void **state)
{
	codebook_free(*state);
	return 0;
}

/* The codes found, parted by blanks. */
static const char *found(const struct codebook *c, struct code_search s, int most, bool *more)
{
	static char text[64];
	const struct code_row *rows[8];
	size_t len = 0;

	s.list = CODES_COUNTRY;
	text[0] = '\0';
	for (int i = 0, count = code_search(c, &s, rows, most, more); i < count; i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s" TEXT_FMT, i == 0 ? "" : " ", TEXT_ARG(rows[i]->code));
	return text;
}

static void finds(void **state)
{
	static const struct { const char *code, *words, *on, *found; } cases[] = {
		{ NULL, NULL, "2026-03-02", "110 143 354 409 436" },
		{ "4", NULL, "2026-03-02", "409 436" },
		{ "1", "HONG", "2026-03-02", "110" },
		{ "14", "hong", "2026-03-02", "" },
		{ NULL, "g k", "2026-03-02", "110" },
		{ NULL, "hk", "2026-03-02", "110" },
		{ NULL, "h", "2026-03-02", "110 354" },
		{ NULL, "HKGX", "2026-03-02", "" },
		{ NULL, "bes", "2026-03-02", "409 436" },
		{ NULL, "43", "2026-03-02", "436" },
		{ NULL, "马其顿", "2026-03-02", "354" },
		{ NULL, "yugoslav", "2026-03-02", "" },
		{ NULL, "yugoslav", "2019-02-11", "354" },
		{ NULL, NULL, "2018-05-31", "" },
		{ "", "", "2026-03-02", "110 143 354 409 436" },
	};
	bool more;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		const struct code_search s = { .day = fixture_day(cases[i].on), .code = text_of(cases[i].code), .words = text_of(cases[i].words) };

		assert_string_equal(found(*state, s, 8, &more), cases[i].found);
		assert_false(more);
	}
}

/* A page ends at a row; the next begins behind it, though the row may be gone by then. */
static void goes_on_behind_a_row(void **state)
{
	struct code_search s = { .day = fixture_day("2026-03-02") };
	bool more;

	assert_string_equal(found(*state, s, 2, &more), "110 143");
	assert_true(more);
	s.after_code = TEXT("143");
	s.after_from = fixture_day("2018-06-01");
	assert_string_equal(found(*state, s, 3, &more), "354 409 436");
	assert_false(more);
	s.after_code = TEXT("354"); /* its older row was the last one shown */
	assert_string_equal(found(*state, s, 1, &more), "354");
	assert_true(more);
	s.after_code = TEXT("410");
	assert_string_equal(found(*state, s, 8, &more), "436");
	s.after_code = TEXT("999");
	assert_string_equal(found(*state, s, 8, &more), "");
	assert_false(more);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds),
		cmocka_unit_test(goes_on_behind_a_row),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
