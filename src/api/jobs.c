/*
 * /v1/jobs: batches that are filed after their caller was answered.
 *
 * A client sees its own jobs, regulators and operators see all. Results are NDJSON; an answer holds as many as the
 * settings allow at once, and a Link to the next ones that are there already.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/stored.h"
#include "base/log.h"
#include "store/job_store.h"

static db_step_fn results_found, cancelled;

enum step jobs_list(struct req *r)
{
	struct fault f = { 0 };
	const struct page *page = page_begin(r, &f);
	struct args *q = args_new(r);

	if (page == NULL)
		return reply_problem(r, &f);
	args_caller(q);
	page_args(q, page);
	return args_await_query(r, q, "jobs_list", page_reply);
}

enum step jobs_get(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	return args_await_query(r, q, "job_get", reply_row);
}

/* --- results ----------------------------------------------------------------------------------------------------- */

enum step jobs_results(struct req *r)
{
	struct text from = httpd_query(r->http, "from_line");
	struct args *q = args_new(r);
	int64_t *line = arena_zalloc(r->arena, sizeof(*line));
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (line == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	*line = 1;
	if (from.at != NULL && (!text_to_i64(from, line) || *line < 1 || *line > INT32_MAX))
		return reply_fault(r, FAULT_BAD_REQUEST, "from_line is the number of a line, from 1");
	r->own = line;
	args_id(q, &id);
	args_caller(q);
	args_i32(q, (int32_t)*line);
	args_i64(q, (int64_t)r->api->conf.batch.results_bytes);
	return args_await_query(r, q, "job_results", results_found);
}

/* The number that a result begins with; results are of our own making. */
static int64_t line_of(struct text result)
{
	static const char head[] = "{\"line\":";
	int64_t n = 0;

	for (size_t i = sizeof(head) - 1; i < result.len && result.at[i] >= '0' && result.at[i] <= '9'; i++)
		n = n * 10 + (result.at[i] - '0');
	return n;
}

/* Pieces come whole: the lines before the one that was asked for go. */
static struct text without_lines_before(struct text results, int64_t first)
{
	while (results.len > 0 && line_of(results) < first) {
		const char *end = memchr(results.at, '\n', results.len);
		size_t len = end == NULL ? results.len : (size_t)(end - results.at) + 1;

		results = (struct text){ results.at + len, results.len - len };
	}
	return results;
}

static void link_next(struct req *r, int64_t line)
{
	struct buf b;

	buf_init(&b, r->arena, r->http->path.len + 128);
	buf_char(&b, '<');
	buf_text(&b, req_base(r));
	buf_text(&b, r->http->path);
	buf_str(&b, "?from_line=");
	buf_i64(&b, line);
	buf_str(&b, ">; rel=\"next\"");
	if (!b.full)
		req_header(r, "Link", b.at);
}

enum { RESULT_PIECE, RESULT_LINES, RESULT_NEXT };

/* Piece after piece, one behind the other. */
static bool join_results(struct req *r, const struct db_rows *rows, struct buf *out, struct fault *f)
{
	struct text results;
	struct id job;

	if (!id_parse(r->captures[0], &job))
		return fault_set(f, FAULT_NOT_FOUND, "no job has this id");
	buf_init(out, r->arena, 4096);
	for (int row = 0; row < db_row_count(rows) - 1; row++) {
		if (!job_store_open_results(r->api->deps.vault, r->arena, &job, (int)db_get_int(rows, row, RESULT_PIECE), db_get_text(rows, row, RESULT_LINES),
		                            &results, f))
			return false;
		buf_text(out, results);
	}
	return !out->full || fault_set(f, FAULT_BUSY, "the results are larger than the request's memory");
}

static enum step results_found(struct req *r, const struct db_answer *a)
{
	const int64_t *first = r->own;
	const struct db_rows *rows;
	struct fault f = { 0 };
	struct buf results;
	int last;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	rows = a->results[0];
	last = db_row_count(rows) - 1;
	if (!join_results(r, rows, &results, &f))
		return reply_stored_fault(r, &f);
	if (!db_is_null(rows, last, RESULT_NEXT))
		link_next(r, db_get_int(rows, last, RESULT_NEXT));
	return reply_kept(r, 200, "application/x-ndjson", without_lines_before(buf_as_text(&results), *first));
}

/* --- cancel ------------------------------------------------------------------------------------------------------ */

/* Lines not yet filed are forgotten at once. Answers the job as it is now; was it open? */
static const struct db_stmt cancel = {
	.name = "job_cancel",
	.sql =
	"with hit as ("
	"  update job j set state = 'cancelled', finished_at = $5::timestamptz"
	"  where bucket = $1::smallint and id = $2::uuid and ($4::boolean or client_id = $3::integer) and finished_at is null returning j), rest as ("
	"  update job_piece p set body = null from hit where p.bucket = (hit.j).bucket and p.job_id = (hit.j).id and p.results is null)"
	" select coalesce((select job_json(hit.j) from hit), job_json(was)), exists (select 1 from hit) from job was"
	" where was.bucket = $1::smallint and was.id = $2::uuid and ($4::boolean or was.client_id = $3::integer)",
	.param_count = 5,
	.flags = DB_WRITES,
};

enum step jobs_cancel(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_time(q, r->now_us);
	return args_await(r, q, &cancel, cancelled);
}

static enum step cancelled(struct req *r, const struct db_answer *a)
{
	const struct log_ids ids = { .trace = r->trace.id };

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(a->results[0], 0, 1) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "the job is done or was cancelled before");
	log_event(&ids, LOG_LEVEL_NOTICE, "job.cancelled", TEXT_FMT " by client %d", TEXT_ARG(r->captures[0]), r->client.id);
	return reply_row(r, a);
}
