package job

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// Ref points at a job of any organization, for workers and queues.
type Ref struct {
	Org  admin.OrgID `json:"org"`
	ID   uuid.UUID   `json:"id"`
	Kind Kind        `json:"kind"`
	// TriedAt is when the job was last claimed, as far as the Ref's maker knows; zero if never.
	TriedAt time.Time `json:"triedAt,omitzero"`
}

// Ref returns what points at the job.
func (j Job) Ref(org admin.OrgID) Ref {
	return Ref{Org: org, ID: j.ID, Kind: j.Kind, TriedAt: j.TriedAt}
}

// DueQuery asks a [Store] for due jobs.
type DueQuery struct {
	After  admin.OrgID // organizations above it, by bytes; empty for all
	Orgs   int         // how many organizations at most
	PerOrg int         // how many jobs of each at most
	Kinds  []Kind      // of these kinds and no others
}

// Due returns at most limit jobs, of the kinds that the service knows, that a worker could do now, for a
// host's own scheduler, which then steps each once. limit is 1 to [admin.MaxLimit]. It takes no scope and
// returns no more than ids.
//
// It is fair. Organizations take turns: each call goes on after the organization where the call before
// it on this service, or on one that [Service.In] made of it, ended. The first jobs of the organizations
// come first, then the second ones, so that an organization has several in the list only if there is
// room. Of one organization, jobs that were never tried come first, then those whose last try is longest
// ago.
func (s *Service) Due(ctx context.Context, limit int) ([]Ref, error) {
	if limit < 1 || limit > admin.MaxLimit {
		return nil, fmt.Errorf("limit %d: use 1 to %d: %w", limit, admin.MaxLimit, admin.ErrInvalid)
	}
	now, after := s.runtime.Instant(), s.turn.after()
	q := DueQuery{After: after, Orgs: limit, PerOrg: perOrg(limit), Kinds: s.kinds}
	refs, err := s.ports.Jobs.Due(ctx, now, q)
	if err != nil {
		return nil, err
	}
	if orgs := countOrgs(refs); orgs < limit && after != "" {
		q.After, q.Orgs = "", limit-orgs
		first, err := s.ports.Jobs.Due(ctx, now, q)
		if err != nil {
			return nil, err
		}
		for _, r := range first {
			if r.Org <= after {
				refs = append(refs, r)
			}
		}
	}
	if countOrgs(refs) == limit { // the round goes on
		s.turn.end(refs[len(refs)-1].Org)
	}
	return interleaved(refs, limit), nil
}

// perOrg bounds how many jobs of an organization are read for a list, so that a list of any length costs
// some thousands of rows at most.
func perOrg(limit int) int { return min(limit, max(4, 4096/limit)) }

// turn is the organization at which a service's round is.
type turn struct {
	mu  sync.Mutex
	org admin.OrgID
}

func (t *turn) after() admin.OrgID {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.org
}

func (t *turn) end(org admin.OrgID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.org = org
}

// countOrgs counts the organizations of refs, which are together by organization.
func countOrgs(refs []Ref) (n int) {
	for i, r := range refs {
		if i == 0 || r.Org != refs[i-1].Org {
			n++
		}
	}
	return n
}

// interleaved returns the first of each organization, then the second of each, at most limit in all.
// Within a round, what was tried longest ago comes first.
func interleaved(refs []Ref, limit int) []Ref {
	type ranked struct {
		Ref
		rank int
	}
	all := make([]ranked, len(refs))
	for i, r := range refs {
		all[i] = ranked{Ref: r}
		if i > 0 && r.Org == refs[i-1].Org {
			all[i].rank = all[i-1].rank + 1
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int {
		return cmp.Or(cmp.Compare(a.rank, b.rank), a.TriedAt.Compare(b.TriedAt))
	})
	out := make([]Ref, min(len(all), limit))
	for i := range out {
		out[i] = all[i].Ref
	}
	return out
}
