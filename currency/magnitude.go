package currency

import (
	"strings"

	"github.com/shopspring/decimal"

	"github.com/admincenter/admincenter/currency/iso4217"
)

// magnitudes are powers of ten with the currencies of which one US dollar is worth about so many units: 2 for the
// yen, of which it is worth some hundred. It is coarse on purpose. It only decides whether a rate must be confirmed,
// and never changes or fills in one. Currencies are left out that have several rates at once or lose their value
// fast. The base need not be the dollar: two currencies are compared by their difference.
func magnitudes() []struct {
	power int32
	codes string
} {
	return []struct {
		power int32
		codes string
	}{
		{-1, "KWD"},
		{0, "ANG AUD AWG AZN BAM BBD BGN BHD BMD BND BSD BZD CAD CHF EUR FJD FKP GBP GEL GIP JOD KYD NZD OMR " +
			"PAB SGD SHP TND TOP USD WST XCD XCG"},
		{1, "AED BOB BRL BWP CNY CZK DKK ERN GHS GTQ HKD HNL ILS LSL LYD MAD MDL MOP MVR MXN MYR NAD NOK PEN " +
			"PGK PLN QAR RON SAR SBD SCR SEK SLE STN SZL TJS TMT TTD ZAR ZMW"},
		{2, "AFN ALL BDT BTN CVE DJF DOP DZD EGP ETB GMD GYD HTG INR ISK JMD JPY KES KGS LKR LRD MKD MRU MUR " +
			"MZN NIO NPR PHP PKR RSD RUB SRD THB TRY TWD UAH UYU VUV XPF"},
		{3, "AMD AOA BIF CDF CLP CRC HUF IQD KMF KRW KZT MWK NGN RWF SOS TZS XAF XOF"},
		{4, "COP GNF IDR KHR LAK MGA MNT PYG UGX UZS VND"},
	}
}

// magnitude returns the order of magnitude of the rate of code in base, a power of ten.
func magnitude(code, base iso4217.Code) (decimal.Decimal, bool) {
	of, known := powerOf(code)
	in, also := powerOf(base)
	return decimal.New(1, in-of), known && also
}

func powerOf(code iso4217.Code) (int32, bool) {
	for _, m := range magnitudes() {
		if strings.Contains(m.codes, string(code)) && len(code) == 3 {
			return m.power, true
		}
	}
	return 0, false
}
