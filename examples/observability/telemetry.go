package main

import (
	"bytes"

	sdkmetric "go.opentelemetry.io/otel/sdk/metric"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"
)

// telemetry keeps in memory what is recorded, so that it can be printed. In production the two providers have
// exporters instead, such as those of OTLP, and are shut down before the process ends.
type telemetry struct {
	tracing  *sdktrace.TracerProvider
	metering *sdkmetric.MeterProvider
	ended    *tracetest.InMemoryExporter
	reader   *sdkmetric.ManualReader
	log      *bytes.Buffer // slog writes one line at a time
}

func newTelemetry() telemetry {
	ended, reader := tracetest.NewInMemoryExporter(), sdkmetric.NewManualReader()
	return telemetry{
		tracing:  sdktrace.NewTracerProvider(sdktrace.WithSyncer(ended)),
		metering: sdkmetric.NewMeterProvider(sdkmetric.WithReader(reader)),
		ended:    ended, reader: reader, log: &bytes.Buffer{},
	}
}
