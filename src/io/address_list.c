/* Reading and searching a short list of networks; every address is compared as 16 bytes of IPv6. */
#include "io/address_list.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

enum { V6_BYTES = 16, V4_BYTES = 4, V4_OFFSET = V6_BYTES - V4_BYTES };

static const struct address_block loopback[] = {
	{ { [10] = 0xff, [11] = 0xff, [12] = 127 }, 8 * V4_OFFSET + 8 }, /* 127.0.0.0/8 */
	{ { [15] = 1 }, 8 * V6_BYTES },                                  /* ::1 */
};

static void put_v4(const void *v4, uint8_t out[V6_BYTES])
{
	memset(out, 0, V4_OFFSET);
	out[V4_OFFSET - 2] = out[V4_OFFSET - 1] = 0xff;
	memcpy(out + V4_OFFSET, v4, V4_BYTES);
}

/* False: no address of the internet. */
static bool bytes_of(const struct sockaddr *peer, uint8_t out[V6_BYTES])
{
	if (peer->sa_family == AF_INET)
		put_v4(&((const struct sockaddr_in *)(const void *)peer)->sin_addr, out);
	else if (peer->sa_family == AF_INET6)
		memcpy(out, &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr, V6_BYTES);
	else
		return false;
	return true;
}

static bool read_bits(struct text digits, int most, int *out)
{
	int64_t bits;

	if (!text_to_i64(digits, &bits) || bits < 0 || bits > most)
		return false;
	*out = (int)bits;
	return true;
}

/* "address" or "address/bits". */
static bool read_block(struct text word, struct address_block *out)
{
	const char *slash = memchr(word.at, '/', word.len);
	size_t len = slash == NULL ? word.len : (size_t)(slash - word.at);
	struct text digits = { slash == NULL ? "" : slash + 1, slash == NULL ? 0 : word.len - len - 1 };
	char address[INET6_ADDRSTRLEN];
	struct in_addr v4;

	if (len >= sizeof(address))
		return false;
	memcpy(address, word.at, len);
	address[len] = '\0';
	out->bits = 8 * V6_BYTES;
	if (inet_pton(AF_INET, address, &v4) == 1) {
		put_v4(&v4, out->prefix);
		if (slash != NULL && !read_bits(digits, 8 * V4_BYTES, &out->bits))
			return false;
		out->bits += slash == NULL ? 0 : 8 * V4_OFFSET;
		return true;
	}
	return inet_pton(AF_INET6, address, out->prefix) == 1 && (slash == NULL || read_bits(digits, 8 * V6_BYTES, &out->bits));
}

bool address_list_read(struct text words, struct address_list *out, struct fault *f)
{
	struct text word;

	*out = (struct address_list){ .count = 0 };
	while (text_next(&words, ' ', &word)) {
		word = text_trim(word);
		if (word.len == 0)
			continue;
		if (text_is(word, "unix")) {
			out->has_unix = true;
			continue;
		}
		if (out->count == ADDRESS_LIST_MAX)
			return fault_set(f, FAULT_CONFIG, "more than %d addresses", ADDRESS_LIST_MAX);
		if (!read_block(word, &out->blocks[out->count++]))
			return fault_set(f, FAULT_CONFIG, TEXT_FMT " is no address, no network and not unix", TEXT_ARG(word));
	}
	return true;
}

static bool is_in_any(const struct sockaddr *peer, const struct address_block *blocks, int count)
{
	uint8_t bytes[V6_BYTES];

	if (!bytes_of(peer, bytes))
		return false;
	for (int i = 0; i < count; i++)
		if (address_in_block(bytes, &blocks[i]))
			return true;
	return false;
}

bool address_list_has(const struct address_list *l, const struct sockaddr *peer)
{
	return peer->sa_family == AF_UNIX ? l->has_unix : is_in_any(peer, l->blocks, l->count);
}

bool address_is_local(const struct sockaddr *peer)
{
	return peer->sa_family == AF_UNIX || is_in_any(peer, loopback, (int)COUNTOF(loopback));
}
