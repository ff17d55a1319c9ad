/* Private to store/: the write of a judgement, its statement (assess_write.c) and its values (assess_params.c). */
#ifndef STORE_ASSESS_PRIV_H
#define STORE_ASSESS_PRIV_H

#include "store/assess_store.h"

/* Fills w->params. False: the arena is full, or nothing can be encrypted. */
bool assess_write_params(struct assess_write *w, struct arena *a) must_check;

#endif
