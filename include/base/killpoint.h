/*
 * Named places at which a test may kill this process.
 * Armed by the setting test.kill_point = "name:count", honoured only in a database marked as test.
 */
#ifndef BASE_KILLPOINT_H
#define BASE_KILLPOINT_H

#define KILLPOINT_INTAKE_SENT     "intake.sent"     /* the INSERT is on its way to PostgreSQL */
#define KILLPOINT_INTAKE_STORED   "intake.stored"   /* committed, not yet answered */
#define KILLPOINT_CLAIMED         "dispatch.claimed"
#define KILLPOINT_ATTEMPT_SENT    "attempt.sent"    /* the authority answered, not yet recorded */
#define KILLPOINT_PUSH_SENT       "push.sent"       /* the receiver answered, not yet recorded */
#define KILLPOINT_LOG_READ        "log.read"        /* leaves are hashed, not yet written into the log */
#define KILLPOINT_LOOKUP_SENT     "lookup.sent"     /* the department answered, not yet recorded */
#define KILLPOINT_RECEIPT_STORED  "receipt.stored"  /* stored, its effect not yet applied */

void killpoint_arm(const char *name_and_count); /* NULL or "": none */
void killpoint(const char *name);               /* SIGKILL to ourselves at the armed count */

#endif
