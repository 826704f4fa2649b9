package admin

import (
	"context"
	"fmt"
	"iter"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/internal/text"
)

// Action names what was done, as "<noun>.<verb>": "currency.add". Each package lists its own.
type Action string

// Subject is what an action was done to.
type Subject struct {
	Kind string `json:"kind"`         // the noun, such as "currency"; at most 100 bytes
	ID   string `json:"id,omitempty"` // its identifier within the organization; at most 1,000 bytes
}

// Change is one value that an action changed. It never holds a secret: of a value that a user gives and that may be
// one, such as that of a setting, it has the size and no digest.
type Change struct {
	Field string `json:"field"`
	From  string `json:"from,omitempty"`
	To    string `json:"to,omitempty"`
	// Personal marks values that are about a person: a name, an address. They, and where a request came from
	// ([Record].Request), can be taken out of the trail later. From and To are empty then, and Erased is set.
	Personal bool `json:"personal,omitempty"`
	Erased   bool `json:"erased,omitempty"`
}

// Record is one line of the audit trail. Every port method that changes something writes one in the
// same transaction. It is never changed afterwards, and deleted by nothing but [Log.Trim], if the host wants that, and
// with its organization.
type Record struct {
	ID      uuid.UUID `json:"id"`
	At      time.Time `json:"at,omitzero"` // UTC, whole microseconds
	Actor   Actor     `json:"actor"`
	Action  Action    `json:"action"` // at most 100 bytes
	Subject Subject   `json:"subject"`
	Changes []Change  `json:"changes,omitempty"`
	// Request is where the call came from. Its Source and UserAgent are about the Actor and can be taken out of the trail
	// as the values of a personal Change can. They are empty then, and RequestErased is set.
	Request       Request `json:"request,omitzero"`
	RequestErased bool    `json:"requestErased,omitempty"`
}

// RecordKey is a record's place in the trail, which is ordered by time and then by id.
type RecordKey struct {
	At time.Time // UTC, whole microseconds
	ID uuid.UUID
}

// Key returns the record's place in the trail.
func (r Record) Key() RecordKey { return RecordKey{At: r.At, ID: r.ID} }

// Limits of a record in bytes, beside those of an actor: what every storage keeps.
const (
	maxAction      = 100
	maxSubjectKind = 100
	maxSubjectID   = 1000
)

// Check fails with [ErrInvalid] for a record that lacks who did what and when, whose parts are longer than every
// storage keeps, or that has characters that cannot be seen or change how the text around them is shown
// ([Problems.Text]); values may have several lines. Adapters call it before they write, so that a forgotten record
// is an error and not a gap in the trail.
func (r Record) Check() error {
	if r.ID == uuid.Nil || r.At.IsZero() || r.Actor.Kind == "" || r.Action == "" || r.Subject.Kind == "" {
		return fmt.Errorf("audit record %q on %q is incomplete: it needs id, time, actor, action and subject: %w",
			Clip(string(r.Action)), Clip(r.Subject.Kind), ErrInvalid)
	}
	var p Problems
	r.Actor.check(&p, "/actor")
	checkBytes(&p, "/action", string(r.Action), maxAction)
	checkBytes(&p, "/subject/kind", r.Subject.Kind, maxSubjectKind)
	checkBytes(&p, "/subject/id", r.Subject.ID, maxSubjectID)
	r.Request.check(&p, "/request")
	for i, c := range r.Changes {
		for _, v := range []struct{ name, text string }{{"field", c.Field}, {"from", c.From}, {"to", c.To}} {
			if hidden, is := text.HiddenInLines(v.text); is {
				p.Add(fmt.Sprintf("/changes/%d/%s", i, v.name), CodeFormat,
					"it has a control character or one that cannot be seen, %U", hidden)
			}
		}
	}
	if err := p.Err(); err != nil {
		return fmt.Errorf("audit record: %w", err)
	}
	return nil
}

// verbErase ends the actions of erasures.
const verbErase = ".erase"

func isErasure(a Action) bool { return strings.HasSuffix(string(a), verbErase) }

// CheckErasure is [Record.Check] for the record of an erasure. Adapters call it before they erase.
func (r Record) CheckErasure() error {
	if err := r.Check(); err != nil {
		return err
	}
	if !isErasure(r.Action) {
		return fmt.Errorf("audit record of an erasure: the action %q does not end in %s: %w",
			Clip(string(r.Action)), verbErase, ErrInvalid)
	}
	return nil
}

// checkBytes checks that a text can be read as what it is and has so many bytes at most.
func checkBytes(p *Problems, path, value string, most int) {
	r, hidden := text.Hidden(value)
	switch {
	case hidden:
		p.Add(path, CodeFormat, "%q has a control character or one that cannot be seen, %U", Clip(value), r)
	case len(value) > most:
		p.Add(path, CodeTooLong, "%q has %d bytes: give at most %d", Clip(value), len(value), most).With("max", most)
	}
}

// AuditFilter narrows a list of records; zero fields do not narrow. A database has an index for each
// field, together with From and Until, except for the kind of an actor alone: that is checked record by
// record, newest first, so narrow it by time if records of that kind are rare.
type AuditFilter struct {
	Subject Subject   `json:"subject,omitzero"` // Kind alone, or Kind and ID
	Actor   Actor     `json:"actor,omitzero"`   // Kind alone or with ID; of SUPPORT also with For, or both
	Action  Action    `json:"action,omitempty"` // exactly this
	From    time.Time `json:"from,omitzero"`    // at or after
	Until   time.Time `json:"until,omitzero"`   // before
}

// check fails with [ErrInvalid] for a filter that can match nothing by its form: an id without its
// kind, and a kind of actor that is not written as one. Which actions and subjects there are is for
// the host to know, which appends records of its own.
func (f AuditFilter) check() error {
	var p Problems
	if f.Subject.ID != "" && f.Subject.Kind == "" {
		p.Add("/subject/kind", CodeRequired, "is required with the id %q", Clip(f.Subject.ID))
	}
	if f.Actor != (Actor{}) {
		f.Actor.checkForm(&p, "/actor")
	}
	if f.Actor.For != "" && f.Actor.Kind != ActorSupport {
		p.Add("/actor/for", CodeUnknown, "only %s acts for a user: give it as the kind", ActorSupport)
	}
	return p.Err()
}

// TrailErasure names what is taken out of the trail, see [AuditStore].Erase. Records that do not exist are ignored.
type TrailErasure struct {
	// Subjects are those whose records lose their personal values. Records by the subject itself, and those by
	// [ActorSystem], lose where the request came from too ([Record.RequestOfSubject]).
	Subjects []Subject
	// Actors are those whose records lose where the request came from. For is ignored.
	Actors []Actor
	// Since leaves out the earlier records of Subjects and Actors, which were erased in parts before.
	Since time.Time
	// Values are the ids of records that lose their personal values, and Requests of those that lose where the request
	// came from.
	Values, Requests []uuid.UUID
}

// RequestOfSubject reports whether where the request of a record came from is about the subject: the subject did it,
// or the system on behalf of someone it does not name.
func (r Record) RequestOfSubject() bool {
	return r.Actor.Kind == ActorSystem || r.Actor.Subject() == r.Subject
}

// Users returns the ids of the users that the record is about, its subject and its actor; a part that is not a user is
// empty.
func (r Record) Users() (subject, actor string) {
	if r.Subject.Kind == subjectUser {
		subject = r.Subject.ID
	}
	if r.Actor.Kind == ActorUser {
		actor = r.Actor.ID
	}
	return subject, actor
}

// subjectUser is the kind of the subject that a user is.
const subjectUser = "user"

// Without returns the record as [AuditStore].Append keeps it if the users with these ids were erased, and whether
// it differs: without the personal values of a subject that was erased, and without where the request of an actor
// that was erased came from.
func (r Record) Without(erased []string) (Record, bool) {
	subject, actor := r.Users()
	gone := func(id string) bool { return id != "" && slices.Contains(erased, id) }
	differs := false
	if gone(subject) {
		kept := slices.DeleteFunc(slices.Clone(r.Changes), func(c Change) bool { return c.Personal })
		differs = len(kept) < len(r.Changes)
		r.Changes = kept
	}
	if gone(actor) || gone(subject) && r.RequestOfSubject() {
		differs = differs || r.Request.Source != "" || r.Request.UserAgent != ""
		r.Request.Source, r.Request.UserAgent = "", ""
	}
	if len(r.Changes) == 0 {
		r.Changes = nil
	}
	return r, differs
}

// PersonalValues returns how many values of the record can be erased and are not: those of a personal change are one,
// and so are those of the request.
func (r Record) PersonalValues() (n int) {
	if r.Request.Source != "" || r.Request.UserAgent != "" {
		n++
	}
	for _, c := range r.Changes {
		if c.Personal && !c.Erased {
			n++
		}
	}
	return n
}

// AuditStore keeps an organization's audit trail. Nothing changes a record, but for its personal values, and nothing
// but [LogStore.Trim] deletes one.
type AuditStore interface {
	// List returns at most seek.Limit records that match the filter, newest first (by descending
	// [Record.At], then by descending id), that come after seek.After in that order; the zero
	// seek.After starts at the newest.
	//
	// The order is that of time and not of ids alone, so that the records between two instants lie
	// side by side and every filter takes From and Until with it. The time cannot be had from the
	// id: a host may make ids that are only ascending ([Runtime.NewID]), and clocks of several
	// processes differ.
	List(ctx context.Context, org OrgID, f AuditFilter, seek Seek[RecordKey]) ([]Record, error)

	// Append adds a record of what a host writes itself, in the transaction that the store is in; the
	// other ports add the records of their own writes. It fails with [ErrInvalid] if the record is
	// incomplete ([Record.Check]), with [ErrExists] if its id is taken, and with [ErrNotFound] if there
	// is no such organization. Of a record on a user who was erased, or by one, it keeps what [Record.Without] leaves;
	// it waits for an erasure that is under way.
	Append(ctx context.Context, org OrgID, rec Record) error

	// Erase takes personal values ([Change.Personal]) and where requests came from ([Record].Request) out of the
	// records that e names, and returns how many values: those of one change are one, and so are those of one
	// request. What remains verifies, and names rec, the record of the erasure. rec is written also if
	// there was nothing to erase. The calls of an erasure in parts have the same rec, which the first one writes.
	// It fails with [ErrInvalid] if the action of rec does not end in ".erase" ([Record.CheckErasure]), and with
	// [ErrExists] if the id of rec is that of a record of another action.
	Erase(ctx context.Context, org OrgID, e TrailErasure, rec Record) (int, error)
}

// Trail reads the audit trail, and appends records of a host's own.
type Trail struct {
	store AuditStore
	o     TrailOptions
}

// NewTrail returns the trail in store.
func NewTrail(store AuditStore) *Trail { return &Trail{store: store} }

// In returns the trail over another store, such as that of a transaction.
func (t *Trail) In(store AuditStore) *Trail { return &Trail{store: store, o: t.o} }

// List pages through the records, newest first. It requires [PermissionAuditRead].
func (t *Trail) List(ctx context.Context, scope Scope, f AuditFilter, q Query) (Page[Record], error) {
	if err := scope.Require(PermissionAuditRead); err != nil {
		return Page[Record]{}, err
	}
	if err := f.check(); err != nil {
		return Page[Record]{}, err
	}
	// The stores compare instants as whole microseconds.
	if !f.From.IsZero() {
		f.From = Instant(f.From)
	}
	if !f.Until.IsZero() {
		f.Until = Instant(f.Until)
	}
	texts := []string{
		f.Subject.Kind, f.Subject.ID, string(f.Actor.Kind), f.Actor.ID, f.Actor.For, string(f.Action),
	}
	list := fmt.Sprintf("audit %q %d %d", texts, f.From.UnixMicro(), f.Until.UnixMicro())
	return Paginate(scope.Org(), list, q,
		func(seek Seek[RecordKey]) ([]Record, error) { return t.store.List(ctx, scope.Org(), f, seek) },
		Record.Key)
}

// All iterates over every record that matches, newest first. It requires [PermissionAuditRead].
func (t *Trail) All(ctx context.Context, scope Scope, f AuditFilter) iter.Seq2[Record, error] {
	return All(func(q Query) (Page[Record], error) { return t.List(ctx, scope, f, q) })
}
