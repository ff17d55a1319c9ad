/* Rules in memory are the rows of the tables; a row that cannot be obeyed is refused whole. */
#include "house_bench.h"

#include "store/codebook_embedded.h"
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
	          "insert into code (list, code, name_zh, name_en, valid_from, valid_to, source) values ('currency', 'ZZ1', '旧币', 'Old', '2020-01-01', '2026-03-01', 'test'),"
	          "  ('currency', 'ZZ1', '新币', 'New', '2026-03-02', null, 'test'), ('of-the-future', '1', 'x', null, '2020-01-01', null, 'test');"
	          "update authority set query_url = 'http://x/q' where code = 'POL'; update authority set url = 'http://x/y', max_in_flight = 7, timeout_ms = 8, attempts_max = 9, first_wait_ms = 10,"
	          "  longest_wait_ms = 11, breaker_failures = 12, breaker_ms = 13, credential = 'hmac',"
	          "  credential_file = '/secret' where code = 'TAX'; select nextval('rule_revision')");
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
	assert_int_equal(l.rules->authorities[AUTHORITY_TAX].credential, CREDENTIAL_HMAC);
	assert_string_equal(l.rules->authorities[AUTHORITY_TAX].credential_file, "/secret");
	assert_null(l.rules->authorities[AUTHORITY_TAX].query_url);
	assert_string_equal(l.rules->authorities[AUTHORITY_POL].query_url, "http://x/q");
	assert_true(authority_can_be_asked(&l.rules->authorities[AUTHORITY_POL]) && !l.rules->authorities[AUTHORITY_POL].connected);
	assert_int_equal(l.rules->book->lookup_count, house_ask(h, "select count(*) from lookup_rule"));
	assert_true(text_is(l.rules->book->lookups[l.rules->book->lookup_count - 1].goods_class, "medicine"));
	assert_null(l.rules->authorities[AUTHORITY_TAX].secret.at); /* whoever may reads the file */
	assert_int_equal(l.rules->authorities[AUTHORITY_POST].credential, CREDENTIAL_NONE);
	assert_int_equal(l.rules->book->dialects[AUTHORITY_POST], SPEAK_UPU);
	assert_false(l.rules->authorities[AUTHORITY_CUS].connected);
	rules_free(l.rules);
	rules_free(NULL);
}

static void same_text(struct text a, struct text b, const struct code_row *row)
{
	if (!text_eq(a, b) || (a.at == NULL) != (b.at == NULL))
		fail_msg("%s " TEXT_FMT ": \"" TEXT_FMT "\" is not \"" TEXT_FMT "\"", code_list_name(row->list), TEXT_ARG(row->code), TEXT_ARG(a), TEXT_ARG(b));
}

static void same_codes(const struct codebook *a, const struct codebook *b)
{
	assert_int_equal(a->code_count, b->code_count);
	for (int i = 0; i < a->code_count; i++) {
		const struct code_row *x = &a->codes[i], *y = &b->codes[i];

		same_text(x->code, y->code, x);
		same_text(x->name_zh, y->name_zh, x);
		same_text(x->name_en, y->name_en, x);
		same_text(x->iso, y->iso, x);
		same_text(x->source, y->source, x);
		assert_true(x->list == y->list && x->valid_from == y->valid_from && x->valid_to == y->valid_to);
	}
}

static void same_steps(const struct regime *a, const struct regime *b)
{
	assert_int_equal(a->step_count, b->step_count);
	assert_true(a->step_count > 0);
	for (int i = 0; i < a->step_count; i++) {
		const struct regime_step *x = &a->steps[i], *y = &b->steps[i];

		assert_true(x->number == y->number && x->phase == y->phase && x->authority == y->authority && x->needs == y->needs);
		assert_true(text_eq(x->kind, y->kind) && (x->kind.at == NULL) == (y->kind.at == NULL));
		assert_true(text_eq(x->responsible, y->responsible) && text_eq(x->source, y->source));
		assert_true(text_eq(x->goods, y->goods) && x->goods_number == y->goods_number);
		assert_true(x->required == y->required && x->valid_from == y->valid_from && x->valid_to == y->valid_to);
	}
}

static void same_regimes(const struct codebook *a, const struct codebook *b)
{
	assert_int_equal(a->regime_count, b->regime_count);
	for (int i = 0; i < a->regime_count; i++) {
		const struct regime *x = &a->regimes[i], *y = &b->regimes[i];

		assert_true(x->id == y->id && x->direction == y->direction && text_eq(x->trade_mode, y->trade_mode) && text_eq(x->source, y->source));
		assert_true(x->flows == y->flows && x->authorities == y->authorities && x->wait_hours == y->wait_hours && x->bonded == y->bonded);
		assert_true(x->valid_from == y->valid_from && x->valid_to == y->valid_to);
		same_steps(x, y);
	}
}

static void same_goods(const struct codebook *a, const struct codebook *b)
{
	assert_int_equal(a->goods_count, b->goods_count);
	for (int i = 0; i < a->goods_count; i++) {
		const struct goods_row *x = &a->goods[i], *y = &b->goods[i];

		assert_true(x->id == y->id && x->number == y->number && x->valid_from == y->valid_from && x->valid_to == y->valid_to);
		assert_true(text_eq(x->goods_class, y->goods_class) && text_eq(x->hs, y->hs) && text_eq(x->name_zh, y->name_zh) && text_eq(x->name_en, y->name_en));
		assert_true(text_eq(x->source, y->source));
	}
}

static void same_forms(const struct codebook *a, const struct codebook *b)
{
	assert_int_equal(a->form_count, b->form_count);
	assert_memory_equal(a->dialects, b->dialects, sizeof(a->dialects));
	for (int i = 0; i < a->form_count; i++) {
		const struct authority_form *x = &a->forms[i], *y = &b->forms[i];

		assert_true(x->authority == y->authority && x->dialect == y->dialect && x->direction == y->direction && text_eq(x->trade_modes, y->trade_modes));
		assert_true(x->valid_from == y->valid_from && x->valid_to == y->valid_to && x->section_count == y->section_count);
		assert_int_equal(x->entry_count, y->entry_count);
		for (int k = 0; k < x->entry_count; k++) {
			const struct form_row *one = x->entries[k].row, *other = y->entries[k].row;

			assert_true(text_eq(one->member, other->member) && text_eq(one->section, other->section) && text_eq(one->value, other->value));
			assert_true(one->required == other->required && one->personal == other->personal && text_eq(one->purpose, other->purpose));
			assert_true(text_eq(one->source, other->source));
		}
	}
}

/* What tools have without a database is what a fresh database gives; every list has rows. */
static void embedded_is_what_the_database_gives(void **state)
{
	struct house *h = house_of(state);
	struct fault f = { 0 };
	struct codebook *built = codebook_embedded(&f);
	struct load l;

	if (built == NULL)
		fail_msg("%s", f.text);
	house_migrate(h);
	l = load(h);
	assert_non_null(l.rules);
	same_codes(built, l.rules->book);
	same_regimes(built, l.rules->book);
	same_goods(built, l.rules->book);
	same_forms(built, l.rules->book);
	for (int list = 0; list < CODE_LIST_COUNT; list++) {
		int count;

		(void)codebook_list(built, (enum code_list)list, &count);
		assert_int_equal(count > 0, code_list_is_kept((enum code_list)list));
	}
	rules_free(l.rules);
	codebook_free(built);
}

static void what_cannot_be_obeyed_is_refused(void **state)
{
	static const struct { const char *sql, *says; } cases[] = {
		{ "insert into regime (id, trade_mode, direction, wait_hours, bonded, valid_from, source)"
		  " values (900, '9', 'import', 1, false, '2020-01-01', 'x')", "900 asks for no flow" },
		{ "insert into regime_step values (900, 1, 'match', 'drone', null, '{x}', '{}', true, null, '2020-01-01', null, 'x')", "kind of filing" },
		{ "update regime_step set kind = 'waybill_status' where regime_id = 900", "cannot be matched" },
		{ "update regime_step set kind = 'order', needs = '{2}' where regime_id = 900", "step that is not there" },
		{ "update regime_step set needs = '{1}' where regime_id = 900", "needs itself" },
		{ "update regime_step set needs = '{32}' where regime_id = 900", "unknown here" },
		{ "update regime_step set needs = '{}', valid_from = '2020-01-02' where regime_id = 900", "as long as its regime" },
		{ "update regime_step set valid_from = '2020-01-01', responsible = '{}' where regime_id = 900", "nobody responsible" },
		{ "update regime_step set responsible = '{x}' where regime_id = 900;"
		  "insert into regime_step values (900, 2, 'clear', null, 'MARS', '{x}', '{}', true, null, '2020-01-01', null, 'x')", "unknown here" },
		{ "update regime_step set authority = 'CUS', required = false where regime_id = 900 and step = 2", "no required clearance" },
		{ "update regime_step set required = true, goods = 'moon_rock' where regime_id = 900 and step = 2", "no such class" },
		{ "update regime_step set goods = null where regime_id = 900; update authority_field set value = 'order.colour' where authority = 'STAT' and place = 10",
		  "STAT json 10: the value is no field" },
		{ "update authority_field set value = 'order.buyer_name' where authority = 'STAT' and place = 10", "does not say so" },
		{ "update authority_field set value = 'inventory.customs_code' where authority = 'STAT' and place = 10;"
		  "update authority_field set value = 'payment.currency' where authority = 'FX' and place = 10", "requires a field that may be absent" },
		{ "update authority_field set value = 'inventory.platform_code' where authority = 'FX' and place = 10;"
		  "update authority_field set value = 'order.tax_total', direction = 'export' where authority = 'STAT' and place = 10", "has not" },
		{ "update authority_field set value = '=1', direction = '*', member = 'message_id', section = null where authority = 'STAT' and place = 10",
		  "no member may have" },
		{ "update authority_field set member = 'a', section = 'goods' where authority = 'STAT' and place = 10", "stands apart" },
		{ "update authority_field set section = 'trade' where authority = 'STAT' and place = 10; update authority set dialect = 'upu' where code = 'TAX'",
		  "TAX speaks upu" },
		{ "update authority set dialect = 'tax' where code = 'TAX'; update lookup_rule set used = 'check', unanswered = 'hold' where id = 20004",
		  "lookup_rule row 20004: no filing names" },
		{ "update lookup_rule set question = 'weather' where id = 20004", "unknown here" },
		{ "delete from lookup_rule where id = 20004; delete from regime_step where regime_id = 900; delete from regime where id = 900;"
		  "update regime set valid_to = '2026-01-01' where trade_mode = '*' and direction = 'export'", "export" },
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
		WITH_HOUSE(embedded_is_what_the_database_gives),
		WITH_HOUSE(what_cannot_be_obeyed_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
