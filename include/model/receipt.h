/*
 * The receipt of a filing: what it says, and the batch seal that signs it.
 *
 * Built before the write over all candidates of a batch: each receipt's core is a
 * leaf of a Merkle tree (RFC 6962 hashing: leaf 0x00, node 0x01), the daemon signs
 * the root once, each receipt carries its own path. A leaf hashes
 * salt || core, so that a neighbour's hash tells nothing.
 *
 * Receipt bytes: the core object {"id","kind","direction","action","business_key","revision","declaration_id",
 * "filer","received_at","message_sha256","document_sha256"} with a last member
 * "seal":{"salt","index","size","path":[…],"root","key_id","signature"} (base64url).
 * The core is the text before ,"seal": plus a closing brace. What is signed:
 * "tongguan receipt batch v1\n" || root || size as 8 bytes big-endian.
 * No personal data: receipts outlive retention.
 */
#ifndef MODEL_RECEIPT_H
#define MODEL_RECEIPT_H

#include "base/arena.h"
#include "base/crypto.h"
#include "base/id.h"
#include "model/document.h"

struct receipt_core {
	struct id id, declaration;  /* declaration null: a waybill not linked yet */
	enum doc_kind kind;
	enum direction direction;
	enum action action;
	struct text business_key, filer;
	int revision;
	int64_t received_us;
	struct sha256 message_sha256, document_sha256;
};

struct receipt_batch; /* in an arena */
struct receipt_batch *receipt_batch_new(struct arena *a, int count) must_check;
/* In order; false: arena full. */
bool receipt_batch_add(struct receipt_batch *b, const struct receipt_core *core) must_check;
/* Another statement of the gateway's, sealed and verified as receipts are: a JSON object with at least one member, whose text holds
 * no "seal" of its own; borrowed. Its first member is "statement", which no receipt has. */
void receipt_batch_add_statement(struct receipt_batch *b, struct text core);
/* Signs; then receipt_batch_get(b, i) gives the bytes of the i-th, living in the arena. */
bool receipt_batch_seal(struct receipt_batch *b, struct signer *s) must_check;
struct text receipt_batch_get(const struct receipt_batch *b, int i);
struct sha256 receipt_batch_root(const struct receipt_batch *b);
void receipt_batch_signature(const struct receipt_batch *b, uint8_t out[SIGNATURE_BYTES]);

/* Offline: path, root and signature all fit. *f says which step failed. */
bool receipt_verify(struct arena *a, struct text receipt, const uint8_t public_key[PUBLIC_KEY_BYTES], struct fault *f) must_check;

#endif
