#include "api/rules.h"

#include "api/page.h"

const struct codebook *rules_kept(struct req *r, int32_t day, bool *unchanged)
{
	const struct rules *rules = *r->api->deps.rules;
	struct buf tag;

	if (rules == NULL)
		return NULL;
	buf_init(&tag, r->arena, 48);
	buf_printf(&tag, "\"r%lld-%d\"", (long long)rules->revision, (int)day);
	*unchanged = !tag.full && req_may_keep(r, tag.at);
	return rules->book;
}

enum step rules_not_read(struct req *r)
{
	return reply_fault(r, FAULT_STORE_DOWN, "codes and regimes are not read yet");
}

bool rules_day(struct req *r, int32_t *day, struct fault *f)
{
	*day = clock_day(r->now_us);
	return page_day(r, "on", day, f);
}

void rules_put_day(struct buf *b, int32_t day)
{
	char text[CLOCK_RFC3339_BYTES];

	if (day == INT32_MAX) {
		buf_str(b, "null");
		return;
	}
	clock_rfc3339((int64_t)day * US_PER_DAY, 0, text);
	buf_json(b, (struct text){ text, sizeof("2026-03-02") - 1 });
}

void rules_put_validity(struct buf *b, int32_t from, int32_t to, struct text source)
{
	buf_str(b, ",\"valid_from\":");
	rules_put_day(b, from);
	buf_str(b, ",\"valid_to\":");
	rules_put_day(b, to);
	buf_str(b, ",\"source\":");
	buf_json(b, source);
}
