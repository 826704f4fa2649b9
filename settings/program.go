package settings

import (
	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
)

// maxPrograms bounds the compiled rules that a Service keeps.
const maxPrograms = 256

// programs keeps compiled rules, the ones that were used last.
type programs struct {
	*recently[programKey, compiled]
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

func newPrograms(most int) programs { return programs{newRecently[programKey, compiled](most)} }

func keyOf(org admin.OrgID, s Setting) programKey { return programKey{org, s.ID, s.Version} }

// get finds the program of a setting. The text is compared too: a transaction that was taken back
// may have shown another rule under the same version.
func (c programs) get(org admin.OrgID, s Setting) (Program, bool) {
	found, ok := c.recently.get(keyOf(org, s))
	if !ok || found.text != s.Value.Text() {
		return nil, false
	}
	return found.program, true
}

func (c programs) put(org admin.OrgID, s Setting, p Program) {
	c.recently.put(keyOf(org, s), compiled{s.Value.Text(), p})
}
