/* The states of a registration and the steps between them; facts of an enterprise against those of the business register. */
#include "model/enterprise.h"

#include <assert.h>

static const struct {
	const char *name, *titles[2];
} states[ENTERPRISE_STATE_COUNT] = {
#define X(id, name, en, zh) [ENTERPRISE_##id] = { name, { en, zh } },
	ENTERPRISE_STATES(X)
#undef X
};

static const char *const fact_names[FACT_COUNT] = {
#define X(id, name) [FACT_##id] = name,
	ENTERPRISE_FACTS(X)
#undef X
};

const char *enterprise_state_name(enum enterprise_state s)
{
	assert(s < ENTERPRISE_STATE_COUNT);
	return states[s].name;
}

const char *enterprise_state_title(enum enterprise_state s, bool chinese)
{
	assert(s < ENTERPRISE_STATE_COUNT);
	return states[s].titles[chinese];
}

bool enterprise_state_by_name(struct text t, enum enterprise_state *out)
{
	for (int i = 0; i < ENTERPRISE_STATE_COUNT; i++) {
		if (text_is(t, states[i].name)) {
			*out = (enum enterprise_state)i;
			return true;
		}
	}
	return false;
}

bool enterprise_state_may_move(enum enterprise_state from, enum enterprise_state to, struct text reason, struct fault *f)
{
	static const unsigned steps[ENTERPRISE_STATE_COUNT] = { /* bit n: it may become state n */
		[ENTERPRISE_APPLIED] = 1u << ENTERPRISE_FILED | 1u << ENTERPRISE_CLOSED,
		[ENTERPRISE_FILED] = 1u << ENTERPRISE_SUSPENDED | 1u << ENTERPRISE_CLOSED,
		[ENTERPRISE_SUSPENDED] = 1u << ENTERPRISE_FILED | 1u << ENTERPRISE_CLOSED,
	};

	assert(from < ENTERPRISE_STATE_COUNT && to < ENTERPRISE_STATE_COUNT);
	if ((steps[from] >> to & 1) == 0)
		return fault_set(f, FAULT_STATE_CONFLICT, "the enterprise is %s and cannot become %s", states[from].name, states[to].name);
	if (to >= ENTERPRISE_SUSPENDED && text_trim(reason).len == 0)
		return fault_set(f, FAULT_BAD_REQUEST, "to make it %s needs a reason", states[to].name);
	return true;
}

bool enterprise_role_known(struct text name)
{
	return text_is_among(TEXT(ENTERPRISE_ROLES), ' ', name);
}

bool enterprise_standing_known(struct text t)
{
	return text_is_among(TEXT(STANDING_IN_BUSINESS " revoked cancelled moved_out"), ' ', t);
}

const char *enterprise_fact_name(enum enterprise_fact f)
{
	assert(f < FACT_COUNT);
	return fact_names[f];
}

unsigned enterprise_facts_read(struct text names)
{
	unsigned all = 0;
	struct text one;

	while (text_next(&names, ',', &one))
		for (int f = 0; f < FACT_COUNT; f++)
			if (text_is(one, fact_names[f]))
				all |= FACT_BIT(f);
	return all;
}

/* --- comparing ------------------------------------------------------------------------------------------------------- */

/* Bytes of the UTF-8 character at i; of a cut one, what is left of it. */
static size_t character_bytes(struct text t, size_t i)
{
	unsigned char c = (unsigned char)t.at[i];
	size_t n = c < 0x80 ? 1 : c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;

	return n < t.len - i ? n : t.len - i;
}

/* U+FF01 to U+FF5E are U+0021 to U+007E in full width; 0: it is none of them. */
static char half_width(const char *at, size_t n)
{
	const unsigned char *c = (const unsigned char *)at;
	unsigned code;

	if (n != 3 || c[0] != 0xef)
		return 0;
	code = 0xf000u | (c[1] & 0x3fu) << 6 | (c[2] & 0x3fu);
	return code >= 0xff01 && code <= 0xff5e ? (char)(code - 0xfee0) : 0;
}

static struct text plain(struct arena *a, struct text t)
{
	struct buf b;

	buf_init(&b, a, t.len + 1);
	for (size_t i = 0; i < t.len;) {
		size_t n = character_bytes(t, i);
		char half = half_width(t.at + i, n);
		bool is_blank = (n == 1 && (unsigned char)t.at[i] <= ' ') || (n == 3 && memcmp(t.at + i, "\xe3\x80\x80", 3) == 0);

		if (half != 0)
			buf_char(&b, half);
		else if (!is_blank)
			buf_put(&b, t.at + i, n);
		i += n;
	}
	return buf_as_text(&b);
}

unsigned enterprise_compare(struct arena *a, const struct enterprise_facts *ours, const struct enterprise_facts *registers)
{
	unsigned differ = 0;

	for (int f = 0; f < FACT_COUNT; f++) {
		struct text own = ours->of[f], other = registers->of[f];

		if (f == FACT_STANDING)
			own = TEXT(STANDING_IN_BUSINESS);
		if (own.at == NULL || other.at == NULL)
			continue;
		if (f == FACT_REPRESENTATIVE ? !text_eq(own, other) : !text_eq(plain(a, own), plain(a, other)))
			differ |= FACT_BIT(f);
	}
	return differ;
}

struct text enterprise_mask_name(struct arena *a, struct text name)
{
	struct buf b;

	buf_init(&b, a, name.len + 1);
	for (size_t i = 0; i < name.len; i += character_bytes(name, i)) {
		if (i == 0)
			buf_put(&b, name.at, character_bytes(name, 0));
		else
			buf_char(&b, '*');
	}
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}
