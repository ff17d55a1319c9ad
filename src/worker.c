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
	worker_followers_free(w);
	sender_quality_free(w->sender_quality);
	signature_failures_free(w->failures);
	flow_free(w->flow);
	inbox_free(w->inbox);
	intake_free(w->intake);
	recent_free(w->recent);
	for (int l = 0; l < LISTENER_COUNT; l++)
		httpd_free(w->httpd[l]);
	api_free(w->api);
	client_trust_free(w->trust);
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

	if (!w->flow_quiesced && worker_open_requests(w) == 0 && job_runner_idle(w->jobs)
	    && intake_idle(w->intake)) {
		flow_quiesce(w->flow);
		payment_calls_quiesce(w->payment_calls);
		push_quiesce(w->push);
		sender_quality_quiesce(w->sender_quality);
		signature_failures_quiesce(w->failures);
		worker_followers_quiesce(w);
		w->flow_quiesced = true;
	}
	if (!is_late && !(w->flow_quiesced && flow_idle(w->flow) && payment_calls_idle(w->payment_calls) && push_idle(w->push) && sender_quality_idle(w->sender_quality)
	                  && signature_failures_idle(w->failures) && inbox_idle(w->inbox) && worker_followers_are_idle(w))) {
		loop_timer_set(w->loop, &w->drain, DRAIN_STEP_US, on_drain);
		return;
	}
	if (is_late)
		log_event(NULL, LOG_LEVEL_WARNING, "worker.not_drained", "worker %d stops with %d requests open", w->deps.index,
		          worker_open_requests(w));
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
	for (int l = 0; l < LISTENER_COUNT; l++)
		if (w->httpd[l] != NULL)
			httpd_quiesce(w->httpd[l]);
	loop_timer_set(w->loop, &w->drain, 0, on_drain);
}

bool worker_is_drained(const struct worker *w)
{
	return w->drained;
}
