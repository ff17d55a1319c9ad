/*
 * Work that goes on by itself beside the life of a filing: numbering the feed, growing the log, counting, judging anew.
 *
 *   resting ──sweep_ms──> a step: a chain of database calls ──┬─ nothing left, or put off ──> resting
 *      ^                                                      └─ there is more ──> the next step at once
 *
 * While filings pour in, those that stand back take turns, a step at a time, and after each they all rest nineteen times as long as it
 * took: together they take a twentieth of one connection, and catch up afterwards.
 *
 * Any number of daemons do the same: what a step reads it writes under a lock or a guard in the database, so nothing is lost or done twice
 * when one dies in between. Each kind is one object that begins with a struct follower; it adds its statements and what it keeps between
 * the calls of a step.
 */
#ifndef FLOW_FOLLOWER_H
#define FLOW_FOLLOWER_H

#include "base/arena.h"
#include "base/clock.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "base/id.h"
#include "base/vault.h"
#include "io/db.h"
#include "store/inbox.h"

struct follower;
struct rules;

struct follower_kind {
	const char *what;           /* for whoever reads why a daemon does not start */
	const char *put_off_event;  /* "name.put_off", logged when a step fails; once, until one succeeds */
	size_t bytes;               /* of the object, which begins with a struct follower and is zeroed at first */
	size_t step_bytes;          /* the most memory of a step; its batch bounds it in fact */
	bool stands_back;
	/* Begins a step. It ends, now or in an answer, by exactly one of: follower_rest(), follower_put_off(), follower_is_good() having said no. */
	void (*begin)(struct follower *f);
};

struct follower_conf {
	int sweep_ms, batch; /* batch: how much is looked at in a step; 0: the kind knows */
};

struct follower_turn { /* of all that stand back in one loop */
	bool is_taken;
	int64_t free_us; /* not before: monotonic */
};

struct follower_deps { /* all outlive the follower */
	struct loop *loop;
	struct db *db;
	struct inbox *inbox;
	const struct clock *clock;
	struct id_source *ids;
	struct vault *vault;
	struct signer *signer;
	const char *log_origin;
	struct rules *const *rules; /* the current ones; NULL in it: not read yet */
	struct text payer_key; /* of which the secret of draws is derived; empty: nothing is drawn */
	struct follower_turn *turn;
	bool (*is_busy)(void *arg); /* filings pour in */
	void *arg;
};

struct follower {
	const struct follower_kind *kind;
	struct follower_conf conf;
	struct follower_deps deps;
	struct arena arena;  /* of the step under way */
	struct db_call call; /* the only one at a time */
	/* follower.c's own */
	struct loop_timer sweep;
	int64_t begun_us; /* the last step: monotonic */
	int64_t behind_since_us; /* monotonic; 0: the last step left nothing to do */
	bool at_work, has_turn, quiesced, has_failed;
};

/* Its first step begins with the loop. */
struct follower *follower_new(const struct follower_kind *kind, const struct follower_conf *conf, const struct follower_deps *deps, struct fault *f) must_check;
void follower_quiesce(struct follower *f); /* the step under way is the last */
bool follower_is_idle(const struct follower *f);
/* Before the point of its event. */
struct text follower_name(const struct follower *f);
/* For how long there has been something left to do. */
int64_t follower_behind_us(const struct follower *f);
void follower_free(struct follower *f);    /* NULL allowed; a step under way is forgotten */

/* For kinds, within a step. Sends what was added to the call, unless the arena is full: then the step is put off. */
void follower_send(struct follower *f, db_done_fn *then);
/* The call has this statement alone. */
void follower_ask(struct follower *f, const struct db_stmt *stmt, const struct db_param *params, db_done_fn *then);
/* False: the step is put off for what the answer says. */
bool follower_is_good(struct follower *f, const struct db_answer *a) must_check;
/* The step failed here: it is begun anew after a rest. */
void follower_put_off(struct follower *f, const char *where, const char *why);
/* The step is over. */
void follower_rest(struct follower *f, bool is_more);

#endif
