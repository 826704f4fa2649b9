package bulkimport

import (
	"bytes"
	"errors"
	"io"
)

// source reads a file as canonical text, and knows which byte of the file a byte of the text comes from: a job goes on
// at a byte of the file, in any encoding.
type source struct {
	from    io.Reader
	decoder *decoder
	buf     []byte      // what was read and not yet used
	base    []byte      // the array behind buf
	begun   bool        // something was read
	ended   bool        // from has no more
	offset  int64       // of buf[0] in the text that was read
	read    int64       // the offset in the file of what is read next, but for pending
	pending []byte      // read and not decoded, because what it is depends on what follows
	raw     []byte      // scratch
	spans   []span      // what buf comes from
	spare   [][]byte    // of spans
	digest  *textDigest // of the text; nil for none
}

// span is a piece of a file that was decoded by itself.
type span struct {
	text int64  // where it begins in the text
	file int64  // and in the file
	raw  []byte // the piece of the file; nil if the text is the same
	// seenText and seenFile are how far it was walked along.
	seenText, seenFile int64
}

// fillBytes is how much of a file is read at once.
const fillBytes = 64 << 10

// markBytes is how much of a file is read before its byte order mark is looked for. Some files have two.
const markBytes = 16

// fill reads some more into buf.
func (s *source) fill() error {
	if s.decoder.direct() {
		s.reserve(fillBytes + len(s.pending))
		chunk, err := s.more(s.buf[len(s.buf):cap(s.buf)])
		if err != nil || len(chunk) == 0 {
			return err
		}
		same := bytes.IndexByte(chunk, '\r') < 0
		s.span(chunk, same)
		if !same {
			chunk = newlines(chunk)
		}
		s.buf = append(s.buf, chunk...) // which is there already, or further behind
		s.note(len(chunk))
		return nil
	}
	if s.raw == nil {
		s.raw = make([]byte, fillBytes+markBytes)
	}
	chunk, err := s.more(s.raw)
	if err != nil || len(chunk) == 0 {
		return err
	}
	s.reserve(3 * len(chunk))
	s.span(chunk, false)
	n := len(s.buf)
	s.buf = s.decoder.decode(s.buf, chunk)
	s.note(len(s.buf) - n)
	return nil
}

// note adds the last n bytes of buf to the digest.
func (s *source) note(n int) {
	if s.digest != nil {
		s.digest.add(s.buf[len(s.buf)-n:])
	}
}

// more reads into a buffer what can be decoded by itself: whole characters, without the byte order mark.
func (s *source) more(into []byte) ([]byte, error) {
	n := copy(into, s.pending)
	least, first := n+1, s.read == 0 && !s.begun
	if first {
		least = markBytes
	}
	m, err := io.ReadAtLeast(s.from, into[n:min(len(into), fillBytes+n)], least-n)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		s.ended = true
	} else if err != nil {
		return nil, err
	}
	chunk := into[:n+m]
	s.begun = true
	for mark := s.decoder.encoding.mark(); first && bytes.HasPrefix(chunk, mark); chunk = chunk[len(mark):] {
		s.read += int64(len(mark))
	}
	whole := len(chunk)
	if !s.ended {
		whole = s.decoder.whole(chunk)
	}
	s.pending = append(s.pending[:0], chunk[whole:]...)
	return chunk[:whole], nil
}

// span notes where the text comes from that is added to buf.
func (s *source) span(chunk []byte, same bool) {
	one := span{text: s.offset + int64(len(s.buf)), file: s.read}
	if !same {
		var raw []byte
		if n := len(s.spare); n > 0 {
			raw, s.spare = s.spare[n-1][:0], s.spare[:n-1]
		}
		raw = append(raw, chunk...)
		one.raw = raw
	}
	s.read += int64(len(chunk))
	if n := len(s.spans); same && n > 0 && s.spans[n-1].raw == nil {
		return // the same goes on
	}
	s.spans = append(s.spans, one)
}

// reserve makes buf one to which n bytes can be appended.
func (s *source) reserve(n int) {
	if cap(s.buf)-len(s.buf) >= n {
		return
	}
	if cap(s.base) < len(s.buf)+n {
		s.base = make([]byte, 2*(len(s.buf)+n))
	}
	s.buf = s.base[:copy(s.base, s.buf)]
}

// drop takes away the first bytes of buf.
func (s *source) drop(n int) {
	s.buf = s.buf[n:]
	s.offset += int64(n)
}

// forget gives up the spans that end before buf.
func (s *source) forget() {
	n := 0
	for n+1 < len(s.spans) && s.spans[n+1].text <= s.offset {
		if raw := s.spans[n].raw; raw != nil && len(s.spare) < 2 {
			s.spare = append(s.spare, raw)
		}
		n++
	}
	s.spans = append(s.spans[:0], s.spans[n:]...)
}

// file returns the offset in the file of what is at an offset of the text, of which no span was forgotten.
func (s *source) file(text int64) int64 {
	k := len(s.spans) - 1
	for k > 0 && s.spans[k].text > text {
		k--
	}
	if k < 0 {
		return s.read
	}
	one := &s.spans[k]
	if one.raw == nil {
		return one.file + text - one.text
	}
	if one.text+one.seenText > text {
		one.seenText, one.seenFile = 0, 0
	}
	var scratch [8]byte
	for one.text+one.seenText < text {
		out, n := s.decoder.next(scratch[:0], one.raw[one.seenFile:])
		one.seenText += int64(len(out))
		one.seenFile += int64(n)
	}
	return one.file + one.seenFile
}
