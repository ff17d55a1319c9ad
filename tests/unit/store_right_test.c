/* Rights as they come out of their tables: newest versions, open alerts, what is not revoked. */
#include "house_bench.h"

#include "fixture.h"
#include "store/right_store.h"

struct load {
	struct db_call call;
	struct house *h;
	struct rights *r;
};

static void on_load(struct db_call *call, const struct db_answer *a)
{
	struct load *l = container_of(call, struct load, call);

	assert_int_equal(a->outcome, DB_DONE);
	l->r = rights_from_answer(a);
	loop_stop(l->h->loop);
}

static struct rights *load(struct house *h)
{
	struct load l = { .h = h };

	db_call_init(&l.call);
	right_store_load(&l.call);
	house_run(h, &l.call, on_load);
	assert_non_null(l.r);
	return l.r;
}

static void what_ships(void **state)
{
	struct house *h = house_of(state);
	struct rights *r;

	house_migrate(h);
	r = load(h);
	assert_int_equal(r->party_count + r->grant_count + r->goods_rule_count, 0);
	assert_int_equal(r->authorisation_rule_count, 1); /* it is asked for */
	assert_int_equal(r->authorisation_rules[0].kinds, 1u << DOC_INVENTORY | 1u << DOC_CANCELLATION | 1u << DOC_RETURN);
	assert_int_equal(r->authorisation_rules[0].valid_to, INT32_MAX);
	assert_int_equal(r->scope_rule_count, 1);
	assert_true(r->scope_rules[0].outside_may_file);
	rights_free(r);
}

static void the_newest_counts(void **state)
{
	struct house *h = house_of(state);
	const struct right_party *one, *two;
	struct rights *r;

	house_migrate(h);
	house_sql(h->db,
	          "insert into enterprise (credit_code, registered_at, registered_by) values ('A', now(), 'x'), ('B', now(), 'x');"
	          "insert into enterprise_version (enterprise_id, version, state, name, roles, customs_codes, district_code, from_at, actor) values"
	          " (1, 1, 'applied', 'a', '{}', '{}', '330102', now(), 'x'), (1, 2, 'suspended', 'a', '{}', '{}', '320508', now(), 'x'),"
	          " (2, 1, 'filed', 'b', '{}', '{}', '110101', now(), 'x');"
	          "insert into enterprise_number values ('credit', 'A', 1), ('customs', '3301960001', 1), ('tax', 'T', 1), ('credit', 'B', 2);"
	          "insert into register_comparison values (gen_random_uuid(), 2, 1, 's', '2026-01-01', '{}', '{}', now(), 'x');"
	          "insert into enterprise_alert (id, enterprise_id, comparison_id, facts, raised_at, resolved_at, resolved_by, reason)"
	          " select gen_random_uuid(), 2, c.id, f::text[], now(), r, case when r is not null then 'x' end, case when r is not null then 'y' end"
	          " from register_comparison c, (values ('{name}', null::timestamptz), ('{standing}', now()), ('{address,name}', null)) v(f, r);"
	          "insert into authorisation (id, principal_id, agent_id, kinds, trade_modes, valid_from, valid_to, granted_at, granted_by, revoked_at, revoked_by)"
	          " values (gen_random_uuid(), 1, 2, '{inventory}', '{9610,1210}', '2026-01-01', '2026-12-31', now(), 'x', null, null),"
	          " (gen_random_uuid(), 1, 2, '{return}', '{*}', '2026-01-01', null, now(), 'x', now(), 'x');"
	          "insert into goods_rule (id, trade_mode, direction, kinds, valid_from, source) values (3, '9610', 'import', '{order}', '2026-01-01', 's');"
	          "insert into quality_recall (id, enterprise_id, item_no, batch, from_on, source, decision_no, reason, recorded_at, recorded_on, actor, client_id)"
	          " select gen_random_uuid(), 1, i, b, '2026-01-01', 's', n, 'r', '2026-03-02 10:00+08', '2026-03-02', 'x', 1"
	          " from (values ('P', 'B7', '1'), ('P', 'B8', '2'), ('Q', 'B7', '3'), ('Q', null, '4')) v(i, b, n)");
	r = load(h);
	one = rights_party(r, TEXT("3301960001"));
	two = rights_party(r, TEXT("B"));
	assert_true(one != NULL && one == rights_party(r, TEXT("A")) && two != NULL);
	assert_null(rights_party(r, TEXT("T"))); /* nothing is filed under a tax number */
	assert_true(one->state == ENTERPRISE_SUSPENDED && text_is(one->district, "320508") && one->frozen == 0);
	assert_true(two->state == ENTERPRISE_FILED && two->frozen == (FACT_BIT(FACT_NAME) | FACT_BIT(FACT_ADDRESS)));
	assert_int_equal(r->grant_count, 1);
	assert_true(r->grants[0].kinds == 1u << DOC_INVENTORY && text_is(r->grants[0].trade_modes, "9610,1210"));
	assert_int_equal(r->grants[0].valid_from, fixture_day("2026-01-01"));
	assert_int_equal(r->grants[0].valid_to, fixture_day("2026-12-31"));
	assert_true(text_is(rights_freeze(r, 1, TEXT("P"))->batches, "B7\nB8") && rights_freeze(r, 1, TEXT("Q"))->batches.len == 0);
	assert_true(text_is(rights_freeze(r, 1, TEXT("P"))->why, "recall 1 since 2026-03-02, recall 2 since 2026-03-02"));
	assert_true(r->goods_rule_count == 1 && r->goods_rules[0].id == 3 && r->goods_rules[0].direction == DIR_IMPORT);
	rights_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(what_ships, house_set_up, house_tear_down),
		cmocka_unit_test_setup_teardown(the_newest_counts, house_set_up, house_tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
