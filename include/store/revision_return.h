/* Private to the slow lane of intake: what a return of imported goods is judged by, and what is stored beside its filing. */
#ifndef STORE_REVISION_RETURN_H
#define STORE_REVISION_RETURN_H

#include "store/intake_priv.h"

enum { RETURN_STAND_PARAMS = 6, RETURN_PUT_PARAMS = 9 };

struct return_plan { /* what is to be stored, once the check has passed */
	int seq;                   /* of the declaration, as it was read */
	int64_t ends_us;
	int32_t periods[2];        /* rows of statutory_period */
	struct db_param params[RETURN_PUT_PARAMS];
};

/* Adds the statement that reads what it is judged by; the candidate gets the id of its declaration. */
void return_ask(struct candidate *c, struct arena *a, struct db_param params[RETURN_STAND_PARAMS], int64_t now_us, struct db_call *call);
/* From that statement's rows. INTAKE_PENDING: it may be stored, by *plan; else c->finding says why not, or the key is held (CONFLICT). */
enum intake_outcome return_decide(struct candidate *c, struct arena *a, struct vault *vault, const struct db_rows *r, int64_t now_us,
                                  struct return_plan *plan);
/* Adds the statement that stores it, behind the filing's. */
void return_put(const struct candidate *c, struct arena *a, int64_t now_us, struct return_plan *plan, struct db_call *call);

#endif
