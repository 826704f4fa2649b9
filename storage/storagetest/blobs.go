package storagetest

import (
	"bytes"
	"context"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/bulkimport"
)

// OpenBlobs returns a [bulkimport.Blobs] for one test and closes it with [testing.T.Cleanup]. The suite uses ids of its
// own, so it need not be empty.
type OpenBlobs func(t *testing.T) bulkimport.Blobs

// Blobs checks the contract of [bulkimport.Blobs]. What an adapter does when its disk is full or its service does not
// answer is for its own tests.
func Blobs(t *testing.T, open OpenBlobs) {
	for _, topic := range []struct {
		name string
		test func(blobSuite)
	}{
		{"returns what was put, byte by byte", blobSuite.testPieces},
		{"replaces a piece that is put again", blobSuite.testAgain},
		{"keeps nothing of a removed import", blobSuite.testRemove},
		{"keeps organizations and imports apart", blobSuite.testApart},
		{"refuses what is no piece", blobSuite.testRefused},
		{"does nothing under a cancelled context", blobSuite.testCancelled},
		{"never returns a part of a piece", blobSuite.testAtOnce},
		{"is removed while it is put", blobSuite.testRemovedAtOnce},
	} {
		t.Run(topic.name, func(t *testing.T) { topic.test(blobSuite{t, open(t), "blobs"}) })
	}
}

type blobSuite struct {
	t   *testing.T
	b   bulkimport.Blobs
	org admin.OrgID
}

func (s blobSuite) put(org admin.OrgID, id uuid.UUID, offset int64, piece []byte) {
	s.t.Helper()
	require.NoError(s.t, s.b.Put(s.t.Context(), org, id, offset, piece))
}

// requirePiece compares without a message of the length of a piece.
func (s blobSuite) requirePiece(org admin.OrgID, id uuid.UUID, offset int64, want []byte) {
	s.t.Helper()
	got, err := s.b.Get(s.t.Context(), org, id, offset)
	require.NoError(s.t, err)
	require.Len(s.t, got, len(want))
	require.True(s.t, bytes.Equal(want, got), "the bytes at %d", offset)
}

func (s blobSuite) requireMissing(org admin.OrgID, id uuid.UUID, offset int64) {
	s.t.Helper()
	_, err := s.b.Get(s.t.Context(), org, id, offset)
	require.ErrorIs(s.t, err, admin.ErrNotFound)
}

// fullPiece is a piece of the largest size in which each byte is, n sets it apart.
func fullPiece(n int) []byte {
	piece := make([]byte, bulkimport.MaxChunk)
	for k := range piece {
		piece[k] = byte(k + k/256 + n)
	}
	return piece
}

func (s blobSuite) testPieces() {
	id := uuid.New()
	s.requireMissing(s.org, id, 0)
	first := fullPiece(1)
	given := bytes.Clone(first)
	s.put(s.org, id, 0, given)
	clear(given) // which is the caller's
	s.put(s.org, id, bulkimport.MaxChunk, fullPiece(2))
	s.put(s.org, id, 2*bulkimport.MaxChunk, []byte{0})
	s.requirePiece(s.org, id, 0, first)
	s.requirePiece(s.org, id, bulkimport.MaxChunk, fullPiece(2))
	s.requirePiece(s.org, id, 2*bulkimport.MaxChunk, []byte{0})
	s.requireMissing(s.org, id, 3*bulkimport.MaxChunk)
	got, err := s.b.Get(s.t.Context(), s.org, id, 0)
	require.NoError(s.t, err)
	clear(got)
	s.requirePiece(s.org, id, 0, first)
	const far = 1 << 50
	s.put(s.org, id, far, []byte("far"))
	s.requirePiece(s.org, id, far, []byte("far"))
}

func (s blobSuite) testAgain() {
	id := uuid.New()
	for _, piece := range [][]byte{[]byte("one"), []byte("one"), fullPiece(1), []byte("2")} {
		s.put(s.org, id, 0, piece)
		s.requirePiece(s.org, id, 0, piece)
	}
}

func (s blobSuite) testRemove() {
	ctx, id, other := s.t.Context(), uuid.New(), uuid.New()
	require.NoError(s.t, s.b.Remove(ctx, s.org, id), "there is nothing")
	const pieces = 5
	for _, of := range []uuid.UUID{id, other} {
		for n := range int64(pieces) {
			s.put(s.org, of, n*bulkimport.MaxChunk, []byte{byte(n)})
		}
	}
	for range 2 {
		require.NoError(s.t, s.b.Remove(ctx, s.org, id))
		for n := range int64(pieces) {
			s.requireMissing(s.org, id, n*bulkimport.MaxChunk)
			s.requirePiece(s.org, other, n*bulkimport.MaxChunk, []byte{byte(n)})
		}
	}
	s.put(s.org, id, 0, []byte("again"))
	s.requirePiece(s.org, id, 0, []byte("again"))
	s.requireMissing(s.org, id, bulkimport.MaxChunk)
	require.NoError(s.t, s.b.Remove(ctx, s.org, id))
	require.NoError(s.t, s.b.Remove(ctx, s.org, other))
}

// testApart has organizations whose ids a file system or an address could take for one another, or for a path.
func (s blobSuite) testApart() {
	ctx, id := s.t.Context(), uuid.New()
	orgs := []admin.OrgID{
		"a", "A", "a-", "a.", ".", "..", "...", "-", "_", ":", "a:b", "a.b", "C:", "con", "NUL", "aux.txt", "-rf", "~",
		admin.OrgID(id.String()), "a" + admin.OrgID(id.String()), admin.OrgID(strings.Repeat("A", 64)),
		admin.OrgID(strings.Repeat("a", 64)), admin.OrgID(strings.Repeat(".", 64)),
	}
	for _, org := range orgs {
		if org.Check() == nil {
			s.put(org, id, 0, []byte(org))
		}
	}
	for k, org := range orgs {
		if org.Check() != nil {
			continue
		}
		s.requirePiece(org, id, 0, []byte(org))
		s.requireMissing(org, uuid.New(), 0)
		require.NoError(s.t, s.b.Remove(ctx, org, id))
		s.requireMissing(org, id, 0)
		for _, other := range orgs[k+1:] {
			if other.Check() == nil {
				s.requirePiece(other, id, 0, []byte(other))
			}
		}
	}
}

func (s blobSuite) testRefused() {
	id := uuid.New()
	for name, of := range map[string]struct {
		offset int64
		piece  []byte
	}{
		"nothing":                      {0, nil},
		"a byte too much":              {0, make([]byte, bulkimport.MaxChunk+1)},
		"an offset within a piece":     {1, []byte("a")},
		"an offset before the content": {-bulkimport.MaxChunk, []byte("a")},
	} {
		require.ErrorIs(s.t, s.b.Put(s.t.Context(), s.org, id, of.offset, of.piece), admin.ErrInvalid, name)
	}
	s.requireMissing(s.org, id, 0)
}

func (s blobSuite) testCancelled() {
	id := uuid.New()
	s.put(s.org, id, 0, []byte("there"))
	ctx, cancel := context.WithCancel(s.t.Context())
	cancel()
	require.ErrorIs(s.t, s.b.Put(ctx, s.org, id, 0, []byte("other")), context.Canceled)
	require.ErrorIs(s.t, s.b.Put(ctx, s.org, id, bulkimport.MaxChunk, []byte("more")), context.Canceled)
	require.ErrorIs(s.t, s.b.Remove(ctx, s.org, id), context.Canceled)
	_, err := s.b.Get(ctx, s.org, id, 0)
	require.ErrorIs(s.t, err, context.Canceled)
	s.requirePiece(s.org, id, 0, []byte("there"))
	s.requireMissing(s.org, id, bulkimport.MaxChunk)
}

// testAtOnce has a piece put by several callers, and cancelled, while others read it.
func (s blobSuite) testAtOnce() {
	id := uuid.New()
	pieces := [][]byte{fullPiece(0), fullPiece(1), fullPiece(2)}
	s.put(s.org, id, 0, pieces[0])
	var puts, gets sync.WaitGroup
	ended := make(chan struct{})
	for n := range pieces {
		puts.Go(func() {
			for k := range 10 {
				ctx, cancel := context.WithCancel(s.t.Context())
				if k%2 == 1 {
					go cancel()
				}
				_ = s.b.Put(ctx, s.org, id, 0, pieces[n]) // in vain if it was cancelled in time
				cancel()
			}
		})
		gets.Go(func() {
			for {
				got, err := s.b.Get(s.t.Context(), s.org, id, 0)
				if err != nil || !isOneOf(got, pieces) {
					s.t.Errorf("got %d bytes which nobody has put, %v", len(got), err)
					return
				}
				select {
				case <-ended:
					return
				default:
				}
			}
		})
	}
	puts.Wait()
	close(ended)
	gets.Wait()
	s.put(s.org, id, 0, pieces[1])
	s.requirePiece(s.org, id, 0, pieces[1])
}

func isOneOf(piece []byte, all [][]byte) bool {
	for _, one := range all {
		if bytes.Equal(piece, one) {
			return true
		}
	}
	return false
}

// testRemovedAtOnce removes an import that is still put. What Put has put is there or not; after the last Remove
// nothing is.
func (s blobSuite) testRemovedAtOnce() {
	ctx, id, other := s.t.Context(), uuid.New(), uuid.New()
	var all sync.WaitGroup
	for n := range int64(3) {
		all.Go(func() {
			for range 10 {
				_ = s.b.Put(ctx, s.org, id, n*bulkimport.MaxChunk, []byte("gone")) // may lose against Remove
			}
		})
		all.Go(func() {
			for range 10 {
				_ = s.b.Remove(ctx, s.org, id) // may lose against Put, and is called again
			}
		})
		all.Go(func() {
			if err := s.b.Put(ctx, s.org, other, n*bulkimport.MaxChunk, []byte("kept")); err != nil {
				s.t.Errorf("the removal of another import is in the way: %v", err)
			}
		})
	}
	all.Wait()
	require.NoError(s.t, s.b.Remove(ctx, s.org, id))
	for n := range int64(3) {
		s.requireMissing(s.org, id, n*bulkimport.MaxChunk)
		s.requirePiece(s.org, other, n*bulkimport.MaxChunk, []byte("kept"))
	}
	require.NoError(s.t, s.b.Remove(ctx, s.org, other))
}
