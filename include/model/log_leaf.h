/*
 * Leaves of the log: what one statement wrote, as bytes.
 *
 *   record ──SHA-256(0 || text)──► hash ─┐
 *   record ──────────────────────► hash ─┴─RFC 6962─► root ─► "tongguan leaf v1" kind coverage time count root ──SHA-256(0 || …)──► the log
 *
 * A record's text is the row as PostgreSQL writes it in JSON, with times and bytes as sql/migrations/0019_log.sql says. The leaf's bytes are
 * six lines, each ended by a line feed: that title, the kind, the number of the coverage, the time, how many records, the root in hex.
 */
#ifndef MODEL_LOG_LEAF_H
#define MODEL_LOG_LEAF_H

#include "model/merkle.h"

struct log_leaf {
	struct text kind, at; /* at: RFC 3339, in China, six digits of the second's fraction */
	int64_t coverage;
	uint64_t count;
	struct sha256 root;
};

struct sha256 log_record_hash(struct text record);
/* Root over the hashes of records, 32 bytes each; count of at least 1. */
struct sha256 log_records_root(const uint8_t *hashes, uint64_t count);
struct sha256 log_leaf_hash(const struct log_leaf *leaf);

#endif
