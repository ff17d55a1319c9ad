/* What the service manager gives and wants; every call is harmless outside it, and without libsystemd. */
#ifndef IO_SYSTEMD_H
#define IO_SYSTEMD_H

#include <stdbool.h>
#include <stdint.h>

#include "base/log.h"

int systemd_listen_fd(const char *name);  /* -1: none of that name was passed */
void systemd_notify(const char *state);   /* "READY=1", "STATUS=…", "STOPPING=1", "WATCHDOG=1" */
void systemd_reloading(void);             /* RELOADING=1 with the monotonic time */
int64_t systemd_watchdog_us(void);        /* 0: not asked for */
bool systemd_stderr_is_journal(void);
log_sink_fn systemd_journal_sink;

#endif
