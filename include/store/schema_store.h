/* The schema: migrations embedded at build, applied forward only, checksummed. Blocking: tools and start-up. */
#ifndef STORE_SCHEMA_STORE_H
#define STORE_SCHEMA_STORE_H

#include "io/db.h"
#include "model/onboarding.h"

/* Applies what is missing under one advisory lock, each file in a transaction; then makes partitions from
 * the month before now_us for 4 months (the daemon makes the later ones) and analyzes. Refuses when an applied file's checksum differs. applied: how many ran. */
bool schema_migrate(struct db_sync *s, int64_t now_us, int *applied, struct fault *f) must_check;
/* FAULT_SCHEMA naming both versions when the database is older or newer than this program, or a checksum differs. */
bool schema_check(struct db_sync *s, struct fault *f) must_check;
int schema_version(void); /* of this program: number of the last migration */
/* What the database is for (table setting). */
bool schema_purpose(struct db_sync *s, enum purpose *out, struct fault *f) must_check;

/* For /readyz, without waiting: one row: version, fsync is on, is writable, purpose (columns SH_…). */
enum { SH_VERSION, SH_FSYNC, SH_WRITABLE, SH_PURPOSE };
extern const struct db_stmt schema_store_health;
/* $1: a day (integer, days since 1970) of the first of three months. Makes one partition that is lacking: in a transaction with others it could
 * meet a statement that holds the one table and waits for the other. One row: how many were made, 0: all are there; none: another daemon is at it. */
extern const struct db_stmt schema_store_partitions;

#endif
