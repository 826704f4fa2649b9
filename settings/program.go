package settings

import (
	"sync"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// maxPrograms bounds the compiled rules that a Service keeps.
const maxPrograms = 256

// programs keeps compiled rules, the ones that were used last: two maps hold half of them each, and
// when the recent one is full it becomes the older and what was not used since is forgotten.
type programs struct {
	mu            sync.Mutex
	half          int
	recent, older map[programKey]compiled
}

// programKey changes with every change of the setting, so that nothing ever has to be thrown out.
type programKey struct {
	org     admin.OrgID
	id      uuid.UUID
	version int64
}

type compiled struct {
	text    string
	program Program
}

func newPrograms(most int) *programs {
	return &programs{half: max(1, most/2), recent: map[programKey]compiled{}}
}

func keyOf(org admin.OrgID, s Setting) programKey { return programKey{org, s.ID, s.Version} }

// get finds the program of a setting. The text is compared too: a transaction that was taken back
// may have shown another rule under the same version.
func (c *programs) get(org admin.OrgID, s Setting) (Program, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	k := keyOf(org, s)
	found, ok := c.recent[k]
	if !ok {
		if found, ok = c.older[k]; ok {
			c.keep(k, found)
		}
	}
	if !ok || found.text != s.Value.Text() {
		return nil, false
	}
	return found.program, true
}

func (c *programs) put(org admin.OrgID, s Setting, p Program) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.keep(keyOf(org, s), compiled{s.Value.Text(), p})
}

func (c *programs) keep(k programKey, found compiled) {
	if _, ok := c.recent[k]; !ok && len(c.recent) >= c.half {
		c.recent, c.older = map[programKey]compiled{}, c.recent
	}
	c.recent[k] = found
}
