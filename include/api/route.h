/*
 * The one table of everything this server answers to: matching, 405 and Allow, roles, limits, query parameters,
 * labels of the metrics and /openapi.json all come from it.
 */
#ifndef API_ROUTE_H
#define API_ROUTE_H

#include "api/req.h"

#define ROLE_BIT(r) (1u << (r))
#define ROLES_ALL   (ROLE_BIT(ROLE_ENTERPRISE) | ROLE_BIT(ROLE_REGULATOR) | ROLE_BIT(ROLE_OPERATOR) | ROLE_BIT(ROLE_AUTHORITY) | ROLE_BIT(ROLE_BANK))
#define ROLES_READ  (ROLE_BIT(ROLE_ENTERPRISE) | ROLE_BIT(ROLE_REGULATOR) | ROLE_BIT(ROLE_OPERATOR))
#define ROLES_NONE  0u /* public: no token is asked for */

enum route_body {
	ROUTE_BODY_NONE,
	ROUTE_BODY_JSON,   /* small: ROUTE_SMALL_BYTES */
	ROUTE_BODY_LONG,   /* JSON, up to api_conf.body_bytes */
	ROUTE_BODY_FORM,   /* application/x-www-form-urlencoded, up to api_conf.body_bytes */
	ROUTE_BODY_ANSWER, /* JSON or XML, up to api_conf.body_bytes */
	ROUTE_BODY_FILING, /* these, or NDJSON up to api_conf.batch.body_bytes; also as gzip */
	ROUTE_BODY_COUNT
};
enum { ROUTE_SMALL_BYTES = 65536 };

struct route {
	const char *name;         /* operation id, label of the metrics */
	const char *method;
	const char *path;         /* "/v1/filings/{id}" */
	unsigned roles;
	enum route_body body;
	const char *const *query; /* names of parameters it takes */
	int query_count;
	const char *type;         /* of its good answers */
	const char *schema;       /* of /openapi.json, for them; NULL: plain text */
	const char *also;         /* another type they may have; NULL: none */
	bool also_lines;          /* or NDJSON */
	const char *takes;        /* schema of its JSON body */
	bool is_relay;            /* spoken to by relays' clients: 200 is OK as plain text, who brings no token is asked for
	                           * name and password, too */
	bool files;               /* something is filed: in production only by enterprises that are live */
	bool keeps_keys;          /* remembers Idempotency-Keys itself, with its records; or keeps nothing of a request */
	bool shows_secret;        /* in its good answer, this once */
	bool also_503;            /* a 503 may be of that schema too */
	const char *statuses;     /* besides those every route has: "201 404 409" */
	const char *summary;
	step_fn *handler;
};

struct route_table {
	const struct route *list;
	int count;
};
/* routes.c. Handlers stand in it: whoever serves one knows the table by struct api only. */
extern const struct route_table api_routes;

struct route_match {
	const struct route *route;  /* NULL: none */
	struct text captures[REQ_CAPTURES]; /* raw */
	bool path_known;            /* the path is known, perhaps the method is not */
};
/* HEAD finds GET. */
void route_find(const struct route_table *t, struct text method, struct text path, struct route_match *out);
/* "GET, HEAD, OPTIONS, POST" for a known path. */
void route_put_allow(const struct route_table *t, struct buf *b, struct text path);
/* Whether api/idempotency.c honours an Idempotency-Key there: what changes something, and is no filing. */
bool route_takes_key(const struct route *route);
/* Every status this route may answer with, ascending; returns how many. */
enum { ROUTE_STATUSES_MAX = 24 };
int route_statuses(const struct route *route, int out[ROUTE_STATUSES_MAX]);

#endif
