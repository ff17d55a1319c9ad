/*
 * A ring of bytes, and a table that leads into it.
 *
 *   bytes:  … │ entry │ key │ document │ entry │ key │ document │ …   the newest overwrites the oldest
 *   table:  id ─► where its entry begins, counted from the beginning of all time
 *
 * An entry is still whole as long as fewer bytes than the ring holds were written since it began. So nothing is ever taken
 * out: a place in the table whose entry was overwritten counts as free, and the table has places for more entries than
 * the ring can hold.
 */
#include "store/recent.h"

#include <stdlib.h>
#include <string.h>

enum { SMALLEST = 512, TRIES = 16 }; /* SMALLEST: of usual entries */

struct place {
	struct id id;
	uint64_t from; /* 0: never used */
};

struct recent {
	size_t size;      /* of the ring */
	uint64_t written; /* ever, gaps at the ring's end included; begins at size, so that 0 is long ago */
	uint32_t mask;
	struct place *places;
	char *bytes;
};

struct recent *recent_new(size_t bytes, struct fault *f)
{
	struct recent *r = calloc(1, sizeof(*r));
	uint32_t places = 64;

	while (places < bytes / SMALLEST * 2)
		places *= 2;
	if (r != NULL) {
		r->size = bytes;
		r->written = bytes;
		r->mask = places - 1;
		r->places = calloc(places, sizeof(*r->places));
		r->bytes = malloc(bytes);
	}
	if (r == NULL || r->places == NULL || r->bytes == NULL) {
		recent_free(r);
		(void)fault_set(f, FAULT_SYSTEM, "no memory for %zu bytes of recent filings", bytes);
		return NULL;
	}
	return r;
}

void recent_free(struct recent *r)
{
	if (r == NULL)
		return;
	free(r->places);
	free(r->bytes);
	free(r);
}

static bool is_whole(const struct recent *r, const struct place *p)
{
	return p->from != 0 && r->written - p->from <= r->size;
}

static uint32_t home_of(const struct recent *r, const struct id *id)
{
	uint32_t at;

	memcpy(&at, id->b + 12, sizeof(at)); /* random bits */
	return at & r->mask;
}

/* Where the id's entry is led to: a free place near its home, else the one whose entry is the oldest. */
static struct place *place_for(struct recent *r, const struct id *id)
{
	struct place *oldest = NULL;

	for (uint32_t i = 0; i < TRIES; i++) {
		struct place *p = &r->places[(home_of(r, id) + i) & r->mask];

		if (!is_whole(r, p))
			return p;
		if (oldest == NULL || p->from < oldest->from)
			oldest = p;
	}
	return oldest;
}

void recent_put(struct recent *r, const struct recent_filing *filing)
{
	size_t len = sizeof(*filing) + filing->business_key.len + filing->document.len, at = r->written % r->size;
	struct place *p;
	char *to;

	len = (len + 15) & ~(size_t)15;
	if (len > r->size / 4)
		return;
	if (at + len > r->size) { /* no entry lies across the end */
		r->written += r->size - at;
		at = 0;
	}
	to = r->bytes + at;
	memcpy(to, filing, sizeof(*filing)); /* of its texts only the lengths count */
	memcpy(to + sizeof(*filing), filing->business_key.at, filing->business_key.len);
	memcpy(to + sizeof(*filing) + filing->business_key.len, filing->document.at, filing->document.len);
	p = place_for(r, &filing->id);
	*p = (struct place){ filing->id, r->written };
	r->written += len;
}

bool recent_get(const struct recent *r, const struct id *id, struct recent_filing *out)
{
	for (uint32_t i = 0; i < TRIES; i++) {
		const struct place *p = &r->places[(home_of(r, id) + i) & r->mask];
		const char *from = r->bytes + p->from % r->size;

		if (!is_whole(r, p) || !id_eq(&p->id, id))
			continue;
		memcpy(out, from, sizeof(*out));
		out->business_key.at = from + sizeof(*out);
		out->document.at = out->business_key.at + out->business_key.len;
		return true;
	}
	return false;
}
