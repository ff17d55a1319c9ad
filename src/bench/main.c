/*
 * tongguan-bench MODE [options]: load, and what came of it as one JSON object; see include/bench/bench.h.
 *
 *   intake        orders as fast as --connections take them            declarations  --rate of them a second, four filings each
 *   arrays        the same bytes into PostgreSQL in arrays of --rows   parse         microseconds a filing on one core
 *   sample        the four filings of trade --from, a line each
 */
#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "base/log.h"
#include "bench/bench.h"

static const struct {
	const char *name;
	int (*run)(const struct bench_options *o);
	bool needs_url;
} modes[] = {
	{ "intake", bench_intake, true }, { "declarations", bench_declarations, true }, { "arrays", bench_arrays, false },
	{ "parse", bench_parse, false }, { "sample", bench_sample, false },
};

static int usage(FILE *to, int status)
{
	(void)fprintf(to, "usage: tongguan-bench intake|declarations|arrays|parse|sample [--url http://ADDRESS:PORT] [--tokens FILE] [--run %.*s]\n"
	                  "         [--seed N] [--from N] [--buyers N] [--connections N] [--seconds N] [--warm-ms N] [--rate N] [--spread-ms N] [--rows N]\n"
	                  "         [--patience SECONDS] [--conninfo STRING]\n",
	              RUN_CHARS, "XXXXXXXXXX");
	return status;
}

static bool set_number(const char *value, int64_t least, int64_t most, int64_t *out)
{
	return text_to_i64(text_of(value), out) && *out >= least && *out <= most;
}

static bool set_option(struct bench_options *o, int option, const char *value)
{
	int64_t n = 0;

	switch (option) {
	case 'u': o->url = value; return true;
	case 't': o->tokens = value; return true;
	case 'i': o->run = value; return true;
	case 'd': o->conninfo = value; return true;
	case 'e': return set_number(value, 0, INT64_MAX, &n) && (o->seed = (uint64_t)n, true);
	case 'b': return set_number(value, 0, 1000000000, &n) && (o->buyers = (uint64_t)n, true);
	case 'f': return set_number(value, 0, 1000000000, &n) && (o->from = (uint64_t)n, true);
	case 'c': return set_number(value, 1, 4096, &n) && (o->connections = (int)n, true);
	case 's': return set_number(value, 1, 86400, &n) && (o->seconds = (int)n, true);
	case 'w': return set_number(value, 0, 60000, &n) && (o->warm_ms = (int)n, true);
	case 'r': return set_number(value, 1, 100000, &n) && (o->rate = (int)n, true);
	case 'p': return set_number(value, 0, 600000, &n) && (o->spread_ms = (int)n, true);
	case 'a': return set_number(value, 0, 86400, &n) && (o->patience_s = (int)n, true);
	case 'n': return set_number(value, 1, 4096, &n) && (o->rows = (int)n, true);
	default: return false;
	}
}

int main(int argc, char **argv)
{
	static const struct option names[] = { { "url", 1, NULL, 'u' }, { "tokens", 1, NULL, 't' }, { "run", 1, NULL, 'i' }, { "conninfo", 1, NULL, 'd' },
		{ "seed", 1, NULL, 'e' }, { "from", 1, NULL, 'f' }, { "buyers", 1, NULL, 'b' }, { "connections", 1, NULL, 'c' }, { "seconds", 1, NULL, 's' },
		{ "warm-ms", 1, NULL, 'w' }, { "rate", 1, NULL, 'r' }, { "spread-ms", 1, NULL, 'p' }, { "rows", 1, NULL, 'n' }, { "patience", 1, NULL, 'a' },
		{ "help", 0, NULL, 'h' }, { 0 } };
	struct bench_options o = { .run = "000000", .connections = 64, .seconds = 10, .warm_ms = 1000, .rate = 1417, .rows = 256, .patience_s = 15 };

	for (int c; (c = getopt_long(argc, argv, "h", names, NULL)) != -1;) {
		if (c == 'h')
			return usage(stdout, 0);
		if (!set_option(&o, c, optarg))
			return usage(stderr, EX_USAGE);
	}
	(void)signal(SIGPIPE, SIG_IGN);
	log_open("tongguan-bench", LOG_LEVEL_WARNING, NULL);
	for (size_t i = 0; optind == argc - 1 && i < COUNTOF(modes); i++) {
		if (strcmp(argv[optind], modes[i].name) == 0)
			return modes[i].needs_url && o.url == NULL ? usage(stderr, EX_USAGE) : modes[i].run(&o);
	}
	return usage(stderr, EX_USAGE);
}
