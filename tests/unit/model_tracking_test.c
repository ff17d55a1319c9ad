/* Chains over the real rows: a case in a line, the steps' states as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/clock.h"
#include "fixture.h"
#include "model/tracking.h"
#include "store/sql_embedded.h"

enum { RULES_MAX = 40, EVENTS_MAX = 16, COLUMNS = 15 };
enum { T_ID, T_MODE, T_DIRECTION, T_STEP, T_PLACE, T_NEEDS, T_REQUIRED, T_LIMIT_FROM, T_LIMIT_HOURS, T_TOLD, T_ZH, T_EN, T_FROM, T_TO, T_SOURCE };

struct bench {
	struct arena arena;
	struct tracking_rule rules[RULES_MAX];
	struct tracking_event events[EVENTS_MAX];
	struct tracking_case c;
	struct tracking_report reports[TRACKING_STEPS_MAX];
	int count;
};

static const struct sql_data *table(void)
{
	for (const struct sql_data *d = sql_data; d->name != NULL; d++)
		if (strcmp(d->name, "tracking_steps") == 0)
			return d;
	return NULL;
}

/* The rows are in the order of their ids, and so of their places. */
static void read_rules(struct bench *b)
{
	struct text rest, line;

	assert_non_null(table());
	rest = (struct text){ table()->text, table()->len };
	while (text_next(&rest, '\n', &line)) {
		struct tracking_rule *r = &b->rules[b->c.rule_count];
		struct text f[COLUMNS];
		int64_t id, hours = 0;

		if (line.len == 0 || line.at[0] == '#')
			continue;
		for (int i = 0; i < COLUMNS; i++)
			assert_true(text_next(&line, '\t', &f[i]));
		assert_true(text_to_i64(f[T_ID], &id) && (f[T_LIMIT_HOURS].len == 0 || text_to_i64(f[T_LIMIT_HOURS], &hours)));
		*r = (struct tracking_rule){ .id = (int32_t)id, .trade_mode = f[T_MODE], .step = f[T_STEP], .needs = f[T_NEEDS], .required = text_is(f[T_REQUIRED], "true"),
			                     .limit_hours = (int)hours, .name_zh = f[T_ZH], .name_en = f[T_EN], .valid_from = fixture_day("2014-01-01"),
			                     .valid_to = INT32_MAX, .source = f[T_SOURCE] };
		if (f[T_LIMIT_FROM].len > 0)
			r->limit_from = f[T_LIMIT_FROM];
		assert_true(direction_by_name(f[T_DIRECTION], &r->direction));
		b->c.rule_count++;
	}
	assert_true(b->c.rule_count > 10 && b->c.rule_count < RULES_MAX);
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	arena_init(&b->arena, 1 << 20);
	b->c = (struct tracking_case){ .rules = b->rules, .events = b->events, .day = fixture_day("2026-03-02") };
	read_rules(b);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	arena_done(&b->arena);
	free(b);
	return 0;
}

/* "created 0, released 5": the steps with their hours, looked at in that hour. The answer: "created=done … out_gate=missing@77", what is
 * waited for with the hour at which it will be missing. */
static const char *judge(struct bench *b, const char *mode, enum direction d, const char *told, int64_t hour)
{
	struct text rest = text_of(told), one, step;
	struct buf out;

	b->c.has_direction = true;
	b->c.direction = d;
	b->c.trade_mode = text_of(mode);
	b->c.now_us = hour * US_PER_HOUR;
	b->c.event_count = 0;
	while (text_next(&rest, ',', &one)) {
		struct tracking_event *e = &b->events[b->c.event_count++];
		int64_t at = 0;

		one = text_trim(one);
		assert_true(text_next(&one, ' ', &step) && text_to_i64(one, &at));
		*e = (struct tracking_event){ step, at * US_PER_HOUR };
	}
	b->count = tracking_judge(&b->c, b->reports);
	buf_init(&out, &b->arena, 512);
	for (int i = 0; i < b->count; i++) {
		const struct tracking_report *r = &b->reports[i];

		buf_printf(&out, "%s" TEXT_FMT "=%s", i == 0 ? "" : " ", TEXT_ARG(r->rule->step), tracking_state_name(r->state));
		if (r->due_us != INT64_MAX)
			buf_printf(&out, "@%lld", (long long)(r->due_us / US_PER_HOUR));
		if (r->passed_by != NULL)
			buf_printf(&out, "<" TEXT_FMT, TEXT_ARG(r->passed_by->step));
	}
	return out.at;
}

static const char *contradicted(struct bench *b, int event)
{
	uint32_t places = tracking_contradicts(b->reports, b->count, &b->events[event]);
	struct buf out;

	buf_init(&out, &b->arena, 128);
	buf_str(&out, "");
	for (int i = 0; i < b->count; i++)
		if ((places & TRACKING_BIT(i)) != 0)
			buf_printf(&out, "%s" TEXT_FMT, out.len == 0 ? "" : " ", TEXT_ARG(b->reports[i].rule->step));
	return out.at;
}

static void test_a_chain_goes_on(void **state)
{
	struct bench *b = *state;

	assert_string_equal(judge(b, "9610", DIR_IMPORT, "", 1),
	                    "created=waiting in_gate=waiting released=waiting out_gate=waiting handed_over=waiting delivered=waiting returned=waiting");
	assert_string_equal(judge(b, "9610", DIR_IMPORT, "created 0, in_gate 2, released 5", 6),
	                    "created=done in_gate=done released=done out_gate=waiting@77 handed_over=waiting delivered=waiting returned=waiting");
	assert_string_equal(judge(b, "9610", DIR_IMPORT, "created 0, in_gate 2, released 5, out_gate 9, handed_over 10, delivered 30", 31),
	                    "created=done in_gate=done released=done out_gate=done handed_over=done delivered=done returned=waiting");
	assert_string_equal(judge(b, "1210", DIR_IMPORT, "created 0, released 5", 6), /* a bonded parcel is made inside */
	                    "created=done released=done out_gate=waiting@77 handed_over=waiting delivered=waiting returned=waiting");
	assert_string_equal(judge(b, "9610", DIR_EXPORT, "created 0, released 5, in_gate 4", 6),
	                    "created=done in_gate=done released=done out_gate=waiting departed=waiting@77 handed_over=waiting delivered=waiting returned=waiting");
}

static void test_a_limit_ends(void **state)
{
	struct bench *b = *state;

	(void)judge(b, "9610", DIR_IMPORT, "created 0, released 5", 76);
	assert_int_equal(tracking_next_due_us(b->reports, b->count, b->c.now_us), 77 * US_PER_HOUR);
	assert_string_equal(judge(b, "9610", DIR_IMPORT, "created 0, released 5", 77), /* at the hour itself */
	                    "created=done in_gate=waiting released=done out_gate=missing@77 handed_over=waiting delivered=waiting returned=waiting");
	assert_int_equal(tracking_next_due_us(b->reports, b->count, b->c.now_us), INT64_MAX); /* it is missing already */
	assert_string_equal(judge(b, "9610", DIR_IMPORT, "released 5, out_gate 90", 100), /* late, but there; the next limit runs from then on */
	                    "created=passed<released in_gate=passed<out_gate released=done out_gate=done handed_over=waiting@114 delivered=waiting returned=waiting");
	assert_int_equal(tracking_next_due_us(b->reports, b->count, b->c.now_us), 114 * US_PER_HOUR);
	assert_string_equal(judge(b, "9610", DIR_EXPORT, "released 5, departed 6", 727),
	                    "created=passed<released in_gate=passed<departed released=done out_gate=passed<departed departed=done handed_over=waiting"
	                    " delivered=missing@726 returned=waiting");
}

static void test_the_order_of_telling_is_nothing(void **state)
{
	struct bench *b = *state;
	const char *in_order = judge(b, "9610", DIR_IMPORT, "created 0, in_gate 2, released 5, out_gate 9, delivered 30", 40);

	assert_string_equal(judge(b, "9610", DIR_IMPORT, "delivered 30, out_gate 9, released 5, created 0, in_gate 2", 40), in_order);
	assert_string_equal(judge(b, "9610", DIR_IMPORT, "delivered 31, out_gate 9, delivered 30, released 5, created 0, in_gate 2", 40), in_order);
	assert_int_equal(tracking_find(b->reports, b->count, TEXT("delivered"))->at_us, 30 * US_PER_HOUR); /* the first of several */
	assert_null(tracking_find(b->reports, b->count, TEXT("departed")));
}

static void test_contradictions(void **state)
{
	struct bench *b = *state;

	(void)judge(b, "9610", DIR_IMPORT, "created 0, released 5, out_gate 9, delivered 8", 40);
	assert_string_equal(contradicted(b, 2), "");
	assert_string_equal(contradicted(b, 3), "out_gate"); /* delivered before it was out */
	(void)judge(b, "9610", DIR_IMPORT, "created 0, out_gate 4, released 5", 40);
	assert_string_equal(contradicted(b, 1), "released"); /* out before it was released */
	(void)judge(b, "9610", DIR_IMPORT, "out_gate 4", 40);
	assert_string_equal(contradicted(b, 0), "released"); /* never released; what need not be told is no contradiction */
	(void)judge(b, "9610", DIR_IMPORT, "delivered 9, released 9", 40);
	assert_string_equal(contradicted(b, 0), ""); /* in the same moment */
	b->events[1].at_us += US_PER_S - 1; /* and in the same second, whatever is finer */
	(void)tracking_judge(&b->c, b->reports);
	assert_string_equal(contradicted(b, 0), "");
	b->events[1].at_us++;
	(void)tracking_judge(&b->c, b->reports);
	assert_string_equal(contradicted(b, 0), "released");
	(void)judge(b, "9610", DIR_EXPORT, "in_gate 9, created 1, released 3", 40);
	assert_string_equal(contradicted(b, 0), ""); /* brought in after its release: as the district has it */
}

static void test_which_row_holds(void **state)
{
	struct bench *b = *state;
	struct tracking_rule own = b->rules[3];

	assert_true(text_is(own.step, "out_gate"));
	own.id = 900;
	own.trade_mode = TEXT("1210");
	own.limit_hours = 2;
	own.valid_from = fixture_day("2026-03-01");
	b->rules[b->c.rule_count++] = own;
	(void)judge(b, "1210", DIR_IMPORT, "released 5", 6);
	assert_int_equal(tracking_find(b->reports, b->count, TEXT("out_gate"))->due_us, 7 * US_PER_HOUR);
	assert_int_equal(b->count, 6); /* in the place of the row for all, not beside it */
	(void)judge(b, "9610", DIR_IMPORT, "released 5", 6);
	assert_int_equal(tracking_find(b->reports, b->count, TEXT("out_gate"))->due_us, 77 * US_PER_HOUR);
	b->c.day = fixture_day("2026-02-28"); /* not in force yet */
	(void)judge(b, "1210", DIR_IMPORT, "released 5", 6);
	assert_int_equal(tracking_find(b->reports, b->count, TEXT("out_gate"))->due_us, 77 * US_PER_HOUR);
	b->c.has_direction = false;
	assert_int_equal(tracking_judge(&b->c, b->reports), 0);
	b->c.has_direction = true;
	b->c.trade_mode = (struct text){ NULL, 0 }; /* not known yet: the rows for all */
	b->count = tracking_judge(&b->c, b->reports);
	assert_int_equal(b->count, 6);
}

static void test_every_row_fits(void **state)
{
	struct bench *b = *state;

	for (int i = 0; i < b->c.rule_count; i++) {
		struct text needs = b->rules[i].needs, name;

		while (text_next(&needs, ',', &name)) {
			bool is_before = false;

			for (int k = 0; k < i; k++)
				is_before = is_before || (text_eq(b->rules[k].step, name) && b->rules[k].direction == b->rules[i].direction);
			assert_true(is_before);
		}
		assert_true((b->rules[i].limit_from.at == NULL) == (b->rules[i].limit_hours == 0));
	}
}

static void test_what_strangers_see(void **state)
{
	static const char *const masked[][2] = { { "张伟", "张**" }, { "欧阳小明", "欧**" }, { "李", "李**" }, { "John Smith", "J**" }, { "", "**" } };
	static const struct { const char *telephone, *end; bool fits; } ends[] = {
		{ "13800001234", "1234", true }, { "13800001234", "4321", false }, { "0512-6789 12-34", "1234", true }, { "234", "1234", false },
		{ "13800001234", "234", false }, { "", "1234", false }, { "1234转", "1234", true }, { "13800001234", "", false },
	};
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(masked); i++) {
		struct buf out;

		buf_init(&out, &b->arena, 32);
		tracking_put_masked(&out, text_of(masked[i][0]));
		assert_string_equal(out.at, masked[i][1]);
	}
	for (size_t i = 0; i < COUNTOF(ends); i++)
		assert_int_equal(tracking_telephone_ends(text_of(ends[i].telephone), text_of(ends[i].end)), ends[i].fits);
}

int main(void)
{
#define CASE(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(test_a_chain_goes_on),
		CASE(test_a_limit_ends),
		CASE(test_the_order_of_telling_is_nothing),
		CASE(test_contradictions),
		CASE(test_which_row_holds),
		CASE(test_every_row_fits),
		CASE(test_what_strangers_see),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
