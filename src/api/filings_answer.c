/*
 * From the outcome of each node to one HTTP answer.
 *
 *   one JSON filing      its receipt (201 new, 200 repeat), or a problem
 *   a message of several {"results":[{index, status, receipt | problem}…]}: 201 all new, 200 all good, else 207
 *   CEB, Accept: XML     the CEB receipt message, a node per filing: 2, or a negative code; in the envelope of its message
 *   a relay's path       OK when every node is good, else as above
 *   a bad signature      the message as a whole: 422, as JSON a problem, as XML the receipt with customs' code in each node
 *   nothing was stored and nothing is wrong with any node: 503, so that the whole is sent again
 */
#include "api/filings_answer.h"

#include <assert.h>
#include <stdio.h>

#include "model/signature.h"
#include "standard/writer.h"

#define RECEIPT_ID "{\"id\":\""
#define RECEIPT_AT "\"received_at\":\""
#define STATUS_ANY_ERROR -999999 /* what customs' list has no code of its own for */

struct verdict_of_node { /* a node's outcome, in the words of the API */
	int index, status;
	enum fault_code code;         /* FAULT_NONE: there is a receipt */
	const char *detail;
	const struct findings *findings;
	const struct id *first_id;
};

/* A refusal by intake, as if the check had found it. */
static const struct findings *one_finding(struct req *r, enum rule rule)
{
	const struct finding one = { .rule = rule, .line = -1 };
	struct findings *all = arena_alloc(r->arena, sizeof(*all));

	if (all == NULL)
		return NULL;
	findings_init(all, r->arena);
	findings_add(all, &one);
	return all;
}

static struct verdict_of_node judge_candidate(struct req *r, const struct candidate *c)
{
	struct verdict_of_node v = { .code = FAULT_NONE, .detail = "" };

	assert(c->outcome != INTAKE_PENDING);
	switch (c->outcome) {
	case INTAKE_STORED:
		v.status = 201;
		return v;
	case INTAKE_REPEAT:
		v.status = 200;
		return v;
	case INTAKE_CONFLICT:
		v.code = FAULT_KEY_CONFLICT;
		v.detail = "first_id names the filing that holds the key; a correction is filed with action change";
		v.first_id = &c->first_id;
		break;
	case INTAKE_REFUSED:
		v.code = FAULT_RULE_BROKEN;
		if (c->rule != RULE_COUNT)
			v.findings = one_finding(r, c->rule);
		else
			v.detail = "the database cannot hold a value of this filing";
		break;
	case INTAKE_TRY_AGAIN:
		v.code = FAULT_STORE_DOWN;
		break;
	case INTAKE_UNKNOWN:
		v.code = FAULT_UNCERTAIN;
		break;
	case INTAKE_PENDING:
		break;
	}
	return v;
}

static struct verdict_of_node judge_node(struct req *r, const struct filing_work *w, int i)
{
	const struct filing_node *n = &w->nodes[i];
	struct verdict_of_node v = { .detail = "" };

	if (n->candidate != NULL) {
		v = judge_candidate(r, n->candidate);
	} else if (n->doc == NULL || (n->findings != NULL && findings_any(n->findings))) {
		v.code = FAULT_RULE_BROKEN;
		v.findings = n->findings;
	} else {
		v.code = FAULT_FORBIDDEN;
		v.detail = "this client may not file for the enterprises that the filing names";
	}
	if (v.code != FAULT_NONE)
		v.status = fault_http_status(v.code);
	v.index = i;
	return v;
}

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

static struct problem problem_of(const struct filing_work *w, const struct verdict_of_node *v)
{
	const struct document *doc = w->nodes[v->index].doc;

	return (struct problem){
		.code = v->code,
		.detail = text_of(v->detail),
		.findings = v->findings,
		.def = w->message.dialect == DIALECT_CEB && doc != NULL ? doc->def : NULL,
		.node = w->message.is_batch ? v->index : -1,
		.first_id = v->first_id,
	};
}

static enum step answer_one(struct req *r, const struct filing_work *w)
{
	struct verdict_of_node v = judge_node(r, w, 0);
	struct problem p;

	if (v.code == FAULT_NONE) {
		add_location(r, w->nodes[0].candidate->receipt);
		return reply_bytes(r, v.status, "application/json", w->nodes[0].candidate->receipt);
	}
	p = problem_of(w, &v);
	return reply_problem_of(r, &p);
}

struct tally {
	int created, good, unavailable;
};

static void count(struct tally *t, int status)
{
	t->created += status == 201;
	t->good += status == 200 || status == 201;
	t->unavailable += status == 503;
}

static int status_of(const struct tally *t, int all)
{
	return t->created == all ? 201 : t->good == all ? 200 : 207;
}

static void put_result(struct req *r, struct buf *b, const struct filing_work *w, int i)
{
	struct verdict_of_node v = judge_node(r, w, i);
	struct problem p;

	buf_str(b, i == 0 ? "{\"index\":" : ",{\"index\":");
	buf_i64(b, i);
	buf_str(b, ",\"status\":");
	buf_i64(b, v.status);
	if (v.code == FAULT_NONE) {
		buf_str(b, ",\"receipt\":");
		buf_text(b, w->nodes[i].candidate->receipt);
	} else {
		p = problem_of(w, &v);
		p.base = req_base(r);
		p.chinese = req_chinese(r);
		buf_str(b, ",\"problem\":");
		problem_put(b, &p);
	}
	buf_char(b, '}');
}

static enum step answer_results(struct req *r, const struct filing_work *w, const struct tally *t)
{
	struct buf b;

	buf_init(&b, r->arena, 2048 * (size_t)w->message.node_count);
	buf_str(&b, "{\"results\":[");
	for (int i = 0; i < w->message.node_count; i++)
		put_result(r, &b, w, i);
	buf_str(&b, "]}");
	return reply_json(r, status_of(t, w->message.node_count), &b);
}

/* --- CEB ------------------------------------------------------------------------------------------------------------ */

/* Customs' software reads Chinese; another language must be asked for. */
static bool speaks_chinese(const struct req *r)
{
	return httpd_header(r->http, "Accept-Language").at == NULL || req_chinese(r);
}

/* A signature's code differs by message. */
static int code_of(const struct filing_node *n, enum rule rule)
{
	int code = n->doc == NULL ? 0 : signature_customs_code(n->doc->def->number, rule);

	return code != 0 ? code : rule_customs_code(rule);
}

static int customs_status(const struct filing_node *n, const struct verdict_of_node *v)
{
	static const int taken[DOC_KIND_COUNT] = { /* the same number is there already */
		[DOC_ORDER] = -301010, [DOC_PAYMENT] = -401007, [DOC_WAYBILL] = -504015,
		[DOC_INVENTORY] = -621004, [DOC_WAYBILL_STATUS] = -505012,
	};
	int code = 0;

	if (v->code == FAULT_NONE)
		return 2;
	if (v->code == FAULT_KEY_CONFLICT)
		code = taken[n->doc->def->kind];
	else if (v->code == FAULT_FORBIDDEN)
		code = -10102;
	for (int i = 0; v->findings != NULL && i < v->findings->count && code >= 0; i++)
		code = code_of(n, v->findings->list[i].rule);
	return code < 0 ? code : STATUS_ANY_ERROR;
}

static void put_info(struct req *r, struct buf *b, const struct filing_node *n, const struct verdict_of_node *v)
{
	bool chinese = speaks_chinese(r);

	if (v->code == FAULT_NONE) {
		buf_str(b, chinese ? "申报成功[" : "filed[");
		buf_text(b, receipt_id(n->candidate->receipt));
		buf_char(b, ']');
		return;
	}
	buf_str(b, fault_title(v->code, chinese));
	for (int k = 0; v->findings != NULL && k < v->findings->count; k++) {
		const struct finding *one = &v->findings->list[k];

		buf_str(b, "; ");
		if (n->doc != NULL)
			finding_put_xpath(b, one, n->doc->def, v->index);
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
	struct verdict_of_node v = judge_node(r, w, i);
	struct buf status, info;
	struct text receipt = { NULL, 0 };

	buf_init(&status, r->arena, 16);
	buf_init(&info, r->arena, 256);
	buf_i64(&status, customs_status(&w->nodes[i], &v));
	put_info(r, &info, &w->nodes[i], &v);
	if (w->signature_why != NULL)
		buf_printf(&info, " (%s)", w->signature_why);
	if (v.code == FAULT_NONE)
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

static enum step answer_ceb(struct req *r, const struct filing_work *w, const struct tally *t)
{
	int all = w->message.node_count;
	struct ceb_return *returns = arena_zalloc(r->arena, sizeof(*returns) * (size_t)all);
	struct sha256 body = sha256_of(r->http->body);
	struct envelope_answer answer = { .message_id = stable_guid(r, &body, "message"), .at_us = r->now_us };
	char place[12], type[32];
	struct buf b;

	if (returns == NULL)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	for (int i = 0; i < all; i++) {
		fill_return(r, w, i, &returns[i]);
		(void)snprintf(place, sizeof(place), "%d", i);
		returns[i].guid = stable_guid(r, &body, place);
	}
	buf_init(&b, r->arena, 512 * (size_t)all);
	ceb_put_receipt(&b, w->message.number + 1, answer.message_id, returns, all);
	if (b.full || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	(void)snprintf(type, sizeof(type), "CEB%03dMessage", w->message.number + 1);
	answer.type = text_of(type);
	answer.content = buf_as_text(&b);
	return reply_ceb(r, w, w->signature != RULE_COUNT ? 422 : status_of(t, all), &answer);
}

enum step filings_answer(struct req *r, const struct filing_work *w)
{
	struct tally t = { 0 };
	int all = w->message.node_count;

	if (!w->message.is_batch && !w->as_word)
		return answer_one(r, w);
	for (int i = 0; i < all; i++)
		count(&t, judge_node(r, w, i).status);
	if (w->as_word && t.good == all)
		return reply_bytes(r, 200, "text/plain", TEXT("OK"));
	if (t.unavailable == all || !w->message.is_batch)
		return answer_one(r, w);
	return w->as_xml ? answer_ceb(r, w, &t) : answer_results(r, w, &t);
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
	struct sha256 body = sha256_of(r->http->body);
	struct envelope_answer answer = { .type = TEXT("CEB900Message"), .at_us = r->now_us };
	struct ceb_refused refused = { .info = text_of(f->text), .original = w->envelope.content, .original_id = w->envelope.message_id };
	struct buf b, number;

	if (!w->as_xml || fault_may_retry(f->code))
		return reply_problem(r, f);
	if (w->envelope.code != EXCHANGE_TAKEN)
		return w->envelope.kind == ENVELOPE_DXP ? refuse_envelope(r, w, f) : reply_problem(r, f);
	answer.message_id = stable_guid(r, &body, "message");
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
