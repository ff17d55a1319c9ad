/*
 * The inside of flow/push, shared by src/flow/push*.c; nobody else includes it.
 *
 *   push ─► load ─────────────────► subs ─► queue
 *     ├───► read ─► make ───────────────────► queue        each calls only what is to its right
 *     ├───► send, keep ─► record ─► record_streams, record_messages
 *     └───  go_on ◄ ─ ─ ─ load, read, record: something ended, there may be more to read or to send
 */
#ifndef FLOW_PUSH_PRIV_H
#define FLOW_PUSH_PRIV_H

#include "flow/push.h"

enum push_source { PUSH_FEED, PUSH_ANSWERS, PUSH_SOURCE_COUNT };
extern const char *const push_source_names[PUSH_SOURCE_COUNT];

enum {
	PUSH_PAGE = 500,         /* events or answers looked at in one read */
	PUSH_QUEUE = 256,        /* messages of one subscription that wait in memory; beyond it falls behind */
	PUSH_SUBSCRIPTIONS = 5000,
	PUSH_HOLD_FAILURES = 3,  /* in a row */
	PUSH_ANSWER_BYTES = 256, /* of a receiver's answer that are kept */
	PUSH_HEADERS = 4,
};

struct push_mark { /* a place in what is read: feed: seq; answers: microseconds of stored_at, and id */
	int64_t number;
	struct id id;
};

struct push_sub;
struct push_stream;

/* One message to one subscription, on its way:  queued ─► sending ─► ended ─► recording ─► freed. */
enum push_stage { PUSH_QUEUED, PUSH_SENDING, PUSH_ENDED, PUSH_RECORDING };
struct push_message {
	struct push *push;
	struct push_sub *sub;
	struct push_stream *stream;          /* NULL: it stands in table push */
	struct push_message *next;           /* in a queue of its subscription, or among the ended */
	struct push_message *older, *newer;  /* of the same stream, as they were read; or of the retries of its subscription */
	struct push_mark before;             /* everything up to here was read before it */
	enum push_stage stage;
	bool is_ping;
	int attempts;                        /* the one under way or ended included */
	const char *content_type;
	struct text id, body;
	size_t bytes;
	struct arena arena;                  /* of the attempt: headers */
	struct httpc_call http;
	const char *headers[PUSH_HEADERS];
	/* how the attempt ended */
	enum webhook_fate fate;
	int status;
	int64_t at_us, duration_us, next_us; /* next_us: of the next attempt */
	char answer[PUSH_ANSWER_BYTES * 3 + 1], reason[160];
};

struct push_stream { /* what a subscription reads: live, or a range once more */
	struct push *push;
	struct push_sub *sub;
	enum push_source source;
	bool exists, is_replay;
	bool is_behind;             /* it reads for itself; else what is read for all */
	struct push_mark taken;     /* read up to here */
	struct push_mark stored;    /* and done up to here, in the database */
	struct push_mark recording; /* being stored */
	bool over;                  /* the end of the replay is being stored */
	int64_t end_number;         /* of a replay */
	int64_t from_us, to_us;     /* only events of these times; INT64_MIN: of all */
	int64_t window_us;          /* answers: how much of the time the next look covers */
	struct push_message *oldest, *newest; /* not done */
};

struct push_sub {
	struct push *push;
	struct id id;
	char *url;
	enum webhook_format format;
	struct text secret, old_secret; /* old_secret absent: none. Their bytes lie behind this struct's url */
	int64_t old_until_us;
	bool ed25519, enabled;
	bool is_known;              /* by the load under way */
	bool is_held, is_ready;     /* is_ready: among those that pump looks at */
	bool freed, freeing;        /* what failed is due now: to be recorded, being recorded */
	bool disabled, disabling;   /* by what its receiver did: to be recorded, being recorded */
	char why[160];
	int failures;               /* in a row */
	int waiting;                /* of its messages in table push, pings left out */
	int in_flight, queued, ended;
	int64_t log_others;
	struct push_message *log_last;
	struct push_message *first, *last, *again_first, *again_last;
	struct push_message *retries; /* every message of table push that is in memory */
	struct push_stream streams[PUSH_SOURCE_COUNT][2]; /* [source][is it the replay] */
	struct push_sub *next_ready;
};

struct push_head { /* of what is read for all */
	bool is_known;
	struct push_mark at;
	int64_t limit;              /* feed: watermark; answers: horizon */
	int64_t window_us;
	int readers;                /* live streams */
};

typedef void push_go_on_fn(struct push *p);

struct push {
	struct push_conf conf;
	struct push_deps deps;
	push_go_on_fn *go_on;              /* called when something ended */
	struct id holder;
	struct loop_timer tick, flush_timer;
	struct arena tick_arena, load_arena, read_arena, due_arena, record_arena, keep_arena;
	struct db_call tick_call, load_call, read_call, due_call, record_call, keep_call;
	bool ticking, loading, reading, claiming, recording, keeping, letting_go, has_let_go;
	bool leads, quiesced, load_wanted, once_more, has_failed, store_all;
	int64_t leads_until_us, kept_us;   /* monotonic */
	int64_t revision;                  /* of subscriptions and clients together, as they were loaded */
	int64_t seen_revision, loading_revision, subscription_revision; /* of subscriptions: told by the tick, being loaded, loaded */
	struct push_sub **subs;            /* by id */
	int sub_count;
	int behind_place, read_turn;       /* whose turn it is */
	struct push_head heads[PUSH_SOURCE_COUNT];
	struct push_stream *read_for;      /* NULL: for all */
	enum push_source read_source;
	struct push_mark read_from;
	int64_t read_until;                /* answers */
	struct push_sub *ready_first, *ready_last;
	struct push_message *ended_first, *ended_last;
	struct push_message *recording_first; /* in the record under way */
	int disabled_count;                /* subscriptions to disable, not recorded yet */
	size_t bytes;                      /* of messages in memory */
	int sending;
	struct push_stats stats;
};

/* push_subs.c */
struct push_sub *push_find(const struct push *p, const struct id *id); /* NULL: not loaded */
struct push_sub *push_find_among(const struct push *p, const struct id *id, int count); /* of the first ones, which are sorted */
struct push_sub *push_sub_new(struct push *p, const struct id *id) must_check; /* at the end, until all are sorted */
void push_subs_sort(struct push *p);
void push_sub_free(struct push *p, struct push_sub *s); /* its place in subs is the caller's */

/* push_load.c */
void push_load(struct push *p);
void push_set_heads(struct push *p); /* where reading for all begins, once it is known how far it goes */
void push_forget_all(struct push *p); /* somebody else pushes now: what waits in memory goes */

/* push_read.c */
void push_read_next(struct push *p);

/* push_make.c: rows of one subscription, first to last in order, into its queue. False: the queue is full; what is in it is read. */
bool push_make_feed(struct push_stream *t, const struct db_rows *r, int first, int last) must_check;
bool push_make_answers(struct push_stream *t, const struct db_rows *r, int first, int last) must_check;

/* push_queue.c */
int push_mark_cmp(const struct push_mark *a, const struct push_mark *b);
struct push_message *push_message_new(struct push *p, struct push_sub *s, struct text id, const char *content_type, struct text body) must_check;
void push_message_free(struct push_message *m); /* out of every list but the one it was taken from */
bool push_enqueue(struct push_stream *t, struct text id, const char *content_type, struct text body, const struct push_mark *upto) must_check;
bool push_has_room(const struct push_sub *s);
void push_drop_queue(struct push_sub *s);  /* what waits is unread again */
void push_ready(struct push_sub *s);
struct push_message *push_take(struct push_sub *s); /* the next one to send; NULL: none that may be */

/* push_send.c */
void push_pump(struct push *p);
void push_due(struct push *p);             /* what failed and is due */

/* push_record.c */
void push_record(struct push *p);
void push_arm_flush(struct push *p);       /* record soon */
void push_disable(struct push *p, struct push_sub *s, const char *reason);

/* push_record_streams.c, push_record_messages.c: the parameters of what is being recorded */
void push_put_streams(struct push *p, struct db_param *params);
void push_streams_stored(struct push *p, bool good);
void push_put_failed(struct push *p, struct db_param *params);
void push_put_done(struct push *p, struct db_param *params);
void push_put_log(struct push *p, struct db_param *params);
bool push_is_failed(const struct push_message *m);
bool push_is_done(const struct push_message *m);

/* push_keep.c */
void push_keep(struct push *p);            /* counts and cleans, now and then */

/* push_sql.c */
enum { PUSH_LEAD_PARAMS = 2, PUSH_LOAD_PARAMS = 2, PUSH_FEED_PARAMS = 6, PUSH_ANSWERS_PARAMS = 5, PUSH_DUE_PARAMS = 6,
       PUSH_STREAMS_PARAMS = 8, PUSH_FAILED_PARAMS = 8, PUSH_DONE_PARAMS = 5, PUSH_LOG_PARAMS = 10, PUSH_KEEP_PARAMS = 2 };
extern const struct db_stmt push_lead, push_let_go, push_load_all, push_read_feed, push_read_answers, push_claim_due, push_store_streams,
	push_store_failed, push_store_done, push_store_log, push_clean, push_count;
enum { LEAD_LEADS, LEAD_SUBSCRIPTIONS, LEAD_CLIENTS, LEAD_WATERMARK };
enum { LOAD_ID, LOAD_URL, LOAD_FORMAT, LOAD_SECRET, LOAD_OLD_SECRET, LOAD_OLD_UNTIL, LOAD_ED25519, LOAD_ENABLED, LOAD_WAITING, LOAD_SOURCE,
       LOAD_REPLAY, LOAD_NUMBER, LOAD_MARK_ID, LOAD_END, LOAD_FROM, LOAD_TO };
enum { FEED_SUB, FEED_SEQ, FEED_BODY, FEED_RECEIPT, FEED_DOCUMENT, FEED_AT };
enum { ANSWER_SUB, ANSWER_TIME, ANSWER_ID, ANSWER_DIRECTION, ANSWER_JSON, ANSWER_RECORD, ANSWER_OF_CANCELLATION, ANSWER_COUNT };
enum { DUE_SUB, DUE_MESSAGE, DUE_TYPE, DUE_BODY, DUE_ATTEMPTS, DUE_PING };

#endif
