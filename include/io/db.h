/*
 * PostgreSQL, without waiting: a pool of pipelined connections.
 *
 * A call is one to DB_STMTS_MAX prepared statements sent in one trip up to one
 * sync; they commit or fail as one (one implicit transaction; READ COMMITTED, so
 * a later statement of the call sees what others committed meanwhile). No
 * transaction ever stays open while C thinks. The caller embeds struct db_call
 * in the object that waits and finds that object again with container_of().
 *
 * The promise: on_done runs exactly once for every started call, never from
 * inside db_start(), and not at all after db_cancel(). Parameters are borrowed
 * until on_done; the answer's memory is valid only inside on_done.
 *
 * Parameters and results are binary. A lost connection ends every call that was
 * sent on it: DB_UNCERTAIN when a writing statement was among them, else
 * DB_TRY_AGAIN. Calls not yet sent wait for a connection up to queue_wait_ms and
 * then end as DB_TRY_AGAIN; a full queue ends at once (on the next turn) so.
 * A call running longer than call_timeout_ms: its connection is closed.
 * Plans of prepared statements are made anew now and then, often at first, so that
 * none stays that was made for empty tables.
 * Reconnects with jittered backoff; connection strings may name several hosts
 * (libpq's own multi-host rules, target_session_attrs=read-write).
 */
#ifndef IO_DB_H
#define IO_DB_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/text.h"
#include "io/loop.h"

struct db;
struct db_call;

#define DB_WRITES     1u /* a lost connection leaves the outcome unknown */
#define DB_STMTS_MAX  16
#define DB_PARAMS_MAX 80

struct db_stmt { /* static const, beside the code that reads its rows */
	const char *name; /* unique in the program; prepared lazily per connection under this name */
	const char *sql;
	int param_count;
	unsigned flags;
};

enum db_outcome {
	DB_DONE,
	DB_CONFLICT,  /* a unique, foreign key, check or exclusion constraint said no (class 23) */
	DB_BAD_DATA,  /* a value cannot be stored (class 22): the batch has a culprit */
	DB_TRY_AGAIN, /* certain that nothing was stored: not sent, deadlock, serialization, admin shutdown, out of space */
	DB_UNCERTAIN, /* the connection went after a write was sent */
	DB_BROKEN,    /* the statement itself is wrong: a bug of ours, or the schema changed */
	DB_OUTCOME_COUNT
};
const char *db_outcome_name(enum db_outcome o);

struct db_rows; /* one statement's result */

struct db_answer {
	enum db_outcome outcome;
	int count;                                   /* results; 0 unless DB_DONE */
	const struct db_rows *results[DB_STMTS_MAX]; /* in the order the statements were added */
	char sqlstate[6];
	const char *detail; /* for the log, never for a caller */
};

typedef void db_done_fn(struct db_call *call, const struct db_answer *answer);

struct db_param {
	const void *bytes; /* binary format; NULL: SQL null */
	int len;
};

#define DB_STUCK_US INT64_C(50000) /* a call that is under way for so long waits for a lock or a disk, or reads much: nobody waits for it */

struct db_call {
	db_done_fn *on_done;
	int stmt_count;
	struct {
		const struct db_stmt *stmt;
		const struct db_param *params; /* borrowed until on_done */
	} stmts[DB_STMTS_MAX];
	bool follows; /* set after db_call_init(): goes behind what a connection is about, unless that is stuck, rather than beside it */
	/* the pool's own */
	struct db_call *next, *prev;
	struct db_conn *conn;
	int64_t deadline_us;
	unsigned state;
};

struct db_conf {
	const char *label;    /* "intake", "flow", "query": in logs and metrics */
	const char *conninfo; /* libpq connection string or URI */
	const char *password; /* NULL or from a credential file; never logged */
	const char *session;  /* run once on each new connection, e.g. "set synchronous_commit = on" */
	int connections;      /* 1..16 */
	int pipeline_depth;   /* calls in flight per connection, 1..64 */
	int queue_limit;      /* calls waiting for a connection */
	int queue_wait_ms, call_timeout_ms, connect_timeout_ms;
};

/* Starts connecting at once; copies conf. */
struct db *db_new(struct loop *l, const struct db_conf *conf, struct fault *f) must_check;
void db_free(struct db *d); /* every call must have ended or been cancelled */

void db_call_init(struct db_call *call);
/* Adds a statement; params: stmt->param_count of them. */
void db_call_add(struct db_call *call, const struct db_stmt *stmt, const struct db_param *params);
void db_start(struct db *d, struct db_call *call, db_done_fn *on_done);
void db_cancel(struct db *d, struct db_call *call); /* forgets the caller; what was sent may still happen */

struct db_stats {
	int connections_up, connections_wanted, calls_sent, calls_waiting;
	uint64_t done, failed, uncertain, reconnects;
};
void db_stats_get(const struct db *d, struct db_stats *out);
bool db_is_up(const struct db *d); /* at least one connection is ready */
/* A free slot would take a call at once: batchers flush when this is true. */
bool db_has_room(const struct db *d);
/* Runs fn in the loop when a slot becomes free or a connection comes up (one listener). */
void db_on_room(struct db *d, void (*fn)(void *arg), void *arg);

/* --- parameters ----------------------------------------------------------- */
/* All encode into the arena; when it is full the arena says so and the param is null: check once. */
struct db_param db_text(struct text t); /* borrowed, not copied; at == NULL: null */
struct db_param db_bytes(const void *bytes, size_t len); /* borrowed */
struct db_param db_id(const struct id *id);              /* borrowed; uuid */
struct db_param db_null(void);
struct db_param db_i16(struct arena *a, int16_t v);
struct db_param db_i32(struct arena *a, int32_t v);
struct db_param db_i64(struct arena *a, int64_t v);
struct db_param db_bool(struct arena *a, bool v);
struct db_param db_time(struct arena *a, int64_t us); /* timestamptz, from us since 1970; INT64_MAX: infinity */

/* One-dimensional arrays. begin: element kind and how many will follow; then exactly that many puts. */
enum db_kind { DB_KIND_I16, DB_KIND_I32, DB_KIND_I64, DB_KIND_BOOL, DB_KIND_TEXT, DB_KIND_BYTEA, DB_KIND_UUID, DB_KIND_TIME };
struct db_array {
	struct buf b;
	enum db_kind kind;
	int want, have;
};
void db_array_begin(struct db_array *x, struct arena *a, enum db_kind kind, int count, size_t expect_bytes);
void db_array_i64(struct db_array *x, int64_t v); /* for I16, I32, I64, BOOL and TIME (us since 1970) */
void db_array_bytes(struct db_array *x, const void *bytes, size_t len); /* TEXT and BYTEA */
void db_array_text(struct db_array *x, struct text t);                  /* at == NULL: null element */
void db_array_id(struct db_array *x, const struct id *id);              /* NULL: null element */
void db_array_time(struct db_array *x, int64_t us); /* since 1970; INT64_MIN: null */
void db_array_null(struct db_array *x);
struct db_param db_array_end(struct db_array *x); /* asserts that want == have */

/* --- results --------------------------------------------------------------- */
int db_row_count(const struct db_rows *r);
/* A number of all values in their order: rows that are the same have the same, others hardly ever do. */
uint64_t db_rows_mark(const struct db_rows *r);
bool db_is_null(const struct db_rows *r, int row, int col);
struct text db_get_text(const struct db_rows *r, int row, int col); /* text, json, bytea; at == NULL: null */
int64_t db_get_int(const struct db_rows *r, int row, int col);      /* int2, int4, int8, bool by its size; 0: null */
bool db_get_id(const struct db_rows *r, int row, int col, struct id *out); /* false: null */
int64_t db_get_time(const struct db_rows *r, int row, int col);     /* us since 1970; INT64_MIN: null, INT64_MAX: infinity */
int db_get_array_count(const struct db_rows *r, int row, int col); /* elements of a one-dimensional array; 0: null or empty */
/* uuid[]: how many were written to out, at most max (0 for null); a null element is the null id. */
int db_get_id_array(const struct db_rows *r, int row, int col, struct id *out, int max);
long db_affected(const struct db_rows *r);

/* --- blocking, for tools and start-up only (tongguanctl, migrations) -------- */
struct db_sync;
struct db_sync *db_sync_open(const char *conninfo, const char *password, struct fault *f) must_check;
void db_sync_close(struct db_sync *s);
bool db_sync_script(struct db_sync *s, const char *sql, struct fault *f) must_check; /* several statements, text */
/* One prepared-style statement with binary params; rows live until the next call on s. NULL with *f set on failure. */
const struct db_rows *db_sync_run(struct db_sync *s, const char *sql, const struct db_param *params, int count,
                                  struct fault *f) must_check;

#endif
