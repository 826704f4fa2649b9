package currency_test

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/shopspring/decimal"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency"
	"github.com/admincenter/admincenter/currency/iso4217"
)

func money(t testing.TB, amount string, code iso4217.Code) currency.Money {
	t.Helper()
	m, err := currency.NewMoney(dec(amount), code)
	require.NoError(t, err)
	return m
}

func TestParseMoney(t *testing.T) {
	for _, tc := range []struct{ reason, text, want string }{
		{"two digits", "12.50 EUR", "12.50 EUR"},
		{"fewer digits than the minor unit has", "12.5 EUR", "12.50 EUR"},
		{"no fraction", "12 EUR", "12.00 EUR"},
		{"a currency without minor units", "1250 JPY", "1250 JPY"},
		{"three digits", "1.500 KWD", "1.500 KWD"},
		{"four digits", "1.0005 CLF", "1.0005 CLF"},
		{"negative", "-0.05 EUR", "-0.05 EUR"},
		{"zero has no sign", "-0.00 EUR", "0.00 EUR"},
		{"zeros in front", "007.00 EUR", "7.00 EUR"},
		{"many digits", "123456789012345678901234567890123456.78 EUR", "123456789012345678901234567890123456.78 EUR"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			m, err := currency.ParseMoney(tc.text)
			require.NoError(t, err)
			require.Equal(t, tc.want, m.String())
			again, err := currency.ParseMoney(m.String())
			require.NoError(t, err)
			require.Equal(t, m, again)
		})
	}
	for _, tc := range []struct{ reason, text, message string }{
		{"nothing", "", "write the amount, a space and the code of the currency, such as 12.50 EUR"},
		{"no code", "12.50", "write the amount, a space and the code"},
		{"no space", "12.50EUR", "write the amount, a space and the code"},
		{"the code first", "EUR 12.50", "/amount: \"EUR\" is not a decimal number"},
		{"a comma for the point", "12,50 EUR", "/amount: \"12,50\" is not a decimal number"},
		{"a thousands separator", "1,250.00 EUR", "/amount: \"1,250.00\" is not a decimal number"},
		{"a space between thousands", "1 250.00 EUR", "/currency: \"250.00 EUR\" is not an ISO 4217 currency code"},
		{"more digits than the minor unit has", "12.505 EUR", "/amount: 12.505 has 3 digits after the point: EUR has 2 at most"},
		{"a thousand or one", "1.000 EUR", "/amount: 1.000 has 3 digits after the point"},
		{"a fraction of a yen", "12.5 JPY", "/amount: 12.5 has 1 digits after the point: JPY has 0 at most"},
		{"an unknown code", "12.50 EEE", "/currency: \"EEE\" is not an ISO 4217 currency code"},
		{"a code in lower case", "12.50 eur", "write EUR"},
		{"the code for no currency", "1 XXX", "/currency: XXX"},
		{"gold", "1 XAU", "/currency: XAU"},
		{"two spaces", "12.50  EUR", "write EUR"},
		{"a line end", "12.50 EUR\n", "write EUR"},
		{"a sign", "+12.50 EUR", "is not a decimal number"},
		{"an exponent", "1e3 EUR", "is not a decimal number"},
		{"too many digits", "1234567890123456789012345678901234567.89 EUR", "/amount: "},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			m, err := currency.ParseMoney(tc.text)
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.ErrorContains(t, err, tc.message)
			require.Equal(t, currency.Money{}, m)
		})
	}
	_, err := currency.ParseMoney("a b")
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Len(t, invalid.Fields, 2, "both problems at once")
}

func TestNewMoneyRefuses(t *testing.T) {
	_, err := currency.NewMoney(decimal.New(1, 1_000_000_000), "EURO")
	var invalid *admin.ValidationError
	require.ErrorAs(t, err, &invalid)
	require.Equal(t, "/amount", invalid.Fields[0].Path)
	require.Equal(t, "/currency", invalid.Fields[1].Path)
	for _, code := range []iso4217.Code{"", "XXX", "XTS", "eur"} {
		_, err := currency.NewMoney(dec("1"), code)
		require.ErrorIs(t, err, admin.ErrInvalid)
		_, err = currency.FromMinor(1, code)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
}

func TestMinorUnits(t *testing.T) {
	for _, tc := range []struct {
		units int64
		code  iso4217.Code
		want  string
	}{
		{1250, "EUR", "12.50 EUR"}, {-5, "EUR", "-0.05 EUR"}, {1250, "JPY", "1250 JPY"}, {1500, "KWD", "1.500 KWD"}, {0, "EUR", "0.00 EUR"},
		{math.MaxInt64, "EUR", "92233720368547758.07 EUR"}, {math.MinInt64, "EUR", "-92233720368547758.08 EUR"}, {math.MinInt64, "CLF", "-922337203685477.5808 CLF"},
	} {
		m, err := currency.FromMinor(tc.units, tc.code)
		require.NoError(t, err)
		require.Equal(t, tc.want, m.String())
		back, err := m.Minor()
		require.NoError(t, err)
		require.Equal(t, tc.units, back)
	}
	for _, tc := range []struct{ reason, amount, message string }{
		{"one above 64 bits", "92233720368547758.08", "is more than 64 bits"},
		{"one below 64 bits", "-92233720368547758.09", "is more than 64 bits"},
		{"not whole minor units", "33.335", "33.335 EUR is not a whole number of minor units"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			_, err := money(t, tc.amount, "EUR").Minor()
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.ErrorContains(t, err, tc.message)
		})
	}
}

func TestMoneyArithmetic(t *testing.T) {
	a, b := money(t, "12.50", "EUR"), money(t, "0.075", "EUR")
	sum, err := a.Add(b)
	require.NoError(t, err)
	require.Equal(t, "12.575 EUR", sum.String(), "nothing is rounded")
	difference, err := sum.Sub(b)
	require.NoError(t, err)
	require.Equal(t, a, difference, "the same amount is the same value")
	require.Equal(t, "-12.50 EUR", a.Neg().String())
	product, err := a.Mul(dec("0.19"))
	require.NoError(t, err)
	require.Equal(t, "2.375 EUR", product.String())
	for mode, want := range map[currency.Rounding]string{"": "2.38 EUR", currency.RoundDown: "2.37 EUR"} {
		rounded, err := product.Round(mode)
		require.NoError(t, err)
		require.Equal(t, want, rounded.String())
		atOnce, err := a.MulRound(dec("0.19"), mode)
		require.NoError(t, err)
		require.Equal(t, rounded, atOnce)
	}
	third, err := money(t, "100", "EUR").MulRound(dec("0.333333333333333333"), currency.RoundUp)
	require.NoError(t, err)
	require.Equal(t, "33.34 EUR", third.String(), "rounded once, from the product of 20 digits")
	for _, tc := range []struct {
		a, b string
		want int
	}{{"1", "1.00", 0}, {"1", "1.001", -1}, {"-1", "-2", 1}} {
		got, err := money(t, tc.a, "EUR").Cmp(money(t, tc.b, "EUR"))
		require.NoError(t, err)
		require.Equal(t, tc.want, got)
	}
	require.Equal(t, []int{1, -1, 0}, []int{a.Sign(), a.Neg().Sign(), money(t, "0.00", "EUR").Sign()})
	require.Equal(t, "12.5", a.Amount().String())
	require.Equal(t, iso4217.Code("EUR"), a.Code())
}

func TestMoneyRefusesMixedCurrenciesAndWhatIsOutOfRange(t *testing.T) {
	eur, usd := money(t, "1", "EUR"), money(t, "1", "USD")
	for name, call := range map[string]func() error{
		"Add": func() error { _, err := eur.Add(usd); return err },
		"Sub": func() error { _, err := eur.Sub(usd); return err },
		"Cmp": func() error { _, err := eur.Cmp(usd); return err },
	} {
		err := call()
		require.ErrorIs(t, err, currency.ErrMixed, name)
		require.ErrorIs(t, err, admin.ErrInvalid, name)
		require.Equal(t, "mixed_currencies", admin.Code(err))
		require.ErrorContains(t, err, "1.00 EUR and ")
	}
	most := money(t, "99999999999999999999999999999999999999", "EUR")
	for name, call := range map[string]func() error{
		"Add beyond 38 digits":            func() error { _, err := most.Add(eur); return err },
		"Mul by a factor out of range":    func() error { _, err := eur.Mul(decimal.New(1, 1_000_000_000)); return err },
		"Mul to more than 18 digits":      func() error { _, err := money(t, "0.1", "EUR").Mul(decimal.New(1, -18)); return err },
		"MulRound by such a factor":       func() error { _, err := eur.MulRound(decimal.New(1, -1_000_000_000), ""); return err },
		"MulRound beyond 38 digits":       func() error { _, err := most.MulRound(dec("2"), ""); return err },
		"MulRound in a mode that is none": func() error { _, err := eur.MulRound(dec("2"), "NEAREST"); return err },
		"Round in a mode that is none":    func() error { _, err := eur.Round("NEAREST"); return err },
		"Round at the limit and beyond it": func() error {
			_, err := money(t, "9999999999999999999999999999999999999.9", "JPY").Round("")
			return err
		},
	} {
		if name == "Round at the limit and beyond it" {
			require.NoError(t, call(), "10^37 still has 38 digits")
			continue
		}
		require.ErrorIs(t, call(), admin.ErrInvalid, name)
	}
}

func TestZeroMoneyIsHarmless(t *testing.T) {
	var zero currency.Money
	eur := money(t, "12.50", "EUR")
	for _, add := range []func() (currency.Money, error){
		func() (currency.Money, error) { return zero.Add(eur) }, func() (currency.Money, error) { return eur.Add(zero) },
		func() (currency.Money, error) { return eur.Sub(zero) }, func() (currency.Money, error) { return zero.Sub(eur.Neg()) },
	} {
		got, err := add()
		require.NoError(t, err)
		require.Equal(t, eur, got, "a sum can start with it")
	}
	cmp, err := zero.Cmp(eur)
	require.NoError(t, err)
	require.Equal(t, -1, cmp)
	require.Equal(t, "0", zero.String())
	require.Equal(t, "0", zero.Neg().String())
	require.Zero(t, zero.Sign())
	units, err := zero.Minor()
	require.NoError(t, err)
	require.Zero(t, units)
	for _, call := range []func() (currency.Money, error){
		func() (currency.Money, error) { return zero.Add(zero) }, func() (currency.Money, error) { return zero.Mul(dec("2")) },
		func() (currency.Money, error) { return zero.Round("") },
	} {
		got, err := call()
		require.NoError(t, err)
		require.Equal(t, "0", got.String())
		text, err := json.Marshal(got)
		require.NoError(t, err)
		require.Equal(t, "null", string(text))
	}
	text, err := json.Marshal(struct {
		Total currency.Money `json:"total,omitzero"`
		Paid  currency.Money `json:"paid,omitzero"`
	}{Paid: money(t, "0", "EUR")})
	require.NoError(t, err)
	require.JSONEq(t, `{"paid":{"amount":"0.00","currency":"EUR"}}`, string(text), "only no money at all is left out")
}

func TestMoneyJSON(t *testing.T) {
	for _, tc := range []struct{ amount, code, want string }{
		{"12.5", "EUR", `{"amount":"12.50","currency":"EUR"}`}, {"1250", "JPY", `{"amount":"1250","currency":"JPY"}`},
		{"33.335", "USD", `{"amount":"33.335","currency":"USD"}`}, {"-0.000000000000000001", "KWD", `{"amount":"-0.000000000000000001","currency":"KWD"}`},
	} {
		m := money(t, tc.amount, iso4217.Code(tc.code))
		text, err := json.Marshal(m)
		require.NoError(t, err)
		require.Equal(t, tc.want, string(text))
		var back currency.Money
		require.NoError(t, json.Unmarshal(text, &back))
		require.Equal(t, m, back)
	}
	m := money(t, "1", "EUR")
	require.NoError(t, json.Unmarshal([]byte("null"), &m))
	require.Equal(t, currency.Money{}, m)
	for reason, text := range map[string]string{
		"a number":            `12.5`,
		"a text":              `"12.50 EUR"`,
		"a list":              `["12.50","EUR"]`,
		"nothing in it":       `{}`,
		"no amount":           `{"currency":"EUR"}`,
		"no currency":         `{"amount":"12.50"}`,
		"a bare amount":       `{"amount":12.50,"currency":"EUR"}`,
		"no amount but null":  `{"amount":null,"currency":"EUR"}`,
		"an object inside":    `{"amount":{"amount":"1"},"currency":"EUR"}`,
		"another name":        `{"amount":"12.50","currency":"EUR","rate":"1"}`,
		"a name in capitals":  `{"Amount":"12.50","currency":"EUR"}`,
		"an amount twice":     `{"amount":"12.50","amount":"99","currency":"EUR"}`,
		"an exponent":         `{"amount":"1e2","currency":"EUR"}`,
		"a separator":         `{"amount":"1,250","currency":"EUR"}`,
		"too many digits":     `{"amount":"0.0000000000000000001","currency":"EUR"}`,
		"an unknown code":     `{"amount":"1","currency":"EEE"}`,
		"a code for no money": `{"amount":"1","currency":"XXX"}`,
		"an empty code":       `{"amount":"0","currency":""}`,
	} {
		t.Run(reason, func(t *testing.T) {
			before := money(t, "7", "JPY")
			m := before
			require.ErrorIs(t, json.Unmarshal([]byte(text), &m), admin.ErrInvalid)
			require.Equal(t, before, m, "it is as it was")
		})
	}
	for _, text := range []string{``, `{`, `{"amount"`, `{"amount":"1","currency":"EUR"} {}`, `{"amount":"1","currency":"EUR"`} {
		require.ErrorIs(t, m.UnmarshalJSON([]byte(text)), admin.ErrInvalid, "called by itself with %q", text)
	}
}

// A host may set the variables of package decimal for its own records: money is the same text.
func TestMoneyIsATextWhateverAHostSets(t *testing.T) {
	bare, zeros, scientific := decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation
	t.Cleanup(func() {
		decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation = bare, zeros, scientific
	})
	for _, set := range []bool{false, true} {
		decimal.MarshalJSONWithoutQuotes, decimal.TrimTrailingZeros, decimal.UseScientificNotation = set, !set, set
		for _, m := range []currency.Money{money(t, "12.5", "EUR"), money(t, "12.500", "EUR")} {
			text, err := json.Marshal([]currency.Money{m})
			require.NoError(t, err)
			require.JSONEq(t, `[{"amount":"12.50","currency":"EUR"}]`, string(text))
			require.Equal(t, "12.50 EUR", m.String())
		}
		require.Equal(t, "0.000000000000000001 USD", money(t, "0.000000000000000001", "USD").String())
		large, err := currency.ParseMoney("100000000000000000000000000000.00 EUR")
		require.NoError(t, err)
		require.Equal(t, "100000000000000000000000000000.00 EUR", large.String())
	}
}

func FuzzParseMoney(f *testing.F) {
	for _, text := range []string{"12.50 EUR", "-0.00 EUR", "1250 JPY", "1.000 EUR", "1 XXX", " ", "1e3 EUR", "9 KWD"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := currency.ParseMoney(text)
		if err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Equal(t, currency.Money{}, m)
			return
		}
		again, err := currency.ParseMoney(m.String())
		require.NoError(t, err)
		require.Equal(t, m, again)
		rounded, err := m.Round(currency.RoundUp)
		require.NoError(t, err)
		require.Equal(t, m, rounded, "what was parsed is whole minor units")
	})
}

func FuzzMoneyJSON(f *testing.F) {
	for _, text := range []string{
		`{"amount":"12.50","currency":"EUR"}`, `null`, `{"amount":"1","amount":"2","currency":"EUR"}`, `{"currency":"JPY","amount":"0.5"}`,
		`[]`, `{"amount":1,"currency":"EUR"}`, ` { "amount" : "1" , "currency" : "\u0045UR" } `,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var m currency.Money
		if err := m.UnmarshalJSON(data); err != nil {
			require.ErrorIs(t, err, admin.ErrInvalid)
			require.Equal(t, currency.Money{}, m)
			return
		}
		require.True(t, json.Valid(data))
		text, err := json.Marshal(m)
		require.NoError(t, err)
		var again currency.Money
		require.NoError(t, json.Unmarshal(text, &again))
		require.Equal(t, m, again)
	})
}
