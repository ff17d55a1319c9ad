/* A small log with one receipt in it: what a server would answer, made by the same parts. For tests of the verifier. */
#ifndef TESTS_PROOF_BENCH_H
#define TESTS_PROOF_BENCH_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "model/log_leaf.h"
#include "model/proof.h"
#include "model/receipt.h"

enum { BENCH_LEAVES = 11, BENCH_PLACE = 6, BENCH_OLDER = 7 };

struct proof_bench {
	char dir[64], path[96];
	struct signer *signer;
	struct trusted_key key;
	struct trust trust;
	struct arena arena;
	struct text receipt, record, note, older_note, proof, bundle, consistency, inclusion;
	uint8_t leaves[32 * BENCH_LEAVES];
	struct merkle_leaves tree;
};

static void bench_receipt(struct proof_bench *b)
{
	struct receipt_batch *batch = receipt_batch_new(&b->arena, 3);
	struct sha256 root;
	struct buf record;

	for (int i = 0; i < 3; i++) {
		struct receipt_core core = { .kind = DOC_ORDER, .direction = DIR_IMPORT, .action = ACTION_ADD, .business_key = TEXT("P/O-1"),
			                     .filer = TEXT("91330100MA2T000237"), .revision = 1, .received_us = INT64_C(1772416800123456) };

		core.id = id_of_key('T', &core.business_key, 1);
		assert_true(receipt_batch_add(batch, &core));
	}
	assert_true(receipt_batch_seal(batch, b->signer));
	b->receipt = receipt_batch_get(batch, 1);
	root = receipt_batch_root(batch);
	buf_init(&record, &b->arena, 512);
	buf_str(&record, "{\"table\" : \"seal\", \"size\" : 3, \"root\" : \"");
	buf_hex(&record, root.b, sizeof(root.b));
	buf_str(&record, "\"}");
	b->record = buf_as_text(&record);
}

static struct text bench_note(struct proof_bench *b, uint64_t size)
{
	struct checkpoint c = { .origin = TEXT("test/log"), .size = size, .at_us = INT64_C(1772416801000000) };
	struct buf note;

	assert_true(merkle_root_of(size, merkle_look_leaves, &b->tree, &c.root));
	buf_init(&note, &b->arena, 512);
	assert_true(checkpoint_sign(&note, &c, b->signer));
	return buf_as_text(&note);
}

static void bench_tree(struct proof_bench *b)
{
	struct sha256 hash = log_record_hash(b->record);
	struct log_leaf leaf = { .kind = TEXT("intake"), .at = TEXT("2026-03-02T10:00:00.123456+08:00"), .coverage = 3, .count = 1,
		                 .root = log_records_root(hash.b, 1) };
	struct sha256 h = log_leaf_hash(&leaf);

	for (int i = 0; i < BENCH_LEAVES; i++)
		memset(b->leaves + 32 * i, i, 32);
	memcpy(b->leaves + 32 * BENCH_PLACE, h.b, 32);
	b->tree = (struct merkle_leaves){ b->leaves, BENCH_LEAVES };
	b->note = bench_note(b, BENCH_LEAVES);
	b->older_note = bench_note(b, BENCH_OLDER);
}

static void bench_put_path(struct buf *out, const struct merkle_path *p)
{
	buf_char(out, '[');
	for (int i = 0; i < p->count; i++) {
		buf_str(out, i == 0 ? "\"" : ",\"");
		buf_base64url(out, p->hashes[i].b, 32);
		buf_char(out, '"');
	}
	buf_char(out, ']');
}

/* An item: the filing with its receipt and the record's proof. */
static void bench_put_item(struct proof_bench *b, struct buf *out)
{
	struct sha256 hash = log_record_hash(b->record);
	struct merkle_path p;

	assert_true(merkle_inclusion(BENCH_PLACE, BENCH_LEAVES, merkle_look_leaves, &b->tree, &p));
	buf_put(out, b->receipt.at + 1, 44); /* "id":"…" as the receipt has it */
	buf_str(out, "\"receipt\":");
	buf_json(out, b->receipt);
	buf_str(out, ",\"logged\":\"yes\",\"proof\":{\"record\":");
	buf_json(out, b->record);
	buf_str(out, ",\"record_hash\":\"");
	buf_hex(out, hash.b, 32);
	buf_printf(out, "\",\"kind\":\"intake\",\"coverage\":3,\"at\":\"2026-03-02T10:00:00.123456+08:00\",\"leaf\":{\"index\":0,\"size\":1,\"path\":[]},"
	           "\"log\":{\"index\":%d,\"size\":%d,\"path\":", BENCH_PLACE, BENCH_LEAVES);
	bench_put_path(out, &p);
	buf_str(out, "}}");
}

static void bench_files(struct proof_bench *b)
{
	struct receipt_batch *batch = receipt_batch_new(&b->arena, 1);
	struct merkle_path p;
	struct buf proof, bundle, consistency, inclusion;

	buf_init(&proof, &b->arena, 4096);
	buf_str(&proof, "{\"proof_of\":\"filing\",");
	bench_put_item(b, &proof);
	buf_str(&proof, ",\"checkpoint\":");
	buf_json(&proof, b->note);
	buf_char(&proof, '}');
	b->proof = buf_as_text(&proof);

	buf_init(&bundle, &b->arena, 4096);
	buf_str(&bundle, "{\"statement\":\"evidence\",\"issued_at\":\"2026-03-02T10:00:02+08:00\",\"filings\":[{");
	bench_put_item(b, &bundle);
	buf_str(&bundle, "}],\"records\":[{\"table\":\"decision\",\"id\":\"x\",\"logged\":\"pending\",\"proof\":null}],\"checkpoint\":");
	buf_json(&bundle, b->note);
	buf_char(&bundle, '}');
	receipt_batch_add_statement(batch, buf_as_text(&bundle));
	assert_true(receipt_batch_seal(batch, b->signer));
	b->bundle = receipt_batch_get(batch, 0);

	assert_true(merkle_consistency(BENCH_OLDER, BENCH_LEAVES, merkle_look_leaves, &b->tree, &p));
	buf_init(&consistency, &b->arena, 4096);
	buf_str(&consistency, "{\"proof\":\"consistency\",\"path\":");
	bench_put_path(&consistency, &p);
	buf_str(&consistency, ",\"from_checkpoint\":");
	buf_json(&consistency, b->older_note);
	buf_str(&consistency, ",\"to_checkpoint\":");
	buf_json(&consistency, b->note);
	buf_char(&consistency, '}');
	b->consistency = buf_as_text(&consistency);

	assert_true(merkle_inclusion(BENCH_PLACE, BENCH_LEAVES, merkle_look_leaves, &b->tree, &p));
	buf_init(&inclusion, &b->arena, 4096);
	buf_printf(&inclusion, "{\"proof\":\"inclusion\",\"leaf\":%d,\"leaf_hash\":\"", BENCH_PLACE);
	buf_hex(&inclusion, b->leaves + 32 * BENCH_PLACE, 32);
	buf_str(&inclusion, "\",\"path\":");
	bench_put_path(&inclusion, &p);
	buf_str(&inclusion, ",\"checkpoint\":");
	buf_json(&inclusion, b->note);
	buf_char(&inclusion, '}');
	b->inclusion = buf_as_text(&inclusion);
}

static void proof_bench_init(struct proof_bench *b)
{
	uint8_t key[PUBLIC_KEY_BYTES];
	struct fault f = { 0 };

	memset(b, 0, sizeof(*b));
	(void)snprintf(b->dir, sizeof(b->dir), "/tmp/proof_test.XXXXXX");
	assert_non_null(mkdtemp(b->dir));
	(void)snprintf(b->path, sizeof(b->path), "%s/key.pem", b->dir);
	assert_true(signer_create(b->path, &f));
	b->signer = signer_load(b->path, &f);
	assert_non_null(b->signer);
	signer_public(b->signer, key);
	trusted_key_init(&b->key, key, INT64_MAX);
	b->trust = (struct trust){ .keys = &b->key, .key_count = 1 };
	arena_init(&b->arena, 4 << 20);
	bench_receipt(b);
	bench_tree(b);
	bench_files(b);
}

static void proof_bench_done(struct proof_bench *b)
{
	arena_done(&b->arena);
	signer_free(b->signer);
	unlink(b->path);
	rmdir(b->dir);
}

#endif
