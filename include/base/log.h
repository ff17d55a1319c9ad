/*
 * One event, one line: to the journal when stderr is the journal, else JSON lines on stderr.
 *
 * Every event name is listed in docs/LOGS.md (a check compares). Bodies and personal data are
 * never logged. The sink is chosen once, before threads start. A line has at most 4096 bytes (a
 * longer message is cut) and is one write. When nobody reads stderr, lines are dropped
 * and the next line written says how many ("dropped").
 */
#ifndef BASE_LOG_H
#define BASE_LOG_H

#include <stdbool.h>

#include "base/attr.h"

enum log_level { LOG_LEVEL_ERROR = 3, LOG_LEVEL_WARNING = 4, LOG_LEVEL_NOTICE = 5, LOG_LEVEL_INFO = 6, LOG_LEVEL_DEBUG = 7 };

/* Ids that follow an event through the house; any may be NULL. */
struct log_ids {
	const char *trace, *filing, *declaration, *delivery, *authority, *client;
};

/* Gets one event whole: level, event name, message, ids; main points it at the journal. NULL: JSON lines on stderr. */
typedef void log_sink_fn(enum log_level level, const char *event, const char *message, const struct log_ids *ids);

void log_open(const char *program, enum log_level lowest, log_sink_fn *sink);
void log_level_set(enum log_level lowest); /* SIGHUP */
bool log_wanted(enum log_level level);
void log_event(const struct log_ids *ids, enum log_level level, const char *event, const char *fmt, ...) printf_like(4, 5);

#endif
