/*
 * The gate: from libmicrohttpd's calls to a resource's first step.
 *
 *   on_headers   requests that announce a body are judged here, before it is read: route, method, token, role,
 *                query parameters, media type and coding, length, Accept; a refusal closes the connection
 *   on_request   the others are judged here, so that a refusal keeps the connection; then the first step runs
 *   on_gone      the client left, or waited too long
 *   on_refused   the server itself refuses: the same problem documents as ours
 *   on_end       metrics and the access line
 */
#include "api/api.h"

#include <assert.h>
#include <stdlib.h>

#include "api/auth.h"
#include "api/authorities.h"
#include "api/client_cert.h"
#include "api/cursor.h"
#include "api/event_hub.h"
#include "api/idempotency.h"
#include "api/media.h"
#include "api/metrics.h"
#include "api/proof.h"
#include "api/quota.h"
#include "api/req.h"
#include "api/route.h"
#include "base/log.h"

/* --- the gate ------------------------------------------------------------------------------------------------------- */

static void add_allow(struct req *r)
{
	struct buf b;

	buf_init(&b, r->arena, 32);
	route_put_allow(&api_routes, &b, r->http->path);
	if (!b.full)
		req_header(r, "Allow", b.at);
}

static bool find_route(struct req *r, struct fault *f)
{
	struct route_match match;

	route_find(&api_routes, r->http->method, r->http->path, &match);
	if (!match.path_known)
		return fault_set(f, FAULT_NOT_FOUND, "there is no such path");
	if (match.route == NULL) {
		add_allow(r);
		return fault_set(f, FAULT_METHOD, "see the header Allow");
	}
	r->route = match.route;
	for (int i = 0; i < REQ_CAPTURES && match.captures[i].at != NULL; i++)
		if (!httpd_decode(r->http, match.captures[i], &r->captures[i]))
			return fault_set(f, FAULT_BAD_REQUEST, "the path has a bad escape");
	return true;
}

static bool check_live(const struct req *r, struct fault *f)
{
	return !r->route->files || client_state_may_file(r->client.state, r->api->conf.purpose, f);
}

static bool check_role(struct req *r, struct fault *f)
{
	if (r->route->roles == ROLES_NONE)
		return true;
	if (!auth_check(r, f))
		return false;
	if ((r->route->roles & ROLE_BIT(r->client.role)) == 0)
		return fault_set(f, FAULT_FORBIDDEN, "not for the role %s", role_name(r->client.role));
	return check_live(r, f);
}

/* Takes the next parameter's name off the query, as sent; false at its end. */
static bool next_name(struct text *query, struct text *name)
{
	const char *end = query->len == 0 ? NULL : memchr(query->at, '&', query->len);
	const char *equals;

	if (query->len == 0)
		return false;
	*name = (struct text){ query->at, end == NULL ? query->len : (size_t)(end - query->at) };
	query->at += name->len + (end != NULL);
	query->len -= name->len + (end != NULL);
	equals = memchr(name->at, '=', name->len);
	if (equals != NULL)
		name->len = (size_t)(equals - name->at);
	return true;
}

/* Of two values nobody knows which one is meant. The names are known: there are as few as the route has. */
static bool check_once(struct text query, struct fault *f)
{
	struct text name, other;

	while (next_name(&query, &name)) {
		struct text rest = query;

		while (name.len > 0 && next_name(&rest, &other))
			if (text_eq(name, other))
				return fault_set(f, FAULT_BAD_REQUEST, "the query parameter \"" TEXT_FMT "\" is given twice", TEXT_ARG(name));
	}
	return true;
}

static bool check_query(struct req *r, struct fault *f)
{
	struct text stranger;

	if (httpd_query_names_ok(r->http, r->route->query, r->route->query_count, &stranger))
		return check_once(r->http->query, f);
	if (text_utf8_length(stranger) < 0 || stranger.len > 64)
		return fault_set(f, FAULT_BAD_REQUEST, "there is an unknown query parameter");
	return fault_set(f, FAULT_BAD_REQUEST, "there is no query parameter \"" TEXT_FMT "\" here", TEXT_ARG(stranger));
}

static bool has_word(struct text t, const char *word)
{
	return memmem(t.at, t.len, word, strlen(word)) != NULL;
}

/* Not content negotiation by the book: refuses only what cannot be meant. */
static bool check_accept(struct req *r, struct fault *f)
{
	struct text accept = httpd_header(r->http, "Accept");
	bool makes_json = r->route->schema != NULL, makes_xml = r->route->also != NULL && strstr(r->route->also, "xml") != NULL;

	if (accept.len == 0 || !makes_json || has_word(accept, "json") || has_word(accept, "*/*") || has_word(accept, "application/*")
	    || (r->route->also != NULL && has_word(accept, r->route->also)) || ((r->route->body >= ROUTE_BODY_ANSWER || makes_xml) && has_word(accept, "xml")) || has_word(accept, "text/html")
	    || (r->route->is_relay && has_word(accept, "text/plain")))
		return true;
	return fault_set(f, FAULT_NOT_ACCEPTABLE, "this resource answers with %s", r->route->type);
}

static bool judge(struct req *r, size_t length, struct fault *f)
{
	return find_route(r, f) && client_cert_check(r, f) && check_role(r, f) && check_query(r, f)
	       && media_check(r, f) && media_check_length(r, length, f) && check_accept(r, f);
}

static step_fn options, gate;

static enum step options(struct req *r)
{
	struct route_match match;

	route_find(&api_routes, r->http->method, r->http->path, &match);
	if (!match.path_known)
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such path");
	add_allow(r);
	return reply_empty(r, 204);
}

/* The body is here: its length as it came, and the client as it is now. */
static enum step gate(struct req *r)
{
	struct fault f = { 0 };
	enum step s;

	if (text_is(r->http->method, "OPTIONS"))
		return options(r);
	if (!r->passed && !judge(r, r->http->body.len, &f))
		return reply_problem(r, &f);
	if (r->passed && (!media_check_length(r, r->http->body.len, &f) || (r->client.role != ROLE_PUBLIC && !(auth_renew(r, &f) && check_live(r, &f)))))
		return reply_problem(r, &f);
	if (!r->passed && !quota_pass(r, &s))
		return s;
	return proof_check(r, idempotency_begin);
}

/* --- libmicrohttpd's calls, as io/httpd tells them ------------------------------------------------------------------ */

static void reply_no_memory(struct http_req *h)
{
	const struct http_reply reply = { .status = 503, .content_type = "application/problem+json",
		                          .body = TEXT("{\"type\":\"about:blank\",\"status\":503}"), .close = true };

	httpd_reply(h, &reply);
}

static bool on_headers(struct http_req *h, void *arg)
{
	struct req *r = req_new(arg, h);
	struct fault f = { 0 };
	enum step s;
	size_t length;

	if (r == NULL) {
		reply_no_memory(h);
		return false;
	}
	if (!media_announced(h, &length) || text_is(h->method, "OPTIONS"))
		return true;
	if (judge(r, length, &f)) {
		if (!quota_pass(r, &s))
			return s != STEP_REPLIED;
		r->passed = true;
		httpd_limit_body(h, media_body_limit(r));
		return true;
	}
	return reply_problem(r, &f) != STEP_REPLIED;
}

static void on_request(struct http_req *h, void *arg)
{
	(void)arg;
	req_run(h->user, gate);
}

static void on_gone(struct http_req *h, void *arg)
{
	struct req *r = h->user;

	(void)arg;
	if (r != NULL)
		req_forget(r);
}

/* By method and path, for a request that the table of routes did not see or that lives on without its connection. */
static const struct route *route_of(const struct http_req *h)
{
	struct route_match match = { 0 };

	if (h->path.at != NULL && h->method.at != NULL)
		route_find(&api_routes, h->method, h->path, &match);
	return match.route;
}

static void on_refused(struct http_req *h, const struct fault *f, void *arg)
{
	struct req *r = h->user;
	enum step told;

	if (r == NULL && (r = req_new(arg, h)) == NULL) {
		reply_no_memory(h);
		return;
	}
	r->route = route_of(h);
	told = reply_problem(r, f);
	assert(told == STEP_REPLIED);
}

static void on_end(struct http_req *h, int status, void *arg)
{
	struct api *a = arg;
	const struct req *r = h->user;
	const struct route *route = r == NULL ? route_of(h) : r->route;
	int64_t took_us = (r == NULL || r->answered_us == 0 ? clock_mono_us() : r->answered_us) - h->arrived_us; /* a stream: until it began */

	metrics_count(a->deps.shared->counters, route, status, took_us);
	if (r == NULL || !log_wanted(LOG_LEVEL_DEBUG))
		return;
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_DEBUG, "http.answered", "%s status=%d us=%lld",
	          route == NULL ? "none" : route->name, status, (long long)took_us);
}

/* --- life ------------------------------------------------------------------------------------------------------------- */

struct api *api_new(const struct api_conf *conf, const struct api_deps *deps, struct fault *f)
{
	struct api *a = calloc(1, sizeof(*a));

	if (a == NULL || (a->hub = event_hub_new(&conf->feed, deps)) == NULL) {
		free(a);
		(void)fault_set(f, FAULT_SYSTEM, "no memory for the HTTP resources");
		return NULL;
	}
	a->conf = *conf;
	a->deps = *deps;
	a->routes = &api_routes;
	a->pool = conf->access.signature_threads == 0 ? NULL : pool_new(deps->loop, conf->access.signature_threads, conf->access.signature_queue, f);
	if (conf->access.signature_threads > 0 && a->pool == NULL) {
		api_free(a);
		return NULL;
	}
	a->cursor_key = cursor_key(signer_key_id(deps->signer));
	a->calls = (struct httpd_calls){ on_headers, on_request, on_refused, on_gone, on_end, a };
	return a;
}

const struct httpd_calls *api_calls(struct api *a)
{
	return &a->calls;
}

void api_draining(struct api *a)
{
	a->draining = true;
	event_hub_drain(a->hub);
}

int api_streams(const struct api *a)
{
	return event_hub_count(a->hub);
}

void api_free(struct api *a)
{
	if (a == NULL)
		return;
	pool_free(a->pool); /* its threads work for orphans */
	req_free_orphans(a);
	authorities_forget(a);
	event_hub_free(a->hub);
	free(a);
}
