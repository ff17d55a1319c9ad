/* A filing counts once as a whole, and once at each of its faults: field and rule, wherever and how often they stand in it. */
#include "api/filings_quality.h"

#include "api/filings_judge.h"

static enum field field_of(const struct finding *f)
{
	return f->field == NULL ? FIELD_NONE : f->field->id;
}

/* The same fault of another line was counted. */
static bool was_counted(const struct findings *all, int i)
{
	for (int before = 0; before < i; before++)
		if (all->list[before].rule == all->list[i].rule && field_of(&all->list[before]) == field_of(&all->list[i]))
			return true;
	return false;
}

static void count_findings(struct sender_quality *q, struct sender_quality_key key, const struct findings *all, enum sender_quality_outcome outcome)
{
	for (int i = 0; all != NULL && i < all->count; i++) {
		if (was_counted(all, i))
			continue;
		key.field = field_of(&all->list[i]);
		key.reason = sender_quality_rule(all->list[i].rule);
		sender_quality_count(q, &key, outcome);
	}
}

/* Whoever may not file, or is to send again, has made no fault in its data. */
static bool is_of_data(enum fault_code code)
{
	return code == FAULT_RULE_BROKEN || code == FAULT_KEY_CONFLICT || code == FAULT_BAD_JSON || code == FAULT_BAD_XML || code == FAULT_LINE_TOO_LONG;
}

static void count_refused(struct sender_quality *q, const struct sender_quality_key *key, const struct filing_outcome *o)
{
	struct sender_quality_key why = *key;

	if (!is_of_data(o->code))
		return;
	sender_quality_count(q, key, SENDER_QUALITY_REFUSED);
	count_findings(q, why, o->findings, SENDER_QUALITY_REFUSED);
	if (o->findings != NULL)
		return;
	why.reason = sender_quality_fault(o->code);
	sender_quality_count(q, &why, SENDER_QUALITY_REFUSED);
}

static bool any(const struct findings *all)
{
	return all != NULL && findings_any(all);
}

/* What is odd about the message is odd about each of its filings. */
static void count_accepted(struct sender_quality *q, const struct sender_quality_key *key, const struct findings *own, const struct findings *of_message)
{
	sender_quality_count(q, key, SENDER_QUALITY_ACCEPTED);
	if (any(own) || any(of_message))
		sender_quality_count(q, key, SENDER_QUALITY_WARNED);
	count_findings(q, *key, own, SENDER_QUALITY_WARNED);
	count_findings(q, *key, of_message, SENDER_QUALITY_WARNED);
}

void filings_quality_count(struct sender_quality *q, const struct filing_work *w)
{
	for (int i = 0; i < w->message.node_count && !w->is_dry; i++) {
		const struct filing_node *n = &w->nodes[i];
		struct filing_outcome o = filings_judge(w, i);
		const struct sender_quality_key key = {
			.client_id = w->client->id, .kind = n->doc == NULL ? DOC_KIND_COUNT : n->doc->def->kind, .field = FIELD_NONE, .reason = SENDER_QUALITY_FILING,
		};

		if (o.code != FAULT_NONE)
			count_refused(q, &key, &o);
		else if (o.status == 201)
			count_accepted(q, &key, n->warnings, w->message.warnings);
	}
}

void filings_quality_count_unread(struct sender_quality *q, const struct filing_work *w, enum fault_code code)
{
	const struct sender_quality_key key = { .client_id = w->client->id, .kind = DOC_KIND_COUNT, .field = FIELD_NONE, .reason = SENDER_QUALITY_FILING };

	if (!w->is_dry)
		count_refused(q, &key, &(struct filing_outcome){ .code = code });
}

void filings_quality_tell(struct req *r)
{
	struct text told = text_dup(r->arena, r->client.quality);

	if (r->client.quality.at != NULL && told.at != NULL)
		req_header(r, "Data-Quality", told.at);
}
