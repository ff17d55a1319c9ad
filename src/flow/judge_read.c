/* From rows and memory to the cases that judge.c decides. */
#include <assert.h>

#include "flow/judge.h"
#include "standard/reader.h"
#include "store/filing_document.h"

static int place_of(const struct db_rows *r, int row, int count)
{
	int64_t place = db_get_int(r, row, 0);

	assert(place >= 1 && place <= count);
	return (int)place - 1;
}

/* How many rows each place has; NULL: arena full. */
static int *rows_of_each(struct arena *a, const struct db_rows *r, int count)
{
	int *sizes = arena_zalloc(a, sizeof(int) * (size_t)count);

	for (int row = 0; sizes != NULL && row < db_row_count(r); row++)
		sizes[place_of(r, row, count)]++;
	return sizes;
}

/* The filings that count: its own, and a waybill's that only its order number leads here. */
static bool read_filing_ids(struct arena *a, const struct db_rows *r, int row, struct judged *j)
{
	int own = db_get_array_count(r, row, AD_FILINGS), linked = db_get_array_count(r, row, AD_LINKED);
	struct id *ids = arena_alloc(a, sizeof(*ids) * (size_t)(own + linked + 1));

	if (ids == NULL)
		return false;
	j->wanted = ids;
	j->wanted_count = db_get_id_array(r, row, AD_FILINGS, ids, own);
	if (linked > 0)
		j->wanted_count += db_get_id_array(r, row, AD_LINKED, ids + j->wanted_count, linked);
	j->filed = arena_alloc(a, sizeof(*j->filed) * (size_t)(j->wanted_count + 1));
	j->trade.filed = j->filed;
	return j->filed != NULL;
}

static bool read_declaration(struct arena *a, const struct db_rows *r, int row, struct judged *j)
{
	j->found = true;
	j->trade.platform_code = text_dup(a, db_get_text(r, row, AD_PLATFORM));
	j->trade.order_no = text_dup(a, db_get_text(r, row, AD_ORDER_NO));
	j->trade.opened_us = db_get_time(r, row, AD_OPENED_AT);
	j->trade.waybill_taken = db_get_int(r, row, AD_WAYBILL_TAKEN) != 0;
	j->seq = (int)db_get_int(r, row, AD_SEQ);
	j->inputs_judged = (int)db_get_int(r, row, AD_INPUTS_JUDGED);
	j->inputs = (int)db_get_int(r, row, AD_INPUTS);
	j->version = (int)db_get_int(r, row, AD_VERSION);
	j->wait_until_us = db_get_time(r, row, AD_WAIT_UNTIL);
	if (!state_by_name(db_get_text(r, row, AD_STATE), &j->state))
		j->state = STATE_WAITING;
	j->stored_verdict = text_dup(a, db_get_text(r, row, AD_VERDICT));
	j->stored_missing = text_dup(a, db_get_text(r, row, AD_MISSING));
	if (!db_is_null(r, row, AD_BASIS))
		j->basis = text_dup(a, db_get_text(r, row, AD_BASIS));
	if (!db_is_null(r, row, AD_DIRECTION))
		j->direction = text_dup(a, db_get_text(r, row, AD_DIRECTION));
	if (!db_is_null(r, row, AD_TRADE_MODE))
		j->trade_mode = text_dup(a, db_get_text(r, row, AD_TRADE_MODE));
	if (j->inputs_judged != j->inputs || j->state == STATE_WITHDRAWING || !text_is(j->stored_verdict, verdict_name(VERDICT_MATCHED)))
		return read_filing_ids(a, r, row, j) && !a->full;
	return !a->full;
}

static bool read_parts(struct arena *a, const struct db_rows *r, int count, struct judged *out)
{
	const int *sizes = rows_of_each(a, r, count);

	if (sizes == NULL)
		return false;
	for (int i = 0; i < count; i++) {
		out[i].parts = arena_alloc(a, sizeof(struct part) * (size_t)(sizes[i] + AUTHORITY_COUNT));
		out[i].stored = arena_alloc(a, sizeof(struct part_stored) * (size_t)(sizes[i] + AUTHORITY_COUNT));
		if (out[i].parts == NULL || out[i].stored == NULL)
			return false;
	}
	for (int row = 0; row < db_row_count(r); row++) {
		struct judged *j = &out[place_of(r, row, count)];
		struct part_stored s = { .adrift = db_get_int(r, row, AV_ADRIFT) != 0, .outcome_us = db_get_time(r, row, AV_OUTCOME_AT) };
		struct part p = { .version = (int)db_get_int(r, row, AV_VERSION) };

		if (!authority_by_code(db_get_text(r, row, AV_AUTHORITY), &p.authority) ||
		    !delivery_state_by_name(db_get_text(r, row, AV_STATE), &s.state) || !outcome_by_name(db_get_text(r, row, AV_OUTCOME), &s.outcome))
			continue;
		p.withdraws = db_get_id(r, row, AV_WITHDRAWAL, &s.asked_by);
		p.returns = db_get_id(r, row, AV_RETURN, &s.asked_by);
		s.reference = db_is_null(r, row, AV_REFERENCE) ? (struct text){ NULL, 0 } : text_dup(a, db_get_text(r, row, AV_REFERENCE));
		p.dead = s.state == DELIVERY_DEAD;
		p.handed_over = s.state == DELIVERY_SENT;
		p.sent = s.state == DELIVERY_SENT || db_get_int(r, row, AV_ATTEMPTS) > 0 || p.dead;
		p.outcome = s.outcome;
		p.outcome_at_us = s.outcome_us == INT64_MIN ? 0 : s.outcome_us;
		j->stored[j->part_count] = s;
		j->parts[j->part_count++] = p;
	}
	return true;
}

static int held_count(const struct judged *j)
{
	int n = 0;

	for (const struct inbox_item *item = j->held; item != NULL; item = item->next)
		n++;
	return n;
}

static void add_held(struct judged *j)
{
	for (const struct inbox_item *item = j->held; item != NULL; item = item->next)
		j->answers[j->answer_count++] = (struct answer){ .authority = item->end.authority, .version = item->end.version,
			.outcome = item->answer.outcome, .at_us = item->answer.at_us };
}

/* Those stored, and behind them those in memory. */
static bool read_answers(struct arena *a, const struct db_rows *r, int count, struct judged *out)
{
	const int *sizes = rows_of_each(a, r, count);

	if (sizes == NULL)
		return false;
	for (int i = 0; i < count; i++) {
		int n = sizes[i] + held_count(&out[i]);

		out[i].answers = arena_alloc(a, sizeof(struct answer) * (size_t)(n + 1)); /* one more: our own */
		if (out[i].answers == NULL)
			return false;
	}
	for (int row = 0; row < db_row_count(r); row++) {
		struct judged *j = &out[place_of(r, row, count)];
		struct answer x = { .version = (int)db_get_int(r, row, AR_VERSION), .at_us = db_get_time(r, row, AR_AT) };

		if (authority_by_code(db_get_text(r, row, AR_AUTHORITY), &x.authority) && outcome_by_name(db_get_text(r, row, AR_OUTCOME), &x.outcome) &&
		    answer_giver_by_name(db_get_text(r, row, AR_GIVEN_BY), &x.giver))
			j->answers[j->answer_count++] = x;
	}
	for (int i = 0; i < count; i++)
		add_held(&out[i]);
	return true;
}

bool judge_read(struct arena *a, const struct id *ids, struct inbox_item *const *held, int count, const struct db_answer *answer, struct judged *out)
{
	const struct db_rows *r = answer->results[ASSESS_DECLARATIONS];

	for (int i = 0; i < count; i++)
		out[i] = (struct judged){ .id = ids[i], .held = held[i] };
	for (int row = 0; row < db_row_count(r); row++)
		if (!read_declaration(a, r, row, &out[place_of(r, row, count)]))
			return false;
	return read_parts(a, answer->results[ASSESS_DELIVERIES], count, out) && read_answers(a, answer->results[ASSESS_RECEIPTS], count, out);
}

bool judge_recall(struct arena *a, const struct standing_case *c, struct inbox_item *held, struct judged *out)
{
	struct judged *j = out;

	*j = (struct judged){ .id = c->declaration, .held = held, .found = true, .seq = c->seq, .inputs = c->inputs, .inputs_judged = c->inputs,
		              .version = 1, .state = c->state, .stored_verdict = text_of(verdict_name(VERDICT_MATCHED)), .stored_missing = TEXT("{}"),
		              .wait_until_us = INT64_MIN };
	j->parts = arena_alloc(a, sizeof(*j->parts) * AUTHORITY_COUNT);
	j->stored = arena_alloc(a, sizeof(*j->stored) * AUTHORITY_COUNT);
	j->answers = arena_alloc(a, sizeof(*j->answers) * (size_t)(held_count(j) + 1));
	if (a->full)
		return false;
	for (int i = 0; i < c->part_count; i++) {
		j->stored[i] = (struct part_stored){ .state = c->parts[i].state, .outcome_us = INT64_MIN };
		j->parts[i] = (struct part){ .authority = c->parts[i].authority, .version = 1 };
	}
	j->part_count = c->part_count;
	add_held(j);
	return true;
}

/* --- filings -------------------------------------------------------------------------------------------------------- */

/* document: lies in the arena, for its values point into it. */
static bool add_filing(struct arena *a, struct judged *j, struct filed f, struct text key, struct text document)
{
	f.business_key = text_dup(a, key);
	f.doc = document.at == NULL ? NULL : document_read(a, document);
	if (f.doc != NULL)
		j->filed[j->trade.filed_count++] = f;
	return !a->full;
}

bool judge_want(struct arena *a, struct judged *cases, int count, const struct recent *recent, struct judge_wanted *out)
{
	size_t n = 1;

	for (int i = 0; i < count; i++)
		n += (size_t)cases[i].wanted_count;
	*out = (struct judge_wanted){ arena_alloc(a, sizeof(*out->ids) * n), arena_alloc(a, sizeof(*out->of) * n), 0 };
	if (out->ids == NULL || out->of == NULL)
		return false;
	for (int i = 0; i < count; i++)
		for (int k = 0; k < cases[i].wanted_count; k++) {
			struct recent_filing r;

			if (recent != NULL && recent_get(recent, &cases[i].wanted[k], &r)) {
				const struct filed f = { .id = r.id, .kind = r.kind, .action = r.action, .revision = r.revision, .received_us = r.received_us };

				if (!add_filing(a, &cases[i], f, r.business_key, text_dup(a, r.document)))
					return false;
				continue;
			}
			out->ids[out->count] = cases[i].wanted[k];
			out->of[out->count++] = i;
		}
	return true;
}

static enum action action_of(struct text name)
{
	for (enum action x = ACTION_ADD; x <= ACTION_DELETE; x++)
		if (text_is(name, action_name(x)))
			return x;
	return ACTION_ADD;
}

/* False: no memory, or one filing cannot be read: its declaration is not judged by half of what was filed. */
bool judge_take(struct arena *a, struct vault *vault, const struct judge_wanted *wanted, const struct db_rows *r, struct judged *cases)
{
	for (int row = 0; row < db_row_count(r); row++) {
		struct filed f = { .action = action_of(db_get_text(r, row, AF_ACTION)), .revision = (int)db_get_int(r, row, AF_REVISION),
			           .received_us = db_get_time(r, row, AF_RECEIVED_AT) };
		struct judged *j = &cases[wanted->of[place_of(r, row, wanted->count)]];
		struct text document;

		if (!db_get_id(r, row, AF_ID, &f.id) || !doc_kind_by_name(db_get_text(r, row, AF_KIND), &f.kind))
			continue;
		if (!filing_document_open(vault, a, r, row, AF_ID, AF_DOCUMENT, &document) ||
		    !add_filing(a, j, f, db_get_text(r, row, AF_KEY), document))
			return false;
	}
	return true;
}
