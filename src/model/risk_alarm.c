/* The rules that show later: each answers what it counted when it hits, and NO otherwise; p[] are its row's parameters. */
#include "model/risk_alarm.h"

#define NO INT64_MIN

typedef int64_t alarm_fn(const struct risk_alarm_facts *f, const int64_t *p);

static int64_t stands_still(const struct risk_alarm_facts *f, const int64_t *p) /* hours */
{
	return f->has_standstill && f->still_hours >= p[0] ? f->still_hours : NO;
}

static int64_t delivered_fast(const struct risk_alarm_facts *f, const int64_t *p) /* minutes that it takes at least: of imports, of exports */
{
	return f->has_delivery && f->delivery_minutes < p[f->is_export] ? f->delivery_minutes : NO;
}

static int64_t often_returned(const struct risk_alarm_facts *f, const int64_t *p) /* thousandths: beyond; releases that it rests on */
{
	if (f->released < p[1] || f->released <= 0 || f->returned * 1000 <= p[0] * f->released)
		return NO;
	return f->returned * 1000 / f->released;
}

static int64_t signatures_fail(const struct risk_alarm_facts *f, const int64_t *p) /* refused ones: beyond; repeated ones: beyond */
{
	return f->failures > p[0] ? f->failures : f->replays > p[1] ? f->replays : NO;
}

static const struct {
	const char *name;
	alarm_fn *judge;
} catalogue[] = {
	{ "R-LOG-01", stands_still },
	{ "R-LOG-02", delivered_fast },
	{ "R-RET-01", often_returned },
	{ "R-NET-01", signatures_fail },
};

static alarm_fn *judge_of(int rule)
{
	for (size_t i = 0; i < COUNTOF(catalogue); i++)
		if (text_is(text_of(risk_rule_name(rule)), catalogue[i].name))
			return catalogue[i].judge;
	return NULL;
}

void risk_alarm_judge(const struct risk_row *rows, int count, const struct risk_alarm_facts *facts, struct risk_hit *hits, struct risk_judgement *out)
{
	*out = (struct risk_judgement){ .hits = hits };
	for (int i = 0; i < count; i++) {
		alarm_fn *judge = rows[i].mode == RISK_OFF ? NULL : judge_of(rows[i].rule);
		int64_t counted = judge == NULL ? NO : judge(facts, rows[i].parameters);

		if (counted != NO)
			risk_judgement_take(out, &rows[i], counted);
	}
	for (int i = 0; i < out->hit_count; i++)
		out->points += hits[i].row->mode == RISK_ACTIVE ? hits[i].row->points : 0;
}
