/*
 * Which network addresses are the public internet's.
 *
 * For calls to places that callers named: whoever could name 127.0.0.1, a private network or a cloud's metadata service
 * would have us ask, from inside, what they may not ask from outside. What counts is the address that is connected to, not
 * the name: a name may lead anywhere, and to another place a moment later.
 * Source: IANA's registries of special-purpose addresses for IPv4 and IPv6 (RFC 6890 and what followed).
 */
#ifndef IO_ADDRESS_H
#define IO_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sockaddr;

struct address_block { /* the addresses that share these first bits */
	uint8_t prefix[16];
	int bits;
};
bool address_in_block(const uint8_t *address, const struct address_block *block);

/* False: loopback, link-local, private, shared, multicast, reserved, of documentation, IPv6 that carries such an IPv4
 * address or that leads through another's translator; or no IP at all. */
bool address_is_public(const struct sockaddr *address, size_t len);

#endif
