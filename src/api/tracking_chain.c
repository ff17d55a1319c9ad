#include "api/tracking_chain.h"

#include "standard/reader.h"
#include "store/filing_document.h"
#include "store/tracking_store.h"

enum { ROW_PARCEL, ROW_CARRIER, ROW_WAYBILL, ROW_DECLARATION, ROW_PLATFORM, ROW_ORDER, ROW_DIRECTION, ROW_MODE, ROW_OPENED_AT, ROW_CLIENTS,
       ROW_WAYBILL_ID, ROW_WAYBILL_DOCUMENT, ROW_ORDER_ID, ROW_ORDER_DOCUMENT, ROW_ALERTS, ROW_STEP, ROW_AT, ROW_PLACE, ROW_RECEIVED_AT, ROW_KIND, ROW_FILING, ROW_STANDS };

static bool is_event(const struct db_rows *rows, int row)
{
	return !db_is_null(rows, row, ROW_STEP);
}

static bool stands(const struct db_rows *rows, int row)
{
	return is_event(rows, row) && db_get_int(rows, row, ROW_STANDS) != 0;
}

static struct tracking_event event_of(const struct db_rows *rows, int row)
{
	return (struct tracking_event){ db_get_text(rows, row, ROW_STEP), db_get_time(rows, row, ROW_AT) };
}

/* False: that filing is not there, says nothing of it, or cannot be read. */
static bool read_consignee(struct req *r, const struct db_rows *rows, int row, int id_column, int document_column, struct tracking_chain *out)
{
	const struct document *d = NULL;
	struct text plain;

	if (filing_document_open(r->api->deps.vault, r->arena, rows, row, id_column, document_column, &plain))
		d = document_read(r->arena, plain);
	out->consignee = d == NULL ? (struct text){ NULL, 0 } : document_get(d, F_CONSIGNEE);
	out->telephone = d == NULL ? (struct text){ NULL, 0 } : document_get(d, F_CONSIGNEE_TELEPHONE);
	return out->consignee.len > 0;
}

bool tracking_chain_read(struct req *r, const struct tracking_rules *rules, const struct db_rows *rows, int first, struct tracking_chain *out)
{
	int64_t opened_us = db_is_null(rows, first, ROW_OPENED_AT) ? r->now_us : db_get_time(rows, first, ROW_OPENED_AT);
	struct tracking_case c = { .rules = rules->list, .rule_count = rules->count, .trade_mode = db_get_text(rows, first, ROW_MODE),
		                   .day = clock_day(opened_us), .now_us = r->now_us };
	struct tracking_event *events = arena_alloc(r->arena, sizeof(*events) * (size_t)db_row_count(rows));
	struct id parcel, other;
	int row = first;

	if (events == NULL || !db_get_id(rows, first, ROW_PARCEL, &parcel))
		return false;
	for (; row < db_row_count(rows) && db_get_id(rows, row, ROW_PARCEL, &other) && id_eq(&parcel, &other); row++)
		if (stands(rows, row))
			events[c.event_count++] = event_of(rows, row);
	c.events = events;
	c.has_direction = direction_by_name(db_get_text(rows, first, ROW_DIRECTION), &c.direction);
	*out = (struct tracking_chain){ .rows = rows, .first = first, .last = row, .rules = rules };
	if (!read_consignee(r, rows, first, ROW_WAYBILL_ID, ROW_WAYBILL_DOCUMENT, out))
		(void)read_consignee(r, rows, first, ROW_ORDER_ID, ROW_ORDER_DOCUMENT, out);
	out->count = tracking_judge(&c, out->reports);
	return true;
}

/* --- words ----------------------------------------------------------------------------------------------------------- */

/* By the row that is for the parcel, else by any: a step of another regime has its name as well. */
static struct text title_of(const struct tracking_chain *c, struct text step, bool chinese)
{
	const struct tracking_report *own = tracking_find(c->reports, c->count, step);
	const struct tracking_rule *rule = own == NULL ? NULL : own->rule;

	for (int i = 0; rule == NULL && i < c->rules->count; i++)
		if (text_eq(c->rules->list[i].step, step))
			rule = &c->rules->list[i];
	return rule == NULL ? step : chinese ? rule->name_zh : rule->name_en;
}

static void put_member(struct buf *b, const char *name, struct text value)
{
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, value);
}

static void put_time(struct buf *b, const char *name, int64_t us)
{
	char at[CLOCK_RFC3339_BYTES];

	if (us == INT64_MIN || us == INT64_MAX) {
		put_member(b, name, (struct text){ NULL, 0 });
		return;
	}
	clock_rfc3339(us, 6, at);
	put_member(b, name, text_of(at));
}

static void put_id(struct buf *b, const struct tracking_chain *c, int row, const char *name, int col)
{
	char text[ID_TEXT_BYTES];
	struct id id;

	if (!db_get_id(c->rows, row, col, &id)) {
		put_member(b, name, (struct text){ NULL, 0 });
		return;
	}
	id_format(&id, text);
	put_member(b, name, text_of(text));
}

static void put_names(struct buf *b, const char *name, struct text list)
{
	const char *comma = "";
	struct text one;

	buf_printf(b, ",\"%s\":[", name);
	while (text_next(&list, ',', &one)) {
		buf_str(b, comma);
		buf_json(b, one);
		comma = ",";
	}
	buf_char(b, ']');
}

/* The last event that stands says where it is. -1: nothing is known yet. */
static int status_row(const struct tracking_chain *c)
{
	int row = c->last - 1;

	while (row >= c->first && !stands(c->rows, row))
		row--;
	return row >= c->first ? row : -1;
}

static void put_status(struct buf *b, const struct tracking_chain *c, bool chinese)
{
	int row = status_row(c);
	struct text step = row < 0 ? (struct text){ NULL, 0 } : db_get_text(c->rows, row, ROW_STEP);

	buf_str(b, "\"status\":");
	buf_json(b, step);
	put_member(b, "status_title", row < 0 ? step : title_of(c, step, chinese));
	put_time(b, "status_at", row < 0 ? INT64_MIN : db_get_time(c->rows, row, ROW_AT));
}

static void put_masked(struct buf *b, const struct tracking_chain *c)
{
	struct buf masked;

	if (c->consignee.len == 0) {
		put_member(b, "consignee", (struct text){ NULL, 0 });
		return;
	}
	buf_init(&masked, b->arena, 16);
	tracking_put_masked(&masked, c->consignee);
	put_member(b, "consignee", buf_as_text(&masked));
}

/* --- for parties ------------------------------------------------------------------------------------------------------- */

/* Who told it: the gateway its own release, a filing, or the carrier by POST /v1/tracking. */
static const char *teller(const struct tracking_chain *c, int row)
{
	if (text_is(db_get_text(c->rows, row, ROW_KIND), "release"))
		return "gateway";
	return db_is_null(c->rows, row, ROW_FILING) ? "carrier" : "filing";
}

static void put_contradictions(struct buf *b, const struct tracking_chain *c, int row)
{
	struct tracking_event e = event_of(c->rows, row);
	uint32_t places = stands(c->rows, row) ? tracking_contradicts(c->reports, c->count, &e) : 0;
	const char *comma = "";

	buf_str(b, ",\"contradicts\":[");
	for (int i = 0; i < c->count; i++) {
		if ((places & TRACKING_BIT(i)) == 0)
			continue;
		buf_str(b, comma);
		buf_json(b, c->reports[i].rule->step);
		comma = ",";
	}
	buf_char(b, ']');
}

static void put_event(struct buf *b, const struct tracking_chain *c, int row, bool chinese)
{
	struct text step = db_get_text(c->rows, row, ROW_STEP);
	const char *by = teller(c, row);

	buf_str(b, "{\"step\":");
	buf_json(b, step);
	put_member(b, "title", title_of(c, step, chinese));
	put_time(b, "at", db_get_time(c->rows, row, ROW_AT));
	put_member(b, "place", db_get_text(c->rows, row, ROW_PLACE));
	put_time(b, "received_at", db_get_time(c->rows, row, ROW_RECEIVED_AT));
	put_member(b, "told_by", text_of(by));
	put_member(b, "kind", strcmp(by, "filing") == 0 ? db_get_text(c->rows, row, ROW_KIND) : (struct text){ NULL, 0 });
	put_id(b, c, row, "filing_id", ROW_FILING);
	buf_printf(b, ",\"stands\":%s", stands(c->rows, row) ? "true" : "false");
	put_contradictions(b, c, row);
	buf_char(b, '}');
}

static void put_step(struct buf *b, const struct tracking_report *s, bool chinese)
{
	const struct tracking_rule *rule = s->rule;

	buf_str(b, "{\"step\":");
	buf_json(b, rule->step);
	put_member(b, "title", chinese ? rule->name_zh : rule->name_en);
	put_member(b, "state", text_of(tracking_state_name(s->state)));
	put_time(b, "at", s->at_us);
	put_time(b, "due_at", s->due_us);
	put_member(b, "passed_by", s->passed_by == NULL ? (struct text){ NULL, 0 } : s->passed_by->step);
	put_names(b, "needs", rule->needs);
	put_member(b, "limit_from", rule->limit_from);
	if (rule->limit_from.at == NULL)
		buf_str(b, ",\"limit_hours\":null");
	else
		buf_printf(b, ",\"limit_hours\":%d", rule->limit_hours);
	buf_printf(b, ",\"required\":%s,\"rule_row\":%d", rule->required ? "true" : "false", (int)rule->id);
	put_member(b, "source", rule->source);
	buf_char(b, '}');
}

void tracking_chain_put(struct buf *b, const struct tracking_chain *c, bool chinese)
{
	const char *comma = "";

	buf_char(b, '{');
	put_status(b, c, chinese);
	put_member(b, "carrier_code", db_get_text(c->rows, c->first, ROW_CARRIER));
	put_member(b, "waybill_no", db_get_text(c->rows, c->first, ROW_WAYBILL));
	put_id(b, c, c->first, "declaration_id", ROW_DECLARATION);
	put_member(b, "platform_code", db_get_text(c->rows, c->first, ROW_PLATFORM));
	put_member(b, "order_no", db_get_text(c->rows, c->first, ROW_ORDER));
	put_member(b, "direction", db_get_text(c->rows, c->first, ROW_DIRECTION));
	put_member(b, "trade_mode", db_get_text(c->rows, c->first, ROW_MODE));
	put_masked(b, c);
	put_names(b, "alerts", db_get_text(c->rows, c->first, ROW_ALERTS));
	buf_str(b, ",\"events\":[");
	for (int row = c->first; row < c->last; row++) {
		if (!is_event(c->rows, row))
			continue;
		buf_str(b, comma);
		put_event(b, c, row, chinese);
		comma = ",";
	}
	buf_str(b, "],\"steps\":[");
	for (int i = 0; i < c->count; i++) {
		buf_str(b, i == 0 ? "" : ",");
		put_step(b, &c->reports[i], chinese);
	}
	buf_str(b, "]}");
}

/* --- for everybody ----------------------------------------------------------------------------------------------------- */

void tracking_chain_put_public(struct buf *b, const struct tracking_chain *c, struct text telephone_end, bool chinese)
{
	const char *comma = "";

	buf_char(b, '{');
	put_status(b, c, chinese);
	if (tracking_telephone_ends(c->telephone, telephone_end))
		put_masked(b, c);
	buf_str(b, ",\"events\":[");
	for (int row = c->first; row < c->last; row++) {
		struct text step = db_get_text(c->rows, row, ROW_STEP);

		if (!stands(c->rows, row))
			continue;
		buf_printf(b, "%s{\"step\":", comma);
		buf_json(b, step);
		put_member(b, "title", title_of(c, step, chinese));
		put_time(b, "at", db_get_time(c->rows, row, ROW_AT));
		buf_char(b, '}');
		comma = ",";
	}
	buf_str(b, "]}");
}
