/* The simulator's journal: what was appended is read again, cut at any byte, damaged at any byte, and after a renewal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "mock/journal.h"

static const char *const records[] = { "one", "{\"two\":2}", "3", "the fourth is a little longer than those before it" };
enum { RECORDS = COUNTOF(records) };

struct seen {
	int count;
	bool in_order;
	const char *refuse;
};

struct bench {
	char path[64];
	struct seen seen;
	struct fault f;
};

static bool on_record(void *arg, struct text payload, struct fault *f)
{
	struct seen *s = arg;

	if (s->refuse != NULL && text_is(payload, s->refuse))
		return fault_set(f, FAULT_SYSTEM, "refused");
	s->in_order = s->in_order && s->count < RECORDS && text_is(payload, records[s->count]) && payload.at[payload.len] == '\0';
	s->count++;
	return true;
}

static struct journal *reopen(struct bench *b)
{
	b->seen = (struct seen){ .in_order = true, .refuse = b->seen.refuse };
	b->f = (struct fault){ 0 };
	return journal_open(b->path, false, on_record, &b->seen, &b->f);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	int fd;

	(void)snprintf(b->path, sizeof(b->path), "/tmp/journal-test-XXXXXX");
	fd = mkstemp(b->path);
	assert_true(fd >= 0);
	(void)close(fd);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	(void)unlink(b->path);
	free(b);
	return 0;
}

static void fill(struct bench *b)
{
	struct journal *j = reopen(b);

	assert_non_null(j);
	for (int i = 0; i < RECORDS; i++)
		assert_true(journal_append(j, text_of(records[i])));
	assert_int_equal(journal_records(j), RECORDS);
	journal_close(j);
}

static size_t read_all(const struct bench *b, char *out, size_t size)
{
	int fd = open(b->path, O_RDONLY);
	ssize_t n = read(fd, out, size);

	assert_true(fd >= 0 && n >= 0);
	(void)close(fd);
	return (size_t)n;
}

static void write_all(const struct bench *b, const char *bytes, size_t len)
{
	int fd = open(b->path, O_WRONLY | O_TRUNC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, bytes, len), len);
	(void)close(fd);
}

/* How many records are whole in the first `len` bytes. */
static int whole_records(size_t len)
{
	size_t at = JOURNAL_HEAD_BYTES;
	int n = 0;

	while (n < RECORDS && at + JOURNAL_FRAME_BYTES + strlen(records[n]) <= len)
		at += JOURNAL_FRAME_BYTES + strlen(records[n++]);
	return n;
}

static void reads_what_was_appended(void **state)
{
	struct bench *b = *state;
	struct journal *j;

	fill(b);
	j = reopen(b);
	assert_non_null(j);
	assert_int_equal(b->seen.count, RECORDS);
	assert_true(b->seen.in_order);
	assert_int_equal(journal_cut_bytes(j), 0);
	assert_false(journal_append(j, TEXT("")));
	assert_null(reopen(b)); /* one at a time */
	assert_int_equal(b->f.code, FAULT_SYSTEM);
	journal_close(j);
}

static void a_torn_tail_is_cut_at_every_byte(void **state)
{
	struct bench *b = *state;
	char bytes[1024];
	size_t size;

	fill(b);
	size = read_all(b, bytes, sizeof(bytes));
	for (size_t len = 0; len < size; len++) {
		int whole = whole_records(len);
		struct journal *j;

		write_all(b, bytes, len);
		j = reopen(b);
		assert_non_null(j);
		assert_int_equal(b->seen.count, whole);
		assert_true(b->seen.in_order);
		for (int i = whole; i < RECORDS; i++) /* and it goes on from there */
			assert_true(journal_append(j, text_of(records[i])));
		journal_close(j);
		j = reopen(b);
		assert_non_null(j);
		assert_int_equal(b->seen.count, RECORDS);
		assert_true(b->seen.in_order);
		journal_close(j);
	}
}

static void a_damaged_record_is_never_told(void **state)
{
	struct bench *b = *state;
	char bytes[1024], broken[1024];
	size_t size, last = 0;

	fill(b);
	size = read_all(b, bytes, sizeof(bytes));
	for (int i = 0; i < RECORDS - 1; i++)
		last += JOURNAL_FRAME_BYTES + strlen(records[i]);
	last += JOURNAL_HEAD_BYTES;
	for (size_t at = 0; at < size; at++) {
		struct journal *j;

		memcpy(broken, bytes, size);
		broken[at] ^= 0x40;
		write_all(b, broken, size);
		j = reopen(b);
		assert_true(b->seen.in_order && b->seen.count < RECORDS);
		if (at < JOURNAL_HEAD_BYTES)
			assert_null(j); /* no journal of ours: it is not overwritten */
		else if (at >= last && j == NULL)
			assert_int_equal(b->f.code, FAULT_SYSTEM);
		journal_close(j);
	}
	memset(bytes + size, 0, 100); /* the file had grown, and the power went */
	write_all(b, bytes, size + 100);
	journal_close(reopen(b));
	assert_int_equal(b->seen.count, RECORDS);
	b->seen.refuse = records[2];
	assert_null(reopen(b));
	assert_string_equal(b->f.text, "refused");
}

static void a_renewal_takes_its_place_or_does_not(void **state)
{
	struct bench *b = *state;
	struct journal *j;
	char path[80];

	fill(b);
	j = reopen(b);
	assert_true(journal_renew(j, &b->f));
	assert_true(journal_append(j, text_of(records[0])));
	assert_true(journal_renewed(j, &b->f));
	assert_true(journal_append(j, text_of(records[1])));
	assert_int_equal(journal_records(j), 2);
	journal_close(j);
	j = reopen(b);
	assert_int_equal(b->seen.count, 2);
	assert_true(b->seen.in_order);
	assert_true(journal_renew(j, &b->f)); /* never finished: killed */
	journal_close(j);
	journal_close(reopen(b));
	assert_int_equal(b->seen.count, 2);
	(void)snprintf(path, sizeof(path), "%s.new", b->path);
	assert_int_equal(unlink(path), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(reads_what_was_appended, setup, teardown),
		cmocka_unit_test_setup_teardown(a_torn_tail_is_cut_at_every_byte, setup, teardown),
		cmocka_unit_test_setup_teardown(a_damaged_record_is_never_told, setup, teardown),
		cmocka_unit_test_setup_teardown(a_renewal_takes_its_place_or_does_not, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
