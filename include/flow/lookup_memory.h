/*
 * Answers of departments that this worker has just seen, so that judging pays no trip for what it asks about again and again.
 *
 * Only answers that may be used; none for longer than a minute, because another daemon may have a newer one by then. A place for each
 * key; who comes later takes it. No clock of its own.
 */
#ifndef FLOW_LOOKUP_MEMORY_H
#define FLOW_LOOKUP_MEMORY_H

#include "model/lookup.h"

#define LOOKUP_MEMORY_US INT64_C(60000000)

struct lookup_memory;
struct lookup_memory *lookup_memory_new(void) must_check; /* NULL: no memory */
void lookup_memory_free(struct lookup_memory *m);         /* NULL allowed */
void lookup_memory_put(struct lookup_memory *m, enum authority a, enum lookup_question q, struct text key, const struct lookup_known *known,
                       int64_t now_us);
void lookup_memory_forget(struct lookup_memory *m, enum authority a, enum lookup_question q, struct text key);
/* What is remembered; NULL: nothing, or it is too old. */
const struct lookup_known *lookup_memory_get(const struct lookup_memory *m, enum authority a, enum lookup_question q, struct text key, int64_t now_us);

#endif
