/*
 * The course of a case (RULES 8.1; E120): which step may follow which, and what each must say. Pure.
 *
 *   collected ──► assessed ──► warned ──► disposed ──► reviewed ──► closed
 *
 * From assessed one may dispose at once, and what is only warned of may be reviewed; new facts are assessed anew until something is disposed.
 * Only what is reviewed is closed, and a review says of every rule that hit whether it was right.
 */
#ifndef MODEL_CASE_CYCLE_H
#define MODEL_CASE_CYCLE_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/text.h"

/* X(id, name, members of the step that must be given besides the reason that any may have, in Chinese, what it means) */
#define CASE_STATES(X) \
	X(COLLECTED, "collected", "", "已采集", "Something was found, by the gateway or by a person") \
	X(ASSESSED,  "assessed", "points class grade", "已评估", "An officer weighed it") \
	X(WARNED,    "warned", "action", "已预警", "Who it concerns was warned") \
	X(DISPOSED,  "disposed", "action", "已处置", "What had to be done was done") \
	X(REVIEWED,  "reviewed", "was_right", "已复核", "It is said of every rule that hit whether it was right") \
	X(CLOSED,    "closed", "", "已结案", "Nothing follows")
enum case_state {
#define X(id, name, needs, zh, en) CASE_##id,
	CASE_STATES(X)
#undef X
	CASE_STATE_COUNT
};
const char *case_state_name(enum case_state s);
bool case_state_by_name(struct text t, enum case_state *out) must_check;
/* Names parted by blanks; "": none. */
const char *case_state_needs(enum case_state s);

/* Why the step does not follow, in *f; true: it may be made. */
bool case_may_follow(enum case_state from, enum case_state to, struct fault *f) must_check;
void case_put_page(struct buf *b); /* a part of docs/STATES.md */
/* The states that may follow, in their order; returns how many. */
int case_followers(enum case_state from, enum case_state out[CASE_STATE_COUNT]);

/* Departments: to see a case, or to take its steps and say who else may. */
#define CASE_ACCESSES(X) X(NONE, "none") X(READ, "read") X(WORK, "work")
enum case_access {
#define X(id, name) CASE_ACCESS_##id,
	CASE_ACCESSES(X)
#undef X
	CASE_ACCESS_COUNT
};
const char *case_access_name(enum case_access a);
bool case_access_by_name(struct text t, enum case_access *out) must_check;

#endif
