/*
 * One event, one line of JSON, one write.
 *
 *   {"ts":…,"level":…,"event":…,"msg":…, ids that are known …,"program":…}
 *
 * A line is built on the stack and is never longer than what a pipe takes at once, so lines of several threads
 * and processes do not mix. What follows the message is written first, into its own place, so that cutting
 * a long message leaves valid JSON with all its ids. Nobody waits for a reader of stderr that is stuck: after a
 * short patience lines are dropped and counted until one gets through.
 */
#include "base/log.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"

enum { LINE_BYTES = PIPE_BUF, TAIL_BYTES = 1024, ID_BYTES_MAX = 80, PATIENCE_MS = 20 };

/* Set by log_open() before threads start; only the level changes later. */
static const char *program_name;
static log_sink_fn *chosen_sink;
static _Atomic int lowest_level = LOG_LEVEL_INFO;

static pthread_mutex_t writing = PTHREAD_MUTEX_INITIALIZER; /* between "there is room" and the write */
static unsigned long dropped;

/* Text that stops at its limit and knows that it did. */
struct line {
	char *at;
	size_t len, limit;
	bool cut;
};

void log_open(const char *program, enum log_level lowest, log_sink_fn *sink)
{
	program_name = program;
	chosen_sink = sink;
	lowest_level = (int)lowest;
}

void log_level_set(enum log_level lowest)
{
	lowest_level = (int)lowest;
}

bool log_wanted(enum log_level level)
{
	return (int)level <= lowest_level;
}

static const char *level_name(enum log_level level)
{
	switch (level) {
	case LOG_LEVEL_ERROR:
		return "error";
	case LOG_LEVEL_WARNING:
		return "warning";
	case LOG_LEVEL_NOTICE:
		return "notice";
	case LOG_LEVEL_INFO:
		return "info";
	case LOG_LEVEL_DEBUG:
		return "debug";
	}
	return "error";
}

static void add(struct line *l, const char *bytes, size_t len)
{
	if (l->cut || len > l->limit - l->len) {
		l->cut = true; /* a piece goes in whole or not at all: no half escape, no half character */
		return;
	}
	memcpy(l->at + l->len, bytes, len);
	l->len += len;
}

static void add_str(struct line *l, const char *s)
{
	add(l, s, strlen(s));
}

/* Bytes of the well-formed character at s (which ends in NUL); 0: it is none. */
static size_t character_bytes(const char *s)
{
	size_t lead = (unsigned char)s[0], bytes = lead < 0x80 ? 1 : lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;

	return strnlen(s, bytes) == bytes && text_utf8_length((struct text){ s, bytes }) == 1 ? bytes : 0;
}

static void add_json(struct line *l, const char *s)
{
	while (*s != '\0' && !l->cut) {
		unsigned char c = (unsigned char)*s;
		size_t bytes = character_bytes(s);
		char escape[8];

		if (bytes == 0) {
			add_str(l, "\xEF\xBF\xBD");
			bytes = 1;
		} else if (c == '"' || c == '\\') {
			add(l, (char[]){ '\\', (char)c }, 2);
		} else if (c < 0x20) {
			(void)snprintf(escape, sizeof(escape), "\\u%04x", c);
			add(l, escape, 6);
		} else {
			add(l, s, bytes);
		}
		s += bytes;
	}
}

/* ,"name":"value" whole, or nothing. */
static void add_id(struct line *tail, const char *name, const char *value)
{
	char short_value[ID_BYTES_MAX + 1];
	size_t before = tail->len;

	if (value == NULL)
		return;
	(void)snprintf(short_value, sizeof(short_value), "%s", value);
	add_str(tail, ",\"");
	add_str(tail, name);
	add_str(tail, "\":\"");
	add_json(tail, short_value);
	add_str(tail, "\"");
	if (tail->cut)
		tail->len = before;
	tail->cut = false;
}

static void add_tail(struct line *tail, const struct log_ids *ids)
{
	char number[24];

	if (ids != NULL) {
		add_id(tail, "trace", ids->trace);
		add_id(tail, "filing", ids->filing);
		add_id(tail, "declaration", ids->declaration);
		add_id(tail, "delivery", ids->delivery);
		add_id(tail, "authority", ids->authority);
		add_id(tail, "client", ids->client);
	}
	add_id(tail, "program", program_name);
	if (dropped > 0) {
		(void)snprintf(number, sizeof(number), "%lu", dropped);
		add_id(tail, "dropped", number);
	}
}

/* True: the line is out, or cannot ever be (stderr closed). */
static bool write_line(const struct line *l)
{
	struct pollfd out = { .fd = STDERR_FILENO, .events = POLLOUT };
	int ready;

	do /* writable means, for a pipe, that PIPE_BUF bytes fit: the write does not wait */
		ready = poll(&out, 1, dropped == 0 ? PATIENCE_MS : 0);
	while (ready < 0 && errno == EINTR);
	if (ready != 1)
		return false;
	return write(STDERR_FILENO, l->at, l->len) >= 0 || errno != EAGAIN;
}

/* Puts a line together; the message gets what head and tail leave of it. */
static void build_line(struct line *l, const char *head, const char *message, const struct line *tail)
{
	static const char cut_mark[] = "...";
	size_t whole = l->limit;

	add_str(l, head);
	l->limit = whole - tail->len - sizeof("\"}\n") - sizeof(cut_mark);
	add_json(l, message);
	l->limit = whole;
	if (l->cut) {
		l->cut = false;
		add_str(l, cut_mark);
	}
	add_str(l, "\"");
	add(l, tail->at, tail->len);
	add_str(l, "}\n");
}

static void write_json(enum log_level level, const char *event, const char *message, const struct log_ids *ids)
{
	static const struct clock real_time; /* a log tells when it happened, also under a test's clock */
	char line_bytes[LINE_BYTES], tail_bytes[TAIL_BYTES], head[256], ts[CLOCK_RFC3339_BYTES];
	struct line line = { line_bytes, 0, sizeof(line_bytes), false };
	struct line tail = { tail_bytes, 0, sizeof(tail_bytes), false };

	clock_rfc3339(clock_now_us(&real_time), 3, ts);
	(void)snprintf(head, sizeof(head), "{\"ts\":\"%s\",\"level\":\"%s\",\"event\":\"%.100s\",\"msg\":\"", ts,
	               level_name(level), event);
	(void)pthread_mutex_lock(&writing);
	add_tail(&tail, ids);
	build_line(&line, head, message, &tail);
	if (write_line(&line))
		dropped = 0;
	else
		dropped++;
	(void)pthread_mutex_unlock(&writing);
}

void log_event(const struct log_ids *ids, enum log_level level, const char *event, const char *fmt, ...)
{
	char message[LINE_BYTES];
	int error = errno; /* callers log and then look at errno */
	va_list ap;

	if (!log_wanted(level))
		return;
	va_start(ap, fmt);
	if (vsnprintf(message, sizeof(message), fmt, ap) < 0)
		message[0] = '\0';
	va_end(ap);
	if (chosen_sink != NULL)
		chosen_sink(level, event, message, ids);
	else
		write_json(level, event, message, ids);
	errno = error;
}
