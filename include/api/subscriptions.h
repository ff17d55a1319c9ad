/* What src/api/subscriptions*.c share. */
#ifndef API_SUBSCRIPTIONS_H
#define API_SUBSCRIPTIONS_H

#include "api/args.h"

/* Three parameters: the subscription of the path, and who asks. False: that is no id. */
bool subscription_args(struct req *r, struct args *q) must_check;
/* A new secret, its bytes in the arena; absent: the kernel gives none. */
struct text subscription_new_secret(struct req *r);
/* As callers are shown it, with its secret: the only time. */
enum step subscription_reply_secret(struct req *r, int status, struct text shown, struct text secret) must_check;
/* Runs the statement, then reads the subscription as it is now: then gets both results. */
enum step subscription_await_change(struct req *r, struct args *change, const struct db_stmt *stmt, const struct id *id, db_step_fn *then) must_check;
/* An answer of these two: 404 when the first has no row, else the subscription. */
db_step_fn subscription_changed;

#endif
