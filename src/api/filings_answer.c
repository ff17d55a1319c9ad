/*
 * From the outcome of each node to one HTTP answer.
 *
 *   one JSON filing      its receipt (201 new, 200 repeat), or a problem
 *   a message of several {"results":[{index, status, receipt | problem}…]}: 201 all new, 200 all good, else 207
 *   CEB, Accept: XML     the CEB receipt message, a node per filing: 2, or a negative code; in the envelope of its message
 *   a relay's path       OK when every node is good, else as above
 *   a bad signature      the message as a whole: 422, as JSON a problem, as XML the receipt with customs' code in each node
 *   a dry run            the same in JSON, with what would be filed in place of a receipt; 200 where all is good
 *   nothing was stored and nothing is wrong with any node: 503, so that the whole is sent again
 */
#include "api/filings_answer.h"

#include <stdio.h>

#include "api/filings_quality.h"
#include "api/receipt_text.h"
#include "model/signature.h"
#include "standard/customs_receipt.h"
#include "standard/writer.h"

#define STATUS_ANY_ERROR -999999 /* what customs' list has no code of its own for */

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
	return reply_bytes(r, o.status, "application/json", filings_receipt_shown(w, 0));
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
	buf_char(&b, ']');
	filings_put_message_warnings(&b, w);
	buf_char(&b, '}');
	return reply_json(r, status_of(t), &b);
}

/* --- CEB ------------------------------------------------------------------------------------------------------------ */

/* A signature's code differs by message. */
static int code_of(const struct filing_node *n, enum rule rule)
{
	int code = n->doc == NULL ? 0 : signature_customs_code(n->doc->def->number, rule);

	return code != 0 ? code : rule_customs_code(rule);
}

static int customs_status(const struct filing_node *n, const struct filing_outcome *o)
{
	static const int taken[DOC_KIND_COUNT] = { /* the same number is there already */
		[DOC_ORDER] = -301010, [DOC_PAYMENT] = -401007, [DOC_WAYBILL] = -504015,
		[DOC_INVENTORY] = -621004, [DOC_WAYBILL_STATUS] = -505012,
		[DOC_WAREHOUSE_IN] = -800003,
	};
	int code = 0;

	if (o->code == FAULT_NONE)
		return 2;
	if (o->code == FAULT_KEY_CONFLICT)
		code = taken[n->doc->def->kind];
	else if (o->code == FAULT_FORBIDDEN)
		code = -10102;
	for (int i = 0; o->findings != NULL && i < o->findings->count && code >= 0; i++)
		code = code_of(n, o->findings->list[i].rule);
	return code < 0 ? code : STATUS_ANY_ERROR;
}

/* index -1: of the message as a whole. */
static void put_words(struct buf *b, const struct findings *all, const struct message_def *def, int index, bool chinese)
{
	for (int i = 0; all != NULL && i < all->count; i++) {
		buf_str(b, "; ");
		finding_put_xpath(b, &all->list[i], def, index);
		buf_char(b, ' ');
		buf_str(b, rule_detail(all->list[i].rule, chinese));
	}
}

static void put_info(struct req *r, struct buf *b, const struct filing_work *w, const struct filing_outcome *o)
{
	const struct filing_node *n = &w->nodes[o->index];
	bool chinese = customs_speaks_chinese(r);

	if (o->code == FAULT_NONE) {
		receipt_put_info(b, n->candidate->receipt, chinese);
		put_words(b, n->warnings, w->message.def, o->index, chinese);
		put_words(b, w->message.warnings, w->message.def, -1, chinese);
		return;
	}
	buf_str(b, fault_title(o->code, chinese));
	put_words(b, o->findings, w->message.def, o->index, chinese);
}

static void fill_return(struct req *r, const struct filing_work *w, int i, struct ceb_return *out)
{
	struct filing_outcome o = filings_judge(w, i);
	struct buf status, info;
	struct text receipt = { NULL, 0 };

	buf_init(&status, r->arena, 16);
	buf_init(&info, r->arena, 256);
	buf_i64(&status, customs_status(&w->nodes[i], &o));
	put_info(r, &info, w, &o);
	if (w->signature_why != NULL)
		buf_printf(&info, " (%s)", w->signature_why);
	if (o.code == FAULT_NONE)
		receipt = w->nodes[i].candidate->receipt;
	*out = (struct ceb_return){
		.doc = w->nodes[i].doc,
		.status = buf_as_text(&status),
		.info = buf_as_text(&info),
		.at_us = receipt_time(receipt, r->now_us),
	};
}

/* In the envelope in which the message came; content lies in the arena. */
static enum step reply_ceb(struct req *r, const struct filing_work *w, int status, const struct envelope_answer *answer)
{
	struct buf b;

	if (w->envelope.kind == ENVELOPE_NONE)
		return reply_kept(r, status, "application/xml", answer->content);
	buf_init(&b, r->arena, answer->content.len * 4 / 3 + 1024);
	envelope_put(&b, &w->envelope, answer);
	if (b.full)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	return reply_kept(r, status, envelope_content_type(&w->envelope), buf_as_text(&b));
}

static enum step answer_ceb(struct req *r, const struct filing_work *w, const struct filing_tally *t)
{
	int all = w->message.node_count, receipt = w->message.def->receipt;
	struct ceb_return *returns = arena_zalloc(r->arena, sizeof(*returns) * (size_t)all);
	struct sha256 body = sha256_of(w->body);
	struct envelope_answer answer = { .message_id = customs_guid(r->arena, &body, "message"), .at_us = r->now_us };
	char place[12], type[32];
	struct buf b;

	if (returns == NULL)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	for (int i = 0; i < all; i++) {
		fill_return(r, w, i, &returns[i]);
		(void)snprintf(place, sizeof(place), "%d", i);
		returns[i].guid = customs_guid(r->arena, &body, place);
	}
	buf_init(&b, r->arena, 512 * (size_t)all);
	ceb_put_receipt(&b, receipt, answer.message_id, returns, all);
	if (b.full || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	(void)snprintf(type, sizeof(type), "CEB%03dMessage", receipt);
	answer.type = text_of(type);
	answer.content = buf_as_text(&b);
	return reply_ceb(r, w, w->signature != RULE_COUNT ? 422 : status_of(t), &answer);
}

enum step filings_answer(struct req *r, struct filing_work *w)
{
	struct filing_tally t = { 0 };

	filings_quality_count(r->api->deps.sender_quality, w);
	if (!w->message.is_batch && !w->as_word)
		return answer_one(r, w);
	filings_count(&t, w);
	if (w->as_word && t.good == t.all && !w->is_dry)
		return reply_bytes(r, 200, "text/plain", TEXT("OK"));
	if (t.unavailable == t.all || !w->message.is_batch)
		return answer_one(r, w);
	w->base = req_base(r);
	w->chinese = req_chinese(r);
	return w->as_xml && w->message.def->receipt != 0 ? answer_ceb(r, w, &t) : answer_results(r, w, &t);
}

/* The envelope itself is no good: what the exchange would say. */
static enum step refuse_envelope(struct req *r, const struct filing_work *w, const struct fault *f)
{
	struct buf b;

	buf_init(&b, r->arena, 1024);
	dxp_rep_put(&b, &w->envelope, w->envelope.code, text_of(f->text), r->now_us);
	if (b.full)
		return reply_problem(r, f);
	return reply_kept(r, fault_http_status(f->code), "application/xml", buf_as_text(&b));
}

enum step filings_refuse(struct req *r, const struct filing_work *w, const struct fault *f)
{
	struct sha256 body = sha256_of(w->body);
	struct envelope_answer answer = { .type = TEXT("CEB900Message"), .at_us = r->now_us };
	struct ceb_refused refused = { .info = text_of(f->text), .original = w->envelope.content, .original_id = w->envelope.message_id };
	struct buf b, number;

	filings_quality_count_unread(r->api->deps.sender_quality, w, f->code);
	if (!w->as_xml || fault_may_retry(f->code))
		return reply_problem(r, f);
	if (w->envelope.code != EXCHANGE_TAKEN)
		return w->envelope.kind == ENVELOPE_DXP ? refuse_envelope(r, w, f) : reply_problem(r, f);
	answer.message_id = customs_guid(r->arena, &body, "message");
	buf_init(&number, r->arena, 16);
	buf_i64(&number, STATUS_ANY_ERROR);
	refused.guid = answer.message_id;
	refused.status = buf_as_text(&number);
	refused.at_us = r->now_us;
	buf_init(&b, r->arena, refused.original.len + 1024);
	ceb_put_900(&b, &refused);
	if (b.full)
		return reply_problem(r, f);
	answer.content = buf_as_text(&b);
	return reply_ceb(r, w, fault_http_status(f->code), &answer);
}
