/*
 * Peers that are named one by one: addresses, networks, and whoever comes over a local socket.
 *
 * IPv4 and the same address inside IPv6 (::ffff:a.b.c.d, as a socket for both shows it) are one.
 */
#ifndef IO_ADDRESS_LIST_H
#define IO_ADDRESS_LIST_H

#include "base/attr.h"
#include "base/fault.h"
#include "base/text.h"
#include "io/address.h"

enum { ADDRESS_LIST_MAX = 64 };

struct address_list {
	struct address_block blocks[ADDRESS_LIST_MAX]; /* IPv4 as IPv6 */
	int count;
	bool has_unix; /* local sockets: who may connect is said by the file's permissions */
};

/* Parted by blanks: "127.0.0.1", "10.2.0.0/16", "fd00::/8", "unix". An empty text is an empty list. False: FAULT_CONFIG names the word. */
bool address_list_read(struct text words, struct address_list *out, struct fault *f) must_check;
bool address_list_has(const struct address_list *l, const struct sockaddr *peer);
/* The peer is on this machine: a loopback address, or a local socket. */
bool address_is_local(const struct sockaddr *peer);

#endif
