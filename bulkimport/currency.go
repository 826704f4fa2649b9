package bulkimport

import (
	"slices"
	"strings"

	"github.com/admincenter/admincenter/currency/iso4217"
)

// currency reads an ISO 4217 code or, if the column's format has it so, a name or sign.
func (c *caster) currency(cell string) (string, *problem) {
	code := cell
	if !money(code) {
		code = strings.ToUpper(cell)
	}
	if money(code) {
		return code, nil
	}
	named := currenciesNamed(cell)
	switch {
	case len(named) == 1 && c.format.Names:
		return named[0], nil
	case len(named) == 1:
		return wrong(CodeInvalidOption+".currency_named", "value", quoted(cell), "suggestion", named[0])
	case len(named) > 1:
		return wrong(CodeInvalidOption+".currency_several", "value", quoted(cell),
			"suggestions", strings.Join(named[:min(5, len(named))], ", "))
	}
	return wrong(CodeInvalidOption+".currency", "value", quoted(cell))
}

// currenciesNamed returns the codes of the currencies with a name or sign, the likeliest first: none for other texts.
func currenciesNamed(cell string) []string {
	if len(cell) > 100 {
		return nil
	}
	if codes := currencySigns(cell); codes != nil {
		return codes
	}
	name := currencyWords(cell)
	if code, ok := currencyName(name); ok {
		return []string{code}
	}
	var out []string
	for _, u := range iso4217.Units() {
		if !u.HoldsMoney() {
			continue
		}
		switch of := currencyWords(u.Name); {
		case of == name:
			return []string{string(u.Code)}
		case len(name) > 2 && (strings.HasSuffix(of, " "+name) || strings.HasPrefix(of, name+" ")):
			out = append(out, string(u.Code))
		}
	}
	slices.SortStableFunc(out, func(a, b string) int { return common(a) - common(b) })
	return out
}

// common is the place of a currency among those that are traded most, which have names in common with many others.
func common(code string) int {
	most := []string{"USD", "EUR", "JPY", "GBP", "CNY", "AUD", "CAD", "CHF", "HKD", "SGD", "SEK", "KRW", "NOK", "NZD",
		"INR", "MXN", "DKK", "CZK"}
	if i := slices.Index(most, code); i >= 0 {
		return i
	}
	return len(most)
}

// currencyWords folds a name to words: capitals, accents and hyphens do not matter.
func currencyWords(name string) string {
	return strings.Join(strings.FieldsFunc(fold(name), func(r rune) bool {
		return isBlank(r) || strings.ContainsRune("-.,()'’", r)
	}), " ")
}

// currencySigns returns the codes of the currencies that have a sign.
func currencySigns(sign string) []string {
	switch strings.ToUpper(strings.TrimSuffix(sign, ".")) {
	case "€":
		return []string{"EUR"}
	case "$":
		return []string{"USD", "CAD", "AUD", "MXN", "NZD", "HKD", "SGD", "TWD", "ARS", "CLP", "COP"}
	case "US$", "$US", "U$S", "USD$":
		return []string{"USD"}
	case "CA$", "C$", "CAD$", "CDN$", "$CA":
		return []string{"CAD"}
	case "A$", "AU$", "AUD$":
		return []string{"AUD"}
	case "NZ$":
		return []string{"NZD"}
	case "HK$":
		return []string{"HKD"}
	case "S$":
		return []string{"SGD"}
	case "NT$":
		return []string{"TWD"}
	case "MX$", "MEX$":
		return []string{"MXN"}
	case "R$":
		return []string{"BRL"}
	case "£":
		return []string{"GBP"}
	case "¥", "￥":
		return []string{"JPY", "CNY"}
	case "KR":
		return []string{"SEK", "NOK", "DKK", "ISK"}
	case "KČ", "KC":
		return []string{"CZK"}
	case "ZŁ", "ZL":
		return []string{"PLN"}
	case "FT":
		return []string{"HUF"}
	case "FR", "SFR":
		return []string{"CHF"}
	}
	return rareSigns(sign)
}

func rareSigns(sign string) []string {
	switch sign {
	case "₹":
		return []string{"INR"}
	case "₽":
		return []string{"RUB"}
	case "₩":
		return []string{"KRW"}
	case "₺":
		return []string{"TRY"}
	case "₴":
		return []string{"UAH"}
	case "₫":
		return []string{"VND"}
	case "₪":
		return []string{"ILS"}
	case "₦":
		return []string{"NGN"}
	case "₱":
		return []string{"PHP"}
	case "฿":
		return []string{"THB"}
	case "₸":
		return []string{"KZT"}
	case "₾":
		return []string{"GEL"}
	case "₼":
		return []string{"AZN"}
	}
	return nil
}

// currencyName returns the currency with a folded name in English, German, French, Spanish, Portuguese, Italian or
// Dutch, besides the names of ISO 4217.
func currencyName(name string) (code string, ok bool) {
	switch name {
	case "euro", "euros", "eur euro":
		return "EUR", true
	case "us dollars", "american dollar", "american dollars", "united states dollar", "united states dollars",
		"amerikanischer dollar", "dollar us", "dollar des etats unis", "dolar estadounidense",
		"dollar americain", //nolint:misspell // French
		"dolar americano", "dolar dos eua", "dollaro statunitense", "dollaro americano", "dollaro usa",
		"amerikaanse dollar":
		return "USD", true
	case "british pound", "british pounds", "great britain pound", "uk pound", "pounds sterling", "sterling",
		"britisches pfund", "pfund sterling", "livre sterling", "libra esterlina", "lira sterlina", "sterlina",
		"sterlina britannica", "brits pond", "pond sterling":
		return "GBP", true
	case "swiss francs", "schweizer franken", "franc suisse", "franco suizo", "franco suico", "franco svizzero",
		"zwitserse frank":
		return "CHF", true
	case "japanese yen", "japanischer yen", "yen japonais", "yen japones", "iene", "iene japones", "yen giapponese",
		"japanse yen":
		return "JPY", true
	case "renminbi", "chinese yuan", "yuan", "chinesischer yuan", "yuan chinois", "yuan chino", "yuan cinese",
		"chinese renminbi":
		return "CNY", true
	case "canadian dollars", "kanadischer dollar", "dollar canadien", "dolar canadiense", "dolar canadense",
		"dollaro canadese", "canadese dollar":
		return "CAD", true
	case "australian dollars", "australischer dollar", "dolar australiano",
		"dollar australien", //nolint:misspell // French
		"dollaro australiano",
		"australische dollar":
		return "AUD", true
	}
	return neighbourName(name)
}

func neighbourName(name string) (code string, ok bool) {
	switch name {
	case "schwedische krone", "couronne suedoise", "corona sueca", "coroa sueca", "corona svedese", "zweedse kroon":
		return "SEK", true
	case "danische krone", "couronne danoise", "corona danesa", "coroa dinamarquesa", "corona danese", "deense kroon":
		return "DKK", true
	case "norwegische krone", "couronne norvegienne", "corona noruega", "coroa norueguesa", "corona norvegese",
		"noorse kroon":
		return "NOK", true
	case "polish zloty", "polnischer zloty", "zloty polonais", "esloti", "zloty polacco", "poolse zloty":
		return "PLN", true
	case "tschechische krone", "couronne tcheque", "corona checa", "coroa tcheca", "corona ceca", "tsjechische kroon":
		return "CZK", true
	case "hungarian forint", "ungarischer forint", "forint hongrois", "florin hungaro", "fiorino ungherese":
		return "HUF", true
	case "brasilianischer real", "real bresilien", "real brasileno", "real brasileiro", "real brasiliano",
		"braziliaanse real":
		return "BRL", true
	case "mexikanischer peso", "peso mexicain", "peso mexicano", "peso messicano", //nolint:misspell // French
		"mexicaanse peso":
		return "MXN", true
	case "indische rupie", "roupie indienne", "rupia india", "rupia indiana", "indiase roepie", "indian rupees":
		return "INR", true
	case "russischer rubel", "rouble russe", "rublo ruso", "rublo russo", "russische roebel":
		return "RUB", true
	case "turkische lira", "livre turque", "lira turca", "turkse lira":
		return "TRY", true
	}
	return "", false
}
