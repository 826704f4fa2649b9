package sqlstore

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/admincenter/admincenter/admin"
	"github.com/admincenter/admincenter/admin/job"
)

// What is stored stays readable: a change here needs another version.
func TestStoredDecision(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 123456000, time.UTC)
	for text, d := range map[string]job.Decision{
		"": {},
		`{"v":1,"action":"job.pause","from":"IN_PROGRESS","by_kind":"USER","by_id":"é\"","at":1772366400123456}`: {
			Action: job.ActionPause, From: job.InProgress, By: admin.Actor{Kind: admin.ActorUser, ID: `é"`}, At: at,
		},
		`{"v":1,"action":"job.cancel","from":"PENDING","by_kind":"SYSTEM","at":-62135596800000000}`: {
			Action: job.ActionCancel, From: job.Pending, By: admin.Actor{Kind: admin.ActorSystem},
		},
	} {
		written, err := writeDecision(d)
		require.NoError(t, err)
		require.Equal(t, text, written)
		again, err := readDecision(text)
		require.NoError(t, err)
		require.Equal(t, d, again)
	}
}

func TestDecisionsThatCannotBeRead(t *testing.T) {
	for reason, text := range map[string]string{
		"no JSON": "{", "another version": `{"v":2}`, "no version": `{"action":"job.pause"}`, "another form": `[]`,
		"an instant as text": `{"v":1,"at":"2026-03-01T12:00:00Z"}`,
	} {
		_, err := readDecision(text)
		require.Error(t, err, reason)
	}
	_, err := writeDecision(job.Decision{Action: job.ActionPause, By: admin.Actor{ID: "a\x00"}})
	require.ErrorIs(t, err, admin.ErrInvalid)
}

// What is stored stays readable: a change here needs another version.
func TestStoredEffects(t *testing.T) {
	const stored = `{"v":1,"e":[{"s":1,"k":"customer","r":"é","n":1},{"s":2,"k":"account","r":"a","b":"{\"id\":1}","n":7}]}`
	effects := []job.Effect{
		{Seq: 1, Kind: "customer", Ref: "é", Version: 1}, {Seq: 2, Kind: "account", Ref: "a", Before: `{"id":1}`, Version: 7},
	}
	text, err := writeEffects(effects)
	require.NoError(t, err)
	require.Equal(t, stored, text)
	again, err := readEffects(stored)
	require.NoError(t, err)
	require.Len(t, again, len(effects))
	for i, e := range again {
		require.Equal(t, effects[i], job.Effect(e))
	}
	_, err = readEffects(`{"v":2,"e":[]}`)
	require.ErrorContains(t, err, "version 2")
}

func TestEffectsAreDividedIntoRows(t *testing.T) {
	require.Empty(t, packs(nil))
	for reason, tc := range map[string]struct {
		n, bytes int
		want     []int
	}{
		"one batch in one row":            {500, 1000, []int{500}},
		"so many and no more":             {2 * packEffects, 1, []int{packEffects, packEffects}},
		"one more":                        {packEffects + 1, 1, []int{packEffects, 1}},
		"large ones":                      {5, packBytes / 2, []int{2, 2, 1}},
		"one that is too large by itself": {2, 2 * packBytes, []int{1, 1}},
	} {
		effects := make([]job.Effect, tc.n)
		before := string(make([]byte, tc.bytes))
		for i := range effects {
			effects[i] = job.Effect{Seq: int64(i + 1), Before: before}
		}
		var lengths []int
		next := int64(1)
		for _, pack := range packs(effects) {
			lengths = append(lengths, len(pack))
			require.Equal(t, next, pack[0].Seq, reason)
			next += int64(len(pack))
		}
		require.Equal(t, tc.want, lengths, reason)
	}
}

// Whatever is in a row is read or refused, and what is read is written so that it reads the same.
func FuzzStoredJobs(f *testing.F) {
	f.Add(`{"v":1,"action":"job.pause","from":"IN_PROGRESS","by_kind":"USER","by_id":"u","at":1772366400123456}`)
	f.Add(`{"v":1,"e":[{"s":1,"k":"customer","r":"c","b":"{}","n":1}]}`)
	f.Add(`{"v":1,"at":9223372036854775807}`)
	f.Add("")
	f.Fuzz(func(t *testing.T, text string) {
		if d, err := readDecision(text); err == nil {
			if written, err := writeDecision(d); err == nil && written != "" {
				again, err := readDecision(written)
				require.NoError(t, err)
				require.Equal(t, d, again)
			}
		}
		stored, err := readEffects(text)
		if err != nil {
			return
		}
		effects := make([]job.Effect, len(stored))
		for i, e := range stored {
			effects[i] = job.Effect(e)
		}
		if written, err := writeEffects(effects); err == nil {
			again, err := readEffects(written)
			require.NoError(t, err)
			require.Len(t, again, len(stored))
			for i := range again {
				require.Equal(t, stored[i], again[i])
			}
		}
	})
}
