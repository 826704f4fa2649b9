package planmigration_test

import (
	"context"
	"fmt"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
	"github.com/admincenter/admincenter/admin/priceplan"
	"github.com/admincenter/admincenter/planmigration"
)

// oddReader is a host's reader that breaks its contract.
type oddReader struct {
	planmigration.ExternalSchedules
	onPlan func(admin.Seek[string], []priceplan.Timeline) []priceplan.Timeline
	calls  *int
}

func (o oddReader) OnPlan(
	ctx context.Context, org admin.OrgID, plan priceplan.Ref, at time.Time, seek admin.Seek[string],
) ([]priceplan.Timeline, error) {
	if *o.calls++; *o.calls > 100 {
		return nil, job.Fail(fmt.Errorf("it does not end"))
	}
	page, err := o.ExternalSchedules.OnPlan(ctx, org, plan, at, seek)
	if o.onPlan != nil {
		page = o.onPlan(seek, page)
	}
	return page, err
}

// A host's schedules that give accounts again, or out of order, would be listed without an end.
func TestAccountsThatAreListedOutOfOrder(t *testing.T) {
	of := func(ids ...string) []priceplan.Timeline {
		out := make([]priceplan.Timeline, len(ids))
		for i, id := range ids {
			out[i].AccountID = id
		}
		return out
	}
	for _, tc := range []struct {
		reason string
		page   func(admin.Seek[string], []priceplan.Timeline) []priceplan.Timeline
	}{
		{"the first ones again and again", func(admin.Seek[string], []priceplan.Timeline) []priceplan.Timeline { return of("a", "b", "c") }},
		{"the last one again", func(s admin.Seek[string], p []priceplan.Timeline) []priceplan.Timeline {
			return append(of(s.After), p...)[:3]
		}},
		{"one twice", func(admin.Seek[string], []priceplan.Timeline) []priceplan.Timeline { return of("a", "a", "b") }},
		{"in another order", func(admin.Seek[string], []priceplan.Timeline) []priceplan.Timeline { return of("b", "a", "c") }},
		{"one without an id", func(admin.Seek[string], []priceplan.Timeline) []priceplan.Timeline { return of("", "b", "c") }},
		{"more than were asked for", func(_ admin.Seek[string], p []priceplan.Timeline) []priceplan.Timeline { return append(p, of("z")...) }},
	} {
		t.Run(tc.reason, func(t *testing.T) {
			h := newHost(t)
			e := h.moveElsewhere()
			h.eightAccounts()
			r := planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate}
			m, err := h.service().Create(t.Context(), h.scope, r)
			require.NoError(t, err)
			h.ports.External = oddReader{ExternalSchedules: e, onPlan: tc.page, calls: new(int)}
			_, err = h.service().Run(t.Context(), h.scope, m.ID, nil)
			require.ErrorContains(t, err, "account")
			require.NotContains(t, err.Error(), "does not end")
			m, err = h.service().Get(t.Context(), h.scope, m.ID)
			require.NoError(t, err)
			require.Equal(t, 1, m.Job.Failures)
			h.ports.External = e
			h.afterFailure()
			h.run(m.ID)
		})
	}
}

// What a host's schedules say of an account is kept in a form that every storage takes.
func TestRefusalThatNoStorageKeeps(t *testing.T) {
	for _, text := range []string{"a\x00b", "a\xffb"} {
		h := newHost(t)
		e := h.moveElsewhere()
		h.account("a", nil)
		m := h.create(planmigration.Request{Source: basic1, Target: basic2, Mode: planmigration.Immediate})
		h.ports.External = refusing{e, fmt.Errorf("%s: %w", text, admin.ErrState)}
		p, entries := h.run(m.ID)
		require.Equal(t, job.CompletedWithFailures, p.Status)
		require.Equal(t, planmigration.ReasonRefused, entries["a"].Reason)
		require.True(t, utf8.ValidString(entries["a"].Detail))
		require.NotContains(t, entries["a"].Detail, "\x00")
	}
}

// refusing refuses every replacement.
type refusing struct {
	planmigration.ExternalSchedules
	err error
}

func (r refusing) ReplaceAll(
	_ context.Context, _ admin.OrgID, set []priceplan.Replacement,
) ([]priceplan.ReplaceResult, error) {
	out := make([]priceplan.ReplaceResult, len(set))
	for i := range out {
		out[i].Err = r.err
	}
	return out, nil
}
