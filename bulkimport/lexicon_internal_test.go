package bulkimport

import (
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
)

func TestWords(t *testing.T) {
	for header, want := range map[string]string{
		"externalId": "external id", "ACRONYMWord": "acronym word", "Line1": "line 1", "POAddressLine1": "po address line 1",
		"EMAIL_ADDR": "email addr", "N° client": "no client", "Straße": "strasse", "Créé le": "cree le",
		"Account #": "account no", "": "", "\u200bName ": "name", "Na\u200bme": "name", "Ð": "ð",
	} {
		require.Equal(t, want, strings.Join(words(header), " "), header)
	}
}

func TestTokens(t *testing.T) {
	l := newLexicon()
	for header, want := range map[string]string{
		"E-mail": "email", "eMail": "email", "emailAddress": "email address", "Correo electrónico": "email",
		"Tel. No.": "phone", "Phone number": "phone number", "ZIP": "postalcode", "C.P.": "postalcode", "Status": "status",
		"P.IVA": "tax", "KUNNR": "customer number", "ORT01": "city 1", "Customer customers": "customer",
		"Kundennummer": "customer number", "Rechnungsadresse": "billing address", "Rechnungs-PLZ": "billing postalcode",
		"factuuradres": "billing address", "klantnummer": "customer number", "Länderkennzeichen": "country code",
		"Waehrung": "currency", "billingcity": "billing city", "transactioncurrencyid": "transactioncurrencyid",
		"Address 1: City": "address city", "Address 2: City": "address another city", "Address 2": "address 2",
		"Default Address Company": "primary billing company", "the of": "", "Phoone": "phone", "Lorem": "lorem",
		"Straße und Hausnummer": "street", "Street Number": "house",
	} {
		var got []string
		for _, token := range l.tokens(words(header)) {
			got = append(got, token.concept)
		}
		require.Equal(t, want, strings.Join(got, " "), header)
	}
}

// A word that two lines of the vocabulary have means what the first of them is: the second would do nothing.
func TestVocabularyHasEachWordOnce(t *testing.T) {
	seen := map[string]string{}
	for line := range strings.Lines(vocabulary) {
		f := strings.Fields(line)
		if len(f) == 0 || f[0] == "#" {
			continue
		}
		list := f[2:]
		if f[0] != "as" {
			require.NotEqual(t, unknown, classNamed(f[0]), line)
		} else {
			for concept := range strings.SplitSeq(f[1], "+") {
				require.Contains(t, newLexicon().words, concept, line)
			}
		}
		for _, w := range list {
			require.NotContains(t, seen, w, "%s and %s", seen[w], line)
			seen[w] = line
			require.Equal(t, fold(w), w)
		}
	}
}

func TestAside(t *testing.T) {
	for header, want := range map[string][2]string{
		"Credit Limit (USD)": {"Credit Limit  ", "USD "}, "(USD)": {"USD ", ""}, "a [b] c": {"a   c", "b "}, "": {"", ""},
		"a)b": {"ab", " "}, "((": {"", ""},
	} {
		main, within := aside(header)
		require.Equal(t, want, [2]string{main, within}, header)
	}
}

func FuzzTokens(f *testing.F) {
	for _, header := range []string{"E-mail", "Rechnungsadresse", "N° client", "Address 2: City", "a\xff(", "ſ", "İ"} {
		f.Add(header)
	}
	m := newMatcher(Customers())
	f.Fuzz(func(t *testing.T, text string) {
		h := m.read(text)
		require.Equal(t, h, m.read(text), "the same header means the same")
		seen := map[string]bool{}
		for _, token := range h.tokens {
			require.NotEmpty(t, token.concept)
			require.False(t, seen[token.concept], "each concept is there once")
			seen[token.concept] = true
			require.True(t, !utf8.ValidString(text) || utf8.ValidString(token.concept))
		}
		for i := range m.wanted {
			score, reason := m.score(i, h)
			require.True(t, score >= 0 && score <= 1)
			require.Equal(t, score > 0, reason.Code != "")
		}
	})
}

func TestSuggestionsAreFast(t *testing.T) {
	var columns []Column
	values := map[int][]string{}
	for i := range 500 {
		header := strings.Repeat(fmt.Sprintf("kundenadressenzeile%d strase ", i), 40)
		columns = append(columns, Column{Index: i, Header: header[:1024]})
		for r := range sampleRows {
			values[i] = append(values[i], fmt.Sprintf("value %d", r))
		}
	}
	start := time.Now()
	suggest(Customers(), columns, values, caster{}, false)
	t.Logf("%v", time.Since(start))
	require.Less(t, time.Since(start), 5*time.Second)
}
