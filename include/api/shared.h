/* Makes what all workers count together (struct api_shared), and takes it down. */
#ifndef API_SHARED_H
#define API_SHARED_H

#include "api/deps.h"

bool api_shared_make(struct api_shared *s, int trace_per_minute, struct fault *f) must_check;
void api_shared_free(struct api_shared *s); /* also what was made in part, or not at all but zeroed */

#endif
