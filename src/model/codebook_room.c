/*
 * How a codebook's arrays grow and keep their texts.
 */
#include <string.h>

#include "model/codebook_priv.h"

void *codebook_room(struct arena *a, void *array, int count, size_t size)
{
	size_t room = count == 0 ? 1 : 2 * (size_t)count;
	void *more;

	if (count != 0 && (count & (count - 1)) != 0)
		return array;
	more = arena_alloc(a, room * size);
	if (more != NULL && count > 0)
		memcpy(more, array, (size_t)count * size);
	return more;
}

bool codebook_keep(struct arena *a, struct text *t)
{
	if (t->at == NULL)
		return true;
	*t = text_dup(a, *t);
	return t->at != NULL;
}
