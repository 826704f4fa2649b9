//go:build unix

package main

import (
	"bytes"
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// TestMain makes the test's program the example's when the demonstration starts itself to deliver.
func TestMain(m *testing.M) {
	if os.Getenv(partOfDemonstration) != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// The demonstration itself fails if a record is missing, out of order, or twice other than after a kill.
func TestEveryRecordArrivesInOrderWhateverIsKilled(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute) // kills the process of a run that hangs
	defer cancel()
	o := options{records: 100, kills: 3}
	if os.Getenv("ADMINCENTER_LONG") != "" {
		o = options{records: 1500, kills: 25}
	}
	var out bytes.Buffer
	err := demonstrate(ctx, o, &out)
	printed := out.String()
	require.NoError(t, err, printed)
	for reason, want := range map[string]string{
		"it was killed":                    `(?s)(killed after \d+ messages.*){3}`,
		"the last one has ended by itself": `terminated after \d+ messages`,
		"all of one organization":          `acme: \d{3,} records received in order`,
		"all of another one":               `umbrella: \d{3,} records received in order`,
		"the receiver was down meanwhile":  `[1-9]\d* requests were answered with 503 and sent again, 0 were not signed`,
	} {
		require.Regexp(t, want, printed, reason)
	}
}
