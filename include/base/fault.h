/*
 * Why something failed.
 *
 * One table names every kind of failure: its problem slug, the HTTP status a
 * caller sees, whether trying again can help, and its title in English and
 * Chinese. A function that can fail returns bool and takes a struct fault
 * last; the first reason set is the one kept. Low floors return faults, the
 * step that decides logs once.
 */
#ifndef BASE_FAULT_H
#define BASE_FAULT_H

#include <stdbool.h>

#include "base/attr.h"

/*        code             slug                     status retry  English title                                  Chinese title */
#define FAULT_MAP(X) \
	X(NONE,            "none",                  200, false, "No fault",                                    "无错误") \
	X(BAD_REQUEST,     "bad-request",           400, false, "The request is not well formed",              "请求格式错误") \
	X(BAD_JSON,        "bad-json",              400, false, "The body is not acceptable JSON",             "JSON 报文不合格") \
	X(BAD_XML,         "bad-xml",               400, false, "The body is not acceptable XML",              "XML 报文不合格") \
	X(UNAUTHENTICATED, "unauthenticated",       401, false, "A valid token is required",                   "需要有效的令牌") \
	X(SIGNATURE,       "signature-required",    401, false, "A valid signature of the request is required","需要有效的请求签名") \
	X(FORBIDDEN,       "forbidden",             403, false, "This client may not do that",                 "无此权限") \
	X(NOT_LIVE,        "not-live",              403, false, "This enterprise is not live yet",             "该企业尚未开通") \
	X(CREDIT_BARRED,   "credit-barred",         403, false, "The enterprise is on the negative list",      "该企业列入信用负面清单") \
	X(NOT_FOUND,       "not-found",             404, false, "There is no such record for this client",     "记录不存在") \
	X(METHOD,          "method-not-allowed",    405, false, "The resource does not take this method",      "不支持此方法") \
	X(NOT_ACCEPTABLE,  "not-acceptable",        406, false, "None of the accepted types can be made",      "无法提供所要求的格式") \
	X(DIGEST_ALGORITHM,"digest-unsupported-algorithms", 400, false, "None of the digest's algorithms is supported", "不支持所用的摘要算法") \
	X(DIGEST_INVALID,  "digest-invalid-values", 400, false, "The digest cannot be read",                   "摘要格式错误") \
	X(DIGEST_MISMATCH, "digest-mismatched-values", 400, false, "The digest is not that of the content",    "摘要与内容不符") \
	X(TOO_SLOW,        "request-timeout",       408, true,  "The request took too long to arrive",         "请求接收超时") \
	X(KEY_CONFLICT,    "key-conflict",          409, false, "The business key holds another filing",       "业务主键已存在不同内容的申报") \
	X(STATE_CONFLICT,  "state-conflict",        409, false, "The record's state does not allow this",      "当前状态不允许此操作") \
	X(GONE,            "gone",                  410, false, "The record was removed after its time",       "该记录已超过保存期限并被删除") \
	X(TOO_LARGE,       "too-large",             413, false, "The request is larger than allowed",          "请求超出大小限制") \
	X(TOO_MANY_LINES,  "too-many-lines",        413, false, "The batch has more lines than allowed",       "批量申报行数超出限制") \
	X(LINE_TOO_LONG,   "line-too-long",         413, false, "The line is longer than allowed",             "单行报文超出长度限制") \
	X(MEDIA_TYPE,      "unsupported-media",     415, false, "The media type is not supported",             "不支持的媒体类型") \
	X(RULE_BROKEN,     "rule-broken",           422, false, "The filing breaks one or more rules",         "申报数据不符合规则") \
	X(KEY_REUSED,      "idempotency-key-reused",422, false, "The Idempotency-Key came with another body",  "幂等键已用于其他内容") \
	X(OVER_QUOTA,      "over-quota",            429, true,  "Too many requests",                           "请求过于频繁") \
	X(QUOTA,           "quota-exceeded",        429, true,  "More requests than are allowed",              "请求次数超出限额") \
	X(BUG,             "internal",              500, false, "Internal error",                              "内部错误") \
	X(DAMAGED,         "record-damaged",        500, false, "A stored record cannot be read",              "已存储的记录无法读取") \
	X(BUSY,            "busy",                  503, true,  "The service is at its limit",                 "服务繁忙") \
	X(STORE_DOWN,      "store-down",            503, true,  "The database did not answer",                 "数据库无响应") \
	X(UNCERTAIN,       "uncertain",             503, true,  "It is not known whether this was stored; send it again", "存储结果未知，请重新发送") \
	X(AUTHORITY_AWAY,  "authority-away",        503, true,  "The authority did not answer",                "主管部门系统无响应") \
	X(STOPPING,        "stopping",              503, true,  "The service is stopping",                     "服务正在停止") \
	/* never seen by an HTTP caller: starting, configuration, tools */ \
	X(CONFIG,          "config",                500, false, "A setting is wrong",                          "配置错误") \
	X(SCHEMA,          "schema-version",        500, false, "The database schema is of another version",   "数据库结构版本不符") \
	X(SYSTEM,          "system",                500, true,  "The system refused a call",                   "系统调用失败")

enum fault_code {
#define X(code, slug, status, retry, en, zh) FAULT_##code,
	FAULT_MAP(X)
#undef X
	FAULT_COUNT
};

struct fault {
	enum fault_code code;
	char text[200]; /* detail in English, for the caller or the operator; never personal data */
};

/* Record the reason unless one is already set. Always returns false, so that a
 * failing function can end with `return fault_set(...)`. */
bool fault_set(struct fault *f, enum fault_code code, const char *fmt, ...) printf_like(3, 4);

const char *fault_slug(enum fault_code code);
int fault_http_status(enum fault_code code);
bool fault_may_retry(enum fault_code code);
const char *fault_title(enum fault_code code, bool chinese);

#endif
