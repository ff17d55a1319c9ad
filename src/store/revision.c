/*
 * The slow lane of intake: a change or deletion (appType 2, 3), or an addition that met other content.
 *
 *   read what stands ──> decide ──┬─ the same content stands under any revision: REPEAT
 *         ^                       ├─ an addition, and nothing was rejected: CONFLICT
 *         │                       ├─ nothing to change, or released already: REFUSED with the rule
 *         │                       └─ write the next revision while the state still allows it
 *         └──── somebody else was first: read again (TRIES_MAX times); the database failed: after a pause
 *
 * The law admits a revision before release (GACC 2018-194 art. 11) and a new addition after a rejection. A cancellation (messages 623,
 * 605) is read for here as well: it is about the declaration of the inventory that it names, and is stored while that may be withdrawn.
 * So is a return of imported goods (625), which is stored once they are released (revision_return.c).
 */
#include <assert.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/log.h"
#include "store/filing_document.h"
#include "store/revision_return.h"

#define JOBS_MAX    4096
#define RUNNING_MAX 32 /* the others wait without memory of their own */
#define TRIES_MAX   4
#define PAUSE_US    20000
#define JOB_BYTES   ((size_t)192 << 20) /* bounded in fact by the body limit */

static const struct db_stmt stand = { /* every revision under the key, with the declaration's state on each row */
	.name = "revision_stand",
	.sql =
	"select k.revision, k.filing_id, k.doc_sha256, receipt_of(k.seal_id, k.receipt_from, k.receipt_len), f.action, d.state, d.id"
	" from (select $1::smallint as bucket, $2::uuid as key_id,"
	"   coalesce($3::uuid, (select l.declaration_id from link l where l.bucket = $4::smallint and l.id = $5::uuid)) as declaration_id) c"
	" join filing_key k on k.bucket = c.bucket and k.key_id = c.key_id"
	" left join filing f on f.bucket = k.bucket and f.id = k.filing_id"
	" left join declaration d on d.bucket = id_bucket(c.declaration_id) and d.id = c.declaration_id"
	" order by k.revision",
	.param_count = 5,
};
enum { STAND_REVISION, STAND_FILING, STAND_DIGEST, STAND_RECEIPT, STAND_ACTION, STAND_STATE, STAND_DECLARATION, STAND_PLATFORM, STAND_ORDER, STAND_INVENTORY,
       STAND_DOCUMENT };

/*
 * The same of a cancellation, and one row more than there are revisions if there are none. Its declaration is told by platform and order
 * (import), or by a pre-entry number of ours: $4, $5 are the numbers that it names. With the inventory that stands there.
 */
static const struct db_stmt stand_cancelled = {
	.name = "revision_cancelled",
	.sql =
	"with c as (select $1::smallint as bucket, $2::uuid as key_id),"
	" t as ("
	"  select coalesce($3::uuid, ("
	"    select v.declaration_id from delivery v where v.reference in ($4::text, $5::text) and v.authority = 'CUS'"
	"      and v.withdrawal is null and v.return_filing is null order by v.version desc limit 1)) as declaration_id)"
	" select k.revision, k.filing_id, k.doc_sha256, case when k.seal_id is not null then receipt_of(k.seal_id, k.receipt_from, k.receipt_len) end,"
	"   'add', d.state, d.id, d.platform_code, d.order_no, i.id, i.document"
	" from c cross join t"
	" left join lateral (select * from declaration n where n.bucket = id_bucket(t.declaration_id) and n.id = t.declaration_id offset 0) d on true"
	" left join lateral (select * from filing_key f where f.bucket = c.bucket and f.key_id = c.key_id offset 0) k on true"
	" left join lateral ("
	"   select f.id, f.document from unnest(d.filing_ids) n"
	"   join lateral (select * from filing g where g.bucket = id_bucket(n) and g.id = n offset 0) f on true"
	"   where f.kind = 'inventory' and f.action <> 'delete' order by f.received_at desc, f.id desc limit 1) i on true"
	" order by k.revision",
	.param_count = 5,
};

struct job {
	struct revision_lane *lane;
	struct candidate *c;
	void (*on_done)(void *arg, struct candidate *c);
	void *arg;
	struct arena arena;
	struct db_call call;
	struct db_param params[5], return_params[RETURN_STAND_PARAMS];
	struct return_plan plan;
	struct intake_write write;
	struct candidate *one[1];
	struct id guard;
	struct loop_timer pause;
	struct job *next, *prev;
	int64_t give_up_us;
	int tries;
	bool unknown, writing;
};

struct revision_lane {
	struct intake_conf conf;
	struct intake_deps deps;
	struct job *first, *last; /* in the order they came */
	struct job *waiting;      /* the first of those not started; they are the last ones */
	int count, running;
};

static db_done_fn on_read, on_written;

struct revision_lane *revision_lane_new(const struct intake_conf *conf, const struct intake_deps *deps)
{
	struct revision_lane *l = calloc(1, sizeof(*l));

	if (l != NULL) {
		l->conf = *conf;
		l->deps = *deps;
	}
	return l;
}

static void job_free(struct job *j)
{
	struct revision_lane *l = j->lane;

	*(j->prev != NULL ? &j->prev->next : &l->first) = j->next;
	*(j->next != NULL ? &j->next->prev : &l->last) = j->prev;
	l->count--;
	loop_timer_clear(l->deps.loop, &j->pause);
	arena_done(&j->arena);
	free(j);
}

void revision_lane_free(struct revision_lane *l)
{
	if (l == NULL)
		return;
	while (l->first != NULL) {
		db_cancel(l->deps.db, &l->first->call);
		job_free(l->first);
	}
	free(l);
}

int revision_waiting(const struct revision_lane *l)
{
	return l->count;
}

static void read_standing(struct job *j);

static void start_waiting(struct revision_lane *l)
{
	while (l->waiting != NULL && l->running < RUNNING_MAX) {
		struct job *j = l->waiting;

		l->waiting = j->next;
		l->running++;
		read_standing(j);
	}
}

static void finish(struct job *j, enum intake_outcome outcome, enum rule rule)
{
	struct revision_lane *l = j->lane;

	j->c->outcome = outcome;
	j->c->rule = rule;
	j->on_done(j->arg, j->c);
	l->running--;
	job_free(j);
	start_waiting(l);
}

static void on_pause(struct loop_timer *t)
{
	read_standing(container_of(t, struct job, pause));
}

static void pause_then_read(struct job *j)
{
	int64_t jitter = (int64_t)(id_random(j->lane->deps.ids) % PAUSE_US);

	loop_timer_set(j->lane->deps.loop, &j->pause, PAUSE_US + jitter, on_pause);
}

static void give_up(struct job *j)
{
	finish(j, j->unknown ? INTAKE_UNKNOWN : INTAKE_TRY_AGAIN, RULE_COUNT);
}

static void read_cancelled(struct job *j)
{
	struct candidate *c = j->c;
	const struct text parts[] = { c->platform_code, c->order_no, TEXT("") };
	struct fault f = { 0 };
	const struct json *document = json_parse(&j->arena, c->document, &f);

	if (c->direction == DIR_IMPORT)
		c->declaration = id_of_key('D', parts, COUNTOF(parts));
	j->params[0] = db_i16(&j->arena, id_bucket(&c->key));
	j->params[1] = db_id(&c->key);
	j->params[2] = c->direction == DIR_IMPORT ? db_id(&c->declaration) : db_null();
	j->params[3] = db_text(json_text(json_member(document, "pre_entry_no")));
	j->params[4] = db_text(json_text(json_member(document, "inventory_no")));
	if (document == NULL || j->arena.full) {
		pause_then_read(j);
		return;
	}
	db_call_init(&j->call);
	db_call_add(&j->call, &stand_cancelled, j->params);
	db_start(j->lane->deps.db, &j->call, on_read);
}

static void read_standing(struct job *j)
{
	struct candidate *c = j->c;

	c->receipt = (struct text){ NULL, 0 }; /* of an earlier write, whose memory goes */
	c->finding = NULL;
	arena_done(&j->arena);
	j->writing = false;
	if (c->kind == DOC_CANCELLATION) {
		read_cancelled(j);
		return;
	}
	j->params[0] = db_i16(&j->arena, id_bucket(&c->key));
	j->params[1] = db_id(&c->key);
	j->params[2] = c->has_declaration ? db_id(&c->declaration) : db_null();
	j->params[3] = c->has_link ? db_i16(&j->arena, id_bucket(&c->link)) : db_null();
	j->params[4] = c->has_link ? db_id(&c->link) : db_null();
	if (j->arena.full) { /* half a question would get a wrong answer */
		pause_then_read(j);
		return;
	}
	db_call_init(&j->call);
	db_call_add(&j->call, &stand, j->params);
	if (return_is_read_first(c))
		return_ask(c, &j->arena, j->return_params, clock_now_us(j->lane->deps.clock), &j->call);
	db_start(j->lane->deps.db, &j->call, on_read);
}

bool revision_submit(struct revision_lane *l, struct candidate *c, void (*on_done)(void *arg, struct candidate *c), void *arg)
{
	struct job *j;

	if (l->count >= JOBS_MAX || (j = calloc(1, sizeof(*j))) == NULL)
		return false;
	j->lane = l;
	j->c = c;
	j->on_done = on_done;
	j->arg = arg;
	j->one[0] = c;
	j->give_up_us = loop_now_us(l->deps.loop) + (int64_t)l->conf.give_up_ms * 1000;
	arena_init(&j->arena, JOB_BYTES);
	j->prev = l->last;
	*(l->last != NULL ? &l->last->next : &l->first) = j;
	l->last = j;
	if (l->waiting == NULL)
		l->waiting = j;
	l->count++;
	start_waiting(l);
	return true;
}

/* The database failed: once more while there is time, else tell what is certain. */
static void failed(struct job *j, const struct db_answer *a)
{
	j->unknown = j->unknown || (j->writing && a->outcome == DB_UNCERTAIN);
	if (a->outcome == DB_BAD_DATA || a->outcome == DB_CONFLICT) {
		finish(j, j->unknown ? INTAKE_UNKNOWN : INTAKE_REFUSED, RULE_COUNT);
	} else if (a->outcome != DB_BROKEN && loop_now_us(j->lane->deps.loop) < j->give_up_us) {
		pause_then_read(j); /* a write whose outcome is unknown is found by its digest */
	} else {
		log_event(NULL, LOG_LEVEL_ERROR, "revision.gave_up", "%s %s %s", db_outcome_name(a->outcome), a->sqlstate,
		          a->detail == NULL ? "" : a->detail);
		give_up(j);
	}
}

static void write_next(struct job *j, int revision, bool has_guard)
{
	struct intake_deps *deps = &j->lane->deps;

	j->c->revision = revision;
	j->c->outcome = INTAKE_PENDING;
	j->write = (struct intake_write){ .list = j->one, .count = 1, .lease_s = j->lane->conf.work_lease_s, .recent = deps->recent,
		                          .vault = deps->vault };
	j->write.now_us = clock_now_us(deps->clock);
	j->write.id = id_new(deps->ids, j->write.now_us, (int16_t)(id_random(deps->ids) % ID_BUCKETS));
	j->write.shape = INTAKE_REVISION;
	j->write.guard = has_guard ? &j->guard : NULL;
	j->write.released_seq = return_is_read_first(j->c) ? j->plan.seq : 0;
	j->writing = true;
	if (!intake_seal(&j->write, &j->arena, deps->signer) || !intake_put_call(&j->write, &j->arena, &j->call)) {
		give_up(j);
		return;
	}
	if (return_is_read_first(j->c))
		return_put(j->c, &j->arena, j->write.now_us, &j->plan, &j->call);
	db_start(deps->db, &j->call, on_written);
}

/* The same content under any revision is that filing again, for ever. */
static bool is_repeat(struct job *j, const struct db_rows *r)
{
	struct candidate *c = j->c;

	for (int row = 0; row < db_row_count(r); row++) {
		struct text digest = db_get_text(r, row, STAND_DIGEST);

		if (row == 0 && !db_get_id(r, row, STAND_FILING, &c->first_id))
			return false; /* of a cancellation: nothing stands under its key */
		if (digest.len != sizeof(c->doc_sha256.b) || memcmp(digest.at, c->doc_sha256.b, digest.len) != 0)
			continue;
		(void)db_get_id(r, row, STAND_FILING, &c->first_id);
		c->receipt = db_get_text(r, row, STAND_RECEIPT);
		finish(j, id_eq(&c->first_id, &c->id) ? INTAKE_STORED : INTAKE_REPEAT, RULE_COUNT);
		return true;
	}
	return false;
}

/* The inventory that stands there is of the same merchant and declarant. */
static bool is_ours(struct job *j, const struct db_rows *r, int row)
{
	static const char *const members[] = { "merchant_code", "declarant_code" };
	const struct json *ours, *theirs;
	struct fault f = { 0 };
	struct text document;

	if (!filing_document_open(j->lane->deps.vault, &j->arena, r, row, STAND_INVENTORY, STAND_DOCUMENT, &document))
		return false;
	theirs = json_parse(&j->arena, document, &f);
	ours = json_parse(&j->arena, j->c->document, &f);
	for (size_t i = 0; i < COUNTOF(members); i++) {
		struct text mine = json_text(json_member(ours, members[i]));

		if (mine.at == NULL || !text_eq(mine, json_text(json_member(theirs, members[i]))))
			return false;
	}
	return true;
}

/* What was asked for stays asked: it can be asked again after a refusal, and not taken back. */
static void decide_cancellation(struct job *j, const struct db_rows *r)
{
	struct candidate *c = j->c;
	int last = db_row_count(r) - 1;
	enum declaration_state state;

	if (!db_get_id(r, last, STAND_DECLARATION, &j->guard) || !state_by_name(db_get_text(r, last, STAND_STATE), &state) ||
	    !is_ours(j, r, last) || state == STATE_WITHDRAWN || c->action == ACTION_DELETE) {
		finish(j, INTAKE_REFUSED, RULE_NOTHING_TO_CANCEL);
		return;
	}
	if (!state_allows_revision(state)) {
		finish(j, INTAKE_REFUSED, state == STATE_WITHDRAWING ? RULE_CHANGE_WITHDRAWING : RULE_CHANGE_TOO_LATE);
		return;
	}
	c->has_declaration = true;
	c->declaration = j->guard;
	c->platform_code = text_dup(&j->arena, db_get_text(r, last, STAND_PLATFORM));
	c->order_no = text_dup(&j->arena, db_get_text(r, last, STAND_ORDER));
	write_next(j, db_is_null(r, last, STAND_REVISION) ? 1 : (int)db_get_int(r, last, STAND_REVISION) + 1, true);
}

static void decide_return(struct job *j, const struct db_rows *revisions, const struct db_rows *r)
{
	enum intake_outcome outcome = return_decide(j->c, &j->arena, j->lane->deps.vault, r, clock_now_us(j->lane->deps.clock), &j->plan);
	int last = db_row_count(revisions) - 1;

	if (outcome != INTAKE_PENDING) {
		finish(j, outcome, j->c->finding == NULL ? RULE_COUNT : j->c->finding->rule);
		return;
	}
	j->guard = j->c->declaration;
	write_next(j, last < 0 ? 1 : (int)db_get_int(revisions, last, STAND_REVISION) + 1, true);
}

/* A deletion that customs refused to follow: what was declared stands. */
static bool is_refused(enum declaration_state s)
{
	return s == STATE_DECLARED || s == STATE_REVIEW || s == STATE_INSPECT || s == STATE_HELD || s == STATE_REJECTED;
}

static void on_read(struct db_call *call, const struct db_answer *a)
{
	struct job *j = container_of(call, struct job, call);
	const struct db_rows *r;
	enum declaration_state state = STATE_WAITING;
	bool has_declaration, is_deletion, was_deleted;
	int last;

	if (a->outcome != DB_DONE) {
		failed(j, a);
		return;
	}
	r = a->results[0];
	if (is_repeat(j, r))
		return;
	if (return_is_read_first(j->c)) {
		decide_return(j, r, a->results[1]);
		return;
	}
	if (j->c->kind == DOC_CANCELLATION) {
		decide_cancellation(j, r);
		return;
	}
	last = db_row_count(r) - 1;
	if (last < 0) { /* an addition lost its rival meanwhile; a change has nothing to change */
		if (j->c->action == ACTION_ADD)
			write_next(j, 1, false);
		else
			finish(j, INTAKE_REFUSED, RULE_NOTHING_TO_CHANGE);
		return;
	}
	has_declaration = db_get_id(r, last, STAND_DECLARATION, &j->guard) && state_by_name(db_get_text(r, last, STAND_STATE), &state);
	is_deletion = text_is(db_get_text(r, last, STAND_ACTION), action_name(ACTION_DELETE));
	was_deleted = is_deletion && !(j->c->kind == DOC_INVENTORY && has_declaration && is_refused(state));
	if (j->c->action == ACTION_ADD && !is_deletion && !(has_declaration && state == STATE_REJECTED))
		finish(j, INTAKE_CONFLICT, RULE_COUNT);
	else if (j->c->action != ACTION_ADD && was_deleted)
		finish(j, INTAKE_REFUSED, RULE_NOTHING_TO_CHANGE);
	else if (has_declaration && !state_allows_revision(state))
		finish(j, INTAKE_REFUSED, state == STATE_WITHDRAWING ? RULE_CHANGE_WITHDRAWING : RULE_CHANGE_TOO_LATE);
	else
		write_next(j, (int)db_get_int(r, last, STAND_REVISION) + 1, has_declaration);
}

static void on_written(struct db_call *call, const struct db_answer *a)
{
	struct job *j = container_of(call, struct job, call);
	struct revision_lane *l = j->lane;
	struct id ids[16];
	bool incomplete[16];
	struct intake_raised raised = { ids, incomplete, (int)COUNTOF(ids) };
	int n;

	if (a->outcome != DB_DONE) {
		failed(j, a);
		return;
	}
	n = intake_put_read(&j->write, a, &raised);
	if (j->c->outcome == INTAKE_PENDING) { /* another revision came first, or the state moved on: look again */
		if (++j->tries < TRIES_MAX)
			read_standing(j);
		else
			give_up(j);
		return;
	}
	if (n > 0 && n < raised.room) /* else left to the sweep: a hint must name all */
		l->deps.on_stored(l->deps.arg, &(struct raised){ j->write.id, ids, NULL, n });
	finish(j, j->c->outcome, RULE_COUNT);
}
