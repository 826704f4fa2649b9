package bulkimport

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// ErasedFileName is the FileName of an import that was erased.
const ErasedFileName = "erased"

// ActionErase is the audit action of [Service.Erase].
const ActionErase admin.Action = "import.erase" // the file, the rows and all texts of an import were removed

// Erase removes what an import has of the persons in its file, now and for good: the file, the failed and skipped rows
// with their messages, what the rows had changed, the name of the file, the headers, the examples of cells, the
// mapping and the warnings; and the name of the file from the audit trail, which still verifies. What remains is the
// import with its type, its times and its numbers, and its job, whose reports of failures are [job.ErrPruned]. The
// records that the import made are not changed.
//
// It removes in transactions of at most 1,000 rows and 100 pieces, each of which stays if a later one fails: call it
// again. It requires the type's Write permission. It fails with [admin.ErrNotFound], with [admin.ErrState] while the
// job is not final (cancel it first) and without Ports.Audit, and with [admin.ErrConflict] if the import is changed at
// the same time.
func (s *Service) Erase(ctx context.Context, scope admin.Scope, id uuid.UUID) (Import, error) {
	i, _, err := s.open(ctx, scope, id, write)
	if err != nil {
		return Import{}, err
	}
	if s.ports.Audit == nil {
		return Import{}, fmt.Errorf("Erase needs Ports.Audit: %w", admin.ErrState)
	}
	org := scope.Org()
	if err := s.idle(ctx, org, i); err != nil {
		return Import{}, err
	}
	rec := s.record(scope, ActionRemoveFile, Import{ID: id})
	for more := true; more; {
		var err error
		if more, err = s.ports.Imports.RemoveFile(ctx, org, id, removePieces, rec); err != nil {
			return Import{}, err
		}
	}
	for _, of := range i.Jobs() {
		if err := s.prune(ctx, scope, i, of); err != nil {
			return Import{}, err
		}
	}
	var out Import
	err = s.atomically(ctx, func(p Ports) error {
		now, err := p.Imports.Get(ctx, org, id)
		if err != nil {
			return err
		}
		if !slices.Equal(now.Jobs(), i.Jobs()) {
			return admin.Conflict("import") // it has another job now, which keeps rows
		}
		i := now.erased()
		i.UpdatedAt = s.runtime.Instant()
		rec := s.record(scope, ActionErase, i)
		if err := p.Imports.Update(ctx, org, i, rec); err != nil {
			return err
		}
		i.Version++
		out = i
		_, err = p.Audit.Erase(ctx, org, admin.TrailErasure{Subjects: []admin.Subject{subject(id)}}, rec)
		return err
	})
	if err != nil {
		return Import{}, err
	}
	return out, nil
}

// prune removes what a job of the import keeps of its rows.
func (s *Service) prune(ctx context.Context, scope admin.Scope, i Import, id uuid.UUID) error {
	rec := s.record(scope, job.ActionPrune, i)
	for more := true; more; {
		var err error
		more, err = s.ports.Jobs.Prune(ctx, scope.Org(), id, eraseRows, rec)
		if err != nil && !errors.Is(err, admin.ErrNotFound) { // there never was such a job
			return err
		}
	}
	return nil
}

// eraseRows is how many rows one transaction removes.
const eraseRows = 1000

// erased returns the import without any text of the file and of the mapping.
func (i Import) erased() Import {
	i.FileName, i.Columns, i.Warnings, i.Mapping = ErasedFileName, nil, nil, nil
	i.Content.Header = nil
	i.Settings = Settings{Mode: i.Settings.Mode}
	return i
}

// RowsOf returns the rows of imports of customers and accounts that keep values of a customer and of accounts: those
// that changed them, with what was there before, and those that failed or were skipped under their ids. An empty
// customer is none. It reads all rows that imports keep, in pages. It is for customer.Ports.ImportedRows.
func RowsOf(
	ctx context.Context, imports Store, jobs job.Store, org admin.OrgID, customer string, accounts []string,
) (out []job.Rows, err error) {
	for _, of := range []struct {
		t     TypeName
		keys  []string
		owner string
	}{{CustomersType, []string{customer}, ""}, {AccountsType, accounts, customer}} {
		keys := map[string]bool{}
		for _, key := range of.keys {
			keys[key] = key != ""
		}
		for seek := (admin.Seek[uuid.UUID]{Limit: importPage}); ; {
			found, err := imports.List(ctx, org, Filter{Type: of.t}, seek)
			if err != nil {
				return nil, err
			}
			for _, i := range found {
				for _, id := range i.Jobs() {
					rows, err := rowsKept(ctx, jobs, org, i, id, keys, of.owner)
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

// rowsKept returns the numbers of the rows of a job of an import that are about keys, or about accounts of an owner.
func rowsKept(
	ctx context.Context, jobs job.Store, org admin.OrgID, i Import, id uuid.UUID, keys map[string]bool, owner string,
) ([]int64, error) {
	found := map[int64]bool{}
	for seek := (admin.Seek[int64]{Limit: rowPage}); ; {
		effects, err := jobs.Effects(ctx, org, id, seek)
		if err != nil {
			return nil, err
		}
		for _, e := range effects {
			if keys[e.Ref] && e.Before != "" {
				found[e.Seq] = true
			}
		}
		if len(effects) < rowPage {
			break
		}
		seek.After = effects[rowPage-1].Seq
	}
	column, source := i.ownerColumn(), i.Mapping[customerField]
	for seek := (admin.Seek[int64]{Limit: rowPage}); ; {
		entries, err := jobs.Entries(ctx, org, id, job.EntryFilter{}, seek)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if keys[e.Ref] || owner != "" && column >= 0 && ownedBy(e, column, source, owner) {
				found[e.Seq] = true
			}
		}
		if len(entries) < rowPage {
			break
		}
		seek.After = entries[rowPage-1].Seq
	}
	out := make([]int64, 0, len(found))
	for seq := range found {
		out = append(out, seq)
	}
	slices.Sort(out)
	return out, nil
}

// ownerColumn returns the column with the customer of an account, or -1 if it is not one column.
func (i Import) ownerColumn() int {
	if columns := i.Mapping["customer_id"].Columns; len(columns) == 1 {
		return columns[0]
	}
	return -1
}

// ownedBy reports whether a failed row is of an account of a customer, whose id is in a cell as the source has it.
func ownedBy(e job.Entry, column int, source Source, customer string) bool {
	var data rowData
	if json.Unmarshal([]byte(e.Data), &data) != nil || column >= len(data.Cells) {
		return false
	}
	cell := trim(unescape(data.Cells[column]))
	if cell == customer || keyForm(ID, cell) == keyForm(ID, customer) || trim(strings.TrimPrefix(cell, "'")) == customer {
		return true
	}
	for from, to := range source.Values {
		if to == customer && strings.EqualFold(trim(from), cell) {
			return true
		}
	}
	return false
}
