#include "flow/lane.h"

#include "base/log.h"

#define BUNDLE_BYTES ((size_t)1 << 20) /* of a request with several messages */

static loop_timer_fn on_turn;
static loop_task_fn on_soon;

static const struct authority_conf *conf_of(const struct lane *l)
{
	const struct rules *rules = *l->shared->flow->deps.rules;

	return rules == NULL ? NULL : &rules->authorities[l->authority];
}

static struct flow_authority_stats *stats_of(const struct lane *l)
{
	return &l->shared->flow->stats.authorities[l->authority];
}

struct gate_view lane_view(const struct lane *l)
{
	const struct flow_deps *d = &l->shared->flow->deps;

	return (struct gate_view){ .conf = conf_of(l), .now_us = loop_now_us(d->loop), .business_us = clock_now_us(d->clock), .in_flight = l->in_flight,
		                   .sharers = report_sharers(l->shared->report) };
}

static void note(struct lane *l, const struct gate_view *v)
{
	struct flow_authority_stats *s = stats_of(l);
	enum gate_state state = v->conf == NULL ? GATE_OPEN : gate_state(&l->gate, v);

	s->in_flight = l->in_flight;
	s->queued = l->queued;
	s->breaker_open = l->gate.breaker.open_until_us != 0;
	s->paused = state == GATE_PAUSED;
	s->in_maintenance = state == GATE_MAINTENANCE;
	s->throttled = l->gate.throttled;
}

/* --- attempts -------------------------------------------------------------------------------------------------------- */

static void leave(struct lane *l, struct attempt *t)
{
	struct attempt_links *at = attempt_links(t);

	if (at->next != NULL)
		attempt_links(at->next)->prev = at->prev;
	*(at->prev != NULL ? &attempt_links(at->prev)->next : &l->going) = at->next;
	*at = (struct attempt_links){ NULL, NULL };
}

static void join(struct lane *l, struct attempt *t)
{
	attempt_links(t)->next = l->going;
	if (l->going != NULL)
		attempt_links(l->going)->prev = t;
	l->going = t;
}

static void tell_over(struct lane *l, struct hand_work *held, bool recorded)
{
	l->shared->calls.on_over(l->shared->flow, held, recorded);
}

static bool on_answer(void *arg, struct inbox_item *item, inbox_done_fn *on_done)
{
	struct lane *l = arg;

	return l->shared->calls.on_answer(l->shared->flow, item, on_done);
}

static void on_over(void *arg, struct attempt *t, bool recorded)
{
	struct lane *l = arg;

	tell_over(l, attempt_claim(t)->held, recorded);
	leave(l, t);
	l->shared->alive--;
}

static void append(struct lane *l, struct attempt *t)
{
	*(l->tail != NULL ? &attempt_links(l->tail)->next : &l->head) = t;
	l->tail = t;
	l->queued++;
}

void lane_add(struct lane *l, const struct attempt_claim *claim)
{
	const struct flow_deps *d = &l->shared->flow->deps;
	struct attempt_deps deps = { .inbox = d->inbox, .clock = d->clock, .ids = d->ids, .on_answer = on_answer, .on_over = on_over, .arg = l };
	struct attempt *t = attempt_new(&deps, claim);

	if (t == NULL) {
		tell_over(l, claim->held, false);
		return;
	}
	l->shared->alive++;
	append(l, t);
	loop_soon(d->loop, &l->soon, on_soon);
}

static struct attempt *dequeue(struct lane *l)
{
	struct attempt *t = l->head;

	if (t == NULL)
		return NULL;
	l->head = attempt_links(t)->next;
	if (l->head == NULL)
		l->tail = NULL;
	*attempt_links(t) = (struct attempt_links){ NULL, NULL };
	l->queued--;
	return t;
}

static void drop(struct lane *l, struct attempt *t)
{
	tell_over(l, attempt_claim(t)->held, false);
	l->shared->alive--;
	attempt_free(t);
}

/* --- requests -------------------------------------------------------------------------------------------------------- */

static void on_end(void *arg, enum delivery_fate fate, int64_t elapsed_us)
{
	struct flow_authority_stats *s = stats_of(arg);

	s->sent += fate == FATE_SENT;
	s->again += fate == FATE_AGAIN;
	s->dead += fate == FATE_DEAD;
	s->latency_us_sum += (uint64_t)elapsed_us;
}

static void on_alone(void *arg, struct attempt *t)
{
	struct lane *l = arg;

	leave(l, t);
	append(l, t);
}

static void on_back(void *arg, const struct gate_end *end)
{
	struct lane *l = arg;
	const struct gate_view v = lane_view(l);
	const struct log_ids ids = { .authority = authority_code(l->authority) };
	bool was_open = l->gate.breaker.open_until_us != 0, was_paused = l->gate.paused_until_us > v.now_us;

	l->in_flight--;
	gate_record(&l->gate, &v, end);
	if (was_open != (l->gate.breaker.open_until_us != 0)) {
		log_event(&ids, LOG_LEVEL_NOTICE, was_open ? "authority.up" : "authority.down", "%s",
		          was_open ? "it answers again" : "left alone for a while");
		report_soon(l->shared->report);
	}
	if (!was_paused && l->gate.paused_until_us > v.now_us)
		log_event(&ids, LOG_LEVEL_NOTICE, "authority.paused", "HTTP %d, for %lld s", end->http_status,
		          (long long)((l->gate.paused_until_us - v.now_us) / US_PER_S));
	lane_pump(l);
}

/* The next in the queue, and those behind it that may go in the same request, as far as the rate allows. A probe goes alone. */
static int take_next(struct lane *l, const struct gate_view *v, bool is_probe, struct attempt *list[BUNDLE_MAX])
{
	int most = is_probe ? 1 : v->conf->bundle_max, count = 0;
	size_t bytes = attempt_claim(l->head)->body.len;

	list[count++] = dequeue(l);
	while (count < most && l->head != NULL && bundle_takes(list[0]) && bundle_takes(l->head)
	       && (bytes += attempt_claim(l->head)->body.len) <= BUNDLE_BYTES && gate_take_more(&l->gate, v))
		list[count++] = dequeue(l);
	return count;
}

static bool send_next(struct lane *l, const struct gate_view *v, bool is_probe)
{
	const struct flow_deps *d = &l->shared->flow->deps;
	const struct bundle_deps deps = { .httpc = d->httpc, .clock = d->clock, .signer = d->signer, .on_end = on_end, .on_alone = on_alone, .on_back = on_back, .arg = l };
	struct attempt *list[BUNDLE_MAX];
	int count = take_next(l, v, is_probe, list);

	if (!bundle_start(&deps, v->conf, list, count, is_probe)) {
		for (int i = 0; i < count; i++)
			drop(l, list[i]);
		return false;
	}
	for (int i = 0; i < count; i++)
		join(l, list[i]);
	l->in_flight++;
	return true;
}

/* Windows begin and end by business time, so somebody must look. */
static void turn_maintenance(struct lane *l, const struct gate_view *v)
{
	if (!gate_turned(&l->gate, v))
		return;
	log_event(&(struct log_ids){ .authority = authority_code(l->authority) }, LOG_LEVEL_NOTICE, "authority.maintenance", "%s",
	          l->gate.in_maintenance ? "begins: nothing is sent there" : "is over");
	report_soon(l->shared->report);
}

static void drop_all(struct lane *l)
{
	while (l->head != NULL)
		drop(l, dequeue(l));
}

void lane_pump(struct lane *l)
{
	struct flow *fl = l->shared->flow;
	struct gate_view v = lane_view(l);
	int64_t oldest_us = v.now_us - (int64_t)fl->conf.lease_s * US_PER_S / 2, wait_us;
	bool is_probe;

	if (v.conf != NULL)
		turn_maintenance(l, &v);
	if (v.conf == NULL || !v.conf->connected || fl->quiescing || l->gate.in_maintenance)
		drop_all(l);
	while (l->head != NULL && attempt_claim(l->head)->claimed_us < oldest_us)
		drop(l, dequeue(l));
	while (l->head != NULL && gate_take(&l->gate, &v, &is_probe)) {
		if (!send_next(l, &v, is_probe))
			breaker_record(&l->gate.breaker, &v.conf->policy, false, v.now_us);
		v.in_flight = l->in_flight;
	}
	wait_us = l->head == NULL ? 0 : gate_rate_wait_us(&l->gate, &v);
	if (wait_us > 0)
		loop_timer_set(fl->deps.loop, &l->turn, wait_us, on_turn);
	note(l, &v);
}

static void on_turn(struct loop_timer *t)
{
	lane_pump(container_of(t, struct lane, turn));
}

static void on_soon(struct loop_task *t)
{
	lane_pump(container_of(t, struct lane, soon));
}

/* --- life ------------------------------------------------------------------------------------------------------------ */

void lane_init(struct lane *l, struct lane_shared *shared, enum authority a)
{
	*l = (struct lane){ .shared = shared, .authority = a };
}

void lane_free(struct lane *l)
{
	struct loop *loop = l->shared->flow->deps.loop;

	loop_soon_cancel(loop, &l->soon);
	loop_timer_clear(loop, &l->turn);
	drop_all(l);
	while (l->going != NULL) {
		struct attempt *t = l->going;

		leave(l, t);
		attempt_free(t);
	}
}
