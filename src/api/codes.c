/*
 * GET /v1/standard/codes: the code lists in force, from memory.
 *
 * Everybody may read them and keep what was read: the entity tag names the revision of the rules and the day, so that
 * who asks again learns at once whether anything changed. Names come in both languages.
 */
#include "api/handlers.h"
#include "api/page.h"
#include "api/rules.h"
#include "model/code_search.h"

enum { SOURCES_MAX = 8 };

/* --- which lists there are ------------------------------------------------------------------------------------------- */

struct list_facts {
	int count; /* rows in force */
	struct text sources[SOURCES_MAX];
	int source_count;
};

static void add_source(struct list_facts *l, struct text source)
{
	for (int i = 0; i < l->source_count; i++)
		if (text_eq(l->sources[i], source))
			return;
	if (l->source_count < SOURCES_MAX)
		l->sources[l->source_count++] = source;
}

static struct list_facts facts_of(const struct codebook *book, enum code_list list, int32_t day)
{
	struct list_facts l = { .count = 0 };
	int count;
	const struct code_row *rows = codebook_list(book, list, &count);

	for (int i = 0; i < count; i++) {
		if (!code_row_is_valid(&rows[i], day))
			continue;
		l.count++;
		add_source(&l, rows[i].source);
	}
	return l;
}

static void put_list(struct buf *b, enum code_list list, const struct list_facts *l)
{
	buf_printf(b, "{\"list\":\"%s\",\"title_zh\":\"%s\",\"title_en\":\"%s\",\"count\":%d,\"sources\":[", code_list_name(list),
	           code_list_title(list, true), code_list_title(list, false), l->count);
	for (int i = 0; i < l->source_count; i++) {
		buf_str(b, i == 0 ? "" : ",");
		buf_json(b, l->sources[i]);
	}
	buf_printf(b, "],\"codes\":\"/v1/standard/codes/%s\"}", code_list_name(list));
}

enum step standard_codes(struct req *r)
{
	int32_t today = clock_day(r->now_us);
	bool unchanged, first = true;
	const struct codebook *book = rules_kept(r, today, &unchanged);
	struct buf b;

	if (book == NULL)
		return rules_not_read(r);
	if (unchanged)
		return reply_empty(r, 304);
	buf_init(&b, r->arena, 8192);
	buf_str(&b, "{\"items\":[");
	for (int l = 0; l < CODE_LIST_COUNT; l++) {
		struct list_facts facts;

		if (!code_list_is_kept((enum code_list)l))
			continue;
		facts = facts_of(book, (enum code_list)l, today);
		buf_str(&b, first ? "" : ",");
		put_list(&b, (enum code_list)l, &facts);
		first = false;
	}
	buf_str(&b, "]}");
	return reply_json(r, 200, &b);
}

/* --- one list -------------------------------------------------------------------------------------------------------- */

static void put_words(struct buf *b, struct text words)
{
	const char *comma = "";
	struct text word;

	while (text_next(&words, ' ', &word)) {
		buf_str(b, comma);
		buf_json(b, word);
		comma = ",";
	}
}

static void put_row(struct buf *b, const struct code_row *row)
{
	buf_str(b, "{\"code\":");
	buf_json(b, row->code);
	buf_str(b, ",\"name_zh\":");
	buf_json(b, row->name_zh);
	buf_str(b, ",\"name_en\":");
	buf_json(b, row->name_en);
	buf_str(b, ",\"iso\":[");
	put_words(b, row->iso);
	buf_char(b, ']');
	rules_put_validity(b, row->valid_from, row->valid_to, row->source);
	buf_char(b, '}');
}

/* A page ends at a code and its first day: neither moves when rows are added or closed. */
static void resume(const struct page *page, struct code_search *s)
{
	if (!page->has_after)
		return;
	s->after_code = (struct text){ (const char *)page->after.id.b, strnlen((const char *)page->after.id.b, sizeof(page->after.id.b)) };
	s->after_from = page->after.serial;
}

static struct cursor cursor_at(const struct code_row *row)
{
	struct cursor c = { .serial = row->valid_from };

	memcpy(c.id.b, row->code.at, row->code.len < sizeof(c.id.b) ? row->code.len : sizeof(c.id.b));
	return c;
}

static bool read_search(struct req *r, struct page *page, struct code_search *s, struct fault *f)
{
	if (!rules_day(r, &s->day, f) || !page_read(r, page, f))
		return false;
	s->code = httpd_query(r->http, "code");
	s->words = text_trim(httpd_query(r->http, "q"));
	resume(page, s);
	return true;
}

static enum step put_page(struct req *r, const struct codebook *book, const struct page *page, const struct code_search *s)
{
	const struct code_row **found = arena_alloc(r->arena, sizeof(struct code_row *) * (size_t)page->limit);
	struct buf b;
	bool more;
	int count;

	if (found == NULL)
		return reply_fault(r, FAULT_BUSY, "the page is larger than the memory of a request");
	count = code_search(book, s, found, page->limit, &more);
	buf_init(&b, r->arena, 256 + 256 * (size_t)count);
	buf_printf(&b, "{\"list\":\"%s\",\"title_zh\":\"%s\",\"title_en\":\"%s\",\"on\":", code_list_name(s->list),
	           code_list_title(s->list, true), code_list_title(s->list, false));
	rules_put_day(&b, s->day);
	buf_str(&b, ",\"items\":[");
	for (int i = 0; i < count; i++) {
		buf_str(&b, i == 0 ? "" : ",");
		put_row(&b, found[i]);
	}
	buf_char(&b, ']');
	if (more) {
		struct cursor last = cursor_at(found[count - 1]);

		page_put_next(r, &b, &last);
	}
	buf_char(&b, '}');
	return reply_json(r, 200, &b);
}

enum step standard_code_list(struct req *r)
{
	struct page *page = arena_zalloc(r->arena, sizeof(*page));
	struct code_search s = { .day = 0 };
	const struct codebook *book;
	struct fault f = { 0 };
	bool unchanged;

	if (page == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!code_list_by_name(r->captures[0], &s.list))
		return reply_fault(r, FAULT_NOT_FOUND, "the standard has no such list; see /v1/standard/codes");
	if (!read_search(r, page, &s, &f))
		return reply_problem(r, &f);
	book = rules_kept(r, s.day, &unchanged);
	if (book == NULL)
		return rules_not_read(r);
	return unchanged ? reply_empty(r, 304) : put_page(r, book, page, &s);
}
