/* What src/model/codebook*.c share; nobody else includes it: codebook ─► form, regime ─► goods ─► room. */
#ifndef MODEL_CODEBOOK_PRIV_H
#define MODEL_CODEBOOK_PRIV_H

#include "model/codebook.h"

/* An array that doubles in the arena whenever count is a power of two (or 0). */
void *codebook_room(struct arena *a, void *array, int count, size_t size) must_check;
/* Copies; an absent text stays absent. */
bool codebook_keep(struct arena *a, struct text *t) must_check;
/* Sorts the steps and hangs them on their regimes, whose flows and authorities follow from them. */
void codebook_attach_steps(struct codebook *c);

/* Sorts the goods and numbers their classes; before codebook_attach_steps(). */
void codebook_seal_goods(struct codebook *c);
int codebook_goods_number(const struct codebook *c, struct text goods_class); /* -1: there is no such class */
/* Compiles the forms; after the regimes. False: arena full. */
bool codebook_seal_forms(struct codebook *c) must_check;

static inline bool codebook_is_on(int32_t from, int32_t to, int32_t day)
{
	return from <= day && day <= to;
}

#endif
