#include "api/address_rate.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/crypto.h"

enum { SETS = 2048, WAYS = 4, IPV6_BYTES = 16, IPV6_HOME_BYTES = 8 };
#define MINUTE_US (60 * US_PER_S)

struct place {
	uint64_t who;   /* 0: free */
	int64_t minute;
	int count;
};

struct address_rate {
	pthread_mutex_t lock; /* of the places */
	int per_minute;
	uint8_t key[16]; /* which addresses share a set is nobody's to find out */
	struct place places[SETS][WAYS];
};

struct address_rate *address_rate_new(int per_minute)
{
	struct address_rate *a = calloc(1, sizeof(*a));

	if (a == NULL || !crypto_random(a->key, sizeof(a->key)) || pthread_mutex_init(&a->lock, NULL) != 0) {
		free(a);
		return NULL;
	}
	a->per_minute = per_minute;
	return a;
}

void address_rate_free(struct address_rate *a)
{
	if (a == NULL)
		return;
	(void)pthread_mutex_destroy(&a->lock);
	free(a);
}

static uint64_t hash_of(const struct address_rate *a, struct text address)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff }; /* an IPv4 address on a socket for both */
	struct text key = { (const char *)a->key, sizeof(a->key) };
	struct sha256 digest;
	uint64_t who;

	if (address.len == IPV6_BYTES && memcmp(address.at, mapped, sizeof(mapped)) == 0)
		address = (struct text){ address.at + sizeof(mapped), IPV6_BYTES - sizeof(mapped) };
	else if (address.len == IPV6_BYTES)
		address.len = IPV6_HOME_BYTES;
	digest = hmac_sha256(key, address);
	memcpy(&who, digest.b, sizeof(who));
	return who | 1;
}

/* Its own place, or the one that is worth least: of an earlier minute, else who asked least in this one. */
static struct place *place_of(struct place *set, uint64_t who, int64_t minute)
{
	struct place *least = &set[0];

	for (struct place *p = set; p < set + WAYS; p++) {
		if (p->who == who)
			return p;
		if (p->minute != minute ? least->minute == minute : least->minute == minute && p->count < least->count)
			least = p;
	}
	return least;
}

bool address_rate_take(struct address_rate *a, struct text address, int64_t now_us)
{
	uint64_t who = hash_of(a, address);
	int64_t minute = now_us / MINUTE_US;
	struct place *p;
	bool is_free;

	(void)pthread_mutex_lock(&a->lock);
	p = place_of(a->places[(who >> 1) % SETS], who, minute);
	if (p->who != who || p->minute != minute)
		*p = (struct place){ .who = who, .minute = minute };
	is_free = p->count < a->per_minute;
	p->count += is_free;
	(void)pthread_mutex_unlock(&a->lock);
	return is_free;
}
