/*
 * The data standard, import, what comes with and after the inventory: messages 623, 625, 711, 816 and 818 of the
 * customs standard (announcement 2018-113, edition 202205), one row a field, in customs order.
 *
 * The first three are filed by companies; the tax bill and its state come from customs.
 */
#include "model/field_row.h"

/* CEB623 */
static const struct field_def cancellation_fields[] = {
	FILING_BEGINS(3),
	ROW(CUSTOMS_CODE,    MUST, CODE(CUSTOMS, 4, 4), "customsCode",    "申报海关代码",   "Customs office declared to"),
	ROW(ORDER_NO,        MUST, CHARS(1, 60),        "orderNo",        "订单编号",       "Order number, unique on its platform"),
	ROW(PLATFORM_CODE,   MUST, CHARS(1, 18),        "ebpCode",        "电商平台代码",   "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(PLATFORM_NAME,   MUST, CHARS(1, 100),       "ebpName",        "电商平台名称",   "Registered name of the trading platform"),
	ROW(MERCHANT_CODE,   MUST, CHARS(1, 18),        "ebcCode",        "电商企业代码",   "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,   MUST, CHARS(1, 100),       "ebcName",        "电商企业名称",   "Registered name of the e-commerce company"),
	ROW(WAYBILL_NO,      MUST, CHARS(1, 60),        "logisticsNo",    "物流运单编号",   "Waybill number; a carrier uses no number twice within six months"),
	ROW(CARRIER_CODE,    MUST, CHARS(1, 18),        "logisticsCode",  "物流企业代码",   "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,    MUST, CHARS(1, 100),       "logisticsName",  "物流企业名称",   "Registered name of the logistics company"),
	ROW(INTERNAL_NO,     MAY,  CHARS(0, 20),        "copNo",          "企业内部编号",   "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,    MAY,  CHARS(0, 18),        "preNo",          "预录入编号",     "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,    MUST, CHARS(1, 18),        "invtNo",         "清单编号",       "Number of the inventory to cancel, given by customs"),
	ROW(BUYER_ID_TYPE,   MUST, ONE_OF("1", 1, 1),   "buyerIdType",    "订购人证件类型", "Kind of the buyer's document, 1: identity card"),
	ROW(BUYER_ID_NUMBER, MUST, CHARS(1, 60),        "buyerIdNumber",  "订购人证件号码", "Number of the buyer's document; an identity card's must have the right check digit"),
	ROW(BUYER_NAME,      MUST, CHARS(1, 60),        "buyerName",      "订购人姓名",     "Buyer's name, as the identity document has it"),
	ROW(BUYER_TELEPHONE, MUST, CHARS(1, 30),        "buyerTelephone", "订购人电话",     "Buyer's telephone"),
	ROW(DECLARANT_CODE,  MUST, CHARS(1, 18),        "agentCode",      "申报企业代码",   "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME,  MUST, CHARS(1, 100),       "agentName",      "申报企业名称",   "Registered name of the declaring company"),
	ROW(REASON,          MUST, CHARS(1, 1000),      "reason",         "原因",           "Why, in words"),
	ROW(NOTE,            MAY,  CHARS(0, 1000),      "note",           "备注",           "Free text"),
};

const struct message_def ceb623 = {
	MESSAGE(623, DOC_CANCELLATION, DIR_IMPORT, "InvtCancel"),
	TITLES("进口撤销申请单", "Cancellation of an import inventory"),
	FIELDS(cancellation_fields),
	KEY(F_DECLARANT_CODE, F_INVENTORY_NO),
	FILERS(F_DECLARANT_CODE, F_MERCHANT_CODE),
	SENDER(DECLARANT),
	.receipt = 624,
	.signature = SIGNATURE_BY_SCHEMA,
};

/* CEB625 */
static const struct field_def return_fields[] = {
	FILING_BEGINS(3),
	ROW(CUSTOMS_CODE,    MUST, CODE(CUSTOMS, 4, 4), "customsCode",    "申报海关代码",   "Customs office declared to"),
	ROW(ORDER_NO,        MUST, CHARS(1, 60),        "orderNo",        "订单编号",       "Order number, unique on its platform"),
	ROW(PLATFORM_CODE,   MUST, CHARS(1, 18),        "ebpCode",        "电商平台代码",   "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(PLATFORM_NAME,   MUST, CHARS(1, 100),       "ebpName",        "电商平台名称",   "Registered name of the trading platform"),
	ROW(MERCHANT_CODE,   MUST, CHARS(1, 18),        "ebcCode",        "电商企业代码",   "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,   MUST, CHARS(1, 100),       "ebcName",        "电商企业名称",   "Registered name of the e-commerce company"),
	ROW(WAYBILL_NO,      MUST, CHARS(1, 60),        "logisticsNo",    "物流运单编号",   "Waybill number; a carrier uses no number twice within six months"),
	ROW(CARRIER_CODE,    MUST, CHARS(1, 18),        "logisticsCode",  "物流企业代码",   "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,    MUST, CHARS(1, 100),       "logisticsName",  "物流企业名称",   "Registered name of the logistics company"),
	ROW(INTERNAL_NO,     MAY,  CHARS(0, 20),        "copNo",          "企业内部编号",   "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,    MAY,  CHARS(0, 18),        "preNo",          "预录入编号",     "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,    MUST, CHARS(1, 18),        "invtNo",         "清单编号",       "Number of the inventory that is returned from, given by customs"),
	ROW(BUYER_ID_TYPE,   MUST, ONE_OF("1", 1, 1),   "buyerIdType",    "订购人证件类型", "Kind of the buyer's document, 1: identity card"),
	ROW(BUYER_ID_NUMBER, MUST, CHARS(1, 60),        "buyerIdNumber",  "订购人证件号码", "Number of the buyer's document; an identity card's must have the right check digit"),
	ROW(BUYER_NAME,      MUST, CHARS(1, 60),        "buyerName",      "订购人姓名",     "Buyer's name, as the identity document has it"),
	ROW(BUYER_TELEPHONE, MUST, CHARS(1, 30),        "buyerTelephone", "订购人电话",     "Buyer's telephone"),
	ROW(DECLARANT_CODE,  MUST, CHARS(1, 18),        "agentCode",      "申报企业代码",   "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME,  MUST, CHARS(1, 100),       "agentName",      "申报企业名称",   "Registered name of the declaring company"),
	ROW(REASON,          MUST, CHARS(1, 1000),      "reason",         "原因",           "Why, in words"),
	ROW(NOTE,            MAY,  CHARS(0, 1000),      "note",           "备注",           "Free text"),
};

static const struct field_def return_line_fields[] = {
	ROW(LINE_NO,    MUST, INTEGER(4),       "gnum",  "商品序号",     "Number of the line in the inventory that is returned from"),
	ROW(HS_CODE,    MUST, CODE(HS, 10, 10), "gcode", "商品编码(HS)", "Commodity code: eight digits of the tariff and two more"),
	ROW(GOODS_NAME, MUST, CHARS(1, 250),    "gname", "商品名称",     "Name of the goods, as the order has it on the same line"),
	ROW(QUANTITY,   MUST, NUMBER,           "qty",   "数量",         "Quantity returned, not more than was declared"),
	ROW(UNIT,       MUST, CODE(UNIT, 3, 3), "unit",  "计量单位",     "Unit of the quantity"),
	ROW(NOTE,       MAY,  CHARS(0, 1000),   "note",  "备注",         "Free text"),
};

const struct message_def ceb625 = {
	MESSAGE(625, DOC_RETURN, DIR_IMPORT, "InvtRefund"),
	TITLES("进口退货申请单", "Return of imported goods"),
	.head = "InvtRefundHead",
	FIELDS(return_fields),
	LINES("InvtRefundList", return_line_fields, 1, 99),
	KEY(F_DECLARANT_CODE, F_INVENTORY_NO, F_INTERNAL_NO),
	FILERS(F_DECLARANT_CODE, F_MERCHANT_CODE),
	SENDER(DECLARANT),
	.receipt = 626,
	.signature = SIGNATURE_BY_SCHEMA,
};

/* CEB711 */
static const struct field_def warehouse_in_fields[] = {
	FILING_BEGINS(3),
	ROW(CUSTOMS_CODE,    MUST, CODE(CUSTOMS, 4, 4),   "customsCode",    "申报海关代码",       "Customs office declared to"),
	ROW(INTERNAL_NO,     MAY,  CHARS(0, 20),          "copNo",          "企业内部编号",       "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,    MAY,  CHARS(0, 18),          "preNo",          "预录入编号",         "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(WAREHOUSE_IN_NO, MAY,  CHARS(0, 18),          "rkdNo",          "入库单编号",         "Number of the list of goods taken in, given by customs"),
	ROW(OPERATOR_CODE,   MUST, CHARS(1, 18),          "operatorCode",   "监管场所经营人代码", "Company that runs the supervised place: 18-character credit code or 10-character customs code"),
	ROW(OPERATOR_NAME,   MUST, CHARS(1, 100),         "operatorName",   "监管场所经营人名称", "Registered name of the company that runs the supervised place"),
	ROW(IE_FLAG,         MUST, ONE_OF("I", 1, 1),     "ieFlag",         "进出口标记",         "I: import"),
	ROW(TRANSPORT_MODE,  MUST, CODE(TRANSPORT, 1, 1), "trafMode",       "运输方式",           "Mode of transport"),
	ROW(VEHICLE_NO,      MUST, CHARS(1, 100),         "trafNo",         "运输工具编号",       "Vehicle; direct purchase must give it, bonded regimes leave it out"),
	ROW(VOYAGE_NO,       MUST, CHARS(1, 32),          "voyageNo",       "航班航次号",         "Voyage or flight; direct purchase must give it, bonded regimes leave it out"),
	ROW(BILL_NO,         MUST, CHARS(1, 37),          "billNo",         "提运单号",           "Bill of lading, air master waybill or truck manifest (direct purchase)"),
	ROW(CARRIER_CODE,    MUST, CHARS(1, 18),          "logisticsCode",  "物流企业代码",       "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,    MUST, CHARS(1, 100),         "logisticsName",  "物流企业名称",       "Registered name of the logistics company"),
	ROW(UNLOADING_PLACE, MAY,  CHARS(0, 100),         "unloadLocation", "卸货库位",           "Where in the store the goods were unloaded"),
	ROW(NOTE,            MAY,  CHARS(0, 1000),        "note",           "备注",               "Free text"),
};

static const struct field_def warehouse_in_line_fields[] = {
	ROW(LINE_NO,    MUST, INTEGER(4),     "gnum",        "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW(WAYBILL_NO, MUST, CHARS(1, 60),   "logisticsNo", "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(NOTE,       MAY,  CHARS(0, 1000), "note",        "备注",         "Free text"),
};

const struct message_def ceb711 = {
	MESSAGE(711, DOC_WAREHOUSE_IN, DIR_IMPORT, "Delivery"),
	TITLES("入库明细单", "Goods taken into the supervised place"),
	.head = "DeliveryHead",
	FIELDS(warehouse_in_fields),
	LINES("DeliveryList", warehouse_in_line_fields, 1, 0),
	.lines_numbered = true,
	KEY(F_OPERATOR_CODE, F_BILL_NO, F_INTERNAL_NO),
	FILERS(F_OPERATOR_CODE),
	SENDER(OPERATOR),
	.receipt = 712,
	.signature = SIGNATURE_BY_SCHEMA,
	.nodes_max = 1,
};

/* CEB816 */
static const struct field_def tax_bill_fields[] = {
	NODE_NUMBER,
	ROW(RETURNED_AT,     MUST, INSTANT,               "returnTime",     "回执时间",     "When this was said, to the millisecond"),
	ROW(INVENTORY_NO,    MUST, CHARS(1, 18),          "invtNo",         "清单编号",     "Number of the inventory, given by customs"),
	ROW(TAX_BILL_NO,     MUST, CHARS(1, 50),          "taxNo",          "电子税单编号", "Number of the tax bill; several may belong to one inventory"),
	ROW(CUSTOMS_DUTY,    MUST, NUMBER,                "customsTax",     "应征关税",     "Customs duty due"),
	ROW(VALUE_ADDED_TAX, MUST, NUMBER,                "valueAddedTax",  "应征增值税",   "Value added tax due"),
	ROW(CONSUMPTION_TAX, MUST, NUMBER,                "consumptionTax", "应征消费税",   "Consumption tax due"),
	ROW(TAX_BILL_STATUS, MUST, ONE_OF("1|2|3", 1, 1), "status",         "税单状态",     "State of the tax bill, 1: made, 2: summed up, 3: void"),
	ROW(DUTY_PAYMENT_NO, MAY,  CHARS(0, 50),          "entDutyNo",      "缴款书编号",   "Number of the payment form"),
	ROW(NOTE,            MAY,  CHARS(0, 1000),        "note",           "备注",         "Free text"),
	ROW(GUARANTOR_CODE,  MAY,  CHARS(0, 64),          "assureCode",     "担保企业编号", "Company that guarantees the tax: platform, e-commerce company, carrier or declarant of this inventory"),
	ROW(MERCHANT_CODE,   MAY,  CHARS(0, 64),          "ebcCode",        "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_CODE,    MAY,  CHARS(0, 64),          "logisticsCode",  "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_CODE,  MAY,  CHARS(1, 18),          "agentCode",      "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(CUSTOMS_CODE,    MAY,  CODE(CUSTOMS, 4, 4),   "customsCode",    "申报海关代码", "Customs office declared to"),
};

static const struct field_def tax_bill_line_fields[] = {
	ROW(LINE_NO,         MUST, INTEGER(4),       "gnum",           "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW(HS_CODE,         MUST, CODE(HS, 10, 10), "gcode",          "商品编码(HS)", "Commodity code: eight digits of the tariff and two more"),
	ROW(DUTIABLE_VALUE,  MUST, NUMBER,           "taxPrice",       "完税总价格",   "Dutiable value of the line"),
	ROW(CUSTOMS_DUTY,    MUST, NUMBER,           "customsTax",     "应征关税",     "Customs duty due"),
	ROW(VALUE_ADDED_TAX, MUST, NUMBER,           "valueAddedTax",  "应征增值税",   "Value added tax due"),
	ROW(CONSUMPTION_TAX, MUST, NUMBER,           "consumptionTax", "应征消费税",   "Consumption tax due"),
};

const struct message_def ceb816 = {
	MESSAGE(816, DOC_TAX_BILL, DIR_IMPORT, "Tax"),
	TITLES("电子税单", "Tax bill"),
	.head = "TaxHeadRd",
	FIELDS(tax_bill_fields),
	LINES("TaxListRd", tax_bill_line_fields, 1, 99),
	.lines_numbered = true,
	KEY(F_INVENTORY_NO, F_TAX_BILL_NO),
};

/* CEB818 */
static const struct field_def tax_bill_status_fields[] = {
	NODE_NUMBER,
	ROW(RETURNED_AT,     MUST, INSTANT,               "returnTime", "回执时间",     "When this was said, to the millisecond"),
	ROW(INVENTORY_NO,    MUST, CHARS(1, 18),          "invtNo",     "清单编号",     "Number of the inventory, given by customs"),
	ROW(TAX_BILL_NO,     MUST, CHARS(1, 50),          "taxNo",      "电子税单编号", "Number of the tax bill; several may belong to one inventory"),
	ROW(TAX_BILL_STATUS, MUST, ONE_OF("1|2|3", 1, 1), "status",     "税单状态",     "State of the tax bill, 1: made, 2: summed up, 3: void"),
	ROW(DUTY_PAYMENT_NO, MAY,  CHARS(0, 50),          "entDutyNo",  "缴款书编号",   "Number of the payment form"),
	ROW(GUARANTOR_CODE,  MAY,  CHARS(0, 64),          "assureCode", "担保企业编号", "Company that guarantees the tax: platform, e-commerce company, carrier or declarant of this inventory"),
};

const struct message_def ceb818 = {
	MESSAGE(818, DOC_TAX_BILL_STATUS, DIR_IMPORT, "Tax"),
	TITLES("电子税单数据状态", "State of a tax bill"),
	.head = "TaxHeadStatus",
	FIELDS(tax_bill_status_fields),
	KEY(F_INVENTORY_NO, F_TAX_BILL_NO, F_TAX_BILL_STATUS),
};
