/* What a stored receipt says, and how customs' receipts are told: their language, their guids. */
#ifndef API_RECEIPT_TEXT_H
#define API_RECEIPT_TEXT_H

#include "api/req.h"

/* A receipt's bytes are our own: its members are found where they are written. */
struct text receipt_id(struct text receipt);                       /* at == NULL: it is no receipt */
int64_t receipt_time(struct text receipt, int64_t otherwise);
/* returnInfo of a filing that was taken. */
void receipt_put_info(const struct req *r, struct buf *b, struct text receipt);
/* Customs' software reads Chinese; another language must be asked for. */
bool customs_speaks_chinese(const struct req *r);
/* 36 characters, capitals: always the same for the same digest and place. Empty: the arena is full. */
struct text customs_guid(struct req *r, const struct sha256 *digest, const char *of);

#endif
