/*
 * Death on order, for the tests of faults. Unarmed, a kill point costs one load and one branch.
 * Armed once at start, before threads; the count is shared by all of them.
 */
#include "base/killpoint.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

static char armed_name[64];
static _Atomic long calls_left; /* 0: not armed */

void killpoint_arm(const char *name_and_count)
{
	const char *colon;
	size_t len;
	int64_t count = 1;

	calls_left = 0;
	if (name_and_count == NULL || name_and_count[0] == '\0')
		return;
	colon = strchr(name_and_count, ':');
	len = colon == NULL ? strlen(name_and_count) : (size_t)(colon - name_and_count);
	if (len >= sizeof(armed_name) || (colon != NULL && !text_to_i64(text_of(colon + 1), &count)) || count < 1)
		return;
	memcpy(armed_name, name_and_count, len);
	armed_name[len] = '\0';
	calls_left = count;
}

void killpoint(const char *name)
{
	if (calls_left <= 0 || strcmp(name, armed_name) != 0)
		return;
	if (--calls_left == 0)
		(void)kill(getpid(), SIGKILL);
}
