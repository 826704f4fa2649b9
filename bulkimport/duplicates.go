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
// begin with. Every batch, in any process, then finds them there by row number. If records are found by another field
// than the key, a row may repeat neither: two rows with one key are about one record.
//
// Keys that look the same are one; see keyForm. It keeps 8 bytes a row: a first pass collects a hash of each key, a
// second one looks closer at the rows whose hash is there twice. The first also makes sure that the text is what was
// uploaded.
func (s *Service) duplicates(ctx context.Context, org admin.OrgID, i Import, t Type) ([]job.Entry, error) {
	plan := newPlan(t.Schema, i, s.limits)
	suspects, err := s.suspects(ctx, org, i, plan)
	if err != nil {
		return nil, err
	}
	tooMany := func(field int) error {
		return fileError(CodeManyDuplicates, "max", s.limits.Duplicates, "field", plan.names[field])
	}
	some := false
	for k, hashes := range suspects.hashes {
		some = some || len(hashes) > 0
		if len(hashes) > s.limits.Duplicates {
			return nil, tooMany(plan.unique[k])
		}
	}
	if !some {
		return nil, nil
	}
	var out []job.Entry
	size, seen := 0, newKeys(plan)
	data := s.content(ctx, org, i, i.Content.Offset)
	err = s.records(i, data, plan, func(rec record, number int64) error {
		var twice []CellError
		field := plan.key
		for k, f := range plan.unique {
			key, ok := plan.keyOf(f, rec)
			if !ok || !suspects.has(k, keyForm(plan.fields[f].Kind, key)) {
				continue
			}
			if e := seen.add(k, key, rec.line); e != nil {
				twice, field = append(twice, *e), f
			}
		}
		if len(twice) == 0 {
			return nil
		}
		row, errs := plan.row(rec, number)
		out = append(out, failedEntry(row, rec, append(twice, errs...)))
		if size += len(out[len(out)-1].Data); len(out) > s.limits.Duplicates || size > maxDuplicateBytes {
			return tooMany(field)
		}
		return nil
	})
	return out, err
}

// suspects are hashes of the keys that may be in a file more than once, in order, for each of plan.unique.
type suspects struct {
	seed   maphash.Seed
	hashes [][]uint64
}

func (s *suspects) has(k int, form string) bool {
	_, ok := slices.BinarySearch(s.hashes[k], maphash.String(s.seed, form))
	return ok
}

// suspects reads the whole file, and makes sure that it is what was uploaded.
func (s *Service) suspects(ctx context.Context, org admin.OrgID, i Import, plan *plan) (*suspects, error) {
	out := &suspects{seed: maphash.MakeSeed(), hashes: make([][]uint64, len(plan.unique))}
	text := &verified{from: s.content(ctx, org, i, 0), sum: sha256.New()}
	if _, err := io.CopyN(io.Discard, text, i.Content.Offset); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	for k := range out.hashes {
		out.hashes[k] = make([]uint64, 0, i.Rows)
	}
	err := s.records(i, text, plan, func(rec record, _ int64) error {
		for k, f := range plan.unique {
			if key, ok := plan.keyOf(f, rec); ok {
				out.hashes[k] = append(out.hashes[k], maphash.String(out.seed, keyForm(plan.fields[f].Kind, key)))
			}
		}
		return nil
	})
	// What was changed may also be why it could not be read.
	if changed := text.check(i); changed != nil {
		return nil, changed
	}
	for k := range out.hashes {
		slices.Sort(out.hashes[k])
		out.hashes[k] = repeated(out.hashes[k])
	}
	return out, err
}

// keyOf reads a field by which rows are told apart; ok is false if the row does not have it, or it cannot be read.
func (p *plan) keyOf(field int, rec record) (key string, ok bool) {
	key, _, wrong := p.value(field, rec.cells)
	return key, wrong == nil && key != ""
}

// keys are those of the rows so far, with their lines, for each of plan.unique.
type keys struct {
	plan  *plan
	lines []map[string]int64
}

func newKeys(p *plan) *keys {
	k := &keys{plan: p, lines: make([]map[string]int64, len(p.unique))}
	for n := range k.lines {
		k.lines[n] = map[string]int64{}
	}
	return k
}

// add takes a key, and returns the error of a row that repeats one.
func (k *keys) add(n int, key string, line int64) *CellError {
	field := k.plan.unique[n]
	form := keyForm(k.plan.fields[field].Kind, key)
	first, again := k.lines[n][form]
	if !again {
		k.lines[n][strings.Clone(form)] = line // and not its row
		return nil
	}
	_, twice := wrong(CodeDuplicateInFile, "value", quoted(key), "line", first)
	e := twice.cellError(line, k.plan.columns[field], k.plan.names[field], key)
	return &e
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

// records calls with for each row that could be split into as many cells as it must have. from is the content from the
// first row on.
func (s *Service) records(i Import, from io.Reader, plan *plan, with func(rec record, number int64) error) error {
	r := i.reader(from, i.beginning(), s.limits)
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
		if err := with(rec, number); err != nil {
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
