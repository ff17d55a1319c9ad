#include "flow/lookups.h"

#include <stdlib.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "flow/gate.h"
#include "flow/request_headers.h"
#include "flow/lookup_ask.h"

#define CALL_BYTES ((size_t)4 << 20)
#define KICK_US    2000

enum { AT_ONCE = 4 }; /* questions to one department, of each worker */

struct asking { /* one question in hand */
	struct asking *next, *prev;
	struct lookups *of;
	struct arena arena;
	struct lookup_row row;
	const char *headers[REQUEST_HEADERS_MAX];
	struct httpc_call http;
	struct db_call call;
	struct db_param params[2];
	struct lookup_end end;
	bool sending, calling;
};

struct lookups {
	struct flow *flow;
	struct lookup_memory *memory;
	struct gate gates[AUTHORITY_COUNT];
	int in_flight[AUTHORITY_COUNT];
	struct asking *going;
	struct arena arena; /* of the claim under way */
	struct lookup_claim claim;
	struct db_call call;
	struct loop_timer sweep;
	bool claiming, has_failed;
};

static db_done_fn on_claimed, on_orders, on_recorded;
static loop_timer_fn on_sweep;

unsigned lookups_connected(const struct rules *rules)
{
	unsigned bits = 0;

	for (int a = 0; a < AUTHORITY_COUNT; a++)
		bits |= rules->authorities[a].query_url != NULL ? AUTHORITY_BIT(a) : 0;
	return bits;
}

struct lookup_memory *lookups_memory(struct lookups *l)
{
	return l->memory;
}

void lookups_kick(struct lookups *l)
{
	struct loop *loop = l->flow->deps.loop;

	if (l->sweep.place == 0 || l->sweep.due_us > loop_now_us(loop) + KICK_US)
		loop_timer_set(loop, &l->sweep, KICK_US, on_sweep);
}

static struct gate_view view_of(const struct lookups *l, enum authority a)
{
	const struct flow_deps *d = &l->flow->deps;

	return (struct gate_view){ .conf = &(*d->rules)->authorities[a], .now_us = loop_now_us(d->loop), .business_us = clock_now_us(d->clock),
		                   .in_flight = l->in_flight[a], .sharers = dispatch_sharers(l->flow->dispatch) };
}

/* --- the end of one ------------------------------------------------------------------------------------------------- */

static void leave(struct asking *q)
{
	struct lookups *l = q->of;

	if (q->next != NULL)
		q->next->prev = q->prev;
	*(q->prev != NULL ? &q->prev->next : &l->going) = q->next;
	l->in_flight[q->row.authority]--;
	arena_done(&q->arena);
	free(q);
}

static void on_recorded(struct db_call *call, const struct db_answer *answer)
{
	struct asking *q = container_of(call, struct asking, call);
	struct lookups *l = q->of;

	q->calling = false;
	if (answer->outcome != DB_DONE)
		log_event(&(struct log_ids){ .authority = authority_code(q->row.authority) }, LOG_LEVEL_WARNING, "lookup.put_off", "recording: %s %s",
		          db_outcome_name(answer->outcome), answer->detail == NULL ? "" : answer->detail); /* asked again when the lease has run out */
	leave(q);
	lookups_kick(l);
}

static void record(struct asking *q)
{
	q->calling = true;
	db_start(q->of->flow->deps.db, &q->call, on_recorded);
}

static void answered(struct asking *q, const struct lookup_reading *reading)
{
	struct lookup_end *e = &q->end;

	e->now_us = clock_now_us(q->of->flow->deps.clock);
	e->authority = q->row.authority;
	e->is_back = q->of->gates[e->authority].failing_since_us != 0;
	e->as_of_us = reading->as_of_us;
	e->kept = text_dup(&q->arena, reading->kept); /* the body's memory ends with the call */
	if (q->row.question == LOOKUP_IDENTITY && reading->matches)
		e->identity = lookup_row_digest(&q->arena, &q->row);
	lookup_memory_forget(q->of->memory, q->row.authority, q->row.question, q->row.key);
	lookup_store_answered(e, &q->arena, &q->call);
	q->of->flow->stats.lookups_answered++;
}

static void failed(struct asking *q, const struct delivery_policy *policy, int status, int retry_after_s, struct text why)
{
	enum delivery_fate fate = delivery_judge(policy, status, q->row.attempts);
	bool is_refused = delivery_judge(policy, status, 0) == FATE_DEAD;
	struct lookup_end *e = &q->end;
	char id[ID_TEXT_BYTES];
	int attempts = is_refused ? policy->attempts_max : q->row.attempts;

	e->now_us = clock_now_us(q->of->flow->deps.clock);
	e->again_us = e->now_us + delivery_wait_us(policy, attempts, retry_after_s, id_random(q->of->flow->deps.ids));
	e->gives_up = fate == FATE_DEAD;
	e->reason = why;
	id_format(&q->row.id, id);
	log_event(&(struct log_ids){ .authority = authority_code(q->row.authority) }, LOG_LEVEL_WARNING, is_refused ? "lookup.refused" : "lookup.again",
	          "%s %s, attempt %d: " TEXT_FMT, lookup_name(q->row.question), id, q->row.attempts, TEXT_ARG(why));
	lookup_store_failed(e, &q->arena, &q->call);
	q->of->flow->stats.lookups_failed++;
}

/* What is no answer, in words. */
static struct text describe(struct asking *q, const struct httpc_answer *http, const struct fault *f)
{
	struct buf b;

	buf_init(&b, &q->arena, 160);
	if (http->end != HTTPC_ANSWERED)
		buf_printf(&b, "%s: %s", http->end == HTTPC_NOT_SENT ? "not sent" : "no answer", http->detail == NULL ? "" : http->detail);
	else if (f->code != FAULT_NONE)
		buf_printf(&b, "HTTP %d, unreadable answer: %s", http->status, f->text);
	else
		buf_printf(&b, "HTTP %d", http->status);
	return buf_as_text(&b);
}

static void on_answered(struct httpc_call *call, const struct httpc_answer *http)
{
	struct asking *q = container_of(call, struct asking, http);
	struct lookups *l = q->of;
	const struct gate_view v = view_of(l, q->row.authority);
	int status = http->end == HTTPC_ANSWERED ? http->status : 0;
	struct gate_end end = { .http_status = status, .retry_after_s = http->retry_after_s, .elapsed_us = http->elapsed_us, .messages = 1 };
	struct lookup_reading reading;
	struct fault f = { 0 };

	q->sending = false;
	killpoint(KILLPOINT_LOOKUP_SENT);
	if (status == 200 && lookup_read(&q->arena, q->row.question, http->body, clock_now_us(l->flow->deps.clock), &reading, &f)) {
		answered(q, &reading);
	} else { /* what cannot be read says nothing about the question */
		end.reason = describe(q, http, &f);
		failed(q, &v.conf->policy, status == 200 ? 0 : status, http->retry_after_s, end.reason);
	}
	gate_record(&l->gates[q->row.authority], &v, &end);
	record(q);
}

/* --- sending --------------------------------------------------------------------------------------------------------- */

/* What could not be sent stays claimed: it is asked when the lease has run out. The breaker must not think that its probe is under way. */
static void not_sent(struct asking *q)
{
	const struct gate_view v = view_of(q->of, q->row.authority);

	breaker_record(&q->of->gates[q->row.authority].breaker, &v.conf->policy, false, v.now_us);
	leave(q);
}

static void send(struct asking *q)
{
	const struct flow_deps *d = &q->of->flow->deps;
	struct authority_conf conf = (*d->rules)->authorities[q->row.authority];
	struct request_content content = { .authority = q->row.authority, .message_id = &q->row.id, .content_type = "application/json",
		                           .now_us = clock_now_us(d->clock) };

	conf.url = lookup_row_url(&q->arena, &q->row, conf.query_url);
	content.body = lookup_row_body(&q->arena, &q->row);
	q->http = (struct httpc_call){ .url = conf.url, .content_type = content.content_type, .body = content.body, .headers = q->headers,
		                       .timeout_ms = conf.timeout_ms };
	q->sending = !q->arena.full && request_headers(&q->arena, &content, &conf, d->signer, q->headers) && httpc_start(d->httpc, &q->http, on_answered);
	if (!q->sending)
		not_sent(q);
}

static void on_orders(struct db_call *call, const struct db_answer *a)
{
	struct asking *q = container_of(call, struct asking, call);

	q->calling = false;
	if (a->outcome != DB_DONE) {
		not_sent(q);
	} else if (lookup_row_person(&q->arena, q->of->flow->deps.vault, &q->row, a->results[0], &q->of->flow->conf.identity_keys)) {
		send(q);
	} else { /* the order says another now: who wants to know that one asks anew */
		lookup_store_dropped(&q->end, &q->call);
		record(q);
	}
}

static void read_person(struct asking *q)
{
	q->params[0] = db_i16(&q->arena, id_bucket(&q->row.declaration));
	q->params[1] = db_id(&q->row.declaration);
	db_call_init(&q->call);
	db_call_add(&q->call, &lookup_store_orders, q->params);
	q->calling = true;
	db_start(q->of->flow->deps.db, &q->call, on_orders);
}

static void start(struct lookups *l, struct asking *q)
{
	const struct gate_view v = view_of(l, q->row.authority);
	bool is_probe;

	q->prev = NULL;
	q->next = l->going;
	if (l->going != NULL)
		l->going->prev = q;
	l->going = q;
	l->in_flight[q->row.authority]++;
	if (q->row.is_known) {
		q->end.now_us = v.business_us;
		lookup_store_taken_back(&q->end, &q->arena, &q->call);
		record(q);
	} else if (!authority_can_be_asked(v.conf) || !gate_take(&l->gates[q->row.authority], &v, &is_probe)) {
		leave(q);
	} else if (lookup_key_of(q->row.question) == LOOKUP_PERSON) {
		read_person(q);
	} else {
		send(q);
	}
}

static void on_claimed(struct db_call *call, const struct db_answer *a)
{
	struct lookups *l = container_of(call, struct lookups, call);
	int rows = a->outcome == DB_DONE ? db_row_count(a->results[0]) : 0;

	l->claiming = false;
	if (a->outcome != DB_DONE && !l->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "lookup.put_off", "%s %s", db_outcome_name(a->outcome), a->detail == NULL ? "" : a->detail);
	l->has_failed = a->outcome != DB_DONE;
	for (int row = 0; row < rows && !l->flow->quiescing; row++) {
		struct asking *q = calloc(1, sizeof(*q));

		if (q == NULL)
			return; /* their leases run out */
		q->of = l;
		arena_init(&q->arena, CALL_BYTES);
		if (!lookup_row_read(&q->arena, a->results[0], row, &q->row)) {
			arena_done(&q->arena);
			free(q);
			continue;
		}
		q->end.id = q->row.id;
		q->end.lease = l->claim.lease;
		start(l, q);
	}
}

/* How many questions may be claimed of each: a rate gives its messages one by one. A probe takes the next one even before its time: that one
 * waits because of the outage that it looks into. */
static int find_rooms(struct lookups *l, struct lookup_room rooms[AUTHORITY_COUNT])
{
	int count = 0;

	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		const struct gate_view v = view_of(l, a);
		struct gate *g = &l->gates[a];
		struct lookup_room *room = &rooms[count];
		bool one;

		if (!authority_can_be_asked(v.conf) || (gate_turned(g, &v) && g->in_maintenance) || !gate_wants(g, &v, &one) || gate_rate_wait_us(g, &v) > 0)
			continue;
		*room = (struct lookup_room){ a, v.conf->max_in_flight < AT_ONCE ? v.conf->max_in_flight : AT_ONCE, v.business_us };
		if (one || v.conf->max_per_s > 0)
			room->room = 1;
		else if (g->breaker.ramp > 0 && g->breaker.ramp < room->room) /* it has just come back */
			room->room = g->breaker.ramp;
		if (one)
			room->due_us += v.conf->policy.longest_wait_us;
		room->room -= l->in_flight[a];
		count += room->room > 0;
	}
	return count;
}

static void on_sweep(struct loop_timer *t)
{
	struct lookups *l = container_of(t, struct lookups, sweep);
	struct flow *fl = l->flow;
	struct lookup_room rooms[AUTHORITY_COUNT];
	int count;

	loop_timer_set(fl->deps.loop, &l->sweep, (int64_t)fl->conf.lookup_sweep_ms * 1000, on_sweep);
	if (l->claiming || fl->quiescing || *fl->deps.rules == NULL)
		return;
	count = find_rooms(l, rooms);
	if (count == 0)
		return;
	arena_done(&l->arena);
	for (int i = 0; i < 2; i++)
		memcpy(l->claim.lease.b + 8 * i, &(uint64_t){ id_random(fl->deps.ids) }, 8);
	lookup_store_claim(&l->claim, &l->arena, rooms, count, fl->conf.lease_s, clock_now_us(fl->deps.clock), &l->call);
	if (l->arena.full)
		return;
	l->claiming = true;
	db_start(fl->deps.db, &l->call, on_claimed);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

struct lookups *lookups_new(struct flow *fl)
{
	struct lookups *l = calloc(1, sizeof(*l));

	if (l == NULL)
		return NULL;
	l->flow = fl;
	l->memory = lookup_memory_new();
	if (l->memory == NULL) {
		free(l);
		return NULL;
	}
	arena_init(&l->arena, (size_t)64 << 10);
	loop_timer_set(fl->deps.loop, &l->sweep, (int64_t)fl->conf.lookup_sweep_ms * 1000, on_sweep);
	return l;
}

bool lookups_idle(const struct lookups *l)
{
	return l->going == NULL && !l->claiming;
}

void lookups_free(struct lookups *l)
{
	const struct flow_deps *d;

	if (l == NULL)
		return;
	d = &l->flow->deps;
	loop_timer_clear(d->loop, &l->sweep);
	if (l->claiming)
		db_cancel(d->db, &l->call);
	while (l->going != NULL) {
		struct asking *q = l->going;

		if (q->sending)
			httpc_cancel(d->httpc, &q->http);
		if (q->calling)
			db_cancel(d->db, &q->call);
		leave(q);
	}
	arena_done(&l->arena);
	lookup_memory_free(l->memory);
	free(l);
}
