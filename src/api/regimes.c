/* GET /v1/standard/regimes: what each regime asks for, from whom, in which order; from memory, dated, for everybody. */
#include "api/handlers.h"
#include "api/rules.h"
#include "model/steps.h"

static void put_roles(struct buf *b, const struct regime_step *s)
{
	struct text role;

	buf_str(b, ",\"responsible\":[");
	for (int n = 0; step_role(s, n, &role); n++) {
		buf_str(b, n == 0 ? "" : ",");
		buf_json(b, role);
	}
	buf_char(b, ']');
}

static void put_needs(struct buf *b, const struct regime_step *s)
{
	const char *comma = "";

	buf_str(b, ",\"needs\":[");
	for (int n = 1; n < s->number; n++) {
		if ((s->needs & STEP_BIT(n)) == 0)
			continue;
		buf_printf(b, "%s%d", comma, n);
		comma = ",";
	}
	buf_char(b, ']');
}

static void put_step(struct buf *b, const struct regime_step *s)
{
	bool is_filing = s->kind.at != NULL;

	buf_printf(b, "{\"step\":%d,\"phase\":\"%s\",\"kind\":", s->number, step_phase_name(s->phase));
	buf_json(b, s->kind);
	buf_str(b, ",\"authority\":");
	buf_json(b, text_of(is_filing ? NULL : authority_code(s->authority)));
	buf_str(b, ",\"title_zh\":");
	buf_json(b, is_filing ? step_kind_title(s->kind, true) : text_of(authority_title(s->authority, true)));
	buf_str(b, ",\"title_en\":");
	buf_json(b, is_filing ? step_kind_title(s->kind, false) : text_of(authority_title(s->authority, false)));
	put_roles(b, s);
	put_needs(b, s);
	buf_printf(b, ",\"required\":%s,\"goods_class\":", s->required ? "true" : "false");
	buf_json(b, s->goods);
	rules_put_validity(b, s->valid_from, s->valid_to, s->source);
	buf_char(b, '}');
}

static void put_regime(struct buf *b, const struct regime *r, int32_t day)
{
	bool first = true;

	buf_printf(b, "{\"id\":%d,\"trade_mode\":", (int)r->id);
	buf_json(b, r->trade_mode);
	buf_printf(b, ",\"direction\":\"%s\",\"wait_hours\":%d,\"bonded\":%s", direction_name(r->direction), r->wait_hours, r->bonded ? "true" : "false");
	rules_put_validity(b, r->valid_from, r->valid_to, r->source);
	buf_str(b, ",\"steps\":[");
	for (int i = 0; i < r->step_count; i++) {
		if (day < r->steps[i].valid_from || day > r->steps[i].valid_to)
			continue;
		buf_str(b, first ? "" : ",");
		put_step(b, &r->steps[i]);
		first = false;
	}
	buf_str(b, "]}");
}

static bool is_asked_for(struct req *r, const struct regime *one, int32_t day)
{
	struct text mode = httpd_query(r->http, "trade_mode"), direction = httpd_query(r->http, "direction");

	return one->valid_from <= day && day <= one->valid_to && (mode.at == NULL || text_eq(mode, one->trade_mode))
	       && (direction.at == NULL || text_is(direction, direction_name(one->direction)));
}

enum step standard_regimes(struct req *r)
{
	struct text direction = httpd_query(r->http, "direction");
	const struct codebook *book;
	bool unchanged, first = true;
	enum direction known;
	struct fault f = { 0 };
	int32_t day;
	struct buf b;

	if (direction.at != NULL && !direction_by_name(direction, &known))
		return reply_fault(r, FAULT_BAD_REQUEST, "direction is import or export");
	if (!rules_day(r, &day, &f))
		return reply_problem(r, &f);
	book = rules_kept(r, day, &unchanged);
	if (book == NULL)
		return rules_not_read(r);
	if (unchanged)
		return reply_empty(r, 304);
	buf_init(&b, r->arena, 32768);
	buf_str(&b, "{\"on\":");
	rules_put_day(&b, day);
	buf_str(&b, ",\"items\":[");
	for (int i = 0; i < book->regime_count; i++) {
		if (!is_asked_for(r, &book->regimes[i], day))
			continue;
		buf_str(&b, first ? "" : ",");
		put_regime(&b, &book->regimes[i], day);
		first = false;
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}
