/*
 * tongguan-mock: four authorities in one process, see include/mock/mock.h.
 *
 *   tongguan-mock [--listen ADDRESS] [--gateway URL] [--tokens FILE] [--port-file FILE] [--behaviour CODE=JSON …]
 *
 * FILE of tokens: one line per authority, "CUS tg_…". The port is printed, and written to --port-file when asked.
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/log.h"
#include "mock/mock.h"

struct options {
	const char *listen, *gateway, *tokens, *port_file;
	const char *behaviours[AUTHORITY_COUNT];
	int behaviour_count;
};

static void usage(FILE *to)
{
	(void)fprintf(to, "usage: tongguan-mock [--listen ADDRESS] [--gateway URL] [--tokens FILE] [--port-file FILE] [--behaviour CODE=JSON]...\n"
	                  "Simulates authorities for tests and demonstrations; docs/API.md describes its own interface.\n");
}

static int read_options(int argc, char **argv, struct options *o)
{
	static const struct option names[] = { { "listen", required_argument, NULL, 'l' }, { "gateway", required_argument, NULL, 'g' },
		{ "tokens", required_argument, NULL, 't' }, { "port-file", required_argument, NULL, 'p' }, { "behaviour", required_argument, NULL, 'b' },
		{ "help", no_argument, NULL, 'h' }, { "version", no_argument, NULL, 'V' }, { 0 } };

	*o = (struct options){ .listen = "127.0.0.1:0" };
	for (int c; (c = getopt_long(argc, argv, "hV", names, NULL)) != -1;) {
		switch (c) {
		case 'l': o->listen = optarg; break;
		case 'g': o->gateway = optarg; break;
		case 't': o->tokens = optarg; break;
		case 'p': o->port_file = optarg; break;
		case 'b':
			if (o->behaviour_count == AUTHORITY_COUNT)
				return EX_USAGE;
			o->behaviours[o->behaviour_count++] = optarg;
			break;
		case 'h': usage(stdout); exit(0);
		case 'V': (void)printf("tongguan-mock %s\n", TONGGUAN_VERSION); exit(0);
		default: usage(stderr); return EX_USAGE;
		}
	}
	if (optind < argc) {
		usage(stderr);
		return EX_USAGE;
	}
	return 0;
}

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

static bool set_behaviours(struct mock *m, const struct options *o)
{
	for (int i = 0; i < o->behaviour_count; i++) {
		const char *equals = strchr(o->behaviours[i], '=');
		struct fault f = { 0 };
		struct arena arena;
		enum authority a;
		bool good;

		arena_init(&arena, 65536);
		good = equals != NULL && authority_by_code((struct text){ o->behaviours[i], (size_t)(equals - o->behaviours[i]) }, &a) &&
		       behaviour_set(&m->authorities[a].behaviour, &arena, text_of(equals + 1), &f);
		arena_done(&arena);
		if (!good) {
			(void)fprintf(stderr, "tongguan-mock: --behaviour %s: %s\n", o->behaviours[i], f.code == FAULT_NONE ? "CODE=JSON is expected" : f.text);
			return false;
		}
	}
	return true;
}

static bool start(struct mock *m, const struct options *o, struct fault *f)
{
	const struct httpd_conf http = { .address = o->listen, .listen_fd = -1, .connections = 2000, .header_timeout_ms = 10000, .body_timeout_ms = 10000,
		                         .idle_timeout_ms = 120000, .handler_timeout_ms = 3600000, .body_bytes = 4u << 20, .arena_bytes = 8u << 20,
		                         .header_bytes = 4096 };
	const struct httpc_conf out = { .connections_per_host = 16, .connections = 16, .connect_timeout_ms = 3000, .answer_bytes = 1u << 20 };
	static struct httpd_calls calls;

	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		m->authorities[a].home = m;
		m->authorities[a].authority = a;
		behaviour_default(&m->authorities[a].behaviour);
		arena_init(&m->authorities[a].arena, (size_t)1 << 30);
	}
	arena_init(&m->payment.arena, (size_t)64 << 20);
	m->gateway = o->gateway;
	calls = mock_calls;
	calls.arg = m;
	m->loop = loop_new(f);
	m->httpc = m->loop == NULL ? NULL : httpc_new(m->loop, &out, f);
	m->later = m->httpc == NULL ? NULL : later_new(m);
	m->httpd = m->later == NULL ? NULL : httpd_new(m->loop, &http, &calls, f);
	return m->httpd != NULL;
}

static void on_signal(void *arg, int signal)
{
	struct mock *m = arg;

	(void)signal;
	loop_stop(m->loop);
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

static void stop(struct mock *m)
{
	httpd_free(m->httpd);
	later_free(m->later);
	httpc_free(m->httpc);
	payment_forget(m);
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		exception_forget(&m->authorities[a]);
		mock_forget(&m->authorities[a]);
	}
	loop_free(m->loop);
}

int main(int argc, char **argv)
{
	static const int signals[] = { SIGTERM, SIGINT };
	static struct mock mock;
	struct options o;
	struct fault f = { 0 };
	int bad = read_options(argc, argv, &o);

	if (bad != 0)
		return bad;
	(void)signal(SIGPIPE, SIG_IGN);
	log_open("tongguan-mock", LOG_LEVEL_INFO, NULL);
	if (!start(&mock, &o, &f) || !loop_signals(mock.loop, signals, 2, on_signal, &mock, &f)) {
		(void)fprintf(stderr, "tongguan-mock: %s\n", f.text);
		return EX_OSERR;
	}
	if (!read_tokens(&mock, o.tokens) || !set_behaviours(&mock, &o))
		return EX_CONFIG;
	if (!announce(&mock, o.port_file))
		return EX_CANTCREAT;
	loop_run(mock.loop);
	stop(&mock);
	return 0;
}
