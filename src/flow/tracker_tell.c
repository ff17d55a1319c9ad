/* What filings tell of parcels: documents taken apart by the rows of tracking_source. */
#include "base/clock.h"
#include "base/json.h"
#include "flow/tracker_priv.h"
#include "store/filing_document.h"

enum { TOLD_TELLS, TOLD_FILING, TOLD_CLIENT, TOLD_RECEIVED, TOLD_STEP, TOLD_CARRIER, TOLD_WAYBILL, TOLD_AT };

struct telling { /* one row of the read */
	const struct db_rows *rows;
	int row;
	const struct json *document;
	struct text carrier;
	bool by_line; /* a parcel on each line, else one */
	struct db_array *x;
};

static struct text member(const struct json *object, struct arena *a, struct text name)
{
	const char *z = text_dup(a, name).at; /* NUL behind */

	return z == NULL ? (struct text){ NULL, 0 } : json_text(json_member(object, z));
}

static const struct json *open_document(struct arena *a, struct vault *vault, const struct db_rows *rows, int row)
{
	struct fault f = { 0 };
	struct text plain;

	return filing_document_open(vault, a, rows, row, READ_FILING, READ_DOCUMENT, &plain) ? json_parse(a, plain, &f) : NULL;
}

static void put_told(const struct telling *t, struct arena *a, struct text waybill_no)
{
	struct text at = db_is_null(t->rows, t->row, READ_AT_FIELD) ? (struct text){ NULL, 0 } : member(t->document, a, db_get_text(t->rows, t->row, READ_AT_FIELD));
	int64_t at_us = db_get_time(t->rows, t->row, READ_RECEIVED_AT);
	struct id filing;

	if (waybill_no.len == 0 || !db_get_id(t->rows, t->row, READ_FILING, &filing))
		return;
	if (at.at != NULL && !clock_parse_rfc3339(at, &at_us) && !clock_parse_date(at, &at_us))
		at_us = db_get_time(t->rows, t->row, READ_RECEIVED_AT);
	db_array_i64(&t->x[TOLD_TELLS], db_get_int(t->rows, t->row, READ_TELLS));
	db_array_id(&t->x[TOLD_FILING], &filing);
	db_array_i64(&t->x[TOLD_CLIENT], db_get_int(t->rows, t->row, READ_CLIENT));
	db_array_i64(&t->x[TOLD_RECEIVED], db_get_time(t->rows, t->row, READ_RECEIVED_AT));
	db_array_text(&t->x[TOLD_STEP], db_get_text(t->rows, t->row, READ_STEP));
	db_array_text(&t->x[TOLD_CARRIER], t->carrier);
	db_array_text(&t->x[TOLD_WAYBILL], waybill_no);
	db_array_i64(&t->x[TOLD_AT], at_us);
}

/* How many parcels it names at most. */
static int parcels_of(const struct telling *t)
{
	return t->by_line ? (int)json_length(json_member(t->document, "lines")) : 1;
}

static bool is_told(const struct telling *t, struct arena *a)
{
	struct text field = db_get_text(t->rows, t->row, READ_STATUS_FIELD);

	if (t->carrier.len == 0)
		return false;
	return db_is_null(t->rows, t->row, READ_STATUS_FIELD) || text_eq(member(t->document, a, field), db_get_text(t->rows, t->row, READ_STATUS));
}

static void tell(const struct telling *t, struct arena *a)
{
	const struct json *lines = json_member(t->document, "lines");

	if (!is_told(t, a))
		return;
	for (int i = 0; i < parcels_of(t); i++)
		put_told(t, a, json_text(json_member(t->by_line ? json_item(lines, (size_t)i) : t->document, "waybill_no")));
}

bool tracker_tell(struct arena *a, struct vault *vault, const struct db_rows *rows, struct db_param out[TRACKER_TOLD_ARRAYS])
{
	static const enum db_kind kinds[TRACKER_TOLD_ARRAYS] = { DB_KIND_BOOL, DB_KIND_UUID, DB_KIND_I32, DB_KIND_TIME, DB_KIND_TEXT, DB_KIND_TEXT,
		                                                 DB_KIND_TEXT, DB_KIND_TIME };
	struct telling *all = arena_alloc(a, sizeof(*all) * (size_t)db_row_count(rows));
	struct db_array x[TRACKER_TOLD_ARRAYS];
	int count = 0, parcels = 0;

	for (int row = 0; all != NULL && row < db_row_count(rows); row++) {
		struct telling *t = &all[count];

		*t = (struct telling){ .rows = rows, .row = row, .by_line = text_is(db_get_text(rows, row, READ_PARCELS), "lines"), .x = x };
		t->document = open_document(a, vault, rows, row);
		if (t->document == NULL)
			continue;
		t->carrier = json_text(json_member(t->document, "carrier_code"));
		parcels += parcels_of(t);
		count++;
	}
	for (int i = 0; i < TRACKER_TOLD_ARRAYS; i++)
		db_array_begin(&x[i], a, kinds[i], parcels, 32 * (size_t)parcels);
	for (int i = 0; i < count; i++)
		tell(&all[i], a);
	for (int i = 0; i < TRACKER_TOLD_ARRAYS; i++)
		out[i] = db_array_end(&x[i]);
	return all != NULL && !a->full;
}
