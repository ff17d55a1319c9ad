/*
 * What the authorities are sent: by the rows that this program was built with, for every authority, direction and trade mode.
 *
 * No member beside the rows, personal data only where a row says so, the same bytes as written here; and each message against the
 * schema that is made of the same rows, judged by a validator that is not ours.
 */
#include "standard_bench.h"

#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/json.h"
#include "store/codebook_embedded.h"

static struct codebook *book;

static const struct { enum direction direction; const char *mode; bool paid; } trades[] = {
	{ DIR_IMPORT, "9610", true }, { DIR_IMPORT, "1210", true }, { DIR_IMPORT, "1239", true }, { DIR_EXPORT, "9610", true },
	{ DIR_EXPORT, "1210", true }, { DIR_EXPORT, "9710", false }, { DIR_EXPORT, "9810", false },
};

static int read_book(void **state)
{
	struct fault f = { 0 };

	(void)state;
	book = codebook_embedded(&f);
	if (book == NULL)
		fail_msg("%s", f.text);
	return 0;
}

static int drop_book(void **state)
{
	(void)state;
	codebook_free(book);
	return 0;
}

struct sending {
	struct filed filed[DOC_KIND_COUNT];
	struct verdict verdict;
	struct outgoing out;
};

static void prepare(struct bench *b, struct sending *s, enum direction d, const char *mode, bool paid)
{
	const struct text key[] = { TEXT("platform"), TEXT("order") };
	struct fixture fix;

	memset(s, 0, sizeof(*s));
	fixture_init(&fix);
	for (int k = DOC_ORDER; k <= DOC_INVENTORY; k++) {
		assert_true(bench_read_checked(b, fixture_json(&b->arena, &fix, (enum doc_kind)k, d)));
		bench_assert_clean(b);
		s->filed[k].doc = b->m.nodes[0].doc;
		s->verdict.current[k] = k == DOC_PAYMENT && !paid ? NULL : &s->filed[k];
	}
	fixture_set((struct document *)(uintptr_t)s->filed[DOC_INVENTORY].doc, F_TRADE_MODE, mode);
	s->verdict.kind = VERDICT_MATCHED;
	s->out = (struct outgoing){
		.payer_key = TEXT("a secret of its own"),
		.declaration = id_of_key('D', key, 2), .message_id = id_of_key('M', key, 2), .version = 2, .is_change = true,
		.pre_entry_no = TEXT("B20260302000000001"), .at_us = INT64_C(1772417472000000), .verdict = &s->verdict,
	};
}

static const char *sent(struct bench *b, struct sending *s, enum authority to)
{
	const struct document *inventory = s->filed[DOC_INVENTORY].doc;
	struct buf out;

	buf_init(&out, &b->arena, 64);
	s->out.authority = to;
	s->out.form = codebook_form(book, to, inventory->def->direction, document_get(inventory, F_TRADE_MODE), fixture_day("2026-03-02"));
	assert_non_null(s->out.form);
	outgoing_put(&out, &s->out);
	assert_false(out.full);
	return out.at;
}

/* --- as written here --------------------------------------------------------------------------------------------------- */

static void each_says_first_which_message_it_is(void **state)
{
	struct bench *b = *state;
	char declaration[ID_TEXT_BYTES], message[ID_TEXT_BYTES];
	struct sending s;
	struct buf opening;

	prepare(b, &s, DIR_IMPORT, "9610", true);
	id_format(&s.out.declaration, declaration);
	id_format(&s.out.message_id, message);
	buf_init(&opening, &b->arena, 512);
	buf_printf(&opening, "{\"message_id\":\"%s\",\"declaration_id\":\"%s\",\"version\":2,\"is_change\":true,\"sent_at\":\"2026-03-02T10:11:12+08:00\","
	           "\"edition\":\"2019-01-01\",\"direction\":\"import\",\"trade_mode\":\"9610\",", message, declaration);
	for (int a = AUTHORITY_CIQ; a < AUTHORITY_COUNT; a++) {
		assert_string_equal(outgoing_content_type((enum authority)a), "application/json");
		if (strncmp(sent(b, &s, (enum authority)a), opening.at, opening.len) != 0)
			fail_msg("%s", sent(b, &s, (enum authority)a));
	}
	assert_string_equal(sent(b, &s, AUTHORITY_TAX) + opening.len,
		"\"platform_code\":\"91330100MA2T000237\",\"order_no\":\"TG-0001\",\"record\":\"retail_import_tax\","
		"\"declaration\":{\"pre_entry_no\":\"B20260302000000001\",\"customs_code\":\"2928\",\"port_code\":\"2916\"},"
		"\"parties\":{\"merchant_code\":\"91320500MA1T00013G\",\"merchant_name\":\"测试电商有限公司\","
		"\"declarant_code\":\"91350100M000100Y43\",\"declarant_name\":\"测试报关有限公司\","
		"\"guarantor_code\":\"91320500MA1T00013G\"},\"amounts\":{\"goods_value\":\"125\",\"freight\":\"10\",\"insured_fee\":\"0\","
		"\"discount\":\"5\",\"tax_total\":\"8.21\",\"actual_paid\":\"138.21\",\"currency\":\"142\"},\"goods\":[{\"line_no\":1,"
		"\"hs_code\":\"1901101090\",\"goods_name\":\"婴儿奶粉\",\"country_code\":\"609\",\"quantity\":\"1\",\"unit\":\"122\","
		"\"price\":\"100\",\"total_price\":\"100\",\"currency\":\"142\"},{\"line_no\":2,\"hs_code\":\"3305100000\","
		"\"goods_name\":\"洗发水\",\"country_code\":\"116\",\"quantity\":\"2\",\"unit\":\"142\",\"price\":\"12.5\","
		"\"total_price\":\"25\",\"currency\":\"142\"}]}");
	assert_string_equal(sent(b, &s, AUTHORITY_FX) + opening.len,
		"\"platform_code\":\"91330100MA2T000237\",\"order_no\":\"TG-0001\","
		"\"enterprise\":{\"merchant_code\":\"91320500MA1T00013G\",\"merchant_name\":\"测试电商有限公司\"},"
		"\"declared\":{\"pre_entry_no\":\"B20260302000000001\",\"customs_code\":\"2928\",\"country_code\":\"609\",\"goods_value\":\"125\","
		"\"freight\":\"10\",\"contract_currency\":\"142\"},\"payment\":{\"payment_company_code\":\"91150100MA0T000386\","
		"\"payment_company_name\":\"测试支付有限公司\",\"payment_no\":\"PAY-0001\",\"amount_paid\":\"138.21\",\"payment_currency\":\"142\","
		"\"paid_at\":\"2026-03-02T10:11:12+08:00\"},\"balance_of_payments\":{\"code\":\"121010\"},\"payer\":{\"pseudonym\":"
		"\"72da84910f5158e396c6c1baf7babbd2f59b099cfab12099e8b16661ce2ba446\"},\"evidence\":{\"filings_sha256\":"
		"\"0000000000000000000000000000000000000000000000000000000000000000\"}}");
}

static void the_post_gets_the_item(void **state)
{
	struct bench *b = *state;
	struct sending s;
	const char *json;

	prepare(b, &s, DIR_EXPORT, "9610", true);
	json = sent(b, &s, AUTHORITY_POST);
	assert_non_null(strstr(json, "\"nature_of_transaction\":\"11\",\"item\":{\"item_id\":\"RR473124829CN\",\"waybill_no\":\"RR473124829CN\","
	                             "\"posting_date\":\"2026-03-02\","));
	assert_non_null(strstr(json, "\"net_weight\":\"0.9\"")); /* the second legal unit is the kilogram, of line 2 */
	assert_null(strstr(json, "origin_country"));             /* an export inventory names the destination there */
	fixture_set((struct document *)(uintptr_t)s.filed[DOC_WAYBILL].doc, F_WAYBILL_NO, "SF123456789");
	json = sent(b, &s, AUTHORITY_POST);
	assert_non_null(strstr(json, "\"item\":{\"waybill_no\":\"SF123456789\""));
	fixture_set((struct document *)(uintptr_t)s.filed[DOC_WAYBILL].doc, F_WAYBILL_NO, "RR473124820CN"); /* a wrong check digit */
	assert_null(strstr(sent(b, &s, AUTHORITY_POST), "item_id"));
}

static void the_tax_record_is_by_regime(void **state)
{
	static const struct { enum direction d; const char *mode, *record; } cases[] = {
		{ DIR_IMPORT, "1239", "\"record\":\"retail_import_tax\",\"declaration\"" }, { DIR_EXPORT, "9610", "\"record\":\"exemption\",\"declaration\"" },
		{ DIR_EXPORT, "9710", "\"record\":\"refund\",\"declaration\"" }, { DIR_EXPORT, "9810", "\"record\":\"pre_refund\",\"refund_mark\":\"HWC-YT\"" },
	};
	struct bench *b = *state;
	struct sending s;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		prepare(b, &s, cases[i].d, cases[i].mode, true);
		if (strstr(sent(b, &s, AUTHORITY_TAX), cases[i].record) == NULL)
			fail_msg("%s", sent(b, &s, AUTHORITY_TAX));
	}
}

static void what_was_not_filed_is_absent(void **state)
{
	struct bench *b = *state;
	struct sending s;
	const char *json;

	prepare(b, &s, DIR_EXPORT, "9710", false);
	json = sent(b, &s, AUTHORITY_FX);
	assert_null(strstr(json, "\"payment\""));
	assert_null(strstr(json, "payer"));
	assert_non_null(strstr(json, "\"contract_currency\":\"502\"},\"balance_of_payments\""));
	json = sent(b, &s, AUTHORITY_FIN); /* all that it would see is of the payment */
	assert_non_null(strstr(json, "\"trade_mode\":\"9710\"}"));
	s.out.form = NULL;
	s.out.authority = AUTHORITY_STAT;
	assert_null(codebook_form(book, AUTHORITY_STAT, DIR_EXPORT, TEXT("9710"), fixture_day("2018-12-31")));
}

/* --- no more than the rows say ------------------------------------------------------------------------------------------ */

struct members { const struct authority_form *form; const char *section; int seen; };

static bool has_row(const struct authority_form *form, const char *section, struct text member)
{
	for (int i = 0; i < form->entry_count; i++)
		if (text_eq(form->entries[i].row->member, member) && text_eq(form->entries[i].row->section, text_of(section)))
			return true;
	return false;
}

static bool check_member(void *arg, struct text name, const struct json *value)
{
	static const char own[] = " message_id declaration_id version is_change sent_at edition direction trade_mode ";
	struct members *m = arg, inner = { .form = m->form };
	char section[64], padded[80];

	(void)snprintf(padded, sizeof(padded), " " TEXT_FMT " ", TEXT_ARG(name));
	m->seen++;
	if (m->section == NULL && strstr(own, padded) != NULL)
		return true;
	if (!json_is_object(value) && !json_is_array(value)) {
		if (!has_row(m->form, m->section, name))
			fail_msg("%s: " TEXT_FMT " has no row", authority_code(m->form->authority), TEXT_ARG(name));
		return true;
	}
	assert_null(m->section);
	(void)snprintf(section, sizeof(section), TEXT_FMT, TEXT_ARG(name));
	inner.section = section;
	if (json_is_object(value))
		json_each(value, check_member, &inner);
	for (size_t i = 0; json_is_array(value) && i < json_length(value); i++)
		json_each(json_item(value, i), check_member, &inner);
	assert_true(inner.seen > 0);
	return true;
}

static void no_member_is_beside_the_rows(void **state)
{
	struct bench *b = *state;
	struct sending s;

	for (size_t t = 0; t < COUNTOF(trades); t++) {
		prepare(b, &s, trades[t].direction, trades[t].mode, trades[t].paid);
		for (int a = AUTHORITY_CIQ; a < AUTHORITY_COUNT; a++) {
			const struct json *json = json_parse(&b->arena, text_of(sent(b, &s, (enum authority)a)), &b->f);
			struct members m = { .form = s.out.form };

			assert_non_null(json);
			json_each(json, check_member, &m);
			assert_true(m.seen >= 8);
		}
	}
}

/* Names, numbers, telephones and addresses reach only those of whom a row says so: the post and the police. */
static void personal_data_go_where_a_row_says_so(void **state)
{
	static const struct { const char *value; unsigned for_whom; } personal[] = {
		{ FIXTURE_BUYER_ID, AUTHORITY_BIT(AUTHORITY_POL) },
		{ "李小明", AUTHORITY_BIT(AUTHORITY_POL) | AUTHORITY_BIT(AUTHORITY_POST) },
		{ "13800000000", AUTHORITY_BIT(AUTHORITY_POST) },
		{ "人民路", AUTHORITY_BIT(AUTHORITY_POST) },
	};
	struct bench *b = *state;
	struct sending s;

	prepare(b, &s, DIR_IMPORT, "9610", true);
	for (int a = AUTHORITY_CIQ; a < AUTHORITY_COUNT; a++) {
		const char *json = sent(b, &s, (enum authority)a);

		for (size_t i = 0; i < COUNTOF(personal); i++)
			if ((strstr(json, personal[i].value) != NULL) != ((personal[i].for_whom & AUTHORITY_BIT(a)) != 0))
				fail_msg("%s in %s", personal[i].value, json);
	}
	for (int i = 0; i < book->field_count; i++) {
		const struct form_row *row = &book->fields[i];

		assert_true(row->purpose.len > 0 && row->source.len > 0);
		if (row->field != FIELD_NONE && field_is_personal(row->field))
			assert_true(row->personal);
	}
}

/* --- the schema of the same rows ---------------------------------------------------------------------------------------- */

#define VALIDATOR \
	"import json, sys, copy, jsonschema\n" \
	"n = 0\n" \
	"for line in sys.stdin:\n" \
	"    schema, message = json.loads(line)\n" \
	"    V = jsonschema.Draft202012Validator\n" \
	"    V.check_schema(schema)\n" \
	"    v = V(schema)\n" \
	"    e = next(v.iter_errors(message), None)\n" \
	"    assert e is None, (str(jsonschema.exceptions.best_match(v.iter_errors(message))), message)\n" \
	"    more = [dict(message, buyer_name=1)] + [dict(message, **{k: dict(o, buyer_name=1)}) for k, o in message.items() if isinstance(o, dict)]\n" \
	"    more += [{k: o for k, o in message.items() if k != gone} for gone in (\"message_id\", \"edition\", \"direction\")]\n" \
	"    assert not any(v.is_valid(m) for m in more), message\n" \
	"    n += 1\n" \
	"assert n == 77, n\n"

static void put_pair(struct bench *b, FILE *to, struct sending *s, enum authority a)
{
	const struct authority_form *forms[16];
	const char *message = sent(b, s, a);
	int count, used = 0;
	struct buf schema;

	for (const struct authority_form *f = codebook_forms(book, a, &count), *end = f + count; f < end; f++) {
		assert_true(used < (int)COUNTOF(forms));
		forms[used++] = f;
	}
	buf_init(&schema, &b->arena, 16384);
	form_schema_put(&schema, a, forms, used, TEXT("2026-03-02"));
	assert_false(schema.full);
	assert_true(fprintf(to, "[%s,%s]\n", schema.at, message) > 0);
}

/* The validator reads from the stream. */
static FILE *start_validator(pid_t *pid)
{
	char *const argv[] = { (char *)(uintptr_t)"python3", (char *)(uintptr_t)"-c", (char *)(uintptr_t)VALIDATOR, NULL };
	posix_spawn_file_actions_t actions;
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(posix_spawn_file_actions_init(&actions), 0);
	assert_int_equal(posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO), 0);
	assert_int_equal(posix_spawn(pid, "/usr/bin/python3", &actions, NULL, argv, environ), 0);
	assert_int_equal(posix_spawn_file_actions_destroy(&actions), 0);
	assert_int_equal(close(ends[0]), 0);
	return fdopen(ends[1], "w");
}

static void every_message_fits_its_schema(void **state)
{
	struct bench *b = *state;
	pid_t pid;
	FILE *to = start_validator(&pid);
	struct sending s;
	int status;

	assert_non_null(to);
	for (size_t t = 0; t < COUNTOF(trades); t++) {
		prepare(b, &s, trades[t].direction, trades[t].mode, trades[t].paid);
		for (int a = AUTHORITY_CIQ; a < AUTHORITY_COUNT; a++)
			put_pair(b, to, &s, (enum authority)a);
	}
	assert_int_equal(fclose(to), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(each_says_first_which_message_it_is),
		BENCH_TEST(the_post_gets_the_item),
		BENCH_TEST(the_tax_record_is_by_regime),
		BENCH_TEST(what_was_not_filed_is_absent),
		BENCH_TEST(no_member_is_beside_the_rows),
		BENCH_TEST(personal_data_go_where_a_row_says_so),
		BENCH_TEST(every_message_fits_its_schema),
	};

	return cmocka_run_group_tests(tests, read_book, drop_book);
}
