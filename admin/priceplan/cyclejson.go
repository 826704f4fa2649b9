package priceplan

import (
	"encoding/json"
	"fmt"

	"github.com/admincenter/admincenter/admin"
)

// cycleJSON is a cycle on the wire: Togai's PricingCycleConfig.
type cycleJSON struct {
	Interval    Interval        `json:"interval,omitempty"`
	StartOffset startOffsetJSON `json:"startOffset,omitzero"`
	Anniversary bool            `json:"anniversaryCycle,omitempty"`
}

type startOffsetJSON struct {
	Day   string `json:"dayOffset"`
	Month string `json:"monthOffset,omitempty"`
}

// MarshalJSON implements [json.Marshaler] in the form of Togai's PricingCycleConfig:
//
//	{"interval": "QUARTERLY", "startOffset": {"dayOffset": "LAST", "monthOffset": "2"}, "anniversaryCycle": true}
//
// The monthOffset of a weekly or monthly cycle is left out; the zero Cycle is {}.
func (c Cycle) MarshalJSON() ([]byte, error) {
	if c.IsZero() {
		return []byte("{}"), nil
	}
	out := cycleJSON{Interval: c.interval, Anniversary: c.anniversary}
	out.StartOffset.Day = c.day.String()
	if c.month != Nil {
		out.StartOffset.Month = c.month.String()
	}
	return json.Marshal(out)
}

// UnmarshalJSON implements [json.Unmarshaler]: it reads what [Cycle.MarshalJSON] writes, and a
// monthOffset of "NIL" like one that is left out. It refuses what [NewCycle] refuses.
func (c *Cycle) UnmarshalJSON(text []byte) error {
	var in cycleJSON
	if err := json.Unmarshal(text, &in); err != nil {
		return fmt.Errorf("pricing cycle: %w: %w", err, admin.ErrInvalid)
	}
	if in == (cycleJSON{}) {
		*c = Cycle{}
		return nil
	}
	var p admin.Problems
	day, err := ParseOffset(in.StartOffset.Day)
	if err != nil {
		p.AddError("/startOffset/dayOffset", admin.CodeFormat, err)
	}
	month := Nil
	if in.StartOffset.Month != "" {
		if month, err = ParseOffset(in.StartOffset.Month); err != nil {
			p.AddError("/startOffset/monthOffset", admin.CodeFormat, err)
		}
	}
	if err := p.Err(); err != nil {
		return err
	}
	parsed, err := NewCycle(in.Interval, day, month)
	if err != nil {
		return err
	}
	parsed.anniversary = in.Anniversary
	*c = parsed
	return nil
}
