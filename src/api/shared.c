#include "api/shared.h"

#include "api/address_rate.h"
#include "api/metrics.h"
#include "api/quota.h"

bool api_shared_make(struct api_shared *s, int trace_per_minute, struct fault *f)
{
	*s = (struct api_shared){ .quotas = quotas_new(f) };
	if (s->quotas == NULL)
		return false;
	s->trace_rate = address_rate_new(trace_per_minute);
	s->counters = metrics_new(&api_routes);
	if (s->trace_rate != NULL && s->counters != NULL)
		return true;
	return fault_set(f, FAULT_SYSTEM, "no memory for what the workers count together");
}

void api_shared_free(struct api_shared *s)
{
	quotas_free(s->quotas);
	address_rate_free(s->trace_rate);
	metrics_free(s->counters);
}
