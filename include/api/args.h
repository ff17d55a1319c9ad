/* Parameters of one statement, living in the request's arena until the answer is there. */
#ifndef API_ARGS_H
#define API_ARGS_H

#include "api/req.h"

enum { ARGS_MAX = 20 };

struct args {
	struct req *r;
	int count;
	struct db_param p[ARGS_MAX];
};

/* NULL: the arena is full; everything below takes NULL. */
struct args *args_new(struct req *r) must_check;
void args_text(struct args *q, struct text t); /* borrowed; absent: null */
void args_i32(struct args *q, int32_t v);
void args_i64(struct args *q, int64_t v);
void args_bool(struct args *q, bool v);
void args_time(struct args *q, int64_t us);
void args_bytes(struct args *q, const void *bytes, size_t len); /* borrowed */
void args_null(struct args *q);
void args_array(struct args *q, struct db_array *x); /* ends it */
void args_param(struct args *q, struct db_param p); /* made by the caller, in the request's arena */
void args_id(struct args *q, const struct id *id);   /* two parameters: its bucket and itself (copied) */
void args_uuid(struct args *q, const struct id *id); /* itself alone (copied) */
void args_new_id(struct args *q);                    /* a new one alone, of any bucket */
void args_caller(struct args *q);                    /* two: client id; whether it sees records of every client */
/* The record that the path names, as far as the caller may see it: args_id and args_caller. False: the path holds no id of ours. */
bool args_own_record(struct args *q) must_check;
void args_key(struct args *q, const struct id *declaration, enum authority a, int version); /* four: of a delivery */

/* sql/queries/<name>.sql with these parameters. */
enum step args_await_query(struct req *r, struct args *q, const char *name, db_step_fn *then) must_check;
enum step args_await(struct req *r, struct args *q, const struct db_stmt *stmt, db_step_fn *then) must_check;

/* Words in the caller's language as JSON, for a statement to put beside codes. */
struct text args_state_titles(struct req *r) must_check;   /* {"waiting":"Waiting for flows",…} */
struct text args_verdict_titles(struct req *r) must_check; /* {"MISSING":…} */
struct text args_return_titles(struct req *r) must_check;  /* {"requested":…} */
struct text args_rule_words(struct req *r) must_check;     /* {"match.amount":{"detail":…,"remedy":…},…} */

#endif
