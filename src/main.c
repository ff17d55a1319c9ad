/*
 * tongguand: a single-window gateway for cross-border e-commerce filings.
 *
 * Settings, secrets, the schema, then workers until a signal; see docs/LIFE.md for a filing's way through the house.
 */
#include <getopt.h>
#include <malloc.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sysexits.h>

#include "base/log.h"
#include "config.h"
#include "daemon.h"
#include "io/systemd.h"
#include "startup.h"
#include "store/query.h"

#define DEFAULT_PATH "/etc/tongguand/tongguand.conf"

enum action { ACT_RUN, ACT_CHECK, ACT_PRINT, ACT_PRINT_MARKDOWN, ACT_DONE, ACT_USAGE };

static const char usage[] =
"usage: tongguand [-c FILE] [-t]\n"
"\n"
"  -c, --config FILE            settings (" DEFAULT_PATH ")\n"
"  -t, --check-config           check the settings and end\n"
"      --print-config           print the documented sample; with -c: FILE's settings in the same form\n"
"      --print-config=markdown  print docs/CONFIG.md\n"
"  -V, --version                print the version and end\n"
"  -h, --help                   print this and end\n"
"\n"
"It stays in the foreground. SIGTERM finishes what is under way, a second one stops at once; SIGHUP reads settings and rules anew.\n"
"Exit status: 0 stopped, 64 usage, 69 database unreachable, 70 a bug, 71 the system refused, 77 no permission, 78 settings or schema.\n";

static enum action read_options(int argc, char **argv, const char **path)
{
	static const struct option options[] = {
		{ "config", required_argument, NULL, 'c' },       { "check-config", no_argument, NULL, 't' },
		{ "print-config", optional_argument, NULL, 'p' }, { "version", no_argument, NULL, 'V' },
		{ "help", no_argument, NULL, 'h' },               { NULL, 0, NULL, 0 },
	};
	enum action action = ACT_RUN;
	int o;

	while ((o = getopt_long(argc, argv, "c:tVh", options, NULL)) != -1) {
		if (o == 'c') {
			*path = optarg;
		} else if (o == 't') {
			action = ACT_CHECK;
		} else if (o == 'p' && (optarg == NULL || strcmp(optarg, "markdown") == 0)) {
			action = optarg == NULL ? ACT_PRINT : ACT_PRINT_MARKDOWN;
		} else if (o == 'V' || o == 'h') {
			(void)fputs(o == 'V' ? "tongguand " TONGGUAN_VERSION "\n" : usage, stdout);
			return ACT_DONE;
		} else {
			return ACT_USAGE;
		}
	}
	return optind == argc ? action : ACT_USAGE;
}

static int complain(const struct fault *f)
{
	(void)fprintf(stderr, "tongguand: %s\n", f->text);
	return startup_exit_status(f);
}

static void open_log(const struct config *c)
{
	bool journal = c->log.format == FORMAT_JOURNAL || (c->log.format == FORMAT_AUTO && systemd_stderr_is_journal());

	log_open("tongguand", (enum log_level)(LOG_LEVEL_ERROR + c->log.level), journal ? systemd_journal_sink : NULL);
}

static int print_config(enum action action, const char *path)
{
	struct config c;
	struct fault f = { 0 };
	int status = EX_OK;

	if (action == ACT_PRINT_MARKDOWN)
		config_print_markdown(stdout);
	else if (path == NULL)
		config_print(stdout, NULL);
	else if (config_load(&c, path, &f))
		config_print(stdout, &c);
	else
		status = complain(&f);
	if (action == ACT_PRINT && path != NULL)
		config_done(&c);
	return fflush(stdout) == 0 ? status : EX_IOERR;
}

static int run(struct config *c)
{
	struct startup s;
	struct fault f = { 0 };
	int status = EX_OK;

	open_log(c);
	query_init();
	if (!startup_prepare(&s, c, &f) || !daemon_run(c, &s, &f)) {
		log_event(NULL, LOG_LEVEL_ERROR, "daemon.failed", "%s", f.text);
		status = startup_exit_status(&f);
	}
	startup_done(&s);
	return status;
}

/* No other process of this user may look into our memory, where keys and tokens' owners are, and no core file is written of it. A
 * sanitizer looks in from another process itself. */
static void hide_memory(void)
{
#ifndef __SANITIZE_ADDRESS__
	(void)prctl(PR_SET_DUMPABLE, 0);
#endif
}

int main(int argc, char **argv)
{
	const char *path = NULL;
	struct config c;
	struct fault f = { 0 };
	enum action action = read_options(argc, argv, &path);
	int status;

	if (action == ACT_USAGE)
		(void)fputs("Try 'tongguand --help'.\n", stderr);
	if (action == ACT_USAGE || action == ACT_DONE)
		return action == ACT_DONE ? EX_OK : EX_USAGE;
	if (action == ACT_PRINT || action == ACT_PRINT_MARKDOWN)
		return print_config(action, path);
	(void)signal(SIGPIPE, SIG_IGN);
	hide_memory();
	/* Batches come and go many times a second: their memory stays with the process instead of being mapped anew. */
	(void)mallopt(M_MMAP_THRESHOLD, 32 << 20);
	(void)mallopt(M_TRIM_THRESHOLD, 64 << 20);
	if (!config_load(&c, path == NULL ? DEFAULT_PATH : path, &f))
		status = complain(&f);
	else
		status = action == ACT_CHECK ? EX_OK : run(&c);
	config_done(&c);
	return status;
}
