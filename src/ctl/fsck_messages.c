/*
 * fsck, fourth part: raw messages. They are encrypted, so PostgreSQL cannot compare them: each submission is opened here, once, and its messages
 * are held against the digests of their filings, which are in the log.
 *
 * The key-encryption key is the one that the settings name. Where there is none at hand the report says that nothing was opened.
 */
#include "ctl/fsck.h"

#include "base/crypto.h"
#include "store/key_store.h"

enum { PAGE = 500 /* as fetch says */, PAGE_BYTES = 1 << 20, BODY_BYTES = VAULT_BYTES_MAX + PAGE_BYTES };

struct message {
	struct id submission, filing;
	int64_t from, len;
	struct sha256 digest;
};

struct messages {
	struct fsck *k;
	struct vault *vault;
	struct arena page, body; /* of one page; of one submission */
	struct message *list;    /* of the page */
	int count;
	struct id submission;    /* the one that is open */
	struct text text;
	int64_t opened;
};

static bool differs(const struct message *m, const char *how, struct fault *f)
{
	char text[ID_TEXT_BYTES];

	id_format(&m->filing, text);
	return fault_set(f, FAULT_RULE_BROKEN, "filing %s: %s", text, how);
}

/* Rows live until the next statement, which reads a submission. */
static bool read_page(struct messages *w, struct fault *f)
{
	const struct db_rows *r = ctl_run(w->k->c, "fetch 500 from messages", NULL, 0, f);

	if (r == NULL)
		return false;
	w->count = db_row_count(r);
	w->list = arena_zalloc(&w->page, sizeof(*w->list) * (size_t)(w->count + 1));
	if (w->list == NULL)
		return fault_set(f, FAULT_SYSTEM, "no memory for a page of messages");
	for (int row = 0; row < w->count; row++) {
		struct message *m = &w->list[row];
		struct text digest = db_get_text(r, row, 4);

		if (!db_get_id(r, row, 0, &m->submission) || !db_get_id(r, row, 1, &m->filing) || digest.len != sizeof(m->digest.b))
			return differs(m, "its message has no digest", f);
		m->from = db_get_int(r, row, 2);
		m->len = db_get_int(r, row, 3);
		memcpy(m->digest.b, digest.at, sizeof(m->digest.b));
	}
	return true;
}

static bool open_submission(struct messages *w, const struct message *m, struct fault *f)
{
	const struct vault_place place = vault_at("submission", &m->submission);
	struct db_param params[2];
	const struct db_rows *r;
	struct fault why = { 0 };

	arena_done(&w->body);
	params[0] = db_i32(&w->body, id_bucket(&m->submission));
	params[1] = db_id(&m->submission);
	r = ctl_run(w->k->c, "select body from submission where bucket = $1::integer and id = $2::uuid", params, COUNTOF(params), f);
	if (r == NULL)
		return false;
	if (db_row_count(r) == 0)
		return differs(m, "its message is missing", f);
	if (!vault_open(w->vault, &w->body, &place, db_get_text(r, 0, 0), &w->text, &why))
		return why.code == FAULT_BUSY ? fault_set(f, FAULT_SYSTEM, "no memory for a submission") : differs(m, "its message is not what was received", f);
	w->submission = m->submission;
	w->opened++;
	return true;
}

static bool compare(struct messages *w, const struct message *m, struct fault *f)
{
	struct sha256 digest;

	if ((w->opened == 0 || !id_eq(&w->submission, &m->submission)) && !open_submission(w, m, f))
		return false;
	if (m->from < 0 || m->len < 0 || m->from + m->len > (int64_t)w->text.len)
		return differs(m, "its message is not what was received", f);
	digest = sha256_of((struct text){ w->text.at + m->from, (size_t)m->len });
	return memcmp(digest.b, m->digest.b, sizeof(digest.b)) == 0 || differs(m, "its message is not what was received", f);
}

static bool compare_all(struct messages *w, struct fault *f)
{
	bool good = db_sync_script(ctl_db(w->k->c, f), "declare messages no scroll cursor for select submission_id, id, message_from, message_len, message_sha256"
	                                               " from filing order by submission_id", f);

	do {
		good = good && read_page(w, f);
		for (int i = 0; good && i < w->count; i++)
			good = compare(w, &w->list[i], f);
		arena_done(&w->page);
	} while (good && w->count == PAGE);
	return good;
}

/* NULL: *f says why, or there is no key at hand and *why says so. */
static struct vault *open_vault(struct fsck *k, struct fault *why, struct fault *f)
{
	uint8_t kek[AEAD_KEY_BYTES];
	const struct db_rows *r;
	struct vault *v = NULL;

	if (!k->c->has_config) {
		(void)fault_set(why, FAULT_CONFIG, "no settings name a key");
		return NULL;
	}
	if (!ctl_read_kek(k->c, k->c->config.privacy.key_file, kek, why))
		return NULL;
	r = ctl_run(k->c, key_store_all.sql, NULL, 0, f);
	if (r != NULL && (v = vault_new()) == NULL)
		(void)fault_set(f, FAULT_SYSTEM, "no memory");
	if (v != NULL && !key_store_take(v, kek, r, f)) {
		vault_free(v);
		v = NULL;
	}
	explicit_bzero(kek, sizeof(kek));
	return v;
}

static bool say(struct fsck *k, const char *note, struct fault *f)
{
	const struct db_rows *r = ctl_run(k->c, "select count(*) from submission", NULL, 0, f);

	if (r == NULL)
		return false;
	fsck_say(k, "submission", db_get_int(r, 0, 0), note);
	return true;
}

bool fsck_messages(struct fsck *k, struct fault *f)
{
	struct messages w = { .k = k };
	struct fault why = { 0 };
	struct buf note;
	bool good;

	w.vault = open_vault(k, &why, f);
	if (w.vault == NULL && why.text[0] == '\0')
		return false;
	if (w.vault == NULL) {
		buf_init(&note, &k->c->arena, 512);
		buf_printf(&note, "not opened: %s", why.text);
		return say(k, note.at, f);
	}
	arena_init(&w.page, PAGE_BYTES);
	arena_init(&w.body, BODY_BYTES);
	good = compare_all(&w, f);
	arena_done(&w.page);
	arena_done(&w.body);
	vault_free(w.vault);
	return good && say(k, "by the digests of their messages", f);
}
