/*
 * POST /v1/tracking: carriers tell where parcels are, one event or several.
 *
 * The same event (carrier, waybill, step, time) is one, whoever sends it and how often. All of a request are stored or none; what a chain
 * has against an event is shown where it is read, not refused here. A carrier tells of waybills of its own company codes only.
 */
#include "api/args.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "model/finding.h"
#include "store/tracking_store.h"

enum { EVENTS_MAX = 500, CODE_CHARACTERS_MAX = 18, WAYBILL_CHARACTERS_MAX = 80, STEP_CHARACTERS_MAX = 20, PLACE_CHARACTERS_MAX = 200 };
#define AHEAD_US (10 * 60 * US_PER_S) /* by so much a carrier's clock may be ahead of ours */

struct told_event {
	struct text carrier_code, waybill_no, step, place;
	int64_t at_us;
};

struct telling { /* r->own */
	struct req *r;
	struct fields body;
	struct told_event *list;
	int count;
	bool alone; /* the body is the event */
};

static db_step_fn stored;

/* --- the body ---------------------------------------------------------------------------------------------------------- */

static void complain(struct telling *t, int i, enum rule rule, struct text member, const char *expected)
{
	struct buf pointer;

	buf_init(&pointer, t->r->arena, 48 + member.len);
	if (!t->alone)
		buf_printf(&pointer, "/events/%d", i);
	buf_char(&pointer, '/');
	buf_text(&pointer, member);
	findings_add(t->body.found, &(struct finding){ .rule = rule, .pointer = buf_as_text(&pointer), .line = -1, .expected = expected });
}

static struct text read_text(struct telling *t, int i, const struct json *event, const char *member, long most)
{
	struct text value = json_text(json_member(event, member));
	long characters = value.at == NULL ? 0 : text_utf8_length(value);

	if (characters == 0)
		complain(t, i, RULE_REQUIRED, text_of(member), NULL);
	else if (characters < 0 || characters > most || memchr(value.at, '\0', value.len) != NULL)
		complain(t, i, RULE_LENGTH, text_of(member), NULL);
	return value;
}

static void read_at(struct telling *t, int i, const struct json *event, int64_t *out)
{
	struct text at = read_text(t, i, event, "at", CLOCK_RFC3339_BYTES);

	if (at.len == 0)
		return;
	if (!clock_parse_rfc3339(at, out))
		complain(t, i, RULE_FORM, TEXT("at"), "2026-03-02T10:00:00+08:00");
	else if (*out > t->r->now_us + AHEAD_US)
		complain(t, i, RULE_VALUE, TEXT("at"), "a time that has come");
}

struct strangers {
	struct telling *t;
	int i;
};

static bool find_stranger(void *arg, struct text name, const struct json *value)
{
	static const char *const known[] = { "carrier_code", "waybill_no", "step", "at", "place" };
	const struct strangers *s = arg;

	(void)value;
	for (size_t k = 0; k < COUNTOF(known); k++)
		if (text_is(name, known[k]))
			return true;
	complain(s->t, s->i, RULE_UNKNOWN_FIELD, name, NULL);
	return true;
}

static void read_event(struct telling *t, int i, const struct json *event)
{
	struct told_event *e = &t->list[i];
	const struct json *place = json_member(event, "place");

	e->carrier_code = read_text(t, i, event, "carrier_code", CODE_CHARACTERS_MAX);
	e->waybill_no = read_text(t, i, event, "waybill_no", WAYBILL_CHARACTERS_MAX);
	e->step = read_text(t, i, event, "step", STEP_CHARACTERS_MAX);
	if (place != NULL && !json_is_null(place))
		e->place = read_text(t, i, event, "place", PLACE_CHARACTERS_MAX);
	read_at(t, i, event, &e->at_us);
	if (json_is_object(event))
		json_each(event, find_stranger, &(struct strangers){ t, i });
}

static bool read_body(struct telling *t, struct fault *f)
{
	const struct json *events = json_member(t->body.body, "events");

	t->alone = events == NULL;
	if (!t->alone && (!json_is_array(events) || json_length(events) < 1 || json_length(events) > EVENTS_MAX))
		return fault_set(f, FAULT_BAD_REQUEST, "events is an array of 1 to %d events", EVENTS_MAX);
	t->count = t->alone ? 1 : (int)json_length(events);
	t->list = arena_zalloc(t->r->arena, sizeof(*t->list) * (size_t)t->count);
	if (t->list == NULL)
		return fault_set(f, FAULT_BUSY, "the request is larger than its memory");
	if (!t->alone)
		fields_only(&t->body, "events");
	for (int i = 0; i < t->count; i++)
		read_event(t, i, t->alone ? t->body.body : json_item(events, (size_t)i));
	return true;
}

static bool are_its_own(const struct telling *t, struct fault *f)
{
	for (int i = 0; i < t->count; i++)
		if (!client_may_file_for(&t->r->client, t->list[i].carrier_code))
			return fault_set(f, FAULT_FORBIDDEN, "the carrier of event %d is not one of this client's company codes", i);
	return true;
}

/* --- storing ------------------------------------------------------------------------------------------------------------ */

static enum step store(struct req *r, const struct telling *t)
{
	enum { ARRAYS = 5, AT = 3 };
	struct args *q = args_new(r);
	struct db_array x[ARRAYS];

	for (int k = 0; k < ARRAYS; k++)
		db_array_begin(&x[k], r->arena, k == AT ? DB_KIND_TIME : DB_KIND_TEXT, t->count, 32 * (size_t)t->count);
	for (int i = 0; i < t->count; i++) {
		db_array_text(&x[0], t->list[i].carrier_code);
		db_array_text(&x[1], t->list[i].waybill_no);
		db_array_text(&x[2], t->list[i].step);
		db_array_i64(&x[AT], t->list[i].at_us);
		db_array_text(&x[4], t->list[i].place);
	}
	for (int k = 0; k < ARRAYS; k++)
		args_array(q, &x[k]);
	args_i32(q, r->client.id);
	args_time(q, r->now_us);
	args_i32(q, TRACKING_EVENTS_OF_PARCEL);
	return args_await(r, q, &tracking_store_put, stored);
}

enum step tracking_post(struct req *r)
{
	struct telling *t = arena_zalloc(r->arena, sizeof(*t));
	struct fault f = { 0 };

	if (t == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	t->r = r;
	r->own = t;
	if (!fields_open(r, &t->body, &f) || !read_body(t, &f))
		return reply_problem(r, &f);
	if (!fields_good(&t->body))
		return fields_refuse(&t->body);
	if (!are_its_own(t, &f))
		return reply_problem(r, &f);
	return store(r, t);
}

/* --- the answer ---------------------------------------------------------------------------------------------------------- */

static void put_event(struct buf *b, const struct told_event *e, bool is_new)
{
	char at[CLOCK_RFC3339_BYTES];

	clock_rfc3339(e->at_us, 6, at);
	buf_str(b, "{\"carrier_code\":");
	buf_json(b, e->carrier_code);
	buf_str(b, ",\"waybill_no\":");
	buf_json(b, e->waybill_no);
	buf_str(b, ",\"step\":");
	buf_json(b, e->step);
	buf_printf(b, ",\"at\":\"%s\",\"new\":%s}", at, is_new ? "true" : "false");
}

static enum step stored(struct req *r, const struct db_answer *a)
{
	struct telling *t = r->own;
	const struct db_rows *rows;
	struct fault f = { 0 };
	bool any_new = false;
	struct buf b;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	rows = a->results[0];
	for (int i = 0; i < t->count; i++)
		if (db_get_int(rows, i, TRACKING_PUT_KNOWN) == 0)
			complain(t, i, RULE_VALUE, TEXT("step"), arena_copy(r->arena, db_get_text(rows, i, TRACKING_PUT_STEPS).at, db_get_text(rows, i, TRACKING_PUT_STEPS).len));
	if (!fields_good(&t->body))
		return fields_refuse(&t->body);
	for (int i = 0; i < t->count; i++) {
		if (db_get_int(rows, i, TRACKING_PUT_FULL) == 0)
			continue;
		(void)fault_set(&f, FAULT_STATE_CONFLICT, "the parcel of event %d has %d events already", i, TRACKING_EVENTS_OF_PARCEL);
		return reply_problem(r, &f);
	}
	buf_init(&b, r->arena, 128 * (size_t)t->count + 32);
	buf_str(&b, "{\"items\":[");
	for (int i = 0; i < t->count; i++) {
		bool is_new = db_get_int(rows, i, TRACKING_PUT_NEW) != 0;

		buf_str(&b, i == 0 ? "" : ",");
		put_event(&b, &t->list[i], is_new);
		any_new = any_new || is_new;
	}
	buf_str(&b, "]}");
	return reply_json(r, any_new ? 201 : 200, &b);
}
