/* Kill points: the armed one kills at its count, nothing else does. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/killpoint.h"

/* Calls made before a child armed so died; -1: it lived through ten. */
static int calls_survived(const char *armed)
{
	int fds[2], status, survived = 0;
	char byte;
	pid_t child;

	assert_int_equal(pipe(fds), 0);
	child = fork();
	assert_true(child >= 0);
	if (child == 0) {
		killpoint_arm(armed);
		for (int i = 0; i < 10; i++) {
			killpoint(KILLPOINT_CLAIMED);
			killpoint(KILLPOINT_INTAKE_STORED);
			if (write(fds[1], "x", 1) != 1)
				_exit(1);
		}
		_exit(0);
	}
	(void)close(fds[1]);
	while (read(fds[0], &byte, 1) == 1)
		survived++;
	(void)close(fds[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return -1;
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	return survived;
}

static void armed(void **state)
{
	static const struct {
		const char *armed;
		int survived;
	} cases[] = {
		{ NULL, -1 }, { "", -1 }, { "intake.stored:1", 0 }, { "intake.stored", 0 }, { "intake.stored:4", 3 },
		{ "dispatch.claimed:10", 9 }, { "dispatch.claimed:11", -1 }, { "intake.sent:1", -1 }, { "intake.stored:0", -1 },
		{ "intake.stored:-1", -1 }, { "intake.stored:x", -1 }, { "intake:1", -1 },
	};

	(void)state;
	for (size_t i = 0; i < COUNTOF(cases); i++) {
		print_message("armed \"%s\"\n", cases[i].armed == NULL ? "(none)" : cases[i].armed);
		assert_int_equal(calls_survived(cases[i].armed), cases[i].survived);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(armed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
