/*
 * The streams of the feed (server-sent events) of one worker.
 *
 * One look at the feed serves all of them. Most are in step: they have everything up to the front, the event up to which the feed was
 * looked at, and get what the next look brings. One that begins earlier, or reads too slowly for its buffer, is behind; looks
 * for the one that is furthest behind take turns with those at the front until it is in step.
 *
 * A frame is an event's id (its number), type and JSON. Now and then each stream says that it lives, and up to where it has
 * been served, which a browser remembers as the last id; so who comes again with Last-Event-ID goes on without a gap or a double.
 */
#ifndef API_EVENT_HUB_H
#define API_EVENT_HUB_H

#include "api/deps.h"
#include "api/event_wish.h"

struct event_hub;

struct event_hub *event_hub_new(const struct feed_conf *conf, const struct api_deps *deps) must_check; /* NULL: no memory */
/* Answers with a stream, or refuses: the client has too many, or all have. */
enum step event_hub_join(struct event_hub *h, struct req *r, const struct event_wish *wish) must_check;
int event_hub_count(const struct event_hub *h);
void event_hub_drain(struct event_hub *h); /* ends all; nobody may join any more */
void event_hub_free(struct event_hub *h);  /* after the HTTP server; NULL allowed */

#endif
