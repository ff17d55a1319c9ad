/* An enterprise's credit as JSON: what everybody reads, and what stands behind it for whom it concerns. */
#include "api/credit.h"

void credit_put_day(struct buf *b, const char *name, int32_t day)
{
	char at[CLOCK_RFC3339_BYTES];

	buf_printf(b, ",\"%s\":", name);
	if (day == INT32_MAX) {
		buf_str(b, "null");
		return;
	}
	clock_rfc3339((int64_t)day * US_PER_DAY - 8 * US_PER_HOUR, 0, at); /* midnight in China */
	buf_json(b, (struct text){ at, 10 });
}

static void put_text(struct buf *b, const char *name, struct text t)
{
	buf_printf(b, ",\"%s\":", name);
	buf_json(b, t);
}

static void put_id(struct buf *b, const struct id *id)
{
	char text[ID_TEXT_BYTES];

	id_format(id, text);
	buf_str(b, "{\"id\":");
	buf_json(b, text_of(text));
}

/* What everybody may know of an event. */
static void put_event_head(struct buf *b, const struct credit_record_event *e, bool chinese)
{
	put_id(b, &e->id);
	put_text(b, "kind", e->kind);
	put_text(b, "title", chinese ? e->title_zh : e->title_en);
	put_text(b, "degree", text_of(credit_degree_name(e->degree)));
	credit_put_day(b, "day", e->day);
	put_text(b, "source", e->source);
	put_text(b, "decision_no", e->decision_no);
}

static void put_decisions(struct buf *b, const struct credit_view *v, bool chinese)
{
	bool is_first = true;
	int32_t last;

	buf_str(b, ",\"decisions\":[");
	for (int i = 0; i < v->subject.event_count; i++) {
		if (!credit_event_published(v, v->sources[i], &last))
			continue;
		buf_str(b, is_first ? "" : ",");
		put_event_head(b, v->sources[i], chinese);
		credit_put_day(b, "published_until", last);
		buf_printf(b, ",\"disputed\":%s}", credit_event_state(v->sources[i], v->day) == CREDIT_DISPUTED ? "true" : "false");
		is_first = false;
	}
	buf_char(b, ']');
}

/* --- for departments and the enterprise itself ----------------------------------------------------------------------- */

static void put_changes(struct buf *b, const struct credit_record_event *e, int32_t day, bool with_reasons)
{
	bool is_first = true;

	buf_str(b, ",\"changes\":[");
	for (int i = 0; i < e->change_count; i++) {
		const struct credit_record_change *c = &e->changes[i];

		if (c->recorded > day)
			continue;
		buf_printf(b, "%s{\"change\":\"%s\"", is_first ? "" : ",", credit_change_name(c->change));
		credit_put_day(b, "day", c->day);
		put_text(b, "decision_no", c->decision_no);
		if (with_reasons)
			put_text(b, "reason", c->reason);
		buf_char(b, '}');
		is_first = false;
	}
	buf_char(b, ']');
}

static void put_event(struct buf *b, const struct credit_view *v, int i, enum credit_tier tier, bool chinese)
{
	const struct credit_record_event *e = v->sources[i];

	put_event_head(b, e, chinese);
	credit_put_day(b, "recorded_on", e->recorded);
	put_text(b, "state", text_of(credit_change_name(credit_event_state(e, v->day))));
	buf_printf(b, ",\"weight\":%d,\"counts\":%d,\"against\":%s", e->weight, credit_weight(&v->rules, &v->events[i], v->day),
	           e->against ? "true" : "false");
	put_changes(b, e, v->day, tier != CREDIT_TIER_DEPARTMENT);
	if (tier != CREDIT_TIER_DEPARTMENT) {
		put_text(b, "reason", e->reason);
		put_text(b, "authorisation", e->authorisation);
	}
	if (tier == CREDIT_TIER_SUPERVISION) {
		buf_str(b, ",\"evidence_sha256\":");
		if (e->evidence.len == 0) {
			buf_str(b, "null");
		} else {
			buf_char(b, '"');
			buf_hex(b, e->evidence.at, e->evidence.len);
			buf_char(b, '"');
		}
	}
	buf_char(b, '}');
}

/* Departments share what is not repaired; who looks into a case, and the enterprise, see all. */
static void put_events(struct buf *b, const struct credit_view *v, enum credit_tier tier, bool chinese)
{
	bool is_first = true;

	buf_str(b, ",\"events\":[");
	for (int i = 0; i < v->subject.event_count; i++) {
		enum credit_change state = credit_event_state(v->sources[i], v->day);

		if (tier == CREDIT_TIER_DEPARTMENT && (state == CREDIT_WITHDRAWN || state == CREDIT_WAIVED || state == CREDIT_REPAIRED))
			continue;
		buf_str(b, is_first ? "" : ",");
		put_event(b, v, i, tier, chinese);
		is_first = false;
	}
	buf_char(b, ']');
}

static void put_outside(struct buf *b, const struct credit_view *v)
{
	bool is_first = true;

	buf_str(b, ",\"outside\":[");
	for (int i = 0; i < v->record->outside_count; i++) {
		const struct credit_record_outside *o = &v->record->outside[i];

		if (o->recorded > v->day)
			continue;
		buf_str(b, is_first ? "{\"what\":" : ",{\"what\":");
		buf_json(b, o->what);
		put_text(b, "value", o->value);
		credit_put_day(b, "from", o->from);
		credit_put_day(b, "to", o->to);
		put_text(b, "source", o->source);
		buf_char(b, '}');
		is_first = false;
	}
	buf_char(b, ']');
}

static void put_treatment(struct buf *b, const struct credit_view *v, const struct credit_standing *s)
{
	const struct credit_treatment *t = &v->treatments[s->barred ? CREDIT_LEVEL_NEG : (int)s->level];

	buf_printf(b, ",\"treatment\":{\"inspection_bp\":%d,\"guarantee_percent\":%d,\"queue_rank\":%d", t->inspection_bp, t->guarantee_percent, t->queue_rank);
	put_text(b, "documents", t->documents);
	buf_char(b, '}');
}

/* When the level is better if nothing new happens; nobody is told a day while he is barred. */
void credit_put_restored(struct buf *b, const struct credit_view *v, const struct credit_standing *s)
{
	enum credit_level level = CREDIT_D;
	int32_t on = 0;

	if (s->barred || !credit_restored(&v->rules, &v->subject, v->day, v->forecast_days, &on, &level)) {
		buf_str(b, ",\"restored\":null");
		return;
	}
	buf_printf(b, ",\"restored\":{\"level\":\"%c\"", credit_level_letter(level));
	credit_put_day(b, "on", on);
	buf_char(b, '}');
}

static void put_score(struct buf *b, const struct credit_view *v, const struct credit_standing *s)
{
	buf_printf(b, ",\"score\":%d,\"level_by_score\":\"%c\",\"base\":%d,\"positive\":%d,\"negative\":%d,\"rating\":%d,\"capped\":%s,\"lifted\":%s,"
	           "\"released\":%d", s->score, credit_level_letter(s->by_score), v->rules.base, s->positive, s->negative, s->rating,
	           s->capped ? "true" : "false", s->lifted ? "true" : "false", v->subject.released);
	credit_put_day(b, "registered_on", v->record->registered);
}

static void put_rule_rows(struct buf *b, const struct credit_view *v)
{
	buf_str(b, ",\"rule_rows\":[");
	for (int i = 0; i < v->rule_row_count; i++)
		buf_printf(b, "%s%d", i == 0 ? "" : ",", v->rule_rows[i]);
	buf_char(b, ']');
}

/* The level is told in full, the score by its step only. */
static void put_for_bank(struct buf *b, const struct credit_standing *s, const struct credit_beside *beside)
{
	int from = s->score - s->score % beside->band;

	buf_printf(b, ",\"score_band\":{\"from\":%d,\"to\":%d},\"months\":", from, from + beside->band - 1);
	buf_text(b, beside->months);
}

void credit_put(struct buf *b, const struct credit_view *v, enum credit_tier tier, bool chinese, const struct credit_beside *beside)
{
	struct credit_standing s;

	credit_view_judge(v, &s);
	buf_str(b, "{\"code\":");
	buf_json(b, v->record->code);
	put_text(b, "name", v->record->name);
	put_text(b, "role", v->record->role);
	put_text(b, "tier", text_of(credit_tier_name(tier)));
	credit_put_day(b, "as_of", v->day);
	if (tier == CREDIT_TIER_PUBLIC && !s.barred && s.level != CREDIT_A && s.level != CREDIT_D)
		buf_str(b, ",\"level\":null"); /* told of the best and the worst only */
	else
		buf_printf(b, ",\"level\":\"%c\"", credit_level_letter(s.level));
	buf_printf(b, ",\"barred\":%s", s.barred ? "true" : "false");
	put_decisions(b, v, chinese);
	buf_str(b, ",\"warnings\":");
	buf_text(b, beside->warnings);
	if (tier == CREDIT_TIER_BANK)
		put_for_bank(b, &s, beside);
	else if (tier != CREDIT_TIER_PUBLIC) {
		put_score(b, v, &s);
		put_treatment(b, v, &s);
		put_events(b, v, tier, chinese);
		put_outside(b, v);
		credit_put_restored(b, v, &s);
		put_rule_rows(b, v);
		buf_str(b, ",\"history\":");
		buf_text(b, beside->history);
	}
	buf_char(b, '}');
}
