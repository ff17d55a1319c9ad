/* GET /healthz /readyz /metrics: for supervisors, balancers and Prometheus. */
#include "api/handlers.h"
#include "api/metrics.h"

enum step ops_health(struct req *r)
{
	return reply_bytes(r, 200, "application/json", TEXT("{\"status\":\"ok\"}"));
}

static void put_lines(struct buf *b, struct text lines)
{
	bool first = true;

	while (lines.len > 0) {
		const char *end = memchr(lines.at, '\n', lines.len);
		struct text line = { lines.at, end == NULL ? lines.len : (size_t)(end - lines.at) };

		if (line.len > 0 && !first)
			buf_char(b, ',');
		if (line.len > 0) {
			buf_json(b, line);
			first = false;
		}
		lines.at += line.len + (end != NULL);
		lines.len -= line.len + (end != NULL);
	}
}

enum step ops_ready(struct req *r)
{
	struct buf problems, b;

	buf_init(&problems, r->arena, 256);
	if (r->api->draining)
		buf_str(&problems, "the daemon is stopping\n");
	r->api->deps.ready(r->api->deps.arg, &problems);
	buf_init(&b, r->arena, problems.len + 64);
	buf_str(&b, problems.len == 0 ? "{\"status\":\"ready\",\"problems\":[" : "{\"status\":\"not ready\",\"problems\":[");
	put_lines(&b, buf_as_text(&problems));
	buf_str(&b, "]}");
	if (problems.len > 0)
		req_header(r, "Retry-After", "1");
	return reply_json(r, problems.len == 0 ? 200 : 503, &b);
}

enum step ops_metrics(struct req *r)
{
	struct buf b;

	buf_init(&b, r->arena, 32768);
	metrics_put(r->api->deps.shared->counters, &b);
	r->api->deps.metrics(r->api->deps.arg, &b);
	if (b.full)
		return reply_fault(r, FAULT_BUSY, "the metrics are larger than the memory of a request");
	return reply_kept(r, 200, "text/plain; version=0.0.4; charset=utf-8", buf_as_text(&b));
}
