/*
 * One HTTP request, from its last body byte to its answer.
 *
 *   new ──step──> replied (a stream: then on_left, or its end)
 *    └──step──> waiting (database, a call out, intake, inbox, its turn) ──next step──> replied, or waiting again
 *                  └── the client left: forgotten, or orphaned until intake or inbox let go of it
 *
 * A handler is a row of steps in one file, read top to bottom. A step can only end in the value of a reply_ or
 * an await_ function, and one assertion (settle) holds that value against what was done: no path forgets to
 * answer or answers twice. Everything a request needs lies in its arena.
 */
#ifndef API_REQ_H
#define API_REQ_H

#include "api/deps.h"
#include "api/problem.h"
#include "api/trace.h"
#include "base/arena.h"
#include "io/httpd.h"
#include "io/pool.h"

struct client_cert;
struct idempotency;
struct event_hub;
struct route;
struct route_table;
struct req;

struct authorities_kept { /* an answer of api/authorities.c */
	char *bytes; /* NULL: none */
	size_t len;
	int64_t made_us;
};

struct api { /* one per worker */
	struct api_conf conf;
	struct api_deps deps;
	struct httpd_calls calls;
	const struct route_table *routes;
	struct sha256 cursor_key;
	struct event_hub *hub; /* streams of the feed */
	struct pool *pool; /* for signatures; NULL: they are looked at on the loop */
	int64_t verified_us; /* the turn in which one was last */
	struct req *orphans; /* their clients left while intake, inbox or the pool hold their bytes */
	bool draining;
	struct authorities_kept authorities[2]; /* English, Chinese */
};

enum step { STEP_REPLIED = 1, STEP_WAITING };
typedef enum step step_fn(struct req *r);
typedef enum step db_step_fn(struct req *r, const struct db_answer *a);
typedef enum step http_step_fn(struct req *r, const struct httpc_answer *a);

enum form { FORM_NONE, FORM_JSON, FORM_XML, FORM_LINES, FORM_FIELDS }; /* of a body; FORM_LINES: NDJSON, FORM_FIELDS: of a web form */

enum wait { WAIT_NONE, WAIT_DB, WAIT_HTTP, WAIT_INTAKE, WAIT_INBOX, WAIT_TURN, WAIT_POOL };
enum { REQ_CAPTURES = 2, REQ_HEADERS_MAX = 20 };

struct inbox_place { /* an item, and whose it is */
	struct inbox_item item;
	struct req *r;
};

struct req_guard { /* what goes along with a request's own calls and its answer */
	void (*ride)(struct req *r);   /* r->call is about to start: may add a statement at its end */
	/* It has ended. True: *s is the answer instead of the handler's. */
	bool (*rode)(struct req *r, const struct db_answer *a, enum step *s);
	/* An answer is about to be sent. True: *s is a wait, and req_send() comes later. */
	bool (*keep)(struct req *r, const struct http_reply *reply, enum step *s);
};

struct req {
	struct http_req *http;       /* NULL: orphaned */
	struct arena *arena;
	struct api *api;
	const struct route *route;   /* NULL: none */
	struct text captures[REQ_CAPTURES]; /* the path's {…}, decoded */
	struct trace trace;
	int64_t now_us;              /* business time at its first step */
	bool passed;                 /* the gate let it through */
	enum form form;              /* of the body, by Content-Type */
	bool is_gzip;                /* http->body is compressed */
	struct text body;            /* as it is read and stored: see media_open() */
	struct client_cert *handed_on; /* whose certificate a proxy saw: api/client_cert; NULL: none says so */
	bool has_token;
	struct client_token token;   /* of has_token */
	struct client client;        /* a copy: its codes are valid until the first step ends; ROLE_PUBLIC: nobody */
	/* the answer */
	bool replied;
	struct http_header headers[REQ_HEADERS_MAX];
	int header_count;
	/* the wait: one at a time */
	enum wait wait;
	db_step_fn *db_then;
	http_step_fn *http_then;
	step_fn *then;
	struct db_call call;
	struct loop_task turn;
	struct pool_job job;
	struct httpc_call http_call;
	struct intake_submission submission;
	struct inbox_place *places;
	int places_open;
	const struct req_guard *guard; /* of a request that has a key (api/idempotency.c); NULL: none */
	struct idempotency *idempotency; /* its state */
	void *own;                   /* the resource's own state between its steps */
	/* while a stream is open */
	int64_t answered_us;         /* monotonic, when it began; 0: the answer is a whole one */
	void (*on_left)(struct req *r); /* nobody reads it any more; the request is gone afterwards */
	/* after the client left */
	struct arena kept;
	struct req *next_orphan, **orphan_link;
};

/* NULL: the arena is full. */
struct req *req_new(struct api *a, struct http_req *h) must_check;
void req_run(struct req *r, step_fn *first);
/* The client left, or the server answers for us: no step runs any more. */
void req_forget(struct req *r);
void req_free_orphans(struct api *a);

/* Value must live as long as the request. */
void req_header(struct req *r, const char *name, const char *value);
/* For what is the same for everybody: may be kept by anybody who asks again, with the tag (quotes included), before using it.
 * True: the caller has it; answer 304. */
bool req_may_keep(struct req *r, const char *tag);
void req_html_headers(struct req *r);           /* of what is shown in a browser: nothing is loaded, framed or run */
bool req_chinese(const struct req *r);          /* by Accept-Language */
struct text req_base(struct req *r);            /* "https://host", from the settings or the Host header */
struct id req_new_id(const struct req *r);      /* of any bucket: a record that belongs to none by its key */
bool req_is_enterprise(const struct req *r);
bool req_wants_xml(const struct req *r);        /* by Accept: XML, and JSON not as well */
bool req_keep_codes(struct req *r) must_check;  /* the client's codes, beyond the first step; false: the arena is full */
bool req_sees_all(const struct req *r);         /* regulators and operators: records of every client */

enum step req_send(struct req *r, const struct http_reply *reply) must_check; /* as it is; for api/idempotency.c */
enum step reply_bytes(struct req *r, int status, const char *type, struct text body) must_check; /* copied */
enum step reply_kept(struct req *r, int status, const char *type, struct text body) must_check;  /* lies in the arena */
enum step reply_json(struct req *r, int status, const struct buf *b) must_check; /* full: answers 503 */
enum step reply_empty(struct req *r, int status) must_check;
enum step reply_dropped(struct req *r) must_check; /* none at all: the connection ends */
/* An answer without an end: httpd_stream_put() from now on, until on_left or httpd_stream_end(). */
enum step reply_stream(struct req *r, const char *type, size_t buffer_bytes, void (*on_left)(struct req *r)) must_check;
enum step reply_problem(struct req *r, const struct fault *f) must_check;
enum step reply_fault(struct req *r, enum fault_code code, const char *detail) must_check;
/* base, instance, trace and language are filled in here. */
enum step reply_problem_of(struct req *r, struct problem *p) must_check;
/* What a failed answer of the database stands for; a bug is logged. */
enum step reply_db_fault(struct req *r, const struct db_answer *a) must_check;
/* The answer of a read: its JSON passed through, 404 without a row. */
enum step reply_row(struct req *r, const struct db_answer *a) must_check;

/* Calls were added to r->call before. */
enum step await_db(struct req *r, db_step_fn *then) must_check;
/* Its next step runs in the next turn of the loop: of long work nobody else waits for more than a part. */
enum step await_turn(struct req *r, step_fn *then) must_check;
/* work runs in a thread of the pool, which there is, and may touch nothing but what r->own holds; answers 503 when as many wait as may. */
enum step await_pool(struct req *r, pool_fn *work, step_fn *then) must_check;
/* r->http_call is filled; answers 503 when it cannot be started. */
enum step await_http(struct req *r, http_step_fn *then) must_check;
/* r->submission is filled (arena NULL: the request's own); answers 503 when intake is full. */
enum step await_intake(struct req *r, step_fn *then) must_check;
/* The same, but for a message that is a part: when intake is full its candidates end as INTAKE_TRY_AGAIN. */
enum step await_intake_part(struct req *r, step_fn *then) must_check;
/* The first `count` of r->places; what does not fit ends as INBOX_TRY_AGAIN. */
enum step await_inbox(struct req *r, int count, step_fn *then) must_check;

#endif
