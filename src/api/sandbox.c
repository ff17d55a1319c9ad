/*
 * What an enterprise may order to go wrong in a sandbox, and the moving of business time there.
 *
 *   sandbox_faults ──(no order number)───────────────────────────┐
 *        └──read──> owned (somebody else's order number: 404) ───┴──> order ──call out──> ordered ──> 201
 *
 * Authorities of a sandbox are simulated ones (tongguan-mock): an order is one more exception to how such a one behaves, bound
 * to the order number, or to messages that name one of the caller's companies. It is taken at the origin of the authority's URL.
 */
#include "api/body.h"
#include "api/sandbox.h"

#include "api/args.h"
#include "api/handlers.h"
#include "api/test_clock.h"
#include "base/log.h"

#define SIGNATURE "\"signature\":\""
enum { TIMES_MAX = 1000, MS_MAX = 600000, ORDER_NO_BYTES_MAX = 240, CALL_TIMEOUT_MS = 5000 };

/* How the simulator shows each of them: what of its behaviour is otherwise, and the number with which that ends. */
enum number { NUMBER_NONE, NUMBER_MS, NUMBER_TIMES };
static const struct {
	const char *name, *behaviour;
	enum number number;
} faults[] = {
	{ "slow", "\"latency_ms\":", NUMBER_MS },
	{ "late", "\"answer\":\"later\",\"late_ms\":", NUMBER_MS },
	{ "answer-twice", "\"answer\":\"later\",\"twice\":true", NUMBER_NONE },
	{ "refuse", "\"refuse_next\":", NUMBER_TIMES },
	{ "lose-answer", "\"lose_after_next\":", NUMBER_TIMES },
	{ "wrong", "\"wrong_next\":", NUMBER_TIMES },
	{ "reject", "\"outcome\":\"rejected\"", NUMBER_NONE },
	{ "inspect", "\"outcome\":\"inspect\"", NUMBER_NONE },
};
#define FAULT_NAMES "slow, late, answer-twice, refuse, lose-answer, wrong, reject or inspect"

struct wish { /* r->own */
	enum authority authority;
	int fault;             /* in faults */
	int64_t times, ms;
	struct text order_no;  /* absent: any message that names one of the caller's companies */
	struct text codes;     /* JSON array of them */
};

static db_step_fn owned;
static http_step_fn ordered;

static bool is_sandbox(const struct req *r)
{
	return r->api->conf.purpose == PURPOSE_SANDBOX;
}

/* --- with a filing --------------------------------------------------------------------------------------------------- */

bool sandbox_read_fault(const struct req *r, bool is_dry, enum sandbox_fault *out, struct fault *f)
{
	static const char *const names[SANDBOX_FAULT_COUNT] = { [SANDBOX_LOST_ANSWER] = "lost-answer", [SANDBOX_WRONG_SIGNATURE] = "wrong-signature" };
	struct text wish = httpd_header(r->http, "Sandbox-Fault");

	*out = SANDBOX_NO_FAULT;
	if (wish.at == NULL)
		return true;
	if (!is_sandbox(r))
		return fault_set(f, FAULT_NOT_FOUND, "Sandbox-Fault: this is no sandbox; nothing was stored");
	for (int i = SANDBOX_NO_FAULT + 1; i < SANDBOX_FAULT_COUNT; i++)
		if (text_is(wish, names[i]))
			*out = (enum sandbox_fault)i;
	if (*out == SANDBOX_NO_FAULT)
		return fault_set(f, FAULT_BAD_REQUEST, "Sandbox-Fault is lost-answer or wrong-signature; nothing was stored");
	if (is_dry || r->form == FORM_LINES)
		return fault_set(f, FAULT_BAD_REQUEST, "Sandbox-Fault is for a message that is filed, not for batches or dry runs; nothing was stored");
	if (*out == SANDBOX_WRONG_SIGNATURE && r->form == FORM_XML && req_wants_xml(r))
		return fault_set(f, FAULT_BAD_REQUEST, "a customs receipt has no signature: ask for wrong-signature with JSON answers; nothing was stored");
	return true;
}

struct text sandbox_wrong_signature(struct arena *a, struct text receipt)
{
	struct text wrong = text_dup(a, receipt);
	char *at = wrong.at == NULL ? NULL : memmem(wrong.at, wrong.len, SIGNATURE, sizeof(SIGNATURE) - 1);

	if (at == NULL)
		return (struct text){ NULL, 0 };
	at += sizeof(SIGNATURE) - 1;
	*at = *at == 'A' ? 'B' : 'A';
	return wrong;
}

/* --- with an authority ------------------------------------------------------------------------------------------------ */

struct text sandbox_origin(struct text url)
{
	const char *host = url.len == 0 ? NULL : memmem(url.at, url.len, "://", 3), *end;

	if (host == NULL || host + 3 == url.at + url.len)
		return (struct text){ NULL, 0 };
	host += 3;
	end = memchr(host, '/', (size_t)(url.at + url.len - host));
	return (struct text){ url.at, end == NULL ? url.len : (size_t)(end - url.at) };
}

static bool read_number(const struct json *body, const char *name, int64_t otherwise, int most, int64_t *out, struct fault *f)
{
	const struct json *member = json_member(body, name);

	*out = otherwise;
	if (member == NULL || (json_i64(member, out) && *out >= 1 && *out <= most))
		return true;
	return fault_set(f, FAULT_BAD_REQUEST, "%s is a whole number from 1 to %d", name, most);
}

static bool read_wish(struct req *r, struct wish *w, struct fault *f)
{
	const struct json *body = body_read(r, "authority fault times ms order_no", f), *order_no;
	struct text fault;

	if (body == NULL)
		return false;
	fault = json_text(json_member(body, "fault"));
	order_no = json_member(body, "order_no");
	w->order_no = json_text(order_no);
	if (!authority_by_code(json_text(json_member(body, "authority")), &w->authority))
		return fault_set(f, FAULT_BAD_REQUEST, "authority is a role code, such as CUS");
	while (w->fault < (int)COUNTOF(faults) && !text_is(fault, faults[w->fault].name))
		w->fault++;
	if (w->fault == (int)COUNTOF(faults))
		return fault_set(f, FAULT_BAD_REQUEST, "fault is " FAULT_NAMES);
	if (order_no != NULL && (w->order_no.len == 0 || w->order_no.len > ORDER_NO_BYTES_MAX))
		return fault_set(f, FAULT_BAD_REQUEST, "order_no is the number of an order");
	return read_number(body, "times", 1, TIMES_MAX, &w->times, f)
	       && read_number(body, "ms", r->api->conf.sandbox_delay_ms, MS_MAX, &w->ms, f);
}

/* In the first step: a client's codes are not there later. */
static struct text own_codes(struct req *r)
{
	struct buf b;

	buf_init(&b, r->arena, 64);
	buf_char(&b, '[');
	for (int i = 0; i < r->client.code_count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		buf_json(&b, r->client.codes[i]);
	}
	buf_char(&b, ']');
	return buf_as_text(&b);
}

static void put_order(struct buf *b, const struct wish *w)
{
	buf_str(b, "{\"times\":");
	buf_i64(b, w->times);
	if (w->order_no.at != NULL) {
		buf_str(b, ",\"order_no\":");
		buf_json(b, w->order_no);
	}
	if (w->codes.at != NULL) {
		buf_str(b, ",\"codes\":");
		buf_text(b, w->codes);
	}
	buf_str(b, ",\"behaviour\":{");
	buf_str(b, faults[w->fault].behaviour);
	if (faults[w->fault].number != NUMBER_NONE)
		buf_i64(b, faults[w->fault].number == NUMBER_MS ? w->ms : w->times);
	buf_str(b, "}}");
}

static enum step order(struct req *r)
{
	const struct wish *w = r->own;
	const struct rules *rules = *r->api->deps.rules;
	const struct authority_conf *conf = rules == NULL ? NULL : &rules->authorities[w->authority];
	struct text origin = conf == NULL || !conf->connected ? (struct text){ NULL, 0 } : sandbox_origin(text_of(conf->url));
	struct buf body, url;

	if (origin.at == NULL)
		return reply_fault(r, FAULT_STATE_CONFLICT, "that authority is not connected in this sandbox");
	buf_init(&body, r->arena, 256);
	put_order(&body, w);
	buf_init(&url, r->arena, origin.len + 32);
	buf_text(&url, origin);
	buf_printf(&url, "/%s/exceptions", authority_code(w->authority));
	r->http_call = (struct httpc_call){ .url = url.at, .content_type = "application/json", .body = buf_as_text(&body), .timeout_ms = CALL_TIMEOUT_MS };
	return await_http(r, ordered);
}

enum step sandbox_faults(struct req *r)
{
	static const struct db_stmt whose = {
		.name = "sandbox_whose_order",
		.sql = "select count(*), count(*) filter (where $2::integer = any (client_ids)) from declaration where order_no = $1::text",
		.param_count = 2,
	};
	struct wish *w = arena_zalloc(r->arena, sizeof(*w));
	struct fault f = { 0 };
	struct args *q;

	if (!is_sandbox(r))
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such path");
	if (w == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!read_wish(r, w, &f))
		return reply_problem(r, &f);
	w->codes = own_codes(r);
	r->own = w;
	if (w->order_no.at == NULL)
		return order(r);
	q = args_new(r);
	args_text(q, w->order_no);
	args_i32(q, r->client.id);
	return args_await(r, q, &whose, owned);
}

/* An order number that nobody has declared yet may become the caller's: then a message must name one of its companies too. */
static enum step owned(struct req *r, const struct db_answer *a)
{
	struct wish *w = r->own;

	if (a->outcome != DB_DONE)
		return reply_db_fault(r, a);
	if (db_get_int(a->results[0], 0, 0) > 0 && db_get_int(a->results[0], 0, 1) == 0)
		return reply_fault(r, FAULT_NOT_FOUND, "");
	if (db_get_int(a->results[0], 0, 1) > 0)
		w->codes = (struct text){ NULL, 0 };
	return order(r);
}

static enum step ordered(struct req *r, const struct httpc_answer *a)
{
	const struct wish *w = r->own;
	struct buf b;

	if (a->end != HTTPC_ANSWERED || a->status != 201) {
		log_event(&(struct log_ids){ .trace = r->trace.id, .authority = authority_code(w->authority) }, LOG_LEVEL_WARNING, "sandbox.not_ordered",
		          "HTTP %d %s", a->end == HTTPC_ANSWERED ? a->status : 0, a->detail == NULL ? "" : a->detail);
		return reply_fault(r, FAULT_AUTHORITY_AWAY, "the simulated authority did not take the order");
	}
	buf_init(&b, r->arena, 256);
	buf_printf(&b, "{\"authority\":\"%s\",\"fault\":\"%s\",\"times\":", authority_code(w->authority), faults[w->fault].name);
	buf_i64(&b, w->times);
	buf_str(&b, ",\"ms\":");
	if (faults[w->fault].number == NUMBER_MS)
		buf_i64(&b, w->ms);
	else
		buf_str(&b, "null");
	buf_str(&b, ",\"order_no\":");
	buf_json(&b, w->order_no);
	buf_char(&b, '}');
	return reply_json(r, 201, &b);
}

/* --- time --------------------------------------------------------------------------------------------------------------- */

enum step sandbox_clock(struct req *r)
{
	if (!is_sandbox(r))
		return reply_fault(r, FAULT_NOT_FOUND, "there is no such path");
	return test_clock_move(r, 0, r->api->conf.sandbox_clock_days * (US_PER_DAY / US_PER_S));
}
