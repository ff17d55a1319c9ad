/*
 * Every setting of the daemon, from one table (src/config_table.c): the parser, --check-config, --print-config
 * (the sample) and docs/CONFIG.md all come from it.
 */
#ifndef CONFIG_H
#define CONFIG_H

#include <stdbool.h>
#include <stdio.h>

#include "base/arena.h"
#include "base/attr.h"
#include "base/fault.h"
#include "base/text.h"

enum { FORMAT_AUTO, FORMAT_JOURNAL, FORMAT_JSON };

struct config { /* texts live in the arena and are never NULL */
	struct arena arena;
	const char *path; /* of the file; NULL: defaults only */
	struct {
		int workers, stop_timeout_ms, reload_ms;
	} service;
	struct {
		const char *address, *local_address, *proxies, *public_url;
		int connections, header_timeout_ms, body_timeout_ms, idle_timeout_ms, handler_timeout_ms;
		int header_bytes, body_bytes, memory_bytes, bodies_bytes, connections_per_address;
	} http;
	struct {
		const char *conninfo, *password_file;
		int connections_intake, connections_flow, connections_query, pipeline_depth, queue_limit;
		int queue_wait_ms, call_timeout_ms, connect_timeout_ms;
	} db;
	struct {
		int body_bytes, line_bytes, lines_max, direct_lines, jobs, waiting_max, lease_s, sweep_ms, keep_hours, results_bytes;
	} batch;
	struct {
		const char *certificate, *key_file, *client_ca;
	} tls;
	struct {
		int token_days, token_overlap_hours, token_notice_days, tokens_max, keys_max, idempotency_hours, signature_window_s, signature_threads, signature_queue;
	} access;
	struct {
		int timeout_ms, page_default, page_max, receipts_lag_ms, receipts_window_s;
	} query;
	struct {
		int batch, waiting, flush_us, beat_us, company, give_up_ms, flights, work_lease_s, recent_bytes;
	} intake;
	struct {
		int assess_batch, assess_flights, hint_limit, queue_per_authority, oldest_percent, lease_s, sweep_ms, gather_ms, patience_ms, busy_patience_ms, answer_patience_ms, busy_lag_ms, report_ms, retry_per_s;
		const char *exchange_id;
	} flow;
	struct {
		const char *signing_key, *certificate;
		int algorithm; /* 0 auto, then enum sign_algorithm and 1 */
	} customs;
	struct {
		int batch, waiting, gather_ms;
	} inbox;
	struct {
		int connections_kept, connect_timeout_ms, answer_bytes;
	} authority_http;
	struct {
		const char *key_file;
	} sign;
	struct {
		const char *key_file, *old_key_file;
		int key_version;
	} identity;
	struct {
		const char *key_file, *payer_key_file;
	} privacy;
	struct {
		const char *upload_url, *key_file, *certificate;
		int timeout_ms, attempts_max, first_wait_ms, longest_wait_ms, sweep_ms, waiting, keep_days;
	} payment_data;
	struct {
		int sweep_ms, waiting;
	} lookups;
	struct {
		const char *schedule_s;
		int timeout_ms, sweep_ms, lease_s, in_flight, per_subscription, failed_max, subscriptions_max, rotation_hours, log_hours, memory_bytes;
		int connect_timeout_ms, answer_bytes;
		int allow_http, allow_private; /* bool */
	} push;
	struct {
		int level;  /* 0 error … 4 debug */
		int format; /* FORMAT_… */
	} log;
	struct {
		int sweep_ms, batch;
	} credit;
	struct {
		int flush_ms, counters;
	} quality;
	struct {
		int sweep_ms, batch, scan, look_ms, heartbeat_ms, streams, streams_of_client, stream_bytes, digest_ms, digest_batch;
	} feed;
	struct {
		const char *origin;
		int sweep_ms, batch;
	} audit;
	struct {
		int sweep_ms, batch, trace_per_minute;
		const char *address_header;
	} tracking;
	struct {
		int delay_ms, clock_days;
	} sandbox;
	struct {
		int clock; /* bool */
		const char *kill_point;
	} test;
};

/* Reads path (NULL: defaults only). False: what is wrong stands on stderr, each line with file and line; *f sums it up. */
bool config_load(struct config *c, const char *path, struct fault *f) must_check;
void config_done(struct config *c);

/* Takes over the settings that may change while running. restart gets the names of others that differ, at most size bytes. */
void config_take_reloadable(struct config *c, const struct config *from, char *restart, size_t size);

/* The documented file; c NULL: the sample, with every setting at its default and commented out. */
void config_print(FILE *out, const struct config *c);
void config_print_markdown(FILE *out);

/* Where a secret's file is: "credential:name" is $CREDENTIALS_DIRECTORY/name, in the arena. NULL: no credentials were passed. */
const char *config_secret_path(struct arena *a, const char *setting, struct fault *f) must_check;
/* The file's bytes without white space at the end, NUL after them; refuses a file that others may read. An empty setting
 * gives an absent text. False with *f: FAULT_FORBIDDEN when this user may not read it. */
bool config_secret(struct arena *a, const char *setting, struct text *out, struct fault *f) must_check;

#endif
