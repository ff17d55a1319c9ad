/*
 * The numbers of all workers as Prometheus text: tables of name, kind, help and place.
 *
 * HTTP's own metrics come from api; these are the house's. Numbers of another worker are up to a second old.
 */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.h"
#include "worker_priv.h"

enum place { AS_INT, AS_U64, AS_SECONDS /* 64 bits of microseconds */ };

struct family {
	const char *name, *type, *help;
	enum place place;
	size_t offset;
};

#define WORKER_AT(m) offsetof(struct worker_numbers, m)
#define POOL_AT(m)   offsetof(struct db_stats, m)
#define PART_AT(m)   offsetof(struct flow_authority_stats, m)

static const struct family worker_families[] = {
	{ "tongguan_loop_turns_total", "counter", "Turns of the event loop.", AS_U64, WORKER_AT(turns) },
	{ "tongguan_loop_busy_seconds_total", "counter", "Time the event loop spent working.", AS_SECONDS, WORKER_AT(busy_us) },
	{ "tongguan_loop_longest_turn_seconds", "gauge", "Longest turn within the last second.", AS_SECONDS, WORKER_AT(lag_us) },
	{ "tongguan_http_connections", "gauge", "Open connections.", AS_INT, WORKER_AT(connections) },
	{ "tongguan_http_open_requests", "gauge", "Requests that wait for their answer.", AS_INT, WORKER_AT(open_requests) },
	{ "tongguan_feed_streams", "gauge", "Open streams of the feed.", AS_INT, WORKER_AT(streams) },
	{ "tongguan_rules_revision", "gauge", "Revision of the rules in force, since which registrations and clients were read, too.", AS_U64, WORKER_AT(rules_revision) },
	{ "tongguan_intake_batches_total", "counter", "Batches of filings written.", AS_U64, WORKER_AT(intake.batches) },
	{ "tongguan_intake_batches_new_total", "counter", "Batches of filings that were taken to be new, all of them, and were.", AS_U64, WORKER_AT(intake.batches_new) },
	{ "tongguan_intake_stored_total", "counter", "Filings stored.", AS_U64, WORKER_AT(intake.stored) },
	{ "tongguan_intake_repeats_total", "counter", "Filings that were there already.", AS_U64, WORKER_AT(intake.repeats) },
	{ "tongguan_intake_conflicts_total", "counter", "Filings whose key held other content.", AS_U64, WORKER_AT(intake.conflicts) },
	{ "tongguan_intake_refused_total", "counter", "Filings that could not be stored for what they say.", AS_U64, WORKER_AT(intake.refused) },
	{ "tongguan_intake_unknown_total", "counter", "Filings whose storing stayed unknown.", AS_U64, WORKER_AT(intake.unknown) },
	{ "tongguan_intake_waiting", "gauge", "Filings that wait to be written.", AS_INT, WORKER_AT(intake.waiting) },
	{ "tongguan_job_pieces_total", "counter", "Pieces of jobs that were filed and recorded.", AS_U64, WORKER_AT(jobs.pieces) },
	{ "tongguan_job_good_lines_total", "counter", "Lines of jobs that are filed.", AS_U64, WORKER_AT(jobs.good) },
	{ "tongguan_job_bad_lines_total", "counter", "Lines of jobs that were refused.", AS_U64, WORKER_AT(jobs.bad) },
	{ "tongguan_job_pieces_in_hand", "gauge", "Pieces of jobs being claimed, filed or recorded.", AS_INT, WORKER_AT(jobs.in_hand) },
	{ "tongguan_quality_written_total", "counter", "Filings and faults of data that were counted and written.", AS_U64, WORKER_AT(sender_quality.written) },
	{ "tongguan_quality_left_out_total", "counter", "Those that were not, for want of counters or of the database.", AS_U64, WORKER_AT(sender_quality.left_out) },
	{ "tongguan_signature_failures_total", "counter", "Signatures of requests and messages that were refused.", AS_U64, WORKER_AT(failures.counted) },
	{ "tongguan_signature_failures_left_out_total", "counter", "Those of them that the risk rules do not know of.", AS_U64, WORKER_AT(failures.left_out) },
	{ "tongguan_signature_failures_waiting", "gauge", "Counters of refused signatures that wait to be written.", AS_INT, WORKER_AT(failures.waiting) },
	{ "tongguan_quality_waiting", "gauge", "Counters that wait to be written.", AS_INT, WORKER_AT(sender_quality.waiting) },
	{ "tongguan_intake_in_flight", "gauge", "Batches of filings under way.", AS_INT, WORKER_AT(intake.in_flight) },
	{ "tongguan_flow_judged_total", "counter", "Declarations judged.", AS_U64, WORKER_AT(flow.judged) },
	{ "tongguan_flow_races_total", "counter", "Judgements thrown away because something new had come.", AS_U64, WORKER_AT(flow.races) },
	{ "tongguan_flow_declared_total", "counter", "Versions handed to authorities.", AS_U64, WORKER_AT(flow.declared) },
	{ "tongguan_flow_released_total", "counter", "Declarations released.", AS_U64, WORKER_AT(flow.released) },
	{ "tongguan_flow_contradictions_total", "counter", "Answers that contradict a final state.", AS_U64, WORKER_AT(flow.contradictions) },
	{ "tongguan_flow_swept_total", "counter", "Declarations picked up because nobody held them.", AS_U64, WORKER_AT(flow.swept) },
	{ "tongguan_flow_hinted", "gauge", "Declarations waiting in memory to be judged.", AS_INT, WORKER_AT(flow.hinted) },
	{ "tongguan_lookups_answered_total", "counter", "Questions to departments that were answered.", AS_U64, WORKER_AT(flow.lookups_answered) },
	{ "tongguan_lookups_failed_total", "counter", "Attempts to ask a department that had no answer.", AS_U64, WORKER_AT(flow.lookups_failed) },
	{ "tongguan_push_leads", "gauge", "1 where events and receipts are pushed from; one worker of all daemons.", AS_INT, WORKER_AT(push.leads) },
	{ "tongguan_push_delivered_total", "counter", "Attempts to push a message that the receiver took.", AS_U64, WORKER_AT(push.delivered) },
	{ "tongguan_push_failed_total", "counter", "Attempts to push a message that failed.", AS_U64, WORKER_AT(push.failed) },
	{ "tongguan_push_disabled_total", "counter", "Subscriptions disabled by what their receivers did.", AS_U64, WORKER_AT(push.disabled) },
	{ "tongguan_push_in_flight", "gauge", "Messages being pushed.", AS_INT, WORKER_AT(push.in_flight) },
	{ "tongguan_push_queued", "gauge", "Messages that wait in memory to be pushed.", AS_INT, WORKER_AT(push.queued) },
	{ "tongguan_push_failed_waiting", "gauge", "Messages that failed and wait, in the database.", AS_U64, WORKER_AT(push.failed_waiting) },
	{ "tongguan_push_subscriptions_disabled", "gauge", "Subscriptions that are disabled, in the database.", AS_U64, WORKER_AT(push.subscriptions_disabled) },
	{ "tongguan_flow_judging", "gauge", "Declarations being judged.", AS_INT, WORKER_AT(flow.judging) },
};

static const struct family pool_families[] = {
	{ "tongguan_db_connections_up", "gauge", "Database connections that are ready.", AS_INT, POOL_AT(connections_up) },
	{ "tongguan_db_connections_wanted", "gauge", "Database connections that are wanted.", AS_INT, POOL_AT(connections_wanted) },
	{ "tongguan_db_calls_sent", "gauge", "Database calls under way.", AS_INT, POOL_AT(calls_sent) },
	{ "tongguan_db_calls_waiting", "gauge", "Database calls that wait for a connection.", AS_INT, POOL_AT(calls_waiting) },
	{ "tongguan_db_calls_done_total", "counter", "Database calls that succeeded.", AS_U64, POOL_AT(done) },
	{ "tongguan_db_calls_failed_total", "counter", "Database calls that certainly failed.", AS_U64, POOL_AT(failed) },
	{ "tongguan_db_calls_uncertain_total", "counter", "Database calls whose outcome is not known.", AS_U64, POOL_AT(uncertain) },
	{ "tongguan_db_reconnects_total", "counter", "Database connections made again.", AS_U64, POOL_AT(reconnects) },
};

static const struct family part_families[] = {
	{ "tongguan_authority_in_flight", "gauge", "Deliveries being sent.", AS_INT, PART_AT(in_flight) },
	{ "tongguan_authority_queued", "gauge", "Deliveries waiting in memory.", AS_INT, PART_AT(queued) },
	{ "tongguan_authority_breaker_open", "gauge", "1 while the authority is left alone because it failed.", AS_INT, PART_AT(breaker_open) },
	{ "tongguan_authority_paused", "gauge", "1 while the authority is left alone because it asked for it (Retry-After).", AS_INT, PART_AT(paused) },
	{ "tongguan_authority_maintenance", "gauge", "1 while the authority is in maintenance.", AS_INT, PART_AT(in_maintenance) },
	{ "tongguan_authority_throttled_total", "counter", "How often max_per_s let a delivery wait.", AS_U64, PART_AT(throttled) },
	{ "tongguan_authority_sent_total", "counter", "Deliveries taken by the authority.", AS_U64, PART_AT(sent) },
	{ "tongguan_authority_again_total", "counter", "Attempts that will be made again.", AS_U64, PART_AT(again) },
	{ "tongguan_authority_dead_total", "counter", "Deliveries given up.", AS_U64, PART_AT(dead) },
	{ "tongguan_authority_attempt_seconds_total", "counter", "Time spent waiting for the authority.", AS_SECONDS, PART_AT(latency_us_sum) },
};

static void put_head(struct buf *b, const char *name, const char *type, const char *help)
{
	buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void put_number(struct buf *b, const struct family *f, const void *of)
{
	const char *at = (const char *)of + f->offset;
	uint64_t u64;
	int number;

	if (f->place == AS_INT) {
		memcpy(&number, at, sizeof(number));
		buf_i64(b, number);
	} else {
		memcpy(&u64, at, sizeof(u64));
		if (f->place == AS_SECONDS)
			buf_printf(b, "%llu.%06llu", (unsigned long long)(u64 / US_PER_S), (unsigned long long)(u64 % US_PER_S));
		else
			buf_i64(b, (int64_t)u64);
	}
	buf_char(b, '\n');
}

static void put_workers(const struct worker_board *board, struct buf *b)
{
	for (size_t i = 0; i < COUNTOF(worker_families); i++) {
		const struct family *f = &worker_families[i];

		put_head(b, f->name, f->type, f->help);
		for (int k = 0; k < board->count; k++) {
			buf_printf(b, "%s{worker=\"%d\"} ", f->name, k);
			put_number(b, f, &board->each[k]);
		}
	}
}

static void put_pools(const struct worker_board *board, struct buf *b)
{
	static const char *const labels[POOL_COUNT] = { "intake", "flow", "query" };

	for (size_t i = 0; i < COUNTOF(pool_families); i++) {
		const struct family *f = &pool_families[i];

		put_head(b, f->name, f->type, f->help);
		for (int k = 0; k < board->count * POOL_COUNT; k++) {
			buf_printf(b, "%s{worker=\"%d\",pool=\"%s\"} ", f->name, k / POOL_COUNT, labels[k % POOL_COUNT]);
			put_number(b, f, &board->each[k / POOL_COUNT].pools[k % POOL_COUNT]);
		}
	}
}

static void put_parts(const struct worker_board *board, struct buf *b)
{
	for (size_t i = 0; i < COUNTOF(part_families); i++) {
		const struct family *f = &part_families[i];

		put_head(b, f->name, f->type, f->help);
		for (int k = 0; k < board->count * AUTHORITY_COUNT; k++) {
			int a = k % AUTHORITY_COUNT;

			buf_printf(b, "%s{worker=\"%d\",authority=\"%s\"} ", f->name, k / AUTHORITY_COUNT, authority_code((enum authority)a));
			put_number(b, f, &board->each[k / AUTHORITY_COUNT].flow.authorities[a]);
		}
	}
}

/* --- the backlog in the database, as the first worker counted it, and who follow ------------------------------------------------- */

static int64_t age_s(int64_t now_us, int64_t since_us)
{
	int64_t age_us = since_us == 0 ? 0 : now_us - since_us;

	return age_us < 0 ? 0 : age_us / US_PER_S;
}

static void put_backlog(const struct worker_backlog *h, int64_t now_us, struct buf *b)
{
	static const char *const names[] = { "tongguan_backlog_due", "tongguan_backlog_dead", "tongguan_backlog_oldest_age_seconds" };
	static const char *const helps[] = { "Deliveries that wait to be sent, in the database.", "Deliveries given up, in the database.",
		                             "Age of the oldest delivery that waits to be sent." };

	for (size_t i = 0; i < COUNTOF(names); i++) {
		put_head(b, names[i], "gauge", helps[i]);
		for (int a = 0; a < AUTHORITY_COUNT; a++) {
			const int64_t values[] = { h->authorities[a].due, h->authorities[a].dead, age_s(now_us, h->authorities[a].oldest_us) };

			buf_printf(b, "%s{authority=\"%s\"} %lld\n", names[i], authority_code((enum authority)a), (long long)values[i]);
		}
	}
	put_head(b, "tongguan_work_waiting", "gauge", "Declarations that have something new and are not judged yet, in the database.");
	buf_printf(b, "tongguan_work_waiting %lld\n", (long long)h->work);
	put_head(b, "tongguan_work_oldest_age_seconds", "gauge", "How long the oldest of them has waited.");
	buf_printf(b, "tongguan_work_oldest_age_seconds %lld\n", (long long)age_s(now_us, h->work_oldest_us));
	put_head(b, "tongguan_feed_watermark", "gauge", "Number of the last event of the feed.");
	buf_printf(b, "tongguan_feed_watermark %lld\n", (long long)h->feed_watermark);
	put_head(b, "tongguan_feed_oldest_age_seconds", "gauge", "How long the oldest change has waited for its number.");
	buf_printf(b, "tongguan_feed_oldest_age_seconds %lld\n", (long long)age_s(now_us, h->feed_oldest_us));
	put_head(b, "tongguan_todo_due", "gauge", "Declarations that are due at their time and are not judged yet, in the database.");
	buf_printf(b, "tongguan_todo_due %lld\n", (long long)h->todo);
	put_head(b, "tongguan_todo_oldest_age_seconds", "gauge", "How long the oldest of them has been due.");
	buf_printf(b, "tongguan_todo_oldest_age_seconds %lld\n", (long long)age_s(now_us, h->todo_oldest_us));
}

static void put_followers(const struct worker_board *board, struct buf *b)
{
	put_head(b, "tongguan_follower_behind_seconds", "gauge", "How long there has been something left to do for what goes on beside the life of a filing.");
	for (int i = 0; i < FOLLOWER_COUNT; i++) {
		int64_t us = board->followers[i].behind_us;

		if (board->followers[i].name.at != NULL)
			buf_printf(b, "tongguan_follower_behind_seconds{follower=\"" TEXT_FMT "\"} %lld.%06lld\n", TEXT_ARG(board->followers[i].name),
			           (long long)(us / US_PER_S), (long long)(us % US_PER_S));
	}
}

/* --- the process ------------------------------------------------------------------------------------------------- */

struct stat_line { /* fields of /proc/self/stat after the command's name */
	unsigned long long start_ticks, virtual_bytes;
	long resident_pages;
};

static bool read_stat(struct stat_line *out)
{
	FILE *in = fopen("/proc/self/stat", "re");
	char line[1024];
	const char *rest;
	bool good;

	if (in == NULL)
		return false;
	good = fgets(line, (int)sizeof(line), in) != NULL && (rest = strrchr(line, ')')) != NULL
	       && sscanf(rest + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %*u %*u %*d %*d %*d %*d %*d %*d %llu %llu %ld", &out->start_ticks,
	                 &out->virtual_bytes, &out->resident_pages) == 3;
	(void)fclose(in);
	return good;
}

static void put_process(struct buf *b)
{
	struct rusage use;
	struct rlimit files;
	struct stat_line line;

	put_head(b, "tongguan_build_info", "gauge", "Always 1; the version is the label.");
	buf_printf(b, "tongguan_build_info{version=\"%s\"} 1\n", TONGGUAN_VERSION);
	if (getrusage(RUSAGE_SELF, &use) == 0) {
		int64_t us = (use.ru_utime.tv_sec + use.ru_stime.tv_sec) * US_PER_S + use.ru_utime.tv_usec + use.ru_stime.tv_usec;

		put_head(b, "process_cpu_seconds_total", "counter", "Processor time used.");
		buf_printf(b, "process_cpu_seconds_total %lld.%06lld\n", (long long)(us / US_PER_S), (long long)(us % US_PER_S));
	}
	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		put_head(b, "process_max_fds", "gauge", "Limit of open descriptors.");
		buf_printf(b, "process_max_fds %llu\n", (unsigned long long)files.rlim_cur);
	}
	if (read_stat(&line)) {
		put_head(b, "process_resident_memory_bytes", "gauge", "Memory in use.");
		buf_printf(b, "process_resident_memory_bytes %lld\n", (long long)line.resident_pages * sysconf(_SC_PAGESIZE));
		put_head(b, "process_virtual_memory_bytes", "gauge", "Address space in use.");
		buf_printf(b, "process_virtual_memory_bytes %llu\n", line.virtual_bytes);
	}
}

/* Counted when it is asked for, from what this worker knows. */
static void put_tokens(const struct worker *w, struct buf *b)
{
	int64_t notice_us = w->deps.config->access.token_notice_days * US_PER_DAY;

	put_head(b, "tongguan_clients_token_expiring", "gauge", "Clients whose last token ends within access.token_notice_days.");
	buf_printf(b, "tongguan_clients_token_expiring %d\n", w->clients == NULL ? 0 : client_set_expiring(w->clients, clock_now_us(w->deps.clock), notice_us));
}

/* --- for others -------------------------------------------------------------------------------------------------- */

/* What the first worker alone knows. */
static void note_first(const struct worker *w)
{
	struct worker_board *board = w->deps.board;

	board->backlog = w->watch.backlog;
	for (int i = 0; i < FOLLOWER_COUNT; i++) {
		const struct follower *f = w->followers[i];

		if (f == NULL)
			continue;
		board->followers[i].name = follower_name(f);
		board->followers[i].behind_us = follower_behind_us(f);
	}
}

void worker_note(struct worker *w)
{
	struct worker_numbers n = { .lag_us = w->watch.lag_us };
	struct loop_stats *loop = loop_stats(w->loop);

	for (int p = 0; p < POOL_COUNT; p++)
		db_stats_get(w->pools[p], &n.pools[p]);
	intake_stats_get(w->intake, &n.intake);
	flow_stats_get(w->flow, &n.flow);
	job_runner_stats_get(w->jobs, &n.jobs);
	sender_quality_stats_get(w->sender_quality, &n.sender_quality);
	signature_failures_stats_get(w->failures, &n.failures);
	push_stats_get(w->push, &n.push);
	n.turns = loop->turns;
	n.busy_us = loop->busy_us;
	n.connections = worker_connections(w);
	n.open_requests = worker_open_requests(w);
	n.streams = api_streams(w->api);
	n.rules_revision = w->reload.whole_revision;
	(void)pthread_mutex_lock(&w->deps.board->lock);
	w->deps.board->each[w->deps.index] = n;
	if (w->deps.index == 0)
		note_first(w);
	(void)pthread_mutex_unlock(&w->deps.board->lock);
}

void worker_metrics(void *arg, struct buf *out)
{
	struct worker *w = arg;
	struct worker_board *board = w->deps.board;

	worker_note(w);
	(void)pthread_mutex_lock(&board->lock);
	put_workers(board, out);
	put_pools(board, out);
	put_parts(board, out);
	put_backlog(&board->backlog, clock_now_us(w->deps.clock), out);
	put_followers(board, out);
	(void)pthread_mutex_unlock(&board->lock);
	put_tokens(w, out);
	put_process(out);
}
