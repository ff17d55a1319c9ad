/*
 * The data standard, import: messages 311, 411, 511, 621 and 513 of the customs standard for
 * cross-border retail (announcement 2018-113, edition 202205), one row a field, in customs order.
 *
 * Types, lengths, digits and presence are those of the customs schema; where customs leaves a mandatory text's
 * least length open, ours is 1. What a row cannot say (sums, pairs, regimes) is in check_semantic.c.
 */
#include "model/field_row.h"

/* CEB311 */
static const struct field_def order_fields[] = {
	FILING_BEGINS(3),
	ROW(ORDER_TYPE,           MUST, ONE_OF("I", 1, 1),    "orderType",          "订单类型",       "I: import retail"),
	ROW(ORDER_NO,             MUST, CHARS(1, 60),         "orderNo",            "订单编号",       "Order number, unique on its platform"),
	ROW(PLATFORM_CODE,        MUST, CHARS(1, 18),         "ebpCode",            "电商平台代码",   "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(PLATFORM_NAME,        MUST, CHARS(1, 100),        "ebpName",            "电商平台名称",   "Registered name of the trading platform"),
	ROW(MERCHANT_CODE,        MUST, CHARS(1, 18),         "ebcCode",            "电商企业代码",   "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,        MUST, CHARS(1, 100),        "ebcName",            "电商企业名称",   "Registered name of the e-commerce company"),
	ROW(GOODS_VALUE,          MUST, NUMBER,               "goodsValue",         "商品价格",       "Real price of the goods with the part not paid in money: the sum of total_price"),
	ROW(FREIGHT,              MUST, NUMBER,               "freight",            "运杂费",         "Transport and sundry charges, 0 if none"),
	ROW(DISCOUNT,             MUST, NUMBER,               "discount",           "非现金抵扣金额", "Part not paid in money (points, coupons), 0 if none"),
	ROW(TAX_TOTAL,            MUST, NUMBER,               "taxTotal",           "代扣税款",       "Tax withheld from the buyer, 0 if none"),
	ROW(ACTUAL_PAID,          MUST, NUMBER,               "acturalPaid",        "实际支付金额",   "What the buyer paid: goods_value + freight + tax_total - discount, the amount_paid of the payment"),
	ROW(CURRENCY,             MUST, CODE(CURRENCY, 3, 3), "currency",           "币制",           "Currency, 142 (CNY) only"),
	ROW(BUYER_REG_NO,         MUST, CHARS(1, 60),         "buyerRegNo",         "订购人注册号",   "Buyer's account at the platform"),
	ROW(BUYER_NAME,           MUST, CHARS(1, 60),         "buyerName",          "订购人姓名",     "Buyer's name, as the identity document has it"),
	ROW(BUYER_TELEPHONE,      LATE, CHARS(1, 30),         "buyerTelephone",     "订购人电话",     "Buyer's telephone"),
	ROW(BUYER_ID_TYPE,        MUST, ONE_OF("1", 1, 1),    "buyerIdType",        "订购人证件类型", "Kind of the buyer's document, 1: identity card"),
	ROW(BUYER_ID_NUMBER,      MUST, CHARS(1, 60),         "buyerIdNumber",      "订购人证件号码", "Number of the buyer's document; an identity card's must have the right check digit"),
	ROW(PAYMENT_COMPANY_CODE, MAY,  CHARS(0, 18),         "payCode",            "支付企业代码",   "Payment company: 18-character credit code or 10-character customs code"),
	ROW(PAYMENT_COMPANY_NAME, MAY,  CHARS(0, 100),        "payName",            "支付企业名称",   "Registered name of the payment company"),
	ROW(PAYMENT_NO,           MAY,  CHARS(0, 60),         "payTransactionId",   "支付交易编号",   "Transaction number of the payment, unique at its payment company"),
	ROW(BATCH_NUMBERS,        MAY,  CHARS(0, 100),        "batchNumbers",       "商品批次号",     "Batches that the goods come from"),
	ROW(CONSIGNEE,            MUST, CHARS(1, 100),        "consignee",          "收货人姓名",     "Who receives the goods"),
	ROW(CONSIGNEE_TELEPHONE,  MUST, CHARS(1, 50),         "consigneeTelephone", "收货人电话",     "Telephone of the consignee"),
	ROW(CONSIGNEE_ADDRESS,    MUST, CHARS(1, 200),        "consigneeAddress",   "收货地址",       "Where the goods go to"),
	ROW(CONSIGNEE_DISTRICT,   MAY,  CODE(DIVISION, 6, 6), "consigneeDistrict",  "收货地行政区划", "Administrative division of the address, six digits"),
	ROW(NOTE,                 MAY,  CHARS(0, 1000),       "note",               "备注",           "Free text"),
};

static const struct field_def order_line_fields[] = {
	ROW(LINE_NO,          MUST, INTEGER(4),           "gnum",         "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW(ITEM_NO,          MAY,  CHARS(0, 30),         "itemNo",       "企业商品货号", "Company's own number of the article"),
	ROW(ITEM_NAME,        MUST, CHARS(1, 250),        "itemName",     "企业商品名称", "Company's own name of the article"),
	ROW(GOODS_MODEL,      LATE, CHARS(1, 510),        "gmodel",       "规格型号",     "Specification and model"),
	ROW(ITEM_DESCRIPTION, MAY,  CHARS(0, 1000),       "itemDescribe", "企业商品描述", "Company's own description of the article"),
	ROW(BARCODE,          MAY,  CHARS(0, 50),         "barCode",      "条形码",       "Barcode of the article"),
	ROW(UNIT,             MUST, CODE(UNIT, 3, 3),     "unit",         "计量单位",     "Unit of the quantity"),
	ROW(QUANTITY,         MUST, NUMBER,               "qty",          "数量",         "Quantity traded, more than 0"),
	ROW(PRICE,            MUST, NUMBER,               "price",        "单价",         "Price of one unit, 0 for a gift"),
	ROW(TOTAL_PRICE,      MUST, NUMBER,               "totalPrice",   "总价",         "Price of the line: price times quantity, equal when both are rounded to two places"),
	ROW(CURRENCY,         MUST, CODE(CURRENCY, 3, 3), "currency",     "币制",         "Currency, 142 (CNY) only"),
	ROW(COUNTRY_CODE,     MUST, CODE(COUNTRY, 3, 3),  "country",      "原产国(地区)", "Country of origin"),
	ROW(NOTE,             MAY,  CHARS(0, 1000),       "note",         "备注",         "Free text"),
};

/* CEB411 */
static const struct field_def payment_fields[] = {
	FILING_BEGINS(3),
	ROW(PAYMENT_COMPANY_CODE, MUST, CHARS(1, 18),         "payCode",          "支付企业代码",   "Payment company: 18-character credit code or 10-character customs code"),
	ROW(PAYMENT_COMPANY_NAME, MUST, CHARS(1, 100),        "payName",          "支付企业名称",   "Registered name of the payment company"),
	ROW(PAYMENT_NO,           MUST, CHARS(1, 60),         "payTransactionId", "支付交易编号",   "Transaction number of the payment, unique at its payment company"),
	ROW(ORDER_NO,             MUST, CHARS(1, 60),         "orderNo",          "订单编号",       "Order number, unique on its platform"),
	ROW(PLATFORM_CODE,        MUST, CHARS(1, 18),         "ebpCode",          "电商平台代码",   "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(PLATFORM_NAME,        MUST, CHARS(1, 100),        "ebpName",          "电商平台名称",   "Registered name of the trading platform"),
	ROW(PAYER_ID_TYPE,        MUST, ONE_OF("1", 1, 1),    "payerIdType",      "支付人证件类型", "Kind of the payer's document, 1: identity card"),
	ROW(PAYER_ID_NUMBER,      MUST, CHARS(1, 60),         "payerIdNumber",    "支付人证件号码", "Number of the payer's document; an identity card's must have the right check digit"),
	ROW(PAYER_NAME,           MUST, CHARS(1, 60),         "payerName",        "支付人姓名",     "Payer's name, as the identity document has it"),
	ROW(PAYER_TELEPHONE,      MAY,  CHARS(0, 60),         "telephone",        "支付人电话",     "Payer's telephone"),
	ROW(AMOUNT_PAID,          MUST, NUMBER,               "amountPaid",       "支付金额",       "Amount of the payment, the actual_paid of the order"),
	ROW(CURRENCY,             MUST, CODE(CURRENCY, 3, 3), "currency",         "币制",           "Currency, 142 (CNY) only"),
	ROW(PAID_AT,              MUST, TIME,                 "payTime",          "支付时间",       "When the payment was made"),
	ROW(NOTE,                 MAY,  CHARS(0, 1000),       "note",             "备注",           "Free text"),
};

/* CEB511 */
static const struct field_def waybill_fields[] = {
	FILING_BEGINS(3),
	ROW(CARRIER_CODE,        MUST, CHARS(1, 18),         "logisticsCode",      "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,        MUST, CHARS(1, 100),        "logisticsName",      "物流企业名称", "Registered name of the logistics company"),
	ROW(WAYBILL_NO,          MUST, CHARS(1, 60),         "logisticsNo",        "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(BILL_NO,             MAY,  CHARS(0, 37),         "billNo",             "提运单号",     "Bill of lading, air master waybill or truck manifest (direct purchase)"),
	ROW(ORDER_NO,            LATE, CHARS(1, 60),         "orderNo",            "订单编号",     "Order number, unique on its platform"),
	ROW(FREIGHT,             MAY,  NUMBER,               "freight",            "运杂费",       "Transport and sundry charges, 0 if none"),
	ROW(INSURED_FEE,         MAY,  NUMBER,               "insuredFee",         "保价费",       "Insurance charge, 0 if none"),
	ROW(CURRENCY,            MUST, CODE(CURRENCY, 3, 3), "currency",           "币制",         "Currency, 142 (CNY) only"),
	ROW(GROSS_WEIGHT,        MUST, NUMBER,               "weight",             "毛重",         "Gross weight in kilograms"),
	ROW(PACK_COUNT,          MUST, INTEGER(9),           "packNo",             "件数",         "Number of pieces, 1 only"),
	ROW(GOODS_INFO,          MAY,  CHARS(0, 200),        "goodsInfo",          "主要货物信息", "What the parcel holds, in short"),
	ROW(CONSIGNEE,           MUST, CHARS(1, 100),        "consignee",          "收货人姓名",   "Who receives the goods, as in the order"),
	ROW(CONSIGNEE_ADDRESS,   MUST, CHARS(1, 200),        "consigneeAddress",   "收货地址",     "Where the goods go to"),
	ROW(CONSIGNEE_TELEPHONE, MUST, CHARS(1, 50),         "consigneeTelephone", "收货人电话",   "Telephone of the consignee"),
	ROW(NOTE,                MAY,  CHARS(0, 1000),       "note",               "备注",         "Free text"),
};

/* CEB621 */
static const struct field_def inventory_fields[] = {
	FILING_BEGINS(3),
	ROW(ORDER_NO,          MUST, CHARS(1, 60),           "orderNo",          "订单编号",       "Order number, unique on its platform"),
	ROW(PLATFORM_CODE,     MUST, CHARS(1, 18),           "ebpCode",          "电商平台代码",   "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(PLATFORM_NAME,     MUST, CHARS(1, 100),          "ebpName",          "电商平台名称",   "Registered name of the trading platform"),
	ROW(MERCHANT_CODE,     MUST, CHARS(1, 18),           "ebcCode",          "电商企业代码",   "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,     MUST, CHARS(1, 100),          "ebcName",          "电商企业名称",   "Registered name of the e-commerce company"),
	ROW(WAYBILL_NO,        MUST, CHARS(1, 60),           "logisticsNo",      "物流运单编号",   "Waybill number; a carrier uses no number twice within six months"),
	ROW(CARRIER_CODE,      MUST, CHARS(1, 18),           "logisticsCode",    "物流企业代码",   "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,      MUST, CHARS(1, 100),          "logisticsName",    "物流企业名称",   "Registered name of the logistics company"),
	ROW(INTERNAL_NO,       MAY,  CHARS(0, 20),           "copNo",            "企业内部编号",   "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,      MAY,  CHARS(0, 18),           "preNo",            "预录入编号",     "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(GUARANTOR_CODE,    MUST, CHARS(1, 30),           "assureCode",       "担保企业编号",   "Company that guarantees the tax: platform, e-commerce company, carrier or declarant of this inventory"),
	ROW(BOOK_NO,           MAY,  CHARS(0, 30),           "emsNo",            "账册编号",       "Bonded book; bonded regimes only, and there mandatory"),
	ROW(INVENTORY_NO,      MAY,  CHARS(0, 18),           "invtNo",           "清单编号",       "Number of the inventory, given by customs"),
	ROW(IE_FLAG,           MUST, ONE_OF("I", 1, 1),      "ieFlag",           "进出口标记",     "I: import"),
	ROW(DECLARED_ON,       MUST, DATE,                   "declTime",         "申报日期",       "Day of the declaration"),
	ROW(CUSTOMS_CODE,      MUST, CODE(CUSTOMS, 4, 4),    "customsCode",      "申报海关代码",   "Customs office declared to"),
	ROW(PORT_CODE,         MUST, CODE(CUSTOMS, 4, 4),    "portCode",         "口岸海关代码",   "Customs office of entry or exit"),
	ROW(IE_DATE,           MAY,  DATE,                   "ieDate",           "进(出)口日期",   "Day of entry or exit"),
	ROW(BUYER_ID_TYPE,     MUST, ONE_OF("1", 1, 1),      "buyerIdType",      "订购人证件类型", "Kind of the buyer's document, 1: identity card"),
	ROW(BUYER_ID_NUMBER,   MUST, CHARS(1, 60),           "buyerIdNumber",    "订购人证件号码", "Number of the buyer's document; an identity card's must have the right check digit"),
	ROW(BUYER_NAME,        MUST, CHARS(1, 60),           "buyerName",        "订购人姓名",     "Buyer's name, as the identity document has it"),
	ROW(BUYER_TELEPHONE,   MUST, CHARS(1, 30),           "buyerTelephone",   "订购人电话",     "Buyer's telephone"),
	ROW(CONSIGNEE_ADDRESS, MUST, CHARS(1, 200),          "consigneeAddress", "收货地址",       "Where the goods go to"),
	ROW(DECLARANT_CODE,    MUST, CHARS(1, 18),           "agentCode",        "申报企业代码",   "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME,    MUST, CHARS(1, 100),          "agentName",        "申报企业名称",   "Registered name of the declaring company"),
	ROW(ZONE_COMPANY_CODE, MAY,  CHARS(0, 18),           "areaCode",         "区内企业代码",   "Company inside the special area; bonded regimes only, and there mandatory"),
	ROW(ZONE_COMPANY_NAME, MAY,  CHARS(0, 100),          "areaName",         "区内企业名称",   "Name of the company inside the special area"),
	ROW(TRADE_MODE,        MUST, CODE(TRADE_MODE, 4, 4), "tradeMode",        "贸易方式",       "Supervision mode; the regimes in force say which are accepted"),
	ROW(TRANSPORT_MODE,    MUST, CODE(TRANSPORT, 1, 1),  "trafMode",         "运输方式",       "Mode of transport"),
	ROW(VEHICLE_NO,        MAY,  CHARS(0, 100),          "trafNo",           "运输工具编号",   "Vehicle; direct purchase must give it, bonded regimes leave it out"),
	ROW(VOYAGE_NO,         MAY,  CHARS(0, 32),           "voyageNo",         "航班航次号",     "Voyage or flight; direct purchase must give it, bonded regimes leave it out"),
	ROW(BILL_NO,           MAY,  CHARS(0, 37),           "billNo",           "提运单号",       "Bill of lading, air waybill or truck manifest; direct purchase must give it, bonded regimes leave it out"),
	ROW(SUPERVISED_PLACE,  MAY,  CHARS(0, 10),           "loctNo",           "监管场所代码",   "Supervised place where the goods lie"),
	ROW(LICENSE_NO,        MAY,  CHARS(0, 19),           "licenseNo",        "许可证件号",     "Number of the licence"),
	ROW(COUNTRY_CODE,      MUST, CODE(COUNTRY, 3, 3),    "country",          "起运国(地区)",   "Country of departure"),
	ROW(FREIGHT,           MUST, NUMBER,                 "freight",          "运杂费",         "Transport and sundry charges that the carrier asks, 0 if none"),
	ROW(INSURED_FEE,       MUST, NUMBER,                 "insuredFee",       "保价费",         "Insurance charge that the carrier asks, 0 if none"),
	ROW(CURRENCY,          MUST, CODE(CURRENCY, 3, 3),   "currency",         "币制",           "Currency, 142 (CNY) only"),
	ROW(WRAP_TYPE,         MAY,  CODE(WRAP, 1, 1),       "wrapType",         "包装种类代码",   "Kind of packing"),
	ROW(PACK_COUNT,        MUST, INTEGER(9),             "packNo",           "件数",           "Number of pieces, 1 only"),
	ROW(GROSS_WEIGHT,      MUST, NUMBER,                 "grossWeight",      "毛重(公斤)",     "Gross weight in kilograms"),
	ROW(NET_WEIGHT,        MUST, NUMBER,                 "netWeight",        "净重(公斤)",     "Net weight in kilograms, not more than the gross weight"),
	ROW(NOTE,              MAY,  CHARS(0, 1000),         "note",             "备注",           "Free text"),
};

static const struct field_def inventory_line_fields[] = {
	ROW(LINE_NO,            MUST, INTEGER(4),           "gnum",         "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition; the same goods as on that line of the order"),
	ROW(ITEM_RECORD_NO,     MAY,  CHARS(0, 30),         "itemRecordNo", "账册备案料号", "Number of the article in the bonded book; bonded regimes only, and there mandatory"),
	ROW(ITEM_NO,            MAY,  CHARS(0, 20),         "itemNo",       "企业商品货号", "Company's own number of the article"),
	ROW(ITEM_NAME,          MAY,  CHARS(0, 250),        "itemName",     "企业商品名称", "Company's own name of the article"),
	ROW(HS_CODE,            MUST, CODE(HS, 10, 10),     "gcode",        "商品编码",     "Commodity code: eight digits of the tariff and two more"),
	ROW(GOODS_NAME,         MUST, CHARS(1, 250),        "gname",        "商品名称",     "Name of the goods, as the order has it on the same line"),
	ROW(GOODS_MODEL,        MUST, CHARS(1, 510),        "gmodel",       "规格型号",     "Specification and model"),
	ROW(BARCODE,            MAY,  CHARS(0, 50),         "barCode",      "条形码",       "Barcode of the article; 无 if it has none"),
	ROW(COUNTRY_CODE,       MUST, CODE(COUNTRY, 3, 3),  "country",      "原产国(地区)", "Country of origin"),
	ROW(TRADE_COUNTRY_CODE, MAY,  CODE(COUNTRY, 1, 3),  "tradeCountry", "贸易国",       "Country that the goods were bought in"),
	ROW(CURRENCY,           MUST, CODE(CURRENCY, 3, 3), "currency",     "币制",         "Currency, 142 (CNY) only"),
	ROW(QUANTITY,           MUST, NUMBER,               "qty",          "数量",         "Quantity traded, more than 0"),
	ROW(UNIT,               MUST, CODE(UNIT, 3, 3),     "unit",         "计量单位",     "Unit of the quantity"),
	ROW(QUANTITY_1,         MUST, NUMBER,               "qty1",         "法定数量",     "Quantity in the first legal unit, more than 0"),
	ROW(UNIT_1,             MUST, CODE(UNIT, 3, 3),     "unit1",        "法定计量单位", "First legal unit of the commodity code"),
	ROW(QUANTITY_2,         MAY,  NUMBER,               "qty2",         "第二数量",     "Quantity in the second legal unit, more than 0; only together with unit_2"),
	ROW(UNIT_2,             MAY,  CODE(UNIT, 3, 3),     "unit2",        "第二计量单位", "Second legal unit; only together with quantity_2"),
	ROW(PRICE,              MUST, NUMBER,               "price",        "单价",         "Price of one unit, 0 for a gift"),
	ROW(TOTAL_PRICE,        MUST, NUMBER,               "totalPrice",   "总价",         "Price of the line: price times quantity, equal when both are rounded to two places"),
	ROW(NOTE,               MAY,  CHARS(0, 1000),       "note",         "备注",         "Free text"),
};

/* CEB513 */
static const struct field_def waybill_status_fields[] = {
	FILING_BEGINS(3),
	ROW(CARRIER_CODE,      MUST, CHARS(1, 18),        "logisticsCode",   "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,      MUST, CHARS(1, 100),       "logisticsName",   "物流企业名称", "Registered name of the logistics company"),
	ROW(WAYBILL_NO,        MUST, CHARS(1, 60),        "logisticsNo",     "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(WAYBILL_STATUS,    MUST, ONE_OF("S", 1, 1),   "logisticsStatus", "物流签收状态", "S: signed for by the consignee"),
	ROW(WAYBILL_STATUS_AT, MUST, TIME,                "logisticsTime",   "物流状态时间", "When the waybill came into that status"),
	ROW(NOTE,              MAY,  CHARS(0, 1000),      "note",            "备注",         "Free text"),
};

const struct message_def ceb311 = {
	MESSAGE(311, DOC_ORDER, DIR_IMPORT, "Order"),
	TITLES("进口电子订单", "Import order"),
	.head = "OrderHead",
	FIELDS(order_fields),
	LINES("OrderList", order_line_fields, 1, 99),
	.lines_numbered = true,
	KEY(F_PLATFORM_CODE, F_ORDER_NO),
	FILERS(F_PLATFORM_CODE, F_MERCHANT_CODE),
	SENDER(MERCHANT),
	.receipt = 312,
};

const struct message_def ceb411 = {
	MESSAGE(411, DOC_PAYMENT, DIR_IMPORT, "Payment"),
	TITLES("支付凭证", "Payment of an import order"),
	.head = "PaymentHead",
	FIELDS(payment_fields),
	KEY(F_PAYMENT_COMPANY_CODE, F_PAYMENT_NO),
	FILERS(F_PAYMENT_COMPANY_CODE),
	SENDER(PAYMENT_COMPANY),
	.receipt = 412,
};

const struct message_def ceb511 = {
	MESSAGE(511, DOC_WAYBILL, DIR_IMPORT, "Logistics"),
	TITLES("物流运单", "Import waybill"),
	.head = "LogisticsHead",
	FIELDS(waybill_fields),
	KEY(F_CARRIER_CODE, F_WAYBILL_NO),
	FILERS(F_CARRIER_CODE),
	SENDER(CARRIER),
	.receipt = 512,
};

const struct message_def ceb621 = {
	MESSAGE(621, DOC_INVENTORY, DIR_IMPORT, "Inventory"),
	TITLES("进口清单", "Import inventory"),
	.head = "InventoryHead",
	FIELDS(inventory_fields),
	LINES("InventoryList", inventory_line_fields, 1, 99),
	.lines_numbered = true,
	KEY(F_PLATFORM_CODE, F_MERCHANT_CODE, F_ORDER_NO),
	FILERS(F_DECLARANT_CODE, F_MERCHANT_CODE),
	SENDER(DECLARANT),
	.receipt = 622,
	.signature = SIGNATURE_BY_SCHEMA,
};

const struct message_def ceb513 = {
	MESSAGE(513, DOC_WAYBILL_STATUS, DIR_IMPORT, "LogisticsStatus"),
	TITLES("物流运单状态", "Status of an import waybill"),
	FIELDS(waybill_status_fields),
	KEY(F_CARRIER_CODE, F_WAYBILL_NO, F_WAYBILL_STATUS),
	FILERS(F_CARRIER_CODE),
	SENDER(CARRIER),
	.receipt = 514,
};
