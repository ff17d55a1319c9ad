/* Payment data: what is read and what is refused where, the string to sign byte for byte, signatures good and bad. */
#include "signature_bench.h"

#include "standard/payment_data.h"

#define HEAD_(amount, time) \
	"{\"guid\":\"9D55BA71-55DE-41F4-8B50-C36C83B3B419\",\"initalRequest\":\"https://pay.example/?a=1&b=\\\"2\\\"\",\"initalResponse\":\"ok\"," \
	"\"ebpCode\":\"91330100MA27Y5QW3N\",\"payCode\":\"312226T001\",\"payTransactionId\":\"2026030221001\",\"totalAmount\":" amount \
	",\"currency\":\"142\",\"verDept\":\"3\",\"payType\":\"1\",\"tradingTime\":\"" time "\",\"note\":\"\"}"
#define HEAD   HEAD_("100.5", "20260302101112")
#define GOODS  "{\"gname\":\"奶粉\",\"itemLink\":\"https://m.example/1;https://m.example/2\"}"
#define ORDER(no, goods) "{\"orderNo\":\"" no "\",\"goodsInfo\":[" goods "],\"recpAccount\":\"OSA511\",\"recpCode\":\"\",\"recpName\":\"收款人\"}"
#define LISTS  "[" ORDER("A-1", GOODS) "," ORDER("A-2", GOODS "," GOODS) "]"
#define DATA_(session, head, lists, time, more) \
	"{\"sessionID\":\"" session "\",\"payExchangeInfoHead\":" head ",\"payExchangeInfoLists\":" lists ",\"serviceTime\":" time more "}"
#define SIGNED ",\"certNo\":\"01A2B3\",\"signValue\":\"AAAA\""
#define DATA   DATA_("S-1", HEAD, LISTS, "\"1772417472123\"", SIGNED)

static struct arena arena;

static int begin(void **state)
{
	(void)state;
	arena_init(&arena, 1 << 20);
	return 0;
}

static int end(void **state)
{
	(void)state;
	arena_done(&arena);
	return 0;
}

static void assert_text(struct text t, const char *expected)
{
	if (!text_is(t, expected))
		fail_msg("\"" TEXT_FMT "\" is not \"%s\"", TEXT_ARG(t), expected);
}

static void everything_is_read(void **state)
{
	struct payment_data d;
	struct fault f = { 0 };

	(void)state;
	if (!payment_data_read(&arena, TEXT(DATA), PAYMENT_SIGNED, &d, &f))
		fail_msg("%s", f.text);
	assert_text(d.head, HEAD);
	assert_text(d.lists, LISTS);
	assert_text(d.session_id, "S-1");
	assert_text(d.service_time, "1772417472123");
	assert_text(d.cert_no, "01A2B3");
	assert_text(d.platform_code, "91330100MA27Y5QW3N");
	assert_text(d.payment_company_code, "312226T001");
	assert_text(d.payment_no, "2026030221001");
	assert_text(d.paid_at, "20260302101112");
	assert_true(d.amount.e5 == 10050000);
	assert_int_equal(d.order_count, 2);
	assert_text(d.orders[1], "A-2");
}

static void forms_that_real_senders_have_are_taken(void **state)
{
	static const char *const bodies[] = {
		DATA_("S-1", HEAD, LISTS, "1772417472123", SIGNED),
		DATA_("S-1", HEAD_("\"100.50000\"", "1772417472"), LISTS, "1772417472", SIGNED),
		" { \"signValue\" : \"AAAA\" , \"certNo\":\"01\",\"serviceTime\":1772417472123,\"payExchangeInfoLists\":" LISTS ",\"payExchangeInfoHead\": \n " HEAD
		" ,\"sessionID\":\"S\" }\n",
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(bodies); i++) {
		struct payment_data d;
		struct fault f = { 0 };

		if (!payment_data_read(&arena, text_of(bodies[i]), PAYMENT_SIGNED, &d, &f))
			fail_msg("%zu: %s", i, f.text);
		assert_true(d.amount.e5 == 10050000);
		assert_int_equal(d.head.at[d.head.len - 1], '}'); /* no blanks around what is signed */
		assert_int_equal(d.head.at[0], '{');
	}
}

/* One change of a good text: `from` becomes `to`. */
static const struct change {
	const char *from, *to, *pointer; /* pointer NULL: no JSON at all */
	enum rule rule;
} changes[] = {
	{ "\"sessionID\":\"S-1\",", "", "/sessionID", RULE_REQUIRED },
	{ "\"sessionID\":\"S-1\"", "\"sessionID\":\"\"", "/sessionID", RULE_REQUIRED },
	{ "\"sessionID\":\"S-1\"", "\"sessionID\":\"S\\\"||\"", "/sessionID", RULE_CHARACTERS },
	{ "\"sessionID\":\"S-1\"", "\"sessionID\":7", "/sessionID", RULE_TYPE },
	{ "\"sessionID\":\"S-1\"", "\"sessionID\":\"S-1\",\"sessionID\":\"S-1\"", "/sessionID", RULE_DUPLICATE_FIELD },
	{ "\"sessionID\"", "\"session\\u0049D2\"", "/sessionID2", RULE_UNKNOWN_FIELD },
	{ "\"sessionID\"", "\"<script>\"", "/?", RULE_UNKNOWN_FIELD },
	{ "\"payExchangeInfoLists\"", "\"payExchangeInfoList\"", "/payExchangeInfoList", RULE_UNKNOWN_FIELD },
	{ "\"1772417472123\"", "\"17724174721x\"", "/serviceTime", RULE_FORM },
	{ "\"1772417472123\"", "1.5e12", "/serviceTime", RULE_FORM },
	{ "\"1772417472123\"", "true", "/serviceTime", RULE_TYPE },
	{ "\"guid\":\"9D55BA71-55DE-41F4-8B50-C36C83B3B419\"", "\"guid\":\"9D55BA71-55DE-41F4-8B50-C36C83B3B4190\"", "/payExchangeInfoHead/guid", RULE_LENGTH },
	{ "\"guid\"", "\"Guid\"", "/payExchangeInfoHead/Guid", RULE_UNKNOWN_FIELD },
	{ "\"initalRequest\"", "\"initialRequest\"", "/payExchangeInfoHead/initialRequest", RULE_UNKNOWN_FIELD },
	{ ":100.5,", ":\"1,000\",", "/payExchangeInfoHead/totalAmount", RULE_DIGITS },
	{ ":100.5,", ":100.123456,", "/payExchangeInfoHead/totalAmount", RULE_DIGITS },
	{ ":100.5,", ":1e2,", "/payExchangeInfoHead/totalAmount", RULE_DIGITS },
	{ ":100.5,", ":-1,", "/payExchangeInfoHead/totalAmount", RULE_NEGATIVE },
	{ ":100.5,", ":null,", "/payExchangeInfoHead/totalAmount", RULE_TYPE },
	{ "\"verDept\":\"3\"", "\"verDept\":\"4\"", "/payExchangeInfoHead/verDept", RULE_VALUE },
	{ "\"verDept\":\"3\"", "\"verDept\":3", "/payExchangeInfoHead/verDept", RULE_TYPE },
	{ "\"payType\":\"1\"", "\"payType\":\"12\"", "/payExchangeInfoHead/payType", RULE_VALUE },
	{ "20260302101112", "20260230101112", "/payExchangeInfoHead/tradingTime", RULE_FORM },
	{ "\"currency\":\"142\"", "\"currency\":\"人民币元整\"", "/payExchangeInfoHead/currency", RULE_LENGTH },
	{ LISTS, "[]", "/payExchangeInfoLists", RULE_LINES_NONE },
	{ LISTS, "{}", "/payExchangeInfoLists", RULE_TYPE },
	{ LISTS, "[7]", "/payExchangeInfoLists/0", RULE_TYPE },
	{ "\"orderNo\":\"A-2\",", "", "/payExchangeInfoLists/1/orderNo", RULE_REQUIRED },
	{ "\"goodsInfo\":[" GOODS "],", "\"goodsInfo\":[],", "/payExchangeInfoLists/0/goodsInfo", RULE_LINES_NONE },
	{ GOODS "]", "{\"gname\":\"x\"}]", "/payExchangeInfoLists/0/goodsInfo/0/itemLink", RULE_REQUIRED },
	{ GOODS "," GOODS, GOODS ",{\"gname\":\"x\",\"itemLink\":[]}", "/payExchangeInfoLists/1/goodsInfo/1/itemLink", RULE_TYPE },
	{ "\"signValue\":\"AAAA\"", "\"signValue\":\"A A\"", "/signValue", RULE_CHARACTERS },
	{ "\"signValue\":\"AAAA\"}", "\"signValue\":\"AAAA\"", NULL, RULE_COUNT },
	{ "\"signValue\":\"AAAA\"}", "\"signValue\":\"AAAA\"}x", NULL, RULE_COUNT },
	{ "{\"sessionID", "[{\"sessionID", NULL, RULE_COUNT },
	{ "OSA511", "\xff", NULL, RULE_COUNT },
	{ "OSA511", "\\u0000", NULL, RULE_COUNT },
};

static struct text changed(const struct change *c)
{
	const char *at = strstr(DATA, c->from);
	struct buf b;

	assert_non_null(at);
	buf_init(&b, &arena, 4096);
	buf_put(&b, DATA, (size_t)(at - DATA));
	buf_str(&b, c->to);
	buf_str(&b, at + strlen(c->from));
	return buf_as_text(&b);
}

static void what_is_wrong_is_told_by_its_place(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNTOF(changes); i++) {
		const struct change *c = &changes[i];
		struct payment_data d;
		struct fault f = { 0 };

		print_message("change %zu: %s\n", i, c->to);
		assert_false(payment_data_read(&arena, changed(c), PAYMENT_SIGNED, &d, &f));
		assert_int_equal(f.code, c->pointer == NULL ? FAULT_BAD_JSON : FAULT_RULE_BROKEN);
		if (c->pointer == NULL)
			continue;
		assert_text(d.wrong.pointer, c->pointer);
		assert_int_equal(d.wrong.rule, c->rule);
		assert_non_null(strstr(f.text, c->pointer));
	}
}

static void one_order_too_many(void **state)
{
	struct payment_data d;
	struct fault f = { 0 };
	struct buf b;

	(void)state;
	for (int count = PAYMENT_ORDERS_MAX; count <= PAYMENT_ORDERS_MAX + 1; count++) {
		buf_init(&b, &arena, 65536);
		buf_str(&b, "{\"payExchangeInfoHead\":" HEAD ",\"payExchangeInfoLists\":[");
		for (int i = 0; i < count; i++)
			buf_str(&b, i == 0 ? ORDER("A-1", GOODS) : "," ORDER("A-1", GOODS));
		buf_str(&b, "]}");
		assert_int_equal(payment_data_read(&arena, buf_as_text(&b), PAYMENT_UNSIGNED, &d, &f), count == PAYMENT_ORDERS_MAX);
	}
	assert_int_equal(d.wrong.rule, RULE_LINES_TOO_MANY);
}

static void handed_in_ahead_nothing_is_signed(void **state)
{
	struct payment_data d;
	struct fault f = { 0 };

	(void)state;
	assert_true(payment_data_read(&arena, TEXT("{\"payExchangeInfoHead\":" HEAD ",\"payExchangeInfoLists\":" LISTS "}"), PAYMENT_UNSIGNED, &d, &f));
	assert_text(d.lists, LISTS);
	assert_false(payment_data_read(&arena, TEXT(DATA), PAYMENT_UNSIGNED, &d, &f));
	assert_text(d.wrong.pointer, "/sessionID");
}

static void white_space_goes_only_between_tokens(void **state)
{
	struct buf b;

	(void)state;
	buf_init(&b, &arena, 16);
	payment_data_compact(&b, TEXT(" {\r\n\t\"a b\" : [ 1 , \"\\\" \\\\\" , { } ] } "));
	assert_text(buf_as_text(&b), "{\"a b\":[1,\"\\\" \\\\\",{}]}");
}

static void what_is_put_reads_back(void **state)
{
	struct payment_data d, again;
	struct fault f = { 0 };
	struct buf b;

	(void)state;
	assert_true(payment_data_read(&arena, TEXT(DATA), PAYMENT_SIGNED, &d, &f));
	buf_init(&b, &arena, 16);
	payment_data_put(&b, &d);
	assert_text(buf_as_text(&b), DATA);
	assert_true(payment_data_read(&arena, buf_as_text(&b), PAYMENT_SIGNED, &again, &f));
}

/* ---- signing ---- */

static void the_string_to_sign_is_this(void **state)
{
	struct payment_data d;
	struct fault f = { 0 };
	struct buf b;

	(void)state;
	assert_true(payment_data_read(&arena, TEXT(DATA), PAYMENT_SIGNED, &d, &f));
	buf_init(&b, &arena, 16);
	payment_data_put_to_sign(&b, &d);
	assert_text(buf_as_text(&b), "\"sessionID\":\"S-1\"||\"payExchangeInfoHead\":\"" HEAD "\"||\"payExchangeInfoLists\":\"" LISTS
	                             "\"||\"serviceTime\":\"1772417472123\"");
}

static void signatures_are_held_against_the_data(void **state)
{
	struct signature_bench bench;
	struct bench_key keys[3];
	const size_t bits[] = { 0, 2048, 0 };

	(void)state;
	signature_bench_init(&bench);
	for (size_t i = 0; i < COUNTOF(keys); i++)
		bench_key_make(&bench, &keys[i], bits[i], "01A2B3");
	for (size_t i = 0; i < 2; i++) {
		struct payment_data d, other;
		struct fault f = { 0 };

		assert_true(payment_data_read(&arena, TEXT(DATA), PAYMENT_SIGNED, &d, &f));
		assert_false(payment_data_verify(&arena, &d, keys[i].certificate, &f));
		assert_int_equal(f.code, FAULT_RULE_BROKEN);
		f = (struct fault){ 0 };
		assert_true(payment_data_sign(&arena, &d, keys[i].key, &f));
		assert_int_equal(d.sign_value.len, i == 0 ? 88 : 344);
		assert_true(payment_data_verify(&arena, &d, keys[i].certificate, &f));
		assert_false(payment_data_verify(&arena, &d, keys[2].certificate, &f));

		other = d;
		other.service_time = TEXT("1772417472124");
		assert_false(payment_data_verify(&arena, &other, keys[i].certificate, &f));
		other = d;
		other.lists = TEXT("[]");
		assert_false(payment_data_verify(&arena, &other, keys[i].certificate, &f));
		other = d;
		other.sign_value.len -= 4;
		assert_false(payment_data_verify(&arena, &other, keys[i].certificate, &f));
	}
	for (size_t i = 0; i < COUNTOF(keys); i++)
		bench_key_done(&keys[i]);
	signature_bench_done(&bench);
}

static void rsa_over_sha1_is_taken_too(void **state)
{
	struct signature_bench bench;
	struct bench_key key;
	struct payment_data d;
	struct fault f = { 0 };
	uint8_t bytes[SIGNED_BYTES_MAX];
	struct buf text, value;
	size_t len;

	(void)state;
	signature_bench_init(&bench);
	bench_key_make(&bench, &key, 2048, "02");
	assert_true(payment_data_read(&arena, TEXT(DATA), PAYMENT_SIGNED, &d, &f));
	buf_init(&text, &arena, 16);
	payment_data_put_to_sign(&text, &d);
	assert_true(signing_key_sign(key.key, SIGN_RSA_SHA1, buf_as_text(&text), bytes, &len));
	buf_init(&value, &arena, 16);
	buf_base64(&value, bytes, len);
	d.sign_value = buf_as_text(&value);
	assert_true(payment_data_verify(&arena, &d, key.certificate, &f));
	bench_key_done(&key);
	signature_bench_done(&bench);
}

/* ---- the small messages ---- */

static void questions_and_answers(void **state)
{
	struct payment_query q;
	struct payment_reply r;
	struct fault f = { 0 };
	struct buf b;

	(void)state;
	assert_true(payment_query_read(&arena, TEXT("{\"orderNo\":\"A\\\"1\",\"sessionID\":\"S-1\",\"serviceTime\":1772417472123}"), &q, &f));
	buf_init(&b, &arena, 16);
	payment_query_put(&b, &q);
	assert_text(buf_as_text(&b), "{\"orderNo\":\"A\\\"1\",\"sessionID\":\"S-1\",\"serviceTime\":1772417472123}");
	assert_false(payment_query_read(&arena, TEXT("{\"orderNo\":\"A\",\"serviceTime\":1772417472123}"), &q, &f));
	assert_false(payment_query_read(&arena, TEXT("{\"orderNo\":\"\",\"sessionID\":\"S\",\"serviceTime\":1772417472123}"), &q, &f));
	assert_false(payment_query_read(&arena, TEXT("[]"), &q, &f));

	buf_init(&b, &arena, 16);
	payment_reply_put(&b, &(struct payment_reply){ .code = PAYMENT_TAKEN, .message = TEXT("上传成功"), .has_total = true, .at_us = 1772417472123999 });
	assert_text(buf_as_text(&b), "{\"code\":\"10000\",\"message\":\"上传成功\",\"total\":0,\"serviceTime\":1772417472123}");
	f = (struct fault){ 0 };
	assert_true(payment_reply_read(&arena, buf_as_text(&b), &r, &f));
	assert_int_equal(r.code, PAYMENT_TAKEN);
	assert_text(r.message, "上传成功");
	assert_true(payment_reply_read(&arena, TEXT("{\"message\":null,\"code\":20000}"), &r, &f) && r.code == PAYMENT_REFUSED && r.message.at == NULL);
	assert_false(payment_reply_read(&arena, TEXT("{}"), &r, &f));
	assert_false(payment_reply_read(&arena, TEXT("{\"code\":\"ok\"}"), &r, &f));
	assert_false(payment_reply_read(&arena, TEXT("<html>"), &r, &f));
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(everything_is_read),
		TEST(forms_that_real_senders_have_are_taken),
		TEST(what_is_wrong_is_told_by_its_place),
		TEST(one_order_too_many),
		TEST(handed_in_ahead_nothing_is_signed),
		TEST(white_space_goes_only_between_tokens),
		TEST(what_is_put_reads_back),
		TEST(the_string_to_sign_is_this),
		TEST(signatures_are_held_against_the_data),
		TEST(rsa_over_sha1_is_taken_too),
		TEST(questions_and_answers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
