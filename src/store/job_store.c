/* The statements of jobs, and the reading of a claim. */
#include "store/job_store.h"

#include <stdio.h>

static const struct db_stmt count_open = {
	.name = "job_open",
	.sql = "select count(*) from job where client_id = $1::integer and finished_at is null",
	.param_count = 1,
};

static const struct db_stmt put_pieces = {
	.name = "job_put_pieces",
	.sql =
	"insert into job_piece (bucket, job_id, piece, first_line, last_line, lines, body)"
	" select $1::smallint, $2::uuid, $3::integer + p.n - 1, p.first_line, p.last_line, p.lines, p.body"
	" from unnest($4::integer[], $5::integer[], $6::integer[], $7::bytea[]) with ordinality p(first_line, last_line, lines, body, n)",
	.param_count = 7,
	.flags = DB_WRITES,
};

static const struct db_stmt put = {
	.name = "job_put",
	.sql =
	"insert into job as j (bucket, id, client_id, created_at, lines, pieces, base, chinese, iso)"
	" values ($1::smallint, $2::uuid, $3::integer, $4::timestamptz, $5::integer, $6::integer, $7::text, $8::boolean, $9::boolean)"
	" returning job_json(j)",
	.param_count = 9,
	.flags = DB_WRITES,
};

/* Whose turn it is: of those that nobody has in hand the one that was served longest ago. */
static const struct db_stmt claim = {
	.name = "job_claim",
	.sql =
	"with turn as ("
	"  select bucket, id from job where finished_at is null and lease_until <= now()"
	"  order by served_at, created_at limit 1 for update skip locked), hit as ("
	"  update job j set lease = $1::uuid, lease_until = now() + $2::integer * interval '1 second', served_at = now(), tries = j.tries + 1,"
	"    state = 'running'"
	"  from turn where j.bucket = turn.bucket and j.id = turn.id"
	"  returning j.bucket, j.id, j.next_piece, j.tries, j.base, j.chinese, j.client_id, j.iso)"
	" select h.id, h.next_piece, h.tries, p.first_line, p.last_line, p.lines, p.body, h.base, h.chinese, h.client_id,"
	"  array_to_string(c.codes, chr(10)), c.role = 'enterprise' and c.disabled_at is null and coalesce(client_expires_at(c.id) > $3::timestamptz, true)"
	"   and (c.state = 'live' or (select s.value from setting s where s.name = 'purpose') <> 'production'),"
	"  c.signature_required, h.iso"
	" from hit h join job_piece p on p.bucket = h.bucket and p.job_id = h.id and p.piece = h.next_piece"
	" left join client c on c.id = h.client_id",
	.param_count = 3,
	.flags = DB_WRITES,
};

/* A job that was cancelled meanwhile stays so: its last piece is filed all the same. */
static const struct db_stmt record = {
	.name = "job_record",
	.sql =
	"with hit as ("
	"  update job set done = done + $5::integer + $6::integer, good = good + $5::integer, bad = bad + $6::integer, tries = 0,"
	"    next_piece = next_piece + 1, lease = null, lease_until = '-infinity',"
	"    state = case when finished_at is null and next_piece + 1 = pieces then 'done' else state end,"
	"    finished_at = case when finished_at is null and next_piece + 1 = pieces then $8::timestamptz else finished_at end"
	"  where bucket = $1::smallint and id = $2::uuid and next_piece = $3::integer and lease = $4::uuid"
	"  returning bucket, id, state, lines, bad), kept as ("
	"  update job_piece p set results = $7::bytea, results_len = $9::integer, body = null from hit"
	"  where p.bucket = hit.bucket and p.job_id = hit.id and p.piece = $3::integer)"
	" select state, lines, bad from hit",
	.param_count = 9,
	.flags = DB_WRITES,
};

/* A few at a time: it comes again. */
static const struct db_stmt expire = {
	.name = "job_expire",
	.sql =
	"with old as ("
	"  delete from job j using (select bucket, id from job where finished_at < $1::timestamptz order by finished_at limit 50) x"
	"  where j.bucket = x.bucket and j.id = x.id returning j.bucket, j.id), gone as ("
	"  delete from job_piece p using old where p.bucket = old.bucket and p.job_id = old.id)"
	" delete from job_piece p where p.job_id < id_floor($2::timestamptz)"
	"  and not exists (select 1 from job j where j.bucket = p.bucket and j.id = p.job_id)",
	.param_count = 2,
	.flags = DB_WRITES,
};

static void call_one(struct db_call *call, const struct db_stmt *stmt, const struct db_param *params)
{
	db_call_init(call);
	db_call_add(call, stmt, params);
}

void job_store_open(struct db_param *params, struct arena *a, int client_id, struct db_call *call)
{
	params[0] = db_i32(a, client_id);
	call_one(call, &count_open, params);
}

/* A piece of a job is two places: its lines, and their results. */
enum { PART_BYTES = 24 };
static struct vault_place place_of(const struct id *job, int piece, const char *what, char room[PART_BYTES])
{
	struct vault_place place = vault_at("job_piece", job);
	int len = snprintf(room, PART_BYTES, "%s %d", what, piece);

	place.part = (struct text){ room, (size_t)len };
	return place;
}

static bool put_lines(struct job_pieces *p, int i, struct vault *v, struct arena *a, struct db_array *x)
{
	char room[PART_BYTES];
	const struct vault_place place = place_of(&p->job, p->from + i, "lines", room);
	struct text sealed;

	if (!vault_seal(v, a, &place, p->list[i].body, &sealed))
		return false;
	db_array_bytes(x, sealed.at, sealed.len);
	return true;
}

bool job_store_put_pieces(struct job_pieces *p, struct vault *v, struct arena *a, struct db_call *call)
{
	struct db_array first, last, lines, bodies;
	size_t bytes = 0;

	for (int i = 0; i < p->count; i++)
		bytes += p->list[i].body.len + 8;
	db_array_begin(&first, a, DB_KIND_I32, p->count, 8 * (size_t)p->count);
	db_array_begin(&last, a, DB_KIND_I32, p->count, 8 * (size_t)p->count);
	db_array_begin(&lines, a, DB_KIND_I32, p->count, 8 * (size_t)p->count);
	db_array_begin(&bodies, a, DB_KIND_BYTEA, p->count, bytes + 64);
	for (int i = 0; i < p->count; i++) {
		db_array_i64(&first, p->list[i].first);
		db_array_i64(&last, p->list[i].last);
		db_array_i64(&lines, p->list[i].count);
		if (!put_lines(p, i, v, a, &bodies))
			return false;
	}
	p->params[0] = db_i16(a, id_bucket(&p->job));
	p->params[1] = db_id(&p->job);
	p->params[2] = db_i32(a, p->from);
	p->params[3] = db_array_end(&first);
	p->params[4] = db_array_end(&last);
	p->params[5] = db_array_end(&lines);
	p->params[6] = db_array_end(&bodies);
	call_one(call, &put_pieces, p->params);
	return !a->full;
}

void job_store_put(struct job_new *j, struct arena *a, struct db_call *call)
{
	j->params[0] = db_i16(a, id_bucket(&j->id));
	j->params[1] = db_id(&j->id);
	j->params[2] = db_i32(a, j->client_id);
	j->params[3] = db_time(a, j->now_us);
	j->params[4] = db_i32(a, j->lines);
	j->params[5] = db_i32(a, j->pieces);
	j->params[6] = db_text(j->base);
	j->params[7] = db_bool(a, j->chinese);
	j->params[8] = db_bool(a, j->iso);
	call_one(call, &put, j->params);
}

void job_store_claim(struct job_claim *c, struct arena *a, int lease_s, int64_t now_us, struct db_call *call)
{
	c->params[0] = db_id(&c->lease);
	c->params[1] = db_i32(a, lease_s);
	c->params[2] = db_time(a, now_us);
	call_one(call, &claim, c->params);
}

enum { CLAIMED_ID, CLAIMED_PIECE, CLAIMED_TRIES, CLAIMED_FIRST, CLAIMED_LAST, CLAIMED_LINES, CLAIMED_BODY, CLAIMED_BASE, CLAIMED_CHINESE,
       CLAIMED_CLIENT, CLAIMED_CODES, CLAIMED_GOOD, CLAIMED_SIGNATURE, CLAIMED_ISO };

bool job_claim_read(const struct db_answer *answer, struct vault *v, struct arena *a, struct job_piece *out, struct fault *f)
{
	const struct db_rows *r = answer->results[0];
	struct vault_place place;
	char room[PART_BYTES];
	struct text body;

	*out = (struct job_piece){ .number = 0 };
	if (db_row_count(r) == 0 || !db_get_id(r, 0, CLAIMED_ID, &out->job))
		return false;
	out->number = (int)db_get_int(r, 0, CLAIMED_PIECE);
	place = place_of(&out->job, out->number, "lines", room);
	if (!vault_open(v, a, &place, db_get_text(r, 0, CLAIMED_BODY), &body, f))
		return false;
	out->tries = (int)db_get_int(r, 0, CLAIMED_TRIES);
	out->lines = (struct job_lines){
		.body = body,
		.first = (int)db_get_int(r, 0, CLAIMED_FIRST),
		.last = (int)db_get_int(r, 0, CLAIMED_LAST),
		.count = (int)db_get_int(r, 0, CLAIMED_LINES),
	};
	out->base = text_dup(a, db_get_text(r, 0, CLAIMED_BASE));
	out->chinese = db_get_int(r, 0, CLAIMED_CHINESE) != 0;
	out->iso = db_get_int(r, 0, CLAIMED_ISO) != 0;
	out->client_is_good = db_get_int(r, 0, CLAIMED_GOOD) != 0;
	out->client = (struct client){ .id = (int)db_get_int(r, 0, CLAIMED_CLIENT), .role = ROLE_ENTERPRISE };
	if (!signature_required_by_name(db_get_text(r, 0, CLAIMED_SIGNATURE), &out->client.signature.required))
		out->client.signature.required = SIGNATURE_ALL; /* of a newer program, or the client is gone: the strictest */
	return client_codes_read(a, db_get_text(r, 0, CLAIMED_CODES), &out->client) && !a->full;
}

bool job_store_record(struct job_record *c, struct vault *v, struct arena *a, struct db_call *call)
{
	char room[PART_BYTES];
	const struct vault_place place = place_of(&c->job, c->piece, "results", room);
	struct text sealed;

	if (!vault_seal(v, a, &place, c->results, &sealed))
		return false;
	c->params[0] = db_i16(a, id_bucket(&c->job));
	c->params[1] = db_id(&c->job);
	c->params[2] = db_i32(a, c->piece);
	c->params[3] = db_id(&c->lease);
	c->params[4] = db_i32(a, c->good);
	c->params[5] = db_i32(a, c->bad);
	c->params[6] = db_text(sealed);
	c->params[7] = db_time(a, c->now_us);
	c->params[8] = db_i32(a, (int32_t)c->results.len);
	call_one(call, &record, c->params);
	return !a->full;
}

bool job_store_open_results(struct vault *v, struct arena *a, const struct id *job, int piece, struct text sealed, struct text *out, struct fault *f)
{
	char room[PART_BYTES];
	const struct vault_place place = place_of(job, piece, "results", room);

	return vault_open(v, a, &place, sealed, out, f);
}

void job_store_expire(struct db_param *params, struct arena *a, int64_t ended_us, int64_t begun_us, struct db_call *call)
{
	params[0] = db_time(a, ended_us);
	params[1] = db_time(a, begun_us);
	call_one(call, &expire, params);
}
