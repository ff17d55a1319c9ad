/* The shapes of answers and small bodies, for /openapi.json: JSON Schema as text, by name. */
#ifndef API_OPENAPI_H
#define API_OPENAPI_H

struct openapi_schema {
	const char *name, *json;
};
/* A NULL name ends each list, a NULL list all of them. */
extern const struct openapi_schema openapi_filings[], openapi_exchange[], openapi_operation[], openapi_authorities[], openapi_service[], openapi_feed[],
	openapi_webhooks[], openapi_audit[], openapi_rights[], openapi_released[], openapi_tracking[], openapi_lookups[], openapi_access[],
	openapi_credit[], openapi_cases[], openapi_risk[], openapi_quality[], openapi_persons[];
extern const struct openapi_schema *const openapi_schemas[];

/* Schema and words of a query or path parameter, the same wherever it stands; NULL: any text. */
struct openapi_parameter {
	const char *name, *schema, *description;
};
const struct openapi_parameter *openapi_parameter(const char *name, int len);

#endif
