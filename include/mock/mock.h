/*
 * tongguan-mock: authorities to try the gateway against, with faults on order.
 *
 *   POST /{CODE}/messages            what the gateway delivers, one message or a JSON array of them; one effect per message id,
 *                                    however often it comes
 *   GET  /{CODE}/messages/{id}       {"attempts","effects","answers",…} or 404
 *   GET  /{CODE}/summary             counts over all messages
 *   GET  /{CODE}/behaviour           how it behaves now
 *   PUT  /{CODE}/behaviour           changes it: any of the members of GET
 *   POST /{CODE}/exceptions          behaves otherwise with the next messages of an order, a declaration or a company
 *   GET  /{CODE}/exceptions          those that still stand
 *   DELETE /{CODE}/exceptions        none any more
 *   DELETE /{CODE}/messages          forgets
 *
 *   POST /platDataOpen, /ceb2grab/grab/realTimeDataUpload   a platform that is asked for payment data, customs that is sent them
 *   GET  /payment/calls              what came there, as it came; DELETE forgets
 *   PUT  /payment/behaviour          {"code": what they answer, 0: 10000; "refuse_next": so many get a 503 first}
 *
 * It remembers in memory only. Test and demonstration use; loopback.
 */
#ifndef MOCK_MOCK_H
#define MOCK_MOCK_H

#include "base/clock.h"
#include "base/id.h"
#include "base/json.h"
#include "io/httpc.h"
#include "io/httpd.h"
#include "model/authority.h"
#include "model/clearance.h"

enum mock_answer {
	MOCK_AT_ONCE, /* the answer stands in the reply */
	MOCK_LATER,   /* 202 now, posted to the gateway after late_ms */
	MOCK_NEVER,   /* 202, and nothing more */
};

struct mock_behaviour {
	enum mock_answer answer;
	int latency_ms;       /* before any reply */
	int late_ms;          /* MOCK_LATER: between message and answer, and between the steps of an answer */
	enum part_outcome outcome;   /* what it says in the end: CLEAR, REJECTED, INSPECT … */
	bool steps;           /* says RECEIVED first (customs 2, then 120), then the outcome; only the first at once */
	bool twice;           /* every later answer is posted twice */
	bool backwards;       /* later answers are posted newest first */
	/* for the next so many requests */
	int refuse_next, refuse_status;
	int lose_before_next; /* hangs without doing the work */
	int lose_after_next;  /* does the work, then hangs */
	int wrong_next;       /* a 200 whose body is no answer */
	int hang_ms;          /* how long a hanging one hangs */
	bool down;            /* refuses everything with 503 */
};

struct mock_message {
	struct id id;         /* Message-Id */
	int attempts, effects, posted;
	struct id declaration;
	int version;
	struct text reference; /* customs: preNo */
	struct text internal_no, order_no, platform, merchant, declarant; /* customs: echoed */
	enum direction direction;
	bool is_cancellation; /* customs: asks to take an inventory back */
	int64_t first_us;
	struct sha256 digest; /* of the first body; another body under the same id is counted as a clash */
	int clashes;
	struct mock_message *next;
};

struct mock_authority {
	struct mock *home;
	enum authority authority;
	struct mock_behaviour behaviour;
	struct mock_exception *exceptions; /* in the order they came */
	struct mock_message **slots;
	uint32_t slot_mask;
	uint64_t messages, attempts, effects, clashes, posted;
	struct arena arena;   /* of the messages */
};

enum { MOCK_PAYMENT_CALLS = 256 };
struct mock_payment { /* calls about payment data */
	int code, refuse_next;
	int count; /* of those kept: the first ones */
	bool is_upload[MOCK_PAYMENT_CALLS];
	struct text bodies[MOCK_PAYMENT_CALLS];
	struct arena arena;
};

struct mock {
	struct loop *loop;
	struct httpd *httpd;
	struct httpc *httpc;
	struct clock clock;
	struct mock_authority authorities[AUTHORITY_COUNT];
	const char *gateway;  /* base URL for later answers; NULL: there are none */
	char token_headers[AUTHORITY_COUNT][160];
	struct later *later;
	struct mock_payment payment;
};

enum { MOCK_SAID_MAX = 100 }; /* messages or answers in one request */

/* memory.c: NULL: full. */
struct mock_message *mock_remember(struct mock_authority *m, const struct id *id, struct text body, const struct sha256 *digest);
struct mock_message *mock_find(const struct mock_authority *m, const struct id *id);
void mock_forget(struct mock_authority *m);

/* given.c: the messages of a request: one, under its header Message-Id, or a JSON array of up to MOCK_SAID_MAX, each with its
 * message_id in it. How many; 0: it is neither. */
struct mock_given { struct id id; struct text body; };
int given_of(struct http_req *r, struct mock_given out[]);

/* behaviour.c */
void behaviour_default(struct mock_behaviour *b);
bool behaviour_set(struct mock_behaviour *b, struct arena *a, struct text json, struct fault *f) must_check;
bool behaviour_set_from(struct mock_behaviour *b, const struct json *j, struct fault *f) must_check;
void behaviour_put(struct buf *b, const struct mock_behaviour *x);

/* exception.c: another behaviour for some messages. {"order_no"?, "declaration_id"?, "codes"?: [company], "times"?: n, "behaviour": {…}}:
 * whatever is named must stand in the message, of the codes one. */
bool exception_add(struct mock_authority *m, struct arena *a, struct text json, struct fault *f) must_check;
/* How to behave with this message: one use of the first exception that fits, else as always. Valid until the next call. */
struct mock_behaviour *exception_behaviour(struct mock_authority *m, struct text body);
void exception_put_all(struct buf *b, const struct mock_authority *m);
void exception_forget(struct mock_authority *m);

/* answers.c: what the authority says about messages, in its own form; one CEB message per direction is made, so all
 * must be of one, and all or none of cancellations (customs), or any (others). */
struct mock_said {
	const struct mock_message *msg;
	enum part_outcome outcome;
	int64_t at_us;
};
void mock_put_answers(struct buf *b, const struct mock_authority *m, const struct mock_said *said, int count);

/* later.c: answers posted after a while, up to a hundred in one request, again until the gateway took them. */
struct later *later_new(struct mock *m);
bool later_add(struct later *l, struct mock_authority *m, struct mock_message *msg, enum part_outcome outcome, int64_t at_us, int64_t wait_us);
void later_forget(struct later *l, const struct mock_authority *m);
uint64_t later_waiting(const struct later *l);
void later_free(struct later *l);

/* payment.c: false: the request is about something else. */
bool payment_came(struct mock *m, struct http_req *r) must_check;
void payment_forget(struct mock *m);

/* server.c */
extern const struct httpd_calls mock_calls;

#endif
