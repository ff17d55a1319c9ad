/* Business time, moved by a caller's wish. */
#ifndef API_TEST_CLOCK_H
#define API_TEST_CLOCK_H

#include "api/req.h"

/* Reads {"shift_s": n} and moves business time by it, counted from the real one; from least_s to most_s. */
enum step test_clock_move(struct req *r, int64_t least_s, int64_t most_s) must_check;

#endif
