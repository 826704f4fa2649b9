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
)

const (
	maxActorKind = 30
	maxActorID   = 200 // bytes
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
}

// String returns "user 0190…", "token 0190…" or "system". What cannot be seen is escaped.
func (a Actor) String() string {
	kind := strings.ToLower(string(a.Kind))
	if a.ID == "" {
		return text.Visible(kind)
	}
	return text.Visible(kind + " " + a.ID)
}

// Subject returns the actor as what an action was done to: a user's subject is "user".
func (a Actor) Subject() Subject { return Subject{Kind: strings.ToLower(string(a.Kind)), ID: a.ID} }

// check adds what would keep the actor from being recorded.
func (a Actor) check(p *Problems, path string) {
	if !a.Kind.named() {
		p.Add(path+"/kind", CodeFormat, "%q is not a kind of actor: use %s, %s, %s or up to 30 of A-Z 0-9 _",
			Clip(string(a.Kind)), ActorUser, ActorToken, ActorSystem)
	}
	checkBytes(p, path+"/id", a.ID, maxActorID)
}
