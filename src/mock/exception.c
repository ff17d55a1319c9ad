/*
 * Exceptions from how an authority behaves: bound to an order, a declaration or the companies of a message, each for a
 * number of messages. A fault of one trade does not disturb the others.
 */
#include <stdlib.h>

#include "mock/mock.h"

enum { EXCEPTIONS_MAX = 1000, TIMES_MAX = 100000, ARENA_BYTES = 65536, ALL_BYTES = 16 << 20 };

struct mock_exception {
	struct arena arena;
	struct mock_behaviour behaviour;
	int left;                                      /* messages; 0: used up */
	struct text order_no, declaration;             /* absent: any */
	struct text order_json, order_xml, declaration_json; /* as they stand in a message */
	struct text *codes;
	size_t code_count;                             /* 0: any */
	struct mock_exception *next;
};

static bool stands_in(struct text body, struct text what)
{
	return what.at == NULL || memmem(body.at, body.len, what.at, what.len) != NULL;
}

static bool fits(const struct mock_exception *e, struct text body)
{
	bool names_one = e->code_count == 0;

	if (e->order_no.at != NULL && !stands_in(body, e->order_json) && !stands_in(body, e->order_xml))
		return false;
	for (size_t i = 0; i < e->code_count && !names_one; i++)
		names_one = stands_in(body, e->codes[i]);
	return names_one && stands_in(body, e->declaration_json);
}

/* `before` JSON or XML text `after`, as the gateway writes it. */
static struct text mark(struct arena *a, const char *before, struct text value, bool is_json, const char *after)
{
	struct buf b;

	buf_init(&b, a, value.len + 32);
	buf_str(&b, before);
	if (is_json)
		buf_json(&b, value);
	else
		buf_xml(&b, value);
	buf_str(&b, after);
	return buf_as_text(&b);
}

static bool read_codes(struct mock_exception *e, const struct json *codes, bool may_be_empty, struct fault *f)
{
	e->code_count = json_length(codes);
	if (codes != NULL && e->code_count == 0 && !may_be_empty)
		return fault_set(f, FAULT_BAD_JSON, "codes: an array of company codes");
	e->codes = arena_alloc(&e->arena, sizeof(*e->codes) * (e->code_count + 1));
	for (size_t i = 0; e->codes != NULL && i < e->code_count; i++) {
		struct text code = json_text(json_item(codes, i));

		if (code.len == 0)
			return fault_set(f, FAULT_BAD_JSON, "codes: an array of company codes");
		e->codes[i] = text_dup(&e->arena, code);
	}
	return true;
}

static bool read_exception(struct mock_exception *e, const struct json *j, struct fault *f)
{
	const struct json *times = json_member(j, json_member(j, "left") != NULL ? "left" : "times"), *behaviour = json_member(j, "behaviour");
	struct arena *a = &e->arena;
	int64_t left = 1;

	if (times != NULL && (!json_i64(times, &left) || left < 1 || left > TIMES_MAX))
		return fault_set(f, FAULT_BAD_JSON, "times: a number from 1 to %d", TIMES_MAX);
	e->left = (int)left;
	if (behaviour == NULL)
		return fault_set(f, FAULT_BAD_JSON, "behaviour is missing");
	if (!behaviour_set_from(&e->behaviour, behaviour, f) || !read_codes(e, json_member(j, "codes"), json_member(j, "left") != NULL, f))
		return false;
	e->order_no = json_text(json_member(j, "order_no"));
	e->declaration = json_text(json_member(j, "declaration_id"));
	if (e->order_no.at != NULL) {
		e->order_no = text_dup(a, e->order_no);
		e->order_json = mark(a, "\"order_no\":", e->order_no, true, "");
		e->order_xml = mark(a, "orderNo>", e->order_no, false, "<");
	}
	if (e->declaration.at != NULL) {
		e->declaration = text_dup(a, e->declaration);
		e->declaration_json = mark(a, "\"declaration_id\":", e->declaration, true, "");
	}
	return !a->full || fault_set(f, FAULT_TOO_LARGE, "too much for one exception");
}

static void free_one(struct mock_exception *e)
{
	arena_done(&e->arena);
	free(e);
}

static void drop_used(struct mock_authority *m)
{
	struct mock_exception **at = &m->exceptions;

	while (*at != NULL) {
		struct mock_exception *e = *at;

		if (e->left > 0) {
			at = &e->next;
			continue;
		}
		*at = e->next;
		free_one(e);
	}
}

static bool add(struct mock_authority *m, const struct json *j, struct fault *f)
{
	struct mock_exception *e, **tail = &m->exceptions;
	int count = 0;

	drop_used(m);
	for (; *tail != NULL; tail = &(*tail)->next)
		count++;
	e = count < EXCEPTIONS_MAX ? calloc(1, sizeof(*e)) : NULL;
	if (e == NULL)
		return fault_set(f, FAULT_BUSY, "no place for more exceptions");
	arena_init(&e->arena, ARENA_BYTES);
	e->behaviour = m->behaviour;
	if (!read_exception(e, j, f)) {
		free_one(e);
		return false;
	}
	*tail = e;
	return true;
}

bool exception_add(struct mock_authority *m, struct arena *a, struct text json, struct fault *f)
{
	const struct json *j = json_parse(a, json, f);

	return j != NULL && add(m, j, f);
}

bool exception_set_all(struct mock_authority *m, struct text json, struct fault *f)
{
	struct arena a;
	const struct json *items;
	bool good;

	arena_init(&a, ALL_BYTES);
	items = json_member(json_parse(&a, json, f), "items");
	good = items != NULL;
	exception_forget(m);
	for (size_t i = 0; good && i < json_length(items); i++)
		good = add(m, json_item(items, i), f);
	arena_done(&a);
	return good;
}

struct mock_behaviour *exception_behaviour(struct mock_authority *m, struct text body)
{
	drop_used(m);
	for (struct mock_exception *e = m->exceptions; e != NULL; e = e->next) {
		if (!fits(e, body))
			continue;
		e->left--;
		return &e->behaviour;
	}
	return &m->behaviour;
}

bool exception_stands(const struct mock_authority *m, struct text body)
{
	for (const struct mock_exception *e = m->exceptions; e != NULL; e = e->next)
		if (e->left > 0 && fits(e, body))
			return true;
	return false;
}

void exception_put_all(struct buf *b, const struct mock_authority *m)
{
	bool first = true;

	buf_str(b, "{\"items\":[");
	for (const struct mock_exception *e = m->exceptions; e != NULL; e = e->next) {
		if (e->left == 0)
			continue;
		buf_str(b, first ? "{\"left\":" : ",{\"left\":");
		buf_i64(b, e->left);
		buf_str(b, ",\"order_no\":");
		buf_json(b, e->order_no);
		buf_str(b, ",\"declaration_id\":");
		buf_json(b, e->declaration);
		buf_str(b, ",\"codes\":[");
		for (size_t i = 0; i < e->code_count; i++) {
			buf_str(b, i == 0 ? "" : ",");
			buf_json(b, e->codes[i]);
		}
		buf_str(b, "],\"behaviour\":");
		behaviour_put(b, &e->behaviour);
		buf_char(b, '}');
		first = false;
	}
	buf_str(b, "]}");
}

void exception_forget(struct mock_authority *m)
{
	while (m->exceptions != NULL) {
		struct mock_exception *e = m->exceptions;

		m->exceptions = e->next;
		free_one(e);
	}
}
