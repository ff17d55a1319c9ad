/*
 * Closes the months of senders' data that are over (sender_month_close() of 0024_sender_quality.sql), one after the other; what follows of
 * their figures, such as event CE02 (RULES 7.3), is recorded by the same statement.
 *
 *   resting ──the first sweep of an hour──> closing ──one was closed──> closing
 *                                             └──none is over, or put off──> resting
 */
#ifndef FLOW_MONTH_CLOSER_H
#define FLOW_MONTH_CLOSER_H

#include "flow/follower.h"

extern const struct follower_kind month_closer_kind;

#endif
