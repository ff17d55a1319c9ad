#include "standard/content_digest.h"

#include "base/certificate.h"
#include "standard/structured_field.h"

static const struct {
	const char *name;
	enum digest_algorithm algorithm;
	size_t len;
} known[] = {
	{ "sha-256", DIGEST_SHA256, 32 },
	{ "sha-512", DIGEST_SHA512, 64 },
};

static struct text member(struct arena *a, const char *name, const struct sf_member *m, bool with_value)
{
	struct buf b;

	buf_init(&b, a, 128);
	buf_printf(&b, ",\"%s\":[{\"algorithm\":", name);
	buf_json(&b, m->key);
	if (with_value) {
		struct buf value;

		buf_init(&value, a, 128);
		sf_put_bare(&value, &m->bare);
		buf_str(&b, ",\"provided_digest\":");
		buf_json(&b, buf_as_text(&value));
	}
	buf_str(&b, ",\"header\":\"content-digest\"}]");
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

static bool check_one(struct arena *a, const struct sf_member *m, size_t which, struct text bytes, struct text *more, struct fault *f)
{
	struct digest digest;

	if (m->is_inner || m->bare.kind != SF_BYTES || m->bare.text.len != known[which].len) {
		*more = member(a, "invalid_digests", m, false);
		return fault_set(f, FAULT_DIGEST_INVALID, "%s in Content-Digest is %zu bytes between colons, in base64", known[which].name, known[which].len);
	}
	if (!digest_of(known[which].algorithm, bytes, &digest))
		return fault_set(f, FAULT_BUSY, "no memory for a digest");
	if (crypto_equal(digest.b, m->bare.text.at, digest.len))
		return true;
	*more = member(a, "mismatched_digests", m, true);
	return fault_set(f, FAULT_DIGEST_MISMATCH, "Content-Digest is another one than that of the bytes that came");
}

bool content_digest_check(struct arena *a, struct text field, struct text bytes, struct text *more, struct fault *f)
{
	bool was_checked = false;
	struct sf_list list;

	*more = (struct text){ NULL, 0 };
	if (!sf_read_dictionary(a, field, &list) || list.count == 0)
		return fault_set(f, FAULT_DIGEST_INVALID, "Content-Digest is a list of algorithms, such as sha-256=:…:");
	for (size_t i = 0; i < COUNTOF(known); i++) {
		const struct sf_member *m = sf_find(&list, known[i].name);

		if (m != NULL && !check_one(a, m, i, bytes, more, f))
			return false;
		was_checked = was_checked || m != NULL;
	}
	if (was_checked)
		return true;
	*more = member(a, "unsupported_algorithms", &list.list[0], false);
	return fault_set(f, FAULT_DIGEST_ALGORITHM, "Content-Digest has neither sha-256 nor sha-512");
}
