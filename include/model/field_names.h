/*
 * Every canonical field name of the data standard, once, over all nine messages. The same name means the
 * same thing wherever it stands, so that a verdict compares fields of different messages by name.
 * Names are stable API: a new one is added at the end, none is renamed or used for something else.
 */
#ifndef MODEL_FIELD_NAMES_H
#define MODEL_FIELD_NAMES_H

#define FIELD_NAMES(X) \
	X(GUID,                 "guid") \
	X(ACTION,               "action") \
	X(SENT_AT,              "sent_at") \
	X(APP_STATUS,           "app_status") \
	X(ORDER_TYPE,           "order_type") \
	X(ORDER_NO,             "order_no") \
	X(PLATFORM_CODE,        "platform_code") \
	X(PLATFORM_NAME,        "platform_name") \
	X(MERCHANT_CODE,        "merchant_code") \
	X(MERCHANT_NAME,        "merchant_name") \
	X(GOODS_VALUE,          "goods_value") \
	X(FREIGHT,              "freight") \
	X(DISCOUNT,             "discount") \
	X(TAX_TOTAL,            "tax_total") \
	X(ACTUAL_PAID,          "actual_paid") \
	X(CURRENCY,             "currency") \
	X(BUYER_REG_NO,         "buyer_reg_no") \
	X(BUYER_NAME,           "buyer_name") \
	X(BUYER_TELEPHONE,      "buyer_telephone") \
	X(BUYER_ID_TYPE,        "buyer_id_type") \
	X(BUYER_ID_NUMBER,      "buyer_id_number") \
	X(PAYMENT_COMPANY_CODE, "payment_company_code") \
	X(PAYMENT_COMPANY_NAME, "payment_company_name") \
	X(PAYMENT_NO,           "payment_no") \
	X(BATCH_NUMBERS,        "batch_numbers") \
	X(CONSIGNEE,            "consignee") \
	X(CONSIGNEE_TELEPHONE,  "consignee_telephone") \
	X(CONSIGNEE_ADDRESS,    "consignee_address") \
	X(CONSIGNEE_DISTRICT,   "consignee_district") \
	X(NOTE,                 "note") \
	X(LINE_NO,              "line_no") \
	X(ITEM_NO,              "item_no") \
	X(ITEM_NAME,            "item_name") \
	X(GOODS_MODEL,          "goods_model") \
	X(ITEM_DESCRIPTION,     "item_description") \
	X(BARCODE,              "barcode") \
	X(UNIT,                 "unit") \
	X(QUANTITY,             "quantity") \
	X(PRICE,                "price") \
	X(TOTAL_PRICE,          "total_price") \
	X(COUNTRY_CODE,         "country_code") \
	X(PAYER_ID_TYPE,        "payer_id_type") \
	X(PAYER_ID_NUMBER,      "payer_id_number") \
	X(PAYER_NAME,           "payer_name") \
	X(PAYER_TELEPHONE,      "payer_telephone") \
	X(AMOUNT_PAID,          "amount_paid") \
	X(PAID_AT,              "paid_at") \
	X(CARRIER_CODE,         "carrier_code") \
	X(CARRIER_NAME,         "carrier_name") \
	X(WAYBILL_NO,           "waybill_no") \
	X(BILL_NO,              "bill_no") \
	X(INSURED_FEE,          "insured_fee") \
	X(GROSS_WEIGHT,         "gross_weight") \
	X(PACK_COUNT,           "pack_count") \
	X(GOODS_INFO,           "goods_info") \
	X(INTERNAL_NO,          "internal_no") \
	X(PRE_ENTRY_NO,         "pre_entry_no") \
	X(GUARANTOR_CODE,       "guarantor_code") \
	X(BOOK_NO,              "book_no") \
	X(INVENTORY_NO,         "inventory_no") \
	X(IE_FLAG,              "ie_flag") \
	X(DECLARED_ON,          "declared_on") \
	X(CUSTOMS_CODE,         "customs_code") \
	X(PORT_CODE,            "port_code") \
	X(IE_DATE,              "ie_date") \
	X(DECLARANT_CODE,       "declarant_code") \
	X(DECLARANT_NAME,       "declarant_name") \
	X(ZONE_COMPANY_CODE,    "zone_company_code") \
	X(ZONE_COMPANY_NAME,    "zone_company_name") \
	X(TRADE_MODE,           "trade_mode") \
	X(TRANSPORT_MODE,       "transport_mode") \
	X(VEHICLE_NO,           "vehicle_no") \
	X(VOYAGE_NO,            "voyage_no") \
	X(SUPERVISED_PLACE,     "supervised_place") \
	X(LICENSE_NO,           "license_no") \
	X(WRAP_TYPE,            "wrap_type") \
	X(NET_WEIGHT,           "net_weight") \
	X(ITEM_RECORD_NO,       "item_record_no") \
	X(HS_CODE,              "hs_code") \
	X(GOODS_NAME,           "goods_name") \
	X(TRADE_COUNTRY_CODE,   "trade_country_code") \
	X(QUANTITY_1,           "quantity_1") \
	X(UNIT_1,               "unit_1") \
	X(QUANTITY_2,           "quantity_2") \
	X(UNIT_2,               "unit_2") \
	X(WAYBILL_STATUS,       "waybill_status") \
	X(WAYBILL_STATUS_AT,    "waybill_status_at") \
	X(AMOUNT_RECEIVED,      "amount_received") \
	X(CREDITED_AT,          "credited_at") \
	X(MERCHANT_TELEPHONE,   "merchant_telephone") \
	X(STATISTICS_FLAG,      "statistics_flag") \
	X(PRODUCER_CODE,        "producer_code") \
	X(PRODUCER_NAME,        "producer_name") \
	X(VEHICLE_NAME,         "vehicle_name") \
	X(TOTAL_PACKAGE_NO,     "total_package_no") \
	X(DESTINATION_PORT,     "destination_port") \
	X(FREIGHT_CURRENCY,     "freight_currency") \
	X(FREIGHT_FLAG,         "freight_flag") \
	X(INSURANCE_CURRENCY,   "insurance_currency") \
	X(INSURANCE_FLAG,       "insurance_flag")

#endif
