package main

import (
	"bytes"
	"crypto/sha256"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/bulkimport"
	"github.com/admincenter/admincenter/storage/storagetest"
)

func open(t *testing.T) (*store, Blobs) {
	t.Helper()
	s := &store{objects: map[string][]byte{}}
	server := httptest.NewServer(s)
	t.Cleanup(server.Close)
	return s, Blobs{client(server.URL)}
}

func TestConformance(t *testing.T) {
	storagetest.Blobs(t, func(t *testing.T) bulkimport.Blobs {
		_, b := open(t)
		return b
	})
}

func TestDemonstration(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &out))
	require.Equal(t, "53 bytes under /billing/imports/acme/IMPORT/0000000000000000000\n1 row imported\n"+
		"0 objects after it was erased\n", out.String())
}

// A removal that the store refuses in the middle goes on where it was.
func TestRemovalThatIsRefusedGoesOn(t *testing.T) {
	s, b := open(t)
	id := uuid.New()
	for n := range int64(5) {
		require.NoError(t, b.Put(t.Context(), "acme", id, n*bulkimport.MaxChunk, []byte("x")))
	}
	deletions := 0
	s.refuse = func(r *http.Request) bool {
		if r.Method != http.MethodDelete {
			return false
		}
		deletions++
		return deletions == 4
	}
	require.ErrorContains(t, b.Remove(t.Context(), "acme", id), "403")
	require.Len(t, s.objects, 2)
	require.NoError(t, b.Remove(t.Context(), "acme", id))
	require.Empty(t, s.objects)
}

// The example "GET Object" of
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
func TestSignatureIsThatOfTheDocumentation(t *testing.T) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://examplebucket.s3.amazonaws.com/test.txt", nil)
	require.NoError(t, err)
	r.Header.Set("Range", "bytes=0-9")
	sign(r, sha256.Sum256(nil), "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "us-east-1",
		time.Date(2013, 5, 24, 0, 0, 0, 0, time.UTC))
	require.Equal(t, "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"+
		"SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,"+
		"Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41", r.Header.Get("Authorization"))
}
