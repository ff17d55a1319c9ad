/*
 * The values of a judgement's write, as its statement numbers them: a set of arrays for each kind of row, then what all share, then what the log
 * has of each row.
 */
#include <assert.h>

#include "model/personal.h"
#include "store/assess_priv.h"
#include "store/assess_record.h"

enum { RECORD_BYTES = 1024 }; /* usual size of a record's text */

#define TEXT_ DB_KIND_TEXT
static const enum db_kind judgement_kinds[] = { DB_KIND_I16, DB_KIND_UUID, DB_KIND_I32, DB_KIND_I32, TEXT_, TEXT_, TEXT_, TEXT_, TEXT_, DB_KIND_I32,
	DB_KIND_BYTEA, DB_KIND_TIME, DB_KIND_TIME, DB_KIND_TIME, DB_KIND_UUID, TEXT_, TEXT_, TEXT_, DB_KIND_BYTEA, DB_KIND_BOOL, DB_KIND_BYTEA,
	DB_KIND_I32, DB_KIND_I32, TEXT_, TEXT_, DB_KIND_BYTEA };
static const enum db_kind delivery_kinds[] = { DB_KIND_I16, DB_KIND_UUID, TEXT_, DB_KIND_I32, DB_KIND_UUID, TEXT_, TEXT_, DB_KIND_UUID, TEXT_,
	DB_KIND_I32, DB_KIND_I32, DB_KIND_I32 };
static const enum db_kind change_kinds[] = { DB_KIND_I16, DB_KIND_UUID, TEXT_, DB_KIND_I32, TEXT_, DB_KIND_TIME, DB_KIND_BOOL, DB_KIND_BOOL, DB_KIND_BOOL };
static const enum db_kind answer_kinds[] = { DB_KIND_UUID, DB_KIND_UUID, TEXT_, DB_KIND_I32, TEXT_, DB_KIND_TIME, DB_KIND_BYTEA, TEXT_, TEXT_,
	DB_KIND_BYTEA, TEXT_, TEXT_ };
#undef TEXT_

enum { /* where each set begins */
	P_JUDGEMENTS = 0,
	P_DELIVERIES = P_JUDGEMENTS + (int)COUNTOF(judgement_kinds),
	P_CHANGES = P_DELIVERIES + (int)COUNTOF(delivery_kinds),
	P_ANSWERS = P_CHANGES + (int)COUNTOF(change_kinds),
	P_NOW = P_ANSWERS + (int)COUNTOF(answer_kinds), P_LEASE, P_ID, P_DOCUMENTS, P_ASKED, P_WITHDRAWALS, P_JOINT, P_RETURNS,
	P_DECISION_RECORDS, P_ANSWER_RECORDS, P_DOCUMENTS_RECORD, /* what the log has of each */
	SET_MAX = COUNTOF(judgement_kinds)
};
static_assert(P_DOCUMENTS_RECORD + 1 == ASSESS_WRITE_PARAMS, "the statement's parameters");

static void put_hash(struct db_array *x, struct sha256 hash)
{
	db_array_bytes(x, hash.b, sizeof(hash.b));
}

static void put_judgement(struct db_array *x, const struct judgement *j)
{
	db_array_i64(&x[0], id_bucket(&j->declaration));
	db_array_id(&x[1], &j->declaration);
	db_array_i64(&x[2], j->seq);
	db_array_i64(&x[3], j->inputs);
	db_array_text(&x[4], j->direction);
	db_array_text(&x[5], j->trade_mode);
	db_array_text(&x[6], text_of(j->verdict));
	db_array_text(&x[7], j->missing);
	db_array_text(&x[8], text_of(state_name(j->state)));
	db_array_i64(&x[9], j->version);
	db_array_text(&x[10], j->basis);
	db_array_time(&x[11], j->wait_until_us);
	db_array_time(&x[12], j->released_us);
	db_array_time(&x[13], j->todo_us);
	db_array_id(&x[14], j->has_decision ? &j->decision : NULL);
	db_array_text(&x[15], text_of(j->stage));
	db_array_text(&x[16], j->rule_rows);
	db_array_text(&x[17], j->filings);
	db_array_text(&x[18], j->reasons);
	db_array_i64(&x[19], j->drop_todo);
	db_array_text(&x[20], j->asks_identity);
	db_array_i64(&x[21], j->version_read);
	db_array_i64(&x[22], j->answered);
	db_array_text(&x[23], j->lane);
	db_array_text(&x[24], j->risk_rows);
	db_array_text(&x[25], j->risk);
}

static void put_delivery(struct db_array *x, const struct new_delivery *v)
{
	db_array_i64(&x[0], id_bucket(&v->declaration));
	db_array_id(&x[1], &v->declaration);
	db_array_text(&x[2], text_of(authority_code(v->authority)));
	db_array_i64(&x[3], v->version);
	db_array_id(&x[4], &v->message_id);
	db_array_text(&x[5], v->reference);
	db_array_text(&x[6], text_of(delivery_state_name(v->state)));
	db_array_id(&x[7], id_is_null(&v->lease) ? NULL : &v->lease);
	db_array_text(&x[8], text_of(v->content_type));
	db_array_i64(&x[9], (int64_t)v->body_from);
	db_array_i64(&x[10], (int64_t)v->body.len);
	db_array_i64(&x[11], v->queue_rank);
}

static void put_change(struct db_array *x, const struct part_change *c)
{
	db_array_i64(&x[0], id_bucket(&c->declaration));
	db_array_id(&x[1], &c->declaration);
	db_array_text(&x[2], text_of(authority_code(c->authority)));
	db_array_i64(&x[3], c->version);
	db_array_text(&x[4], text_of(outcome_name(c->outcome)));
	db_array_time(&x[5], c->outcome_us);
	db_array_i64(&x[6], c->go);
	db_array_i64(&x[7], c->contradicted);
	db_array_i64(&x[8], c->heard);
}

static bool put_answer(struct assess_write *into, struct arena *a, struct db_array *x, struct db_array *records, const struct new_answer *n)
{
	const struct inbox_answer *w = n->answer;
	struct answer_row row = { .id = inbox_answer_id(w), .info = personal_scrub(a, w->info) };

	if (!inbox_seal_body(into->vault, a, &row.id, w->body, &row.body))
		return false;
	put_hash(records, answer_record_hash(n, &row, into->now_us, &into->scratch));
	db_array_id(&x[0], &n->declaration);
	db_array_id(&x[1], &row.id);
	db_array_text(&x[2], text_of(authority_code(w->authority)));
	db_array_i64(&x[3], n->version);
	db_array_text(&x[4], w->status);
	db_array_i64(&x[5], w->at_us);
	db_array_bytes(&x[6], w->digest.b, sizeof(w->digest.b));
	db_array_text(&x[7], text_of(outcome_name(w->outcome)));
	db_array_text(&x[8], row.info);
	db_array_bytes(&x[9], row.body.at, row.body.len);
	db_array_text(&x[10], w->inventory_no);
	db_array_text(&x[11], text_of(answer_giver_name(w->giver)));
	return true;
}

/* One set: begins its arrays, puts each row, ends them as parameters from `first` on. */
#define PUT_SET(first, kinds, rows, count, put_row) \
	do { \
		begin(x, a, kinds, (int)COUNTOF(kinds), count); \
		for (int i = 0; i < (count); i++) \
			put_row(x, &(rows)[i]); \
		end(x, w->params + (first), (int)COUNTOF(kinds)); \
	} while (0)

static void begin(struct db_array *x, struct arena *a, const enum db_kind *kinds, int columns, int count)
{
	for (int i = 0; i < columns; i++)
		db_array_begin(&x[i], a, kinds[i], count, (kinds[i] == DB_KIND_BYTEA ? 512 : 40) * (size_t)count);
}

static void end(struct db_array *x, struct db_param *out, int columns)
{
	for (int i = 0; i < columns; i++)
		out[i] = db_array_end(&x[i]);
}

static bool put_answers(struct assess_write *w, struct arena *a)
{
	struct db_array x[COUNTOF(answer_kinds)], records;

	begin(x, a, answer_kinds, (int)COUNTOF(answer_kinds), w->answer_count);
	db_array_begin(&records, a, DB_KIND_BYTEA, w->answer_count, 40 * (size_t)w->answer_count);
	for (int i = 0; i < w->answer_count; i++)
		if (!put_answer(w, a, x, &records, &w->answers[i]))
			return false;
	end(x, w->params + P_ANSWERS, (int)COUNTOF(answer_kinds));
	w->params[P_ANSWER_RECORDS] = db_array_end(&records);
	return true;
}

/* All in one piece, encrypted; each delivery learns where its own is in what it was before. */
static bool put_documents(struct assess_write *w, struct arena *a)
{
	const struct vault_place place = vault_at("delivery_document", &w->id);
	struct text sealed;
	size_t bytes = 1;
	struct buf all;

	w->params[P_DOCUMENTS] = w->params[P_DOCUMENTS_RECORD] = db_null();
	if (w->delivery_count == 0)
		return true;

	for (int i = 0; i < w->delivery_count; i++)
		bytes += w->deliveries[i].body.len;
	buf_init(&all, a, bytes);
	for (int i = 0; i < w->delivery_count; i++) {
		w->deliveries[i].body_from = all.len;
		buf_text(&all, w->deliveries[i].body);
	}
	if (all.full || !vault_seal(w->vault, a, &place, buf_as_text(&all), &sealed))
		return false;
	w->params[P_DOCUMENTS] = db_text(sealed);
	w->documents_record = documents_record_hash(&w->id, w->now_us, sealed, &w->scratch);
	w->params[P_DOCUMENTS_RECORD] = db_bytes(w->documents_record.b, sizeof(w->documents_record.b));
	return true;
}

static void put_decision_records(struct assess_write *w, struct arena *a)
{
	struct db_array records;

	db_array_begin(&records, a, DB_KIND_BYTEA, w->judgement_count, 40 * (size_t)w->judgement_count);
	for (int i = 0; i < w->judgement_count; i++) {
		const struct judgement *j = &w->judgements[i];

		if (j->has_decision)
			put_hash(&records, decision_record_hash(j, w->now_us, &w->scratch));
		else
			db_array_null(&records);
	}
	w->params[P_DECISION_RECORDS] = db_array_end(&records);
}

/* As a rule there are none. */
static void put_requests(struct assess_write *w, struct arena *a)
{
	struct db_array declarations, withdrawals, returns;

	db_array_begin(&declarations, a, DB_KIND_UUID, w->request_count, 24 * (size_t)w->request_count);
	db_array_begin(&withdrawals, a, DB_KIND_UUID, w->request_count, 24 * (size_t)w->request_count);
	db_array_begin(&returns, a, DB_KIND_UUID, w->request_count, 24 * (size_t)w->request_count);
	for (int i = 0; i < w->request_count; i++) {
		const struct new_request *q = &w->requests[i];

		db_array_id(&declarations, &q->declaration);
		db_array_id(&withdrawals, q->returns ? NULL : &q->filing);
		db_array_id(&returns, q->returns ? &q->filing : NULL);
	}
	w->params[P_ASKED] = db_array_end(&declarations);
	w->params[P_WITHDRAWALS] = db_array_end(&withdrawals);
	w->params[P_RETURNS] = db_array_end(&returns);
}

bool assess_write_params(struct assess_write *w, struct arena *a)
{
	struct db_array x[SET_MAX];

	buf_init(&w->scratch, a, RECORD_BYTES);
	if (!put_documents(w, a) || !put_answers(w, a))
		return false;
	put_decision_records(w, a);
	PUT_SET(P_JUDGEMENTS, judgement_kinds, w->judgements, w->judgement_count, put_judgement);
	PUT_SET(P_DELIVERIES, delivery_kinds, w->deliveries, w->delivery_count, put_delivery);
	PUT_SET(P_CHANGES, change_kinds, w->changes, w->change_count, put_change);
	w->params[P_NOW] = db_time(a, w->now_us);
	w->params[P_LEASE] = db_i32(a, w->lease_s);
	w->params[P_ID] = db_id(&w->id);
	put_requests(w, a);
	w->params[P_JOINT] = w->joint.at == NULL ? db_null() : db_text(w->joint);
	return !a->full;
}
