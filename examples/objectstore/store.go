package main

import (
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// store stands in for an object store: the part of its API that S3 uses, in memory. Lists have two keys at most.
type store struct {
	mu      sync.Mutex
	objects map[string][]byte // by path
	refuse  func(*http.Request) bool
}

const listed = 2

// ServeHTTP implements [http.Handler].
func (s *store) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // of a request that broke off, nothing is kept
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !strings.HasPrefix(r.Header.Get("Authorization"), "AWS4-HMAC-SHA256 ") || s.refuse != nil && s.refuse(r) {
		http.Error(w, "refused", http.StatusForbidden)
		return
	}
	switch {
	case r.Method == http.MethodPut:
		s.objects[r.URL.Path] = body
	case r.Method == http.MethodDelete:
		delete(s.objects, r.URL.Path)
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Query().Has("list-type"):
		s.list(w, r.URL.Path, r.URL.Query().Get("prefix"))
	default:
		object, ok := s.objects[r.URL.Path]
		if !ok {
			http.Error(w, "no such key", http.StatusNotFound)
			return
		}
		_, _ = w.Write(object)
	}
}

func (s *store) list(w io.Writer, bucket, prefix string) {
	var out struct {
		XMLName  xml.Name `xml:"ListBucketResult"`
		Contents []struct{ Key string }
	}
	for _, path := range slices.Sorted(maps.Keys(s.objects)) {
		key := strings.TrimPrefix(path, bucket)
		if strings.HasPrefix(key, prefix) && len(out.Contents) < listed {
			out.Contents = append(out.Contents, struct{ Key string }{key})
		}
	}
	_ = xml.NewEncoder(w).Encode(out)
}
