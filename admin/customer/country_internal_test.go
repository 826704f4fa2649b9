package customer

import (
	"bytes"
	"flag"
	"fmt"
	"go/format"
	"maps"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/text/language"
	"golang.org/x/text/language/display"
)

// countryNames is what country_table.go has to hold: CLDR's names and codes, and the aliases.
func countryNames(t *testing.T) []country {
	t.Helper()
	names := map[string]string{}
	add := func(name, code string) {
		folded := foldCountry(name)
		if had, ok := names[folded]; ok {
			require.Equal(t, had, code, "%q names two countries", name)
		}
		names[folded] = code
	}
	for a := 'A'; a <= 'Z'; a++ {
		for b := 'A'; b <= 'Z'; b++ {
			code := string([]rune{a, b})
			region, err := language.ParseRegion(code)
			if err != nil || !region.IsCountry() || region.Canonicalize() != region || region.String() != code ||
				userAssigned(code) {
				continue
			}
			name := display.English.Regions().Name(region)
			if name == "" || name == code {
				continue // a code that was withdrawn
			}
			add(code, code)
			add(region.ISO3(), code)
			add(name, code)
		}
	}
	for code, aliases := range countryAliases() {
		for _, alias := range aliases {
			add(alias, code)
		}
	}
	addLocal(t, names)
	out := make([]country, 0, len(names))
	for _, name := range slices.Sorted(maps.Keys(names)) {
		out = append(out, country{name, names[name]})
	}
	return out
}

// addLocal adds the names in the other languages of country_table.go. A name that another country has in English or in
// another of them is left out, for both.
func addLocal(t *testing.T, names map[string]string) {
	t.Helper()
	codes := map[string]bool{}
	for _, code := range names {
		codes[code] = true
	}
	local := map[string]string{}
	add := func(name, code string) {
		folded := foldCountry(name)
		if _, english := names[folded]; english {
			return
		}
		if had, ok := local[folded]; ok && had != code {
			code = "" // of two countries
		}
		local[folded] = code
	}
	for _, in := range []display.Namer{
		display.German.Regions(), display.French.Regions(), display.Spanish.Regions(), display.Portuguese.Regions(),
		display.EuropeanPortuguese.Regions(), display.Italian.Regions(), display.Dutch.Regions(),
	} {
		for code := range codes {
			if name := in.Name(language.MustParseRegion(code)); name != "" && name != code {
				add(name, code)
			}
		}
	}
	for code, aliases := range localAliases() {
		for _, alias := range aliases {
			add(alias, code)
		}
	}
	for name, code := range local {
		if code != "" {
			names[name] = code
		} else {
			t.Logf("%q is the name of two countries", name)
		}
	}
}

func localAliases() map[string][]string {
	return map[string][]string{
		"AE": {"VAE", "EAU"}, "BY": {"Weißrussland", "Wit-Rusland", "Bielorussia"}, "CD": {"Demokratische Republik Kongo", "RD Congo", "RDC"},
		"CZ": {"Tschechische Republik", "République tchèque", "República Checa", "Repubblica Ceca", "Tsjechische Republiek"},
		"DE": {"BRD", "Bundesrepublik Deutschland", "RFA"},
		"GB": {"Großbritannien", "Grossbritannien", "England", "Grande-Bretagne", "Angleterre", "Gran Bretaña", "Inglaterra",
			"Grã-Bretanha", "Gran Bretagna", "Inghilterra", "Groot-Brittannië", "Engeland", "Schottland"},
		"LK": {"Ceylon"}, "MM": {"Birma", "Birmanie", "Birmania"}, "NL": {"Holanda", "Hollande", "Olanda", "Nederlande"},
		"RU": {"Russische Föderation", "Fédération de Russie", "Federación de Rusia", "Federação Russa", "Federazione Russa"},
		"US": {"Vereinigte Staaten von Amerika", "États-Unis d'Amérique", "Estados Unidos de América", "EE.UU.", "EE. UU.",
			"EUA", "Stati Uniti d'America", "Verenigde Staten van Amerika", "Amerika"},
		"CI": {"Elfenbeinküste"}, "TR": {"Turkei", "Turquie"},
	}
}

// userAssigned are the codes that ISO 3166 leaves to users and CLDR to itself; XK, for Kosovo, is
// the one in common use.
func userAssigned(code string) bool {
	return code != "XK" && (code[0] == 'X' || code == "AA" || code == "ZZ" || (code[0] == 'Q' && code[1] >= 'M') ||
		code == "AC" || code == "CP" || code == "CQ" || code == "DG" || code == "EA" || code == "IC" || code == "TA" ||
		code == "EU" || code == "EZ" || code == "UN")
}

func countryAliases() map[string][]string {
	return map[string][]string{
		"AE": {"UAE", "Emirates"}, "BA": {"Bosnia"}, "BN": {"Brunei Darussalam"}, "BO": {"Plurinational State of Bolivia"},
		"BS": {"Bahamas"}, "CD": {"DR Congo", "Democratic Republic of the Congo", "Congo (DRC)"},
		"CG": {"Congo", "Republic of the Congo"}, "CI": {"Ivory Coast"}, "CV": {"Cabo Verde"}, "CZ": {"Czech Republic"},
		"FK": {"Falklands"}, "FM": {"Federated States of Micronesia"}, "GB": {"UK", "Great Britain", "Britain", "England", "Scotland", "Wales", "Northern Ireland", "United Kingdom of Great Britain and Northern Ireland"},
		"GM": {"Gambia"}, "HK": {"Hong Kong"}, "IE": {"Republic of Ireland", "Eire"}, "IR": {"Islamic Republic of Iran"},
		"KP": {"Democratic People's Republic of Korea"}, "KR": {"Korea", "Republic of Korea", "Korea, Republic of", "Korea (South)"},
		"LA": {"Lao People's Democratic Republic", "Lao"}, "MD": {"Republic of Moldova"}, "MK": {"Macedonia"},
		"MM": {"Burma", "Myanmar"}, "MO": {"Macau", "Macao"}, "NL": {"Holland", "Netherlands (the)"},
		"PS": {"Palestine", "State of Palestine"}, "RU": {"Russian Federation"}, "SK": {"Slovak Republic"},
		"SY": {"Syrian Arab Republic"}, "SZ": {"Swaziland"}, "TL": {"East Timor"}, "TR": {"Turkey", "Türkiye"},
		"TW": {"Taiwan, Province of China"}, "TZ": {"United Republic of Tanzania"},
		"US": {"U.S.A.", "United States of America", "America", "U.S."}, "VA": {"Holy See", "Vatican"},
		"VE": {"Bolivarian Republic of Venezuela"}, "VN": {"Viet Nam"}, "CN": {"People's Republic of China", "PR China"},
	}
}

var updateCountries = flag.Bool("update", false, "write country_table.go again")

// The table is committed, so that nothing is built when a program starts, and checked here against
// what it is made from.
func TestCountryTableIsCLDRs(t *testing.T) {
	want := countryNames(t)
	if *updateCountries {
		var b bytes.Buffer
		fmt.Fprint(&b, "// Code generated by go test -run TestCountryTableIsCLDRs -update. DO NOT EDIT.\n\npackage customer\n\n")
		fmt.Fprint(&b, "// countries is sorted by name. The names are English, German, French, Spanish, Portuguese, Italian and Dutch,\n// from the Unicode CLDR as golang.org/x/text has it.\nvar countries = [...]country{\n")
		for _, c := range want {
			fmt.Fprintf(&b, "{%q, %q},\n", c.name, c.code)
		}
		fmt.Fprint(&b, "}\n")
		src, err := format.Source(b.Bytes())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("country_table.go", src, 0o644))
		return
	}
	require.Equal(t, want, countries[:])
}
