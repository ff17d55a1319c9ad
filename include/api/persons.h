/* What the files of /v1/persons share: who may know of flags of natural persons. */
#ifndef API_PERSONS_H
#define API_PERSONS_H

#include "api/req.h"

/* A department to which the policy of data of persons (table data_policy) gives a buyer's number in full; operators act for the person at the counter. */
const char *persons_refusal(const struct req *r); /* NULL: he may know */
enum step persons_deny(struct req *r, const char *why) must_check; /* 403; the denial is logged */

#endif
