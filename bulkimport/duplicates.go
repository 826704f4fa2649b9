package bulkimport

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"hash/maphash"
	"io"
	"slices"
	"strings"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// duplicates finds the rows that repeat an earlier row's key, as failed entries for the job to
// begin with. Every batch, in any process, then finds them there by row number.
//
// Keys that look the same are one; see keyForm. It keeps 8 bytes a row: a first pass collects a hash of each key, a
// second one looks closer at the rows whose hash is there twice. The first also makes sure that the text is what was
// uploaded.
func (s *Service) duplicates(ctx context.Context, org admin.OrgID, i Import, t Type) ([]job.Entry, error) {
	plan := newPlan(t.Schema, i, s.limits)
	seed, kind := maphash.MakeSeed(), plan.fields[plan.key].Kind
	hashes := make([]uint64, 0, i.Rows)
	text := &verified{from: i.content(ctx, s.ports.Imports, org, 0), sum: sha256.New()}
	if _, err := io.CopyN(io.Discard, text, i.Content.Offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	err := s.keys(i, text, plan, func(_ record, _ int64, key string) error {
		hashes = append(hashes, maphash.String(seed, keyForm(kind, key)))
		return nil
	})
	// What was changed may also be why it could not be read.
	if changed := text.check(i); changed != nil {
		return nil, changed
	}
	if err != nil {
		return nil, err
	}
	slices.Sort(hashes)
	suspects := repeated(hashes)
	if len(suspects) == 0 {
		return nil, nil
	}
	tooMany := fileError(CodeManyDuplicates, "max", s.limits.Duplicates, "field", plan.names[plan.key])
	if len(suspects) > s.limits.Duplicates {
		return nil, tooMany
	}
	first := map[string]int64{}
	var out []job.Entry
	size := 0
	data := i.content(ctx, s.ports.Imports, org, i.Content.Offset)
	err = s.keys(i, data, plan, func(rec record, number int64, key string) error {
		form := keyForm(kind, key)
		if _, ok := slices.BinarySearch(suspects, maphash.String(seed, form)); !ok {
			return nil
		}
		line, ok := first[form]
		if !ok {
			first[strings.Clone(form)] = rec.line // and not its row
			return nil
		}
		row, errs := plan.row(rec, number)
		_, twice := wrong(CodeDuplicateInFile, "value", quoted(key), "line", line)
		e := twice.cellError(rec.line, plan.columns[plan.key], plan.names[plan.key], key)
		out = append(out, failedEntry(row, rec, append([]CellError{e}, errs...)))
		if size += len(out[len(out)-1].Data); len(out) > s.limits.Duplicates || size > maxDuplicateBytes {
			return tooMany
		}
		return nil
	})
	return out, err
}

// maxDuplicateBytes bounds what the entries of repeated rows hold in memory.
const maxDuplicateBytes = 32 << 20

// repeated are the values that are in a sorted list more than once, each once, in the same array.
func repeated(sorted []uint64) []uint64 {
	out := sorted[:0]
	for i := 1; i < len(sorted); i++ {
		if sorted[i] == sorted[i-1] && (len(out) == 0 || out[len(out)-1] != sorted[i]) {
			out = append(out, sorted[i])
		}
	}
	return out
}

// keys calls with for each row whose key can be read. from is the content from the first row on.
func (s *Service) keys(
	i Import, from io.Reader, plan *plan, with func(rec record, number int64, key string) error,
) error {
	r := newReader(from, i.Content.Encoding, i.Content.dialect(), i.beginning(), s.limits)
	for number := int64(0); ; {
		rec, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
		if rec.blank() {
			continue
		}
		number++
		if rec.fault != nil || plan.count(rec) != nil {
			continue
		}
		key, _, wrong := plan.value(plan.key, rec.cells)
		if wrong != nil {
			continue
		}
		if err := with(rec, number, key); err != nil {
			return err
		}
	}
}

// verified reads content and digests it on the way.
type verified struct {
	from io.Reader
	sum  hash.Hash
}

// Read implements io.Reader.
func (v *verified) Read(p []byte) (int, error) {
	n, err := v.from.Read(p)
	v.sum.Write(p[:n])
	return n, err
}

// check reads what is left, and reports whether the stored text is the one that was uploaded and mapped.
func (v *verified) check(i Import) error {
	if _, err := io.Copy(io.Discard, v); err != nil {
		return err
	}
	if hex.EncodeToString(v.sum.Sum(nil)) != i.Content.SHA256 {
		return fileError(CodeFileChanged)
	}
	return nil
}
