/*
 * Any bytes as a signed message: not judged, or judged with a rule; and a good one stays good when it is asked again, is no
 * good without its certificate, and strictly it is good only when no blanks had to be tolerated.
 */
#include "base/clock.h"
#include "fuzz.h"
#include "standard/xmldsig.h"

#define NOW_US (INT64_C(1772417472) * US_PER_S)

static enum rule verify(struct arena *a, struct text message, const struct xmldsig_trust *trust, struct xmldsig_result *v)
{
	struct fault f = { 0 };

	if (!xmldsig_verify(a, message, trust, v, &f)) {
		fuzz_must(f.code == FAULT_BAD_XML || f.code == FAULT_TOO_LARGE || f.code == FAULT_BUSY);
		return RULE_REQUIRED;
	}
	fuzz_must(v->rule == RULE_COUNT || (v->rule >= RULE_SIGNATURE_MISSING && v->rule <= RULE_SIGNATURE_VALUE));
	fuzz_must(v->rule == RULE_COUNT || v->tolerated == 0);
	return v->rule;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text message = { (const char *)data, size };
	struct xmldsig_trust trust = { .any_certificate = true, .is_tolerant = true, .now_us = NOW_US };
	struct xmldsig_result v, again;
	struct arena a;

	arena_init(&a, FUZZ_ARENA_BYTES);
	if (verify(&a, message, &trust, &v) == RULE_COUNT) {
		trust.is_tolerant = false;
		fuzz_must((verify(&a, message, &trust, &again) == RULE_COUNT) == (v.tolerated == 0));
		trust.any_certificate = false;
		fuzz_must(verify(&a, message, &trust, &again) == RULE_SIGNATURE_NOT_BOUND);
	}
	arena_done(&a);
	return 0;
}
