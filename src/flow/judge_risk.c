/*
 * The lane of a trade that matches and is to be declared: by rules over itself and what came before it, the credit of its merchant, and a draw.
 *
 *   weighed (assess_risk.c counts) ─► rules ─► lane ─► its action: none, review, inspect ─► declared, with an answer of our own
 *                                                         └─ hold ─► BLOCKED: nothing is declared
 *
 * The decision keeps everything counted and the rows by which it was weighed: the same can be worked out from them again.
 */
#include "flow/judge_priv.h"
#include "flow/own_answer.h"
#include "model/identifier.h"

#include <stddef.h>

#define YUAN "142"
#define SIMPLIFIED "A" /* message 603, statisticsFlag: counted by four digits of the commodity code */

static const struct document *current(const struct judged *j, enum doc_kind kind)
{
	return j->verdict.current[kind] == NULL ? NULL : j->verdict.current[kind]->doc;
}

bool judge_is_weighed(const struct judged *j)
{
	struct sha256 basis;

	return j->found && j->matched_now && j->kind == VERDICT_MATCHED && j->state != STATE_RELEASED && !j->has_request && current(j, DOC_ORDER) != NULL
	       && current(j, DOC_INVENTORY) != NULL && !judge_is_declared(j, &basis);
}

/* --- what the trade itself says ------------------------------------------------------------------------------------ */

static int64_t grams(const struct document *d, enum field f)
{
	struct decimal kg;

	return d != NULL && document_decimal(d, f, &kg) ? (int64_t)(kg.e5 / 100) : 0;
}

static bool has_zero_price(const struct risk_trace *t)
{
	for (int i = 0; i < risk_goods_count(t->goods); i++)
		if (risk_goods_get(t->goods, i).unit_fen == 0)
			return true;
	return false;
}

static bool is_sensitive(const struct judged *j, const struct risk_day *day)
{
	for (int n = 0; n < GOODS_CLASSES_MAX; n++)
		if ((j->goods.classes >> n & 1) != 0 && risk_day_minds(day, j->goods.why[n].row->goods_class))
			return true;
	return false;
}

/* While its last filing was awaited goods may have been recalled that the door let in. */
static bool is_held(const struct judged *j, const struct rights *r)
{
	const struct document *order = current(j, DOC_ORDER);
	struct text batches = document_get(order, F_BATCH_NUMBERS);

	return r != NULL && (rights_holds(r, order, batches) || rights_holds(r, current(j, DOC_INVENTORY), batches));
}

static int64_t declared_fen(const struct document *inventory)
{
	int64_t fen = 0;
	struct decimal total;

	for (int line = 0; line < inventory->line_count; line++)
		if (text_is(document_line_get(inventory, line, F_CURRENCY), YUAN) && document_line_decimal(inventory, line, F_TOTAL_PRICE, &total))
			fen += (int64_t)(total.e5 / 1000);
	return fen;
}

static bool is_malformed(const struct judged *j, int32_t day)
{
	const struct document *order = current(j, DOC_ORDER);
	struct text number = document_get(order, F_BUYER_ID_NUMBER);

	return text_is(document_get(order, F_BUYER_ID_TYPE), "1") && number.at != NULL && !identifier_identity_number(number, day);
}

bool judge_weigh(struct judged *j, const struct judge_weighing *w, struct risk_weighed *out)
{
	const struct document *order = current(j, DOC_ORDER), *inventory = current(j, DOC_INVENTORY);
	struct judged_risk *risk = arena_zalloc(w->arena, sizeof(*risk));
	const struct right_party *party;

	*out = (struct risk_weighed){ .declaration = j->id, .opened_us = j->trade.opened_us, .day = w->day, .merchant = document_get(inventory, F_MERCHANT_CODE),
		                      .inventory = inventory };
	party = w->rights == NULL ? NULL : rights_party(w->rights, out->merchant);
	out->enterprise = party == NULL ? 0 : party->id;
	if (risk == NULL || !risk_trace_make(w->arena, w->secret, order, current(j, DOC_PAYMENT), inventory, j->trade.opened_us, &out->trace))
		return false;
	judge_find_goods(j, w->book);
	*risk = (struct judged_risk){ .day = w->day, .day_key = w->day_key, .merchant = out->merchant,
		                       .level = CREDIT_B /* whoever is not known to the credit base has its base score */ };
	risk->facts = (struct risk_facts){
		.total_fen = out->trace.total_fen, .has_zero_price = has_zero_price(&out->trace), .is_sensitive = is_sensitive(j, w->day),
		.gross_g = grams(inventory, F_GROSS_WEIGHT), .expected_g = grams(current(j, DOC_WAYBILL), F_GROSS_WEIGHT),
		.payer_differs = out->trace.account != 0, .identity_attested = j->trade.identity_attested, .identity_malformed = is_malformed(j, w->day->day),
		.waybill_reused = j->trade.waybill_taken, .has_open_complaint = is_held(j, w->rights),
		.is_simplified = text_is(document_get(inventory, F_STATISTICS_FLAG), SIMPLIFIED), .has_licence = document_get(inventory, F_LICENSE_NO).len > 0,
		.declared_fen = declared_fen(inventory),
	};
	risk->facts.has_weights = risk->facts.gross_g > 0 && risk->facts.expected_g > 0;
	j->risk = risk;
	return true;
}

/* --- what is kept of it --------------------------------------------------------------------------------------------- */

enum as { AS_FLAG, AS_INT, AS_LONG };
#define FACT(name, how) { #name, how, offsetof(struct risk_facts, name) }
static const struct fact {
	const char *name;
	enum as as;
	size_t at;
} facts[] = {
	FACT(has_times, AS_FLAG), FACT(has_prices, AS_FLAG), FACT(has_weights, AS_FLAG), FACT(has_identity, AS_FLAG), FACT(has_quota, AS_FLAG),
	FACT(ordered_us, AS_LONG), FACT(paid_us, AS_LONG), FACT(total_fen, AS_LONG), FACT(price_deviation, AS_INT), FACT(price_released, AS_LONG),
	FACT(has_zero_price, AS_FLAG), FACT(is_new_sku, AS_FLAG), FACT(is_sensitive, AS_FLAG), FACT(has_open_complaint, AS_FLAG),
	FACT(hs_differs_from_filed, AS_FLAG), FACT(gross_g, AS_LONG), FACT(expected_g, AS_LONG), FACT(payer_differs, AS_FLAG), FACT(identity_attested, AS_FLAG),
	FACT(identity_malformed, AS_FLAG), FACT(identity_refused, AS_FLAG), FACT(paid_differs, AS_FLAG), FACT(waybill_reused, AS_FLAG),
	FACT(payment_data_bad, AS_FLAG), FACT(is_simplified, AS_FLAG), FACT(has_licence, AS_FLAG), FACT(declared_fen, AS_LONG), FACT(quota_used, AS_INT), FACT(orders_of_buyer, AS_INT), FACT(buyers_at_address, AS_INT), FACT(buyers_of_phone, AS_INT),
	FACT(buyers_of_account, AS_INT), FACT(accounts_of_identity, AS_INT), FACT(buyers_near_quota_at_address, AS_INT), FACT(splits, AS_INT),
	FACT(split_fen, AS_LONG), FACT(paid_of_buyer_fen, AS_LONG), FACT(units_of_sku, AS_INT), FACT(equal_orders_of_shop, AS_INT),
};

static int64_t fact_of(const struct risk_facts *of, const struct fact *f)
{
	const char *at = (const char *)of + f->at;

	return f->as == AS_FLAG ? *(const bool *)at : f->as == AS_INT ? *(const int *)at : *(const int64_t *)at;
}

/* What is zero is left out. */
static void put_counted(struct buf *b, const struct risk_facts *of)
{
	bool first = true;

	buf_str(b, ",\"counted\":{");
	for (size_t i = 0; i < COUNTOF(facts); i++) {
		int64_t value = fact_of(of, &facts[i]);

		if (value == 0)
			continue;
		buf_printf(b, "%s\"%s\":", first ? "" : ",", facts[i].name);
		if (facts[i].as == AS_FLAG)
			buf_str(b, "true");
		else
			buf_i64(b, value);
		first = false;
	}
	buf_char(b, '}');
}

static void put_hits(struct buf *b, const struct risk_judgement *of)
{
	buf_str(b, ",\"hits\":[");
	for (int i = 0; i < of->hit_count; i++) {
		const struct risk_row *row = of->hits[i].row;

		buf_printf(b, "%s{\"row\":%d,\"rule\":\"%s\",\"mode\":\"%s\",\"points\":%d,\"blocks\":%s,\"counted\":", i == 0 ? "" : ",", row->id,
		           risk_rule_name(row->rule), risk_mode_name(row->mode), row->points, row->blocks ? "true" : "false");
		buf_i64(b, of->hits[i].counted);
		buf_char(b, '}');
	}
	buf_char(b, ']');
}

static struct text class_at(const struct judged *j, int n)
{
	return (j->goods.classes >> n & 1) != 0 ? j->goods.why[n].row->goods_class : (struct text){ NULL, 0 };
}

int judge_class_count(const struct judged *j)
{
	int count = 0;

	for (int n = 0; n < GOODS_CLASSES_MAX; n++)
		count += class_at(j, n).at != NULL;
	return count > 0 ? count : 1;
}

bool judge_has_class(const struct judged *j, struct text goods_class)
{
	for (int n = 0; n < GOODS_CLASSES_MAX; n++)
		if (class_at(j, n).at != NULL && text_eq(class_at(j, n), goods_class))
			return true;
	return j->goods.classes == 0 && goods_class.len == 0;
}

/* Whose goods they are and of which classes: feedback of an inspection finds them here. */
static void put_sampling(struct buf *b, const struct judged *j)
{
	const struct judged_risk *risk = j->risk;
	const struct sampling *s = &risk->sampling;
	bool first = true;

	buf_str(b, ",\"merchant\":");
	buf_json(b, risk->merchant);
	buf_str(b, ",\"classes\":[");
	for (int n = 0; n < GOODS_CLASSES_MAX; n++) {
		if (class_at(j, n).at == NULL)
			continue;
		buf_str(b, first ? "" : ",");
		buf_json(b, class_at(j, n));
		first = false;
	}
	buf_printf(b, "%s],\"sampling\":{\"level_bp\":%d,\"class_permille\":%d,\"ability_permille\":%d,\"steps\":%d,\"inspections\":%d,\"is_spared\":%s}",
	           first ? "\"\"" : "", s->level_bp, s->class_permille, s->ability_permille, s->steps, s->inspections, risk->is_spared ? "true" : "false");
}

static struct text risk_text(struct judge_context *x, const struct judged *j, int rate_bp)
{
	const struct judged_risk *risk = j->risk;
	const struct risk_day *day = risk->day;
	const struct lane_choice *c = &risk->choice;
	struct buf b;

	buf_init(&b, x->arena, 1024);
	buf_printf(&b, "{\"day\":%d,\"lane\":\"%s\",\"action\":\"%s\",\"points\":%d,\"rule_points\":%d,\"credit_level\":\"%c\",\"credit_term\":%d,\"is_listed\":%s,\"is_cleared\":%s",
	           (int)day->day,
	           lane_name(c->lane), lane_action_name(day->actions[c->lane]), c->points, risk->judgement.points, credit_level_letter(risk->level), c->credit_term,
	           risk->is_listed ? "true" : "false", risk->is_cleared ? "true" : "false");
	buf_printf(&b, ",\"drawn\":%d,\"rate_bp\":%d,\"by_chance\":%s,\"lane_row\":%d,\"level_row\":%d", c->drawn, rate_bp, c->by_chance ? "true" : "false",
	           day->lane_rows[c->lane], day->level_rows[risk->level]);
	put_sampling(&b, j);
	put_hits(&b, &risk->judgement);
	put_counted(&b, &risk->facts);
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static struct text rows_literal(struct judge_context *x, const struct risk_judgement *of)
{
	struct buf b;

	buf_init(&b, x->arena, 32);
	buf_char(&b, '{');
	for (int i = 0; i < of->hit_count; i++)
		buf_printf(&b, "%s%d", i == 0 ? "" : ",", of->hits[i].row->id);
	buf_char(&b, '}');
	return buf_as_text(&b);
}

/* --- the lane --------------------------------------------------------------------------------------------------------- */

/* Of several classes the one that is looked at most often. */
static int rate_of(struct judged *j, int inspections)
{
	struct judged_risk *risk = j->risk;
	struct sampling *s = &risk->sampling;

	s->inspections = inspections;
	s->level_bp = risk->day->lanes.rate_bp[risk->level];
	s->ability_permille = risk_day_factor(risk->day, SAMPLING_ABILITY, risk->ability);
	s->class_permille = j->goods.classes == 0 ? 1000 : 0;
	for (int n = 0; n < GOODS_CLASSES_MAX; n++) {
		int permille = class_at(j, n).at == NULL ? 0 : risk_day_factor(risk->day, SAMPLING_GOODS_CLASS, class_at(j, n));

		s->class_permille = permille > s->class_permille ? permille : s->class_permille;
	}
	return sampling_rate(&risk->day->sampling, s, &risk->is_spared);
}

static void choose(struct judged *j, struct judge_context *x)
{
	struct judged_risk *risk = j->risk;
	struct risk_hit *hits = arena_alloc(x->arena, sizeof(*hits) * (size_t)(risk->day->row_count + 1));
	char number[ID_TEXT_BYTES];
	struct lane_input in;

	if (hits == NULL)
		return;
	risk_judge(risk->day->rows, risk->day->row_count, &risk->facts, hits, &risk->judgement);
	id_format(&j->id, number);
	in = (struct lane_input){ .points = risk->judgement.points, .has_block = risk->judgement.has_block, .level = risk->level, .is_listed = risk->is_listed,
		                  .rate_bp = rate_of(j, *x->inspections), .day_key = risk->day_key, .draw_of = text_of(number) };
	lane_choose(&risk->day->lanes, &in, &risk->choice);
	risk->has_lane = true;
	risk->text = risk_text(x, j, in.rate_bp);
	risk->rows = rows_literal(x, &risk->judgement);
}

/* It waits for a person: what writes the judgement opens a case of it, whose review may let it go. */
static void hold(struct judged *j)
{
	bool is_refused = j->risk->choice.lane == LANE_REJECT;

	verdict_add(&j->verdict, &(struct difference){
		.rule = is_refused ? RULE_RISK_REFUSED : RULE_RISK_HELD,
		.left_kind = DOC_INVENTORY, .left_field = FIELD_NONE, .left = j->verdict.current[DOC_INVENTORY],
		.right_kind = DOC_INVENTORY, .right_field = FIELD_NONE,
		.line = -1,
		.corrects = is_refused ? DOC_INVENTORY : DOC_KIND_COUNT,
	});
	j->kind = VERDICT_BLOCKED;
}

static enum lane_action action_of(const struct judged *j)
{
	enum lane_action action = j->risk == NULL || !j->risk->has_lane ? LANE_ACT_NONE : j->risk->day->actions[j->risk->choice.lane];

	return action == LANE_ACT_HOLD && j->risk->is_cleared ? LANE_ACT_NONE : action;
}

bool judge_lane(struct judged *j, struct judge_context *x)
{
	if (j->risk == NULL)
		return true;
	choose(j, x);
	if (action_of(j) != LANE_ACT_HOLD)
		return true;
	hold(j);
	return false;
}

static struct text info_of(struct judge_context *x, const struct judged_risk *risk, bool inspects)
{
	struct buf b;

	buf_init(&b, x->arena, 128);
	buf_str(&b, inspects ? "风险布控，查验" : "风险布控，单证审核");
	if (risk->choice.by_chance) {
		buf_str(&b, "：随机抽中");
		return buf_as_text(&b);
	}
	for (int i = 0, n = 0; i < risk->judgement.hit_count; i++) {
		const struct risk_row *row = risk->judgement.hits[i].row;

		if (row->mode == RISK_ACTIVE)
			buf_printf(&b, "%s%s", n++ == 0 ? "：" : " ", risk_rule_name(row->rule));
	}
	return buf_as_text(&b);
}

/* Customs' preNo of what was just declared. */
static struct text reference_of(const struct judged *j, const struct judge_context *x)
{
	for (int i = x->delivery_count - 1; i >= 0 && id_eq(&x->deliveries[i].declaration, &j->id); i--)
		if (x->deliveries[i].authority == AUTHORITY_CUS)
			return x->deliveries[i].reference;
	return (struct text){ NULL, 0 };
}

/* In whole seconds, and not after: what customs says of it in the same second comes behind. */
bool judge_lane_acts(struct judged *j, struct judge_context *x)
{
	enum lane_action action = action_of(j);
	bool inspects = action == LANE_ACT_INSPECT;
	struct inbox_answer *answer;

	if ((action != LANE_ACT_REVIEW && !inspects) || !judge_is_told(j, AUTHORITY_CUS, j->version))
		return false;
	answer = arena_zalloc(x->arena, sizeof(*answer));
	if (answer == NULL)
		return false;
	*x->inspections += inspects;
	*answer = (struct inbox_answer){ .authority = AUTHORITY_CUS, .declaration = j->id, .version = j->version, .status = inspects ? TEXT("500") : TEXT("300"),
		                         .outcome = inspects ? OUTCOME_INSPECT : OUTCOME_REVIEW, .giver = GIVER_RULE, .at_us = x->now_us - x->now_us % US_PER_S,
		                         .info = info_of(x, j->risk, inspects) };
	own_answer_seal(x->arena, answer, reference_of(j, x));
	x->answers[x->answer_count++] = (struct new_answer){ j->id, j->version, answer };
	j->answers[j->answer_count++] = (struct answer){ .authority = AUTHORITY_CUS, .version = j->version, .outcome = answer->outcome, .at_us = answer->at_us,
		                                                .giver = GIVER_RULE };
	judge_fold(j, x->book);
	return !x->arena->full;
}

void judge_note_lane(const struct judged *j, struct judgement *g)
{
	if (j->risk == NULL || !j->risk->has_lane)
		return;
	g->lane = text_of(lane_name(j->risk->choice.lane));
	g->risk_rows = j->risk->rows;
	g->risk = j->risk->text;
}
