package admincenter

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/admincenter/admincenter/admin"
)

const (
	keptPerMinute = 60              // of a kind and an organization
	keepTimeout   = 5 * time.Second // a storage that does not answer must not hold up who signs in
	sweepWindows  = 1024            // windows of minutes that are over are dropped from that number on
)

// keeper keeps events of chosen kinds in the audit trail.
type keeper struct {
	runtime admin.Runtime
	store   admin.AuditStore
	kinds   []admin.EventKind
	most    int // records of a kind and an organization in a minute

	mu      sync.Mutex
	windows map[windowKey]*window
}

// windowKey is what has a limit of its own. It does not depend on the user: how long a refusal takes must not show
// whether there is one.
type windowKey struct {
	org  admin.OrgID
	kind admin.EventKind
}

// window counts the events of one minute, and those that were left out since the last record.
type window struct {
	minute     int64
	n, omitted int
}

// newKeeper returns nil if no event is kept.
func newKeeper(p *admin.Problems, store admin.AuditStore, o Options) *keeper {
	for _, k := range o.KeepEvents {
		if !slices.Contains(admin.EventKinds(), k) {
			p.Add("/keepEvents", admin.CodeUnknown, "%q is not a kind of event: use those of admin.EventKinds",
				admin.Clip(string(k)))
		}
	}
	if o.KeepEventsPerMinute < 0 {
		p.Add("/keepEventsPerMinute", admin.CodeRange, "%d is negative: give a positive value, or 0 for the default",
			o.KeepEventsPerMinute)
	}
	if len(o.KeepEvents) == 0 {
		return nil
	}
	k := &keeper{
		runtime: o.WithDefaults(), store: store, kinds: slices.Clone(o.KeepEvents), most: o.KeepEventsPerMinute,
		windows: map[windowKey]*window{},
	}
	if k.most == 0 {
		k.most = keptPerMinute
	}
	return k
}

// keeps reports whether events as e are kept.
func (k *keeper) keeps(e admin.Event) bool { return e.Org != "" && slices.Contains(k.kinds, e.Kind) }

// keep writes the record of an event, which costs one insert. It does not fail: the call that the event is about has
// its own result. The caller cannot prevent the record by leaving before it is written.
func (k *keeper) keep(ctx context.Context, e admin.Event) {
	if !k.keeps(e) {
		return
	}
	key := windowKey{e.Org, e.Kind}
	omitted, ok := k.admit(ctx, key, e.At)
	if !ok {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), keepTimeout)
	defer cancel()
	err := k.store.Append(ctx, e.Org, k.record(e, omitted))
	switch {
	case errors.Is(err, admin.ErrNotFound):
		k.forget(key) // so that names that callers make up take no memory
	case err != nil:
		k.leftOut(key, omitted+1)
		k.runtime.Logger.ErrorContext(ctx, "event not kept", "event", e, "error", err)
	}
}

// admit counts an event, and returns whether it is kept and how many were left out before it.
func (k *keeper) admit(ctx context.Context, key windowKey, at time.Time) (omitted int, ok bool) {
	minute := at.Unix() / 60
	k.mu.Lock()
	defer k.mu.Unlock()
	w := k.windows[key]
	if w == nil {
		k.sweep(minute)
		w = &window{}
		k.windows[key] = w
	}
	if w.minute != minute {
		w.minute, w.n = minute, 0
	}
	if w.n >= k.most && limited(key.kind) {
		if w.omitted++; w.n == k.most {
			w.n++ // once a minute
			k.runtime.Logger.WarnContext(ctx, "events are left out of the audit trail", "kind", key.kind,
				"organization", key.org, "kept", k.most)
		}
		return 0, false
	}
	w.n++
	omitted, w.omitted = w.omitted, 0
	return omitted, true
}

// sweep drops windows that are over and have left nothing out.
func (k *keeper) sweep(minute int64) {
	if len(k.windows) < sweepWindows {
		return
	}
	for key, w := range k.windows {
		if w.minute != minute && w.omitted == 0 {
			delete(k.windows, key)
		}
	}
}

func (k *keeper) forget(key windowKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.windows, key)
}

// leftOut counts events whose record could not be written.
func (k *keeper) leftOut(key windowKey, n int) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if w := k.windows[key]; w != nil {
		w.omitted += n
	}
}

// limited reports whether anyone can cause any number of events of a kind. The others take a secret that is right.
func limited(kind admin.EventKind) bool {
	return kind.Failed() || kind == admin.EventResetRequested
}

// record returns the record of an event. It is the system's, except where the user has proven who they are.
func (k *keeper) record(e admin.Event, omitted int) admin.Record {
	r := admin.Record{
		ID: k.runtime.NewID(), At: e.At, Actor: admin.Actor{Kind: admin.ActorSystem}, Action: e.Kind.Action(),
		Subject: admin.Subject{Kind: "organization", ID: string(e.Org)},
		Request: admin.Request{Source: e.Source, UserAgent: e.UserAgent, ID: e.RequestID}.Clean(),
	}
	switch {
	case e.UserID != "":
		r.Subject = admin.Subject{Kind: "user", ID: e.UserID}
	case e.TokenID != "":
		r.Subject = admin.Subject{Kind: "token", ID: e.TokenID}
	}
	switch e.Kind {
	case admin.EventSignIn, admin.EventSecondFactor, admin.EventResetUsed:
		r.Actor = admin.Actor{Kind: admin.ActorUser, ID: e.UserID}
	case admin.EventImpersonated:
		r.Actor = admin.Actor{Kind: admin.ActorSupport, ID: e.StaffID, For: e.UserID}
	}
	add := func(field, value string, personal bool) {
		if value != "" {
			r.Changes = append(r.Changes, admin.Change{Field: field, To: value, Personal: personal})
		}
	}
	add("reason", string(e.Reason), false)
	add("address", e.Address, true)
	add("tokenPrefix", e.TokenPrefix, false)
	if omitted > 0 {
		add("omitted", strconv.Itoa(omitted), false)
	}
	return r
}

// keepEvent returns what the services give events to. In a transaction they wait for its end: their records are not
// part of it, so that they fail nothing in it, and are neither lost nor doubled if it runs again.
func (c *Center) keepEvent() func(context.Context, admin.Event) {
	switch {
	case c.keeper == nil:
		return nil
	case c.waiting == nil:
		return c.keeper.keep
	}
	return func(_ context.Context, e admin.Event) {
		if c.keeper.keeps(e) {
			*c.waiting = append(*c.waiting, e)
		}
	}
}

// keepWaiting keeps the events of a transaction that has ended. Of one that was taken back, so was everything but what
// was refused.
func (c *Center) keepWaiting(ctx context.Context, committed bool) {
	if c.waiting == nil {
		return
	}
	events := *c.waiting
	*c.waiting = nil
	for _, e := range events {
		if committed || e.Kind.Failed() {
			c.keeper.keep(ctx, e)
		}
	}
}
