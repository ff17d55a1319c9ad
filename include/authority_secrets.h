/*
 * The secrets that authorities share with us: table authority names a file or a credential of the service manager, this reads it.
 */
#ifndef AUTHORITY_SECRETS_H
#define AUTHORITY_SECRETS_H

#include "store/rule_store.h"

/* Into the rules, which own them. An authority whose secret cannot be read counts as not connected: nothing goes there without it.
 * Reads small local files: at a change of the rules and on SIGHUP only. */
void authority_secrets_read(struct rules *rules);

#endif
