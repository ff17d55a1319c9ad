/* Keys and checkpoint that a command is told to trust: --public-key (or --key) HEX, or --keys FILE; --checkpoint FILE. */
#ifndef CTL_TRUST_H
#define CTL_TRUST_H

#include "ctl/ctl.h"
#include "model/proof.h"

/* key_count 0: none was given. Everything lives in the arena of the command. */
bool ctl_trust(struct ctl *c, struct trust *out, struct fault *f) must_check;
bool ctl_public_key(const char *hex, uint8_t out[PUBLIC_KEY_BYTES], struct fault *f) must_check;

#endif
