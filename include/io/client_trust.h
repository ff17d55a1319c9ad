/*
 * The authorities whose certificates callers may show, for certificates that did not come with a TLS connection of ours: a proxy that
 * ends TLS hands them on. Judged as io/httpd judges those of a connection: issued by one of these authorities, in time, for TLS clients.
 */
#ifndef IO_CLIENT_TRUST_H
#define IO_CLIENT_TRUST_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/text.h"

struct client_trust;

/* From a file, PEM. NULL: FAULT_CONFIG. */
struct client_trust *client_trust_load(const char *path, struct fault *f) must_check;
void client_trust_free(struct client_trust *t); /* NULL allowed */

enum { CLIENT_CHAIN_MAX = 8 };

/* The first certificate (DER) is good; those after it may lead from it to an authority. False also when one cannot be read. */
bool client_trust_holds(const struct client_trust *t, const struct text *chain, int count) must_check;

#endif
