/* Reasons of failure: the table of fault.h as look-ups, and the keeping of the first reason. */
#include "base/fault.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const struct {
	const char *slug;
	int http_status;
	bool may_retry;
	const char *title_en, *title_zh;
} kinds[FAULT_COUNT] = {
#define X(code, slug, status, retry, en, zh) [FAULT_##code] = { slug, status, retry, en, zh },
	FAULT_MAP(X)
#undef X
};

/* A cut must not leave half a character: the text goes into JSON. */
static void drop_half_character(char *text)
{
	size_t len = strlen(text), start = len;

	while (start > 0 && len - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return;

	unsigned char lead = (unsigned char)text[start - 1];
	size_t whole = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;

	if (len - start + 1 < whole)
		text[start - 1] = '\0';
}

bool fault_set(struct fault *f, enum fault_code code, const char *fmt, ...)
{
	va_list ap;
	int len;

	if (f->code != FAULT_NONE)
		return false; /* what came first is the cause, what follows are its effects */

	f->code = code;
	va_start(ap, fmt);
	len = vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
	if (len < 0)
		f->text[0] = '\0';
	else if ((size_t)len >= sizeof(f->text))
		drop_half_character(f->text);
	return false;
}

const char *fault_slug(enum fault_code code)
{
	assert(code < FAULT_COUNT);
	return kinds[code].slug;
}

int fault_http_status(enum fault_code code)
{
	assert(code < FAULT_COUNT);
	return kinds[code].http_status;
}

bool fault_may_retry(enum fault_code code)
{
	assert(code < FAULT_COUNT);
	return kinds[code].may_retry;
}

const char *fault_title(enum fault_code code, bool chinese)
{
	assert(code < FAULT_COUNT);
	return chinese ? kinds[code].title_zh : kinds[code].title_en;
}
