/* Blocks of addresses, and the IPv4 addresses that stand inside IPv6 ones. */
#include "io/address.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "base/attr.h"

static const struct address_block closed_v4[] = {
	{ { 0 }, 8 },                  /* this network */
	{ { 10 }, 8 },                 /* private */
	{ { 100, 64 }, 10 },           /* shared by a carrier; some clouds' metadata */
	{ { 127 }, 8 },                /* loopback */
	{ { 169, 254 }, 16 },          /* link-local; most clouds' metadata */
	{ { 172, 16 }, 12 },           /* private */
	{ { 192, 0, 0 }, 24 },         /* protocol assignments */
	{ { 192, 0, 2 }, 24 },         /* documentation */
	{ { 192, 88, 99 }, 24 },       /* relays of 6to4, deprecated */
	{ { 192, 168 }, 16 },          /* private */
	{ { 198, 18 }, 15 },           /* benchmarks */
	{ { 198, 51, 100 }, 24 },      /* documentation */
	{ { 203, 0, 113 }, 24 },       /* documentation */
	{ { 224 }, 4 },                /* multicast */
	{ { 240 }, 4 },                /* reserved, broadcast */
};

/* Of what IANA has given out so far, which is 2000::/3. */
static const struct address_block closed_v6[] = {
	{ { 0x20, 0x01, 0x00 }, 23 },             /* protocol assignments, Teredo */
	{ { 0x20, 0x01, 0x0d, 0xb8 }, 32 },       /* documentation */
	{ { 0x20, 0x02 }, 16 },                   /* 6to4: an IPv4 address by another's relay */
	{ { 0x3f, 0xff }, 20 },                   /* documentation */
};
static const struct address_block global_v6 = { { 0x20 }, 3 };
static const struct address_block mapped_v4 = { { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff }, 96 };     /* ::ffff:a.b.c.d */
static const struct address_block translated_v4 = { { 0x00, 0x64, 0xff, 0x9b }, 96 };                   /* 64:ff9b::a.b.c.d */

bool address_in_block(const uint8_t *address, const struct address_block *block)
{
	int whole = block->bits / 8, rest = block->bits % 8;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));

	if (memcmp(address, block->prefix, (size_t)whole) != 0)
		return false;
	return rest == 0 || ((address[whole] ^ block->prefix[whole]) & mask) == 0;
}

static bool v4_is_public(const uint8_t address[4])
{
	for (size_t i = 0; i < COUNTOF(closed_v4); i++)
		if (address_in_block(address, &closed_v4[i]))
			return false;
	return true;
}

static bool v6_is_public(const uint8_t address[16])
{
	if (address_in_block(address, &mapped_v4) || address_in_block(address, &translated_v4))
		return v4_is_public(address + 12);
	for (size_t i = 0; i < COUNTOF(closed_v6); i++)
		if (address_in_block(address, &closed_v6[i]))
			return false;
	return address_in_block(address, &global_v6);
}

bool address_is_public(const struct sockaddr *address, size_t len)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	if (address->sa_family == AF_INET && len >= sizeof(v4)) {
		memcpy(&v4, address, sizeof(v4));
		return v4_is_public((const uint8_t *)&v4.sin_addr);
	}
	if (address->sa_family == AF_INET6 && len >= sizeof(v6)) {
		memcpy(&v6, address, sizeof(v6));
		return v6_is_public(v6.sin6_addr.s6_addr);
	}
	return false;
}
