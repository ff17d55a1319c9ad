/*
 * When deliveries go: per authority a short queue and a gate. Nobody waits for another (P5).
 *
 *   judged just now ──take──┐
 *                           ├──> lane: queued ──(the gate says yes: flow/gate.h)──> bundle ──> recorded
 *   due in the database ────┘
 *        claimed with a lease when the lane has room: on a timer, on a kick, while more is there
 *
 * The queue holds what the lane can send within a quarter of the lease. What waited in memory longer than half of it is
 * dropped: the row is still due and is claimed again.
 */
#include <stdlib.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "flow/bundle.h"
#include "flow/flow_priv.h"
#include "flow/report.h"
#include "store/delivery_store.h"

#define CLAIM_BATCH 128
#define KICK_US     2000
#define BUNDLE_BYTES ((size_t)1 << 20) /* of a request with several messages */

struct lane {
	struct dispatch *home;
	enum authority authority;
	struct attempt *head, *tail; /* queued */
	struct attempt *going;       /* sending or recording */
	int queued, in_flight;       /* in_flight: requests */
	int64_t room;                /* how many may be queued: looked at now and then */
	struct gate gate;
	struct arena arena; /* of the claim under way */
	struct delivery_claim claim;
	struct db_call call;
	bool claiming;
	struct loop_timer look;      /* for what is due in the database */
	struct loop_timer turn;      /* when the rate lets the next one go */
	struct loop_task soon;       /* what came in this turn goes together */
};

struct dispatch {
	struct flow *flow;
	struct dispatch_calls calls;
	struct lane lanes[AUTHORITY_COUNT];
	int alive; /* attempts that exist */
	struct report *report;
};

static db_done_fn on_claimed;
static loop_timer_fn on_look, on_turn;
static loop_task_fn on_soon;
static void pump(struct lane *l);

static const struct authority_conf *conf_of(const struct lane *l)
{
	const struct rules *rules = *l->home->flow->deps.rules;

	return rules == NULL ? NULL : &rules->authorities[l->authority];
}

static struct flow_authority_stats *stats_of(const struct lane *l)
{
	return &l->home->flow->stats.authorities[l->authority];
}

static struct gate_view view_of(const struct lane *l)
{
	struct dispatch *d = l->home;

	return (struct gate_view){ .conf = conf_of(l), .now_us = loop_now_us(d->flow->deps.loop), .business_us = clock_now_us(d->flow->deps.clock),
		                   .in_flight = l->in_flight, .sharers = report_sharers(d->report) };
}

static void note(struct lane *l, const struct gate_view *v)
{
	struct flow_authority_stats *s = stats_of(l);
	enum gate_state state = v->conf == NULL ? GATE_OPEN : gate_state(&l->gate, v);

	s->in_flight = l->in_flight;
	s->queued = l->queued;
	s->breaker_open = l->gate.breaker.open_until_us != 0;
	s->paused = state == GATE_PAUSED;
	s->in_maintenance = state == GATE_MAINTENANCE;
	s->throttled = l->gate.throttled;
}

/* --- attempts -------------------------------------------------------------------------------------------------------- */

static void leave(struct lane *l, struct attempt *t)
{
	struct attempt_links *at = attempt_links(t);

	if (at->next != NULL)
		attempt_links(at->next)->prev = at->prev;
	*(at->prev != NULL ? &attempt_links(at->prev)->next : &l->going) = at->next;
	*at = (struct attempt_links){ NULL, NULL };
}

static void join(struct lane *l, struct attempt *t)
{
	attempt_links(t)->next = l->going;
	if (l->going != NULL)
		attempt_links(l->going)->prev = t;
	l->going = t;
}

static void tell_over(struct lane *l, struct hand_work *held, bool recorded)
{
	l->home->calls.on_over(l->home->flow, held, recorded);
}

static bool on_answer(void *arg, struct inbox_item *item, inbox_done_fn *on_done)
{
	struct lane *l = arg;

	return l->home->calls.on_answer(l->home->flow, item, on_done);
}

static void on_over(void *arg, struct attempt *t, bool recorded)
{
	struct lane *l = arg;

	tell_over(l, attempt_claim(t)->held, recorded);
	leave(l, t);
	l->home->alive--;
}

static void append(struct lane *l, struct attempt *t)
{
	*(l->tail != NULL ? &attempt_links(l->tail)->next : &l->head) = t;
	l->tail = t;
	l->queued++;
}

static void enqueue(struct lane *l, const struct attempt_claim *claim)
{
	struct flow_deps *d = &l->home->flow->deps;
	struct attempt_deps deps = { .inbox = d->inbox, .clock = d->clock, .ids = d->ids, .on_answer = on_answer, .on_over = on_over, .arg = l };
	struct attempt *t = attempt_new(&deps, claim);

	if (t == NULL) { /* no memory: the lease mends it */
		tell_over(l, claim->held, false);
		return;
	}
	l->home->alive++;
	append(l, t);
}

static struct attempt *dequeue(struct lane *l)
{
	struct attempt *t = l->head;

	if (t == NULL)
		return NULL;
	l->head = attempt_links(t)->next;
	if (l->head == NULL)
		l->tail = NULL;
	*attempt_links(t) = (struct attempt_links){ NULL, NULL };
	l->queued--;
	return t;
}

static void drop(struct lane *l, struct attempt *t)
{
	tell_over(l, attempt_claim(t)->held, false);
	l->home->alive--;
	attempt_free(t);
}

/* --- requests -------------------------------------------------------------------------------------------------------- */

static void on_end(void *arg, enum delivery_fate fate, int64_t elapsed_us)
{
	struct flow_authority_stats *s = stats_of(arg);

	s->sent += fate == FATE_SENT;
	s->again += fate == FATE_AGAIN;
	s->dead += fate == FATE_DEAD;
	s->latency_us_sum += (uint64_t)elapsed_us;
}

static void on_alone(void *arg, struct attempt *t)
{
	struct lane *l = arg;

	leave(l, t);
	append(l, t);
}

static void on_back(void *arg, const struct gate_end *end)
{
	struct lane *l = arg;
	const struct gate_view v = view_of(l);
	const struct log_ids ids = { .authority = authority_code(l->authority) };
	bool was_open = l->gate.breaker.open_until_us != 0, was_paused = l->gate.paused_until_us > v.now_us;

	l->in_flight--;
	gate_record(&l->gate, &v, end);
	if (was_open != (l->gate.breaker.open_until_us != 0)) {
		log_event(&ids, LOG_LEVEL_NOTICE, was_open ? "authority.up" : "authority.down", "%s",
		          was_open ? "it answers again" : "left alone for a while");
		report_soon(l->home->report);
	}
	if (!was_paused && l->gate.paused_until_us > v.now_us)
		log_event(&ids, LOG_LEVEL_NOTICE, "authority.paused", "HTTP %d, for %lld s", end->http_status,
		          (long long)((l->gate.paused_until_us - v.now_us) / US_PER_S));
	pump(l);
}

/* The next in the queue, and those behind it that may go in the same request, as far as the rate allows. A probe goes alone. */
static int take_next(struct lane *l, const struct gate_view *v, bool is_probe, struct attempt *list[BUNDLE_MAX])
{
	int most = is_probe ? 1 : v->conf->bundle_max, count = 0;
	size_t bytes = attempt_claim(l->head)->body.len;

	list[count++] = dequeue(l);
	while (count < most && l->head != NULL && bundle_takes(list[0]) && bundle_takes(l->head)
	       && (bytes += attempt_claim(l->head)->body.len) <= BUNDLE_BYTES && gate_take_more(&l->gate, v))
		list[count++] = dequeue(l);
	return count;
}

static bool send_next(struct lane *l, const struct gate_view *v, bool is_probe)
{
	const struct flow_deps *d = &l->home->flow->deps;
	const struct bundle_deps deps = { .httpc = d->httpc, .clock = d->clock, .signer = d->signer, .on_end = on_end, .on_alone = on_alone, .on_back = on_back, .arg = l };
	struct attempt *list[BUNDLE_MAX];
	int count = take_next(l, v, is_probe, list);

	if (!bundle_start(&deps, v->conf, list, count, is_probe)) {
		for (int i = 0; i < count; i++)
			drop(l, list[i]);
		return false;
	}
	for (int i = 0; i < count; i++)
		join(l, list[i]);
	l->in_flight++;
	return true;
}

/* Windows begin and end by business time, so somebody must look. */
static void turn_maintenance(struct lane *l, const struct gate_view *v)
{
	if (!gate_turned(&l->gate, v))
		return;
	log_event(&(struct log_ids){ .authority = authority_code(l->authority) }, LOG_LEVEL_NOTICE, "authority.maintenance", "%s",
	          l->gate.in_maintenance ? "begins: nothing is sent there" : "is over");
	report_soon(l->home->report);
}

static void drop_all(struct lane *l)
{
	while (l->head != NULL)
		drop(l, dequeue(l));
}

static void pump(struct lane *l)
{
	struct flow *fl = l->home->flow;
	struct gate_view v = view_of(l);
	int64_t oldest_us = v.now_us - (int64_t)fl->conf.lease_s * US_PER_S / 2, wait_us;
	bool is_probe;

	if (v.conf != NULL)
		turn_maintenance(l, &v);
	if (v.conf == NULL || !v.conf->connected || fl->quiescing || l->gate.in_maintenance)
		drop_all(l);
	while (l->head != NULL && attempt_claim(l->head)->claimed_us < oldest_us)
		drop(l, dequeue(l));
	while (l->head != NULL && gate_take(&l->gate, &v, &is_probe)) {
		if (!send_next(l, &v, is_probe))
			breaker_record(&l->gate.breaker, &v.conf->policy, false, v.now_us);
		v.in_flight = l->in_flight;
	}
	wait_us = l->head == NULL ? 0 : gate_rate_wait_us(&l->gate, &v);
	if (wait_us > 0)
		loop_timer_set(fl->deps.loop, &l->turn, wait_us, on_turn);
	note(l, &v);
}

static void on_turn(struct loop_timer *t)
{
	pump(container_of(t, struct lane, turn));
}

/* --- what comes in --------------------------------------------------------------------------------------------------- */

bool dispatch_has_room(const struct dispatch *d, enum authority a)
{
	const struct lane *l = &d->lanes[a];
	const struct gate_view v = view_of(l);
	bool one;

	return v.conf != NULL && v.conf->connected && !d->flow->quiescing && l->queued < l->room && gate_wants(&l->gate, &v, &one) && !one;
}

void dispatch_take(struct dispatch *d, const struct new_delivery *v, struct hand_work *held)
{
	struct lane *l = &d->lanes[v->authority];
	struct attempt_claim claim = { .authority = v->authority, .declaration = v->declaration, .message_id = v->message_id, .lease = v->lease,
		                       .version = v->version, .attempts = 1, .content_type = v->content_type, .body = v->body, .reference = v->reference,
		                       .claimed_us = loop_now_us(d->flow->deps.loop), .held = held };

	enqueue(l, &claim);
	loop_soon(d->flow->deps.loop, &l->soon, on_soon); /* with those that come in the same turn */
}

static void on_soon(struct loop_task *t)
{
	pump(container_of(t, struct lane, soon));
}

/* Soon, but never later than before: kicks in a row must not push the look away. */
void dispatch_kick(struct dispatch *d, enum authority a)
{
	struct loop *loop = d->flow->deps.loop;
	struct loop_timer *look = &d->lanes[a].look;

	if (look->place == 0 || look->due_us > loop_now_us(loop) + KICK_US)
		loop_timer_set(loop, look, KICK_US, on_look);
}

/* As many as can go before they grow stale, and as memory allows. */
static int64_t room_of(const struct lane *l, const struct gate_view *v)
{
	const struct flow_conf *c = &l->home->flow->conf;
	int64_t room = gate_capacity(&l->gate, v, (int64_t)c->lease_s * US_PER_S / 4);

	return room < c->queue_per_authority ? room : c->queue_per_authority;
}

/* A probe takes the next one even before its time: that one waits because of the outage that it looks into. */
static void claim(struct lane *l, const struct gate_view *v, bool one)
{
	struct flow *fl = l->home->flow;
	int64_t room = one ? 1 : l->room - l->queued, due_us = v->business_us + (one ? v->conf->policy.longest_wait_us : 0);

	arena_done(&l->arena);
	for (int i = 0; i < 2; i++)
		memcpy(l->claim.lease.b + 8 * i, &(uint64_t){ id_random(fl->deps.ids) }, 8);
	delivery_store_claim(&l->claim, &l->arena, l->authority, fl->conf.lease_s, due_us, room < CLAIM_BATCH ? (int)room : CLAIM_BATCH, &l->call);
	if (l->arena.full)
		return; /* a limit that is null is none */
	l->claiming = true;
	db_start(fl->deps.db, &l->call, on_claimed);
}

static void on_look(struct loop_timer *t)
{
	struct lane *l = container_of(t, struct lane, look);
	struct flow *fl = l->home->flow;
	struct gate_view v;
	bool one;

	loop_timer_set(fl->deps.loop, &l->look, (int64_t)fl->conf.sweep_ms * 1000, on_look);
	pump(l); /* a gate that opens by itself, rows that grew stale */
	v = view_of(l);
	if (v.conf == NULL || !v.conf->connected || l->claiming || fl->quiescing)
		return;
	l->room = room_of(l, &v);
	if (l->queued < l->room && gate_wants(&l->gate, &v, &one) && !(one && l->queued > 0))
		claim(l, &v, one);
}

static void claimed(struct lane *l, const struct db_rows *r, int row)
{
	struct flow *fl = l->home->flow;
	struct text type = text_dup(&l->arena, db_get_text(r, row, DC_CONTENT_TYPE));
	struct attempt_claim claim = { .authority = l->authority, .lease = l->claim.lease, .version = (int)db_get_int(r, row, DC_VERSION),
		                       .attempts = (int)db_get_int(r, row, DC_ATTEMPTS) + 1, .content_type = type.at,
		                       .body = db_get_text(r, row, DC_BODY), .reference = db_get_text(r, row, DC_REFERENCE), .claimed_us = loop_now_us(fl->deps.loop) };

	if (type.at != NULL && db_get_id(r, row, DC_DECLARATION, &claim.declaration) && db_get_id(r, row, DC_MESSAGE_ID, &claim.message_id))
		enqueue(l, &claim);
}

static void on_claimed(struct db_call *call, const struct db_answer *a)
{
	struct lane *l = container_of(call, struct lane, call);
	int rows = a->outcome == DB_DONE ? db_row_count(a->results[0]) : 0;

	l->claiming = false;
	if (rows > 0)
		killpoint(KILLPOINT_CLAIMED);
	for (int row = 0; row < rows; row++)
		claimed(l, a->results[0], row);
	if (rows == CLAIM_BATCH) /* more is waiting: do not let it wait for the timer */
		dispatch_kick(l->home, l->authority);
	pump(l);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

struct dispatch *dispatch_new(struct flow *fl, const struct dispatch_calls *calls)
{
	struct dispatch *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->flow = fl;
	d->calls = *calls;
	d->report = report_new(fl, d);
	if (d->report == NULL) {
		free(d);
		return NULL;
	}
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		struct lane *l = &d->lanes[a];

		l->home = d;
		l->authority = a;
		l->room = fl->conf.queue_per_authority;
		arena_init(&l->arena, (size_t)4 << 20);
		loop_timer_set(fl->deps.loop, &l->look, (int64_t)fl->conf.sweep_ms * 1000 + (int64_t)a * 1000, on_look);
	}
	return d;
}

bool dispatch_look(const struct dispatch *d, enum authority a, struct lane_look *out)
{
	const struct lane *l = &d->lanes[a];

	*out = (struct lane_look){ .view = view_of(l), .gate = &l->gate, .queued = l->queued };
	return out->view.conf != NULL && out->view.conf->connected;
}

bool dispatch_idle(const struct dispatch *d)
{
	return d->alive == 0;
}

void dispatch_free(struct dispatch *d)
{
	if (d == NULL)
		return;
	report_free(d->report);
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		struct lane *l = &d->lanes[a];

		loop_timer_clear(d->flow->deps.loop, &l->look);
		loop_soon_cancel(d->flow->deps.loop, &l->soon);
		loop_timer_clear(d->flow->deps.loop, &l->turn);
		if (l->claiming)
			db_cancel(d->flow->deps.db, &l->call);
		drop_all(l);
		while (l->going != NULL) {
			struct attempt *t = l->going;

			leave(l, t);
			attempt_free(t);
		}
		arena_done(&l->arena);
	}
	free(d);
}
