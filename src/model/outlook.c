#include "model/outlook.h"

#include <stddef.h>

#define SECOND_US   INT64_C(1000000)
#define FURTHEST_US (INT64_C(30) * 366 * 86400 * SECOND_US) /* what lies further away says nothing */

const char *health_name(enum health h)
{
	static const char *const names[] = { [HEALTH_OFF] = "off", [HEALTH_UP] = "up", [HEALTH_PROBING] = "probing", [HEALTH_DOWN] = "down",
		                             [HEALTH_MAINTENANCE] = "maintenance" };

	return names[h];
}

static enum health health_of(const struct outlook_case *c)
{
	if (!c->connected)
		return HEALTH_OFF;
	if (c->in_maintenance)
		return HEALTH_MAINTENANCE;
	if (!c->away)
		return HEALTH_UP;
	return c->probing ? HEALTH_PROBING : HEALTH_DOWN;
}

/* Nanoseconds for each message. */
static int64_t pace_ns(const struct outlook_case *c)
{
	int64_t at_once = (int64_t)c->max_in_flight * (c->senders > 0 ? c->senders : 1);
	int64_t usual_us = c->answered > 0 ? c->elapsed_us / c->answered : c->timeout_us;
	int64_t pace = usual_us * 1000 / at_once, by_limit = c->max_per_s > 0 ? 1000 * SECOND_US / c->max_per_s : 0;

	if (pace < by_limit)
		pace = by_limit;
	if (c->answered > 0 && c->oldest_age_us >= c->window_us && pace < c->window_us * 1000 / c->answered)
		pace = c->window_us * 1000 / c->answered;
	return pace;
}

struct outlook outlook_of(const struct outlook_case *c)
{
	struct outlook o = { .health = health_of(c), .wait_us = -1 };

	o.at_least = o.health == HEALTH_DOWN || o.health == HEALTH_PROBING;
	if (o.health == HEALTH_OFF || c->until_us > FURTHEST_US)
		return o;
	o.wait_us = c->until_us + pace_ns(c) / 1000 * c->backlog + pace_ns(c) % 1000 * c->backlog / 1000;
	return o;
}
