/*
 * The work that goes on by itself: judging (assess), handing over (dispatch), asking departments
 * (lookups), waking what slept (sweep). One set per worker; it meets api/ only in the database.
 */
#ifndef FLOW_FLOW_H
#define FLOW_FLOW_H

#include "base/clock.h"
#include "base/id.h"
#include "io/db.h"
#include "io/httpc.h"
#include "io/loop.h"
#include "model/identity.h"
#include "store/inbox.h"
#include "store/raised.h"
#include "store/recent.h"
#include "store/rule_store.h"

struct flow;

struct flow_conf {
	int assess_batch;       /* declarations judged at once */
	int assess_flights;     /* batches under way at once */
	int hint_limit;         /* declarations waiting in memory; beyond: left to the sweep */
	int oldest_percent;     /* of each claim: to those that wait longest, whatever their rank */
	int queue_per_authority;/* deliveries in memory per authority; beyond: left to the sweep */
	int lease_s;            /* of deliveries, and of work found by the sweep */
	int gather_ms;          /* how long what is new waits for company: filings, answers of other authorities */
	int patience_ms;        /* the same where flows are still lacking */
	int busy_patience_ms;   /* that while filings pour in; below their work's lease */
	int answer_patience_ms; /* and that of a good answer for those of the other authorities */
	int busy_lag_ms;        /* how far judging may fall behind meanwhile before more than one batch goes at once */
	int sweep_ms;           /* how often what was left is looked for */
	int lookup_sweep_ms;    /* how often questions to departments that are due are looked for */
	int report_ms;          /* how often this worker tells how its authorities do */
	const char *exchange_id;/* our number at the customs exchange (BaseTransfer dxpId) */
	const struct xmldsig_signer *customs_signer; /* of messages to customs; NULL: they go unsigned */
	struct identity_keys identity_keys; /* of attested identities; none: nobody is attested */
	struct text payer_key;  /* for the pseudonyms of payers; empty: none are told */
};

struct flow_deps {
	struct loop *loop;
	struct db *db;                 /* assess, dispatch, sweep */
	struct httpc *httpc;
	struct inbox *inbox;           /* attempts record their ends here */
	struct vault *vault;           /* opens what is stored, encrypts what is written */
	struct recent *recent;         /* filings that need not be read back; NULL: all are */
	const struct clock *clock;
	struct id_source *ids;
	struct signer *signer;         /* signs messages to authorities with which no secret is shared; NULL (tests): those go unsigned */
	struct rules *const *rules;    /* the current rules: read at each use, may change between turns */
	struct rights *const *rights;  /* likewise; NULL (tests): nobody is known */
	/* Filings wait to be stored: what lacks flows anyway can wait too. */
	bool (*is_busy)(void *arg);
	void *arg;
};

struct flow *flow_new(const struct flow_conf *conf, const struct flow_deps *deps, struct fault *f) must_check;
/* From intake and inbox, after their commits. */
void flow_hint(struct flow *fl, const struct raised *r);
void flow_quiesce(struct flow *fl);      /* takes no new work; lets what is under way end */
bool flow_idle(const struct flow *fl);
void flow_free(struct flow *fl);

struct flow_authority_stats {
	int in_flight, queued, breaker_open, paused, in_maintenance;
	uint64_t sent, again, dead, throttled;
	uint64_t latency_us_sum;
};
struct flow_stats {
	uint64_t judged, races, declared, released, contradictions, swept, lookups_answered, lookups_failed;
	int hinted, judging;
	struct flow_authority_stats authorities[AUTHORITY_COUNT];
};
void flow_stats_get(const struct flow *fl, struct flow_stats *out);

#endif
