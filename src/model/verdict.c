/*
 * From the filings of a declaration to its verdict:
 *
 *     which filings stand ─► which regime holds ─► what differs (verdict_match.c) ─► one word
 *
 * Of each business key the latest revision stands, unless it takes the filing back. A waybill counts only if the
 * inventory names it; as long as there is no inventory, any that found its way here does. Nothing depends on
 * the order in which the filings are given.
 */
#include "model/verdict.h"

#include <assert.h>

#include "base/clock.h"
#include "model/verdict_match.h"

static const struct {
	const char *name, *en, *zh;
} names[VERDICT_KIND_COUNT] = {
	[VERDICT_MISSING] = { "MISSING", "Waiting for a flow", "三单不全" },
	[VERDICT_MATCHED] = { "MATCHED", "The flows match", "三单相符" },
	[VERDICT_CONFLICT] = { "CONFLICT", "The flows differ", "三单不符" },
	[VERDICT_DUPLICATE] = { "DUPLICATE", "Two filings claim the same place", "重复申报" },
	[VERDICT_PENDING] = { "PENDING", "The flows match; a department is asked first", "三单相符，待部门核查" },
	[VERDICT_BLOCKED] = { "BLOCKED", "The flows match; a department's answer or a risk rule stands against it", "三单相符，部门核查或风险判定不通过" },
};

const char *verdict_name(enum verdict_kind v)
{
	assert(v < VERDICT_KIND_COUNT);
	return names[v].name;
}

const char *verdict_title(enum verdict_kind v, bool chinese)
{
	assert(v < VERDICT_KIND_COUNT);
	return chinese ? names[v].zh : names[v].en;
}

/* Two revisions of one filing? One that takes back may come without its document, so without a direction. */
static bool is_same_key(const struct filed *a, const struct filed *b)
{
	return a->kind == b->kind && text_eq(a->business_key, b->business_key) &&
	       (a->doc == NULL || b->doc == NULL || a->doc->def->direction == b->doc->def->direction);
}

static bool is_newer(const struct filed *a, const struct filed *b)
{
	if (a->revision != b->revision)
		return a->revision > b->revision;
	if (a->received_us != b->received_us)
		return a->received_us > b->received_us;
	return id_cmp(&a->id, &b->id) > 0;
}

static bool stands(const struct trade_case *c, const struct filed *one)
{
	if (one->action == ACTION_DELETE || one->doc == NULL)
		return false;
	for (int i = 0; i < c->filed_count; i++) {
		if (&c->filed[i] != one && is_same_key(&c->filed[i], one) && is_newer(&c->filed[i], one))
			return false;
	}
	return true;
}

static bool came_first(const struct filed *a, const struct filed *b)
{
	return a->received_us != b->received_us ? a->received_us < b->received_us : id_cmp(&a->id, &b->id) < 0;
}

static bool is_named(const struct filed *waybill, const struct filed *inventory)
{
	return inventory == NULL || (verdict_same_text(waybill->doc, inventory->doc, F_CARRIER_CODE) &&
	                             verdict_same_text(waybill->doc, inventory->doc, F_WAYBILL_NO));
}

static bool counts(const struct trade_case *c, const struct filed *one, enum doc_kind kind, const struct verdict *v)
{
	return one->kind == kind && stands(c, one) && (kind != DOC_WAYBILL || is_named(one, v->current[DOC_INVENTORY]));
}

/* The one that came first holds the place; the others claim it too. Several waybills are no
 * duplicates: the inventory says which one is meant. */
static void choose(const struct trade_case *c, enum doc_kind kind, struct verdict *v)
{
	const struct filed *first = NULL;

	for (int i = 0; i < c->filed_count; i++) {
		if (counts(c, &c->filed[i], kind, v) && (first == NULL || came_first(&c->filed[i], first)))
			first = &c->filed[i];
	}
	v->current[kind] = first;
	if (first != NULL)
		v->present |= FLOW(kind);
}

static void add_duplicates(const struct trade_case *c, enum doc_kind kind, struct verdict *v)
{
	const struct filed *last = v->current[kind];

	if (last == NULL || kind == DOC_WAYBILL)
		return;
	for (;;) { /* in the order in which they came */
		const struct filed *next = NULL;

		for (int i = 0; i < c->filed_count; i++) {
			const struct filed *one = &c->filed[i];

			if (counts(c, one, kind, v) && came_first(last, one) && (next == NULL || came_first(one, next)))
				next = one;
		}
		if (next == NULL)
			return;
		verdict_add(v, &(struct difference){
			.rule = RULE_FLOW_DUPLICATE,
			.left_kind = kind, .left_field = FIELD_NONE, .left = v->current[kind],
			.right_kind = kind, .right_field = FIELD_NONE, .right = next,
			.line = -1,
			.corrects = kind,
		});
		last = next;
	}
}

static void add_waybill_taken(struct verdict *v)
{
	verdict_add(v, &(struct difference){
		.rule = RULE_WAYBILL_TAKEN,
		.left_kind = DOC_INVENTORY, .left_field = F_WAYBILL_NO, .left = v->current[DOC_INVENTORY],
		.right_kind = DOC_WAYBILL, .right_field = F_WAYBILL_NO, .right = v->current[DOC_WAYBILL],
		.line = -1,
		.corrects = DOC_INVENTORY,
	});
}

static enum direction direction_of(const struct verdict *v)
{
	static const enum doc_kind most_telling_first[] = { DOC_INVENTORY, DOC_ORDER, DOC_PAYMENT, DOC_WAYBILL };

	for (size_t i = 0; i < COUNTOF(most_telling_first); i++) {
		const struct filed *one = v->current[most_telling_first[i]];

		if (one != NULL)
			return one->doc->def->direction;
	}
	return DIR_IMPORT; /* everything was taken back */
}

/* By the trade mode that the inventory declares, on the day the declaration was opened. */
static void choose_regime(const struct trade_case *c, const struct codebook *book, struct verdict *v)
{
	const struct filed *inventory = v->current[DOC_INVENTORY];
	enum direction direction = direction_of(v);
	int32_t day = clock_day(c->opened_us);

	if (inventory != NULL)
		v->regime = codebook_regime(book, text_trim(document_get(inventory->doc, F_TRADE_MODE)), direction, day);
	if (inventory != NULL && v->regime == NULL) {
		/* no row says which authorities must clear it: it cannot be declared */
		verdict_add(v, &(struct difference){
			.rule = RULE_REGIME_UNKNOWN,
			.left_kind = DOC_INVENTORY, .left_field = F_TRADE_MODE, .left = inventory,
			.right_kind = DOC_INVENTORY, .right_field = FIELD_NONE,
			.line = -1,
			.corrects = DOC_INVENTORY,
		});
	}
	if (v->regime == NULL)
		v->regime = codebook_default_regime(book, direction, day);
	v->missing = (v->regime != NULL ? v->regime->flows : FLOWS_MATCHED) & ~v->present;
}

static void set_waiting(const struct trade_case *c, int64_t now_us, struct verdict *v)
{
	if (v->regime == NULL)
		return; /* no rule says how long: it waits until one does */
	v->wait_until_us = c->opened_us + v->regime->wait_hours * US_PER_HOUR;
	v->expired = now_us >= v->wait_until_us;
}

static bool is_about_payer_only(const struct verdict *v)
{
	for (int i = 0; i < v->difference_count; i++) {
		if (v->differences[i].rule != RULE_MATCH_PAYER)
			return false;
	}
	return v->more == 0;
}

void verdict_judge(const struct trade_case *c, const struct codebook *book, int64_t now_us, struct verdict *out)
{
	/* the inventory first: it names the waybill */
	static const enum doc_kind order[] = { DOC_INVENTORY, DOC_ORDER, DOC_PAYMENT, DOC_WAYBILL };

	*out = (struct verdict){ 0 };
	for (size_t i = 0; i < COUNTOF(order); i++)
		choose(c, order[i], out);
	for (size_t i = 0; i < COUNTOF(order); i++)
		add_duplicates(c, order[i], out);
	if (c->waybill_taken && out->current[DOC_INVENTORY] != NULL)
		add_waybill_taken(out);
	if (out->difference_count > 0)
		out->kind = VERDICT_DUPLICATE;
	choose_regime(c, book, out);
	verdict_compare(out, c->identity_attested);

	if (out->kind == VERDICT_DUPLICATE)
		return;
	if (out->difference_count > 0) {
		out->kind = VERDICT_CONFLICT;
		out->wants_identity = is_about_payer_only(out);
	} else if (out->missing != 0 || out->regime == NULL) {
		out->kind = VERDICT_MISSING;
		set_waiting(c, now_us, out);
	} else {
		out->kind = VERDICT_MATCHED;
	}
}
