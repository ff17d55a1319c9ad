/*
 * What departments said of an enterprise, of goods, of a number (E41 E43 E44 E45 E46 E49 E51 E52), and of a person (E50).
 *
 *   GET  /v1/lookups       the latest answer about a key, now or as it was known at a time
 *   POST /v1/lookups       the same, and if there is none that is fresh, the question is written down: flow/lookups asks it
 *   GET  /v1/lookups/{id}  how a question stands, and its answer
 *   GET  /v1/lookups/rules what may be asked, on a day
 *
 * A person's name and number come in the body only, and go no further than into the keyed hash: they are asked with what an order says.
 */
#include "api/args.h"
#include "api/fields.h"
#include "api/handlers.h"
#include "api/page.h"
#include "api/rules.h"
#include "model/finding.h"
#include "model/identifier.h"
#include "model/identity.h"
#include "model/lookup.h"

#define PURPOSE_CHARACTERS_MAX 200

static db_step_fn found, asked;

struct asks { /* what a caller wants to know */
	enum authority authority;
	enum lookup_question question;
	struct text key, purpose;
	bool anew, has_declaration;
	struct id declaration;
};

/* Enterprises ask about themselves. */
static bool may_know(const struct req *r, const struct asks *k)
{
	if (r->client.role == ROLE_ENTERPRISE)
		return lookup_key_of(k->question) == LOOKUP_COMPANY && client_may_file_for(&r->client, k->key);
	if (lookup_key_of(k->question) == LOOKUP_PERSON && r->client.role == ROLE_REGULATOR)
		return r->client.has_authority && r->client.authority == AUTHORITY_POL;
	return true;
}

static enum step refuse(struct req *r, const struct asks *k)
{
	return reply_fault(r, FAULT_FORBIDDEN, lookup_key_of(k->question) == LOOKUP_PERSON ? "only the police's own clients and operators ask about identities"
	                                                                                 : "an enterprise asks about its own codes");
}

/* The caller, if it is an enterprise. */
static void args_viewer(struct args *q)
{
	if (q != NULL && q->r->client.role == ROLE_ENTERPRISE)
		args_i32(q, q->r->client.id);
	else
		args_null(q);
}

static bool read_what(struct text authority, struct text question, struct asks *out, struct fault *f)
{
	if (!authority_by_code(authority, &out->authority))
		return fault_set(f, FAULT_BAD_REQUEST, "authority is a department's role code, such as CUS");
	return lookup_by_name(question, &out->question) ||
	       fault_set(f, FAULT_BAD_REQUEST, "question is registration, level, negative-list, certificates, directory, grade, identity, adverse-records or licences");
}

/* --- reading --------------------------------------------------------------------------------------------------------- */

enum step lookups_find(struct req *r)
{
	struct args *q = args_new(r);
	struct asks k = { .key = httpd_query(r->http, "key") };
	int64_t as_of_us = r->now_us;
	struct fault f = { 0 };

	if (!read_what(httpd_query(r->http, "authority"), httpd_query(r->http, "question"), &k, &f) || !page_time(r, "as_of", &as_of_us, &f))
		return reply_problem(r, &f);
	if (lookup_key_of(k.question) == LOOKUP_PERSON)
		return reply_fault(r, FAULT_BAD_REQUEST, "data of a person have no place in an address: POST");
	if (!lookup_key_is_good(k.question, k.key))
		return reply_fault(r, FAULT_BAD_REQUEST, "key is what the question is asked by: a company's code, ten digits of a commodity code, a number");
	if (!may_know(r, &k))
		return refuse(r, &k);
	args_text(q, text_of(authority_code(k.authority)));
	args_text(q, text_of(lookup_name(k.question)));
	args_text(q, k.key);
	args_time(q, as_of_us);
	args_bool(q, httpd_query(r->http, "as_of").at != NULL);
	args_viewer(q);
	return args_await_query(r, q, "lookups_find", found);
}

static enum step found(struct req *r, const struct db_answer *answer)
{
	if (answer->outcome == DB_DONE && db_row_count(answer->results[0]) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "no answer is known that may be shown: POST /v1/lookups asks");
	return reply_row(r, answer);
}

enum step lookups_rules(struct req *r)
{
	struct args *q = args_new(r);
	struct fault f = { 0 };
	int32_t day;

	if (!rules_day(r, &day, &f))
		return reply_problem(r, &f);
	args_time(q, (int64_t)day * US_PER_DAY);
	return args_await_query(r, q, "lookup_rules", reply_row);
}

enum step lookups_get(struct req *r)
{
	struct args *q = args_new(r);
	struct id id;

	if (!id_parse(r->captures[0], &id))
		return reply_fault(r, FAULT_NOT_FOUND, "");
	args_uuid(q, &id);
	args_time(q, r->now_us);
	args_viewer(q);
	args_bool(q, r->client.role == ROLE_OPERATOR || (r->client.has_authority && r->client.authority == AUTHORITY_POL));
	return args_await_query(r, q, "lookup_get", reply_row);
}

/* --- asking ------------------------------------------------------------------------------------------------------------ */

/* $1 authority, $2 question, $3 key, $4 new id, $5 declaration or null, $6 purpose or null, $7 client, $8 now, $9 how many may wait,
 * $10 whatever is known, $11 the caller, if it is an enterprise. Who asks about a person is written down with the purpose. One row: is there
 * such a rule, is it connected, is there room, what is known, what is asked (and its id). */
static const struct db_stmt ask = {
	.name = "lookup_ask",
	.sql =
	"with r as (select k.* from lookup_rule k, lateral (select ($8::timestamptz at time zone 'Asia/Shanghai')::date as day) x"
	"    where k.authority = $1::text and k.question = $2::text and k.valid_from <= day and (k.valid_to is null or k.valid_to >= day) order by k.id limit 1),"
	" u as (select query_url is not null as is_connected from authority where code = $1::text),"
	" a as (select k.* from lookup_answer k where k.authority = $1::text and k.question = $2::text and k.key = $3::text and k.asked_at <= $8::timestamptz"
	"    order by k.asked_at desc limit 1),"
	" fresh as (select lookup_answer_json(a, $8::timestamptz, $11::integer) as shown from a where a.valid_until > $8::timestamptz and not $10::boolean),"
	" room as (select count(*) < $9::integer as is_left from (select 1 from lookup_question limit $9::integer) x),"
	" q as ("
	"  insert into lookup_question as q (id, rule_id, authority, question, key, declaration_id, purpose, client_id, wanted_at, due_at, anew)"
	"  select $4::uuid, r.id, $1::text, $2::text, $3::text, $5::uuid, coalesce($6::text, r.purpose), $7::integer, $8::timestamptz, $8::timestamptz, $10::boolean"
	"  from r, u, room where u.is_connected and room.is_left and not exists (select 1 from fresh) and ($5::uuid is not null or r.used <> 'attest')"
	"  on conflict (authority, question, key) do update set wanted_at = excluded.wanted_at, due_at = least(q.due_at, excluded.due_at),"
	"    anew = q.anew or excluded.anew,"
	"    declaration_id = coalesce(excluded.declaration_id, q.declaration_id)"
	"  returning q as row),"
	" noted as ("
	"  insert into lookup_access (at, client_id, authority, question, key, purpose)"
	"  select $8::timestamptz, $7::integer, $1::text, $2::text, $3::text, $6::text from r where r.used = 'attest' and $6::text is not null"
	"    and (exists (select 1 from fresh) or exists (select 1 from q)))"
	" select exists (select 1 from r), coalesce((select is_connected from u), false), (select is_left from room), (select shown from fresh),"
	"   (select lookup_question_json(q.row, $11::integer) from q), (select (q.row).id::text from q)",
	.param_count = 11,
	.flags = DB_WRITES,
};

/* The hash that name and number are known by. Both are looked at as they would be in an order. */
static void read_person(struct fields *x, struct asks *out)
{
	struct text number = json_text(json_member(x->body, "id_number")), name = json_text(json_member(x->body, "name"));
	struct text declaration = json_text(json_member(x->body, "declaration_id"));
	struct identity_hash hash;
	struct buf hex;

	if (name.len == 0)
		fields_complain(x, RULE_REQUIRED, "name", NULL);
	if (number.len == 0)
		fields_complain(x, RULE_REQUIRED, "id_number", NULL);
	else if (!identifier_identity_number(number, clock_day(x->r->now_us)))
		fields_complain(x, RULE_IDENTITY_NUMBER, "id_number", NULL);
	out->has_declaration = declaration.at != NULL && id_parse(declaration, &out->declaration);
	if (declaration.at != NULL && !out->has_declaration)
		fields_complain(x, RULE_FORM, "declaration_id", "the id of a declaration");
	if (out->purpose.len == 0)
		fields_complain(x, RULE_REQUIRED, "purpose", NULL);
	if (number.len == 0 || name.len == 0)
		return;
	hash = identity_hash(&x->r->api->conf.identity_keys.list[0], number, name);
	buf_init(&hex, x->r->arena, 80);
	buf_hex(&hex, &hash, sizeof(hash));
	out->key = buf_as_text(&hex);
}

static void read_asks(struct fields *x, struct asks *out)
{
	const struct json *anew = json_member(x->body, "anew");

	out->purpose = json_text(json_member(x->body, "purpose"));
	if (json_member(x->body, "purpose") != NULL && (out->purpose.len == 0 || text_utf8_length(out->purpose) > PURPOSE_CHARACTERS_MAX))
		fields_complain(x, RULE_LENGTH, "purpose", NULL);
	if (anew != NULL && !json_bool(anew, &out->anew))
		fields_complain(x, RULE_TYPE, "anew", "true or false");
	if (lookup_key_of(out->question) == LOOKUP_PERSON) {
		read_person(x, out);
		fields_only(x, "authority question name id_number declaration_id purpose anew");
		return;
	}
	out->key = json_text(json_member(x->body, "key"));
	if (out->key.len == 0)
		fields_complain(x, RULE_REQUIRED, "key", NULL);
	else if (!lookup_key_is_good(out->question, out->key))
		fields_complain(x, RULE_FORM, "key", "a company's code, ten digits of a commodity code, or a number of visible ASCII, by the question");
	fields_only(x, "authority question key purpose anew");
}

static enum step write_down(struct req *r, const struct asks *k)
{
	struct id id = req_new_id(r);
	struct args *q = args_new(r);

	args_text(q, text_of(authority_code(k->authority)));
	args_text(q, text_of(lookup_name(k->question)));
	args_text(q, k->key);
	args_uuid(q, &id);
	if (k->has_declaration)
		args_uuid(q, &k->declaration);
	else
		args_null(q);
	args_text(q, k->purpose);
	args_i32(q, r->client.id);
	args_time(q, r->now_us);
	args_i32(q, r->api->conf.lookups_waiting);
	args_bool(q, k->anew && r->client.role != ROLE_ENTERPRISE);
	args_viewer(q);
	return args_await(r, q, &ask, asked);
}

enum step lookups_post(struct req *r)
{
	struct asks *k = arena_zalloc(r->arena, sizeof(*k));
	struct fault f = { 0 };
	struct fields x;

	if (k == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!fields_open(r, &x, &f) || !read_what(json_text(json_member(x.body, "authority")), json_text(json_member(x.body, "question")), k, &f))
		return reply_problem(r, &f);
	if (lookup_key_of(k->question) == LOOKUP_PERSON && r->api->conf.identity_keys.count == 0)
		return reply_fault(r, FAULT_BUSY, "no key for identities is configured here");
	read_asks(&x, k);
	if (!fields_good(&x))
		return fields_refuse(&x);
	return may_know(r, k) ? write_down(r, k) : refuse(r, k);
}

static enum step refuse_unasked(struct req *r, const struct db_rows *rows)
{
	if (db_get_int(rows, 0, 0) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "that question is not asked there: table lookup_rule has no row of today for it");
	if (db_get_int(rows, 0, 1) == 0)
		return reply_fault(r, FAULT_STATE_CONFLICT, "this department is not connected for questions: an operator does it with tongguanctl authority set --query-url");
	if (db_get_int(rows, 0, 2) == 0)
		return reply_fault(r, FAULT_BUSY, "as many questions wait as may");
	return reply_fault(r, FAULT_BAD_REQUEST, "no fresh answer is known: name by declaration_id the declaration in whose order this person is the buyer");
}

static enum step asked(struct req *r, const struct db_answer *answer)
{
	const struct db_rows *rows;
	struct buf location;

	if (answer->outcome != DB_DONE)
		return reply_db_fault(r, answer);
	rows = answer->results[0];
	if (!db_is_null(rows, 0, 3))
		return reply_bytes(r, 200, "application/json", db_get_text(rows, 0, 3));
	if (db_is_null(rows, 0, 4))
		return refuse_unasked(r, rows);
	buf_init(&location, r->arena, 64);
	buf_str(&location, "/v1/lookups/");
	buf_text(&location, db_get_text(rows, 0, 5));
	if (!location.full)
		req_header(r, "Location", location.at);
	return reply_bytes(r, 202, "application/json", db_get_text(rows, 0, 4));
}
