/*
 * The data standard, export, what comes with and after the inventory: messages 507, 509, 605, 607, 701, 792, and the
 * returns 213 and 215 (announcement 2020-44), of the customs standard (announcement 2018-113, edition 202205), one
 * row a field, in customs order.
 *
 * All are filed by companies but the result of summing up (792), which comes from customs.
 */
#include "model/field_row.h"

/* CEB507 */
static const struct field_def arrival_fields[] = {
	FILING_BEGINS(1),
	ROW(CUSTOMS_CODE,        MUST, CODE(CUSTOMS, 4, 4),   "customsCode",    "申报海关代码",       "Customs office declared to"),
	ROW(INTERNAL_NO,         MUST, CHARS(1, 30),          "copNo",          "企业内部编号",       "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,        MAY,  CHARS(18, 18),         "preNo",          "预录入编号",         "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(OPERATOR_CODE,       MUST, CHARS(1, 18),          "operatorCode",   "监管场所经营人代码", "Company that runs the supervised place: 18-character credit code or 10-character customs code"),
	ROW(OPERATOR_NAME,       MUST, CHARS(1, 100),         "operatorName",   "监管场所经营人名称", "Registered name of the company that runs the supervised place"),
	ROW(SUPERVISED_PLACE,    MAY,  CHARS(0, 10),          "loctNo",         "监管场所代码",       "Supervised place where the goods lie"),
	ROW(IE_FLAG,             MUST, ONE_OF("E", 1, 1),     "ieFlag",         "进出口标记",         "E: export"),
	ROW(TRANSPORT_MODE,      MUST, CODE(TRANSPORT, 1, 1), "trafMode",       "运输方式",           "Mode of transport"),
	ROW(BILL_NO,             MAY,  CHARS(0, 37),          "billNo",         "提运单号",           "Bill of lading, air waybill or truck manifest; may follow later"),
	ROW(DOMESTIC_VEHICLE_NO, MUST, CHARS(1, 100),         "domesticTrafNo", "境内运输工具编号",   "Vehicle that carries the goods inside the country"),
	ROW(CARRIER_CODE,        MUST, CHARS(1, 18),          "logisticsCode",  "物流企业代码",       "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,        MUST, CHARS(1, 100),         "logisticsName",  "物流企业名称",       "Registered name of the logistics company"),
	ROW(MESSAGE_COUNT,       MUST, INTEGER(9),            "msgCount",       "报文总数",           "Into how many messages the list is split, 1 if it is not"),
	ROW(MESSAGE_NO,          MUST, INTEGER(9),            "msgSeqNo",       "报文序号",           "Which of these messages this is, from 1 without gap"),
	ROW(NOTE,                MAY,  CHARS(0, 1000),        "note",           "备注",               "Free text"),
};

static const struct field_def arrival_line_fields[] = {
	ROW(LINE_NO,          MUST, INTEGER(5),     "gnum",           "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW(WAYBILL_NO,       MUST, CHARS(1, 32),   "logisticsNo",    "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(TOTAL_PACKAGE_NO, MAY,  CHARS(0, 37),   "totalPackageNo", "总包号",       "Number of the whole package; may follow later"),
	ROW(NOTE,             MAY,  CHARS(0, 1000), "note",           "备注",         "Free text"),
};

const struct message_def ceb507 = {
	MESSAGE(507, DOC_ARRIVAL, DIR_EXPORT, "Arrival"),
	TITLES("物流运抵单", "Arrival at the supervised place"),
	.head = "ArrivalHead",
	FIELDS(arrival_fields),
	LINES("ArrivalList", arrival_line_fields, 0, 0),
	.lines_numbered = true,
	KEY(F_OPERATOR_CODE, F_INTERNAL_NO, F_MESSAGE_NO),
	FILERS(F_OPERATOR_CODE, F_CARRIER_CODE),
	SENDER(OPERATOR),
	.receipt = 508,
	.signature = SIGNATURE_BY_TEXT,
};

/* CEB509 */
static const struct field_def departure_fields[] = {
	FILING_BEGINS(1),
	ROW(CUSTOMS_CODE,   MUST, CODE(CUSTOMS, 4, 4),   "customsCode",   "申报海关代码", "Customs office declared to"),
	ROW(INTERNAL_NO,    MUST, CHARS(1, 30),          "copNo",         "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,   MAY,  CHARS(18, 18),         "preNo",         "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(CARRIER_CODE,   MUST, CHARS(1, 18),          "logisticsCode", "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,   MUST, CHARS(1, 100),         "logisticsName", "物流企业名称", "Registered name of the logistics company"),
	ROW(TRANSPORT_MODE, MUST, CODE(TRANSPORT, 1, 1), "trafMode",      "运输方式",     "Mode of transport"),
	ROW(VEHICLE_NAME,   MAY,  CHARS(0, 100),         "trafName",      "运输工具名称", "Name of the vehicle; may follow later"),
	ROW(VOYAGE_NO,      MAY,  CHARS(0, 32),          "voyageNo",      "航班航次号",   "Voyage or flight; may follow later"),
	ROW(BILL_NO,        MAY,  CHARS(0, 37),          "billNo",        "提运单号",     "Bill of lading, air waybill or truck manifest; may follow later"),
	ROW(LEFT_AT,        MUST, TIME,                  "leaveTime",     "离境时间",     "When the vehicle left the country"),
	ROW(MESSAGE_COUNT,  MUST, INTEGER(9),            "msgCount",      "报文总数",     "Into how many messages the list is split, 1 if it is not"),
	ROW(MESSAGE_NO,     MUST, INTEGER(9),            "msgSeqNo",      "报文序号",     "Which of these messages this is, from 1 without gap"),
	ROW(NOTE,           MAY,  CHARS(0, 1000),        "note",          "备注",         "Free text"),
};

static const struct field_def departure_line_fields[] = {
	ROW(LINE_NO,          MUST, INTEGER(5),     "gnum",           "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW(TOTAL_PACKAGE_NO, MAY,  CHARS(0, 37),   "totalPackageNo", "总包号",       "Number of the whole package; may follow later"),
	ROW(WAYBILL_NO,       MUST, CHARS(1, 32),   "logisticsNo",    "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(NOTE,             MAY,  CHARS(0, 1000), "note",           "备注",         "Free text"),
};

const struct message_def ceb509 = {
	MESSAGE(509, DOC_DEPARTURE, DIR_EXPORT, "Departure"),
	TITLES("物流离境单", "Departure of exported goods"),
	.head = "DepartureHead",
	FIELDS(departure_fields),
	LINES("DepartureList", departure_line_fields, 1, 0),
	.lines_numbered = true,
	KEY(F_CARRIER_CODE, F_INTERNAL_NO, F_MESSAGE_NO),
	FILERS(F_CARRIER_CODE),
	SENDER(CARRIER),
	.receipt = 510,
	.signature = SIGNATURE_BY_TEXT,
};

/* CEB605 */
static const struct field_def cancellation_fields[] = {
	FILING_BEGINS(1),
	ROW(CUSTOMS_CODE,   MUST, CODE(CUSTOMS, 4, 4), "customsCode", "申报海关代码", "Customs office declared to"),
	ROW(INTERNAL_NO,    MUST, CHARS(1, 30),        "copNo",       "企业内部编号", "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,   MAY,  CHARS(18, 18),       "preNo",       "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,   MUST, CHARS(1, 20),        "invtNo",      "清单编号",     "Number of the inventory to cancel, given by customs"),
	ROW(REASON,         MUST, CHARS(1, 1000),      "reason",      "原因",         "Why, in words"),
	ROW(DECLARANT_CODE, MUST, CHARS(1, 18),        "agentCode",   "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME, MUST, CHARS(1, 100),       "agentName",   "申报企业名称", "Registered name of the declaring company"),
	ROW(MERCHANT_CODE,  MUST, CHARS(1, 18),        "ebcCode",     "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,  MUST, CHARS(1, 100),       "ebcName",     "电商企业名称", "Registered name of the e-commerce company"),
	ROW(NOTE,           MAY,  CHARS(0, 1000),      "note",        "备注",         "Free text"),
};

const struct message_def ceb605 = {
	MESSAGE(605, DOC_CANCELLATION, DIR_EXPORT, "InvtCancel"),
	TITLES("出口撤销申请单", "Cancellation of an export inventory"),
	FIELDS(cancellation_fields),
	KEY(F_DECLARANT_CODE, F_INTERNAL_NO),
	FILERS(F_DECLARANT_CODE, F_MERCHANT_CODE),
	SENDER(DECLARANT),
	.receipt = 606,
	.signature = SIGNATURE_BY_TEXT,
};

/* CEB607 */
static const struct field_def manifest_fields[] = {
	FILING_BEGINS(1),
	ROW(CUSTOMS_CODE,        MUST, CODE(CUSTOMS, 4, 4),   "customsCode",    "申报海关代码",     "Customs office declared to"),
	ROW(INTERNAL_NO,         MUST, CHARS(1, 30),          "copNo",          "企业内部编号",     "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,        MAY,  CHARS(18, 18),         "preNo",          "预录入编号",       "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(DECLARANT_CODE,      MUST, CHARS(1, 18),          "agentCode",      "申报企业代码",     "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME,      MUST, CHARS(1, 100),         "agentName",      "申报企业名称",     "Registered name of the declaring company"),
	ROW(SUPERVISED_PLACE,    MAY,  CHARS(0, 10),          "loctNo",         "监管场所代码",     "Supervised place where the goods lie"),
	ROW(TRANSPORT_MODE,      MUST, CODE(TRANSPORT, 1, 1), "trafMode",       "运输方式",         "Mode of transport"),
	ROW(VEHICLE_NAME,        MUST, CHARS(1, 100),         "trafName",       "运输工具名称",     "Name of the vehicle"),
	ROW(VOYAGE_NO,           MUST, CHARS(1, 32),          "voyageNo",       "航班航次号",       "Voyage or flight"),
	ROW(BILL_NO,             MUST, CHARS(1, 37),          "billNo",         "提运单号",         "Bill of lading, air waybill or truck manifest"),
	ROW(DOMESTIC_VEHICLE_NO, MAY,  CHARS(0, 100),         "domesticTrafNo", "境内运输工具编号", "Vehicle that carries the goods inside the country"),
	ROW(GROSS_WEIGHT,        MUST, NUMBER,                "grossWeight",    "毛重(公斤)",       "Gross weight in kilograms"),
	ROW(CARRIER_CODE,        MUST, CHARS(1, 18),          "logisticsCode",  "物流企业代码",     "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,        MUST, CHARS(1, 100),         "logisticsName",  "物流企业名称",     "Registered name of the logistics company"),
	ROW(MESSAGE_COUNT,       MUST, INTEGER(9),            "msgCount",       "报文总数",         "Into how many messages the list is split, 1 if it is not"),
	ROW(MESSAGE_NO,          MUST, INTEGER(9),            "msgSeqNo",       "报文序号",         "Which of these messages this is, from 1 without gap"),
	ROW(NOTE,                MAY,  CHARS(0, 1000),        "note",           "备注",             "Free text"),
};

static const struct field_def manifest_line_fields[] = {
	ROW(LINE_NO,          MUST, INTEGER(5),     "gnum",           "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW(TOTAL_PACKAGE_NO, MAY,  CHARS(0, 60),   "totalPackageNo", "总包号",       "Number of the whole package; may follow later"),
	ROW(WAYBILL_NO,       MUST, CHARS(1, 32),   "logisticsNo",    "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(INVENTORY_NO,     MAY,  CHARS(0, 20),   "invtNo",         "清单编号",     "Number of the inventory, given by customs"),
	ROW(NOTE,             MAY,  CHARS(0, 1000), "note",           "备注",         "Free text"),
};

const struct message_def ceb607 = {
	MESSAGE(607, DOC_MANIFEST, DIR_EXPORT, "WayBill"),
	TITLES("清单总分单", "List of the inventories under one bill"),
	.head = "WayBillHead",
	FIELDS(manifest_fields),
	LINES("WayBillList", manifest_line_fields, 1, 0),
	.lines_numbered = true,
	KEY(F_DECLARANT_CODE, F_INTERNAL_NO, F_MESSAGE_NO),
	FILERS(F_DECLARANT_CODE),
	SENDER(DECLARANT),
	.receipt = 608,
	.signature = SIGNATURE_BY_TEXT,
};

/* CEB701 */
static const struct field_def summary_fields[] = {
	FILING_BEGINS(1),
	ROW(CUSTOMS_CODE,     MUST, CODE(CUSTOMS, 4, 4), "customsCode",   "申报海关代码",     "Customs office declared to"),
	ROW(INTERNAL_NO,      MUST, CHARS(1, 30),        "copNo",         "企业内部编号",     "Company's own number of the inventory"),
	ROW(PRE_ENTRY_NO,     MAY,  CHARS(0, 18),        "preNo",         "预录入编号",       "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(SUMMARY_NO,       MAY,  CHARS(0, 18),        "sumNo",         "汇总申请编号",     "Number of the application to sum up, given by customs"),
	ROW(DECLARANT_CODE,   MUST, CHARS(1, 18),        "agentCode",     "申报企业代码",     "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME,   MUST, CHARS(1, 100),       "agentName",     "申报企业名称",     "Registered name of the declaring company"),
	ROW(MERCHANT_CODE,    MUST, CHARS(1, 18),        "ebcCode",       "电商企业代码",     "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,    MUST, CHARS(1, 100),       "ebcName",       "电商企业名称",     "Registered name of the e-commerce company"),
	ROW(BROKER_CODE,      MUST, CHARS(1, 18),        "declAgentCode", "报关单位代码",     "Company that makes the customs declaration: 18-character credit code or 10-character customs code"),
	ROW(BROKER_NAME,      MUST, CHARS(1, 100),       "declAgentName", "报关单位名称",     "Registered name of the company that makes the customs declaration"),
	ROW(SUMMARY_FROM,     MAY,  TIME,                "startTime",     "汇总开始时间",     "Inventories from this time on are summed up; given with summary_to, and then the lines do not count"),
	ROW(SUMMARY_TO,       MAY,  TIME,                "endTime",       "汇总结束时间",     "Inventories up to this time are summed up; not before summary_from"),
	ROW(SUPERVISED_PLACE, MAY,  CHARS(0, 10),        "loctNo",        "监管场所代码",     "Supervised place where the goods lie"),
	ROW(SUMMARY_FLAG,     MUST, ONE_OF("1|2", 1, 1), "summaryFlag",   "收发货人汇总标志", "Summed up by 1: consignor, 2: consignor and producer"),
	ROW(ITEM_NAME_FLAG,   MUST, ONE_OF("0|1", 1, 1), "itemNameFlag",  "按商品名汇总标志", "1: goods of different names are kept apart; 0: they are not"),
	ROW(MESSAGE_COUNT,    MUST, INTEGER(9),          "msgCount",      "报文总数",         "Into how many messages the list is split, 1 if it is not"),
	ROW(MESSAGE_NO,       MUST, INTEGER(9),          "msgSeqNo",      "报文序号",         "Which of these messages this is, from 1 without gap"),
	ROW(NOTE,             MAY,  CHARS(0, 1000),      "note",          "备注",             "Free text"),
};

static const struct field_def summary_line_fields[] = {
	ROW(INVENTORY_NO, MUST, CHARS(1, 20), "invtNo", "清单编号", "Number of the inventory, given by customs"),
};

const struct message_def ceb701 = {
	MESSAGE(701, DOC_SUMMARY, DIR_EXPORT, "SummaryApply"),
	TITLES("汇总申请单", "Application to sum up inventories"),
	.head = "SummaryApplyHead",
	FIELDS(summary_fields),
	LINES("SummaryApplyList", summary_line_fields, 0, 0),
	KEY(F_DECLARANT_CODE, F_INTERNAL_NO, F_MESSAGE_NO),
	FILERS(F_DECLARANT_CODE, F_MERCHANT_CODE),
	SENDER(DECLARANT),
	.receipt = 702,
	.signature = SIGNATURE_BY_TEXT,
};

/* CEB792 */
static const struct field_def summary_result_fields[] = {
	NODE_NUMBER,
	ROW(CUSTOMS_CODE,      MUST, CODE(CUSTOMS, 4, 4), "customsCode",   "申报海关代码",       "Customs office declared to"),
	ROW(SUMMARY_NO,        MUST, CHARS(18, 18),       "sumNo",         "汇总申请编号",       "Number of the application to sum up, given by customs"),
	ROW(SUMMED_AT,         MUST, INSTANT,             "opDate",        "汇总处理时间",       "When customs summed up, to the millisecond"),
	ROW(SUMMARY_SERIAL_NO, MUST, CHARS(18, 18),       "declSeqNo",     "汇总统一编号",       "Number that the sum has everywhere"),
	ROW(ENTRY_DRAFT_NO,    MAY,  CHARS(18, 18),       "decTmpNo",      "电子口岸暂存编号",   "Number of the stored draft of the customs declaration"),
	ROW(ENTRY_PRE_NO,      MAY,  CHARS(18, 18),       "decPreNo",      "电子口岸预录入编号", "Pre-entry number of the customs declaration"),
	ROW(ENTRY_NO,          MAY,  CHARS(18, 18),       "entryId",       "报关单编号",         "Number of the customs declaration"),
	ROW(ENTRY_STATE,       MUST, CHARS(1, 3),         "decState",      "报关单状态",         "State of the customs declaration"),
	ROW(DECLARANT_CODE,    MUST, CHARS(0, 18),        "agentCode",     "申报企业代码",       "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME,    MUST, CHARS(0, 100),       "agentName",     "申报企业名称",       "Registered name of the declaring company"),
	ROW(MERCHANT_CODE,     MUST, CHARS(0, 18),        "ebcCode",       "电商企业代码",       "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,     MUST, CHARS(0, 100),       "ebcName",       "电商企业名称",       "Registered name of the e-commerce company"),
	ROW(BROKER_CODE,       MUST, CHARS(0, 18),        "declAgentCode", "报关单位代码",       "Company that makes the customs declaration: 18-character credit code or 10-character customs code"),
	ROW(BROKER_NAME,       MUST, CHARS(0, 100),       "declAgentName", "报关单位名称",       "Registered name of the company that makes the customs declaration"),
	ROW(GROSS_WEIGHT,      MUST, NUMBER,              "grossWeight",   "毛重(公斤)",         "Gross weight in kilograms"),
	ROW(NET_WEIGHT,        MUST, NUMBER,              "netWeight",     "净重(公斤)",         "Net weight in kilograms, not more than the gross weight"),
	ROW(MESSAGE_COUNT,     MUST, INTEGER(9),          "msgCount",      "报文总数",           "Into how many messages the list is split, 1 if it is not"),
	ROW(MESSAGE_NO,        MUST, INTEGER(9),          "msgSeqNo",      "报文序号",           "Which of these messages this is, from 1 without gap"),
	ROW(NOTE,              MAY,  CHARS(0, 1000),      "note",          "备注",               "Free text"),
};

static const struct field_def summary_result_line_fields[] = {
	ROW(INVENTORY_NO,    MUST, CHARS(0, 20),     "invtNo",      "清单编号",         "Number of the inventory, given by customs"),
	ROW(WAYBILL_NO,      MUST, CHARS(0, 32),     "logisticsNo", "物流运单编号",     "Waybill number; a carrier uses no number twice within six months"),
	ROW(SUMMARY_LINE_NO, MUST, INTEGER(5),       "gseqno",      "汇总结果单顺序号", "Line of the customs declaration that these goods went into"),
	ROW(LINE_NO,         MUST, INTEGER(5),       "gnum",        "商品序号",         "Number of the line in its inventory"),
	ROW(HS_CODE,         MUST, CODE(HS, 10, 10), "gcode",       "商品编码(HS)",     "Commodity code: eight digits of the tariff and two more"),
};

const struct message_def ceb792 = {
	MESSAGE(792, DOC_SUMMARY_RESULT, DIR_EXPORT, "SummaryResult"),
	TITLES("汇总结果单", "Result of summing up"),
	.head = "SummaryResultHead",
	FIELDS(summary_result_fields),
	LINES("SummaryResultList", summary_result_line_fields, 0, 0),
	KEY(F_SUMMARY_NO, F_SUMMARY_SERIAL_NO, F_MESSAGE_NO),
};

/* CEB213 */
static const struct field_def return_fields[] = {
	FILING_BEGINS(1),
	ROW(CUSTOMS_CODE,     MUST, CODE(CUSTOMS, 4, 4),    "customsCode",   "申报海关代码", "Customs office declared to"),
	ROW(SUPERVISED_PLACE, MAY,  CHARS(0, 10),           "loctNo",        "监管场所代码", "Supervised place where the goods lie"),
	ROW(PLATFORM_CODE,    MUST, CHARS(1, 18),           "ebpCode",       "电商平台代码", "Trading platform: 18-character credit code or 10-character customs code; 无 for a foreign platform without one"),
	ROW(PLATFORM_NAME,    MUST, CHARS(1, 100),          "ebpName",       "电商平台名称", "Registered name of the trading platform"),
	ROW(MERCHANT_CODE,    MUST, CHARS(1, 18),           "ebcCode",       "电商企业代码", "E-commerce company that sells: 18-character credit code or 10-character customs code"),
	ROW(MERCHANT_NAME,    MUST, CHARS(1, 100),          "ebcName",       "电商企业名称", "Registered name of the e-commerce company"),
	ROW(WAYBILL_NO,       MUST, CHARS(1, 80),           "logisticsNo",   "物流运单编号", "Waybill number; a carrier uses no number twice within six months"),
	ROW(CARRIER_CODE,     MUST, CHARS(1, 18),           "logisticsCode", "物流企业代码", "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,     MUST, CHARS(1, 100),          "logisticsName", "物流企业名称", "Registered name of the logistics company"),
	ROW(INTERNAL_MARK,    MUST, CHARS(1, 30),           "coElNo",        "企业内部标识", "Company's own mark of the parcel"),
	ROW(PRE_ENTRY_NO,     MAY,  CHARS(0, 18),           "preNo",         "预录入编号",   "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(INVENTORY_NO,     MUST, CHARS(1, 20),           "invtNo",        "清单编号",     "Number of the export inventory that is returned from, given by customs"),
	ROW(TRADE_MODE,       MAY,  CODE(TRADE_MODE, 4, 4), "tradeMode",     "贸易方式",     "Supervision mode of the return, 9661: general, 1261: special area"),
	ROW(DECLARANT_CODE,   MUST, CHARS(1, 18),           "agentCode",     "申报企业代码", "Company that declares: 18-character credit code or 10-character customs code"),
	ROW(DECLARANT_NAME,   MUST, CHARS(1, 100),          "agentName",     "申报企业名称", "Registered name of the declaring company"),
	ROW(BILL_NO,          MUST, CHARS(1, 37),           "billNo",        "提运单号",     "Bill of lading, air waybill or truck manifest"),
	ROW(IE_FLAG,          MUST, ONE_OF("I", 1, 1),      "ieFlag",        "进出口标记",   "I: returned goods come in"),
	ROW(TRANSPORT_MODE,   MUST, CODE(TRANSPORT, 1, 1),  "trafMode",      "运输方式",     "Mode of transport"),
	ROW(VEHICLE_NAME,     MUST, CHARS(1, 100),          "trafName",      "运输工具名称", "Name of the vehicle"),
	ROW(PORT_CODE,        MUST, CODE(CUSTOMS, 1, 4),    "portCode",      "口岸海关代码", "Customs office of entry or exit"),
	ROW(REASON,           MUST, CHARS(1, 500),          "reason",        "原因",         "Why, in words"),
	ROW(COUNTRY_CODE,     MUST, CODE(COUNTRY, 1, 3),    "country",       "启运国(地区)", "Country that the goods are sent back from"),
	ROW(VOYAGE_NO,        MUST, CHARS(1, 32),           "voyageNo",      "航班航次号",   "Voyage or flight"),
	ROW(NOTE,             MAY,  CHARS(0, 500),          "note",          "备注",         "Free text"),
};

static const struct field_def return_line_fields[] = {
	ROW(LINE_NO,     MUST, INTEGER(4),       "gnum",   "商品序号",     "Number of the line: 1, 2, 3 … without gap or repetition"),
	ROW(HS_CODE,     MUST, CODE(HS, 1, 10),  "gcode",  "商品编码(HS)", "Commodity code: eight digits of the tariff and two more"),
	ROW(GOODS_NAME,  MUST, CHARS(1, 250),    "gname",  "商品名称",     "Name of the goods"),
	ROW(GOODS_MODEL, MUST, CHARS(1, 250),    "gmodel", "规格型号",     "Specification and model"),
	ROW(QUANTITY,    MUST, NUMBER,           "qty",    "数量",         "Quantity returned, not more than was declared"),
	ROW(QUANTITY_1,  MUST, NUMBER,           "qty1",   "法定数量",     "Quantity in the first legal unit, more than 0"),
	ROW(UNIT,        MUST, CODE(UNIT, 3, 3), "unit",   "计量单位",     "Unit of the quantity"),
	ROW(UNIT_1,      MUST, CODE(UNIT, 3, 3), "unit1",  "法定计量单位", "First legal unit of the commodity code"),
	ROW(QUANTITY_2,  MAY,  NUMBER,           "qty2",   "第二数量",     "Quantity in the second legal unit, more than 0; only together with unit_2"),
	ROW(UNIT_2,      MAY,  CODE(UNIT, 3, 3), "unit2",  "第二计量单位", "Second legal unit; only together with quantity_2"),
	ROW(NOTE,        MAY,  CHARS(0, 500),    "note",   "备注",         "Free text"),
};

const struct message_def ceb213 = {
	MESSAGE(213, DOC_RETURN, DIR_EXPORT, "InvtRefund"),
	TITLES("零售出口退货申请单", "Return of exported goods"),
	.head = "InvtRefundHead",
	FIELDS(return_fields),
	LINES("InvtRefundList", return_line_fields, 1, 100),
	.lines_numbered = true,
	KEY(F_DECLARANT_CODE, F_INTERNAL_MARK),
	FILERS(F_DECLARANT_CODE, F_MERCHANT_CODE),
	SENDER(DECLARANT),
	.receipt = 214,
};

/* CEB215 */
static const struct field_def tally_fields[] = {
	FILING_BEGINS(1),
	ROW(CUSTOMS_CODE,   MUST, CODE(CUSTOMS, 4, 4),   "customsCode",   "申报海关代码",       "Customs office declared to"),
	ROW(OPERATOR_CODE,  MUST, CHARS(1, 18),          "operatorCode",  "监管场所经营人代码", "Company that runs the supervised place: 18-character credit code or 10-character customs code"),
	ROW(OPERATOR_NAME,  MUST, CHARS(1, 100),         "operatorName",  "监管场所经营人名称", "Registered name of the company that runs the supervised place"),
	ROW(CARRIER_CODE,   MUST, CHARS(1, 18),          "logisticsCode", "物流企业代码",       "Logistics company: 18-character credit code or 10-character customs code"),
	ROW(CARRIER_NAME,   MUST, CHARS(1, 100),         "logisticsName", "物流企业名称",       "Registered name of the logistics company"),
	ROW(WAYBILL_NO,     MUST, CHARS(1, 80),          "logisticsNo",   "物流运单编号",       "Waybill number; a carrier uses no number twice within six months"),
	ROW(INVENTORY_NO,   MAY,  CHARS(0, 20),          "invtNo",        "清单编号",           "Number of the inventory, given by customs"),
	ROW(INTERNAL_MARK,  MUST, CHARS(1, 20),          "coElNo",        "企业内部标识",       "Company's own mark of the parcel"),
	ROW(PRE_ENTRY_NO,   MAY,  CHARS(0, 18),          "preNo",         "预录入编号",         "Pre-entry number, given by the window: a letter, the date, nine digits"),
	ROW(BILL_NO,        MUST, CHARS(1, 37),          "billNo",        "提运单号",           "Bill of lading, air waybill or truck manifest"),
	ROW(IE_FLAG,        MUST, ONE_OF("I|E", 1, 1),   "ieFlag",        "进出口标记",         "I: returned goods come in"),
	ROW(TRANSPORT_MODE, MUST, CODE(TRANSPORT, 1, 1), "trafMode",      "运输方式",           "Mode of transport"),
	ROW(VEHICLE_NAME,   MUST, CHARS(1, 100),         "trafName",      "运输工具名称",       "Name of the vehicle"),
	ROW(VOYAGE_NO,      MUST, CHARS(1, 32),          "voyageNo",      "航班航次号",         "Voyage or flight"),
	ROW(STORAGE_PLACE,  MAY,  CHARS(0, 250),         "location",      "卸货堆货仓储位置",   "Where the goods were unloaded and lie"),
	ROW(NOTE,           MAY,  CHARS(0, 250),         "note",          "备注",               "Free text"),
};

const struct message_def ceb215 = {
	MESSAGE(215, DOC_TALLY, DIR_EXPORT, "InvtRefundDetail"),
	TITLES("出口退运理货明细单", "Tally of returned goods"),
	FIELDS(tally_fields),
	KEY(F_OPERATOR_CODE, F_INTERNAL_MARK),
	FILERS(F_OPERATOR_CODE),
	SENDER(OPERATOR),
	.receipt = 216,
};
