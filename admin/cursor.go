package admin

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"
)

// Cursor marks a place in a list. It is opaque text, safe in a URL, and bound to the organization,
// the list and its filters: elsewhere it is refused. It carries no authority (every query is
// confined to the scope's organization anyway), so it is bound but not signed.
type Cursor string

// Key is what lists are ordered by. Texts are valid UTF-8 without NUL; the zero key means the start
// of a list, so no item has it.
type Key interface {
	string | int64 | uuid.UUID | RecordKey
}

const (
	cursorVersion = 1
	cursorBinding = 6 // bytes of the digest that bind a cursor to its list
	maxCursor     = 4096
)

// bind digests what a cursor is good for. The length keeps ("a", "b") apart from ("ab", "").
func bind(org OrgID, list string) [cursorBinding]byte {
	h := sha256.New()
	var n [4]byte
	binary.BigEndian.PutUint32(n[:], uint32(len(org)))
	h.Write(n[:])
	h.Write([]byte(org))
	h.Write([]byte(list))
	var out [cursorBinding]byte
	copy(out[:], h.Sum(nil))
	return out
}

func sealCursor[K Key](org OrgID, list string, key K) Cursor {
	b := bind(org, list)
	raw := append([]byte{cursorVersion}, b[:]...)
	switch k := any(key).(type) {
	case string:
		raw = append(raw, k...)
	case int64:
		raw = binary.BigEndian.AppendUint64(raw, uint64(k))
	case uuid.UUID:
		raw = append(raw, k[:]...)
	case RecordKey:
		raw = binary.BigEndian.AppendUint64(raw, uint64(k.At.UnixMicro()))
		raw = append(raw, k.ID[:]...)
	}
	return Cursor(base64.RawURLEncoding.EncodeToString(raw))
}

func openCursor[K Key](org OrgID, list string, c Cursor) (K, error) {
	var key K
	if c == "" {
		return key, nil
	}
	bad := fmt.Errorf("page cursor is not one of this list: start again without it: %w", ErrInvalid)
	if len(c) > maxCursor {
		return key, bad
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(c))
	if err != nil || len(raw) < 1+cursorBinding || raw[0] != cursorVersion {
		return key, bad
	}
	if strings.ContainsAny(string(c), "\r\n") { // which base64 skips
		return key, bad
	}
	if [cursorBinding]byte(raw[1:1+cursorBinding]) != bind(org, list) {
		return key, bad
	}
	raw = raw[1+cursorBinding:]
	switch k := any(&key).(type) {
	case *string:
		// A cursor is not signed: what nobody could have stored must not reach a database, which
		// may refuse the bytes with an error of its own.
		if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
			return key, bad
		}
		*k = string(raw)
	case *int64:
		if len(raw) != 8 {
			return key, bad
		}
		*k = int64(binary.BigEndian.Uint64(raw))
	case *uuid.UUID:
		if len(raw) != len(*k) {
			return key, bad
		}
		copy(k[:], raw)
	case *RecordKey:
		if len(raw) != 8+len(k.ID) {
			return key, bad
		}
		k.At = time.UnixMicro(int64(binary.BigEndian.Uint64(raw))).UTC()
		copy(k.ID[:], raw[8:])
	}
	return key, nil
}
