/* Party and contract, one row a field. Lengths are those of the customs standard where it has the field. */
#include "model/record.h"

#include "model/field_row.h"

#undef ROW
#define ROW(canonical, presence, type_of_field, customs, term, words) \
	{ .name = (canonical), .def = { .element = (customs), .zh = (term), .en = (words), .required = presence, type_of_field } }
#define PARTY_ROLES "platform|merchant|payment_company|carrier|declarant|guarantor|place_operator|producer|buyer|overseas_seller"

static const struct record_field party_fields[] = {
	ROW("code",            MAY,  CHARS(10, 18),          NULL, "统一社会信用代码",   "18-character credit code, or 10-character customs code; an overseas party and a person have none"),
	ROW("customs_code",    MAY,  CHARS(10, 10),          NULL, "海关注册登记编码",   "10-character code of the customs registration, when code is the credit code"),
	ROW("name",            MUST, CHARS(1, 100),          NULL, "名称",               "Registered name; a person's as the identity document has it"),
	ROW("name_en",         MAY,  CHARS(1, 100),          NULL, "英文名称",           "Name in English"),
	ROW("role",            MUST, ONE_OF(PARTY_ROLES, 1, 20), NULL, "角色",           "What it is in the trade; a company with several roles has a record for each"),
	ROW("country_code",    MUST, CODE(COUNTRY, 3, 3),    NULL, "国家(地区)",         "Where it is registered or resident"),
	ROW("district_code",   MAY,  CODE(DIVISION, 6, 6),   NULL, "行政区划",           "Administrative division of its domicile, six digits; in China"),
	ROW("address",         MAY,  CHARS(1, 200),          NULL, "地址",               "Registered address"),
	ROW("telephone",       MAY,  CHARS(1, 50),           NULL, "联系电话",           "Telephone"),
	ROW("email",           MAY,  CHARS(3, 100),          NULL, "电子邮箱",           "E-mail address"),
	ROW("representative",  MAY,  CHARS(1, 60),           NULL, "法定代表人",         "Legal representative"),
	ROW("registered_on",   MAY,  DATE,                   NULL, "成立日期",           "Day of its registration"),
	ROW("licence_no",      MAY,  CHARS(1, 60),           NULL, "经营许可编号",       "Licence that its role asks for: payment business, express delivery"),
};

static const struct record_field contract_fields[] = {
	ROW("contract_no",     MUST, CHARS(1, 60),           NULL, "合同编号",           "Number of the contract, unique at the seller"),
	ROW("signed_on",       MUST, DATE,                   NULL, "签订日期",           "Day on which it was signed"),
	ROW("seller_code",     MAY,  CHARS(10, 18),          NULL, "卖方代码",           "Seller: code of its party record; an overseas one has none"),
	ROW("seller_name",     MUST, CHARS(1, 100),          NULL, "卖方名称",           "Registered name of the seller"),
	ROW("seller_country",  MUST, CODE(COUNTRY, 3, 3),    NULL, "卖方国家(地区)",     "Country of the seller"),
	ROW("buyer_code",      MAY,  CHARS(10, 18),          NULL, "买方代码",           "Buyer: code of its party record; an overseas one has none"),
	ROW("buyer_name",      MUST, CHARS(1, 100),          NULL, "买方名称",           "Registered name of the buyer"),
	ROW("buyer_country",   MUST, CODE(COUNTRY, 3, 3),    NULL, "买方国家(地区)",     "Country of the buyer"),
	ROW("platform_code",   MAY,  CHARS(1, 18),           "ebpCode", "电商平台代码",  "Platform on which it was made, with order_no: the declaration it belongs to"),
	ROW("order_no",        MAY,  CHARS(1, 60),           "orderNo", "订单编号",      "Order number on that platform"),
	ROW("transaction_mode", MUST, CODE(TRANSACTION_MODE, 1, 1), NULL, "成交方式",    "Delivery terms, as declarations have them: who pays freight and insurance"),
	ROW("delivery_place",  MAY,  CHARS(1, 100),          NULL, "交货地点",           "Place that the delivery terms name"),
	ROW("payment_terms",   MAY,  CHARS(1, 200),          NULL, "付款方式",           "When and how it is paid"),
	ROW("currency",        MUST, CODE(CURRENCY, 3, 3),   "currency", "币制",         "Currency of all amounts"),
	ROW("amount",          MUST, NUMBER,                 NULL, "合同金额",           "The sum of total_price of the lines"),
	ROW("valid_to",        MAY,  DATE,                   NULL, "合同有效期",         "Last day on which goods may be delivered under it"),
	ROW("note",            MAY,  CHARS(0, 1000),         "note", "备注",             "Free text"),
};

static const struct record_field contract_line_fields[] = {
	ROW("line_no",         MUST, INTEGER(4),             "gnum", "商品序号",         "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW("item_no",         MAY,  CHARS(0, 30),           "itemNo", "企业商品货号",   "Company's own number of the article"),
	ROW("goods_name",      MUST, CHARS(1, 250),          "gname", "商品名称",        "Name of the goods"),
	ROW("goods_model",     MAY,  CHARS(1, 510),          "gmodel", "规格型号",       "Specification and model"),
	ROW("hs_code",         MAY,  CODE(HS, 10, 10),       "gcode", "商品编码",        "Tariff code, ten digits"),
	ROW("country_code",    MAY,  CODE(COUNTRY, 3, 3),    "country", "原产国(地区)",  "Country of origin"),
	ROW("quantity",        MUST, NUMBER,                 "qty", "数量",              "Quantity traded, more than 0"),
	ROW("unit",            MUST, CODE(UNIT, 3, 3),       "unit", "计量单位",         "Unit of the quantity"),
	ROW("price",           MUST, NUMBER,                 "price", "单价",            "Price of one unit"),
	ROW("total_price",     MUST, NUMBER,                 "totalPrice", "总价",       "Price of the line: price times quantity, equal when both are rounded to two places"),
};

static const struct record_def records[] = {
	{ "party", "交易主体", "A party of trades: a company or a person with one role", party_fields, COUNTOF(party_fields), NULL, 0 },
	{ "contract", "电子合同", "A contract of sale between two parties", contract_fields, COUNTOF(contract_fields), contract_line_fields,
	  COUNTOF(contract_line_fields) },
};

int record_count(void)
{
	return COUNTOF(records);
}

const struct record_def *record_at(int i)
{
	return &records[i];
}

const struct record_def *record_by_name(struct text name)
{
	for (size_t i = 0; i < COUNTOF(records); i++)
		if (text_is(name, records[i].name))
			return &records[i];
	return NULL;
}
