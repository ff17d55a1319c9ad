#include "flow/judge.h"

#include <assert.h>

#include "standard/reader.h"

/* --- read --------------------------------------------------------------------------------------------------------- */

static int place_of(const struct db_rows *r, int row, int count)
{
	int64_t place = db_get_int(r, row, 0);

	assert(place >= 1 && place <= count);
	return (int)place - 1;
}

static bool read_declaration(struct arena *a, const struct db_rows *r, int row, struct judged *j)
{
	j->found = true;
	j->trade.platform_code = text_dup(a, db_get_text(r, row, AD_PLATFORM));
	j->trade.order_no = text_dup(a, db_get_text(r, row, AD_ORDER_NO));
	j->trade.opened_us = db_get_time(r, row, AD_OPENED_AT);
	j->trade.waybill_taken = db_get_int(r, row, AD_WAYBILL_TAKEN) != 0;
	j->seq = (int)db_get_int(r, row, AD_SEQ);
	j->inputs_judged = (int)db_get_int(r, row, AD_INPUTS_JUDGED);
	j->inputs = (int)db_get_int(r, row, AD_INPUTS);
	j->version = (int)db_get_int(r, row, AD_VERSION);
	j->wait_until_us = db_get_time(r, row, AD_WAIT_UNTIL);
	if (!state_by_name(db_get_text(r, row, AD_STATE), &j->state))
		j->state = STATE_WAITING;
	j->stored_verdict = text_dup(a, db_get_text(r, row, AD_VERDICT));
	j->stored_missing = text_dup(a, db_get_text(r, row, AD_MISSING));
	if (!db_is_null(r, row, AD_BASIS))
		j->basis = text_dup(a, db_get_text(r, row, AD_BASIS));
	if (!db_is_null(r, row, AD_DIRECTION))
		j->direction = text_dup(a, db_get_text(r, row, AD_DIRECTION));
	if (!db_is_null(r, row, AD_TRADE_MODE))
		j->trade_mode = text_dup(a, db_get_text(r, row, AD_TRADE_MODE));
	return !a->full;
}

static enum action action_of(struct text name)
{
	for (enum action x = ACTION_ADD; x <= ACTION_DELETE; x++)
		if (text_is(name, action_name(x)))
			return x;
	return ACTION_ADD;
}

static bool read_filing(struct arena *a, const struct db_rows *r, int row, struct filed *f)
{
	struct text document = text_dup(a, db_get_text(r, row, AF_DOCUMENT)); /* its values point into it */

	*f = (struct filed){ .action = action_of(db_get_text(r, row, AF_ACTION)), .revision = (int)db_get_int(r, row, AF_REVISION),
		             .business_key = text_dup(a, db_get_text(r, row, AF_KEY)), .received_us = db_get_time(r, row, AF_RECEIVED_AT) };
	if (!db_get_id(r, row, AF_ID, &f->id) || !doc_kind_by_name(db_get_text(r, row, AF_KIND), &f->kind) || document.at == NULL)
		return false;
	f->doc = document_read(a, document);
	return f->doc != NULL;
}

static bool read_filings(struct arena *a, const struct db_rows *r, int count, struct judged *out)
{
	int rows = db_row_count(r);

	for (int row = 0, next; row < rows; row = next) {
		struct judged *j = &out[place_of(r, row, count)];

		for (next = row; next < rows && place_of(r, next, count) == j - out;)
			next++;
		j->filed = arena_alloc(a, sizeof(*j->filed) * (size_t)(next - row));
		if (j->filed == NULL)
			return false;
		for (int i = row; i < next; i++)
			if (read_filing(a, r, i, &j->filed[j->trade.filed_count]))
				j->trade.filed_count++;
		j->trade.filed = j->filed;
	}
	return !a->full;
}

static bool read_parts(struct arena *a, const struct db_rows *r, int count, struct judged *out)
{
	int *sizes = arena_zalloc(a, sizeof(int) * (size_t)count);

	if (sizes == NULL)
		return false;
	for (int row = 0; row < db_row_count(r); row++)
		sizes[place_of(r, row, count)]++;
	for (int i = 0; i < count; i++) {
		out[i].parts = arena_alloc(a, sizeof(struct part) * (size_t)(sizes[i] + AUTHORITY_COUNT));
		out[i].stored = arena_alloc(a, sizeof(struct part_stored) * (size_t)(sizes[i] + AUTHORITY_COUNT));
		if (out[i].parts == NULL || out[i].stored == NULL)
			return false;
	}
	for (int row = 0; row < db_row_count(r); row++) {
		struct judged *j = &out[place_of(r, row, count)];
		struct part_stored s = { DELIVERY_WAITING, OUTCOME_NONE, db_get_time(r, row, AV_OUTCOME_AT) };
		struct part p = { .version = (int)db_get_int(r, row, AV_VERSION) };

		if (!authority_by_code(db_get_text(r, row, AV_AUTHORITY), &p.authority) ||
		    !delivery_state_by_name(db_get_text(r, row, AV_STATE), &s.state) || !outcome_by_name(db_get_text(r, row, AV_OUTCOME), &s.outcome))
			continue;
		p.dead = s.state == DELIVERY_DEAD;
		p.sent = s.state == DELIVERY_SENT || db_get_int(r, row, AV_ATTEMPTS) > 0 || p.dead;
		p.outcome = s.outcome;
		p.outcome_at_us = s.outcome_us == INT64_MIN ? 0 : s.outcome_us;
		j->stored[j->part_count] = s;
		j->parts[j->part_count++] = p;
	}
	return true;
}

static bool read_answers(struct arena *a, const struct db_rows *r, int count, struct judged *out)
{
	int rows = db_row_count(r);

	for (int row = 0, next; row < rows; row = next) {
		struct judged *j = &out[place_of(r, row, count)];

		for (next = row; next < rows && place_of(r, next, count) == j - out;)
			next++;
		j->answers = arena_alloc(a, sizeof(*j->answers) * (size_t)(next - row));
		if (j->answers == NULL)
			return false;
		for (int i = row; i < next; i++) {
			struct answer x = { .version = (int)db_get_int(r, i, AR_VERSION), .at_us = db_get_time(r, i, AR_AT) };

			if (authority_by_code(db_get_text(r, i, AR_AUTHORITY), &x.authority) && outcome_by_name(db_get_text(r, i, AR_OUTCOME), &x.outcome))
				j->answers[j->answer_count++] = x;
		}
	}
	return true;
}

bool judge_read(struct arena *a, const struct id *ids, int count, const struct db_answer *answer, struct judged *out)
{
	const struct db_rows *r = answer->results[ASSESS_DECLARATIONS];

	for (int i = 0; i < count; i++)
		out[i] = (struct judged){ .id = ids[i] };
	for (int row = 0; row < db_row_count(r); row++)
		if (!read_declaration(a, r, row, &out[place_of(r, row, count)]))
			return false;
	return read_filings(a, answer->results[ASSESS_FILINGS], count, out) && read_parts(a, answer->results[ASSESS_DELIVERIES], count, out) &&
	       read_answers(a, answer->results[ASSESS_RECEIPTS], count, out);
}

/* --- match -------------------------------------------------------------------------------------------------------- */

void judge_match(struct judged *j, const struct codebook *book, int64_t now_us)
{
	if (j->trade.filed_count > 0) {
		verdict_judge(&j->trade, book, now_us, &j->verdict);
		j->kind = j->verdict.kind;
		j->matched_now = true;
		return;
	}
	for (enum verdict_kind k = 0; k < VERDICT_KIND_COUNT; k++)
		if (text_is(j->stored_verdict, verdict_name(k)))
			j->kind = k;
}

bool judge_identity(const struct judged *j, struct text *number, struct text *name)
{
	const struct filed *order = j->verdict.current[DOC_ORDER];

	if (!j->matched_now || !j->verdict.wants_identity || order == NULL)
		return false;
	*number = document_get(order->doc, F_BUYER_ID_NUMBER);
	*name = document_get(order->doc, F_BUYER_NAME);
	return number->at != NULL && name->at != NULL;
}

/* --- settle ------------------------------------------------------------------------------------------------------- */

/* The declarant took the inventory back: the latest revision under its key is a deletion, and no other stands. */
static bool is_withdrawn(const struct judged *j)
{
	bool deleted = false;

	for (int i = 0; i < j->trade.filed_count; i++)
		deleted = deleted || (j->filed[i].kind == DOC_INVENTORY && j->filed[i].action == ACTION_DELETE);
	return j->matched_now ? deleted && j->verdict.current[DOC_INVENTORY] == NULL : j->state == STATE_WITHDRAWN;
}

static bool declare(struct judged *j, struct judge_context *x, struct sha256 basis)
{
	static const char *const letter = "B"; /* of an inventory's preNo (CEB 202205 2.1) */
	const struct regime *regime = j->verdict.regime;
	int before = j->part_count;
	uint32_t serial = 0;

	if ((regime->authorities & AUTHORITY_BIT(AUTHORITY_CUS)) != 0 && !x->next_serial(x->arg, &serial))
		return false;
	j->version++;
	j->basis = (struct text){ arena_copy(x->arena, basis.b, sizeof(basis.b)), sizeof(basis.b) };
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		if ((regime->authorities & AUTHORITY_BIT(a)) != 0) {
			j->stored[j->part_count] = (struct part_stored){ DELIVERY_WAITING, OUTCOME_NONE, INT64_MIN };
			j->parts[j->part_count++] = (struct part){ .authority = a, .version = j->version };
		}
	clearance_fold(j->parts, j->part_count, j->answers, j->answer_count);
	for (int i = before; i < j->part_count; i++) {
		enum authority a = j->parts[i].authority;
		struct new_delivery *v = &x->deliveries[x->delivery_count++];
		struct outgoing out = { .authority = a, .declaration = j->id, .message_id = delivery_message_id(&j->id, a, j->version), .version = j->version,
			                .is_change = j->version > 1, .at_us = x->now_us, .verdict = &j->verdict, .exchange_id = x->exchange_id };
		struct buf b;

		if (a == AUTHORITY_CUS) {
			char date[CLOCK_COMPACT_BYTES];
			struct buf no;

			clock_compact(x->now_us, 8, date);
			buf_init(&no, x->arena, 24);
			buf_printf(&no, "%s%s%09u", letter, date, serial);
			out.reference = buf_as_text(&no);
		}
		buf_init(&b, x->arena, a == AUTHORITY_CUS ? 4096 : 1024);
		outgoing_put(&b, &out);
		*v = (struct new_delivery){ .declaration = j->id, .message_id = out.message_id, .authority = a, .version = j->version, .reference = out.reference,
			                    .state = j->parts[i].may_go ? DELIVERY_DUE : DELIVERY_WAITING, .content_type = outgoing_content_type(a),
			                    .body = buf_as_text(&b) };
		if (v->state == DELIVERY_DUE && x->has_room(x->arg, a))
			for (int k = 0; k < 2; k++)
				memcpy(v->lease.b + 8 * k, &(uint64_t){ id_random(x->ids) }, 8);
	}
	return !x->arena->full;
}

/* What the fold changed in the parts that are stored already. */
static void note_changes(const struct judged *j, struct judge_context *x)
{
	for (int i = 0; i < j->part_count; i++) {
		const struct part *p = &j->parts[i];
		bool moved = p->outcome != j->stored[i].outcome;
		bool go = p->may_go && j->stored[i].state == DELIVERY_WAITING;

		if (moved || go || p->contradicted)
			x->changes[x->change_count++] = (struct part_change){ .declaration = j->id, .authority = p->authority, .version = p->version,
				.outcome = p->outcome, .outcome_us = p->outcome == OUTCOME_NONE ? INT64_MIN : p->outcome_at_us, .go = go,
				.contradicted = p->contradicted };
	}
}

static struct text flows_literal(struct arena *a, unsigned flows)
{
	struct buf b;

	buf_init(&b, a, 48);
	buf_char(&b, '{');
	for (enum doc_kind k = 0; k < DOC_KIND_COUNT; k++)
		if ((flows & FLOW(k)) != 0) {
			if (b.len > 1)
				buf_char(&b, ',');
			buf_str(&b, doc_kind_name(k));
		}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static struct text filings_literal(struct arena *a, const struct judged *j)
{
	struct buf b;

	buf_init(&b, a, 40 * (size_t)(j->trade.filed_count + 1));
	buf_char(&b, '{');
	for (int i = 0; i < j->trade.filed_count; i++) {
		char id[ID_TEXT_BYTES];

		id_format(&j->filed[i].id, id);
		if (i > 0)
			buf_char(&b, ',');
		buf_str(&b, id);
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

static void put_reasons(const struct judged *j, struct judge_context *x, struct judgement *g)
{
	struct buf b;

	buf_init(&b, x->arena, 256);
	if (j->matched_now)
		verdict_put_reasons(&b, &j->verdict);
	else
		buf_str(&b, "[]");
	g->reasons = buf_as_text(&b);
	buf_init(&b, x->arena, 16);
	if (j->matched_now && j->verdict.regime != NULL)
		buf_printf(&b, "{%d}", (int)j->verdict.regime->id);
	else
		buf_str(&b, "{}");
	g->rule_rows = buf_as_text(&b);
	g->filings = filings_literal(x->arena, j);
}

/* Direction and trade mode, for readers: of the inventory, else of whatever is there. */
static void note_trade(const struct judged *j, struct judgement *g)
{
	g->direction = j->direction;
	g->trade_mode = j->trade_mode;
	for (enum doc_kind k = 0; j->matched_now && k < DOC_KIND_COUNT; k++) {
		const struct filed *f = j->verdict.current[k];

		if (f != NULL && f->doc != NULL)
			g->direction = text_of(direction_name(f->doc->def->direction));
		if (f != NULL && f->doc != NULL && k == DOC_INVENTORY)
			g->trade_mode = document_get(f->doc, F_TRADE_MODE);
	}
}

/* The end of the waiting window, kept in todo; written only when it is another than before. */
static void note_window(const struct judged *j, struct judgement *g, int64_t now_us)
{
	bool waits = j->matched_now && j->kind == VERDICT_MISSING && !j->verdict.expired;
	int64_t until_us = !waits ? INT64_MIN : j->verdict.regime != NULL ? j->verdict.wait_until_us : now_us + US_PER_HOUR /* until a rule says how long */;

	if (!j->matched_now && j->wait_until_us != INT64_MIN && !j->from_todo) {
		g->wait_until_us = j->wait_until_us; /* an answer came, the match is as it was */
		return;
	}
	g->wait_until_us = until_us;
	if (until_us != INT64_MIN && (j->from_todo || until_us != j->wait_until_us))
		g->todo_us = until_us;
	g->drop_todo = until_us == INT64_MIN && (j->from_todo || j->wait_until_us != INT64_MIN);
}

bool judge_settle(struct judged *j, struct judge_context *x)
{
	struct judgement *g = &x->judgements[x->judgement_count];
	struct sha256 basis;
	struct clearance_input in;
	int old_parts = j->part_count, version_read = j->version;

	clearance_fold(j->parts, j->part_count, j->answers, j->answer_count);
	if (j->matched_now && j->kind == VERDICT_MATCHED && j->state != STATE_RELEASED) {
		basis = verdict_basis(&j->verdict);
		if (j->basis.len != sizeof(basis.b) || memcmp(j->basis.at, basis.b, sizeof(basis.b)) != 0)
			if (!declare(j, x, basis))
				return false;
	}
	in = (struct clearance_input){ .verdict = j->kind, .expired = j->matched_now && j->verdict.expired, .withdrawn = is_withdrawn(j), .state = j->state,
		                       .version = j->version, .parts = j->parts, .part_count = j->part_count };
	*g = (struct judgement){ .declaration = j->id, .seq = j->seq, .inputs = j->matched_now ? j->inputs : j->inputs_judged, .version = j->version,
		                 .version_read = version_read, .verdict = verdict_name(j->kind), .state = clearance_state(&in), .basis = j->basis, .wait_until_us = INT64_MIN,
		                 .released_us = INT64_MIN, .todo_us = INT64_MIN };
	note_window(j, g, x->now_us);
	g->missing = j->matched_now ? flows_literal(x->arena, j->kind == VERDICT_MISSING ? j->verdict.missing : 0) : j->stored_missing;
	if (g->state == STATE_RELEASED && j->state != STATE_RELEASED)
		g->released_us = x->now_us;
	if (j->matched_now && j->verdict.wants_identity)
		g->asks_identity = j->identity_hash;
	note_trade(j, g);
	g->has_decision = j->matched_now || g->state != j->state;
	g->stage = j->matched_now ? "match" : "settle";
	if (g->has_decision) {
		g->decision = id_new(x->ids, x->now_us, id_bucket(&j->id));
		put_reasons(j, x, g);
	}
	j->part_count = old_parts;
	note_changes(j, x);
	x->judgement_count++;
	return !x->arena->full;
}
