/*
 * The bytes of JSON text, one token at a time: strict (RFC 8259), no document in memory.
 *
 * A string without escapes is a slice of the body; one with escapes is decoded into the arena.
 * Refused: control characters, \u0000, lone surrogates, depth over 32, anything after the value.
 * The caller has asked utf8_check() about the whole body first. Every function that returns
 * false has set the fault; its text names the byte offset and what was due there, no content.
 */
#ifndef STANDARD_JSON_SCAN_H
#define STANDARD_JSON_SCAN_H

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

enum { JSON_SCAN_DEPTH_MAX = 32 };

struct json_scan {
	struct arena *arena;
	const char *begin, *at, *end;
	int depth;
	struct fault *fault;
};

/* Always false: `due` was due at the place of the cursor. */
bool json_scan_fail(struct json_scan *s, const char *due);

/* Passes over white space; the byte that stands there, 0 at the end. */
static inline char json_scan_peek(struct json_scan *s)
{
	while (s->at < s->end && (*s->at == ' ' || *s->at == '\n' || *s->at == '\r' || *s->at == '\t'))
		s->at++;
	return s->at < s->end ? *s->at : '\0';
}

bool json_scan_string(struct json_scan *s, struct text *out) must_check;
bool json_scan_number(struct json_scan *s, struct text *out, bool *is_integer) must_check;
bool json_scan_skip(struct json_scan *s) must_check; /* any value */
bool json_scan_end(struct json_scan *s) must_check;  /* nothing but white space is left */

/* Gets each member (or item) with the cursor at its value, and must consume exactly that. */
typedef bool json_scan_member_fn(void *arg, struct text name);
typedef bool json_scan_item_fn(void *arg);
bool json_scan_object(struct json_scan *s, json_scan_member_fn *fn, void *arg) must_check;
bool json_scan_array(struct json_scan *s, json_scan_item_fn *fn, void *arg) must_check;

#endif
