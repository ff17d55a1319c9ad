/* The loop: order of timers and put-off tasks, descriptors that change hands, wakes, hooks, signals. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/clock.h"
#include "io/loop.h"

#define MS INT64_C(1000)

struct bench { /* what every test hangs its objects on */
	struct loop *loop;
	char trace[256];
	int count;
};

static void note(struct bench *b, char c)
{
	size_t n = strlen(b->trace);

	assert_true(n + 1 < sizeof(b->trace));
	b->trace[n] = c;
	b->trace[n + 1] = '\0';
}

static int set_up(void **state)
{
	struct bench *b = calloc(1, sizeof(*b));
	struct fault f = { 0 };

	assert_non_null(b);
	b->loop = loop_new(&f);
	assert_non_null(b->loop);
	*state = b;
	return 0;
}

static int tear_down(void **state)
{
	struct bench *b = *state;

	loop_free(b->loop);
	free(b);
	return 0;
}

struct timer {
	struct loop_timer timer;
	struct bench *b;
	char name;
	int again; /* times it arms itself anew, due at once */
	bool ends;
};

static void on_timer(struct loop_timer *t)
{
	struct timer *x = container_of(t, struct timer, timer);

	note(x->b, x->name);
	if (x->again-- > 0)
		loop_timer_set(x->b->loop, t, 0, on_timer);
	if (x->ends)
		loop_stop(x->b->loop);
}

static void test_timers_order(void **state)
{
	static const struct { char name; int ms; } in[] = { { 'd', 30 }, { 'b', 10 }, { 'e', 40 }, { 'a', 5 }, { 'x', 20 }, { 'c', 20 } };
	struct bench *b = *state;
	struct timer t[COUNTOF(in)] = { 0 };
	int64_t before = clock_mono_us();

	for (size_t i = 0; i < COUNTOF(in); i++) {
		t[i] = (struct timer){ .b = b, .name = in[i].name, .ends = in[i].name == 'e' };
		loop_timer_set(b->loop, &t[i].timer, in[i].ms * MS, on_timer);
	}
	loop_timer_clear(b->loop, &t[4].timer);
	loop_timer_clear(b->loop, &t[4].timer); /* harmless */
	loop_timer_set(b->loop, &t[0].timer, 30 * MS, on_timer); /* moved to where it was */
	loop_run(b->loop);
	assert_string_equal(b->trace, "abcde");
	assert_true(clock_mono_us() - before >= 40 * MS);
}

/* Of equal times the one set first; one that arms itself for "now" does not starve the loop. */
static void test_timers_equal(void **state)
{
	struct bench *b = *state;
	struct timer t[4];

	for (int i = 0; i < 4; i++) {
		t[i] = (struct timer){ .b = b, .name = (char)('a' + i), .again = i == 0 ? 2 : 0, .ends = false };
		t[i].timer.due_us = 0;
	}
	t[3].ends = true;
	for (int i = 0; i < 3; i++)
		loop_timer_set(b->loop, &t[i].timer, 0, on_timer);
	loop_timer_set(b->loop, &t[3].timer, 5 * MS, on_timer);
	loop_run(b->loop);
	assert_string_equal(b->trace, "abcaad");
}

struct heap_check {
	struct loop_timer timer;
	struct loop *loop;
	int64_t want_us, *last_us;
	int *left;
};

static void on_heap_timer(struct loop_timer *t)
{
	struct heap_check *x = container_of(t, struct heap_check, timer);

	assert_true(t->due_us >= *x->last_us);
	*x->last_us = t->due_us;
	if (--*x->left == 0)
		loop_stop(x->loop);
}

static void test_timers_many(void **state)
{
	enum { MANY = 5000 };
	struct bench *b = *state;
	struct heap_check *t = calloc(MANY, sizeof(*t));
	int64_t last_us = 0;
	int left = 0;
	unsigned seed = 1;

	assert_non_null(t);
	for (int i = 0; i < MANY; i++) {
		t[i].loop = b->loop;
		t[i].last_us = &last_us;
		t[i].left = &left;
		loop_timer_set(b->loop, &t[i].timer, rand_r(&seed) % 30000, on_heap_timer);
		left++;
	}
	for (int i = 0; i < MANY; i += 3) { /* some leave, some move */
		loop_timer_clear(b->loop, &t[i].timer);
		left--;
	}
	for (int i = 1; i < MANY; i += 3)
		loop_timer_set(b->loop, &t[i].timer, rand_r(&seed) % 30000, on_heap_timer);
	loop_run(b->loop);
	assert_int_equal(left, 0);
	for (int i = 0; i < MANY; i++)
		assert_int_equal(t[i].timer.place, 0);
	free(t);
}

struct task {
	struct loop_task task;
	struct bench *b;
	char name;
	struct task *asks; /* puts this one off, */
	struct task *drops; /* cancels this one */
	bool ends;
};

static void on_task(struct loop_task *t)
{
	struct task *x = container_of(t, struct task, task);

	note(x->b, x->name);
	if (x->asks != NULL)
		loop_soon(x->b->loop, &x->asks->task, on_task);
	if (x->drops != NULL)
		loop_soon_cancel(x->b->loop, &x->drops->task);
	if (x->ends)
		loop_stop(x->b->loop);
}

struct turn_hook {
	struct loop_hook hook;
	struct bench *b;
	char name;
	int64_t wait_us;
	int turns, stop_after;
	bool leaves;
};

static void after_turn(struct loop_hook *h)
{
	struct turn_hook *x = container_of(h, struct turn_hook, hook);

	note(x->b, x->name);
	if (x->leaves)
		loop_hook_remove(x->b->loop, h);
	if (++x->turns == x->stop_after)
		loop_stop(x->b->loop);
}

static int64_t hook_wait(struct loop_hook *h)
{
	return container_of(h, struct turn_hook, hook)->wait_us;
}

static void test_soon_order(void **state)
{
	struct bench *b = *state;
	struct task late = { .b = b, .name = 'z', .ends = true };
	struct task dropped = { .b = b, .name = 'x' }, tail = { .b = b, .name = 'y' };
	struct task a = { .b = b, .name = 'a', .asks = &late }, c = { .b = b, .name = 'c', .drops = &dropped };
	struct turn_hook h = { .hook = { .after_turn = after_turn }, .b = b, .name = '|', .wait_us = -1 };

	loop_hook_add(b->loop, &h.hook);
	loop_soon(b->loop, &a.task, on_task);
	loop_soon(b->loop, &c.task, on_task);
	loop_soon(b->loop, &a.task, on_task); /* once, where it was */
	loop_soon(b->loop, &dropped.task, on_task);
	loop_soon(b->loop, &tail.task, on_task);
	loop_soon_cancel(b->loop, &tail.task); /* the last: what follows must still be linked */
	loop_soon(b->loop, &tail.task, on_task);
	loop_run(b->loop);
	assert_string_equal(b->trace, "acy|z|");
	loop_hook_remove(b->loop, &h.hook);
}

static void test_hooks(void **state)
{
	struct bench *b = *state;
	struct turn_hook first = { .hook = { .after_turn = after_turn, .wait_us = hook_wait }, .b = b, .name = '1', .wait_us = 2 * MS, .leaves = true };
	struct turn_hook second = { .hook = { .after_turn = after_turn, .wait_us = hook_wait }, .b = b, .name = '2', .wait_us = 3 * MS, .stop_after = 3 };
	struct turn_hook third = { .hook = { .after_turn = after_turn }, .b = b, .name = '3' };
	int64_t before = clock_mono_us();
	int64_t took;

	loop_hook_add(b->loop, &first.hook);
	loop_hook_add(b->loop, &second.hook);
	loop_hook_add(b->loop, &third.hook);
	loop_run(b->loop);
	took = clock_mono_us() - before;
	assert_string_equal(b->trace, "1232323");
	assert_true(took >= 8 * MS); /* 2 + 3 + 3: the hooks' bounds were slept */
	assert_true(took < 2900 * MS); /* and not three times the loop's own longest wait */
	assert_true(loop_stats(b->loop)->turns == 3);
}

struct end { /* one end of a socket pair */
	struct loop_fd watch;
	struct bench *b;
	char name;
	int events;
	struct end *victim, *heir; /* on its event: closes the victim and gives its number to the heir */
};

static void on_end(struct loop_fd *w, unsigned events)
{
	struct end *e = container_of(w, struct end, watch);
	char c;

	e->events++;
	if ((events & LOOP_HUP) != 0)
		note(e->b, 'H');
	if ((events & LOOP_READ) != 0 && read(w->fd, &c, 1) == 1)
		note(e->b, c);
	if (e->victim != NULL && e->victim->watch.slot != 0) {
		int fd = e->victim->watch.fd, pair[2];

		loop_fd_remove(e->b->loop, &e->victim->watch);
		(void)close(fd);
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
		assert_true(pair[0] == fd || pair[1] == fd); /* the number was taken at once */
		assert_true(loop_fd_add(e->b->loop, &e->heir->watch, fd, LOOP_READ, on_end));
		e->heir->b->count = pair[0] == fd ? pair[1] : pair[0];
	}
}

static void on_stop(struct loop_timer *t)
{
	loop_stop(container_of(t, struct timer, timer)->b->loop);
}

static void run_ms(struct bench *b, int ms)
{
	struct timer t = { .b = b };

	loop_timer_set(b->loop, &t.timer, ms * MS, on_stop);
	loop_run(b->loop);
}

/* Two descriptors are ready in one batch; the first one's call closes the second and its number is
 * taken by another watch: the second's event in the batch must reach nobody. */
static void test_fd_reuse_within_batch(void **state)
{
	struct bench *b = *state;
	struct end ends[2] = { { .b = b, .name = 'a' }, { .b = b, .name = 'b' } };
	struct end heirs[2] = { { .b = b }, { .b = b } };
	int pairs[2][2];

	for (int i = 0; i < 2; i++) {
		assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pairs[i]), 0);
		ends[i].victim = &ends[1 - i]; /* whichever comes first kills the other */
		ends[i].heir = &heirs[1 - i];
		assert_true(loop_fd_add(b->loop, &ends[i].watch, pairs[i][0], LOOP_READ, on_end));
		assert_int_equal(write(pairs[i][1], "r", 1), 1);
	}
	run_ms(b, 20);
	assert_int_equal(ends[0].events + ends[1].events, 1);
	assert_int_equal(heirs[0].events + heirs[1].events, 0);
	assert_string_equal(b->trace, "r");

	assert_int_equal(write(b->count, "n", 1), 1); /* the heir hears its own peer */
	run_ms(b, 20);
	assert_int_equal(heirs[0].events + heirs[1].events, 1);
	assert_string_equal(b->trace, "rn");

	for (int i = 0; i < 2; i++) {
		int fd = ends[i].watch.slot != 0 ? ends[i].watch.fd : heirs[i].watch.fd;

		loop_fd_remove(b->loop, &ends[i].watch);
		loop_fd_remove(b->loop, &heirs[i].watch);
		(void)close(fd);
		(void)close(pairs[i][1]);
	}
	(void)close(b->count);
}

static void on_write_once(struct loop_fd *w, unsigned events)
{
	struct end *e = container_of(w, struct end, watch);

	assert_true((events & LOOP_WRITE) != 0);
	note(e->b, 'w');
	loop_fd_want(e->b->loop, w, 0);
}

static void on_left(struct loop_fd *w, unsigned events)
{
	struct end *e = container_of(w, struct end, watch);

	assert_int_equal(events, LOOP_HUP);
	note(e->b, 'H');
	loop_fd_remove(e->b->loop, w);
	loop_fd_remove(e->b->loop, w); /* harmless */
}

static void test_fd_want_and_hup(void **state)
{
	struct bench *b = *state;
	struct end e = { .b = b };
	int pair[2], file = fileno(tmpfile());

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
	assert_true(loop_fd_add(b->loop, &e.watch, pair[0], LOOP_WRITE, on_write_once));
	run_ms(b, 10);
	assert_string_equal(b->trace, "w"); /* once: nothing is wanted any more */
	e.watch.fn = on_left;
	assert_int_equal(shutdown(pair[1], SHUT_WR), 0); /* noticed though nothing is wanted */
	run_ms(b, 10);
	assert_string_equal(b->trace, "wH");
	assert_false(loop_fd_add(b->loop, &e.watch, file, LOOP_READ, on_left)); /* no epoll on plain files */
	assert_int_equal(e.watch.slot, 0);
	(void)close(pair[0]);
	(void)close(pair[1]);
}

struct wakes {
	struct loop *loop;
	int ran, wanted;
	pthread_t loop_thread;
};

static void on_wake(void *arg)
{
	struct wakes *w = arg;

	assert_true(pthread_equal(pthread_self(), w->loop_thread));
	if (++w->ran == w->wanted)
		loop_stop(w->loop);
}

static void *wake_often(void *arg)
{
	struct wakes *w = arg;

	for (int i = 0; i < 20000; i++)
		while (!loop_wake(w->loop, on_wake, w))
			(void)sched_yield();
	return NULL;
}

static void test_wake(void **state)
{
	struct bench *b = *state;
	struct wakes w = { .loop = b->loop, .wanted = 40000, .loop_thread = pthread_self() };
	pthread_t threads[2];

	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, wake_often, &w), 0);
	loop_run(b->loop);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	assert_int_equal(w.ran, 40000);
}

static void test_wake_is_bounded(void **state)
{
	struct bench *b = *state;
	struct wakes w = { .loop = b->loop, .wanted = -1, .loop_thread = pthread_self() };
	int taken = 0;

	while (taken < 100000 && loop_wake(b->loop, on_wake, &w))
		taken++;
	assert_in_range(taken, 1, 99999);
	w.wanted = taken;
	loop_run(b->loop);
	assert_int_equal(w.ran, taken);
	assert_true(loop_wake(b->loop, on_wake, &w));
}

static void on_signal(void *arg, int number)
{
	struct bench *b = arg;

	note(b, number == SIGUSR1 ? '1' : '2');
	if (number == SIGUSR2)
		loop_stop(b->loop);
}

static void test_signals(void **state)
{
	static const int numbers[] = { SIGUSR1, SIGUSR2 };
	struct bench *b = *state;
	struct fault f = { 0 };

	assert_true(loop_signals(b->loop, numbers, 2, on_signal, b, &f));
	assert_int_equal(raise(SIGUSR1), 0);
	assert_int_equal(raise(SIGUSR2), 0);
	loop_run(b->loop);
	assert_string_equal(b->trace, "12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_timers_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_timers_equal, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_timers_many, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_soon_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_hooks, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fd_reuse_within_batch, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_fd_want_and_hup, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wake, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_wake_is_bounded, set_up, tear_down),
		cmocka_unit_test_setup_teardown(test_signals, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
