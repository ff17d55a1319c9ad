#include "flow/flow.h"

#include <stdlib.h>

#include "flow/flow_priv.h"

static bool on_answer(struct flow *fl, struct inbox_item *item, inbox_done_fn *on_done)
{
	return assess_answer(fl->assess, item, on_done);
}

static void on_over(struct flow *fl, struct hand_work *held, bool recorded)
{
	assess_release(fl->assess, held, recorded);
}

struct flow *flow_new(const struct flow_conf *conf, const struct flow_deps *deps, struct fault *f)
{
	static const struct dispatch_calls calls = { .on_answer = on_answer, .on_over = on_over };
	struct flow *fl = calloc(1, sizeof(*fl));

	if (fl == NULL)
		goto no_memory;
	fl->conf = *conf;
	fl->deps = *deps;
	fl->dispatch = dispatch_new(fl, &calls);
	fl->lookups = fl->dispatch == NULL ? NULL : lookups_new(fl);
	fl->assess = fl->lookups == NULL ? NULL : assess_new(fl);
	if (fl->assess != NULL)
		return fl;
no_memory:
	(void)fault_set(f, FAULT_SYSTEM, "no memory for flow");
	flow_free(fl);
	return NULL;
}

void flow_hint(struct flow *fl, const struct raised *r)
{
	if (!fl->quiescing) /* at the end the work rows are left to whoever comes next */
		assess_hint(fl->assess, r);
}

void flow_quiesce(struct flow *fl)
{
	fl->quiescing = true;
	assess_quiesce(fl->assess);
}

bool flow_idle(const struct flow *fl)
{
	return assess_idle(fl->assess) && dispatch_idle(fl->dispatch) && lookups_idle(fl->lookups);
}

void flow_free(struct flow *fl)
{
	if (fl == NULL)
		return;
	dispatch_free(fl->dispatch); /* first: it releases what assess holds */
	assess_free(fl->assess);
	lookups_free(fl->lookups);
	free(fl);
}

void flow_stats_get(const struct flow *fl, struct flow_stats *out)
{
	*out = fl->stats;
}
