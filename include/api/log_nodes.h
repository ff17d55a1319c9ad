/*
 * Nodes of the log's tree for the proofs of one answer: first all that are needed are written down, then one read brings them.
 *
 *   init ──merkle_…(log_nodes_want)──> await ──found──> merkle_…(log_nodes_have)
 */
#ifndef API_LOG_NODES_H
#define API_LOG_NODES_H

#include "api/req.h"
#include "model/merkle_path.h"

struct log_nodes {
	struct req *r;
	struct merkle_at *wanted;
	int count, room;
	const struct db_rows *rows; /* once they are there */
};

/* For so many proofs or roots. False: the arena is full. */
bool log_nodes_init(struct log_nodes *n, struct req *r, int proofs) must_check;
enum step log_nodes_await(struct log_nodes *n, db_step_fn *then) must_check;
merkle_look_fn log_nodes_want, log_nodes_have; /* their argument is the struct log_nodes */

/* A JSON array of hashes in base64url. */
void log_nodes_put_path(struct buf *b, const struct merkle_path *p);

#endif
