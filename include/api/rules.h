/* What the resources that serve rules from memory share. */
#ifndef API_RULES_H
#define API_RULES_H

#include "api/req.h"
#include "model/codebook.h"

/* The codebook in force; NULL: not read yet. The answer may be kept by anybody, under a tag of the rules' revision and the day;
 * *unchanged: the caller has it. */
const struct codebook *rules_kept(struct req *r, int32_t day, bool *unchanged) must_check;
enum step rules_not_read(struct req *r) must_check;
/* Parameter "on", a day; today if absent. */
bool rules_day(struct req *r, int32_t *day, struct fault *f) must_check;
void rules_put_day(struct buf *b, int32_t day); /* "2026-03-02", with its quotes; INT32_MAX: null */
void rules_put_validity(struct buf *b, int32_t from, int32_t to, struct text source); /* ,"valid_from":… ,"valid_to":… ,"source":… */

#endif
