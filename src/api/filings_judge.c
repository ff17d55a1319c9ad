/* Outcomes of intake and findings of the check become statuses, receipts and problems. Pure but for the arena. */
#include "api/filings_judge.h"

#include <assert.h>

/* A refusal by intake, as if the check had found it. */
static const struct findings *one_finding(struct arena *a, const struct candidate *c)
{
	const struct finding one = { .rule = c->rule, .line = -1 };
	struct findings *all = arena_alloc(a, sizeof(*all));

	if (all == NULL)
		return NULL;
	findings_init(all, a);
	findings_add(all, c->finding != NULL ? c->finding : &one);
	return all;
}

static struct filing_outcome judge_candidate(const struct filing_work *w, const struct candidate *c)
{
	struct filing_outcome o = { .code = FAULT_NONE, .detail = "" };

	assert(c->outcome != INTAKE_PENDING);
	switch (c->outcome) {
	case INTAKE_STORED:
		o.status = 201;
		return o;
	case INTAKE_REPEAT:
		o.status = 200;
		return o;
	case INTAKE_CONFLICT:
		o.code = FAULT_KEY_CONFLICT;
		o.detail = "first_id names the filing that holds the key; a correction is filed with action change";
		o.first_id = &c->first_id;
		break;
	case INTAKE_REFUSED:
		o.code = FAULT_RULE_BROKEN;
		if (c->rule != RULE_COUNT)
			o.findings = one_finding(w->arena, c);
		else
			o.detail = "the database cannot hold a value of this filing";
		break;
	case INTAKE_TRY_AGAIN:
		o.code = FAULT_STORE_DOWN;
		break;
	case INTAKE_UNKNOWN:
		o.code = FAULT_UNCERTAIN;
		break;
	case INTAKE_PENDING:
		break;
	}
	return o;
}

struct filing_outcome filings_judge(const struct filing_work *w, int i)
{
	const struct filing_node *n = &w->nodes[i];
	struct filing_outcome o = { .detail = "" };

	if (n->candidate != NULL && w->is_dry) {
		o.status = 200;
	} else if (n->candidate != NULL) {
		o = judge_candidate(w, n->candidate);
	} else if (n->fault != NULL) {
		o.code = n->fault->code;
		o.detail = n->fault->text;
	} else if (n->doc == NULL || (n->findings != NULL && findings_any(n->findings))) {
		o.code = FAULT_RULE_BROKEN;
		o.findings = n->findings;
	} else if (n->is_barred) {
		o.code = FAULT_CREDIT_BARRED;
		o.detail = "an enterprise that answers for this filing, or whoever stands behind it, is on the negative list (GET /v1/listings): it files nothing new";
	} else {
		o.code = FAULT_FORBIDDEN;
		o.detail = "this client may not file for the enterprises that the filing names";
	}
	if (o.code != FAULT_NONE)
		o.status = fault_http_status(o.code);
	o.index = i;
	return o;
}

struct text filings_receipt_shown(const struct filing_work *w, int i)
{
	struct text stored = w->nodes[i].candidate->receipt;

	return w->fault == SANDBOX_WRONG_SIGNATURE ? sandbox_wrong_signature(w->arena, stored) : stored;
}

struct problem filings_problem(const struct filing_work *w, const struct filing_outcome *o)
{
	const struct document *doc = w->nodes[o->index].doc;

	return (struct problem){
		.code = o->code,
		.detail = text_of(o->detail),
		.findings = o->findings,
		.def = w->message.dialect == DIALECT_CEB && doc != NULL ? doc->def : NULL,
		.node = w->message.is_batch && w->form != FORM_LINES ? o->index : -1, /* a line is a document of its own */
		.first_id = o->first_id,
	};
}

void filings_count(struct filing_tally *t, const struct filing_work *w)
{
	for (int i = 0; i < w->message.node_count; i++) {
		int status = filings_judge(w, i).status;

		t->created += status == 201;
		t->good += status == 200 || status == 201;
		t->unavailable += status == 503;
	}
	t->all += w->message.node_count;
}

/* --- words ------------------------------------------------------------------------------------------------------- */

static void put_name(struct buf *b, const char *name, struct text value)
{
	buf_str(b, name);
	buf_json(b, value);
}

/* The same form as errors have, for the same reader. */
static void put_warnings(struct buf *b, const struct filing_work *w, int i)
{
	const struct findings *all = w->nodes[i].warnings;
	struct problem as = filings_problem(w, &(struct filing_outcome){ .index = i, .detail = "", .findings = all });

	if (all == NULL || !findings_any(all))
		return;
	as.chinese = w->chinese;
	buf_str(b, ",\"warnings\":");
	problem_put_findings(b, &as);
}

void filings_put_message_warnings(struct buf *b, const struct filing_work *w)
{
	struct problem as = { .findings = w->message.warnings, .def = w->message.def, .node = -1, .chinese = w->chinese };

	if (as.findings == NULL)
		return;
	buf_str(b, ",\"warnings\":");
	problem_put_findings(b, &as);
}

void filings_put_dry(struct buf *b, const struct filing_work *w, int i)
{
	const struct filing_node *n = &w->nodes[i];
	const struct candidate *c = n->candidate;
	char declaration[ID_TEXT_BYTES];

	id_format(&c->declaration, declaration);
	put_name(b, "{\"dry_run\":true,\"kind\":", text_of(doc_kind_name(c->kind)));
	put_name(b, ",\"direction\":", text_of(direction_name(c->direction)));
	put_name(b, ",\"action\":", text_of(action_name(c->action)));
	put_name(b, ",\"business_key\":", c->business_key);
	put_name(b, ",\"filer\":", c->filer);
	put_name(b, ",\"declaration_id\":", c->has_declaration ? text_of(declaration) : (struct text){ NULL, 0 });
	buf_str(b, ",\"document_sha256\":\"");
	buf_hex(b, c->doc_sha256.b, sizeof(c->doc_sha256.b));
	buf_char(b, '"');
	if (w->has_looked) {
		buf_str(b, ",\"taken\":");
		buf_text(b, n->taken.at == NULL ? TEXT("null") : n->taken);
	}
	put_warnings(b, w, i);
	buf_char(b, '}');
}

static void put_place(struct buf *b, const struct filing_work *w, int number, int status)
{
	buf_str(b, w->form == FORM_LINES ? "{\"line\":" : "{\"index\":");
	buf_i64(b, number);
	buf_str(b, ",\"status\":");
	buf_i64(b, status);
}

static void put_problem(struct buf *b, const struct filing_work *w, struct problem *p)
{
	p->base = w->base;
	p->chinese = w->chinese;
	buf_str(b, ",\"problem\":");
	problem_put(b, p);
}

void filings_put_result(struct buf *b, const struct filing_work *w, int i)
{
	struct filing_outcome o = filings_judge(w, i);
	struct problem p;

	put_place(b, w, w->form == FORM_LINES ? w->message.nodes[i].line : i, o.status);
	if (o.code != FAULT_NONE) {
		p = filings_problem(w, &o);
		put_problem(b, w, &p);
	} else if (w->is_dry) {
		buf_str(b, ",\"filing\":");
		filings_put_dry(b, w, i);
	} else {
		buf_str(b, ",\"receipt\":");
		buf_text(b, filings_receipt_shown(w, i));
		put_warnings(b, w, i);
	}
	buf_char(b, '}');
}

void filings_put_refusal(struct buf *b, const struct filing_work *w, int line, const struct fault *f)
{
	struct problem p = { .code = f->code, .detail = text_of(f->text), .node = -1 };

	put_place(b, w, line, fault_http_status(f->code));
	put_problem(b, w, &p);
	buf_char(b, '}');
}
