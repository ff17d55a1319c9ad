/*
 * JSON for everything that is not on the hot path: request bodies of the small
 * resources, tools. jansson is behind this: duplicate keys are refused, depth is at
 * most JSON_DEPTH_MAX, one value and nothing after it.
 * Filings and answers are read with standard/json_scan instead.
 */
#ifndef BASE_JSON_H
#define BASE_JSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/fault.h"
#include "base/text.h"

#define JSON_DEPTH_MAX 32

struct json; /* a borrowed value inside a parsed document */

/* The document is tied to the arena. NULL with *f = FAULT_BAD_JSON (or BUSY: arena full). */
const struct json *json_parse(struct arena *a, struct text body, struct fault *f) must_check;

bool json_is_object(const struct json *j); /* all of these take NULL */
bool json_is_array(const struct json *j);
bool json_is_null(const struct json *j);
const struct json *json_member(const struct json *object, const char *name); /* NULL: absent */
size_t json_length(const struct json *array);
const struct json *json_item(const struct json *array, size_t i);
struct text json_text(const struct json *string);  /* at == NULL when it is no string */
bool json_i64(const struct json *integer, int64_t *out) must_check;
bool json_bool(const struct json *boolean, bool *out) must_check;
/* Calls fn for every member of an object until it returns false. */
typedef bool json_member_fn(void *arg, struct text name, const struct json *value);
void json_each(const struct json *object, json_member_fn *fn, void *arg);
/* The same of what must be an object, each member of it good. False: *f says what is not. */
bool json_take(const struct json *j, json_member_fn *fn, void *arg, struct fault *f) must_check;

#endif
