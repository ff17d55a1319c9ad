/*
 * What a filing came in, and what that says of its answer.
 *
 * Customs' software speaks as it does to the exchange or to a relay; the message inside is a filing like any other.
 * What is stored and digested is the body as it came, envelope and all.
 */
#include "api/filings_answer.h"
#include "api/route.h"
#include "base/log.h"

static bool wants_xml(const struct req *r)
{
	struct text accept = httpd_header(r->http, "Accept");

	return accept.len > 0 && memmem(accept.at, accept.len, "xml", 3) != NULL && memmem(accept.at, accept.len, "json", 4) == NULL;
}

/* The gate let JSON and XML through, nothing else. */
static bool is_xml(const struct req *r)
{
	struct text type = httpd_header(r->http, "Content-Type");
	const char *slash = type.len == 0 ? NULL : memchr(type.at, '/', type.len);

	return slash != NULL && (slash[1] == 'x' || slash[1] == 'X');
}

/* The message inside is what counts; the sender is told, since another receiver may sort by the type. */
static void warn_of_type(struct req *r)
{
	req_header(r, "Warning", "199 tongguan \"the envelope's message type does not name the message inside\"");
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_NOTICE, "filing.envelope_type",
	          "the envelope's message type does not name the message inside; it was read as what it is");
}

bool filings_open(struct req *r, struct filing_work *w, struct fault *f)
{
	bool came_as_xml = is_xml(r), is_open = envelope_open(r->arena, came_as_xml, r->http->body, &w->envelope, f);

	w->media_type = came_as_xml ? "application/xml" : "application/json";
	w->as_xml = w->envelope.is_xml && wants_xml(r);
	w->as_word = r->route->is_relay;
	if (is_open && w->envelope.type_differs)
		warn_of_type(r);
	return is_open;
}
