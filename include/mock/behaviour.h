/* How an authority treats what comes: when and what it answers, and the faults on order. */
#ifndef MOCK_BEHAVIOUR_H
#define MOCK_BEHAVIOUR_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/json.h"
#include "base/text.h"
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
	int drop_before_next; /* cuts the connection without doing the work */
	int drop_after_next;  /* does the work, then cuts the connection */
	int wrong_next;       /* a 200 whose body is no answer */
	int corrupt_next;     /* the answer, and its second half is missing */
	int hang_ms;          /* how long a hanging one hangs */
	bool down;            /* refuses everything with 503 */
	int retry_after_s;    /* said with each 503 and 429; 0: not said */
	int limit_per_s;      /* requests in a second; beyond: 429. 0: no limit */
};

void behaviour_default(struct mock_behaviour *b);
/* Any of the members above; what is not named stays. On false all stays. */
bool behaviour_set(struct mock_behaviour *b, struct arena *a, struct text json, struct fault *f) must_check;
bool behaviour_set_from(struct mock_behaviour *b, const struct json *j, struct fault *f) must_check;
void behaviour_put(struct buf *b, const struct mock_behaviour *x);

#endif
