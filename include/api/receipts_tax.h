/* Customs' messages about tax bills, which come in where its receipts do. */
#ifndef API_RECEIPTS_TAX_H
#define API_RECEIPTS_TAX_H

#include "api/req.h"

/* The body begins as a message 816 or 818: stores what it says and answers. */
step_fn taxes_take;

#endif
