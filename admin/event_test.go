package admin_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
)

func TestEmitLogsWithoutAHook(t *testing.T) {
	for kind, level := range map[admin.EventKind]string{
		admin.EventSignIn: "INFO", admin.EventSecondFactor: "INFO", admin.EventSessionEnded: "INFO",
		admin.EventResetRequested: "INFO", admin.EventResetUsed: "INFO",
		admin.EventSignInFailed: "WARN", admin.EventSignInLimited: "WARN", admin.EventTokenRefused: "WARN",
		admin.EventInvitationRefused: "WARN", admin.EventSecondFactorFailed: "WARN", admin.EventSessionRefused: "WARN",
	} {
		var log bytes.Buffer
		r := admin.Runtime{Logger: slog.New(slog.NewTextHandler(&log, nil))}.WithDefaults()
		r.Emit(t.Context(), admin.Event{Kind: kind, Org: "acme", Source: strings.Repeat("x", 100), Reason: "unknown"})
		line := log.String()
		require.Contains(t, line, "level="+level, kind)
		require.Contains(t, line, "event.kind="+string(kind)+" event.organization=acme event.source="+
			strings.Repeat("x", 60)+"… event.reason=unknown\n")
		require.Equal(t, level == "WARN", kind.Failed())
	}
}

func TestEmitCallsTheHook(t *testing.T) {
	var (
		log  bytes.Buffer
		seen []admin.Event
		now  = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)
	)
	r := admin.Runtime{
		Now: func() time.Time { return now }, Logger: slog.New(slog.NewTextHandler(&log, nil)),
		OnEvent: func(_ context.Context, e admin.Event) { seen = append(seen, e) },
	}
	admin.Runtime{}.Or(r).WithDefaults().Emit(t.Context(), admin.Event{Kind: admin.EventSignIn, Org: "acme", UserID: "ann"})
	require.Equal(t, []admin.Event{{Kind: admin.EventSignIn, At: now, Org: "acme", UserID: "ann"}}, seen)
	require.Empty(t, log.String(), "the host has it")
	text, err := json.Marshal(seen[0])
	require.NoError(t, err)
	require.JSONEq(t, `{"kind":"SIGN_IN","at":"2026-07-01T12:00:00Z","org":"acme","userId":"ann"}`, string(text))

	r.OnEvent = func(context.Context, admin.Event) { panic("broken") }
	require.NotPanics(t, func() { r.WithDefaults().Emit(t.Context(), admin.Event{Kind: admin.EventSignIn}) })
	require.Contains(t, log.String(), "event hook panicked")
}
