/* One statement for all keys of a message; when the database does not answer, the answer goes without. */
#include "api/filings_dry.h"

#include "store/query.h"

enum step filings_dry_look(struct req *r, struct filing_work *w, db_step_fn *then)
{
	const struct intake_submission *s = w->submission;
	struct db_param *params = arena_alloc(w->arena, 2 * sizeof(*params));
	struct db_array keys, digests;

	if (params == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_array_begin(&keys, w->arena, DB_KIND_UUID, s->candidate_count, 32 * (size_t)s->candidate_count);
	db_array_begin(&digests, w->arena, DB_KIND_BYTEA, s->candidate_count, 48 * (size_t)s->candidate_count);
	for (int i = 0; i < s->candidate_count; i++) {
		db_array_id(&keys, &s->candidates[i].key);
		db_array_bytes(&digests, s->candidates[i].doc_sha256.b, sizeof(s->candidates[i].doc_sha256.b));
	}
	params[0] = db_array_end(&keys);
	params[1] = db_array_end(&digests);
	if (w->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, query("filing_keys_taken"), params);
	return await_db(r, then);
}

static struct filing_node *node_of(struct filing_work *w, const struct candidate *c)
{
	for (int i = 0; i < w->message.node_count; i++)
		if (w->nodes[i].candidate == c)
			return &w->nodes[i];
	return NULL;
}

void filings_dry_take(struct filing_work *w, const struct db_answer *a)
{
	w->has_looked = a->outcome == DB_DONE;
	for (int row = 0; w->has_looked && row < db_row_count(a->results[0]); row++) {
		int64_t place = db_get_int(a->results[0], row, 0);
		struct filing_node *n = NULL;

		if (place >= 0 && place < w->submission->candidate_count)
			n = node_of(w, &w->submission->candidates[place]);
		if (n != NULL)
			n->taken = text_dup(w->arena, db_get_text(a->results[0], row, 1));
	}
}
