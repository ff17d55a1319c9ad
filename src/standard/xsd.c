/*
 * The XML schema of one customs message, from the field table: for whoever validates before sending, and for the tests
 * that hold our writer and strict reading against another's validator.
 *
 * Its elements, order, occurrence, lengths and digits are those of edition 202205; where that lets a mandatory text
 * of a filing be empty, ours asks for one character.
 */
#include "standard/writer.h"
#include "standard/xml_walk.h"

#define DSIG_NAMESPACE "http://www.w3.org/2000/09/xmldsig#"

static void put_facet(struct buf *b, const char *name, int64_t value)
{
	buf_printf(b, "<xs:%s value=\"%lld\"/>", name, (long long)value);
}

static void put_restriction(struct buf *b, const char *base)
{
	buf_printf(b, "<xs:simpleType><xs:restriction base=\"xs:%s\">", base);
}

/* "I|E" */
static void put_values(struct buf *b, const char *allowed)
{
	for (const char *at = allowed;; at++) {
		size_t len = strcspn(at, "|");

		buf_str(b, "<xs:enumeration value=\"");
		buf_xml(b, (struct text){ at, len });
		buf_str(b, "\"/>");
		at += len;
		if (*at == '\0')
			return;
	}
}

static void put_digits(struct buf *b, const char *count)
{
	put_restriction(b, "string");
	buf_printf(b, "<xs:pattern value=\"[0-9]{%s}\"/>", count);
}

static void put_type(struct buf *b, const struct field_def *def)
{
	switch (def->type) {
	case FIELD_TEXT:
	case FIELD_CODE:
		put_restriction(b, "string");
		if (def->allowed != NULL) {
			put_values(b, def->allowed);
			break;
		}
		put_facet(b, "minLength", def->min_length);
		put_facet(b, "maxLength", def->max_length);
		break;
	case FIELD_DECIMAL:
		put_restriction(b, "decimal");
		put_facet(b, "totalDigits", def->total_digits);
		put_facet(b, "fractionDigits", def->fraction_digits);
		break;
	case FIELD_INTEGER:
		put_restriction(b, "integer");
		put_facet(b, "totalDigits", def->total_digits);
		break;
	case FIELD_TIME:
		put_digits(b, "14");
		break;
	case FIELD_INSTANT:
		put_digits(b, "17");
		break;
	case FIELD_DATE:
		put_digits(b, "8");
		break;
	case FIELD_ACTION:
		put_restriction(b, "string");
		put_values(b, "1|2|3");
		break;
	}
	buf_str(b, "</xs:restriction></xs:simpleType>");
}

static void put_fields(struct buf *b, const struct field_def *fields, int count)
{
	for (int i = 0; i < count; i++) {
		buf_printf(b, "<xs:element name=\"%s\"%s>", fields[i].element, fields[i].required ? "" : " minOccurs=\"0\"");
		buf_str(b, "<xs:annotation><xs:documentation xml:lang=\"zh\">");
		buf_xml(b, text_of(fields[i].zh));
		buf_str(b, "</xs:documentation><xs:documentation xml:lang=\"en\">");
		buf_xml(b, text_of(fields[i].en));
		buf_str(b, "</xs:documentation></xs:annotation>");
		put_type(b, &fields[i]);
		buf_str(b, "</xs:element>");
	}
}

static void open_sequence(struct buf *b, const char *name, int least, int most)
{
	buf_printf(b, "<xs:element name=\"%s\" minOccurs=\"%d\" maxOccurs=\"", name, least);
	if (most > 0)
		buf_i64(b, most);
	else
		buf_str(b, "unbounded");
	buf_str(b, "\"><xs:complexType><xs:sequence>");
}

static void close_sequence(struct buf *b)
{
	buf_str(b, "</xs:sequence></xs:complexType></xs:element>\n");
}

static void put_node(struct buf *b, const struct message_def *def)
{
	open_sequence(b, def->node, 1, def->nodes_max == 0 ? NODES_MAX : def->nodes_max);
	if (def->head != NULL)
		open_sequence(b, def->head, 1, 1);
	put_fields(b, def->fields, def->field_count);
	if (def->head != NULL)
		close_sequence(b);
	if (def->list != NULL) {
		open_sequence(b, def->list, def->lines_min, def->lines_max);
		put_fields(b, def->line_fields, def->line_field_count);
		close_sequence(b);
	}
	close_sequence(b);
}

static void put_text_element(struct buf *b, const char *name, int most, bool required)
{
	buf_printf(b, "<xs:element name=\"%s\"%s>", name, required ? "" : " minOccurs=\"0\"");
	put_restriction(b, "string");
	put_facet(b, "maxLength", most);
	buf_str(b, "</xs:restriction></xs:simpleType></xs:element>");
}

static void put_extension(struct buf *b)
{
	open_sequence(b, "ExtendMessage", 0, 1);
	put_text_element(b, "name", 30, true);
	put_text_element(b, "version", 30, true);
	buf_str(b, "<xs:element name=\"Message\" type=\"xs:anyType\"/>");
	close_sequence(b);
}

static void put_signature(struct buf *b, const struct message_def *def)
{
	buf_printf(b, "<xs:any namespace=\"" DSIG_NAMESPACE "\" processContents=\"skip\" minOccurs=\"%d\"/>\n",
	           def->signature == SIGNATURE_BY_SCHEMA);
}

static void put_mode(struct buf *b)
{
	buf_str(b, "<xs:element name=\"dxpMode\">");
	put_restriction(b, "string");
	put_values(b, "DXP");
	buf_str(b, "</xs:restriction></xs:simpleType></xs:element>");
}

static void put_tail(struct buf *b, const struct message_def *def)
{
	open_sequence(b, "BaseTransfer", 1, 1);
	put_text_element(b, "copCode", 18, true);
	put_text_element(b, "copName", 100, true);
	put_mode(b);
	put_text_element(b, "dxpId", 30, true);
	put_text_element(b, "note", 1000, false);
	close_sequence(b);
	open_sequence(b, "BaseSubscribe", 0, 5);
	put_text_element(b, "status", 100, true);
	put_mode(b);
	put_text_element(b, "dxpAddress", 100, true);
	put_text_element(b, "note", 1000, false);
	close_sequence(b);
	if (def->direction == DIR_IMPORT) {
		put_extension(b);
		put_signature(b, def);
	} else {
		put_signature(b, def);
		put_extension(b);
	}
}

void xsd_put(struct buf *b, const struct message_def *def)
{
	buf_str(b, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
	           "<xs:schema xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"" CEB_NAMESPACE "\" targetNamespace=\"" CEB_NAMESPACE "\""
	           " elementFormDefault=\"qualified\">\n");
	buf_printf(b, "<xs:element name=\"CEB%dMessage\"><xs:complexType><xs:sequence>\n", def->number);
	put_node(b, def);
	if (def->filer_count > 0)
		put_tail(b, def);
	buf_str(b, "</xs:sequence><xs:attribute name=\"guid\" use=\"required\">");
	put_restriction(b, "string");
	put_facet(b, "length", 36);
	buf_str(b, "</xs:restriction></xs:simpleType></xs:attribute>"
	           "<xs:attribute name=\"version\" type=\"xs:string\" use=\"required\" fixed=\"1.0\"/></xs:complexType></xs:element>\n</xs:schema>\n");
}
