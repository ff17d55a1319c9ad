/*
 * How a row of the field tables is written; for src/model/field*.c only.
 * ROW(field, MUST or MAY, type, customs element, Chinese term, description).
 */
#ifndef MODEL_FIELD_ROW_H
#define MODEL_FIELD_ROW_H

#include "base/attr.h"
#include "model/field.h"

#define ROW(field, presence, type_of_field, name, term, words) \
	{ .id = F_##field, .element = (name), .zh = (term), .en = (words), .required = presence, type_of_field }

#define MUST true
#define MAY  false
#define LATE true, .newer = true /* since October 2018: older clients leave it out */

#define CHARS(least, most)           .type = FIELD_TEXT, .min_length = (least), .max_length = (most)
#define ONE_OF(values, least, most)  CHARS(least, most), .allowed = (values)
#define CODE(of_list, least, most)   .type = FIELD_CODE, .list = CODES_##of_list, .min_length = (least), .max_length = (most)
#define NUMBER                       .type = FIELD_DECIMAL, .total_digits = 19, .fraction_digits = 5
#define INTEGER(digits)              .type = FIELD_INTEGER, .total_digits = (digits)
#define TIME                         .type = FIELD_TIME
#define INSTANT                      .type = FIELD_INSTANT
#define DATE                         .type = FIELD_DATE
#define ACTION                       .type = FIELD_ACTION

#define MESSAGE(of_number, of_kind, of_direction, of_node) \
	.kind = of_kind, .direction = of_direction, .number = of_number, .node = of_node
#define TITLES(term, words)          .zh = (term), .en = (words)
#define FIELDS(table)                .fields = table, .field_count = COUNTOF(table)
#define LINES(of_list, table, least, most) \
	.list = of_list, .line_fields = table, .line_field_count = COUNTOF(table), .lines_min = least, .lines_max = most
#define COUNT_OF_FIELDS(...)         ((int)(sizeof((enum field[]){ __VA_ARGS__ }) / sizeof(enum field)))
#define KEY(...)                     .key = { __VA_ARGS__ }, .key_count = COUNT_OF_FIELDS(__VA_ARGS__)
#define FILERS(...)                  .filers = { __VA_ARGS__ }, .filer_count = COUNT_OF_FIELDS(__VA_ARGS__)
#define SENDER(company)              .sender_code = F_##company##_CODE, .sender_name = F_##company##_NAME

/* Rows that many messages share. */
#define NODE_NUMBER \
	ROW(GUID, MUST, CHARS(36, 36), "guid", "系统唯一序号", \
	    "Number of this node, made by the sender: 36 characters, never used before; receipts repeat it")
#define FILING_BEGINS(status_length) \
	NODE_NUMBER, \
	ROW(ACTION, MUST, ACTION, "appType", "报送类型", "What to do: add, change or delete (1, 2, 3 in the customs form)"), \
	ROW(SENT_AT, MUST, TIME, "appTime", "报送时间", "When the sender made this filing"), \
	ROW(APP_STATUS, MUST, ONE_OF("1|2", 1, status_length), "appStatus", "业务状态", \
	    "2: declared. 1 is a draft, which is not accepted here")
#define RECEIPT_ENDS(least_of_status, least_of_info) \
	ROW(RETURN_STATUS, MUST, CHARS(least_of_status, 10), "returnStatus", "回执状态", \
	    "How far the filing got: list return_status; negative: refused"), \
	ROW(RETURNED_AT, MUST, INSTANT, "returnTime", "回执时间", "When this was said, to the millisecond"), \
	ROW(RETURN_INFO, MUST, CHARS(least_of_info, 1000), "returnInfo", "回执信息", \
	    "What there is to say; customs writes [Code:n;Desc:text]")

/* Every message of the standard: CEB(number). */
#define CEB_MESSAGES(CEB) \
	CEB(311) CEB(411) CEB(511) CEB(621) CEB(513) CEB(623) CEB(625) CEB(711) \
	CEB(303) CEB(403) CEB(505) CEB(603) CEB(605) CEB(213) CEB(507) CEB(509) CEB(607) CEB(701) CEB(215) \
	CEB(312) CEB(412) CEB(512) CEB(622) CEB(514) CEB(624) CEB(626) CEB(712) \
	CEB(304) CEB(404) CEB(506) CEB(604) CEB(606) CEB(214) CEB(508) CEB(510) CEB(608) CEB(702) CEB(216) \
	CEB(816) CEB(818) CEB(792) CEB(900)

#define CEB(number) extern const struct message_def ceb##number;
CEB_MESSAGES(CEB)
#undef CEB

#endif
