/* normalise as a plugin: options, rows in, rows out, dead letters, books. */
#include <criterion/criterion.h>
#include <stdio.h>
#include "drive.h"

#define COUNT(a) (sizeof(a) / sizeof *(a))
extern const struct trib_plugin normalise_LTX_trib_plugin;

struct row { const char *options, *in, *out, *dead, *error, *more, *flags; bool flush; };

static void run(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *r = &rows[i];
		struct drive d;
		drive_open(&d, &normalise_LTX_trib_plugin, r->options);
		bool good = !d.error[0] && drive_rows(&d, r->in) >= 0;
		if (good && (r->flush || r->more))
			good = drive_flush(&d) >= 0;
		if (r->error)
			cr_expect(strstr(d.error, r->error), "row %zu: error '%s'", i, d.error);
		else
			cr_expect(good && !d.error[0], "row %zu: error '%s'", i, d.error);
		if (good && r->out)
			cr_expect_str_eq(drive_out(&d, 0), r->out, "row %zu:\n%s%s", i, drive_out(&d, 0), drive_dead(&d));
		if (good && r->more)
			cr_expect(strstr(drive_out(&d, 1), r->more), "row %zu:\n%s", i, drive_out(&d, 1));
		if (good && r->flags)
			cr_expect(r->flags[0] ? strstr(drive_out(&d, 2), r->flags) != NULL : !drive_out(&d, 2)[0], "row %zu:\n%s", i, drive_out(&d, 2));
		if (good)
			cr_expect(r->dead ? strstr(drive_dead(&d), r->dead) != NULL : d.t->dead.count == 0, "row %zu: dead\n%s", i, drive_dead(&d));
		if (good)
			cr_expect(drive_balanced(&d), "row %zu: books", i);
		drive_close(&d);
	}
}

#define LONG "'metric_column':'metric','decimals':4,"
#define FX "'currency':'EUR','fx':[{'base':'USD','quote':'EUR','period':'2025-01','rate':'0.92'},{'base':'EUR','quote':'PLN','period':'2025-01','rate':'4'}],"
#define NET "'aliases':[{'alias':'Revenue','metric':'revenue_net'},{'alias':'Umsatz','metric':'revenue_net'},{'alias':'Users','metric':'active_users'}," \
	"{'alias':'Trafic MB','metric':'data_gb','multiplier':'0.0009765625'},{'alias':'Churn (bp)','metric':'churn','unit':'bps'},{'alias':'Refund','metric':'refunds','sign':'-'}," \
	"{'scope':'partner:P9','alias':'Users','metric':'paying_users'}],'metrics':[{'metric_id':'data_gb','unit':'GB'}],"

Test(normalise, long_input)
{
	static const struct row rows[] = {
		{ .options = "{" LONG NET "'locale':'en_US','source_currency':'EUR','keep':['partner']}",
		  "partner|period|metric|value\nP1|2025-01|Revenue|1,234.56\nP1|02/2025|users|5\nP2|2025-01|Trafic MB|3\nP3|2025-01|Churn (bp)|120\nP3|2025-01|Refund|7\nP3|2025-01|Umsatz|N/A\n",
		  "P1|2025-01-01|2025-02-01|revenue_net|currency|EUR|1234.56\nP1|2025-02-01|2025-03-01|active_users|1|~|5\n"
		  "P2|2025-01-01|2025-02-01|data_gb|GB|~|0.0029\nP3|2025-01-01|2025-02-01|churn|fraction|~|0.012\nP3|2025-01-01|2025-02-01|refunds|currency|EUR|-7\n"
		  "P3|2025-01-01|2025-02-01|revenue_net|currency|EUR|~\n" },
		/* number style by market, currency by row, unit inside the name, converted beside the original */
		{ .options = "{" LONG NET FX "'locale_by':'m','locales':{'DE':'de','US':'en_US','PL':'pl'},'currency_column':'c','keep':['m']}",
		  "m|period|metric|value|c\nDE|2025-01|Umsatz (Tsd.)|1.234,5|EUR\nUS|2025-01|Revenue|1,000.50|USD\nPL|2025-01|Revenue|8 000,00|PLN\nDE|2025-01|Users|12|~\n",
		  "DE|2025-01-01|2025-02-01|revenue_net|currency|EUR|1234500|1234500\nUS|2025-01-01|2025-02-01|revenue_net|currency|USD|1000.5|920.46\n"
		  "PL|2025-01-01|2025-02-01|revenue_net|currency|PLN|8000|2000\nDE|2025-01-01|2025-02-01|active_users|1|~|12|12\n" },
		{ .options = "{" LONG NET "'locale':'en_US','source_currency':'EUR'}", "period|metric|value\n2025-01|Revnue|1\n2025-01|Users|2\n", "2025-01-01|2025-02-01|active_users|1|~|2\n",
		  "normalise.unknown_alias: \"Revnue\" is no known metric; did you mean \"revenue\"?" },
		{ .options = "{" LONG NET "'locale':'en_US'}", "period|metric|value\n2025-01|Revenue|1\n", "", "normalise.no_currency: revenue_net is an amount" },
		{ .options = "{" LONG NET FX "'locale':'en_US','source_currency':'USD'}", "period|metric|value\n2025-02|Revenue|1\n", "", "normalise.no_rate: revenue_net: no average rate from USD to EUR is published for 2025-02" },
		{ .options = "{" LONG NET "'locale':'en_US','source_currency':'USD'}", "period|metric|value\n2025-13|Users|1\n", "", "normalise.bad_period: column \"period\": \"2025-13\" is no period" },
		{ .options = "{" LONG NET "'locale':'en_US','source_currency':'USD'}", "period|metric|value\n2025-01|Users|1.234,56\n", "", "normalise.locale_mismatch: column \"value\": \"1.234,56\" is no number as this column writes them; as in de_DE it would be 1234.56" },
		{ .options = "{" LONG NET "'locale':'en_US','source_currency':'USD'}", "period|metric|value\n2025-01|Users|many\n", "", "normalise.bad_number: column \"value\": \"many\" is no number" },
		/* units and currencies beside the value */
		{ .options = "{" LONG NET "'locale':'en_US','market':'US'}", "period|metric|value\n2025-01|Revenue|$1.5k\n2025-01|churn|12.5 %\n2025-01|data_gb|1 GiB\n2025-01|churn|0.125\n",
		  "2025-01-01|2025-02-01|revenue_net|currency|USD|1500\n2025-01-01|2025-02-01|churn|fraction|~|0.125\n2025-01-01|2025-02-01|data_gb|GB|~|1.0737\n2025-01-01|2025-02-01|churn|fraction|~|0.125\n" },
		{ .options = "{" LONG NET "'locale':'en_US'}", "period|metric|value\n2025-01|Revenue|$1.5\n", "", "normalise.unknown_currency: revenue_net: \"$\" is the sign of several currencies; give the market" },
		{ .options = "{" LONG NET "'locale':'en_US','unit_column':'u'}", "period|metric|value|u\n2025-01|data_gb|2|TB\n2025-01|data_gb|2|min\n2025-01|data_gb|2|apples\n", "2025-01-01|2025-02-01|data_gb|GB|~|2000\n",
		  "normalise.unit_mismatch: \"min\" does not convert to GB, the unit of data_gb" },
		{ .options = "{" LONG NET "'locale':'en_US'}", "period|metric|value\n2025-01|churn|12.5\n", "", "normalise.percent_or_fraction: column \"value\": churn is a share and cannot be above 1" },
		{ .options = "{" LONG NET "'locale':'en_US','bytes':'binary'}", "period|metric|value\n2025-01|data_gb|1 GB\n", "2025-01-01|2025-02-01|data_gb|GB|~|1.0737\n" },
		/* C.1 to C.3: the page's own figures, from the cell to the value */
		{ .options = "{" LONG "'locale':'en_IN','market':'IN','source_currency':'INR'}", "period|metric|value\n2025-01|revenue_net|12.5 lakh\n2025-02|revenue_net|3.2 crore\n2025-03|revenue_net|₹ 1,23,456.78\n2025-04|revenue_net|3.2 Cr\n",
		  "2025-01-01|2025-02-01|revenue_net|currency|INR|1250000\n2025-02-01|2025-03-01|revenue_net|currency|INR|32000000\n2025-03-01|2025-04-01|revenue_net|currency|INR|123456.78\n2025-04-01|2025-05-01|revenue_net|currency|INR|32000000\n" },
		{ .options = "{" LONG "'locale':'tr'}", "period|metric|value\n2025-01|churn|%12,5\n2025-01|csat|125 ‰\n2025-01|conversion|1.250 bps\n", "2025-01-01|2025-02-01|churn|fraction|~|0.125\n2025-01-01|2025-02-01|csat|fraction|~|0.125\n2025-01-01|2025-02-01|conversion|fraction|~|0.125\n" },
		{ .options = "{" LONG NET "'locale':'en_US','aliases':[{'alias':'Data (M)','metric':'data_b'},{'alias':'Sales (M)','metric':'revenue_net','currency':'EUR'},{'alias':'Talk','metric':'talk'}],'metrics':[{'metric_id':'data_b','unit':'B'},{'metric_id':'talk','unit':'s'}]}",
		  "period|metric|value\n2025-01|data_b|1 GB\n2025-01|data_b|1 GiB\n2025-01|data_b (M)|5\n2025-01|revenue_net (M)|€5\n2025-01|talk|PT1H30M\n",
		  "2025-01-01|2025-02-01|data_b|B|~|1000000000\n2025-01-01|2025-02-01|data_b|B|~|1073741824\n2025-01-01|2025-02-01|data_b|B|~|5000000\n2025-01-01|2025-02-01|revenue_net|currency|EUR|5000000\n2025-01-01|2025-02-01|talk|s|~|5400\n" },
		/* minor units are the currency's: JPY 0 digits, KWD 3, CLF 4; cents are hundredths */
		{ .options = "{" LONG "'locale':'en_US','currency_column':'c','unit_column':'u'}", "period|metric|value|c|u\n2025-01|revenue_net|512|EUR|minor\n2025-01|revenue_net|512|JPY|minor\n2025-01|revenue_net|51.2|JPY|minor units\n2025-01|revenue_net|1512|KWD|minor\n2025-01|revenue_net|5000|CLF|minor\n2025-01|revenue_net|512|USD|c\n",
		  "2025-01-01|2025-02-01|revenue_net|currency|EUR|5.12\n2025-01-01|2025-02-01|revenue_net|currency|JPY|512\n2025-01-01|2025-02-01|revenue_net|currency|JPY|51.2\n2025-01-01|2025-02-01|revenue_net|currency|KWD|1.512\n2025-01-01|2025-02-01|revenue_net|currency|CLF|0.5\n2025-01-01|2025-02-01|revenue_net|currency|USD|5.12\n" },
		/* plausible_min and plausible_max: the exact value in the metric's unit, bounds included */
		{ .options = "{" LONG "'locale':'en_US','metrics':[{'metric_id':'price','unit':'currency','plausible_min':'0.99','plausible_max':'99'}],'aliases':[{'alias':'Price (c)','metric':'price','unit':'c','currency':'USD'}]}",
		  "period|metric|value\n2025-01|Price (c)|99\n2025-02|Price (c)|9900\n2025-03|Price (c)|98.9999999\n2025-04|Price (c)|N/A\n", "2025-01-01|2025-02-01|price|currency|USD|0.99\n2025-02-01|2025-03-01|price|currency|USD|99\n2025-04-01|2025-05-01|price|currency|USD|~\n",
		  "normalise.implausible: column \"value\": price cannot be below 0.99" },
		{ .options = "{" LONG "'locale':'en_US'}", "period|metric|value\n2025-01|csat|101 %\n2025-01|nps|-100\n", "2025-01-01|2025-02-01|nps|1|~|-100\n", "normalise.implausible: column \"value\": csat cannot be above 1" },
		{ .options = "{" LONG "'locale':'en_US'}", "period|metric|value\n2025-01|subscribers|-1\n2025-01|revenue_net|EUR -1\n", "2025-01-01|2025-02-01|revenue_net|currency|EUR|-1\n", "normalise.implausible: column \"value\": subscribers cannot be below 0" },
		{ .options = "{" LONG "'metrics':[{'metric_id':'x','plausible_max':'1,5'}]}", "a\n1\n", NULL, NULL, "normalise.bad_number: plausible_min and plausible_max of metric x are \"\" and \"1,5\"" },
		{ .options = "{" LONG "'metrics':[{'metric_id':'x','plausible_min':'2','plausible_max':'1'}]}", "a\n1\n", NULL, NULL, "normalise.bad_number: plausible_min and plausible_max of metric x" },
		/* aliases of one partner */
		{ .options = "{" LONG NET "'locale':'en_US','partner_column':'p'}", "p|period|metric|value\nP9|2025-01|Users|1\nP1|2025-01|Users|2\n",
		  "2025-01-01|2025-02-01|paying_users|1|~|1\n2025-01-01|2025-02-01|active_users|1|~|2\n" },
		/* typed columns need no locale */
		{ .options = "{" LONG NET "}", "period:date|metric|value:decimal\n2025-01-31|Users|12.5\n", "2025-01-31|2025-02-01|active_users|1|~|12.5\n" },
		{ .options = "{" LONG NET "'period_grain':'month'}", "period:date|metric|value:int64\n2025-01-31|Users|12\n", "2025-01-01|2025-02-01|active_users|1|~|12\n" },
		{ .options = "{" LONG NET "}", "period|metric|value:float64\n2025-01|Users|0.1\n", "2025-01-01|2025-02-01|active_users|1|~|0.1\n" },
		{ .options = "{" LONG NET "'period':'2025-Q1','locale':'en_US'}", "metric|value\nUsers|1\n", "2025-01-01|2025-04-01|active_users|1|~|1\n" },
		{ .options = "{" LONG NET "'locale':'en_US','period_format':'%d.%m.%y'}", "metric|value|period\nUsers|1|31.01.25\n", "2025-01-31|2025-02-01|active_users|1|~|1\n" },
		/* locale inferred, verified, or refused */
		{ .options = "{" LONG NET "}", "period|metric|value\n2025-01|Users|1.234,5\n2025-01|Users|2.000\n", "2025-01-01|2025-02-01|active_users|1|~|1234.5\n2025-01-01|2025-02-01|active_users|1|~|2000\n" },
		{ .options = "{" LONG NET "}", "period|metric|value\n2025-01|Users|1.234\n2025-01|Users|2.000\n", NULL, NULL,
		  "normalise.locale_ambiguous: column \"value\" can be read in two ways: \"1.234\" is 1.234 as in en_US or 1234 as in de_DE; set locale: en_US or locale: de_DE" },
		{ .options = "{" LONG NET "'locale_by':'m','locales':{'DE':'de'}}", "m|period|metric|value\nFR|2025-01|Users|1\n", "", "normalise.unknown_locale: locales has nothing for m \"FR\"" },
		/* faults of the pipeline */
		{ .options = "{" LONG NET "'value_column':'valeu'}", "period|metric|value\n2025-01|Users|1\n", NULL, NULL, "normalise.unknown_column: value_column: the input has no column \"valeu\"; did you mean \"value\"?" },
		{ .options = "{" LONG NET "'keep':['metric']}", "period|metric|value\n2025-01|Users|1\n", NULL, NULL, "normalise.name_clash: keep: \"metric\" is a column that normalise writes itself" },
		{ .options = "{" LONG NET "'keep':['x']}", "period|metric|value\n2025-01|Users|1\n", NULL, NULL, "normalise.unknown_column: keep: the input has no column \"x\"" },
		{ .options = "{" LONG "'aliases':[{'alias':'a','metric':'revenu_net'}]}", "a\n1\n", NULL, NULL, "normalise.unknown_metric: alias \"a\" means metric \"revenu_net\", which is not declared; did you mean \"revenue_net\"?" },
		{ .options = "{" LONG "'aliases':[{'alias':'a','metric':'revenue_net','unit':'GB'}]}", "a\n1\n", NULL, NULL, "normalise.unit_mismatch: alias \"a\" is in GB, but revenue_net is in currency" },
		{ .options = "{" LONG "'aliases':[{'alias':'a','metric':'dau'},{'alias':'A','metric':'mau'}]}", "a\n1\n", NULL, NULL, "normalise.duplicate_alias: alias \"a\" is declared twice" },
		{ .options = "{" LONG "'metrics':[{'metric_id':'x','unit':'gigs'}]}", "a\n1\n", NULL, NULL, "normalise.unknown_unit: metric x has unit \"gigs\"" },
		{ .options = "{" LONG "'locale':'xx_YY'}", "a\n1\n", NULL, NULL, "normalise.unknown_locale: no locale \"xx_YY\" is known" },
		{ .options = "{" LONG "'currency':'EURO'}", "a\n1\n", NULL, NULL, "normalise.unknown_currency: currency \"EURO\" is not in ISO 4217" },
	};
	run(rows, COUNT(rows));
}

Test(normalise, wide_input)
{
	static const struct row rows[] = {
		{ .options = "{'source_currency':'USD','locale':'de_DE','decimals':2,'keep':['Land'],'period_column':'Monat'," NET "'ignore':['Notiz']}",
		  "Land|Monat|Umsatz (Tsd.)|Users|ARPU (c)|Notiz\nDE|2025-01|1,5|1.000|5|x\nAT|2025-01|~|7|6|y\n",
		  "DE|2025-01-01|2025-02-01|revenue_net|currency|USD|1500\nDE|2025-01-01|2025-02-01|active_users|1|~|1000\nDE|2025-01-01|2025-02-01|arpu|currency|USD|0.05\n"
		  "AT|2025-01-01|2025-02-01|revenue_net|currency|USD|~\nAT|2025-01-01|2025-02-01|active_users|1|~|7\nAT|2025-01-01|2025-02-01|arpu|currency|USD|0.06\n" },
		{ .options = "{'locale':'en_US','decimals':2," NET "}", "period|Users|Usres\n2025-01|1|2\n", "2025-01-01|2025-02-01|active_users|1|~|1\n", "normalise.unknown_alias: \"Usres\" is no known metric" },
		{ .options = "{'locale':'en_US'}", "period|a|b\n2025-01|1|2\n", NULL, NULL, "normalise.no_metric: none of the columns is a metric" },
		/* bare shares: settled by the column as a whole */
		{ .options = "{'locale':'en_US','decimals':4}", "period|churn|csat\n2025-01|12.5|0.9\n2025-02|1.5|1\n",
		  "2025-01-01|2025-02-01|churn|fraction|~|0.125\n2025-01-01|2025-02-01|csat|fraction|~|0.9\n2025-02-01|2025-03-01|churn|fraction|~|0.015\n2025-02-01|2025-03-01|csat|fraction|~|1\n" },
		{ .options = "{'locale':'en_US','decimals':4}", "period|churn\n2025-01|12.5\n2025-02|0.5\n", NULL, NULL, "normalise.percent_or_fraction: \"churn\": some values are above 1 and some are not" },
	};
	run(rows, COUNT(rows));
}

Test(normalise, grain_and_running_totals)
{
	static const struct row rows[] = {
		{ .options = "{" LONG FX "'locale':'en_US','grain':'quarter','currency_column':'c','fx':[{'base':'EUR','quote':'USD','period':'2025-01','rate':'1.08'},{'base':'EUR','quote':'USD','period':'2025-02','rate':'1.10'},"
		  "{'base':'EUR','quote':'USD','period':'2025-03','rate':'1.12'}],'currency':'USD','keep':['p']}",
		  "p|period|metric|value|c\nA|2025-01|revenue_net|50000|EUR\nA|2025-02|revenue_net|100000|EUR\nA|2025-03|revenue_net|150000|EUR\nA|2025-01|subscribers|5|~\nA|2025-03|subscribers|7|~\nA|2025-02|subscribers|6|~\n"
		  "B|2025-01|arpu|5|EUR\n",
		  "A|2025-01-01|2025-04-01|revenue_net|currency|EUR|300000|332000|A\nA|2025-01-01|2025-04-01|subscribers|1|~|7|7|A\n",
		  "normalise.not_aggregable: arpu of 2025-01-01 to 2025-02-01: a ratio is recomputed from its parts, never averaged", .flush = true },
		{ .options = "{" LONG "'locale':'en_US','grain':'month'}", "period|metric|value\n2025-Q1|installs|5\n2025-W05|installs|7\n2025-02-03|installs|1\n2025-02-04|installs|2\n", "2025-02-01|2025-03-01|installs|1|~|3|P\n",
		  "normalise.grain_down: installs: a value of \"2025-Q1\" does not lie within one month", .flush = true },
		{ .options = "{" LONG "'locale':'en_US','decumulate':true,'aliases':[{'alias':'Rev YTD','metric':'revenue_net','collection':'ytd','currency':'EUR'}]}",
		  "period|metric|value\n2025-02|Rev YTD|2500\n2025-01|Rev YTD|1200\n2025-03|Rev YTD|2400\n2025-04|Rev YTD|3900\n2025-01|installs|4\n",
		  "2025-01-01|2025-02-01|revenue_net|currency|EUR|1200|~\n2025-02-01|2025-03-01|revenue_net|currency|EUR|1300|~\n2025-03-01|2025-04-01|revenue_net|currency|EUR|-100|negative_delta\n"
		  "2025-04-01|2025-05-01|revenue_net|currency|EUR|1500|~\n2025-01-01|2025-02-01|installs|1|~|4|~\n", .flush = true },
		{ .options = "{" LONG "'locale':'en_US','decumulate':true,'grain':'quarter','aliases':[{'alias':'x','metric':'installs','collection':'ytd'}]}",
		  "period|metric|value\n2025-01|x|100\n2025-03|x|300\n2025-04|x|450\n", "2025-01-01|2025-04-01|installs|1|~|300|A|~\n2025-04-01|2025-07-01|installs|1|~|150|P|~\n", .flush = true },
		/* a running total may exceed what one period can be, but not fall below its least */
		{ .options = "{" LONG "'locale':'en_US','decumulate':true,'metrics':[{'metric_id':'calls','plausible_min':'-5','plausible_max':'150'}],'aliases':[{'alias':'x','metric':'calls','collection':'ytd'}]}",
		  "period|metric|value\n2025-01|x|100\n2025-02|x|200\n2025-03|x|-6\n", "2025-01-01|2025-02-01|calls|1|~|100|~\n2025-02-01|2025-03-01|calls|1|~|100|~\n", "normalise.implausible: column \"value\": calls cannot be below -5", .flush = true },
		{ .options = "{" LONG "'locale':'en_US','grain':'month'}", "period|metric|value\n2025-01|mau|5\n2025-01|mau|5\n2025-01|mau|6\n", "2025-01-01|2025-02-01|mau|1|~|5|A\n", "normalise.duplicate_conflict: mau", .flush = true },
		/* C.5: exact duplicates collapse; of two values, the policy decides */
		{ .options = "{" LONG "'locale':'en_US','grain':'quarter'}", "period|metric|value\n2025-01|installs|5\n2025-01|installs|5\n2025-02|installs|5\n", "2025-01-01|2025-04-01|installs|1|~|10|P\n", .flush = true },
		{ .options = "{" LONG "'locale':'en_US','grain':'quarter'}", "period|metric|value\n2025-02|installs|5\n2025-02|installs|7\n2025-02|installs|~\n", "2025-01-01|2025-04-01|installs|1|~|5|P\n", "normalise.duplicate_conflict: installs of 2025-02-01 to 2025-03-01: two values for one period", .flush = true },
		{ .options = "{" LONG "'locale':'en_US','grain':'quarter','duplicates':'last'}", "period|metric|value\n2025-02|installs|9\n2025-02|installs|7\n", "2025-01-01|2025-04-01|installs|1|~|7|P\n", .flush = true },
		{ .options = "{" LONG "'locale':'en_US','grain':'quarter','duplicates':'max'}", "period|metric|value\n2025-02|installs|9\n2025-02|installs|7\n2025-02|installs|8\n", "2025-01-01|2025-04-01|installs|1|~|9|P\n", .flush = true },
		{ .options = "{" LONG "'locale':'en_US','grain':'quarter','duplicates':'sum'}", "period|metric|value\n2025-02|installs|5\n2025-02|installs|5\n2025-03|mau|4\n2025-03|mau|5\n", "2025-01-01|2025-04-01|installs|1|~|10|P\n", "normalise.duplicate_conflict: mau", .flush = true },
		{ .options = "{'output':'model'," LONG "'locale':'en_US'}", "period|metric|value\n2025-02|installs|5\n2025-02|installs|5\n2025-02|installs|7\n", .dead = "normalise.duplicate_conflict: installs has another value for the period from \"2025-02\" in this file",
		  .more = "installs", .flags = "" },
		{ .options = "{'output':'model','duplicates':'last'," LONG "'locale':'en_US'}", "period|metric|value\n2025-02|installs|5\n2025-02|installs|7\n2025-02|installs|6\n", .more = "installs", .flags = "|2025-02-01|duplicate_conflict|" },
		{ .options = "{'output':'model','duplicates':'max'," LONG "'locale':'en_US'}", "period|metric|value\n2025-02|installs|7\n2025-02|installs|5\n", .more = "installs", .flags = "|2025-02-01|duplicate_conflict|" },
		{ .options = "{'output':'model','duplicates':'sum'," LONG "'locale':'en_US'}", "period|metric|value\n2025-02|installs|7\n2025-02|installs|5\n", .more = "installs", .flags = "" },
		{ .options = "{'output':'model','duplicates':'max','grain':'quarter'," LONG "'locale':'en_US'}", "period|metric|value\n2025-02|installs|7\n2025-02|installs|5\n", .more = "installs", .flags = "|2025-01-01|duplicate_conflict|" },
	};
	run(rows, COUNT(rows));
}

/* partner-model S03: revenue and users give ARPU; the delivered "ARPU (c)" is kept as reported and compared */
#define S03 "{'output':'model','locale':'en_US','source_currency':'USD','partner':'P02','period_column':'Month','decimals':4," NET FX

Test(normalise, partner_model)
{
	static const struct row rows[] = {
		{ .options = S03 "}", "Month|Revenue|Users|ARPU (c)\n2025-01|50,000|1,000,000|5\n",
		  NULL, .more = "|P02|*|*|*|arpu|currency|USD|month|gregorian|UTC|reported|portal|{}\n", .flags = "" },
		{ .options = S03 "}", "Month|Revenue|Users|ARPU (c)\n2025-01|50,000|1,000,000|6.5\n", NULL, .more = "|recomputed|portal|{\"converted_from\":\"USD\",\"rate\":\"avg\"}\n",
		  .flags = "|2025-01-01|ratio_mismatch|2025-02-01T00:00:00Z|{\"reported\":\"0.065\",\"recomputed\":\"0.05\"}|open\n" },
		{ .options = S03 "'grain':'quarter'}", "Month|Revenue|Users|ARPU\n2025-01|50,000|~|~\n", NULL, .more = "|revenue_net|currency|EUR|quarter|", .flags = "" },
		{ .options = S03 "'decumulate':true,'aliases':[{'alias':'x','metric':'installs','collection':'ytd'}]}", "Month|x\n2025-01|100\n2025-02|90\n", NULL, .more = "|installs|1|*|month|",
		  .flags = "|2025-02-01|negative_delta|" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct row r = rows[i];
		r.out = NULL;
		run(&r, 1);
	}
}

/* C.1: a sum of two months of a quarter is provisional, one of none is missing; a reported zero is a value. */
Test(normalise, sums_that_lack_a_part_are_provisional)
{
	static const struct row as_long[] = {
		{ .options = "{" LONG "'locale':'en_US','grain':'quarter'}", "period|metric|value\n2025-01|installs|1\n2025-02|installs|2\n2025-03|installs|4\n2025-04|installs|8\n2025-07|installs|n/a\n",
		  "2025-01-01|2025-04-01|installs|1|~|7|A\n2025-04-01|2025-07-01|installs|1|~|8|P\n2025-07-01|2025-10-01|installs|1|~|~|O\n", .flush = true },
	};
	run(as_long, COUNT(as_long));
	static const struct { const char *in, *tail; } rows[] = {
		{ "Month|Users|installs\n2025-01|~|1\n2025-02|~|2\n2025-03|~|4\n", "|2025-01-01|2025-04-01|7|A|F|" },
		{ "Month|Users|installs\n2025-01|~|1\n2025-03|~|4\n", "|2025-01-01|2025-04-01|5|P|F|" },
		{ "Month|Users|installs\n2025-01|~|1\n2025-02|~|*\n2025-03|~|4\n", "|2025-01-01|2025-04-01|5|P|F|" },
		{ "Month|Users|installs\n2025-01|~|n/a\n2025-02|~|~\n", "|2025-01-01|2025-04-01|~|O|F|" },
		{ "Month|Users|installs\n2025-01|~|0\n2025-02|~|0\n2025-03|~|0.00\n", "|2025-01-01|2025-04-01|0|A|F|" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct drive d;
		drive_open(&d, &normalise_LTX_trib_plugin, S03 "'grain':'quarter'}");
		cr_assert(drive_rows(&d, rows[i].in) == 0 && drive_flush(&d) == 0, "%s", d.error);
		cr_expect(strstr(drive_out(&d, 0), rows[i].tail), "row %zu:\n%s", i, drive_out(&d, 0));
		cr_expect(drive_balanced(&d));
		drive_close(&d);
	}
}

/* Percent or fraction is inferred from the first rows; a later one that contradicts them is refused, not read in the other way. */
Test(normalise, shares_are_held_to_what_the_first_rows_said)
{
	static const struct { const char *first, *then, *out, *dead; } rows[] = {
		{ "period|churn\n2025-01|12.5\n", "period|churn\n2025-02|0.5\n2025-03|1.5\n2025-04|0.5 %\n2025-05|0\n",
		  "2025-01-01|2025-02-01|churn|fraction|~|0.125\n2025-03-01|2025-04-01|churn|fraction|~|0.015\n2025-04-01|2025-05-01|churn|fraction|~|0.005\n2025-05-01|2025-06-01|churn|fraction|~|0\n", "was in percent so far" },
		{ "period|return_rate\n2025-01|0.5\n", "period|return_rate\n2025-02|1.5\n2025-03|150 %\n", "2025-01-01|2025-02-01|return_rate|fraction|~|0.5\n2025-03-01|2025-04-01|return_rate|fraction|~|1.5\n", "was a fraction so far" },
	};
	for (size_t i = 0; i < COUNT(rows); i++) {
		struct drive d;
		drive_open(&d, &normalise_LTX_trib_plugin, "{'locale':'en_US','decimals':4}");
		cr_assert(drive_rows(&d, rows[i].first) == 0 && drive_rows(&d, rows[i].then) == 0, "%s", d.error);
		cr_expect_str_eq(drive_out(&d, 0), rows[i].out, "row %zu:\n%s", i, drive_out(&d, 0));
		cr_expect(d.t->dead.count == 1 && strstr(drive_dead(&d), rows[i].dead), "row %zu:\n%s", i, drive_dead(&d));
		cr_expect(drive_balanced(&d));
		drive_close(&d);
	}
}

/* What the observations say, their series looked up. */
Test(normalise, partner_model_observations)
{
	struct drive d;
	drive_open(&d, &normalise_LTX_trib_plugin, S03 "}");
	cr_assert(drive_rows(&d, "Month|Revenue|Users|ARPU (c)\n2025-01|50,000|1,000,000|5\n2025-02|*|n/a|~\n2025-01|*|n/a|5\n") == 0 && drive_flush(&d) == 0, "%s", d.error);
	const char *lines = drive_out(&d, 0);
	static const char *const tails[] = {
		"|2025-01-01|2025-02-01|50000|A|F|~|~|~", "|2025-01-01|2025-02-01|46000|A|F|~|~|1 USD = 0.92 EUR, avg of 2025-01-01", "|2025-01-01|2025-02-01|1000000|A|F|~|~|~", "|2025-01-01|2025-02-01|0.05|A|F|~|~|~",
		"|2025-02-01|2025-03-01|~|Q|F|~|~|~", "|2025-02-01|2025-03-01|~|O|F|~|~|~", "|2025-02-01|2025-03-01|~|O|F|~|~|~", "",
	};
	for (size_t i = 0; i < COUNT(tails); i++) {
		const size_t n = strcspn(lines, "\n"), k = strlen(tails[i]);
		if (k == 0 && n == 0)
			continue;
		cr_expect(n == 32 + k && memcmp(lines + 32, tails[i], k) == 0, "row %zu: %.*s", i, (int)n, lines);
		lines += n + (lines[n] == '\n');
	}
	/* the id is XXH3-128 of the columns joined with 0x1F: libxxhash called from Python gives the same */
	cr_expect(strstr(drive_out(&d, 1), "714a92e783871f77822377f45bb2e660|P02|*|*|*|revenue_net|currency|USD|month|gregorian|UTC|reported|portal|{}\n"), "%s", drive_out(&d, 1));
	cr_expect(d.rows[1] == 4 && drive_balanced(&d));
	drive_close(&d);
}

/* Columns of few texts come and go behind codes; kept ones as they came. */
Test(normalise, texts_behind_codes)
{
	struct drive d;
	drive_open(&d, &normalise_LTX_trib_plugin, "{" LONG NET "'locale_by':'m','locales':{'DE':'de','US':'en_US'},'market_column':'m','currency_column':'c','keep':['m']}");
	cr_assert(drive_rows(&d, "m:coded|period:coded|metric:coded|value|c:coded\nDE|2025-01|Umsatz|1.234,5|EUR\nUS|2025-02|Users|1,000|~\nDE|2025-01|a name that nobody knows|1|EUR\nUS|2025-01|Revenue|$5|~\n") == 0, "%s", d.error);
	cr_expect_str_eq(drive_out(&d, 0), "DE|2025-01-01|2025-02-01|revenue_net|currency|EUR|1234.5\nUS|2025-02-01|2025-03-01|active_users|1|~|1000\nUS|2025-01-01|2025-02-01|revenue_net|currency|USD|5\n", "%s%s",
	                 drive_out(&d, 0), drive_dead(&d));
	static const bool coded[] = { true, false, false, true, true, true, false };
	for (size_t i = 0; i < COUNT(coded); i++)
		cr_expect(d.coded[i] == coded[i], "column %zu", i);
	cr_expect(d.t->dead.count == 1 && drive_balanced(&d));
	drive_close(&d);
}

/* Thousands of rows in several batches: short and long names, nulls, more names than the short cut holds. */
Test(normalise, many_names)
{
	struct drive d;
	struct tribx_buf in = { 0 };
	drive_open(&d, &normalise_LTX_trib_plugin, "{" LONG "'locale':'en_US','aliases':[{'alias':'a long name of installs','metric':'installs'}],'market_column':'m'}");
	for (int batch = 0; batch < 3; batch++) {
		tribx_buf_puts(&in, "m|period|metric|value\n");
		for (int i = 0; i < 2000; i++)
			tribx_buf_fmt(&in, "%s%d|%d-%02d|%s|%d\n", i % 3 ? "M" : "a market of a long name ", i, 1970 + i % 100, 1 + i % 12, i % 2 ? "dau" : "a long name of installs", i);
		cr_assert(drive_rows(&d, in.p) == 0, "%s", d.error);
		tribx_buf_done(&in);
		in = (struct tribx_buf){ 0 };
	}
	cr_expect(d.rows[0] == 6000 && d.t->dead.count == 0 && drive_balanced(&d));
	const char *p = drive_out(&d, 0);
	for (int i = 0; i < 6000 && *p; i++) {
		char want[128];
		const int row = i % 2000, y = 1970 + row % 100, m = 1 + row % 12;
		snprintf(want, sizeof want, "%d-%02d-01|%d-%02d-01|%s|1|~|%d\n", y, m, m == 12 ? y + 1 : y, m == 12 ? 1 : m + 1, row % 2 ? "dau" : "installs", row);
		cr_assert(strncmp(p, want, strlen(want)) == 0, "row %d: %.60s", i, p);
		p += strlen(want);
	}
	drive_close(&d);
}
