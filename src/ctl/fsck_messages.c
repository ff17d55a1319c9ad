/*
 * fsck, third part as well: submission holds the raw messages, those of one commit as one encrypted blob, and each filing in the log has the
 * digest of its own. So blobs are opened; without the key-encryption key only that they are there is seen, and said.
 */
#include "ctl/fsck.h"

#include <endian.h>
#include <stdio.h>
#include <string.h>

#include "store/key_store.h"

/* A message of several nodes came with the first of them that was written; messages of one lie in their batch's row. */
#define MESSAGES(body) \
	"declare messages no scroll cursor for" \
	" select g.submission_id, g.places, m.id is not null, coalesce(m.received_at = g.first_at and m.received_at = g.last_at, false), " body \
	" from (select x.submission_id, min(x.at) as first_at, max(x.at) as last_at, string_agg(x.places, '') as places" \
	"   from (select f.submission_id, min(f.received_at) as at," \
	"       string_agg(uuid_send(f.id) || int4send(f.message_from) || int4send(f.message_len) || f.message_sha256, '') as places" \
	"     from filing f group by f.submission_id, f.message_tag) x" \
	"   group by x.submission_id order by x.submission_id offset 0) g" \
	" left join lateral (select * from submission s where s.bucket = " FSCK_BUCKET_OF("g.submission_id") " and s.id = g.submission_id offset 0) m on true" \
	" where m.id is not null or not " FSCK_IS_RETIRED("g.submission_id") "'submission')"

enum { COL_SUBMISSION, COL_PLACES, COL_THERE, COL_TIMELY, COL_BODY };
enum { PLACE_FROM = 16, PLACE_LEN = 20, PLACE_DIGEST = 24, PLACE_BYTES = 56 };

static bool says(struct text place, const char *words, struct fault *f)
{
	char text[ID_TEXT_BYTES] = "?";
	struct id id;

	if (place.len >= PLACE_BYTES) {
		memcpy(id.b, place.at, sizeof(id.b));
		id_format(&id, text);
	}
	return fault_set(f, FAULT_RULE_BROKEN, "filing %s: its message %s", text, words);
}

static size_t number_at(const char *at)
{
	uint32_t n;

	memcpy(&n, at, sizeof(n));
	return be32toh(n);
}

static bool is_received(struct text all, struct text place)
{
	size_t from = number_at(place.at + PLACE_FROM), len = number_at(place.at + PLACE_LEN);
	struct sha256 digest;

	if (from > all.len || len > all.len - from)
		return false;
	digest = sha256_of((struct text){ all.at + from, len });
	return memcmp(digest.b, place.at + PLACE_DIGEST, sizeof(digest.b)) == 0;
}

/* One submission; v: NULL, it stays closed. */
static bool fits(struct vault *v, struct arena *a, const struct db_rows *r, int row, struct fault *f)
{
	struct text places = db_get_text(r, row, COL_PLACES), all;
	struct fault why = { 0 };
	struct vault_place at;
	struct id id;

	if (places.len % PLACE_BYTES != 0 || !db_get_id(r, row, COL_SUBMISSION, &id) || db_get_int(r, row, COL_THERE) == 0)
		return says(places, "is missing", f);
	if (db_get_int(r, row, COL_TIMELY) == 0)
		return says(places, "has another time", f);
	if (v == NULL)
		return true;
	at = vault_at("submission", &id);
	if (!vault_open(v, a, &at, db_get_text(r, row, COL_BODY), &all, &why))
		return why.code == FAULT_DAMAGED ? says(places, "is not what was received: it does not open", f) : fault_set(f, why.code, "%s", why.text);
	for (; places.len > 0; places.at += PLACE_BYTES, places.len -= PLACE_BYTES)
		if (!is_received(all, places))
			return says(places, "is not what was received", f);
	return true;
}

static bool walk(struct fsck *k, struct vault *v, int64_t *count, struct fault *f)
{
	const struct db_rows *r;
	bool good = true;

	if (!db_sync_script(k->c->db, v == NULL ? MESSAGES("null::bytea") : MESSAGES("m.body"), f))
		return false;
	do {
		r = ctl_run(k->c, "fetch 8 from messages", NULL, 0, f);
		for (int row = 0; r != NULL && good && row < db_row_count(r); row++, ++*count) {
			struct arena a;

			arena_init(&a, 2 * (size_t)VAULT_BYTES_MAX);
			good = fits(v, &a, r, row, f);
			arena_done(&a);
		}
	} while (r != NULL && good && db_row_count(r) > 0);
	return r != NULL && good;
}

/* *out stays NULL and *why says it: there is no key here. */
static bool open_vault(struct fsck *k, struct vault **out, struct fault *why, struct fault *f)
{
	uint8_t kek[AEAD_KEY_BYTES];
	const struct db_rows *r;
	bool good;

	if (!k->c->has_config)
		return fault_set(why, FAULT_CONFIG, "--db names no privacy.key_file") || true;
	if (!ctl_read_kek(k->c, k->c->config.privacy.key_file, kek, why))
		return true;
	*out = vault_new();
	r = ctl_run(k->c, key_store_all.sql, NULL, 0, f);
	good = r != NULL && (*out != NULL || fault_set(f, FAULT_SYSTEM, "no memory for the data keys")) && key_store_take(*out, kek, r, f);
	explicit_bzero(kek, sizeof(kek));
	return good;
}

bool fsck_messages(struct fsck *k, struct fault *f)
{
	struct fault why = { 0 };
	struct vault *v = NULL;
	char words[sizeof(why.text) + 32] = "by the digests of their messages";
	int64_t count = 0;
	bool good = open_vault(k, &v, &why, f) && walk(k, v, &count, f);

	if (v == NULL)
		(void)snprintf(words, sizeof(words), "there, but not opened: %s", why.text);
	vault_free(v);
	if (good)
		fsck_say(k, "submission", count, words);
	return good;
}
