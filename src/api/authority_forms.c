/*
 * What each authority may see of a declaration, why, and since when; from memory, dated, for everybody.
 *
 *   GET /v1/standard/authorities                  each of them, with its dialect and its schema
 *   GET /v1/standard/authorities/{code}           every member of its messages: purpose, source, whether it is data of a person
 *   GET /v1/standard/authorities/{code}/schema    JSON Schema of its messages
 *   GET /v1/standard/goods-classes                the goods that bring further authorities in
 */
#include "api/handlers.h"
#include "api/rules.h"
#include "standard/writer.h"

enum { FORMS_MAX = 64 };

/* Its forms of the day in the dialect that it speaks; of a direction and a trade mode, if those are asked for. */
static int forms_of(struct req *r, const struct codebook *book, enum authority a, int32_t day, const struct authority_form *out[FORMS_MAX])
{
	struct text direction = httpd_query(r->http, "direction"), mode = httpd_query(r->http, "trade_mode"), one;
	int all, count = 0;
	const struct authority_form *forms = codebook_forms(book, a, &all);

	for (int i = 0; i < all && count < FORMS_MAX; i++) {
		const struct authority_form *f = &forms[i];
		bool is_for = mode.at == NULL;

		for (struct text rest = f->trade_modes; !is_for && text_next(&rest, ',', &one);)
			is_for = text_eq(one, mode);
		if (is_for && f->dialect == book->dialects[a] && f->valid_from <= day && day <= f->valid_to &&
		    (direction.at == NULL || text_is(direction, direction_name(f->direction))))
			out[count++] = f;
	}
	return count;
}

static void put_titles(struct buf *b, const struct codebook *book, enum authority a)
{
	buf_printf(b, "\"code\":\"%s\",\"title_zh\":\"%s\",\"title_en\":\"%s\",\"dialect\":\"%s\",\"schemas\":", authority_code(a), authority_title(a, true),
	           authority_title(a, false), authority_dialect_name(book->dialects[a]));
	if (book->dialects[a] == SPEAK_CEB)
		buf_str(b, "[\"/v1/standard/inventory/import/xml-schema\",\"/v1/standard/inventory/export/xml-schema\"]");
	else
		buf_printf(b, "[\"/v1/standard/authorities/%s/schema\"]", authority_code(a));
}

/* What all three begin with. NULL: *answer is the reply. */
static const struct codebook *begin(struct req *r, int32_t *day, enum step *answer)
{
	struct text direction = httpd_query(r->http, "direction");
	const struct codebook *book;
	struct fault f = { 0 };
	enum direction known;
	bool unchanged;

	if (direction.at != NULL && !direction_by_name(direction, &known))
		*answer = reply_fault(r, FAULT_BAD_REQUEST, "direction is import or export");
	else if (!rules_day(r, day, &f))
		*answer = reply_problem(r, &f);
	else if ((book = rules_kept(r, *day, &unchanged)) == NULL)
		*answer = rules_not_read(r);
	else if (unchanged)
		*answer = reply_empty(r, 304);
	else
		return book;
	return NULL;
}

enum step standard_authorities(struct req *r)
{
	const struct codebook *book;
	enum step answer;
	int32_t day;
	struct buf b;

	book = begin(r, &day, &answer);
	if (book == NULL)
		return answer;
	buf_init(&b, r->arena, 8192);
	buf_str(&b, "{\"on\":");
	rules_put_day(&b, day);
	buf_str(&b, ",\"items\":[");
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		buf_str(&b, a == 0 ? "{" : ",{");
		put_titles(&b, book, a);
		buf_printf(&b, ",\"members\":\"/v1/standard/authorities/%s\"}", authority_code(a));
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}

static void put_row(struct buf *b, const struct form_row *row)
{
	buf_printf(b, "{\"place\":%d,\"section\":", row->place);
	buf_json(b, row->section);
	buf_str(b, ",\"member\":");
	buf_json(b, row->member);
	buf_str(b, ",\"value\":");
	buf_json(b, row->value);
	buf_printf(b, ",\"required\":%s,\"personal\":%s,\"purpose\":", row->required ? "true" : "false", row->personal ? "true" : "false");
	buf_json(b, row->purpose);
	rules_put_validity(b, row->valid_from, row->valid_to, row->source);
	buf_char(b, '}');
}

static void put_form(struct buf *b, const struct authority_form *f)
{
	struct text modes = f->trade_modes, mode;
	const char *comma = "";

	buf_printf(b, "{\"direction\":\"%s\",\"trade_modes\":[", direction_name(f->direction));
	while (text_next(&modes, ',', &mode)) {
		buf_str(b, comma);
		buf_json(b, mode);
		comma = ",";
	}
	buf_printf(b, "],\"edition\":\"%s\",\"members\":[", f->edition);
	for (int i = 0; i < f->entry_count; i++) {
		buf_str(b, i == 0 ? "" : ",");
		put_row(b, f->entries[i].row);
	}
	buf_str(b, "]}");
}

enum step standard_authority(struct req *r)
{
	const struct authority_form *forms[FORMS_MAX];
	const struct codebook *book;
	enum authority a;
	enum step answer;
	int32_t day;
	int count;
	struct buf b;

	if (!authority_by_code(r->captures[0], &a))
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such authority; see /v1/standard/authorities");
	book = begin(r, &day, &answer);
	if (book == NULL)
		return answer;
	count = forms_of(r, book, a, day, forms);
	buf_init(&b, r->arena, 16384);
	buf_str(&b, "{\"on\":");
	rules_put_day(&b, day);
	buf_char(&b, ',');
	put_titles(&b, book, a);
	buf_str(&b, ",\"forms\":[");
	for (int i = 0; i < count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		put_form(&b, forms[i]);
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}

enum step standard_authority_schema(struct req *r)
{
	const struct authority_form *forms[FORMS_MAX];
	const struct codebook *book;
	enum authority a;
	enum step answer;
	int32_t day;
	struct buf b, on;

	if (!authority_by_code(r->captures[0], &a))
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such authority; see /v1/standard/authorities");
	book = begin(r, &day, &answer);
	if (book == NULL)
		return answer;
	if (book->dialects[a] == SPEAK_CEB)
		return reply_fault(r, FAULT_NOT_FOUND, "customs' messages are XML: /v1/standard/inventory/import/xml-schema and /v1/standard/inventory/export/xml-schema");
	buf_init(&on, r->arena, 16);
	rules_put_day(&on, day);
	buf_init(&b, r->arena, 32768);
	form_schema_put(&b, a, forms, forms_of(r, book, a, day, forms), (struct text){ on.at + 1, on.len - 2 });
	if (b.full)
		return reply_fault(r, FAULT_BUSY, "the schema is larger than the memory of a request");
	return reply_kept(r, 200, "application/schema+json", buf_as_text(&b));
}

enum step standard_goods_classes(struct req *r)
{
	const struct codebook *book;
	bool first = true;
	enum step answer;
	int32_t day;
	struct buf b;

	book = begin(r, &day, &answer);
	if (book == NULL)
		return answer;
	buf_init(&b, r->arena, 8192);
	buf_str(&b, "{\"on\":");
	rules_put_day(&b, day);
	buf_str(&b, ",\"items\":[");
	for (int i = 0; i < book->goods_count; i++) {
		const struct goods_row *row = &book->goods[i];

		if (day < row->valid_from || day > row->valid_to)
			continue;
		buf_printf(&b, "%s{\"id\":%d,\"goods_class\":", first ? "" : ",", (int)row->id);
		first = false;
		buf_json(&b, row->goods_class);
		buf_str(&b, ",\"hs\":");
		buf_json(&b, row->hs);
		buf_str(&b, ",\"name_zh\":");
		buf_json(&b, row->name_zh);
		buf_str(&b, ",\"name_en\":");
		buf_json(&b, row->name_en);
		rules_put_validity(&b, row->valid_from, row->valid_to, row->source);
		buf_char(&b, '}');
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}
