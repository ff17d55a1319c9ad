/* Filings for tests: written as JSON text, so that each shows what an enterprise would send. */
#include "fixture.h"

#include <assert.h>

#include "base/clock.h"
#include "base/json.h"

#define LINE_2_FEN   2500 /* 2 × 12.50 */
#define FREIGHT_FEN  1000
#define TAX_FEN      821
#define DISCOUNT_FEN 500

void fixture_init(struct fixture *f)
{
	*f = (struct fixture){
		.platform = FIXTURE_PLATFORM,
		.merchant = FIXTURE_MERCHANT,
		.declarant = FIXTURE_DECLARANT,
		.carrier = FIXTURE_CARRIER,
		.payment_company = FIXTURE_PAYER_CO,
		.order_no = "TG-0001",
		.waybill_no = "RR473124829CN",
		.payment_no = "PAY-0001",
		.buyer_name = "李小明",
		.buyer_id = FIXTURE_BUYER_ID,
		.trade_mode = "9610",
		.action = "add",
		.sent_at = FIXTURE_SENT_AT,
		.price_fen = 10000,
		.guid = 1,
	};
}

long fixture_order_fen(const struct fixture *f, enum direction d)
{
	long goods = f->price_fen + LINE_2_FEN;

	return d == DIR_IMPORT ? goods + FREIGHT_FEN + TAX_FEN - DISCOUNT_FEN : goods + FREIGHT_FEN;
}

static void put_money(struct buf *b, const char *name, long fen)
{
	buf_printf(b, ",\"%s\":\"%ld.%02ld\"", name, fen / 100, fen % 100);
}

static void put_open(struct buf *b, const struct fixture *f, enum doc_kind kind, enum direction d)
{
	buf_printf(b, "{\"guid\":\"4CDE1CFD-EDED-46B1-946C-%012d\",\"sent_at\":\"%s\"", f->guid, f->sent_at);
	buf_printf(b, ",\"standard\":\"%s\",\"kind\":\"%s\",\"direction\":\"%s\",\"action\":\"%s\",\"app_status\":\"2\"",
	           STANDARD_VERSION, doc_kind_name(kind), direction_name(d), f->action);
}

static void put_platform(struct buf *b, const struct fixture *f)
{
	buf_printf(b, ",\"order_no\":\"%s\",\"platform_code\":\"%s\",\"platform_name\":\"测试平台有限公司\"", f->order_no, f->platform);
}

static void put_merchant(struct buf *b, const struct fixture *f)
{
	buf_printf(b, ",\"merchant_code\":\"%s\",\"merchant_name\":\"测试电商有限公司\"", f->merchant);
}

static void put_carrier(struct buf *b, const struct fixture *f)
{
	buf_printf(b, ",\"carrier_code\":\"%s\",\"carrier_name\":\"测试物流有限公司\",\"waybill_no\":\"%s\"", f->carrier, f->waybill_no);
}

static void put_buyer(struct buf *b, const struct fixture *f)
{
	buf_printf(b, ",\"buyer_id_type\":\"1\",\"buyer_id_number\":\"%s\",\"buyer_name\":\"%s\",\"buyer_telephone\":\"13800000000\"",
	           f->buyer_id, f->buyer_name);
}

static void put_address(struct buf *b)
{
	buf_str(b, ",\"consignee_address\":\"江苏省苏州市姑苏区人民路1号\"");
}

/* Lines: 1 piece at price_fen, 2 pieces at 12.50. `rest` differs by message. */
static void put_lines(struct buf *b, const struct fixture *f, const char *currency, const char *const rest[2])
{
	buf_str(b, ",\"lines\":[");
	for (int i = 0; i < 2; i++) {
		long price = i == 0 ? f->price_fen : LINE_2_FEN / 2;

		buf_printf(b, "%s{\"line_no\":%d,\"item_no\":\"SKU-%d\",\"item_name\":\"%s\",\"unit\":\"%s\",\"quantity\":\"%d\"",
		           i == 0 ? "" : ",", i + 1, i + 1, i == 0 ? "婴儿奶粉 800克" : "洗发水", i == 0 ? "122" : "142", i + 1);
		put_money(b, "price", price);
		put_money(b, "total_price", price * (i + 1));
		buf_printf(b, ",\"currency\":\"%s\"%s}", currency, rest[i]);
	}
	buf_char(b, ']');
}

static void put_order(struct buf *b, const struct fixture *f, enum direction d)
{
	static const char *const import_rest[2] = {
		",\"goods_model\":\"800g/罐\",\"country_code\":\"609\"",
		",\"goods_model\":\"500ml/瓶\",\"country_code\":\"116\"",
	};
	static const char *const export_rest[2] = { "", "" };

	buf_printf(b, ",\"order_type\":\"%s\"", d == DIR_IMPORT ? "I" : "E");
	put_platform(b, f);
	put_merchant(b, f);
	put_money(b, "goods_value", f->price_fen + LINE_2_FEN);
	put_money(b, "freight", FREIGHT_FEN);
	if (d == DIR_EXPORT) {
		buf_str(b, ",\"currency\":\"502\"");
		put_lines(b, f, "502", export_rest);
		return;
	}
	put_money(b, "discount", DISCOUNT_FEN);
	put_money(b, "tax_total", TAX_FEN);
	put_money(b, "actual_paid", fixture_order_fen(f, d));
	buf_str(b, ",\"currency\":\"142\",\"buyer_reg_no\":\"buyer-1\"");
	put_buyer(b, f);
	buf_printf(b, ",\"payment_company_code\":\"%s\",\"payment_company_name\":\"测试支付有限公司\",\"payment_no\":\"%s\"",
	           f->payment_company, f->payment_no);
	buf_printf(b, ",\"consignee\":\"%s\",\"consignee_telephone\":\"13800000000\"", f->buyer_name);
	put_address(b);
	put_lines(b, f, "142", import_rest);
}

static void put_payment(struct buf *b, const struct fixture *f, enum direction d)
{
	long paid = f->paid_fen != 0 ? f->paid_fen : fixture_order_fen(f, d);

	put_platform(b, f);
	buf_printf(b, ",\"payment_company_code\":\"%s\",\"payment_company_name\":\"测试支付有限公司\",\"payment_no\":\"%s\"",
	           f->payment_company, f->payment_no);
	if (d == DIR_EXPORT) {
		put_merchant(b, f);
		put_money(b, "amount_received", paid);
		buf_printf(b, ",\"currency\":\"502\",\"credited_at\":\"%s\"", f->sent_at);
		return;
	}
	buf_printf(b, ",\"payer_id_type\":\"1\",\"payer_id_number\":\"%s\",\"payer_name\":\"%s\"",
	           f->payer_id != NULL ? f->payer_id : f->buyer_id, f->payer_name != NULL ? f->payer_name : f->buyer_name);
	put_money(b, "amount_paid", paid);
	buf_printf(b, ",\"currency\":\"142\",\"paid_at\":\"%s\"", f->sent_at);
}

static void put_waybill(struct buf *b, const struct fixture *f, enum direction d)
{
	put_carrier(b, f);
	put_money(b, "freight", FREIGHT_FEN);
	buf_str(b, ",\"insured_fee\":\"0\",\"gross_weight\":\"2.3\",\"pack_count\":1,\"goods_info\":\"奶粉、洗发水\"");
	buf_printf(b, ",\"currency\":\"%s\"", d == DIR_IMPORT ? "142" : "502");
	if (d == DIR_EXPORT)
		return;
	buf_printf(b, ",\"order_no\":\"%s\",\"consignee\":\"%s\",\"consignee_telephone\":\"13800000000\"", f->order_no, f->buyer_name);
	put_address(b);
}

static void put_inventory_import(struct buf *b, const struct fixture *f)
{
	bool bonded = strcmp(f->trade_mode, "9610") != 0;
	const char *const rest[2] = {
		bonded ? ",\"item_record_no\":\"1\",\"hs_code\":\"1901101090\",\"goods_name\":\"婴儿奶粉\",\"goods_model\":\"800g/罐\","
		         "\"country_code\":\"609\",\"quantity_1\":\"0.8\",\"unit_1\":\"035\""
		       : ",\"hs_code\":\"1901101090\",\"goods_name\":\"婴儿奶粉\",\"goods_model\":\"800g/罐\","
		         "\"country_code\":\"609\",\"quantity_1\":\"0.8\",\"unit_1\":\"035\"",
		bonded ? ",\"item_record_no\":\"2\",\"hs_code\":\"3305100000\",\"goods_name\":\"洗发水\",\"goods_model\":\"500ml/瓶\","
		         "\"country_code\":\"116\",\"quantity_1\":\"1\",\"unit_1\":\"035\",\"quantity_2\":\"2\",\"unit_2\":\"142\""
		       : ",\"hs_code\":\"3305100000\",\"goods_name\":\"洗发水\",\"goods_model\":\"500ml/瓶\","
		         "\"country_code\":\"116\",\"quantity_1\":\"1\",\"unit_1\":\"035\",\"quantity_2\":\"2\",\"unit_2\":\"142\"",
	};

	buf_printf(b, ",\"guarantor_code\":\"%s\",\"ie_flag\":\"I\",\"declared_on\":\"2026-03-02\"", f->merchant);
	put_buyer(b, f);
	put_address(b);
	if (bonded)
		buf_printf(b, ",\"book_no\":\"H29010000001\",\"zone_company_code\":\"%s\",\"zone_company_name\":\"测试仓储有限公司\"", f->declarant);
	else
		buf_str(b, ",\"vehicle_no\":\"CA1234\",\"voyage_no\":\"CA1234\",\"bill_no\":\"99912345675\"");
	put_money(b, "freight", FREIGHT_FEN);
	buf_str(b, ",\"insured_fee\":\"0\",\"currency\":\"142\",\"country_code\":\"609\"");
	put_lines(b, f, "142", rest);
}

static void put_inventory_export(struct buf *b, const struct fixture *f)
{
	static const char *const rest[2] = {
		",\"hs_code\":\"6109100010\",\"goods_name\":\"T恤\",\"goods_model\":\"棉\",\"barcode\":\"无\",\"country_code\":\"502\","
		"\"quantity_1\":\"1\",\"unit_1\":\"011\"",
		",\"hs_code\":\"4202920000\",\"goods_name\":\"背包\",\"goods_model\":\"尼龙\",\"barcode\":\"无\",\"country_code\":\"502\","
		"\"quantity_1\":\"2\",\"unit_1\":\"007\",\"quantity_2\":\"0.9\",\"unit_2\":\"035\"",
	};

	buf_printf(b, ",\"internal_no\":\"INT-1\",\"ie_flag\":\"E\",\"ie_date\":\"2026-03-02\",\"statistics_flag\":\"B\"");
	buf_printf(b, ",\"producer_code\":\"NO\",\"producer_name\":\"测试制造有限公司\",\"country_code\":\"502\",\"destination_port\":\"502\"");
	if (text_is(text_of(f->trade_mode), "1210"))
		buf_printf(b, ",\"book_no\":\"H29010000001\",\"zone_company_code\":\"%s\",\"zone_company_name\":\"测试仓储有限公司\"", f->declarant);
	put_money(b, "freight", FREIGHT_FEN);
	buf_str(b, ",\"freight_currency\":\"502\",\"freight_flag\":\"3\",\"insured_fee\":\"0\",\"insurance_currency\":\"502\"");
	buf_str(b, ",\"insurance_flag\":\"3\",\"wrap_type\":\"2\"");
	put_lines(b, f, "502", rest);
}

static void put_inventory(struct buf *b, const struct fixture *f, enum direction d)
{
	put_platform(b, f);
	put_merchant(b, f);
	put_carrier(b, f);
	buf_printf(b, ",\"declarant_code\":\"%s\",\"declarant_name\":\"测试报关有限公司\"", f->declarant);
	buf_printf(b, ",\"trade_mode\":\"%s\",\"transport_mode\":\"5\",\"customs_code\":\"2928\",\"port_code\":\"2916\"", f->trade_mode);
	buf_str(b, ",\"pack_count\":1,\"gross_weight\":\"2.3\",\"net_weight\":\"2.1\"");
	if (d == DIR_IMPORT)
		put_inventory_import(b, f);
	else
		put_inventory_export(b, f);
}

struct text fixture_json(struct arena *a, const struct fixture *f, enum doc_kind kind, enum direction d)
{
	struct buf b;

	assert(kind <= DOC_WAYBILL_STATUS && message_def(kind, d) != NULL);
	buf_init(&b, a, 2048);
	put_open(&b, f, kind, d);
	switch (kind) {
	case DOC_ORDER:
		put_order(&b, f, d);
		break;
	case DOC_PAYMENT:
		put_payment(&b, f, d);
		break;
	case DOC_WAYBILL:
		put_waybill(&b, f, d);
		break;
	case DOC_INVENTORY:
		put_inventory(&b, f, d);
		break;
	default:
		put_carrier(&b, f);
		buf_printf(&b, ",\"waybill_status\":\"S\",\"waybill_status_at\":\"%s\"", f->sent_at);
		break;
	}
	buf_char(&b, '}');
	assert(!b.full);
	return buf_as_text(&b);
}

/* ---- documents ---- */

struct reading {
	struct arena *arena;
	struct document *d;
	struct text *line; /* NULL: in the head */
};

static bool read_member(void *arg, struct text name, const struct json *value)
{
	struct reading *r = arg;
	enum field f = field_by_name(name);
	int i = r->line != NULL ? field_line_index(r->d->def, f) : field_index(r->d->def, f);
	struct text t = json_text(value);
	int64_t n;

	if (text_is(name, "standard") || text_is(name, "kind") || text_is(name, "direction") || text_is(name, "lines"))
		return true;
	assert(i >= 0);
	if (t.at == NULL && json_i64(value, &n)) {
		struct buf b;

		buf_init(&b, r->arena, 20);
		buf_i64(&b, n);
		t = buf_as_text(&b);
	}
	*(r->line != NULL ? &r->line[i] : &r->d->head[i]) = t;
	return true;
}

struct document *fixture_read(struct arena *a, struct text json)
{
	struct fault f = { 0 };
	const struct json *j = json_parse(a, json, &f);
	const struct json *lines = json_member(j, "lines");
	struct reading r = { .arena = a };
	enum direction d = DIR_IMPORT;
	enum doc_kind kind = DOC_ORDER;
	bool known = doc_kind_by_name(json_text(json_member(j, "kind")), &kind) &&
	             direction_by_name(json_text(json_member(j, "direction")), &d);

	assert(known);
	r.d = document_new(a, message_def(kind, d), 0);
	assert(r.d != NULL);
	json_each(j, read_member, &r);
	for (size_t i = 0; i < json_length(lines); i++) {
		r.line = document_add_line(a, r.d);
		assert(r.line != NULL);
		json_each(json_item(lines, i), read_member, &r);
	}
	return r.d;
}

struct document *fixture_document(struct arena *a, const struct fixture *f, enum doc_kind kind, enum direction d)
{
	return fixture_read(a, fixture_json(a, f, kind, d));
}

void fixture_set(struct document *d, enum field f, const char *value)
{
	int i = field_index(d->def, f);

	assert(i >= 0);
	d->head[i] = text_of(value);
}

void fixture_set_line(struct document *d, int line, enum field f, const char *value)
{
	int i = field_line_index(d->def, f);

	assert(i >= 0 && line < d->line_count);
	d->lines[line * d->def->line_field_count + i] = text_of(value);
}

/* ---- codes ---- */

int32_t fixture_day(const char *date)
{
	int64_t us = 0;
	bool ok = clock_parse_date(text_of(date), &us);

	assert(ok);
	return clock_day(us);
}

static void add_codes(struct codebook *c, enum code_list list, const char *const *codes)
{
	for (; *codes != NULL; codes++) {
		const struct code_row row = {
			.list = list,
			.code = text_of(*codes),
			.name_zh = TEXT("测试"),
			.valid_from = fixture_day("2018-06-01"),
			.valid_to = INT32_MAX,
		};
		bool ok = codebook_add_code(c, &row);

		assert(ok);
	}
}

static void add_regimes(struct codebook *c)
{
	static const struct {
		const char *mode;
		enum direction direction;
		bool bonded;
		unsigned authorities;
	} rows[] = {
		{ "*", DIR_IMPORT, false, 0 },
		{ "*", DIR_EXPORT, false, 0 },
		{ "9610", DIR_IMPORT, false, AUTHORITY_BIT(AUTHORITY_POST) },
		{ "1210", DIR_IMPORT, true, 0 },
		{ "9610", DIR_EXPORT, false, AUTHORITY_BIT(AUTHORITY_POST) },
		{ "1210", DIR_EXPORT, true, 0 },
		{ "9710", DIR_EXPORT, false, 0 },
	};
	const unsigned most = AUTHORITY_BIT(AUTHORITY_CUS) | AUTHORITY_BIT(AUTHORITY_TAX) | AUTHORITY_BIT(AUTHORITY_FX);
	const unsigned all = FLOW(DOC_ORDER) | FLOW(DOC_PAYMENT) | FLOW(DOC_WAYBILL) | FLOW(DOC_INVENTORY);

	for (size_t i = 0; i < COUNTOF(rows); i++) {
		const struct regime r = {
			.id = (int32_t)i + 1,
			.trade_mode = text_of(rows[i].mode),
			.direction = rows[i].direction,
			.flows = text_is(text_of(rows[i].mode), "9710") ? all & ~FLOW(DOC_PAYMENT) : all,
			.authorities = rows[i].mode[0] == '*' ? 0 : most | rows[i].authorities,
			.wait_hours = 72,
			.bonded = rows[i].bonded,
			.valid_from = fixture_day("2019-01-01"),
			.valid_to = INT32_MAX,
			.source = TEXT("test"),
		};
		bool ok = codebook_add_regime(c, &r);

		assert(ok);
	}
}

struct codebook *fixture_codebook(void)
{
	static const char *const currencies[] = { "142", "502", "110", "300", NULL };
	static const char *const countries[] = { "142", "502", "609", "116", "110", "304", NULL };
	static const char *const units[] = { "007", "011", "035", "122", "140", "142", NULL };
	static const char *const customs[] = { "2916", "2928", "2303", "5141", "0712", NULL };
	static const char *const ports[] = { "502", "3001", NULL };
	static const char *const modes[] = { "0110", "1210", "1239", "9610", "9710", "9810", NULL };
	static const char *const transports[] = { "2", "4", "5", "6", "Y", NULL };
	static const char *const wraps[] = { "1", "2", "7", NULL };
	static const char *const divisions[] = { "320508", "330106", NULL };
	struct codebook *c = codebook_new(1 << 20);
	bool ok;

	assert(c != NULL);
	add_codes(c, CODES_CURRENCY, currencies);
	add_codes(c, CODES_COUNTRY, countries);
	add_codes(c, CODES_UNIT, units);
	add_codes(c, CODES_CUSTOMS, customs);
	add_codes(c, CODES_PORT, ports);
	add_codes(c, CODES_TRADE_MODE, modes);
	add_codes(c, CODES_TRANSPORT, transports);
	add_codes(c, CODES_WRAP, wraps);
	add_codes(c, CODES_DIVISION, divisions);
	add_regimes(c);
	ok = codebook_seal(c);
	assert(ok);
	return c;
}
