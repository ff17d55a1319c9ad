/*
 * tongguanctl: what an operator does to the database and the keys.
 *
 * One table of commands, one of options; options may stand anywhere. Only what is asked for goes to stdout.
 */
#include <getopt.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

#include "ctl/ctl.h"
#include "startup.h"

enum { ARENA_BYTES = 256 << 20, EXIT_NO = 1, EXIT_TROUBLE = 2 };

static const char usage[] =
"usage: tongguanctl [-c FILE | --db CONNINFO] [-o table|json] COMMAND\n"
"\n"
"  migrate [--purpose test|sandbox|production]    bring the database's schema up to date\n"
"  migrate --status                               which migrations it has\n"
"  client add NAME --role ROLE [--code CODE]... [--authority CODE] [--expires-days N]\n"
"                                                 make a client; its token is printed once\n"
"                                                 ROLE: enterprise, regulator, operator, authority\n"
"  client list\n"
"  client disable NAME\n"
"  client reading NAME strict|lenient             how its customs messages are read: docs/API.md\n"
"  client certificate NAME FILE                   bind a certificate (PEM or DER) to a client; prints its SHA-256\n"
"  client certificates [NAME]                     which certificates are bound\n"
"  client certificate-revoke NAME SHA256          it counts no more\n"
"  client signature NAME --required WHAT [--strict-signature]\n"
"                                                 which of its customs messages must be signed: none, schema (621 623\n"
"                                                 625 711), text (also 507 509 603 605 607 701), all\n"
"  client promote NAME [--to STATE] [--reason TEXT]\n"
"                                                 an enterprise's next state, or an earlier one with a reason\n"
"                                                 STATE: applied, tested, approved, live (may file in production)\n"
"  client history NAME                            its steps, by whom and why\n"
"  client report NAME                             what it has tried: only in a sandbox or test database\n"
"  authority set CODE [--url URL] [--max-in-flight N] [--timeout-ms N] [--attempts-max N] [--first-wait-ms N]\n"
"                     [--longest-wait-ms N] [--breaker-failures N] [--breaker-ms N] [--bundle-max N]\n"
"                     [--max-per-s N] [--burst N] [--dialect DIALECT]\n"
"                     [--credential none|bearer|hmac] [--credential-file FILE]\n"
"                                                 where an authority is and how it is treated; --url '' disconnects,\n"
"                                                 --max-per-s 0 takes that limit away\n"
"                                                 FILE holds a token, or the secret that messages are signed with\n"
"  authority list\n"
"  authority maintenance CODE [--from TIME] [--until TIME] --reason TEXT\n"
"                                                 nothing is sent there then, and everybody is told\n"
"  authority maintenance CODE --end [--window N]  it is over: all that are in force, or that one\n"
"  authority maintenance CODE                     which there are\n"
"  deliveries list --authority CODE [--state dead|due] [--reason TEXT] [--from TIME] [--to TIME] [--limit N]\n"
"  deliveries retry --authority CODE [--state dead|due] [--reason TEXT] [--from TIME] [--to TIME] [--limit N] [--per-s N]\n"
"                                                 once more, so many a second; --reason: how theirs begins\n"
"  code list [LIST]                               the code lists, or the rows of one\n"
"  code add LIST CODE --name-zh NAME [--name-en NAME] [--iso CODES] [--from DAY] [--source TEXT]\n"
"                                                 a code from a day on (today)\n"
"  code close LIST CODE --to DAY                  its last day; rows are closed, never edited\n"
"  platform set CODE [--url URL] [--certificate FILE] [--drop-certificate SERIAL]\n"
"                                                 where a platform is asked for payment data, and what it signs with\n"
"  platform list\n"
"  status                                         schema, declarations, backlog\n"
"  key new PATH                                   make a key that signs receipts\n"
"  key public PATH                                its public half, in hex\n"
"  verify RECEIPT_FILE --public-key HEX           is that receipt genuine? 0 yes, 1 no, 2 cannot tell\n"
"  check [--strict|--lenient] [-v] [--json] [--on DATE] FILE...\n"
"                                                 would these filings be taken? needs neither server nor database\n"
"  convert --to xml|json [--on DATE] FILE         the same filings in the other dialect\n"
"  sign --key FILE --certificate FILE [--algorithm rsa-sha256|rsa-sha1|sm2-sm3] MESSAGE\n"
"                                                 the customs message, signed, on standard output\n"
"  verify-signature [--certificate FILE] [--strict] MESSAGE...\n"
"                                                 a line for each: is its signature good? 0 all are, 1 some are not\n"
"  problems                                       every kind of refusal that callers may meet\n"
"\n"
"  -c, --config FILE    the daemon's settings (" CTL_CONFIG_PATH ")\n"
"      --db CONNINFO    the database, instead of by the settings\n"
"  -o, --output FORM    table or json\n"
"      --codes A,B,...  several codes at once;  --name NAME  the same as NAME\n"
"  -h, --help           print this and end\n"
"  -V, --version        print the version and end\n"
"\n"
"Exit status: 0 done, 1 refused, 2 failed, 64 usage, 69 database unreachable, 77 no permission, 78 settings or schema.\n";

/* --- commands ---------------------------------------------------------------------------------------------------- */

static const struct command {
	const char *noun, *verb; /* verb NULL: none */
	ctl_fn *fn;
	int least, most;         /* arguments after them */
} commands[] = {
	{ "migrate", NULL, migrate_run, 0, 0 },
	{ "client", "add", client_add, 0, 1 },
	{ "client", "list", client_list, 0, 0 },
	{ "client", "disable", client_disable, 0, 1 },
	{ "client", "reading", client_reading, 2, 2 },
	{ "client", "certificate", client_certificate, 2, 2 },
	{ "client", "certificates", client_certificates, 0, 1 },
	{ "client", "certificate-revoke", client_certificate_revoke, 2, 2 },
	{ "client", "signature", client_signature_set, 1, 1 },
	{ "client", "promote", client_promote, 0, 1 },
	{ "client", "history", client_history, 0, 1 },
	{ "client", "report", client_report, 0, 1 },
	{ "authority", "set", authority_set, 1, 1 },
	{ "authority", "list", authority_list, 0, 0 },
	{ "authority", "maintenance", authority_maintenance, 1, 1 },
	{ "deliveries", "list", deliveries_show, 0, 0 },
	{ "deliveries", "retry", deliveries_again, 0, 0 },
	{ "code", "list", code_list_show, 0, 1 },
	{ "code", "add", code_add, 2, 2 },
	{ "code", "close", code_close, 2, 2 },
	{ "platform", "set", platform_set, 1, 1 },
	{ "platform", "list", platform_list, 0, 0 },
	{ "status", NULL, status_show, 0, 0 },
	{ "key", "new", key_new, 1, 1 },
	{ "key", "public", key_public, 1, 1 },
	{ "verify", NULL, receipt_check, 1, 1 },
	{ "sign", NULL, message_sign, 1, 1 },
	{ "verify-signature", NULL, message_verify, 1, INT_MAX },
	{ "problems", NULL, problems_list, 0, 0 },
	{ "check", NULL, files_check, 1, INT_MAX },
	{ "convert", NULL, file_convert, 1, 1 },
};

static const struct command *find_command(struct ctl *c, int argc, char **argv)
{
	for (size_t i = 0; i < COUNTOF(commands); i++) {
		const struct command *one = &commands[i];
		int words = one->verb == NULL ? 1 : 2;

		if (argc < words || strcmp(argv[0], one->noun) != 0 || (words == 2 && strcmp(argv[1], one->verb) != 0))
			continue;
		c->arguments = argv + words;
		c->argument_count = argc - words;
		return c->argument_count >= one->least && c->argument_count <= one->most ? one : NULL;
	}
	return NULL;
}

/* --- options ----------------------------------------------------------------------------------------------------- */

enum { O_DB = 256, O_STATUS, O_CODE, O_CODES, O_STRICT, O_LENIENT, O_STRICT_SIGNATURE, O_JSON, O_END, O_FIRST_TEXT };

static const struct { const char *name; size_t offset; } texts[] = { /* options that are kept as they are */
	{ "purpose", offsetof(struct ctl, purpose) },
	{ "name", offsetof(struct ctl, name) },
	{ "role", offsetof(struct ctl, role) },
	{ "authority", offsetof(struct ctl, authority) },
	{ "expires-days", offsetof(struct ctl, expires_days) },
	{ "url", offsetof(struct ctl, url) },
	{ "to", offsetof(struct ctl, to) },
	{ "reason", offsetof(struct ctl, reason) },
	{ "public-key", offsetof(struct ctl, public_key) },
	{ "certificate", offsetof(struct ctl, certificate) },
	{ "drop-certificate", offsetof(struct ctl, drop_certificate) },
	{ "max-in-flight", offsetof(struct ctl, max_in_flight) },
	{ "timeout-ms", offsetof(struct ctl, timeout_ms) },
	{ "attempts-max", offsetof(struct ctl, attempts_max) },
	{ "first-wait-ms", offsetof(struct ctl, first_wait_ms) },
	{ "longest-wait-ms", offsetof(struct ctl, longest_wait_ms) },
	{ "breaker-failures", offsetof(struct ctl, breaker_failures) },
	{ "breaker-ms", offsetof(struct ctl, breaker_ms) },
	{ "bundle-max", offsetof(struct ctl, bundle_max) },
	{ "max-per-s", offsetof(struct ctl, max_per_s) },
	{ "burst", offsetof(struct ctl, burst) },
	{ "name-zh", offsetof(struct ctl, name_zh) },
	{ "name-en", offsetof(struct ctl, name_en) },
	{ "iso", offsetof(struct ctl, iso) },
	{ "from", offsetof(struct ctl, from) },
	{ "to", offsetof(struct ctl, to) },
	{ "source", offsetof(struct ctl, source) },
	{ "on", offsetof(struct ctl, on) },
	{ "until", offsetof(struct ctl, until) },
	{ "window", offsetof(struct ctl, window) },
	{ "state", offsetof(struct ctl, state) },
	{ "limit", offsetof(struct ctl, limit) },
	{ "per-s", offsetof(struct ctl, per_s) },
	{ "required", offsetof(struct ctl, required) },
	{ "key", offsetof(struct ctl, key) },
	{ "certificate", offsetof(struct ctl, certificate) },
	{ "algorithm", offsetof(struct ctl, algorithm) },
	{ "dialect", offsetof(struct ctl, dialect) },
	{ "credential", offsetof(struct ctl, credential) },
	{ "credential-file", offsetof(struct ctl, credential_file) },
};

static bool add_codes(struct ctl *c, const char *list)
{
	for (const char *at = list; ; at++) {
		size_t len = strcspn(at, ",");

		if (len == 0 || c->code_count == CODES_MAX)
			return false;
		c->codes[c->code_count++] = (struct text){ at, len };
		at += len;
		if (*at == '\0')
			return true;
	}
}

static bool take_option(struct ctl *c, int o)
{
	switch (o) {
	case 'c':
		c->config_path = optarg;
		return true;
	case O_DB:
		c->conninfo = optarg;
		return true;
	case 'o':
		c->as_json = strcmp(optarg, "json") == 0;
		return c->as_json || strcmp(optarg, "table") == 0;
	case O_STATUS:
		c->status = true;
		return true;
	case O_END:
		c->end = true;
		return true;
	case O_STRICT:
	case O_LENIENT:
		c->strict = o == O_STRICT;
		return true;
	case O_JSON:
		c->as_json = true;
		return true;
	case O_STRICT_SIGNATURE:
		c->strict_signature = true;
		return true;
	case 'v':
		c->verbose = true;
		return true;
	case O_CODE:
	case O_CODES:
		return add_codes(c, optarg);
	default:
		if (o < O_FIRST_TEXT || o >= O_FIRST_TEXT + (int)COUNTOF(texts))
			return false;
		*(const char **)(void *)((char *)c + texts[o - O_FIRST_TEXT].offset) = optarg;
		return true;
	}
}

/* What to run, or NULL with the exit status. */
static const struct command *read_options(struct ctl *c, int argc, char **argv, int *status)
{
	struct option options[COUNTOF(texts) + 15] = {
		{ "config", required_argument, NULL, 'c' }, { "db", required_argument, NULL, O_DB },     { "output", required_argument, NULL, 'o' },
		{ "status", no_argument, NULL, O_STATUS },  { "code", required_argument, NULL, O_CODE }, { "codes", required_argument, NULL, O_CODES },
		{ "help", no_argument, NULL, 'h' },         { "version", no_argument, NULL, 'V' },       { "strict", no_argument, NULL, O_STRICT },
		{ "lenient", no_argument, NULL, O_LENIENT }, { "json", no_argument, NULL, O_JSON },      { "verbose", no_argument, NULL, 'v' },
		{ "strict-signature", no_argument, NULL, O_STRICT_SIGNATURE }, { "end", no_argument, NULL, O_END },
	};
	const struct command *command;
	int o;

	for (int i = 0; i < (int)COUNTOF(texts); i++)
		options[14 + i] = (struct option){ texts[i].name, required_argument, NULL, O_FIRST_TEXT + i };
	*status = EX_OK;
	while ((o = getopt_long(argc, argv, "c:o:hVv", options, NULL)) != -1) {
		if (o == 'h' || o == 'V') {
			(void)fputs(o == 'h' ? usage : "tongguanctl " TONGGUAN_VERSION "\n", stdout);
			return NULL;
		}
		if (!take_option(c, o)) {
			*status = EX_USAGE;
			return NULL;
		}
	}
	command = find_command(c, argc - optind, argv + optind);
	if (command == NULL)
		*status = EX_USAGE;
	return command;
}

static int exit_status(const struct fault *f)
{
	switch (f->code) {
	case FAULT_BAD_REQUEST:
		return EX_USAGE;
	case FAULT_NOT_FOUND:
	case FAULT_STATE_CONFLICT:
	case FAULT_RULE_BROKEN:
		return EXIT_NO;
	case FAULT_CONFIG:
	case FAULT_SCHEMA:
	case FAULT_FORBIDDEN:
	case FAULT_STORE_DOWN:
		return startup_exit_status(f);
	default:
		return EXIT_TROUBLE;
	}
}

int main(int argc, char **argv)
{
	struct ctl c = { .conninfo = NULL };
	struct fault f = { 0 };
	int status;
	const struct command *command = read_options(&c, argc, argv, &status);

	if (status == EX_USAGE)
		(void)fputs("Try 'tongguanctl --help'.\n", stderr);
	if (command == NULL)
		return status;
	arena_init(&c.arena, ARENA_BYTES);
	if (!command->fn(&c, &f)) {
		(void)fprintf(stderr, "tongguanctl: %s\n", f.text);
		status = exit_status(&f);
	}
	db_sync_close(c.db);
	if (c.has_config)
		config_done(&c.config);
	arena_done(&c.arena);
	return status;
}
