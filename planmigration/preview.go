package planmigration

import (
	"context"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/internal/text"
)

// Preview is an estimate of what a migration would do: of the schedules as they are now. What a migration will do is
// its own list, which is made when it is created and is what is confirmed ([Service.Entries]).
type Preview struct {
	Source      priceplan.Plan       `json:"source"`
	Target      priceplan.Plan       `json:"target"`
	Changes     []admin.Change       `json:"changes,omitempty"` // how the plans' terms differ
	EffectiveAt time.Time            `json:"effectiveAt,omitzero"`
	Counts      job.Counts           `json:"counts"`            // as the migration's would be at its end
	Reasons     map[job.Reason]int64 `json:"reasons,omitempty"` // how many accounts would be skipped or fail, by reason
}

// Preview decides about every account of the request as the migration would if it ran now, and changes
// nothing. A [*admin.ValidationError] lists everything that is wrong with r. It requires [PermissionRead].
func (s *Service) Preview(ctx context.Context, scope admin.Scope, r Request) (Preview, error) {
	t, err := s.previewed(ctx, scope, r, s.runtime.Instant())
	if err != nil {
		return Preview{}, err
	}
	p := Preview{
		Source: t.source, Target: t.target, Changes: planChanges(t.source, t.target), EffectiveAt: t.at,
		Reasons: map[job.Reason]int64{},
	}
	for tl, err := range s.timelines(ctx, scope.Org(), t) {
		if err != nil {
			return Preview{}, err
		}
		e := t.decide(tl, unnamed, listed{})
		p.Counts = p.Counts.Add(e.counted())
		p.Counts.Total++
		if e.Reason != "" {
			p.Reasons[e.Reason]++
		}
	}
	return p, nil
}

// PreviewEntries pages through what the migration would do with each account, in order of account id. All pages go
// by the instant of the first. It requires [PermissionRead].
func (s *Service) PreviewEntries(
	ctx context.Context, scope admin.Scope, r Request, q admin.Query,
) (admin.Page[Entry], error) {
	// The cursor has the instant of the first page before the account.
	type numbered struct {
		Entry
		at time.Time
	}
	t, err := s.previewed(ctx, scope, r, s.runtime.Instant())
	if err != nil {
		return admin.Page[Entry]{}, err
	}
	body := fmt.Sprintf("plan migration preview %q %q %+v", t.source.Ref, t.target.Ref, r.withDefaults())
	page, err := admin.Paginate(scope.Org(), body, q,
		func(seek admin.Seek[string]) ([]numbered, error) {
			if seek.After != "" {
				micros, account, _ := strings.Cut(seek.After, " ")
				at, err := strconv.ParseInt(micros, 10, 64)
				if err != nil {
					return nil, fmt.Errorf("cursor: %w", admin.ErrInvalid)
				}
				t.now, seek.After = time.UnixMicro(at).UTC(), account
				if r.StartAt.IsZero() {
					t.at = t.now
				}
			}
			page, err := s.onPlan(ctx, scope.Org(), t.source.Ref, t.at, seek)
			if err != nil {
				return nil, err
			}
			entries := make([]numbered, len(page))
			for i, tl := range page {
				entries[i] = numbered{t.decide(tl, unnamed, listed{}).Entry, t.now}
			}
			return entries, nil
		},
		func(n numbered) string { return fmt.Sprintf("%d %s", n.at.UnixMicro(), n.AccountID) })
	if err != nil {
		return admin.Page[Entry]{}, err
	}
	out := admin.Page[Entry]{Next: page.Next}
	for _, n := range page.Items {
		out.Items = append(out.Items, n.Entry)
	}
	return out, nil
}

// AllPreviewEntries iterates over what the migration would do with every account. It requires
// [PermissionRead].
func (s *Service) AllPreviewEntries(ctx context.Context, scope admin.Scope, r Request) iter.Seq2[Entry, error] {
	return admin.All(func(q admin.Query) (admin.Page[Entry], error) { return s.PreviewEntries(ctx, scope, r, q) })
}

// previewed returns the terms that a request has at an instant.
func (s *Service) previewed(ctx context.Context, scope admin.Scope, r Request, now time.Time) (terms, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return terms{}, err
	}
	return s.terms(ctx, scope.Org(), r, now)
}

// Difference returns how the terms of a migration's plans differ, for a screen: the same for all accounts. What is
// an account's own is in its [Entry]. It requires [PermissionRead].
func (s *Service) Difference(ctx context.Context, scope admin.Scope, id uuid.UUID) ([]admin.Change, error) {
	m, err := s.Get(ctx, scope, id)
	if err != nil {
		return nil, err
	}
	var plans [2]priceplan.Plan
	for i, ref := range []priceplan.Ref{m.Source, m.Target} {
		if plans[i], err = s.ports.Plans.Version(ctx, scope.Org(), ref); err != nil {
			return nil, fmt.Errorf("plan %s: %w", ref, err)
		}
	}
	return planChanges(plans[0], plans[1]), nil
}

// planChanges returns the fields in which two plans differ.
func planChanges(source, target priceplan.Plan) []admin.Change {
	var out []admin.Change
	for _, c := range []admin.Change{
		{Field: "ref", From: source.Ref.String(), To: target.Ref.String()},
		{Field: "name", From: source.Name, To: target.Name},
		{Field: "description", From: source.Description, To: target.Description},
		{Field: "supportedCurrencies", From: text.Join(source.Currencies), To: text.Join(target.Currencies)},
		{Field: "pricingCycleConfig", From: source.Cycle.String(), To: target.Cycle.String()},
		{Field: "anniversaryCycle", From: strconv.FormatBool(source.Anniversary), To: strconv.FormatBool(target.Anniversary)},
	} {
		if c.From != c.To {
			out = append(out, c)
		}
	}
	return out
}
