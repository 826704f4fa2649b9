package planmigration

import (
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// Kind is the kind of a migration's job.
const Kind job.Kind = "price_plan_migration"

// Audit actions. Confirming, rejecting and cancelling a migration are job.ActionConfirm and
// job.ActionCancel.
const (
	ActionCreate  admin.Action = "plan_migration.create"
	ActionMigrate admin.Action = "schedule.migrate" // one account was moved
)

// Request says which accounts to move where, and how.
type Request struct {
	Source priceplan.Ref // whose accounts to move; it may be archived
	// Target is where to: an empty ID means the same plan, and Version 0 its latest version that is
	// not a draft. It must be active and not the source.
	Target priceplan.Ref
	Mode   Mode
	// Overrides says what becomes of the overrides of the accounts that are moved; empty means
	// KeepOverrides.
	Overrides OverridePolicy
	// RequireConfirmation has the migration wait until somebody confirms or rejects it.
	RequireConfirmation bool
	// StartAt is the effective instant, not in the past; zero means when the migration is created,
	// or confirmed where it requires that.
	StartAt time.Time
}

// Migration moves the accounts of one version of a price plan to another.
//
// Its effective instant is fixed before the first account is moved, and is the same for all
// accounts, however long the job takes and however often it is resumed. Its accounts are those that
// were on the source at that instant as it was foreseen when the migration was created; what
// became of each is decided anew when its turn comes.
type Migration struct {
	ID                  uuid.UUID
	Source              priceplan.Ref
	Target              priceplan.Ref
	Mode                Mode
	Overrides           OverridePolicy
	RequireConfirmation bool
	Zone                string // the organization's time zone when it was created: an IANA name
	// Job is how far it is. Job.ID is ID, and Job.StartAt the effective instant.
	Job job.Job
}

// EffectiveAt is the instant that the migration goes by: accounts that change at once change then,
// the others with their first cycle after it. Confirming a migration later than this moves it to
// the confirmation, so that nobody's past is changed by deciding late. A worker that comes late does
// not move it: what was decided holds, for every account alike.
func (m Migration) EffectiveAt() time.Time { return m.Job.StartAt }

// Filter narrows a list of migrations; zero fields do not narrow.
type Filter struct {
	Status job.Status
}

// scheduleID is the id of the schedule that moves an account: the same however often it is tried.
func (m Migration) scheduleID(account string) string {
	return uuid.NewSHA1(m.ID, []byte(account)).String()
}
