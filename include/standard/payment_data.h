/*
 * Real-time payment data (GACC 2018-179): what customs asks a platform for, and what the platform sends.
 *
 *   customs ── openReq {orderNo, sessionID, serviceTime} ──► platform
 *   customs ◄── payExInfoStr {sessionID, head, lists, serviceTime, certNo, signValue} ── platform
 *
 * Head and lists are kept as the bytes that came, since these are what is signed: the string to sign is
 * "sessionID":"S"||"payExchangeInfoHead":"{…}"||"payExchangeInfoLists":"[…]"||"serviceTime":"T", nothing escaped.
 * Strict: unknown, repeated and missing members, wrong types and lengths are refused. Times in ms since 1970.
 */
#ifndef STANDARD_PAYMENT_DATA_H
#define STANDARD_PAYMENT_DATA_H

#include "base/arena.h"
#include "base/certificate.h"
#include "base/decimal.h"
#include "base/fault.h"
#include "base/text.h"
#include "model/finding.h"

enum { PAYMENT_ORDERS_MAX = 100, PAYMENT_GOODS_MAX = 500 };

enum payment_form {
	PAYMENT_SIGNED,   /* payExInfoStr: everything */
	PAYMENT_UNSIGNED, /* handed in ahead by a platform: payExchangeInfoHead and payExchangeInfoLists alone */
};

struct payment_data { /* texts lie in the body or in the arena */
	struct text head, lists; /* the inner JSON, byte for byte */
	struct text session_id, service_time, cert_no, sign_value; /* PAYMENT_SIGNED */
	struct text guid, platform_code, payment_company_code, payment_no, currency, paid_at;
	struct decimal amount;
	struct text orders[PAYMENT_ORDERS_MAX];
	int order_count;
	struct finding wrong;    /* which member, when it was refused with FAULT_RULE_BROKEN */
};

/* False: FAULT_BAD_JSON (not well formed), FAULT_RULE_BROKEN (out->wrong; the text names member and reason) or BUSY. */
bool payment_data_read(struct arena *a, struct text body, enum payment_form form, struct payment_data *out, struct fault *f) must_check;
/* payExInfoStr. */
void payment_data_put(struct buf *b, const struct payment_data *d);
/* The same JSON without white space between its tokens; the text was read before. */
void payment_data_compact(struct buf *b, struct text json);

void payment_data_put_to_sign(struct buf *b, const struct payment_data *d);
/* Is signValue good over these data for that certificate? SM2 (r and s of 32 bytes), RSA over SHA-256 or SHA-1.
 * False: FAULT_RULE_BROKEN, or BUSY. */
bool payment_data_verify(struct arena *a, const struct payment_data *d, const struct certificate *c, struct fault *f) must_check;
/* Fills sign_value, in the arena. False: FAULT_BUSY or FAULT_SYSTEM. */
bool payment_data_sign(struct arena *a, struct payment_data *d, struct signing_key *key, struct fault *f) must_check;

struct payment_query { /* openReq */
	struct text order_no, session_id, service_time;
};
bool payment_query_read(struct arena *a, struct text body, struct payment_query *out, struct fault *f) must_check;
void payment_query_put(struct buf *b, const struct payment_query *q);

/* What either side says: 10000 taken, 20000 refused, 20001..21000 trouble. */
struct payment_reply {
	int code;
	struct text message;
	bool has_total;       /* "total":0, as the answer to an upload has it */
	int64_t at_us;
};
enum { PAYMENT_TAKEN = 10000, PAYMENT_REFUSED = 20000 };
void payment_reply_put(struct buf *b, const struct payment_reply *r);
/* Code (number or digits in a string) and message; other members are passed over. */
bool payment_reply_read(struct arena *a, struct text body, struct payment_reply *out, struct fault *f) must_check;

#endif
