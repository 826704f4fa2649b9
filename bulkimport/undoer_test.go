package bulkimport_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage"
)

// book is a target of the host's outside of the database, such as another service: it answers a call with the key of
// an earlier one as it did then, and undoes rows by what it gave of them.
type book struct {
	rows     map[string]map[string]string
	versions map[string]int64
	answers  map[string]bulkimport.Outcome // by idempotency key
	again    int                           // calls for rows that were written or undone before
	batches  []int                         // sizes of those of Undo
	keep     func(bulkimport.Outcome) bulkimport.Outcome
	fail     error // after undoing, once
}

func newBook() *book {
	return &book{rows: map[string]map[string]string{}, versions: map[string]int64{},
		answers: map[string]bulkimport.Outcome{}}
}

func (l *book) once(key string, do func() bulkimport.Outcome) bulkimport.Outcome {
	if had, ok := l.answers[key]; ok {
		l.again++
		return had
	}
	l.answers[key] = do()
	return l.answers[key]
}

func (l *book) Write(
	_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record,
) (out []bulkimport.Outcome, err error) {
	for _, r := range b.Rows {
		out = append(out, l.once(b.IdempotencyKey(r), func() bulkimport.Outcome {
			had, exists := l.rows[r.Key()]
			if exists && b.Mode != bulkimport.Upsert {
				return bulkimport.Outcome{Result: bulkimport.Exists}
			}
			o := bulkimport.Outcome{Result: bulkimport.Created}
			now := maps.Clone(had)
			if exists {
				before, _ := json.Marshal(had)
				o = bulkimport.Outcome{Result: bulkimport.Updated, Before: string(before)}
			} else {
				now = map[string]string{}
			}
			for _, f := range r.Fields() {
				now[f], _ = r.Value(f)
			}
			if exists && maps.Equal(now, had) {
				return bulkimport.Outcome{Result: bulkimport.Unchanged}
			}
			l.rows[r.Key()] = now
			l.versions[r.Key()]++
			o.Version = l.versions[r.Key()]
			if l.keep != nil {
				o = l.keep(o)
			}
			return o
		}))
	}
	return out, nil
}

// would is what undoing a row would do.
func (l *book) would(r bulkimport.UndoRow) bulkimport.Outcome {
	switch _, exists := l.rows[r.Key]; {
	case !exists:
		return bulkimport.Outcome{Result: bulkimport.NotFound}
	case l.versions[r.Key] != r.Version:
		return bulkimport.Outcome{Result: bulkimport.Refused, Code: bulkimport.CodeChangedSince,
			Detail: fmt.Sprintf("%s has version %d", r.Key, l.versions[r.Key])}
	case r.Result == bulkimport.Created:
		return bulkimport.Outcome{Result: bulkimport.Removed}
	}
	return bulkimport.Outcome{Result: bulkimport.Restored}
}

func (l *book) CheckUndo(
	_ context.Context, _ admin.OrgID, b bulkimport.UndoBatch,
) (out []bulkimport.Outcome, err error) {
	for _, r := range b.Rows {
		out = append(out, l.would(r))
	}
	return out, nil
}

func (l *book) Undo(
	_ context.Context, _ admin.OrgID, b bulkimport.UndoBatch, rec admin.Record,
) (out []bulkimport.Outcome, err error) {
	if rec.Action != bulkimport.ActionUndo {
		return nil, fmt.Errorf("the record is %s", rec.Action)
	}
	l.batches = append(l.batches, len(b.Rows))
	for _, r := range b.Rows {
		out = append(out, l.once(b.IdempotencyKey(r), func() bulkimport.Outcome {
			o := l.would(r)
			switch o.Result {
			case bulkimport.Removed:
				delete(l.rows, r.Key)
				l.versions[r.Key]++
			case bulkimport.Restored:
				before := map[string]string{}
				if err := json.Unmarshal([]byte(r.Before), &before); err != nil {
					return bulkimport.Outcome{Result: bulkimport.Refused, Detail: err.Error()}
				}
				l.rows[r.Key] = before
				l.versions[r.Key]++
			}
			return o
		}))
	}
	err, l.fail = l.fail, nil
	return out, err
}

// checkerless is a book that cannot find what an undo would do.
type checkerless struct{ bulkimport.Undoer }

func contactsTo(to bulkimport.Target, batch int) bulkimport.Options {
	return bulkimport.Options{BatchRows: batch, Types: []bulkimport.Type{{Schema: contacts(), Target: to}}}
}

func persons(from, to int, city string) string {
	var b strings.Builder
	b.WriteString("external_id,name,city\n")
	for n := from; n <= to; n++ {
		fmt.Fprintf(&b, "p%03d,Person %d,%s\n", n, n, city)
	}
	return b.String()
}

func TestUndoByAHostsTarget(t *testing.T) {
	l := newBook()
	w := newWorld(t, contactsTo(l, 3))
	w.run("contacts", persons(1, 6, "Bonn"), bulkimport.Settings{})
	before := maps.Clone(l.rows)
	i, p := w.run("contacts", persons(4, 11, "Köln")+"p001,Person 1,Bonn\n", bulkimport.Settings{Mode: bulkimport.Upsert})
	require.Equal(t, []int64{5, 3, 1}, []int64{p.Created, p.Updated, p.Unchanged})
	l.rows["p005"] = map[string]string{"name": "By hand"}
	l.versions["p005"]++
	delete(l.rows, "p010")
	before["p005"] = l.rows["p005"]
	want := []string{"2 p005 changed_since", "7 p010 not_found"}
	counts := job.Counts{Total: 8, Completed: 6, Failed: 1, Skipped: 1}

	page, err := w.service.Outcomes(t.Context(), w.scope, i.ID, bulkimport.OutcomeFilter{}, admin.Query{})
	require.NoError(t, err)
	var results []string
	for _, r := range page.Items {
		results = append(results, fmt.Sprintf("%d %s %s", r.Number, r.Key, r.Result))
	}
	require.Equal(t, []string{"1 p004 UPDATED", "2 p005 UPDATED", "3 p006 UPDATED", "4 p007 CREATED", "5 p008 CREATED",
		"6 p009 CREATED", "7 p010 CREATED", "8 p011 CREATED", "9  UNCHANGED"}, results, "with what is kept they are known")

	there := len(l.rows)
	check, p := w.checkUndo(i.ID)
	require.Equal(t, counts, p.Counts)
	require.Equal(t, want, w.left(check.ID))
	require.Len(t, l.rows, there, "a check changes nothing")
	j, p := w.undo(i.ID)
	require.Equal(t, counts, p.Counts)
	require.Equal(t, []int64{4, 2}, []int64{p.Removed, p.Restored})
	require.Equal(t, want, w.left(j.ID))
	require.Equal(t, before, l.rows)
	require.Equal(t, []int{3, 3, 2}, l.batches)
	row := w.failed(j.ID)[0]
	require.Equal(t, "changed_since p005 has version 3", row.Errors[0].Code+" "+row.Errors[0].Message)
}

// A batch that was undone and did not commit is undone again, and the target answers as before.
func TestUndoByAHostsTargetAfterACrash(t *testing.T) {
	for reason, crash := range map[string]func(*world, *book){
		"before the commit": func(w *world, _ *book) {
			broken := 0
			w.commit = func() error {
				if broken++; broken%2 == 1 {
					return errors.New("killed")
				}
				return nil
			}
		},
		"in the call": func(_ *world, l *book) { l.fail = errors.New("connection lost") },
	} {
		t.Run(reason, func(t *testing.T) {
			l := newBook()
			w := newWorld(t, contactsTo(l, 4))
			w.run("contacts", persons(1, 5, "Bonn"), bulkimport.Settings{})
			before := maps.Clone(l.rows)
			i, _ := w.run("contacts", persons(3, 12, "Köln"), bulkimport.Settings{Mode: bulkimport.Upsert})
			j, err := w.service.Undo(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			crash(w, l)
			for range 50 {
				p, err := w.service.Step(t.Context(), w.scope, j.ID)
				if err == nil && p.Status.Final() {
					break
				}
			}
			w.commit = nil
			_, p := w.through(j)
			require.Equal(t, job.Counts{Total: 10, Completed: 10}, p.Counts)
			require.Equal(t, []int64{7, 3}, []int64{p.Removed, p.Restored})
			require.Equal(t, before, l.rows)
			require.Positive(t, l.again, "it was called again")
		})
	}
}

func TestUndoByATargetInTheTransaction(t *testing.T) {
	l := newBook()
	w := newWorld(t, bulkimport.Options{})
	w.target = func(bulkimport.TypeName) bulkimport.Target { return l }
	w.service = w.with(bulkimport.Options{Types: []bulkimport.Type{{Schema: contacts()}}, BatchRows: 2})
	i, _ := w.run("contacts", persons(1, 5, "Bonn"), bulkimport.Settings{})
	_, p := w.undo(i.ID)
	require.Equal(t, job.Counts{Total: 5, Completed: 5}, p.Counts)
	require.Empty(t, l.rows)
}

func TestWhatATargetKeepsIsBounded(t *testing.T) {
	for reason, tc := range map[string]struct {
		before string
		kept   bool
	}{
		"nothing":             {"", true},
		"as much as may be":   {strings.Repeat("x", bulkimport.MaxUndoBytes), true},
		"more than may be":    {strings.Repeat("x", bulkimport.MaxUndoBytes+1), false},
		"bytes and no text":   {"\xff\xfe", false},
		"what JSON escapes":   {"\x00<>&\u2028\"\\", true},
		"an emoji at the end": {strings.Repeat("x", bulkimport.MaxUndoBytes-4) + "😀", true},
	} {
		t.Run(reason, func(t *testing.T) {
			l := newBook()
			l.keep = func(o bulkimport.Outcome) bulkimport.Outcome { o.Before = tc.before; return o }
			w := newWorld(t, contactsTo(l, 0))
			i, _ := w.run("contacts", persons(1, 1, "Bonn"), bulkimport.Settings{})
			var given []string
			u := &givenTo{book: l, rows: &given}
			w.service = w.with(contactsTo(u, 0))
			j, p := w.undo(i.ID)
			if !tc.kept {
				require.Equal(t, job.Counts{Total: 1, Failed: 1}, p.Counts)
				require.Equal(t, []string{"1 p001 not_kept"}, w.left(j.ID))
				require.Empty(t, given, "it is not asked")
				return
			}
			require.Equal(t, []string{tc.before}, given)
			require.Empty(t, l.rows)
		})
	}
}

// givenTo notes what Undo is given.
type givenTo struct {
	*book
	rows *[]string
}

func (g *givenTo) Undo(
	ctx context.Context, o admin.OrgID, b bulkimport.UndoBatch, rec admin.Record,
) ([]bulkimport.Outcome, error) {
	for _, r := range b.Rows {
		*g.rows = append(*g.rows, r.Before)
	}
	return g.book.Undo(ctx, o, b, rec)
}

func TestUndoByAHostsTargetRefuses(t *testing.T) {
	t.Run("what was imported when the target could not undo", func(t *testing.T) {
		w, _ := newShelf(t, bulkimport.Options{})
		i, _ := w.run("contacts", persons(1, 2, "Bonn"), bulkimport.Settings{})
		w.service = w.with(contactsTo(newBook(), 0))
		_, err := w.service.Undo(t.Context(), w.scope, i.ID)
		require.ErrorIs(t, err, admin.ErrState)
		require.ErrorContains(t, err, "could not undo")
	})
	t.Run("a check by a target that has none", func(t *testing.T) {
		w := newWorld(t, contactsTo(checkerless{newBook()}, 0))
		i, _ := w.run("contacts", persons(1, 2, "Bonn"), bulkimport.Settings{})
		_, err := w.service.CheckUndo(t.Context(), w.scope, i.ID)
		require.ErrorIs(t, err, admin.ErrState)
		require.ErrorContains(t, err, "UndoChecker")
		_, p := w.undo(i.ID)
		require.Equal(t, job.Counts{Total: 2, Completed: 2}, p.Counts)
	})
	t.Run("a target that lost its Undo", func(t *testing.T) {
		w := newWorld(t, contactsTo(newBook(), 0))
		i, _ := w.run("contacts", persons(1, 2, "Bonn"), bulkimport.Settings{})
		j, err := w.service.Undo(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		w.service = w.with(contactsTo(&shelf{rows: map[string]map[string]string{}}, 0))
		p, err := w.service.Run(t.Context(), w.scope, j.ID, nil)
		require.NoError(t, err)
		require.Equal(t, job.Failed, p.Status)
		require.Contains(t, p.Failure, "Undoer")
	})
	t.Run("an answer for too few rows", func(t *testing.T) {
		w := newWorld(t, contactsTo(&mute{newBook()}, 0))
		i, _ := w.run("contacts", persons(1, 2, "Bonn"), bulkimport.Settings{})
		j, err := w.service.Undo(t.Context(), w.scope, i.ID)
		require.NoError(t, err)
		_, err = w.service.Step(t.Context(), w.scope, j.ID)
		require.ErrorContains(t, err, "0 outcomes for 2 rows")
	})
}

// mute returns no outcomes of an undo.
type mute struct{ *book }

func (*mute) Undo(context.Context, admin.OrgID, bulkimport.UndoBatch, admin.Record) ([]bulkimport.Outcome, error) {
	return nil, nil
}

// A key that is longer than a reference of a job may be comes back whole.
func TestUndoOfALongKey(t *testing.T) {
	l := newBook()
	schema := contacts()
	schema.Fields[0].Max = 5000
	w := newWorld(t, bulkimport.Options{Types: []bulkimport.Type{{Schema: schema, Target: l}}})
	a, b := strings.Repeat("k", 2000)+"1", strings.Repeat("k", 2000)+"2"
	i, p := w.run("contacts", "external_id,name\n"+a+",Ann\n"+b+",Bob\n", bulkimport.Settings{})
	require.EqualValues(t, 2, p.Created)
	_, p = w.undo(i.ID)
	require.Equal(t, job.Counts{Total: 2, Completed: 2}, p.Counts)
	require.Empty(t, l.rows)
}

// What a target keeps of a row may be about a person: it is found by a search for them, and erased with the import.
func TestWhatATargetKeepsIsFoundAndErased(t *testing.T) {
	b := newBook()
	b.keep = func(o bulkimport.Outcome) bulkimport.Outcome { o.Before = `{"name":"Zoë Quinn"}`; return o }
	w := newWorld(t, contactsTo(b, 0))
	i, _ := w.run("contacts", persons(1, 1, "Bonn"), bulkimport.Settings{})
	mentions := func() (out []bulkimport.Mention) {
		for m, err := range w.service.Mentions(t.Context(), w.scope, "zoe quinn") {
			require.NoError(t, err)
			out = append(out, m)
		}
		return out
	}
	require.Equal(t, []bulkimport.Mention{{ImportID: i.ID, Rows: true}}, mentions())
	ports := w.ports()
	ports.Audit = w.backend.Audit()
	ports.Atomically = func(ctx context.Context, fn func(bulkimport.Ports) error) error {
		return w.backend.InTx(ctx, func(s storage.Stores) error {
			p := w.portsOf(s)
			p.Audit = s.Audit()
			return fn(p)
		})
	}
	w.service = w.service.In(ports)
	_, err := w.service.Erase(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	require.Empty(t, mentions())
	_, err = w.service.Undo(t.Context(), w.scope, i.ID)
	require.ErrorIs(t, err, job.ErrPruned)
}
