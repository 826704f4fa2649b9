package sqlstore

import (
	"context"
	"encoding/json"
	"fmt"
	"math"

	"github.com/google/uuid"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// The effects of a batch are stored together, as one row or a few: they are written and read in order, never
// searched, and a row for each would cost an import as much as an index.

// storedEffects is how effects are stored.
type storedEffects struct {
	Version int            `json:"v"`
	Effects []storedEffect `json:"e"`
}

type storedEffect struct {
	Seq     int64  `json:"s"`
	Kind    string `json:"k"`
	Ref     string `json:"r"`
	Before  string `json:"b,omitempty"`
	Version int64  `json:"n"`
}

// effectsVersion is the version that is written. A reader refuses others instead of guessing.
const effectsVersion = 1

// Beyond these, effects are stored in another row.
const (
	packEffects = 1000
	packBytes   = 1 << 20
)

// packs divides effects into those of one row each.
func packs(effects []job.Effect) (out [][]job.Effect) {
	begin, size := 0, 0
	for i, e := range effects {
		size += len(e.Kind) + len(e.Ref) + len(e.Before)
		if i == len(effects)-1 || i-begin == packEffects-1 || size >= packBytes {
			out, begin, size = append(out, effects[begin:i+1]), i+1, 0
		}
	}
	return out
}

func writeEffects(effects []job.Effect) (string, error) {
	size := 0
	for _, e := range effects {
		size += len(e.Kind) + len(e.Ref) + len(e.Before) + 64
	}
	b := fmt.Appendf(make([]byte, 0, size), `{"v":%d,"e":[`, effectsVersion)
	for i, e := range effects {
		if !keeps(e.Kind) || !keeps(e.Ref) || !keeps(e.Before) {
			return "", notStorable("job effect")
		}
		if i > 0 {
			b = append(b, ',')
		}
		b = appendEffect(b, storedEffect(e))
	}
	return string(append(b, "]}"...)), nil
}

// readEffects reads what writeEffects wrote.
func readEffects(text string) ([]storedEffect, error) {
	var stored storedEffects
	if err := json.Unmarshal([]byte(text), &stored); err != nil {
		return nil, fmt.Errorf("job: read its effects: %w", err)
	}
	if stored.Version != effectsVersion {
		return nil, fmt.Errorf("job: its effects are stored in version %d: this library reads version %d",
			stored.Version, effectsVersion)
	}
	return stored.Effects, nil
}

func (s jobSQL) putEffects(ctx context.Context, t *tx, org admin.OrgID, jobID uuid.UUID, effects []job.Effect) error {
	rows := packs(effects)
	texts := make([]string, len(rows))
	for i, pack := range rows {
		var err error
		if texts[i], err = writeEffects(pack); err != nil {
			return err
		}
	}
	return s.addEffects.insert(ctx, t, "job effect", len(rows), func(i int) []any {
		return []any{org, id(jobID), rows[i][0].Seq, texts[i]}
	})
}

// Effects reads the rows of batches, the last first: one, and then twice as many each time, until there are
// enough effects in them.
func (s jobs) Effects(
	ctx context.Context, org admin.OrgID, jobID uuid.UUID, seek admin.Seek[int64],
) (out []job.Effect, err error) {
	before := seek.After
	if before == 0 {
		before = math.MaxInt64
	}
	for from, n := before, 1; len(out) < seek.Limit; n *= 2 {
		texts, err := rows(ctx, s.reader(), "job effect", s.db.sql.job.effects,
			func(scan func(...any) error, text *string) error { return scan(text) }, org, id(jobID), from, n)
		if err != nil {
			return nil, err
		}
		for _, text := range texts {
			pack, err := readEffects(text)
			if err != nil {
				return nil, err
			}
			for i := len(pack) - 1; i >= 0; i-- {
				if pack[i].Seq < before && len(out) < seek.Limit {
					out = append(out, job.Effect(pack[i]))
				}
				from = pack[i].Seq
			}
		}
		if len(texts) < n {
			break
		}
	}
	return out, nil
}
