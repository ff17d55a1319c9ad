/* Lines and pieces of NDJSON, and a piece read as a message. */
#include "standard_bench.h"
#include "standard/ndjson.h"

#define GOOD "{\"kind\":\"order\",\"direction\":\"import\"}"

static const struct {
	const char *body;
	const char *lines; /* number:text; … */
} split[] = {
	{ "", "" },
	{ "a", "1:a;" },
	{ "a\n", "1:a;" },
	{ "a\nb", "1:a;2:b;" },
	{ "a\r\nb\r\n", "1:a;2:b;" },
	{ "\n\n a b \n\t\n\r\nc\n\n", "3:a b;6:c;" },
	{ "\xEF\xBB\xBF" "a\nb", "1:a;2:b;" },
	{ "\xEF\xBB\xBF\na", "2:a;" },
	{ "a\n\xEF\xBB\xBF", "1:a;2:\xEF\xBB\xBF;" },
	{ " \n\n\t", "" },
	{ "a\rb", "1:a\rb;" },
};

static void lines_are_numbered_and_blank_ones_passed_over(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(split); i++) {
		struct ndjson_line line;
		struct ndjson n;
		struct buf said;

		buf_init(&said, &b->arena, 64);
		ndjson_begin(&n, text_of(split[i].body), 1);
		while (ndjson_next(&n, &line)) {
			buf_i64(&said, line.number);
			buf_char(&said, ':');
			buf_text(&said, line.text);
			buf_char(&said, ';');
		}
		assert_string_equal(said.at, split[i].lines);
	}
}

static const struct {
	const char *body;
	int lines_max;
	size_t bytes_max;
	const char *pieces; /* first-last*lines "body"; … */
} cut[] = {
	{ "", 3, 100, "" },
	{ "\n \n", 3, 100, "" },
	{ "a\nb\nc\nd\n", 3, 100, "1-3*3 \"a\nb\nc\";4-4*1 \"d\";" },
	{ "a\n\n\nb\n\nc\n", 2, 100, "1-4*2 \"a\n\n\nb\";6-6*1 \"c\";" },
	{ " a \r\n b \r\n", 9, 100, "1-2*2 \"a \r\n b\";" },
	{ "aaa\nbbb\ncccc\nd", 9, 7, "1-2*2 \"aaa\nbbb\";3-4*2 \"cccc\nd\";" },
	{ "aaa\nbbb\ncccc\nd", 9, 6, "1-1*1 \"aaa\";2-2*1 \"bbb\";3-4*2 \"cccc\nd\";" },
	{ "aaaaaaaaaa\nb\nc", 9, 3, "1-1*1 \"aaaaaaaaaa\";2-3*2 \"b\nc\";" }, /* one line whatever its length */
	{ "a\n\n\n\n\n\nb", 9, 3, "1-1*1 \"a\";7-7*1 \"b\";" },
};

static void pieces_hold_so_many_lines_and_bytes(void **state)
{
	struct bench *b = *state;

	for (size_t i = 0; i < COUNTOF(cut); i++) {
		struct ndjson_piece p;
		struct ndjson n;
		struct buf said;

		buf_init(&said, &b->arena, 64);
		ndjson_begin(&n, text_of(cut[i].body), 1);
		while (ndjson_cut(&n, cut[i].lines_max, cut[i].bytes_max, &p)) {
			buf_printf(&said, "%d-%d*%d \"", p.first, p.last, p.lines);
			buf_text(&said, p.body);
			buf_str(&said, "\";");
		}
		assert_string_equal(said.at, cut[i].pieces);
	}
}

static struct ndjson_piece whole(const char *body)
{
	struct ndjson_piece p;
	struct ndjson n;

	ndjson_begin(&n, text_of(body), 1);
	assert_true(ndjson_cut(&n, NODES_MAX, SIZE_MAX, &p));
	return p;
}

static void each_line_is_a_node_and_fails_alone(void **state)
{
	static const struct {
		enum fault_code code; /* FAULT_NONE: read */
		int line;
	} wanted[] = {
		{ FAULT_NONE, 1 }, { FAULT_BAD_JSON, 2 }, { FAULT_NONE, 4 }, { FAULT_BAD_JSON, 5 }, { FAULT_BAD_JSON, 6 }, { FAULT_LINE_TOO_LONG, 7 },
		{ FAULT_BAD_JSON, 8 }, { FAULT_NONE, 9 },
	};
	struct bench *b = *state;
	const struct ndjson_piece p = whole(GOOD "\n{\n\n" GOOD "\n[" GOOD "]\n7\n{\"note\":\"                                   \"}\n"
	                                    "{\"note\":\"\xff\"}\n" GOOD);

	assert_true(message_read_ndjson(&b->arena, &p, sizeof(GOOD) + 1, &b->m, &b->f));
	assert_true(b->m.is_batch && b->m.dialect == DIALECT_JSON);
	assert_int_equal(b->m.node_count, COUNTOF(wanted));
	for (size_t i = 0; i < COUNTOF(wanted); i++) {
		const struct node *n = &b->m.nodes[i];

		assert_int_equal(n->line, wanted[i].line);
		assert_int_equal(n->fault == NULL ? FAULT_NONE : n->fault->code, wanted[i].code);
		assert_int_equal(n->doc != NULL, wanted[i].code == FAULT_NONE);
		assert_true(n->fault == NULL || n->fault->text[0] != '\0');
	}
	message_check(&b->arena, &b->m, b->book, 20514);
	assert_non_null(b->m.nodes[0].findings);
	assert_null(b->m.nodes[1].findings);
}

static void findings_belong_to_their_line(void **state)
{
	struct bench *b = *state;
	const struct ndjson_piece p = whole("{\"kind\":\"banana\"}\n" GOOD);

	assert_true(message_read_ndjson(&b->arena, &p, 1000, &b->m, &b->f));
	assert_non_null(b->m.nodes[0].findings);
	assert_null(b->m.nodes[0].fault);
	assert_null(b->m.nodes[1].findings);
}

static void a_piece_may_begin_anywhere(void **state)
{
	struct bench *b = *state;
	struct ndjson_piece p = whole(GOOD "\n\n" GOOD);

	p.first = 4711;
	assert_true(message_read_ndjson(&b->arena, &p, 1000, &b->m, &b->f));
	assert_int_equal(b->m.nodes[0].line, 4711);
	assert_int_equal(b->m.nodes[1].line, 4713);
}

static void any_allocation_may_fail(void **state)
{
	struct bench *b = *state;
	const struct ndjson_piece p = whole(GOOD "\n{\n" GOOD);
	bool done = false;

	for (long nth = 1; !done; nth++) {
		arena_done(&b->arena);
		b->f = (struct fault){ 0 };
		arena_fail_nth(nth);
		done = message_read_ndjson(&b->arena, &p, 1000, &b->m, &b->f) && !b->arena.full;
		assert_true(done || b->arena.full);
		assert_true(nth < 1000);
	}
	arena_fail_nth(0);
	assert_int_equal(b->m.node_count, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(lines_are_numbered_and_blank_ones_passed_over),
		BENCH_TEST(pieces_hold_so_many_lines_and_bytes),
		BENCH_TEST(each_line_is_a_node_and_fails_alone),
		BENCH_TEST(findings_belong_to_their_line),
		BENCH_TEST(a_piece_may_begin_anywhere),
		BENCH_TEST(any_allocation_may_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
