/* Signatures of messages: what is signed verifies, by every method and name; what was changed, moved or added does not. */
#include "signature_bench.h"

#include <string.h>

#define HEAD   "<ceb:Inventory><ceb:InventoryHead><ceb:copNo>INT-1</ceb:copNo><ceb:goodsInfo>A &amp; B &lt;1 \"x\"</ceb:goodsInfo></ceb:InventoryHead></ceb:Inventory>"
#define TAIL   "<ceb:BaseTransfer><ceb:copCode>3301960001</ceb:copCode><ceb:dxpId></ceb:dxpId></ceb:BaseTransfer>"
#define EXTEND "<ceb:ExtendMessage><ceb:name>n</ceb:name></ceb:ExtendMessage>"
#define XMLNS  "xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\""
#define XSI    "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
#define MESSAGE(number, inside) "<ceb:CEB" number "Message " XMLNS " guid=\"G\" version=\"1.0\">" inside "</ceb:CEB" number "Message>"
#define PLAIN  MESSAGE("621", HEAD TAIL)
#define TAIL_OUT "<ceb:BaseTransfer><ceb:copCode>3301960001</ceb:copCode><ceb:dxpId/></ceb:BaseTransfer>" /* as libxml2 writes it */

static struct bench_key rsa, old_rsa, sm2, other_sm2;
static struct signature_bench bench;

struct test {
	struct arena arena;
	struct xmldsig_result result;
	struct fault fault;
};

static int set_up(void **state)
{
	struct test *t = calloc(1, sizeof(*t));

	arena_init(&t->arena, 16 << 20);
	*state = t;
	return 0;
}

static int tear_down(void **state)
{
	struct test *t = *state;

	arena_done(&t->arena);
	free(t);
	return 0;
}

static int make_keys(void **state)
{
	(void)state;
	signature_bench_init(&bench);
	bench_key_make(&bench, &rsa, 2048, "0102030405");
	bench_key_make(&bench, &old_rsa, 1024, "0A");
	bench_key_make(&bench, &sm2, 0, "03000000000CDE6F");
	bench_key_make(&bench, &other_sm2, 0, "03000000000CDE70");
	return 0;
}

static int drop_keys(void **state)
{
	struct bench_key *keys[] = { &rsa, &old_rsa, &sm2, &other_sm2 };

	(void)state;
	for (size_t i = 0; i < COUNTOF(keys); i++)
		bench_key_done(keys[i]);
	signature_bench_done(&bench);
	return 0;
}

static struct text sign_with(struct test *t, const struct bench_key *k, enum sign_algorithm algorithm, struct text message)
{
	struct xmldsig_signer s;
	struct text out;

	if (!xmldsig_signer_init(&s, &t->arena, k->key, k->certificate, algorithm, &t->fault) ||
	    !xmldsig_sign(&t->arena, message, &s, &out, &t->fault))
		fail_msg("%s", t->fault.text);
	return out;
}

static struct text sign_sm2(struct test *t, const char *message)
{
	return sign_with(t, &sm2, SIGN_SM2_SM3, text_of(message));
}

/* The rule that refuses it; RULE_COUNT: good. One certificate is bound. */
static enum rule verify_at(struct test *t, struct text message, const struct bench_key *k, bool is_tolerant, int64_t now_us)
{
	const struct xmldsig_trust trust = { .certificates = &k->bound, .certificate_count = 1, .is_tolerant = is_tolerant, .now_us = now_us };

	t->fault = (struct fault){ 0 };
	if (!xmldsig_verify(&t->arena, message, &trust, &t->result, &t->fault))
		fail_msg("not judged: %s\n" TEXT_FMT, t->fault.text, TEXT_ARG(message));
	return t->result.rule;
}

static enum rule verify(struct test *t, struct text message)
{
	return verify_at(t, message, &sm2, false, BENCH_NOW_US);
}

static enum rule verify_tolerant(struct test *t, struct text message)
{
	return verify_at(t, message, &sm2, true, BENCH_NOW_US);
}

static void expect(struct test *t, enum rule got, enum rule wanted, const char *what)
{
	if (got != wanted)
		fail_msg("%s: %s (%s), not %s", what, got == RULE_COUNT ? "good" : rule_slug(got), t->result.why == NULL ? "" : t->result.why,
		         wanted == RULE_COUNT ? "good" : rule_slug(wanted));
}

/* The only place where `from` stands becomes `to`. */
static struct text changed(struct test *t, struct text in, const char *from, const char *to)
{
	const char *at = memmem(in.at, in.len, from, strlen(from)), *after;
	struct buf b;

	if (at == NULL)
		fail_msg("%s is not in " TEXT_FMT, from, TEXT_ARG(in));
	after = at + strlen(from);
	assert_null(memmem(after, (size_t)(in.at + in.len - after), from, strlen(from)));
	buf_init(&b, &t->arena, in.len + strlen(to) + 1);
	buf_put(&b, in.at, (size_t)(at - in.at));
	buf_str(&b, to);
	buf_put(&b, after, (size_t)(in.at + in.len - after));
	return buf_as_text(&b);
}

/* From the first `open` to the first `close` after it, both included. */
static struct text part(struct text in, const char *open, const char *close)
{
	const char *from = memmem(in.at, in.len, open, strlen(open)), *to;

	assert_non_null(from);
	to = memmem(from, (size_t)(in.at + in.len - from), close, strlen(close));
	assert_non_null(to);
	return (struct text){ from, (size_t)(to - from) + strlen(close) };
}

static const char *cstr(struct test *t, struct text in)
{
	const char *s = arena_copy(&t->arena, in.at, in.len);

	assert_non_null(s);
	return s;
}

static const char *joined(struct test *t, const char *a, const char *b)
{
	struct buf out;

	buf_init(&out, &t->arena, strlen(a) + strlen(b) + 1);
	buf_str(&out, a);
	buf_str(&out, b);
	return out.at;
}

static void all_methods_sign_and_verify(void **state)
{
	static const struct {
		struct bench_key *key;
		enum sign_algorithm algorithm;
		const char *method, *digest;
	} cases[] = {
		{ &rsa, SIGN_RSA_SHA256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2001/04/xmlenc#sha256" },
		{ &rsa, SIGN_RSA_SHA1, "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1" },
		{ &old_rsa, SIGN_RSA_SHA1, "http://www.w3.org/2000/09/xmldsig#rsa-sha1", "http://www.w3.org/2000/09/xmldsig#sha1" },
		{ &sm2, SIGN_SM2_SM3, "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3", "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3" },
	};
	struct test *t = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct text message = sign_with(t, cases[i].key, cases[i].algorithm, TEXT(PLAIN));

		expect(t, verify_at(t, message, cases[i].key, false, BENCH_NOW_US), RULE_COUNT, sign_algorithm_name(cases[i].algorithm));
		assert_int_equal(t->result.algorithm, cases[i].algorithm);
		assert_int_equal(t->result.tolerated, 0);
		assert_true(text_eq(t->result.serial, cases[i].key->certificate->serial));
		assert_true(text_is(t->result.subject, "CN=测试企业"));
		assert_non_null(memmem(message.at, message.len, cases[i].method, strlen(cases[i].method)));
		assert_non_null(memmem(message.at, message.len, cases[i].digest, strlen(cases[i].digest)));
		/* with a declaration, a byte order mark and a comment it is the same message */
		message = changed(t, changed(t, message, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>", "\xEF\xBB\xBF<?xml version=\"1.0\"?>"), "INT-1", "INT-<!-- . -->1");
		expect(t, verify_at(t, message, cases[i].key, false, BENCH_NOW_US), RULE_COUNT, "with a comment");
		expect(t, verify_at(t, changed(t, message, "3301960001", "3301960002"), cases[i].key, true, BENCH_NOW_US), RULE_SIGNATURE_DIGEST, "altered");
	}
}

static void the_signature_stands_where_the_schema_wants_it(void **state)
{
	static const struct { const char *message, *before, *after; } cases[] = {
		{ MESSAGE("621", HEAD TAIL EXTEND), "</ceb:ExtendMessage><ds:Signature", "</ds:Signature></ceb:CEB621Message>" },
		{ MESSAGE("603", HEAD TAIL EXTEND), "</ceb:BaseTransfer><ds:Signature", "</ds:Signature><ceb:ExtendMessage>" },
		{ MESSAGE("603", HEAD TAIL), "</ceb:BaseTransfer><ds:Signature", "</ds:Signature></ceb:CEB603Message>" },
		{ "<DxpMsg xmlns=\"http://www.chinaport.gov.cn/dxp\" ver=\"1.0\"><TransInfo/><Data>QQ==</Data></DxpMsg>", "</Data><ds:Signature", "</ds:Signature></DxpMsg>" },
	};
	struct test *t = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		struct text message = sign_sm2(t, cases[i].message);

		if (memmem(message.at, message.len, cases[i].before, strlen(cases[i].before)) == NULL ||
		    memmem(message.at, message.len, cases[i].after, strlen(cases[i].after)) == NULL)
			fail_msg(TEXT_FMT, TEXT_ARG(message));
		expect(t, verify(t, message), RULE_COUNT, "in its place");
	}
}

static void names_in_scope_belong_to_what_is_signed(void **state)
{
	struct test *t = *state;
	struct text message = sign_sm2(t, "<ceb:CEB621Message " XMLNS " " XSI " xml:lang=\"zh\">" HEAD TAIL "</ceb:CEB621Message>");

	expect(t, verify(t, message), RULE_COUNT, "with xsi and xml:lang in scope");
	expect(t, verify(t, changed(t, message, " " XSI, "")), RULE_SIGNATURE_DIGEST, "without xsi");
	expect(t, verify(t, changed(t, message, "xml:lang=\"zh\"", "xml:lang=\"en\"")), RULE_SIGNATURE_DIGEST, "another xml:lang");
	/* the order of attributes and quotes do not count */
	message = sign_sm2(t, PLAIN);
	expect(t, verify(t, changed(t, message, XMLNS " guid=\"G\" version=\"1.0\"", "version='1.0' guid='G' " XMLNS)), RULE_COUNT, "other order");
}

static void changes_are_found(void **state)
{
	static const struct { const char *from, *to; enum rule rule; } cases[] = {
		{ "INT-1", "INT-2", RULE_SIGNATURE_DIGEST },
		{ "guid=\"G\"", "guid=\"H\"", RULE_SIGNATURE_DIGEST },
		{ "<ceb:dxpId/>", "<ceb:dxpId> </ceb:dxpId>", RULE_SIGNATURE_DIGEST },
		{ "<ceb:Inventory>", "<?pi?><ceb:Inventory>", RULE_SIGNATURE_DIGEST },
		{ TAIL_OUT, "", RULE_SIGNATURE_DIGEST },
		{ "<ceb:Inventory>", "<ceb:Inventory xmlns:x=\"urn:x\">", RULE_SIGNATURE_DIGEST },
		{ "<ceb:Inventory>", "<ceb:Inventory xmlns:x=\"a/relative/one\">", RULE_SIGNATURE_CANONICAL },
		{ "<ds:KeyName>03000000000CDE6F</ds:KeyName>", "<ds:KeyName>anything</ds:KeyName>", RULE_COUNT }, /* the certificate counts */
		{ "<ds:DigestValue>", "<ds:DigestValue>AAAA", RULE_SIGNATURE_DIGEST },
		{ "<ds:DigestValue>", "<ds:DigestValue>!", RULE_SIGNATURE_DIGEST },
		{ "<ds:SignatureValue>", "<ds:SignatureValue>AAAA", RULE_SIGNATURE_VALUE },
		{ "<ds:SignatureValue>", "<ds:SignatureValue>!", RULE_SIGNATURE_VALUE },
		{ "<ds:SignedInfo>", "<ds:SignedInfo Id=\"s\">", RULE_SIGNATURE_VALUE },
		{ "<ds:X509Certificate>", "<ds:X509Certificate>AAAA", RULE_SIGNATURE_NOT_BOUND },
		{ "<ds:X509Certificate>", "<ds:X509Certificate>!", RULE_SIGNATURE_CERTIFICATE },
	};
	struct test *t = *state;
	struct text message = sign_sm2(t, PLAIN);

	for (size_t i = 0; i < COUNTOF(cases); i++)
		expect(t, verify_tolerant(t, changed(t, message, cases[i].from, cases[i].to)), cases[i].rule, cases[i].to);
	/* a digest that fits the changed message is not what was signed */
	struct text again = sign_sm2(t, MESSAGE("621", HEAD));
	struct text digest = part(again, "<ds:DigestValue>", "</ds:DigestValue>"), old = part(message, "<ds:DigestValue>", "</ds:DigestValue>");
	message = changed(t, changed(t, message, TAIL_OUT, ""), cstr(t, old), cstr(t, digest));
	expect(t, verify_tolerant(t, message), RULE_SIGNATURE_VALUE, "another digest");
}

static void an_element_that_moved_is_found(void **state)
{
	struct test *t = *state;
	struct text message = sign_sm2(t, MESSAGE("621", HEAD TAIL EXTEND));
	const char *moved = cstr(t, part(message, "<ceb:BaseTransfer>", "</ceb:BaseTransfer>"));

	message = changed(t, changed(t, message, moved, ""), "</ceb:ExtendMessage>", "</ceb:ExtendMessage>" TAIL_OUT);
	expect(t, verify_tolerant(t, message), RULE_SIGNATURE_DIGEST, "BaseTransfer behind ExtendMessage");
}

static void only_the_expected_form_is_read(void **state)
{
#define ALGORITHM(a) "Algorithm=\"http://www.w3.org/2000/09/xmldsig#" a "\""
	static const struct { const char *from, *to; } cases[] = {
		{ "URI=\"\"", "URI=\"#x\"" }, { "URI=\"\"", "" }, { "URI=\"\"", "URI=\"http://127.0.0.1/\"" },
		{ "<ds:Transform " ALGORITHM("enveloped-signature") "/>", "" },
		{ "<ds:Transform " ALGORITHM("enveloped-signature") "/>", "<ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xslt-19991116\"/>" },
		{ "<ds:Transform " ALGORITHM("enveloped-signature") "/>",
		  "<ds:Transform " ALGORITHM("enveloped-signature") "/><ds:Transform Algorithm=\"http://www.w3.org/TR/1999/REC-xpath-19991116\"/>" },
		{ "<ds:Transform " ALGORITHM("enveloped-signature") "/>", "<ds:Transform " ALGORITHM("enveloped-signature") "><ds:XPath>/</ds:XPath></ds:Transform>" },
		{ "http://www.w3.org/TR/2001/REC-xml-c14n-20010315", "http://www.w3.org/2001/10/xml-exc-c14n#" },
		{ "http://www.chinaport.gov.cn/2022/04/xmldsig#sm2-sm3", "http://www.w3.org/2000/09/xmldsig#hmac-sha1" },
		{ "http://www.chinaport.gov.cn/2022/04/xmldsig#sm3", "http://www.w3.org/2001/04/xmldsig-more#md5" },
		{ "</ds:Reference>", "</ds:Reference><ds:Reference URI=\"\"/>" }, { "</ds:SignedInfo>", "x</ds:SignedInfo>" },
		{ "<ds:KeyName>", "<ds:KeyValue/><ds:KeyName>" }, { "<ds:X509Data>", "<ds:RetrievalMethod URI=\"#k\"/><ds:X509Data>" },
		{ "</ds:X509Data>", "</ds:X509Data><ds:X509Data/>" }, { "</ds:X509Certificate>", "</ds:X509Certificate><ds:X509Certificate/>" },
		{ "</ds:KeyInfo>", "</ds:KeyInfo><ds:Object/>" }, { "</ds:KeyInfo>", "</ds:KeyInfo><ds:KeyInfo/>" },
		{ "<ds:KeyInfo>", "<ds:Object/><ds:KeyInfo>" }, { "<ds:DigestValue>", "<ds:DigestValue><b/>" },
		{ "<ds:SignedInfo>", "<ds:SignedInfo><?pi?>" },
	};
	struct test *t = *state;
	struct text message = sign_sm2(t, PLAIN);

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		expect(t, verify_tolerant(t, changed(t, message, cases[i].from, cases[i].to)), RULE_SIGNATURE_FORM, cases[i].to);
		assert_non_null(t->result.why);
	}
	expect(t, verify(t, changed(t, message, "</ds:X509Certificate>", "</ds:X509Certificate><ds:X509SubjectName>CN=x</ds:X509SubjectName>")), RULE_COUNT,
	       "a description of the certificate");
}

/* The message that was signed, hidden in another one that is read instead. */
static void wrapping_is_refused(void **state)
{
	struct test *t = *state;
	struct text signed_one = sign_sm2(t, PLAIN), whole = part(signed_one, "<ceb:CEB621Message", "</ceb:CEB621Message>");
	const char *signature = cstr(t, part(signed_one, "<ds:Signature", "</ds:Signature>"));
	struct buf b;

	buf_init(&b, &t->arena, 8192);
	buf_str(&b, "<ceb:CEB621Message " XMLNS " guid=\"E\" version=\"1.0\"><ceb:Inventory/><ceb:ExtendMessage>");
	buf_text(&b, whole);
	buf_str(&b, "</ceb:ExtendMessage></ceb:CEB621Message>");
	expect(t, verify_tolerant(t, buf_as_text(&b)), RULE_SIGNATURE_FORM, "the signed message inside");
	/* the signature outside, what it signed within an Object of it */
	buf_init(&b, &t->arena, 8192);
	buf_str(&b, "<ds:Object>");
	buf_str(&b, PLAIN);
	buf_str(&b, "</ds:Object></ds:Signature>");
	expect(t, verify_tolerant(t, changed(t, changed(t, signed_one, "INT-1", "INT-2"), "</ds:Signature>", b.at)), RULE_SIGNATURE_FORM, "an Object");
	/* twice, and in a node */
	expect(t, verify_tolerant(t, changed(t, signed_one, "<ceb:BaseTransfer>", joined(t, signature, "<ceb:BaseTransfer>"))), RULE_SIGNATURE_FORM, "two");
	struct text moved = changed(t, signed_one, signature, "");
	expect(t, verify_tolerant(t, changed(t, moved, "</ceb:BaseTransfer>", joined(t, signature, "</ceb:BaseTransfer>"))), RULE_SIGNATURE_FORM, "deeper");
	expect(t, verify(t, moved), RULE_SIGNATURE_MISSING, "none");
	/* a Signature of another namespace is content */
	expect(t, verify(t, TEXT(MESSAGE("621", HEAD TAIL "<ceb:Signature/>"))), RULE_SIGNATURE_MISSING, "of another namespace");
}

static void certificates_decide(void **state)
{
	struct test *t = *state;
	struct text message = sign_sm2(t, PLAIN), rsa_message = sign_with(t, &rsa, SIGN_RSA_SHA256, TEXT(PLAIN));
	const char *data = cstr(t, part(message, "<ds:X509Data>", "</ds:X509Data>"));
	const char *key_info = cstr(t, part(message, "<ds:KeyInfo>", "</ds:KeyInfo>"));
	int64_t day_us = US_PER_DAY;

	expect(t, verify_at(t, message, &other_sm2, true, BENCH_NOW_US), RULE_SIGNATURE_NOT_BOUND, "another's");
	assert_true(t->result.serial.at == NULL);
	expect(t, verify_at(t, message, &sm2, false, BENCH_NOW_US - 6 * day_us), RULE_SIGNATURE_TOO_EARLY, "early");
	expect(t, verify_at(t, message, &sm2, false, BENCH_NOW_US + 6 * day_us), RULE_SIGNATURE_EXPIRED, "late");
	expect(t, verify_at(t, message, &sm2, false, BENCH_NOW_US + 5 * day_us), RULE_COUNT, "in its last second");
	/* by its serial number alone, in either case and with zeros */
	message = changed(t, message, data, "");
	expect(t, verify(t, message), RULE_COUNT, "by KeyName");
	expect(t, verify(t, changed(t, message, "03000000000CDE6F", " 0003000000000cde6f ")), RULE_COUNT, "by KeyName, written otherwise");
	expect(t, verify(t, changed(t, message, "03000000000CDE6F", "03000000000CDE70")), RULE_SIGNATURE_CERTIFICATE, "an unknown KeyName");
	expect(t, verify(t, changed(t, message, "03000000000CDE6F", "")), RULE_SIGNATURE_CERTIFICATE, "an empty KeyName");
	expect(t, verify_at(t, changed(t, message, "03000000000CDE6F", "03000000000CDE70"), &other_sm2, false, BENCH_NOW_US), RULE_SIGNATURE_VALUE, "another's KeyName");
	message = sign_sm2(t, PLAIN);
	key_info = cstr(t, part(message, "<ds:KeyInfo>", "</ds:KeyInfo>"));
	expect(t, verify(t, changed(t, message, key_info, "")), RULE_SIGNATURE_CERTIFICATE, "no KeyInfo");
	/* the method wants another kind of key */
	rsa_message = changed(t, rsa_message, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256", "http://www.w3.org/2000/09/xmldsig#sm2-sm3");
	expect(t, verify_at(t, rsa_message, &rsa, false, BENCH_NOW_US), RULE_SIGNATURE_KEY, "SM2 by an RSA key");
}

static void whoever_trusts_any_certificate_says_so(void **state)
{
	struct test *t = *state;
	const struct xmldsig_trust trust = { .any_certificate = true, .now_us = BENCH_NOW_US };

	assert_true(xmldsig_verify(&t->arena, sign_sm2(t, PLAIN), &trust, &t->result, &t->fault));
	expect(t, t->result.rule, RULE_COUNT, "any");
}

/* What e-port's clients do: SignedInfo is signed without its indentation, and a line end comes behind the Signature. */
static struct text indented_signed_info(struct test *t, struct text message)
{
	message = changed(t, message, "<ds:SignedInfo>", "<ds:SignedInfo>\n    ");
	message = changed(t, message, "<ds:Reference URI=\"\">", "\n    <ds:Reference URI=\"\">\n        ");
	return changed(t, message, "</ds:SignedInfo>", "\n    </ds:SignedInfo>");
}

static void blanks_are_tolerated_when_allowed(void **state)
{
	struct test *t = *state;
	struct text message = sign_sm2(t, PLAIN), indented = indented_signed_info(t, message);
	struct text line = changed(t, message, "</ds:Signature>", "</ds:Signature>\n"), both = changed(t, indented, "</ds:Signature>", "</ds:Signature>\r\n\t");

	expect(t, verify(t, indented), RULE_SIGNATURE_VALUE, "indented, strict");
	expect(t, verify_tolerant(t, indented), RULE_COUNT, "indented");
	assert_int_equal(t->result.tolerated, XMLDSIG_BLANKS_IN_SIGNED_INFO);
	expect(t, verify(t, line), RULE_SIGNATURE_DIGEST, "a line end, strict");
	expect(t, verify_tolerant(t, line), RULE_COUNT, "a line end");
	assert_int_equal(t->result.tolerated, XMLDSIG_BLANKS_AFTER_SIGNATURE);
	expect(t, verify_tolerant(t, both), RULE_COUNT, "both");
	assert_int_equal(t->result.tolerated, XMLDSIG_BLANKS_IN_SIGNED_INFO | XMLDSIG_BLANKS_AFTER_SIGNATURE);
	assert_string_equal(xmldsig_tolerated_text(t->result.tolerated), "blanks in SignedInfo, blanks after the Signature");
	/* blanks anywhere else are changes */
	expect(t, verify_tolerant(t, changed(t, message, "<ds:Signature ", "\n<ds:Signature ")), RULE_SIGNATURE_DIGEST, "before it");
	expect(t, verify_tolerant(t, changed(t, message, "INT-1", " INT-1")), RULE_SIGNATURE_DIGEST, "in a value");
	expect(t, verify_tolerant(t, changed(t, message, "</ds:Signature>", "</ds:Signature>x")), RULE_SIGNATURE_DIGEST, "text behind it");
	/* and what was signed with blanks is good without tolerance */
	message = sign_sm2(t, MESSAGE("621", "\r\n  " HEAD "\r\n  " TAIL "\r\n"));
	expect(t, verify(t, message), RULE_COUNT, "an indented message");
	assert_int_equal(t->result.tolerated, 0);
	/* base64 may be broken into lines; in SignedInfo that is part of what is signed */
	expect(t, verify(t, changed(t, message, "<ds:SignatureValue>", "<ds:SignatureValue>\n")), RULE_COUNT, "a broken value");
}

/* Signed by hand over a SignedInfo that names methods otherwise. */
static struct text signed_by_hand(struct test *t, const char *method, const char *digest_method, enum digest_algorithm algorithm)
{
	struct text plain = TEXT(MESSAGE("621", HEAD TAIL));
	uint8_t value[SIGNED_BYTES_MAX];
	struct digest digest;
	struct buf info, canonical, b;
	size_t len;

	assert_true(digest_of(algorithm, plain, &digest));
	buf_init(&info, &t->arena, 1024);
	buf_printf(&info, "<ds:CanonicalizationMethod Algorithm=\"http://www.w3.org/TR/2001/REC-xml-c14n-20010315\"></ds:CanonicalizationMethod>"
	                  "<ds:SignatureMethod Algorithm=\"%s\"></ds:SignatureMethod><ds:Reference URI=\"\"><ds:Transforms>"
	                  "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"></ds:Transform></ds:Transforms>"
	                  "<ds:DigestMethod Algorithm=\"%s\"></ds:DigestMethod><ds:DigestValue>", method, digest_method);
	buf_base64(&info, digest.b, digest.len);
	buf_str(&info, "</ds:DigestValue></ds:Reference></ds:SignedInfo>");
	buf_init(&canonical, &t->arena, 1024);
	buf_str(&canonical, "<ds:SignedInfo " XMLNS " xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">");
	buf_text(&canonical, buf_as_text(&info));
	assert_true(signing_key_sign(sm2.key, SIGN_SM2_SM3, buf_as_text(&canonical), value, &len));
	assert_int_equal(len, 64);
	buf_init(&b, &t->arena, 4096);
	buf_put(&b, plain.at, plain.len - strlen("</ceb:CEB621Message>"));
	buf_str(&b, "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"><ds:SignedInfo>");
	buf_text(&b, buf_as_text(&info));
	buf_str(&b, "<ds:SignatureValue>");
	buf_base64(&b, value, len);
	buf_str(&b, "</ds:SignatureValue><ds:KeyInfo><ds:KeyName>03000000000CDE6F</ds:KeyName></ds:KeyInfo></ds:Signature></ceb:CEB621Message>");
	return buf_as_text(&b);
}

static void methods_have_several_names(void **state)
{
#define CHINAPORT "http://www.chinaport.gov.cn/2022/04/xmldsig#"
#define W3        "http://www.w3.org/2000/09/xmldsig#"
	static const struct { const char *method, *digest; enum digest_algorithm algorithm; } cases[] = {
		{ CHINAPORT "sm2-sm3", CHINAPORT "sm3", DIGEST_SM3 },
		{ W3 "sm2-sm3", W3 "sha1", DIGEST_SHA1 },
		{ W3 "sm2-sm3", W3 "sm3", DIGEST_SM3 },
		{ CHINAPORT "sm2-sm3", "http://www.w3.org/2001/04/xmlenc#sha256", DIGEST_SHA256 },
	};
	struct test *t = *state;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		expect(t, verify(t, signed_by_hand(t, cases[i].method, cases[i].digest, cases[i].algorithm)), RULE_COUNT, cases[i].digest);
		assert_int_equal(t->result.digest, cases[i].algorithm);
	}
	/* the digest is of the algorithm that was named */
	expect(t, verify(t, signed_by_hand(t, W3 "sm2-sm3", W3 "sm3", DIGEST_SHA256)), RULE_SIGNATURE_DIGEST, "SHA-256 called SM3");
}

static void hostile_xml_is_not_judged(void **state)
{
	static const char *const cases[] = {
		"", "<", "<a></b>", "<!DOCTYPE a><a/>", "<!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/hostname\">]><a>&b;</a>",
		"<!DOCTYPE a [<!ATTLIST a x CDATA \"y\">]><a/>", "<?xml version=\"1.0\" encoding=\"GB2312\"?><a/>", "<a>&b;</a>", "<a x=\"1\" x=\"2\"/>", "\xFF",
	};
	struct test *t = *state;
	struct buf b;

	for (size_t i = 0; i < COUNTOF(cases); i++) {
		const struct xmldsig_trust trust = { .any_certificate = true, .now_us = BENCH_NOW_US };

		t->fault = (struct fault){ 0 };
		if (xmldsig_verify(&t->arena, text_of(cases[i]), &trust, &t->result, &t->fault))
			fail_msg("%s was judged", cases[i]);
		assert_int_equal(t->fault.code, FAULT_BAD_XML);
	}
	for (int kind = 0; kind < 3; kind++) { /* too deep, too many namespaces, too many attributes */
		const struct xmldsig_trust trust = { .any_certificate = true, .now_us = BENCH_NOW_US };

		buf_init(&b, &t->arena, 4096);
		buf_str(&b, kind == 2 ? "<a" : "<a>");
		for (int i = 0; i < 70; i++)
			buf_printf(&b, kind == 0 ? "<a>" : kind == 1 ? "<a xmlns:n%d=\"urn:%d\"/>" : " a%d=\"%d\"", i, i);
		for (int i = 0; i < 70 && kind == 0; i++)
			buf_str(&b, "</a>");
		buf_str(&b, kind == 2 ? "/>" : "</a>");
		t->fault = (struct fault){ 0 };
		assert_false(xmldsig_verify(&t->arena, buf_as_text(&b), &trust, &t->result, &t->fault));
		assert_int_equal(t->fault.code, FAULT_BAD_XML);
		assert_null(strstr(t->fault.text, "not well formed"));
	}
}

static void signing_has_its_refusals(void **state)
{
	struct test *t = *state;
	struct text message = sign_sm2(t, PLAIN), out;
	struct xmldsig_signer s;

	assert_true(xmldsig_signer_init(&s, &t->arena, sm2.key, sm2.certificate, SIGN_SM2_SM3, &t->fault));
	assert_false(xmldsig_sign(&t->arena, message, &s, &out, &t->fault));
	assert_int_equal(t->fault.code, FAULT_STATE_CONFLICT);
	t->fault = (struct fault){ 0 };
	assert_false(xmldsig_sign(&t->arena, TEXT("<a xmlns=\"b/c\"/>"), &s, &out, &t->fault));
	assert_int_equal(t->fault.code, FAULT_BAD_XML);
	t->fault = (struct fault){ 0 };
	assert_false(xmldsig_signer_init(&s, &t->arena, sm2.key, other_sm2.certificate, SIGN_SM2_SM3, &t->fault));
	assert_non_null(strstr(t->fault.text, "another key"));
	t->fault = (struct fault){ 0 };
	assert_false(xmldsig_signer_init(&s, &t->arena, sm2.key, sm2.certificate, SIGN_RSA_SHA256, &t->fault));
	assert_int_equal(t->fault.code, FAULT_CONFIG);
}

/* The n-th allocation fails: busy, or the right answer, and nothing is lost. */
static void want_of_memory_is_no_verdict(void **state)
{
	struct test *t = *state;
	struct text message = sign_sm2(t, PLAIN);
	const struct xmldsig_trust trust = { .certificates = &sm2.bound, .certificate_count = 1, .is_tolerant = true, .now_us = BENCH_NOW_US };
	bool was_good = false;

	for (long n = 1; n < 60 && !was_good; n++) {
		struct xmldsig_result result;
		struct fault f = { 0 };
		struct arena a;

		arena_init(&a, 1 << 20);
		arena_fail_nth(n);
		if (xmldsig_verify(&a, message, &trust, &result, &f)) {
			was_good = true;
			expect(t, result.rule, RULE_COUNT, "with memory");
		} else {
			assert_int_equal(f.code, FAULT_BUSY);
		}
		arena_fail_nth(0);
		arena_done(&a);
	}
	assert_true(was_good);
}

#define TEST(fn) cmocka_unit_test_setup_teardown(fn, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(all_methods_sign_and_verify),
		TEST(the_signature_stands_where_the_schema_wants_it),
		TEST(names_in_scope_belong_to_what_is_signed),
		TEST(changes_are_found),
		TEST(an_element_that_moved_is_found),
		TEST(only_the_expected_form_is_read),
		TEST(wrapping_is_refused),
		TEST(certificates_decide),
		TEST(whoever_trusts_any_certificate_says_so),
		TEST(blanks_are_tolerated_when_allowed),
		TEST(methods_have_several_names),
		TEST(hostile_xml_is_not_judged),
		TEST(signing_has_its_refusals),
		TEST(want_of_memory_is_no_verdict),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
