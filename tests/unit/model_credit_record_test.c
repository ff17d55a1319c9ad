/* Records as they were known on a day: what came later is not there, repairs hold from their day, rows of the day make the rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "api/credit.h"
#include "model/credit_record.h"

enum { DAY = 20000, ROWS = 18 };

static struct credit_row rule(const char *name, int value)
{
	return (struct credit_row){ .id = value + 1, .kind = CREDIT_ROW_RULE, .name = text_of(name), .a = value, .valid_from = 0, .valid_to = INT32_MAX };
}

static struct credit_row row(enum credit_row_kind kind, const char *name, int a, int b, int c)
{
	return (struct credit_row){ .id = 7, .kind = kind, .name = text_of(name), .a = a, .b = b, .c = c, .valid_from = 0, .valid_to = INT32_MAX };
}

static void fill_rows(struct credit_row rows[ROWS])
{
	int n = 0;

	rows[n++] = rule("base", 700);
	rows[n++] = rule("highest", 1000);
	rows[n++] = rule("positive_cap", 150);
	rows[n++] = rule("rating_cap", 50);
	rows[n++] = rule("rise_days", 30);
	rows[n++] = rule("top_age_days", 90);
	rows[n++] = rule("top_released", 100);
	rows[n++] = rule("forecast_days", 400);
	rows[n++] = row(CREDIT_ROW_DEGREE, "minor", 0, 90, 0);
	rows[n++] = row(CREDIT_ROW_DEGREE, "general", 90, 365, 365);
	rows[n++] = row(CREDIT_ROW_DEGREE, "serious", 365, 1095, 1095);
	rows[n++] = row(CREDIT_ROW_DEGREE, "positive", 0, 365, 0);
	rows[n++] = row(CREDIT_ROW_DEGREE, "rating", 0, 365, 0);
	rows[n++] = row(CREDIT_ROW_LEVEL, "A", 850, 100, 0);
	rows[n++] = row(CREDIT_ROW_LEVEL, "B", 650, 500, 100);
	rows[n++] = row(CREDIT_ROW_LEVEL, "C", 450, 2000, 120);
	rows[n++] = row(CREDIT_ROW_LEVEL, "D", 0, 8000, 100);
	rows[n++] = row(CREDIT_ROW_LEVEL, "NEG", 0, 10000, 100);
	assert_int_equal(n, ROWS);
}

static struct credit_standing on(const struct credit_record *r, int32_t day, struct credit_view *v, struct arena *a)
{
	struct credit_standing s;
	struct credit_row rows[ROWS];
	struct fault f = { 0 };

	fill_rows(rows);
	assert_true(credit_view_new(v, a, r));
	assert_true(credit_view_on(v, rows, ROWS, day, &f));
	credit_view_judge(v, &s);
	return s;
}

static void nothing_is_known_before_it_is_recorded(void **state)
{
	const struct credit_record_change changes[] = { { CREDIT_DISPUTED, DAY + 12, DAY + 12, { NULL, 0 }, { NULL, 0 } },
		                                        { CREDIT_REPAIRED, DAY + 20, DAY + 25, { NULL, 0 }, { NULL, 0 } } };
	const struct credit_record_event e = { .degree = CREDIT_GENERAL, .weight = 80, .day = DAY, .recorded = DAY + 10, .changes = changes, .change_count = 2 };
	const struct credit_record r = { .registered = DAY - 400, .events = &e, .event_count = 1 };
	static const struct { int ahead, score; enum credit_change state; bool published; } cases[] = {
		{ 0, 700, CREDIT_CHANGE_COUNT, false }, { 9, 700, CREDIT_CHANGE_COUNT, false }, { 10, 620, CREDIT_CHANGE_COUNT, true },
		{ 12, 620, CREDIT_DISPUTED, true }, { 24, 620, CREDIT_DISPUTED, true }, { 25, 700, CREDIT_REPAIRED, false },
	};
	struct credit_view v;
	struct arena a;
	int32_t last;

	(void)state;
	arena_init(&a, 1 << 20);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		assert_int_equal(on(&r, DAY + cases[i].ahead, &v, &a).score, cases[i].score);
		assert_int_equal(credit_event_state(&e, v.day), cases[i].state);
		assert_int_equal(v.subject.event_count, cases[i].ahead >= 10);
		if (v.subject.event_count > 0) {
			assert_int_equal(credit_event_published(&v, &e, &last), cases[i].published);
			assert_int_equal(last, DAY + 365);
		}
	}
	arena_done(&a);
}

/* A waiver takes the event out of the days before it, too: the window of a rise does not remember it. */
static void what_is_waived_never_counted(void **state)
{
	const struct credit_record_change waived = { CREDIT_WAIVED, DAY + 5, DAY + 5, { NULL, 0 }, { NULL, 0 } };
	const struct credit_record_change repaired = { CREDIT_REPAIRED, DAY + 5, DAY + 5, { NULL, 0 }, { NULL, 0 } };
	struct credit_record_event e = { .degree = CREDIT_SERIOUS, .weight = 300, .day = DAY, .recorded = DAY, .change_count = 1 };
	struct credit_record r = { .registered = DAY - 400, .events = &e, .event_count = 1 };
	struct credit_view v;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	e.changes = &waived;
	assert_int_equal(on(&r, DAY + 4, &v, &a).level, CREDIT_D);
	assert_int_equal(on(&r, DAY + 5, &v, &a).level, CREDIT_B);
	e.changes = &repaired;
	assert_int_equal(on(&r, DAY + 5, &v, &a).score, 700);
	assert_int_equal(on(&r, DAY + 5, &v, &a).level, CREDIT_D); /* it rises when thirty days were good */
	assert_int_equal(on(&r, DAY + 35, &v, &a).level, CREDIT_B);
	arena_done(&a);
}

static void caps_listings_and_releases(void **state)
{
	struct credit_record_outside outside[] = {
		{ DAY, INT32_MAX, DAY, TEXT("customs_level"), TEXT("dishonest"), TEXT("x") },
		{ DAY + 5, INT32_MAX, DAY + 6, TEXT("customs_level"), TEXT("regular"), TEXT("x") },
		{ DAY, INT32_MAX, DAY, TEXT("tax_grade"), TEXT("D"), TEXT("x") },
	};
	const struct credit_record_listing listing = { .listed = DAY + 10, .exited = DAY + 20 };
	const struct credit_record_released released[] = { { DAY, 3 }, { DAY + 2, 10 } };
	const struct credit_record r = { .registered = DAY - 400, .outside = outside, .outside_count = 3, .listings = &listing, .listing_count = 1,
		                         .released = released, .released_count = 2 };
	struct credit_view v;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	assert_int_equal(on(&r, DAY - 1, &v, &a).level, CREDIT_B);
	assert_int_equal(on(&r, DAY, &v, &a).level, CREDIT_D);
	assert_int_equal(v.subject.released, 0); /* of a day that is not over more may come */
	assert_int_equal(on(&r, DAY + 5, &v, &a).level, CREDIT_D); /* not known yet */
	assert_int_equal(v.subject.released, 10);
	assert_int_equal(on(&r, DAY + 6, &v, &a).level, CREDIT_B); /* customs has told another level since */
	assert_false(on(&r, DAY + 9, &v, &a).barred);
	assert_true(on(&r, DAY + 10, &v, &a).barred);
	assert_true(on(&r, DAY + 19, &v, &a).barred);
	assert_false(on(&r, DAY + 20, &v, &a).barred);
	arena_done(&a);
}

static void rows_that_leave_something_out_are_refused(void **state)
{
	const struct credit_record r = { .registered = DAY };
	struct credit_row rows[ROWS + 1];
	struct credit_view v;
	struct arena a;

	(void)state;
	arena_init(&a, 1 << 20);
	fill_rows(rows);
	assert_true(credit_view_new(&v, &a, &r));
	for (int i = 0; i < ROWS; i++) {
		struct fault f = { 0 };

		rows[i].valid_to = DAY - 1;
		assert_false(credit_view_on(&v, rows, ROWS, DAY, &f));
		assert_int_equal(f.code, FAULT_SCHEMA);
		rows[i].valid_to = INT32_MAX;
	}
	rows[ROWS] = rule("listing_repair_days", 365); /* of no use here */
	struct fault f = { 0 };
	assert_true(credit_view_on(&v, rows, ROWS + 1, DAY, &f));
	assert_int_equal(v.rule_row_count, ROWS);
	assert_int_equal(v.treatments[CREDIT_LEVEL_NEG].inspection_bp, 10000);
	assert_int_equal(v.treatments[CREDIT_C].guarantee_percent, 120);
	arena_done(&a);
}

static void changes_follow_one_another(void **state)
{
	enum { NONE = CREDIT_CHANGE_COUNT };
	static const struct { int state, next; bool fits; } cases[] = {
		{ NONE, CREDIT_DISPUTED, true }, { NONE, CREDIT_CONFIRMED, false }, { NONE, CREDIT_REPAIRED, true }, { NONE, CREDIT_WAIVED, true },
		{ CREDIT_DISPUTED, CREDIT_DISPUTED, false }, { CREDIT_DISPUTED, CREDIT_CONFIRMED, true }, { CREDIT_DISPUTED, CREDIT_WITHDRAWN, true },
		{ CREDIT_CONFIRMED, CREDIT_DISPUTED, false }, { CREDIT_CONFIRMED, CREDIT_REPAIRED, true }, { CREDIT_REPAIRED, CREDIT_WAIVED, false },
		{ CREDIT_WAIVED, CREDIT_DISPUTED, false }, { CREDIT_WITHDRAWN, CREDIT_REPAIRED, false },
	};
	enum credit_change c;

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct fault f = { 0 };

		assert_int_equal(credit_change_fits((enum credit_change)cases[i].state, (enum credit_change)cases[i].next, &f), cases[i].fits);
		assert_int_equal(f.code, cases[i].fits ? FAULT_NONE : FAULT_STATE_CONFLICT);
	}
	assert_true(credit_change_by_name(TEXT("waived"), &c) && c == CREDIT_WAIVED);
	assert_false(credit_change_by_name(TEXT("recorded"), &c));
	assert_true(credit_outside_known(TEXT("tax_grade"), TEXT("M")) && !credit_outside_known(TEXT("tax_grade"), TEXT("dishonest")));
}

/* --- any records, on any day ------------------------------------------------------------------------------------------ */

enum { EVENTS = 7, OUTSIDE = 2, DAYS = 260, ROUNDS = 12 };

struct history { /* of a firm: all of it, or what was recorded up to a day */
	struct credit_record record;
	struct credit_record_event events[EVENTS];
	struct credit_record_change changes[EVENTS][2];
	struct credit_record_outside outside[OUTSIDE];
	struct credit_record_listing listing;
	struct credit_record_released released[2];
};

static uint32_t next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

static void make_event(struct history *h, int i, uint32_t *seed)
{
	struct credit_record_event *e = &h->events[i];

	*e = (struct credit_record_event){ .degree = (enum credit_degree)next(seed, CREDIT_DEGREE_COUNT), .weight = 1 + (int)next(seed, 200),
		                           .day = DAY + (int32_t)next(seed, 200), .kind = TEXT("CE01"), .title_en = TEXT("x"), .source = TEXT("x"),
		                           .decision_no = TEXT("x"), .changes = h->changes[i], .change_count = (int)next(seed, 3) };
	e->id.b[15] = (uint8_t)i;
	e->recorded = e->day + (int32_t)next(seed, 20);
	h->changes[i][0] = (struct credit_record_change){ CREDIT_DISPUTED, e->recorded + 1, e->recorded + 3, TEXT("d"), { NULL, 0 } };
	h->changes[i][1] = (struct credit_record_change){ next(seed, 2) ? CREDIT_WITHDRAWN : CREDIT_CONFIRMED, e->recorded + 5, e->recorded + 20, TEXT("e"),
		                                          { NULL, 0 } };
}

static void make_history(struct history *h, uint32_t *seed)
{
	*h = (struct history){ .record = { .code = TEXT("c"), .name = TEXT("n"), .role = TEXT("r"), .registered = DAY } };
	for (int i = 0; i < EVENTS; i++)
		make_event(h, i, seed);
	h->outside[0] = (struct credit_record_outside){ DAY + 40, DAY + 90, DAY + 50, TEXT("customs_level"), TEXT("dishonest"), TEXT("x") };
	h->outside[1] = (struct credit_record_outside){ DAY + 60, INT32_MAX, DAY + 70, TEXT("customs_level"), TEXT("advanced"), TEXT("x") };
	h->listing = (struct credit_record_listing){ .listed = DAY + 100, .exited = DAY + 150 };
	h->released[0] = (struct credit_record_released){ DAY + 5, 60 };
	h->released[1] = (struct credit_record_released){ DAY + 80, 130 };
	h->record.events = h->events;
	h->record.event_count = EVENTS;
	h->record.outside = h->outside;
	h->record.outside_count = OUTSIDE;
	h->record.listings = &h->listing;
	h->record.listing_count = 1;
	h->record.released = h->released;
	h->record.released_count = 2;
}

/* What stood there on that day. */
static void cut(const struct history *all, int32_t day, struct history *out)
{
	*out = (struct history){ .record = all->record, .listing = all->listing };
	out->record.event_count = out->record.outside_count = out->record.listing_count = out->record.released_count = 0;
	for (int i = 0; i < EVENTS; i++) {
		struct credit_record_event *e = &out->events[out->record.event_count];

		if (all->events[i].recorded > day)
			continue;
		*e = all->events[i];
		for (e->change_count = 0; e->change_count < all->events[i].change_count && all->changes[i][e->change_count].recorded <= day;)
			e->change_count++;
		out->record.event_count++;
	}
	for (int i = 0; i < OUTSIDE; i++)
		if (all->outside[i].recorded <= day)
			out->outside[out->record.outside_count++] = all->outside[i];
	out->record.listing_count = all->listing.listed <= day;
	if (all->listing.exited > day)
		out->listing.exited = INT32_MAX;
	for (int i = 0; i < 2; i++)
		if (all->released[i].day <= day)
			out->released[out->record.released_count++] = all->released[i];
	out->record.events = out->events;
	out->record.outside = out->outside;
	out->record.listings = &out->listing;
	out->record.released = out->released;
}

static struct text told(const struct credit_record *r, int32_t day, struct arena *a)
{
	const struct credit_beside beside = { .history = TEXT("[]"), .warnings = TEXT("[]") };
	struct credit_view v;
	struct buf b;

	(void)on(r, day, &v, a);
	buf_init(&b, a, 4096);
	credit_put(&b, &v, CREDIT_TIER_SELF, false, &beside);
	assert_false(b.full);
	return buf_as_text(&b);
}

/* Whatever was recorded and when: a day that is over is told byte for byte as it was told on it. */
static void a_past_day_is_told_as_it_was(void **state)
{
	uint32_t seed = 20261129;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct history all, then;

		make_history(&all, &seed);
		for (int32_t day = DAY; day < DAY + DAYS; day += 1 + round % 3) {
			struct arena a;

			arena_init(&a, 1 << 20);
			cut(&all, day, &then);
			assert_true(text_eq(told(&all.record, day, &a), told(&then.record, day, &a)));
			arena_done(&a);
		}
	}
}

/* In whichever order the same records came in. */
static void the_order_of_records_changes_nothing(void **state)
{
	uint32_t seed = 7;

	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct credit_record_event turned[EVENTS];
		struct credit_record other;
		struct history all;

		make_history(&all, &seed);
		for (int i = 0; i < EVENTS; i++)
			turned[i] = all.events[(i * 3 + round) % EVENTS];
		other = all.record;
		other.events = turned;
		for (int32_t day = DAY; day < DAY + DAYS; day++) {
			struct credit_standing one, two;
			struct credit_view v;
			struct arena a;

			arena_init(&a, 1 << 20);
			one = on(&all.record, day, &v, &a);
			two = on(&other, day, &v, &a);
			assert_true(one.score == two.score && one.level == two.level && one.barred == two.barred && one.positive == two.positive
			            && one.negative == two.negative && one.rating == two.rating);
			arena_done(&a);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_known_before_it_is_recorded),
		cmocka_unit_test(what_is_waived_never_counted),
		cmocka_unit_test(caps_listings_and_releases),
		cmocka_unit_test(rows_that_leave_something_out_are_refused),
		cmocka_unit_test(changes_follow_one_another),
		cmocka_unit_test(a_past_day_is_told_as_it_was),
		cmocka_unit_test(the_order_of_records_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
