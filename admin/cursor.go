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

// Cursor is a place in a list: opaque text, safe in a URL, of 4,096 characters at most. It is bound to
// the organization, the list and its filters, and refused elsewhere. It carries no authority, because
// every query is confined to the scope's organization, so it is not signed.
type Cursor string

// Key is the type of the keys that lists are ordered by. Texts are valid UTF-8 without NUL. The zero
// key means the start of a list, so no item has it.
type Key interface {
	string | int64 | uuid.UUID | RecordKey
}

const (
	cursorVersion = 1
	cursorBinding = 6 // bytes of the digest that bind a cursor to its list
	maxCursor     = 4096
)

// bind digests what a cursor is valid for. The length keeps ("a", "b") apart from ("ab", "").
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

// openCursor reads the key in a cursor of this list; an empty cursor has the zero key.
func openCursor[K Key](org OrgID, list string, c Cursor) (key K, err error) {
	if c == "" {
		return key, nil
	}
	raw, ok := unbind(org, list, c)
	if !ok || !readKey(raw, &key) {
		return key, fmt.Errorf("page cursor is not one of this list: start again without it: %w", ErrInvalid)
	}
	return key, nil
}

// unbind returns the bytes of the key in c, and whether c is bound to this list.
func unbind(org OrgID, list string, c Cursor) ([]byte, bool) {
	if len(c) > maxCursor || strings.ContainsAny(string(c), "\r\n") { // base64 skips line breaks
		return nil, false
	}
	raw, err := base64.RawURLEncoding.Strict().DecodeString(string(c))
	if err != nil || len(raw) < 1+cursorBinding || raw[0] != cursorVersion {
		return nil, false
	}
	return raw[1+cursorBinding:], [cursorBinding]byte(raw[1:1+cursorBinding]) == bind(org, list)
}

// readKey reads what sealCursor wrote, and reports whether it could be the key of an item: a cursor is
// not signed, and a database may refuse bytes that no item can have with an error of its own.
func readKey[K Key](raw []byte, key *K) bool {
	switch k := any(key).(type) {
	case *string:
		if !utf8.Valid(raw) || bytes.IndexByte(raw, 0) >= 0 {
			return false
		}
		*k = string(raw)
	case *int64:
		if len(raw) != 8 {
			return false
		}
		*k = int64(binary.BigEndian.Uint64(raw))
	case *uuid.UUID:
		if len(raw) != len(*k) {
			return false
		}
		copy(k[:], raw)
	case *RecordKey:
		if len(raw) != 8+len(k.ID) {
			return false
		}
		k.At = time.UnixMicro(int64(binary.BigEndian.Uint64(raw))).UTC()
		copy(k.ID[:], raw[8:])
	}
	return true
}
