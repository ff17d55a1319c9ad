/*
 * Opening a worker, letting it end.
 *
 * It listens only when it knows rules and clients: nobody is refused for what was merely not read yet. When it
 * drains, requests end first, then what they stored is judged no further, then answers under way are recorded;
 * whatever is left stands in the database for the next daemon.
 */
#include "worker.h"

#include <stdlib.h>

#include "base/log.h"
#include "worker_priv.h"

#define DRAIN_STEP_US 5000

struct worker *worker_new(const struct worker_deps *deps, struct fault *f)
{
	struct worker *w = calloc(1, sizeof(*w));

	if (w == NULL) {
		(void)fault_set(f, FAULT_SYSTEM, "no memory for a worker");
		return NULL;
	}
	w->deps = *deps;
	w->given_fd = -1;
	id_source_init(&w->ids);
	if (!worker_make(w, f)) {
		worker_free(w);
		return NULL;
	}
	worker_reload_start(w);
	worker_watch_start(w);
	return w;
}

/* What calls others goes first, so that nothing is called back. */
void worker_free(struct worker *w)
{
	if (w == NULL)
		return;
	push_free(w->push);
	payment_calls_free(w->payment_calls);
	follow_up_free(w->follow_up);
	tracker_free(w->tracker);
	trade_months_free(w->trade_months);
	listing_free(w->listing);
	credit_free(w->credit);
	digests_free(w->digests);
	appender_free(w->appender);
	sequencer_free(w->sequencer);
	quality_free(w->quality);
	flow_free(w->flow);
	inbox_free(w->inbox);
	intake_free(w->intake);
	recent_free(w->recent);
	if (w->httpd != NULL)
		httpd_free(w->httpd);
	api_free(w->api);
	job_runner_free(w->jobs);
	if (w->push_httpc != NULL)
		httpc_free(w->push_httpc);
	if (w->httpc != NULL) /* requests of the sandbox wait for its calls too */
		httpc_free(w->httpc);
	if (w->loop != NULL) {
		worker_reload_stop(w);
		worker_watch_stop(w);
		worker_keys_stop(w);
		loop_timer_clear(w->loop, &w->drain);
	}
	for (int p = 0; p < POOL_COUNT; p++)
		db_free(w->pools[p]);
	vault_free(w->vault);
	signer_free(w->signer);
	customs_signer_close(w->customs_signer);
	signing_key_free(w->payment_key);
	if (w->loop != NULL)
		loop_free(w->loop);
	free(w);
}

void worker_run(struct worker *w)
{
	loop_run(w->loop);
}

struct loop *worker_loop(struct worker *w)
{
	return w->loop;
}

/* --- ending ------------------------------------------------------------------------------------------------------ */

static void on_drain(struct loop_timer *t)
{
	struct worker *w = container_of(t, struct worker, drain);
	bool is_late = loop_now_us(w->loop) >= w->drain_until_us;

	if (!w->flow_quiesced && (w->httpd == NULL || httpd_open_requests(w->httpd) == 0) && job_runner_idle(w->jobs)
	    && intake_idle(w->intake)) {
		flow_quiesce(w->flow);
		payment_calls_quiesce(w->payment_calls);
		push_quiesce(w->push);
		quality_quiesce(w->quality);
		if (w->deps.index == 0) { /* the next daemon numbers and counts the rest */
			sequencer_quiesce(w->sequencer);
			digests_quiesce(w->digests);
			appender_quiesce(w->appender);
			follow_up_quiesce(w->follow_up);
			tracker_quiesce(w->tracker);
			trade_months_quiesce(w->trade_months);
			credit_quiesce(w->credit);
			listing_quiesce(w->listing);
		}
		w->flow_quiesced = true;
	}
	if (!is_late && !(w->flow_quiesced && flow_idle(w->flow) && payment_calls_idle(w->payment_calls) && push_idle(w->push) && quality_idle(w->quality)
	                  && inbox_idle(w->inbox)
	                  && (w->deps.index != 0 || (sequencer_idle(w->sequencer) && digests_idle(w->digests) && appender_idle(w->appender)
	                                             && follow_up_idle(w->follow_up) && tracker_idle(w->tracker) && trade_months_idle(w->trade_months)
	                                             && credit_idle(w->credit) && listing_idle(w->listing))))) {
		loop_timer_set(w->loop, &w->drain, DRAIN_STEP_US, on_drain);
		return;
	}
	if (is_late)
		log_event(NULL, LOG_LEVEL_WARNING, "worker.not_drained", "worker %d stops with %d requests open", w->deps.index,
		          w->httpd == NULL ? 0 : httpd_open_requests(w->httpd));
	w->drained = true;
	if (w->drain_stops)
		loop_stop(w->loop);
}

void worker_drain(struct worker *w, int64_t timeout_us, bool stops)
{
	if (w->drain_until_us != 0)
		return;
	w->drain_until_us = loop_now_us(w->loop) + timeout_us;
	w->drain_stops = stops;
	api_draining(w->api);
	job_runner_quiesce(w->jobs);
	if (w->httpd != NULL)
		httpd_quiesce(w->httpd);
	loop_timer_set(w->loop, &w->drain, 0, on_drain);
}

bool worker_is_drained(const struct worker *w)
{
	return w->drained;
}
