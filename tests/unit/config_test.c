/* The settings' file: what is taken, what is refused and where, what a reload may change; secrets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "config.h"

struct place { /* a directory of one's own; stderr of config_load() goes to a file there */
	char directory[32], file[64], said[64];
};

static void write_file(const char *path, const char *text, mode_t mode)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_true(fputs(text, out) >= 0);
	assert_int_equal(fclose(out), 0);
	assert_int_equal(chmod(path, mode), 0);
}

static int set_up(void **state)
{
	struct place *p = calloc(1, sizeof(*p));

	assert_non_null(p);
	*state = p;
	(void)snprintf(p->directory, sizeof(p->directory), "/tmp/config-test-XXXXXX");
	assert_non_null(mkdtemp(p->directory));
	(void)snprintf(p->file, sizeof(p->file), "%s/t.conf", p->directory);
	(void)snprintf(p->said, sizeof(p->said), "%s/said", p->directory);
	return 0;
}

static int tear_down(void **state)
{
	struct place *p = *state;

	(void)unlink(p->file);
	(void)unlink(p->said);
	(void)rmdir(p->directory);
	free(p);
	return 0;
}

/* config_load() of a text; what it wrote to stderr, and the fault, come back in said. */
static bool load(const struct place *p, const char *text, struct config *c, char said[1000])
{
	int keep = dup(STDERR_FILENO), to = open(p->said, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	struct fault f = { 0 };
	ssize_t len;
	bool good;

	assert_true(keep >= 0 && to >= 0);
	write_file(p->file, text, 0644);
	assert_true(dup2(to, STDERR_FILENO) == STDERR_FILENO);
	good = config_load(c, p->file, &f);
	(void)fflush(stderr);
	assert_true(dup2(keep, STDERR_FILENO) == STDERR_FILENO);
	len = pread(to, said, 700, 0);
	assert_true(len >= 0);
	(void)snprintf(said + len, 1000 - (size_t)len, "%s", f.text);
	(void)close(keep);
	(void)close(to);
	assert_int_equal(good, f.code == FAULT_NONE);
	return good;
}

static void defaults_are_good(void **state)
{
	struct fault f = { 0 };
	struct config c;

	(void)state;
	assert_true(config_load(&c, NULL, &f));
	assert_string_equal(c.http.address, "127.0.0.1:8700");
	assert_int_equal(c.http.body_bytes, 2097152);
	assert_int_equal(c.log.level, 3);
	assert_int_equal(c.log.format, FORMAT_AUTO);
	assert_int_equal(c.test.clock, 0);
	config_done(&c);
}

static void values_are_taken(void **state)
{
	char said[1000];
	struct config c;

	assert_int_equal(setenv("CONFIG_TEST_WORD", "from-outside", 1), 0);
	assert_true(load(*state,
	                 "# a comment with \"quotes\" and { braces }\n"
	                 "http { // so is this one: it's\n"
	                 "\taddress = \"[::1]:0\" # not the address\n"
	                 "\tpublic_url = https://gate.example/x#frag\n"
	                 "}\n"
	                 "/* several\n lines */ db { conninfo = \"host=${CONFIG_TEST_WORD} application_name='a # b'\" }\n"
	                 "sign { key_file = 'x/*y*/\"z' }\n"
	                 "log { level = debug format = json }\n"
	                 "test { clock = true }\n"
	                 "flow { exchange_id = \"say \\\"${CONFIG_TEST_NOBODY}\\\"\" }\n", &c, said));
	assert_string_equal(c.http.address, "[::1]:0");
	assert_string_equal(c.http.public_url, "https://gate.example/x");
	assert_string_equal(c.db.conninfo, "host=from-outside application_name='a # b'");
	assert_string_equal(c.sign.key_file, "x/*y*/\"z");
	assert_string_equal(c.flow.exchange_id, "say \"\"");
	assert_int_equal(c.log.level, 4);
	assert_int_equal(c.log.format, FORMAT_JSON);
	assert_int_equal(c.test.clock, 1);
	assert_int_equal(c.http.connections, 4096);
	config_done(&c);
}

static void errors_have_their_line(void **state)
{
	static const struct { const char *text, *says; } cases[] = {
		{ "# one\n# two\nhttp {\n\tadress = x\n}\n", ":4: no such option 'adress'" },
		{ "htpp {\n}\n", ":1: no such option 'htpp'" },
		{ "http {\n\t# comment\n\tconnections = 8x\n}\n", ":3: " },
		{ "http {\n\n\tconnections = 60001\n}\n", ":3: http.connections is 60001, not between 1 and 60000" },
		{ "http { connections = 99999999999999999999 }\n", ":1: " },
		{ "http { connections = -1 }\n", "http.connections is -1" },
		{ "log {\n\tlevel = loud\n}\n", ":2: log.level is none of error|warning|notice|info|debug" },
		{ "test { clock = maybe }\n", ":1: " },
		{ "http {\n\tconnections = 5\n\tconnections = 6\n}\n", ":3: http.connections is given twice" },
		{ "http { connections = 5 }\nlog { level = info }\nhttp { idle_timeout_ms = 500 }\n", "section http is given twice" },
		{ "http { connections = 5\n", ": the last section is not closed" },
		{ "http { address = \"x\n", "" },
		{ "workers = 2\n", ":1: no such option 'workers'" },
		/* what no single row can say */
		{ "http { handler_timeout_ms = 5000 }\nintake { give_up_ms = 5000 }\n", "http.handler_timeout_ms must be longer" },
		{ "query { page_default = 100 page_max = 99 }\n", "query.page_default" },
		{ "http { memory_bytes = 67108863 }\n", "batch.body_bytes" },
		{ "sign { key_file = \"\" }\n", "sign.key_file" },
		{ "customs { signing_key = k }\n", "customs.signing_key and customs.certificate go together" },
		{ "customs { certificate = c }\n", "customs.signing_key and customs.certificate go together" },
		{ "customs { algorithm = md5 }\n", ":1: customs.algorithm is none of auto|rsa-sha1|rsa-sha256|sm2-sm3" },
	};
	char said[1000];
	struct config c;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (load(*state, cases[i].text, &c, said))
			fail_msg("case %zu is taken", i);
		if (strstr(said, cases[i].says) == NULL)
			fail_msg("case %zu: \"%s\" says nothing of \"%s\"", i, said, cases[i].says);
		config_done(&c);
	}
}

static void a_file_that_is_not_there(void **state)
{
	struct fault f = { 0 };
	struct config c;

	(void)state;
	assert_false(config_load(&c, "/nonexistent/x.conf", &f));
	assert_int_equal(f.code, FAULT_CONFIG);
	config_done(&c);
}

/* What --print-config -c FILE prints is a file that says the same. */
static void printed_settings_read_back(void **state)
{
	const struct place *p = *state;
	struct config c, again;
	char said[1000], *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	assert_non_null(out);
	assert_true(load(p, "http { address = 'a\"b\\\\c${HOME}' connections = 17 }\nlog { level = error }\ntest { clock = true }\n", &c, said));
	config_print(out, &c);
	assert_int_equal(fclose(out), 0);
	assert_true(load(p, text, &again, said));
	assert_string_equal(again.http.address, c.http.address);
	assert_non_null(strstr(again.http.address, "${HOME}"));
	assert_int_equal(again.http.connections, 17);
	assert_int_equal(again.log.level, 0);
	assert_int_equal(again.test.clock, 1);
	free(text);
	config_done(&c);
	config_done(&again);
}

static void reload_takes_what_may_change(void **state)
{
	char said[1000], restart[200];
	struct config c, fresh;

	assert_true(load(*state, "log { level = info }\n", &c, said));
	assert_true(load(*state, "log { level = debug }\nservice { stop_timeout_ms = 777 workers = 2 }\ndb { conninfo = other }\n", &fresh, said));
	config_take_reloadable(&c, &fresh, restart, sizeof(restart));
	assert_int_equal(c.log.level, 4);
	assert_int_equal(c.service.stop_timeout_ms, 777);
	assert_int_equal(c.service.workers, 1);
	assert_string_not_equal(c.db.conninfo, "other");
	assert_string_equal(restart, "service.workers db.conninfo");
	config_take_reloadable(&c, &fresh, restart, 10); /* no room for all names */
	assert_true(strlen(restart) < 10);
	config_done(&c);
	config_done(&fresh);
}

static void secrets_are_private_files(void **state)
{
	const struct place *p = *state;
	struct arena a;
	struct text out;
	struct fault f = { 0 };

	arena_init(&a, 1 << 20);
	assert_true(config_secret(&a, "", &out, &f));
	assert_null(out.at);
	write_file(p->file, "  s3cret word \n\n", 0600);
	assert_true(config_secret(&a, p->file, &out, &f));
	assert_true(text_is(out, "  s3cret word"));
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", p->directory, 1), 0);
	assert_true(config_secret(&a, "credential:t.conf", &out, &f));
	assert_true(text_is(out, "  s3cret word"));
	assert_false(config_secret(&a, "credential:../t.conf", &out, &f));
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
	f = (struct fault){ 0 };
	assert_false(config_secret(&a, "credential:t.conf", &out, &f));
	assert_int_equal(f.code, FAULT_CONFIG);

	static const struct { const char *text; mode_t mode; } bad[] = { { "x", 0644 }, { "x", 0606 }, { "", 0600 }, { " \n", 0600 } };
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		write_file(p->file, bad[i].text, bad[i].mode);
		f = (struct fault){ 0 };
		assert_false(config_secret(&a, p->file, &out, &f));
		assert_int_equal(f.code, FAULT_CONFIG);
		assert_null(out.at);
	}
	assert_false(config_secret(&a, p->directory, &out, &f));
	arena_done(&a);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(defaults_are_good),          IN_PLACE(values_are_taken),
		IN_PLACE(errors_have_their_line),     IN_PLACE(a_file_that_is_not_there),
		IN_PLACE(printed_settings_read_back), IN_PLACE(reload_takes_what_may_change),
		IN_PLACE(secrets_are_private_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
