package bulkimport_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// littered writes bytes that a reader of CSV may take for anything.
func littered(r *rand.Rand) string {
	pieces := []string{"a", "k1", "k2", "", " ", ",", ",", ",", "\n", "\n", "\r\n", "\r", `"`, `""`, `"x"`, `"a,b"`, "\"a\nb\"", ";", "\t", "|",
		"\x00", "\xff", "\xef\xbb\xbf", "ü", "\u200b", "\ufffd", "MÃ¼", "=1+1", "'x", "NULL", "1,5", "a@x.example", "31.12.2024",
		"_line", "sep=;", strings.Repeat("y", 300), "😀", "\u2028", "\v"}
	var b strings.Builder
	b.WriteString("external_id,name,email\n")
	for range 1 + r.IntN(80) {
		b.WriteString(pieces[r.IntN(len(pieces))])
	}
	return b.String()
}

// What a file of any bytes becomes: it is refused as a whole with a code, or each of its rows has one outcome, and these
// are the same in batches of any size, and what the check has found.
func TestAnyBytesHaveOneOutcomeForEachRow(t *testing.T) {
	refused, rows := 0, int64(0)
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 3))
		text := littered(r)
		var all []string
		for _, batch := range []int{1, 3, 500} {
			w, shelf := newShelf(t, bulkimport.Options{BatchRows: batch, Limits: bulkimport.Limits{RecordBytes: 1000, RecordLines: 4}})
			i, err := w.service.Upload(t.Context(), w.scope,
				bulkimport.UploadInput{Type: "contacts", FileName: "f.csv", Content: strings.NewReader(text), HeaderLine: 1})
			var broken *bulkimport.FileError
			if errors.As(err, &broken) {
				refused++
				require.NotEmpty(t, broken.Code, "seed %d", seed)
				break
			}
			require.NoError(t, err, "seed %d", seed)
			if len(i.Columns) < 3 {
				break // another delimiter fits better
			}
			_, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, bulkimport.Mapping{
				"external_id": bulkimport.FromColumn(i.Columns[0].Index), "name": bulkimport.FromColumn(i.Columns[1].Index),
				"notes": bulkimport.FromColumn(i.Columns[2].Index)}, bulkimport.Settings{HeaderConfirmed: true, Optional: []string{"name"}})
			require.NoError(t, err, "seed %d", seed)
			check, checked := w.check(i.ID)
			found := w.failed(check)
			require.Empty(t, shelf.rows)
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err, "seed %d", seed)
			_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
			require.NoError(t, err, "seed %d", seed)
			p, err := w.service.Progress(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.Equal(t, i.Rows, p.Counts.Settled(), "seed %d: %q", seed, text)
			require.Equal(t, checked.Counts, p.Counts, "seed %d", seed)
			require.Equal(t, found, w.failed(i.ID), "seed %d", seed)
			require.EqualValues(t, len(shelf.rows), p.Created, "seed %d", seed)
			page, err := w.service.Outcomes(t.Context(), w.scope, i.ID, bulkimport.OutcomeFilter{}, admin.Query{Limit: admin.MaxLimit})
			require.NoError(t, err)
			var became []string
			for k, row := range page.Items {
				require.EqualValues(t, k+1, row.Number, "seed %d", seed)
				require.Equal(t, row.Result == bulkimport.Failed, len(row.Errors) > 0)
				became = append(became, fmt.Sprintf("%d %s %v", row.Number, row.Result, row.Errors))
			}
			require.Len(t, became, int(i.Rows), "seed %d", seed)
			if all == nil {
				all, rows = became, rows+i.Rows
			}
			require.Equal(t, all, became, "seed %d: in batches of %d", seed, batch)
		}
	}
	require.Greater(t, rows, int64(1000), "most files have rows")
	require.Less(t, refused, 150)
}

// Checks find what imports do, for every mode, match field and blank rule, with any records.
func TestChecksFindWhatImportsDoInEveryMode(t *testing.T) {
	for _, mode := range []bulkimport.Mode{bulkimport.Create, bulkimport.Skip, bulkimport.Upsert, bulkimport.Update} {
		for _, match := range []string{"", "primary_email"} {
			if mode == bulkimport.Create && match != "" {
				continue // it finds no records
			}
			for _, rule := range []bulkimport.BlankRule{bulkimport.ClearBlank, bulkimport.KeepBlank} {
				for _, optional := range [][]string{nil, {"name"}} {
					t.Run(fmt.Sprintf("%s %s %s %v", mode, match, rule, optional), func(t *testing.T) {
						for seed := range uint64(6) {
							r := rand.New(rand.NewPCG(seed, 9))
							schema := bulkimport.Customers()
							schema.Fields = append(schema.Fields, bulkimport.Field{Name: "tier", Label: "Tier", Kind: bulkimport.Text, Max: 50})
							w := newWorld(t, bulkimport.Options{BatchRows: 1 + r.IntN(7), Types: []bulkimport.Type{{Schema: schema}}})
							w.run(bulkimport.CustomersType, apart(r, 15), bulkimport.Settings{})
							w.now = w.now.Add(time.Minute)
							i := w.upload(bulkimport.CustomersType, apart(r, 25))
							_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, w.suggested(i), bulkimport.Settings{
								Mode: mode, Match: match, IfBlank: rule, Optional: optional})
							require.NoError(t, err)
							checked, ran := w.checkThenRun(i)
							require.Equal(t, ran, checked, "seed %d", seed)
							require.Equal(t, i.Rows, ran.Counts.Settled())
						}
					})
				}
			}
		}
	}
}

// apart is drawn with addresses of which most are there once.
func apart(r *rand.Rand, rows int) string {
	lines := strings.Split(drawn(r, rows), "\n")
	for k := range lines {
		if cells := strings.Split(lines[k], ","); k > 0 && len(cells) > 2 {
			if r.IntN(10) > 0 {
				cells[2] = fmt.Sprintf("e%d@x.example", r.IntN(2*rows))
			}
			if r.IntN(10) == 0 {
				cells[1] = ""
			}
			lines[k] = strings.Join(cells, ",")
		}
	}
	return strings.Join(lines, "\n")
}
