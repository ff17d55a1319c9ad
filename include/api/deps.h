/* What the HTTP resources are given: settings, and the parts of the worker that they use. */
#ifndef API_DEPS_H
#define API_DEPS_H

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "io/db.h"
#include "io/loop.h"
#include "store/client_store.h"
#include "store/inbox.h"
#include "store/intake.h"
#include "store/rule_store.h"

struct api_conf {
	size_t body_bytes;        /* limit of a filing's body */
	int query_timeout_ms;     /* of a read */
	int page_default, page_max;
	const char *public_url;   /* problem types, Link headers; NULL: from the Host header */
	bool allow_clock_shift;   /* the test switch; honoured only when the database's purpose is test or sandbox */
	bool sends_payment_data;  /* uploads to customs are set up */
	int payment_waiting;      /* calls about payment data that may wait */
	int payment_keep_days;
	struct text identity_key; /* for the keyed hash of identity_attestation; empty: the resource answers 503 */
};

struct api_deps {
	struct loop *loop;
	struct db *db;                        /* reads and small writes */
	struct intake *intake;
	struct inbox *inbox;
	struct clock *clock;
	struct id_source *ids;
	struct signer *signer;
	struct client_set *const *clients;    /* current; may change between turns */
	struct rules *const *rules;
	void (*reload)(void *arg);            /* an unknown token: perhaps the tables moved (worker limits how often) */
	void (*metrics)(void *arg, struct buf *out); /* the rest of /metrics: loop, db, intake, flow */
	void (*ready)(void *arg, struct buf *problems); /* empty: ready; else a line per reason */
	void (*live_authorities)(void *arg, struct buf *out_json); /* {"CUS":{"in_flight":…,"queued":…,"breaker":"closed",…},…} for /v1/authorities */
	void *arg;
};

#endif
