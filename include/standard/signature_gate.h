/*
 * May a client's message pass, by its signature? Stands between reading a message and checking it.
 *
 *   no certificates, nothing required      passes unread: a signature is passed over
 *   signed                                 always verified; passes when good
 *   not signed                             passes unless the client's policy wants a signature
 */
#ifndef STANDARD_SIGNATURE_GATE_H
#define STANDARD_SIGNATURE_GATE_H

#include "standard/xmldsig.h"

struct signature_verdict {
	bool was_verified;             /* there was a signature, and it was looked at */
	struct xmldsig_result result;  /* rule: RULE_COUNT when the message passes */
	struct fault fault;            /* it could not be judged; FAULT_NONE: it was */
};

/* business_xml: the CEB message itself, out of its envelopes. False: it does not pass; out->fault or out->result says why. */
bool signature_gate(struct arena *a, const struct client_signature *policy, int message_number, struct text business_xml,
                    int64_t now_us, struct signature_verdict *out) must_check;

#endif
