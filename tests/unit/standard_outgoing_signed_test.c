/*
 * What customs gets signed: written without a tree, and the same as the tree's way.
 *
 * The proof has two halves. What our writer writes is its own canonical form; and the Signature that is put into its bytes is
 * the one that libxml2's canonical form leads to. RSA makes the same signature each time, so whole messages are compared.
 */
#include "signature_bench.h"
#include "standard_bench.h"

#include <string.h>

#include "standard/ceb_parts.h"
#include "standard/xmldsig_priv.h"

static struct signature_bench bench_keys;
static struct bench_key rsa, sm2;

static int make_keys(void **state)
{
	(void)state;
	signature_bench_init(&bench_keys);
	bench_key_make(&bench_keys, &rsa, 2048, "0A0B");
	bench_key_make(&bench_keys, &sm2, 0, "03000000000CDE6F");
	return 0;
}

static int drop_keys(void **state)
{
	(void)state;
	bench_key_done(&rsa);
	bench_key_done(&sm2);
	signature_bench_done(&bench_keys);
	return 0;
}

static const char *const odd_values[] = { NULL, "<&>\"'", "]]>", "a\tb\nc\rd\r\n", "é中😀\xC2\x85\xE2\x80\xA8", "&amp;&#13;", "  x  ", "\x7f", "" };

static struct text written(struct bench *b, enum direction d, const char *note, const struct xmldsig_signer *signer)
{
	const struct text key[] = { TEXT("platform"), TEXT("order") };
	struct filed filed[DOC_KIND_COUNT] = { { .kind = DOC_ORDER } };
	struct verdict verdict = { .kind = VERDICT_MATCHED };
	struct outgoing out = { .authority = AUTHORITY_CUS, .declaration = id_of_key('D', key, 2), .message_id = id_of_key('M', key, 2), .version = 1,
		                .pre_entry_no = TEXT("B20260302000000001"), .exchange_id = TEXT(""), .at_us = BENCH_NOW_US, .verdict = &verdict,
		                .signer = signer };
	struct fixture fix;
	struct buf bytes;

	fixture_init(&fix);
	for (int k = DOC_ORDER; k <= DOC_INVENTORY; k++) {
		filed[k].doc = fixture_document(&b->arena, &fix, (enum doc_kind)k, d);
		verdict.current[k] = &filed[k];
	}
	fixture_set((struct document *)(uintptr_t)filed[DOC_INVENTORY].doc, F_NOTE, note);
	buf_init(&bytes, &b->arena, 64);
	outgoing_put(&bytes, &out);
	assert_false(bytes.full);
	return buf_as_text(&bytes);
}

static struct text canonical(struct bench *b, struct text message)
{
	xmlDocPtr doc = xmldsig_tree(&b->arena, message, &b->f);
	struct text out;

	if (doc == NULL)
		fail_msg("%s: " TEXT_FMT, b->f.text, TEXT_ARG(message));
	assert_true(xmldsig_canonical(&b->arena, doc, &out));
	return out;
}

static void both_ways_lead_to_the_same(struct bench *b, enum direction d, const char *note, enum sign_algorithm algorithm)
{
	struct text unsigned_one = written(b, d, note, NULL), fast, by_tree;
	struct xmldsig_signer s;

	assert_true(text_starts(unsigned_one, CEB_DECLARATION));
	bench_assert_text(b, canonical(b, unsigned_one),
	                  bench_cstr(b, text_trim((struct text){ unsigned_one.at + strlen(CEB_DECLARATION), unsigned_one.len - strlen(CEB_DECLARATION) })));
	assert_true(xmldsig_signer_init(&s, &b->arena, rsa.key, rsa.certificate, algorithm, &b->f));
	fast = written(b, d, note, &s);
	assert_true(xmldsig_sign(&b->arena, unsigned_one, &s, &by_tree, &b->f));
	bench_assert_text(b, canonical(b, fast), bench_cstr(b, canonical(b, by_tree)));
	/* and what is written is canonical itself, Signature included */
	bench_assert_text(b, canonical(b, fast), bench_cstr(b, text_trim((struct text){ fast.at + strlen(CEB_DECLARATION), fast.len - strlen(CEB_DECLARATION) })));
}

static void the_fast_way_is_the_trees_way(void **state)
{
	for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++)
		for (size_t i = 0; i < COUNTOF(odd_values); i++) {
			both_ways_lead_to_the_same(*state, (enum direction)d, odd_values[i], SIGN_RSA_SHA256);
			both_ways_lead_to_the_same(*state, (enum direction)d, odd_values[i], SIGN_RSA_SHA1);
		}
}

static void customs_can_verify_and_read_it(void **state)
{
	const struct xmldsig_trust trust = { .certificates = &sm2.bound, .certificate_count = 1, .now_us = BENCH_NOW_US };
	struct bench *b = *state;
	struct xmldsig_result v;
	struct xmldsig_signer s;

	assert_true(xmldsig_signer_init(&s, &b->arena, sm2.key, sm2.certificate, SIGN_SM2_SM3, &b->f));
	for (int d = DIR_IMPORT; d <= DIR_EXPORT; d++)
		for (size_t i = 0; i < COUNTOF(odd_values); i++) {
			struct text message = written(b, (enum direction)d, odd_values[i], &s);

			assert_true(xmldsig_verify(&b->arena, message, &trust, &v, &b->f));
			if (v.rule != RULE_COUNT)
				fail_msg("%s %s " TEXT_FMT, rule_slug(v.rule), v.why == NULL ? "" : v.why, TEXT_ARG(message));
			assert_int_equal(v.tolerated, 0);
			assert_true(bench_read(b, message));
			assert_int_equal(b->m.node_count, 1);
			bench_assert_text(b, document_get(b->m.nodes[0].doc, F_PRE_ENTRY_NO), "B20260302000000001");
		}
}

static void nothing_leaves_half_signed(void **state)
{
	struct bench *b = *state;
	struct text plain = written(b, DIR_IMPORT, NULL, NULL);
	struct xmldsig_signer s;
	bool was_signed = false;

	assert_true(xmldsig_signer_init(&s, &b->arena, sm2.key, sm2.certificate, SIGN_SM2_SM3, &b->f));
	for (long n = 1; n < 20 && !was_signed; n++) {
		struct arena a;
		struct buf out;

		arena_init(&a, 1 << 20);
		buf_init(&out, &a, plain.len);
		buf_text(&out, plain);
		arena_fail_nth(n);
		xmldsig_sign_written(&out, strlen(CEB_DECLARATION), &s);
		arena_fail_nth(0);
		was_signed = !out.full;
		assert_int_equal(a.full, !was_signed); /* the judgement looks there */
		arena_done(&a);
	}
	assert_true(was_signed);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(the_fast_way_is_the_trees_way),
		BENCH_TEST(customs_can_verify_and_read_it),
		BENCH_TEST(nothing_leaves_half_signed),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
