/* What goes on by itself beside the flow (flow/follower.h): one set of a daemon is enough, so the first worker has it. */
#include <assert.h>

#include "flow/alarms.h"
#include "flow/appender.h"
#include "flow/credit.h"
#include "flow/digests.h"
#include "flow/feedback.h"
#include "flow/follow_up.h"
#include "flow/listing.h"
#include "flow/month_closer.h"
#include "flow/price_learner.h"
#include "flow/sampler.h"
#include "flow/sequencer.h"
#include "flow/tracker.h"
#include "flow/trade_months.h"
#include "worker_priv.h"

bool worker_followers_make(struct worker *w, bool (*is_busy)(void *arg), struct fault *f)
{
	const struct config *c = w->deps.config;
	const struct {
		const struct follower_kind *kind;
		struct follower_conf conf;
	} each[] = {
		{ &sequencer_kind, { c->feed.sweep_ms, c->feed.batch } },
		{ &digests_kind, { c->feed.digest_ms, c->feed.digest_batch } },
		{ &appender_kind, { c->audit.sweep_ms, c->audit.batch } },
		{ &follow_up_kind, { .sweep_ms = c->flow.sweep_ms } },
		{ &tracker_kind, { c->tracking.sweep_ms, c->tracking.batch } },
		{ &trade_months_kind, { c->feed.digest_ms, c->feed.digest_batch } },
		{ &credit_kind, { c->credit.sweep_ms, c->credit.batch } },
		{ &listing_kind, { .sweep_ms = c->credit.sweep_ms } },
		{ &price_learner_kind, { .sweep_ms = c->feed.digest_ms } },
		{ &feedback_kind, { .sweep_ms = c->credit.sweep_ms } },
		{ &month_closer_kind, { .sweep_ms = c->credit.sweep_ms } },
		{ &sampler_kind, { c->feed.digest_ms, c->feed.digest_batch } },
		{ &alarms_kind, { .sweep_ms = c->credit.sweep_ms } },
	};
	const struct follower_deps deps = {
		.loop = w->loop, .db = w->pools[POOL_FLOW], .inbox = w->inbox, .clock = w->deps.clock, .ids = &w->ids, .vault = w->vault,
		.signer = w->signer, .log_origin = c->audit.origin, .rules = &w->rules, .payer_key = w->deps.startup->payer_key, .turn = &w->follower_turn, .is_busy = is_busy, .arg = w,
	};

	static_assert(COUNTOF(each) == FOLLOWER_COUNT, "a place for each");
	for (int i = 0; i < FOLLOWER_COUNT && w->deps.index == 0; i++) {
		w->followers[i] = follower_new(each[i].kind, &each[i].conf, &deps, f);
		if (w->followers[i] == NULL)
			return false;
	}
	return true;
}

void worker_followers_quiesce(struct worker *w)
{
	for (int i = 0; i < FOLLOWER_COUNT; i++)
		if (w->followers[i] != NULL)
			follower_quiesce(w->followers[i]);
}

bool worker_followers_are_idle(const struct worker *w)
{
	for (int i = 0; i < FOLLOWER_COUNT; i++)
		if (w->followers[i] != NULL && !follower_is_idle(w->followers[i]))
			return false;
	return true;
}

void worker_followers_free(struct worker *w)
{
	for (int i = 0; i < FOLLOWER_COUNT; i++)
		follower_free(w->followers[i]);
}
