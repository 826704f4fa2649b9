package planmigration

import (
	"context"
	"fmt"
	"iter"
	"time"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
)

// Preview is what a migration would do.
type Preview struct {
	Source      priceplan.Plan       `json:"source"`
	Target      priceplan.Plan       `json:"target"`
	EffectiveAt time.Time            `json:"effectiveAt,omitzero"`
	Counts      job.Counts           `json:"counts"`            // as the migration's would be at its end
	Reasons     map[job.Reason]int64 `json:"reasons,omitempty"` // how many accounts would be skipped or fail, by reason
}

// Preview decides about every account of the request as the migration would if it ran now, and changes
// nothing. A [*admin.ValidationError] lists everything that is wrong with r. It requires [PermissionRead].
func (s *Service) Preview(ctx context.Context, scope admin.Scope, r Request) (Preview, error) {
	t, err := s.previewed(ctx, scope, r)
	if err != nil {
		return Preview{}, err
	}
	p := Preview{Source: t.source, Target: t.target, EffectiveAt: t.at, Reasons: map[job.Reason]int64{}}
	for tl, err := range s.timelines(ctx, scope.Org(), t) {
		if err != nil {
			return Preview{}, err
		}
		e, _ := t.decide(tl, "")
		p.Counts = p.Counts.Add(e.counted())
		p.Counts.Total++
		if e.Reason != "" {
			p.Reasons[e.Reason]++
		}
	}
	return p, nil
}

// PreviewEntries pages through what the migration would do with each account, in order of account id. It
// requires [PermissionRead].
func (s *Service) PreviewEntries(
	ctx context.Context, scope admin.Scope, r Request, q admin.Query,
) (admin.Page[Entry], error) {
	t, err := s.previewed(ctx, scope, r)
	if err != nil {
		return admin.Page[Entry]{}, err
	}
	list := fmt.Sprintf("plan migration preview %q %q %q %q %d",
		t.source.Ref, t.target.Ref, t.mode, t.overrides, r.StartAt.UnixMicro())
	return admin.Paginate(scope.Org(), list, q,
		func(seek admin.Seek[string]) ([]Entry, error) {
			page, err := s.ports.reader().OnPlan(ctx, scope.Org(), t.source.Ref, t.at, seek)
			if err != nil {
				return nil, err
			}
			entries := make([]Entry, len(page))
			for i, tl := range page {
				entries[i], _ = t.decide(tl, "")
			}
			return entries, nil
		},
		func(e Entry) string { return e.AccountID })
}

// AllPreviewEntries iterates over what the migration would do with every account. It requires
// [PermissionRead].
func (s *Service) AllPreviewEntries(ctx context.Context, scope admin.Scope, r Request) iter.Seq2[Entry, error] {
	return admin.All(func(q admin.Query) (admin.Page[Entry], error) { return s.PreviewEntries(ctx, scope, r, q) })
}

// previewed returns the terms that a request has now.
func (s *Service) previewed(ctx context.Context, scope admin.Scope, r Request) (terms, error) {
	if err := scope.Require(PermissionRead); err != nil {
		return terms{}, err
	}
	return s.terms(ctx, scope.Org(), r, s.runtime.Instant())
}
