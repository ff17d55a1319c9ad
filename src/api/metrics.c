/* Per route: answers by status, and how long they took, as classic histograms. */
#include "api/metrics.h"

#include <stdatomic.h>
#include <stdlib.h>

static const int statuses[] = { 0, 200, 201, 202, 204, 207, 304, 400, 401, 403, 404, 405, 406, 408, 409, 413, 415, 422, 429, 500, 503 };
static const struct { int64_t us; const char *le; } bounds[] = {
	{ 500, "0.0005" }, { 1000, "0.001" }, { 2500, "0.0025" }, { 5000, "0.005" }, { 10000, "0.01" }, { 25000, "0.025" },
	{ 50000, "0.05" }, { 100000, "0.1" }, { 250000, "0.25" }, { 500000, "0.5" }, { 1000000, "1" }, { 2500000, "2.5" },
	{ 10000000, "10" },
};

struct route_metrics {
	_Atomic uint64_t by_status[COUNTOF(statuses) + 1]; /* the last: any other */
	_Atomic uint64_t by_bound[COUNTOF(bounds) + 1];    /* not cumulative; the last: longer. Their sum is how many there were */
	_Atomic uint64_t sum_us;
};

struct api_metrics {
	const struct route_table *table;
	int count;
	struct route_metrics routes[]; /* the last: no route */
};

struct api_metrics *metrics_new(const struct route_table *table)
{
	int count = table->count + 1;
	struct api_metrics *m = calloc(1, sizeof(*m) + sizeof(m->routes[0]) * (size_t)count);

	if (m == NULL)
		return NULL;
	m->table = table;
	m->count = count;
	return m;
}

void metrics_free(struct api_metrics *m)
{
	free(m);
}

static void add(_Atomic uint64_t *to, uint64_t n)
{
	atomic_fetch_add_explicit(to, n, memory_order_relaxed);
}

static uint64_t get(const _Atomic uint64_t *of)
{
	return atomic_load_explicit(of, memory_order_relaxed);
}

void metrics_count(struct api_metrics *m, const struct route *route, int status, int64_t took_us)
{
	struct route_metrics *one = &m->routes[route == NULL ? m->count - 1 : (int)(route - m->table->list)];
	size_t s = 0, b = 0;

	while (s < COUNTOF(statuses) && statuses[s] != status)
		s++;
	while (b < COUNTOF(bounds) && took_us > bounds[b].us)
		b++;
	add(&one->by_status[s], 1);
	add(&one->by_bound[b], 1);
	add(&one->sum_us, took_us < 0 ? 0 : (uint64_t)took_us);
}

static const char *label(const struct api_metrics *m, int i)
{
	return i == m->count - 1 ? "none" : m->table->list[i].name;
}

static void put_requests(const struct api_metrics *m, struct buf *b)
{
	buf_str(b, "# HELP tongguan_http_requests_total Requests by route and status; status 0: the client left first.\n"
	           "# TYPE tongguan_http_requests_total counter\n");
	for (int i = 0; i < m->count; i++) {
		for (size_t s = 0; s <= COUNTOF(statuses); s++) {
			uint64_t count = get(&m->routes[i].by_status[s]);

			if (count == 0)
				continue;
			buf_printf(b, "tongguan_http_requests_total{route=\"%s\",status=\"", label(m, i));
			if (s == COUNTOF(statuses))
				buf_str(b, "other");
			else
				buf_i64(b, statuses[s]);
			buf_str(b, "\"} ");
			buf_i64(b, (int64_t)count);
			buf_char(b, '\n');
		}
	}
}

static void put_histogram(const struct route_metrics *one, const char *route, struct buf *b)
{
	uint64_t counts[COUNTOF(bounds) + 1], count = 0, below = 0, sum_us = get(&one->sum_us);

	for (size_t i = 0; i < COUNTOF(counts); i++)
		count += counts[i] = get(&one->by_bound[i]);
	if (count == 0)
		return;
	for (size_t i = 0; i < COUNTOF(counts); i++) {
		below += counts[i];
		buf_printf(b, "tongguan_http_request_duration_seconds_bucket{route=\"%s\",le=\"%s\"} %llu\n", route,
		           i == COUNTOF(bounds) ? "+Inf" : bounds[i].le, (unsigned long long)below);
	}
	buf_printf(b, "tongguan_http_request_duration_seconds_sum{route=\"%s\"} %llu.%06llu\n", route,
	           (unsigned long long)(sum_us / 1000000), (unsigned long long)(sum_us % 1000000));
	buf_printf(b, "tongguan_http_request_duration_seconds_count{route=\"%s\"} %llu\n", route, (unsigned long long)count);
}

void metrics_put(const struct api_metrics *m, struct buf *b)
{
	put_requests(m, b);
	buf_str(b, "# HELP tongguan_http_request_duration_seconds From the request's first byte to the end of its answer.\n"
	           "# TYPE tongguan_http_request_duration_seconds histogram\n");
	for (int i = 0; i < m->count; i++)
		put_histogram(&m->routes[i], label(m, i), b);
}
