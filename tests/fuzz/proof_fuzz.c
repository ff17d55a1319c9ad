/*
 * Any bytes as a proof, evidence, checkpoint or file of keys. Under a key that nobody has nothing passes, and a reason is given; under that of
 * the kept files the reader comes further.
 */
#include "fuzz.h"
#include "model/proof.h"

#define KEPT_KEY "8d64b4de0e40898e0aaae9d3b44e5c50640e83a0f3155d9e4a463e0f2d7db16a"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t key[PUBLIC_KEY_BYTES] = { 1, 2, 3 };
	uint8_t kept_key[PUBLIC_KEY_BYTES];
	struct text file = { (const char *)data, size };
	struct trusted_key trusted;
	struct trusted_witness witness = { .name = TEXT("witness.example") };
	struct trust t = { .keys = &trusted, .key_count = 1, .witnesses = &witness, .witness_count = 1 }, read = { 0 };
	struct checkpoint c = { .size = 1 };
	struct fault f = { 0 };
	struct merkle_path path;
	const struct json *all;
	struct text record;
	struct arena a;
	struct buf said;

	arena_init(&a, FUZZ_ARENA_BYTES);
	buf_init(&said, &a, 1024);
	trusted_key_init(&trusted, key, INT64_MAX);
	fuzz_must(!proof_verify(&a, file, &t, &said, &f) && f.code != FAULT_NONE && said.len == 0);
	f = (struct fault){ 0 };
	fuzz_must(hex_decode(TEXT(KEPT_KEY), kept_key, sizeof(kept_key)) == PUBLIC_KEY_BYTES);
	trusted_key_init(&trusted, kept_key, INT64_MAX);
	fuzz_must(proof_verify(&a, file, &t, &said, &f) == (f.code == FAULT_NONE));
	f = (struct fault){ 0 };
	fuzz_must(trust_read(&a, file, &read, &f) || f.code != FAULT_NONE);
	if (checkpoint_read(file, &c, &f))
		fuzz_must(checkpoint_name_is_good(c.origin) && !checkpoint_is_signed(file, key));
	f = (struct fault){ 0 };
	all = json_parse(&a, file, &f);
	if (all != NULL && proof_path(json_member(all, "path"), &path))
		fuzz_must(path.count <= MERKLE_PATH_MAX);
	f = (struct fault){ 0 };
	fuzz_must(all == NULL || !proof_record(json_member(all, "proof"), &c, &record, &f) || c.size > 0);
	arena_done(&a);
	return 0;
}
