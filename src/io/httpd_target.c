/*
 * Reading a request's headers, query and path segments.
 *
 * Percent escapes are decoded here and nowhere else; '+' stands for itself.
 * The guard has already refused targets with broken escapes or %00.
 */
#include "io/httpd_priv.h"

#include <netinet/in.h>

struct text httpd_header(const struct http_req *r, const char *name)
{
	const char *value = NULL;
	size_t len = 0;

	if (MHD_lookup_connection_value_n(r->exchange->mhd, MHD_HEADER_KIND, name, strlen(name), &value, &len) == MHD_NO)
		return (struct text){ NULL, 0 };
	return value == NULL ? TEXT("") : (struct text){ value, len };
}

struct text httpd_peer(const struct http_req *r)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->exchange->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
	const struct sockaddr *address = info == NULL ? NULL : info->client_addr;

	if (address != NULL && address->sa_family == AF_INET)
		return (struct text){ (const char *)&((const struct sockaddr_in *)address)->sin_addr, sizeof(struct in_addr) };
	if (address != NULL && address->sa_family == AF_INET6)
		return (struct text){ (const char *)&((const struct sockaddr_in6 *)address)->sin6_addr, sizeof(struct in6_addr) };
	return (struct text){ NULL, 0 };
}

bool httpd_peer_is_in(const struct http_req *r, const struct address_list *l)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(r->exchange->mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	return info != NULL && info->client_addr != NULL && address_list_has(l, info->client_addr);
}

bool httpd_is_tls(const struct http_req *r)
{
	return r->exchange->httpd->tls != NULL;
}

struct join {
	struct arena *arena;
	struct text name, first;
	struct buf b; /* once there are two */
	int count;
};

static enum MHD_Result join_one(void *cls, enum MHD_ValueKind kind, const char *name, size_t name_len, const char *value, size_t value_len)
{
	struct join *j = cls;
	struct text one = text_trim((struct text){ value == NULL ? "" : value, value_len });

	(void)kind;
	if (!text_eq_nocase((struct text){ name, name_len }, j->name))
		return MHD_YES;
	if (j->count++ == 0) {
		j->first = one;
		return MHD_YES;
	}
	if (j->count == 2) {
		buf_init(&j->b, j->arena, j->first.len + one.len + 8);
		buf_text(&j->b, j->first);
	}
	buf_str(&j->b, ", ");
	buf_text(&j->b, one);
	return MHD_YES;
}

struct text httpd_header_joined(struct http_req *r, struct text name)
{
	struct join j = { .arena = &r->arena, .name = name };

	(void)MHD_get_connection_values_n(r->exchange->mhd, MHD_HEADER_KIND, join_one, &j);
	if (j.count < 2)
		return j.first;
	return j.b.full ? (struct text){ NULL, 0 } : buf_as_text(&j.b);
}

/* Takes the next name=value off the query; false at its end. */
static bool next_pair(struct text *query, struct text *name, struct text *value)
{
	struct text pair;
	const char *end, *equals;

	do {
		if (query->len == 0)
			return false;
		end = memchr(query->at, '&', query->len);
		pair = (struct text){ query->at, end == NULL ? query->len : (size_t)(end - query->at) };
		query->at += pair.len + (end != NULL);
		query->len -= pair.len + (end != NULL);
	} while (pair.len == 0);
	equals = memchr(pair.at, '=', pair.len);
	*name = pair;
	*value = TEXT("");
	if (equals != NULL) {
		name->len = (size_t)(equals - pair.at);
		*value = (struct text){ equals + 1, pair.len - name->len - 1 };
	}
	return true;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* False: a bad escape, %00, or the arena is full. Text without escapes is not copied. */
static bool percent_decode(struct arena *a, struct text raw, struct text *out)
{
	size_t len = 0;
	char *to;

	*out = raw;
	if (raw.len == 0 || memchr(raw.at, '%', raw.len) == NULL)
		return true;
	to = arena_alloc(a, raw.len + 1);
	if (to == NULL)
		return false;
	for (size_t i = 0; i < raw.len; i++) {
		int high, low;

		if (raw.at[i] != '%') {
			to[len++] = raw.at[i];
			continue;
		}
		high = raw.len - i < 3 ? -1 : hex_value(raw.at[i + 1]);
		low = high < 0 ? -1 : hex_value(raw.at[i + 2]);
		if (low < 0 || (high == 0 && low == 0))
			return false;
		to[len++] = (char)(high << 4 | low);
		i += 2;
	}
	to[len] = '\0';
	*out = (struct text){ to, len };
	return true;
}

struct text httpd_query(struct http_req *r, const char *name)
{
	struct text query = r->query, found, value;

	while (next_pair(&query, &found, &value))
		if (text_is(found, name) && percent_decode(&r->arena, value, &value))
			return value;
	return (struct text){ NULL, 0 };
}

bool httpd_query_names_ok(struct http_req *r, const char *const *allowed, int count, struct text *stranger)
{
	struct text query = r->query, value;

	while (next_pair(&query, stranger, &value)) {
		bool known = false;

		for (int i = 0; i < count && !known; i++)
			known = text_is(*stranger, allowed[i]);
		if (!known)
			return false;
	}
	*stranger = (struct text){ NULL, 0 };
	return true;
}

bool httpd_decode(struct http_req *r, struct text raw, struct text *out)
{
	if (!percent_decode(&r->arena, raw, out))
		return false;
	return out->at == raw.at || memchr(out->at, '/', out->len) == NULL;
}
