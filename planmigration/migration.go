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
	// RequireConfirmation makes the migration wait until it is confirmed or rejected.
	RequireConfirmation bool `json:"requireConfirmation,omitempty"`
	// StartAt is the effective instant, not in the past. Zero means when the migration is created, or
	// confirmed if it requires that.
	StartAt time.Time `json:"startAt,omitzero"`
}

// Migration moves the accounts of one version of a price plan to another.
//
// Its effective instant is fixed before the first account is moved, and is the same for all accounts,
// however long the job takes and however often it is resumed. Its accounts are those that were to be on the
// source at that instant by their schedules when they were listed ([Listing]); what becomes of each is decided
// again when it is moved.
type Migration struct {
	ID                  uuid.UUID      `json:"id"`
	Source              priceplan.Ref  `json:"source"`
	Target              priceplan.Ref  `json:"target"`
	Mode                Mode           `json:"migrationMode"`
	Overrides           OverridePolicy `json:"overridePolicy"`
	RequireConfirmation bool           `json:"requireConfirmation"`
	Zone                string         `json:"timeZone"` // the organization's when it was created: an IANA name
	// Job is how far it is. Job.ID is ID, and Job.StartAt the effective instant.
	Job job.Job `json:"job"`
}

// EffectiveAt returns the instant that the migration goes by: accounts that change immediately change then,
// the others with their first cycle after it. Confirming a migration later than this moves it to the
// confirmation, so that a late decision does not change the past. A worker that is late does not move it: what
// was decided holds, for every account alike.
func (m Migration) EffectiveAt() time.Time { return m.Job.StartAt }

// Filter narrows a list of migrations; zero fields do not narrow.
type Filter struct {
	Status job.Status `json:"status,omitempty"`
}

// scheduleID returns the id of the schedule that moves an account: the same however often it is tried.
func (m Migration) scheduleID(account string) string {
	return uuid.NewSHA1(m.ID, []byte(account)).String()
}
