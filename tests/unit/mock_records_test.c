/* What the simulator remembers is the same after its journal was read again, and after a shorter one took its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "mock/mock.h"

#define XML "<ceb:CEB621Message><ceb:preNo>B20261129000000001</ceb:preNo><ceb:copNo>C\"1</ceb:copNo><ceb:orderNo>TG-1</ceb:orderNo></ceb:CEB621Message>"
#define JSON "{\"declaration_id\":\"0190aaaa-bbbb-8ccc-8ddd-eeeeeeeeeeee\",\"version\":3,\"waybill_no\":\"EE000000005CN\"}"

struct bench {
	char path[64];
	struct mock *mock;
	struct arena arena;
};

static struct mock *new_mock(struct bench *b)
{
	struct mock *m = calloc(1, sizeof(*m));
	struct fault f = { 0 };

	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		mock_authority_init(&m->authorities[a], m, a);
	arena_init(&m->payment.arena, 1 << 20);
	if (!records_open(m, b->path, false, &f))
		fail_msg("%s", f.text);
	return m;
}

static void free_mock(struct mock *m)
{
	journal_close(m->journal);
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++)
		mock_authority_done(&m->authorities[a]);
	payment_forget(m);
	free(m);
}

static int setup(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	int fd;

	(void)snprintf(b->path, sizeof(b->path), "/tmp/records-test-XXXXXX");
	fd = mkstemp(b->path);
	assert_true(fd >= 0);
	(void)close(fd);
	arena_init(&b->arena, 64 << 20);
	b->mock = new_mock(b);
	*state = b;
	return 0;
}

static int teardown(void **state)
{
	struct bench *b = *state;

	free_mock(b->mock);
	arena_done(&b->arena);
	(void)unlink(b->path);
	free(b);
	return 0;
}

static struct id an_id(uint32_t n)
{
	const struct text part = { (const char *)&n, sizeof(n) };

	return id_of_key('T', &part, 1);
}

/* A message as messages.c treats it. */
static struct mock_message *came(struct mock_authority *m, uint32_t n, const char *body)
{
	struct id id = an_id(n);
	struct mock_message *msg = mock_seen(m, &id);
	struct sha256 digest = sha256_of(text_of(body));

	assert_non_null(msg);
	m->attempts++;
	msg->attempts++;
	if (msg->effects == 0) {
		mock_note(m, msg, text_of(body), &digest);
		steps_decide(m, msg, &m->behaviour, text_of(body));
	}
	record_message(m, msg);
	return msg;
}

static void set(struct mock_authority *m, const char *what, const char *json)
{
	struct fault f = { 0 };

	if (!setting_put(m, text_of(what), text_of(json), 1790000000000000, &f))
		fail_msg("%s: %s", what, f.text);
	record_setting(m, what);
}

static void put_message(struct buf *b, const struct mock_message *x)
{
	char id[ID_TEXT_BYTES];

	id_format(&x->id, id);
	buf_printf(b, "%s %d %d %d %d v%d n%d %lld ", id, x->attempts, x->refused, x->effects, x->clashes, x->version, x->message_number, (long long)x->first_us);
	buf_hex(b, &x->declaration, sizeof(x->declaration));
	buf_hex(b, x->digest.b, sizeof(x->digest.b));
	for (int i = 0; i < NOTED_COUNT; i++)
		buf_json(b, x->noted[i]);
	for (const struct saying *s = x->sayings; s != NULL; s = s->next) {
		buf_printf(b, "[%d %d %lld %lld %d %d %d ", s->number, s->kind, (long long)s->at_us, (long long)s->due_us, s->in_reply, s->left, s->posted);
		buf_json(b, s->status);
		buf_json(b, s->code);
		buf_json(b, s->info);
		buf_json(b, s->detail);
	}
	buf_char(b, '\n');
}

/* All that is remembered, as one text. */
static const char *memory(struct bench *b, const struct mock *m)
{
	struct buf out;
	const char *name;
	char room[64];

	buf_init(&out, &b->arena, 4096);
	for (enum authority a = 0; a < AUTHORITY_COUNT; a++) {
		const struct mock_authority *of = &m->authorities[a];

		buf_printf(&out, "%s %llu %llu %llu %llu %llu %llu\n", authority_code(a), (unsigned long long)of->messages, (unsigned long long)of->attempts,
		           (unsigned long long)of->effects, (unsigned long long)of->clashes, (unsigned long long)of->posted, (unsigned long long)of->queries);
		for (int i = 0; (name = setting_name(i, room)) != NULL; i++)
			(void)!setting_show(&out, of, text_of(name));
		for (uint32_t n = 0; n < 3000; n++) {
			struct id id = an_id(n);
			const struct mock_message *msg = mock_find(of, &id);

			if (msg != NULL)
				put_message(&out, msg);
		}
	}
	buf_printf(&out, "%d %d %d", m->payment.code, m->payment.refuse_next, m->payment.count);
	for (int i = 0; i < m->payment.count; i++)
		buf_json(&out, m->payment.bodies[i]);
	assert_false(out.full);
	return out.at;
}

static void the_same_again(struct bench *b)
{
	const char *before = memory(b, b->mock);

	free_mock(b->mock);
	b->mock = new_mock(b);
	assert_string_equal(memory(b, b->mock), before);
}

static void everything_is_read_again(void **state)
{
	struct bench *b = *state;
	struct mock_authority *cus = &b->mock->authorities[AUTHORITY_CUS], *post = &b->mock->authorities[AUTHORITY_POST];
	struct mock_message *msg;
	struct fault f = { 0 };

	set(cus, "behaviour", "{\"answer\":\"later\",\"steps\":true,\"twice\":true,\"refuse_next\":3}");
	set(cus, "registers/registration", "{\"rows\":[{\"code\":\"A\",\"name\":\"甲\"}],\"unknown\":\"not-found\"}");
	set(post, "rules", "{\"rules\":[{\"steps\":[{\"status\":\"received\"},{\"after_ms\":50,\"status\":\"accepted\",\"code\":\"AC\"}]}]}");
	set(post, "chaos", "{\"seed\":9,\"refuse\":10}");
	assert_true(exception_add(post, &b->arena, TEXT("{\"order_no\":\"O\",\"codes\":[\"C\"],\"times\":4,\"behaviour\":{\"down\":true}}"), &f));
	assert_true(exception_add(post, &b->arena, TEXT("{\"behaviour\":{\"latency_ms\":7}}"), &f));
	record_setting(post, "exceptions");
	msg = came(cus, 1, XML);
	(void)came(cus, 1, XML);
	msg->sayings->left--;
	msg->sayings->posted++;
	cus->posted++;
	record_saying(cus, msg, msg->sayings);
	(void)came(post, 1, JSON);
	post->queries = 5;
	record_queries(post);
	payment_keep(b->mock, true, TEXT("{\"sign\"}"));
	record_payment(b->mock);
	assert_int_equal(cus->effects, 1);
	the_same_again(b);
	msg = came(&b->mock->authorities[AUTHORITY_CUS], 1, XML "."); /* known: nothing is done again */
	assert_int_equal(msg->effects, 1);
	assert_int_equal(msg->attempts, 3);
	assert_int_equal(msg->sayings->left, 1);
	assert_true(text_is(msg->sayings->next->status, "120"));
	assert_true(text_is(msg->noted[NOTED_INTERNAL_NO], "C\"1"));
}

static void what_is_forgotten_stays_so(void **state)
{
	struct bench *b = *state;
	struct mock_authority *cus = &b->mock->authorities[AUTHORITY_CUS];

	(void)came(cus, 1, XML);
	set(cus, "behaviour", "{\"down\":true}");
	mock_forget(cus);
	record_cleared(cus, "messages");
	assert_true(setting_clear(cus, TEXT("behaviour")));
	record_cleared(cus, "behaviour");
	(void)came(cus, 2, XML);
	the_same_again(b);
	assert_int_equal(b->mock->authorities[AUTHORITY_CUS].messages, 1);
	assert_false(b->mock->authorities[AUTHORITY_CUS].behaviour.down);
}

static void a_long_journal_is_written_anew(void **state)
{
	struct bench *b = *state;
	struct mock_authority *cus = &b->mock->authorities[AUTHORITY_CUS];
	int64_t long_bytes;

	set(cus, "registers/registration", "{\"rows\":[{\"code\":\"A\"}]}");
	for (uint32_t n = 0; n < 3000; n++)
		(void)came(cus, n % 500, XML);
	long_bytes = journal_bytes(b->mock->journal);
	assert_true(long_bytes > 1 << 20);
	the_same_again(b);
	assert_true(journal_bytes(b->mock->journal) < long_bytes / 2);
	the_same_again(b);
	assert_int_equal(b->mock->authorities[AUTHORITY_CUS].attempts, 3000);
	assert_int_equal(b->mock->authorities[AUTHORITY_CUS].effects, 500);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(everything_is_read_again, setup, teardown),
		cmocka_unit_test_setup_teardown(what_is_forgotten_stays_so, setup, teardown),
		cmocka_unit_test_setup_teardown(a_long_journal_is_written_anew, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
