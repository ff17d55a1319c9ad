/*
 * Gzip by zlib: the output begins as large as the last member says it is, and grows by doubling up to the limit and one byte.
 *
 * That one byte tells a text of exactly the limit from a longer one. zlib checks each member's length and CRC;
 * a member ends only with them, so what is cut short is never taken for whole.
 */
#include "base/gzip.h"

#include <endian.h>
#include <limits.h>
#include <zlib.h>

enum { GZIP_WINDOW_BITS = 15 + 16 /* gzip and nothing else */, OUT_FIRST_BYTES = 1024, MEMBERS_A_STEP = 256 };

struct gzip {
	struct arena *arena;
	z_stream z;
	size_t left; /* of the input, not given to zlib yet */
	char *out;
	size_t len, size, most; /* most: the limit and one */
};

static bool arena_is_full(struct fault *f)
{
	return fault_set(f, FAULT_BUSY, "no memory is left for this request");
}

static bool grow(struct gzip *g, struct fault *f)
{
	size_t size = g->size > g->most / 2 ? g->most : g->size * 2;
	char *larger = arena_extend(g->arena, g->out, g->size, size);

	if (larger == NULL) {
		larger = arena_alloc(g->arena, size);
		if (larger == NULL)
			return arena_is_full(f);
		memcpy(larger, g->out, g->len);
	}
	g->out = larger;
	g->size = size;
	return true;
}

/* zlib counts in unsigned int, a text in size_t. */
static void give_input(struct gzip *g)
{
	if (g->z.avail_in == 0) {
		g->z.avail_in = g->left > UINT_MAX ? UINT_MAX : (uInt)g->left;
		g->left -= g->z.avail_in;
	}
}

static int inflate_some(struct gzip *g, size_t room)
{
	uInt given;
	int code;

	if (room > g->size - g->len)
		room = g->size - g->len;
	given = room > UINT_MAX ? UINT_MAX : (uInt)room;
	give_input(g);
	g->z.next_out = (Bytef *)g->out + g->len;
	g->z.avail_out = given;
	code = inflate(&g->z, Z_NO_FLUSH);
	g->len += given - g->z.avail_out;
	return code;
}

static enum gzip_progress refuse(int code, struct fault *f)
{
	if (code == Z_MEM_ERROR)
		(void)fault_set(f, FAULT_BUSY, "no memory to inflate the body");
	else if (code == Z_BUF_ERROR) /* there was room: so input is what it lacks */
		(void)fault_set(f, FAULT_BAD_REQUEST, "the gzip body ends too early");
	else
		(void)fault_set(f, FAULT_BAD_REQUEST, "the body is not gzip, or damaged");
	return GZIP_FAILED;
}

/* A member has ended: whatever follows it must be one more. */
static bool has_ended(const struct gzip *g)
{
	return g->z.avail_in == 0 && g->left == 0;
}

enum gzip_progress gzip_go_on(struct gzip *g, size_t bytes, struct text *out, struct fault *f)
{
	size_t until = bytes < g->most - g->len ? g->len + bytes : g->most;

	for (int members = 0; g->len < until && members < MEMBERS_A_STEP; ) {
		int code;

		if (g->len == g->size && !grow(g, f))
			return GZIP_FAILED;
		code = inflate_some(g, until - g->len);
		if (g->len == g->most) {
			(void)fault_set(f, FAULT_TOO_LARGE, "the body inflates to more than %zu bytes", g->most - 1);
			return GZIP_FAILED;
		}
		if (code == Z_STREAM_END && has_ended(g)) {
			*out = (struct text){ g->out, g->len };
			return GZIP_DONE;
		}
		if (code == Z_STREAM_END) {
			code = inflateReset(&g->z);
			members++;
		}
		if (code != Z_OK)
			return refuse(code, f);
	}
	return GZIP_MORE;
}

/* Of one member, which is the rule, the last four bytes are its length modulo 2^32. Should they lie, it is only room. */
static size_t first_size(struct text in, size_t most)
{
	size_t size = in.len;
	uint32_t told = 0;

	if (in.len >= sizeof(told)) {
		memcpy(&told, in.at + in.len - sizeof(told), sizeof(told));
		told = le32toh(told);
	}
	if (size <= told)
		size = (size_t)told + 1;
	if (size < OUT_FIRST_BYTES)
		size = OUT_FIRST_BYTES;
	return size < most ? size : most;
}

static void end_inflating(void *z)
{
	(void)inflateEnd(z);
}

struct gzip *gzip_begin(struct arena *a, struct text in, size_t limit_bytes, struct fault *f)
{
	struct gzip *g = arena_zalloc(a, sizeof(*g));

	if (g == NULL) {
		(void)arena_is_full(f);
		return NULL;
	}
	g->arena = a;
	g->left = in.len;
	g->most = limit_bytes < SIZE_MAX ? limit_bytes + 1 : SIZE_MAX;
	g->size = first_size(in, g->most);
	g->z.next_in = (z_const Bytef *)in.at;
	if (inflateInit2(&g->z, GZIP_WINDOW_BITS) != Z_OK) {
		(void)refuse(Z_MEM_ERROR, f);
		return NULL;
	}
	if (!arena_defer(a, end_inflating, &g->z)) {
		end_inflating(&g->z);
		(void)arena_is_full(f);
		return NULL;
	}
	g->out = arena_alloc(a, g->size);
	if (g->out == NULL) {
		(void)arena_is_full(f);
		return NULL;
	}
	return g;
}

bool gzip_inflate(struct arena *a, struct text in, size_t limit_bytes, struct text *out, struct fault *f)
{
	struct gzip *g = gzip_begin(a, in, limit_bytes, f);
	enum gzip_progress progress = g == NULL ? GZIP_FAILED : GZIP_MORE;

	while (progress == GZIP_MORE)
		progress = gzip_go_on(g, SIZE_MAX, out, f);
	return progress == GZIP_DONE;
}
