/* GET /v1/authorities: health, backlog and expected wait of each, for every client (P5). */
#include "api/args.h"
#include "api/handlers.h"
#include "model/authority.h"

static struct text titles(struct req *r)
{
	bool chinese = req_chinese(r);
	struct buf b;

	buf_init(&b, r->arena, 512);
	for (int i = 0; i < AUTHORITY_COUNT; i++) {
		buf_char(&b, i == 0 ? '{' : ',');
		buf_json(&b, text_of(authority_code((enum authority)i)));
		buf_char(&b, ':');
		buf_json(&b, text_of(authority_title((enum authority)i, chinese)));
	}
	buf_char(&b, '}');
	return buf_as_text(&b);
}

enum step authorities_list(struct req *r)
{
	struct args *q = args_new(r);
	struct buf live;

	buf_init(&live, r->arena, 2048);
	r->api->deps.live_authorities(r->api->deps.arg, &live);
	args_text(q, titles(r));
	args_text(q, buf_as_text(&live));
	args_time(q, r->now_us);
	return args_await_query(r, q, "authorities_list", reply_row);
}
