/* Lists in pages: limit and cursor in, items and the next cursor out; and reading of query parameters. */
#ifndef API_PAGE_H
#define API_PAGE_H

#include "api/args.h"
#include "api/cursor.h"
#include "api/req.h"

/* Where a list that is asked for without a beginning or an end begins and ends: 1970, and the year 9999. */
#define PAGE_FIRST_US 0
#define PAGE_LAST_US  (INT64_C(253402214400) * US_PER_S)

struct page {
	int limit;
	bool has_after;
	struct cursor after;
	struct text filters; /* what the cursor is bound to: route, caller, other parameters */
};

/* How many items the caller wants; false with *f set: not a number that may be asked for. */
bool page_limit(struct req *r, int *out, struct fault *f) must_check;
/* What the caller wants of a list; it is r->own from now on. NULL with *f set: limit or cursor is not acceptable, or the arena is full. */
const struct page *page_begin(struct req *r, struct fault *f) must_check;
/* The same into a page that is part of the resource's own state, which then is r->own. */
bool page_read(struct req *r, struct page *p, struct fault *f) must_check;
/* Where a list begins that shows the newest first, or goes on. */
struct cursor page_newest(const struct page *p);
/* The same as three parameters: time, id, how many. */
void page_args(struct args *q, const struct page *p);
/* Behind the items of an answer made here: ,"next":"…", and the Link header. */
void page_put_next(struct req *r, struct buf *b, const struct cursor *last);
/* Columns: items (JSON), then sort key, id and serial of the last item when more follow (else null). */
enum step page_reply(struct req *r, const struct db_answer *a) must_check;
/* The header Link to the page that the cursor begins. */
void page_link(struct req *r, struct text cursor);

/* A time (RFC 3339) or a day; absent: *out is left. False with *f naming the parameter. */
bool page_time(struct req *r, const char *name, int64_t *out, struct fault *f) must_check;
/* A query parameter that is a day, as a day number; absent: *out is left. */
bool page_day(struct req *r, const char *name, int32_t *out, struct fault *f) must_check;

#endif
