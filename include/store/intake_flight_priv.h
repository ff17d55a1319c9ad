/* Private to intake. Each calls only what is to its right:  intake ─► intake_flight ─► intake_settle ─► revision. */
#ifndef STORE_INTAKE_FLIGHT_PRIV_H
#define STORE_INTAKE_FLIGHT_PRIV_H

#include "store/intake_priv.h"

enum {
	INTAKE_FLIGHTS_MAX = 8,
	INTAKE_OVERLAP = 2, /* flights that take turns: one is stored while the next is read and checked; more only where one is stuck */
	INTAKE_BATCH_MAX = 1024,
	INTAKE_LIST_MAX = INTAKE_BATCH_MAX + NODES_MAX,
	INTAKE_PARTS_MAX = 16, /* halving INTAKE_LIST_MAX down to one leaves fewer behind */
};

struct intake_flight {
	struct intake *home;
	struct arena receipts;     /* until the whole batch is over */
	struct arena arena;        /* of the call under way: made anew for each try */
	struct intake_write write;
	struct candidate *list[INTAKE_LIST_MAX]; /* the whole batch, sorted */
	int count;
	int from, to;              /* the part under way: halves after bad data */
	struct intake_half { int from, to; } parts[INTAKE_PARTS_MAX];
	int part_count;
	struct db_call call;
	struct loop_timer pause;
	int64_t left_us, sent_us, give_up_us; /* monotonic */
	bool busy, unknown;
	bool is_hopeful;           /* that nobody filed any of it before */
};

struct intake {
	struct intake_conf conf;
	struct intake_deps deps;
	struct intake_submission *head, **tail;
	int waiting; /* candidates in the queue */
	int64_t left_us; /* when the last batch left: monotonic */
	int64_t busy_until_us, careful_until_us; /* monotonic */
	int64_t answered_us;    /* when the last answer came: monotonic */
	int64_t least_lag_us;   /* of the batches' time in the database, what their size does not explain: the least since the last look … */
	int lag_count;          /* … at so many */
	int64_t disk_us;        /* the least at the last look: what even the quickest batch waited for */
	struct id raised[INTAKE_LIST_MAX * 3];
	bool incomplete[INTAKE_LIST_MAX * 3];
	struct intake_flight flights[INTAKE_FLIGHTS_MAX];
	struct revision_lane *lane;
	struct loop_task soon;
	loop_task_fn *on_soon; /* takes what waits onto the flights that are free */
	struct loop_timer company;
	struct intake_stats stats;
};

/* intake_flight.c: its list is there, sorted, and has no twins in it. It is busy until all of it is decided. */
void intake_fly(struct intake_flight *fl);

/* intake_settle.c: its outcome is known. The twins are done first: whoever is done may be gone. */
void intake_settle(struct intake *i, struct candidate *first);
/* To be decided by reading first: a change, a deletion, or an addition that met other content. */
void intake_revise(struct intake *i, struct candidate *c);

#endif
