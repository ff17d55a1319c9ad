/* The language in which customs' receipts are told. */
#ifndef API_RECEIPT_TEXT_H
#define API_RECEIPT_TEXT_H

#include "api/req.h"

/* Customs' software reads Chinese; another language must be asked for. */
bool customs_speaks_chinese(const struct req *r);

#endif
