/*
 * One request to an authority: one message, or several as one JSON array where the authority takes that (bundle_max).
 *
 *   start ──> sending ──> answered: every attempt in it ends by itself, with the answers about it
 *                             └──> refused for what it says, and there are several: each goes again alone
 *
 * Every message keeps its own id, which stands in it too, so that a bundle lost in doubt goes again without a second effect,
 * in whatever company (P4). The request dies with the last of its attempts.
 */
#ifndef FLOW_BUNDLE_H
#define FLOW_BUNDLE_H

#include "flow/attempt.h"
#include "flow/gate.h"

struct bundle_deps {
	struct httpc *httpc;
	const struct clock *clock;
	struct signer *signer; /* the gateway's key, for authorities with which no secret is shared; NULL: those requests go unsigned */
	/* One of its attempts has its end and is recording it. */
	void (*on_end)(void *arg, enum delivery_fate fate, int64_t elapsed_us);
	void (*on_alone)(void *arg, struct attempt *t); /* it must be queued again, and be sent alone */
	void (*on_back)(void *arg, const struct gate_end *end); /* after all of these: the request is no more under way */
	void *arg;
};

/* May it go with others? Messages in XML are signed one by one and go alone. */
bool bundle_takes(const struct attempt *t);
/* Under the authority's settings as they are now; all are of this authority. False: could not start, they are as before. A probe
 * that reaches nobody uses up no attempt of its message. */
bool bundle_start(const struct bundle_deps *deps, const struct authority_conf *conf, struct attempt *const *list, int count, bool is_probe) must_check;

#endif
