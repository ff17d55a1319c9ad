/* The customs half of standard/answer.h. For src/standard only. */
#ifndef STANDARD_ANSWER_CEB_H
#define STANDARD_ANSWER_CEB_H

#include "standard/answer.h"

bool answer_ceb_read(struct arena *a, struct text body, struct authority_answer **out, int *count, struct fault *f) must_check;

#endif
