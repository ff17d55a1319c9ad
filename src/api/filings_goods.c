/* The lines that a rule asks about, in one list; each line's place in it leads back to its node. */
#include "api/filings_goods.h"

struct asked_line {
	int node, line;
	int32_t enterprise; /* 0: the merchant is not registered */
	struct text item;
	int32_t rule, since;
};

struct filing_goods { /* w->goods */
	struct asked_line *lines;
	int count, room;
	struct db_param params[2];
};

/* $1 enterprises, $2 items: the places of those that are not registered, counted from 0. */
static const struct db_stmt look = {
	.name = "goods_look",
	.sql =
	"select (w.n - 1)::integer from unnest($1::integer[], $2::text[]) with ordinality w(enterprise, item, n)"
	" left join lateral (select g.withdrawn from goods_version g where g.enterprise_id = w.enterprise and g.item_no = w.item"
	"   order by g.version desc limit 1) g on true"
	" where g.withdrawn is not false order by 1",
	.param_count = 2,
};

static bool add_lines(struct filing_work *w, struct filing_goods *g, int node, const struct goods_rule *rule)
{
	const struct document *d = w->message.nodes[node].doc;
	const struct right_party *merchant = rights_party(w->rights, document_get(d, F_MERCHANT_CODE));

	if (g->count + d->line_count > g->room) {
		int room = 2 * g->room + d->line_count + 64;
		struct asked_line *more = arena_alloc(w->arena, sizeof(*more) * (size_t)room);

		if (more == NULL)
			return false;
		if (g->count > 0)
			memcpy(more, g->lines, sizeof(*more) * (size_t)g->count);
		g->lines = more;
		g->room = room;
	}
	for (int i = 0; i < d->line_count; i++) {
		struct text item = document_line_get(d, i, F_ITEM_NO);

		g->lines[g->count++] = (struct asked_line){ .node = node, .line = i, .enterprise = merchant == NULL ? 0 : merchant->id,
			                                    .item = item.at == NULL ? TEXT("") : item, .rule = rule->id, .since = rule->valid_from };
	}
	return true;
}

static void fill_params(struct filing_work *w, struct filing_goods *g)
{
	struct db_array enterprises, items;

	db_array_begin(&enterprises, w->arena, DB_KIND_I32, g->count, 8 * (size_t)g->count);
	db_array_begin(&items, w->arena, DB_KIND_TEXT, g->count, 24 * (size_t)g->count);
	for (int i = 0; i < g->count; i++) {
		db_array_i64(&enterprises, g->lines[i].enterprise);
		db_array_text(&items, g->lines[i].item);
	}
	g->params[0] = db_array_end(&enterprises);
	g->params[1] = db_array_end(&items);
}

bool filings_goods_ask(struct filing_work *w, struct db_call *call)
{
	int32_t day = clock_day(w->now_us);
	struct filing_goods *g;

	w->goods = NULL;
	if (w->rights->goods_rule_count == 0)
		return false;
	g = arena_zalloc(w->arena, sizeof(*g));
	for (int i = 0; g != NULL && i < w->message.node_count; i++) {
		const struct goods_rule *rule = filings_may_store(w, i) ? rights_goods_rule(w->rights, w->message.nodes[i].doc, day) : NULL;

		if (rule != NULL && !add_lines(w, g, i, rule))
			return false;
	}
	if (g == NULL || g->count == 0)
		return false;
	fill_params(w, g);
	w->goods = g;
	db_call_init(call);
	db_call_add(call, &look, g->params);
	return !w->arena->full;
}

void filings_goods_take(struct filing_work *w, const struct db_answer *a)
{
	for (int row = 0; row < db_row_count(a->results[0]); row++) {
		const struct asked_line *l = &w->goods->lines[db_get_int(a->results[0], row, 0)];
		const struct document *d = w->message.nodes[l->node].doc;
		int index = field_line_index(d->def, F_ITEM_NO);
		struct findings found;

		findings_init(&found, w->arena);
		findings_add(&found, &(struct finding){ .rule = RULE_GOODS_NOT_FILED, .field = index < 0 ? NULL : &d->def->line_fields[index], .line = l->line,
		                                        .got = l->item, .expected = rights_expected(&found, "goods registered by the merchant", l->rule, l->since,
		                                                                                    clock_day(w->now_us)) });
		message_refuse_for(w->arena, &w->message.nodes[l->node], &found);
	}
}
