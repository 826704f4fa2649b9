package bulkimport_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/internal/text"
)

func hiddenTexts() map[string]string {
	return map[string]string{
		"an override of direction": "Lumen\u202efdp", "a zero-width space": "Lu\u200bmen", "a line separator": "Lu\u2028men",
		"a soft hyphen": "Lu\u00admen", "a Hangul filler": "Lumen\u3164x", "a tag": "Lumen\U000e0041x", "a bell": "Lu\amen",
	}
}

// What cannot be seen in a cell fails its row, and is escaped wherever the failure is shown.
func TestCellsThatCannotBeSeenFailTheirRow(t *testing.T) {
	for reason, value := range hiddenTexts() {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			i, p := w.run(bulkimport.CustomersType,
				"id,name,primary_email\nc1,"+value+",l@lumen.example\n"+value+",Orbit,o@orbit.example\nc3,山田\u3000太郎,y@yamada.example\n",
				bulkimport.Settings{})
			require.EqualValues(t, 2, p.Counts.Failed)
			require.EqualValues(t, 1, p.Counts.Completed)
			for _, row := range w.failed(i.ID) {
				require.Len(t, row.Errors, 1)
				require.Equal(t, bulkimport.CodeControl, row.Errors[0].Code)
				_, hidden := text.Hidden(row.Errors[0].Message)
				require.False(t, hidden, "%q", row.Errors[0].Message)
			}
			entries, err := w.backend.Jobs().Entries(t.Context(), org, i.ID,
				job.EntryFilter{Status: job.EntryFailed}, admin.Seek[int64]{Limit: 10})
			require.NoError(t, err)
			require.Len(t, entries, 2)
			for _, e := range entries {
				for _, shown := range []string{e.Ref, e.Detail} {
					_, hidden := text.Hidden(shown)
					require.False(t, hidden, "%q", shown)
				}
			}
		})
	}
}

// A header is a label: what cannot be seen in it is left out, so that it is found and shown as what it reads.
func TestHeadersAreShownWithoutWhatCannotBeSeen(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, "\u202eid,\"na\u00adme\nof customer\",primary\u200b_email\u3164\nc1,\u202eLumen,l@lumen.example\n")
	var names []string
	for _, c := range i.Columns {
		require.Equal(t, c.Name, c.Header)
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"id", "name of customer", "primary_email"}, names)
	require.Equal(t, []string{`\u202eLumen`}, i.Columns[1].Examples)
	require.Equal(t, bulkimport.FromColumn(2), w.suggested(i)["primary_email"])
}

func TestConstantsThatCannotBeSeenAreRefused(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	i := w.upload(bulkimport.CustomersType, "id,first,last\nc1,Lu,men\n")
	for reason, value := range hiddenTexts() {
		t.Run(reason, func(t *testing.T) {
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, bulkimport.Mapping{
				"id": bulkimport.FromColumn(0), "name": bulkimport.Constant(value), "primary_email": bulkimport.Join(value, 1, 2),
			}, bulkimport.Settings{})
			var invalid *admin.ValidationError
			require.ErrorAs(t, err, &invalid)
			var paths []string
			for _, f := range invalid.Fields {
				paths = append(paths, f.Path)
			}
			require.Equal(t, []string{"/mapping/name/constant", "/mapping/primary_email/separator"}, paths)
		})
	}
}
