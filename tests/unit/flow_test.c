/* From filing to release: the whole flow with a real PostgreSQL and authorities that answer at once, later, never, wrongly. */
#include "authority_bench.h"

#include "flow/assess_priv.h"

static void all_are(struct world *w, enum manner manner)
{
	for (int a = 0; a < AUTHORITY_COUNT; a++)
		w->manners[a] = manner;
}

static struct flow_stats stats_of(const struct world *w)
{
	struct flow_stats s;

	flow_stats_get(w->b->flow, &s);
	return s;
}

static int64_t ask(struct world *w, const char *sql)
{
	return house_ask(w->b->house, sql);
}

static void test_answered_at_once(void **state)
{
	struct world *w = world_of(state);

	for (int n = 0; n < 30; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, RELEASED, 30);
	assert_int_equal(ask(w, "select count(*) from delivery where state = 'sent' and outcome = 'clear' and attempts = 1"), 90);
	assert_int_equal(ask(w, "select count(*) from authority_receipt"), 90);
	assert_int_equal(ask(w, "select count(*) from declaration where released_at is null or version <> 1"), 0);
	assert_int_equal(w->asked[AUTHORITY_TAX], 30);
	assert_int_equal(w->largest[AUTHORITY_TAX], 1);
	assert_in_range(w->largest[AUTHORITY_FX], 2, BUNDLE);
	until(w->b, is_quiet, NULL);
	assert_int_equal(stats_of(w).released, 30);
	/* what was found in memory is over in the database as well */
	until_sql(w, "select count(*) from work", 0);
	assert_int_equal(ask(w, "select count(*) from todo"), 0);
}

/* Refused for what one of them may say: each goes again by itself, which costs no attempt. */
static void test_a_bundle_is_refused(void **state)
{
	struct world *w = world_of(state);

	w->manners[AUTHORITY_FX] = CHOOSY;
	for (int n = 0; n < 10; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, RELEASED, 10);
	assert_true(w->largest[AUTHORITY_FX] > 1 && w->asked[AUTHORITY_FX] > 10);
	assert_int_equal(ask(w, "select count(*) from delivery where state = 'sent' and attempts = 1"), 30);
	w->manners[AUTHORITY_FX] = REFUSED;
	for (int n = 20; n < 25; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, "select count(*) from delivery where state = 'dead' and reason = 'HTTP 422' and authority = 'FX'", 5);
}

/* Lost in doubt, unreadable, then answered: every message once and again, and each answer finds its own. */
static void test_a_bundle_is_answered_wrongly(void **state)
{
	struct world *w = world_of(state);

	w->manners[AUTHORITY_FX] = WRONG;
	for (int n = 0; n < 10; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, "select count(*) from delivery where authority = 'FX' and attempts >= 1 and reason like '%unreadable%'", 10);
	w->manners[AUTHORITY_FX] = TWO_AT_ONCE;
	until_sql(w, RELEASED, 10);
	until_sql(w, "select count(*) from authority_receipt where authority = 'FX'", 20); /* the second of each may come after the release */
	assert_int_equal(ask(w, "select count(distinct message_id) from delivery where authority = 'FX'"), 10);
}

static void test_two_answers_in_one_reply(void **state)
{
	struct world *w = world_of(state);

	all_are(w, TWO_AT_ONCE);
	file_trade(w, 1, "add", 10000);
	until_sql(w, RELEASED, 1);
	until_sql(w, "select count(*) from authority_receipt", 6); /* the second of each may be recorded after the release */
}

static void test_answered_later(void **state)
{
	struct world *w = world_of(state);

	all_are(w, LATER);
	for (int n = 0; n < 5; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, "select count(*) from delivery where state = 'sent'", 15);
	assert_int_equal(ask(w, "select count(*) from declaration where state = 'declared'"), 5);
	answer_late(w);
	until_sql(w, RELEASED, 5);
}

static void test_wrong_then_good(void **state)
{
	struct world *w = world_of(state);

	w->manners[AUTHORITY_TAX] = WRONG;
	w->manners[AUTHORITY_CUS] = NEVER;
	file_trade(w, 1, "add", 10000);
	until_sql(w, "select count(*) from delivery where attempts >= 2 and authority in ('TAX', 'CUS')", 2);
	assert_int_equal(ask(w, "select count(*) from delivery where outcome = 'clear'"), 1);
	assert_int_equal(ask(w, "select count(*) from delivery where authority = 'TAX' and reason like '%unreadable%'"), 1);
	all_are(w, AT_ONCE);
	until_sql(w, RELEASED, 1);
	assert_int_equal(ask(w, "select count(distinct message_id) from delivery"), 3);
}

static void test_dead_letter(void **state)
{
	struct world *w = world_of(state);

	w->manners[AUTHORITY_TAX] = REFUSED;
	file_trade(w, 1, "add", 10000);
	until_sql(w, "select count(*) from delivery where state = 'dead' and reason = 'HTTP 422'", 1);
	until_sql(w, "select count(*) from delivery where outcome = 'clear'", 2);
	assert_int_equal(ask(w, "select count(*) from declaration where state = 'declared'"), 1);
	until(w->b, is_quiet, NULL);
	assert_int_equal(stats_of(w).authorities[AUTHORITY_TAX].dead, 1);
}

/* Pushed again after it was answered: sent once more, and over, though the answer is an old one or says nothing new. */
static void test_pushed_again(void **state)
{
	struct world *w = world_of(state);
	int asked;

	file_trade(w, 1, "add", 10000);
	until_sql(w, RELEASED, 1);
	until(w->b, is_quiet, NULL);
	asked = w->asked[AUTHORITY_TAX];
	house_sql(w->b->house->db, "update delivery set state = 'due', listed = 'due', attempts = 0, lease_until = null where authority = 'TAX'");
	until_sql(w, "select count(*) from delivery where authority = 'TAX' and state = 'sent'", 1);
	assert_int_equal(w->asked[AUTHORITY_TAX], asked + 1);
	assert_int_equal(ask(w, RELEASED), 1);
}

static bool is_open(struct bench *b, void *arg)
{
	struct flow_stats s;

	(void)arg;
	flow_stats_get(b->flow, &s);
	return s.authorities[AUTHORITY_TAX].breaker_open;
}

static void test_breaker(void **state)
{
	struct world *w = world_of(state);
	int asked;

	w->rules->authorities[AUTHORITY_TAX].policy.breaker_failures = 3;
	w->manners[AUTHORITY_TAX] = DOWN;
	for (int n = 0; n < 20; n++)
		file_trade(w, n, "add", 10000);
	until(w->b, is_open, NULL);
	asked = w->asked[AUTHORITY_TAX];
	assert_true(asked >= 3 && asked < 60);
	until_sql(w, "select count(*) from delivery where authority <> 'TAX' and outcome = 'clear'", 40); /* nobody waits for it */
	w->manners[AUTHORITY_TAX] = AT_ONCE;
	until_sql(w, RELEASED, 20);
	assert_false(is_open(w->b, NULL));
}

/* Retry-After is the authority's word for all messages: those that were not under way yet do not even try. */
static void test_it_asks_to_be_left_alone(void **state)
{
	struct world *w = world_of(state);
	int most = w->rules->authorities[AUTHORITY_TAX].max_in_flight;

	w->rules->authorities[AUTHORITY_TAX].policy.longest_wait_us = 30 * US_PER_S;
	w->manners[AUTHORITY_TAX] = BUSY;
	for (int n = 0; n < 20; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, "select count(*) from delivery where authority <> 'TAX' and outcome = 'clear'", 40); /* nobody waits for it */
	assert_true(w->asked[AUTHORITY_TAX] >= 1);
	assert_int_equal(ask(w, "select count(*) from delivery where authority = 'TAX' and state = 'sent'"), 0);
	w->manners[AUTHORITY_TAX] = AT_ONCE;
	until_sql(w, RELEASED, 20);
	assert_in_range(w->asked[AUTHORITY_TAX], 20, 20 + 3 * most); /* each pause costs what was under way when it began */
}

/* Version 2 goes to an authority only when what became of version 1 there is known. */
static void test_second_version_waits(void **state)
{
	struct world *w = world_of(state);

	w->manners[AUTHORITY_TAX] = LATER;
	file_trade(w, 1, "add", 10000);
	until_sql(w, "select count(*) from delivery where state = 'sent'", 3);
	until_sql(w, "select count(*) from delivery where outcome = 'clear'", 2);
	file_trade(w, 1, "change", 11000);
	until_sql(w, "select version from declaration", 2);
	until_sql(w, "select count(*) from delivery where version = 2 and outcome = 'clear'", 2);
	assert_int_equal(ask(w, "select count(*) from delivery where version = 2 and state = 'waiting' and authority = 'TAX'"), 1);
	assert_int_equal(w->asked[AUTHORITY_TAX], 1);
	assert_int_equal(ask(w, RELEASED), 0);
	answer_late(w); /* for version 1: it moves the queue, not version 2 */
	until_sql(w, "select count(*) from delivery where version = 2 and state = 'sent' and authority = 'TAX'", 1);
	assert_int_equal(ask(w, RELEASED), 0);
	answer_late(w);
	until_sql(w, RELEASED, 1);
}

/* When version 1 dies, version 2 need not wait any longer. */
static void test_second_version_after_death(void **state)
{
	struct world *w = world_of(state);

	w->manners[AUTHORITY_TAX] = DOWN;
	file_trade(w, 1, "add", 10000);
	until_sql(w, "select count(*) from delivery where authority = 'TAX' and attempts >= 1", 1);
	file_trade(w, 1, "change", 11000);
	until_sql(w, "select count(*) from delivery where version = 2 and state = 'waiting'", 1);
	w->manners[AUTHORITY_TAX] = REFUSED;
	until_sql(w, "select count(*) from delivery where version = 1 and state = 'dead'", 1);
	w->manners[AUTHORITY_TAX] = AT_ONCE;
	until_sql(w, "select count(*) from delivery where version = 2 and authority = 'TAX' and state in ('sent', 'dead')", 1);
}

/* What a dead daemon had in hand is taken when its lease has run out, deliveries and work alike. */
static void test_leases_run_out(void **state)
{
	struct world *w = world_of(state);

	for (size_t i = 0; i < COUNTOF(connected); i++)
		w->rules->authorities[connected[i]].connected = false;
	file_trade(w, 1, "add", 10000);
	until_sql(w, "select count(*) from delivery where state = 'due' and lease is null", 3);
	house_sql(w->b->house->db, "update delivery set lease = gen_random_uuid(), lease_until = now() + interval '1 hour'");
	for (size_t i = 0; i < COUNTOF(connected); i++)
		w->rules->authorities[connected[i]].connected = true;
	file_trade(w, 2, "add", 10000);
	until_sql(w, RELEASED, 1); /* only the other one */
	assert_int_equal(w->asked[AUTHORITY_TAX], 1);
	house_sql(w->b->house->db, "update delivery set lease_until = now() - interval '1 second' where lease is not null");
	until_sql(w, RELEASED, 2);

	until(w->b, is_quiet, NULL);
	flow_free(w->b->flow);
	w->b->flow = NULL; /* nobody listens to the hints */
	file_trade(w, 3, "add", 10000);
	until(w->b, is_answered, NULL);
	world_flow(w);
	house_sql(w->b->house->db, "update work set lease_until = now() - interval '1 second'");
	until_sql(w, RELEASED, 3);
	until_sql(w, "select count(*) from work", 0);
}

static void test_quiesce(void **state)
{
	struct world *w = world_of(state);

	for (int n = 0; n < 60; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, "select (count(*) > 0)::integer from delivery", 1);
	flow_quiesce(w->b->flow);
	until(w->b, is_quiet, NULL);
	flow_free(w->b->flow);
	world_flow(w);
	house_sql(w->b->house->db, "update work set lease_until = '-infinity'; update delivery set lease_until = '-infinity' where lease is not null");
	until_sql(w, RELEASED, 60);
	assert_int_equal(ask(w, "select count(*) from delivery"), 180);
}

/* Free in the middle of everything: nothing leaks and nothing is called back. */
static void test_forced_stop(void **state)
{
	struct world *w = world_of(state);

	w->manners[AUTHORITY_TAX] = NEVER;
	for (int n = 0; n < 40; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, "select (count(*) >= 10)::integer from delivery where state = 'sent'", 1);
	assert_true(stats_of(w).authorities[AUTHORITY_TAX].in_flight > 0);
	for (int n = 40; n < 60; n++)
		file_trade(w, n, "add", 10000);
	until(w->b, is_answered, NULL);
}

static void test_window_ends(void **state)
{
	struct world *w = world_of(state);
	struct fixture f;

	fixture_init(&f);
	expect_filed(w->b, &f, DOC_ORDER, INTAKE_STORED);
	until_sql(w, "select count(*) from todo", 1);
	assert_int_equal(ask(w, "select cardinality(missing) from declaration"), 3);
	expect_filed(w->b, &f, DOC_WAYBILL, INTAKE_STORED); /* its order number is that of one declaration only */
	until_sql(w, "select cardinality(missing) from declaration", 2);
	clock_shift(&w->b->clock, NOW_US - clock_now_us(&(struct clock){ 0 }) + 73 * US_PER_HOUR);
	until_sql(w, "select count(*) from declaration where state = 'expired'", 1);
	until_sql(w, "select count(*) from todo", 0);
	expect_filed(w->b, &f, DOC_PAYMENT, INTAKE_STORED);
	expect_filed(w->b, &f, DOC_INVENTORY, INTAKE_STORED);
	until_sql(w, RELEASED, 1);
}

/* --- how many batches are judged at once ------------------------------------------------------------------------------- */

static bool so_many_fly(struct bench *b, void *arg)
{
	int n = 0;

	for (int k = 0; k < FLIGHTS_MAX; k++)
		n += b->flow->assess->flights[k].busy;
	return n == *(const int *)arg;
}

static bool it_is_time(struct bench *b, void *arg)
{
	return loop_now_us(b->house->loop) >= *(const int64_t *)arg;
}

/* The first batch cannot be written for a while. */
static void test_one_batch_while_filings_pour_in(void **state)
{
	struct world *w = world_of(state);
	int64_t soon_us;
	struct fixture f;

	fixture_init(&f);
	w->pours_in = true;
	house_sql(w->b->house->db, "begin; lock table decision in share mode");
	expect_filed(w->b, &f, DOC_ORDER, INTAKE_STORED);
	until(w->b, so_many_fly, &(int){ 1 });
	file_trade(w, 2, "add", 10000);
	soon_us = loop_now_us(w->b->house->loop) + 200000;
	until(w->b, it_is_time, &soon_us);
	assert_true(so_many_fly(w->b, &(int){ 1 }));
	w->b->flow->conf.busy_lag_ms = 0; /* it is behind by more than it may */
	until(w->b, so_many_fly, &(int){ 2 });
	house_sql(w->b->house->db, "commit");
	until_sql(w, RELEASED, 1);
}

/* --- answers that wait for each other ------------------------------------------------------------------------------------ */

static bool is_declared_and_judged(struct bench *b, void *arg)
{
	const struct world *w = container_of(arg, struct world, asked);

	return w->asked[AUTHORITY_CUS] > 0 && w->asked[AUTHORITY_TAX] > 0 && w->asked[AUTHORITY_FX] > 0 && hand_queued(b->flow->assess->hand) == 0 &&
	       so_many_fly(b, &(int){ 0 });
}

static bool an_answer_waits(struct bench *b, void *arg)
{
	(void)arg;
	return hand_queued(b->flow->assess->hand) == 1 && so_many_fly(b, &(int){ 0 });
}

/* One trade that all authorities were told of, and that customs and tax have cleared since; they are written when fx answers, too. */
static void two_of_three_answer(struct world *w)
{
	w->pours_in = true;
	w->b->flow->conf.answer_patience_ms = 60000;
	all_are(w, DOWN);
	file_trade(w, 1, "add", 10000);
	until(w->b, is_declared_and_judged, w->asked);
	w->manners[AUTHORITY_CUS] = w->manners[AUTHORITY_TAX] = AT_ONCE;
	until(w->b, an_answer_waits, NULL);
}

static bool it_was_asked_often(struct bench *b, void *arg)
{
	(void)b;
	return *(const int *)arg >= 5;
}

/* While filings pour in, what some have cleared waits for the others, and all of it is one judgement. */
static void test_answers_wait_for_each_other(void **state)
{
	struct world *w = world_of(state);
	uint64_t judged;

	two_of_three_answer(w);
	w->asked[AUTHORITY_FX] = 0;
	until(w->b, it_was_asked_often, &w->asked[AUTHORITY_FX]);
	assert_int_equal(ask(w, "select count(*) from authority_receipt"), 0);
	judged = stats_of(w).judged;
	w->manners[AUTHORITY_FX] = AT_ONCE;
	until_sql(w, RELEASED, 1);
	until(w->b, is_quiet, NULL);
	assert_int_equal(stats_of(w).judged, judged + 1);
	assert_int_equal(ask(w, "select count(*) from authority_receipt"), 3);
}

/* They do not wait for ever, nor when it is quiet. */
static void test_who_does_not_answer_holds_up_nobody(void **state)
{
	struct world *w = world_of(state);

	two_of_three_answer(w);
	w->b->flow->conf.answer_patience_ms = 50;
	until_sql(w, "select count(*) from authority_receipt", 2);
	w->b->flow->conf.answer_patience_ms = 60000;
	w->pours_in = false;
	file_trade(w, 2, "add", 10000);
	until_sql(w, "select count(*) from authority_receipt", 4);
	assert_int_equal(ask(w, RELEASED), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_CASE(test_answered_at_once),
		WORLD_CASE(test_a_bundle_is_refused),
		WORLD_CASE(test_a_bundle_is_answered_wrongly),
		WORLD_CASE(test_two_answers_in_one_reply),
		WORLD_CASE(test_answered_later),
		WORLD_CASE(test_wrong_then_good),
		WORLD_CASE(test_dead_letter),
		WORLD_CASE(test_pushed_again),
		WORLD_CASE(test_breaker),
		WORLD_CASE(test_it_asks_to_be_left_alone),
		WORLD_CASE(test_second_version_waits),
		WORLD_CASE(test_second_version_after_death),
		WORLD_CASE(test_leases_run_out),
		WORLD_CASE(test_quiesce),
		WORLD_CASE(test_forced_stop),
		WORLD_CASE(test_window_ends),
		WORLD_CASE(test_one_batch_while_filings_pour_in),
		WORLD_CASE(test_answers_wait_for_each_other),
		WORLD_CASE(test_who_does_not_answer_holds_up_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
