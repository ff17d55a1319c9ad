/*
 * For flow_test.c and flow_torture_test.c: three authorities on one HTTP server in the test's own loop, each of which
 * behaves as it is told to, and the flow that talks to them.
 */
#ifndef TESTS_AUTHORITY_BENCH_H
#define TESTS_AUTHORITY_BENCH_H

#include "answer_writer.h"
#include "flow_bench.h"
#include "io/httpd.h"
#include "standard/answer.h"

enum manner { AT_ONCE, TWO_AT_ONCE, LATER, NEVER, WRONG, CHOOSY, REFUSED, DOWN, BUSY };

static const enum authority connected[] = { AUTHORITY_CUS, AUTHORITY_TAX, AUTHORITY_FX };

enum { LETTERS_MAX = 400, BUNDLE = 7 };

struct late_answer {
	struct world *w;
	struct arena arena;
	struct inbox_item item;
	struct authority_answer answer;
	bool sent, done;
};

struct world { /* the state of these tests */
	struct bench *b;
	struct httpd *httpd;
	struct httpc *httpc;
	struct rules *rules;
	char urls[AUTHORITY_COUNT][64];
	enum manner manners[AUTHORITY_COUNT];
	int questions;
	int asked[AUTHORITY_COUNT], largest[AUTHORITY_COUNT]; /* messages; and in one request */
	struct late_answer late[LETTERS_MAX];
	int late_count;
	bool pours_in; /* what intake would say */
};

/* --- what an authority does ------------------------------------------------------------------------------------------- */

/* The text after `before`, up to `after`, in the arena. */
static inline char *between(struct arena *a, struct text body, const char *before, const char *after)
{
	const char *from = memmem(body.at, body.len, before, strlen(before)), *to;
	char *copy;

	if (from == NULL)
		return NULL;
	from += strlen(before);
	to = memmem(from, (size_t)(body.at + body.len - from), after, strlen(after));
	if (to == NULL)
		return NULL;
	copy = arena_copy(a, from, (size_t)(to - from));
	return copy;
}

static inline struct authority_answer answer_to(struct world *w, struct arena *a, enum authority authority, struct text body)
{
	struct authority_answer x = { .authority = authority, .outcome = OUTCOME_CLEAR, .at_us = clock_now_us(&w->b->clock), .info = text_of("good") };

	if (authority == AUTHORITY_CUS) {
		x.reference = text_of(between(a, body, "preNo>", "<"));
		x.status = text_of("800");
		assert_true(x.reference.at != NULL || a->full);
	} else {
		char *id = between(a, body, "\"declaration_id\":\"", "\""), *version = between(a, body, "\"version\":", ",");
		int64_t n = 0;

		assert_true(a->full || (id != NULL && version != NULL && id_parse(text_of(id), &x.declaration) && text_to_i64(text_of(version), &n)));
		x.version = (int)n;
		x.status = text_of("accepted");
	}
	x.at_us -= x.at_us % 1000000; /* all forms can tell whole seconds */
	x.digest = sha256_of(text_of("the same answer"));
	return x;
}

static inline void keep_for_later(struct world *w, enum authority authority, struct text body)
{
	struct late_answer *l = &w->late[w->late_count++];

	assert_true(w->late_count <= LETTERS_MAX);
	l->w = w;
	arena_init(&l->arena, 1 << 16);
	l->answer = answer_to(w, &l->arena, authority, body);
}

static inline void reply_status(struct http_req *r, int status, const char *type, struct text body)
{
	const struct http_reply reply = { .status = status, .content_type = type, .body = body };

	httpd_reply(r, &reply);
}

static inline int reply_answer(struct world *w, struct arena *a, enum authority authority, struct text message, bool twice, struct authority_answer *x)
{
	x[0] = answer_to(w, a, authority, message);
	if (!twice)
		return 1;
	x[1] = x[0];
	x[0].status = text_of(authority == AUTHORITY_CUS ? "2" : "received"); /* received first, then cleared */
	x[0].outcome = OUTCOME_RECEIVED;
	x[0].at_us -= 60 * US_PER_S;
	return 2;
}

static inline void reply_answers(struct world *w, struct http_req *r, enum authority authority, const struct text *messages, int count, bool twice)
{
	struct authority_answer x[2 * BUNDLE];
	struct buf b;
	int n = 0;

	for (int i = 0; i < count; i++)
		n += reply_answer(w, &r->arena, authority, messages[i], twice, x + n);
	buf_init(&b, &r->arena, 4096);
	if (!r->arena.full)
		answer_put(&b, authority, DIR_IMPORT, x, n);
	if (r->arena.full) {
		reply_status(r, 503, NULL, TEXT(""));
		return;
	}
	reply_status(r, 200, authority == AUTHORITY_CUS ? "application/xml" : "application/json", buf_as_text(&b));
}

/* The messages of a request: one, or the items of an array. */
static inline int messages_of(struct http_req *r, struct text out[BUNDLE])
{
	static const char next[] = ",{\"message_id\"";
	const char *at = r->body.at + 1, *end = r->body.at + r->body.len - 1;
	int count = 0;

	if (r->body.at[0] != '[') {
		assert_non_null(httpd_header(r, "Idempotency-Key").at);
		out[0] = r->body;
		return 1;
	}
	assert_null(httpd_header(r, "Idempotency-Key").at);
	for (const char *comma; at < end; at = comma + 1) {
		comma = memmem(at, (size_t)(end - at), next, strlen(next));
		comma = comma == NULL ? end : comma;
		assert_true(count < BUNDLE && *at == '{' && comma[-1] == '}');
		out[count++] = (struct text){ at, (size_t)(comma - at) };
	}
	assert_true(count > 1);
	return count;
}

static inline void on_question(struct world *w, struct http_req *r)
{
	w->questions++;
	if (w->manners[AUTHORITY_CIQ] == DOWN)
		reply_status(r, 503, NULL, TEXT(""));
	else
		reply_status(r, 200, "application/json", TEXT("{\"found\":true,\"listed\":false}"));
}

static inline void on_message(struct http_req *r, void *arg)
{
	struct world *w = arg;
	enum authority authority;
	bool known = authority_by_code((struct text){ r->path.at + 1, r->path.len - 1 }, &authority);
	struct text messages[BUNDLE];
	int count;

	if (text_is(r->path, "/CIQ/negative-list")) {
		on_question(w, r);
		return;
	}
	count = messages_of(r, messages);
	assert_true(known);
	w->asked[authority] += count;
	w->largest[authority] = count > w->largest[authority] ? count : w->largest[authority];
	switch (w->manners[authority]) {
	case AT_ONCE:
		reply_answers(w, r, authority, messages, count, false);
		break;
	case TWO_AT_ONCE:
		reply_answers(w, r, authority, messages, count, true);
		break;
	case LATER:
		for (int i = 0; i < count; i++)
			keep_for_later(w, authority, messages[i]);
		reply_status(r, 202, NULL, TEXT(""));
		break;
	case NEVER:
		break;
	case WRONG:
		reply_status(r, 200, "application/json", TEXT("{\"status\":"));
		break;
	case CHOOSY: /* will have no bundles */
		if (count == 1)
			reply_answers(w, r, authority, messages, count, false);
		else
			reply_status(r, 400, "text/plain", TEXT("one at a time"));
		break;
	case REFUSED:
		reply_status(r, 422, "text/plain", TEXT("no"));
		break;
	case DOWN:
		reply_status(r, 503, NULL, TEXT(""));
		break;
	case BUSY:
		httpd_reply(r, &(struct http_reply){ .status = 429, .headers = &(struct http_header){ "Retry-After", "1" }, .header_count = 1 });
		break;
	}
}

static bool sends_again; /* as a filer or an authority does who was told to, where faults are ordered */

static inline void on_late_done(struct inbox_item *item)
{
	struct late_answer *l = container_of(item, struct late_answer, item);

	if (item->outcome == INBOX_TRY_AGAIN) {
		assert_true(sends_again);
		assert_true(inbox_submit(l->w->b->inbox, item, on_late_done));
		return;
	}
	l->done = true;
	l->w->b->open--;
}

/* What was kept is answered now, through the inbox as the API would. */
static inline void answer_late(struct world *w)
{
	for (int i = 0; i < w->late_count; i++) {
		struct late_answer *l = &w->late[i];
		const struct authority_answer *x = &l->answer;

		if (l->sent)
			continue;
		l->sent = true;
		l->item.has_answer = true;
		l->item.answer = (struct inbox_answer){ .authority = x->authority, .reference = x->reference, .declaration = x->declaration,
			                                .version = x->version, .status = x->status, .outcome = x->outcome, .at_us = x->at_us,
			                                .digest = x->digest, .info = x->info, .body = x->info };
		w->b->open++;
		assert_true(inbox_submit(w->b->inbox, &l->item, on_late_done));
	}
}

/* --- filing ------------------------------------------------------------------------------------------------------------ */

static inline void on_filed(struct intake_submission *s)
{
	struct request *r = container_of(s, struct request, submission);
	enum intake_outcome outcome = s->candidates[0].outcome;

	if (outcome == INTAKE_STORED || outcome == INTAKE_REPEAT) {
		r->b->open--;
		request_free(r);
		return;
	}
	assert_true(sends_again);
	assert_true(intake_submit(r->b->intake, s, on_filed));
}

/* The four filings of trade n: all at once, not waited for. */
static inline void file_trade(struct world *w, int n, const char *action, long price_fen)
{
	static const enum doc_kind kinds[] = { DOC_ORDER, DOC_PAYMENT, DOC_INVENTORY, DOC_WAYBILL };
	int count = strcmp(action, "add") == 0 ? 4 : 3; /* the waybill stays as it is */
	char order_no[32], waybill_no[32], payment_no[32];
	struct fixture f;

	fixture_init(&f);
	(void)snprintf(order_no, sizeof(order_no), "O-%d", n);
	(void)snprintf(waybill_no, sizeof(waybill_no), "W-%d", n);
	(void)snprintf(payment_no, sizeof(payment_no), "P-%d", n);
	f.order_no = order_no;
	f.waybill_no = waybill_no;
	f.payment_no = payment_no;
	f.action = action;
	f.price_fen = price_fen;
	for (int i = 0; i < count; i++) {
		struct request *r = request_new(w->b);

		(void)request_add(r, &f, kinds[i]);
		w->b->open++;
		assert_true(intake_submit(w->b->intake, &r->submission, on_filed));
	}
}

/* --- set-up ------------------------------------------------------------------------------------------------------------ */

static inline void world_rules(struct world *w)
{
	struct rules *rules = calloc(1, sizeof(*rules));

	assert_non_null(rules);
	w->rules = rules;
	rules->book = fixture_codebook();
	for (int i = 0; i < rules->book->regime_count; i++)
		if (rules->book->regimes[i].authorities != 0)
			rules->book->regimes[i].authorities = AUTHORITY_BIT(AUTHORITY_CUS) | AUTHORITY_BIT(AUTHORITY_TAX) | AUTHORITY_BIT(AUTHORITY_FX);
	for (size_t i = 0; i < COUNTOF(connected); i++) {
		enum authority a = connected[i];

		(void)snprintf(w->urls[a], sizeof(w->urls[a]), "http://127.0.0.1:%d/%s", httpd_port(w->httpd), authority_code(a));
		rules->authorities[a] = (struct authority_conf){
			.connected = true, .url = w->urls[a], .max_in_flight = 8, .bundle_max = a == AUTHORITY_FX ? BUNDLE : 1, .timeout_ms = 400,
			.policy = { .attempts_max = 50, .first_wait_us = 20000, .longest_wait_us = 100000, .breaker_failures = 1000, .breaker_us = 50000 },
		};
	}
}

static inline bool world_pours_in(void *arg)
{
	return ((const struct world *)arg)->pours_in;
}

static inline void world_flow(struct world *w)
{
	const struct flow_conf conf = { .assess_batch = 64, .assess_flights = 2, .hint_limit = 4096, .queue_per_authority = 100, .lease_s = 20,
		                        .gather_ms = 2, .busy_lag_ms = 60000, .sweep_ms = 20, .lookup_sweep_ms = 20, .report_ms = 50, .exchange_id = "DXPTEST",
		                        .identity_keys = { .list = { { 1, TEXT("key") } }, .count = 1 } };
	const struct flow_deps deps = { .loop = w->b->house->loop, .db = w->b->db, .httpc = w->httpc, .inbox = w->b->inbox, .clock = &w->b->clock,
		                        .ids = &w->b->ids, .vault = w->b->vault, .rules = &w->rules, .is_busy = world_pours_in, .arg = w };
	struct fault f = { 0 };

	w->b->flow = flow_new(&conf, &deps, &f);
	assert_non_null(w->b->flow);
}

static inline int world_set_up(void **state)
{
	const struct httpd_conf server = { .address = "127.0.0.1:0", .listen_fd = -1, .connections = 200, .body_bytes = 1 << 20, .arena_bytes = 4 << 20,
		                           .header_bytes = 16384 };
	const struct httpc_conf client = { .connections_kept = 64, .connect_timeout_ms = 2000, .answer_bytes = 1 << 20 };
	struct world *w = calloc(1, sizeof(*w));
	const struct httpd_calls calls = { .on_request = on_message, .arg = w };
	struct fault f = { 0 };
	void *bench = NULL;

	assert_non_null(w);
	assert_int_equal(bench_set_up(&bench), 0);
	w->b = bench;
	*state = w;
	if (w->b->house->admin == NULL)
		return 0;
	w->httpd = httpd_new(w->b->house->loop, &server, &calls, &f);
	w->httpc = httpc_new(w->b->house->loop, &client, &f);
	assert_true(w->httpd != NULL && w->httpc != NULL);
	world_rules(w);
	world_flow(w);
	return 0;
}

static inline int world_tear_down(void **state)
{
	struct world *w = *state;
	void *bench = w->b;

	if (w->b->house->admin != NULL) {
		flow_free(w->b->flow);
		w->b->flow = NULL;
		httpc_free(w->httpc);
		httpd_free(w->httpd);
		codebook_free(w->rules->book);
		free(w->rules);
	}
	for (int i = 0; i < w->late_count; i++)
		arena_done(&w->late[i].arena);
	assert_int_equal(bench_tear_down(&bench), 0);
	free(w);
	return 0;
}

static inline struct world *world_of(void **state)
{
	struct world *w = *state;
	void *bench = w->b;

	(void)bench_of(&bench);
	return w;
}

#define WORLD_CASE(name) cmocka_unit_test_setup_teardown(name, world_set_up, world_tear_down)

/* --- conditions -------------------------------------------------------------------------------------------------------- */

struct wanted {
	const char *sql;
	int64_t value;
};

static inline bool is_wanted(struct bench *b, void *arg)
{
	const struct wanted *want = arg;

	return b->open == 0 && house_ask(b->house, want->sql) == want->value;
}

static inline void until_sql(struct world *w, const char *sql, int64_t value)
{
	struct wanted want = { sql, value };

	until(w->b, is_wanted, &want);
}

/* Whatever lease there is has run out: as when the daemon that had it died. And an operator has sent again what the
 * authority refused for want of memory: its server shares ours. */
static inline bool is_wanted_without_leases(struct bench *b, void *arg)
{
	static const char *const each[] = { /* a transaction of its own: the flow is at work, and locks in an order of its own */
		"update todo set lease_until = '-infinity'",
		"update delivery set lease_until = '-infinity' where lease is not null",
		("update work w set lease_until = '-infinity' where not exists (" /* theirs began with it */
		 "select from delivery v where v.declaration_id = any(w.declaration_ids) and v.lease is not null and v.lease_until > now())"),
		"update delivery set state = 'due', listed = 'due' where state = 'dead' and reason = 'HTTP 413'",
	};
	static int times;

	if (is_wanted(b, arg))
		return true;
	if (++times % 50 == 0)
		for (size_t i = 0; i < COUNTOF(each); i++)
			house_sql(b->house->db, each[i]);
	return false;
}

static inline void until_sql_without_leases(struct world *w, const char *sql, int64_t value)
{
	struct wanted want = { sql, value };

	until(w->b, is_wanted_without_leases, &want);
}

#define RELEASED "select count(*) from declaration where state = 'released'"

static inline bool is_quiet(struct bench *b, void *arg)
{
	(void)arg;
	return b->open == 0 && intake_idle(b->intake) && inbox_idle(b->inbox) && flow_idle(b->flow);
}

#endif
