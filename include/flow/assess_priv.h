/*
 * Private to assess. Each calls only what is to its right; what has ended goes back by turn and begin.
 *
 *   assess ─► flight ─► lookups ─► risk ─► settle ─► wanted ─► part, serial
 *     ▲ turn    ▲ begin                                         │
 *     └─ ─ ─ ─ ─┴─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ─ ┘
 */
#ifndef FLOW_ASSESS_PRIV_H
#define FLOW_ASSESS_PRIV_H

#include <assert.h>

#include "flow/flow_priv.h"
#include "flow/hand.h"
#include "flow/judge.h"
#include "flow/lookups.h"
#include "flow/standing.h"

enum { FLIGHTS_MAX = 8, BATCH_MAX = 512, SERIAL_BLOCK = 1000 };
static_assert(FLIGHTS_MAX * BATCH_MAX <= HAND_FLYING_MAX, "all may fly");

struct flight {
	struct assess *home;
	struct arena arena;
	struct id batch[BATCH_MAX];
	bool batch_settled[BATCH_MAX];
	int total;
	struct id *ids; /* the part under way: all of the batch, or less after a part that could not be written */
	bool *settled;  /* judged and written, or not there */
	int count;
	struct inbox_item *held[BATCH_MAX]; /* answers in memory, by place in the batch: linked by next */
	struct inbox_item **answers;        /* of the part under way */
	struct judged *judged;
	struct { struct id *ids; struct inbox_item **held; int *of; int count; } unread; /* those that must be read; of: places */
	struct judge_wanted wanted;
	int *asked; /* places whose identity was asked about */
	struct lookup_asked *asked_of;   /* what departments are asked that memory does not know … */
	struct lookup_place { int judged, lookup; } *wanted_of; /* … and whose each is */
	int asked_count;
	struct lookup_known_query known;
	struct lookup_want want;
	struct {
		struct risk_weighed *list; /* what is about to be declared … */
		int *of, count;            /* … and whose each is: places among judged */
		bool counts_inspected;
		struct weigh_day { struct risk_day day; struct sha256 key; bool holds; struct weigh_day *next; } *days;
		struct risk_query query;
		struct risk_withdrawal withdrawal;
	} weighing;
	struct judge_context context;
	struct db_call call;
	struct assess_load load;
	struct attested_query attested;
	struct assess_write write;
	struct loop_timer pause;
	void (*begin)(struct flight *f); /* the part */
	bool busy, calling;
};

struct assess {
	struct flow *flow;
	void (*turn)(struct assess *s); /* looks for work at the end of this turn */
	struct hand *hand;
	struct hand_works *works; /* which the hand serves, and deliveries hold */
	struct standing *standing;
	int done_sent; /* of the work rows that are done: how many the sweep under way deletes */
	struct flight flights[FLIGHTS_MAX];
	uint32_t serials[2 * SERIAL_BLOCK];
	int serial_count;
	bool serial_asked;
	struct db_call serial_call, sweep_call;
	struct db_param due_params[3], left_params[2], done_params[2];
	struct arena sweep_arena;
	bool sweeping;
	struct loop_timer sweep, gather;
	struct sha256 trace_secret, draw_secret; /* of the risk rules; made of the secret for pseudonyms */
	int64_t next_us; /* monotonic: no flight before */
	int inspections;               /* asked for within the last hour: counted now and then, our own added */
	int64_t inspections_until_us;  /* monotonic: counted again */
	struct loop_task soon;
};

/* assess_flight.c: its batch and total are set; it is busy until it has landed. */
void flight_start(struct flight *f);
void flight_stop(struct flight *f); /* for good; nothing is called back */

/* assess_lookups.c: once all of the part is matched; what departments have answered about it. Then it is weighed. */
void flight_look_up(struct flight *f);

/* assess_risk.c: what came before the trades that are about to be declared. Then it settles. */
void flight_weigh(struct flight *f);

/* assess_settle.c: once all that is known is there. */
void flight_settle(struct flight *f);

/* assess_wanted.c: once it is written; what is lacking is to be asked. Then the part is over. */
void flight_want(struct flight *f);

/* assess_part.c */
void flight_call(struct flight *f, db_done_fn *then);
/* Nothing was written: later again, by halves, or left; a: the database's answer, NULL: no memory. */
void flight_put_off(struct flight *f, const char *what, const struct db_answer *a);
void flight_part_over(struct flight *f);
void flight_answers_done(struct inbox_item *list, enum inbox_outcome outcome);
int by_bucket_and_id(const void *x, const void *y);

/* assess_serial.c: preNo serials */
void assess_ask_serials(struct assess *s);  /* when they run low */
bool assess_next_serial(void *arg, uint32_t *serial);

#endif
