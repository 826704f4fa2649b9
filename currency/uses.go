package currency

import (
	"context"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/currency/iso4217"
)

// everyCurrency is more than ISO 4217 has.
const everyCurrency = 1000

// Uses returns what records ask before they take a currency: in which an organization starts nothing new, because it
// does not use them or has archived them. An organization without a base currency refuses none, so that a host need
// not use the currencies at all. It reads them with one statement, however many are asked about. It does not hold up
// who archives one at the same moment.
func Uses(store Store) iso4217.Uses {
	return func(ctx context.Context, org admin.OrgID, codes []iso4217.Code) (iso4217.Refusals, error) {
		all, err := store.List(ctx, org, Filter{}, admin.Seek[string]{Limit: everyCurrency})
		if err != nil {
			return nil, err
		}
		status, based := make(map[iso4217.Code]Status, len(all)), false
		for _, c := range all {
			status[c.Code] = c.Status
			based = based || c.Base
		}
		if !based {
			return nil, nil
		}
		refused := iso4217.Refusals{}
		for _, code := range codes {
			switch status[code] {
			case Active:
			case Archived:
				refused[code] = iso4217.Archived
			default:
				refused[code] = iso4217.Unused
			}
		}
		return refused, nil
	}
}
