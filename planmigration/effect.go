package planmigration

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// effectKind is the kind of the effects of a migration: schedules that it ended or removed.
const effectKind = "schedule"

// scheduleData is the stored form of a schedule before it was replaced, apart from the JSON of
// priceplan.Schedule.
type scheduleData struct {
	Format      int          `json:"v"`
	Account     string       `json:"account"`
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
}

// scheduleFormat is the format that is written. A later one must still read this one.
const scheduleFormat = 1

// effect returns what moving the account of e, whose timeline was tl, changed; ok is false if there is
// nothing to undo.
func (e Entry) effect(tl priceplan.Timeline) (effect job.Effect, ok bool, err error) {
	before, found := tl.Find(e.Old)
	if e.Status != job.EntryCompleted || e.Old == "" || !found {
		return job.Effect{}, false, nil
	}
	effect = job.Effect{Seq: e.Seq, Kind: effectKind, Ref: before.ID}
	if before.From.Before(e.At) {
		effect.Version = before.Version + 1 // it was ended; otherwise it was removed
	}
	data, err := json.Marshal(scheduleData{
		Format: scheduleFormat, Account: before.AccountID, Plan: before.Plan.ID, PlanVersion: before.Plan.Version,
		From: before.From, Until: before.Until, Currency: before.Currency, Cycle: before.CycleOverride.String(),
		RateCards: before.RateCards, CreatedAt: before.CreatedAt, UpdatedAt: before.UpdatedAt, Version: before.Version,
	})
	if err != nil {
		return job.Effect{}, false, fmt.Errorf("entry %d: %w", e.Seq, err)
	}
	effect.Before = string(data)
	return effect, true, nil
}

// scheduleOf returns the schedule as it was before an effect.
func scheduleOf(e job.Effect) (priceplan.Schedule, error) {
	var d scheduleData
	if err := json.Unmarshal([]byte(e.Before), &d); err != nil {
		return priceplan.Schedule{}, fmt.Errorf("effect %d: %w", e.Seq, err)
	}
	if d.Format != scheduleFormat {
		return priceplan.Schedule{}, fmt.Errorf("effect %d is stored in format %d and not %d: a newer version wrote it",
			e.Seq, d.Format, scheduleFormat)
	}
	s := priceplan.Schedule{
		ID: e.Ref, AccountID: d.Account, Plan: priceplan.Ref{ID: d.Plan, Version: d.PlanVersion},
		From: d.From, Until: d.Until, Currency: d.Currency, RateCards: d.RateCards,
		CreatedAt: d.CreatedAt, UpdatedAt: d.UpdatedAt, Version: d.Version,
	}
	if d.Cycle == "" {
		return s, nil
	}
	var err error
	s.CycleOverride, err = priceplan.ParseCycle(d.Cycle)
	return s, err
}

// Before pages through the schedules that a migration has ended or removed, as they were, the last one first.
// It requires [PermissionRead]. It fails with [job.ErrPruned] when they are not kept any longer.
func (s *Service) Before(
	ctx context.Context, scope admin.Scope, id uuid.UUID, q admin.Query,
) (admin.Page[priceplan.Schedule], error) {
	type numbered struct {
		seq      int64
		schedule priceplan.Schedule
	}
	m, err := s.Get(ctx, scope, id)
	if err == nil {
		err = m.Job.Complete()
	}
	if err != nil {
		return admin.Page[priceplan.Schedule]{}, err
	}
	page, err := admin.Paginate(scope.Org(), fmt.Sprintf("plan migration %s before", id), q,
		func(seek admin.Seek[int64]) ([]numbered, error) {
			effects, err := s.ports.Jobs.Effects(ctx, scope.Org(), id, seek)
			if err != nil {
				return nil, err
			}
			out := make([]numbered, len(effects))
			for i, e := range effects {
				out[i].seq = e.Seq
				if out[i].schedule, err = scheduleOf(e); err != nil {
					return nil, err
				}
			}
			return out, nil
		},
		func(n numbered) int64 { return n.seq })
	if err != nil {
		return admin.Page[priceplan.Schedule]{}, err
	}
	out := admin.Page[priceplan.Schedule]{Next: page.Next}
	for _, n := range page.Items {
		out.Items = append(out.Items, n.schedule)
	}
	return out, nil
}
