/*
 * Intake, revisions, inbox, judging and dispatch while each database answer, and each allocation, fails once.
 *
 *   the house ──db_start──> here ──┬─ the n-th call: not sent, or sent and its answer replaced
 *                                  └─ all others: the pool
 *
 * The Makefile links *_torture_test with --wrap=db_start,--wrap=db_cancel, so that every call of the house comes here
 * first; the statements that do run, run in a real PostgreSQL, so that what is stored is what would be stored.
 * Afterwards the same is asked again without faults: nothing may be missing, double, or told otherwise than it is.
 */
#include "authority_bench.h"

enum blow { TRY_AGAIN, UNCERTAIN_LOST, UNCERTAIN_STORED, BAD_DATA, CONFLICT, BROKEN, BLOW_COUNT };

static const enum db_outcome outcomes[BLOW_COUNT] = { DB_TRY_AGAIN, DB_UNCERTAIN, DB_UNCERTAIN, DB_BAD_DATA, DB_CONFLICT, DB_BROKEN };

static struct { /* one blow at a time */
	struct loop *loop;
	long countdown; /* 0: none is due */
	enum blow blow;
	struct db_call *struck;
	db_done_fn *on_done;
	struct loop_task deliver;
	bool (*poisoned)(const struct db_call *call); /* every call of which it is true gets BAD_DATA */
	void (*before)(const struct db_call *call);
} torture;

void __real_db_start(struct db *d, struct db_call *call, db_done_fn *on_done);
void __wrap_db_start(struct db *d, struct db_call *call, db_done_fn *on_done);
void __real_db_cancel(struct db *d, struct db_call *call);
void __wrap_db_cancel(struct db *d, struct db_call *call);

static void strike(enum db_outcome outcome)
{
	const struct db_answer answer = { .outcome = outcome, .sqlstate = "XX000", .detail = "as ordered" };
	struct db_call *call = torture.struck;

	torture.struck = NULL;
	torture.on_done(call, &answer);
}

static void on_deliver(struct loop_task *t)
{
	(void)t;
	strike(outcomes[torture.blow]);
}

static void on_stored_but(struct db_call *call, const struct db_answer *a)
{
	if (a->outcome == DB_DONE) {
		strike(DB_UNCERTAIN);
	} else {
		torture.struck = NULL;
		torture.on_done(call, a);
	}
}

static bool writes(const struct db_call *call)
{
	for (int i = 0; i < call->stmt_count; i++)
		if ((call->stmts[i].stmt->flags & DB_WRITES) != 0)
			return true;
	return false;
}

void __wrap_db_start(struct db *d, struct db_call *call, db_done_fn *on_done)
{
	bool is_due = torture.countdown > 0 && --torture.countdown == 0;

	if (torture.before != NULL)
		torture.before(call);
	if (torture.poisoned != NULL && torture.struck == NULL && torture.poisoned(call)) {
		torture.blow = BAD_DATA;
		is_due = true;
	}
	if (!is_due) {
		__real_db_start(d, call, on_done);
		return;
	}
	assert_null(torture.struck);
	torture.struck = call;
	torture.on_done = on_done;
	if (!writes(call) && outcomes[torture.blow] == DB_UNCERTAIN)
		torture.blow = TRY_AGAIN; /* a lost reading is certainly not stored */
	if (torture.blow == UNCERTAIN_STORED)
		__real_db_start(d, call, on_stored_but);
	else
		loop_soon(torture.loop, &torture.deliver, on_deliver);
}

void __wrap_db_cancel(struct db *d, struct db_call *call)
{
	if (torture.struck == call) {
		torture.struck = NULL;
		loop_soon_cancel(torture.loop, &torture.deliver);
	}
	__real_db_cancel(d, call);
}

static void order(struct world *w, enum blow blow, long n)
{
	torture.loop = w->b->house->loop;
	torture.blow = blow;
	torture.countdown = n;
}

static bool was_struck(void)
{
	bool struck = torture.countdown == 0;

	assert_null(torture.struck);
	torture.countdown = 0;
	return struck;
}

/* --- intake and its slow lane ------------------------------------------------------------------------------------------ */

struct told { /* what one node was told, to be held against the database */
	struct id key;
	struct sha256 digest;
	bool is_new;
};

struct round {
	struct request *requests[4];
	struct told told[4][8];
};

static void add_node(struct round *x, int at, const struct fixture *f, bool is_new)
{
	struct request *r = x->requests[at];
	const struct candidate *c = request_add(r, f, DOC_ORDER);

	x->told[at][r->submission.candidate_count - 1] = (struct told){ c->key, c->doc_sha256, is_new };
}

/* Of trade numbers n*10…: new ones, a twin, a repeat, a conflict; a change; a deletion; a lone one. */
static void make_round(struct bench *b, struct round *x, int n)
{
	char no[8][24];
	struct fixture f;

	for (int i = 0; i < 8; i++)
		(void)snprintf(no[i], sizeof(no[i]), "T-%d-%d", n, i);
	for (int i = 0; i < 4; i++)
		x->requests[i] = request_new(b);
	fixture_init(&f);
	for (int i = 0; i < 5; i++) {
		f.order_no = no[i == 4 ? 0 : i]; /* the fifth is a twin of the first */
		f.price_fen = i == 3 ? 777 : 10000;
		add_node(x, 0, &f, i < 2); /* 2 is there, 3 is there with other content */
	}
	fixture_init(&f);
	f.order_no = no[5];
	f.action = "change";
	f.price_fen = 999;
	add_node(x, 1, &f, true);
	f.order_no = no[6];
	f.action = "delete";
	add_node(x, 2, &f, true);
	fixture_init(&f);
	f.order_no = no[7];
	add_node(x, 3, &f, true);
}

static void file_before(struct bench *b, int n)
{
	struct request *r = request_new(b);
	char no[24];
	struct fixture f;

	fixture_init(&f);
	f.order_no = no;
	for (int i = 2; i < 7; i++) {
		(void)snprintf(no, sizeof(no), "T-%d-%d", n, i);
		if (i != 4)
			(void)request_add(r, &f, DOC_ORDER);
	}
	request_send(r);
	until(b, is_answered, NULL);
	for (int i = 0; i < 4; i++)
		assert_int_equal(r->outcomes[i], INTAKE_STORED);
	request_free(r);
}

static int64_t count_of(struct bench *b, const struct told *t, struct text receipt)
{
	const struct db_param params[] = { db_id(&t->key), db_bytes(t->digest.b, sizeof(t->digest.b)), db_text(receipt) };
	struct fault f = { 0 };
	const struct db_rows *r = db_sync_run(b->house->db, "select count(*) from filing_key where key_id = $1::uuid and doc_sha256 = $2::bytea"
	                                      " and ($3::bytea is null or receipt_of(seal_id, receipt_from, receipt_len) = $3::bytea)", params, 3, &f);

	assert_non_null(r);
	return db_get_int(r, 0, 0);
}

static void check_told(struct bench *b, const struct round *x, bool may_fail)
{
	for (int k = 0; k < 4; k++) {
		const struct request *r = x->requests[k];

		assert_int_equal(r->dones, 1);
		for (int i = 0; i < r->submission.candidate_count; i++) {
			const struct told *t = &x->told[k][i];

			switch (r->outcomes[i]) {
			case INTAKE_STORED:
			case INTAKE_REPEAT:
				assert_int_equal(count_of(b, t, r->receipts[i]), 1);
				expect_receipt_verifies(b, r->receipts[i]);
				break;
			case INTAKE_TRY_AGAIN:
			case INTAKE_REFUSED:
				assert_true(may_fail);
				assert_true(!t->is_new || count_of(b, t, (struct text){ NULL, 0 }) == 0);
				break;
			case INTAKE_CONFLICT:
				assert_true(k == 0 && i == 3);
				assert_int_equal(count_of(b, t, (struct text){ NULL, 0 }), 0);
				break;
			case INTAKE_UNKNOWN:
				assert_true(may_fail);
				break;
			case INTAKE_PENDING:
				fail_msg("pending");
			}
		}
	}
}

static void send_round(struct bench *b, struct round *x)
{
	for (int i = 0; i < 4; i++)
		request_send(x->requests[i]);
	until(b, is_answered, NULL);
}

static void free_round(struct round *x)
{
	for (int i = 0; i < 4; i++)
		request_free(x->requests[i]);
}

/* Once more without faults: everything is there, once. */
static void check_again(struct bench *b, int n)
{
	struct round x;
	char sql[200];

	make_round(b, &x, n);
	send_round(b, &x);
	check_told(b, &x, false);
	free_round(&x);
	(void)snprintf(sql, sizeof(sql), "select count(*) from filing_key where business_key like '%%T-%d-_'", n);
	assert_int_equal(house_ask(b->house, sql), 4 + 2 + 2 + 1);
	(void)snprintf(sql, sizeof(sql), "select sum(cardinality(filing_ids)) from declaration where order_no like 'T-%d-_'", n);
	assert_int_equal(house_ask(b->house, sql), 9);
}

static void test_intake_answers(void **state)
{
	struct world *w = world_of(state);
	int n = 0;

	flow_free(w->b->flow); /* the intake alone */
	w->b->flow = NULL;
	for (enum blow blow = 0; blow < BLOW_COUNT; blow++) {
		bool struck = true;

		for (long at = 1; struck; at++) {
			struct round x;

			file_before(w->b, ++n);
			make_round(w->b, &x, n);
			order(w, blow, at);
			send_round(w->b, &x);
			struck = was_struck();
			check_told(w->b, &x, true);
			free_round(&x);
			check_again(w->b, n);
			assert_true(at < 50);
		}
	}
	print_message("%d rounds\n", n);
}

static void test_intake_allocations(void **state)
{
	struct world *w = world_of(state);

	flow_free(w->b->flow);
	w->b->flow = NULL;
	for (int n = 1; n <= 220; n++) {
		struct round x;

		file_before(w->b, n);
		make_round(w->b, &x, n);
		order(w, TRY_AGAIN, 0);
		arena_fail_nth(n);
		send_round(w->b, &x);
		arena_fail_nth(0);
		check_told(w->b, &x, true);
		free_round(&x);
		check_again(w->b, n);
	}
}

/* --- the whole flow ---------------------------------------------------------------------------------------------------- */

/* Two trades, one of which is changed after it was declared; all end released, each version declared once. */
static void run_trades(struct world *w, int n)
{
	char sql[400];

	w->manners[AUTHORITY_TAX] = LATER; /* holds the first version open until the second is filed */
	w->manners[AUTHORITY_FX] = n % 2 == 0 ? AT_ONCE : TWO_AT_ONCE;
	w->late_count = 0;
	file_trade(w, 2 * n, "add", 10000);
	(void)snprintf(sql, sizeof(sql), "select count(*) from delivery v join declaration d on d.id = v.declaration_id"
	               " where d.order_no = 'O-%d' and v.authority = 'TAX' and v.state = 'sent'", 2 * n);
	until_sql_without_leases(w, sql, 1);
	file_trade(w, 2 * n, "change", 11000);
	(void)snprintf(sql, sizeof(sql), "select count(*) from declaration where order_no = 'O-%d' and version = 2", 2 * n);
	until_sql_without_leases(w, sql, 1);
	w->manners[AUTHORITY_TAX] = AT_ONCE;
	answer_late(w);
	file_trade(w, 2 * n + 1, "add", 10000);
}

static void check_trades(struct world *w, int n)
{
	char sql[600];

	(void)snprintf(sql, sizeof(sql), "select count(*) from declaration where order_no in ('O-%d', 'O-%d') and state = 'released'", 2 * n, 2 * n + 1);
	until_sql_without_leases(w, sql, 2);
	(void)snprintf(sql, sizeof(sql), "select count(*) from delivery v join declaration d on d.id = v.declaration_id where d.order_no in ('O-%d', 'O-%d')",
	               2 * n, 2 * n + 1);
	assert_int_equal(house_ask(w->b->house, sql), 9);
	(void)snprintf(sql, sizeof(sql), "select sum(version) from declaration where order_no in ('O-%d', 'O-%d')", 2 * n, 2 * n + 1);
	assert_int_equal(house_ask(w->b->house, sql), 3);
	until_sql_without_leases(w, "select count(*) from work", 0);
	for (int i = 0; i < w->late_count; i++) {
		arena_done(&w->late[i].arena);
		w->late[i] = (struct late_answer){ 0 };
	}
	w->late_count = 0;
}

static void test_flow_answers(void **state)
{
	struct world *w = world_of(state);
	long most = getenv("TONGGUAN_LONG") != NULL ? 60 : 16;
	int n = 0;

	sends_again = true;
	for (enum blow blow = 0; blow < BLOW_COUNT; blow++) {
		for (long at = 1; at <= most; at++) {
			n++;
			order(w, blow, at);
			run_trades(w, n);
			check_trades(w, n);
			until(w->b, is_quiet, NULL);
			order(w, TRY_AGAIN, 0);
		}
	}
	sends_again = false;
}

static void test_flow_allocations(void **state)
{
	struct world *w = world_of(state);
	int most = getenv("TONGGUAN_LONG") != NULL ? 600 : 150;

	torture.loop = w->b->house->loop;
	for (int n = 1; n <= most; n++) {
		run_trades(w, n);
		until(w->b, is_answered, NULL); /* intake has had its own test */
		arena_fail_nth(n);
		check_trades(w, n);
		arena_fail_nth(0);
	}
}

/* --- what departments are asked ------------------------------------------------------------------------------------------ */

static void ask_quarantine(struct world *w)
{
	static struct lookup_rule row = { .id = 20003, .authority = AUTHORITY_CIQ, .question = LOOKUP_NEGATIVE_LIST, .use = LOOKUP_CHECK, .holds = true,
		                          .valid_to = INT32_MAX };
	static char url[64];

	(void)snprintf(url, sizeof(url), "http://127.0.0.1:%d/CIQ", httpd_port(w->httpd));
	w->rules->authorities[AUTHORITY_CIQ] = w->rules->authorities[AUTHORITY_TAX];
	w->rules->authorities[AUTHORITY_CIQ].connected = false;
	w->rules->authorities[AUTHORITY_CIQ].query_url = url;
	w->rules->book->lookups = &row;
	w->rules->book->lookup_count = 1;
}

/* A trade whose goods nobody has asked about: no answer is stored, and what was remembered is too old. */
static void run_questions(struct world *w, int n)
{
	house_sql(w->b->house->db, "delete from lookup_answer");
	clock_shift(&w->b->clock, w->b->clock.shift_us + 100 * US_PER_S);
	w->manners[AUTHORITY_CIQ] = n % 3 == 0 ? DOWN : AT_ONCE;
	file_trade(w, n, "add", 10000);
}

/* Leases have run out, and so have the pauses of whoever died before he wrote down what he wanted to know. */
static bool is_settled(struct bench *b, void *arg)
{
	const struct wanted *want = arg;
	static int times;

	if (is_wanted_without_leases(b, arg))
		return true;
	if (++times % 50 == 0) {
		house_sql(b->house->db, "update lookup_question set lease_until = '-infinity' where lease is not null");
		house_sql(b->house->db, "update todo set due_at = '-infinity' where lease_until < now() and exists (select from declaration d where d.id = declaration_id and d.verdict = 'PENDING')");
	}
	return house_ask(b->house, want->sql) == want->value && b->open == 0;
}

static void check_questions(struct world *w, int n)
{
	char sql[200];
	struct wanted released = { sql, 1 };
	struct wanted none_left = { "select (select count(*) from lookup_question) + (select count(*) from lookup_waiter) + (select count(*) from work)", 0 };

	(void)snprintf(sql, sizeof(sql), "select count(*) from declaration where order_no = 'O-%d' and state in ('released', 'waiting')", n);
	if (w->manners[AUTHORITY_CIQ] == DOWN) { /* it comes to nothing before the department is back */
		until(w->b, is_settled, &released);
		assert_int_equal(house_ask(w->b->house, "select count(*) from lookup_answer"), 0);
		w->manners[AUTHORITY_CIQ] = AT_ONCE;
	}
	(void)snprintf(sql, sizeof(sql), "select count(*) from declaration where order_no = 'O-%d' and state = 'released' and version = 1", n);
	until(w->b, is_settled, &released);
	until(w->b, is_settled, &none_left);
	assert_true(house_ask(w->b->house, "select count(*) from lookup_answer") >= 1);
	(void)snprintf(sql, sizeof(sql), "select count(*) from delivery v join declaration d on d.id = v.declaration_id where d.order_no = 'O-%d'", n);
	assert_int_equal(house_ask(w->b->house, sql), 3);
}

static void test_questions_answers(void **state)
{
	struct world *w = world_of(state);
	long most = getenv("TONGGUAN_LONG") != NULL ? 40 : 14;
	int n = 0;

	sends_again = true;
	ask_quarantine(w);
	for (enum blow blow = 0; blow < BLOW_COUNT; blow++) {
		for (long at = 1; at <= most; at++) {
			n++;
			order(w, blow, at);
			run_questions(w, n);
			check_questions(w, n);
			until(w->b, is_quiet, NULL);
			order(w, TRY_AGAIN, 0);
		}
	}
	assert_true(w->questions > n);
	sends_again = false;
}

static void test_questions_allocations(void **state)
{
	struct world *w = world_of(state);
	int most = getenv("TONGGUAN_LONG") != NULL ? 400 : 100;

	torture.loop = w->b->house->loop;
	ask_quarantine(w);
	for (int n = 1; n <= most; n++) {
		run_questions(w, n);
		until(w->b, is_answered, NULL);
		arena_fail_nth(n);
		check_questions(w, n);
		arena_fail_nth(0);
	}
}

/* --- judging ----------------------------------------------------------------------------------------------------------- */

static struct world *racing;
static int races;

static void raise_seq(const struct db_call *call)
{
	if (strcmp(call->stmts[0].stmt->name, "assess_write") == 0 && races > 0) {
		races--;
		house_sql(racing->b->house->db, "update declaration set seq = seq + 1");
	}
}

static void test_lost_race_is_judged_again(void **state)
{
	struct world *w = world_of(state);
	struct flow_stats stats;

	racing = w;
	races = 3;
	torture.before = raise_seq;
	for (int n = 0; n < 10; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, RELEASED, 10);
	torture.before = NULL;
	until(w->b, is_quiet, NULL); /* the loop knows it too */
	flow_stats_get(w->b->flow, &stats);
	assert_int_equal(races, 0);
	assert_true(stats.races >= 3);
	assert_int_equal(stats.released, 10);
	assert_int_equal(stats.declared, 30);
	assert_int_equal(house_ask(w->b->house, "select count(*) from delivery"), 30);
	until_sql(w, "select count(*) from work", 0);
}

enum { FIRST_ANSWER_PARAM = 42 }; /* of assess_write: the declarations of answers that ride with it */

static void raise_seq_at_answers(const struct db_call *call)
{
	if (strcmp(call->stmts[0].stmt->name, "assess_write") == 0 && races > 0 && call->stmts[0].params[FIRST_ANSWER_PARAM].len > 20) {
		races--;
		house_sql(racing->b->house->db, "update declaration set seq = seq + 1");
	}
}

/* Answers in memory survive a lost race: nothing is sent again, and each is stored once. */
static void test_lost_race_keeps_answers(void **state)
{
	struct world *w = world_of(state);

	racing = w;
	races = 4;
	torture.before = raise_seq_at_answers;
	for (int n = 0; n < 10; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, RELEASED, 10);
	torture.before = NULL;
	until(w->b, is_quiet, NULL);
	assert_int_equal(races, 0);
	for (size_t i = 0; i < COUNTOF(connected); i++)
		assert_int_equal(w->asked[connected[i]], 10);
	assert_int_equal(house_ask(w->b->house, "select count(*) from authority_receipt"), 30);
	assert_int_equal(house_ask(w->b->house, "select count(*) from delivery where state = 'sent' and attempts = 1 and listed is null"), 30);
	until_sql(w, "select count(*) from work", 0);
}

static struct id poison;

static bool holds_poison(const struct db_call *call)
{
	const struct db_param *ids = &call->stmts[0].params[1];

	return strcmp(call->stmts[0].stmt->name, "assess_write") == 0 && memmem(ids->bytes, (size_t)ids->len, poison.b, sizeof(poison.b)) != NULL;
}

/* One declaration whose judgement cannot be written stands in nobody's way. */
static void test_one_culprit(void **state)
{
	const struct text parts[] = { text_of(FIXTURE_PLATFORM), text_of("O-7"), text_of("") };
	struct world *w = world_of(state);

	poison = id_of_key('D', parts, COUNTOF(parts));
	torture.loop = w->b->house->loop;
	torture.poisoned = holds_poison;
	for (int n = 0; n < 40; n++)
		file_trade(w, n, "add", 10000);
	until_sql(w, RELEASED, 39);
	until(w->b, is_quiet, NULL);
	assert_int_equal(house_ask(w->b->house, "select count(*) from declaration where state = 'waiting' and order_no = 'O-7'"), 1);
	assert_true(house_ask(w->b->house, "select count(*) from work") > 0); /* it is not forgotten */
	torture.poisoned = NULL;
	until_sql_without_leases(w, RELEASED, 40);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		WORLD_CASE(test_intake_answers),
		WORLD_CASE(test_intake_allocations),
		WORLD_CASE(test_flow_answers),
		WORLD_CASE(test_flow_allocations),
		WORLD_CASE(test_questions_answers),
		WORLD_CASE(test_questions_allocations),
		WORLD_CASE(test_lost_race_is_judged_again),
		WORLD_CASE(test_lost_race_keeps_answers),
		WORLD_CASE(test_one_culprit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
