#include "flow/judge_priv.h"

#include <stdlib.h>

#define LOOK_AGAIN_US (INT64_C(900) * US_PER_S)

/* --- match -------------------------------------------------------------------------------------------------------- */

static int by_id(const void *x, const void *y)
{
	const struct filed *a = x, *b = y;

	return id_cmp(&a->id, &b->id);
}

void judge_match(struct judged *j, const struct codebook *book, int64_t now_us)
{
	if (j->trade.filed_count > 0) {
		judge_requests(j);
		qsort(j->filed, (size_t)j->trade.filed_count, sizeof(*j->filed), by_id);
		verdict_judge(&j->trade, book, now_us, &j->verdict);
		j->kind = j->verdict.kind;
		j->matched_now = true;
		return;
	}
	for (enum verdict_kind k = 0; k < VERDICT_KIND_COUNT; k++)
		if (text_is(j->stored_verdict, verdict_name(k)))
			j->kind = k;
}

bool judge_identity(const struct judged *j, struct text *number, struct text *name)
{
	const struct filed *order = j->verdict.current[DOC_ORDER];

	if (!j->matched_now || !j->verdict.wants_identity || order == NULL)
		return false;
	*number = document_get(order->doc, F_BUYER_ID_NUMBER);
	*name = document_get(order->doc, F_BUYER_NAME);
	return number->at != NULL && name->at != NULL;
}

/* --- settle ------------------------------------------------------------------------------------------------------- */

/* An earlier version stands there, unless it was withdrawn. */
static bool is_change(const struct judged *j)
{
	int version;

	return clearance_declared(j->parts, j->part_count) > 0 && clearance_withdrawal(j->parts, j->part_count, &version) != WITHDRAWAL_APPROVED;
}

static bool declare(struct judged *j, struct judge_context *x, struct sha256 basis)
{
	unsigned authorities = regime_authorities(j->verdict.regime, &j->goods);
	struct text pre_entry_no = { NULL, 0 };
	bool changes = is_change(j);
	int before = j->part_count;
	uint32_t serial;

	if ((authorities & AUTHORITY_BIT(AUTHORITY_CUS)) != 0) {
		if (!x->next_serial(x->arg, &serial))
			return false;
		pre_entry_no = judge_reference(x, 'B', serial);
	}
	j->version++;
	j->basis = (struct text){ arena_copy(x->arena, basis.b, sizeof(basis.b)), sizeof(basis.b) };
	if (j->basis.at == NULL)
		return false;
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		if ((authorities & AUTHORITY_BIT(a)) != 0)
			judge_add_part(j, (struct part){ .authority = a, .version = j->version }, NULL);
	judge_fold(j, x->book);
	for (int i = before; i < j->part_count; i++)
		judge_tell(j, x, &j->parts[i], pre_entry_no, changes);
	return !x->arena->full;
}

/* The answers in memory are stored with the judgement. */
static void note_answers(const struct judged *j, struct judge_context *x)
{
	for (const struct inbox_item *item = j->held; item != NULL; item = item->next)
		x->answers[x->answer_count++] = (struct new_answer){ j->id, item->end.version, &item->answer };
}

/* One of them is about this part: it says that the part was handed over, if nothing else. */
static bool was_answered(const struct judged *j, const struct part *p)
{
	for (const struct inbox_item *item = j->held; item != NULL; item = item->next)
		if (item->end.authority == p->authority && item->end.version == p->version)
			return true;
	return false;
}

/* What the fold changed in the parts that are stored already. */
static void note_changes(const struct judged *j, struct judge_context *x)
{
	for (int i = 0; i < j->part_count; i++) {
		const struct part *p = &j->parts[i];
		bool answered = was_answered(j, p), moved = p->outcome != j->stored[i].outcome || answered;
		bool go = p->may_go && (j->stored[i].state == DELIVERY_WAITING || j->stored[i].adrift);

		if (moved || go || p->contradicted)
			x->changes[x->change_count++] = (struct part_change){ .declaration = j->id, .authority = p->authority, .version = p->version,
				.outcome = p->outcome, .outcome_us = p->outcome == OUTCOME_NONE ? INT64_MIN : p->outcome_at_us, .go = go,
				.contradicted = p->contradicted, .heard = answered || (p->outcome != OUTCOME_NONE && !p->unheard) };
	}
}

static struct text flows_literal(struct arena *a, unsigned flows)
{
	struct buf b;

	buf_init(&b, a, 48);
	buf_char(&b, '{');
	for (enum doc_kind k = 0; k < DOC_FLOW_COUNT; k++)
		if ((flows & FLOW(k)) != 0) {
			if (b.len > 1)
				buf_char(&b, ',');
			buf_str(&b, doc_kind_name(k));
		}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static void put_id(struct buf *b, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	id_format(id, text);
	if (b->len > 1)
		buf_char(b, ',');
	buf_str(b, text);
}

/* What was counted: filings, and answers of departments. */
static struct text inputs_literal(struct arena *a, const struct judged *j)
{
	struct buf b;

	buf_init(&b, a, 40 * (size_t)(j->trade.filed_count + j->lookup_count + 1));
	buf_char(&b, '{');
	for (int i = 0; i < j->trade.filed_count; i++)
		put_id(&b, &j->filed[i].id);
	for (int i = 0; i < j->lookup_count; i++)
		if (!id_is_null(&j->lookups[i].answer))
			put_id(&b, &j->lookups[i].answer);
	buf_char(&b, '}');
	return buf_as_text(&b);
}

/* The regime, the classes of goods that brought an authority in, and what departments were asked by. */
static struct text rule_rows_literal(struct arena *a, const struct judged *j)
{
	const struct regime *r = j->matched_now ? j->verdict.regime : NULL;
	uint32_t told = 0;
	struct buf b;

	buf_init(&b, a, 16);
	buf_char(&b, '{');
	if (r != NULL)
		buf_i64(&b, r->id);
	for (int i = 0; r != NULL && i < r->step_count; i++) {
		int n = r->steps[i].goods_number;

		if (r->steps[i].goods.at == NULL || n < 0 || (j->goods.classes & ~told & UINT32_C(1) << n) == 0)
			continue;
		told |= UINT32_C(1) << n;
		buf_char(&b, ',');
		buf_i64(&b, j->goods.why[n].row->id);
	}
	for (int i = 0; r != NULL && i < j->lookup_count; i++)
		if (i == 0 || j->lookups[i].rule != j->lookups[i - 1].rule)
			buf_printf(&b, ",%d", (int)j->lookups[i].rule->id);
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static void put_reasons(const struct judged *j, struct judge_context *x, struct judgement *g)
{
	struct buf b;

	buf_init(&b, x->arena, 256);
	if (j->matched_now)
		verdict_put_reasons(&b, &j->verdict);
	else
		buf_str(&b, "[]");
	g->reasons = buf_as_text(&b);
	g->rule_rows = rule_rows_literal(x->arena, j);
	g->filings = inputs_literal(x->arena, j);
}

/* Direction and trade mode, for readers: of the inventory, else of whatever is there. */
static void note_trade(const struct judged *j, struct judgement *g)
{
	g->direction = j->direction;
	g->trade_mode = j->trade_mode;
	for (enum doc_kind k = 0; j->matched_now && k < DOC_FLOW_COUNT; k++) {
		const struct filed *f = j->verdict.current[k];

		if (f != NULL && f->doc != NULL)
			g->direction = text_of(direction_name(f->doc->def->direction));
		if (f != NULL && f->doc != NULL && k == DOC_INVENTORY)
			g->trade_mode = document_get(f->doc, F_TRADE_MODE);
	}
}

/* The end of the waiting window, kept in todo; written only when it is another than before. Who waits for a department is woken by its
 * answer; should the daemon end before the question is written, it is looked at again by itself. */
static void note_window(const struct judged *j, struct judgement *g, int64_t now_us)
{
	bool waits = j->matched_now && j->kind == VERDICT_MISSING && !j->verdict.expired;
	int64_t until_us = !waits ? INT64_MIN : j->verdict.regime != NULL ? j->verdict.wait_until_us : now_us + US_PER_HOUR /* until a rule says how long */;

	if (!j->matched_now && j->wait_until_us != INT64_MIN && !j->from_todo) {
		g->wait_until_us = j->wait_until_us; /* an answer came, the match is as it was */
		return;
	}
	g->wait_until_us = until_us;
	if (until_us != INT64_MIN && (j->from_todo || until_us != j->wait_until_us))
		g->todo_us = until_us;
	if (j->kind == VERDICT_PENDING || (j->attested_by != NULL && !j->from_todo))
		g->todo_us = now_us + LOOK_AGAIN_US;
	g->drop_todo = g->todo_us == INT64_MIN && until_us == INT64_MIN && (j->from_todo || j->wait_until_us != INT64_MIN);
}

/* It is looked at once more at once, with all its filings. */
static void look_again(struct judgement *g, int64_t now_us)
{
	g->inputs--;
	g->todo_us = now_us;
	g->drop_todo = false;
}

bool judge_settle(struct judged *j, struct judge_context *x)
{
	struct judgement *g = &x->judgements[x->judgement_count];
	struct sha256 basis;
	struct clearance_input in;
	int old_parts = j->part_count, version_read = j->version;
	bool more = false, acts = false;

	judge_fold(j, x->book);
	if (!judge_withdrawal(j, x) || (j->matched_now && j->state == STATE_RELEASED && !judge_released(j, x, &more)))
		return false;
	if (j->matched_now && j->kind == VERDICT_MATCHED && j->verdict.regime->asks_goods && j->risk == NULL)
		judge_find_goods(j, x->book);
	if (j->matched_now && j->kind == VERDICT_MATCHED && j->state != STATE_RELEASED && !j->withdrawn && !j->withdrawing && !judge_is_declared(j, &basis)
	    && judge_passes(j) && judge_lane(j, x)) {
		if (!declare(j, x, basis))
			return false;
		acts = judge_lane_acts(j, x);
	}
	in = (struct clearance_input){ .verdict = j->kind, .expired = j->matched_now && j->verdict.expired, .withdrawn = j->withdrawn,
		                       .withdrawing = j->withdrawing, .state = j->state, .version = clearance_declared(j->parts, j->part_count), .parts = j->parts, .part_count = j->part_count };
	*g = (struct judgement){ .declaration = j->id, .seq = j->seq, .inputs = j->matched_now ? j->inputs : j->inputs_judged, .version = j->version,
		                 .version_read = version_read, .answered = j->held != NULL || acts, .verdict = verdict_name(j->kind), .state = clearance_state(&in), .basis = j->basis, .wait_until_us = INT64_MIN,
		                 .released_us = INT64_MIN, .todo_us = INT64_MIN };
	note_window(j, g, x->now_us);
	if (acts)
		g->todo_us = x->now_us; /* the part learns of it by the look that follows */
	if (more || (g->state == STATE_RELEASED && j->state != STATE_RELEASED && x->informed != 0))
		look_again(g, x->now_us);
	g->missing = j->matched_now ? flows_literal(x->arena, j->kind == VERDICT_MISSING ? j->verdict.missing : 0) : j->stored_missing;
	if (g->state == STATE_RELEASED && j->state != STATE_RELEASED)
		g->released_us = x->now_us;
	if (j->matched_now && j->verdict.wants_identity)
		g->asks_identity = j->identity_hash;
	note_trade(j, g);
	g->has_decision = j->matched_now || g->state != j->state;
	g->stage = j->matched_now ? "match" : "settle";
	if (g->has_decision) {
		g->decision = id_new(x->ids, x->now_us, id_bucket(&j->id));
		put_reasons(j, x, g);
		judge_note_lane(j, g);
	}
	judge_joint(j, x);
	j->part_count = old_parts;
	note_answers(j, x);
	note_changes(j, x);
	x->judgement_count++;
	return !x->arena->full;
}
