package bulkimport_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/bulkimport"
)

// tree is a target of records that have a parent, which has to be there, and is not removed before its children.
type tree struct {
	parents map[string]string
	written []string
	fail    error // after writing, once
}

func (tr *tree) Write(
	_ context.Context, _ admin.OrgID, b bulkimport.Batch, _ admin.Record,
) (out []bulkimport.Outcome, err error) {
	for _, r := range b.Rows {
		parent, _ := r.Value("parent")
		_, there := tr.parents[parent]
		_, again := tr.parents[r.Key()]
		switch {
		case parent != "" && !there:
			out = append(out, bulkimport.Outcome{Result: bulkimport.RelationNotFound, Field: "parent"})
			continue
		case again && b.Mode == bulkimport.Create && tr.fail == nil && !strings.Contains(strings.Join(tr.written, " "), r.Key()):
			out = append(out, bulkimport.Outcome{Result: bulkimport.Exists})
			continue
		}
		tr.parents[r.Key()] = parent
		tr.written = append(tr.written, r.Key())
		out = append(out, bulkimport.Outcome{Result: bulkimport.Created})
	}
	err, tr.fail = tr.fail, nil
	return out, err
}

func (tr *tree) CheckUndo(context.Context, admin.OrgID, bulkimport.UndoBatch) ([]bulkimport.Outcome, error) {
	return nil, errors.New("not asked")
}

func (tr *tree) Undo(
	_ context.Context, _ admin.OrgID, b bulkimport.UndoBatch, _ admin.Record,
) (out []bulkimport.Outcome, err error) {
	for _, r := range b.Rows {
		o := bulkimport.Outcome{Result: bulkimport.Removed}
		for child, parent := range tr.parents {
			if parent == r.Key {
				o = bulkimport.Outcome{Result: bulkimport.Refused, Code: bulkimport.CodeInUse, Detail: r.Key + " has " + child}
			}
		}
		if o.Result == bulkimport.Removed {
			delete(tr.parents, r.Key)
		}
		out = append(out, o)
	}
	return out, nil
}

func units() bulkimport.Schema {
	return bulkimport.Schema{
		Type: "units", Noun: "unit", Read: customer.PermissionRead, Write: customer.PermissionWrite,
		Fields: []bulkimport.Field{
			{Name: "id", Label: "ID", Kind: bulkimport.ID, Required: true, Key: true, Max: 50},
			{Name: "name", Label: "Name", Kind: bulkimport.Text, Max: 50},
			{Name: "parent", Label: "Parent", Kind: bulkimport.ID, Max: 50, Relation: "unit", RelationBy: []string{"name"}},
			{Name: "deputy", Label: "Deputy", Kind: bulkimport.ID, Max: 50, Relation: "unit"},
		},
	}
}

func newTree(t *testing.T, batch int) (*world, *tree) {
	t.Helper()
	tr := &tree{parents: map[string]string{}}
	return newWorld(t, bulkimport.Options{BatchRows: batch, Types: []bulkimport.Type{{Schema: units(), Target: tr}}}), tr
}

// unitMapping is of files with the columns id, name, parent and deputy.
func unitMapping() bulkimport.Mapping {
	return bulkimport.Mapping{"id": bulkimport.FromColumn(0), "name": bulkimport.FromColumn(1), "parent": bulkimport.FromColumn(2),
		"deputy": bulkimport.FromColumn(3)}
}

func TestRowsMayPointAtLaterRows(t *testing.T) {
	for _, tc := range []struct {
		reason  string
		rows    string
		written string
		failed  map[int64]string
	}{
		{"parents before their children", "a,,,\nb,,a,\nc,,b,\n", "a b c", nil},
		{"a parent behind its child", "b,,a,\nc,,,\na,,,\n", "c a b", nil},
		{"a chain from behind", "d,,c,\nc,,b,\nb,,a,\na,,,\n", "a b c d", nil},
		{"a child of one that waits", "b,,a,\nc,,b,\na,,,\nd,,c,\n", "a b c d", nil},
		{"two ways to point", "b,,,a\nc,,b,a\na,,,\n", "a b c", nil},
		{"a parent that is nowhere", "b,,x,\na,,,\n", "a", map[int64]string{2: "relation_not_found parent"}},
		{"a parent that fails", "b,,a,\na," + strings.Repeat("x", 60) + ",,\n", "",
			map[int64]string{2: "relation_not_found parent", 3: "too_long name"}},
		{"a circle", "a,,c,\nb,,a,\nc,,b,\nd,,,\ne,,a,\n", "d", map[int64]string{2: "relation_cycle parent",
			3: "relation_cycle parent", 4: "relation_cycle parent", 6: "relation_not_found parent"}},
		{"a row that points at itself", "a,,a,\nb,,,\n", "b", map[int64]string{2: "relation_cycle parent"}},
		{"a circle over two fields", "a,,b,\nb,,,a\nc,,,\n", "c",
			map[int64]string{2: "relation_cycle parent", 3: "relation_cycle deputy"}},
		{"a key that is there twice", "b,,a,\na,,,\na,,b,\n", "a b", map[int64]string{4: "duplicate_in_file id"}},
	} {
		for _, batch := range []int{1, 2, 100} {
			t.Run(fmt.Sprintf("%s, batches of %d", tc.reason, batch), func(t *testing.T) {
				w, tr := newTree(t, batch)
				i := w.imported("units", "id,name,parent,deputy\n"+tc.rows, unitMapping(), bulkimport.Settings{})
				require.Equal(t, tc.written, strings.Join(tr.written, " "))
				if tc.failed == nil {
					tc.failed = map[int64]string{}
				}
				require.Equal(t, tc.failed, w.failures(i))
				p, err := w.service.Progress(t.Context(), w.scope, i.ID)
				require.NoError(t, err)
				require.Equal(t, p.Counts.Total, p.Counts.Settled())
				page, err := w.service.Outcomes(t.Context(), w.scope, i.ID, bulkimport.OutcomeFilter{}, admin.Query{})
				require.NoError(t, err)
				require.Len(t, page.Items, int(i.Rows))
				_, p = w.undo(i.ID)
				require.Equal(t, p.Counts.Total, p.Counts.Completed, "children are undone before their parents")
				require.Empty(t, tr.parents)
			})
		}
	}
}

func TestCirclesNameTheirRows(t *testing.T) {
	w, _ := newTree(t, 0)
	i := w.imported("units", "id,name,parent,deputy\na,,c,\nx,,,\nb,,a,\nc,,b,\ns,,s,\n", unitMapping(), bulkimport.Settings{})
	var messages []string
	for _, r := range w.failed(i.ID) {
		messages = append(messages, r.Errors[0].Message)
	}
	require.Equal(t, []string{
		`"c" leads back to the row itself: the rows in the lines 2, 4, 5 point at each other: correct one of them`,
		`"a" leads back to the row itself: the rows in the lines 2, 4, 5 point at each other: correct one of them`,
		`"b" leads back to the row itself: the rows in the lines 2, 4, 5 point at each other: correct one of them`,
		`"s" is the row itself: name another record, or none`,
	}, messages)
}

func TestRowsMayPointAtLaterRowsByName(t *testing.T) {
	w, tr := newTree(t, 1)
	m := unitMapping()
	parent := m["parent"]
	parent.By = "name"
	m["parent"] = parent
	i := w.upload("units", "id,name,parent,deputy\nb,Sales,Board,\na,Board,,\n")
	_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, m, bulkimport.Settings{})
	require.NoError(t, err)
	tr.parents["Board"] = "" // the target finds it by name
	_, err = w.service.Start(t.Context(), w.scope, i.ID)
	require.NoError(t, err)
	_, err = w.service.Run(t.Context(), w.scope, i.ID, nil)
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b"}, tr.written)
}

func TestRelationsThatAreRefused(t *testing.T) {
	chain := func(n int) string {
		var b strings.Builder
		b.WriteString("id,name,parent,deputy\n")
		for k := n; k > 0; k-- {
			fmt.Fprintf(&b, "u%d,,u%d,\n", k, k-1)
		}
		return b.String()
	}
	for _, tc := range []struct {
		reason string
		text   string
		limit  int
		code   string
	}{
		{"a chain that takes too long", chain(110), 0, bulkimport.CodeDeepRelations},
		{"too many circles", "id,name,parent,deputy\na,,b,\nb,,a,\nc,,c,\n", 2, bulkimport.CodeManyCycles},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			w := newWorld(t, bulkimport.Options{Limits: bulkimport.Limits{Duplicates: tc.limit},
				Types: []bulkimport.Type{{Schema: units(), Target: &tree{parents: map[string]string{}}}}})
			i := w.upload("units", tc.text)
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, unitMapping(), bulkimport.Settings{})
			require.NoError(t, err)
			for _, start := range []func(context.Context, admin.Scope, [16]byte) error{
				func(ctx context.Context, s admin.Scope, id [16]byte) error {
					_, err := w.service.Start(ctx, s, id)
					return err
				},
				func(ctx context.Context, s admin.Scope, id [16]byte) error {
					_, err := w.service.Check(ctx, s, id)
					return err
				},
			} {
				var broken *bulkimport.FileError
				require.ErrorAs(t, start(t.Context(), w.scope, i.ID), &broken)
				require.Equal(t, tc.code, broken.Code)
			}
		})
	}
}

// Any file of rows that point at each other is written with parents before children, each row is one outcome, in
// batches of any size, with another process for every batch, and after crashes; the check finds the same failures of
// cells and circles.
func TestRowsThatPointAtEachOther(t *testing.T) {
	for seed := range uint64(60) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 5))
			rows := 1 + r.IntN(30)
			var b strings.Builder
			b.WriteString("id,name,parent,deputy\n")
			parent := map[string]string{}
			for _, k := range r.Perm(rows) {
				p := ""
				switch {
				case r.IntN(8) == 0:
					p = fmt.Sprint("u", r.IntN(rows)) // which may make a circle
				case k > 0 && r.IntN(4) > 0:
					p = fmt.Sprint("u", r.IntN(k))
				}
				parent[fmt.Sprint("u", k)] = p
				fmt.Fprintf(&b, "u%d,,%s,\n", k, p)
			}
			rooted := func(id string) bool { // not in a circle, nor below one
				for range rows + 1 {
					if id = parent[id]; id == "" {
						return true
					}
				}
				return false
			}
			tr := &tree{parents: map[string]string{}}
			o := bulkimport.Options{BatchRows: 1 + r.IntN(6), Types: []bulkimport.Type{{Schema: units(), Target: tr}}}
			w := newWorld(t, o)
			i := w.upload("units", b.String())
			_, err := w.service.SetMapping(t.Context(), w.scope, i.ID, i.Version, unitMapping(), bulkimport.Settings{})
			require.NoError(t, err)
			_, err = w.service.Start(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			for range 1000 {
				w.service = w.with(o)
				if r.IntN(4) == 0 {
					tr.fail = errors.New("killed")
				}
				p, err := w.service.Step(t.Context(), w.scope, i.ID)
				if err == nil && p.Status.Final() {
					break
				}
			}
			p, err := w.service.Progress(t.Context(), w.scope, i.ID)
			require.NoError(t, err)
			require.True(t, p.Status.Final())
			require.EqualValues(t, rows, p.Counts.Settled())
			for id := range parent {
				_, there := tr.parents[id]
				require.Equal(t, rooted(id), there, id)
			}
			require.Len(t, w.failed(i.ID), int(p.Counts.Failed))
			require.EqualValues(t, len(tr.parents), p.Created)
			tr.fail = nil
			_, p = w.undo(i.ID)
			require.Equal(t, job.Counts{Total: int64(len(parent)) - int64(len(w.failed(i.ID))), Completed: p.Counts.Completed}, p.Counts)
			require.Empty(t, tr.parents)
		})
	}
}
