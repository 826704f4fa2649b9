package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// S3 is [Objects] over the REST API of Amazon S3, which MinIO, Ceph and others have too: PUT, GET, DELETE and
// ListObjectsV2, signed with Signature Version 4. A host that has an SDK anyway uses that in its place.
type S3 struct {
	Endpoint string // such as https://s3.eu-central-1.amazonaws.com
	Bucket   string
	Region   string
	KeyID    string
	Secret   string
	Client   *http.Client // with a Timeout
	Now      func() time.Time
}

var _ Objects = (*S3)(nil)

// Put implements [Objects].
func (s *S3) Put(ctx context.Context, key string, body []byte) error {
	_, err := s.do(ctx, http.MethodPut, key, nil, body, 1<<20)
	return err
}

// Get implements [Objects].
func (s *S3) Get(ctx context.Context, key string, most int64) ([]byte, error) {
	return s.do(ctx, http.MethodGet, key, nil, nil, most)
}

// Delete implements [Objects].
func (s *S3) Delete(ctx context.Context, key string) error {
	_, err := s.do(ctx, http.MethodDelete, key, nil, nil, 1<<20)
	return err
}

// List implements [Objects].
func (s *S3) List(ctx context.Context, prefix string) ([]string, error) {
	text, err := s.do(ctx, http.MethodGet, "", url.Values{"list-type": {"2"}, "prefix": {prefix}}, nil, 8<<20)
	if err != nil {
		return nil, err
	}
	var list struct {
		Keys []string `xml:"Contents>Key"`
	}
	if err := xml.Unmarshal(text, &list); err != nil {
		return nil, fmt.Errorf("list of objects: %w", err)
	}
	return list.Keys, nil
}

// do sends a request, and returns the body of its answer.
func (s *S3) do(
	ctx context.Context, method, key string, query url.Values, body []byte, most int64,
) (text []byte, err error) {
	// Values.Encode has + for a blank, which a signature does not know; no key here has one.
	address := strings.TrimSuffix(s.Endpoint, "/") + "/" + s.Bucket + "/" + key + "?" + query.Encode()
	r, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(address, "?"), bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256(body)
	sign(r, sum, s.KeyID, s.Secret, s.Region, s.Now())
	answer, err := s.Client.Do(r)
	if err != nil {
		return nil, err
	}
	defer answer.Body.Close()
	text, err = io.ReadAll(io.LimitReader(answer.Body, most+1))
	switch {
	case err != nil:
		return nil, err
	case answer.StatusCode == http.StatusNotFound && method == http.MethodGet && key != "":
		return nil, errNoObject
	case answer.StatusCode/100 != 2:
		return nil, fmt.Errorf("%s of an object: %s", method, answer.Status)
	case int64(len(text)) > most:
		return nil, fmt.Errorf("%s of an object: more than %d bytes", method, most)
	}
	return text, nil
}

// sign adds the headers of Signature Version 4
// (https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html).
func sign(r *http.Request, body [sha256.Size]byte, keyID, secret, region string, now time.Time) {
	at := now.UTC().Format("20060102T150405Z")
	r.Header.Set("X-Amz-Date", at)
	r.Header.Set("X-Amz-Content-Sha256", hex.EncodeToString(body[:]))
	names := []string{"host"}
	for name := range r.Header {
		names = append(names, strings.ToLower(name))
	}
	slices.Sort(names)
	canonical := []string{r.Method, r.URL.EscapedPath(), r.URL.Query().Encode()}
	for _, name := range names {
		value := r.Header.Get(name)
		if name == "host" {
			value = r.URL.Host
		}
		canonical = append(canonical, name+":"+value)
	}
	signed := strings.Join(names, ";")
	canonical = append(canonical, "", signed, hex.EncodeToString(body[:]))
	sum := sha256.Sum256([]byte(strings.Join(canonical, "\n")))
	place := at[:8] + "/" + region + "/s3/aws4_request"
	key := []byte("AWS4" + secret)
	for part := range strings.SplitSeq(place, "/") {
		key = keyed(key, part)
	}
	signature := keyed(key, "AWS4-HMAC-SHA256\n"+at+"\n"+place+"\n"+hex.EncodeToString(sum[:]))
	r.Header.Set("Authorization", fmt.Sprintf("AWS4-HMAC-SHA256 Credential=%s/%s,SignedHeaders=%s,Signature=%x",
		keyID, place, signed, signature))
}

func keyed(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}
