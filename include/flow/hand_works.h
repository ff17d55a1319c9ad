/*
 * The work rows that this daemon has in hand: one is done when all who hold it have let go of it, each having settled what it stood
 * for. One that was abandoned stays in the database, and the sweep finds it when its lease has run out. Memory only, of fixed size.
 */
#ifndef FLOW_HAND_WORKS_H
#define FLOW_HAND_WORKS_H

#include "base/attr.h"
#include "base/id.h"

struct hand_works;
struct hand_work;

struct hand_works *hand_works_new(void) must_check; /* NULL: no memory */
void hand_works_free(struct hand_works *s);

/* Held so many times, at least once. NULL: no room, it is left to the sweep. */
struct hand_work *hand_work_new(struct hand_works *s, const struct id *row, int holders);
void hand_work_hold(struct hand_work *w); /* once more */
void hand_work_abandon(struct hand_work *w);
void hand_work_release(struct hand_works *s, struct hand_work *w);

/* Rows that are done, to be deleted; then forget the first n of them. */
int hand_works_done_count(const struct hand_works *s);
const struct id *hand_works_done(const struct hand_works *s);
void hand_works_forget(struct hand_works *s, int n);

#endif
