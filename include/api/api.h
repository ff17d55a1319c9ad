/*
 * HTTP in: routes, authentication, answers. One per worker; it does not know flow/.
 *
 * api_calls() is what io/httpd is started with. Every resource is one file of steps
 * (api/filings.c …): a step ends in a reply or in a wait, there is no other way out.
 */
#ifndef API_API_H
#define API_API_H

#include "api/deps.h"
#include "io/httpd.h"

struct api;

struct api *api_new(const struct api_conf *conf, const struct api_deps *deps, struct fault *f) must_check;
const struct httpd_calls *api_calls(struct api *a);
void api_draining(struct api *a); /* /readyz turns red, answers say Connection: close, streams end */
int api_streams(const struct api *a);     /* open streams of the feed */
void api_free(struct api *a);

#endif
