/* The policy of a client held against one message. */
#include "standard/signature_gate.h"

#include "standard/xml_walk.h"

/* Does the message declare something (appStatus 2)? Asked for unsigned 507 only, where it makes the difference. */
struct status {
	bool here, is_declared; /* here: within an element appStatus */
};

static bool opened(void *arg, const struct xml_element *e)
{
	struct status *s = arg;

	s->here = text_is(e->name, "appStatus");
	return true;
}

static bool said(void *arg, struct text piece)
{
	struct status *s = arg;

	if (s->here && text_is(text_trim(piece), "2"))
		s->is_declared = true;
	return true;
}

static bool closed(void *arg)
{
	struct status *s = arg;

	s->here = false;
	return true;
}

static bool is_declared(struct text message)
{
	static const struct xml_events events = { opened, said, closed, CEB_NAMESPACE };
	struct status s = { false, false };
	struct fault unread = { 0 };

	return !xml_walk(message, &events, &s, &unread) || s.is_declared;
}

/* The strictest case first: only where it matters the message is read for its status. */
static bool must_be_signed(const struct client_signature *policy, int number, struct text message)
{
	if (!signature_is_required(policy->required, number, true))
		return false;
	return signature_is_required(policy->required, number, false) || is_declared(message);
}

bool signature_gate(struct arena *a, const struct client_signature *policy, int message_number, struct text business_xml,
                    int64_t now_us, struct signature_verdict *out)
{
	const struct xmldsig_trust trust = {
		.certificates = policy->certificates, .certificate_count = policy->certificate_count, .is_tolerant = policy->is_tolerant, .now_us = now_us,
	};
	bool may_be_signed = memmem(business_xml.at, business_xml.len, "Signature", 9) != NULL;

	*out = (struct signature_verdict){ .result.rule = RULE_COUNT };
	if (policy->required == SIGNATURE_NONE && policy->certificate_count == 0)
		return true;
	if (may_be_signed && !xmldsig_verify(a, business_xml, &trust, &out->result, &out->fault))
		return false;
	if (!may_be_signed)
		out->result.rule = RULE_SIGNATURE_MISSING;
	out->was_verified = out->result.rule != RULE_SIGNATURE_MISSING;
	if (!out->was_verified && !must_be_signed(policy, message_number, business_xml))
		out->result.rule = RULE_COUNT;
	return out->result.rule == RULE_COUNT;
}
