/*
 * Pushing: events and receipts go to the subscriptions that want them (table subscription).
 *
 *   feed ─────┐                            ┌─ went well: the stream moves ahead
 *   answers ──┴─ read once for all ─► queue ─► attempt ─┤
 *                  (or for one that is behind)          └─ failed: kept in push ─► again by the schedule ─► … ─► disabled
 *
 * One daemon at a time does it for all, by a lease (push_leader); when it dies another takes over after lease_s, and what it had
 * in hand goes again: at least once. Subscriptions never wait for each other: each has its own queue, at most per_subscription
 * attempts under way, and one that fails three times in a row (or says that it is overloaded) is held: only what failed is
 * tried again, by the schedule, until something goes well. What it does not take meanwhile stays unread; where a queue is full its
 * subscription falls behind, and reads for itself later. Messages of one subscription begin in order; with several under way, and when
 * one is sent again, they may arrive in another.
 */
#ifndef FLOW_PUSH_H
#define FLOW_PUSH_H

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/vault.h"
#include "io/db.h"
#include "io/httpc.h"
#include "model/webhook.h"

struct push_conf {
	struct webhook_schedule schedule;
	int timeout_ms;        /* of an attempt */
	int sweep_ms;          /* how often feed, answers and what is due are looked for */
	int lease_s;           /* of the leadership */
	int in_flight, per_subscription; /* attempts under way: in all, and of one subscription */
	int failed_max;        /* messages of one subscription that failed and wait; beyond it is held */
	int log_hours;         /* how long attempts are kept */
	int answers_lag_ms;    /* how far the answers are read behind now */
	size_t memory_bytes;   /* of messages that wait or are under way */
	const char *source;    /* of CloudEvents; outlives the pusher */
};

struct push_deps {
	struct loop *loop;
	struct db *db;         /* reads and small writes */
	struct httpc *httpc;   /* its own: with rules for addresses, and connections that nobody else waits for */
	const struct clock *clock;
	struct id_source *ids;
	struct signer *signer;
	struct vault *vault;   /* secrets, messages that failed, what is pushed of documents and answers */
};

struct push_stats {
	uint64_t delivered, failed; /* attempts */
	uint64_t disabled;          /* subscriptions that were, by what their receivers did */
	int in_flight, queued;      /* messages */
	int leads;                  /* 1: it is this one that pushes */
	int64_t failed_waiting, subscriptions_disabled; /* in the database, as the leader counted them last */
};

struct push;

struct push *push_new(const struct push_conf *conf, const struct push_deps *deps, struct fault *f) must_check;
void push_quiesce(struct push *p);   /* nothing new is begun */
bool push_idle(struct push *p);       /* nothing under way, all recorded */
void push_stats_get(const struct push *p, struct push_stats *out);
void push_free(struct push *p);      /* NULL allowed; what is under way is cancelled and goes again later */

#endif
