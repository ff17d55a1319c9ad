/* Wishes are read before the body: who asks for what there is not should not have filed anything. */
#include "api/filings_wish.h"

static bool read_dry_run(struct req *r, bool *is_dry, struct fault *f)
{
	struct text t = httpd_query(r->http, "dry_run");

	*is_dry = text_is(t, "true");
	return t.at == NULL || *is_dry || text_is(t, "false") || fault_set(f, FAULT_BAD_REQUEST, "dry_run is true or false");
}

/* Customs' own XML has customs' own codes. */
static bool read_codes(struct req *r, bool *iso, struct fault *f)
{
	struct text t = httpd_query(r->http, "codes");

	*iso = text_is(t, "iso");
	if (t.at != NULL && !*iso && !text_is(t, "customs"))
		return fault_set(f, FAULT_BAD_REQUEST, "codes is iso or customs");
	return !*iso || r->form != FORM_XML || fault_set(f, FAULT_BAD_REQUEST, "codes=iso is for JSON: a CEB message has the codes of customs");
}

bool filings_wish_read(struct req *r, struct filing_wish *out, struct fault *f)
{
	*out = (struct filing_wish){ .fault = SANDBOX_NO_FAULT }; /* readers leave alone what the caller does not ask for */
	if (!read_dry_run(r, &out->is_dry, f) || !read_codes(r, &out->iso, f) ||
	    !sandbox_read_fault(r, r->form == FORM_XML && req_wants_xml(r), &out->fault, f))
		return false;
	return r->form != FORM_LINES || out->fault == SANDBOX_NO_FAULT ||
	       fault_set(f, FAULT_BAD_REQUEST, "Sandbox-Fault is for single messages, not for batches");
}
