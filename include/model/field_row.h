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

#define CHARS(least, most)           .type = FIELD_TEXT, .min_length = (least), .max_length = (most)
#define ONE_OF(values, least, most)  CHARS(least, most), .allowed = (values)
#define CODE(of_list, least, most)   .type = FIELD_CODE, .list = CODES_##of_list, .min_length = (least), .max_length = (most)
#define NUMBER                       .type = FIELD_DECIMAL, .total_digits = 19, .fraction_digits = 5
#define INTEGER(digits)              .type = FIELD_INTEGER, .total_digits = (digits)
#define TIME                         .type = FIELD_TIME
#define DATE                         .type = FIELD_DATE
#define ACTION                       .type = FIELD_ACTION

#define MESSAGE(of_kind, of_direction, of_number, of_node) \
	.kind = of_kind, .direction = of_direction, .number = of_number, .node = of_node, \
	.head_then_tail_import = (of_direction) == DIR_IMPORT
#define FIELDS(table)                .fields = table, .field_count = COUNTOF(table)
#define LINES(of_list, table, most) \
	.list = of_list, .line_fields = table, .line_field_count = COUNTOF(table), .lines_max = most

/* By kind; a kind that a direction does not have is all zero (number 0). */
extern const struct message_def import_messages[DOC_KIND_COUNT];
extern const struct message_def export_messages[DOC_KIND_COUNT];

#endif
