/*
 * The catalogue. Each rule answers what it counted when it hits, and NO otherwise; p[] are its row's parameters.
 *
 * Two limits of one rule (an address of three buyers, one of six) are two rows of it: of those that hit only the one with the
 * most points counts. Rows in shadow are compared among themselves, so that a trial never takes the place of what is in force.
 */
#include "model/risk.h"

#include <assert.h>
#include <stdlib.h>

#define NO INT64_MIN

typedef int64_t rule_fn(const struct risk_facts *f, const int64_t *p);

static int64_t at_least(int64_t counted, int64_t limit)
{
	return counted >= limit ? counted : NO;
}

static int64_t flag(bool hit)
{
	return hit ? 1 : NO;
}

/* --- goods -------------------------------------------------------------------------------------------------------- */

static int64_t new_sku(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->is_new_sku);
}

static int64_t sensitive_class(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->is_sensitive);
}

static int64_t open_complaint(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->has_open_complaint);
}

/* --- order -------------------------------------------------------------------------------------------------------- */

static int64_t many_orders(const struct risk_facts *f, const int64_t *p) /* orders */
{
	return at_least(f->orders_of_buyer, p[0]);
}

static int64_t shared_address(const struct risk_facts *f, const int64_t *p) /* buyers */
{
	return at_least(f->buyers_at_address, p[0]);
}

static int64_t shared_phone(const struct risk_facts *f, const int64_t *p) /* buyers */
{
	return at_least(f->buyers_of_phone, p[0]);
}

static int64_t split_order(const struct risk_facts *f, const int64_t *p) /* orders, fen that their sum exceeds */
{
	return f->splits >= p[0] && f->split_fen > p[1] ? f->split_fen : NO;
}

static int64_t beyond_own_use(const struct risk_facts *f, const int64_t *p) /* units that are still own use */
{
	return at_least(f->units_of_sku, p[0] + 1);
}

static int64_t paid_before_ordered(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return f->has_times && f->ordered_us > f->paid_us ? (f->ordered_us - f->paid_us) / 1000000 : NO;
}

static int64_t paid_late(const struct risk_facts *f, const int64_t *p) /* seconds that are still usual */
{
	int64_t seconds = (f->paid_us - f->ordered_us) / 1000000;

	return f->has_times && seconds > p[0] ? seconds : NO;
}

static int64_t machine_pattern(const struct risk_facts *f, const int64_t *p) /* orders of equal amount */
{
	return at_least(f->equal_orders_of_shop, p[0]);
}

/* --- payment ------------------------------------------------------------------------------------------------------ */

static int64_t foreign_payer(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->payer_differs && !f->identity_attested);
}

static int64_t paid_differs(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->paid_differs);
}

static int64_t shared_account(const struct risk_facts *f, const int64_t *p) /* buyers */
{
	return at_least(f->buyers_of_account, p[0]);
}

static int64_t payment_data_bad(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->payment_data_bad);
}

/* --- logistics ---------------------------------------------------------------------------------------------------- */

static int64_t waybill_reused(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->waybill_reused);
}

static int64_t weight_differs(const struct risk_facts *f, const int64_t *p) /* thousandths of the expected, and grams: beyond both */
{
	int64_t off = f->gross_g > f->expected_g ? f->gross_g - f->expected_g : f->expected_g - f->gross_g, share;

	if (!f->has_weights || f->expected_g <= 0 || off <= p[1])
		return NO;
	share = off * 1000 / f->expected_g;
	return share > p[0] ? share : NO;
}

/* --- declaration -------------------------------------------------------------------------------------------------- */

static int64_t price_deviates(const struct risk_facts *f, const int64_t *p) /* thousandths of the median, either way: beyond; trades it rests on */
{
	int64_t off = f->price_deviation < 0 ? -(int64_t)f->price_deviation : f->price_deviation;

	return f->has_prices && f->price_released >= p[1] && off > p[0] ? off : NO;
}

static int64_t zero_price(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->has_zero_price || f->total_fen == 0);
}

static int64_t hs_changed(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->hs_differs_from_filed);
}

/* fen that may be declared so; under a licence nothing may */
static int64_t wrongly_simplified(const struct risk_facts *f, const int64_t *p)
{
	return f->is_simplified && (f->has_licence || f->declared_fen > p[0]) ? f->declared_fen : NO;
}

static int64_t quota_nearly_used(const struct risk_facts *f, const int64_t *p) /* thousandths: beyond */
{
	return f->has_quota && f->quota_used > p[0] ? f->quota_used : NO;
}

static int64_t quotas_at_address(const struct risk_facts *f, const int64_t *p) /* buyers */
{
	return at_least(f->buyers_near_quota_at_address, p[0]);
}

/* --- identity ----------------------------------------------------------------------------------------------------- */

static int64_t identity_malformed(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->identity_malformed);
}

static int64_t identity_refused(const struct risk_facts *f, const int64_t *p)
{
	(void)p;
	return flag(f->has_identity && f->identity_refused);
}

static int64_t shared_identity(const struct risk_facts *f, const int64_t *p) /* platform accounts */
{
	return at_least(f->accounts_of_identity, p[0]);
}

/* --- settlement --------------------------------------------------------------------------------------------------- */

static int64_t much_in_a_day(const struct risk_facts *f, const int64_t *p) /* fen */
{
	return at_least(f->paid_of_buyer_fen, p[0]);
}

/* --- the table ---------------------------------------------------------------------------------------------------- */

static const struct rule_def {
	const char *name;
	enum risk_node node;
	enum risk_class class;
	rule_fn *judge; /* NULL: it shows later (model/risk_alarm.c) */
} catalogue[] = {
	{ "R-GOD-02", RISK_NODE_GOODS, RISK_CLASS_TRADE, new_sku },
	{ "R-GOD-03", RISK_NODE_GOODS, RISK_CLASS_TRADE, sensitive_class },
	{ "R-GOD-04", RISK_NODE_GOODS, RISK_CLASS_TRADE, open_complaint },
	{ "R-ORD-01", RISK_NODE_ORDER, RISK_CLASS_ECONOMIC, many_orders },
	{ "R-ORD-02", RISK_NODE_ORDER, RISK_CLASS_ECONOMIC, shared_address },
	{ "R-ORD-03", RISK_NODE_ORDER, RISK_CLASS_ECONOMIC, shared_phone },
	{ "R-ORD-04", RISK_NODE_ORDER, RISK_CLASS_ECONOMIC, split_order },
	{ "R-ORD-05", RISK_NODE_ORDER, RISK_CLASS_ECONOMIC, beyond_own_use },
	{ "R-ORD-06", RISK_NODE_ORDER, RISK_CLASS_ECONOMIC, paid_before_ordered },
	{ "R-ORD-07", RISK_NODE_ORDER, RISK_CLASS_ECONOMIC, paid_late },
	{ "R-ORD-08", RISK_NODE_ORDER, RISK_CLASS_ECONOMIC, machine_pattern },
	{ "R-PAY-01", RISK_NODE_PAYMENT, RISK_CLASS_ECONOMIC, foreign_payer },
	{ "R-PAY-02", RISK_NODE_PAYMENT, RISK_CLASS_ECONOMIC, paid_differs },
	{ "R-PAY-03", RISK_NODE_PAYMENT, RISK_CLASS_ECONOMIC, shared_account },
	{ "R-PAY-04", RISK_NODE_PAYMENT, RISK_CLASS_TECHNICAL, payment_data_bad },
	{ "R-LOG-03", RISK_NODE_LOGISTICS, RISK_CLASS_ECONOMIC, waybill_reused },
	{ "R-LOG-04", RISK_NODE_LOGISTICS, RISK_CLASS_TRADE, weight_differs },
	{ "R-DEC-01", RISK_NODE_DECLARATION, RISK_CLASS_ECONOMIC, price_deviates },
	{ "R-DEC-02", RISK_NODE_DECLARATION, RISK_CLASS_ECONOMIC, zero_price },
	{ "R-DEC-03", RISK_NODE_DECLARATION, RISK_CLASS_TRADE, hs_changed },
	{ "R-DEC-04", RISK_NODE_DECLARATION, RISK_CLASS_ECONOMIC, wrongly_simplified },
	{ "R-QUO-01", RISK_NODE_DECLARATION, RISK_CLASS_ECONOMIC, quota_nearly_used },
	{ "R-QUO-02", RISK_NODE_DECLARATION, RISK_CLASS_ECONOMIC, quotas_at_address },
	{ "R-ID-01", RISK_NODE_IDENTITY, RISK_CLASS_ECONOMIC, identity_malformed },
	{ "R-ID-02", RISK_NODE_IDENTITY, RISK_CLASS_ECONOMIC, identity_refused },
	{ "R-ID-03", RISK_NODE_IDENTITY, RISK_CLASS_ECONOMIC, shared_identity },
	{ "R-FX-05", RISK_NODE_SETTLEMENT, RISK_CLASS_ECONOMIC, much_in_a_day },
	{ "R-LOG-01", RISK_NODE_LOGISTICS, RISK_CLASS_ECONOMIC, NULL },
	{ "R-LOG-02", RISK_NODE_LOGISTICS, RISK_CLASS_ECONOMIC, NULL },
	{ "R-RET-01", RISK_NODE_RETURN, RISK_CLASS_ECONOMIC, NULL },
	{ "R-NET-01", RISK_NODE_ANY, RISK_CLASS_TECHNICAL, NULL },
};

static const char *const node_names[] = {
#define X(id, name) name,
	RISK_NODES(X)
#undef X
};
static const char *const class_names[] = {
#define X(id, name) name,
	RISK_CLASSES(X)
#undef X
};

const char *risk_node_name(enum risk_node n)
{
	assert(n < RISK_NODE_COUNT);
	return node_names[n];
}

const char *risk_class_name(enum risk_class c)
{
	assert(c < RISK_CLASS_COUNT);
	return class_names[c];
}

int risk_rule_count(void)
{
	return COUNTOF(catalogue);
}

static const struct rule_def *rule_def(int rule)
{
	assert(rule >= 0 && rule < risk_rule_count());
	return &catalogue[rule];
}

const char *risk_rule_name(int rule)
{
	return rule_def(rule)->name;
}

enum risk_node risk_rule_node(int rule)
{
	return rule_def(rule)->node;
}

enum risk_class risk_rule_class(int rule)
{
	return rule_def(rule)->class;
}

bool risk_rule_shows_later(int rule)
{
	return rule_def(rule)->judge == NULL;
}

int risk_rule_by_name(struct text name)
{
	for (int i = 0; i < risk_rule_count(); i++)
		if (text_is(name, catalogue[i].name))
			return i;
	return -1;
}

/* --- judging ------------------------------------------------------------------------------------------------------ */

static bool is_stricter(const struct risk_row *a, const struct risk_row *b)
{
	return a->blocks != b->blocks ? a->blocks : a->points > b->points;
}

/* The hit of the same rule in the same mode that is there already; NULL: none. */
static struct risk_hit *hit_of(struct risk_judgement *j, const struct risk_row *row)
{
	for (int i = 0; i < j->hit_count; i++)
		if (j->hits[i].row->rule == row->rule && j->hits[i].row->mode == row->mode)
			return &j->hits[i];
	return NULL;
}

void risk_judgement_take(struct risk_judgement *j, const struct risk_row *row, int64_t counted)
{
	struct risk_hit *there = hit_of(j, row);

	if (there != NULL && !is_stricter(row, there->row))
		return;
	if (there == NULL)
		there = &j->hits[j->hit_count++];
	*there = (struct risk_hit){ row, counted };
}

void risk_judge(const struct risk_row *rows, int count, const struct risk_facts *facts, struct risk_hit *hits, struct risk_judgement *out)
{
	*out = (struct risk_judgement){ .hits = hits };
	for (int i = 0; i < count; i++) {
		rule_fn *judge = rows[i].mode == RISK_OFF ? NULL : rule_def(rows[i].rule)->judge;
		int64_t counted = judge == NULL ? NO : judge(facts, rows[i].parameters);

		if (counted != NO)
			risk_judgement_take(out, &rows[i], counted);
	}
	for (int i = 0; i < out->hit_count; i++) {
		const struct risk_row *row = hits[i].row;

		if (row->mode != RISK_ACTIVE)
			continue;
		out->points += row->points;
		out->has_block = out->has_block || row->blocks;
	}
}
