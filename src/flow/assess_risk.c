/*
 * What came before the trades of a flight that are about to be declared: their traces are written and counted in one trip for the whole part.
 *
 *   departments have answered ──> traces, counts (risk_store_weigh) ──> settle
 *
 * Without a secret for the hashes, and on days without rows, no lane is chosen.
 */
#include <limits.h>

#include "flow/assess_priv.h"

#define INSPECTIONS_US US_PER_S /* what others have inspected meanwhile is not known sooner */

static db_done_fn on_weighed;

/* The rules of a day, made once for the part; NULL: none hold, or the arena is full. */
static const struct weigh_day *day_of(struct flight *f, int32_t day)
{
	struct weigh_day *d = f->weighing.days;

	while (d != NULL && d->day.day != day)
		d = d->next;
	if (d != NULL)
		return d->holds ? d : NULL;
	d = arena_alloc(&f->arena, sizeof(*d));
	if (d == NULL)
		return NULL;
	d->holds = risk_set_on(&(*f->home->flow->deps.rules)->risk, day, &d->day);
	d->key = lane_day_key(sha256_bytes(&f->home->draw_secret), day);
	d->next = f->weighing.days;
	f->weighing.days = d;
	return d->holds ? d : NULL;
}

static bool collect(struct flight *f)
{
	const struct flow_deps *deps = &f->home->flow->deps;
	size_t room = 0;

	f->weighing.days = NULL;
	f->weighing.count = 0;
	for (int i = 0; i < f->count; i++)
		room += judge_is_weighed(&f->judged[i]);
	if (room == 0)
		return true;
	f->weighing.list = arena_alloc(&f->arena, sizeof(*f->weighing.list) * room);
	f->weighing.of = arena_alloc(&f->arena, sizeof(*f->weighing.of) * room);
	for (int i = 0; !f->arena.full && i < f->count; i++) {
		const struct weigh_day *d = judge_is_weighed(&f->judged[i]) ? day_of(f, clock_day(f->judged[i].trade.opened_us)) : NULL;
		struct judge_weighing w;

		if (d == NULL)
			continue;
		w = (struct judge_weighing){ .arena = &f->arena, .book = (*deps->rules)->book, .rights = deps->rights == NULL ? NULL : *deps->rights,
			                     .secret = sha256_bytes(&f->home->trace_secret), .day = &d->day, .day_key = &d->key };
		if (!judge_weigh(&f->judged[i], &w, &f->weighing.list[f->weighing.count]))
			return false;
		f->weighing.of[f->weighing.count++] = i;
	}
	return !f->arena.full;
}

void flight_weigh(struct flight *f)
{
	struct flow *fl = f->home->flow;

	if (fl->conf.payer_key.len == 0) {
		flight_settle(f);
		return;
	}
	if (!collect(f)) {
		flight_put_off(f, "risk", NULL);
		return;
	}
	if (f->weighing.count == 0) {
		flight_settle(f);
		return;
	}
	f->weighing.counts_inspected = loop_now_us(fl->deps.loop) >= f->home->inspections_until_us;
	if (f->weighing.counts_inspected)
		f->home->inspections_until_us = loop_now_us(fl->deps.loop) + INSPECTIONS_US;
	risk_store_weigh(&f->weighing.query, &f->arena, f->weighing.list, f->weighing.count, f->weighing.counts_inspected, clock_now_us(fl->deps.clock), &f->call);
	if (f->arena.full)
		flight_put_off(f, "risk", NULL);
	else
		flight_call(f, on_weighed);
}

/* --- what was counted ------------------------------------------------------------------------------------------------ */

static struct judged_risk *risk_at(struct flight *f, int place)
{
	return f->judged[f->weighing.of[place]].risk;
}

/* Rows come by place. */
static void count_buyers(struct flight *f, const struct db_rows *r)
{
	struct risk_seen seen[RISK_SEEN_MAX];

	for (int place = 0, row = 0; place < f->weighing.count; place++) {
		const struct risk_weighed *w = &f->weighing.list[place];
		int n = 0;

		for (; row < db_row_count(r) && db_get_int(r, row, RB_PLACE) == place + 1; row++)
			seen[n++] = (struct risk_seen){ db_get_time(r, row, RB_AT), db_get_int(r, row, RB_REGISTRATION), db_get_int(r, row, RB_TOTAL),
				                        db_get_text(r, row, RB_GOODS) };
		risk_trace_count(w->day, &w->trace, seen, n, &risk_at(f, place)->facts);
	}
}

/* Who has no row stands alone. */
static void count_shared(struct flight *f, const struct db_rows *r)
{
	for (int place = 0; place < f->weighing.count; place++) {
		const struct risk_trace *t = &f->weighing.list[place].trace;
		struct risk_facts *facts = &risk_at(f, place)->facts;

		facts->buyers_at_address = t->buyer != 0 && t->address != 0;
		facts->buyers_of_phone = t->buyer != 0 && t->phone != 0;
		facts->buyers_of_account = t->buyer != 0;
		facts->equal_orders_of_shop = 1;
	}
	for (int row = 0; row < db_row_count(r); row++) {
		struct risk_facts *facts = &risk_at(f, (int)db_get_int(r, row, RC_PLACE) - 1)->facts;

		facts->buyers_at_address = (int)db_get_int(r, row, RC_ADDRESS);
		facts->buyers_of_phone = (int)db_get_int(r, row, RC_PHONE);
		facts->buyers_of_account = (int)db_get_int(r, row, RC_ACCOUNT);
		facts->equal_orders_of_shop = (int)db_get_int(r, row, RC_SHOP);
	}
}

static int price_row(const struct db_rows *r, int64_t sku)
{
	int from = 0, to = db_row_count(r);

	while (from < to) {
		int middle = (from + to) / 2;

		if (db_get_int(r, middle, RP_GOODS) < sku)
			from = middle + 1;
		else
			to = middle;
	}
	return from < db_row_count(r) && db_get_int(r, from, RP_GOODS) == sku ? from : -1;
}

static int magnitude(int n)
{
	return n < 0 ? -n : n;
}

/* The line that is farthest from its median. */
static void compare_prices(struct flight *f, const struct db_rows *r)
{
	for (int place = 0; place < f->weighing.count; place++) {
		struct risk_facts *facts = &risk_at(f, place)->facts;
		struct text goods = f->weighing.list[place].trace.goods;

		for (int line = 0; line < risk_goods_count(goods); line++) {
			struct risk_goods g = risk_goods_get(goods, line);
			int row = price_row(r, g.sku);
			int64_t median = row < 0 ? 0 : db_get_int(r, row, RP_MEDIAN), off;

			facts->is_new_sku = facts->is_new_sku || row < 0;
			if (median <= 0)
				continue;
			off = (g.unit_fen - median) * 1000 / median;
			off = off > 1000000 ? 1000000 : off;
			if (facts->has_prices && magnitude((int)off) <= magnitude(facts->price_deviation))
				continue;
			facts->has_prices = true;
			facts->price_deviation = (int)off;
			facts->price_released = db_get_int(r, row, RP_RELEASED);
		}
	}
}

static void take_standings(struct flight *f, const struct db_rows *r)
{
	for (int place = 0; place < f->weighing.count; place++)
		for (int row = 0; row < db_row_count(r); row++) {
			struct judged_risk *risk = risk_at(f, place);

			if (!text_eq(db_get_text(r, row, RS_CODE), f->weighing.list[place].merchant))
				continue;
			if (!db_is_null(r, row, RS_LEVEL) && !credit_level_by_letter(db_get_text(r, row, RS_LEVEL), &risk->level))
				risk->level = CREDIT_D;
			risk->is_listed = db_get_int(r, row, RS_BARRED) != 0;
			if (!db_is_null(r, row, RS_ABILITY))
				risk->ability = text_dup(&f->arena, db_get_text(r, row, RS_ABILITY));
		}
}

/* The highest of its goods' classes; a class without a row stands at no step. */
static void take_steps(struct flight *f, const struct db_rows *r)
{
	for (int place = 0; place < f->weighing.count; place++) {
		const struct judged *j = &f->judged[f->weighing.of[place]];
		int most = INT_MIN, found = 0;

		for (int row = 0; row < db_row_count(r); row++) {
			int steps = (int)db_get_int(r, row, RF_STEPS);

			if (!text_eq(db_get_text(r, row, RF_CODE), j->risk->merchant) || !judge_has_class(j, db_get_text(r, row, RF_CLASS)))
				continue;
			most = steps > most ? steps : most;
			found++;
		}
		j->risk->sampling.steps = most < 0 && found < judge_class_count(j) ? 0 : most;
	}
}

static void on_weighed(struct db_call *c, const struct db_answer *a)
{
	struct flight *f = container_of(c, struct flight, call);

	f->calling = false;
	if (a->outcome != DB_DONE) {
		flight_put_off(f, "risk", a);
		return;
	}
	for (int row = 0; row < db_row_count(a->results[RISK_CLEARED]); row++)
		risk_at(f, (int)db_get_int(a->results[RISK_CLEARED], row, 0) - 1)->is_cleared = true;
	for (int row = 0; row < db_row_count(a->results[RISK_FILED]); row++)
		risk_at(f, (int)db_get_int(a->results[RISK_FILED], row, 0) - 1)->facts.hs_differs_from_filed = true;
	count_buyers(f, a->results[RISK_BUYERS]);
	count_shared(f, a->results[RISK_COUNTS]);
	compare_prices(f, a->results[RISK_PRICES]);
	take_standings(f, a->results[RISK_STANDINGS]);
	take_steps(f, a->results[RISK_STEPS]);
	if (f->weighing.counts_inspected)
		f->home->inspections = (int)db_get_int(a->results[RISK_INSPECTED], 0, 0);
	flight_settle(f);
}
