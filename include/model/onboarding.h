/*
 * How an enterprise comes in: applied, tested, approved, live. One step forward at a time, back to any earlier one.
 *
 * In a production database only those that are live may file; a sandbox or test database lets every state file, that is
 * what it is for. Pure: who moves whom, and when, is told by the caller.
 */
#ifndef MODEL_ONBOARDING_H
#define MODEL_ONBOARDING_H

#include <stdbool.h>

#include "base/fault.h"
#include "base/text.h"

/* X(id, name, English title, Chinese title, what comes next in English, in Chinese) */
#define CLIENT_STATES(X) \
	X(APPLIED,  "applied",  "Applied",  "已申请", \
	  "file each kind of message in the sandbox until its declarations are released; then an operator marks the client as tested", \
	  "在沙箱中申报各类单证，直至申报单放行；之后由运营方标记为已测试") \
	X(TESTED,   "tested",   "Tested",   "已测试", "an operator checks registration and contract, and approves", "由运营方核对备案与协议并批准") \
	X(APPROVED, "approved", "Approved", "已批准", "an operator sets the client live on the agreed day", "由运营方在约定日期开通") \
	X(LIVE,     "live",     "Live",     "已开通", NULL, NULL)

enum client_state {
#define X(id, name, en, zh, next_en, next_zh) CLIENT_##id,
	CLIENT_STATES(X)
#undef X
	CLIENT_STATE_COUNT
};
const char *client_state_name(enum client_state s);
const char *client_state_title(enum client_state s, bool chinese);
const char *client_state_next(enum client_state s, bool chinese); /* what has to happen for the next state; NULL: nothing */
bool client_state_by_name(struct text t, enum client_state *out) must_check;

/* False with *f: FAULT_STATE_CONFLICT (no such step), FAULT_BAD_REQUEST (back, and no reason given). */
bool client_state_may_move(enum client_state from, enum client_state to, struct text reason, struct fault *f) must_check;
enum { CLIENT_REASON_BYTES_MAX = 500 };

/* What a database, and so every daemon on it, is for. */
enum purpose { PURPOSE_PRODUCTION, PURPOSE_TEST, PURPOSE_SANDBOX, PURPOSE_COUNT };
const char *purpose_name(enum purpose p);
bool purpose_by_name(struct text t, enum purpose *out) must_check;
/* False with *f = FAULT_NOT_LIVE: which state it is in and what is missing. */
bool client_state_may_file(enum client_state s, enum purpose p, struct fault *f) must_check;

#endif
