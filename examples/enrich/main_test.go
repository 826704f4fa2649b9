package main

import (
	"bytes"
	"context"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// enriching runs the program.
func enriching(t *testing.T, in string, args ...string) (out, errs string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	err = run(t.Context(), args, strings.NewReader(in), &o, &e)
	return o.String(), e.String(), err
}

func TestEnrichesTheSampleEvents(t *testing.T) {
	in, err := os.ReadFile("events.ndjson")
	require.NoError(t, err)
	out, errs, err := enriching(t, string(in))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(out), "\n")
	require.Len(t, lines, 3)
	require.Contains(t, lines[0], `"id":"e1"`)
	require.Contains(t, lines[0], `"timestamp":"2026-03-01T10:00:00Z"`)
	require.Contains(t, lines[0], `"attributes":{"distance":"250000","km":"250","price":"250"},"dimensions":{"region":"eu","size":"long"}`)
	require.Contains(t, lines[0], `"name":"price","namespace":"USER","setting":"trip_price","level":"ACCOUNT"`)
	require.Contains(t, lines[1], `{"distance":"1500.50","km":"1.5005","price":"5"}`, "the account's own price, and the digits as they came")
	require.Contains(t, lines[2], `{"distance":"1500.50","km":"1.5005","price":"3.001"}`)
	require.Contains(t, lines[2], `"level":"ORGANIZATION"`)
	require.Regexp(t, `^3 events, 0 failed, \d+ events per second\n$`, errs)
}

func TestReportsTheEventsThatFail(t *testing.T) {
	in := `{"accountId":"a","attributes":{"distance":"1000"}}

not JSON
{"accountId":"a","attributes":{"distance":"ten"}}
{"accountId":"a","attributes":{"distance":"2000"}}
`
	out, errs, err := enriching(t, in)
	require.NoError(t, err)
	require.Equal(t, 2, strings.Count(out, "\n"))
	require.Contains(t, errs, "line 3: ")
	require.Contains(t, errs, "line 4: ")
	require.Contains(t, errs, "4 events, 2 failed")
}

func TestLeavesOutFieldsThatFail(t *testing.T) {
	config := filepath.Join(t.TempDir(), "config.json")
	require.NoError(t, os.WriteFile(config, []byte(`{"settings":[],"enrichment":{"eventSchema":"s","dependencies":[{"name":"d","setting":"none"}],"fields":[
		{"name":"a","type":"ATTRIBUTE","enrichmentType":"JSON_LOGIC","order":1,"value":"{\"var\":\"dependencies.d\"}"},
		{"name":"b","type":"DIMENSION","enrichmentType":"VALUE","order":2,"value":"x"}]}}`), 0o600))
	out, errs, err := enriching(t, `{}`, "-config", config, "-leave-out")
	require.NoError(t, err)
	require.JSONEq(t, `{"dimensions":{"b":"x"},"enrichmentVersion":1,"leftOut":[{
		"eventSchema":"s","name":"a","type":"ATTRIBUTE",
		"message":"dependency d: none in USER is not on any of ORGANIZATION: setting: not found"}]}`, out)
	require.Contains(t, errs, "line 1: left out: event schema \"s\": attribute a: dependency d")
	out, errs, err = enriching(t, `{}`, "-config", config)
	require.NoError(t, err)
	require.Empty(t, out)
	require.Contains(t, errs, "1 events, 1 failed")
}

func TestRefuses(t *testing.T) {
	dir := t.TempDir()
	for reason, tc := range map[string]struct{ config, want string }{
		"what is no JSON":              {`{`, "config"},
		"a key that means nothing":     {`{"fields":[]}`, "fields"},
		"a setting that is none":       {`{"settings":[{"entityType":"ORGANIZATION","name":"n","dataType":"NUMERIC","value":"1e3"}]}`, "/value: "},
		"an enrichment without fields": {`{"enrichment":{"eventSchema":"s"}}`, "/fields"},
	} {
		t.Run(reason, func(t *testing.T) {
			file := filepath.Join(dir, "config.json")
			require.NoError(t, os.WriteFile(file, []byte(tc.config), 0o600))
			_, _, err := enriching(t, "", "-config", file)
			require.ErrorContains(t, err, tc.want)
		})
	}
	_, _, err := enriching(t, "", "events.ndjson")
	require.ErrorContains(t, err, "standard input")
	_, _, err = enriching(t, "", "-config", filepath.Join(dir, "none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, _, err = enriching(t, "", "-h")
	require.ErrorIs(t, err, flag.ErrHelp)
	_, _, err = enriching(t, strings.Repeat("x", maxLine+1))
	require.ErrorContains(t, err, "too long")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.ErrorIs(t, run(ctx, nil, strings.NewReader("{}"), &bytes.Buffer{}, &bytes.Buffer{}), context.Canceled)
}
