/* Rules in memory are the rows of the tables; a row that cannot be obeyed is refused whole. */
#include "house_bench.h"

#include "model/document.h"
#include "store/rule_store.h"

#define DAY(us) clock_day(us)

struct load {
	struct db_call call;
	struct house *h;
	struct rules *rules;
	struct fault f;
};

static void on_load(struct db_call *call, const struct db_answer *a)
{
	struct load *l = container_of(call, struct load, call);

	assert_int_equal(a->outcome, DB_DONE);
	l->rules = rules_from_answer(a, &l->f);
	loop_stop(l->h->loop);
}

static struct load load(struct house *h)
{
	struct load l = { .h = h };

	db_call_init(&l.call);
	rule_store_load(&l.call);
	house_run(h, &l.call, on_load);
	return l;
}

static void rules_are_the_rows(void **state)
{
	struct house *h = house_of(state);
	struct load l;
	const struct regime *r;

	house_migrate(h);
	house_sql(h->db,
	          "insert into code values ('currency', 'ZZ1', '旧币', 'Old', '2020-01-01', '2026-03-01', 'test'),"
	          "  ('currency', 'ZZ1', '新币', 'New', '2026-03-02', null, 'test'), ('of-the-future', '1', 'x', null, '2020-01-01', null, 'test');"
	          "update authority set url = 'http://x/y', max_in_flight = 7, timeout_ms = 8, attempts_max = 9, first_wait_ms = 10,"
	          "  longest_wait_ms = 11, breaker_failures = 12, breaker_ms = 13 where code = 'TAX'; select nextval('rule_revision')");
	l = load(h);
	assert_non_null(l.rules);
	assert_true(l.rules->revision == house_ask(h, "select last_value from rule_revision"));
	assert_int_equal(l.rules->book->regime_count, house_ask(h, "select count(*) from regime"));
	assert_int_equal(l.rules->book->code_count, house_ask(h, "select count(*) from code") - 1);

	r = codebook_regime(l.rules->book, TEXT("9610"), DIR_IMPORT, DAY(NOW_US));
	assert_non_null(r);
	assert_int_equal(r->flows, FLOW(DOC_ORDER) | FLOW(DOC_PAYMENT) | FLOW(DOC_WAYBILL) | FLOW(DOC_INVENTORY));
	assert_int_equal(r->authorities, AUTHORITY_BIT(AUTHORITY_CUS) | AUTHORITY_BIT(AUTHORITY_TAX) | AUTHORITY_BIT(AUTHORITY_FX)
	                                         | AUTHORITY_BIT(AUTHORITY_POST));
	assert_int_equal(r->wait_hours, 72);
	assert_false(r->bonded);
	r = codebook_regime(l.rules->book, TEXT("9810"), DIR_EXPORT, DAY(NOW_US));
	assert_int_equal(r->flows, FLOW(DOC_ORDER) | FLOW(DOC_WAYBILL) | FLOW(DOC_INVENTORY));
	assert_int_equal(codebook_default_regime(l.rules->book, DIR_IMPORT, DAY(NOW_US))->authorities, 0);

	/* the last day of one row, the first of the next */
	assert_true(text_is(codebook_find(l.rules->book, CODES_CURRENCY, TEXT("ZZ1"), DAY(NOW_US) - 1)->name_en, "Old"));
	assert_true(text_is(codebook_find(l.rules->book, CODES_CURRENCY, TEXT("ZZ1"), DAY(NOW_US))->name_en, "New"));

	assert_true(l.rules->authorities[AUTHORITY_TAX].connected);
	assert_string_equal(l.rules->authorities[AUTHORITY_TAX].url, "http://x/y");
	assert_int_equal(l.rules->authorities[AUTHORITY_TAX].max_in_flight, 7);
	assert_int_equal(l.rules->authorities[AUTHORITY_TAX].timeout_ms, 8);
	assert_int_equal(l.rules->authorities[AUTHORITY_TAX].policy.attempts_max, 9);
	assert_true(l.rules->authorities[AUTHORITY_TAX].policy.first_wait_us == 10000);
	assert_true(l.rules->authorities[AUTHORITY_TAX].policy.longest_wait_us == 11000);
	assert_int_equal(l.rules->authorities[AUTHORITY_TAX].policy.breaker_failures, 12);
	assert_true(l.rules->authorities[AUTHORITY_TAX].policy.breaker_us == 13000);
	assert_false(l.rules->authorities[AUTHORITY_CUS].connected);
	rules_free(l.rules);
	rules_free(NULL);
}

static void what_cannot_be_obeyed_is_refused(void **state)
{
	static const struct { const char *sql, *says; } cases[] = {
		{ "insert into regime (id, trade_mode, direction, flows, authorities, wait_hours, bonded, valid_from, source)"
		  " values (900, '9', 'import', '{order,drone}', '{CUS}', 1, false, '2020-01-01', 'x')", "900" },
		{ "update regime set flows = '{order}', authorities = '{CUS,MARS}' where id = 900", "900" },
		{ "update regime set authorities = '{CUS}', flows = '{}' where id = 900", "900" },
		{ "delete from regime where id = 900; update regime set valid_to = '2026-01-01' where trade_mode = '*' and direction = 'export'", "export" },
	};
	struct house *h = house_of(state);

	house_migrate(h);
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct load l;

		house_sql(h->db, cases[i].sql);
		l = load(h);
		assert_null(l.rules);
		assert_int_equal(l.f.code, FAULT_SCHEMA);
		if (strstr(l.f.text, cases[i].says) == NULL)
			fail_msg("case %zu: %s", i, l.f.text);
	}
}

#define WITH_HOUSE(test) cmocka_unit_test_setup_teardown(test, house_set_up, house_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_HOUSE(rules_are_the_rows),
		WITH_HOUSE(what_cannot_be_obeyed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
