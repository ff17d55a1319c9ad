/* Rules of answers: which fits, what is refused; chance that repeats; the amounts of a tax bill. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "fixture.h"
#include "mock/chaos.h"
#include "mock/peek.h"
#include "mock/rule.h"
#include "standard/writer.h"

#define XML "<?xml version=\"1.0\"?><ceb:CEB621Message guid=\"G\"><ceb:orderNo>TG-77</ceb:orderNo><ceb:actualPaid>120.50</ceb:actualPaid></ceb:CEB621Message>"
#define JSON "{\"order_no\":\"TG-77\",\"version\":2,\"goods\":[{\"goods_name\":\"a \\\"b\\\" c\"}]}"

static struct id an_id(uint32_t n)
{
	const struct text part = { (const char *)&n, sizeof(n) };

	return id_of_key('T', &part, 1);
}

static void peeks(void **state)
{
	(void)state;
	assert_true(text_is(peek_value(TEXT(XML), TEXT("orderNo")), "TG-77"));
	assert_true(text_is(peek_value(TEXT("<orderNo>7</orderNo>"), TEXT("orderNo")), "7"));
	assert_true(text_is(peek_value(TEXT("<a:note>C:\\</a:note><a:copNo>1</a:copNo>"), TEXT("note")), "C:\\"));
	assert_null(peek_value(TEXT(XML), TEXT("rderNo")).at);
	assert_null(peek_value(TEXT(XML), TEXT("order")).at);
	assert_int_equal(peek_message_number(TEXT(XML)), 621);
	assert_int_equal(peek_message_number(TEXT(JSON)), 0);
	assert_true(text_is(peek_value(TEXT(JSON), TEXT("version")), "2"));
	assert_true(text_is(peek_value(TEXT(JSON), TEXT("goods_name")), "a \\\"b\\\" c"));
	assert_null(peek_value(TEXT(JSON), TEXT("goods")).at);
	assert_null(peek_value(TEXT("{\"order_no\":\"cut"), TEXT("order_no")).at);
	assert_null(peek_value(TEXT(""), TEXT("x")).at);
}

/* Name of the rule that fits; "": none. */
static const char *chosen(const char *json, const char *body)
{
	static char name[32];
	struct answer_rules r = { .count = 0 };
	struct fault f = { 0 };
	struct id id = an_id(1);
	const struct answer_rule *rule;

	assert_true(rules_set(&r, text_of(json), &f));
	rule = rules_choose(&r, text_of(body), 1, &id);
	(void)snprintf(name, sizeof(name), TEXT_FMT, TEXT_ARG(rule == NULL ? TEXT("") : rule->name));
	rules_forget(&r);
	return name;
}

static void the_first_that_fits_counts(void **state)
{
	static const struct { const char *when, *body; bool fits; } cases[] = {
		{ "{}", XML, true },
		{ "{\"message\":621}", XML, true },          { "{\"message\":[603,621]}", XML, true }, { "{\"message\":603}", XML, false },
		{ "{\"orderNo\":\"TG-77\"}", XML, true },    { "{\"orderNo\":\"TG-7\"}", XML, false }, { "{\"orderNo\":\"TG-*\"}", XML, true },
		{ "{\"orderNo\":\"*7\"}", XML, true },       { "{\"orderNo\":\"T*-*7\"}", XML, true }, { "{\"orderNo\":\"*8*\"}", XML, false },
		{ "{\"actualPaid\":{\"above\":\"120.49\"}}", XML, true }, { "{\"actualPaid\":{\"above\":\"120.5\"}}", XML, false },
		{ "{\"actualPaid\":{\"below\":\"1000\"}}", XML, true },   { "{\"orderNo\":{\"above\":\"1\"}}", XML, false },
		{ "{\"order_no\":{\"in\":[\"A\",\"TG-77\"]}}", JSON, true }, { "{\"order_no\":{\"in\":[\"A\"]}}", JSON, false },
		{ "{\"absent\":\"*\"}", JSON, false },       { "{\"order_no\":\"TG-*\",\"version\":\"3\"}", JSON, false },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		char json[400];

		(void)snprintf(json, sizeof(json), "{\"rules\":[{\"name\":\"it\",\"when\":%s,\"steps\":[{\"status\":\"2\"}]},"
		               "{\"name\":\"else\",\"steps\":[{\"status\":\"2\"}]}]}", cases[i].when);
		assert_string_equal(chosen(json, cases[i].body), cases[i].fits ? "it" : "else");
	}
	assert_string_equal(chosen("{\"rules\":[]}", XML), "");
}

static void refuses_what_it_cannot_read(void **state)
{
	static const char *const wrong[] = {
		"", "[]", "{}", "{\"rules\":[1]}", "{\"rules\":[{}]}", "{\"rules\":[{\"steps\":[]}]}", "{\"rules\":[{\"steps\":[{}]}]}",
		"{\"rules\":[{\"steps\":[{\"status\":\"2\",\"after_ms\":-1}]}]}", "{\"rules\":[{\"per_mille\":1001,\"steps\":[{\"status\":\"2\"}]}]}",
		"{\"rules\":[{\"when\":{\"a\":{\"above\":1}},\"steps\":[{\"status\":\"2\"}]}]}", "{\"rules\":[{\"when\":[],\"steps\":[{\"status\":\"2\"}]}]}",
		"{\"rules\":[{\"when\":{\"a\":{\"in\":[]}},\"steps\":[{\"status\":\"2\"}]}]}", "{\"rules\":[{\"steps\":[{\"status\":2}]}]}",
		"{\"rules\":[{\"steps\":[{\"say\":\"nothing\"}]}]}", "{\"rules\":[{\"steps\":[{\"say\":\"tax_bill\",\"rates\":[{\"vat_bp\":1}]}]}]}",
	};
	struct answer_rules r = { .count = 0 };
	struct fault f = { 0 };

	(void)state;
	assert_true(rules_set(&r, TEXT("{\"rules\":[{\"steps\":[{\"status\":\"2\"},{\"say\":\"tax_bill\"}]}]}"), &f));
	for (size_t i = 0; i < COUNTOF(wrong); i++) {
		f = (struct fault){ 0 };
		assert_false(rules_set(&r, text_of(wrong[i]), &f));
		assert_int_not_equal(f.code, FAULT_NONE);
	}
	assert_int_equal(r.count, 1); /* what there was stays */
	assert_int_equal(r.list[0].step_count, 2);
	assert_true(text_is(r.list[0].steps[1].status, "1"));
	rules_forget(&r);
}

static void chance_repeats(void **state)
{
	struct answer_rules r = { .count = 0 };
	struct fault f = { 0 };
	int hits = 0, differs = 0;

	(void)state;
	assert_true(rules_set(&r, TEXT("{\"rules\":[{\"per_mille\":300,\"steps\":[{\"status\":\"2\"}]}]}"), &f));
	for (uint32_t i = 0; i < 2000; i++) {
		struct id id = an_id(i);
		bool hit = rules_choose(&r, TEXT(XML), 7, &id) != NULL;

		assert_true(hit == (rules_choose(&r, TEXT(XML), 7, &id) != NULL));
		hits += hit;
		differs += hit != (rules_choose(&r, TEXT(XML), 8, &id) != NULL);
	}
	assert_in_range(hits, 500, 700);
	assert_in_range(differs, 600, 1100);
	rules_forget(&r);
}

static void chaos_is_drawn_for_each_attempt(void **state)
{
	struct chaos c = { .seed = 0 };
	struct fault f = { 0 };
	struct arena a;
	int strikes = 0, slow = 0;

	(void)state;
	arena_init(&a, 65536);
	assert_true(chaos_set(&c, &a, TEXT("{\"seed\":5,\"refuse\":250,\"slow\":1000,\"slow_ms\":100}"), &f));
	assert_false(chaos_set(&c, &a, TEXT("{\"refuse\":1001}"), &f));
	f = (struct fault){ 0 };
	assert_false(chaos_set(&c, &a, TEXT("{\"refuses\":1}"), &f));
	arena_done(&a);
	assert_int_equal(c.per_mille[CHAOS_REFUSE], 250);
	for (int i = 1; i <= 1000; i++) {
		bool hit = chaos_strikes(&c, CHAOS_REFUSE, AUTHORITY_TAX, TEXT("one message"), i);

		assert_true(hit == chaos_strikes(&c, CHAOS_REFUSE, AUTHORITY_TAX, TEXT("one message"), i));
		strikes += hit;
		slow += chaos_slow_ms(&c, AUTHORITY_TAX, TEXT("one message"), i);
		assert_false(chaos_strikes(&c, CHAOS_TWICE, AUTHORITY_TAX, TEXT("one message"), i));
	}
	assert_in_range(strikes, 180, 320);
	assert_in_range(slow, 40000, 60000);
}

/* RULES' worked example: two lines, freight shared by value, consumption tax on the second. */
static void a_tax_bill_is_computed(void **state)
{
	static const struct tax_rate list[] = { { TEXT(""), 1300, 0 }, { TEXT("33"), 1300, 900 }, { TEXT("3304"), 1300, 1500 } };
	const struct tax_rates rates = { list, COUNTOF(list), 70 };
	struct fixture x;
	struct document *d;
	struct fault f = { 0 };
	struct arena a;
	struct text bill;
	struct buf b;

	(void)state;
	arena_init(&a, 4 << 20);
	fixture_init(&x);
	d = fixture_document(&a, &x, DOC_INVENTORY, DIR_IMPORT);
	assert_int_equal(d->line_count, 2);
	fixture_set_line(d, 0, F_TOTAL_PRICE, "559.50");
	fixture_set_line(d, 0, F_HS_CODE, "1901101090");
	fixture_set_line(d, 1, F_TOTAL_PRICE, "680");
	fixture_set_line(d, 1, F_HS_CODE, "3304990021");
	fixture_set(d, F_FREIGHT, "20");
	fixture_set(d, F_INSURED_FEE, "0");
	buf_init(&b, &a, 4096);
	ceb_put_message(&b, (const struct document *const[]){ d }, 1, TEXT("0190AAAA-BBBB-8CCC-8DDD-EEEEEEEEEEEE"), 0);
	assert_true(tax_bill(&a, buf_as_text(&b), &rates, &bill, &f));
	assert_string_equal(bill.at,
	                    "{\"lines\":[{\"line_no\":\"1\",\"hs_code\":\"1901101090\",\"dutiable_value\":\"568.53\",\"customs_duty\":\"0\","
	                    "\"value_added_tax\":\"51.74\",\"consumption_tax\":\"0\"},"
	                    "{\"line_no\":\"2\",\"hs_code\":\"3304990021\",\"dutiable_value\":\"690.97\",\"customs_duty\":\"0\","
	                    "\"value_added_tax\":\"73.97\",\"consumption_tax\":\"85.36\"}],"
	                    "\"customs_duty\":\"0\",\"value_added_tax\":\"125.71\",\"consumption_tax\":\"85.36\"}");
	assert_false(tax_bill(&a, TEXT(JSON), &rates, &bill, &f));
	arena_done(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(peeks),
		cmocka_unit_test(the_first_that_fits_counts),
		cmocka_unit_test(refuses_what_it_cannot_read),
		cmocka_unit_test(chance_repeats),
		cmocka_unit_test(chaos_is_drawn_for_each_attempt),
		cmocka_unit_test(a_tax_bill_is_computed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
