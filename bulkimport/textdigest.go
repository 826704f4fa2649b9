package bulkimport

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// textDigest is the digest of a file's text as it is read: in UTF-8, without a byte order mark, with \n between lines
// and none at the end. It is the same for a file that was saved again in another encoding or by another program.
type textDigest struct {
	sum   hash.Hash
	lines int // line ends that nothing follows yet
}

func newTextDigest() *textDigest { return &textDigest{sum: sha256.New()} }

// add adds the next piece of the text.
func (d *textDigest) add(piece []byte) {
	end := len(bytes.TrimRight(piece, "\n"))
	if end > 0 {
		for ; d.lines > 0; d.lines-- {
			d.sum.Write([]byte{'\n'})
		}
		d.sum.Write(piece[:end])
	}
	d.lines += len(piece) - end
}

func (d *textDigest) hex() string { return hex.EncodeToString(d.sum.Sum(nil)) }

// warnImported adds a warning if the same file was imported before: the same bytes, or the same text.
func (s *Service) warnImported(ctx context.Context, org admin.OrgID, i *Import) error {
	find := func(f Filter) ([]Import, error) {
		f.Type, f.Status = i.Type, Started
		return s.ports.Imports.List(ctx, org, f, admin.Seek[uuid.UUID]{Limit: 1})
	}
	before, err := find(Filter{SHA256: i.SHA256})
	if err != nil {
		return err
	}
	if len(before) > 0 {
		i.warn(Warning{Code: WarnAlreadyImported}, "import", before[0].ID)
		return nil
	}
	if before, err = find(Filter{TextSHA256: i.TextSHA256}); err != nil || len(before) == 0 {
		return err
	}
	i.warn(Warning{Code: WarnAlreadyImported + "." + difference(before[0].Content, i.Content)}, "import", before[0].ID)
	return nil
}

// difference is the variant of a warning by what makes the bytes of two files with one text differ.
func difference(a, b Content) string {
	encoding, mark := a.Encoding != b.Encoding, a.ByteOrderMark != b.ByteOrderMark
	switch {
	case encoding && mark:
		return "encoding_and_mark"
	case encoding:
		return "encoding"
	case mark:
		return "mark"
	}
	return "line_ends"
}
