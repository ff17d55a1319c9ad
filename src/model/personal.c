#include "model/personal.h"

#include "model/form.h"
#include "model/identifier.h"
#include "model/identity.h"

enum { ID_SHOWN_BEFORE = 6, ID_SHOWN_BEHIND = 4, ID_CHARACTERS = 18, MOBILE_DIGITS = 11, TELEPHONE_SHOWN_BEFORE = 3, TELEPHONE_SHOWN_BEHIND = 4 };

static const struct text absent = { NULL, 0 };

bool personal_form_by_name(struct text t, enum personal_form *out)
{
	static const char *const names[PERSONAL_FORM_COUNT] = {
#define X(id, name) [PERSONAL_##id] = name,
		PERSONAL_FORMS(X)
#undef X
	};

	for (int i = 0; i < PERSONAL_FORM_COUNT; i++) {
		if (text_is(t, names[i])) {
			*out = (enum personal_form)i;
			return true;
		}
	}
	return false;
}

bool personal_is_guarded(enum field f)
{
	return field_is_personal(f) && f != F_BUYER_ID_TYPE && f != F_PAYER_ID_TYPE;
}

/* --- masks ------------------------------------------------------------------------------------------------------------- */

static size_t first_character(struct text t)
{
	size_t n = t.len > 0;

	while (n < t.len && ((unsigned char)t.at[n] & 0xC0) == 0x80)
		n++;
	return n;
}

static struct text starred(struct arena *a, struct text value, size_t before, size_t behind)
{
	struct buf b;

	buf_init(&b, a, value.len + 4);
	buf_put(&b, value.at, before);
	for (size_t i = before + behind; i < value.len; i++)
		buf_char(&b, '*');
	buf_put(&b, value.at + value.len - behind, behind);
	return b.full ? absent : buf_as_text(&b);
}

static struct text shortened(struct arena *a, struct text value, size_t before, const char *stars)
{
	struct buf b;

	buf_init(&b, a, before + 4);
	buf_put(&b, value.at, before);
	buf_str(&b, stars);
	return b.full ? absent : buf_as_text(&b);
}

/* Of a short number half is hidden at least. */
static struct text mask_id_number(struct arena *a, struct text value)
{
	if (value.len >= 15)
		return starred(a, value, ID_SHOWN_BEFORE, ID_SHOWN_BEHIND);
	return starred(a, value, value.len / 4, value.len / 4);
}

static struct text mask_telephone(struct arena *a, struct text value)
{
	if (value.len >= MOBILE_DIGITS)
		return starred(a, value, TELEPHONE_SHOWN_BEFORE, TELEPHONE_SHOWN_BEHIND);
	return starred(a, value, 0, value.len / 4);
}

/* Up to the city; of what names none, the province; else nothing. */
static struct text mask_address(struct arena *a, struct text value)
{
	static const char *const ends[] = { "市", "自治州", "地区", "盟", "省", "自治区" };

	for (size_t i = 0; i < COUNTOF(ends); i++) {
		const char *at = value.len == 0 ? NULL : memmem(value.at, value.len, ends[i], strlen(ends[i]));

		if (at != NULL)
			return shortened(a, value, (size_t)(at - value.at) + strlen(ends[i]), "***");
	}
	return shortened(a, value, 0, "***");
}

static struct text mask(struct arena *a, enum field f, struct text value)
{
	switch (f) {
	case F_BUYER_ID_NUMBER:
	case F_PAYER_ID_NUMBER:
		return mask_id_number(a, value);
	case F_BUYER_TELEPHONE:
	case F_CONSIGNEE_TELEPHONE:
	case F_PAYER_TELEPHONE:
		return mask_telephone(a, value);
	case F_CONSIGNEE_ADDRESS:
		return mask_address(a, value);
	case F_NOTE:
		return personal_scrub(a, value);
	default: /* names, accounts */
		return shortened(a, value, first_character(value), "*");
	}
}

struct text personal_show(struct arena *a, enum field f, enum personal_form form, struct text value, struct text secret)
{
	struct sha256 hash;
	struct buf b;

	if (form == PERSONAL_FULL || value.len == 0)
		return form == PERSONAL_ABSENT ? absent : value;
	if (form == PERSONAL_MASKED)
		return mask(a, f, value);
	if (form == PERSONAL_ABSENT || secret.len == 0)
		return absent;
	hash = identity_pseudonym(secret, value);
	buf_init(&b, a, 2 * sizeof(hash.b) + 1);
	buf_hex(&b, hash.b, sizeof(hash.b));
	return b.full ? absent : buf_as_text(&b);
}

/* --- what others wrote ----------------------------------------------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The length of the run of digits there, and an X behind seventeen. */
static size_t run_at(struct text t, size_t at)
{
	size_t n = 0;

	while (at + n < t.len && is_digit(t.at[at + n]))
		n++;
	if (n == ID_CHARACTERS - 1 && at + n < t.len && (t.at[at + n] | 32) == 'x')
		n++;
	return n;
}

/* Is it an identity number whose last character may be a small x? Born on whatever day. */
static bool is_identity_number(struct text run)
{
	char upper[ID_CHARACTERS];

	if (run.len != ID_CHARACTERS)
		return false;
	memcpy(upper, run.at, sizeof(upper));
	if (upper[ID_CHARACTERS - 1] == 'x')
		upper[ID_CHARACTERS - 1] = 'X';
	return identifier_identity_number((struct text){ upper, sizeof(upper) }, INT32_MAX);
}

static bool is_mobile(struct text run)
{
	return run.len == MOBILE_DIGITS && run.at[0] == '1' && run.at[1] >= '3';
}

struct text personal_scrub(struct arena *a, struct text t)
{
	struct buf b = { .arena = NULL };
	size_t kept = 0;

	for (size_t at = 0, n; at < t.len; at += n == 0 ? 1 : n) {
		struct text run = { t.at + at, n = run_at(t, at) };

		if (!is_identity_number(run) && !is_mobile(run))
			continue;
		if (b.arena == NULL)
			buf_init(&b, a, t.len + 1);
		buf_put(&b, t.at + kept, at - kept);
		buf_text(&b, run.len == ID_CHARACTERS ? mask_id_number(a, run) : mask_telephone(a, run));
		kept = at + n;
	}
	if (b.arena == NULL)
		return t;
	buf_put(&b, t.at + kept, t.len - kept);
	return b.full ? absent : buf_as_text(&b);
}
