/*
 * Alarms: what others saw and left as a signal, judged by the rules of its day (sql/migrations/0027_alarms.sql; RULES 8.2; E120).
 *
 *   resting ──credit.sweep_ms──> signals with their facts ──model/risk_alarm──> alarms, the cases of those in force; the signals go ──> resting, or at once again
 *
 * A signal goes in the statement that writes its alarms, so of two daemons one writes them; and an alarm's id follows from rule, subject and
 * occasion, so the same seen again is no other one. No judgement of a declaration waits for it.
 */
#ifndef FLOW_ALARMS_H
#define FLOW_ALARMS_H

#include "flow/follower.h"

extern const struct follower_kind alarms_kind;

#endif
