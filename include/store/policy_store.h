/* Table data_policy in memory: in which form whom a field of a person's data is shown. Immutable; a new one replaces it. */
#ifndef STORE_POLICY_STORE_H
#define STORE_POLICY_STORE_H

#include "io/db.h"
#include "model/personal.h"
#include "store/client_store.h"

struct policy;

extern const struct db_stmt policy_store_all;
struct policy *policy_from_rows(const struct db_rows *r) must_check; /* NULL: no memory */
void policy_free(struct policy *p);                                  /* NULL allowed */

/* For a reader who does not own the record: absent where no row of the day allows more. privileged: a purpose was stated; where no row is for that,
 * as without. policy NULL: absent. */
enum personal_form policy_form(const struct policy *p, const struct client *reader, enum field f, bool privileged, int32_t day);

#endif
