// Prints locale_cases.h: numbers as ICU writes them (node's Intl), by locale, in Latin and in the locale's own digits.
const names = `am ar ar_AE ar_EG ar_MA ar_DZ ar_SA ar_TN az be bg bn bs ca cs da de de_AT de_CH de_LI el en en_AU en_CA en_CH en_DE
en_GB en_IE en_IN en_NZ en_PK en_SG en_US en_ZA en_NG en_KE es es_AR es_BO es_CL es_CO es_CR es_DO es_EC es_ES es_GT es_HN es_MX es_NI
es_PA es_PE es_PR es_PY es_SV es_US es_UY es_VE et eu fa fi fil fr fr_BE fr_CA fr_CH fr_LU fr_MA ga gl gu he hi hr hu hy id is it it_CH
ja ka kk km kn ko ky lb lo lt lv mk ml mn mr ms mt my nb ne nl nl_BE nn no pa pl pt pt_AO pt_BR pt_MZ pt_PT ro ru sk sl sq sr sv sw ta te
tg th tk tr uk ur uz vi zh zh_HK zh_TW zu zh_Hans_CN sr_Latn_RS`.split(/\s+/);
const c = text => '"' + [...Buffer.from(text)].map(b => b < 128 ? String.fromCharCode(b) : "\\" + b.toString(8).padStart(3, "0")).join("") + '"';
console.log("/* made by locale_cases.js: locale, text, value, percent */");
for (const name of names) {
	const tag = name.replaceAll("_", "-");
	const seen = new Set();
	for (const system of ["-u-nu-latn", ""])
		for (const [value, options] of [["1234567.89", {}], ["-1234.5", {}], ["-12345", {}], ["0.125", { style: "percent", minimumFractionDigits: 1 }]]) {
			const text = new Intl.NumberFormat(tag + system, { useGrouping: "always", ...options }).format(Number(value));
			if (!seen.has(text))
				console.log(`\t{ "${name}", ${c(text)}, "${value}", ${options.style === "percent"} },`);
			seen.add(text);
		}
}
