/*
 * From the outcome of each node to one HTTP answer.
 *
 *   one JSON filing      its receipt (201 new, 200 repeat), or a problem
 *   a message of several {"results":[{index, status, receipt | problem}…]}: 201 all new, 200 all good, else 207
 *   CEB, Accept: XML     the CEB receipt message, a node per filing: 2, or a negative code
 *   a dry run            the same in JSON, with what would be filed in place of a receipt; 200 where all is good
 *   nothing was stored and nothing is wrong with any node: 503, so that the whole is sent again
 */
#include "api/filings_answer.h"

#include <stdio.h>

#include "standard/writer.h"

#define RECEIPT_ID "{\"id\":\""
#define RECEIPT_AT "\"received_at\":\""
#define STATUS_ANY_ERROR -999999 /* what customs' list has no code of its own for */

/* --- what a receipt says ------------------------------------------------------------------------------------------ */

static struct text receipt_id(struct text receipt)
{
	if (!text_starts(receipt, RECEIPT_ID) || receipt.len < sizeof(RECEIPT_ID) + ID_TEXT_BYTES)
		return (struct text){ NULL, 0 };
	return (struct text){ receipt.at + sizeof(RECEIPT_ID) - 1, ID_TEXT_BYTES - 1 };
}

static int64_t receipt_time(struct text receipt, int64_t otherwise)
{
	const char *at = receipt.at == NULL ? NULL : memmem(receipt.at, receipt.len, RECEIPT_AT, sizeof(RECEIPT_AT) - 1);
	const char *end;
	int64_t us = otherwise;

	if (at == NULL)
		return otherwise;
	at += sizeof(RECEIPT_AT) - 1;
	end = memchr(at, '"', (size_t)(receipt.at + receipt.len - at));
	if (end == NULL || !clock_parse_rfc3339((struct text){ at, (size_t)(end - at) }, &us))
		return otherwise;
	return us;
}

/* --- JSON ----------------------------------------------------------------------------------------------------------- */

static void add_location(struct req *r, struct text receipt)
{
	struct text id = receipt_id(receipt);
	char *path;

	if (id.at == NULL || (path = arena_alloc(r->arena, sizeof("/v1/filings/") + ID_TEXT_BYTES)) == NULL)
		return;
	memcpy(path, "/v1/filings/", 12);
	memcpy(path + 12, id.at, id.len);
	path[12 + id.len] = '\0';
	req_header(r, "Location", path);
}

static enum step answer_one(struct req *r, const struct filing_work *w)
{
	struct filing_outcome o = filings_judge(w, 0);
	struct problem p;
	struct buf b;

	if (o.code != FAULT_NONE) {
		p = filings_problem(w, &o);
		return reply_problem_of(r, &p);
	}
	if (w->is_dry) {
		buf_init(&b, r->arena, 1024);
		filings_put_dry(&b, w, 0);
		return reply_json(r, o.status, &b);
	}
	add_location(r, w->nodes[0].candidate->receipt);
	return reply_bytes(r, o.status, "application/json", w->nodes[0].candidate->receipt);
}

static int status_of(const struct filing_tally *t)
{
	return t->created == t->all ? 201 : t->good == t->all ? 200 : 207;
}

static enum step answer_results(struct req *r, const struct filing_work *w, const struct filing_tally *t)
{
	struct buf b;

	buf_init(&b, r->arena, 2048 * (size_t)w->message.node_count);
	buf_str(&b, w->is_dry ? "{\"dry_run\":true,\"results\":[" : "{\"results\":[");
	for (int i = 0; i < w->message.node_count; i++) {
		if (i > 0)
			buf_char(&b, ',');
		filings_put_result(&b, w, i);
	}
	buf_str(&b, "]}");
	return reply_json(r, status_of(t), &b);
}

/* --- CEB ------------------------------------------------------------------------------------------------------------ */

/* Customs' software reads Chinese; another language must be asked for. */
static bool speaks_chinese(const struct req *r)
{
	return httpd_header(r->http, "Accept-Language").at == NULL || req_chinese(r);
}

static int customs_status(const struct filing_node *n, const struct filing_outcome *o)
{
	static const int taken[DOC_KIND_COUNT] = { /* the same number is there already */
		[DOC_ORDER] = -301010, [DOC_PAYMENT] = -401007, [DOC_WAYBILL] = -504015,
		[DOC_INVENTORY] = -621004, [DOC_WAYBILL_STATUS] = -505012,
	};
	int code = 0;

	if (o->code == FAULT_NONE)
		return 2;
	if (o->code == FAULT_KEY_CONFLICT)
		code = taken[n->doc->def->kind];
	else if (o->code == FAULT_FORBIDDEN)
		code = -10102;
	for (int i = 0; o->findings != NULL && i < o->findings->count && code >= 0; i++)
		code = rule_customs_code(o->findings->list[i].rule);
	return code < 0 ? code : STATUS_ANY_ERROR;
}

static void put_info(struct req *r, struct buf *b, const struct filing_node *n, const struct filing_outcome *o)
{
	bool chinese = speaks_chinese(r);

	if (o->code == FAULT_NONE) {
		buf_str(b, chinese ? "申报成功[" : "filed[");
		buf_text(b, receipt_id(n->candidate->receipt));
		buf_char(b, ']');
		return;
	}
	buf_str(b, fault_title(o->code, chinese));
	for (int k = 0; o->findings != NULL && k < o->findings->count; k++) {
		const struct finding *one = &o->findings->list[k];

		buf_str(b, "; ");
		if (n->doc != NULL)
			finding_put_xpath(b, one, n->doc->def, o->index);
		buf_char(b, ' ');
		buf_str(b, rule_detail(one->rule, chinese));
	}
}

/* 36 characters that the same message always gets. */
static struct text stable_guid(struct req *r, const struct sha256 *body, const char *of)
{
	const struct text parts[] = { { (const char *)body->b, sizeof(body->b) }, text_of(of) };
	struct id id = id_of_key('G', parts, COUNTOF(parts));
	char *guid = arena_alloc(r->arena, ID_TEXT_BYTES);

	if (guid == NULL)
		return TEXT("");
	id_format(&id, guid);
	for (char *c = guid; *c != '\0'; c++)
		if (*c >= 'a' && *c <= 'f')
			*c = (char)(*c - 'a' + 'A');
	return (struct text){ guid, ID_TEXT_BYTES - 1 };
}

static void fill_return(struct req *r, const struct filing_work *w, int i, struct ceb_return *out)
{
	struct filing_outcome o = filings_judge(w, i);
	struct buf status, info;
	struct text receipt = { NULL, 0 };

	buf_init(&status, r->arena, 16);
	buf_init(&info, r->arena, 256);
	buf_i64(&status, customs_status(&w->nodes[i], &o));
	put_info(r, &info, &w->nodes[i], &o);
	if (o.code == FAULT_NONE)
		receipt = w->nodes[i].candidate->receipt;
	*out = (struct ceb_return){
		.doc = w->nodes[i].doc,
		.status = buf_as_text(&status),
		.info = buf_as_text(&info),
		.at_us = receipt_time(receipt, r->now_us),
	};
}

static enum step answer_ceb(struct req *r, const struct filing_work *w, const struct filing_tally *t)
{
	int all = w->message.node_count;
	struct ceb_return *returns = arena_zalloc(r->arena, sizeof(*returns) * (size_t)all);
	struct sha256 body = sha256_of(w->body);
	char place[12];
	struct buf b;

	if (returns == NULL)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	for (int i = 0; i < all; i++) {
		fill_return(r, w, i, &returns[i]);
		(void)snprintf(place, sizeof(place), "%d", i);
		returns[i].guid = stable_guid(r, &body, place);
	}
	buf_init(&b, r->arena, 512 * (size_t)all);
	ceb_put_receipt(&b, w->message.number + 1, stable_guid(r, &body, "message"), returns, all);
	if (b.full || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	return reply_kept(r, status_of(t), "application/xml", buf_as_text(&b));
}

enum step filings_answer(struct req *r, struct filing_work *w)
{
	struct filing_tally t = { 0 };

	if (!w->message.is_batch)
		return answer_one(r, w);
	filings_count(&t, w);
	if (t.unavailable == t.all)
		return answer_one(r, w);
	w->base = req_base(r);
	w->chinese = req_chinese(r);
	return w->as_xml ? answer_ceb(r, w, &t) : answer_results(r, w, &t);
}

enum step filings_refuse(struct req *r, const struct filing_work *w, const struct fault *f)
{
	struct sha256 body = sha256_of(w->body);
	struct buf b, number;

	if (!w->as_xml || fault_may_retry(f->code))
		return reply_problem(r, f);
	buf_init(&number, r->arena, 16);
	buf_i64(&number, STATUS_ANY_ERROR);
	buf_init(&b, r->arena, w->body.len + 1024);
	ceb_put_900(&b, stable_guid(r, &body, "message"), buf_as_text(&number), text_of(f->text), w->body, r->now_us);
	if (b.full)
		return reply_problem(r, f);
	return reply_kept(r, fault_http_status(f->code), "application/xml", buf_as_text(&b));
}
