package bulkimport_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// again uploads the failed rows of an import.
func (w *world) again(id uuid.UUID) bulkimport.Import {
	w.t.Helper()
	i, err := w.service.UploadFailed(w.t.Context(), w.scope, id)
	require.NoError(w.t, err)
	return i
}

// resume starts and runs an import as it is mapped.
func (w *world) resume(id uuid.UUID) bulkimport.Progress {
	w.t.Helper()
	_, err := w.service.Start(w.t.Context(), w.scope, id)
	require.NoError(w.t, err)
	_, err = w.service.Run(w.t.Context(), w.scope, id, nil)
	require.NoError(w.t, err)
	p, err := w.service.Progress(w.t.Context(), w.scope, id)
	require.NoError(w.t, err)
	return p
}

func TestFailedRowsAreRetriedWithAnotherMapping(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{BatchRows: 3})
	var b strings.Builder
	b.WriteString("skip;external_id;name;since;odd\n")
	for n := 1; n <= 20; n++ {
		fmt.Fprintf(&b, "s;c%02d;=Ann %d;%02d.01.2026;'x\n", n, n, n+9)
	}
	first := w.upload("contacts", b.String())
	m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(1), "name": bulkimport.FromColumn(2),
		"created_at": bulkimport.FromColumn(3), "notes": bulkimport.FromColumn(4)}
	set := bulkimport.Settings{Mode: bulkimport.Upsert, Dates: bulkimport.MDY, NotImported: []int{0}}
	first, err := w.service.SetMapping(t.Context(), w.scope, first.ID, first.Version, m, set)
	require.NoError(t, err)
	p := w.resume(first.ID)
	require.EqualValues(t, 17, p.Counts.Failed)
	require.EqualValues(t, 3, p.Created, "10 to 12 are months too")

	second := w.again(first.ID)
	require.Equal(t, first.ID, second.From)
	require.Equal(t, "file.csv", second.FileName)
	require.Equal(t, m, second.Mapping)
	require.Equal(t, set, second.Settings)
	require.EqualValues(t, 17, second.Rows)
	stored, err := w.service.Get(t.Context(), w.scope, second.ID)
	require.NoError(t, err)
	require.Equal(t, second, stored)
	records, err := w.backend.Audit().List(t.Context(), org, admin.AuditFilter{Action: bulkimport.ActionUpload}, admin.Seek[admin.RecordKey]{Limit: 1})
	require.NoError(t, err)
	require.Contains(t, records[0].Changes, admin.Change{Field: "from", To: first.ID.String()})

	// With the wrong mapping they fail again, and come back as they were.
	p = w.resume(second.ID)
	require.EqualValues(t, 17, p.Counts.Failed)
	third := w.again(second.ID)
	require.Equal(t, second.ID, third.From)
	require.Equal(t, m, third.Mapping)
	set.Dates = bulkimport.DMY
	_, err = w.service.SetMapping(t.Context(), w.scope, third.ID, third.Version, third.Mapping, set)
	require.NoError(t, err)
	p = w.resume(third.ID)
	require.Equal(t, job.Completed, p.Status)
	require.EqualValues(t, 17, p.Created)
	require.Len(t, shelf.rows, 20)
	for n := 4; n <= 20; n++ {
		require.Equal(t, map[string]string{"external_id": fmt.Sprintf("c%02d", n), "name": fmt.Sprintf("=Ann %d", n),
			"created_at": fmt.Sprintf("2026-01-%02d", n+9), "notes": "'x"}, shelf.rows[fmt.Sprintf("c%02d", n)])
	}
}

// The columns that FailedRows adds may stand anywhere in a file that comes back: those behind them move.
func TestTheMappingFollowsItsColumns(t *testing.T) {
	w, shelf := newShelf(t, bulkimport.Options{})
	i := w.upload("contacts", "_line,external_id,_errors,name,email,left\n2,c1,wrong,Ann,bad,x\n")
	m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(1), "name": bulkimport.FirstOf(4, 3), "email": bulkimport.FromColumn(4)}
	i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{NotImported: []int{5}})
	require.NoError(t, err)
	require.EqualValues(t, 1, w.resume(i.ID).Counts.Failed)
	again := w.again(i.ID)
	require.Equal(t, bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FirstOf(2, 1),
		"email": bulkimport.FromColumn(2)}, again.Mapping)
	require.Equal(t, []int{3}, again.Settings.NotImported)
	kept, err := w.service.Get(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Equal(t, m, kept.Mapping, "that of the first stays")
	delete(again.Mapping, "email")
	again.Mapping["name"] = bulkimport.FromColumn(1)
	_, err = w.service.SetMapping(t.Context(), w.scope, again.ID, again.Version, again.Mapping, again.Settings)
	require.NoError(t, err)
	require.EqualValues(t, 1, w.resume(again.ID).Created)
	require.Equal(t, "Ann", shelf.rows["c1"]["name"])
}

func TestFailedRowsOfAFileOfAnotherKindAreRetried(t *testing.T) {
	for reason, in := range map[string]bulkimport.UploadInput{
		"without a header":            {Content: strings.NewReader("c1,Ann,bad\n"), HeaderLine: bulkimport.NoHeader},
		"with quotes and line breaks": {Content: strings.NewReader("a;b;c\n\"c1\";\"A\"\"n\nn\";bad\n")},
		"with a separator of its own": {Content: strings.NewReader("a#b#c\nc1#Ann#bad\n"), Delimiter: "#"},
		"in Windows-1252":             {Content: strings.NewReader("a,b,c\nc1,M\xfcller,bad\n"), Encoding: bulkimport.Windows1252},
		"with a title":                {Content: strings.NewReader("Report\n\na,b,c\nc1,Ann,bad\n"), HeaderLine: 3},
	} {
		t.Run(reason, func(t *testing.T) {
			w, shelf := newShelf(t, bulkimport.Options{})
			in.Type, in.FileName = "contacts", "f.csv"
			i, err := w.service.Upload(t.Context(), w.scope, in)
			require.NoError(t, err)
			m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "email": bulkimport.FromColumn(2)}
			i, err = w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{HeaderConfirmed: true})
			require.NoError(t, err)
			require.EqualValues(t, 1, w.resume(i.ID).Counts.Failed)
			again := w.again(i.ID)
			require.EqualValues(t, 1, again.Rows)
			delete(again.Mapping, "email")
			again, err = w.service.SetMapping(t.Context(), w.scope, again.ID, again.Version, again.Mapping, again.Settings)
			require.NoError(t, err)
			require.EqualValues(t, 1, w.resume(again.ID).Created, w.failed(again.ID))
			want := map[string]string{"with quotes and line breaks": "A\"n\nn", "in Windows-1252": "Müller"}[reason]
			if want == "" {
				want = "Ann"
			}
			require.Equal(t, want, shelf.rows["c1"]["name"])
		})
	}
}

func TestUploadFailedRefuses(t *testing.T) {
	w := newWorld(t, bulkimport.Options{})
	const file = "id,name,primary_email\nC1,Ann,bad\nC2,Bob,b@b.example\nC3,Cyd,c@b.example\n"
	i := w.upload(bulkimport.CustomersType, file)
	_, err := w.service.UploadFailed(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState, "it was not started")
	w.start(i, bulkimport.Settings{})
	_, err = w.service.UploadFailed(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, admin.ErrState, "it has not ended")
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	reader := admin.NewScope(org, admin.Actor{Kind: admin.ActorUser, ID: "u"}, admin.Permissions(customer.PermissionRead))
	_, err = w.service.UploadFailed(t.Context(), reader, i.ID)
	require.ErrorIs(t, err, admin.ErrForbidden)
	_, err = w.service.UploadFailed(t.Context(), w.scope, w.id())
	require.ErrorIs(t, err, admin.ErrNotFound)

	rec := admin.Record{ID: w.id(), At: w.now, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: "x.erase",
		Subject: admin.Subject{Kind: "customer", ID: "C1"}}
	require.NoError(t, w.backend.Jobs().Erase(t.Context(), org, job.Rows{Job: i.ID, Seqs: []int64{1}}, rec))
	_, err = w.service.UploadFailed(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, job.ErrPruned, "the row was erased")

	all, _ := w.run(bulkimport.CustomersType, "id,name,primary_email\nC9,Dia,d@b.example\n", bulkimport.Settings{})
	_, err = w.service.UploadFailed(t.Context(), w.scope, all.ID)
	require.ErrorIs(t, err, admin.ErrState, "no row has failed")

	i, _ = w.run(bulkimport.CustomersType, file, bulkimport.Settings{})
	rec.ID = w.id()
	for more := true; more; {
		more, err = w.backend.Jobs().Prune(t.Context(), org, i.ID, 100, rec)
		require.NoError(t, err)
	}
	_, err = w.service.UploadFailed(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, job.ErrPruned)
}

// The rows go through a page at a time, long ones too, in a transaction as well.
func TestUploadFailedStreams(t *testing.T) {
	w, _ := newShelf(t, bulkimport.Options{})
	var file strings.Builder
	file.WriteString("external_id,name,email,notes,more,most\n")
	cell := strings.Repeat("x", 25_000)
	for k := range 40 {
		fmt.Fprintf(&file, "c%d,Ann,bad,%s,%s,%s\n", k, cell, cell, cell) // longer than what an entry keeps
	}
	i := w.upload("contacts", file.String())
	m := bulkimport.Mapping{"external_id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "email": bulkimport.FromColumn(2)}
	i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
	require.NoError(t, err)
	require.EqualValues(t, 40, w.resume(i.ID).Counts.Failed)
	ports := w.ports()
	counted := &countedJobs{Store: ports.Jobs}
	ports.Jobs = counted
	again, err := w.service.In(ports).UploadFailed(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.EqualValues(t, 40, again.Rows)
	require.Greater(t, again.Size, int64(40*3*25_000))
	require.NoError(t, w.atomically(t.Context(), func(p bulkimport.Ports) error {
		in, err := w.service.In(p).UploadFailed(t.Context(), w.scope, i.ID)
		require.Equal(t, again.SHA256, in.SHA256)
		return err
	}))
}

// A row with cells missing, or that could not be split, has cells that are not where they seem to be.
func TestRowsThatCouldNotBeSplitAreNotImportedWhenTheyComeBack(t *testing.T) {
	for name, text := range map[string]string{
		"a cell is missing": "id,name,primary_email,city,phone\nc1,Ann,a@x.example,456\n",
		"all but one":       "id,name,primary_email\nc1\n",
		"one column":        "id\n\"Bob\"x\n",
		"text behind":       "id,name,primary_email\nq1,\"Bob\"x,b@x.example\n",
		"too many":          "id,name,primary_email\nc1,Smith, John,a@x.example\n",
	} {
		t.Run(name, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{})
			i := w.upload(bulkimport.CustomersType, text)
			m := bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.Constant("Name"),
				"primary_email": bulkimport.Constant("a@x.example")}
			i, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
			require.NoError(t, err)
			require.EqualValues(t, 1, w.resume(i.ID).Counts.Failed)
			again := w.again(i.ID)
			require.EqualValues(t, 1, w.resume(again.ID).Counts.Failed, "%s", w.failedFile(i.ID))
			back := w.upload(bulkimport.CustomersType, w.failedFile(again.ID))
			_, err = w.service.SetMapping(t.Context(), w.scope, back.ID, back.Version, m, bulkimport.Settings{})
			require.NoError(t, err)
			require.EqualValues(t, 1, w.resume(back.ID).Counts.Failed, "also by hand, and again")
			outcomes := w.upload(bulkimport.CustomersType, w.outcomeFile(i.ID, ""))
			_, err = w.service.SetMapping(t.Context(), w.scope, outcomes.ID, outcomes.Version, m, bulkimport.Settings{})
			require.NoError(t, err)
			require.EqualValues(t, 1, w.resume(outcomes.ID).Counts.Failed, "a file of outcomes too: %s", w.outcomeFile(i.ID, ""))
			require.Empty(t, w.customers())

			corrected := strings.NewReplacer(`,"correct this row, then clear this cell"`, ",").Replace(w.failedFile(i.ID))
			if corrected == w.failedFile(i.ID) || name == "text behind" || name == "one column" {
				return
			}
			fixed := w.upload(bulkimport.CustomersType, corrected)
			_, err = w.service.SetMapping(t.Context(), w.scope, fixed.ID, fixed.Version, m, bulkimport.Settings{})
			require.NoError(t, err)
			require.EqualValues(t, 1, w.resume(fixed.ID).Created, "a person has cleared the cell")
		})
	}
}

// The columns that reports add do not count against the limit, nor does the cell behind a row that could not be split.
func TestFailedRowsOfTheMostColumnsAreImportedAgain(t *testing.T) {
	w := newWorld(t, bulkimport.Options{Limits: bulkimport.Limits{Columns: 4}})
	i := w.upload(bulkimport.CustomersType, "id,name,primary_email,city\nc1,Lumen,nothing,Rome\nc2,Orbit\nc3,Orbit,o@x.example,Oslo\n")
	w.finish(i)
	next, err := w.service.UploadFailed(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Len(t, next.Columns, 4)
	require.EqualValues(t, 2, next.Rows)
	w.finish(next)
	failed := w.failed(next.ID)
	require.Len(t, failed, 2, "once more")
	require.Equal(t, []string{bulkimport.CodeInvalidEmail}, codes(failed[0]))
	require.Equal(t, []string{bulkimport.CodeWrongColumnCount}, codes(failed[1]))
	again, err := w.service.UploadFailed(t.Context(), w.scope, next.ID)
	require.NoError(t, err)
	require.Len(t, again.Columns, 4)

	for reason, text := range map[string]string{
		"a column too many":                   "id,name,primary_email,city,more\n",
		"a column too many beside ours":       "id,name,primary_email,city,more,_line,_errors\n",
		"a column too many of a file of ours": "id,name,primary_email,city,more,_errors\n",
	} {
		_, err := w.service.Upload(t.Context(), w.scope, bulkimport.UploadInput{Type: bulkimport.CustomersType,
			FileName: "f.csv", Content: strings.NewReader(text)})
		var file *bulkimport.FileError
		require.ErrorAs(t, err, &file, reason)
		require.Equal(t, bulkimport.CodeTooManyColumns, file.Code, reason)
	}
	blank := w.upload(bulkimport.CustomersType, "id,name,primary_email,city,,,,,,\nc4,Lumen,l@x.example,Rome,,,,,,\nc5,Lumen,l@x.example,Rome,x,,,,,\n")
	require.Equal(t, 4, blank.Content.Width)
	require.EqualValues(t, 1, w.finish(blank).Created)
}
