/* The gate: who must sign, whose certificate counts, and what passes unread. */
#include "signature_bench.h"

#include <string.h>

#include "standard/signature_gate.h"

#define MESSAGE(number, inside) \
	"<ceb:CEB" number "Message xmlns:ceb=\"http://www.chinaport.gov.cn/ceb\">" inside "</ceb:CEB" number "Message>"
#define STATUS(s) MESSAGE("507", "<ceb:Arrival><ceb:ArrivalHead><ceb:appStatus>" s "</ceb:appStatus><ceb:note>2</ceb:note></ceb:ArrivalHead></ceb:Arrival>")

static struct signature_bench bench;
static struct bench_key own, other;
static struct xmldsig_signer signer;

static int make_keys(void **state)
{
	struct fault f = { 0 };

	(void)state;
	signature_bench_init(&bench);
	bench_key_make(&bench, &own, 0, "01");
	bench_key_make(&bench, &other, 0, "02");
	return xmldsig_signer_init(&signer, &bench.arena, own.key, own.certificate, SIGN_SM2_SM3, &f) ? 0 : -1;
}

static int drop_keys(void **state)
{
	(void)state;
	bench_key_done(&own);
	bench_key_done(&other);
	signature_bench_done(&bench);
	return 0;
}

static struct text sign(const char *message)
{
	struct fault f = { 0 };
	struct text out;

	assert_true(xmldsig_sign(&bench.arena, text_of(message), &signer, &out, &f));
	return out;
}

/* RULE_COUNT: it passes. */
static enum rule gate(enum signature_required required, const struct bench_key *bound, int number, struct text message, struct signature_verdict *v)
{
	const struct client_signature policy = { .required = required, .is_tolerant = true, .certificates = bound == NULL ? NULL : &bound->bound,
		                                 .certificate_count = bound != NULL };
	bool passes = signature_gate(&bench.arena, &policy, number, message, BENCH_NOW_US, v);

	assert_int_equal(v->fault.code, FAULT_NONE);
	assert_int_equal(passes, v->result.rule == RULE_COUNT);
	return v->result.rule;
}

static void without_policy_and_certificates_nothing_is_read(void **state)
{
	struct signature_verdict v;

	(void)state;
	assert_int_equal(gate(SIGNATURE_NONE, NULL, 621, TEXT("no XML at all <ds:Signature"), &v), RULE_COUNT);
	assert_false(v.was_verified);
}

static void a_signature_is_always_verified_once_there_are_certificates(void **state)
{
	struct text good = sign(MESSAGE("311", "<ceb:Order/>"));
	struct signature_verdict v;

	(void)state;
	assert_int_equal(gate(SIGNATURE_NONE, &own, 311, good, &v), RULE_COUNT);
	assert_true(v.was_verified);
	assert_int_equal(gate(SIGNATURE_NONE, &other, 311, good, &v), RULE_SIGNATURE_NOT_BOUND);
	assert_true(v.was_verified);
	assert_int_equal(gate(SIGNATURE_NONE, &own, 311, TEXT(MESSAGE("311", "<ceb:Order/>")), &v), RULE_COUNT);
	assert_false(v.was_verified);
	/* a word of the content is no signature */
	assert_int_equal(gate(SIGNATURE_NONE, &own, 311, TEXT(MESSAGE("311", "<ceb:note>Signature</ceb:note>")), &v), RULE_COUNT);
	assert_false(v.was_verified);
}

static void what_must_be_signed_is(void **state)
{
	struct text good = sign(MESSAGE("621", "<ceb:Inventory/>")), unsigned_one = TEXT(MESSAGE("621", "<ceb:note>Signature</ceb:note>"));
	struct signature_verdict v;

	(void)state;
	for (enum signature_required r = SIGNATURE_SCHEMA; r < SIGNATURE_REQUIRED_COUNT; r++) {
		assert_int_equal(gate(r, &own, 621, good, &v), RULE_COUNT);
		assert_int_equal(gate(r, &own, 621, unsigned_one, &v), RULE_SIGNATURE_MISSING);
		/* a policy without a certificate lets nothing pass that must be signed */
		assert_int_equal(gate(r, NULL, 621, unsigned_one, &v), RULE_SIGNATURE_MISSING);
		assert_int_equal(gate(r, NULL, 621, good, &v), RULE_SIGNATURE_NOT_BOUND);
	}
	assert_int_equal(gate(SIGNATURE_SCHEMA, &own, 311, unsigned_one, &v), RULE_COUNT);
	assert_int_equal(gate(SIGNATURE_ALL, &own, 311, unsigned_one, &v), RULE_SIGNATURE_MISSING);
}

static void an_arrival_must_be_signed_once_declared(void **state)
{
	struct signature_verdict v;

	(void)state;
	assert_int_equal(gate(SIGNATURE_TEXT, &own, 507, TEXT(STATUS("1")), &v), RULE_COUNT);
	assert_int_equal(gate(SIGNATURE_TEXT, &own, 507, TEXT(STATUS("2")), &v), RULE_SIGNATURE_MISSING);
	assert_int_equal(gate(SIGNATURE_TEXT, &own, 507, TEXT(STATUS(" 2\n")), &v), RULE_SIGNATURE_MISSING);
	assert_int_equal(gate(SIGNATURE_SCHEMA, &own, 507, TEXT(STATUS("2")), &v), RULE_COUNT);
}

static void what_cannot_be_read_is_a_fault(void **state)
{
	const struct client_signature policy = { .certificates = &own.bound, .certificate_count = 1 };
	struct signature_verdict v;

	(void)state;
	assert_false(signature_gate(&bench.arena, &policy, 621, TEXT("<!DOCTYPE a><Signature/>"), BENCH_NOW_US, &v));
	assert_int_equal(v.fault.code, FAULT_BAD_XML);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_policy_and_certificates_nothing_is_read),
		cmocka_unit_test(a_signature_is_always_verified_once_there_are_certificates),
		cmocka_unit_test(what_must_be_signed_is),
		cmocka_unit_test(an_arrival_must_be_signed_once_declared),
		cmocka_unit_test(what_cannot_be_read_is_a_fault),
	};

	return cmocka_run_group_tests(tests, make_keys, drop_keys);
}
