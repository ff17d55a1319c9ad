/*
 * The log grows: leaves that writers left get their numbers, the tree its nodes, and each step a signed head.
 *
 *   resting ──audit.sweep_ms──> reading ──nothing──> resting
 *                                  └──leaves──> hashing ──> writing ──(more) at once──> reading
 *
 * Any daemon may do it: the write holds only if the head is still the one that was read, so of two that append at the same time one
 * writes and the other begins anew. Who dies in between has appended all or nothing; leaves lie in the database since their writers'
 * commit. A head that is behind what this daemon has signed already is not signed: the log was put back, or written anew.
 */
#ifndef FLOW_APPENDER_H
#define FLOW_APPENDER_H

#include "flow/follower.h"

extern const struct follower_kind appender_kind;

#endif
