/*
 * Pushing events to who asked for them: what a subscription may say, how a message is signed, what an attempt's end means
 * and when the next one is due. Pure. Source: Standard Webhooks (standardwebhooks.com), CONVENTIONS of HTTP.
 */
#ifndef MODEL_WEBHOOK_H
#define MODEL_WEBHOOK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/crypto.h"
#include "base/fault.h"
#include "base/text.h"

#define WEBHOOK_SECRET_PREFIX "whsec_"
#define WEBHOOK_PUBLIC_PREFIX "whpk_"
enum { WEBHOOK_SECRET_BYTES = 32, WEBHOOK_ATTEMPTS_MAX = 32, WEBHOOK_URL_BYTES_MAX = 2000, WEBHOOK_TYPES_MAX = 16 };

/* events: one thin CloudEvent each. receipts, ceb: what the gateway receipted and what authorities answered, in JSON or as
 * customs' messages. */
#define WEBHOOK_FORMATS(X) X(EVENTS, "events") X(RECEIPTS, "receipts") X(CEB, "ceb")
enum webhook_format {
#define X(id, name) WEBHOOK_##id,
	WEBHOOK_FORMATS(X)
#undef X
	WEBHOOK_FORMAT_COUNT
};
const char *webhook_format_name(enum webhook_format format);
bool webhook_format_by_name(struct text name, enum webhook_format *out) must_check;

/* Types of events. What receipts are pushed of are the first and the fourth. */
#define WEBHOOK_TYPE_FILED    "filing.accepted"
#define WEBHOOK_TYPE_ANSWERED "authority.answered"
bool webhook_type_known(struct text type, enum webhook_format format) must_check;

/* https://host…, or http:// where that is allowed; no user, no fragment, no blanks or control characters. */
bool webhook_url_good(struct text url, bool plain_allowed, struct fault *f) must_check;

/* The pauses before each attempt, in seconds: "0 5 300 …". The first is before the first attempt. */
struct webhook_schedule {
	int count; /* attempts in all */
	int wait_s[WEBHOOK_ATTEMPTS_MAX];
};
bool webhook_schedule_read(struct text t, struct webhook_schedule *out, struct fault *f) must_check;

enum webhook_fate {
	WEBHOOK_DELIVERED, /* any 2xx */
	WEBHOOK_AGAIN,
	WEBHOOK_GIVEN_UP,  /* that was the last attempt of the schedule */
	WEBHOOK_GONE,      /* 410: the receiver wants no more */
	WEBHOOK_FATE_COUNT
};
const char *webhook_fate_name(enum webhook_fate fate);
/* status 0: no answer; attempts: so many were made, this one included. */
enum webhook_fate webhook_judge(const struct webhook_schedule *s, int status, int attempts);
/* The receiver is overloaded: leave it alone at once (429, 502, 503, 504). */
bool webhook_throttles(int status);
/* Before the attempt after so many: the schedule's, or what the receiver asked for if that is longer, and up to a fifth of it
 * more, so that receivers that fell together do not get everything at once. */
int64_t webhook_wait_us(const struct webhook_schedule *s, int attempts, int retry_after_s, uint64_t random);

/* One entry of webhook-signature, over "id.timestamp.body". */
void webhook_sign_secret(struct buf *b, struct text secret, struct text id, int64_t timestamp_s, struct text body); /* v1,… */
bool webhook_sign_key(struct buf *b, struct signer *key, struct text id, int64_t timestamp_s, struct text body) must_check; /* v1a,… */

#endif
