/*
 * GET /v1/declarations/{id}/steps: which step of its regime a declaration waits for, and from whom.
 *
 * Three reads in one call bring rows; the judgement is model/steps. The parties see it, and who sees all. Companies are named as the
 * filings name them: codes and names of companies, nothing of persons. A step that some goods ask for says which, and by which row.
 */
#include "api/args.h"
#include "api/handlers.h"
#include "model/steps.h"
#include "standard/reader.h"
#include "store/query.h"

enum { DECLARATION_ROW, FILING_ROWS, DELIVERY_ROWS, READS };
enum { D_DIRECTION, D_TRADE_MODE, D_OPENED_AT, D_STATE, D_VERSION, D_CORRECTS };
enum { ROW_ID, ROW_KIND, ROW_ACTION, ROW_KEY, ROW_REVISION, ROW_RECEIVED_AT, ROW_OWN, ROW_DOCUMENT };
enum { V_AUTHORITY, V_STATE, V_OUTCOME, V_OUTCOME_AT };

static const struct { const char *role; enum field code, name; } party_fields[] = {
	{ "platform", F_PLATFORM_CODE, F_PLATFORM_NAME },
	{ "merchant", F_MERCHANT_CODE, F_MERCHANT_NAME },
	{ "payment_company", F_PAYMENT_COMPANY_CODE, F_PAYMENT_COMPANY_NAME },
	{ "carrier", F_CARRIER_CODE, F_CARRIER_NAME },
	{ "declarant", F_DECLARANT_CODE, F_DECLARANT_NAME },
	{ "zone_company", F_ZONE_COMPANY_CODE, F_ZONE_COMPANY_NAME },
};

static db_step_fn found;

enum step declarations_steps(struct req *r)
{
	static const char *const reads[READS] = { "steps_declaration", "steps_filings", "steps_deliveries" };
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	for (int i = 0; i < READS; i++)
		db_call_add(&r->call, query(reads[i]), q->p);
	return await_db(r, found);
}

/* --- rows to a case -------------------------------------------------------------------------------------------------- */

struct reading {
	struct req *r;
	struct steps_case c;
	struct step_filing *filings;
	struct step_part *parts;
	struct step_party parties[COUNTOF(party_fields)];
	int direction; /* of a document, for what was not judged yet; -1: none could be read */
	const struct document *inventory; /* the latest that stands, for its goods; NULL: none */
	int inventory_revision;
};

/* The first filing that names a company names it for all. */
static void add_parties(struct reading *g, const struct document *d)
{
	for (size_t i = 0; i < COUNTOF(party_fields); i++) {
		struct text code = document_get(d, party_fields[i].code);

		if (code.len == 0 || step_party_of(&g->c, text_of(party_fields[i].role)) != NULL)
			continue;
		g->parties[g->c.party_count++] = (struct step_party){ party_fields[i].role, code, document_get(d, party_fields[i].name) };
	}
}

static void read_filing(struct reading *g, const struct db_rows *rows, int row)
{
	struct step_filing *f = &g->filings[g->c.filing_count];
	const struct document *d = document_read(g->r->arena, db_get_text(rows, row, ROW_DOCUMENT));

	*f = (struct step_filing){
		.kind = db_get_text(rows, row, ROW_KIND),
		.business_key = db_get_text(rows, row, ROW_KEY),
		.revision = (int)db_get_int(rows, row, ROW_REVISION),
		.takes_back = text_is(db_get_text(rows, row, ROW_ACTION), action_name(ACTION_DELETE)),
		.own = db_get_int(rows, row, ROW_OWN) != 0,
		.received_us = db_get_time(rows, row, ROW_RECEIVED_AT),
	};
	if (!db_get_id(rows, row, ROW_ID, &f->id))
		return;
	g->c.filing_count++;
	if (d == NULL)
		return;
	add_parties(g, d);
	if (g->direction < 0)
		g->direction = (int)d->def->direction;
	if (d->def->kind == DOC_INVENTORY && f->revision > g->inventory_revision) {
		g->inventory = f->takes_back ? NULL : d;
		g->inventory_revision = f->revision;
	}
}

/* As the judgement finds them. */
static void find_goods(struct reading *g, const struct codebook *book)
{
	for (int line = 0; g->inventory != NULL && line < g->inventory->line_count; line++)
		codebook_find_goods(book, document_line_get(g->inventory, line, F_HS_CODE), g->c.day, &g->c.goods);
}

static void read_part(struct reading *g, const struct db_rows *rows, int row)
{
	struct step_part *p = &g->parts[g->c.part_count];

	p->outcome_us = db_get_time(rows, row, V_OUTCOME_AT);
	g->c.part_count += authority_by_code(db_get_text(rows, row, V_AUTHORITY), &p->authority)
	                   && delivery_state_by_name(db_get_text(rows, row, V_STATE), &p->state)
	                   && outcome_by_name(db_get_text(rows, row, V_OUTCOME), &p->outcome);
}

/* As the judgement chooses it: by the inventory's trade mode, else what holds until there is one. */
static void choose_regime(struct reading *g, const struct codebook *book, const struct db_rows *declaration)
{
	struct text mode = db_get_text(declaration, 0, D_TRADE_MODE);
	enum direction direction = g->direction < 0 ? DIR_IMPORT : (enum direction)g->direction;

	if (!direction_by_name(db_get_text(declaration, 0, D_DIRECTION), &direction))
		mode = (struct text){ NULL, 0 };
	if (mode.len > 0)
		g->c.regime = codebook_regime(book, mode, direction, g->c.day);
	if (g->c.regime == NULL)
		g->c.regime = codebook_default_regime(book, direction, g->c.day);
}

/* False: the arena is full. */
static bool read_case(struct reading *g, const struct codebook *book, const struct db_answer *a)
{
	const struct db_rows *declaration = a->results[DECLARATION_ROW], *filings = a->results[FILING_ROWS], *parts = a->results[DELIVERY_ROWS];

	g->filings = arena_zalloc(g->r->arena, sizeof(*g->filings) * (size_t)(db_row_count(filings) + 1));
	g->parts = arena_zalloc(g->r->arena, sizeof(*g->parts) * (size_t)(db_row_count(parts) + 1));
	if (g->filings == NULL || g->parts == NULL)
		return false;
	g->c = (struct steps_case){ .filings = g->filings, .parts = g->parts, .parties = g->parties };
	for (int row = 0; row < db_row_count(filings); row++)
		read_filing(g, filings, row);
	for (int row = 0; row < db_row_count(parts); row++)
		read_part(g, parts, row);
	g->c.day = clock_day(db_get_time(declaration, 0, D_OPENED_AT));
	g->c.corrects = db_get_text(declaration, 0, D_CORRECTS);
	if (!state_by_name(db_get_text(declaration, 0, D_STATE), &g->c.state))
		g->c.state = STATE_WAITING;
	choose_regime(g, book, declaration);
	find_goods(g, book);
	return !g->r->arena->full;
}

/* --- the answer ------------------------------------------------------------------------------------------------------ */

static void put_numbers(struct buf *b, const char *name, uint32_t bits)
{
	const char *comma = "";

	buf_printf(b, ",\"%s\":[", name);
	for (int n = 1; n <= STEP_NUMBER_MAX; n++) {
		if ((bits & STEP_BIT(n)) == 0)
			continue;
		buf_printf(b, "%s%d", comma, n);
		comma = ",";
	}
	buf_char(b, ']');
}

static void put_responsible(struct buf *b, const struct steps_case *c, const struct regime_step *s, bool chinese)
{
	struct text role;

	buf_str(b, ",\"responsible\":[");
	for (int n = 0; step_role(s, n, &role); n++) {
		const struct step_party *party = step_party_of(c, role);
		bool is_authority = s->kind.at == NULL;

		buf_str(b, n == 0 ? "{\"role\":" : ",{\"role\":");
		buf_json(b, role);
		buf_str(b, ",\"title\":");
		buf_json(b, is_authority ? text_of(authority_title(s->authority, chinese)) : step_role_title(role, chinese));
		buf_str(b, ",\"code\":");
		buf_json(b, is_authority ? text_of(authority_code(s->authority)) : party == NULL ? (struct text){ NULL, 0 } : party->code);
		buf_str(b, ",\"name\":");
		buf_json(b, party == NULL ? (struct text){ NULL, 0 } : party->name);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static void put_when_and_how(struct buf *b, const struct step_report *r)
{
	char id[ID_TEXT_BYTES];

	buf_printf(b, ",\"state\":\"%s\"", step_progress_name(r->progress));
	clock_put_member(b, "at", r->done_us);
	buf_str(b, ",\"filing_id\":");
	if (r->by == NULL) {
		buf_str(b, "null");
	} else {
		id_format(&r->by->id, id);
		buf_json(b, text_of(id));
	}
	buf_printf(b, ",\"own\":%s,\"outcome\":", r->by != NULL && r->by->own ? "true" : "false");
	buf_json(b, text_of(r->part == NULL ? NULL : outcome_name(r->part->outcome)));
	buf_printf(b, ",\"delivery\":");
	buf_json(b, text_of(r->part == NULL ? NULL : delivery_state_name(r->part->state)));
}

/* Why the goods ask for it: null for steps that every declaration has, and while none of the goods does. */
static void put_because(struct buf *b, const struct step_report *r, bool chinese)
{
	const struct goods_row *row = r->because;

	buf_str(b, ",\"goods_class\":");
	buf_json(b, r->step->goods);
	if (row == NULL) {
		buf_str(b, ",\"because\":null");
		return;
	}
	buf_printf(b, ",\"because\":{\"rule_row\":%d,\"hs_code\":", (int)row->id);
	buf_json(b, r->because_hs);
	buf_str(b, ",\"hs\":");
	buf_json(b, row->hs);
	buf_str(b, ",\"title\":");
	buf_json(b, chinese ? row->name_zh : row->name_en);
	buf_str(b, ",\"source\":");
	buf_json(b, row->source);
	buf_char(b, '}');
}

static void put_step(struct buf *b, const struct steps_case *c, const struct step_report *r, bool chinese)
{
	const struct regime_step *s = r->step;
	bool is_filing = s->kind.at != NULL;

	buf_printf(b, "{\"step\":%d,\"phase\":\"%s\",\"kind\":", s->number, step_phase_name(s->phase));
	buf_json(b, s->kind);
	buf_str(b, ",\"authority\":");
	buf_json(b, text_of(is_filing ? NULL : authority_code(s->authority)));
	buf_str(b, ",\"title\":");
	buf_json(b, is_filing ? step_kind_title(s->kind, chinese) : text_of(authority_title(s->authority, chinese)));
	buf_printf(b, ",\"required\":%s", s->required ? "true" : "false");
	put_when_and_how(b, r);
	buf_printf(b, ",\"to_correct\":%s,\"next\":%s", r->to_correct ? "true" : "false", r->is_next ? "true" : "false");
	put_responsible(b, c, s, chinese);
	put_numbers(b, "needs", s->needs);
	put_numbers(b, "waits_for", r->waits_for);
	put_because(b, r, chinese);
	buf_str(b, ",\"source\":");
	buf_json(b, s->source);
	buf_char(b, '}');
}

static enum step put_report(struct req *r, const struct steps_case *c)
{
	struct step_report steps[STEP_NUMBER_MAX];
	int count = steps_judge(c, steps);
	bool chinese = req_chinese(r);
	struct buf b, sentence;

	buf_init(&sentence, r->arena, 512);
	steps_put_sentence(&sentence, c, steps, count, chinese);
	buf_init(&b, r->arena, 8192);
	buf_str(&b, "{\"declaration_id\":");
	buf_json(&b, r->captures[0]);
	buf_printf(&b, ",\"state\":\"%s\",\"state_title\":\"%s\",\"regime\":{\"id\":%d,\"trade_mode\":", state_name(c->state), state_title(c->state, chinese),
	           (int)c->regime->id);
	buf_json(&b, c->regime->trade_mode);
	buf_printf(&b, ",\"direction\":\"%s\"},\"sentence\":", direction_name(c->regime->direction));
	buf_json(&b, buf_as_text(&sentence));
	buf_str(&b, ",\"steps\":[");
	for (int i = 0; i < count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		put_step(&b, c, &steps[i], chinese);
	}
	buf_str(&b, "]}");
	req_header(r, "Content-Language", chinese ? "zh" : "en");
	return reply_json(r, 200, &b);
}

static enum step found(struct req *r, const struct db_answer *a)
{
	const struct rules *rules = *r->api->deps.rules;
	struct reading *g = arena_zalloc(r->arena, sizeof(*g));

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[DECLARATION_ROW]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (rules == NULL)
		return reply_fault(r, FAULT_STORE_DOWN, "codes and regimes are not read yet");
	if (g == NULL)
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	g->r = r;
	g->direction = -1;
	if (!read_case(g, rules->book, a))
		return reply_fault(r, FAULT_BUSY, "the answer is larger than the memory of a request");
	if (g->c.regime == NULL)
		return reply_fault(r, FAULT_NOT_FOUND, "no regime was in force on the day when the declaration was opened");
	return put_report(r, &g->c);
}
