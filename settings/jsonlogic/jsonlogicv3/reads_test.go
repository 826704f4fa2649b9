package jsonlogicv3_test

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/settings"
	"github.com/admincenter/admincenter/settings/jsonlogic/jsonlogicv3"
)

func TestProgramsTellWhatTheyRead(t *testing.T) {
	for _, tc := range []struct {
		reason, rule string
		want         []string
	}{
		{"nothing", `{"+":[1,2]}`, nil},
		{"each once, in order", `{"+":[{"var":"b"},{"var":["a.x"]},{"var":"b"}]}`, []string{"a.x", "b"}},
		{"a default", `{"var":["a",{"var":"b"}]}`, []string{"a", "b"}},
		{"an index", `{"var":1}`, []string{"1"}},
		{"everything", `{"var":""}`, []string{""}},
		{"everything, with no name", `{"var":[]}`, []string{""}},
		{"a name that a run makes", `{"var":{"cat":["a",{"var":"b"}]}}`, []string{"", "b"}},
		{"what is asked to be there", `{"if":[{"missing":["a","b"]},{"missing":"c"},{"missing_some":[1,["d"]]}]}`, []string{"a", "b", "c", "d"}},
		{"names asked for that a run makes", `{"missing":{"merge":["a",{"if":[{"var":"b"},"c"]}]}}`, []string{"", "b"}},
		{"the body of an iterator", `{"map":[{"var":"items"},{"var":"price"}]}`, []string{"items", "price"}},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			p, err := jsonlogicv3.NewEvaluator().Compile(t.Context(), json.RawMessage(tc.rule))
			require.NoError(t, err)
			reader, ok := p.(settings.Reader)
			require.True(t, ok)
			require.Equal(t, tc.want, reader.Reads())
		})
	}
}
