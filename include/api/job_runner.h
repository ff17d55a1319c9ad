/*
 * Files the lines of stored jobs, one piece of a job after the other, a few jobs at once; one runner per worker.
 *
 *   idle ──claim──> claiming ──> filing (intake) ──> recording ──> idle, and the next claim
 *                      │            └──(not known to be stored)──> let go: the lease runs out, the piece is filed again
 *                      └──(no job waits)──> idle until a hint or the next sweep
 *
 * Daemons share the work through leases (store/job_store.h). Filing a piece twice does no harm: what is stored is a repeat.
 */
#ifndef API_JOB_RUNNER_H
#define API_JOB_RUNNER_H

#include "api/deps.h"

struct job_runner;

struct job_runner_conf {
	int jobs;        /* pieces in hand at once; 0: this daemon runs none */
	int lease_s;     /* longer than it takes to file and record a piece */
	int sweep_ms;    /* how often jobs are looked for */
	int keep_hours;  /* a job is removed so long after it ended */
	size_t line_bytes, memory_bytes; /* of a line; of a piece being filed */
};

struct job_runner_deps {
	struct loop *loop;
	struct db *db;
	struct intake *intake;
	struct sender_quality *sender_quality;
	struct vault *vault;
	const struct clock *clock;
	struct id_source *ids;
	struct rules *const *rules; /* current; may change between turns */
	struct rights *const *rights;
	struct client_set *const *clients; /* the same */
};

struct job_runner *job_runner_new(const struct job_runner_conf *conf, const struct job_runner_deps *deps, struct fault *f) must_check;
/* After intake, which holds pieces until it is freed. NULL allowed. */
void job_runner_free(struct job_runner *jr);
void job_runner_hint(struct job_runner *jr);    /* there is a new job */
void job_runner_quiesce(struct job_runner *jr); /* takes no more */
bool job_runner_idle(const struct job_runner *jr);

struct job_runner_stats { uint64_t pieces, good, bad; int in_hand; };
void job_runner_stats_get(const struct job_runner *jr, struct job_runner_stats *out);

#endif
