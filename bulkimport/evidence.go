package bulkimport

import (
	"slices"
	"strings"
)

const (
	fewValues    = 3  // from here on values alone suggest a field
	plentyValues = 10 // from here on values that do not fit make a header doubtful
)

// doubt lowers the score of a header that is right if most of the values below it cannot be read: the column is
// suggested still, for a person to look at. The reason names the values.
func doubt(f Field, score float64, why reasons, values []string, c *caster) (float64, reasons) {
	misfits := map[string]int{}
	wrong, most := 0, ""
	for _, v := range values {
		if reads(&f, v, c) {
			continue
		}
		wrong++
		if misfits[v]++; misfits[v] > misfits[most] || (misfits[v] == misfits[most] && v < most) {
			most = v
		}
	}
	if wrong == 0 {
		return score, why
	}
	code, params := "misfits", []any{"count", wrong, "all", len(values), "kindWord", kindWord(f.Kind), "value",
		quoted(most)}
	if n := misfits[most]; n > 1 {
		code, params = code+".times", append(params, "times", n)
	}
	why = append(slices.Clip(why), reason(code, params...))
	if wrong*2 > len(values) && len(values) >= plentyValues {
		score = min(score, valuesWrong)
	}
	return score, why
}

// reads reports whether a cell can be read for a field, or could if it were known how.
func reads(f *Field, cell string, c *caster) bool {
	_, wrong := c.cast(f, cell)
	return wrong == nil || wrong.is(CodeAmbiguousDate, CodeAmbiguousNumber)
}

// speak reports whether values alone are evidence of a kind, one that few other columns are of.
func speak(k Kind, values []string, c *caster) bool {
	if len(values) < fewValues || (k != Email && k != Country && k != Currency) {
		return false
	}
	wrong := 0
	seen := map[string]bool{}
	for _, v := range values {
		if !reads(&Field{Kind: k}, v, c) {
			if wrong++; wrong*20 > len(values) {
				return false
			}
		}
		if len(seen) < 2 {
			seen[strings.ToLower(v)] = true
		}
	}
	// A column of "no" is not one of Norwegians.
	return k == Email || len(seen) > 1 || !seen["no"]
}

// kindWord is the catalog's word for values of a kind.
func kindWord(k Kind) string {
	switch k {
	case Email, Country, Currency, Decimal, Integer, Bool, Date, ID:
		return strings.ToLower(string(k))
	}
	return "text"
}
