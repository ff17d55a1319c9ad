/*
 * A finding, as a check reports it.
 */
#include <stdarg.h>
#include <stdio.h>

#include "model/check_priv.h"

enum { GOT_BYTES_MAX = 80, WORDS_BYTES = 160 };

/* The beginning of a value, cut between characters. */
static struct text shortened(struct text t)
{
	if (t.len <= GOT_BYTES_MAX)
		return t;
	t.len = GOT_BYTES_MAX;
	while (t.len > 0 && ((unsigned char)t.at[t.len] & 0xC0) == 0x80)
		t.len--;
	return t;
}

void check_report(struct check *c, struct row *r, const struct wrong *w)
{
	struct finding f = { .rule = w->rule, .line = r->line, .expected = w->expected };

	if (w->index >= 0) {
		f.field = &r->fields[w->index];
		f.got = shortened(r->values[w->index]);
		r->bad |= UINT64_C(1) << w->index;
	}
	findings_add(c->out, &f);
}

const char *check_words(struct check *c, const char *fmt, ...)
{
	char words[WORDS_BYTES];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(words, sizeof(words), fmt, ap);
	va_end(ap);
	return arena_dup(c->out->arena, words);
}
