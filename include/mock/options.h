/* What tongguan-mock is started with. */
#ifndef MOCK_OPTIONS_H
#define MOCK_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum { OPTION_SETTINGS_MAX = 64 };

struct options {
	const char *listen, *gateway, *tokens, *port_file, *state;
	bool sync;
	int64_t seed;
	struct option_setting { /* CODE=…, in the order given */
		const char *what;   /* "behaviour": JSON; "rules": a file */
		const char *value;
	} settings[OPTION_SETTINGS_MAX];
	int setting_count;
};

/* 0, or the exit status to end with: wrong usage. Ends the process itself after --help and --version. */
int options_read(int argc, char **argv, struct options *o) must_check;

#endif
