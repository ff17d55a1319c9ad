#include "flow/lookup_memory.h"

#include <stdlib.h>

enum { PLACES = 4096 }; /* a power of two: more commodity codes than are traded in a minute */

struct lookup_memory {
	struct place {
		enum authority authority;
		enum lookup_question question;
		size_t key_len; /* 0: free */
		char key[LOOKUP_KEY_MAX];
		int64_t since_us;
		struct lookup_known known;
	} places[PLACES];
};

struct lookup_memory *lookup_memory_new(void)
{
	return calloc(1, sizeof(struct lookup_memory));
}

void lookup_memory_free(struct lookup_memory *m)
{
	free(m);
}

static size_t place_of(enum authority a, enum lookup_question q, struct text key)
{
	uint64_t hash = (uint64_t)a << 8 | (uint64_t)q;

	for (size_t i = 0; i < key.len; i++)
		hash = (hash ^ (unsigned char)key.at[i]) * UINT64_C(0x100000001b3);
	return (size_t)((hash ^ hash >> 29) % PLACES);
}

static bool is_of(const struct place *p, enum authority a, enum lookup_question q, struct text key)
{
	return p->authority == a && p->question == q && text_eq((struct text){ p->key, p->key_len }, key);
}

void lookup_memory_put(struct lookup_memory *m, enum authority a, enum lookup_question q, struct text key, const struct lookup_known *known,
                       int64_t now_us)
{
	struct place *p = &m->places[place_of(a, q, key)];

	if (key.len == 0 || key.len > sizeof(p->key) || !known->has_answer || known->is_failing || now_us >= known->valid_until_us)
		return;
	*p = (struct place){ .authority = a, .question = q, .key_len = key.len, .since_us = now_us, .known = *known };
	memcpy(p->key, key.at, key.len);
	p->known.reading.kept = (struct text){ NULL, 0 }; /* it lies in the reader's arena */
}

void lookup_memory_forget(struct lookup_memory *m, enum authority a, enum lookup_question q, struct text key)
{
	struct place *p = &m->places[place_of(a, q, key)];

	if (is_of(p, a, q, key))
		p->key_len = 0;
}

const struct lookup_known *lookup_memory_get(const struct lookup_memory *m, enum authority a, enum lookup_question q, struct text key, int64_t now_us)
{
	const struct place *p = &m->places[place_of(a, q, key)];

	if (key.len == 0 || !is_of(p, a, q, key) || now_us < p->since_us || now_us >= p->since_us + LOOKUP_MEMORY_US)
		return NULL;
	return &p->known;
}
