/* Counters and histograms of the routes, of all workers together: any thread may count and read. Text form for Prometheus. */
#ifndef API_METRICS_H
#define API_METRICS_H

#include "api/route.h"

struct api_metrics *metrics_new(const struct route_table *table) must_check;
void metrics_free(struct api_metrics *m);
/* route NULL: none matched; status 0: the client left before its answer. */
void metrics_count(struct api_metrics *m, const struct route *route, int status, int64_t took_us);
void metrics_put(const struct api_metrics *m, struct buf *b);

#endif
