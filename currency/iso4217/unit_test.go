package iso4217_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

func TestUnits(t *testing.T) {
	units := iso4217.Units()
	require.GreaterOrEqual(t, len(units), 170)
	code, number := regexp.MustCompile(`^[A-Z]{3}$`), regexp.MustCompile(`^[0-9]{3}$`)
	numbers := map[string][]iso4217.Code{}
	for i, u := range units {
		require.Regexp(t, code, string(u.Code))
		require.Regexp(t, number, u.Number, u.Code)
		require.GreaterOrEqual(t, u.MinorUnits, 0, u.Code)
		require.LessOrEqual(t, u.MinorUnits, 4, u.Code)
		require.NotEmpty(t, u.Name, u.Code)
		require.Equal(t, strings.TrimSpace(u.Name), u.Name, u.Code)
		if i > 0 {
			require.Less(t, units[i-1].Code, u.Code, "sorted, and each code once")
		}
		found, ok := iso4217.Lookup(u.Code)
		require.True(t, ok)
		require.Equal(t, u, found)
		numbers[u.Number] = append(numbers[u.Number], u.Code)
	}
	for n, codes := range numbers {
		if len(codes) > 1 {
			require.Equal(t, []iso4217.Code{"ANG", "XCG"}, codes, "%s: only the guilder of the Caribbean took over a number", n)
		}
	}
}

func TestUnitsOfNote(t *testing.T) {
	for _, want := range []iso4217.Unit{
		{Code: "ALL", Number: "008", MinorUnits: 2, Name: "Lek"},
		{Code: "EUR", Number: "978", MinorUnits: 2, Name: "Euro"},
		{Code: "JPY", Number: "392", MinorUnits: 0, Name: "Yen"},
		{Code: "KWD", Number: "414", MinorUnits: 3, Name: "Kuwaiti Dinar"},
		{Code: "CLF", Number: "990", MinorUnits: 4, Name: "Unidad de Fomento"},
		{Code: "MRU", Number: "929", MinorUnits: 2, Name: "Ouguiya"},
		{Code: "SLE", Number: "925", MinorUnits: 2, Name: "Leone"},
		{Code: "VED", Number: "926", MinorUnits: 2, Name: "Bolívar Soberano"},
		{Code: "XCG", Number: "532", MinorUnits: 2, Name: "Caribbean Guilder"},
		{Code: "ZWG", Number: "924", MinorUnits: 2, Name: "Zimbabwe Gold"},
	} {
		got, ok := iso4217.Lookup(want.Code)
		require.True(t, ok, want.Code)
		require.Equal(t, want, got)
	}
	for _, code := range []iso4217.Code{"", "EU", "EURO", "eur", " EUR", "AAA", "ZZZ", "DEM", "\xff\xff\xff"} {
		_, ok := iso4217.Lookup(code)
		require.False(t, ok, "%q", code)
	}
}

func TestUnitsIsTheCallersToChange(t *testing.T) {
	units := iso4217.Units()
	units[0].Code = "XXX"
	slices.Reverse(units)
	_, ok := iso4217.Lookup("AED")
	require.True(t, ok)
	require.Equal(t, iso4217.Code("AED"), iso4217.Units()[0].Code)
}

func TestParse(t *testing.T) {
	eur, err := iso4217.Parse("EUR")
	require.NoError(t, err)
	require.Equal(t, iso4217.Unit{Code: "EUR", Number: "978", MinorUnits: 2, Name: "Euro"}, eur)
	for _, tc := range []struct {
		code iso4217.Code
		want string
	}{
		{"eur", `"eur" is not an ISO 4217 currency code: write EUR: invalid`},
		{" EUR ", `" EUR " is not an ISO 4217 currency code: write EUR: invalid`},
		{"DOL", `"DOL" is not an ISO 4217 currency code: give three capital letters such as EUR: invalid`},
		{"", `"" is not an ISO 4217 currency code: give three capital letters such as EUR: invalid`},
	} {
		_, err := iso4217.Parse(tc.code)
		require.EqualError(t, err, tc.want)
		require.ErrorIs(t, err, admin.ErrInvalid)
	}
}

func TestCheckMoney(t *testing.T) {
	for _, tc := range []struct {
		reason string
		code   iso4217.Code
		want   []admin.FieldError
	}{
		{"a currency", "EUR", nil},
		{"one without minor units", "JPY", nil},
		{"nothing", "", []admin.FieldError{{Path: "/currency", Code: admin.CodeRequired,
			Message: "is required: give an ISO 4217 currency code such as EUR"}}},
		{"lower case", "eur", []admin.FieldError{{Path: "/currency", Code: admin.CodeUnknown,
			Message: `"eur" is not an ISO 4217 currency code: write EUR`, Params: map[string]string{"value": "eur"}}}},
		{"no such code", "QQQ", []admin.FieldError{{Path: "/currency", Code: admin.CodeUnknown,
			Message: `"QQQ" is not an ISO 4217 currency code: give three capital letters such as EUR`,
			Params:  map[string]string{"value": "QQQ"}}}},
		{"gold", "XAU", []admin.FieldError{{Path: "/currency", Code: admin.CodeUnknown,
			Message: "XAU (Gold) is not a currency that money is kept in: give another code, such as EUR",
			Params:  map[string]string{"value": "XAU"}}}},
		{"the code for no currency", "XXX", []admin.FieldError{{Path: "/currency", Code: admin.CodeUnknown,
			Message: "XXX (The codes assigned for transactions where no currency is involved) is not a currency that money is kept in: give another code, such as EUR",
			Params:  map[string]string{"value": "XXX"}}}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			var p admin.Problems
			iso4217.CheckMoney(&p, "/currency", tc.code)
			if tc.want == nil {
				require.NoError(t, p.Err())
				return
			}
			var invalid *admin.ValidationError
			require.ErrorAs(t, p.Err(), &invalid)
			require.Equal(t, tc.want, invalid.Fields)
		})
	}
}
