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

bool standing_answered(struct standing *s, const struct id *declaration, enum authority a)
{
	struct standing_case *c = place_of(s, declaration);
	unsigned asked = 0;

	if (!id_eq(&c->declaration, declaration))
		return false;
	for (int i = 0; i < c->part_count; i++)
		if (c->parts[i].state != DELIVERY_WAITING) /* that one is told later, when others have answered */
			asked |= AUTHORITY_BIT(c->parts[i].authority);
	c->answered |= AUTHORITY_BIT(a);
	return (asked & ~c->answered) != 0;
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
