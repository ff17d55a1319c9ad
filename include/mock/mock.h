/*
 * tongguan-mock: the twelve authorities to try the gateway against, with faults on order. docs/SIMULATOR.md is its manual;
 * src/mock/server.c has the table of what it is asked.
 *
 *   a message ──► faults (before) ──► memory: one effect for each id ──► steps: what is said, and when ──► faults (after) ──► reply
 *                                              │                            └─► later: POST to the gateway
 *                                              └── records ──► journal: the file that survives kill -9
 *
 * Without a journal it remembers in memory only. Test and demonstration use; loopback.
 */
#ifndef MOCK_MOCK_H
#define MOCK_MOCK_H

#include "base/clock.h"
#include "base/crypto.h"
#include "base/id.h"
#include "base/json.h"
#include "io/httpc.h"
#include "io/httpd.h"
#include "mock/behaviour.h"
#include "mock/chaos.h"
#include "mock/journal.h"
#include "mock/query.h"
#include "mock/rule.h"
#include "model/authority.h"
#include "model/field.h"

struct saying { /* one thing that an authority says about a message */
	int number;           /* within its message, from 0 */
	enum saying_kind kind;
	struct text status, code, info, detail; /* detail: a tax bill's amounts, JSON */
	int64_t at_us;        /* the authority's own time: the same at every sending */
	int64_t due_us;       /* when it is posted, by the same clock */
	bool in_reply;        /* stands in the reply, at every attempt */
	int left, posted;     /* how often it is still to be posted, and was */
	struct saying *next;
};

/* What is echoed in answers, as it stood in the message. */
enum noted {
	NOTED_REFERENCE, /* customs: preNo; post: waybill number */
	NOTED_INTERNAL_NO, NOTED_ORDER_NO, NOTED_PLATFORM, NOTED_MERCHANT, NOTED_DECLARANT, NOTED_CUSTOMS, NOTED_INVENTORY_NO,
	NOTED_COUNT
};

struct mock_message {
	struct id id;         /* Message-Id */
	int attempts, refused; /* that reached the work, or were refused or lost before it */
	int clashes;          /* attempts with another body than the first */
	int effects;          /* 0: it came and was refused, 1: done; never more */
	/* since it was done: */
	struct id declaration;
	int version, message_number; /* 621; 0: not of customs */
	struct text noted[NOTED_COUNT];
	int64_t first_us;
	struct sha256 digest; /* of the body that was done */
	struct saying *sayings; /* in their order */
	struct mock_message *next;
};

struct mock_authority {
	struct mock *home;
	enum authority authority;
	struct mock_behaviour behaviour, query_behaviour;
	struct mock_exception *exceptions; /* in the order they came */
	struct answer_rules rules;
	struct chaos chaos;
	struct mock_register registers[8]; /* as query_def_at() */
	struct mock_message **slots;
	uint32_t slot_mask;
	uint64_t messages, attempts, effects, clashes, posted, queries;
	int64_t second;       /* of the limits: requests that came in it */
	int came[2];          /* messages, queries */
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
	int64_t started_us, seed; /* seed: of the rules' chances */
	struct mock_authority authorities[AUTHORITY_COUNT];
	const char *gateway;  /* base URL for later answers; NULL: there are none */
	char token_headers[AUTHORITY_COUNT][160];
	struct later *later;
	struct journal *journal; /* NULL: memory only */
	struct mock_payment payment;
};

/* authority.c */
void mock_authority_init(struct mock_authority *m, struct mock *home, enum authority a);
void mock_authority_done(struct mock_authority *m);

/* memory.c: NULL: full, or never seen. */
struct mock_message *mock_seen(struct mock_authority *m, const struct id *id);
struct mock_message *mock_find(const struct mock_authority *m, const struct id *id);
struct mock_message *mock_next(const struct mock_authority *m, const struct mock_message *after); /* all, in no order; NULL: the first */
/* The work of a message: what of it is kept. */
void mock_note(struct mock_authority *m, struct mock_message *msg, struct text body, const struct sha256 *digest);
/* One more thing that is said; texts are copied. NULL: full. */
struct saying *mock_say(struct mock_authority *m, struct mock_message *msg, const struct saying *what);
const struct saying *mock_last_said(const struct mock_message *msg, int64_t now_us); /* the newest that is out; NULL: nothing */
void mock_forget(struct mock_authority *m);

/* exception.c: another behaviour for some messages. {"order_no"?, "declaration_id"?, "codes"?: [company], "times"?: n, "behaviour": {…}}:
 * whatever is named must stand in the message, of the codes one. */
bool exception_add(struct mock_authority *m, struct arena *a, struct text json, struct fault *f) must_check;
/* How to behave with this message: one use of the first exception that fits, else as always. Valid until the next call. */
struct mock_behaviour *exception_behaviour(struct mock_authority *m, struct text body);
bool exception_stands(const struct mock_authority *m, struct text body); /* there is one for this message; it is not used */
void exception_put_all(struct buf *b, const struct mock_authority *m);
bool exception_set_all(struct mock_authority *m, struct text json, struct fault *f) must_check; /* what exception_put_all() wrote */
void exception_forget(struct mock_authority *m);

/* steps.c: decides what is said about a message that was just done. Nothing, if it never answers. */
void steps_decide(struct mock_authority *m, struct mock_message *msg, const struct mock_behaviour *x, struct text body);

/* answers.c: what the authority says, in its own form. Those of one request must be of one form: saying_form(). */
struct mock_said {
	const struct mock_message *msg;
	const struct saying *saying;
};
enum { MOCK_SAID_MAX = 100 };
int saying_form(const struct mock_authority *m, const struct mock_message *msg, const struct saying *s); /* 622 …; 0: JSON */
void mock_put_answers(struct buf *b, const struct mock_authority *m, const struct mock_said *said, int count);

/* later.c: answers posted after a while, up to a hundred in one request, again until the gateway took them. */
struct later *later_new(struct mock *m);
void later_add(struct later *l, struct mock_authority *m, struct mock_message *msg, struct saying *s); /* as often as s->left says */
void later_forget(struct later *l, const struct mock_authority *m);
uint64_t later_waiting(const struct later *l, const struct mock_authority *m); /* m NULL: of all */
bool later_is_posting(const struct later *l);
void later_stop(struct later *l); /* begins no more posts */
void later_free(struct later *l);

/* faults.c: what befalls a request. */
struct visit {
	struct mock_authority *m;
	struct http_req *r;
	struct mock_behaviour *x;
	struct text of;  /* what chance is drawn for */
	int attempt;     /* from 1 */
	bool is_query;
};
bool fault_before(struct visit *v) must_check; /* true: it is over, without any work */
void fault_reply(struct visit *v, const struct http_reply *reply);
void fault_gone(struct http_req *r);

/* given.c: the messages of a request: one, under its header Message-Id, or a JSON array of up to MOCK_GIVEN_MAX, each with its
 * message_id in it. How many; 0: it is neither. */
enum { MOCK_GIVEN_MAX = 100 };
struct mock_given { struct id id; struct text body; };
int given_of(struct http_req *r, struct mock_given out[]);

/* messages.c, queries.c, settings_asked.c: one resource each. */
void messages_came(struct mock_authority *m, struct http_req *r);
void message_show(const struct mock_authority *m, struct http_req *r, struct text name);
void query_came(struct mock_authority *m, struct http_req *r, struct text name);
bool setting_came(struct mock_authority *m, struct http_req *r, struct text what) must_check; /* false: there is no such */

/* settings.c */
bool setting_is_known(const struct mock_authority *m, struct text what);
/* The setting of that name from its JSON, as a PUT or a record has it. */
bool setting_put(struct mock_authority *m, struct text what, struct text json, int64_t now_us, struct fault *f) must_check;
/* As JSON; false: there is no such setting. */
bool setting_show(struct buf *b, const struct mock_authority *m, struct text what) must_check;
bool setting_clear(struct mock_authority *m, struct text what) must_check;
const char *setting_name(int i, char out[64]); /* all of them, in the order they can be put; NULL: no more */

/* payment.c: false: the request is about something else. */
bool payment_came(struct mock *m, struct http_req *r) must_check;
void payment_keep(struct mock *m, bool is_upload, struct text body);
void payment_forget(struct mock *m);

/* status.c */
void status_put(struct buf *b, const struct mock *m);
void status_put_summary(struct buf *b, const struct mock_authority *m);

/* records.c: the memory as records of the journal, each of which says how a thing is now: the last one counts. Where there is a
 * journal they stand in it before these return; when it cannot be written the process ends, and nothing more leaves it. */
enum { MOCK_RECORD_BYTES = 64 << 20 };
void record_message(const struct mock_authority *m, const struct mock_message *msg); /* with all that is said about it, as one */
void record_saying(const struct mock_authority *m, const struct mock_message *msg, const struct saying *s);
void record_queries(const struct mock_authority *m);
void record_setting(const struct mock_authority *m, const char *what);
void record_cleared(const struct mock_authority *m, const char *what); /* a setting, or "messages" */
void record_payment(const struct mock *m);
void record_payment_call(const struct mock *m, int call); /* what is answered, and that call; -1: none */

/* replay.c: the memory from the journal, which is open from then on. */
bool records_open(struct mock *m, const char *path, bool sync, struct fault *f) must_check;

/* reply.c */
void mock_reply_json(struct http_req *r, int status, struct text body);
void mock_reply_error(struct http_req *r, int status, const char *what);

/* server.c */
extern const struct httpd_calls mock_calls;

#endif
