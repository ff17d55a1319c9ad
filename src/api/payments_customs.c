/*
 * Real-time payment data (GACC 2018-179): what customs and platforms say to each other, in their own form. No token
 * is asked for: customs has none, and a platform is known by the signature of what it sends.
 *
 *   POST /platDataOpen                        customs asks us, who stand for a platform: the upload is written down
 *   POST /ceb2grab/grab/realTimeDataUpload    a platform sends us, who stand for customs, what we asked it for
 *        uploaded ─► the question and the platform's certificate ─► verified ─► stored
 *
 * Both answer 200 with a code: 10000, or 20000 and why. Only what could not be decided for want of the database is a 503.
 */
#include "api/args.h"
#include "api/form.h"
#include "api/handlers.h"
#include "base/log.h"
#include "standard/payment_data.h"

static db_step_fn written_down, found_question, stored;

static enum step reply_code(struct req *r, const struct payment_reply *reply)
{
	struct payment_reply out = *reply;
	struct buf b;

	out.at_us = r->now_us;
	buf_init(&b, r->arena, 256);
	payment_reply_put(&b, &out);
	return reply_json(r, 200, &b);
}

/* What the sender's JSON breaks is told in English after the Chinese title, as problems have it. */
static enum step refuse(struct req *r, const struct fault *f, bool has_total)
{
	struct payment_reply reply = { .code = PAYMENT_REFUSED, .has_total = has_total };
	struct buf b;

	if (fault_may_retry(f->code))
		return reply_problem(r, f);
	buf_init(&b, r->arena, 256);
	buf_printf(&b, "%s: %s", fault_title(f->code, true), f->text);
	reply.message = buf_as_text(&b);
	return reply_code(r, &reply);
}

/* ---- customs asks ---- */

/* $1 order, $2 id, $3 session, $4 now, $5 how many may wait. */
static const struct db_stmt open_data = {
	.name = "payment_open",
	.sql =
	"with known as (select platform_code, data_id from payment_data_order where order_no = $1::text),"
	" room as (select count(*) < $5::integer as is_left from (select 1 from payment_call where state = 'due' limit $5::integer) x),"
	" c as ("
	"  insert into payment_call (id, kind, session_id, platform_code, order_no, data_id, state, next_at, created_at)"
	"  select $2::uuid, 'upload', $3::text, platform_code, $1::text, data_id, 'due', $4::timestamptz, $4::timestamptz"
	"  from known, room where room.is_left and (select count(*) from known) = 1"
	"  on conflict (kind, session_id) do nothing returning 1)"
	" select (select count(*) from known), is_left, (select count(*) from c),"
	"  exists (select from payment_call where kind = 'upload' and session_id = $3::text and order_no = $1::text) from room",
	.param_count = 5,
	.flags = DB_WRITES,
};

enum step payment_data_opened(struct req *r)
{
	struct payment_query query;
	struct args *q = args_new(r);
	struct fault f = { 0 };
	struct text json;
	struct id id = id_new(r->api->deps.ids, r->now_us, 0);

	if (!form_read_only(r, "openReq", &json, &f) || !payment_query_read(r->arena, json, &query, &f))
		return refuse(r, &f, false);
	if (!r->api->conf.sends_payment_data)
		return reply_code(r, &(struct payment_reply){ .code = PAYMENT_REFUSED, .message = TEXT("本系统未启用支付数据上传") });
	args_text(q, query.order_no);
	args_uuid(q, &id);
	args_text(q, query.session_id);
	args_time(q, r->now_us);
	args_i32(q, r->api->conf.payment_waiting);
	return args_await(r, q, &open_data, written_down);
}

static enum step written_down(struct req *r, const struct db_answer *answer)
{
	const struct db_rows *rows;
	int64_t known;

	if (answer->outcome != DB_DONE)
		return reply_db_fault(r, answer);
	rows = answer->results[0];
	known = db_get_int(rows, 0, 0);
	if (db_get_int(rows, 0, 2) > 0 || db_get_int(rows, 0, 3) != 0)
		return reply_code(r, &(struct payment_reply){ .code = PAYMENT_TAKEN, .message = TEXT("") });
	if (known == 0)
		return reply_code(r, &(struct payment_reply){ .code = PAYMENT_REFUSED, .message = TEXT("该订单没有支付数据") });
	if (known > 1)
		return reply_code(r, &(struct payment_reply){ .code = PAYMENT_REFUSED, .message = TEXT("多个平台有此订单编号") });
	if (db_get_int(rows, 0, 1) == 0)
		return reply_fault(r, FAULT_BUSY, "as many calls about payment data wait as may");
	return reply_code(r, &(struct payment_reply){ .code = PAYMENT_REFUSED, .message = TEXT("会话编号已用于其他订单") });
}

/* ---- a platform sends ---- */

struct upload { /* r->own */
	struct text body;
	struct payment_data data;
	struct id question;
};

/* $1 session, $2 certificate's serial number */
static const struct db_stmt find_question = {
	.name = "payment_question",
	.sql =
	"select c.id, c.platform_code, c.order_no,"
	"  (select p.der from platform_certificate p where p.platform_code = c.platform_code and p.cert_no = serial_key($2::text))"
	" from payment_call c where c.kind = 'ask' and c.session_id = $1::text",
	.param_count = 2,
};

/* $1 question, $2 digest, $3 body, encrypted, $4 certificate, $5 payment number, $6 now, $7 kept until */
static const struct db_stmt store_upload = {
	.name = "payment_store",
	.sql =
	"insert into payment_record (call_id, sha256, body, cert_no, payment_no, received_at, keep_until)"
	" values ($1::uuid, $2::bytea, $3::bytea, serial_key($4::text), $5::text, $6::timestamptz, $7::timestamptz) on conflict do nothing",
	.param_count = 7,
	.flags = DB_WRITES,
};

static enum step refuse_upload(struct req *r, struct text why)
{
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_WARNING, "payment.upload_refused", TEXT_FMT, TEXT_ARG(why));
	return reply_code(r, &(struct payment_reply){ .code = PAYMENT_REFUSED, .message = why, .has_total = true });
}

enum step payment_data_uploaded(struct req *r)
{
	struct upload *u = arena_zalloc(r->arena, sizeof(*u));
	struct args *q = args_new(r);
	struct fault f = { 0 };

	if (u == NULL)
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	if (!form_read_only(r, "payExInfoStr", &u->body, &f) || !payment_data_read(r->arena, u->body, PAYMENT_SIGNED, &u->data, &f))
		return refuse(r, &f, true);
	r->own = u;
	args_text(q, u->data.session_id);
	args_text(q, u->data.cert_no);
	return args_await(r, q, &find_question, found_question);
}

static bool names_order(const struct payment_data *d, struct text order)
{
	for (int i = 0; i < d->order_count; i++)
		if (text_eq(d->orders[i], order))
			return true;
	return false;
}

/* NULL: all is well. */
static const char *object_to(struct req *r, const struct upload *u, const struct db_rows *rows)
{
	const struct certificate *certificate;
	struct fault f = { 0 };

	if (!text_eq(u->data.platform_code, db_get_text(rows, 0, 1)))
		return "电商平台代码与查询不符";
	if (!names_order(&u->data, db_get_text(rows, 0, 2)))
		return "数据中没有所查询的订单编号";
	if (db_is_null(rows, 0, 3))
		return "证书编号未登记";
	certificate = certificate_read(r->arena, db_get_text(rows, 0, 3), &f);
	if (certificate == NULL)
		return "登记的证书无法读取";
	if (r->now_us < certificate->not_before_us || r->now_us > certificate->not_after_us)
		return "证书不在有效期内";
	return payment_data_verify(r->arena, &u->data, certificate, &f) ? NULL : "验签失败";
}

static enum step found_question(struct req *r, const struct db_answer *answer)
{
	struct upload *u = r->own;
	const char *objection;
	struct vault_place place;
	struct text sealed;
	struct args *q;
	struct sha256 digest;

	if (answer->outcome != DB_DONE)
		return reply_db_fault(r, answer);
	if (db_row_count(answer->results[0]) == 0)
		return refuse_upload(r, TEXT("会话编号不存在"));
	objection = object_to(r, u, answer->results[0]);
	if (objection != NULL)
		return refuse_upload(r, text_of(objection));
	if (!db_get_id(answer->results[0], 0, 0, &u->question))
		return reply_fault(r, FAULT_BUG, "");
	digest = sha256_of(u->body);
	place = vault_at("payment_record", &u->question);
	place.part = (struct text){ (const char *)digest.b, sizeof(digest.b) };
	if (!vault_seal(r->api->deps.vault, r->arena, &place, u->body, &sealed))
		return reply_fault(r, FAULT_BUSY, "the request is larger than its memory");
	q = args_new(r);
	args_uuid(q, &u->question);
	args_bytes(q, arena_copy(r->arena, digest.b, sizeof(digest.b)), sizeof(digest.b));
	args_bytes(q, sealed.at, sealed.len);
	args_text(q, u->data.cert_no);
	args_text(q, u->data.payment_no);
	args_time(q, r->now_us);
	args_time(q, r->now_us + (int64_t)r->api->conf.payment_keep_days * US_PER_DAY);
	return args_await(r, q, &store_upload, stored);
}

static enum step stored(struct req *r, const struct db_answer *answer)
{
	char question[ID_TEXT_BYTES];
	const struct upload *u = r->own;

	if (answer->outcome != DB_DONE)
		return reply_db_fault(r, answer);
	id_format(&u->question, question);
	log_event(&(struct log_ids){ .trace = r->trace.id }, LOG_LEVEL_INFO, "payment.uploaded", "question %s is answered", question);
	return reply_code(r, &(struct payment_reply){ .code = PAYMENT_TAKEN, .message = TEXT("上传成功"), .has_total = true });
}
