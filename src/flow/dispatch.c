/*
 * When deliveries go: per authority a short queue, a limit, a breaker. Nobody waits for another (P5).
 *
 *   judged just now ──take──┐
 *                           ├──> lane: queued ──(slot free, breaker admits)──> attempt ──> recorded
 *   due in the database ────┘
 *        claimed with a lease when the lane has room: on a timer, on a kick, while more is there
 *
 * What waited in memory longer than half its lease is dropped here: the row is still due and is claimed again.
 */
#include <stdlib.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "flow/attempt.h"
#include "flow/flow_priv.h"
#include "store/delivery_store.h"

#define CLAIM_BATCH 128
#define KICK_US     2000

struct lane {
	struct dispatch *home;
	enum authority authority;
	struct attempt *head, *tail; /* queued */
	struct attempt *going;       /* sending or recording */
	int queued, in_flight;
	struct breaker breaker;
	struct arena arena; /* of the claim under way */
	struct delivery_claim claim;
	struct db_call call;
	bool claiming;
	struct loop_timer look;
};

struct dispatch {
	struct flow *flow;
	struct dispatch_calls calls;
	struct lane lanes[AUTHORITY_COUNT];
	int alive; /* attempts that exist */
};

static db_done_fn on_claimed;
static loop_timer_fn on_look;
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

static void note(struct lane *l)
{
	struct flow_authority_stats *s = stats_of(l);

	s->in_flight = l->in_flight;
	s->queued = l->queued;
	s->breaker_open = l->breaker.open_until_us != 0;
}

/* --- attempts -------------------------------------------------------------------------------------------------------- */

static void on_end(void *arg, struct attempt *t, bool reached, enum delivery_fate fate, int64_t elapsed_us)
{
	struct lane *l = arg;
	const struct authority_conf *conf = conf_of(l);
	struct flow_authority_stats *s = stats_of(l);
	bool was_open = l->breaker.open_until_us != 0;

	(void)t;
	l->in_flight--;
	s->sent += fate == FATE_SENT;
	s->again += fate == FATE_AGAIN;
	s->dead += fate == FATE_DEAD;
	s->latency_us_sum += (uint64_t)elapsed_us;
	breaker_record(&l->breaker, &conf->policy, reached, loop_now_us(l->home->flow->deps.loop));
	if (was_open != (l->breaker.open_until_us != 0))
		log_event(&(struct log_ids){ .authority = authority_code(l->authority) }, LOG_LEVEL_NOTICE,
		          was_open ? "authority.up" : "authority.down", "%s", was_open ? "it answers again" : "left alone for a while");
	pump(l);
}

static void leave(struct lane *l, struct attempt *t)
{
	struct attempt_links *at = attempt_links(t);

	if (at->next != NULL)
		attempt_links(at->next)->prev = at->prev;
	*(at->prev != NULL ? &attempt_links(at->prev)->next : &l->going) = at->next;
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

static void enqueue(struct lane *l, const struct attempt_claim *claim)
{
	struct flow_deps *d = &l->home->flow->deps;
	struct attempt_deps deps = { .loop = d->loop, .httpc = d->httpc, .inbox = d->inbox, .clock = d->clock, .ids = d->ids, .signer = d->signer,
		                     .on_answer = on_answer, .on_end = on_end, .on_over = on_over, .arg = l };
	struct attempt *t = attempt_new(&deps, claim);

	if (t == NULL) { /* no memory: the lease mends it */
		tell_over(l, claim->held, false);
		return;
	}
	l->home->alive++;
	*(l->tail != NULL ? &attempt_links(l->tail)->next : &l->head) = t;
	l->tail = t;
	l->queued++;
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

static bool send_next(struct lane *l, const struct authority_conf *conf)
{
	struct attempt *t = dequeue(l);

	if (!attempt_send(t, conf)) {
		drop(l, t);
		return false;
	}
	attempt_links(t)->next = l->going;
	if (l->going != NULL)
		attempt_links(l->going)->prev = t;
	l->going = t;
	l->in_flight++;
	return true;
}

static void pump(struct lane *l)
{
	struct flow *fl = l->home->flow;
	const struct authority_conf *conf = conf_of(l);
	int64_t now_us = loop_now_us(fl->deps.loop), oldest_us = now_us - (int64_t)fl->conf.lease_s * US_PER_S / 2;

	while (l->head != NULL && (conf == NULL || !conf->connected || fl->quiescing || attempt_claim(l->head)->claimed_us < oldest_us))
		drop(l, dequeue(l));
	while (l->head != NULL && l->in_flight < conf->max_in_flight && breaker_admits(&l->breaker, now_us))
		if (!send_next(l, conf))
			breaker_record(&l->breaker, &conf->policy, false, now_us);
	note(l);
}

/* --- what comes in --------------------------------------------------------------------------------------------------- */

bool dispatch_has_room(const struct dispatch *d, enum authority a)
{
	const struct lane *l = &d->lanes[a];
	const struct authority_conf *conf = conf_of(l);

	return conf != NULL && conf->connected && !d->flow->quiescing && l->breaker.open_until_us == 0 && l->queued < d->flow->conf.queue_per_authority;
}

void dispatch_take(struct dispatch *d, const struct new_delivery *v, struct hand_work *held)
{
	struct lane *l = &d->lanes[v->authority];
	struct attempt_claim claim = { .authority = v->authority, .declaration = v->declaration, .message_id = v->message_id, .lease = v->lease,
		                       .version = v->version, .attempts = 1, .content_type = v->content_type, .body = v->body, .reference = v->reference,
		                       .claimed_us = loop_now_us(d->flow->deps.loop), .held = held };

	enqueue(l, &claim);
	pump(l);
}

/* Soon, but never later than before: kicks in a row must not push the look away. */
void dispatch_kick(struct dispatch *d, enum authority a)
{
	struct loop *loop = d->flow->deps.loop;
	struct loop_timer *look = &d->lanes[a].look;

	if (look->place == 0 || look->due_us > loop_now_us(loop) + KICK_US)
		loop_timer_set(loop, look, KICK_US, on_look);
}

static void on_look(struct loop_timer *t)
{
	struct lane *l = container_of(t, struct lane, look);
	struct flow *fl = l->home->flow;
	int room = fl->conf.queue_per_authority - l->queued;
	int64_t now_us = loop_now_us(fl->deps.loop);

	loop_timer_set(fl->deps.loop, &l->look, (int64_t)fl->conf.sweep_ms * 1000, on_look);
	pump(l); /* a breaker whose pause is over, rows that grew stale */
	if (l->claiming || fl->quiescing || room <= 0 || conf_of(l) == NULL || !conf_of(l)->connected)
		return;
	if (l->breaker.open_until_us != 0) { /* one probe when the pause is over */
		if (now_us < l->breaker.open_until_us || l->breaker.probing || l->queued > 0)
			return;
		room = 1;
	}
	arena_done(&l->arena);
	for (int i = 0; i < 2; i++)
		memcpy(l->claim.lease.b + 8 * i, &(uint64_t){ id_random(fl->deps.ids) }, 8);
	delivery_store_claim(&l->claim, &l->arena, l->authority, fl->conf.lease_s, clock_now_us(fl->deps.clock), room < CLAIM_BATCH ? room : CLAIM_BATCH,
	                     &l->call);
	if (l->arena.full)
		return; /* a limit that is null is none */
	l->claiming = true;
	db_start(fl->deps.db, &l->call, on_claimed);
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
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		struct lane *l = &d->lanes[a];

		l->home = d;
		l->authority = a;
		arena_init(&l->arena, (size_t)4 << 20);
		loop_timer_set(fl->deps.loop, &l->look, (int64_t)fl->conf.sweep_ms * 1000 + (int64_t)a * 1000, on_look);
	}
	return d;
}

bool dispatch_idle(const struct dispatch *d)
{
	return d->alive == 0;
}

void dispatch_free(struct dispatch *d)
{
	if (d == NULL)
		return;
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		struct lane *l = &d->lanes[a];

		loop_timer_clear(d->flow->deps.loop, &l->look);
		if (l->claiming)
			db_cancel(d->flow->deps.db, &l->call);
		while (l->head != NULL)
			drop(l, dequeue(l));
		while (l->going != NULL) {
			struct attempt *t = l->going;

			leave(l, t);
			attempt_free(t);
		}
		arena_done(&l->arena);
	}
	free(d);
}
