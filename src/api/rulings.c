/*
 * /v1/declarations/{id}/decisions: what regulators decide, and all that was decided.
 *
 *   rulings_post ──(lock, put)──> 201; 200 the same again; 403 404 409 422
 *
 * A decision is an answer of the regulator's authority, given by a person: it is stored among the authority's answers, and the judgement
 * folds it like any other. Whether it may be made is read under the declaration's lock. The same decision again, with nothing said by
 * that authority in between, is the same one.
 */
#include "api/args.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "base/log.h"
#include "model/personal.h"
#include "model/finding.h"
#include "model/ruling.h"

enum { REASON_CHARACTERS_MAX = 1000, PLACE_CHARACTERS_MAX = 200, KEY_BYTES_MAX = 255 };

struct ruling_wish { /* r->own: the body */
	struct id declaration;
	enum ruling ruling;
	struct text reason, place, key;
	int64_t appointed_us;
	int version; /* 0: the declared one */
	bool has_appointment;
	struct sha256 digest;
};

static db_step_fn decided;

static const struct db_stmt lock = {
	.name = "ruling_lock",
	.sql = "select 1 from declaration where bucket = $1::smallint and id = $2::uuid for no key update",
	.param_count = 2,
	.flags = DB_WRITES,
};

/*
 * v: the authority's part in the declared version, or in a withdrawal of it; l: its last word about that version, own: what it amounts to;
 * k: what came under this Idempotency-Key; w: the last word, if it is this very decision; i: the appointment there is. ok: it may be made.
 * As customs' answer it has customs' statuses, so that whoever polls customs' messages is told too.
 */
static const struct db_stmt put = {
	.name = "ruling_put",
	.sql =
	"with d as (select * from declaration where bucket = $1::smallint and id = $2::uuid),"
	" s as (select max(version) as declared from delivery where bucket = $1::smallint and declaration_id = $2::uuid and withdrawal is null and return_filing is null),"
	" v as ("
	"  select v.* from s join delivery v on v.bucket = $1::smallint and v.declaration_id = $2::uuid and v.authority = $3::text"
	"    and v.version = coalesce($4::integer, s.declared) and (v.version = s.declared or (v.version > s.declared and v.withdrawal is not null))),"
	" said as ("
	"  select a.id, a.at, a.outcome from v join authority_receipt a on a.bucket = v.bucket and a.declaration_id = v.declaration_id"
	"    and a.authority = v.authority and a.version = v.version),"
	" l as (select id, at from said order by at desc, id desc limit 1),"
	" own as ("
	"  select coalesce((select outcome from said where outcome in ('clear', 'rejected') order by at, outcome desc limit 1),"
	"    (select outcome from said order by at desc, id desc limit 1), 'none') as outcome),"
	" k as (select r.* from ruling r where r.client_id = $9::integer and r.idempotency_key = $11::text),"
	" w as (select r.* from l join ruling r on r.bucket = $1::smallint and r.declaration_id = $2::uuid and r.id = l.id where r.digest = $12::bytea),"
	" i as (select i.* from v join inspection i on i.bucket = v.bucket and i.declaration_id = v.declaration_id and i.version = v.version),"
	" taken as ("
	"  select 1 from i where i.appointed_at is not null and not $3::text = any (i.selected_by)"
	"    and $7::timestamptz is not null and (i.appointed_at, i.place) is distinct from ($7::timestamptz, $8::text)),"
	" ok as ("
	"  select v.*, greatest($10::timestamptz, (select l.at + interval '1 microsecond' from l)) as at,"
	"    case when $3::text <> 'CUS' then $5::text when $5::text = 'inspect' then '500' when $5::text = 'hold' then '600'"
	"      when $5::text = 'reject' then '100' when $5::text = 'resume' then '120' when v.withdrawal is not null then '399' else '800' end as status"
	"  from d cross join v cross join own where d.state = any ($13::text[]) and own.outcome = any ($14::text[])"
	"    and not exists (select 1 from k) and not exists (select 1 from w) and not exists (select 1 from taken)),"
	" a as ("
	"  insert into authority_receipt (bucket, declaration_id, id, authority, version, status, at, digest, outcome, info, given_by, received_at, body)"
	"  select bucket, declaration_id, $16::uuid, authority, version, status, at, $12::bytea, $15::text, $6::text, 'person', $10::timestamptz, null from ok"
	"  returning authority_receipt as stored),"
	" g as ("
	"  insert into leaf (coverage_id, made_at, ids, hashes)"
	"  select q.id, $10::timestamptz, array[$16::uuid], log_hash(record_text(q.id, a.stored))"
	"  from a cross join (select max(c.id) as id from coverage c where c.relation = 'authority_receipt') q),"
	" r as ("
	"  insert into ruling (bucket, declaration_id, id, authority, version, decision, reason, appointed_at, place, client_id, decided_at,"
	"    idempotency_key, digest)"
	"  select bucket, declaration_id, $16::uuid, authority, version, $5::text, $6::text, $7::timestamptz, $8::text, $9::integer, at,"
	"    $11::text, $12::bytea from ok returning *),"
	" u as ("
	"  update declaration d set seq = d.seq + 1, changed_at = $10::timestamptz from ok where d.bucket = ok.bucket and d.id = ok.declaration_id"
	"  returning d.id),"
	" c as ("
	"  insert into change (id, made_at, types, declaration_ids, authorities, versions, outcomes)"
	"  select $17::uuid, $10::timestamptz, array['authority.answered'], array[declaration_id], array[authority], array[version], array[$15::text] from ok),"
	" t as ("
	"  insert into work (bucket, id, declaration_ids, made_at, lease_until)"
	"  select id_bucket($17::uuid), $17::uuid, array[id], $10::timestamptz, '-infinity' from u),"
	" n as ("
	"  insert into inspection (bucket, declaration_id, version, selected_by, opened_at, appointed_at, place, appointed_by)"
	"  select bucket, declaration_id, version, array[authority], at, $7::timestamptz, $8::text, $9::integer from ok where $7::timestamptz is not null"
	"  on conflict (bucket, declaration_id, version) do update set appointed_at = excluded.appointed_at, place = excluded.place,"
	"    appointed_by = excluded.appointed_by)"
	" select (select ruling_json(r::ruling, true) from r), (select ruling_json(w::ruling, true) from w), (select ruling_json(k::ruling, true) from k),"
	"   (select k.digest = $12::bytea and k.declaration_id = $2::uuid from k), d.state, s.declared, own.outcome, (select v.version from v),"
	"   exists (select 1 from delivery x where x.bucket = $1::smallint and x.declaration_id = $2::uuid and x.authority = $3::text"
	"     and x.version = s.declared), (select local_time(i.appointed_at) || ', ' || i.place from i, taken)"
	" from d cross join s cross join own",
	.param_count = 17,
	.flags = DB_WRITES,
};
enum { PUT_NEW, PUT_SAME, PUT_KEYED, PUT_KEY_FITS, PUT_STATE, PUT_DECLARED, PUT_OUTCOME, PUT_VERSION, PUT_HAS_PART, PUT_APPOINTED };

/* --- the body ---------------------------------------------------------------------------------------------------------- */

static void complain(struct findings *out, enum rule rule, const char *pointer, const char *expected)
{
	findings_add(out, &(struct finding){ .rule = rule, .pointer = text_of(pointer), .line = -1, .expected = expected });
}

static struct text read_text(const struct json *body, const char *member, const char *pointer, long most, struct findings *out)
{
	struct text t = json_text(json_member(body, member));
	long characters = t.at == NULL ? 0 : text_utf8_length(t);

	if (characters == 0)
		complain(out, RULE_REQUIRED, pointer, NULL);
	else if (characters < 0 || characters > most || memchr(t.at, '\0', t.len) != NULL)
		complain(out, RULE_LENGTH, pointer, NULL);
	return t;
}

static void read_appointment(const struct json *body, struct ruling_wish *w, struct findings *out)
{
	const struct json *appointment = json_member(body, "appointment");
	struct text at;

	w->has_appointment = appointment != NULL && !json_is_null(appointment);
	if (!w->has_appointment)
		return;
	if (!json_is_object(appointment) || w->ruling != RULING_INSPECT) {
		complain(out, RULE_VALUE, "/appointment", "an object with at and place, of decision inspect only");
		return;
	}
	at = read_text(appointment, "at", "/appointment/at", 40, out);
	w->place = read_text(appointment, "place", "/appointment/place", PLACE_CHARACTERS_MAX, out);
	if (at.len > 0 && !clock_parse_rfc3339(at, &w->appointed_us))
		complain(out, RULE_FORM, "/appointment/at", "2026-03-02T10:00:00+08:00");
}

static void read_wish(struct arena *arena, const struct json *body, struct ruling_wish *w, struct findings *out)
{
	const struct json *version = json_member(body, "version");
	struct text decision = json_text(json_member(body, "decision"));
	int64_t number = 0;

	if (decision.at == NULL)
		complain(out, RULE_REQUIRED, "/decision", NULL);
	else if (!ruling_by_name(decision, &w->ruling))
		complain(out, RULE_VALUE, "/decision", "inspect, hold, release, reject or resume");
	w->reason = read_text(body, "reason", "/reason", REASON_CHARACTERS_MAX, out);
	w->reason = personal_scrub(arena, w->reason);
	if (version != NULL && (!json_i64(version, &number) || number < 1 || number > INT32_MAX))
		complain(out, RULE_TYPE, "/version", "a whole number from 1");
	w->version = (int)number;
	read_appointment(body, w, out);
}

/* What is decided: the same of the same version is the same. */
static struct sha256 digest_of_wish(struct req *r, const struct ruling_wish *w)
{
	char at[CLOCK_RFC3339_BYTES] = "";
	struct buf version;

	buf_init(&version, r->arena, 16);
	buf_i64(&version, w->version);
	if (w->has_appointment)
		clock_rfc3339(w->appointed_us, 6, at);
	const struct text parts[] = { text_of(ruling_name(w->ruling)), w->reason, buf_as_text(&version), text_of(at), w->place };

	return sha256_of_parts(parts, COUNTOF(parts));
}

static bool read_key(struct req *r, struct ruling_wish *w, struct fault *f)
{
	w->key = text_trim(httpd_header(r->http, "Idempotency-Key"));
	if (w->key.len == 0)
		w->key = (struct text){ NULL, 0 };
	return w->key.len <= KEY_BYTES_MAX || fault_set(f, FAULT_BAD_REQUEST, "Idempotency-Key has at most %d bytes", KEY_BYTES_MAX);
}

/* --- the statement ----------------------------------------------------------------------------------------------------- */

static void args_names(struct args *q, const char *const *names, int count)
{
	struct db_array x;

	if (q == NULL)
		return;
	db_array_begin(&x, q->r->arena, DB_KIND_TEXT, count, 16 * (size_t)count);
	for (int i = 0; i < count; i++)
		db_array_text(&x, text_of(names[i]));
	args_array(q, &x);
}

static void args_admitted(struct args *q, enum ruling ruling)
{
	const char *states[STATE_COUNT], *outcomes[OUTCOME_COUNT];
	int n = 0;

	for (int s = 0; s < STATE_COUNT; s++)
		if (ruling_fits_state((enum declaration_state)s))
			states[n++] = state_name((enum declaration_state)s);
	args_names(q, states, n);
	n = 0;
	for (int o = 0; o < OUTCOME_COUNT; o++)
		if (ruling_fits_outcome(ruling, (enum part_outcome)o))
			outcomes[n++] = outcome_name((enum part_outcome)o);
	args_names(q, outcomes, n);
}

static enum step store(struct req *r, const struct ruling_wish *w)
{
	struct id_source *ids = r->api->deps.ids;
	struct id ruling = id_new(ids, r->now_us, id_bucket(&w->declaration)), work = id_new(ids, r->now_us, (int16_t)(id_random(ids) % ID_BUCKETS));
	struct args *q = args_new(r);

	args_id(q, &w->declaration);
	args_text(q, text_of(authority_code(r->client.authority)));
	if (w->version > 0)
		args_i32(q, w->version);
	else
		args_null(q);
	args_text(q, text_of(ruling_name(w->ruling)));
	args_text(q, w->reason);
	if (w->has_appointment)
		args_time(q, w->appointed_us);
	else
		args_null(q);
	args_text(q, w->place);
	args_i32(q, r->client.id);
	args_time(q, r->now_us);
	args_text(q, w->key);
	args_bytes(q, w->digest.b, sizeof(w->digest.b));
	args_admitted(q, w->ruling);
	args_text(q, text_of(outcome_name(ruling_outcome(w->ruling))));
	args_uuid(q, &ruling);
	args_uuid(q, &work);
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, &lock, q->p);
	db_call_add(&r->call, &put, q->p);
	return await_db(r, decided);
}

enum step rulings_post(struct req *r)
{
	struct ruling_wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct fault f = { 0 };
	struct fields x;

	if (!r->client.has_authority)
		return reply_fault(r, FAULT_FORBIDDEN, "this client decides for no authority");
	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!id_parse(r->captures[0], &w->declaration))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!fields_read(r, "decision reason version appointment", &x, &f) || !read_key(r, w, &f))
		return reply_problem(r, &f);
	read_wish(r->arena, x.body, w, x.found);
	if (!fields_good(&x))
		return fields_refuse(&x);
	w->digest = digest_of_wish(r, w);
	r->own = w;
	return store(r, w);
}

/* --- the answer -------------------------------------------------------------------------------------------------------- */

/* Why it was not made, in the words of the state. */
static enum step refuse(struct req *r, const struct db_rows *row)
{
	const struct ruling_wish *w = r->own;
	bool chinese = req_chinese(r);
	enum declaration_state state = STATE_WAITING;
	struct text outcome = db_get_text(row, 0, PUT_OUTCOME);
	struct buf b;

	if (!state_by_name(db_get_text(row, 0, PUT_STATE), &state))
		return reply_fault(r, FAULT_BUG, "the declaration is in no known state");
	buf_init(&b, r->arena, 160);
	if (db_is_null(row, 0, PUT_DECLARED) || !ruling_fits_state(state))
		buf_printf(&b, chinese ? "%s：%s" : "%s: %s", state_name(state), state_title(state, chinese));
	else if (db_get_int(row, 0, PUT_HAS_PART) == 0)
		return reply_fault(r, FAULT_FORBIDDEN, "this client's authority has no part in the declaration");
	else if (db_is_null(row, 0, PUT_VERSION))
		buf_printf(&b, chinese ? "当前申报版本为 %d" : "version %d is declared now", (int)db_get_int(row, 0, PUT_DECLARED));
	else if (!db_is_null(row, 0, PUT_APPOINTED))
		buf_printf(&b, chinese ? "已有查验预约：" TEXT_FMT : "an inspection is appointed already: " TEXT_FMT "; leave appointment out to join it",
		           TEXT_ARG(db_get_text(row, 0, PUT_APPOINTED)));
	else
		buf_printf(&b, chinese ? "本部门对该版本的办理结果为 " TEXT_FMT "，不能 %s" : "of this version the authority has said " TEXT_FMT ": %s does not follow",
		           TEXT_ARG(outcome), ruling_name(w->ruling));
	return reply_problem_of(r, &(struct problem){ .code = FAULT_STATE_CONFLICT, .detail = buf_as_text(&b), .node = -1 });
}

static enum step decided(struct req *r, const struct db_answer *a)
{
	const struct ruling_wish *w = r->own;
	const struct db_rows *row;
	int told;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	row = a->results[1];
	if (db_row_count(row) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (!db_is_null(row, 0, PUT_KEYED) && db_get_int(row, 0, PUT_KEY_FITS) == 0)
		return reply_fault(r, FAULT_KEY_REUSED, "");
	told = !db_is_null(row, 0, PUT_NEW) ? PUT_NEW : !db_is_null(row, 0, PUT_KEYED) ? PUT_KEYED : PUT_SAME;
	if (db_is_null(row, 0, told))
		return refuse(r, row);
	if (told == PUT_NEW)
		log_event(&(struct log_ids){ .trace = r->trace.id, .authority = authority_code(r->client.authority) }, LOG_LEVEL_NOTICE, "ruling.made",
		          TEXT_FMT " %s by client %d", TEXT_ARG(r->captures[0]), ruling_name(w->ruling), r->client.id);
	return reply_bytes(r, told == PUT_NEW ? 201 : 200, "application/json", db_get_text(row, 0, told));
}

enum step rulings_list(struct req *r)
{
	struct args *q = args_new(r);

	if (!args_own_record(q))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_text(q, args_state_titles(r));
	args_text(q, args_verdict_titles(r));
	return args_await_query(r, q, "declaration_decisions", reply_row);
}
