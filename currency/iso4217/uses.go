package iso4217

import (
	"context"
	"fmt"

	"github.com/admincenter/admincenter/admin"
)

// Refusal is why an organization starts nothing new in a currency: the code of the problem.
type Refusal string

// CodeArchived is the code of a problem with a currency that the organization has archived.
const CodeArchived = "archived"

// The refusals.
const (
	Unused   Refusal = admin.CodeUnknown // the organization does not use the currency
	Archived Refusal = CodeArchived
)

// Refusals are the currencies, of some that were asked about, in which an organization starts nothing new.
type Refusals map[Code]Refusal

// Uses returns in which of some currencies an organization starts nothing new. It refuses none as long as the
// organization has no base currency. Records that are in a currency ask it, so that they need not know who keeps the
// currencies; a nil Uses refuses none.
type Uses func(ctx context.Context, org admin.OrgID, codes []Code) (Refusals, error)

// Refused is u for some codes. It asks nothing for none.
func (u Uses) Refused(ctx context.Context, org admin.OrgID, codes ...Code) (Refusals, error) {
	if u == nil || len(codes) == 0 {
		return nil, nil
	}
	return u(ctx, org, codes)
}

// Check adds a problem at path if the code is refused.
func (r Refusals) Check(p *admin.Problems, path string, code Code) {
	if why, refused := r[code]; refused {
		p.Add(path, string(why), "%s", why.Message(code)).With("value", admin.Clip(string(code)))
	}
}

// Message returns why a currency is refused and what to do.
func (r Refusal) Message(code Code) string {
	if r == Archived {
		return fmt.Sprintf("%s is archived: restore it first, or give another currency", admin.Clip(string(code)))
	}
	return fmt.Sprintf("the organization does not use %s: add it with its rate first, or give another currency",
		admin.Clip(string(code)))
}
