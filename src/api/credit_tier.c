/* Who sees how much, and of which day. */
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

bool credit_read_day(struct req *r, int32_t *day, struct fault *f)
{
	struct text as_of = httpd_query(r->http, "as_of");
	int64_t us;

	*day = clock_day(r->now_us);
	if (as_of.at == NULL)
		return true;
	if (!clock_parse_date(as_of, &us))
		return fault_set(f, FAULT_BAD_REQUEST, "as_of is a day, as 2026-03-02");
	if (clock_day(us) > *day)
		return fault_set(f, FAULT_BAD_REQUEST, "as_of is a day that has begun");
	*day = clock_day(us);
	return true;
}

enum step credit_deny(struct req *r, const char *why)
{
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "credit.read_denied", "%s: %s, client %d", r->route->name, why, r->client.id);
	return reply_fault(r, FAULT_FORBIDDEN, why);
}
