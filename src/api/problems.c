/* GET /problems/{slug}: what a problem type means, for people (HTML) and programs (JSON). */
#include "api/handlers.h"

static enum step reply_html(struct req *r, enum fault_code code)
{
	struct buf b;

	buf_init(&b, r->arena, 1024);
	buf_str(&b, "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>");
	buf_str(&b, fault_slug(code));
	buf_str(&b, "</title>\n<h1>");
	buf_xml(&b, text_of(fault_title(code, false)));
	buf_str(&b, "</h1>\n<p lang=\"zh\">");
	buf_xml(&b, text_of(fault_title(code, true)));
	buf_str(&b, "</p>\n<p>HTTP status ");
	buf_i64(&b, fault_http_status(code));
	buf_str(&b, fault_may_retry(code) ? ". Sending the same request again may help.</p>\n"
	                                  : ". Sending the same request again will not help.</p>\n");
	if (b.full)
		return reply_fault(r, FAULT_BUSY, "");
	req_html_headers(r);
	return reply_kept(r, 200, "text/html; charset=utf-8", buf_as_text(&b));
}

enum step problems_get(struct req *r)
{
	struct text accept = httpd_header(r->http, "Accept");
	enum fault_code code;
	struct buf b;

	if (!problem_by_slug(r->captures[0], &code))
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such problem type");
	if (accept.len > 0 && memmem(accept.at, accept.len, "text/html", 9) != NULL)
		return reply_html(r, code);
	buf_init(&b, r->arena, 512);
	buf_str(&b, "{\"slug\":");
	buf_json(&b, text_of(fault_slug(code)));
	buf_str(&b, ",\"status\":");
	buf_i64(&b, fault_http_status(code));
	buf_str(&b, ",\"title\":");
	buf_json(&b, text_of(fault_title(code, false)));
	buf_str(&b, ",\"title_zh\":");
	buf_json(&b, text_of(fault_title(code, true)));
	buf_str(&b, fault_may_retry(code) ? ",\"retry\":true}" : ",\"retry\":false}");
	return reply_json(r, 200, &b);
}
