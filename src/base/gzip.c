/*
 * Gzip by zlib: the output grows by doubling, from a guess of four times the input up to the limit and one byte.
 *
 * That one byte tells a text of exactly the limit from a longer one. zlib checks each member's length and CRC;
 * a member ends only with them, so what is cut short is never taken for whole.
 */
#include "base/gzip.h"

#include <limits.h>
#include <zlib.h>

enum { GZIP_WINDOW_BITS = 15 + 16 /* gzip and nothing else */, GUESS_RATIO = 4, OUT_FIRST_BYTES = 1024 };

struct inflating {
	struct arena *arena;
	struct fault *fault;
	z_stream z;
	size_t left; /* of the input, not given to zlib yet */
	char *out;
	size_t len, size, most; /* most: the limit and one */
};

static bool arena_is_full(struct inflating *g)
{
	return fault_set(g->fault, FAULT_BUSY, "no memory is left for this request");
}

static bool grow(struct inflating *g)
{
	size_t size = g->size > g->most / 2 ? g->most : g->size * 2;
	char *larger = arena_extend(g->arena, g->out, g->size, size);

	if (larger == NULL) {
		larger = arena_alloc(g->arena, size);
		if (larger == NULL)
			return arena_is_full(g);
		memcpy(larger, g->out, g->len);
	}
	g->out = larger;
	g->size = size;
	return true;
}

/* zlib counts in unsigned int, a text in size_t. */
static void give_input(struct inflating *g)
{
	if (g->z.avail_in == 0) {
		g->z.avail_in = g->left > UINT_MAX ? UINT_MAX : (uInt)g->left;
		g->left -= g->z.avail_in;
	}
}

static int inflate_some(struct inflating *g)
{
	size_t room = g->size - g->len;
	uInt given = room > UINT_MAX ? UINT_MAX : (uInt)room;
	int code;

	give_input(g);
	g->z.next_out = (Bytef *)g->out + g->len;
	g->z.avail_out = given;
	code = inflate(&g->z, Z_NO_FLUSH);
	g->len += given - g->z.avail_out;
	return code;
}

static bool refuse(struct inflating *g, int code)
{
	if (code == Z_MEM_ERROR)
		return fault_set(g->fault, FAULT_BUSY, "no memory to inflate the body");
	if (code == Z_BUF_ERROR) /* there was room: so input is what it lacks */
		return fault_set(g->fault, FAULT_BAD_REQUEST, "the gzip body ends too early");
	return fault_set(g->fault, FAULT_BAD_REQUEST, "the body is not gzip, or damaged");
}

static bool inflate_member(struct inflating *g)
{
	for (;;) {
		int code;

		if (g->len == g->size && !grow(g))
			return false;
		code = inflate_some(g);
		if (g->len == g->most)
			return fault_set(g->fault, FAULT_TOO_LARGE, "the body inflates to more than %zu bytes", g->most - 1);
		if (code == Z_STREAM_END)
			return true;
		if (code != Z_OK)
			return refuse(g, code);
	}
}

static bool inflate_members(struct inflating *g)
{
	do {
		if (inflateReset(&g->z) != Z_OK)
			return refuse(g, Z_DATA_ERROR);
		if (!inflate_member(g))
			return false;
	} while (g->z.avail_in > 0 || g->left > 0); /* whatever follows a member must be one more */
	return true;
}

bool gzip_inflate(struct arena *a, struct text in, size_t limit_bytes, struct text *out, struct fault *f)
{
	struct inflating g = { .arena = a, .fault = f, .left = in.len };
	bool is_done;

	g.most = limit_bytes < SIZE_MAX ? limit_bytes + 1 : SIZE_MAX;
	g.size = in.len > SIZE_MAX / GUESS_RATIO ? in.len : in.len * GUESS_RATIO;
	if (g.size < OUT_FIRST_BYTES)
		g.size = OUT_FIRST_BYTES;
	if (g.size > g.most)
		g.size = g.most;
	g.out = arena_alloc(a, g.size);
	if (g.out == NULL)
		return arena_is_full(&g);
	g.z.next_in = (z_const Bytef *)in.at;
	if (inflateInit2(&g.z, GZIP_WINDOW_BITS) != Z_OK)
		return refuse(&g, Z_MEM_ERROR);
	is_done = inflate_members(&g);
	(void)inflateEnd(&g.z);
	if (is_done)
		*out = (struct text){ g.out, g.len };
	return is_done;
}
