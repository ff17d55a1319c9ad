/* What the service manager gives and hears, played by this test; without libsystemd all is "not there". */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "io/systemd.h"

#ifdef HAVE_SYSTEMD
#define THERE true
#else
#define THERE false
#endif

static const char *const variables[] = { "NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID", "LISTEN_PID", "LISTEN_FDS",
	                                 "LISTEN_FDNAMES", "JOURNAL_STREAM" };

static int alone(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]); i++)
		assert_int_equal(unsetenv(variables[i]), 0);
	return 0;
}

static void set(const char *name, const char *value)
{
	assert_int_equal(setenv(name, value, 1), 0);
}

static void test_outside_of_systemd(void **state)
{
	(void)state;
	systemd_notify("READY=1");
	systemd_reloading();
	assert_int_equal(systemd_listen_fd("api"), -1);
	assert_int_equal(systemd_watchdog_us(), 0);
	assert_false(systemd_stderr_is_journal());
}

static void expect_message(int fd, const char *begins)
{
	char got[256] = "";
	ssize_t n = recv(fd, got, sizeof(got) - 1, MSG_DONTWAIT);

	if (!THERE) {
		assert_true(n < 0);
		return;
	}
	assert_true(n > 0);
	assert_memory_equal(got, begins, strlen(begins));
}

static void test_notify(void **state)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	char dir[] = "/tmp/systemd-test-XXXXXX";
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	(void)state;
	assert_non_null(mkdtemp(dir));
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/notify", dir);
	assert_int_equal(bind(fd, (const struct sockaddr *)&at, sizeof(at)), 0);
	set("NOTIFY_SOCKET", at.sun_path);
	systemd_notify("READY=1\nSTATUS=all well");
	expect_message(fd, "READY=1\nSTATUS=all well");
	systemd_reloading();
	expect_message(fd, "RELOADING=1\nMONOTONIC_USEC=");
	(void)close(fd);
	assert_int_equal(unlink(at.sun_path), 0);
	assert_int_equal(rmdir(dir), 0);
}

static void test_watchdog(void **state)
{
	char pid[24];

	(void)state;
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	set("WATCHDOG_USEC", "30000000");
	set("WATCHDOG_PID", pid);
	assert_int_equal(systemd_watchdog_us(), THERE ? 30000000 : 0);
	set("WATCHDOG_PID", "1"); /* meant for another process */
	assert_int_equal(systemd_watchdog_us(), 0);
}

/* Descriptors 3 and 4 as the manager passes them: a listening socket and one that is none. */
static void test_listen_fd(void **state)
{
	int listener = socket(AF_UNIX, SOCK_STREAM, 0), other = socket(AF_UNIX, SOCK_STREAM, 0);
	struct sockaddr_un any = { .sun_family = AF_UNIX };
	int kept[2] = { dup(3), dup(4) };
	char pid[24];

	(void)state;
	listener = dup2(listener, 13);
	other = dup2(other, 14);
	assert_int_equal(bind(listener, (const struct sockaddr *)&any, sizeof(any.sun_family)), 0); /* a name of its own */
	assert_int_equal(listen(listener, 1), 0);
	assert_int_equal(dup2(listener, 3), 3);
	assert_int_equal(dup2(other, 4), 4);
	(void)snprintf(pid, sizeof(pid), "%ld", (long)getpid());
	set("LISTEN_PID", pid);
	set("LISTEN_FDS", "2");
	set("LISTEN_FDNAMES", "api:admin");
	assert_int_equal(systemd_listen_fd("api"), THERE ? 3 : -1);
	assert_int_equal(systemd_listen_fd("admin"), -1); /* does not listen */
	assert_int_equal(systemd_listen_fd("metrics"), -1);
	assert_int_equal(systemd_listen_fd("api"), THERE ? 3 : -1); /* asked twice */
	for (int i = 0; i < 2; i++) {
		(void)close(13 + i);
		(void)close(3 + i);
		if (kept[i] >= 0) {
			assert_int_equal(dup2(kept[i], 3 + i), 3 + i);
			(void)close(kept[i]);
		}
	}
}

static void test_journal(void **state)
{
	const struct log_ids ids = { .trace = "t", .client = "c" };
	struct stat st;
	char stream[64];

	(void)state;
	assert_int_equal(fstat(STDERR_FILENO, &st), 0);
	(void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev, (unsigned long long)st.st_ino);
	set("JOURNAL_STREAM", stream);
	assert_int_equal(systemd_stderr_is_journal(), THERE);
	(void)snprintf(stream, sizeof(stream), "%llu:%llu", (unsigned long long)st.st_dev,
	               (unsigned long long)st.st_ino + 1);
	set("JOURNAL_STREAM", stream);
	assert_false(systemd_stderr_is_journal());
	systemd_journal_sink(LOG_LEVEL_INFO, "test.event", "a message", &ids); /* with or without a journal */
	systemd_journal_sink(LOG_LEVEL_INFO, "test.event", "a message", NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(test_outside_of_systemd, alone), cmocka_unit_test_setup(test_notify, alone),
		cmocka_unit_test_setup(test_watchdog, alone),           cmocka_unit_test_setup(test_listen_fd, alone),
		cmocka_unit_test_setup(test_journal, alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
