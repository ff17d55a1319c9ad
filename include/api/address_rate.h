/*
 * How often one address may ask what everybody may: so many times a minute, in fixed memory.
 *
 * A set of places by the address's hash; where all are taken by others within the minute the one that asked least gives way.
 * Counted by all workers together: any thread. IPv6 addresses count by their first 64 bits: that much one household has.
 */
#ifndef API_ADDRESS_RATE_H
#define API_ADDRESS_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/text.h"

struct address_rate;

struct address_rate *address_rate_new(int per_minute) must_check; /* NULL: no memory */
void address_rate_free(struct address_rate *a);                   /* NULL allowed */
/* The address as its 4 or 16 bytes; absent: all of whom none is known are one. now_us: monotonic. */
bool address_rate_take(struct address_rate *a, struct text address, int64_t now_us) must_check;

#endif
