package token

import (
	"bytes"
	"errors"
	"io"
	"iter"

	"github.com/admincenter/admincenter/admin"
)

// Match is a secret that [Scan] found in a text. It prints without the secret.
type Match struct {
	Offset int64  `json:"offset"` // the number of bytes before it
	Line   int64  `json:"line"`   // from 1
	Prefix string `json:"prefix"` // the secret's beginning, such as "adm_live_"
	Last4  string `json:"last4"`  // the secret's last four characters
	// Secret is what was found, for [Service.Recognize].
	Secret admin.Secret `json:"-"`
}

const (
	// anchorLen is the length of "_live_" and "_test_", by which secrets are found.
	anchorLen = len("_live_")
	// afterAnchor is how much of a secret follows the beginning of its anchor.
	afterAnchor = anchorLen + bodyLen + sumLen
	// scanChunk is how many bytes Scan reads at once, and keeps apart from a part of a secret.
	scanChunk = 32 << 10
	// maxEmptyReads is how often a reader may return nothing, as in package bufio.
	maxEmptyReads = 100
)

// Scan finds the secrets of API tokens in a text of any length and encoding that has ASCII in it: a log, a
// repository, a message. It yields every part of the text that [Parse] accepts, of whatever brand and
// environment, in ascending order, also where it is joined to other characters; by their checksum, what looks
// like a secret by chance is left out but for one in four billion. [Service.Recognize] returns which are known.
//
// Scan reads r once and keeps some 32 KiB of it. If r fails, the error is the last that is yielded.
func Scan(r io.Reader) iter.Seq2[Match, error] {
	return func(yield func(Match, error) bool) {
		s := scanner{yield: yield, line: 1}
		buf := make([]byte, 0, scanChunk+maxBrand+afterAnchor)
		for empty := 0; ; {
			n, err := r.Read(buf[len(buf):min(len(buf)+scanChunk, cap(buf))])
			buf = buf[:len(buf)+n]
			if n > 0 {
				empty = 0
				rest, more := s.scan(buf)
				if !more {
					return
				}
				s.passed(buf[:len(buf)-len(rest)])
				buf = buf[:copy(buf, rest)]
			} else if empty++; err == nil && empty == maxEmptyReads {
				err = io.ErrNoProgress
			}
			switch {
			case errors.Is(err, io.EOF):
				return
			case err != nil:
				yield(Match{}, err)
				return
			}
		}
	}
}

// scanner is the state of one [Scan] between two reads.
type scanner struct {
	yield  func(Match, error) bool
	offset int64 // of the text that is looked at
	line   int64 // at its beginning
	skip   int   // how much of it was searched for anchors already
}

// passed moves the beginning beyond a text that is done.
func (s *scanner) passed(done []byte) {
	s.offset += int64(len(done))
	s.line += int64(bytes.Count(done, []byte{'\n'}))
}

// scan yields the secrets in text. It returns the end of text that can be the beginning of another one, and
// false if the caller has enough.
func (s *scanner) scan(text []byte) (rest []byte, more bool) {
	at := s.skip
	for {
		i := bytes.IndexByte(text[at:], '_')
		if i < 0 {
			at = len(text)
			break
		}
		at += i
		if len(text)-at < afterAnchor {
			break // the rest of it is not read yet
		}
		if anchored(text[at:]) && !s.around(text, at) {
			return nil, false
		}
		at++
	}
	from := max(at-maxBrand, 0)
	s.skip = at - from
	return text[from:], true
}

// anchored reports whether text begins as a secret goes on after its brand.
func anchored(text []byte) bool {
	env := Environment(text[1 : anchorLen-1])
	if text[anchorLen-1] != '_' || !env.known() {
		return false
	}
	for _, c := range text[anchorLen:afterAnchor] {
		if !isBase62(c) {
			return false
		}
	}
	return true
}

// around yields the secrets whose anchor is at an index of text: one for each brand with which the checksum is
// right. It returns false if the caller has enough.
func (s *scanner) around(text []byte, at int) bool {
	begin := at
	for begin > 0 && at-begin < maxBrand && text[begin-1] >= 'a' && text[begin-1] <= 'z' {
		begin--
	}
	for ; at-begin >= minBrand; begin++ {
		secret := string(text[begin : at+afterAnchor])
		prefix, reason := split(secret)
		if reason != "" {
			continue
		}
		m := Match{
			Offset: s.offset + int64(begin),
			Line:   s.line + int64(bytes.Count(text[:begin], []byte{'\n'})),
			Prefix: prefix, Last4: secret[len(secret)-4:], Secret: admin.NewSecret(secret),
		}
		if !s.yield(m, nil) {
			return false
		}
	}
	return true
}
