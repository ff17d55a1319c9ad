#include "flow/gate.h"

#include <stdio.h>

#include "base/clock.h"

const char *gate_state_name(enum gate_state s)
{
	static const char *const names[] = {
#define X(id, name) [GATE_##id] = name,
		GATE_STATES(X)
#undef X
	};

	return names[s];
}

bool gate_turned(struct gate *g, const struct gate_view *v)
{
	bool was = g->in_maintenance;

	g->in_maintenance = authority_in_maintenance(v->conf, v->business_us, &g->maintenance_ends_us);
	if (was && !g->in_maintenance)
		breaker_ease(&g->breaker);
	return was != g->in_maintenance;
}

enum gate_state gate_state(const struct gate *g, const struct gate_view *v)
{
	if (g->in_maintenance)
		return GATE_MAINTENANCE;
	if (g->breaker.open_until_us != 0)
		return g->breaker.probing ? GATE_PROBING : GATE_CLOSED;
	if (g->paused_until_us > v->now_us)
		return GATE_PAUSED;
	return g->breaker.ramp > 0 && g->breaker.ramp < v->conf->max_in_flight ? GATE_RECOVERING : GATE_OPEN;
}

int64_t gate_until_us(const struct gate *g, const struct gate_view *v)
{
	int64_t until_us = g->paused_until_us > g->breaker.open_until_us ? g->paused_until_us : g->breaker.open_until_us;

	if (g->in_maintenance)
		return g->maintenance_ends_us;
	return until_us > v->now_us ? v->business_us + (until_us - v->now_us) : INT64_MIN;
}

bool gate_wants(const struct gate *g, const struct gate_view *v, bool *one)
{
	*one = g->breaker.open_until_us != 0;
	if (g->in_maintenance || g->paused_until_us > v->now_us || (v->conf->max_per_s > 0 && v->sharers == 0))
		return false;
	return !*one || (!g->breaker.probing && v->now_us >= g->breaker.open_until_us);
}

static struct rate_limit limit_of(const struct gate_view *v)
{
	return (struct rate_limit){ .per_s = v->conf->max_per_s, .burst = v->conf->burst, .sharers = v->sharers > 0 ? v->sharers : 1 };
}

static bool rate_allows(const struct gate *g, const struct gate_view *v)
{
	const struct rate_limit limit = limit_of(v);

	return v->conf->max_per_s == 0 || (v->sharers > 0 && rate_wait_us(&g->rate, &limit, v->now_us) == 0);
}

bool gate_take(struct gate *g, const struct gate_view *v, bool *is_probe)
{
	const struct rate_limit limit = limit_of(v);

	if (g->in_maintenance || g->paused_until_us > v->now_us || v->in_flight >= v->conf->max_in_flight)
		return false;
	if (!rate_allows(g, v)) {
		g->throttled++;
		return false;
	}
	*is_probe = g->breaker.open_until_us != 0;
	return breaker_admits(&g->breaker, v->in_flight, v->now_us) && rate_take(&g->rate, &limit, v->now_us);
}

bool gate_take_more(struct gate *g, const struct gate_view *v)
{
	const struct rate_limit limit = limit_of(v);

	return rate_allows(g, v) && rate_take(&g->rate, &limit, v->now_us);
}

int64_t gate_rate_wait_us(const struct gate *g, const struct gate_view *v)
{
	const struct rate_limit limit = limit_of(v);

	if (g->in_maintenance || g->paused_until_us > v->now_us || v->in_flight >= v->conf->max_in_flight || v->sharers == 0)
		return 0;
	return rate_wait_us(&g->rate, &limit, v->now_us);
}

bool gate_reached(int http_status)
{
	return http_status != 0 && http_status < 500 && http_status != 429;
}

/* Cut at a character's end: it goes into the database. */
static void keep_evidence(struct gate *g, struct text reason)
{
	size_t len = reason.len < sizeof(g->evidence) ? reason.len : sizeof(g->evidence) - 1;

	while (len < reason.len && len > 0 && ((unsigned char)reason.at[len] & 0xc0) == 0x80)
		len--;
	(void)snprintf(g->evidence, sizeof(g->evidence), "%.*s", (int)len, reason.at == NULL ? "" : reason.at);
}

static void note_reach(struct gate *g, const struct gate_view *v, const struct gate_end *e)
{
	if (e->http_status != 0 && e->http_status < 500) { /* it is there; with 429 it asks for less */
		g->reached_us = v->business_us;
		g->failing_since_us = 0;
		g->failures = 0;
		return;
	}
	if (g->failing_since_us == 0)
		g->failing_since_us = v->business_us;
	g->failures++;
	keep_evidence(g, e->reason);
}

/* What it asks for itself is kept, but no longer than messages are made to wait anyway. */
static void note_pause(struct gate *g, const struct gate_view *v, const struct gate_end *e)
{
	int64_t asked_us = (int64_t)e->retry_after_s * US_PER_S, longest_us = v->conf->policy.longest_wait_us;

	if (asked_us <= 0 || (e->http_status != 429 && e->http_status != 503))
		return;
	if (asked_us > longest_us)
		asked_us = longest_us;
	if (v->now_us + asked_us > g->paused_until_us)
		g->paused_until_us = v->now_us + asked_us;
}

void gate_record(struct gate *g, const struct gate_view *v, const struct gate_end *e)
{
	breaker_record(&g->breaker, &v->conf->policy, gate_reached(e->http_status), v->now_us);
	if (gate_reached(e->http_status))
		tally_add(&g->tally, v->now_us, e->elapsed_us, e->messages);
	note_reach(g, v, e);
	note_pause(g, v, e);
	if (g->breaker.open_until_us == 0)
		g->closed_since_us = 0;
	else if (g->closed_since_us == 0)
		g->closed_since_us = v->business_us;
}

int64_t gate_capacity(const struct gate *g, const struct gate_view *v, int64_t within_us)
{
	int64_t capacity = INT64_MAX, by_rate;
	struct tally_sum s;

	tally_sum(&g->tally, v->now_us, &s);
	if (s.count > 0)
		capacity = within_us * v->conf->max_in_flight * v->conf->bundle_max / (s.elapsed_us / s.count + 1);
	if (v->conf->max_per_s > 0) {
		by_rate = within_us / US_PER_S * v->conf->max_per_s / (v->sharers > 0 ? v->sharers : 1);
		capacity = by_rate < capacity ? by_rate : capacity;
	}
	return capacity > v->conf->max_in_flight ? capacity : v->conf->max_in_flight;
}
