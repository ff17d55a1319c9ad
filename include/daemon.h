/* All workers of the process: threads, signals, the service manager. */
#ifndef DAEMON_H
#define DAEMON_H

#include "config.h"
#include "startup.h"

/* Runs until SIGTERM or SIGINT. False: it could not start or go on. config changes with SIGHUP. */
bool daemon_run(struct config *c, const struct startup *s, struct fault *f) must_check;

#endif
