package bulkimport

import (
	"context"
	"hash/maphash"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// ownerColumns are the fields of customers in a plan for rows with accounts.
type ownerColumns struct {
	plan *plan
	id   int   // of the customer, in plan.fields
	of   []int // the other fields of customers, in plan.fields
}

// ownersIn returns the fields of customers; ok is false if rows of the type state none.
func ownersIn(t Type, p *plan) (o ownerColumns, ok bool) {
	o = ownerColumns{plan: p, id: slices.Index(p.names, customerField)}
	for k, name := range p.names {
		if _, is := ownerField(t.Schema.Type, name); is {
			o.of = append(o.of, k)
		}
	}
	return o, t.Target == nil && o.id >= 0 && len(o.of) > 0
}

// conflicts finds the rows that state another value of a customer than an earlier row, as failed entries for the job to
// begin with. Rows that have failed already, that have errors of their own or that are in conflict state nothing.
//
// A first pass keeps 16 bytes of each row, to find the customers of which rows do not state all the same; a second one
// keeps 16 bytes for each of these and each field, and a third one has the values of the rows that are in conflict.
func (s *Service) conflicts(
	ctx context.Context, org admin.OrgID, i Import, t Type, failed map[int64]bool,
) ([]job.Entry, error) {
	o, ok := ownersIn(t, newPlan(t.Schema, i, s.limits))
	if !ok {
		return nil, nil
	}
	each := func(with func(rec record, number int64) error) error {
		return s.records(i, i.content(ctx, s.ports, org, i.Content.Offset), o.plan,
			func(rec record, number int64) error {
				if failed[number] {
					return nil
				}
				return with(rec, number)
			})
	}
	c := &ownerConflicts{ownerColumns: o, seed: maphash.MakeSeed(), most: s.limits.Duplicates}
	if err := each(c.collect); err != nil {
		return nil, err
	}
	if c.suspect(); len(c.customers) == 0 {
		return nil, nil
	}
	if err := each(c.compare); err != nil || len(c.found) == 0 {
		return nil, err
	}
	err := each(c.enter)
	return c.entries, err
}

// ownerConflicts looks for rows that state different values of a customer.
type ownerConflicts struct {
	ownerColumns
	seed maphash.Seed
	most int

	all       [][2]uint64 // of each row the hashes of the customer and of all that it states
	customers []uint64    // those of which rows do not state all the same, in order
	first     []firstValue

	found   []ownerConflict // in order of the rows
	values  map[firstKey]firstText
	entries []job.Entry
	size    int
}

// firstValue is the first value that is stated of a field of a customer.
type firstValue struct {
	hash uint64
	row  int32 // 0 for none
}

// ownerConflict is a row that states another value than a row before.
type ownerConflict struct {
	row   int64
	first []firstKey
}

// firstKey names a value that is stated first.
type firstKey struct {
	row   int32
	field int // in plan.fields
}

type firstText struct {
	value, id string
	line      int64
}

func (c *ownerConflicts) hash(text string) uint64 { return maphash.String(c.seed, text) }

// collect keeps the hashes of a row.
func (c *ownerConflicts) collect(rec record, _ int64) error {
	id, ok := c.plan.keyOf(c.id, rec)
	if !ok {
		return nil
	}
	var h maphash.Hash
	h.SetSeed(c.seed)
	for k, f := range c.of {
		if value, ok := c.plan.keyOf(f, rec); ok {
			_, _ = h.Write([]byte{1, byte(k)})
			_, _ = h.WriteString(value)
		}
	}
	c.all = append(c.all, [2]uint64{c.hash(id), h.Sum64()})
	return nil
}

// suspect keeps the customers of which rows do not state all the same.
func (c *ownerConflicts) suspect() {
	slices.SortFunc(c.all, func(a, b [2]uint64) int { return slices.Compare(a[:], b[:]) })
	for n := 1; n < len(c.all); n++ {
		id := c.all[n][0]
		if id == c.all[n-1][0] && c.all[n][1] != c.all[n-1][1] &&
			(len(c.customers) == 0 || c.customers[len(c.customers)-1] != id) {
			c.customers = append(c.customers, id)
		}
	}
	c.all, c.first = nil, make([]firstValue, len(c.customers)*len(c.of))
}

// compare finds what a row states differently than a row before.
func (c *ownerConflicts) compare(rec record, number int64) error {
	id, ok := c.plan.keyOf(c.id, rec)
	if !ok {
		return nil
	}
	at, ok := slices.BinarySearch(c.customers, c.hash(id))
	if !ok {
		return nil
	}
	row, errs := c.plan.row(rec, number)
	first := c.first[at*len(c.of) : (at+1)*len(c.of)]
	var differs []firstKey
	for k, f := range c.of {
		if v := row.values[f]; v != "" && first[k].row > 0 && first[k].hash != c.hash(v) {
			differs = append(differs, firstKey{first[k].row, f})
		}
	}
	if len(differs) > 0 {
		if c.found = append(c.found, ownerConflict{number, differs}); len(c.found) > c.most {
			return fileError(CodeManyConflicts, "max", c.most, "field", c.plan.names[differs[0].field])
		}
		return nil
	}
	if len(errs) > 0 {
		return nil
	}
	for k, f := range c.of {
		if v := row.values[f]; v != "" && first[k].row == 0 {
			first[k] = firstValue{c.hash(v), int32(number)}
		}
	}
	return nil
}

// enter makes the entry of a row that is in conflict, and keeps the values that such rows differ from.
func (c *ownerConflicts) enter(rec record, number int64) error {
	if c.values == nil {
		c.values = map[firstKey]firstText{}
		for _, one := range c.found {
			for _, key := range one.first {
				c.values[key] = firstText{}
			}
		}
	}
	id, _ := c.plan.keyOf(c.id, rec)
	for _, f := range c.of {
		key := firstKey{int32(number), f}
		if _, wanted := c.values[key]; wanted {
			value, _ := c.plan.keyOf(f, rec)
			c.values[key] = firstText{strings.Clone(value), strings.Clone(id), rec.line}
		}
	}
	if len(c.found) == 0 || c.found[0].row != number {
		return nil
	}
	one := c.found[0]
	c.found = c.found[1:]
	row, errs := c.plan.row(rec, number)
	var differs []CellError
	for _, key := range one.first {
		was, value := c.values[key], row.values[key.field]
		if was.id == id && was.value != value { // and not of a customer with the same hash
			differs = append(differs, c.conflict(rec.line, key.field, value, was))
		}
	}
	if len(differs) == 0 {
		return nil
	}
	c.entries = append(c.entries, failedEntry(row, rec, append(differs, errs...)))
	if c.size += len(c.entries[len(c.entries)-1].Data); c.size > maxDuplicateBytes {
		return fileError(CodeManyConflicts, "max", len(c.entries), "field", c.plan.names[one.first[0].field])
	}
	return nil
}

// conflict is the error of a value that differs from that of a row before.
func (o ownerColumns) conflict(line int64, field int, value string, was firstText) CellError {
	_, differs := wrong(CodeCustomerConflict, "value", quoted(value), "other", quoted(was.value), "line", was.line, "id",
		quoted(was.id))
	return differs.cellError(line, o.plan.columns[field], o.plan.names[field], value)
}

// ownersSeen are what the rows of a preview state.
type ownersSeen struct {
	ownerColumns
	values map[[2]string]firstText // by the customer and the field
}

// add takes a row, and returns what it states differently than a row before. A row with errors states nothing.
func (o *ownersSeen) add(rec record, row Row, errs []CellError) (out []CellError) {
	id, ok := o.plan.keyOf(o.id, rec)
	if !ok || len(row.values) == 0 {
		return nil
	}
	for _, f := range o.of {
		was, stated := o.values[[2]string{id, o.plan.names[f]}]
		if v := row.values[f]; v != "" && stated && was.value != v {
			out = append(out, o.conflict(rec.line, f, v, was))
		}
	}
	if len(out) > 0 || len(errs) > 0 {
		return out
	}
	for _, f := range o.of {
		key := [2]string{id, o.plan.names[f]}
		if _, stated := o.values[key]; !stated && row.values[f] != "" {
			o.values[key] = firstText{row.values[f], id, rec.line}
		}
	}
	return nil
}
