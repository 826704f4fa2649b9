package planmigration

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// effectKind is the kind of the effects of a migration: schedules of one account that it ended or removed.
const effectKind = "schedule"

// effectData is the stored form of what a migration did to an account.
type effectData struct {
	Format    int            `json:"v"`
	Account   string         `json:"account"`
	Added     int            `json:"added"` // schedules, whose ids follow from the migration and the account
	Schedules []scheduleData `json:"schedules"`
}

// scheduleData is the stored form of a schedule before it was replaced, apart from the JSON of
// priceplan.Schedule.
type scheduleData struct {
	ID          string       `json:"id"`
	Plan        string       `json:"plan"`
	PlanVersion int          `json:"planVersion"`
	From        time.Time    `json:"from,omitzero"`
	Until       time.Time    `json:"until,omitzero"`
	Currency    iso4217.Code `json:"currency"`
	Cycle       string       `json:"cycle,omitempty"`
	RateCards   string       `json:"rateCards,omitempty"`
	CreatedAt   time.Time    `json:"createdAt,omitzero"`
	UpdatedAt   time.Time    `json:"updatedAt,omitzero"`
	Version     int64        `json:"version"`
	Removed     bool         `json:"removed,omitempty"` // in place of ended
}

// effectFormat is the format that is written. A later one must still read this one.
const effectFormat = 1

func dataOf(s priceplan.Schedule, removed bool) scheduleData {
	return scheduleData{
		ID: s.ID, Plan: s.Plan.ID, PlanVersion: s.Plan.Version, From: s.From, Until: s.Until, Currency: s.Currency,
		Cycle: s.CycleOverride.String(), RateCards: s.RateCards, CreatedAt: s.CreatedAt, UpdatedAt: s.UpdatedAt,
		Version: s.Version, Removed: removed,
	}
}

func (d scheduleData) schedule(account string) (s priceplan.Schedule, err error) {
	s = priceplan.Schedule{
		ID: d.ID, AccountID: account, Plan: priceplan.Ref{ID: d.Plan, Version: d.PlanVersion},
		From: d.From, Until: d.Until, Currency: d.Currency, RateCards: d.RateCards,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, Version: d.Version,
	}
	if d.Cycle != "" {
		s.CycleOverride, err = priceplan.ParseCycle(d.Cycle)
	}
	return s, err
}

// applied is what a migration did to an account, as its effect has it.
type applied struct {
	seq       int64
	account   string
	schedules []priceplan.Schedule // ended or removed, as they were
	removed   []bool
	added     []string // the ids of those that it added
}

// effect returns what moving the account changed; ok is false if there is nothing to undo.
func (d decision) effect() (effect job.Effect, ok bool, err error) {
	if d.Status != job.EntryCompleted || len(d.before) == 0 {
		return job.Effect{}, false, nil
	}
	data := effectData{Format: effectFormat, Account: d.AccountID, Added: d.added}
	gone := func(s priceplan.Schedule) bool { return !s.From.Before(d.At) } // of one that was replaced before
	if d.replace != nil {
		gone = func(s priceplan.Schedule) bool { return slices.Contains(d.replace.Remove, priceplan.RevisionOf(s)) }
	}
	for _, s := range d.before {
		data.Schedules = append(data.Schedules, dataOf(s, gone(s)))
	}
	first := data.Schedules[0]
	effect = job.Effect{Seq: d.Seq, Kind: effectKind, Ref: first.ID}
	if !first.Removed {
		effect.Version = first.Version + 1
	}
	text, err := json.Marshal(data)
	if err != nil {
		return job.Effect{}, false, fmt.Errorf("entry %d: %w", d.Seq, err)
	}
	effect.Before = string(text)
	return effect, true, nil
}

// applied returns what an effect of the migration states.
func (m Migration) applied(e job.Effect) (applied, error) {
	var d effectData
	if err := json.Unmarshal([]byte(e.Before), &d); err != nil {
		return applied{}, fmt.Errorf("effect %d: %w", e.Seq, err)
	}
	if d.Format != effectFormat {
		return applied{}, fmt.Errorf("effect %d is stored in format %d and not %d: a newer version wrote it",
			e.Seq, d.Format, effectFormat)
	}
	a := applied{seq: e.Seq, account: d.Account}
	for _, stored := range d.Schedules {
		s, err := stored.schedule(d.Account)
		if err != nil {
			return applied{}, fmt.Errorf("effect %d: %w", e.Seq, err)
		}
		a.schedules, a.removed = append(a.schedules, s), append(a.removed, stored.Removed)
	}
	for n := range d.Added {
		a.added = append(a.added, m.scheduleID(d.Account, n))
	}
	return a, nil
}

// Before pages through the schedules that a migration has ended or removed, as they were, the account that was moved
// last first. A page has the schedules of at most q.Limit accounts. It requires [PermissionRead]. It fails with
// [job.ErrPruned] when they are not kept any longer.
func (s *Service) Before(
	ctx context.Context, scope admin.Scope, id uuid.UUID, q admin.Query,
) (admin.Page[priceplan.Schedule], error) {
	m, err := s.Get(ctx, scope, id)
	if err == nil {
		err = m.Job.Complete()
	}
	if err != nil {
		return admin.Page[priceplan.Schedule]{}, err
	}
	page, err := admin.Paginate(scope.Org(), fmt.Sprintf("plan migration %s before", id), q,
		func(seek admin.Seek[int64]) ([]applied, error) {
			effects, err := s.ports.Jobs.Effects(ctx, scope.Org(), id, seek)
			if err != nil {
				return nil, err
			}
			out := make([]applied, len(effects))
			for i, e := range effects {
				if out[i], err = m.applied(e); err != nil {
					return nil, err
				}
			}
			return out, nil
		},
		func(a applied) int64 { return a.seq })
	if err != nil {
		return admin.Page[priceplan.Schedule]{}, err
	}
	out := admin.Page[priceplan.Schedule]{Next: page.Next}
	for _, a := range page.Items {
		out.Items = append(out.Items, a.schedules...)
	}
	return out, nil
}
