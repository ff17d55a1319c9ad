/* The key that signs messages to customs, from the settings. Each worker opens a handle of its own. */
#ifndef CUSTOMS_SIGNER_H
#define CUSTOMS_SIGNER_H

#include "config.h"
#include "standard/xmldsig.h"

struct customs_signer;

/* *out NULL: customs.signing_key is empty, messages go unsigned. False: *f says what is wrong with key, certificate or
 * algorithm. Blocking: at the start only. */
bool customs_signer_open(const struct config *c, struct customs_signer **out, struct fault *f) must_check;
void customs_signer_close(struct customs_signer *s); /* NULL allowed */
const struct xmldsig_signer *customs_signer_get(const struct customs_signer *s); /* NULL for NULL */
/* Of its certificate. */
int64_t customs_signer_expires_us(const struct customs_signer *s);

#endif
