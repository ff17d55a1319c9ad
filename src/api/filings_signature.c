/*
 * The signature of a message of filings, between reading and checking.
 *
 * A message that does not pass is refused as a whole: a problem with the one rule, or the customs receipt that carries
 * customs' own code for it in each node. JSON cannot be signed: filings_choose() refuses what would have to be.
 */
#include <stdio.h>

#include "api/filings_answer.h"
#include "api/filings_quality.h"
#include "base/log.h"
#include "standard/signature_gate.h"
#include "store/signature_failures.h"

static void note_tolerance(const struct req *r, const struct xmldsig_result *result)
{
	char client[100 + 1];

	(void)snprintf(client, sizeof(client), TEXT_FMT, TEXT_ARG(r->client.name));
	log_event(&(struct log_ids){ .trace = r->trace.id, .client = client }, LOG_LEVEL_INFO, "signature.tolerated", "%s; certificate " TEXT_FMT,
	          xmldsig_tolerated_text(result->tolerated), TEXT_ARG(result->serial));
}

/* The same finding for the message, or for each node of the receipt. */
static struct findings *finding_of(struct req *r, const struct filing_work *w)
{
	const struct finding one = { .rule = w->signature, .line = -1 };
	struct findings *all = arena_alloc(r->arena, sizeof(*all));

	if (all == NULL)
		return NULL;
	findings_init(all, r->arena);
	findings_add(all, &one);
	return all;
}

static enum step refuse(struct req *r, struct filing_work *w)
{
	int count = w->message.node_count;
	struct findings *found = finding_of(r, w);
	struct problem p = { .code = FAULT_RULE_BROKEN, .findings = found, .node = -1, .detail = text_of(w->signature_why) };

	if (found == NULL)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	w->nodes = arena_zalloc(r->arena, sizeof(*w->nodes) * (size_t)count);
	if (w->nodes == NULL)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	for (int i = 0; i < count; i++) {
		w->nodes[i].doc = w->message.nodes[i].doc;
		w->nodes[i].findings = found;
	}
	if (w->as_xml)
		return filings_answer(r, w);
	filings_quality_count(r->api->deps.sender_quality, w);
	return reply_problem_of(r, &p);
}

bool filings_signature_passes(struct req *r, struct filing_work *w, enum step *refused)
{
	struct signature_verdict v = { .result.rule = RULE_COUNT };

	if (w->message.dialect == DIALECT_JSON) /* node by node, when candidates are chosen */
		return true;
	if (signature_gate(r->arena, &r->client.signature, w->message.number, w->envelope.content, r->now_us, &v)) {
		if (v.result.tolerated != 0)
			note_tolerance(r, &v.result);
		return true;
	}
	if (v.fault.code != FAULT_NONE) {
		*refused = filings_refuse(r, w, &v.fault);
		return false;
	}
	signature_failures_count(r->api->deps.failures, r->client.id, false);
	w->signature = v.result.rule;
	w->signature_why = v.result.why;
	*refused = refuse(r, w);
	return false;
}
