// Enrich reads usage events from standard input, one JSON document a line, enriches them, and writes
// them to standard output. How many events a second it did, and which it could not, go to standard
// error.
//
//	go run ./examples/enrich < examples/enrich/events.ndjson
//	go run ./examples/enrich -config trips.json -leave-out < events.ndjson > enriched.ndjson
//
// The settings and the enrichment come from a file and live in memory; see trips.json for one.
package main

import (
	"bufio"
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"time"

	"github.com/admincenter/admincenter/settings/enrich"
)

//go:embed trips.json
var trips []byte

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	context.AfterFunc(ctx, stop) // a second interrupt ends it also where it waits for input
	err := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	switch {
	case errors.Is(err, flag.ErrHelp):
		os.Exit(2)
	case err != nil:
		fmt.Fprintln(os.Stderr, "enrich:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, in io.Reader, out, errs io.Writer) error {
	flags := flag.NewFlagSet("enrich", flag.ContinueOnError)
	flags.SetOutput(errs)
	file := flags.String("config", "",
		"JSON `file` with settings and an enrichment; the default is trips.json, beside this program")
	leaveOut := flags.Bool("leave-out", false, "write an event without the fields that failed, instead of not at all")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("%q is not an option: events come from standard input", flags.Arg(0))
	}
	config := trips
	if *file != "" {
		var err error
		if config, err = os.ReadFile(*file); err != nil {
			return err
		}
	}
	var options enrich.EnricherOptions
	if *leaveOut {
		options.OnError = enrich.LeaveOut
	}
	enricher, err := open(ctx, config, options)
	if err != nil {
		return err
	}
	s := stream{stream: enricher.NewStream(), out: bufio.NewWriterSize(out, 1<<16), errs: errs}
	began := time.Now()
	if err := s.copy(ctx, in); err != nil {
		return err
	}
	took := time.Since(began)
	fmt.Fprintf(errs, "%d events, %d failed, %.0f events per second\n", s.events, s.failed,
		float64(s.events)/max(took.Seconds(), 1e-9))
	return nil
}

// maxLine is the longest event in bytes.
const maxLine = 1 << 20

// event is a line of the input: what is enriched, and what passes through.
type event struct {
	ID        json.RawMessage `json:"id,omitempty"`
	Timestamp json.RawMessage `json:"timestamp,omitempty"`
	enrich.Event
}

// enriched is a line of the output.
type enriched struct {
	ID        json.RawMessage `json:"id,omitempty"`
	Timestamp json.RawMessage `json:"timestamp,omitempty"`
	Account   string          `json:"accountId,omitempty"`
	Customer  string          `json:"customerId,omitempty"`
	enrich.Enriched
}

type stream struct {
	stream         *enrich.Stream
	out            *bufio.Writer
	errs           io.Writer
	events, failed int
}

// copy enriches the events of in, in their order. One that fails is reported and left out.
func (s *stream) copy(ctx context.Context, in io.Reader) error {
	lines := bufio.NewScanner(in)
	lines.Buffer(make([]byte, 1<<16), maxLine)
	for n := 1; lines.Scan(); n++ {
		if len(bytes.TrimSpace(lines.Bytes())) == 0 {
			continue
		}
		s.events++
		line, err := s.enrich(ctx, n, lines.Bytes())
		if ctx.Err() != nil {
			break
		}
		if err != nil {
			s.failed++
			fmt.Fprintf(s.errs, "line %d: %v\n", n, err)
			continue
		}
		if _, err := s.out.Write(append(line, '\n')); err != nil {
			return err
		}
	}
	return errors.Join(lines.Err(), ctx.Err(), s.out.Flush())
}

func (s *stream) enrich(ctx context.Context, n int, line []byte) ([]byte, error) {
	var e event
	if err := json.Unmarshal(line, &e); err != nil {
		return nil, err
	}
	result, err := s.stream.Enrich(ctx, e.Event)
	if err != nil {
		return nil, err
	}
	for _, f := range result.LeftOut {
		fmt.Fprintf(s.errs, "line %d: left out: %v\n", n, f)
	}
	return json.Marshal(enriched{e.ID, e.Timestamp, e.Account, e.Customer, result})
}
