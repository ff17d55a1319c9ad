#include "flow/standing.h"

#include <stdlib.h>
#include <string.h>

enum { PLACES = 8192 }; /* a power of two: several seconds of the nation's peak */

struct standing {
	struct standing_case cases[PLACES]; /* a null id: free */
};

struct standing *standing_new(void)
{
	return calloc(1, sizeof(struct standing));
}

void standing_free(struct standing *s)
{
	free(s);
}

static struct standing_case *place_of(struct standing *s, const struct id *declaration)
{
	uint32_t at;

	memcpy(&at, declaration->b + 10, sizeof(at));
	return &s->cases[at % PLACES];
}

void standing_put(struct standing *s, const struct standing_case *c)
{
	*place_of(s, &c->declaration) = *c;
}

bool standing_take(struct standing *s, const struct id *declaration, struct standing_case *out)
{
	struct standing_case *c = place_of(s, declaration);

	if (!id_eq(&c->declaration, declaration))
		return false;
	*out = *c;
	c->declaration = (struct id){ { 0 } };
	return true;
}
