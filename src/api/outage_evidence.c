/*
 * GET /v1/declarations/{id}/evidence/outage: what a filer can show who was late because an authority was away.
 *
 *   four reads in one call ──> the statement's text ──> sealed as receipts are (model/receipt.h): verified offline
 *
 * It says when the filings were received here, since when the declaration has been with the authorities, when each of them took
 * nothing, and until when each act is in time (model/deadline.h) by the dated rows it names.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "model/deadline.h"
#include "model/receipt.h"
#include "standard/reader.h"
#include "store/query.h"

enum { DECLARATION_ROW, FILING_ROWS, PERIOD_ROWS, DEADLINE_ROWS, READS };
enum { D_PLATFORM, D_ORDER_NO, D_DIRECTION, D_TRADE_MODE, D_STATE, D_OPENED_AT, D_DECLARED_AT, D_RELEASED_AT, D_CALENDAR };
enum { F_ROW_ID, F_ROW_KIND, F_ROW_KEY, F_ROW_REVISION, F_ROW_RECEIVED, F_ROW_SHA, F_ROW_DOCUMENT };
enum { P_AUTHORITY, P_VERSION, P_STATE, P_ATTEMPTS, P_DECLARED, P_SENT, P_KIND, P_BEGAN, P_NOTICED, P_ENDED, P_FAILURES, P_EVIDENCE, P_WAITED };
enum { R_ID, R_ACT, R_TITLE_ZH, R_TITLE_EN, R_AUTHORITY, R_FROM, R_UNIT, R_AMOUNT, R_ROLLS, R_EXTENDS, R_SOURCE };

struct evidence {
	struct req *r;
	const struct db_rows *declaration, *filings, *periods, *rules;
	struct buf b;
	struct calendar calendar;
	int64_t entry_us;         /* of the goods, as the inventory says; INT64_MIN: it does not */
};

static db_step_fn found;

enum step outage_evidence(struct req *r)
{
	static const char *const reads[READS] = { "outage_declaration", "outage_filings", "outage_periods", "outage_deadlines" };
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_time(q, r->now_us);
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	for (int i = 0; i < READS; i++)
		db_call_add(&r->call, query(reads[i]), q->p);
	return await_db(r, found);
}

/* --- words ----------------------------------------------------------------------------------------------------------- */

static void put_text(struct buf *b, const char *name, struct text t)
{
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, t);
}

static void put_day(struct buf *b, const char *name, int32_t day)
{
	char text[DAY_TEXT_BYTES];

	day_put(day, text);
	put_text(b, name, text_of(text));
}

static void put_flag(struct buf *b, const char *name, bool value)
{
	buf_printf(b, ",\"%s\":%s", name, value ? "true" : "false");
}

static void put_number(struct buf *b, const char *name, const struct db_rows *r, int row, int col)
{
	if (db_is_null(r, row, col))
		buf_printf(b, ",\"%s\":null", name);
	else
		buf_printf(b, ",\"%s\":%lld", name, (long long)db_get_int(r, row, col));
}

/* --- what was filed, and when they were away --------------------------------------------------------------------------- */

static void put_filing(struct evidence *e, int row)
{
	const struct db_rows *r = e->filings;
	struct text sha = db_get_text(r, row, F_ROW_SHA);
	char id_text[ID_TEXT_BYTES];
	struct id id;

	if (!db_get_id(r, row, F_ROW_ID, &id))
		return;
	id_format(&id, id_text);
	buf_printf(&e->b, "%s{\"id\":\"%s\"", row == 0 ? "" : ",", id_text);
	put_text(&e->b, "kind", db_get_text(r, row, F_ROW_KIND));
	put_text(&e->b, "business_key", db_get_text(r, row, F_ROW_KEY));
	put_number(&e->b, "revision", r, row, F_ROW_REVISION);
	clock_put_member(&e->b, "received_at", db_get_time(r, row, F_ROW_RECEIVED));
	buf_str(&e->b, ",\"document_sha256\":\"");
	buf_hex(&e->b, sha.at, sha.len);
	buf_str(&e->b, "\"}");
}

static void put_period(struct evidence *e, int row)
{
	const struct db_rows *r = e->periods;

	buf_str(&e->b, "{\"kind\":");
	buf_json(&e->b, db_get_text(r, row, P_KIND));
	clock_put_member(&e->b, "began_at", db_get_time(r, row, P_BEGAN));
	clock_put_member(&e->b, "noticed_at", db_get_time(r, row, P_NOTICED));
	clock_put_member(&e->b, "ended_at", db_get_time(r, row, P_ENDED));
	put_number(&e->b, "failures", r, row, P_FAILURES);
	put_text(&e->b, "evidence", db_get_text(r, row, P_EVIDENCE));
	put_flag(&e->b, "while_waiting", db_get_int(r, row, P_WAITED) != 0);
	buf_char(&e->b, '}');
}

static bool is_same_authority(const struct evidence *e, int row, int other)
{
	return text_eq(db_get_text(e->periods, row, P_AUTHORITY), db_get_text(e->periods, other, P_AUTHORITY));
}

static void put_authorities(struct evidence *e)
{
	const struct db_rows *r = e->periods;
	int rows = db_row_count(r);

	buf_str(&e->b, ",\"authorities\":[");
	for (int row = 0; row < rows; row++) {
		bool begins = row == 0 || !is_same_authority(e, row, row - 1);

		if (begins) {
			buf_str(&e->b, row == 0 ? "{\"authority\":" : ",{\"authority\":");
			buf_json(&e->b, db_get_text(r, row, P_AUTHORITY));
			put_number(&e->b, "version", r, row, P_VERSION);
			put_text(&e->b, "state", db_get_text(r, row, P_STATE));
			put_number(&e->b, "attempts", r, row, P_ATTEMPTS);
			clock_put_member(&e->b, "declared_at", db_get_time(r, row, P_DECLARED));
			clock_put_member(&e->b, "sent_at", db_get_time(r, row, P_SENT));
		}
		buf_str(&e->b, begins ? ",\"outages\":[" : ",");
		put_period(e, row);
		if (row + 1 == rows || !is_same_authority(e, row, row + 1))
			buf_str(&e->b, "]}");
	}
	buf_char(&e->b, ']');
}

/* --- deadlines ------------------------------------------------------------------------------------------------------- */

static bool read_calendar(struct evidence *e)
{
	struct text list = db_get_text(e->declaration, 0, D_CALENDAR), one;
	struct calendar_day *days = arena_alloc(e->r->arena, sizeof(*days) * (list.len / 2 + 1));

	if (days == NULL)
		return false;
	while (text_next(&list, ',', &one)) {
		bool worked = one.at[one.len - 1] == 'w';
		int64_t day;

		one.len--;
		if (text_to_i64(one, &day))
			days[e->calendar.count++] = (struct calendar_day){ (int32_t)day, worked };
	}
	e->calendar.days = days;
	return true;
}

/* The day on which the vehicle's entry was declared: the latest inventory's word. */
static void read_entry(struct evidence *e)
{
	e->entry_us = INT64_MIN;
	for (int row = db_row_count(e->filings) - 1; row >= 0 && e->entry_us == INT64_MIN; row--) {
		struct text bytes = db_get_text(e->filings, row, F_ROW_DOCUMENT), date;
		const struct document *d = bytes.at == NULL ? NULL : document_read(e->r->arena, bytes);

		date = d == NULL ? (struct text){ NULL, 0 } : document_get(d, F_IE_DATE);
		if (date.len > 0 && !clock_parse_date(date, &e->entry_us) && !clock_parse_compact(date, &e->entry_us))
			e->entry_us = INT64_MIN;
	}
}

static int64_t begin_of(const struct evidence *e, struct text from)
{
	if (text_is(from, "entry"))
		return e->entry_us;
	return db_get_time(e->declaration, 0, text_is(from, "released") ? D_RELEASED_AT : D_DECLARED_AT);
}

/* When the authority of that rule took nothing. */
static int read_spans(const struct evidence *e, struct text authority, struct outage_span *out)
{
	int count = 0;

	for (int row = 0; row < db_row_count(e->periods); row++) {
		int64_t ended_us = db_get_time(e->periods, row, P_ENDED);

		if (text_eq(db_get_text(e->periods, row, P_AUTHORITY), authority))
			out[count++] = (struct outage_span){ db_get_time(e->periods, row, P_BEGAN), ended_us == INT64_MIN ? INT64_MAX : ended_us };
	}
	return outage_merge(out, count);
}

static void put_result(struct evidence *e, const struct statutory_period *p, int64_t from_us, const struct outage_span *spans, int count)
{
	struct deadline d;

	if (from_us == INT64_MIN) {
		buf_str(&e->b, ",\"last_day\":null,\"before\":null,\"added_s\":0,\"extended_last_day\":null,\"extended_before\":null,\"may_grow\":false,"
		               "\"holidays_known\":true");
		return;
	}
	deadline_of(p, from_us, &e->calendar, spans, count, e->r->now_us, &d);
	put_day(&e->b, "last_day", d.last_day);
	clock_put_member(&e->b, "before", d.due_us);
	buf_printf(&e->b, ",\"added_s\":%lld", (long long)(d.added_us / US_PER_S));
	put_day(&e->b, "extended_last_day", d.extended_day);
	clock_put_member(&e->b, "extended_before", d.extended_us);
	put_flag(&e->b, "may_grow", d.may_grow);
	put_flag(&e->b, "holidays_known", d.certain);
}

static void put_deadline(struct evidence *e, int row, struct outage_span *room)
{
	const struct db_rows *r = e->rules;
	struct text authority = db_get_text(r, row, R_AUTHORITY), from = db_get_text(r, row, R_FROM), unit = db_get_text(r, row, R_UNIT);
	struct statutory_period p = { .amount = (int)db_get_int(r, row, R_AMOUNT), .rolls = db_get_int(r, row, R_ROLLS) != 0,
		                      .outage_extends = db_get_int(r, row, R_EXTENDS) != 0 };
	int64_t from_us = begin_of(e, from);

	if (!period_unit_by_name(unit, &p.unit)) /* of a newer program: nothing is said rather than something wrong */
		from_us = INT64_MIN;
	buf_str(&e->b, row == 0 ? "{\"act\":" : ",{\"act\":");
	buf_json(&e->b, db_get_text(r, row, R_ACT));
	put_text(&e->b, "title_zh", db_get_text(r, row, R_TITLE_ZH));
	put_text(&e->b, "title_en", db_get_text(r, row, R_TITLE_EN));
	put_number(&e->b, "rule_row", r, row, R_ID);
	put_text(&e->b, "source", db_get_text(r, row, R_SOURCE));
	put_text(&e->b, "authority", authority);
	put_text(&e->b, "counts_from", from);
	clock_put_member(&e->b, "from", from_us);
	put_number(&e->b, "amount", r, row, R_AMOUNT);
	put_text(&e->b, "unit", unit);
	put_flag(&e->b, "outage_extends", p.outage_extends);
	put_result(e, &p, from_us, room, read_spans(e, authority, room));
	buf_char(&e->b, '}');
}

static bool put_deadlines(struct evidence *e)
{
	struct outage_span *room = arena_alloc(e->r->arena, sizeof(*room) * (size_t)(db_row_count(e->periods) + 1));

	if (room == NULL || !read_calendar(e))
		return false;
	read_entry(e);
	buf_str(&e->b, ",\"deadlines\":[");
	for (int row = 0; row < db_row_count(e->rules); row++)
		put_deadline(e, row, room);
	buf_char(&e->b, ']');
	return true;
}

/* --- the statement --------------------------------------------------------------------------------------------------- */

static bool put_statement(struct evidence *e)
{
	const struct db_rows *d = e->declaration;

	buf_init(&e->b, e->r->arena, 16384);
	buf_str(&e->b, "{\"statement\":\"outage\"");
	clock_put_member(&e->b, "issued_at", e->r->now_us);
	put_text(&e->b, "declaration_id", e->r->captures[0]);
	put_text(&e->b, "platform_code", db_get_text(d, 0, D_PLATFORM));
	put_text(&e->b, "order_no", db_get_text(d, 0, D_ORDER_NO));
	put_text(&e->b, "direction", db_get_text(d, 0, D_DIRECTION));
	put_text(&e->b, "trade_mode", db_get_text(d, 0, D_TRADE_MODE));
	put_text(&e->b, "state", db_get_text(d, 0, D_STATE));
	clock_put_member(&e->b, "declared_at", db_get_time(d, 0, D_DECLARED_AT));
	clock_put_member(&e->b, "released_at", db_get_time(d, 0, D_RELEASED_AT));
	buf_str(&e->b, ",\"filings\":[");
	for (int row = 0; row < db_row_count(e->filings); row++)
		put_filing(e, row);
	buf_char(&e->b, ']');
	put_authorities(e);
	if (!put_deadlines(e))
		return false;
	buf_char(&e->b, '}');
	return !e->b.full;
}

static enum step found(struct req *r, const struct db_answer *a)
{
	struct receipt_batch *batch = receipt_batch_new(r->arena, 1);
	struct evidence e = { .r = r };

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[DECLARATION_ROW]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_row_count(a->results[PERIOD_ROWS]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "no authority that has the declaration was away since it was opened");
	e.declaration = a->results[DECLARATION_ROW];
	e.filings = a->results[FILING_ROWS];
	e.periods = a->results[PERIOD_ROWS];
	e.rules = a->results[DEADLINE_ROWS];
	if (batch == NULL || !put_statement(&e))
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	receipt_batch_add_statement(batch, buf_as_text(&e.b));
	if (!receipt_batch_seal(batch, r->api->deps.signer))
		return reply_fault(r, FAULT_BUSY, "the statement could not be signed now");
	return reply_kept(r, 200, "application/json", receipt_batch_get(batch, 0));
}
