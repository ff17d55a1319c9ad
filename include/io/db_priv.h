/*
 * The inside of the database client, shared by src/io/db*.c; nobody else includes it.
 *
 *   db.c          the pool: which call goes where, what waits, what is refused
 *   db_conn.c     the life of one connection: connect, set up, ready, lost, again
 *   db_pipe.c     calls on a ready connection: sending, reading, answering
 *   db_outcome.c  what an error of PostgreSQL means
 *   db_param.c, db_rows.c  values in and out;  db_sync.c  the blocking client
 */
#ifndef IO_DB_PRIV_H
#define IO_DB_PRIV_H

#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/id.h"
#include "io/db.h"

enum { DB_DETAIL_BYTES = 240, DB_PREPARED_SLOTS = 1024 };
#define DB_EPOCH_US INT64_C(946684800000000) /* PostgreSQL counts from 2000-01-01 */

struct db_rows {
	PGresult *result;
};

struct db_error {
	enum db_outcome outcome;
	bool is_ended; /* PostgreSQL ended the statement only, not the session: what it did is undone for certain */
	char sqlstate[6];
	char detail[DB_DETAIL_BYTES];
};

enum db_call_state { DB_CALL_IDLE, DB_CALL_WAITING, DB_CALL_REFUSED, DB_CALL_SENT };

struct db_slot { /* one call in a connection's pipeline */
	struct db_call *call; /* NULL: cancelled; its results are read and dropped */
	int stmt_count, prepare_count;
	const struct db_stmt *stmts[DB_STMTS_MAX];
	const struct db_stmt *prepares[DB_STMTS_MAX + 1]; /* went ahead, with a sync of their own */
	bool is_preparing; /* the prepares' sync was not seen yet */
	bool writes, is_whole; /* is_whole: its sync was handed to libpq */
	int step;              /* results seen of the present part */
	bool has_failed, has_unprepared;
	struct db_error error, prepare_error;
	int64_t sent_us, deadline_us;
	struct db_rows rows[DB_STMTS_MAX];
};

struct db_prepared {
	const struct db_stmt *stmt;
	bool is_there;
};

enum db_conn_state { DB_CONN_OFF, DB_CONN_CONNECTING, DB_CONN_SETUP, DB_CONN_READY };

struct db_conn {
	struct db *pool;
	PGconn *pg;
	enum db_conn_state state;
	struct loop_fd fd;
	struct loop_timer timer;    /* off: reconnect; connecting: give up; ready: the oldest call's deadline */
	struct loop_task breaking;  /* sending failed */
	bool is_retiring;           /* takes no more calls; replaced when those in flight ended */
	const char *why_retired;    /* NULL: sending failed, libpq knows why */
	bool was_ready;             /* at least once since the pool began */
	unsigned failures;          /* since it was last ready */
	struct db_slot *slots;      /* a ring of pipeline_depth */
	int head, in_flight;
	struct db_prepared *prepared; /* DB_PREPARED_SLOTS, by the statement's address */
	int prepared_count;
	uint64_t calls;             /* sent on it */
	int64_t planned_us;         /* when plans were last made anew */
};

struct db_queue {
	struct db_call *first, *last;
	int count;
};

struct db {
	struct loop *loop;
	struct arena arena;
	struct db_conf conf; /* its texts lie in the arena */
	struct db_conn *conns;
	struct db_queue waiting, refused;
	struct loop_timer waiting_timer;
	struct loop_task refused_task, room_task;
	void (*on_room)(void *arg);
	void *on_room_arg;
	struct id_source random;
	struct db_stats stats; /* only its counters */
	bool is_delivering;
	void (*pump)(struct db *d); /* a connection has room */
};

/* db_conn.c */
void db_conn_start(struct db_conn *c);
void db_conn_stop(struct db_conn *c); /* for good; calls still in flight must have been cancelled */
void db_conn_send(struct db_conn *c, struct db_call *call); /* the connection has room */

/* db_pipe.c */
/* *unsent: some of it waits for the socket. False: the connection must go, and the call ends with it. */
bool db_pipe_send(struct db_conn *c, struct db_call *call, bool *unsent) must_check;
/* Reads and answers. False: the connection must go, and *why. */
bool db_pipe_event(struct db_conn *c, bool *unsent, const char **why) must_check;
void db_pipe_cancel(struct db_conn *c, const struct db_call *call);
void db_pipe_abandon(struct db_conn *c, const char *why); /* ends every call in flight */
void db_deliver(struct db *d, struct db_call *call, const struct db_answer *answer);

/* db_outcome.c */
void db_error_read(struct db_error *e, const PGresult *result, const struct db_stmt *stmt);
/* One line: line ends become blanks. */
void db_one_line(char *out, size_t size, const char *message);

#endif
