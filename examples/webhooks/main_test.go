package main

import (
	"errors"
	"flag"
	"io"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

const anySecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"

func parsed(t *testing.T) secret {
	t.Helper()
	s, err := parseSecret(anySecret)
	require.NoError(t, err)
	return s
}

// The example of the specification's reference libraries.
func TestSignsAsStandardWebhooks(t *testing.T) {
	got := parsed(t).sign("msg_p5jXN8AQM9LWM0D4loKWxJek", time.Unix(1614265330, 0), []byte(`{"test": 2432232314}`))
	require.Equal(t, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=", got)
}

func TestReceiversVerify(t *testing.T) {
	s, now, payload := parsed(t), time.Unix(1614265330, 0), `{"type":"x.y"}`
	for _, tc := range []struct {
		reason string
		change func(h http.Header)
		now    time.Time
		body   string
		want   string
	}{
		{"what was signed", func(http.Header) {}, now, payload, ""},
		{"one of several signatures", func(h http.Header) { h.Set(headerSignature, "v1,AAAA "+h.Get(headerSignature)) }, now, payload, ""},
		{"another payload", func(http.Header) {}, now, payload + " ", "no signature is right"},
		{"another id", func(h http.Header) { h.Set(headerID, "2") }, now, payload, "no signature is right"},
		{"no signature", func(h http.Header) { h.Del(headerSignature) }, now, payload, "no signature is right"},
		{"no time", func(h http.Header) { h.Del(headerTimestamp) }, now, payload, "not a time"},
		{"an old message", func(http.Header) {}, now.Add(time.Hour), payload, "1h0m0s old"},
		{"one of the future", func(http.Header) {}, now.Add(-time.Hour), payload, "-1h0m0s old"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := http.Header{}
			h.Set(headerID, "1")
			h.Set(headerTimestamp, "1614265330")
			h.Set(headerSignature, s.sign("1", now, []byte(payload)))
			tc.change(h)
			err := s.verify(h, []byte(tc.body), tc.now)
			if tc.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, tc.want)
		})
	}
}

func TestDelivers(t *testing.T) {
	var (
		got     []*http.Request
		payload string
		status  = http.StatusNoContent
	)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		got, payload = append(got, r), string(body)
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
	}))
	defer server.Close()
	ctx := t.Context()
	db, err := open(ctx, filepath.Join(t.TempDir(), "admin.db"))
	require.NoError(t, err)
	defer func() { require.NoError(t, db.pool.Close()) }()
	c := newCourier(db, server.URL, parsed(t))
	id := uuid.MustParse("0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b")
	e := admin.Entry{
		Link: admin.Link{Seq: 7, RecordID: id},
		Record: admin.Record{
			ID: id, At: time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), Actor: admin.Actor{Kind: admin.ActorSystem},
			Action: "invoice.send", Subject: admin.Subject{Kind: "invoice", ID: "i-7"},
		},
		Proof: admin.Proof{Marks: []admin.Mark{{Salt: []byte("salt")}}},
	}
	position := func() int64 {
		seq, err := c.position(ctx, admin.Head{Org: "acme"})
		require.NoError(t, err)
		return seq
	}
	require.Zero(t, position())
	require.NoError(t, c.handle(ctx, "acme", e))
	require.EqualValues(t, 7, position())
	require.Equal(t, id.String(), got[0].Header.Get(headerID))
	require.NoError(t, parsed(t).verify(got[0].Header, []byte(payload), time.Now()))
	require.JSONEq(t, `{"type":"invoice.send","timestamp":"2026-03-01T00:00:00Z","data":{"organization":"acme","seq":7,"record":{
		"id":"0195a2b3-c4d5-7e6f-8a9b-0c1d2e3f4a5b","at":"2026-03-01T00:00:00Z","actor":{"kind":"SYSTEM"},
		"action":"invoice.send","subject":{"kind":"invoice","id":"i-7"}}}}`, payload, "nothing of the proof")

	e.Seq = 8
	for _, status = range []int{http.StatusFound, http.StatusGone, http.StatusInternalServerError} {
		require.ErrorContains(t, c.handle(ctx, "acme", e), "the receiver answered")
	}
	require.EqualValues(t, 7, position())
	require.Len(t, got, 4, "no redirect is followed")
	require.NoError(t, c.handle(ctx, "acme", admin.Entry{Link: admin.Link{Seq: 8}}), "a record that is gone")
	require.EqualValues(t, 8, position())
}

func TestRefusesOptions(t *testing.T) {
	t.Setenv(secretVariable, "whsec_AAAA")
	for _, tc := range []struct {
		reason string
		args   []string
		want   string
	}{
		{"an unknown option", []string{"-nope"}, "flag provided but not defined"},
		{"a database without its option", []string{"admin.db"}, "name a database with -db"},
		{"an address without a database", []string{"-url", "http://localhost"}, "name it with -db"},
		{"no records", []string{"-records", "0"}, "must be more than 0"},
		{"a short secret", []string{"-url", "http://localhost", "-db", "x.db"}, "24 to 64 bytes"},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			err := run(tc.args, io.Discard, io.Discard)
			require.ErrorContains(t, err, tc.want)
			require.False(t, strings.Contains(err.Error(), "AAAA"), "no error shows a secret")
		})
	}
	require.True(t, errors.Is(run([]string{"-h"}, io.Discard, io.Discard), flag.ErrHelp))
}
