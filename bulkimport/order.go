package bulkimport

import (
	"bytes"
	"context"
	"crypto/sha256"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// maxPasses is how often a file is read again for rows that point at rows behind them, and so how many steps back a
// chain of rows may take. More would take longer than sorting the file does.
const maxPasses = 100

// order is in which pass over its file each row is written, if rows point at records that later rows make. Nil means
// that there is one pass.
type order struct {
	passes []uint8 // by the number of the row, from 0
	most   int
}

// pass is the one in which a row is written: 0, unless it points at a row behind it.
func (o *order) pass(row int64) int {
	if o == nil || row < 1 || row > int64(len(o.passes)) {
		return 0
	}
	return int(o.passes[row-1])
}

// pointer is a field of rows that points at records of the same type.
type pointer struct{ field, at int } // both in plan.fields

// pointers returns the fields by which rows of a host's type point at each other: those whose Relation is the schema's
// Noun, by the key or by the field that their source has.
func (p *plan) pointers(t Type) []pointer {
	var out []pointer
	if t.keepsEffects() || t.Schema.Noun == "" {
		return nil
	}
	for k, f := range p.fields {
		if f.Relation != t.Schema.Noun {
			continue
		}
		at := slices.Index(p.names, p.sources[k].By)
		if at < 0 || p.sources[k].By == "" {
			at = slices.IndexFunc(p.fields, func(f Field) bool { return f.Key })
		}
		if at >= 0 {
			out = append(out, pointer{k, at})
		}
	}
	return out
}

// lastOrder keeps what was read last, so that the batches of an import read its file once.
type lastOrder struct {
	mu    sync.Mutex
	key   soonKey
	order *order
}

// orderOf returns the order in which the rows of an import are written.
func (s *Service) orderOf(ctx context.Context, org admin.OrgID, i Import, t Type) (*order, error) {
	read := soonKey{org: org, id: i.ID, version: i.Version}
	s.order.mu.Lock()
	had, same := s.order.order, s.order.key == read
	s.order.mu.Unlock()
	if same {
		return had, nil
	}
	g, err := s.graph(ctx, org, i, t)
	if err != nil {
		return nil, err
	}
	out, err := g.order()
	if err != nil {
		return nil, err
	}
	s.order.mu.Lock()
	s.order.key, s.order.order = read, out
	s.order.mu.Unlock()
	return out, nil
}

// graph is which rows of a file point at which. It keeps up to 60 bytes for each row and field that points, while it
// is made.
type graph struct {
	plan     *plan
	pointers []pointer
	parents  [][]int32 // of each pointer, by the row from 0: the row that it points at, or -1
	sorted   *components
}

// digest is what a value is found by: no two values of a file have the same, in any process.
type digest [16]byte

func digestOf(value string) (d digest) {
	sum := sha256.Sum256([]byte(value))
	copy(d[:], sum[:])
	return d
}

// graph reads the whole file.
func (s *Service) graph(ctx context.Context, org admin.OrgID, i Import, t Type) (*graph, error) {
	plan := newPlan(t.Schema, i, s.limits)
	g := &graph{plan: plan, pointers: plan.pointers(t)}
	if len(g.pointers) == 0 {
		return g, nil
	}
	type place struct {
		value digest
		row   int32
	}
	found, sought := make([][]place, len(g.pointers)), make([][]place, len(g.pointers))
	data := s.content(ctx, org, i, i.Content.Offset)
	err := s.records(i, data, plan, func(rec record, number int64) error {
		for k, p := range g.pointers {
			row := int32(number - 1)
			if value, ok := plan.keyOf(p.at, rec); ok {
				found[k] = append(found[k], place{digestOf(value), row})
			}
			if value, ok := plan.keyOf(p.field, rec); ok {
				sought[k] = append(sought[k], place{digestOf(value), row})
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for k := range g.pointers {
		slices.SortStableFunc(found[k], func(a, b place) int { return bytes.Compare(a.value[:], b.value[:]) })
		parents := make([]int32, i.Rows)
		for n := range parents {
			parents[n] = -1
		}
		for _, one := range sought[k] {
			at, ok := slices.BinarySearchFunc(found[k], one.value, func(p place, d digest) int {
				return bytes.Compare(p.value[:], d[:])
			})
			if ok {
				parents[one.row] = found[k][at].row // the first that has it: one that repeats it fails
			}
		}
		g.parents = append(g.parents, parents)
	}
	g.sorted = componentsOf(g.parents, int(i.Rows))
	return g, nil
}

// order returns in which pass each row is written.
func (g *graph) order() (*order, error) {
	if g.sorted == nil {
		return nil, nil
	}
	out := &order{passes: make([]uint8, len(g.sorted.of))}
	for _, row := range g.sorted.rows { // each behind those that it points at
		pass := 0
		for _, parents := range g.parents {
			p := parents[row]
			if p < 0 || g.sorted.of[p] == g.sorted.of[row] {
				continue
			}
			after := int(out.passes[p])
			if p > row {
				after++
			}
			pass = max(pass, after)
		}
		if pass > maxPasses {
			return nil, fileError(CodeDeepRelations, "max", maxPasses)
		}
		out.passes[row] = uint8(pass)
		out.most = max(out.most, pass)
	}
	if out.most == 0 {
		return nil, nil
	}
	return out, nil
}

// cycles returns the entries of rows that point at each other in a circle, or at themselves, but for rows that have
// failed already.
func (s *Service) cycles(
	ctx context.Context, org admin.OrgID, i Import, g *graph, failed map[int64]bool,
) (out []job.Entry, err error) {
	if g.sorted == nil || len(g.sorted.cyclic) == 0 {
		return nil, nil
	}
	members := map[int32][]int32{} // of a circle, in order of the file
	total := 0
	for row, c := range g.sorted.of {
		if g.sorted.cyclic[c] {
			members[c] = append(members[c], int32(row))
			if total++; total > s.limits.Duplicates {
				return nil, fileError(CodeManyCycles, "max", s.limits.Duplicates)
			}
		}
	}
	lines := map[int32]int64{}
	each := func(with func(rec record, number int64) error) error {
		data := s.content(ctx, org, i, i.Content.Offset)
		return s.records(i, data, g.plan, func(rec record, number int64) error {
			if !g.sorted.cyclic[g.sorted.of[number-1]] {
				return nil
			}
			return with(rec, number)
		})
	}
	err = each(func(rec record, number int64) error {
		lines[int32(number-1)] = rec.line
		return nil
	})
	if err != nil {
		return nil, err
	}
	err = each(func(rec record, number int64) error {
		if failed[number] {
			return nil
		}
		row, errs := g.plan.row(rec, number)
		circle := members[g.sorted.of[number-1]]
		out = append(out, failedEntry(row, rec, append(g.circular(rec, int32(number-1), circle, lines), errs...)))
		return nil
	})
	return out, err
}

// circular returns what is wrong with a row of a circle.
func (g *graph) circular(rec record, row int32, circle []int32, lines map[int32]int64) (out []CellError) {
	for k, p := range g.pointers {
		parent := g.parents[k][row]
		if parent < 0 || g.sorted.of[parent] != g.sorted.of[row] {
			continue
		}
		value, _ := g.plan.keyOf(p.field, rec)
		_, twisted := wrong(CodeRelationCycle+".self", "value", quoted(value))
		if parent != row {
			_, twisted = wrong(CodeRelationCycle, "value", quoted(value), "lines", linesOf(circle, lines))
		}
		out = append(out, twisted.cellError(rec.line, g.plan.columns[p.field], g.plan.names[p.field], value))
	}
	return out
}

// linesOf lists the lines of rows, at most ten.
func linesOf(rows []int32, lines map[int32]int64) string {
	const most = 10
	var out []string
	for _, row := range rows[:min(most, len(rows))] {
		out = append(out, strconv.FormatInt(lines[row], 10))
	}
	if len(rows) > most {
		out = append(out, "…")
	}
	return strings.Join(out, ", ")
}

// restart returns the cursor of the next pass over the file.
func (i Import) restart(pass int) cursor {
	c := i.beginning()
	c.pass = pass
	return c
}
