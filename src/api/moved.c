#include "api/moved.h"

#include "store/client_token.h"

enum step moved_await(struct req *r, const struct args *q, const struct db_stmt *stmt, db_step_fn *then)
{
	if (q == NULL || r->arena->full)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	db_call_init(&r->call);
	db_call_add(&r->call, stmt, q->p);
	db_call_add(&r->call, &client_store_moved, NULL);
	return await_db(r, then);
}

bool moved_met(struct req *r, const struct db_answer *a, const struct fault *none, enum step *refusal)
{
	if (a->outcome == DB_DONE && db_row_count(a->results[0]) > 0) {
		r->api->deps.reload(r->api->deps.arg);
		return true;
	}
	*refusal = a->outcome == DB_DONE ? reply_problem(r, none) : reply_db_fault(r, a);
	return false;
}
