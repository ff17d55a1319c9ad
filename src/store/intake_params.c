/*
 * The values of intake's write, as its statements (intake_put.c) number them: what the whole batch shares, then the columns, an array each.
 */
#include <assert.h>
#include <endian.h>
#include <string.h>

#include "store/intake_record.h"

enum { /* $1 to $11: what the whole batch shares */
	P_NOW, P_LEASE, P_ID, P_RECEIPTS, P_MESSAGES, P_SEAL_SIZE, P_ROOT, P_SIGN_KEY, P_SIGNATURE,
	P_RECORDS /* what the log has of each filing, side by side */, P_SEAL_RECORD, P_COLUMNS
};
enum column { /* from $12 on, an array each; those after the media type are left out where all is new */
	C_ID, C_KEY_ID, C_KIND, C_DIRECTION, C_KEY, C_CLIENT, C_DECLARATION, C_PLATFORM, C_ORDER_NO, C_DIGEST, C_DOCUMENT, C_RECEIPT_FROM,
	C_RECEIPT_LEN, C_MESSAGE_FROM, C_MESSAGE_LEN, C_MESSAGE_TAG, C_MESSAGE_DIGEST, C_MEDIA_TYPE,
	C_ACTION, C_REVISION, C_NODE, C_BIG, C_LINK, C_CARRIER, C_WAYBILL_NO, C_COUNT
};
enum { P_BIG_IDS = P_COLUMNS + C_COUNT, P_BIG_BODIES, P_GUARD, P_STATES, P_SEQ };
enum { RECORD_BYTES = 1024 }; /* usual size of a record's text */
static_assert((int)P_COLUMNS + (int)C_ACTION == INTAKE_NEW_PARAMS && (int)P_GUARD == INTAKE_PUT_PARAMS && (int)P_SEQ + 1 == INTAKE_REVISION_PARAMS,
              "the statements' parameters");

static const enum db_kind kinds[C_COUNT] = {
	[C_ID] = DB_KIND_UUID, [C_KEY_ID] = DB_KIND_UUID, [C_KIND] = DB_KIND_TEXT, [C_DIRECTION] = DB_KIND_TEXT, [C_ACTION] = DB_KIND_TEXT,
	[C_KEY] = DB_KIND_TEXT, [C_REVISION] = DB_KIND_I32, [C_CLIENT] = DB_KIND_I32, [C_BIG] = DB_KIND_UUID, [C_DECLARATION] = DB_KIND_UUID,
	[C_LINK] = DB_KIND_UUID, [C_PLATFORM] = DB_KIND_TEXT, [C_ORDER_NO] = DB_KIND_TEXT, [C_CARRIER] = DB_KIND_TEXT, [C_WAYBILL_NO] = DB_KIND_TEXT,
	[C_DIGEST] = DB_KIND_BYTEA, [C_DOCUMENT] = DB_KIND_BYTEA, [C_RECEIPT_FROM] = DB_KIND_I32, [C_RECEIPT_LEN] = DB_KIND_I32,
	[C_MESSAGE_FROM] = DB_KIND_I32, [C_MESSAGE_LEN] = DB_KIND_I32, [C_MESSAGE_TAG] = DB_KIND_I64, [C_MESSAGE_DIGEST] = DB_KIND_BYTEA,
	[C_MEDIA_TYPE] = DB_KIND_TEXT, [C_NODE] = DB_KIND_I16,
};

/* Messages of one node lie side by side in the batch's submission; one of several nodes is a submission of its own, stored once
 * however its nodes are written. */
static bool is_big(const struct intake_submission *s)
{
	return s->candidate_count > 1;
}

static void put_filing(struct db_array *x, const struct candidate *c)
{
	db_array_id(&x[C_KEY_ID], &c->key);
	db_array_id(&x[C_ID], &c->id);
	db_array_text(&x[C_KIND], text_of(doc_kind_name(c->kind)));
	db_array_text(&x[C_DIRECTION], text_of(direction_name(c->direction)));
	db_array_text(&x[C_ACTION], text_of(action_name(c->action)));
	db_array_text(&x[C_KEY], c->business_key);
	db_array_i64(&x[C_REVISION], c->revision);
	db_array_i64(&x[C_CLIENT], c->of->client_id);
	db_array_id(&x[C_DECLARATION], c->has_declaration ? &c->declaration : NULL);
	db_array_id(&x[C_LINK], c->has_link ? &c->link : NULL);
	db_array_text(&x[C_PLATFORM], c->platform_code);
	db_array_text(&x[C_ORDER_NO], c->order_no);
	db_array_text(&x[C_CARRIER], c->carrier_code);
	db_array_text(&x[C_WAYBILL_NO], c->waybill_no);
	db_array_bytes(&x[C_DIGEST], c->doc_sha256.b, sizeof(c->doc_sha256.b));
}

/* Encrypted in its own place. */
static bool put_document(struct intake_write *w, struct arena *a, struct db_array *x, const struct candidate *c, struct text *sealed)
{
	const struct vault_place place = vault_at("filing", &c->id);

	if (!vault_seal(w->vault, a, &place, c->document, sealed))
		return false;
	db_array_bytes(x, sealed->at, sealed->len);
	return true;
}

static int64_t tag_of(const struct sha256 *digest)
{
	uint64_t tag;

	memcpy(&tag, digest->b, sizeof(tag));
	return (int64_t)be64toh(tag);
}

/* Where its message lies; from: in the batch's own body. */
static void put_message(struct db_array *x, const struct candidate *c, size_t from)
{
	const struct intake_submission *s = c->of;

	db_array_id(&x[C_BIG], is_big(s) ? &s->id : NULL);
	if (is_big(s))
		db_array_null(&x[C_MESSAGE_FROM]);
	else
		db_array_i64(&x[C_MESSAGE_FROM], (int64_t)from);
	db_array_i64(&x[C_MESSAGE_LEN], (int64_t)s->body.len);
	db_array_i64(&x[C_MESSAGE_TAG], tag_of(&s->body_sha256));
	db_array_bytes(&x[C_MESSAGE_DIGEST], s->body_sha256.b, sizeof(s->body_sha256.b));
	db_array_text(&x[C_MEDIA_TYPE], text_of(s->media_type));
	db_array_i64(&x[C_NODE], c - s->candidates + 1);
}

static void put_record(struct buf *records, const struct intake_write *w, const struct candidate *c, size_t from, struct text sealed, struct buf *scratch)
{
	const struct filing_place place = {
		.submission = is_big(c->of) ? c->of->id : w->id, .from = is_big(c->of) ? 0 : from, .tag = tag_of(&c->of->body_sha256),
		.node = (int)(c - c->of->candidates) + 1, .document = sealed,
	};
	struct sha256 record = filing_record_hash(w, c, &place, scratch);

	buf_put(records, record.b, sizeof(record.b));
}

static size_t expected(const struct intake_write *w, enum column column)
{
	size_t bytes = 0;

	if (column != C_DOCUMENT)
		return 32 * (size_t)w->count;
	for (int i = 0; i < w->count; i++)
		bytes += w->list[i]->document.len;
	return bytes;
}

/* The messages of one node side by side; with_lost: those that were not stored as well, in whose place there are zeros otherwise. */
static struct text messages_of(const struct intake_write *w, struct arena *a, bool with_lost)
{
	struct buf all;
	size_t bytes = 1;

	for (int i = 0; i < w->count; i++)
		bytes += is_big(w->list[i]->of) ? 0 : w->list[i]->of->body.len;
	buf_init(&all, a, bytes);
	for (int i = 0; i < w->count; i++) {
		const struct candidate *c = w->list[i];

		if (is_big(c->of))
			continue;
		if (with_lost || c->outcome == INTAKE_STORED) {
			buf_text(&all, c->of->body);
		} else {
			for (size_t k = 0; k < c->of->body.len; k++)
				buf_char(&all, '\0');
		}
	}
	return buf_as_text(&all);
}

static bool put_messages(struct intake_write *w, struct arena *a, bool with_lost, struct db_param *out)
{
	const struct vault_place place = vault_at("submission", &w->id);
	struct text all = messages_of(w, a, with_lost), sealed;

	*out = db_null();
	if (a->full)
		return false;
	if (all.len == 0)
		return true;
	if (!vault_seal(w->vault, a, &place, all, &sealed))
		return false;
	*out = db_text(sealed);
	return true;
}

/* The columns, and beside them the batch's messages and receipts, each in one piece. */
static bool put_filings(struct intake_write *w, struct arena *a)
{
	struct db_array x[C_COUNT];
	struct buf receipts, records, scratch;
	size_t message_from = 0, receipt_bytes = 1;
	bool good = true;

	for (int i = 0; i < w->count; i++)
		receipt_bytes += w->list[i]->receipt.len;
	buf_init(&receipts, a, receipt_bytes);
	buf_init(&scratch, a, RECORD_BYTES);
	buf_init(&records, a, sizeof(struct sha256) * (size_t)w->count);
	for (int i = 0; i < C_COUNT; i++)
		db_array_begin(&x[i], a, kinds[i], w->count, expected(w, i));
	for (int i = 0; good && i < w->count; i++) {
		const struct candidate *c = w->list[i];
		struct text sealed;

		put_filing(x, c);
		good = put_document(w, a, &x[C_DOCUMENT], c, &sealed);
		put_message(x, c, message_from);
		if (good)
			put_record(&records, w, c, message_from, sealed, &scratch);
		if (!is_big(c->of))
			message_from += c->of->body.len;
		db_array_i64(&x[C_RECEIPT_FROM], (int64_t)receipts.len);
		db_array_i64(&x[C_RECEIPT_LEN], (int64_t)c->receipt.len);
		buf_text(&receipts, c->receipt);
	}
	if (!good)
		return false;
	for (int i = 0; i < C_COUNT; i++)
		w->put[P_COLUMNS + i] = db_array_end(&x[i]);
	w->put[P_RECORDS] = db_text(buf_as_text(&records));
	w->put[P_RECEIPTS] = db_text(buf_as_text(&receipts));
	w->seal_record = seal_record_hash(w, buf_as_text(&receipts), &scratch);
	return put_messages(w, a, true, &w->put[P_MESSAGES]);
}

bool intake_trim_params(struct intake_write *w, struct arena *a)
{
	int stored = 0, lost = 0;

	for (int i = 0; i < w->count; i++) {
		stored += w->list[i]->outcome == INTAKE_STORED;
		lost += w->list[i]->outcome != INTAKE_STORED && !is_big(w->list[i]->of);
	}
	if (stored == 0 || lost == 0 || !put_messages(w, a, false, &w->trim[2]))
		return false;
	w->trim[0] = db_i16(a, id_bucket(&w->id));
	w->trim[1] = db_id(&w->id);
	return !a->full;
}

/* The distinct messages of several nodes; their candidates lie anywhere in the sorted list. */
static bool put_big_messages(struct intake_write *w, struct arena *a)
{
	const struct intake_submission **seen = arena_alloc(a, sizeof(*seen) * (size_t)w->count);
	struct db_array ids, bodies;
	size_t bytes = 0;
	int n = 0;

	if (seen == NULL)
		return false;
	for (int i = 0; i < w->count; i++) {
		const struct intake_submission *s = w->list[i]->of;
		bool is_new = is_big(s);

		for (int k = 0; is_new && k < n; k++)
			is_new = seen[k] != s;
		if (is_new) {
			seen[n++] = s;
			bytes += s->body.len;
		}
	}
	db_array_begin(&ids, a, DB_KIND_UUID, n, 16 * (size_t)n);
	db_array_begin(&bodies, a, DB_KIND_BYTEA, n, bytes);
	for (int i = 0; i < n; i++) {
		const struct vault_place place = vault_at("submission", &seen[i]->id);
		struct text sealed;

		if (!vault_seal(w->vault, a, &place, seen[i]->body, &sealed))
			return false;
		db_array_id(&ids, &seen[i]->id);
		db_array_bytes(&bodies, sealed.at, sealed.len);
	}
	w->put[P_BIG_IDS] = db_array_end(&ids);
	w->put[P_BIG_BODIES] = db_array_end(&bodies);
	return true;
}

static bool may_be_in(const struct intake_write *w, enum declaration_state s)
{
	return w->released_seq != 0 ? s == STATE_RELEASED : state_allows_revision(s);
}

static struct db_param guarded_states(const struct intake_write *w, struct arena *a)
{
	struct db_array x;
	int n = 0;

	for (enum declaration_state s = 0; s < STATE_COUNT; s++)
		n += may_be_in(w, s) ? 1 : 0;
	db_array_begin(&x, a, DB_KIND_TEXT, n, 256);
	for (enum declaration_state s = 0; s < STATE_COUNT; s++)
		if (may_be_in(w, s))
			db_array_text(&x, text_of(state_name(s)));
	return db_array_end(&x);
}

bool intake_put_params(struct intake_write *w, struct arena *a)
{
	if (!put_filings(w, a) || !put_big_messages(w, a))
		return false;
	w->put[P_NOW] = db_time(a, w->now_us);
	w->put[P_LEASE] = db_i32(a, w->lease_s);
	w->put[P_ID] = db_id(&w->id);
	w->put[P_SEAL_SIZE] = db_i32(a, w->seal_size);
	w->put[P_ROOT] = db_bytes(w->root.b, sizeof(w->root.b));
	w->put[P_SIGN_KEY] = db_text(text_of(w->key_id));
	w->put[P_SIGNATURE] = db_bytes(w->signature, sizeof(w->signature));
	w->put[P_SEAL_RECORD] = db_bytes(w->seal_record.b, sizeof(w->seal_record.b));
	w->put[P_GUARD] = w->guard == NULL ? db_null() : db_id(w->guard);
	w->put[P_STATES] = w->guard == NULL ? db_null() : guarded_states(w, a);
	w->put[P_SEQ] = w->released_seq == 0 ? db_null() : db_i32(a, w->released_seq);
	return !a->full;
}
