package jsonlogic

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestNullBesideATextOrADateHasAnAnswer(t *testing.T) {
	at := `{"date":"2024-05-28T16:00:00Z"}`
	for _, tc := range []struct {
		reason, rule string
		want         bool
	}{
		{"an attribute that is missing is not a text", `{"==":[{"var":"plan"},"pro"]}`, false},
		{"and differs from it", `{"!=":[{"var":"plan"},"pro"]}`, true},
		{"a text is set", `{"!=":[{"var":"text"},null]}`, true},
		{"null is not set", `{"!=":[{"var":"null"},null]}`, false},
		{"null does not equal an empty text", `{"==":[null,""]}`, false},
		{"nor the text of 0", `{"==":["0",null]}`, false},
		{"null equals null", `{"==":[{"var":"plan"},{"var":"null"}]}`, true},
		{"no order with a text", `{"<":[null,"a"]}`, false},
		{"in either direction", `{">":[null,"a"]}`, false},
		{"nor with it as the first", `{"<=":["a",null]}`, false},
		{"nor at equality", `{">=":["a",{"var":"null"}]}`, false},
		{"0 beside a text that is a number", `{"<":[null,"5"]}`, true},
		{"also as the second", `{">":["5",{"var":"plan"}]}`, true},
		{"and not below one that is negative", `{"<":[null," -5 "]}`, false},
		{"0 beside an empty text", `{"<=":[null,""]}`, true},
		{"a chain stops at the text", `{"<":[-1,null,"a"]}`, false},
		{"a chain of equality too", `{"==":[null,null,"a"]}`, false},
		{"not a date", `{"==":[{"var":"plan"},` + at + `]}`, false},
		{"no order with a date", `{"<":[` + at + `,{"var":"plan"}]}`, false},
		{"a date is set", `{"!=":[` + at + `,null]}`, true},
		{"0 beside a number, as before", `{"<":[{"var":"plan"},1]}`, true},
		{"=== as before", `{"===":[null,"a"]}`, false},
	} {
		for kind, o := range map[string]Options{"exact": {}, "float": {Numbers: Float64}} {
			t.Run(tc.reason+", "+kind, func(t *testing.T) {
				data := map[string]any{"text": "a", "null": nil}
				requireBuildsAgree(t, []byte(tc.rule), o, data)
				got, err := compiled(t, tc.rule, o).EvalTruth(t.Context(), data)
				require.NoError(t, err)
				require.Equal(t, tc.want, got, tc.rule)
			})
		}
	}
}
