package bulkimport

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// UploadFailed makes a new import of the rows that failed in one that has run, as if its FailedRows were uploaded,
// with the same name of the file and with its mapping and settings: to change these where they were wrong, and to
// start it. [Import.From] and the audit record name the import that the rows are of. Rows that were not reached,
// because the import was cancelled or stopped, have not failed. It streams the rows and stores them as
// [Service.Upload] does, whose errors it has: the new file is larger than the rows were, because all cells are quoted
// and the errors are in it.
//
// It requires the type's Write permission. It fails with [admin.ErrState] if the import has not run to an end or no row
// has failed, and with [job.ErrPruned] if the failed rows are not kept any longer.
func (s *Service) UploadFailed(ctx context.Context, scope admin.Scope, id uuid.UUID) (Import, error) {
	i, t, err := s.open(ctx, scope, id, write)
	if err != nil {
		return Import{}, err
	}
	j, err := s.ports.Jobs.Get(ctx, scope.Org(), id)
	switch {
	case errors.Is(err, admin.ErrNotFound):
		return Import{}, fmt.Errorf("the import has not run: %w", admin.ErrState)
	case err != nil:
		return Import{}, err
	case !j.Status.Final():
		return Import{}, fmt.Errorf("the import is %s, and not at its end: %w", j.Status, admin.ErrState)
	case j.Counts.Failed == 0:
		return Import{}, fmt.Errorf("no row has failed: %w", admin.ErrState)
	}
	if err := j.Complete(); err != nil {
		return Import{}, err
	}
	some, err := s.failed(ctx, scope.Org(), id, admin.Seek[int64]{Limit: 1})
	if err == nil && len(some) == 0 {
		err = fmt.Errorf("the rows that failed were erased: %w", job.ErrPruned)
	}
	if err != nil {
		return Import{}, err
	}
	from := &failedReader{}
	from.file = s.failedFile(ctx, scope.Org(), i, id, &from.text)
	return s.store(ctx, scope, t, UploadInput{
		Type: i.Type, FileName: i.FileName, Content: from, Encoding: UTF8, Delimiter: string(rune(i.reportDelimiter())),
		Quote: `"`, HeaderLine: 1,
	}, &i)
}

// failedReader reads a file of failed rows, a page at a time.
type failedReader struct {
	file *failedFile
	text bytes.Buffer
	done bool
}

// Read implements io.Reader.
func (r *failedReader) Read(p []byte) (int, error) {
	for r.text.Len() == 0 {
		if r.done {
			return 0, io.EOF
		}
		more, err := r.file.page()
		if err != nil {
			return 0, err
		}
		r.done = !more
	}
	return r.text.Read(p)
}

// carry takes the mapping and the settings of the import whose failed rows i has. Its columns are the same but for
// those that an earlier FailedRows had added.
func (i *Import) carry(from Import) {
	at := func(column int) int {
		n := 0
		for k := range column {
			if !from.own(k) {
				n++
			}
		}
		return n
	}
	i.From, i.Mapping, i.Settings = from.ID, from.Mapping.clone(), from.Settings.clone()
	for _, source := range i.Mapping {
		for k, column := range source.Columns {
			source.Columns[k] = at(column)
		}
	}
	for k, column := range i.Settings.NotImported {
		i.Settings.NotImported[k] = at(column)
	}
}
