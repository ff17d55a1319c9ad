/*
 * How an authority does, in one word, and how long a message that is filed now will wait there. Pure.
 *
 * The wait is the time until it is tried again (a planned end of maintenance, a pause it asked for, the breaker's next probe)
 * and the time that the backlog needs after that:
 *
 *   by the limits     a second takes max_per_s, and what max_in_flight messages at once make of the usual duration
 *   by what happened  where something has waited for the whole window, the rate of the window is what the authority takes
 *                     in truth, whatever the limits say
 *
 * The lower of them counts. While it is down nobody knows until when: the wait is the least one then.
 */
#ifndef MODEL_OUTLOOK_H
#define MODEL_OUTLOOK_H

#include <stdbool.h>
#include <stdint.h>

enum health { HEALTH_OFF, HEALTH_UP, HEALTH_PROBING, HEALTH_DOWN, HEALTH_MAINTENANCE };
const char *health_name(enum health h);

struct outlook_case {
	bool connected, in_maintenance;
	bool away, probing;        /* somebody's breaker is open, and nobody had an answer since; it is being probed just now */
	int senders;               /* workers that told of themselves lately */
	int max_per_s;             /* 0: no limit */
	int max_in_flight;         /* of each sender */
	int64_t backlog;           /* due, and in hand */
	int64_t oldest_age_us;     /* of what is due; 0: nothing is */
	int64_t answered, elapsed_us, window_us; /* within the window; elapsed: of all of them */
	int64_t timeout_us;        /* what an attempt takes at most: stands for its duration while nothing was answered */
	int64_t until_us;          /* how long it is left alone yet: maintenance, pause, breaker; INT64_MAX: nobody said */
};

struct outlook {
	enum health health;
	int64_t wait_us;           /* -1: cannot be said */
	bool at_least;             /* it may as well be longer */
};

struct outlook outlook_of(const struct outlook_case *c);

#endif
