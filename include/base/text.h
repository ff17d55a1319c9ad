/*
 * Text as a slice, and a text that grows inside an arena.
 *
 * A slice is borrowed: it lives as long as the bytes it points into and need
 * not end in NUL. A buf grows in its arena up to the arena's limit; beyond it
 * the buf is marked full, further puts do nothing, and the owner checks once.
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "base/arena.h"
#include "base/attr.h"

struct text {
	const char *at; /* NULL: absent */
	size_t len;
};

#define TEXT(literal) ((struct text){ "" literal, sizeof(literal) - 1 })
#define TEXT_FMT      "%.*s"
#define TEXT_ARG(t)   (int)(t).len, ((t).at == NULL ? "" : (t).at)

static inline struct text text_of(const char *s)
{
	return (struct text){ s, s == NULL ? 0 : strlen(s) };
}

static inline bool text_eq(struct text a, struct text b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.at, b.at, a.len) == 0);
}

static inline bool text_is(struct text a, const char *s)
{
	return text_eq(a, text_of(s));
}

bool text_eq_nocase(struct text a, struct text b);   /* ASCII only */
int text_order(struct text a, struct text b);        /* by bytes: below 0, 0, above 0 */
bool text_starts(struct text a, const char *prefix);
struct text text_trim(struct text a);                /* ASCII white space at both ends */
/* Takes what stands before the next mark off rest, and the mark; false: nothing is left. "a,,b" has three parts, "a," one. */
bool text_next(struct text *rest, char mark, struct text *part) must_check;
bool text_is_among(struct text list, char mark, struct text one); /* one of its parts, as text_next() takes them */
bool text_has_nocase(struct text a, struct text part); /* ASCII only; an empty part is in every text */
struct text text_dup(struct arena *a, struct text t) must_check; /* at == NULL: arena full */
bool text_to_i64(struct text t, int64_t *out) must_check; /* whole text, decimal, optional '-' */
/* Characters (code points) in valid UTF-8; -1 when the bytes are not valid UTF-8. */
long text_utf8_length(struct text t);

struct buf {
	struct arena *arena;
	char *at; /* always NUL-terminated unless full from the start */
	size_t len, size;
	bool full;
};

void buf_init(struct buf *b, struct arena *arena, size_t expect_bytes);
void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_text(struct buf *b, struct text t);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_i64(struct buf *b, int64_t n);
void buf_printf(struct buf *b, const char *fmt, ...) printf_like(2, 3);
void buf_json(struct buf *b, struct text t);   /* a JSON string with its quotes; absent: null */
void buf_xml(struct buf *b, struct text t);    /* XML 1.0 character data for content and attributes; what XML cannot hold (controls) becomes U+FFFD */
/* The same for element content, as the canonical form of XML (C14N 1.0) has it: quotes, tabs and line feeds stay. */
void buf_xml_text(struct buf *b, struct text t);
void buf_hex(struct buf *b, const void *bytes, size_t len);
void buf_base64(struct buf *b, const void *bytes, size_t len); /* padded */
void buf_base64url(struct buf *b, const void *bytes, size_t len); /* without padding */

static inline struct text buf_as_text(const struct buf *b)
{
	return (struct text){ b->at, b->len };
}

/* Decoders: return the number of bytes written, -1 on bad input or when out is too small. */
long hex_decode(struct text t, void *out, size_t size) must_check;
long base64_decode(struct text t, void *out, size_t size) must_check; /* both alphabets, padding optional, unused bits zero */

#endif
