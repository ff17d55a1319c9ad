/*
 * What can be verified offline: receipts and other sealed statements, proofs of filings, evidence about declarations, proofs that a
 * log holds a leaf or begins another, checkpoints. With the public keys and nothing else.
 *
 *   receipt ──its path──► root of its batch, signed      record ──path──► root of its leaf ──► leaf's bytes ──path──► root of the log, signed
 *
 * Files come from anywhere: nothing in them is believed that does not lead to a signature.
 */
#ifndef MODEL_PROOF_H
#define MODEL_PROOF_H

#include "base/json.h"
#include "model/checkpoint.h"
#include "model/merkle_path.h"

struct trusted_key {
	uint8_t public_key[PUBLIC_KEY_BYTES];
	char id[17];         /* as receipts name it */
	int64_t retired_us;  /* signs nothing that was made later; INT64_MAX: in use */
};

struct trusted_witness {
	struct text name;
	uint8_t public_key[PUBLIC_KEY_BYTES];
};

struct trust {
	const struct trusted_key *keys;
	int key_count;
	const struct trusted_witness *witnesses;
	int witness_count;
	struct text checkpoint; /* a note kept outside, which what is verified must agree with; at == NULL: none */
};

void trusted_key_init(struct trusted_key *k, const uint8_t public_key[PUBLIC_KEY_BYTES], int64_t retired_us);
/* All keys of an answer of GET /v1/audit/keys. */
bool trust_read(struct arena *a, struct text keys, struct trust *out, struct fault *f) must_check;

/* Any of these files. What is proved is put into `said`, a line each; false: *f says which step failed. */
bool proof_verify(struct arena *a, struct text file, const struct trust *t, struct buf *said, struct fault *f) must_check;

/* A note that one of the keys has signed while it was in use. */
bool proof_checkpoint(struct text note, const struct trust *t, struct checkpoint *out, struct fault *f) must_check;
/* A sealed statement or receipt of one of the keys. */
bool proof_receipt(struct arena *a, struct text receipt, const struct trust *t, struct fault *f) must_check;
/* A record's way to the root of that head. *record: its text; at == NULL: only its hash was given. */
bool proof_record(const struct json *proof, const struct checkpoint *head, struct text *record, struct fault *f) must_check;
/* An array of hashes in base64url. */
bool proof_path(const struct json *path, struct merkle_path *out) must_check;

#endif
