/*
 * A change of what daemons hold in memory: clients with their tokens and keys, the negative list, windows of maintenance. With the change
 * goes its revision, by which all daemons notice; this one reads anew at once.
 */
#ifndef API_MOVED_H
#define API_MOVED_H

#include "api/args.h"

enum step moved_await(struct req *r, const struct args *q, const struct db_stmt *stmt, db_step_fn *then) must_check;
/* Its answer: true once it met a row, and what moved is read anew; else *refusal is the database's, or `none`. */
bool moved_met(struct req *r, const struct db_answer *a, const struct fault *none, enum step *refusal) must_check;

#endif
