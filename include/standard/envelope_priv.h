/* What src/standard/envelope*.c share; nobody else includes it: envelope ─► envelope_dxp, envelope_relay ─► envelope_part. */
#ifndef STANDARD_ENVELOPE_PRIV_H
#define STANDARD_ENVELOPE_PRIV_H

#include "standard/envelope.h"

enum { ENVELOPE_ID_MAX = 255, ENVELOPE_ADDRESS_MAX = 16, ENVELOPE_TYPE_MAX = 30 };

struct opening {
	struct arena *arena;
	struct envelope *out;
	struct fault *fault;
	enum fault_code bad; /* FAULT_BAD_XML or FAULT_BAD_JSON */
};

bool envelope_open_dxp(struct opening *o, struct text body) must_check;
bool envelope_open_relay(struct opening *o, struct text body) must_check;

static inline bool envelope_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* envelope_part.c */
/* Both always false. `what` is ours, never the sender's words. */
bool envelope_refuse(struct opening *o, enum exchange_code code, const char *what);
bool envelope_arena_full(struct opening *o);
/* A value as it is kept: trimmed; empty is absent. False: longer than that many characters. */
bool envelope_value(struct opening *o, struct text value, size_t characters_max, struct text *out) must_check;
/* Base64, white space in it or not, becomes the content; decoded where it stands. */
bool envelope_decode(struct opening *o, char *base64, size_t len) must_check;

#endif
