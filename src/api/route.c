/*
 * Finding a route: a path's {…} takes one whole segment; nothing else is special.
 */
#include "api/route.h"

#include <assert.h>
#include <stdlib.h>

static bool path_matches(const char *at, struct text path, struct text captures[REQ_CAPTURES])
{
	size_t i = 0;
	int count = 0;

	while (*at != '\0') {
		size_t from = i;

		if (*at != '{') {
			if (i == path.len || path.at[i++] != *at++)
				return false;
			continue;
		}
		while (i < path.len && path.at[i] != '/')
			i++;
		if (i == from)
			return false;
		assert(count < REQ_CAPTURES);
		captures[count++] = (struct text){ path.at + from, i - from };
		at = strchr(at, '}') + 1;
	}
	return i == path.len;
}

void route_find(const struct route_table *t, struct text method, struct text path, struct route_match *out)
{
	if (text_is(method, "HEAD"))
		method = TEXT("GET");
	*out = (struct route_match){ 0 };
	for (int i = 0; i < t->count; i++) {
		const struct route *route = &t->list[i];
		struct text captures[REQ_CAPTURES] = { { NULL, 0 } };

		if (!path_matches(route->path, path, captures))
			continue;
		out->path_known = true;
		if (!text_is(method, route->method))
			continue;
		out->route = route;
		memcpy(out->captures, captures, sizeof(captures));
		return;
	}
}

void route_put_allow(const struct route_table *t, struct buf *b, struct text path)
{
	static const char *const methods[] = { "POST", "PUT", "PATCH", "DELETE" };
	struct route_match match;

	route_find(t, TEXT("GET"), path, &match);
	buf_str(b, match.route != NULL ? "GET, HEAD, OPTIONS" : "OPTIONS");
	for (size_t i = 0; i < COUNTOF(methods); i++) {
		route_find(t, text_of(methods[i]), path, &match);
		if (match.route != NULL)
			buf_printf(b, ", %s", methods[i]);
	}
}

static int add_status(int out[ROUTE_STATUSES_MAX], int count, int status)
{
	int place = count;

	for (int i = 0; i < count; i++)
		if (out[i] == status)
			return count;
	assert(count < ROUTE_STATUSES_MAX);
	while (place > 0 && out[place - 1] > status) {
		out[place] = out[place - 1];
		place--;
	}
	out[place] = status;
	return count + 1;
}

int route_statuses(const struct route *route, int out[ROUTE_STATUSES_MAX])
{
	static const int always[] = { 400, 406, 408, 413, 500, 503 };
	int count = 0;
	char *end;

	if (strstr(route->statuses, "202") == NULL)
		count = add_status(out, count, 200);
	for (const char *at = route->statuses; *at != '\0'; at = *end == ' ' ? end + 1 : end)
		count = add_status(out, count, (int)strtol(at, &end, 10));
	for (size_t i = 0; i < COUNTOF(always); i++)
		count = add_status(out, count, always[i]);
	if (route->roles != ROLES_NONE) {
		count = add_status(out, count, 401);
		count = add_status(out, count, 403);
	}
	if (route->body != ROUTE_BODY_NONE)
		count = add_status(out, count, 415);
	return count;
}
