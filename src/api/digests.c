/* GET /v1/digests: what a client filed on a day, counted, summed and hashed, for it to compare with what it holds. */
#include "api/args.h"
#include "api/handlers.h"
#include "api/page.h"
#include "model/field.h"

struct digest_wish {
	struct text client, kind, direction; /* absent: the caller itself, any, any */
	int32_t day;
};

static bool read_wish(struct req *r, struct digest_wish *w, struct fault *f)
{
	enum direction direction;
	enum doc_kind kind;

	*w = (struct digest_wish){ .client = httpd_query(r->http, "client"), .kind = httpd_query(r->http, "kind"),
		                   .direction = httpd_query(r->http, "direction") };
	w->day = clock_day(r->now_us);
	if (!page_day(r, "day", &w->day, f))
		return false;
	if ((w->kind.at != NULL && !doc_kind_by_name(w->kind, &kind)) || (w->direction.at != NULL && !direction_by_name(w->direction, &direction)))
		return fault_set(f, FAULT_BAD_REQUEST, "kind is a kind of filing, direction is import or export");
	if (req_sees_all(r) != (w->client.at != NULL))
		return fault_set(f, FAULT_BAD_REQUEST, req_sees_all(r) ? "name the client" : "an enterprise sees its own digests: name no client");
	return true;
}

enum step digests_list(struct req *r)
{
	struct args *q = args_new(r);
	struct digest_wish w;
	struct fault f = { 0 };

	if (!read_wish(r, &w, &f))
		return reply_problem(r, &f);
	args_i32(q, r->client.id);
	args_text(q, w.client);
	args_i32(q, w.day);
	args_text(q, w.kind);
	args_text(q, w.direction);
	args_time(q, r->now_us);
	return args_await_query(r, q, "digests_list", reply_row);
}
