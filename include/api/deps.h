/* What the HTTP resources are given: settings, and the parts of the worker that they use. */
#ifndef API_DEPS_H
#define API_DEPS_H

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/vault.h"
#include "io/client_trust.h"
#include "io/db.h"
#include "io/httpc.h"
#include "io/loop.h"
#include "model/identity.h"
#include "store/client_store.h"
#include "store/inbox.h"
#include "store/intake.h"
#include "store/policy_store.h"
#include "store/right_store.h"
#include "store/rule_store.h"

struct sender_quality;
struct address_rate;
struct api_metrics;
struct quotas;
struct signature_failures;

struct api_conf {
	size_t body_bytes;        /* limit of a message's body */
	struct batch_conf {       /* of NDJSON */
		size_t body_bytes, line_bytes, results_bytes, memory_bytes; /* memory: of one piece being filed */
		int lines_max, direct_lines, waiting_max; /* waiting_max: unfinished jobs of a client */
	} batch;
	struct feed_conf {        /* of /v1/events */
		int scan;         /* events that one request looks through */
		int look_ms, heartbeat_ms;           /* of streams: how often they are served; how often they say that they live */
		int streams, streams_of_client;      /* most at once */
		size_t stream_bytes;                 /* what may wait for one slow reader */
	} feed;
	struct access_conf {      /* who calls, and how it is proved */
		int token_days, token_overlap_hours, token_notice_days, tokens_max;
		int idempotency_hours;
		int keys_max, signature_window_s, signature_threads, signature_queue; /* threads 0: on the loop */
	} access;
	int query_timeout_ms;     /* of a read */
	int page_default, page_max;
	const char *public_url;   /* problem types, Link headers; NULL: from the Host header */
	enum purpose purpose;     /* what the database is for */
	int receipts_lag_ms, receipts_window_s; /* polling: how far behind now, how much of the time one look covers */
	int sandbox_delay_ms, sandbox_clock_days; /* slow and late answers on order; how far ahead an enterprise may move business time */
	int retry_per_s;          /* deliveries of a range that are sent again, where the request does not say */
	bool allow_clock_shift;   /* the test switch; honoured only when the database's purpose is test or sandbox */
	struct push_api_conf {    /* subscriptions */
		int subscriptions_max, rotation_hours;
		bool allow_http;
	} push;
	const char *address_header; /* where a proxy says whose public query it is; NULL: who is connected */
	bool sends_payment_data;  /* uploads to customs are set up */
	int payment_waiting;      /* calls about payment data that may wait */
	int payment_keep_days;
	const char *log_origin;   /* name of the log, in its checkpoints */
	int lookups_waiting;      /* questions to departments that may wait */
	struct text payer_key;    /* for the hashes that the policy shows; empty: nothing is shown instead */
	struct identity_keys identity_keys; /* of identity_attestation; none: the resource answers 503 */
};

/* Limits hold, and numbers are told, for the daemon, whichever worker a connection reaches: any thread may use these. */
struct api_shared {
	struct quotas *quotas;           /* what clients used of their limits */
	struct address_rate *trace_rate; /* of the public query */
	struct api_metrics *counters;    /* of the routes */
};

struct api_deps {
	struct loop *loop;
	struct db *db;                        /* reads and small writes */
	struct httpc *httpc;                  /* calls out: of the sandbox only */
	struct intake *intake;
	struct inbox *inbox;
	struct clock *clock;
	struct id_source *ids;
	struct signer *signer;
	struct vault *vault;                  /* what is stored of documents and bodies */
	const struct api_shared *shared;      /* by all workers */
	struct sender_quality *sender_quality;              /* what becomes of filings, counted */
	struct signature_failures *failures;  /* whose signatures were refused, counted; NULL: nobody counts */
	struct client_set *const *clients;    /* current; may change between turns */
	struct rules *const *rules;
	struct rights *const *rights;         /* current; good for the step that looks */
	const struct client_trust *trust;     /* of certificates that a proxy hands on; NULL: none are taken */
	const struct address_list *proxies;   /* who may hand them on */
	struct policy *const *policy;         /* who sees which data of a person; current; may change between turns */
	void (*on_job)(void *arg);            /* a job was stored: a hint for whoever runs jobs */
	void (*reload)(void *arg);            /* an unknown token: perhaps the tables moved (worker limits how often) */
	void (*moved)(void *arg);             /* something that is held in memory was changed: look for it now */
	void (*metrics)(void *arg, struct buf *out); /* the rest of /metrics: loop, db, intake, flow */
	void (*ready)(void *arg, struct buf *problems); /* empty: ready; else a line per reason */
	void *arg;
};

#endif
