/*
 * The log grows: leaves that writers left get their numbers, the tree its nodes, and each step a signed head.
 *
 *   resting ──audit.sweep_ms──> reading ──nothing──> resting
 *                                  └──leaves──> hashing ──> writing ──(more) at once──> reading
 *
 * Any daemon may do it: the write holds only if the head is still the one that was read, so of two that append at the same time one
 * writes and the other begins anew. Who dies in between has appended all or nothing; leaves lie in the database since their writers'
 * commit. A head that is behind what this daemon has signed already is not signed: the log was put back, or written anew.
 */
#ifndef FLOW_APPENDER_H
#define FLOW_APPENDER_H

#include "base/clock.h"
#include "base/crypto.h"
#include "base/fault.h"
#include "io/db.h"

struct appender_conf {
	const char *origin;
	int sweep_ms, batch; /* batch: leaves in one step */
};

struct appender_deps {
	struct loop *loop;
	struct db *db;
	const struct clock *clock;
	struct signer *signer;
};

struct appender;

struct appender *appender_new(const struct appender_conf *conf, const struct appender_deps *deps, struct fault *f) must_check;
void appender_quiesce(struct appender *a); /* appends no more; what is left others do */
bool appender_idle(const struct appender *a);
void appender_free(struct appender *a);    /* NULL allowed */

#endif
