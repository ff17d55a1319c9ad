/* Shapes of what comes after release: tax bills and returns of goods. */
#include "api/openapi_words.h"

#include <stddef.h>

#define AMOUNT_OR_NULL "{\"type\":[\"string\",\"null\"],\"pattern\":\"^[0-9]+[.][0-9]{5}$\"}"
#define AMOUNT         "{\"type\":\"string\",\"pattern\":\"^[0-9]+[.][0-9]{5}$\"}"
#define TAX_STATUS     "{\"enum\":[\"made\",\"summed\",\"void\"]}"
#define TAX_AMOUNTS(of) "\"customs_duty\":" of ",\"value_added_tax\":" of ",\"consumption_tax\":" of ",\"total\":" of
#define TAX_BILL_MEMBERS \
	"\"tax_no\":" TEXT_ ",\"inventory_no\":" TEXT_ ",\"order_no\":" TEXT_OR_NULL ",\"declaration_id\":" UUID_OR_NULL ",\"status\":" TAX_STATUS \
	",\"status_at\":" TIME ",\"made_at\":" TIME "," TAX_AMOUNTS(AMOUNT_OR_NULL) ",\"declarant_code\":" TEXT_OR_NULL \
	",\"merchant_code\":" TEXT_OR_NULL ",\"guarantor_code\":" TEXT_OR_NULL ",\"duty_payment_no\":" TEXT_OR_NULL ",\"received_at\":" TIME

const struct openapi_schema openapi_released[] = {
	{ "TaxBill", "{\"type\":\"object\",\"required\":[\"tax_no\",\"inventory_no\",\"status\",\"total\"],\"properties\":{" TAX_BILL_MEMBERS "}}" },
	{ "TaxBillList", PAGE(REF("TaxBill")) },
	{ "DeclarationTaxes",
	  LIST("{\"type\":\"object\",\"required\":[\"tax_no\",\"status\",\"lines\",\"history\"],\"properties\":{" TAX_BILL_MEMBERS
	       ",\"lines\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"line_no\":" TEXT_ ",\"hs_code\":" TEXT_OR_NULL
	       ",\"dutiable_value\":" AMOUNT ",\"customs_duty\":" AMOUNT ",\"value_added_tax\":" AMOUNT ",\"consumption_tax\":" AMOUNT "}}}"
	       ",\"history\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"kind\":{\"enum\":[\"bill\",\"status\"]},\"status\":" TAX_STATUS
	       ",\"said_at\":" TIME ",\"received_at\":" TIME ",\"total\":" AMOUNT_OR_NULL ",\"duty_payment_no\":" TEXT_OR_NULL "}}}}}") },
	{ "TaxSums",
	  LIST("{\"type\":\"object\",\"required\":[\"declarant_code\",\"status\",\"bills\",\"total\"],\"properties\":{\"declarant_code\":" TEXT_OR_NULL
	       ",\"status\":" TAX_STATUS ",\"bills\":" NUMBER "," TAX_AMOUNTS(AMOUNT) "}}") },
	{ "Return",
	  "{\"type\":\"object\",\"required\":[\"id\",\"declaration_id\",\"state\",\"lines\",\"ends_at\"],\"properties\":{\"id\":" UUID ",\"declaration_id\":" UUID
	  ",\"platform_code\":" TEXT_ ",\"order_no\":" TEXT_ ",\"state\":{\"enum\":[\"requested\",\"approved\",\"refused\",\"completed\",\"lapsed\"]}"
	  ",\"state_title\":" TEXT_OR_NULL ",\"lines\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"properties\":{\"line_no\":" NUMBER ",\"hs_code\":" TEXT_
	  ",\"quantity\":" TEXT_ ",\"unit\":" TEXT_ "}}},\"version\":{\"type\":[\"integer\",\"null\"]},\"reference\":" TEXT_OR_NULL
	  ",\"requested_at\":" TIME ",\"answered_at\":" TIME_OR_NULL ",\"reason\":" TEXT_OR_NULL ",\"ends_at\":" TIME ",\"arrived_at\":" TIME_OR_NULL
	  ",\"place\":" TEXT_OR_NULL ",\"lapsed_at\":" TIME_OR_NULL ",\"rule_rows\":" NUMBERS ",\"tax_total\":" TEXT_OR_NULL "}}" },
	{ "ReturnList", PAGE(REF("Return")) },
	{ "ReturnArrivalBody",
	  "{\"type\":\"object\",\"additionalProperties\":false,\"properties\":{\"arrived_at\":" TIME
	  ",\"place\":{\"type\":\"string\",\"minLength\":1,\"maxLength\":200}}}" },
	{ NULL, NULL },
};
