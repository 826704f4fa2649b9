package token

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Reason is the code of a reason why a secret was refused.
type Reason string

// The reasons, in the order in which they are checked.
const (
	ReasonMalformed   Reason = "malformed"   // not in the format of a token
	ReasonChecksum    Reason = "checksum"    // mistyped, cut off or made up
	ReasonForeign     Reason = "foreign"     // of another brand or environment
	ReasonUnknown     Reason = "unknown"     // no such token
	ReasonDeleted     Reason = "deleted"     // its token is deleted: an old secret is still in use
	ReasonDeactivated Reason = "deactivated" // its token is switched off
	ReasonExpired     Reason = "expired"     // its token has expired
	ReasonSuspended   Reason = "suspended"   // the organization of its token is suspended
	ReasonUser        Reason = "user"        // the user who answers for its token is not active, or has no role
	ReasonNetwork     Reason = "network"     // presented from outside of its token's networks, or from an unknown peer
)

// Reasons returns every reason, in the order in which they are checked. They are those of an
// [admin.EventTokenRefused] too, as an [admin.EventReason].
func Reasons() []Reason {
	return []Reason{
		ReasonMalformed, ReasonChecksum, ReasonForeign, ReasonUnknown, ReasonDeleted, ReasonDeactivated, ReasonExpired,
		ReasonSuspended, ReasonUser, ReasonNetwork,
	}
}

// Refusal is the error of a refused secret. However it is printed, logged or marshaled, it is [ErrBadToken]
// for every reason, so that it can be shown to the caller, who must not learn whether a secret was once
// valid, nor whose it was. The methods return the rest, for the host's own log and counters.
type Refusal struct {
	reason Reason
	org    admin.OrgID
	id     uuid.UUID
}

// Reason returns why the secret was refused.
func (r *Refusal) Reason() Reason { return r.reason }

// Org returns the organization of the token, or empty if the secret is of no known token.
func (r *Refusal) Org() admin.OrgID { return r.org }

// TokenID returns the id of the token, or [uuid.Nil] if the secret is of no known token.
func (r *Refusal) TokenID() uuid.UUID { return r.id }

// Error returns the text of [ErrBadToken].
func (*Refusal) Error() string { return ErrBadToken.Error() }

// Unwrap makes errors.Is(err, ErrBadToken) and errors.Is(err, admin.ErrUnauthenticated) true.
func (*Refusal) Unwrap() error { return ErrBadToken }

// Format writes the text of [ErrBadToken] for every verb.
func (*Refusal) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, ErrBadToken.Error()) }

// MarshalJSON writes the text of [ErrBadToken].
func (*Refusal) MarshalJSON() ([]byte, error) { return json.Marshal(ErrBadToken.Error()) }

// LogValue returns the text of [ErrBadToken]: the host logs the reason on purpose or not at all.
func (*Refusal) LogValue() slog.Value { return slog.StringValue(ErrBadToken.Error()) }
