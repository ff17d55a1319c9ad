#include "mock/options.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <sysexits.h>

#include "base/text.h"

static void usage(FILE *to)
{
	(void)fprintf(to,
	              "usage: tongguan-mock [--listen ADDRESS] [--gateway URL] [--tokens FILE] [--port-file FILE] [--state FILE [--sync]]\n"
	              "                     [--seed NUMBER] [--behaviour CODE=JSON]... [--rules CODE=FILE]...\n"
	              "Simulates the twelve authorities for tests and demonstrations; tongguan-mock(1) and SIMULATOR.md describe them.\n"
	              "  --listen ADDRESS       where to listen; 127.0.0.1:0 when not given\n"
	              "  --gateway URL          where later answers are posted\n"
	              "  --tokens FILE          tokens for that: a line for each authority, CODE TOKEN\n"
	              "  --port-file FILE       where the port is written\n"
	              "  --state FILE           what it remembers, so that it survives kill -9; else memory only\n"
	              "  --sync                 with --state: on the disk before anything is answered\n"
	              "  --seed NUMBER          of the rules' chances; 1 when not given\n"
	              "  --behaviour CODE=JSON  how an authority behaves\n"
	              "  --rules CODE=FILE      what it answers, by rules\n");
}

static bool add_setting(struct options *o, const char *what, const char *value)
{
	if (o->setting_count == OPTION_SETTINGS_MAX)
		return false;
	o->settings[o->setting_count++] = (struct option_setting){ what, value };
	return true;
}

static bool take(struct options *o, int option, const char *value)
{
	switch (option) {
	case 'l': o->listen = value; return true;
	case 'g': o->gateway = value; return true;
	case 't': o->tokens = value; return true;
	case 'p': o->port_file = value; return true;
	case 's': o->state = value; return true;
	case 'y': o->sync = true; return true;
	case 'S': return text_to_i64(text_of(value), &o->seed);
	case 'b': return add_setting(o, "behaviour", value);
	case 'r': return add_setting(o, "rules", value);
	default: return false;
	}
}

int options_read(int argc, char **argv, struct options *o)
{
	static const struct option names[] = {
		{ "listen", required_argument, NULL, 'l' },    { "gateway", required_argument, NULL, 'g' }, { "tokens", required_argument, NULL, 't' },
		{ "port-file", required_argument, NULL, 'p' }, { "state", required_argument, NULL, 's' },   { "sync", no_argument, NULL, 'y' },
		{ "seed", required_argument, NULL, 'S' },      { "behaviour", required_argument, NULL, 'b' },
		{ "rules", required_argument, NULL, 'r' },     { "help", no_argument, NULL, 'h' },          { "version", no_argument, NULL, 'V' },
		{ 0 },
	};

	*o = (struct options){ .listen = "127.0.0.1:0", .seed = 1 };
	for (int c; (c = getopt_long(argc, argv, "hV", names, NULL)) != -1;) {
		if (c == 'h') {
			usage(stdout);
			exit(0);
		}
		if (c == 'V') {
			(void)printf("tongguan-mock %s\n", TONGGUAN_VERSION);
			exit(0);
		}
		if (!take(o, c, optarg)) {
			usage(stderr);
			return EX_USAGE;
		}
	}
	if (optind < argc || (o->sync && o->state == NULL)) {
		usage(stderr);
		return EX_USAGE;
	}
	return 0;
}
