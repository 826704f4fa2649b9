package settings

import (
	"sync"
	"sync/atomic"

	"github.com/admincenter/admincenter/admin"
)

// Changes counts the writes to the settings of one organization, so that a cache of settings can find that
// it is out of date without asking the storage. It counts what the [Service] that returned it writes, and
// every Service that shares its caches through [Service.In]. Another process has counts of its own.
type Changes struct{ n atomic.Uint64 }

// Count returns the number of writes so far. Read it before the settings: what is written while they are
// read makes them out of date.
func (c *Changes) Count() uint64 { return c.n.Load() }

// changes has the Changes of the organizations that something watches.
type changes struct {
	mu    sync.Mutex
	byOrg map[admin.OrgID]*Changes
}

func (c *changes) of(org admin.OrgID) *Changes {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.byOrg == nil {
		c.byOrg = map[admin.OrgID]*Changes{}
	}
	if c.byOrg[org] == nil {
		c.byOrg[org] = &Changes{}
	}
	return c.byOrg[org]
}

func (c *changes) add(org admin.OrgID) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if watched := c.byOrg[org]; watched != nil {
		watched.n.Add(1)
	}
}

// uncommitted has the organizations that a Service wrote to in a transaction.
type uncommitted struct {
	mu   sync.Mutex
	orgs map[admin.OrgID]bool
}

func (u *uncommitted) add(org admin.OrgID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if u.orgs == nil {
		u.orgs = map[admin.OrgID]bool{}
	}
	u.orgs[org] = true
}

// take returns the organizations and forgets them.
func (u *uncommitted) take() map[admin.OrgID]bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	orgs := u.orgs
	u.orgs = nil
	return orgs
}

// Changes returns the counter of writes to the settings of an organization.
func (s *Service) Changes(org admin.OrgID) *Changes { return s.changes.of(org) }

// Forget makes caches read the settings of an organization again. The Service does so after each of its
// writes; call it after a write that went past it.
func (s *Service) Forget(org admin.OrgID) { s.changes.add(org) }

// Committed makes caches read again the settings of the organizations that this Service wrote to. Call it on
// a Service that [Service.In] returned, after its transaction has committed: until then a cache outside the
// transaction may have read the settings as they were before. Without the call the change is seen when the
// cache entry expires. On other Services it does nothing.
func (s *Service) Committed() {
	if s.uncommitted == nil {
		return
	}
	for org := range s.uncommitted.take() {
		s.changes.add(org)
	}
}

// wrote is called after each write, also after one that failed: it may have reached the storage.
func (s *Service) wrote(org admin.OrgID) {
	s.changes.add(org)
	if s.uncommitted != nil {
		s.uncommitted.add(org)
	}
}
