/* The inbox against a real PostgreSQL: answers and ends of attempts are stored once, whatever comes together. */
#include "flow_bench.h"

enum { ANSWERED_US = 1000000 };

struct letter { /* one item and what became of it */
	struct bench *b;
	struct inbox_item item;
	int dones;
};

static struct id declaration_of(int n)
{
	char text[16];
	struct text part;

	(void)snprintf(text, sizeof(text), "%d", n);
	part = text_of(text);
	return id_of_key('D', &part, 1);
}

static struct id lease_of(int n)
{
	struct id lease = declaration_of(n);

	lease.b[0] ^= 0xFF;
	return lease;
}

/* Declarations 0..count-1 with one delivery each to tax and customs, in hand under lease_of(n). */
static void make_declarations(struct bench *b, int count)
{
	for (int n = 0; n < count; n++) {
		struct id declaration = declaration_of(n), lease = lease_of(n);
		char id[ID_TEXT_BYTES], hand[ID_TEXT_BYTES], sql[1200];

		id_format(&declaration, id);
		id_format(&lease, hand);
		(void)snprintf(sql, sizeof(sql),
		               "insert into declaration (bucket, id, platform_code, order_no, opened_at, changed_at, seq, filing_ids, client_ids, version)"
		               " values (id_bucket('%s'), '%s', 'P', 'O-%d', now(), now(), 1, '{}', '{}', 1);"
		               "insert into delivery (bucket, declaration_id, authority, version, message_id, reference, content_type, document_id, document_from, document_len, state,"
		               "  due_at, lease, lease_until, created_at)"
		               " select id_bucket('%s'), '%s', a, 1, gen_random_uuid(), case a when 'CUS' then 'B-%d' end, 'text/plain', gen_random_uuid(), 0, 1, 'due', now(), '%s', now() + interval '1 hour',"
		               " now() from unnest(array['CUS', 'TAX']) a",
		               id, id, n, id, id, n, hand);
		house_sql(b->house->db, sql);
	}
}

static void on_letter(struct inbox_item *item)
{
	struct letter *l = container_of(item, struct letter, item);

	l->dones++;
	l->b->open--;
}

static void send_letter(struct letter *l, struct bench *b)
{
	l->b = b;
	b->open++;
	assert_true(inbox_submit(b->inbox, &l->item, on_letter));
	assert_int_equal(l->dones, 0);
}

static struct letter tax_answer(int n, const char *status, int64_t at_us)
{
	struct letter l = { .item.has_answer = true };

	l.item.answer = (struct inbox_answer){ .authority = AUTHORITY_TAX, .declaration = declaration_of(n), .version = 1, .status = text_of(status),
		                               .outcome = OUTCOME_CLEAR, .at_us = NOW_US + at_us, .digest = sha256_of(text_of(status)),
		                               .info = text_of("info"), .body = text_of("{}") };
	return l;
}

static struct letter tax_end(int n, enum delivery_state state, int attempts)
{
	struct letter l = { .item.has_end = true };

	l.item.end = (struct inbox_end){ .declaration = declaration_of(n), .authority = AUTHORITY_TAX, .version = 1, .lease = lease_of(n), .state = state,
		                         .attempts = attempts, .due_us = NOW_US + 60 * US_PER_S };
	if (state != DELIVERY_SENT)
		l.item.end.reason = text_of("HTTP 503");
	return l;
}

static void wait_for_all(struct bench *b, const struct letter *letters, int count)
{
	until(b, is_answered, NULL);
	for (int i = 0; i < count; i++)
		assert_int_equal(letters[i].dones, 1);
}

static void test_answers(void **state)
{
	struct bench *b = bench_of(state);
	struct letter l[5];

	make_declarations(b, 2);
	l[0] = tax_answer(0, "accepted", ANSWERED_US);
	l[1] = tax_answer(0, "accepted", ANSWERED_US); /* twice in one batch */
	l[2] = tax_answer(7, "accepted", ANSWERED_US); /* there is no such delivery */
	l[3] = tax_answer(1, "120", ANSWERED_US);      /* customs names its reference */
	l[3].item.answer.authority = AUTHORITY_CUS;
	l[3].item.answer.reference = text_of("B-1");
	l[3].item.answer.version = 0;
	l[4] = l[3];
	l[4].item.answer.reference = text_of("B-99");
	for (int i = 0; i < 5; i++)
		send_letter(&l[i], b);
	wait_for_all(b, l, 5);
	assert_true(l[0].item.outcome == INBOX_STORED && l[1].item.outcome == INBOX_STORED);
	assert_int_equal(l[0].item.repeat + l[1].item.repeat, 1);
	assert_int_equal(l[2].item.outcome, INBOX_UNKNOWN);
	assert_true(l[3].item.outcome == INBOX_STORED && !l[3].item.repeat);
	assert_int_equal(l[4].item.outcome, INBOX_UNKNOWN);
	assert_int_equal(house_ask(b->house, "select count(*) from authority_receipt"), 2);
	assert_int_equal(house_ask(b->house, "select min(seq) * 10 + max(seq) from declaration"), 22);
	assert_int_equal(b->hint_count, 2);
	assert_int_equal(house_ask(b->house, "select sum(cardinality(declaration_ids)) from work"), 2);

	/* later once more: nothing changes */
	l[0] = tax_answer(0, "accepted", ANSWERED_US);
	send_letter(&l[0], b);
	wait_for_all(b, l, 1);
	assert_true(l[0].item.outcome == INBOX_STORED && l[0].item.repeat);
	assert_int_equal(house_ask(b->house, "select max(seq) from declaration"), 2);
	assert_int_equal(b->hint_count, 2);
}

static void test_ends(void **state)
{
	struct bench *b = bench_of(state);
	struct letter l[4];

	make_declarations(b, 4);
	l[0] = tax_end(0, DELIVERY_SENT, 1);
	l[1] = tax_end(1, DELIVERY_DUE, 2);
	l[2] = tax_end(2, DELIVERY_DEAD, 24);
	l[3] = tax_end(3, DELIVERY_SENT, 1);
	l[3].item.end.lease = lease_of(9); /* it woke too late: somebody else has it in hand */
	for (int i = 0; i < 4; i++)
		send_letter(&l[i], b);
	wait_for_all(b, l, 4);
	assert_int_equal(house_ask(b->house, "select count(*) from delivery where authority = 'TAX' and state = 'sent' and lease is null and sent_at is not null"), 1);
	assert_int_equal(house_ask(b->house, "select count(*) from delivery where state = 'due' and attempts = 2 and lease is null and reason = 'HTTP 503'"), 1);
	assert_int_equal(house_ask(b->house, "select count(*) from delivery where state = 'dead' and attempts = 24"), 1);
	assert_int_equal(house_ask(b->house, "select count(*) from delivery where authority = 'TAX' and state = 'due' and lease is not null"), 1);
	/* a dead one may be what a newer version waits for: its declaration is judged again, and no other */
	assert_int_equal(house_ask(b->house, "select count(*) from declaration where seq = 2"), 1);
	assert_int_equal(house_ask(b->house, "select count(*) from work w join declaration d on d.id = any(w.declaration_ids) and d.order_no = 'O-2'"), 1);
}

/* An end with its answer is one: both or none. */
static void test_end_with_answer(void **state)
{
	struct bench *b = bench_of(state);
	struct letter l[2];

	make_declarations(b, 2);
	for (int i = 0; i < 2; i++) {
		l[i] = tax_end(i, DELIVERY_SENT, 1);
		l[i].item.has_answer = true;
		l[i].item.answer = tax_answer(i, "accepted", ANSWERED_US).item.answer;
	}
	l[1].item.answer.info = (struct text){ "a\0b", 3 }; /* cannot be stored */
	send_letter(&l[0], b);
	send_letter(&l[1], b);
	wait_for_all(b, l, 2);
	assert_int_equal(l[0].item.outcome, INBOX_STORED);
	assert_int_equal(l[1].item.outcome, INBOX_TRY_AGAIN);
	assert_int_equal(house_ask(b->house, "select count(*) from delivery where state = 'sent'"), 1);
	assert_int_equal(house_ask(b->house, "select count(*) from authority_receipt"), 1);
}

/* What cannot be stored fails alone, wherever it stands in the batch. */
static void test_bad_data(void **state)
{
	enum { COUNT = 150 };
	struct bench *b = bench_of(state);
	struct letter *l = calloc(COUNT, sizeof(*l));

	make_declarations(b, COUNT);
	for (int i = 0; i < COUNT; i++) {
		l[i] = tax_answer(i, "accepted", ANSWERED_US);
		if (i % 50 == 11)
			l[i].item.answer.info = (struct text){ "\0", 1 };
		send_letter(&l[i], b);
	}
	wait_for_all(b, l, COUNT);
	for (int i = 0; i < COUNT; i++)
		assert_int_equal(l[i].item.outcome, i % 50 == 11 ? INBOX_TRY_AGAIN : INBOX_STORED);
	assert_int_equal(house_ask(b->house, "select count(*) from authority_receipt"), COUNT - 3);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration where seq = 2"), COUNT - 3);
	free(l);
}

static void test_many_repeats(void **state)
{
	enum { COUNT = 600, KINDS = 40 };
	struct bench *b = bench_of(state);
	struct letter *l = calloc(COUNT, sizeof(*l));
	int fresh = 0;

	make_declarations(b, KINDS);
	for (int i = 0; i < COUNT; i++) {
		l[i] = tax_answer(i % KINDS, "accepted", ANSWERED_US);
		send_letter(&l[i], b);
	}
	wait_for_all(b, l, COUNT);
	for (int i = 0; i < COUNT; i++) {
		assert_int_equal(l[i].item.outcome, INBOX_STORED);
		fresh += !l[i].item.repeat;
	}
	assert_int_equal(fresh, KINDS);
	assert_int_equal(house_ask(b->house, "select count(*) from authority_receipt"), KINDS);
	assert_int_equal(house_ask(b->house, "select count(*) from declaration where seq = 2"), KINDS);
	free(l);
}

static void test_full_refuses(void **state)
{
	struct bench *b = bench_of(state);
	struct letter *l = calloc(5001, sizeof(*l));

	make_declarations(b, 1);
	for (int i = 0; i < 5000; i++) {
		l[i] = tax_answer(0, "accepted", ANSWERED_US);
		send_letter(&l[i], b);
	}
	l[5000] = tax_answer(0, "accepted", ANSWERED_US);
	assert_false(inbox_submit(b->inbox, &l[5000].item, on_letter));
	wait_for_all(b, l, 5000);
	assert_int_equal(l[5000].dones, 0);
	free(l);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(test_answers), CASE(test_ends), CASE(test_end_with_answer), CASE(test_bad_data), CASE(test_many_repeats), CASE(test_full_refuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
