/* Building a worker: each of its parts from its settings, in the order in which they need each other. */
#include "base/log.h"
#include "io/address.h"
#include "worker_priv.h"

#define CERTIFICATE_NOTICE_DAYS 30

#define SESSION_COMMON "set timezone = 'UTC'; set jit = off; set lock_timeout = '5s'; set max_parallel_workers_per_gather = 0;"
/* Writers: durable, and always the plans that the statements were written for. */
#define SESSION_WRITER \
	SESSION_COMMON \
	" set synchronous_commit = on; set plan_cache_mode = force_generic_plan; set enable_seqscan = off; set enable_mergejoin = off;" \
	" set enable_material = off;" \
	" set enable_bitmapscan = off; set statement_timeout = '15s'; set idle_in_transaction_session_timeout = '15s'"
#define SESSION_READER \
	SESSION_COMMON \
	" set synchronous_commit = on; set default_transaction_read_only = off; set idle_in_transaction_session_timeout = '15s';" \
	" set statement_timeout = %d"

static bool make_pools(struct worker *w, struct fault *f)
{
	static const char *const labels[POOL_COUNT] = { "intake", "flow", "query" };
	const struct config *c = w->deps.config;
	const int connections[POOL_COUNT] = { c->db.connections_intake, c->db.connections_flow, c->db.connections_query };
	char reader[sizeof(SESSION_READER) + 16];

	(void)snprintf(reader, sizeof(reader), SESSION_READER, c->query.timeout_ms);
	for (int p = 0; p < POOL_COUNT; p++) {
		struct db_conf conf = {
			.label = labels[p],
			.conninfo = c->db.conninfo,
			.password = w->deps.startup->password.at,
			.session = p == POOL_QUERY ? reader : SESSION_WRITER,
			.connections = connections[p],
			.pipeline_depth = c->db.pipeline_depth,
			.queue_limit = c->db.queue_limit,
			.queue_wait_ms = c->db.queue_wait_ms,
			.call_timeout_ms = c->db.call_timeout_ms,
			.connect_timeout_ms = c->db.connect_timeout_ms,
		};

		w->pools[p] = db_new(w->loop, &conf, f);
		if (w->pools[p] == NULL)
			return false;
	}
	return true;
}

static void on_stored(void *arg, const struct raised *raised)
{
	struct worker *w = arg;

	flow_hint(w->flow, raised);
}

static bool make_inbox(struct worker *w, struct fault *f)
{
	const struct inbox_deps deps = {
		.loop = w->loop, .db = w->pools[POOL_FLOW], .clock = w->deps.clock, .batch_limit = w->deps.config->inbox.batch,
		.waiting_limit = w->deps.config->inbox.waiting,
		.vault = w->vault, .ids = &w->ids, .work_lease_s = w->deps.config->intake.work_lease_s, .gather_ms = w->deps.config->inbox.gather_ms, .on_stored = on_stored, .arg = w,
	};

	w->inbox = inbox_new(&deps, f);
	return w->inbox != NULL;
}

static bool is_busy(void *arg)
{
	const struct worker *w = arg;

	return intake_is_busy(w->intake);
}

static bool make_flow(struct worker *w, struct fault *f)
{
	const struct config *c = w->deps.config;
	const struct httpc_conf http = { /* how many at once is each authority's own: several may live behind one host, and none takes another's */
		.connections_kept = c->authority_http.connections_kept, .connect_timeout_ms = c->authority_http.connect_timeout_ms,
		.answer_bytes = (size_t)c->authority_http.answer_bytes,
	};
	const struct flow_conf conf = {
		.assess_batch = c->flow.assess_batch, .assess_flights = c->flow.assess_flights, .hint_limit = c->flow.hint_limit,
		.queue_per_authority = c->flow.queue_per_authority, .oldest_percent = c->flow.oldest_percent, .lease_s = c->flow.lease_s,
		.gather_ms = c->flow.gather_ms, .patience_ms = c->flow.patience_ms, .busy_patience_ms = c->flow.busy_patience_ms,
		.answer_patience_ms = c->flow.answer_patience_ms, .busy_lag_ms = c->flow.busy_lag_ms, .sweep_ms = c->flow.sweep_ms,
		.report_ms = c->flow.report_ms, .lookup_sweep_ms = c->lookups.sweep_ms, .exchange_id = c->flow.exchange_id,
		.customs_signer = customs_signer_get(w->customs_signer), .identity_keys = w->deps.startup->identity_keys, .payer_key = w->deps.startup->payer_key,
	};
	struct flow_deps deps = { .loop = w->loop, .db = w->pools[POOL_FLOW], .inbox = w->inbox, .clock = w->deps.clock, .ids = &w->ids, .signer = w->signer,
		                  .vault = w->vault, .recent = w->recent, .rules = &w->rules, .rights = &w->rights, .is_busy = is_busy, .arg = w };

	w->httpc = httpc_new(w->loop, &http, f);
	if (w->httpc == NULL)
		return false;
	deps.httpc = w->httpc;
	w->flow = flow_new(&conf, &deps, f);
	return w->flow != NULL;
}

static bool make_payment_calls(struct worker *w, struct fault *f)
{
	const struct startup *s = w->deps.startup;
	const struct config *c = w->deps.config;
	struct payment_calls_conf conf = {
		.timeout_ms = c->payment_data.timeout_ms, .sweep_ms = c->payment_data.sweep_ms,
		.policy = { .attempts_max = c->payment_data.attempts_max, .first_wait_us = (int64_t)c->payment_data.first_wait_ms * 1000,
		            .longest_wait_us = (int64_t)c->payment_data.longest_wait_ms * 1000 },
	};
	const struct payment_calls_deps deps = { .loop = w->loop, .db = w->pools[POOL_FLOW], .httpc = w->httpc, .clock = w->deps.clock, .ids = &w->ids,
		                                 .vault = w->vault };

	if (s->payment_key_path != NULL) {
		w->payment_key = signing_key_load(s->payment_key_path, f);
		if (w->payment_key == NULL)
			return false;
		conf.upload_url = c->payment_data.upload_url;
		conf.key = w->payment_key;
		conf.cert_no = s->payment_certificate->serial;
	}
	w->payment_calls = payment_calls_new(&conf, &deps, f);
	return w->payment_calls != NULL;
}

static bool make_push(struct worker *w, struct fault *f)
{
	const struct config *c = w->deps.config;
	const struct httpc_conf http = {
		.connections_kept = c->push.in_flight, .connect_timeout_ms = c->push.connect_timeout_ms,
		.answer_bytes = (size_t)c->push.answer_bytes, .may_connect = c->push.allow_private != 0 ? NULL : address_is_public,
	};
	const struct push_conf conf = {
		.schedule = w->deps.startup->push_schedule, .timeout_ms = c->push.timeout_ms, .sweep_ms = c->push.sweep_ms, .lease_s = c->push.lease_s,
		.in_flight = c->push.in_flight, .per_subscription = c->push.per_subscription, .failed_max = c->push.failed_max,
		.log_hours = c->push.log_hours, .answers_lag_ms = c->query.receipts_lag_ms, .memory_bytes = (size_t)c->push.memory_bytes,
		.source = c->http.public_url[0] == '\0' ? "urn:tongguan" : c->http.public_url,
	};
	struct push_deps deps = { .loop = w->loop, .db = w->pools[POOL_QUERY], .clock = w->deps.clock, .ids = &w->ids, .signer = w->signer, .vault = w->vault };

	w->push_httpc = httpc_new(w->loop, &http, f);
	if (w->push_httpc == NULL)
		return false;
	deps.httpc = w->push_httpc;
	w->push = push_new(&conf, &deps, f);
	return w->push != NULL;
}

static bool make_intake(struct worker *w, struct fault *f)
{
	const struct config *c = w->deps.config;
	const struct intake_conf conf = {
		.batch_limit = c->intake.batch, .waiting_limit = c->intake.waiting, .flush_us = c->intake.flush_us, .beat_us = c->intake.beat_us, .company = c->intake.company, .give_up_ms = c->intake.give_up_ms,
		.flights = c->intake.flights, .work_lease_s = c->intake.work_lease_s,
	};
	const struct intake_deps deps = { .loop = w->loop, .db = w->pools[POOL_INTAKE], .clock = w->deps.clock, .ids = &w->ids, .signer = w->signer,
		                          .recent = w->recent, .vault = w->vault, .on_stored = on_stored, .arg = w };

	w->intake = intake_new(&conf, &deps, f);
	return w->intake != NULL;
}

static bool make_quality(struct worker *w, struct fault *f)
{
	const struct config *c = w->deps.config;
	const struct sender_quality_conf conf = { .flush_ms = c->quality.flush_ms, .counters = c->quality.counters };
	const struct sender_quality_deps deps = { .loop = w->loop, .db = w->pools[POOL_FLOW], .clock = w->deps.clock };
	const struct signature_failures_deps refused = { .loop = w->loop, .db = w->pools[POOL_FLOW], .clock = w->deps.clock };

	w->sender_quality = sender_quality_new(&conf, &deps, f);
	w->failures = w->sender_quality == NULL ? NULL : signature_failures_new(c->quality.flush_ms, &refused, f);
	return w->failures != NULL;
}

static bool make_jobs(struct worker *w, struct fault *f)
{
	const struct config *c = w->deps.config;
	const struct job_runner_conf conf = {
		.jobs = c->batch.jobs, .lease_s = c->batch.lease_s, .sweep_ms = c->batch.sweep_ms, .keep_hours = c->batch.keep_hours,
		.line_bytes = (size_t)c->batch.line_bytes, .memory_bytes = (size_t)c->http.memory_bytes,
	};
	const struct job_runner_deps deps = { .loop = w->loop, .db = w->pools[POOL_QUERY], .intake = w->intake, .sender_quality = w->sender_quality, .vault = w->vault, .clock = w->deps.clock,
		                              .ids = &w->ids, .rules = &w->rules, .rights = &w->rights, .clients = &w->clients };

	w->jobs = job_runner_new(&conf, &deps, f);
	return w->jobs != NULL;
}

static void on_job(void *arg)
{
	const struct worker *w = arg;

	job_runner_hint(w->jobs);
}

static bool make_api(struct worker *w, struct fault *f)
{
	const struct config *c = w->deps.config;
	const struct api_conf conf = {
		.body_bytes = (size_t)c->http.body_bytes,
		.batch = {
			.body_bytes = (size_t)c->batch.body_bytes, .line_bytes = (size_t)c->batch.line_bytes, .results_bytes = (size_t)c->batch.results_bytes,
			.memory_bytes = (size_t)c->http.memory_bytes, .lines_max = c->batch.lines_max, .direct_lines = c->batch.direct_lines,
			.waiting_max = c->batch.waiting_max,
		},
		.feed = {
			.scan = c->feed.scan, .look_ms = c->feed.look_ms, .heartbeat_ms = c->feed.heartbeat_ms, .streams = c->feed.streams,
			.streams_of_client = c->feed.streams_of_client, .stream_bytes = (size_t)c->feed.stream_bytes,
		},
		.access = { .token_days = c->access.token_days, .token_overlap_hours = c->access.token_overlap_hours,
		            .token_notice_days = c->access.token_notice_days, .tokens_max = c->access.tokens_max,
		            .keys_max = c->access.keys_max, .idempotency_hours = c->access.idempotency_hours, .signature_window_s = c->access.signature_window_s,
		            .signature_threads = c->access.signature_threads, .signature_queue = c->access.signature_queue },
		.query_timeout_ms = c->query.timeout_ms, .page_default = c->query.page_default,
		.page_max = c->query.page_max, .public_url = c->http.public_url[0] == '\0' ? NULL : c->http.public_url,
		.purpose = w->deps.startup->purpose, .receipts_lag_ms = c->query.receipts_lag_ms, .receipts_window_s = c->query.receipts_window_s,
		.retry_per_s = c->flow.retry_per_s, .sandbox_delay_ms = c->sandbox.delay_ms, .sandbox_clock_days = c->sandbox.clock_days,
		.push = { .subscriptions_max = c->push.subscriptions_max, .rotation_hours = c->push.rotation_hours,
		          .allow_http = c->push.allow_http != 0 || w->deps.startup->purpose != PURPOSE_PRODUCTION },
		.address_header = c->tracking.address_header[0] == '\0' ? NULL : c->tracking.address_header,
		.sends_payment_data = w->payment_key != NULL, .payment_waiting = c->payment_data.waiting, .payment_keep_days = c->payment_data.keep_days,
		.log_origin = c->audit.origin, .lookups_waiting = c->lookups.waiting, .payer_key = w->deps.startup->payer_key,
		.allow_clock_shift = c->test.clock != 0 && w->deps.startup->purpose != PURPOSE_PRODUCTION, .identity_keys = w->deps.startup->identity_keys,
	};
	const struct api_deps deps = {
		.loop = w->loop, .db = w->pools[POOL_QUERY], .httpc = w->httpc, .intake = w->intake, .inbox = w->inbox, .clock = w->deps.clock, .ids = &w->ids,
		.signer = w->signer, .vault = w->vault, .shared = w->deps.shared,
		.sender_quality = w->sender_quality, .failures = w->failures, .clients = &w->clients, .rules = &w->rules, .rights = &w->rights,
		.trust = w->trust, .proxies = &w->deps.startup->proxies, .policy = &w->policy, .on_job = on_job, .reload = worker_reload_asked, .moved = worker_reload_moved, .metrics = worker_metrics,
		.ready = worker_ready, .arg = w,
	};

	w->api = api_new(&conf, &deps, f);
	return w->api != NULL;
}

/* Told by the first of them, at each start: customs will refuse what an expired certificate signs. */
static void note_customs_certificate(const struct worker *w)
{
	int64_t left_us;

	if (w->customs_signer == NULL || w->deps.index != 0)
		return;
	left_us = customs_signer_expires_us(w->customs_signer) - clock_now_us(w->deps.clock);
	if (left_us < CERTIFICATE_NOTICE_DAYS * US_PER_DAY)
		log_event(NULL, LOG_LEVEL_WARNING, "customs.certificate_expires", "%s", left_us < 0 ? "it has expired" : "in less than thirty days");
}

bool worker_make(struct worker *w, struct fault *f)
{
	w->loop = loop_new(f);
	if (w->loop == NULL)
		return false;
	w->signer = signer_load(w->deps.startup->sign_path, f);
	if (w->signer == NULL || !customs_signer_open(w->deps.config, &w->customs_signer, f))
		return false;
	note_customs_certificate(w);
	if (!worker_keys_open(w, f))
		return false;
	if (w->deps.startup->tls.client_ca != NULL && (w->trust = client_trust_load(w->deps.startup->tls.client_ca, f)) == NULL)
		return false;
	w->recent = recent_new((size_t)w->deps.config->intake.recent_bytes, f);
	if (w->recent == NULL)
		return false;
	return make_pools(w, f) && make_inbox(w, f) && make_flow(w, f) && worker_followers_make(w, is_busy, f) && make_payment_calls(w, f)
	       && make_push(w, f) && make_intake(w, f) && make_quality(w, f) && make_jobs(w, f) && make_api(w, f);
}
