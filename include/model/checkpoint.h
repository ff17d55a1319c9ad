/*
 * Checkpoints: signed tree heads of the log, as text that other tools know (C2SP tlog-checkpoint in a signed note).
 *
 *   tongguan.example/log                     the log's name, which is its key's name, too
 *   1187                                     leaves
 *   NhGiVyLH+cZR…                            root, base64
 *   time 2026-03-02T10:11:12.345678+08:00    an extension: when the head was taken
 *                                            an empty line ends what is signed
 *   — tongguan.example/log XqD3…             base64 of: four bytes that name the key, then the Ed25519 signature
 *   — witness.example +S1u…                  cosignatures (C2SP tlog-cosignature): four bytes, eight of the witness's time, signature
 */
#ifndef MODEL_CHECKPOINT_H
#define MODEL_CHECKPOINT_H

#include "base/crypto.h"

enum { CHECKPOINT_NAME_MAX = 100, CHECKPOINT_BYTES_MAX = 65536 };

struct checkpoint {
	struct text origin; /* borrowed */
	uint64_t size;
	struct sha256 root;
	int64_t at_us;      /* INT64_MIN: it does not say */
};

/* A name of a key or log: no blanks, no plus sign, not too long. */
bool checkpoint_name_is_good(struct text name);
/* Body, empty line and the log's own signature; false: not signed, or b is full. */
bool checkpoint_sign(struct buf *b, const struct checkpoint *c, struct signer *s) must_check;
/* The head that a note states; nothing is said about signatures. */
bool checkpoint_read(struct text note, struct checkpoint *out, struct fault *f) must_check;
/* One of its lines is that key's signature, under the log's own name. */
bool checkpoint_is_signed(struct text note, const uint8_t public_key[PUBLIC_KEY_BYTES]) must_check;
/* A cosignature of that note: the line without its line feed. *at_s: when the witness signed. */
bool checkpoint_cosignature(struct text note, struct text line, struct text name, const uint8_t public_key[PUBLIC_KEY_BYTES], int64_t *at_s,
                            struct fault *f) must_check;

#endif
