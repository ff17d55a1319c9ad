/*
 * Signed requests.
 *
 *   proof_check ──digest──> find ──covers, times, key──> base ──verify (here, or in a thread)──> verified ──nonce──> remembered ──> then
 *
 * A signature is looked at when the client must sign, or when one with our tag is there. What it must cover is what makes the request
 * this one and no other. The algorithm is the key's; the message may name it, never choose it.
 */
#include "api/proof.h"

#include "api/args.h"
#include "api/route.h"
#include "base/log.h"
#include "standard/content_digest.h"
#include "standard/http_proof.h"
#include "store/signature_failures.h"

enum { NONCE_BYTES_MIN = 8, NONCE_BYTES_MAX = 128, COMPONENTS_MAX = 7 };

struct proof { /* r->own while it is looked at */
	step_fn *then;
	struct http_proof found;
	const char *components[COMPONENTS_MAX]; /* that it must cover */
	int component_count;
	const struct public_key *key;
	struct text base;
	bool is_good;
};

static step_fn verified;
static db_step_fn remembered;

/* --- what must be covered, and refusing ------------------------------------------------------------------------------ */

static void list_components(struct req *r, struct proof *p)
{
	const struct http_req *h = r->http;

	p->components[p->component_count++] = "@method";
	p->components[p->component_count++] = "@authority";
	p->components[p->component_count++] = "@path";
	if (h->path.len < h->target.len)
		p->components[p->component_count++] = "@query";
	if (h->body.len > 0) {
		p->components[p->component_count++] = "content-type";
		p->components[p->component_count++] = "content-digest";
	}
	if (httpd_header(h, "Idempotency-Key").at != NULL)
		p->components[p->component_count++] = "idempotency-key";
}

/* ("@method" …) as a field, ["@method",…] in JSON. */
static void put_components(struct buf *b, const struct proof *p, char between)
{
	for (int i = 0; i < p->component_count; i++) {
		if (i > 0)
			buf_char(b, between);
		buf_json(b, text_of(p->components[i]));
	}
}

static enum step refuse_as(struct req *r, const struct proof *p, const struct fault *f, bool was_taken)
{
	struct problem problem = { .code = f->code, .detail = text_of(f->text), .node = -1 };
	struct buf accept, more;

	buf_init(&accept, r->arena, 256);
	buf_str(&accept, "sig1=(");
	put_components(&accept, p, ' ');
	buf_str(&accept, ");created;");
	if (r->client.key_count > 0)
		buf_printf(&accept, "keyid=\"" TEXT_FMT "\";", TEXT_ARG(r->client.keys[0].id));
	buf_str(&accept, "tag=\"" PROOF_TAG "\"");
	buf_init(&more, r->arena, 256);
	buf_str(&more, ",\"required_components\":[");
	put_components(&more, p, ',');
	buf_str(&more, "]");
	if (!accept.full && !more.full && f->code == FAULT_SIGNATURE) {
		req_header(r, "Accept-Signature", accept.at);
		req_header(r, "WWW-Authenticate", "Bearer realm=\"tongguan\"");
		problem.more = buf_as_text(&more);
		log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_INFO, "signature.refused", "of client %d: %s", r->client.id, f->text);
		signature_failures_count(r->api->deps.failures, r->client.id, was_taken);
	}
	return reply_problem_of(r, &problem);
}

static enum step refuse(struct req *r, const struct proof *p, const struct fault *f)
{
	return refuse_as(r, p, f, false);
}

static enum step refuse_for(struct req *r, const struct proof *p, const char *why, bool was_taken)
{
	struct fault f = { 0 };

	(void)fault_set(&f, FAULT_SIGNATURE, "%s", why);
	return refuse_as(r, p, &f, was_taken);
}

/* --- the components' values ------------------------------------------------------------------------------------------- */

static struct text lower(struct arena *a, struct text t)
{
	char *to = arena_copy(a, t.at, t.len);

	for (size_t i = 0; to != NULL && i < t.len; i++)
		if (to[i] >= 'A' && to[i] <= 'Z')
			to[i] = (char)(to[i] - 'A' + 'a');
	return (struct text){ to, t.len };
}

/* Of the address under which callers reach us. */
static struct text scheme_of(struct req *r)
{
	struct text base = req_base(r);
	const char *end = base.len == 0 ? NULL : memmem(base.at, base.len, "://", 3);

	return end == NULL ? (struct text){ NULL, 0 } : (struct text){ base.at, (size_t)(end - base.at) };
}

static struct text authority_of(struct req *r)
{
	struct text base = req_base(r), scheme = scheme_of(r), t, port;
	const char *slash;

	if (scheme.at == NULL)
		return (struct text){ NULL, 0 };
	t = (struct text){ base.at + scheme.len + 3, base.len - scheme.len - 3 };
	slash = t.len == 0 ? NULL : memchr(t.at, '/', t.len);
	if (slash != NULL)
		t.len = (size_t)(slash - t.at);
	port = text_is(scheme, "https") ? TEXT(":443") : TEXT(":80");
	if (t.len > port.len && memcmp(t.at + t.len - port.len, port.at, port.len) == 0)
		t.len -= port.len;
	return t.len == 0 ? t : lower(r->arena, t);
}

static struct text target_uri(struct req *r)
{
	struct buf b;

	buf_init(&b, r->arena, r->http->target.len + 64);
	buf_text(&b, scheme_of(r));
	buf_str(&b, "://");
	buf_text(&b, authority_of(r));
	buf_text(&b, r->http->target);
	return b.full ? (struct text){ NULL, 0 } : buf_as_text(&b);
}

static struct text component(void *arg, struct text name)
{
	struct req *r = arg;
	const struct http_req *h = r->http;

	if (name.len == 0 || name.at[0] != '@')
		return httpd_header_joined(r->http, name);
	if (text_is(name, "@method"))
		return h->method;
	if (text_is(name, "@authority"))
		return authority_of(r);
	if (text_is(name, "@path"))
		return h->path;
	if (text_is(name, "@query"))
		return h->path.len < h->target.len ? (struct text){ h->target.at + h->path.len, h->target.len - h->path.len } : TEXT("?");
	if (text_is(name, "@scheme"))
		return scheme_of(r);
	if (text_is(name, "@request-target"))
		return h->target;
	return text_is(name, "@target-uri") ? target_uri(r) : (struct text){ NULL, 0 };
}

/* --- judging ------------------------------------------------------------------------------------------------------------ */

static bool check_covered(const struct proof *p, struct fault *f)
{
	for (int i = 0; i < p->component_count; i++)
		if (!http_proof_covers(&p->found, p->components[i]))
			return fault_set(f, FAULT_SIGNATURE, "the signature does not cover \"%s\"", p->components[i]);
	return true;
}

static bool check_times(const struct req *r, const struct http_proof *s, struct fault *f)
{
	int64_t now_s = clock_real_us() / US_PER_S, window_s = r->api->conf.access.signature_window_s;

	if (s->created_s == INT64_MIN)
		return fault_set(f, FAULT_SIGNATURE, "the signature's parameter created is missing");
	if (s->created_s < now_s - window_s || s->created_s > now_s + window_s)
		return fault_set(f, FAULT_SIGNATURE, "the signature was not made within %lld s of now", (long long)window_s);
	if (s->expires_s != INT64_MIN && s->expires_s <= now_s)
		return fault_set(f, FAULT_SIGNATURE, "the signature has expired");
	return true;
}

static bool check_nonce(struct text nonce, struct fault *f)
{
	if (nonce.at == NULL)
		return fault_set(f, FAULT_SIGNATURE, "the signature's parameter nonce is missing");
	if (nonce.len < NONCE_BYTES_MIN || nonce.len > NONCE_BYTES_MAX)
		return fault_set(f, FAULT_SIGNATURE, "a nonce has %d to %d characters", NONCE_BYTES_MIN, NONCE_BYTES_MAX);
	return true;
}

static bool find_key(const struct req *r, struct proof *p, struct fault *f)
{
	const struct http_proof *s = &p->found;

	if (s->key_id.at == NULL)
		return fault_set(f, FAULT_SIGNATURE, "the signature's parameter keyid is missing");
	for (int i = 0; i < r->client.key_count && p->key == NULL; i++)
		if (text_eq(r->client.keys[i].id, s->key_id))
			p->key = client_key_get(&r->client.keys[i]);
	if (p->key == NULL)
		return fault_set(f, FAULT_SIGNATURE, "the caller has no such key (keyid): see /v1/me/keys");
	if (s->algorithm.at != NULL && !text_is(s->algorithm, public_key_algorithm(p->key->kind)))
		return fault_set(f, FAULT_SIGNATURE, "the key's algorithm is %s: alg names another one", public_key_algorithm(p->key->kind));
	return true;
}

static bool make_base(struct req *r, struct proof *p, struct fault *f)
{
	struct buf b;

	buf_init(&b, r->arena, 512);
	if (!http_proof_put_base(&b, &p->found, component, r, f))
		return false;
	p->base = buf_as_text(&b);
	return !b.full || fault_set(f, FAULT_BUSY, "the request is larger than its memory");
}

/* In a thread of the pool, or here: touches nothing but the proof. */
static void verify(struct proof *p)
{
	p->is_good = public_key_verify(p->key, p->base, p->found.signature);
}

static void verify_in_pool(struct pool_job *job)
{
	verify(container_of(job, struct req, job)->own);
}

/* One a turn takes no longer than other requests do; when several come at once, the others go beside the loop. */
static enum step start_verifying(struct req *r)
{
	struct api *a = r->api;
	int64_t turn_us = loop_now_us(a->deps.loop);

	if (a->pool != NULL && a->verified_us == turn_us)
		return await_pool(r, verify_in_pool, verified);
	a->verified_us = turn_us;
	verify(r->own);
	return verified(r);
}

static enum step verified(struct req *r)
{
	const struct proof *p = r->own;
	struct args *q = args_new(r);

	if (!p->is_good)
		return refuse_for(r, p, "the signature is not that of this request by this key", false);
	if (q == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	args_i32(q, (int32_t)((p->found.created_s + r->api->conf.access.signature_window_s) / 60));
	args_i32(q, r->client.id);
	args_text(q, p->found.key_id);
	args_text(q, p->found.nonce);
	return args_await(r, q, &client_nonce_put, remembered);
}

static enum step remembered(struct req *r, const struct db_answer *a)
{
	const struct proof *p = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_row_count(a->results[0]) == 0)
		return refuse_for(r, p, "the signature was used already: each request has a nonce of its own", true);
	r->own = NULL;
	return p->then(r);
}

static enum step check_signature(struct req *r, struct text input, step_fn *then)
{
	struct proof *p = arena_zalloc(r->arena, sizeof(*p));
	struct fault f = { 0 };

	if (p == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	p->then = then;
	r->own = p;
	list_components(r, p);
	if (!http_proof_find(r->arena, input, httpd_header_joined(r->http, TEXT("Signature")), PROOF_TAG, &p->found, &f))
		return refuse(r, p, &f);
	if (p->found.input == NULL && r->client.proof.signature)
		return refuse_for(r, p, "this client signs its requests: there is no signature with the tag " PROOF_TAG, false);
	if (p->found.input == NULL) {
		r->own = NULL;
		return then(r);
	}
	if (!check_covered(p, &f) || !check_times(r, &p->found, &f) || !check_nonce(p->found.nonce, &f) || !find_key(r, p, &f) || !make_base(r, p, &f))
		return refuse(r, p, &f);
	return start_verifying(r);
}

enum step proof_check(struct req *r, step_fn *then)
{
	struct text digest = httpd_header(r->http, "Content-Digest"), input;
	struct problem problem = { .node = -1 };
	struct fault f = { 0 };

	if (digest.at != NULL && !content_digest_check(r->arena, digest, r->http->body, &problem.more, &f)) {
		problem.code = f.code;
		problem.detail = text_of(f.text);
		req_header(r, "Want-Content-Digest", "sha-256=10, sha-512=3");
		return reply_problem_of(r, &problem);
	}
	if (r->route->roles == ROLES_NONE)
		return then(r);
	input = httpd_header_joined(r->http, TEXT("Signature-Input"));
	return input.at == NULL && !r->client.proof.signature ? then(r) : check_signature(r, input, then);
}
