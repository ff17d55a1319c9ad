/* What the tests of standard/ share: an arena and a codebook per test, findings and canonical forms as text. */
#ifndef TESTS_STANDARD_BENCH_H
#define TESTS_STANDARD_BENCH_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"
#include "fixture.h"
#include "standard/reader.h"
#include "standard/writer.h"

#define BENCH_DAY "2026-03-02"

struct bench {
	struct arena arena;
	struct codebook *book;
	struct message m;
	struct fault f;
};

static inline int bench_setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));

	arena_init(&b->arena, 16 << 20);
	b->book = fixture_codebook();
	*state = b;
	return 0;
}

static inline int bench_teardown(void **state)
{
	struct bench *b = *state;

	arena_done(&b->arena);
	codebook_free(b->book);
	free(b);
	return 0;
}

#define BENCH_TEST(fn) cmocka_unit_test_setup_teardown(fn, bench_setup, bench_teardown)

static inline const char *bench_cstr(struct bench *b, struct text t)
{
	const char *s = arena_copy(&b->arena, t.len == 0 ? "" : t.at, t.len);

	assert_non_null(s);
	return s;
}

/* Reads either dialect by its first character; false with b->f set. */
static inline bool bench_read(struct bench *b, struct text body)
{
	b->f = (struct fault){ 0 };
	if (memchr(body.at, '<', body.len < 4 ? body.len : 4) != NULL)
		return message_read_ceb(&b->arena, body, READ_LENIENT, &b->m, &b->f);
	return message_read_json(&b->arena, body, &b->m, &b->f);
}

static inline bool bench_read_checked(struct bench *b, struct text body)
{
	if (!bench_read(b, body))
		return false;
	message_check(&b->arena, &b->m, b->book, fixture_day(BENCH_DAY));
	return true;
}

static inline struct text bench_canonical(struct bench *b, const struct document *d, struct sha256 *digest)
{
	struct buf out;
	size_t digest_from;

	buf_init(&out, &b->arena, 2048);
	canonical_put(&out, d, &digest_from);
	assert_false(out.full);
	if (digest != NULL)
		*digest = canonical_digest(buf_as_text(&out), digest_from);
	return buf_as_text(&out);
}

/* "field.type /lines/0/quantity; …" of a node in the sender's own dialect; "" without findings. */
static inline const char *bench_findings(struct bench *b, int node)
{
	const struct findings *found = b->m.nodes[node].findings;
	struct buf out;

	buf_init(&out, &b->arena, 256);
	buf_str(&out, "");
	for (int i = 0; found != NULL && i < found->count; i++) {
		buf_str(&out, i == 0 ? "" : "; ");
		buf_str(&out, rule_slug(found->list[i].rule));
		buf_char(&out, ' ');
		if (b->m.dialect == DIALECT_CEB)
			finding_put_xpath(&out, &found->list[i], b->m.nodes[node].doc->def, node);
		else
			finding_put_pointer(&out, &found->list[i], "");
	}
	return bench_cstr(b, buf_as_text(&out));
}

static inline void bench_assert_clean(struct bench *b)
{
	for (int i = 0; i < b->m.node_count; i++) {
		assert_string_equal(bench_findings(b, i), "");
		assert_non_null(b->m.nodes[i].doc);
	}
}

static inline void bench_assert_text(struct bench *b, struct text t, const char *expected)
{
	assert_string_equal(bench_cstr(b, t), expected);
}

/* Calls fn for each message that the fixture has written out: the flows and the import waybill status. */
static inline void bench_each_message(struct bench *b, void (*fn)(struct bench *b, enum doc_kind kind, enum direction d))
{
	for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++)
		for (int k = 0; k <= DOC_WAYBILL_STATUS; k++)
			if (message_def((enum doc_kind)k, (enum direction)d) != NULL)
				fn(b, (enum doc_kind)k, (enum direction)d);
}

#endif
