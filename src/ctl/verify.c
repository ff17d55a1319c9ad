/* verify: is a file from the gateway genuine? Nobody is asked but the public key. */
#include <stdio.h>

#include "ctl/trust.h"

enum { FILE_BYTES_MAX = 16 << 20, SAID_BYTES = 4096 };

bool ctl_public_key(const char *hex, uint8_t out[PUBLIC_KEY_BYTES], struct fault *f)
{
	return (hex != NULL && hex_decode(text_of(hex), out, PUBLIC_KEY_BYTES) == PUBLIC_KEY_BYTES)
	       || fault_set(f, FAULT_BAD_REQUEST, "--public-key takes %d bytes in hex: tongguanctl key public PATH", PUBLIC_KEY_BYTES);
}

bool ctl_trust(struct ctl *c, struct trust *out, struct fault *f)
{
	const char *hex = c->public_key != NULL ? c->public_key : c->key;
	struct trusted_key *key = arena_alloc(&c->arena, sizeof(*key));
	uint8_t public_key[PUBLIC_KEY_BYTES];
	struct text keys;

	*out = (struct trust){ 0 };
	if (c->checkpoint != NULL && !ctl_read_file(&c->arena, c->checkpoint, CHECKPOINT_BYTES_MAX, &out->checkpoint, f))
		return false;
	if (c->keys != NULL)
		return ctl_read_file(&c->arena, c->keys, FILE_BYTES_MAX, &keys, f) && trust_read(&c->arena, keys, out, f);
	if (hex == NULL)
		return true;
	if (key == NULL || !ctl_public_key(hex, public_key, f))
		return fault_set(f, FAULT_SYSTEM, "no memory");
	trusted_key_init(key, public_key, INT64_MAX);
	out->keys = key;
	out->key_count = 1;
	return true;
}

bool file_verify(struct ctl *c, struct fault *f)
{
	struct fault why = { 0 };
	struct trust trust;
	struct text file;
	struct buf said;

	if (!ctl_trust(c, &trust, f))
		return false;
	if (trust.key_count == 0)
		return fault_set(f, FAULT_BAD_REQUEST, "verify needs --public-key HEX or --keys FILE");
	if (!ctl_read_file(&c->arena, c->arguments[0], FILE_BYTES_MAX, &file, f))
		return false;
	buf_init(&said, &c->arena, SAID_BYTES);
	if (file.len > 0 && file.at[0] == '{') /* an editor's line feed behind it is none of its bytes */
		file = text_trim(file);
	if (!proof_verify(&c->arena, file, &trust, &said, &why))
		return fault_set(f, FAULT_RULE_BROKEN, "not genuine: %s", why.text);
	(void)printf("genuine\n" TEXT_FMT, TEXT_ARG(buf_as_text(&said)));
	return fflush(stdout) == 0 || fault_set(f, FAULT_SYSTEM, "stdout cannot be written");
}
