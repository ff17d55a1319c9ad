#include "model/outlook.h"

#include <stddef.h>

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

/* Microseconds for each message. */
static double pace_us(const struct outlook_case *c)
{
	int senders = c->senders > 0 ? c->senders : 1;
	double usual_us = c->answered > 0 ? (double)c->elapsed_us / (double)c->answered : (double)c->timeout_us;
	double pace = usual_us / ((double)c->max_in_flight * senders);

	if (c->max_per_s > 0 && pace < 1e6 / c->max_per_s)
		pace = 1e6 / c->max_per_s;
	if (c->answered > 0 && c->oldest_age_us >= c->window_us && pace < (double)c->window_us / (double)c->answered)
		pace = (double)c->window_us / (double)c->answered;
	return pace;
}

struct outlook outlook_of(const struct outlook_case *c)
{
	struct outlook o = { .health = health_of(c), .wait_us = -1 };
	double wait_us;

	o.at_least = o.health == HEALTH_DOWN || o.health == HEALTH_PROBING;
	if (o.health == HEALTH_OFF || c->until_us == INT64_MAX)
		return o;
	wait_us = (double)c->until_us + pace_us(c) * (double)c->backlog;
	o.wait_us = wait_us < 1e15 ? (int64_t)wait_us : -1; /* thirty years say nothing */
	return o;
}
