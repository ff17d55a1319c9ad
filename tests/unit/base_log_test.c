/* Log lines: valid JSON whatever is said, cut at 4 KB, one write each, never waiting for a stuck reader. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"

enum { LINE_MAX_BYTES = 4096 };

static int pipe_ends[2], real_stderr;
static char got[LINE_MAX_BYTES * 20];
static struct arena arena;

/* stderr becomes a pipe that we read */
static int begin(void **state)
{
	(void)state;
	real_stderr = dup(STDERR_FILENO);
	if (real_stderr < 0 || pipe2(pipe_ends, O_CLOEXEC) != 0 || dup2(pipe_ends[1], STDERR_FILENO) < 0)
		return -1;
	(void)fcntl(pipe_ends[0], F_SETFL, O_NONBLOCK);
	arena_init(&arena, 1 << 20);
	log_open("unit", LOG_LEVEL_INFO, NULL);
	return 0;
}

static int end(void **state)
{
	(void)state;
	(void)dup2(real_stderr, STDERR_FILENO);
	(void)close(real_stderr);
	(void)close(pipe_ends[0]);
	(void)close(pipe_ends[1]);
	arena_done(&arena);
	return 0;
}

static struct text lines(void)
{
	ssize_t len = read(pipe_ends[0], got, sizeof(got) - 1);

	if (len < 0)
		len = 0;
	got[len] = '\0';
	return (struct text){ got, (size_t)len };
}

/* The one line written, parsed. */
static const struct json *line(void)
{
	struct text t = lines();
	struct fault f = { 0 };
	const struct json *j;

	assert_true(t.len > 0 && t.len <= LINE_MAX_BYTES);
	assert_int_equal(t.at[t.len - 1], '\n');
	assert_ptr_equal(memchr(t.at, '\n', t.len), t.at + t.len - 1);
	j = json_parse(&arena, t, &f);
	if (j == NULL)
		fail_msg("%s: %s", f.text, t.at);
	return j;
}

static struct text member(const struct json *j, const char *name)
{
	return json_text(json_member(j, name));
}

static void one_event_is_one_line(void **state)
{
	const struct log_ids ids = { .trace = "t1", .filing = "f1", .authority = "CUS" };
	const struct json *j;
	int64_t us;

	(void)state;
	log_event(&ids, LOG_LEVEL_WARNING, "delivery.sent", "status=%d %s", 503, "say \"no\" \\ \n 通关");
	j = line();
	assert_true(text_is(member(j, "level"), "warning"));
	assert_true(text_is(member(j, "event"), "delivery.sent"));
	assert_true(text_is(member(j, "msg"), "status=503 say \"no\" \\ \n 通关"));
	assert_true(text_is(member(j, "trace"), "t1"));
	assert_true(text_is(member(j, "filing"), "f1"));
	assert_true(text_is(member(j, "authority"), "CUS"));
	assert_true(text_is(member(j, "program"), "unit"));
	assert_null(json_member(j, "client"));
	assert_null(json_member(j, "dropped"));
	assert_int_equal(member(j, "ts").len, strlen("2026-03-02T10:11:12.345+08:00"));
	assert_true(clock_parse_rfc3339(member(j, "ts"), &us));
}

static void levels(void **state)
{
	static const struct {
		enum log_level level;
		const char *name;
	} cases[] = { { LOG_LEVEL_ERROR, "error" }, { LOG_LEVEL_WARNING, "warning" }, { LOG_LEVEL_NOTICE, "notice" },
		      { LOG_LEVEL_INFO, "info" }, { LOG_LEVEL_DEBUG, "debug" } };

	(void)state;
	for (size_t lowest = 0; lowest < COUNTOF(cases); lowest++) {
		log_level_set(cases[lowest].level);
		for (size_t i = 0; i < COUNTOF(cases); i++) {
			assert_int_equal(log_wanted(cases[i].level), i <= lowest);
			log_event(NULL, cases[i].level, "x.y", "z");
			if (i <= lowest)
				assert_true(text_is(member(line(), "level"), cases[i].name));
			else
				assert_int_equal(lines().len, 0);
		}
	}
}

static void long_messages_are_cut(void **state)
{
	static const char *const pieces[] = { "x", "通", "\"", "\x01", "😀", "\xff" };
	static char message[20000];
	char id[300];
	const struct log_ids ids = { .trace = id, .filing = "f", .declaration = id, .delivery = id, .authority = id, .client = "last" };

	(void)state;
	memset(id, '"', sizeof(id) - 1);
	id[sizeof(id) - 1] = '\0';
	for (size_t i = 0; i < COUNTOF(pieces); i++)
		for (size_t shift = 0; shift < 4; shift++) {
			size_t len = shift, piece = strlen(pieces[i]);
			const struct json *j;
			struct text msg;

			memset(message, 'a', shift);
			for (; len + piece < sizeof(message); len += piece)
				memcpy(message + len, pieces[i], piece);
			message[len] = '\0';
			log_event(&ids, LOG_LEVEL_INFO, "big.one", "%s", message);
			j = line();
			msg = member(j, "msg");
			assert_true(msg.len > 500);
			assert_memory_equal(msg.at + msg.len - 3, "...", 3);
			assert_true(text_is(member(j, "client"), "last"));
		}
}

static void lengths_around_the_limit(void **state)
{
	static char message[LINE_MAX_BYTES + 10];

	(void)state;
	for (size_t len = LINE_MAX_BYTES - 300; len < sizeof(message); len++) {
		struct text msg;

		memset(message, 'm', len);
		message[len < sizeof(message) ? len : len - 1] = '\0';
		log_event(NULL, LOG_LEVEL_INFO, "a.b", "%s", message);
		msg = member(line(), "msg");
		if (msg.len != len)
			assert_memory_equal(msg.at + msg.len - 3, "...", 3);
		arena_done(&arena);
	}
}

static void bytes_that_are_no_text(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "a\xff" "b", "a\xEF\xBF\xBD" "b" }, { "\xe9\x80", "\xEF\xBF\xBD\xEF\xBF\xBD" }, { "\xed\xa0\x80x", "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx" },
		{ "", "" }, { "\xf0\x9f\x98\x80", "\xf0\x9f\x98\x80" }, { "tab\tend", "tab\tend" },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		log_event(NULL, LOG_LEVEL_INFO, "a.b", "%s", cases[i].in);
		assert_true(text_is(member(line(), "msg"), cases[i].out));
	}
}

static void stuck_reader_stops_nobody(void **state)
{
	struct text t;
	const struct json *j = NULL;
	struct fault f = { 0 };
	int64_t begun = clock_mono_us(), dropped = 0;
	size_t count = 0;

	(void)state;
	for (int i = 0; i < 20000; i++)
		log_event(NULL, LOG_LEVEL_INFO, "many.lines", "%d", i);
	assert_true(clock_mono_us() - begun < 30 * US_PER_S);
	while ((t = lines()).len > 0)
		for (size_t i = 0; i < t.len; i++)
			count += t.at[i] == '\n';
	log_event(NULL, LOG_LEVEL_INFO, "after.all", "x");
	t = lines();
	j = json_parse(&arena, t, &f);
	assert_non_null(j);
	assert_true(text_to_i64(member(j, "dropped"), &dropped));
	assert_true(count > 100 && dropped > 0);
	assert_int_equal((int64_t)count + dropped, 20000);
	log_event(NULL, LOG_LEVEL_INFO, "after.all", "x");
	assert_null(json_member(line(), "dropped"));
}

static enum log_level sunk_level;
static char sunk[200];

static void sink(enum log_level level, const char *event, const char *message, const struct log_ids *ids)
{
	sunk_level = level;
	(void)snprintf(sunk, sizeof(sunk), "%s|%s|%s", event, message, ids == NULL ? "" : ids->client);
	errno = EPERM;
}

static void sink_gets_it_instead(void **state)
{
	const struct log_ids ids = { .client = "c" };

	(void)state;
	log_open("unit", LOG_LEVEL_NOTICE, sink);
	errno = ENOENT;
	log_event(&ids, LOG_LEVEL_NOTICE, "a.b", "%d", 7);
	assert_int_equal(errno, ENOENT); /* logging does not disturb */
	assert_string_equal(sunk, "a.b|7|c");
	assert_int_equal(sunk_level, LOG_LEVEL_NOTICE);
	log_event(&ids, LOG_LEVEL_INFO, "not.wanted", "%d", 8);
	assert_string_equal(sunk, "a.b|7|c");
	assert_int_equal(lines().len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(one_event_is_one_line, begin, end),
		cmocka_unit_test_setup_teardown(levels, begin, end),
		cmocka_unit_test_setup_teardown(long_messages_are_cut, begin, end),
		cmocka_unit_test_setup_teardown(lengths_around_the_limit, begin, end),
		cmocka_unit_test_setup_teardown(bytes_that_are_no_text, begin, end),
		cmocka_unit_test_setup_teardown(stuck_reader_stops_nobody, begin, end),
		cmocka_unit_test_setup_teardown(sink_gets_it_instead, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
