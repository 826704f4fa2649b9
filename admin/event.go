package admin

import (
	"context"
	"log/slog"
	"runtime/debug"
	"strings"
	"time"
)

// EventKind is the kind of an [Event].
type EventKind string

// The kinds of event.
const (
	EventSignIn              EventKind = "SIGN_IN"               // a user signed in
	EventSignInFailed        EventKind = "SIGN_IN_FAILED"        // a sign-in failed, for the reason
	EventSignInLimited       EventKind = "SIGN_IN_LIMITED"       // too many attempts to sign in: locked out, unchecked
	EventPasswordFailed      EventKind = "PASSWORD_FAILED"       // a signed-in user gave a wrong current password
	EventPasswordLimited     EventKind = "PASSWORD_LIMITED"      // too many attempts of a signed-in user, unchecked
	EventSecondFactor        EventKind = "SECOND_FACTOR"         // a second factor was accepted
	EventSecondFactorFailed  EventKind = "SECOND_FACTOR_FAILED"  // a second factor was wrong
	EventSecondFactorLimited EventKind = "SECOND_FACTOR_LIMITED" // too many codes of a second factor, unchecked
	EventSessionEnded        EventKind = "SESSION_ENDED"         // a session was ended by its user or an administrator
	EventSessionRefused      EventKind = "SESSION_REFUSED"       // a session that has ended was presented
	EventInvitationRefused   EventKind = "INVITATION_REFUSED"    // the secret was not that of a valid invitation
	EventResetRequested      EventKind = "RESET_REQUESTED"       // a reset of a password was asked for, of any address
	EventResetLimited        EventKind = "RESET_LIMITED"         // too many requests for resets, or uses of one
	EventResetUsed           EventKind = "RESET_USED"            // a password was set by the secret of a reset
	EventResetRefused        EventKind = "RESET_REFUSED"         // the secret was not that of a valid reset
	EventImpersonated        EventKind = "IMPERSONATED"          // support began to act in the place of a user
	EventTokenRefused        EventKind = "TOKEN_REFUSED"         // an API token was refused, for the reason
)

// EventKinds returns every kind of event.
func EventKinds() []EventKind {
	return []EventKind{
		EventSignIn, EventSignInFailed, EventSignInLimited, EventPasswordFailed, EventPasswordLimited, EventSecondFactor,
		EventSecondFactorFailed, EventSecondFactorLimited, EventSessionEnded, EventSessionRefused, EventInvitationRefused,
		EventResetRequested, EventResetLimited, EventResetUsed, EventResetRefused, EventImpersonated,
		EventTokenRefused,
	}
}

// EventReason is why something at the door was refused, in lower_snake_case. people.EventReasons and token.Reasons
// list those that there are. The caller must not learn it.
type EventReason string

// Action returns the action of the records in which events of the kind are kept: "event.sign_in_failed". See
// admincenter.Options.KeepEvents.
func (k EventKind) Action() Action { return Action("event." + strings.ToLower(string(k))) }

// Failed reports whether the event is one that a monitor of attacks counts: something was refused.
func (k EventKind) Failed() bool {
	switch k {
	case EventSignIn, EventSecondFactor, EventSessionEnded, EventResetRequested, EventResetUsed, EventImpersonated:
		return false
	}
	return true
}

// Event is what happened at the door: who came in and what was refused. It is for a host's monitoring (SIEM)
// and is kept nowhere unless the host chooses so (admincenter.Options.KeepEvents); what changes a record is in the
// audit trail besides. It has no secret, and no e-mail
// address.
type Event struct {
	Kind EventKind `json:"kind"`
	At   time.Time `json:"at"`
	// Org is the organization, if the call named one or the token is known.
	Org OrgID `json:"org,omitempty"`
	// UserID is the user concerned, if there is one.
	UserID string `json:"userId,omitempty"`
	// StaffID is the host's id of the member of staff who acts for the user, if there is one.
	StaffID string `json:"staffId,omitempty"`
	// Address stands for the e-mail address that was given: people.AddressDigest of it. Equal addresses in one
	// organization have the same.
	Address string `json:"address,omitempty"`
	// Source is where the call came from, as the host gave it, at most 60 characters of it.
	Source string `json:"source,omitempty"`
	// UserAgent and RequestID are those of the [Request], if it is known.
	UserAgent string `json:"userAgent,omitempty"`
	RequestID string `json:"requestId,omitempty"`
	// Reason is why something was refused. The caller must not learn it.
	Reason EventReason `json:"reason,omitempty"`
	// TokenPrefix is the brand and environment of a refused API token, such as "adm_live_", if it is in the
	// format of one, and TokenID the token's id if it is known.
	TokenPrefix string `json:"tokenPrefix,omitempty"`
	TokenID     string `json:"tokenId,omitempty"`
}

// WithRequest returns the event with the parts of a [Request] that it does not have.
func (e Event) WithRequest(r Request) Event {
	r = Request{Source: e.Source, UserAgent: e.UserAgent, ID: e.RequestID}.Or(r)
	e.Source, e.UserAgent, e.RequestID = r.Source, r.UserAgent, r.ID
	return e
}

// LogValue implements [slog.LogValuer]: a group of the fields that are not empty.
func (e Event) LogValue() slog.Value {
	attrs := []slog.Attr{slog.String("kind", string(e.Kind))}
	for _, a := range []slog.Attr{
		slog.String("organization", string(e.Org)), slog.String("user", e.UserID), slog.String("address", e.Address),
		slog.String("source", e.Source), slog.String("reason", string(e.Reason)), slog.String("prefix", e.TokenPrefix),
		slog.String("token", e.TokenID), slog.String("staff", e.StaffID), slog.String("userAgent", e.UserAgent),
		slog.String("request", e.RequestID),
	} {
		if a.Value.String() != "" {
			attrs = append(attrs, a)
		}
	}
	return slog.GroupValue(attrs...)
}

// Emit passes an event to OnEvent, with the time at which it happened, and returns it. Without OnEvent it is logged, as
// a warning if the Kind is one that [EventKind.Failed]. A panic in OnEvent is logged and changes nothing. The runtime
// must have its defaults.
func (r Runtime) Emit(ctx context.Context, e Event) Event {
	e.At, e.Source = r.Instant(), Clip(e.Source)
	if r.OnEvent == nil {
		level := slog.LevelInfo
		if e.Kind.Failed() {
			level = slog.LevelWarn
		}
		r.Logger.LogAttrs(ctx, level, "access event", slog.Any("event", e))
		return e
	}
	r.hand(ctx, e)
	return e
}

// hand calls OnEvent.
func (r Runtime) hand(ctx context.Context, e Event) {
	defer func() {
		if v := recover(); v != nil {
			r.Logger.ErrorContext(ctx, "event hook panicked", "panic", v, "stack", string(debug.Stack()))
		}
	}()
	r.OnEvent(ctx, e)
}
