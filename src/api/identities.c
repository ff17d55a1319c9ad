/*
 * POST /v1/identities: somebody who may say so records that a name and an identity number belong together (GACC 2018-194).
 * Neither is stored: only a keyed hash over both, under which the judgement looks.
 */
#include "api/fields.h"
#include "api/handlers.h"
#include "model/identifier.h"
#include "model/identity.h"

#define NAME_CHARACTERS_MAX   60
#define SOURCE_CHARACTERS_MAX 100

struct attestation {
	struct text name, id_type, id_number, source;
	int64_t attested_us, valid_to_us;
	bool has_valid_to;
	struct identity_hash hashes[IDENTITY_KEYS_MAX]; /* under each key, the current one first */
};

static db_step_fn recorded;

/* $1 hash, $2 source, $3 $4 since and until when, $5 by whom, $6 now, $7 the hash under each key that may be asked for. Declarations that wait
 * for just this attestation are judged again. */
static const struct db_stmt record = {
	.name = "identity_record",
	.sql =
	"with r as ("
	"  insert into identity_attestation (identity_hash, source, attested_at, valid_to, recorded_by)"
	"  values ($1::bytea, $2::text, $3::timestamptz, $4::timestamptz, $5::integer) on conflict do nothing returning 1),"
	" t as ("
	"  insert into todo (bucket, declaration_id, due_at, lease_until)"
	"  select bucket, id, $6::timestamptz, '-infinity' from declaration where asks_identity = any ($7::bytea[]) order by bucket, id"
	"  on conflict (bucket, declaration_id) do update set due_at = excluded.due_at, lease_until = excluded.lease_until)"
	" select 1 from r",
	.param_count = 7,
	.flags = DB_WRITES,
};

static void read_attestation(struct fields *x, struct attestation *a)
{
	struct text attested_at = fields_text(x, "attested_at", 40, true), valid_to = json_text(json_member(x->body, "valid_to"));

	a->name = fields_text(x, "name", NAME_CHARACTERS_MAX, true);
	a->id_type = fields_text(x, "id_type", 1, true);
	a->id_number = fields_text(x, "id_number", 18, true);
	a->source = fields_text(x, "source", SOURCE_CHARACTERS_MAX, true);
	if (a->id_type.len > 0 && !text_is(a->id_type, "1"))
		fields_complain(x, RULE_VALUE, "id_type", "1 (resident identity card)");
	if (a->id_number.len > 0 && !identifier_identity_number(a->id_number, clock_day(x->r->now_us)))
		fields_complain(x, RULE_IDENTITY_NUMBER, "id_number", NULL);
	if (attested_at.len > 0 && !clock_parse_rfc3339(attested_at, &a->attested_us) && !clock_parse_date(attested_at, &a->attested_us))
		fields_complain(x, RULE_FORM, "attested_at", "2026-03-02 or 2026-03-02T10:00:00+08:00");
	a->has_valid_to = fields_has(x, "valid_to");
	if (a->has_valid_to && (valid_to.at == NULL || (!clock_parse_rfc3339(valid_to, &a->valid_to_us) && !clock_parse_date(valid_to, &a->valid_to_us))))
		fields_complain(x, RULE_FORM, "valid_to", "2026-03-02 or 2026-03-02T10:00:00+08:00");
}

static enum step store(struct req *r, struct attestation *a)
{
	const struct identity_keys *keys = &r->api->conf.identity_keys;
	struct args *q = args_new(r);
	struct db_array all;

	db_array_begin(&all, r->arena, DB_KIND_BYTEA, keys->count, 40 * IDENTITY_KEYS_MAX);
	for (int i = 0; i < keys->count; i++) {
		a->hashes[i] = identity_hash(&keys->list[i], a->id_number, a->name);
		db_array_text(&all, identity_hash_bytes(&a->hashes[i]));
	}
	args_bytes(q, &a->hashes[0], sizeof(a->hashes[0]));
	args_text(q, a->source);
	args_time(q, a->attested_us);
	if (a->has_valid_to)
		args_time(q, a->valid_to_us);
	else
		args_null(q);
	args_i32(q, r->client.id);
	args_time(q, r->now_us);
	args_array(q, &all);
	return args_await(r, q, &record, recorded);
}

enum step identities_post(struct req *r)
{
	struct attestation *a = arena_zalloc(r->arena, sizeof(*a));
	struct fault f = { 0 };
	struct fields x;

	if (r->client.role == ROLE_REGULATOR && (!r->client.has_authority || r->client.authority != AUTHORITY_POL))
		return reply_fault(r, FAULT_FORBIDDEN, "only the police's own clients and operators attest identities");
	if (r->api->conf.identity_keys.count == 0)
		return reply_fault(r, FAULT_BUSY, "no key for identities is configured here");
	if (!fields_read(r, "name id_type id_number source attested_at valid_to", &x, &f))
		return reply_problem(r, &f);
	if (a == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	read_attestation(&x, a);
	if (!fields_good(&x))
		return fields_refuse(&x);
	r->own = a;
	return store(r, a);
}

static enum step recorded(struct req *r, const struct db_answer *answer)
{
	const struct attestation *a = r->own;
	char at[CLOCK_RFC3339_BYTES];
	struct buf b;

	if (answer->outcome != DB_DONE)
		return reply_db_fault(r, answer);
	clock_rfc3339(a->attested_us, 0, at);
	buf_init(&b, r->arena, 256);
	buf_str(&b, "{\"source\":");
	buf_json(&b, a->source);
	buf_str(&b, ",\"attested_at\":");
	buf_json(&b, text_of(at));
	if (a->has_valid_to) {
		clock_rfc3339(a->valid_to_us, 0, at);
		buf_str(&b, ",\"valid_to\":");
		buf_json(&b, text_of(at));
	}
	buf_char(&b, '}');
	return reply_json(r, db_row_count(answer->results[0]) > 0 ? 201 : 200, &b);
}
