/* Columns of places and standings as arrays, and the statement that takes them. */
#include "flow/credit_settle.h"

struct credit_settled {
	struct text code;
	int32_t day;
	int released;
	struct credit_standing now;
	bool is_told;              /* the level or the bar is another, not the score alone */
	struct text events, rows;  /* as literals of arrays: they are of different lengths */
};

enum { P_NOW, P_CHANGE, P_PLACES, PLACE_ARRAYS = 8, P_STANDINGS = P_PLACES + PLACE_ARRAYS, STANDING_ARRAYS = 12 };
_Static_assert(P_STANDINGS + STANDING_ARRAYS == CREDIT_SETTLE_PARAMS, "a parameter each");

/* $1 now, $2 id of the change; $3.. a column of the places each; $11.. a column of the standings each. */
static const struct db_stmt settle_stmt = {
	.name = "credit_settle",
	.sql =
	"with x as ("
	"  select * from unnest($3::text[], $4::integer[], $5::integer[], $6::integer[], $7::integer[], $8::integer[], $9::text[], $10::boolean[])"
	"    as x(code, was_on, was_raise, judged_on, raise, score, level, barred)),"
	" o as (select p.code, p.barred, p.score from credit_place p join x on x.code = p.code),"
	" g as ("
	"  update credit_place p set judged_on = date '1970-01-01' + x.judged_on, judged_raise = x.raise, score = x.score, level = x.level, barred = x.barred"
	"  from x where p.code = x.code and p.judged_on = date '1970-01-01' + x.was_on and p.judged_raise = x.was_raise returning p.code, p.barred),"
	" y as ("
	"  select y.*, row_number() over (partition by y.code order by y.n) = 1 as is_first"
	"  from unnest($11::text[], $12::integer[], $13::integer[], $14::text[], $15::boolean[], $16::integer[], $17::integer[], $18::integer[],"
	"    $19::integer[], $20::text[], $21::text[], $22::boolean[]) with ordinality"
	"    as y(code, day, score, level, barred, positive, negative, rating, released, events, rule_rows, told, n) join g on g.code = y.code),"
	" i as ("
	"  insert into credit_standing (code, day, score, level, barred, positive, negative, rating, released, events, rule_rows, made_at)"
	"  select code, date '1970-01-01' + day, score, level, barred, positive, negative, rating, released, events::uuid[], rule_rows::integer[],"
	"    $1::timestamptz from y order by n returning id, code, day),"
	/* of a step one enterprise has one standing a day at most; its very first one is news for nobody */
	" m as ("
	"  insert into credit_message (standing_id, authority, code)"
	"  select i.id, r.authority, i.code from i"
	"  join o on o.code = i.code join credit_receiver r on r.valid_from <= i.day and (r.valid_to is null or r.valid_to >= i.day)"
	"  where ((i.code, i.day) in (select code, date '1970-01-01' + day from y where told)) is true"
	"    and (o.score is not null or ((i.code, i.day) in (select code, date '1970-01-01' + day from y where not is_first)) is true)),"
	" t as (select y.n, y.code, y.level, y.barred, c.id as client from y"
	"    left join (select distinct c.id, u.code from client c cross join unnest(c.codes) as u(code)) c on c.code = y.code where y.told),"
	" e as ("
	"  insert into change (id, made_at, types, client_ids, states, outcomes, subjects)"
	"  select $2::uuid, $1::timestamptz, array_agg('credit.changed'::text), array_agg(client order by n, client), array_agg(level order by n, client),"
	"    array_agg(case when barred then 'barred' end order by n, client), array_agg(code order by n, client) from t having count(*) > 0)"
	" select count(*), (select nextval('rule_revision') from o join g on g.code = o.code where o.barred <> g.barred limit 1) from g",
	.param_count = CREDIT_SETTLE_PARAMS,
	.flags = DB_WRITES,
};

bool credit_settle_begin(struct credit_settle *s, struct arena *a, int room)
{
	*s = (struct credit_settle){ .arena = a, .room = room };
	s->standings = arena_alloc(a, sizeof(*s->standings) * (size_t)room);
	return s->standings != NULL;
}

/* {id,…} of the events that weigh on the view's day. */
static struct text events_of(struct credit_settle *s, const struct credit_view *v)
{
	char id[ID_TEXT_BYTES];
	bool is_first = true;
	struct buf b;

	buf_init(&b, s->arena, 64);
	buf_char(&b, '{');
	for (int i = 0; i < v->subject.event_count; i++) {
		if (credit_weight(&v->rules, &v->events[i], v->day) == 0)
			continue;
		id_format(&v->sources[i]->id, id);
		buf_str(&b, is_first ? "" : ",");
		buf_str(&b, id);
		is_first = false;
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

/* Events may have come that make up for each other: the same score rests on others then. */
static bool rests_on(const struct credit_view *v, struct text told)
{
	struct text rest = told.len < 2 ? (struct text){ 0 } : (struct text){ told.at + 1, told.len - 2 }, one;
	char id[ID_TEXT_BYTES];

	for (int i = 0; i < v->subject.event_count; i++) {
		if (credit_weight(&v->rules, &v->events[i], v->day) == 0)
			continue;
		id_format(&v->sources[i]->id, id);
		if (!text_next(&rest, ',', &one) || !text_is(one, id))
			return false;
	}
	return rest.len == 0;
}

static struct text rows_of(struct credit_settle *s, const struct credit_view *v)
{
	struct buf b;

	buf_init(&b, s->arena, 128);
	for (int i = 0; i < v->rule_row_count; i++) {
		buf_char(&b, i == 0 ? '{' : ',');
		buf_i64(&b, v->rule_rows[i]);
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

bool credit_settle_note(struct credit_settle *s, struct credit_place *p, const struct credit_view *v, const struct credit_standing *now)
{
	bool is_told = !p->is_known || p->level != now->level || p->barred != now->barred;

	if (!is_told && p->score == now->score && rests_on(v, p->events))
		return true;
	s->standings[s->standing_count++] = (struct credit_settled){
		.code = p->code, .day = v->day, .released = v->subject.released, .now = *now, .is_told = is_told,
		.events = events_of(s, v), .rows = rows_of(s, v),
	};
	p->is_known = true;
	p->score = now->score;
	p->level = now->level;
	p->barred = now->barred;
	p->events = s->standings[s->standing_count - 1].events;
	return !s->arena->full;
}

/* --- parameters --------------------------------------------------------------------------------------------------- */

static void begin(struct db_array *x, struct arena *a, const enum db_kind *kinds, int arrays, int count)
{
	for (int i = 0; i < arrays; i++)
		db_array_begin(&x[i], a, kinds[i], count, 16 * (size_t)count);
}

static struct text letter(struct arena *a, enum credit_level level)
{
	char letter = credit_level_letter(level);

	return text_dup(a, (struct text){ &letter, 1 });
}

static void put_place(struct db_array *x, struct arena *a, const struct credit_place *p)
{
	db_array_text(&x[0], p->code);
	db_array_i64(&x[1], p->was_on);
	db_array_i64(&x[2], p->was_raise);
	db_array_i64(&x[3], p->judged_on);
	db_array_i64(&x[4], p->raise);
	db_array_i64(&x[5], p->score);
	db_array_text(&x[6], letter(a, p->level));
	db_array_i64(&x[7], p->barred);
}

static void put_standing(struct db_array *x, struct arena *a, const struct credit_settled *y)
{
	db_array_text(&x[0], y->code);
	db_array_i64(&x[1], y->day);
	db_array_i64(&x[2], y->now.score);
	db_array_text(&x[3], letter(a, y->now.level));
	db_array_i64(&x[4], y->now.barred);
	db_array_i64(&x[5], y->now.positive);
	db_array_i64(&x[6], y->now.negative);
	db_array_i64(&x[7], y->now.rating);
	db_array_i64(&x[8], y->released);
	db_array_text(&x[9], y->events);
	db_array_text(&x[10], y->rows);
	db_array_i64(&x[11], y->is_told);
}

bool credit_settle_add(struct credit_settle *s, const struct credit_place *places, int count, int64_t now_us, struct id_source *ids, struct db_call *call)
{
	static const enum db_kind place_kinds[PLACE_ARRAYS] = { DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32, DB_KIND_I32, DB_KIND_I32, DB_KIND_I32, DB_KIND_TEXT,
		                                                DB_KIND_BOOL };
	static const enum db_kind standing_kinds[STANDING_ARRAYS] = { DB_KIND_TEXT, DB_KIND_I32, DB_KIND_I32, DB_KIND_TEXT, DB_KIND_BOOL, DB_KIND_I32,
		                                                      DB_KIND_I32, DB_KIND_I32, DB_KIND_I32, DB_KIND_TEXT, DB_KIND_TEXT, DB_KIND_BOOL };
	struct db_array places_x[PLACE_ARRAYS], standings_x[STANDING_ARRAYS];
	int judged = 0;

	for (int i = 0; i < count; i++)
		judged += places[i].is_judged;
	begin(places_x, s->arena, place_kinds, PLACE_ARRAYS, judged);
	for (int i = 0; i < count; i++)
		if (places[i].is_judged)
			put_place(places_x, s->arena, &places[i]);
	begin(standings_x, s->arena, standing_kinds, STANDING_ARRAYS, s->standing_count);
	for (int i = 0; i < s->standing_count; i++)
		put_standing(standings_x, s->arena, &s->standings[i]);
	s->change = id_new(ids, now_us, (int16_t)(id_random(ids) % ID_BUCKETS));
	s->params[P_NOW] = db_time(s->arena, now_us);
	s->params[P_CHANGE] = db_id(&s->change);
	for (int i = 0; i < PLACE_ARRAYS; i++)
		s->params[P_PLACES + i] = db_array_end(&places_x[i]);
	for (int i = 0; i < STANDING_ARRAYS; i++)
		s->params[P_STANDINGS + i] = db_array_end(&standings_x[i]);
	db_call_init(call);
	db_call_add(call, &settle_stmt, s->params);
	return !s->arena->full;
}
