/*
 * The data standard, receipts: what customs answers to each message that companies file, and 900 to what it cannot
 * read (announcement 2018-113, edition 202205), one row a field, in customs order.
 *
 * A mandatory text of least length 0 may be empty, but its element is always there.
 */
#include "model/field_row.h"

/* CEB312 */
static const struct field_def import_order_receipt_fields[] = {
	NODE_NUMBER,
	ROW(PLATFORM_CODE, MUST, CHARS(1, 18), "ebpCode", "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_CODE, MUST, CHARS(1, 18), "ebcCode", "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(ORDER_NO,      MUST, CHARS(1, 60), "orderNo", "订单编号",     "Order number, unique on its platform"),
	RECEIPT_ENDS(1, 1),
};

const struct message_def ceb312 = {
	MESSAGE(312, DOC_ORDER_RECEIPT, DIR_IMPORT, "OrderReturn"),
	TITLES("进口订单回执", "Receipt of: import order"),
	FIELDS(import_order_receipt_fields),
	KEY(F_PLATFORM_CODE, F_ORDER_NO),
};

/* CEB412 */
static const struct field_def import_payment_receipt_fields[] = {
	NODE_NUMBER,
	ROW(PAYMENT_COMPANY_CODE, MUST, CHARS(1, 18), "payCode",          "支付企业代码", "Payment company: 18-character credit code or 10-character customs code"),
	ROW(PAYMENT_NO,           MUST, CHARS(1, 60), "payTransactionId", "支付交易编号", "Transaction number of the payment, unique at its payment company"),
	RECEIPT_ENDS(1, 1),
};

const struct message_def ceb412 = {
	MESSAGE(412, DOC_PAYMENT_RECEIPT, DIR_IMPORT, "PaymentReturn"),
	TITLES("支付凭证回执", "Receipt of: payment of an import order"),
	FIELDS(import_payment_receipt_fields),
	KEY(F_PAYMENT_COMPANY_CODE, F_PAYMENT_NO),
};

/* CEB512 */
static const struct field_def import_waybill_receipt_fields[] = {
	NODE_NUMBER,
	ROW(CARRIER_CODE, MUST, CHARS(1, 18), "logisticsCode", "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(WAYBILL_NO,   MUST, CHARS(1, 60), "logisticsNo",   "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	RECEIPT_ENDS(1, 1),
};

const struct message_def ceb512 = {
	MESSAGE(512, DOC_WAYBILL_RECEIPT, DIR_IMPORT, "LogisticsReturn"),
	TITLES("物流运单回执", "Receipt of: import waybill"),
	FIELDS(import_waybill_receipt_fields),
	KEY(F_CARRIER_CODE, F_WAYBILL_NO),
};

/* CEB514 */
static const struct field_def import_waybill_status_receipt_fields[] = {
	NODE_NUMBER,
	ROW(CARRIER_CODE,   MUST, CHARS(1, 18), "logisticsCode",   "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(WAYBILL_NO,     MUST, CHARS(1, 60), "logisticsNo",     "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(WAYBILL_STATUS, MUST, CHARS(1, 1),  "logisticsStatus", "物流签收状态", "S: signed for by the consignee"),
	RECEIPT_ENDS(1, 1),
};

const struct message_def ceb514 = {
	MESSAGE(514, DOC_WAYBILL_STATUS_RECEIPT, DIR_IMPORT, "LogisticsStatusReturn"),
	TITLES("物流运单状态回执", "Receipt of: status of an import waybill"),
	FIELDS(import_waybill_status_receipt_fields),
	KEY(F_CARRIER_CODE, F_WAYBILL_NO, F_WAYBILL_STATUS),
};

/* CEB622 */
static const struct field_def import_inventory_receipt_fields[] = {
	NODE_NUMBER,
	ROW(CUSTOMS_CODE,   MAY,  CODE(CUSTOMS, 4, 4), "customsCode", "申报海关代码", "Customs office declared to"),
	ROW(PLATFORM_CODE,  MAY,  CHARS(1, 18),        "ebpCode",     "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_CODE,  MAY,  CHARS(1, 18),        "ebcCode",     "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_CODE, MAY,  CHARS(1, 18),        "agentCode",   "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,    MUST, CHARS(1, 20),        "copNo",       "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,   MUST, CHARS(18, 18),       "preNo",       "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,   MAY,  CHARS(18, 18),       "invtNo",      "清单编号",     "Number of the inventory, given by customs"),
	RECEIPT_ENDS(1, 1),
};

const struct message_def ceb622 = {
	MESSAGE(622, DOC_INVENTORY_RECEIPT, DIR_IMPORT, "InventoryReturn"),
	TITLES("进口清单回执", "Receipt of: import inventory"),
	FIELDS(import_inventory_receipt_fields),
	KEY(F_PLATFORM_CODE, F_MERCHANT_CODE, F_INTERNAL_NO),
};

/* CEB624 */
static const struct field_def import_cancellation_receipt_fields[] = {
	NODE_NUMBER,
	ROW(CUSTOMS_CODE,   MAY,  CODE(CUSTOMS, 4, 4), "customsCode", "申报海关代码", "Customs office declared to"),
	ROW(DECLARANT_CODE, MAY,  CHARS(1, 18),        "agentCode",   "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(PLATFORM_CODE,  MAY,  CHARS(1, 18),        "ebpCode",     "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_CODE,  MAY,  CHARS(1, 18),        "ebcCode",     "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,    MUST, CHARS(1, 20),        "copNo",       "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,   MUST, CHARS(18, 18),       "preNo",       "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,   MAY,  CHARS(18, 18),       "invtNo",      "清单编号",     "Number of the inventory, given by customs"),
	RECEIPT_ENDS(1, 1),
};

const struct message_def ceb624 = {
	MESSAGE(624, DOC_CANCELLATION_RECEIPT, DIR_IMPORT, "InvtCancelReturn"),
	TITLES("进口撤销申请单回执", "Receipt of: cancellation of an import inventory"),
	FIELDS(import_cancellation_receipt_fields),
	KEY(F_DECLARANT_CODE, F_INTERNAL_NO),
};

/* CEB626 */
static const struct field_def import_return_receipt_fields[] = {
	NODE_NUMBER,
	ROW(CUSTOMS_CODE,   MAY,  CODE(CUSTOMS, 4, 4), "customsCode", "申报海关代码", "Customs office declared to"),
	ROW(DECLARANT_CODE, MAY,  CHARS(1, 18),        "agentCode",   "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(PLATFORM_CODE,  MAY,  CHARS(1, 18),        "ebpCode",     "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_CODE,  MAY,  CHARS(1, 18),        "ebcCode",     "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,    MUST, CHARS(1, 20),        "copNo",       "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,   MUST, CHARS(18, 18),       "preNo",       "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,   MAY,  CHARS(18, 18),       "invtNo",      "清单编号",     "Number of the inventory, given by customs"),
	RECEIPT_ENDS(1, 1),
};

const struct message_def ceb626 = {
	MESSAGE(626, DOC_RETURN_RECEIPT, DIR_IMPORT, "InvtRefundReturn"),
	TITLES("进口退货申请单回执", "Receipt of: return of imported goods"),
	FIELDS(import_return_receipt_fields),
	KEY(F_DECLARANT_CODE, F_INTERNAL_NO),
};

/* CEB712 */
static const struct field_def import_warehouse_in_receipt_fields[] = {
	NODE_NUMBER,
	ROW(CUSTOMS_CODE,    MAY, CODE(CUSTOMS, 4, 4), "customsCode",  "申报海关代码",       "Customs office declared to"),
	ROW(OPERATOR_CODE,   MAY, CHARS(1, 18),        "operatorCode", "监管场所经营人代码", "Company that runs the supervised place: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,     MAY, CHARS(0, 20),        "copNo",        "企业内部编号",       "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,    MAY, CHARS(0, 18),        "preNo",        "预录入编号",         "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(WAREHOUSE_IN_NO, MAY, CHARS(0, 18),        "rkdNo",        "入库单编号",         "Number of the list of goods taken in, given by customs"),
	RECEIPT_ENDS(1, 1),
};

const struct message_def ceb712 = {
	MESSAGE(712, DOC_WAREHOUSE_IN_RECEIPT, DIR_IMPORT, "DeliveryReturn"),
	TITLES("入库明细单回执", "Receipt of: goods taken into the supervised place"),
	FIELDS(import_warehouse_in_receipt_fields),
	KEY(F_OPERATOR_CODE, F_INTERNAL_NO),
};

/* CEB304 */
static const struct field_def export_order_receipt_fields[] = {
	NODE_NUMBER,
	ROW(PLATFORM_CODE, MUST, CHARS(0, 18), "ebpCode", "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code; 无 for a foreign platform without one"),
	ROW(MERCHANT_CODE, MUST, CHARS(0, 18), "ebcCode", "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(ORDER_NO,      MUST, CHARS(0, 60), "orderNo", "订单编号",     "Order number, unique on its platform"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb304 = {
	MESSAGE(304, DOC_ORDER_RECEIPT, DIR_EXPORT, "OrderReturn"),
	TITLES("出口订单回执", "Receipt of: export order"),
	FIELDS(export_order_receipt_fields),
	KEY(F_PLATFORM_CODE, F_ORDER_NO),
};

/* CEB404 */
static const struct field_def export_payment_receipt_fields[] = {
	NODE_NUMBER,
	ROW(MERCHANT_CODE, MUST, CHARS(0, 18), "ebcCode", "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(ORDER_NO,      MUST, CHARS(0, 60), "orderNo", "订单编号",     "Order number, unique on its platform"),
	ROW(PAYMENT_NO,    MAY,  CHARS(0, 60), "payNo",   "支付交易编号", "Transaction number of the payment"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb404 = {
	MESSAGE(404, DOC_PAYMENT_RECEIPT, DIR_EXPORT, "ReceiptsReturn"),
	TITLES("收款单回执", "Receipt of: payment received for an export order"),
	FIELDS(export_payment_receipt_fields),
	KEY(F_MERCHANT_CODE, F_ORDER_NO, F_PAYMENT_NO),
};

/* CEB506 */
static const struct field_def export_waybill_receipt_fields[] = {
	NODE_NUMBER,
	ROW(CARRIER_CODE, MUST, CHARS(0, 18), "logisticsCode", "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(WAYBILL_NO,   MUST, CHARS(0, 32), "logisticsNo",   "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb506 = {
	MESSAGE(506, DOC_WAYBILL_RECEIPT, DIR_EXPORT, "LogisticsReturn"),
	TITLES("出口运单回执", "Receipt of: export waybill"),
	FIELDS(export_waybill_receipt_fields),
	KEY(F_CARRIER_CODE, F_WAYBILL_NO),
};

/* CEB508 */
static const struct field_def export_arrival_receipt_fields[] = {
	NODE_NUMBER,
	ROW(OPERATOR_CODE, MUST, CHARS(0, 18),  "operatorCode",  "监管场所经营人代码", "Company that runs the supervised place: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_CODE,  MUST, CHARS(0, 18),  "logisticsCode", "物流企业代码",       "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(PRE_ENTRY_NO,  MUST, CHARS(18, 18), "preNo",         "预录入编号",         "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INTERNAL_NO,   MUST, CHARS(0, 30),  "copNo",         "企业内部编号",       "Company's own number of the inventory"),
	ROW(BILL_NO,       MUST, CHARS(0, 37),  "billNo",        "提运单号",           "Bill of lading, air waybill or truck manifest"),
	ROW(MESSAGE_NO,    MUST, INTEGER(9),    "msgSeqNo",      "报文序号",           "Which of these messages this is, from 1 without gap"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb508 = {
	MESSAGE(508, DOC_ARRIVAL_RECEIPT, DIR_EXPORT, "ArrivalReturn"),
	TITLES("运抵单回执", "Receipt of: arrival at the supervised place"),
	FIELDS(export_arrival_receipt_fields),
	KEY(F_OPERATOR_CODE, F_INTERNAL_NO, F_MESSAGE_NO),
};

/* CEB510 */
static const struct field_def export_departure_receipt_fields[] = {
	NODE_NUMBER,
	ROW(CARRIER_CODE, MUST, CHARS(0, 18),  "logisticsCode", "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,  MUST, CHARS(0, 30),  "copNo",         "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO, MUST, CHARS(18, 18), "preNo",         "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(MESSAGE_NO,   MUST, INTEGER(9),    "msgSeqNo",      "报文序号",     "Which of these messages this is, from 1 without gap"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb510 = {
	MESSAGE(510, DOC_DEPARTURE_RECEIPT, DIR_EXPORT, "DepartureReturn"),
	TITLES("离境单回执", "Receipt of: departure of exported goods"),
	FIELDS(export_departure_receipt_fields),
	KEY(F_CARRIER_CODE, F_INTERNAL_NO, F_MESSAGE_NO),
};

/* CEB604 */
static const struct field_def export_inventory_receipt_fields[] = {
	NODE_NUMBER,
	ROW(DECLARANT_CODE,  MUST, CHARS(0, 18),        "agentCode",      "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,     MUST, CHARS(0, 30),        "copNo",          "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,    MUST, CHARS(18, 18),       "preNo",          "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,    MUST, CHARS(0, 20),        "invtNo",         "清单编号",     "Number of the inventory, given by customs"),
	ROW(MERCHANT_CODE,   MUST, CHARS(0, 18),        "ebcCode",        "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(PLATFORM_CODE,   MUST, CHARS(0, 18),        "ebpCode",        "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code; 无 for a foreign platform without one"),
	ROW(ORDER_NO,        MUST, CHARS(0, 60),        "orderNo",        "订单编号",     "Order number, unique on its platform"),
	ROW(STATISTICS_FLAG, MUST, ONE_OF("A|B", 1, 1), "statisticsFlag", "申报业务类型", "A: simplified, counted by four digits of the commodity code; B: to be summed up"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb604 = {
	MESSAGE(604, DOC_INVENTORY_RECEIPT, DIR_EXPORT, "InventoryReturn"),
	TITLES("出口清单回执", "Receipt of: export inventory"),
	FIELDS(export_inventory_receipt_fields),
	KEY(F_PLATFORM_CODE, F_MERCHANT_CODE, F_ORDER_NO),
};

/* CEB606 */
static const struct field_def export_cancellation_receipt_fields[] = {
	NODE_NUMBER,
	ROW(DECLARANT_CODE, MUST, CHARS(0, 18),  "agentCode", "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,    MUST, CHARS(0, 30),  "copNo",     "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,   MUST, CHARS(18, 18), "preNo",     "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,   MUST, CHARS(0, 20),  "invtNo",    "清单编号",     "Number of the inventory, given by customs"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb606 = {
	MESSAGE(606, DOC_CANCELLATION_RECEIPT, DIR_EXPORT, "InvtCancelReturn"),
	TITLES("出口撤销申请单回执", "Receipt of: cancellation of an export inventory"),
	FIELDS(export_cancellation_receipt_fields),
	KEY(F_DECLARANT_CODE, F_INTERNAL_NO),
};

/* CEB608 */
static const struct field_def export_manifest_receipt_fields[] = {
	NODE_NUMBER,
	ROW(DECLARANT_CODE, MUST, CHARS(0, 18),  "agentCode",     "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_CODE,   MUST, CHARS(0, 18),  "logisticsCode", "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,    MUST, CHARS(0, 30),  "copNo",         "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,   MUST, CHARS(18, 18), "preNo",         "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(BILL_NO,        MUST, CHARS(0, 37),  "billNo",        "提运单号",     "Bill of lading, air waybill or truck manifest"),
	ROW(MESSAGE_NO,     MUST, INTEGER(9),    "msgSeqNo",      "报文序号",     "Which of these messages this is, from 1 without gap"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb608 = {
	MESSAGE(608, DOC_MANIFEST_RECEIPT, DIR_EXPORT, "WayBillReturn"),
	TITLES("清单总分单回执", "Receipt of: list of the inventories under one bill"),
	FIELDS(export_manifest_receipt_fields),
	KEY(F_DECLARANT_CODE, F_INTERNAL_NO, F_MESSAGE_NO),
};

/* CEB702 */
static const struct field_def export_summary_receipt_fields[] = {
	NODE_NUMBER,
	ROW(DECLARANT_CODE, MUST, CHARS(0, 18),  "agentCode", "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_CODE,  MUST, CHARS(0, 18),  "ebcCode",   "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_NO,    MUST, CHARS(0, 30),  "copNo",     "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,   MUST, CHARS(18, 18), "preNo",     "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(SUMMARY_NO,     MAY,  CHARS(18, 18), "sumNo",     "汇总申请编号", "Number of the application to sum up, given by customs"),
	ROW(MESSAGE_NO,     MUST, INTEGER(9),    "msgSeqNo",  "报文序号",     "Which of these messages this is, from 1 without gap"),
	RECEIPT_ENDS(1, 0),
};

const struct message_def ceb702 = {
	MESSAGE(702, DOC_SUMMARY_RECEIPT, DIR_EXPORT, "SummaryReturn"),
	TITLES("汇总申请单回执", "Receipt of: application to sum up inventories"),
	FIELDS(export_summary_receipt_fields),
	KEY(F_DECLARANT_CODE, F_INTERNAL_NO, F_MESSAGE_NO),
};

/* CEB214 */
static const struct field_def export_return_receipt_fields[] = {
	NODE_NUMBER,
	ROW(PLATFORM_CODE,  MAY,  CHARS(0, 18), "ebpCode",   "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code; 无 for a foreign platform without one"),
	ROW(MERCHANT_CODE,  MAY,  CHARS(0, 18), "ebcCode",   "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_CODE, MUST, CHARS(0, 18), "agentCode", "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(INTERNAL_MARK,  MUST, CHARS(0, 30), "coElNo",    "企业内部标识", "Company's own mark of the parcel"),
	ROW(PRE_ENTRY_NO,   MAY,  CHARS(0, 18), "preNo",     "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,   MUST, CHARS(0, 20), "invtNo",    "清单编号",     "Number of the inventory, given by customs"),
	RECEIPT_ENDS(0, 0),
};

const struct message_def ceb214 = {
	MESSAGE(214, DOC_RETURN_RECEIPT, DIR_EXPORT, "RefundReturn"),
	TITLES("退货申请单回执", "Receipt of: return of exported goods"),
	FIELDS(export_return_receipt_fields),
	KEY(F_DECLARANT_CODE, F_INTERNAL_MARK),
};

/* CEB216 */
static const struct field_def export_tally_receipt_fields[] = {
	NODE_NUMBER,
	ROW(OPERATOR_CODE, MUST, CHARS(0, 18), "operatorCode",  "监管场所经营人代码", "Company that runs the supervised place: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_CODE,  MUST, CHARS(0, 18), "logisticsCode", "物流企业代码",       "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(WAYBILL_NO,    MUST, CHARS(0, 80), "logisticsNo",   "物流运单编号",       "Waybill number; a carrier uses no number twice within six months"),
	ROW(INTERNAL_MARK, MUST, CHARS(0, 30), "coElNo",        "企业内部标识",       "Company's own mark of the parcel"),
	ROW(PRE_ENTRY_NO,  MAY,  CHARS(0, 18), "preNo",         "预录入编号",         "Pre-entry number, given by the window: a letter, the date, nine digits"),
	RECEIPT_ENDS(0, 0),
};

const struct message_def ceb216 = {
	MESSAGE(216, DOC_TALLY_RECEIPT, DIR_EXPORT, "InvtRefundDetailReturn"),
	TITLES("理货明细单回执", "Receipt of: tally of returned goods"),
	FIELDS(export_tally_receipt_fields),
	KEY(F_OPERATOR_CODE, F_INTERNAL_MARK),
};

/* CEB900 */
static const struct field_def refusal_fields[] = {
	NODE_NUMBER,
	ROW(RETURN_STATUS,    MUST, CHARS(1, 10),                     "returnStatus",   "回执状态",             "How far the filing got: list return_status; negative: refused"),
	ROW(RETURN_INFO,      MUST, CHARS(0, 5000),                   "returnInfo",     "回执信息",             "What there is to say; customs writes [Code:n;Desc:text]"),
	ROW(RETURNED_AT,      MUST, INSTANT,                          "returnTime",     "回执时间",             "When this was said, to the millisecond"),
	ROW(ORIGINAL_ID,      MUST, CHARS(0, 255),                    "oriCopMsgId",    "原始传输报文copMsgId", "Number that the refused message had in transport"),
	ROW(ORIGINAL_TYPE,    MUST, CHARS(0, 15),                     "oriMessageType", "原始报文类型",         "Type of the refused message, Unknown if it could not be told"),
	ROW(ORIGINAL_MESSAGE, MUST, CHARS(0, 10 << 20), "oriBizMessage",  "原始报文内容",         "The refused message itself"),
};

const struct message_def ceb900 = {
	MESSAGE(900, DOC_REFUSAL, DIR_IMPORT, "MessageReturn"),
	TITLES("报文格式校验回执", "Refusal of a message that breaks the schema"),
	FIELDS(refusal_fields),
	KEY(F_ORIGINAL_ID, F_ORIGINAL_TYPE),
};
