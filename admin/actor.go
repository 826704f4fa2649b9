package admin

import (
	"strings"

	"github.com/admincenter/admincenter/internal/text"
)

// ActorKind is the sort of an [Actor]. A host may have kinds of its own, in capital letters too.
type ActorKind string

// The kinds of actor.
const (
	ActorUser   ActorKind = "USER"   // a person; ID is the user's
	ActorToken  ActorKind = "TOKEN"  // an API token; ID is the token's
	ActorSystem ActorKind = "SYSTEM" // the host's own trusted code
	// ActorSupport is one of the host's staff who acts in the place of a user: ID is the host's of that person, and
	// For is the user's.
	ActorSupport ActorKind = "SUPPORT"
)

const (
	maxActorKind = 30
	maxActorID   = 200 // bytes
	maxActorFor  = 36
	capitals     = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
)

// named reports whether the kind is 1 to 30 of A-Z 0-9 _ with a letter first.
func (k ActorKind) named() bool {
	return k != "" && len(k) <= maxActorKind && strings.IndexByte(capitals, k[0]) >= 0 &&
		strings.Trim(string(k), capitals+"0123456789_") == ""
}

// Actor is who did something, as the audit trail keeps it.
type Actor struct {
	Kind ActorKind `json:"kind"`
	ID   string    `json:"id,omitempty"` // empty for ActorSystem; at most 200 bytes
	// For is the id of the user in whose place an [ActorSupport] acts; else empty. At most 36 bytes.
	For string `json:"for,omitempty"`
}

// String returns "user 0190…", "token 0190…", "system" or "support 7 for user 0190…". What cannot be seen is escaped.
func (a Actor) String() string {
	said := strings.ToLower(string(a.Kind))
	if a.ID != "" {
		said += " " + a.ID
	}
	if a.For != "" {
		said += " for user " + a.For
	}
	return text.Visible(said)
}

// Subject returns the actor as what an action was done to: a user's subject is "user".
func (a Actor) Subject() Subject { return Subject{Kind: strings.ToLower(string(a.Kind)), ID: a.ID} }

// check adds what would keep the actor from being recorded.
func (a Actor) check(p *Problems, path string) {
	a.checkForm(p, path)
	switch {
	case a.Kind != ActorSupport:
		if a.For != "" {
			p.Add(path+"/for", CodeUnknown, "%q acts for no user: only %s does", Clip(string(a.Kind)), ActorSupport)
		}
	case a.ID == "":
		p.Add(path+"/id", CodeRequired, "is required of %s: give the id of the member of staff", ActorSupport)
	case a.For == "":
		p.Add(path+"/for", CodeRequired, "is required of %s: give the id of the user", ActorSupport)
	}
}

// checkForm adds what no actor can have.
func (a Actor) checkForm(p *Problems, path string) {
	if !a.Kind.named() {
		p.Add(path+"/kind", CodeFormat, "%q is not a kind of actor: use %s, %s, %s, %s or up to 30 of A-Z 0-9 _",
			Clip(string(a.Kind)), ActorUser, ActorToken, ActorSystem, ActorSupport)
	}
	checkBytes(p, path+"/id", a.ID, maxActorID)
	checkBytes(p, path+"/for", a.For, maxActorFor)
}
