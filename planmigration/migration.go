package planmigration

import (
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// Kind is the kind of a migration's job.
const Kind job.Kind = "price_plan_migration"

// Audit actions. Those of decisions about a migration, and of its end, are package job's.
const (
	ActionCreate  admin.Action = "plan_migration.create"
	ActionMigrate admin.Action = "schedule.migrate" // a batch of accounts was moved; the entries have the details
)

// Request is the input of [Service.Create] and [Service.Preview]: which accounts to move where, and how.
type Request struct {
	Source priceplan.Ref `json:"source"` // whose accounts to move; it may be archived
	// Target is the plan that takes the accounts: an empty ID means the source's plan, and Version 0 its
	// latest active version. It must be active and not the source.
	Target priceplan.Ref `json:"target,omitzero"`
	Mode   Mode          `json:"migrationMode"`
	// Overrides is what becomes of the overrides of accounts that are moved; empty means KeepOverrides.
	Overrides OverridePolicy `json:"overridePolicy,omitempty"`
	Policies
	// RequireConfirmation makes the migration wait until it is confirmed or rejected.
	RequireConfirmation bool `json:"requireConfirmation,omitempty"`
	// StartAt is the effective instant, not in the past. Zero means when the migration is created, or
	// confirmed if it requires that.
	StartAt time.Time `json:"startAt,omitzero"`
	// IdempotencyKey, up to 255 characters, makes a request that is sent again the same migration: it is returned as it
	// is by then. Another request under the key fails with [ErrKeyReused].
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
}

// Policies are what a [Request] and its [Migration] have in common beyond plans, mode and overrides.
type Policies struct {
	// RetainStartOffsets keeps the days on which the accounts' cycles begin, as Togai's field of the name does: a
	// moved account goes on with the cycle that the source has. Both plans must have the same interval.
	RetainStartOffsets bool `json:"retainStartOffsets,omitempty"`
	// Intervals is what becomes of cycles of another interval than the target's; empty means RefuseIntervals.
	Intervals IntervalPolicy `json:"intervalPolicy,omitempty"`
	// Late is what becomes of accounts that are moved too late; empty means FailLate.
	Late LatePolicy `json:"latePolicy,omitempty"`
	// Replaces are migrations, 100 at most, whose moves are replaced where they have not begun: an urgent migration
	// takes the place of a scheduled one. Without it an account that waits for a move is left alone.
	Replaces []uuid.UUID `json:"replaces,omitempty"`
	// ConfirmBefore, if set, is the instant from which on the migration cannot be confirmed any more.
	ConfirmBefore time.Time `json:"confirmBefore,omitzero"`
	// TwoPersons demands that another user confirms than the one who created the migration.
	TwoPersons bool `json:"twoPersons,omitempty"`
}

const (
	maxReplaces = 100
	maxKey      = 255 // characters
)

// Migration moves the accounts of one version of a price plan to another.
//
// Its accounts are those whose schedules were on the source when they were listed ([Listing]), at the effective
// instant or later. An entry has what was decided about each; an account whose schedules have changed since is not
// moved ([ReasonSuperseded]).
type Migration struct {
	ID                  uuid.UUID      `json:"id"`
	Source              priceplan.Ref  `json:"source"`
	Target              priceplan.Ref  `json:"target"`
	Mode                Mode           `json:"migrationMode"`
	Overrides           OverridePolicy `json:"overridePolicy"`
	RequireConfirmation bool           `json:"requireConfirmation"`
	Zone                string         `json:"timeZone"` // the organization's when it was created: an IANA name
	Policies
	IdempotencyKey string `json:"idempotencyKey,omitempty"`
	// Digest is that of the request under the IdempotencyKey.
	Digest string `json:"-"`
	// Of is the migration that this one takes back or tries again, as Follows states.
	Of      uuid.UUID `json:"of,omitzero"`
	Follows Follows   `json:"follows,omitempty"`
	// Accounts, if not empty, are the only ones that it works on.
	Accounts []string `json:"accountIds,omitempty"`
	// Holds is set while it is the one migration that may move accounts of its source ([Store.Hold]); it stays after the
	// end until another one takes the source.
	Holds bool `json:"-"`
	// Job is how far it is. Job.ID is ID, and Job.StartAt the effective instant.
	Job job.Job `json:"job"`
}

// Follows is what a migration is to another one, Migration.Of.
type Follows string

// What a migration may be to another one.
const (
	Reverses  Follows = "REVERSES"  // it takes back what the other did ([Service.Reverse])
	Withdraws Follows = "WITHDRAWS" // the same, as far as it has not begun ([Service.Withdraw])
	Retries   Follows = "RETRIES"   // it tries the entries again that failed or were left ([Service.RetryEntries])
)

// EffectiveAt returns the instant that the migration goes by: accounts that change immediately change then,
// the others with their first cycle after it. Confirming a migration later than this moves it to the
// confirmation, so that a late decision does not change the past. What becomes of accounts that a worker is late
// with is the matter of [LatePolicy].
func (m Migration) EffectiveAt() time.Time { return m.Job.StartAt }

// Filter narrows a list of migrations; zero fields do not narrow.
type Filter struct {
	Status job.Status `json:"status,omitempty"`
}

// scheduleID returns the id of the n-th schedule that the migration adds to an account, from 0: the same however
// often it is tried.
func (m Migration) scheduleID(account string, n int) string {
	if n > 0 {
		account = fmt.Sprintf("%s\x00%d", account, n) // no id has that
	}
	return uuid.NewSHA1(m.ID, []byte(account)).String()
}

// takesBack reports whether the migration takes back what another one did.
func (m Migration) takesBack() bool { return m.Follows == Reverses || m.Follows == Withdraws }
