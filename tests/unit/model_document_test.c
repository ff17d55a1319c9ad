/* The canonical document: its text, its digest, its keys, and whose it is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "fixture.h"

static struct arena arena;
static struct fixture fixture;

static int set_up(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	fixture_init(&fixture);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static struct text canonical_of(const struct document *d, size_t *digest_from)
{
	struct buf b;

	buf_init(&b, &arena, 64);
	canonical_put(&b, d, digest_from);
	assert_false(b.full);
	return buf_as_text(&b);
}

static struct sha256 digest_of(const struct document *d)
{
	size_t from;
	struct text t = canonical_of(d, &from);

	return canonical_digest(t, from);
}

static bool is_same(const struct document *a, const struct document *b)
{
	struct sha256 left = digest_of(a), right = digest_of(b);

	return memcmp(left.b, right.b, sizeof(left.b)) == 0;
}

static void test_canonical_text(void **state)
{
	static const char expected[] =
		"{\"guid\":\"4CDE1CFD-EDED-46B1-946C-000000000001\",\"sent_at\":\"2026-03-02T10:11:12+08:00\","
		"\"standard\":\"1\",\"kind\":\"waybill_status\",\"direction\":\"import\",\"action\":\"add\",\"app_status\":\"2\","
		"\"carrier_code\":\"91441800MA5T00045D\",\"carrier_name\":\"测试物流有限公司\",\"waybill_no\":\"RR473124829CN\","
		"\"waybill_status\":\"S\",\"waybill_status_at\":\"2026-03-02T10:11:12+08:00\"}";
	struct document *d = fixture_document(&arena, &fixture, DOC_WAYBILL_STATUS, DIR_IMPORT);
	size_t from;
	struct text t = canonical_of(d, &from);
	struct sha256 digest = canonical_digest(t, from), same;
	char under[sizeof(expected)];

	(void)state;
	assert_string_equal(t.at, expected);
	assert_int_equal(from, strstr(expected, "\"standard\"") - expected);
	snprintf(under, sizeof(under), "{%s", expected + from);
	same = sha256_of(text_of(under));
	assert_memory_equal(digest.b, same.b, sizeof(same.b));
}

/* Lines last, integers as numbers, what JSON must escape escaped, absent left out. */
static void test_lines_and_escapes(void **state)
{
	struct document *d = fixture_document(&arena, &fixture, DOC_ORDER, DIR_EXPORT);
	struct fault f = { 0 };
	const struct json *j;
	size_t from;
	struct text t;
	int64_t n = 0;

	(void)state;
	fixture_set(d, F_NOTE, "a \"quoted\"\n\\ 中文");
	fixture_set_line(d, 1, F_LINE_NO, "2");
	fixture_set_line(d, 0, F_LINE_NO, NULL); /* the first member of a line may be absent */
	t = canonical_of(d, &from);
	assert_non_null(strstr(t.at, "\"note\":\"a \\\"quoted\\\"\\n\\\\ 中文\",\"lines\":[{\"item_no\":"));
	assert_non_null(strstr(t.at, "},{\"line_no\":2,"));
	assert_string_equal(t.at + t.len - 3, "}]}");
	assert_null(strstr(t.at, "barcode"));
	j = json_parse(&arena, t, &f);
	assert_non_null(j);
	assert_int_equal(json_length(json_member(j, "lines")), 2);
	assert_true(json_i64(json_member(json_item(json_member(j, "lines"), 1), "line_no"), &n));
	assert_int_equal(n, 2);
	assert_true(text_is(json_text(json_member(j, "note")), "a \"quoted\"\n\\ 中文"));
}

static void test_same_filing(void **state)
{
	struct document *one = fixture_document(&arena, &fixture, DOC_ORDER, DIR_IMPORT), *two;

	(void)state;
	fixture.guid = 77;
	fixture.sent_at = "2026-03-05T00:00:00+08:00";
	two = fixture_document(&arena, &fixture, DOC_ORDER, DIR_IMPORT);
	assert_true(is_same(one, two));
	fixture_set(two, F_GUID, NULL);
	assert_true(is_same(one, two));
	fixture_set(two, F_SENT_AT, NULL);
	assert_true(is_same(one, two));
	fixture_set(two, F_ACTION, "change");
	assert_false(is_same(one, two));
	fixture_set(two, F_ACTION, "add");
	fixture_set_line(two, 1, F_UNIT, "007");
	assert_false(is_same(one, two));
}

static const struct {
	enum doc_kind kind;
	enum direction direction;
	const char *key;
	int filers;
	const char *first;
	bool has_declaration, has_link;
} kinds[] = {
	{ DOC_ORDER, DIR_IMPORT, FIXTURE_PLATFORM "/TG%2F00%251", 2, FIXTURE_PLATFORM, true, false },
	{ DOC_PAYMENT, DIR_IMPORT, FIXTURE_PAYER_CO "/PAY-0001", 1, FIXTURE_PAYER_CO, true, false },
	{ DOC_WAYBILL, DIR_IMPORT, FIXTURE_CARRIER "/RR473124829CN", 1, FIXTURE_CARRIER, false, true },
	{ DOC_WAYBILL_STATUS, DIR_IMPORT, FIXTURE_CARRIER "/RR473124829CN/S", 1, FIXTURE_CARRIER, false, true },
	{ DOC_INVENTORY, DIR_IMPORT, FIXTURE_PLATFORM "/" FIXTURE_MERCHANT "/TG%2F00%251", 2, FIXTURE_DECLARANT, true, true },
	{ DOC_ORDER, DIR_EXPORT, FIXTURE_PLATFORM "/TG%2F00%251", 2, FIXTURE_PLATFORM, true, false },
	{ DOC_PAYMENT, DIR_EXPORT, FIXTURE_MERCHANT "/TG%2F00%251/PAY-0001", 2, FIXTURE_PAYER_CO, true, false },
	{ DOC_WAYBILL, DIR_EXPORT, FIXTURE_CARRIER "/RR473124829CN", 1, FIXTURE_CARRIER, false, true },
	{ DOC_INVENTORY, DIR_EXPORT, FIXTURE_PLATFORM "/" FIXTURE_MERCHANT "/TG%2F00%251", 2, FIXTURE_DECLARANT, true, true },
};

static void test_keys(void **state)
{
	struct id declaration = { { 0 } }, link = { { 0 } }, id;

	(void)state;
	fixture.order_no = "TG/00%1";
	for (size_t i = 0; i < COUNTOF(kinds); i++) {
		struct document *d = fixture_document(&arena, &fixture, kinds[i].kind, kinds[i].direction);
		struct text key = document_business_key(d, &arena), filers[3];

		assert_int_equal(key.len, strlen(kinds[i].key));
		assert_memory_equal(key.at, kinds[i].key, key.len);
		id = document_key_id(kinds[i].kind, kinds[i].direction, key);
		assert_in_range(id_bucket(&id), 0, ID_BUCKETS - 1);
		assert_int_equal(document_filers(d, filers), kinds[i].filers);
		assert_true(text_is(filers[0], kinds[i].first));

		/* one declaration, one link, whatever the filing */
		assert_int_equal(document_declaration(d, &id), kinds[i].has_declaration);
		if (kinds[i].has_declaration && id_is_null(&declaration))
			declaration = id;
		if (kinds[i].has_declaration)
			assert_true(id_eq(&declaration, &id));
		assert_int_equal(document_link(d, &id), kinds[i].has_link);
		if (kinds[i].has_link && id_is_null(&link))
			link = id;
		if (kinds[i].has_link)
			assert_true(id_eq(&link, &id));
	}
}

/* An absent part of a key is empty: it cannot become another key. */
static void test_key_without_payment_no(void **state)
{
	struct document *d = fixture_document(&arena, &fixture, DOC_PAYMENT, DIR_EXPORT);
	struct text key, filers[3];

	(void)state;
	fixture_set(d, F_PAYMENT_NO, NULL);
	fixture_set(d, F_PAYMENT_COMPANY_CODE, NULL);
	key = document_business_key(d, &arena);
	assert_true(text_is(key, FIXTURE_MERCHANT "/TG-0001/"));
	assert_int_equal(document_filers(d, filers), 1);
	assert_true(text_is(filers[0], FIXTURE_MERCHANT));
}

static void test_values(void **state)
{
	struct document *d = fixture_document(&arena, &fixture, DOC_ORDER, DIR_IMPORT);
	struct decimal n = { 0 };

	(void)state;
	assert_true(document_decimal(d, F_ACTUAL_PAID, &n) && n.e5 == 13821000);
	assert_false(document_decimal(d, F_NET_WEIGHT, &n));
	assert_true(document_line_decimal(d, 1, F_QUANTITY, &n) && n.e5 == 200000);
	assert_false(document_line_decimal(d, 2, F_QUANTITY, &n));
	assert_false(document_line_decimal(d, -1, F_QUANTITY, &n));
	assert_null(document_get(d, F_QUANTITY).at);
	assert_null(document_line_get(d, 0, F_ORDER_NO).at);
	assert_int_equal(document_action(d), ACTION_ADD);
	fixture_set(d, F_ACTION, "delete");
	assert_int_equal(document_action(d), ACTION_DELETE);
}

static void test_room_for_lines(void **state)
{
	struct document *d = document_new(&arena, message_def(DOC_ORDER, DIR_IMPORT), 2);
	struct document *without = document_new(&arena, message_def(DOC_PAYMENT, DIR_IMPORT), 2);
	struct arena small;

	(void)state;
	for (int i = 0; i < 100; i++) {
		struct text *row = document_add_line(&arena, d);

		assert_non_null(row);
		assert_null(row[0].at);
		row[0] = TEXT("1");
		assert_true(document_line_get(d, 0, F_LINE_NO).len == 1);
	}
	assert_int_equal(d->line_count, 100); /* one too many is kept */
	assert_null(document_add_line(&arena, d));
	assert_int_equal(d->line_count, 100);
	assert_null(document_add_line(&arena, without));

	arena_init(&small, 1024);
	d = document_new(&small, message_def(DOC_ORDER, DIR_IMPORT), 0);
	while (d != NULL && document_add_line(&small, d) != NULL)
		continue;
	assert_true(small.full);
	arena_done(&small);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_canonical_text, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_lines_and_escapes, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_same_filing, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_keys, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_key_without_payment_no, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_values, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_room_for_lines, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
