/*
 * A batch of filings, one on each line.
 *
 *   filings_lines ── counts the lines ──(many, or Prefer: respond-async)──> jobs_make.c
 *        └──> next_piece: at most NODES_MAX lines ── read ─ check ─ choose
 *                  ^            ├──intake──> filed ──> its answers are put down ─┐
 *                  │            ├──dry run──> looked ──────────────────────────┤
 *                  │            └──(nothing to store) in the next turn ─────────┤
 *                  └────────────────────────────────────────────────────────────┘  no piece left: answer
 *
 * Only a piece is in memory beside the body and the answers: each has an arena of its own that goes with it. Pieces
 * are filed one after the other, so a caller who leaves stops what was not begun.
 */
#include "api/filings_lines.h"

#include "api/filings_dry.h"
#include "api/filings_goods.h"
#include "api/filings_judge.h"
#include "api/filings_quality.h"
#include "api/jobs_make.h"

enum { ANSWERS_FIRST_BYTES = 65536 };

struct lines_work { /* r->own */
	struct ndjson left;
	struct filing_work piece;
	struct arena arena;        /* of the piece under way */
	struct filing_tally tally;
	struct buf answers;
	bool is_dry;
};

static step_fn next_piece, filed;
static db_step_fn looked, goods_found;

static bool count_lines(const struct req *r, int *lines, struct fault *f)
{
	struct ndjson n;
	struct ndjson_line line;

	ndjson_begin(&n, r->body, 1);
	for (*lines = 0; ndjson_next(&n, &line); ++*lines)
		if (*lines == r->api->conf.batch.lines_max)
			return fault_set(f, FAULT_TOO_MANY_LINES, "a batch may have %d lines that hold something", *lines);
	return *lines > 0 || fault_set(f, FAULT_BAD_JSON, "no line holds a filing");
}

/* Prefer (RFC 7240) is a list; other preferences are passed over. */
static bool prefers_async(const struct req *r)
{
	struct text prefer = httpd_header(r->http, "Prefer");

	while (prefer.len > 0) {
		const char *comma = memchr(prefer.at, ',', prefer.len);
		struct text one = { prefer.at, comma == NULL ? prefer.len : (size_t)(comma - prefer.at) };

		if (text_eq_nocase(text_trim(one), TEXT("respond-async")))
			return true;
		prefer.at += one.len + (comma != NULL);
		prefer.len -= one.len + (comma != NULL);
	}
	return false;
}

static void free_piece(void *arena)
{
	arena_done(arena);
}

static struct lines_work *work_new(struct req *r, const struct filing_wish *wish)
{
	struct lines_work *w = arena_zalloc(r->arena, sizeof(*w));

	if (w == NULL || !req_keep_codes(r) || !arena_defer(r->arena, free_piece, &w->arena))
		return NULL;
	arena_init(&w->arena, r->api->conf.batch.memory_bytes);
	ndjson_begin(&w->left, r->body, 1);
	buf_init(&w->answers, r->arena, ANSWERS_FIRST_BYTES);
	w->is_dry = wish->is_dry;
	w->piece = (struct filing_work){
		.arena = &w->arena, .client = &r->client, .form = FORM_LINES, .line_bytes = r->api->conf.batch.line_bytes, .is_dry = wish->is_dry, .iso = wish->iso,
		.base = req_base(r), .chinese = req_chinese(r),
	};
	r->own = w;
	return r->arena->full ? NULL : w;
}

enum step filings_lines(struct req *r, const struct filing_wish *wish)
{
	bool is_async = !wish->is_dry && prefers_async(r);
	struct fault f = { 0 };
	int lines;

	if (!count_lines(r, &lines, &f))
		return reply_problem(r, &f);
	if (is_async)
		req_header(r, "Preference-Applied", "respond-async");
	if (is_async || (!wish->is_dry && lines > r->api->conf.batch.direct_lines))
		return jobs_make(r, lines, wish);
	if (work_new(r, wish) == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	return next_piece(r);
}

/* When not one line could be stored for want of the database, the whole is to be sent again. */
static enum step answer(struct req *r, struct lines_work *w)
{
	if (w->answers.full || r->arena->full)
		return reply_fault(r, FAULT_TOO_LARGE, "the answers do not fit the memory of a request; send fewer lines, or Prefer: respond-async");
	if (w->tally.unavailable == w->tally.all)
		return reply_fault(r, FAULT_STORE_DOWN, "none of the lines could be stored");
	return reply_kept(r, w->tally.good == w->tally.all ? 200 : 207, "application/x-ndjson", buf_as_text(&w->answers));
}

static enum step store_piece(struct req *r, struct lines_work *w)
{
	struct filing_work *p = &w->piece;

	if (!filings_choose(p, &r->submission))
		return reply_fault(r, FAULT_TOO_LARGE, "a part of the batch does not fit the memory of a request");
	if (r->submission.candidate_count == 0)
		return await_turn(r, filed);
	return w->is_dry ? filings_dry_look(r, p, looked) : await_intake_part(r, filed);
}

static enum step next_piece(struct req *r)
{
	struct lines_work *w = r->own;
	struct filing_work *p = &w->piece;
	struct fault f = { 0 };

	arena_done(&w->arena);
	if (!ndjson_cut(&w->left, NODES_MAX, r->api->conf.body_bytes, &p->piece))
		return answer(r, w);
	p->body = p->piece.body;
	p->rules = *r->api->deps.rules;
	p->rights = *r->api->deps.rights;
	p->clients = *r->api->deps.clients;
	p->now_us = clock_now_us(r->api->deps.clock);
	p->has_looked = false;
	r->submission = (struct intake_submission){ .arena = &w->arena };
	if (!filings_read(p, &f))
		return reply_problem(r, &f);
	return filings_goods_ask(p, &r->call) ? await_db(r, goods_found) : store_piece(r, w);
}

static enum step goods_found(struct req *r, const struct db_answer *a)
{
	struct lines_work *w = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	filings_goods_take(&w->piece, a);
	w->piece.rights = *r->api->deps.rights;
	return store_piece(r, w);
}

static enum step filed(struct req *r)
{
	struct lines_work *w = r->own;

	filings_count(&w->tally, &w->piece);
	filings_quality_count(r->api->deps.sender_quality, &w->piece);
	for (int i = 0; i < w->piece.message.node_count; i++) {
		filings_put_result(&w->answers, &w->piece, i);
		buf_char(&w->answers, '\n');
	}
	return next_piece(r);
}

static enum step looked(struct req *r, const struct db_answer *a)
{
	struct lines_work *w = r->own;

	filings_dry_take(&w->piece, a);
	return filed(r);
}
