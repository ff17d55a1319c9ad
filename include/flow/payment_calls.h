/*
 * What goes out for real-time payment data: questions to platforms (platDataOpen), uploads to customs
 * (realTimeDataUpload). Table payment_call says what is due.
 *
 *   idle ──sweep──> claiming ──> calling (up to PAYMENT_CALLS_MAX at once) ──each recorded──> idle
 *
 * A claim moves a row's next attempt beyond the call's longest time: who dies in between leaves it to the next sweep,
 * and the other side is asked, or told, once more with the same session. 10000 is the end, 20000 a refusal for good;
 * anything else is tried again with growing pauses, until attempts run out.
 */
#ifndef FLOW_PAYMENT_CALLS_H
#define FLOW_PAYMENT_CALLS_H

#include "base/certificate.h"
#include "base/clock.h"
#include "base/id.h"
#include "base/vault.h"
#include "io/db.h"
#include "io/httpc.h"
#include "model/delivery.h"

enum { PAYMENT_CALLS_MAX = 8 };

struct payment_calls_conf {
	const char *upload_url;   /* NULL: uploads are left alone; this and the texts below outlive the calls */
	struct signing_key *key;  /* with upload_url */
	struct text cert_no;
	int timeout_ms, sweep_ms;
	struct delivery_policy policy; /* attempts and pauses; there is no breaker */
};

struct payment_calls_deps {
	struct loop *loop;
	struct db *db;
	struct httpc *httpc;
	const struct clock *clock;
	struct id_source *ids;
	struct vault *vault; /* opens what is sent */
};

struct payment_calls;

struct payment_calls *payment_calls_new(const struct payment_calls_conf *conf, const struct payment_calls_deps *deps, struct fault *f) must_check;
void payment_calls_quiesce(struct payment_calls *p); /* nothing new is begun */
bool payment_calls_idle(const struct payment_calls *p);
void payment_calls_free(struct payment_calls *p);    /* NULL allowed; what is under way is cancelled and goes again later */

#endif
