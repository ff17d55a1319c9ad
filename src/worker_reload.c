/*
 * Rules, rights, clients and data keys, as they are in the database now.
 *
 *   tick ─► revisions ──moved?──► rules ─► rights ─► clients
 *               │          └──only the rights──► rights
 *               └──no: idle
 *
 * A sequence's value is seen before the change that raised it is committed: after every move the next tick reads once more.
 * Old sets are kept while requests that began with them may live; what was read again unchanged replaces nothing, so that
 * unknown tokens, each of which makes the daemon look, do not fill the room for old sets.
 */
#include "authority_secrets.h"
#include "base/log.h"
#include "worker_priv.h"

#define LOOK_PAUSE_US  US_PER_S
#define MOVED_PAUSE_US 100000 /* between looks that callers' changes ask for */

static db_done_fn on_answer;

static void start(struct worker *w, enum reload_step step)
{
	struct worker_reload *r = &w->reload;

	r->step = step;
	db_call_init(&r->call);
	switch (step) {
	case RELOAD_REVISION:
		db_call_add(&r->call, &rule_store_revision, NULL);
		db_call_add(&r->call, &right_store_revision, NULL);
		break;
	case RELOAD_RULES:
		rule_store_load(&r->call);
		break;
	case RELOAD_RIGHTS:
		right_store_load(&r->call);
		break;
	case RELOAD_CLIENTS:
		db_call_add(&r->call, &client_store_all, NULL);
		db_call_add(&r->call, &client_store_tokens, NULL);
		db_call_add(&r->call, &client_store_certificates, NULL);
		db_call_add(&r->call, &client_store_keys, NULL);
		db_call_add(&r->call, &quota_store_all, NULL);
		db_call_add(&r->call, &key_store_all, NULL);
		db_call_add(&r->call, &policy_store_all, NULL);
		db_call_add(&r->call, &client_store_barred, NULL);
		break;
	case RELOAD_IDLE:
		return;
	}
	db_start(w->pools[POOL_QUERY], &r->call, on_answer);
}

static void failed(struct worker *w, const char *what, const char *why)
{
	struct worker_reload *r = &w->reload;

	if (!r->has_failed)
		log_event(NULL, LOG_LEVEL_WARNING, "rules.not_read", "%s: %s; what was read before stays in force", what, why);
	r->has_failed = true;
	r->wanted = true;
	r->step = RELOAD_IDLE;
}

/* --- what was in force --------------------------------------------------------------------------------------------- */

static int64_t request_lives_us(const struct worker *w)
{
	const struct config *c = w->deps.config;

	return ((int64_t)c->http.body_timeout_ms + c->http.handler_timeout_ms + c->intake.give_up_ms + c->db.call_timeout_ms) * 1000 + 10 * US_PER_S;
}

static void free_retired(struct worker *w)
{
	struct worker_reload *r = &w->reload;
	int64_t before_us = loop_now_us(w->loop) - request_lives_us(w);
	int kept = 0;

	for (int i = 0; i < r->retired_count; i++) {
		if (r->retired[i].since_us < before_us) {
			client_set_free(r->retired[i].clients);
			rules_free(r->retired[i].rules);
		} else {
			r->retired[kept++] = r->retired[i];
		}
	}
	r->retired_count = kept;
}

/* Requests may point into old clients, and judgements under way into old rules. False: no place for them. */
static bool retire(struct worker *w, struct client_set *clients, struct rules *rules)
{
	struct worker_reload *r = &w->reload;

	free_retired(w);
	if (r->retired_count == RETIRED_MAX)
		return false;
	if (clients != NULL || rules != NULL) {
		r->retired[r->retired_count].clients = clients;
		r->retired[r->retired_count].rules = rules;
		r->retired[r->retired_count++].since_us = loop_now_us(w->loop);
	}
	return true;
}

/* With no place for the old set the new one waits: it is read again a tick later. */
static bool replace_clients(struct worker *w, struct client_set *set)
{
	if (!retire(w, w->clients, NULL)) {
		client_set_free(set);
		return false;
	}
	w->clients = set;
	return true;
}

static bool replace_policy(struct worker *w, const struct db_rows *rows)
{
	struct policy *fresh = policy_from_rows(rows);

	if (fresh == NULL)
		return false;
	policy_free(w->policy);
	w->policy = fresh;
	return true;
}

/* --- steps ------------------------------------------------------------------------------------------------------- */

static void on_revision(struct worker *w, const struct db_answer *a)
{
	struct worker_reload *r = &w->reload;
	bool moved = w->rules == NULL || db_get_int(a->results[0], 0, 0) != w->rules->revision;
	bool rights_moved = db_get_int(a->results[1], 0, 0) != r->rights_revision, rights_again = r->rights_once_more;

	r->rights_revision = db_get_int(a->results[1], 0, 0);
	r->rights_once_more = rights_moved;
	r->rights_alone = !(moved || r->once_more || r->wanted);
	if (!r->rights_alone) {
		r->once_more = moved;
		r->wanted = false;
		start(w, RELOAD_RULES);
	} else if (rights_moved || rights_again) {
		start(w, RELOAD_RIGHTS);
	} else {
		r->step = RELOAD_IDLE;
	}
}

static uint64_t mark_of(const struct db_answer *a, int from)
{
	uint64_t mark = 0;

	for (int i = from; i < a->count; i++)
		mark = mark * 31 + db_rows_mark(a->results[i]);
	return mark;
}

static void on_rules(struct worker *w, const struct db_answer *a)
{
	uint64_t mark = mark_of(a, 1); /* 0: the revision */
	struct fault f = { 0 };
	struct rules *rules;

	if (w->rules != NULL && mark == w->reload.rules_mark) { /* something else moved: the same rules stay */
		w->rules->revision = db_get_int(a->results[0], 0, 0);
		start(w, RELOAD_RIGHTS);
		return;
	}
	rules = rules_from_answer(a, &f);
	if (rules == NULL) {
		failed(w, "rules", f.text);
		return;
	}
	authority_secrets_read(rules);
	if (w->rules == NULL || w->rules->revision != rules->revision)
		log_event(NULL, LOG_LEVEL_INFO, "rules.read", "revision=%lld codes=%d regimes=%d", (long long)rules->revision, rules->book->code_count,
		          rules->book->regime_count);
	if (!retire(w, NULL, w->rules)) {
		rules_free(rules);
		failed(w, "rules", "too many changes at once");
		return;
	}
	w->rules = rules;
	w->reload.rules_mark = mark;
	start(w, RELOAD_RIGHTS);
}

static void on_rights(struct worker *w, const struct db_answer *a)
{
	uint64_t mark = mark_of(a, 0);
	struct rights *rights;

	if (w->rights == NULL || mark != w->reload.rights_mark) {
		rights = rights_from_answer(a);
		if (rights == NULL) {
			failed(w, "rights", "no memory");
			return;
		}
		rights_free(w->rights); /* nobody points into them for longer than a step takes */
		w->rights = rights;
		w->reload.rights_mark = mark;
	}
	if (w->reload.rights_alone)
		w->reload.step = RELOAD_IDLE;
	else
		start(w, RELOAD_CLIENTS);
}

static void on_clients(struct worker *w, const struct db_answer *a)
{
	struct worker_reload *r = &w->reload;
	const struct client_rows rows = { .clients = a->results[0], .tokens = a->results[1], .certificates = a->results[2], .keys = a->results[3],
		                            .limits = a->results[4], .barred = a->results[7] };
	uint64_t mark = mark_of(a, 0);
	struct client_set *set = NULL;
	struct fault f = { 0 };

	if (!worker_keys_take(w, a->results[5], &f)) {
		failed(w, "data keys", f.text);
		return;
	}
	if (!replace_policy(w, a->results[6])) {
		failed(w, "data policy", "no memory");
		return;
	}
	if (w->clients == NULL || mark != r->clients_mark) {
		set = client_set_from_rows(&rows);
		if (set == NULL) {
			failed(w, "clients", "no memory");
			return;
		}
	}
	r->step = RELOAD_IDLE;
	r->has_failed = false;
	if (set != NULL && !replace_clients(w, set)) {
		r->wanted = true;
	} else {
		r->clients_mark = mark;
		r->whole_revision = w->rules == NULL ? 0 : w->rules->revision;
	}
	if (!w->is_known && w->rules != NULL && w->rights != NULL)
		worker_known(w);
}

static void on_answer(struct db_call *call, const struct db_answer *a)
{
	struct worker *w = container_of(call, struct worker, reload.call);

	if (a->outcome != DB_DONE) {
		failed(w, "rules, rights and clients", a->detail == NULL ? db_outcome_name(a->outcome) : a->detail);
		return;
	}
	switch (w->reload.step) {
	case RELOAD_REVISION:
		on_revision(w, a);
		break;
	case RELOAD_RULES:
		on_rules(w, a);
		break;
	case RELOAD_RIGHTS:
		on_rights(w, a);
		break;
	case RELOAD_CLIENTS:
		on_clients(w, a);
		break;
	case RELOAD_IDLE:
		break;
	}
}

static void on_tick(struct loop_timer *t)
{
	struct worker *w = container_of(t, struct worker, reload.tick);
	int64_t after_us = (int64_t)w->deps.config->service.reload_ms * 1000;

	if (w->reload.step == RELOAD_IDLE) {
		w->reload.again = false;
		w->reload.looked_us = loop_now_us(w->loop);
		start(w, RELOAD_REVISION);
	}
	if ((!w->is_known || w->reload.again) && after_us > 100000)
		after_us = 100000; /* nobody is served before; or what is being read may be older than a caller's change */
	loop_timer_set(w->loop, &w->reload.tick, after_us, on_tick);
}

/* --- for others -------------------------------------------------------------------------------------------------- */

void worker_reload_start(struct worker *w)
{
	w->reload.wanted = true;
	loop_timer_set(w->loop, &w->reload.tick, 0, on_tick);
}

void worker_reload_stop(struct worker *w)
{
	struct worker_reload *r = &w->reload;

	if (r->step != RELOAD_IDLE)
		db_cancel(w->pools[POOL_QUERY], &r->call);
	loop_timer_clear(w->loop, &r->tick);
	for (int i = 0; i < r->retired_count; i++) {
		client_set_free(r->retired[i].clients);
		rules_free(r->retired[i].rules);
	}
	client_set_free(w->clients);
	rules_free(w->rules);
	rights_free(w->rights);
	policy_free(w->policy);
}

static void reload_tls(struct worker *w)
{
	struct fault f = { 0 };

	if (startup_check_tls_key(w->deps.config, &f) && httpd_tls_reload(w->httpd[LISTENER_MAIN], &f))
		log_event(NULL, LOG_LEVEL_NOTICE, "tls.reloaded", "worker %d shows what the files hold now", w->deps.index);
	else
		log_event(NULL, LOG_LEVEL_ERROR, "tls.refused", "%s; what was read before stays in force", f.text);
}

/* SIGHUP: the files of secrets may have changed, which no row tells. */
void worker_reload(struct worker *w)
{
	w->reload.wanted = true;
	w->reload.rules_mark = 0;
	loop_timer_set(w->loop, &w->reload.tick, 0, on_tick);
	if (w->httpd[LISTENER_MAIN] != NULL && w->deps.startup->tls.certificate != NULL)
		reload_tls(w);
}

void worker_reload_asked(void *arg)
{
	struct worker *w = arg;
	struct worker_reload *r = &w->reload;
	int64_t now_us = loop_now_us(w->loop);

	if (r->step != RELOAD_IDLE || now_us - r->last_us < LOOK_PAUSE_US)
		return;
	r->last_us = now_us;
	start(w, RELOAD_CLIENTS);
}

void worker_reload_moved(void *arg)
{
	struct worker *w = arg;
	int64_t rested_us = loop_now_us(w->loop) - w->reload.looked_us;

	w->reload.again = true;
	loop_timer_set(w->loop, &w->reload.tick, rested_us < MOVED_PAUSE_US ? MOVED_PAUSE_US - rested_us : 0, on_tick);
}
