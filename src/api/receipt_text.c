/* The language of customs' receipts. */
#include "api/receipt_text.h"

bool customs_speaks_chinese(const struct req *r)
{
	return httpd_header(r->http, "Accept-Language").at == NULL || req_chinese(r);
}
