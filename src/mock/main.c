/*
 * tongguan-mock: the twelve authorities in one process, see include/mock/mock.h.
 *
 *   options ─► loop, server ─► journal (what was remembered) ─► tokens, settings ─► the port is told ─► until SIGTERM ─► drained
 */
#include <signal.h>
#include <stdio.h>
#include <sysexits.h>

#include "base/log.h"
#include "mock/mock.h"
#include "mock/options.h"

enum { DRAIN_MS = 2000, DRAIN_TICK_US = 5000, RULES_BYTES_MAX = 1 << 20 };

static bool read_tokens(struct mock *m, const char *path)
{
	char line[200], code[8], token[128];
	FILE *f = path == NULL ? NULL : fopen(path, "re");

	if (path != NULL && f == NULL) {
		perror(path);
		return false;
	}
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		enum authority a;

		if (sscanf(line, "%7s %127s", code, token) == 2 && authority_by_code(text_of(code), &a))
			(void)snprintf(m->token_headers[a], sizeof(m->token_headers[a]), "Authorization: Bearer %s", token);
	}
	if (f != NULL)
		(void)fclose(f);
	return true;
}

static bool read_file(struct arena *a, const char *path, struct text *out, struct fault *f)
{
	FILE *from = fopen(path, "re");
	char *bytes = arena_alloc(a, RULES_BYTES_MAX + 1);
	size_t n = from == NULL || bytes == NULL ? 0 : fread(bytes, 1, RULES_BYTES_MAX, from);

	if (from != NULL)
		(void)fclose(from);
	if (n == 0)
		return fault_set(f, FAULT_CONFIG, "%s cannot be read, or is empty", path);
	bytes[n] = '\0';
	*out = (struct text){ bytes, n };
	return true;
}

/* CODE=JSON, of rules CODE=FILE. They are new at each start, whatever the journal says. */
static bool apply(struct mock *m, const struct option_setting *s, struct fault *f)
{
	const char *equals = strchr(s->value, '=');
	bool is_file = text_is(text_of(s->what), "rules");
	struct text json = text_of(equals == NULL ? NULL : equals + 1);
	struct arena arena;
	enum authority a;
	bool good;

	if (equals == NULL || !authority_by_code((struct text){ s->value, (size_t)(equals - s->value) }, &a))
		return fault_set(f, FAULT_CONFIG, "CODE=%s is expected", is_file ? "FILE" : "JSON");
	arena_init(&arena, (size_t)RULES_BYTES_MAX * 2);
	good = (!is_file || read_file(&arena, equals + 1, &json, f)) &&
	       setting_put(&m->authorities[a], text_of(s->what), json, clock_now_us(&m->clock), f);
	arena_done(&arena);
	if (good)
		record_setting(&m->authorities[a], s->what);
	return good;
}

static bool apply_settings(struct mock *m, const struct options *o)
{
	for (int i = 0; i < o->setting_count; i++) {
		struct fault f = { 0 };

		if (!apply(m, &o->settings[i], &f)) {
			(void)fprintf(stderr, "tongguan-mock: --%s %s: %s\n", o->settings[i].what, o->settings[i].value, f.text);
			return false;
		}
	}
	return true;
}

static bool start(struct mock *m, const struct options *o, struct fault *f)
{
	const struct httpd_conf http = { .address = o->listen, .listen_fd = -1, .connections = 2000, .header_timeout_ms = 10000, .body_timeout_ms = 10000,
		                         .idle_timeout_ms = 120000, .handler_timeout_ms = 3600000, .body_bytes = 4u << 20, .arena_bytes = 32u << 20,
		                         .header_bytes = 4096 };
	const struct httpc_conf out = { .connections_per_host = 16, .connections_kept = 16, .connect_timeout_ms = 3000, .answer_bytes = 1u << 20 };
	static struct httpd_calls calls;

	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		mock_authority_init(&m->authorities[a], m, a);
	arena_init(&m->payment.arena, (size_t)64 << 20);
	m->gateway = o->gateway;
	m->seed = o->seed;
	m->started_us = clock_now_us(&m->clock);
	calls = mock_calls;
	calls.arg = m;
	m->loop = loop_new(f);
	m->httpc = m->loop == NULL ? NULL : httpc_new(m->loop, &out, f);
	m->later = m->httpc == NULL ? NULL : later_new(m);
	if (m->later == NULL || (o->state != NULL && !records_open(m, o->state, o->sync, f)))
		return false;
	m->httpd = httpd_new(m->loop, &http, &calls, f);
	return m->httpd != NULL;
}

static bool announce(const struct mock *m, const char *path)
{
	FILE *f = path == NULL ? NULL : fopen(path, "we");

	(void)printf("listening on port %d\n", httpd_port(m->httpd));
	(void)fflush(stdout);
	if (path == NULL)
		return true;
	if (f == NULL || fprintf(f, "%d\n", httpd_port(m->httpd)) < 0 || fclose(f) != 0) {
		perror(path);
		return false;
	}
	return true;
}

/* --- the end: what is being answered or posted comes to its end first, within DRAIN_MS -------------------------------- */

struct drain {
	struct mock *mock;
	struct loop_timer tick;
	int64_t until_us;
};

static void on_drain(struct loop_timer *t)
{
	struct drain *d = container_of(t, struct drain, tick);
	const struct mock *m = d->mock;

	if (clock_mono_us() >= d->until_us || (httpd_open_requests(m->httpd) == 0 && !later_is_posting(m->later)))
		loop_stop(m->loop);
	else
		loop_timer_set(m->loop, &d->tick, DRAIN_TICK_US, on_drain);
}

static void on_signal(void *arg, int signal)
{
	struct drain *d = arg;

	(void)signal;
	if (d->until_us != 0)
		return;
	d->until_us = clock_mono_us() + (int64_t)DRAIN_MS * 1000;
	httpd_quiesce(d->mock->httpd);
	later_stop(d->mock->later);
	loop_timer_set(d->mock->loop, &d->tick, 0, on_drain);
}

static void stop(struct mock *m)
{
	struct journal *j = m->journal;

	httpd_free(m->httpd);
	m->journal = NULL; /* what is taken down from here on is not forgotten */
	journal_close(j);
	later_free(m->later);
	httpc_free(m->httpc);
	payment_forget(m);
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		mock_authority_done(&m->authorities[a]);
	loop_free(m->loop);
}

int main(int argc, char **argv)
{
	static const int signals[] = { SIGTERM, SIGINT };
	static struct mock mock;
	static struct drain drain = { .mock = &mock };
	struct options o;
	struct fault f = { 0 };
	int bad = options_read(argc, argv, &o);

	if (bad != 0)
		return bad;
	(void)signal(SIGPIPE, SIG_IGN);
	log_open("tongguan-mock", LOG_LEVEL_INFO, NULL);
	if (!start(&mock, &o, &f) || !loop_signals(mock.loop, signals, 2, on_signal, &drain, &f)) {
		(void)fprintf(stderr, "tongguan-mock: %s\n", f.text);
		return EX_OSERR;
	}
	if (!read_tokens(&mock, o.tokens) || !apply_settings(&mock, &o))
		return EX_CONFIG;
	if (!announce(&mock, o.port_file))
		return EX_CANTCREAT;
	loop_run(mock.loop);
	stop(&mock);
	return 0;
}
