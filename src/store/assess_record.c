#include "store/assess_record.h"

#include "store/log_record.h"

struct sha256 decision_record_hash(const struct judgement *j, int64_t now_us, struct buf *scratch)
{
	struct buf *b = scratch;

	log_record_begin(b, "decision");
	log_record_number(b, "bucket", id_bucket(&j->declaration));
	log_record_id(b, "id", &j->decision);
	log_record_id(b, "declaration_id", &j->declaration);
	log_record_text(b, "stage", text_of(j->stage));
	log_record_time(b, "decided_at", now_us);
	log_record_number(b, "seq", j->seq);
	log_record_text(b, "outcome", text_of(j->verdict));
	log_record_text(b, "state", text_of(state_name(j->state)));
	log_record_number(b, "version", j->version);
	log_record_numbers(b, "rule_rows", j->rule_rows);
	log_record_ids(b, "inputs", j->filings);
	log_record_sha256(b, "reasons", j->reasons);
	log_record_text(b, "actor", TEXT("tongguand"));
	log_record_text(b, "lane", j->lane);
	log_record_numbers(b, "risk_rows", j->risk_rows);
	log_record_sha256(b, "risk", j->risk);
	return log_record_end(b);
}

struct sha256 documents_record_hash(const struct id *id, int64_t now_us, struct text sealed, struct buf *scratch)
{
	struct buf *b = scratch;

	log_record_begin(b, "delivery_document");
	log_record_number(b, "bucket", id_bucket(id));
	log_record_id(b, "id", id);
	log_record_time(b, "created_at", now_us);
	log_record_sha256(b, "body", sealed);
	return log_record_end(b);
}

struct sha256 answer_record_hash(const struct new_answer *n, const struct answer_row *row, int64_t now_us, struct buf *scratch)
{
	const struct inbox_answer *w = n->answer;
	struct buf *b = scratch;

	log_record_begin(b, "authority_receipt");
	log_record_number(b, "bucket", id_bucket(&n->declaration));
	log_record_id(b, "declaration_id", &n->declaration);
	log_record_id(b, "id", &row->id);
	log_record_text(b, "authority", text_of(authority_code(w->authority)));
	log_record_number(b, "version", n->version);
	log_record_text(b, "status", w->status);
	log_record_time(b, "at", w->at_us);
	log_record_hex(b, "digest", (struct text){ (const char *)w->digest.b, sizeof(w->digest.b) });
	log_record_text(b, "outcome", text_of(outcome_name(w->outcome)));
	log_record_text(b, "info", row->info);
	log_record_text(b, "given_by", text_of(answer_giver_name(w->giver)));
	log_record_time(b, "received_at", now_us);
	log_record_sha256(b, "body", row->body);
	log_record_text(b, "inventory_no", w->inventory_no);
	return log_record_end(b);
}
