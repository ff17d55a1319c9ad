/* Limits of requests: dated rows, as they came with the clients. */
#ifndef STORE_QUOTA_STORE_H
#define STORE_QUOTA_STORE_H

#include "io/db.h"

enum quota_class { QUOTA_FILING, QUOTA_READING, QUOTA_WRITING, QUOTA_CLASS_COUNT };
const char *quota_class_name(enum quota_class c);
bool quota_class_by_name(struct text t, enum quota_class *out) must_check;

struct quota_limit {
	enum quota_class class;
	int client_id;  /* 0: of everybody */
	struct text role; /* absent: of every one */
	int quota, window_s;
	int64_t from_us, to_us;
	struct text source;
};

struct quota_limits { /* the nearest first */
	const struct quota_limit *list;
	int count;
};

extern const struct db_stmt quota_store_all;
/* False: the arena is full. */
bool quota_limits_read(struct arena *a, const struct db_rows *rows, struct quota_limits *out) must_check;
/* NULL: there is no limit. */
const struct quota_limit *quota_limits_find(const struct quota_limits *l, enum quota_class c, int client_id, const char *role, int64_t now_us);

#endif
