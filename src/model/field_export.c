/*
 * The data standard, export: messages 303, 403, 505 and 603 of the customs standard for
 * cross-border retail (announcement 2018-113, edition 202205), one row a field, in customs order.
 *
 * Types, lengths, digits and presence are those of the customs schema; where customs leaves a mandatory text's
 * least length open, ours is 1. What a row cannot say (sums, pairs, regimes) is in check_semantic.c.
 */
#include "model/field_row.h"

/* CEB303 */
static const struct field_def order_fields[] = {
	FILING_BEGINS(1),
	ROW(ORDER_TYPE,    MUST, ONE_OF("E|B|W", 1, 1), "orderType",  "订单类型",     "E: to consumers (B2C), B: to companies (B2B), W: into an overseas warehouse"),
	ROW(ORDER_NO,      MUST, CHARS(1, 60),          "orderNo",    "订单编号",     "Order number, unique on its platform"),
	ROW(PLATFORM_CODE, MUST, CHARS(1, 18),          "ebpCode",    "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code; 无 for a foreign platform without one"),
	ROW(PLATFORM_NAME, MUST, CHARS(1, 100),         "ebpName",    "电商平台名称", "Registered name of the trading platform"),
	ROW(MERCHANT_CODE, MUST, CHARS(1, 18),          "ebcCode",    "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME, MUST, CHARS(1, 100),         "ebcName",    "电商企业名称", "Registered name of the e-commerce company"),
	ROW(GOODS_VALUE,   MUST, NUMBER,                "goodsValue", "商品价格",     "Price of the goods FOB, without freight: the sum of total_price"),
	ROW(FREIGHT,       MUST, NUMBER,                "freight",    "运杂费",       "Transport and sundry charges, 0 if none"),
	ROW(CURRENCY,      MUST, CODE(CURRENCY, 3, 3),  "currency",   "币制",         "Currency"),
	ROW(NOTE,          MAY,  CHARS(0, 1000),        "note",       "备注",         "Free text"),
};

static const struct field_def order_line_fields[] = {
	ROW(LINE_NO,          MUST, INTEGER(5),           "gnum",         "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW(ITEM_NO,          MUST, CHARS(1, 30),         "itemNo",       "企业商品货号", "Company's own number of the article"),
	ROW(ITEM_NAME,        MUST, CHARS(1, 250),        "itemName",     "企业商品名称", "Company's own name of the article"),
	ROW(ITEM_DESCRIPTION, MAY,  CHARS(0, 1000),       "itemDescribe", "企业商品描述", "Company's own description of the article"),
	ROW(BARCODE,          MAY,  CHARS(0, 50),         "barCode",      "条形码",       "Barcode of the article"),
	ROW(UNIT,             MUST, CODE(UNIT, 3, 3),     "unit",         "计量单位",     "Unit of the quantity"),
	ROW(CURRENCY,         MUST, CODE(CURRENCY, 3, 3), "currency",     "币制",         "Currency"),
	ROW(QUANTITY,         MUST, NUMBER,               "qty",          "数量",         "Quantity traded, more than 0"),
	ROW(PRICE,            MUST, NUMBER,               "price",        "单价",         "Price of one unit, 0 for a gift"),
	ROW(TOTAL_PRICE,      MUST, NUMBER,               "totalPrice",   "总价",         "Price of the line: price times quantity, equal when both are rounded to two places"),
	ROW(NOTE,             MAY,  CHARS(0, 1000),       "note",         "备注",         "Free text"),
};

/* CEB403 */
static const struct field_def payment_fields[] = {
	FILING_BEGINS(1),
	ROW(PLATFORM_CODE,        MUST, CHARS(1, 18),         "ebpCode",        "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code; 无 for a foreign platform without one"),
	ROW(PLATFORM_NAME,        MUST, CHARS(1, 100),        "ebpName",        "电商平台名称", "Registered name of the trading platform"),
	ROW(MERCHANT_CODE,        MUST, CHARS(1, 18),         "ebcCode",        "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,        MUST, CHARS(1, 100),        "ebcName",        "电商企业名称", "Registered name of the e-commerce company"),
	ROW(ORDER_NO,             MUST, CHARS(1, 60),         "orderNo",        "订单编号",     "Order number, unique on its platform"),
	ROW(PAYMENT_COMPANY_CODE, MAY,  CHARS(0, 18),         "payCode",        "支付企业代码", "Payment company, mandatory if it is domestic: 18-character credit code or 10-character customs code"),
	ROW(PAYMENT_COMPANY_NAME, MUST, CHARS(1, 100),        "payName",        "支付企业名称", "Registered name of the payment company; 现金支付 when paid in cash"),
	ROW(PAYMENT_NO,           MAY,  CHARS(0, 60),         "payNo",          "支付交易编号", "Transaction number of the payment"),
	ROW(AMOUNT_RECEIVED,      MUST, NUMBER,               "charge",         "收款金额",     "Amount received for the order"),
	ROW(CURRENCY,             MUST, CODE(CURRENCY, 3, 3), "currency",       "币制",         "Currency"),
	ROW(CREDITED_AT,          MUST, TIME,                 "accountingDate", "到账时间",     "When the money reached the account"),
	ROW(NOTE,                 MAY,  CHARS(0, 1000),       "note",           "备注",         "Free text"),
};

/* CEB505 */
static const struct field_def waybill_fields[] = {
	FILING_BEGINS(1),
	ROW(CARRIER_CODE,       MUST, CHARS(1, 18),         "logisticsCode", "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,       MUST, CHARS(1, 100),        "logisticsName", "物流企业名称", "Registered name of the logistics company"),
	ROW(WAYBILL_NO,         MUST, CHARS(1, 32),         "logisticsNo",   "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(FREIGHT,            MUST, NUMBER,               "freight",       "运杂费",       "Transport and sundry charges, 0 if none"),
	ROW(INSURED_FEE,        MUST, NUMBER,               "insuredFee",    "保价费",       "Insurance charge, 0 if none"),
	ROW(CURRENCY,           MUST, CODE(CURRENCY, 3, 3), "currency",      "币制",         "Currency"),
	ROW(GROSS_WEIGHT,       MUST, NUMBER,               "grossWeight",   "毛重(公斤)",   "Gross weight in kilograms"),
	ROW(PACK_COUNT,         MUST, INTEGER(9),           "packNo",        "件数",         "Number of parcels, at least 1"),
	ROW(GOODS_INFO,         MUST, CHARS(1, 200),        "goodsInfo",     "主要货物信息", "What the parcel holds, in short"),
	ROW(MERCHANT_CODE,      MAY,  CHARS(0, 18),         "ebcCode",       "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,      MAY,  CHARS(0, 100),        "ebcName",       "电商企业名称", "Registered name of the e-commerce company"),
	ROW(MERCHANT_TELEPHONE, MAY,  CHARS(0, 50),         "ebcTelephone",  "电商企业电话", "Telephone of the e-commerce company"),
	ROW(NOTE,               MAY,  CHARS(0, 1000),       "note",          "备注",         "Free text"),
};

/* CEB603 */
static const struct field_def inventory_fields[] = {
	FILING_BEGINS(1),
	ROW(CUSTOMS_CODE,       MUST, CODE(CUSTOMS, 4, 4),    "customsCode",    "申报海关代码",     "Customs office declared to"),
	ROW(PLATFORM_CODE,      MUST, CHARS(1, 18),           "ebpCode",        "电商平台代码",     "Trading platform: 18-character credit code or 10-character customs code; 无 for a foreign platform without one"),
	ROW(PLATFORM_NAME,      MUST, CHARS(1, 100),          "ebpName",        "电商平台名称",     "Registered name of the trading platform"),
	ROW(ORDER_NO,           MUST, CHARS(1, 60),           "orderNo",        "订单编号",         "Order number, unique on its platform"),
	ROW(CARRIER_CODE,       MUST, CHARS(1, 18),           "logisticsCode",  "物流企业代码",     "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,       MUST, CHARS(1, 100),          "logisticsName",  "物流企业名称",     "Registered name of the logistics company"),
	ROW(WAYBILL_NO,         MUST, CHARS(1, 32),           "logisticsNo",    "物流运单编号",     "Waybill number; a carrier uses no number twice within six months"),
	ROW(INTERNAL_NO,        MUST, CHARS(1, 30),           "copNo",          "企业内部编号",     "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,       MAY,  CHARS(18, 18),          "preNo",          "预录入编号",       "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,       MAY,  CHARS(0, 20),           "invtNo",         "清单编号",         "Number of the inventory, given by customs"),
	ROW(IE_FLAG,            MUST, ONE_OF("E", 1, 1),      "ieFlag",         "进出口标记",       "E: export"),
	ROW(PORT_CODE,          MUST, CODE(CUSTOMS, 4, 4),    "portCode",       "口岸海关代码",     "Customs office of entry or exit"),
	ROW(IE_DATE,            MUST, DATE,                   "ieDate",         "进(出)口日期",     "Day of entry or exit"),
	ROW(STATISTICS_FLAG,    MUST, ONE_OF("A|B", 1, 1),    "statisticsFlag", "申报业务类型",     "A: simplified, counted by four digits of the commodity code; B: to be summed up"),
	ROW(DECLARANT_CODE,     MUST, CHARS(1, 18),           "agentCode",      "申报企业代码",     "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME,     MUST, CHARS(1, 100),          "agentName",      "申报企业名称",     "Registered name of the declaring company"),
	ROW(MERCHANT_CODE,      MUST, CHARS(1, 18),           "ebcCode",        "电商企业代码",     "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,      MUST, CHARS(1, 100),          "ebcName",        "电商企业名称",     "Registered name of the e-commerce company"),
	ROW(PRODUCER_CODE,      MUST, CHARS(1, 18),           "ownerCode",      "生产销售单位代码", "Company that made or sells the goods; NO if it is not registered"),
	ROW(PRODUCER_NAME,      MUST, CHARS(1, 100),          "ownerName",      "生产销售单位名称", "Name of the company that made or sells the goods"),
	ROW(ZONE_COMPANY_CODE,  MAY,  CHARS(0, 18),           "iacCode",        "区内企业代码",     "Company inside the special area; mandatory for goods from there"),
	ROW(ZONE_COMPANY_NAME,  MAY,  CHARS(0, 100),          "iacName",        "区内企业名称",     "Name of the company inside the special area"),
	ROW(BOOK_NO,            MAY,  CHARS(0, 30),           "emsNo",          "账册编号",         "Bonded book; mandatory for goods from a special area"),
	ROW(TRADE_MODE,         MUST, CODE(TRADE_MODE, 4, 4), "tradeMode",      "贸易方式",         "Supervision mode; the regimes in force say which are accepted"),
	ROW(TRANSPORT_MODE,     MUST, CODE(TRANSPORT, 1, 1),  "trafMode",       "运输方式",         "Mode of transport"),
	ROW(VEHICLE_NAME,       MAY,  CHARS(0, 100),          "trafName",       "运输工具名称",     "Name of the vehicle; may follow later"),
	ROW(VOYAGE_NO,          MAY,  CHARS(0, 32),           "voyageNo",       "航班航次号",       "Voyage or flight; may follow later"),
	ROW(BILL_NO,            MAY,  CHARS(0, 37),           "billNo",         "提运单号",         "Bill of lading, air waybill or truck manifest; may follow later"),
	ROW(TOTAL_PACKAGE_NO,   MAY,  CHARS(0, 37),           "totalPackageNo", "总包号",           "Number of the whole package; may follow later"),
	ROW(SUPERVISED_PLACE,   MAY,  CHARS(0, 10),           "loctNo",         "监管场所代码",     "Supervised place where the goods lie"),
	ROW(LICENSE_NO,         MAY,  CHARS(0, 19),           "licenseNo",      "许可证件号",       "Number of the licence"),
	ROW(COUNTRY_CODE,       MUST, CODE(COUNTRY, 3, 3),    "country",        "运抵国(地区)",     "Country that the goods are carried to"),
	ROW(DESTINATION_PORT,   MUST, CODE(PORT, 3, 4),       "POD",            "指运港代码",       "Port of destination"),
	ROW(FREIGHT,            MUST, NUMBER,                 "freight",        "运杂费",           "Transport and sundry charges, 0 if none"),
	ROW(FREIGHT_CURRENCY,   MUST, CODE(CURRENCY, 3, 3),   "fCurrency",      "运费币制",         "Currency of the freight"),
	ROW(FREIGHT_FLAG,       MUST, ONE_OF("1|2|3", 1, 1),  "fFlag",          "运费标志",         "How freight is meant, 1: rate, 2: price of a unit, 3: total"),
	ROW(INSURED_FEE,        MUST, NUMBER,                 "insuredFee",     "保价费",           "Insurance charge, 0 if none"),
	ROW(INSURANCE_CURRENCY, MUST, CODE(CURRENCY, 3, 3),   "iCurrency",      "保费币制",         "Currency of the insurance charge"),
	ROW(INSURANCE_FLAG,     MUST, ONE_OF("1|2|3", 1, 1),  "iFlag",          "保费标志",         "How the insurance charge is meant, 1: rate, 2: price of a unit, 3: total"),
	ROW(WRAP_TYPE,          MUST, CODE(WRAP, 1, 1),       "wrapType",       "包装种类代码",     "Kind of packing"),
	ROW(PACK_COUNT,         MUST, INTEGER(9),             "packNo",         "件数",             "Number of parcels, at least 1"),
	ROW(GROSS_WEIGHT,       MUST, NUMBER,                 "grossWeight",    "毛重(公斤)",       "Gross weight in kilograms"),
	ROW(NET_WEIGHT,         MUST, NUMBER,                 "netWeight",      "净重(公斤)",       "Net weight in kilograms, not more than the gross weight"),
	ROW(NOTE,               MAY,  CHARS(0, 1000),         "note",           "备注",             "Free text"),
};

static const struct field_def inventory_line_fields[] = {
	ROW(LINE_NO,        MUST, INTEGER(5),           "gnum",         "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition; the same goods as on that line of the order"),
	ROW(ITEM_NO,        MUST, CHARS(1, 20),         "itemNo",       "企业商品货号", "Company's own number of the article"),
	ROW(ITEM_RECORD_NO, MAY,  CHARS(0, 30),         "itemRecordNo", "账册备案料号", "Number of the article in the bonded book"),
	ROW(ITEM_NAME,      MAY,  CHARS(0, 250),        "itemName",     "企业商品名称", "Company's own name of the article"),
	ROW(HS_CODE,        MUST, CODE(HS, 10, 10),     "gcode",        "商品编码",     "Commodity code: eight digits of the tariff and two more"),
	ROW(GOODS_NAME,     MUST, CHARS(1, 250),        "gname",        "商品名称",     "Name of the goods as declared"),
	ROW(GOODS_MODEL,    MUST, CHARS(1, 250),        "gmodel",       "规格型号",     "Specification and model"),
	ROW(BARCODE,        MUST, CHARS(1, 50),         "barCode",      "条形码",       "Barcode of the article; 无 if it has none"),
	ROW(COUNTRY_CODE,   MUST, CODE(COUNTRY, 3, 3),  "country",      "目的国(地区)", "Country of final destination"),
	ROW(CURRENCY,       MUST, CODE(CURRENCY, 3, 3), "currency",     "币制",         "Currency"),
	ROW(QUANTITY,       MUST, NUMBER,               "qty",          "数量",         "Quantity traded, more than 0"),
	ROW(QUANTITY_1,     MUST, NUMBER,               "qty1",         "法定数量",     "Quantity in the first legal unit, more than 0"),
	ROW(QUANTITY_2,     MAY,  NUMBER,               "qty2",         "第二数量",     "Quantity in the second legal unit, more than 0; only together with unit_2"),
	ROW(UNIT,           MUST, CODE(UNIT, 3, 3),     "unit",         "计量单位",     "Unit of the quantity"),
	ROW(UNIT_1,         MUST, CODE(UNIT, 3, 3),     "unit1",        "法定计量单位", "First legal unit of the commodity code"),
	ROW(UNIT_2,         MAY,  CODE(UNIT, 3, 3),     "unit2",        "第二计量单位", "Second legal unit; only together with quantity_2"),
	ROW(PRICE,          MUST, NUMBER,               "price",        "单价",         "Price of one unit FOB"),
	ROW(TOTAL_PRICE,    MUST, NUMBER,               "totalPrice",   "总价",         "Price of the line: price times quantity, equal when both are rounded to two places"),
	ROW(NOTE,           MAY,  CHARS(0, 1000),       "note",         "备注",         "Free text"),
};

const struct message_def ceb303 = {
	MESSAGE(303, DOC_ORDER, DIR_EXPORT, "Order"),
	TITLES("出口电子订单", "Export order"),
	.head = "OrderHead",
	FIELDS(order_fields),
	LINES("OrderList", order_line_fields, 1, 100),
	.lines_numbered = true,
	KEY(F_PLATFORM_CODE, F_ORDER_NO),
	FILERS(F_PLATFORM_CODE, F_MERCHANT_CODE),
	SENDER(MERCHANT),
	.receipt = 304,
};

const struct message_def ceb403 = {
	MESSAGE(403, DOC_PAYMENT, DIR_EXPORT, "Receipts"),
	TITLES("出口收款单", "Payment received for an export order"),
	FIELDS(payment_fields),
	KEY(F_MERCHANT_CODE, F_ORDER_NO, F_PAYMENT_NO),
	FILERS(F_PAYMENT_COMPANY_CODE, F_MERCHANT_CODE),
	SENDER(PAYMENT_COMPANY),
	.receipt = 404,
};

const struct message_def ceb505 = {
	MESSAGE(505, DOC_WAYBILL, DIR_EXPORT, "Logistics"),
	TITLES("出口物流运单", "Export waybill"),
	FIELDS(waybill_fields),
	KEY(F_CARRIER_CODE, F_WAYBILL_NO),
	FILERS(F_CARRIER_CODE),
	SENDER(CARRIER),
	.receipt = 506,
};

const struct message_def ceb603 = {
	MESSAGE(603, DOC_INVENTORY, DIR_EXPORT, "Inventory"),
	TITLES("出口申报清单", "Export inventory"),
	.head = "InventoryHead",
	FIELDS(inventory_fields),
	LINES("InventoryList", inventory_line_fields, 1, 100),
	.lines_numbered = true,
	KEY(F_PLATFORM_CODE, F_MERCHANT_CODE, F_ORDER_NO),
	FILERS(F_DECLARANT_CODE, F_MERCHANT_CODE),
	SENDER(DECLARANT),
	.receipt = 604,
	.signature = SIGNATURE_BY_TEXT,
};
