/* Who sees how much, and members of bodies. */
#include "api/credit.h"

#include <assert.h>

#include "api/route.h"
#include "base/log.h"

static const char *const tier_names[] = {
#define X(id, name) [CREDIT_TIER_##id] = name,
	CREDIT_TIERS(X)
#undef X
};

const char *credit_tier_name(enum credit_tier t)
{
	assert(t < CREDIT_TIER_COUNT);
	return tier_names[t];
}

bool credit_tier_by_name(struct text t, enum credit_tier *out)
{
	for (int i = 0; i < CREDIT_TIER_COUNT; i++) {
		if (text_is(t, tier_names[i])) {
			*out = (enum credit_tier)i;
			return true;
		}
	}
	return false;
}

enum credit_tier credit_tier_of(const struct req *r, struct text code, bool has_case)
{
	switch (r->client.role) {
	case ROLE_REGULATOR:
		return has_case ? CREDIT_TIER_SUPERVISION : CREDIT_TIER_DEPARTMENT;
	case ROLE_AUTHORITY:
	case ROLE_OPERATOR:
		return CREDIT_TIER_DEPARTMENT;
	case ROLE_ENTERPRISE:
		return client_may_file_for(&r->client, code) ? CREDIT_TIER_SELF : CREDIT_TIER_PUBLIC;
	case ROLE_BANK: /* more only with consent: credit.c */
	case ROLE_PUBLIC:
	case ROLE_COUNT:
		break;
	}
	return CREDIT_TIER_PUBLIC;
}

enum step credit_deny(struct req *r, const char *why)
{
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "credit.read_denied", "%s: %s, client %d", r->route->name, why, r->client.id);
	return reply_fault(r, FAULT_FORBIDDEN, why);
}

/* --- bodies -------------------------------------------------------------------------------------------------------- */

void credit_complain(struct findings *out, enum rule rule, const char *member, const char *expected)
{
	findings_add(out, &(struct finding){ .rule = rule, .member = text_of(member), .line = -1, .expected = expected });
}

struct text credit_body_text(const struct json *body, const char *member, long most, bool required, struct findings *out)
{
	const struct json *value = json_member(body, member);
	struct text t = json_text(value);
	long characters = t.at == NULL ? 0 : text_utf8_length(t);

	if (value == NULL || json_is_null(value)) {
		if (required)
			credit_complain(out, RULE_REQUIRED, member, NULL);
	} else if (t.at == NULL) {
		credit_complain(out, RULE_TYPE, member, "a text");
	} else if (characters <= 0 || characters > most || memchr(t.at, '\0', t.len) != NULL) {
		credit_complain(out, RULE_LENGTH, member, NULL);
	}
	return t;
}

void credit_body_day(const struct json *body, const char *member, bool required, int32_t *out, struct findings *found)
{
	struct text t = credit_body_text(body, member, 10, required, found);
	int64_t us;

	if (t.at == NULL)
		return;
	if (clock_parse_date(t, &us))
		*out = clock_day(us);
	else
		credit_complain(found, RULE_FORM, member, "2026-03-02");
}

const struct json *credit_body(struct req *r, struct findings **findings, enum step *answer)
{
	struct fault f = { 0 };
	const struct json *body = json_parse(r->arena, r->http->body, &f);

	*findings = arena_alloc(r->arena, sizeof(**findings));
	if (body == NULL)
		*answer = reply_problem(r, &f);
	else if (!json_is_object(body))
		*answer = reply_fault(r, FAULT_BAD_JSON, "the body is one object");
	else if (*findings == NULL)
		*answer = reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	else
		findings_init(*findings, r->arena);
	return json_is_object(body) && *findings != NULL ? body : NULL;
}

enum step credit_refuse(struct req *r, const struct findings *findings)
{
	return reply_problem_of(r, &(struct problem){ .code = FAULT_RULE_BROKEN, .findings = findings, .node = -1 });
}
