/*
 * Storing a job.
 *
 *   jobs_make ── how many are open ──> counted ──(too many) 429
 *                                         └─> put_pieces: about PUT_BYTES of them ──> put ──> put_pieces … ──> put_job ──> 202
 *
 * Small statements one after the other, so that nobody's reads wait long behind them. Only the last one makes the job
 * visible; pieces that are left of a caller who went are removed later.
 */
#include "api/jobs_make.h"

#include "base/log.h"
#include "standard/ndjson.h"
#include "store/job_store.h"

#define PUT_BYTES     (512u << 10)
#define RETRY_AFTER_S "1"
enum { PUT_PIECES = 32 };

struct jobs_make { /* r->own */
	struct ndjson left;
	struct arena arena; /* of the statement under way */
	struct job_lines list[PUT_PIECES];
	struct job_pieces pieces;
	struct job_new job;
	struct db_param open[1];
};

static db_step_fn counted, put, made;

static void free_part(void *arena)
{
	arena_done(arena);
}

enum step jobs_make(struct req *r, int lines, const struct filing_wish *wish)
{
	struct jobs_make *m = arena_zalloc(r->arena, sizeof(*m));

	if (m == NULL || !arena_defer(r->arena, free_part, &m->arena))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	arena_init(&m->arena, r->api->conf.batch.memory_bytes);
	ndjson_begin(&m->left, r->body, 1);
	m->job = (struct job_new){ .client_id = r->client.id, .lines = lines, .now_us = r->now_us, .base = req_base(r), .chinese = req_chinese(r), .iso = wish->iso };
	m->job.id = req_new_id(r);
	m->pieces = (struct job_pieces){ .job = m->job.id, .list = m->list };
	r->own = m;
	job_store_open(m->open, r->arena, r->client.id, &r->call);
	return await_db(r, counted);
}

/* Of a line that is too long as much is kept as shows that: white space at the end of it does not count. */
static size_t kept_bytes(const struct ndjson_piece *p, size_t line_bytes)
{
	size_t len = line_bytes + 1;

	if (p->lines > 1 || p->body.len <= len)
		return p->body.len;
	while (len < p->body.len && text_trim((struct text){ p->body.at + len - 1, 1 }).len == 0)
		len++;
	return len;
}

static bool fill_pieces(struct req *r, struct jobs_make *m)
{
	size_t bytes = 0;
	struct ndjson_piece p;

	m->pieces.from += m->pieces.count;
	m->pieces.count = 0;
	while (m->pieces.count < PUT_PIECES && bytes < PUT_BYTES && ndjson_cut(&m->left, NODES_MAX, r->api->conf.body_bytes, &p)) {
		p.body.len = kept_bytes(&p, r->api->conf.batch.line_bytes);
		bytes += p.body.len;
		m->list[m->pieces.count++] = (struct job_lines){ p.body, p.first, p.last, p.lines };
	}
	return m->pieces.count > 0;
}

static enum step put_next(struct req *r, struct jobs_make *m)
{
	arena_done(&m->arena);
	if (!fill_pieces(r, m)) {
		m->job.pieces = m->pieces.from;
		job_store_put(&m->job, &m->arena, &r->call);
		return m->arena.full ? reply_fault(r, FAULT_BUSY, "no memory to store the batch") : await_db(r, made);
	}
	if (!job_store_put_pieces(&m->pieces, r->api->deps.vault, &m->arena, &r->call))
		return reply_fault(r, FAULT_BUSY, "no memory to store the batch");
	return await_db(r, put);
}

static enum step counted(struct req *r, const struct db_answer *a)
{
	int most = r->api->conf.batch.waiting_max;
	struct fault f = { 0 };

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_get_int(a->results[0], 0, 0) < most)
		return put_next(r, r->own);
	(void)fault_set(&f, FAULT_OVER_QUOTA, "this client has %d jobs that are not finished: no more are taken", most);
	return reply_problem(r, &f);
}

static enum step put(struct req *r, const struct db_answer *a)
{
	return a->outcome == DB_DONE ? put_next(r, r->own) : reply_db_fault(r, a);
}

static enum step made(struct req *r, const struct db_answer *a)
{
	const struct jobs_make *m = r->own;
	const struct log_ids ids = { .trace = r->trace.id };
	char id[ID_TEXT_BYTES];
	struct buf path;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	id_format(&m->job.id, id);
	buf_init(&path, r->arena, 64);
	buf_str(&path, "/v1/jobs/");
	buf_str(&path, id);
	if (!path.full)
		req_header(r, "Location", path.at);
	req_header(r, "Retry-After", RETRY_AFTER_S);
	log_event(&ids, LOG_LEVEL_INFO, "job.accepted", "%s lines=%d pieces=%d by client %d", id, m->job.lines, m->job.pieces, r->client.id);
	r->api->deps.on_job(r->api->deps.arg);
	return reply_bytes(r, 202, "application/json", db_get_text(a->results[0], 0, 0));
}
