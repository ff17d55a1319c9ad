/*
 * jansson behind our own names.
 *
 * Depth is measured before parsing, because jansson's own limit of 2048 is recursion. Its error texts quote
 * the input, which may be personal data: the fault says what and where in words of our own.
 * The tree lives on the heap at about ten times the body's size: the body's own limit bounds it.
 */
#include <jansson.h>

/* macros of jansson that have the names of our functions */
#undef json_is_object
#undef json_is_array
#undef json_is_null

#include "base/json.h"

static json_t *inside(const struct json *j)
{
	return (json_t *)(uintptr_t)j; /* jansson's readers take no const */
}

static bool is_of(const struct json *j, json_type type)
{
	return j != NULL && json_typeof(inside(j)) == type;
}

/* The deepest nesting of brackets outside strings, as far as it can be told without parsing. */
static bool is_too_deep(struct text t)
{
	bool in_string = false;
	int depth = 0;

	for (size_t i = 0; i < t.len; i++) {
		char c = t.at[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
		} else if (c == '"') {
			in_string = true;
		} else if (c == '{' || c == '[') {
			if (++depth > JSON_DEPTH_MAX)
				return true;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return false;
}

static const char *reason(enum json_error_code code)
{
	switch (code) {
	case json_error_premature_end_of_input:
		return "it ends too early";
	case json_error_end_of_input_expected:
		return "something follows after the value";
	case json_error_invalid_utf8:
		return "it is not valid UTF-8";
	case json_error_duplicate_key:
		return "an object has the same member twice";
	case json_error_numeric_overflow:
		return "a number is too large";
	case json_error_null_character:
	case json_error_null_byte_in_key:
		return "a string holds the character U+0000";
	default:
		return "the syntax is wrong";
	}
}

static void release(void *document)
{
	json_decref(document);
}

const struct json *json_parse(struct arena *a, struct text body, struct fault *f)
{
	json_error_t error;
	json_t *document;

	if (is_too_deep(body)) {
		(void)fault_set(f, FAULT_BAD_JSON, "nested deeper than %d levels", JSON_DEPTH_MAX);
		return NULL;
	}
	document = json_loadb(body.len == 0 ? "" : body.at, body.len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
	if (document == NULL && json_error_code(&error) == json_error_out_of_memory) {
		(void)fault_set(f, FAULT_BUSY, "no memory for the body");
		return NULL;
	}
	if (document == NULL) {
		(void)fault_set(f, FAULT_BAD_JSON, "line %d, column %d: %s", error.line, error.column,
		                reason(json_error_code(&error)));
		return NULL;
	}
	if (!arena_defer(a, release, document)) {
		json_decref(document);
		(void)fault_set(f, FAULT_BUSY, "no memory for the body");
		return NULL;
	}
	return (const struct json *)document;
}

bool json_is_object(const struct json *j)
{
	return is_of(j, JSON_OBJECT);
}

bool json_is_array(const struct json *j)
{
	return is_of(j, JSON_ARRAY);
}

bool json_is_null(const struct json *j)
{
	return is_of(j, JSON_NULL);
}

const struct json *json_member(const struct json *object, const char *name)
{
	return is_of(object, JSON_OBJECT) ? (const struct json *)json_object_get(inside(object), name) : NULL;
}

size_t json_length(const struct json *array)
{
	return is_of(array, JSON_ARRAY) ? json_array_size(inside(array)) : 0;
}

const struct json *json_item(const struct json *array, size_t i)
{
	return is_of(array, JSON_ARRAY) ? (const struct json *)json_array_get(inside(array), i) : NULL;
}

struct text json_text(const struct json *string)
{
	if (!is_of(string, JSON_STRING))
		return (struct text){ NULL, 0 };
	return (struct text){ json_string_value(inside(string)), json_string_length(inside(string)) };
}

bool json_i64(const struct json *integer, int64_t *out)
{
	if (!is_of(integer, JSON_INTEGER))
		return false;
	*out = json_integer_value(inside(integer));
	return true;
}

bool json_bool(const struct json *boolean, bool *out)
{
	if (!is_of(boolean, JSON_TRUE) && !is_of(boolean, JSON_FALSE))
		return false;
	*out = is_of(boolean, JSON_TRUE);
	return true;
}

void json_each(const struct json *object, json_member_fn *fn, void *arg)
{
	json_t *o = is_of(object, JSON_OBJECT) ? inside(object) : NULL;

	for (void *at = json_object_iter(o); at != NULL; at = json_object_iter_next(o, at)) {
		struct text name = { json_object_iter_key(at), json_object_iter_key_len(at) };

		if (!fn(arg, name, (const struct json *)json_object_iter_value(at)))
			return;
	}
}

bool json_take(const struct json *j, json_member_fn *fn, void *arg, struct fault *f)
{
	if (!json_is_object(j))
		return fault_set(f, FAULT_BAD_JSON, "an object is expected");
	json_each(j, fn, arg);
	return f->code == FAULT_NONE;
}
