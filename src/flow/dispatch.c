/*
 * What deliveries go: per authority a lane (flow/lane.h), filled from two sides. Nobody waits for another (P5).
 *
 *   judged just now ──take──┐
 *                           ├──> lane
 *   due in the database ────┘
 *        claimed with a lease when the lane has room: on a timer, on a kick, while more is there
 *
 * A lane holds what it can send within a quarter of the lease.
 */
#include <stdlib.h>

#include "base/killpoint.h"
#include "base/log.h"
#include "flow/lane.h"
#include "store/delivery_store.h"

#define CLAIM_BATCH 128
#define KICK_US     2000
#define DOCUMENTS_BYTES ((size_t)256 << 20) /* bounded in fact by what a batch of judgements may hold */

struct target { /* an authority */
	struct dispatch *home;
	struct lane lane;
	int64_t room;                /* how many may be queued: looked at now and then */
	struct arena arena;          /* of the claim under way */
	struct delivery_claim claim;
	int oldest_percent;          /* what claims owe to those that wait longest: a hundred is a delivery */
	struct db_call call;
	bool claiming;
	struct loop_timer look;      /* for what is due in the database */
};

struct dispatch {
	struct lane_shared shared;
	struct target targets[AUTHORITY_COUNT];
};

static db_done_fn on_claimed;
static loop_timer_fn on_look;

bool dispatch_has_room(const struct dispatch *d, enum authority a)
{
	const struct target *t = &d->targets[a];
	const struct gate_view v = lane_view(&t->lane);
	bool one;

	return v.conf != NULL && v.conf->connected && !d->shared.flow->quiescing && t->lane.queued < t->room && gate_wants(&t->lane.gate, &v, &one) && !one;
}

void dispatch_take(struct dispatch *d, const struct new_delivery *v, struct hand_work *held)
{
	const struct attempt_claim claim = { .authority = v->authority, .declaration = v->declaration, .message_id = v->message_id, .lease = v->lease,
		                             .version = v->version, .attempts = 1, .content_type = v->content_type, .body = v->body,
		                             .reference = v->reference, .claimed_us = loop_now_us(d->shared.flow->deps.loop), .held = held };

	lane_add(&d->targets[v->authority].lane, &claim);
}

/* Soon, but never later than before: kicks in a row must not push the look away. */
void dispatch_kick(struct dispatch *d, enum authority a)
{
	struct loop *loop = d->shared.flow->deps.loop;
	struct loop_timer *look = &d->targets[a].look;

	if (look->place == 0 || look->due_us > loop_now_us(loop) + KICK_US)
		loop_timer_set(loop, look, KICK_US, on_look);
}

/* --- what is due in the database ------------------------------------------------------------------------------------- */

/* As many as can go before they grow stale, and as memory allows. */
static int64_t room_of(const struct target *t, const struct gate_view *v)
{
	const struct flow_conf *c = &t->home->shared.flow->conf;
	int64_t room = gate_capacity(&t->lane.gate, v, (int64_t)c->lease_s * US_PER_S / 4);

	return room < c->queue_per_authority ? room : c->queue_per_authority;
}

/* A part of each claim, and of small ones every so many, goes to those that wait longest. */
static struct delivery_share share_of(struct target *t, int limit)
{
	struct delivery_share share = { .limit = limit };

	t->oldest_percent += limit * t->home->shared.flow->conf.oldest_percent;
	share.oldest = t->oldest_percent / 100;
	t->oldest_percent %= 100;
	return share;
}

/* A probe takes the next one even before its time: that one waits because of the outage that it looks into. */
static void claim(struct target *t, const struct gate_view *v, bool one)
{
	struct flow *fl = t->home->shared.flow;
	int64_t room = one ? 1 : t->room - t->lane.queued, due_us = v->business_us + (one ? v->conf->policy.longest_wait_us : 0);

	arena_done(&t->arena);
	for (int i = 0; i < 2; i++)
		memcpy(t->claim.lease.b + 8 * i, &(uint64_t){ id_random(fl->deps.ids) }, 8);
	delivery_store_claim(&t->claim, &t->arena, t->lane.authority, fl->conf.lease_s, due_us, share_of(t, room < CLAIM_BATCH ? (int)room : CLAIM_BATCH),
	                     &t->call);
	if (t->arena.full)
		return; /* a limit that is null is none */
	t->claiming = true;
	db_start(fl->deps.db, &t->call, on_claimed);
}

static void on_look(struct loop_timer *timer)
{
	struct target *t = container_of(timer, struct target, look);
	struct flow *fl = t->home->shared.flow;
	struct gate_view v;
	bool one;

	loop_timer_set(fl->deps.loop, &t->look, (int64_t)fl->conf.sweep_ms * 1000, on_look);
	lane_pump(&t->lane); /* a gate that opens by itself, rows that grew stale */
	v = lane_view(&t->lane);
	if (v.conf == NULL || !v.conf->connected || t->claiming || fl->quiescing)
		return;
	t->room = room_of(t, &v);
	if (t->lane.queued < t->room && gate_wants(&t->lane.gate, &v, &one) && !(one && t->lane.queued > 0))
		claim(t, &v, one);
}

/* The documents of a batch, in memory one batch at a time. Absent: they cannot be read; their deliveries stay where they are until somebody
 * looks. */
static struct text open_documents(struct target *t, struct arena *a, const struct db_rows *r, int row)
{
	struct flow *fl = t->home->shared.flow;
	struct text documents = { NULL, 0 };
	struct vault_place place;
	struct fault f = { 0 };
	struct id id;

	arena_done(a);
	if (!db_get_id(r, row, DC_DOCUMENT_ID, &id))
		return documents;
	place = vault_at("delivery_document", &id);
	if (!vault_open(fl->deps.vault, a, &place, db_get_text(r, row, DC_DOCUMENTS), &documents, &f) && f.code == FAULT_DAMAGED)
		log_event(&(struct log_ids){ .authority = authority_code(t->lane.authority) }, LOG_LEVEL_ERROR, "record.damaged", "%s", f.text);
	return documents;
}

static void claimed(struct target *t, const struct db_rows *r, int row, struct text documents)
{
	struct text type = text_dup(&t->arena, db_get_text(r, row, DC_CONTENT_TYPE));
	size_t from = (size_t)db_get_int(r, row, DC_FROM), len = (size_t)db_get_int(r, row, DC_LEN);
	bool is_there = documents.at != NULL && from + len <= documents.len;
	struct attempt_claim claim = { .authority = t->lane.authority, .lease = t->claim.lease, .version = (int)db_get_int(r, row, DC_VERSION),
		                       .attempts = (int)db_get_int(r, row, DC_ATTEMPTS) + 1, .content_type = type.at,
		                       .body = { is_there ? documents.at + from : NULL, len }, .reference = db_get_text(r, row, DC_REFERENCE),
		                       .claimed_us = loop_now_us(t->home->shared.flow->deps.loop) };

	if (is_there && type.at != NULL && db_get_id(r, row, DC_DECLARATION, &claim.declaration) && db_get_id(r, row, DC_MESSAGE_ID, &claim.message_id))
		lane_add(&t->lane, &claim);
}

static void on_claimed(struct db_call *call, const struct db_answer *a)
{
	struct target *t = container_of(call, struct target, call);
	int rows = a->outcome == DB_DONE ? db_row_count(a->results[0]) : 0, deliveries = 0;
	struct text documents = { NULL, 0 };
	struct arena opened;

	t->claiming = false;
	if (rows > 0)
		killpoint(KILLPOINT_CLAIMED);
	arena_init(&opened, DOCUMENTS_BYTES);
	for (int row = 0; row < rows; row++) {
		if (db_is_null(a->results[0], row, DC_DECLARATION)) {
			documents = open_documents(t, &opened, a->results[0], row);
			continue;
		}
		claimed(t, a->results[0], row, documents);
		deliveries++;
	}
	arena_done(&opened);
	if (deliveries == CLAIM_BATCH) /* more is waiting: do not let it wait for the timer */
		dispatch_kick(t->home, t->lane.authority);
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

static bool look_at(const void *dispatch, enum authority a, struct lane_look *out)
{
	const struct dispatch *d = dispatch;
	const struct lane *l = &d->targets[a].lane;

	*out = (struct lane_look){ .view = lane_view(l), .gate = &l->gate, .queued = l->queued };
	return out->view.conf != NULL && out->view.conf->connected;
}

struct dispatch *dispatch_new(struct flow *fl, const struct dispatch_calls *calls)
{
	struct dispatch *d = calloc(1, sizeof(*d));

	if (d == NULL)
		return NULL;
	d->shared = (struct lane_shared){ .flow = fl, .calls = *calls, .report = report_new(fl, look_at, d) };
	if (d->shared.report == NULL) {
		free(d);
		return NULL;
	}
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		struct target *t = &d->targets[a];

		t->home = d;
		t->room = fl->conf.queue_per_authority;
		lane_init(&t->lane, &d->shared, a);
		arena_init(&t->arena, (size_t)4 << 20);
		loop_timer_set(fl->deps.loop, &t->look, (int64_t)fl->conf.sweep_ms * 1000 + (int64_t)a * 1000, on_look);
	}
	return d;
}

int dispatch_sharers(const struct dispatch *d)
{
	return report_sharers(d->shared.report);
}

bool dispatch_idle(const struct dispatch *d)
{
	return d->shared.alive == 0;
}

void dispatch_free(struct dispatch *d)
{
	if (d == NULL)
		return;
	report_free(d->shared.report);
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		struct target *t = &d->targets[a];

		loop_timer_clear(d->shared.flow->deps.loop, &t->look);
		if (t->claiming)
			db_cancel(d->shared.flow->deps.db, &t->call);
		lane_free(&t->lane);
		arena_done(&t->arena);
	}
	free(d);
}
