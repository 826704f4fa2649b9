package main

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// The headers of Standard Webhooks (https://www.standardwebhooks.com).
const (
	headerID        = "webhook-id"        // the same for each attempt: receivers drop doubles by it
	headerTimestamp = "webhook-timestamp" // of the attempt, in seconds since 1970
	headerSignature = "webhook-signature" // some, between spaces
)

// secret is a key that the sender and the receiver have.
type secret []byte

// parseSecret reads "whsec_" and 24 to 64 bytes in base64.
func parseSecret(text string) (secret, error) {
	encoded, ok := strings.CutPrefix(text, "whsec_")
	key, err := base64.StdEncoding.DecodeString(encoded)
	if !ok || err != nil || len(key) < 24 || len(key) > 64 {
		return nil, errors.New("the secret is not whsec_ and 24 to 64 bytes in base64: " +
			`make one by echo "whsec_$(openssl rand -base64 32)"`)
	}
	return key, nil
}

// String hides the secret.
func (s secret) String() string { return "secret" }

// sign returns the signature of a message.
func (s secret) sign(id string, at time.Time, payload []byte) string {
	mac := hmac.New(sha256.New, s)
	_, _ = fmt.Fprintf(mac, "%s.%d.%s", id, at.Unix(), payload) // a hash takes everything
	return "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// tolerance is how old, or how far ahead, a message may be, so that none is sent again later.
const tolerance = 5 * time.Minute

// verify returns why a message is not from who has the secret. Receivers do so before they read the payload.
func (s secret) verify(h http.Header, payload []byte, now time.Time) error {
	seconds, err := strconv.ParseInt(h.Get(headerTimestamp), 10, 64)
	if err != nil {
		return fmt.Errorf("%s is not a time in seconds: %w", headerTimestamp, err)
	}
	at := time.Unix(seconds, 0)
	if age := now.Sub(at); age.Abs() > tolerance {
		return fmt.Errorf("the message is %v old", age.Round(time.Second))
	}
	want := s.sign(h.Get(headerID), at, payload)
	for given := range strings.FieldsSeq(h.Get(headerSignature)) {
		if hmac.Equal([]byte(given), []byte(want)) {
			return nil
		}
	}
	return errors.New("no signature is right")
}
