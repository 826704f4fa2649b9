package bulkimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/customer"
	"github.com/admincenter/admincenter/admin/job"
)

// RowsOf returns the rows of imports of the built-in types that keep values of a customer and of accounts: those
// that changed them, with what was there before, and those that failed or were skipped under their ids. Failed rows are
// also found by the customer that they name as their import's mapping has it: by its id, its
// name or its e-mail address; in one column, several joined, any of several or a constant. Rows of more than
// 64 KiB are read in the file, while it is there. An empty id of a customer is none. It reads all rows that imports
// keep, in pages, and needs Imports, Jobs, Customers and Blobs of p. It is for customer.Ports.ImportedRows.
func RowsOf(
	ctx context.Context, p Ports, org admin.OrgID, id string, accounts []string,
) (out []job.Rows, err error) {
	r := rowSearch{ports: p, org: org}
	if id != "" {
		r.owner, err = p.Customers.Get(ctx, org, id)
		if err != nil && !errors.Is(err, admin.ErrNotFound) {
			return nil, err
		}
		r.owner.ID = id
	}
	for _, of := range []struct {
		t    TypeName
		keys []string
	}{{CustomersType, []string{id}}, {AccountsType, accounts}, {CustomerAccountsType, accounts}} {
		r.keys = map[string]bool{}
		for _, key := range of.keys {
			r.keys[key] = key != ""
		}
		for seek := (admin.Seek[uuid.UUID]{Limit: importPage}); ; {
			found, err := p.Imports.List(ctx, org, Filter{Type: of.t}, seek)
			if err != nil {
				return nil, err
			}
			for _, i := range found {
				for _, id := range i.Jobs() {
					rows, err := r.kept(ctx, i, id)
					if err != nil {
						return nil, err
					}
					if len(rows) > 0 {
						out = append(out, job.Rows{Job: id, Seqs: rows})
					}
				}
			}
			if len(found) < importPage {
				break
			}
			seek.After = found[importPage-1].ID
		}
	}
	return out, nil
}

// importPage is how many imports, and rowPage how many rows one statement reads.
const (
	importPage = 100
	rowPage    = 2000
)

// rowSearch looks for rows about keys, or that name a customer.
type rowSearch struct {
	ports Ports
	org   admin.OrgID
	keys  map[string]bool
	owner customer.Customer // with an empty id if there is none
}

// kept returns the numbers of the rows that a job of an import keeps.
func (r rowSearch) kept(ctx context.Context, i Import, id uuid.UUID) ([]int64, error) {
	found := map[int64]bool{}
	for seek := (admin.Seek[int64]{Limit: rowPage}); ; {
		effects, err := r.ports.Jobs.Effects(ctx, r.org, id, seek)
		if err != nil {
			return nil, err
		}
		for _, e := range effects {
			about, err := r.about(i, e)
			if err != nil {
				return nil, err
			}
			if about {
				found[e.Seq] = true
			}
		}
		if len(effects) < rowPage {
			break
		}
		seek.After = effects[rowPage-1].Seq
	}
	source, value := r.named(i)
	for seek := (admin.Seek[int64]{Limit: rowPage}); ; {
		entries, err := r.ports.Jobs.Entries(ctx, r.org, id, job.EntryFilter{}, seek)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if found[e.Seq] || r.keys[e.Ref] || value == "" {
				found[e.Seq] = found[e.Seq] || r.keys[e.Ref]
				continue
			}
			cells, err := r.cells(ctx, i, e)
			if err != nil {
				return nil, err
			}
			found[e.Seq] = source.names(cells, value)
		}
		if len(entries) < rowPage {
			break
		}
		seek.After = entries[rowPage-1].Seq
	}
	out := make([]int64, 0, len(found))
	for seq, about := range found {
		if about {
			out = append(out, seq)
		}
	}
	slices.Sort(out)
	return out, nil
}

// about reports whether an effect keeps values of the records.
func (r rowSearch) about(i Import, e job.Effect) (bool, error) {
	if i.Type != CustomerAccountsType || e.Before == "" {
		return r.keys[e.Ref] && e.Before != "", nil
	}
	d, err := readBefore(e.Before)
	if err != nil {
		return false, fmt.Errorf("row %d: %w", e.Seq, err)
	}
	owns := d.Customer != nil && d.Customer.Before != nil
	return r.keys[e.Ref] && len(d.Fields) > 0 || owns && d.Customer.ID == r.owner.ID, nil
}

// named returns where the rows of an import name a customer, and how they name this one; nothing if they do not.
func (r rowSearch) named(i Import) (Source, string) {
	if r.owner.ID == "" {
		return Source{}, ""
	}
	field, by := customerField, i.Mapping[customerField].By
	if i.Type == CustomersType {
		field, by = i.Settings.Match, i.Settings.Match
	}
	source, mapped := i.Mapping[field]
	switch {
	case !mapped:
		return Source{}, ""
	case by == "" || by == "id":
		return source, r.owner.ID
	case by == string(customer.ByName):
		return source, r.owner.Name
	case by == string(customer.ByEmail):
		return source, r.owner.PrimaryEmail
	}
	return Source{}, ""
}

// cells returns the cells of a row as far as they are still there; none of a row that has none.
func (r rowSearch) cells(ctx context.Context, i Import, e job.Entry) ([]string, error) {
	var data rowData
	if json.Unmarshal([]byte(e.Data), &data) != nil {
		return nil, nil //nolint:nilerr // no row is kept with it
	}
	if !data.Long || !i.FileRemovedAt.IsZero() {
		return data.Cells, nil
	}
	c := cursor{offset: data.Offset, line: data.Line}
	limits := Limits{RecordBytes: longest, RecordLines: math.MaxInt, Columns: longest}.withDefaults()
	rec, err := i.reader(i.content(ctx, r.ports, r.org, c.offset), c, limits).next()
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return rec.cells, nil
}

// longest is the most bytes of a row that is read again: the limit of the service that read it is not known.
const longest = 64 << 20

// names reports whether the cells of a row have a value where a source takes it from, as it may be written there.
func (s Source) names(cells []string, value string) bool {
	if len(s.Columns) == 0 {
		return len(cells) > 0 && s.is(s.Constant, value)
	}
	var parts []string
	for _, c := range s.Columns {
		if c >= len(cells) {
			continue
		}
		cell := trim(unescape(cells[c]))
		if s.is(cell, value) && (s.First || len(s.Columns) == 1) {
			return true
		}
		if cell != "" {
			parts = append(parts, cell)
		}
	}
	if len(parts) == 0 {
		return len(cells) > 0 && s.Default != "" && s.is(s.Default, value)
	}
	return !s.First && s.is(strings.Join(parts, s.Separator), value)
}

// is reports whether a cell stands for a value.
func (s Source) is(cell, value string) bool {
	if alikeKeys(cell, value) || alikeKeys(trim(strings.TrimPrefix(cell, "'")), value) {
		return true
	}
	for from, to := range s.Values {
		if alikeKeys(trim(to), value) && foldWord(from) == foldWord(cell) {
			return true
		}
	}
	return false
}

// alikeKeys compares regardless of capitals, as an e-mail address does: a row too many is no harm.
func alikeKeys(cell, value string) bool { return keyForm(Email, cell) == keyForm(Email, value) }
