#include "mock/chaos.h"

#include "base/crypto.h"
#include "base/json.h"

enum { SLOW_MS_MAX = 600000 };

static const char *const names[CHAOS_KIND_COUNT] = {
#define X(id, name) [CHAOS_##id] = name,
	CHAOS_KINDS(X)
#undef X
};

int chance_draw(int64_t seed, struct text what, uint32_t salt)
{
	const struct text parts[] = { { (const char *)&seed, sizeof(seed) }, what, { (const char *)&salt, sizeof(salt) } };
	struct sha256 hash = sha256_of_parts(parts, COUNTOF(parts));
	uint32_t n;

	memcpy(&n, hash.b, sizeof(n));
	return (int)(n % PER_MILLE);
}

struct setting {
	struct chaos *c;
	struct fault *f;
};

static bool set_member(void *arg, struct text name, const struct json *value)
{
	struct setting *s = arg;
	int64_t number;

	if (!json_i64(value, &number))
		return fault_set(s->f, FAULT_BAD_JSON, TEXT_FMT ": a whole number", TEXT_ARG(name));
	if (text_is(name, "seed")) {
		s->c->seed = number;
		return true;
	}
	if (text_is(name, "slow_ms")) {
		s->c->slow_ms = (int)number;
		return (number >= 0 && number <= SLOW_MS_MAX) || fault_set(s->f, FAULT_BAD_JSON, "slow_ms: a number from 0 to %d", SLOW_MS_MAX);
	}
	for (int i = 0; i < CHAOS_KIND_COUNT; i++) {
		if (!text_is(name, names[i]))
			continue;
		s->c->per_mille[i] = (int)number;
		return (number >= 0 && number <= PER_MILLE) || fault_set(s->f, FAULT_BAD_JSON, "%s: thousandths, 0 to 1000", names[i]);
	}
	return fault_set(s->f, FAULT_BAD_JSON, "no such member: " TEXT_FMT, TEXT_ARG(name));
}

bool chaos_set(struct chaos *c, struct arena *a, struct text json, struct fault *f)
{
	const struct json *j = json_parse(a, json, f);
	struct chaos changed = *c;
	struct setting s = { &changed, f };

	if (j == NULL || !json_take(j, set_member, &s, f))
		return false;
	*c = changed;
	return true;
}

void chaos_put(struct buf *b, const struct chaos *c)
{
	buf_str(b, "{\"seed\":");
	buf_i64(b, c->seed);
	for (int i = 0; i < CHAOS_KIND_COUNT; i++)
		buf_printf(b, ",\"%s\":%d", names[i], c->per_mille[i]);
	buf_printf(b, ",\"slow_ms\":%d}", c->slow_ms);
}

static uint32_t salt_of(enum chaos_kind kind, enum authority a, int attempt)
{
	return (uint32_t)attempt * 1024u + (uint32_t)a * 32u + (uint32_t)kind;
}

bool chaos_strikes(const struct chaos *c, enum chaos_kind kind, enum authority a, struct text of, int attempt)
{
	return c->per_mille[kind] > 0 && chance_draw(c->seed, of, salt_of(kind, a, attempt)) < c->per_mille[kind];
}

int chaos_slow_ms(const struct chaos *c, enum authority a, struct text of, int attempt)
{
	if (!chaos_strikes(c, CHAOS_SLOW, a, of, attempt))
		return 0;
	return chance_draw(c->seed, of, salt_of(CHAOS_KIND_COUNT, a, attempt)) * c->slow_ms / PER_MILLE;
}
