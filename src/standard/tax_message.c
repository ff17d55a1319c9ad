#include "standard/tax_message.h"

#include "base/clock.h"
#include "base/decimal.h"
#include "standard/xml_values.h"

enum { DEPTH_NODE = 2, DEPTH_PART = 3, DEPTH_ELEMENT = 4, TOTAL_DIGITS = 19, FRACTION_DIGITS = 5, NUMBER_BYTES_MAX = 18, TAX_NO_BYTES_MAX = 50 };

enum element { /* of a node's head, then of its lines */
	HEAD_TIME, HEAD_INVENTORY_NO, HEAD_TAX_NO, HEAD_DUTY, HEAD_VAT, HEAD_CONSUMPTION, HEAD_STATUS, HEAD_PAYMENT_NO, HEAD_NOTE, HEAD_GUARANTOR,
	HEAD_MERCHANT, HEAD_CARRIER, HEAD_DECLARANT, HEAD_CUSTOMS, HEAD_ORDER_NO, HEAD_WAYBILL_NO, HEAD_COUNT,
	LINE_NO = HEAD_COUNT, LINE_HS, LINE_VALUE, LINE_DUTY, LINE_VAT, LINE_CONSUMPTION, ELEMENT_COUNT
};

static const char *const names[ELEMENT_COUNT] = {
	[HEAD_TIME] = "returnTime", [HEAD_INVENTORY_NO] = "invtNo", [HEAD_TAX_NO] = "taxNo", [HEAD_DUTY] = "customsTax",
	[HEAD_VAT] = "valueAddedTax", [HEAD_CONSUMPTION] = "consumptionTax", [HEAD_STATUS] = "status", [HEAD_PAYMENT_NO] = "entDutyNo",
	[HEAD_NOTE] = "note", [HEAD_GUARANTOR] = "assureCode", [HEAD_MERCHANT] = "ebcCode", [HEAD_CARRIER] = "logisticsCode",
	[HEAD_DECLARANT] = "agentCode", [HEAD_CUSTOMS] = "customsCode", [HEAD_ORDER_NO] = "orderNo", [HEAD_WAYBILL_NO] = "logisticsNo",
	[LINE_NO] = "gnum", [LINE_HS] = "gcode", [LINE_VALUE] = "taxPrice", [LINE_DUTY] = "customsTax", [LINE_VAT] = "valueAddedTax",
	[LINE_CONSUMPTION] = "consumptionTax",
};

struct reading {
	struct arena *arena;
	struct fault *fault;
	struct fault first_wrong; /* with one of the nodes */
	struct tax_message *list;
	int count, room, nodes, depth, line_count;
	bool is_bill;
	enum element from, to;  /* of the part that is open */
	struct text values[ELEMENT_COUNT];
	struct xml_values x;    /* of them */
	struct buf lines;
};

static bool arena_full(struct reading *r)
{
	return fault_set(r->fault, FAULT_BUSY, "no memory is left for this request");
}

/* ---- walking ---- */

static bool open_root(struct reading *r, const struct xml_element *e)
{
	r->is_bill = text_is(e->name, "CEB816Message");
	if (!e->is_foreign && (r->is_bill || text_is(e->name, "CEB818Message")))
		return true;
	return fault_set(r->fault, FAULT_BAD_XML, "the root element is none of CEB816Message, CEB818Message");
}

static bool open_node(struct reading *r, const struct xml_element *e)
{
	if (e->is_foreign || !text_is(e->name, "Tax"))
		return fault_set(r->fault, FAULT_BAD_XML, "the message holds something else than Tax");
	if (r->nodes++ == TAX_MESSAGES_MAX)
		return fault_set(r->fault, FAULT_TOO_LARGE, "a message holds at most %d tax bills", TAX_MESSAGES_MAX);
	xml_values_forget(&r->x, 0, ELEMENT_COUNT);
	buf_init(&r->lines, r->arena, 256);
	r->line_count = 0;
	return true;
}

static bool open_part(struct reading *r, const struct xml_element *e)
{
	bool is_head = text_is(e->name, r->is_bill ? "TaxHeadRd" : "TaxHeadStatus"), is_line = r->is_bill && text_is(e->name, "TaxListRd");

	if (e->is_foreign || (!is_head && !is_line))
		return fault_set(r->fault, FAULT_BAD_XML, "tax bill %d holds something that is no part of one", r->nodes);
	r->from = is_line ? LINE_NO : HEAD_TIME;
	r->to = is_line ? ELEMENT_COUNT : HEAD_COUNT;
	r->line_count += is_line;
	if (is_line)
		xml_values_forget(&r->x, LINE_NO, ELEMENT_COUNT);
	return true;
}

static bool open_element(struct reading *r, const struct xml_element *e)
{
	/* logisticNo: as the standard's text spells it */
	struct text name = text_is(e->name, "logisticNo") ? text_of(names[HEAD_WAYBILL_NO]) : e->name;

	if (e->is_foreign || xml_values_open(&r->x, name, (int)r->from, (int)r->to))
		return true;
	return fault_set(r->fault, FAULT_BAD_XML, "%s stands twice in tax bill %d", names[r->x.open], r->nodes);
}

static bool opened(void *arg, const struct xml_element *e)
{
	struct reading *r = arg;

	r->depth = e->depth;
	switch (e->depth) {
	case 1: return open_root(r, e);
	case DEPTH_NODE: return open_node(r, e);
	case DEPTH_PART: return open_part(r, e);
	case DEPTH_ELEMENT: return open_element(r, e);
	default: return true;
	}
}

static bool said(void *arg, struct text piece)
{
	struct reading *r = arg;

	if (r->depth == DEPTH_ELEMENT)
		xml_values_say(&r->x, piece);
	return true;
}

/* ---- a node ---- */

static bool is_amount(struct text t)
{
	struct decimal d;

	return t.len > 0 && decimal_parse(t, TOTAL_DIGITS, FRACTION_DIGITS, &d) && d.e5 >= 0;
}

static const char *wrong_amounts(const struct reading *r, int from, int to)
{
	for (int i = from; i <= to; i++)
		if (!is_amount(r->values[i]))
			return names[i];
	return NULL;
}

static bool wrong(struct reading *r, const char *element)
{
	(void)fault_set(&r->first_wrong, FAULT_BAD_XML, "tax bill %d: %s is missing or wrong", r->nodes, element);
	return true; /* the others still count */
}

static bool finish_line(struct reading *r)
{
	const char *element;

	xml_values_trim(&r->x, LINE_NO, ELEMENT_COUNT);
	element = r->values[LINE_NO].len == 0 ? names[LINE_NO] : wrong_amounts(r, LINE_VALUE, LINE_CONSUMPTION);
	if (element != NULL)
		return wrong(r, element);
	buf_str(&r->lines, r->lines.len == 0 ? "" : ",");
	xml_values_put(&r->lines, &r->x, LINE_NO, ELEMENT_COUNT);
	return !r->lines.full || arena_full(r);
}

static const char *wrong_head(const struct reading *r, int64_t *at_us)
{
	const struct text *v = r->values;

	if (v[HEAD_TAX_NO].len == 0 || v[HEAD_TAX_NO].len > TAX_NO_BYTES_MAX)
		return names[HEAD_TAX_NO];
	if (v[HEAD_INVENTORY_NO].len == 0 || v[HEAD_INVENTORY_NO].len > NUMBER_BYTES_MAX)
		return names[HEAD_INVENTORY_NO];
	if (v[HEAD_TIME].len < 14 || !clock_parse_compact(v[HEAD_TIME], at_us))
		return names[HEAD_TIME];
	if (v[HEAD_STATUS].len != 1 || v[HEAD_STATUS].at[0] < '1' || v[HEAD_STATUS].at[0] > '3')
		return names[HEAD_STATUS];
	return r->is_bill ? wrong_amounts(r, HEAD_DUTY, HEAD_CONSUMPTION) : NULL;
}

static struct text make_record(struct reading *r)
{
	struct buf b;

	buf_init(&b, r->arena, 512 + r->lines.len);
	xml_values_put(&b, &r->x, HEAD_TIME, HEAD_COUNT);
	if (r->lines.len > 0) {
		b.len--;
		buf_str(&b, ",\"lines\":[");
		buf_text(&b, buf_as_text(&r->lines));
		buf_str(&b, "]}");
	}
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

static bool keep(struct reading *r, const struct tax_message *m)
{
	struct tax_message *list = arena_grow(r->arena, r->list, r->count, &r->room, sizeof(*list));

	if (list == NULL)
		return arena_full(r);
	r->list = list;
	r->list[r->count++] = *m;
	return true;
}

static struct text when_there(struct text t)
{
	return t.len > 0 ? t : (struct text){ NULL, 0 };
}

static bool finish_node(struct reading *r)
{
	const struct text *v = r->values;
	struct tax_message m = { .is_bill = r->is_bill };
	const char *element;

	xml_values_trim(&r->x, HEAD_TIME, HEAD_COUNT);
	element = wrong_head(r, &m.at_us);
	if (element == NULL && r->is_bill && r->lines.len == 0)
		element = "TaxListRd";
	if (element != NULL)
		return wrong(r, element);
	m.status = v[HEAD_STATUS].at[0] - '0';
	m.tax_no = v[HEAD_TAX_NO];
	m.inventory_no = v[HEAD_INVENTORY_NO];
	m.order_no = when_there(v[HEAD_ORDER_NO]);
	m.declarant = when_there(v[HEAD_DECLARANT]);
	m.merchant = when_there(v[HEAD_MERCHANT]);
	m.carrier = when_there(v[HEAD_CARRIER]);
	m.guarantor = when_there(v[HEAD_GUARANTOR]);
	m.duty_payment_no = when_there(v[HEAD_PAYMENT_NO]);
	if (r->is_bill) {
		m.customs_duty = v[HEAD_DUTY];
		m.value_added_tax = v[HEAD_VAT];
		m.consumption_tax = v[HEAD_CONSUMPTION];
	}
	m.record = make_record(r);
	if (m.record.at == NULL)
		return arena_full(r);
	m.id = id_of_key('T', (const struct text[]){ m.is_bill ? TEXT("816") : TEXT("818"), m.record }, 2);
	return keep(r, &m);
}

static bool closed(void *arg)
{
	struct reading *r = arg;
	int depth = r->depth--;

	if (depth == DEPTH_ELEMENT)
		xml_values_close(&r->x);
	if (depth == DEPTH_PART && r->from == LINE_NO)
		return finish_line(r);
	return depth != DEPTH_NODE || finish_node(r);
}

bool tax_messages_read(struct arena *a, struct text body, struct tax_message **out, int *count, struct fault *f)
{
	static const struct xml_events events = { opened, said, closed, CEB_NAMESPACE };
	struct reading r = { .arena = a, .fault = f };

	*count = 0;
	if (!xml_values_begin(&r.x, a, body.len, names, r.values))
		return arena_full(&r);
	if (!xml_walk(body, &events, &r, f))
		return false;
	*out = r.list;
	*count = r.count;
	if (r.first_wrong.code != FAULT_NONE)
		(void)fault_set(f, r.first_wrong.code, "%s", r.first_wrong.text);
	else if (r.count == 0)
		(void)fault_set(f, FAULT_BAD_XML, "the message holds no tax bill");
	return r.count > 0;
}

/* ---- is it one? ---- */

static bool look_at_root(void *arg, const struct xml_element *e)
{
	bool *is_one = arg;

	*is_one = text_is(e->name, "CEB816Message") || text_is(e->name, "CEB818Message");
	return false; /* seen enough */
}

static bool pass_text(void *arg, struct text piece)
{
	(void)arg;
	(void)piece;
	return true;
}

static bool pass_end(void *arg)
{
	(void)arg;
	return true;
}

bool tax_message_begins(struct text body)
{
	static const struct xml_events events = { look_at_root, pass_text, pass_end, CEB_NAMESPACE };
	struct fault ignored = { 0 };
	bool is_one = false;

	return !xml_walk(body, &events, &is_one, &ignored) && is_one; /* it always stops at the root */
}
